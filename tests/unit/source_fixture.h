/*
 * source_fixture.h: wrapped bytes made in memory, files of them, and all that a source delivers.
 */
#ifndef WEND_TESTS_SOURCE_FIXTURE_H
#define WEND_TESTS_SOURCE_FIXTURE_H

#include "base/buffer.h"
#include "base/io.h"
#include "base/memory.h"
#include "source/source.h"

#include <archive.h>
#include <archive_entry.h>
#include <bzlib.h>
#include <criterion/criterion.h>
#include <fcntl.h>
#include <lzma.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { FIXTURE_STREAMS = 8, TEXT_BYTES = 400000 };

struct seen_stream {
    char name[512];
    char wrapper[64];
    char trouble[WEND_SOURCE_TROUBLE_BYTES]; /* "": none */
    struct wend_buffer bytes;
};

struct seen {
    struct seen_stream streams[FIXTURE_STREAMS];
    size_t count;
    uint64_t raw_bytes;
};

static char fixture_folder[64];
static struct wend_buffer lines; /* TEXT_BYTES of text that does compress, but not away */

/* A directory for the test; what is in it goes with `remove_folder`. */
static inline void make_folder(void) {
    (void)snprintf(fixture_folder, sizeof fixture_folder, "/tmp/wend-source-XXXXXX");
    cr_assert_not_null(mkdtemp(fixture_folder));
}

static inline void write_at(const char *path, const void *bytes, size_t len) {
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    cr_assert_geq(descriptor, 0);
    size_t at = 0;
    while (at < len) {
        ssize_t done = write(descriptor, (const uint8_t *)bytes + at, len - at);
        cr_assert_gt(done, 0);
        at += (size_t)done;
    }
    cr_assert_eq(close(descriptor), 0);
}

static inline const char *path_of(const char *name) {
    static char paths[8][512];
    static int next;
    char *path = paths[next++ % 8];
    (void)snprintf(path, sizeof paths[0], "%s/%s", fixture_folder, name);
    return path;
}

/* The file "data" of the folder. */
static inline const char *write_data(struct wend_bytes bytes) {
    const char *path = path_of("data");
    write_at(path, bytes.data, bytes.len);
    return path;
}

static inline void begin_with_text(void) {
    uint32_t state = 1;
    make_folder();
    while (lines.len < TEXT_BYTES) {
        state = state * 1664525U + 1013904223U;
        cr_assert(wend__buffer_append_format(&lines, "{\"user\":%u,\"page\":\"/p/%u\"}\n",
                                             state >> 8, state >> 27));
    }
    lines.len = TEXT_BYTES;
}

static inline void end_with_text(void) {
    wend__buffer_deinit(&lines);
    (void)wend__io_remove_tree(fixture_folder);
}

static inline struct wend_bytes text(void) {
    return wend__buffer_view(&lines);
}

/* Both in one; the bytes of the second are freed. */
static inline struct wend_buffer join(struct wend_buffer first, struct wend_buffer second) {
    cr_assert(wend__buffer_append(&first, second.data, second.len));
    wend__buffer_deinit(&second);
    return first;
}

static inline struct wend_buffer make_gzip(struct wend_bytes bytes) {
    z_stream stream = {0};
    struct wend_buffer out = {0};
    cr_assert_eq(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    cr_assert(wend__buffer_reserve(&out, deflateBound(&stream, bytes.len) + 64));
    stream.next_in = (Bytef *)(uintptr_t)bytes.data;
    stream.avail_in = (uInt)bytes.len;
    stream.next_out = out.data;
    stream.avail_out = (uInt)out.capacity;
    cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.len = stream.total_out;
    (void)deflateEnd(&stream);
    return out;
}

static inline struct wend_buffer make_zstd_window(struct wend_bytes bytes, int window_log) {
    struct wend_buffer out = {0};
    ZSTD_CCtx *encoder = ZSTD_createCCtx();
    cr_assert_not_null(encoder);
    (void)ZSTD_CCtx_setParameter(encoder, ZSTD_c_checksumFlag, 1);
    (void)ZSTD_CCtx_setParameter(encoder, ZSTD_c_contentSizeFlag, window_log == 0);
    (void)ZSTD_CCtx_setParameter(encoder, ZSTD_c_windowLog, window_log);
    cr_assert(wend__buffer_reserve(&out, ZSTD_compressBound(bytes.len) + 64));
    ZSTD_inBuffer input = {bytes.data, bytes.len, 0};
    ZSTD_outBuffer output = {out.data, out.capacity, 0};
    if (window_log != 0) { /* the size is not known at the start, so the window is kept */
        cr_assert_not(
            ZSTD_isError(ZSTD_compressStream2(encoder, &output, &input, ZSTD_e_continue)));
    }
    cr_assert_eq(ZSTD_compressStream2(encoder, &output, &input, ZSTD_e_end), 0);
    out.len = output.pos;
    (void)ZSTD_freeCCtx(encoder);
    return out;
}

static inline struct wend_buffer make_zstd(struct wend_bytes bytes) {
    return make_zstd_window(bytes, 0);
}

static inline struct wend_buffer make_bzip2(struct wend_bytes bytes) {
    struct wend_buffer out = {0};
    cr_assert(wend__buffer_reserve(&out, bytes.len + bytes.len / 50 + 1024));
    unsigned int len = (unsigned int)out.capacity;
    cr_assert_eq(BZ2_bzBuffToBuffCompress((char *)out.data, &len, (char *)(uintptr_t)bytes.data,
                                          (unsigned int)bytes.len, 1, 0, 0),
                 BZ_OK);
    out.len = len;
    return out;
}

static inline struct wend_buffer make_xz(struct wend_bytes bytes) {
    struct wend_buffer out = {0};
    cr_assert(wend__buffer_reserve(&out, lzma_stream_buffer_bound(bytes.len)));
    cr_assert_eq(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, bytes.data, bytes.len, out.data,
                                         &out.len, out.capacity),
                 LZMA_OK);
    return out;
}

struct wrapper {
    const char *name;
    size_t magic_bytes; /* so many tell the wrapper when nothing follows */
    size_t block_bytes; /* what damage may cost at most of what lies before */
    struct wend_buffer (*make)(struct wend_bytes);
};

static const struct wrapper wrappers[] = {{"gzip", 2, 4096, make_gzip},
                                          {"zstd", 2, 128 << 10, make_zstd},
                                          {"bzip2", 4, 200000, make_bzip2},
                                          {"xz", 2, 4096, make_xz}};
enum { WRAPPERS = sizeof wrappers / sizeof *wrappers };

struct member {
    const char *name;
    struct wend_bytes bytes;
};

/* `format`: ARCHIVE_FORMAT_TAR_... or ARCHIVE_FORMAT_ZIP. A name that ends with / is a directory.
 */
static inline struct wend_buffer make_archive(int format, const struct member *members,
                                              size_t count) {
    struct wend_buffer out = {0};
    size_t room = 1 << 16;
    for (size_t i = 0; i < count; i++) {
        room += members[i].bytes.len + 4096;
    }
    cr_assert(wend__buffer_reserve(&out, room));
    struct archive *archive = archive_write_new();
    cr_assert_eq(archive_write_set_format(archive, format), ARCHIVE_OK);
    cr_assert_eq(archive_write_add_filter_none(archive), ARCHIVE_OK);
    cr_assert_eq(archive_write_open_memory(archive, out.data, out.capacity, &out.len), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++) {
        struct archive_entry *entry = archive_entry_new();
        size_t name_len = strlen(members[i].name);
        bool is_folder = name_len > 0 && members[i].name[name_len - 1] == '/';
        archive_entry_set_pathname(entry, members[i].name);
        archive_entry_set_filetype(entry, is_folder ? AE_IFDIR : AE_IFREG);
        archive_entry_set_perm(entry, is_folder ? 0755 : 0644);
        archive_entry_set_size(entry, (la_int64_t)members[i].bytes.len);
        cr_assert_eq(archive_write_header(archive, entry), ARCHIVE_OK);
        cr_assert_eq(archive_write_data(archive, members[i].bytes.data, members[i].bytes.len),
                     (la_ssize_t)members[i].bytes.len);
        archive_entry_free(entry);
    }
    cr_assert_eq(archive_write_close(archive), ARCHIVE_OK);
    cr_assert_eq(archive_write_free(archive), ARCHIVE_OK);
    return out;
}

static inline void clear_seen(struct seen *seen) {
    for (size_t i = 0; i < seen->count; i++) {
        wend__buffer_deinit(&seen->streams[i].bytes);
    }
    *seen = (struct seen){0};
}

/* Reads one stream to its end. */
static inline enum wend_status see_stream(struct wend_source *source, size_t read_bytes,
                                          struct seen_stream *seen, struct wend_error *error) {
    for (;;) {
        size_t got;
        if (!wend__buffer_reserve(&seen->bytes, read_bytes)) {
            return wend__fail_memory(error);
        }
        WEND_TRY(
            wend__source_read(source, seen->bytes.data + seen->bytes.len, read_bytes, &got, error));
        seen->bytes.len += got;
        if (got == 0) {
            break;
        }
    }
    const char *trouble = wend__source_trouble(source);
    (void)snprintf(seen->trouble, sizeof seen->trouble, "%s", trouble == NULL ? "" : trouble);
    return WEND_OK;
}

static inline enum wend_status see(const char *path, const struct wend_source_options *options,
                                   size_t read_bytes, struct seen *seen, struct wend_error *error) {
    struct wend_source *source;
    struct wend_stream stream;
    *seen = (struct seen){0};
    WEND_TRY(wend__source_open(path, options, &source, error));
    enum wend_status status = WEND_OK;
    while (status == WEND_OK) {
        bool found;
        status = wend__source_next(source, &found, &stream, error);
        if (status != WEND_OK || !found) {
            break;
        }
        cr_assert_lt(seen->count, (size_t)FIXTURE_STREAMS);
        struct seen_stream *into = &seen->streams[seen->count++];
        (void)snprintf(into->name, sizeof into->name, "%s", stream.name);
        (void)snprintf(into->wrapper, sizeof into->wrapper, "%s", stream.wrapper);
        status = see_stream(source, read_bytes, into, error);
    }
    seen->raw_bytes = wend__source_raw_bytes(source);
    wend__source_close(source);
    return status;
}

/* All that `bytes` deliver as a file. */
static inline struct seen see_bytes(struct wend_bytes bytes,
                                    const struct wend_source_options *options) {
    struct seen seen;
    struct wend_error error = {0};
    enum wend_status status = see(write_data(bytes), options, (size_t)64 << 10, &seen, &error);
    cr_assert_eq(status, WEND_OK, "%s", error.text);
    return seen;
}

static inline void expect_stream(const struct seen *seen, size_t index, struct wend_bytes bytes,
                                 const char *wrapper) {
    cr_assert_lt(index, seen->count);
    const struct seen_stream *stream = &seen->streams[index];
    cr_assert(wend__bytes_equal(wend__buffer_view(&stream->bytes), bytes),
              "%zu bytes came, expected %zu", stream->bytes.len, bytes.len);
    cr_assert_str_eq(stream->wrapper, wrapper);
    cr_assert_str_eq(stream->trouble, "");
}

struct pipe_job {
    int descriptor;
    struct wend_bytes bytes;
    size_t piece;
};

static inline void *feed_pipe(void *context) {
    struct pipe_job *job = context;
    for (size_t at = 0; at < job->bytes.len;) {
        size_t left = job->bytes.len - at;
        ssize_t done =
            write(job->descriptor, job->bytes.data + at, left < job->piece ? left : job->piece);
        if (done < 0) {
            break;
        }
        at += (size_t)done;
    }
    close(job->descriptor);
    return NULL;
}

/* What `bytes` deliver when they come through standard input piece by piece. */
static inline struct seen see_pipe(struct wend_bytes bytes, size_t piece) {
    int ends[2];
    pthread_t thread;
    struct seen seen;
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    struct pipe_job job = {ends[1], bytes, piece};
    cr_assert_eq(pthread_create(&thread, NULL, feed_pipe, &job), 0);
    cr_assert_eq(see("-", NULL, 65536, &seen, NULL), WEND_OK);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    return seen;
}

#endif
