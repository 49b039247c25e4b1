#include "source_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/io.h"

enum { TEXT_BYTES = 700000 };

static struct wend_buffer lines;

static void begin(void) {
    make_folder();
    lines = make_lines(TEXT_BYTES);
}

static void end(void) {
    wend__buffer_deinit(&lines);
    (void)wend__io_remove_tree(fixture_folder);
}

TestSuite(source_streams, .init = begin, .fini = end);

struct wrapper {
    const char *name;
    struct wend_buffer (*make)(struct wend_bytes);
};

static const struct wrapper wrappers[] = {
    {"gzip", make_gzip}, {"zstd", make_zstd}, {"bzip2", make_bzip2}, {"xz", make_xz}};
enum { WRAPPERS = sizeof wrappers / sizeof *wrappers };

static struct wend_bytes text(void) {
    return wend__buffer_view(&lines);
}

static void append(struct wend_buffer *out, struct wend_bytes bytes) {
    cr_assert(wend__buffer_append(out, bytes.data, bytes.len));
}

/* Both in one, and the bytes of the first freed. */
static struct wend_buffer join(struct wend_buffer first, struct wend_buffer second) {
    append(&first, wend__buffer_view(&second));
    wend__buffer_deinit(&second);
    return first;
}

static struct wend_buffer three_members(int format) {
    struct member members[] = {{"a/", {(const uint8_t *)"", 0}},
                               {"a/one.log", {lines.data, 1000}},
                               {"a/b/two.log", text()},
                               {"three.log", {(const uint8_t *)"three\n", 6}}};
    return make_archive(format, members, 4);
}

static void expect_three(const struct seen *seen, const char *wrapper) {
    static const char *const names[] = {"!a/one.log", "!a/b/two.log", "!three.log"};
    cr_assert_eq(seen->count, 3);
    expect_stream(seen, 0, wend__bytes(lines.data, 1000), wrapper);
    expect_stream(seen, 1, text(), wrapper);
    expect_stream(seen, 2, wend__bytes("three\n", 6), wrapper);
    for (size_t i = 0; i < 3; i++) {
        size_t len = strlen(fixture_folder) + strlen("/data");
        cr_assert_str_eq(seen->streams[i].name + len, names[i]);
    }
}

Test(source_streams, a_plain_file_is_one_stream) {
    struct seen seen = see_bytes(text(), NULL);
    cr_assert_eq(seen.count, 1);
    expect_stream(&seen, 0, text(), "plain");
    cr_assert_str_eq(seen.streams[0].name, path_of("data"));
    cr_assert_eq(seen.raw_bytes, TEXT_BYTES);
    clear_seen(&seen);
}

Test(source_streams, an_empty_file_is_one_stream_without_bytes) {
    struct seen seen = see_bytes(wend__bytes("", 0), NULL);
    cr_assert_eq(seen.count, 1);
    expect_stream(&seen, 0, wend__bytes("", 0), "plain");
    clear_seen(&seen);
}

Test(source_streams, every_compression_is_found_by_magic_not_name) {
    for (size_t i = 0; i < WRAPPERS; i++) {
        struct wend_buffer packed = wrappers[i].make(text());
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        cr_assert_eq(seen.count, 1);
        expect_stream(&seen, 0, text(), wrappers[i].name);
        cr_assert_eq(seen.raw_bytes, packed.len);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_streams, a_name_with_gz_does_not_make_gzip) {
    const char *path = path_of("plain.gz");
    struct seen seen;
    write_at(path, "a\n", 2);
    cr_assert_eq(see(path, NULL, 100, &seen, NULL), WEND_OK);
    expect_stream(&seen, 0, wend__bytes("a\n", 2), "plain");
    clear_seen(&seen);
}

Test(source_streams, texts_that_begin_like_magic_are_plain) {
    static const char *const texts[] = {"B",    "BZ",   "BZh", "BZh9 is a text", "PK", "PK\3x", "(",
                                        "\x1f", "Path", "P",   "P*M is not"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct seen seen = see_bytes(wend__bytes_text(texts[i]), NULL);
        cr_assert_eq(seen.count, 1);
        expect_stream(&seen, 0, wend__bytes_text(texts[i]), "plain");
        clear_seen(&seen);
    }
}

Test(source_streams, data_compressed_from_nothing_is_an_empty_stream) {
    for (size_t i = 0; i < WRAPPERS; i++) {
        struct wend_buffer packed = wrappers[i].make(wend__bytes("", 0));
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        cr_assert_eq(seen.count, 1);
        expect_stream(&seen, 0, wend__bytes("", 0), wrappers[i].name);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_streams, several_members_or_frames_are_one_stream) {
    for (size_t i = 0; i < WRAPPERS; i++) {
        size_t cut = 300001;
        struct wend_buffer packed =
            join(join(wrappers[i].make(wend__bytes(lines.data, cut)),
                      wrappers[i].make(wend__bytes("", 0))),
                 wrappers[i].make(wend__bytes(lines.data + cut, lines.len - cut)));
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        cr_assert_eq(seen.count, 1);
        expect_stream(&seen, 0, text(), wrappers[i].name);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_streams, thousands_of_small_members_are_one_stream) {
    struct wend_buffer packed = {0};
    for (size_t at = 0; at < TEXT_BYTES; at += 100) {
        packed = join(packed, make_gzip(wend__bytes(lines.data + at, 100)));
    }
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    expect_stream(&seen, 0, text(), "gzip");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

Test(source_streams, skippable_zstd_frames_are_skipped) {
    static const uint8_t skippable[] = {0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'a', 'b', 'c'};
    struct wend_buffer packed = {0};
    append(&packed, wend__bytes(skippable, sizeof skippable));
    packed = join(packed, make_zstd(text()));
    append(&packed, wend__bytes(skippable, sizeof skippable));
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    expect_stream(&seen, 0, text(), "zstd");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

Test(source_streams, zeros_behind_gzip_are_padding) {
    static const uint8_t zeros[1000];
    struct wend_buffer packed = make_gzip(text());
    append(&packed, wend__bytes(zeros, sizeof zeros));
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    expect_stream(&seen, 0, text(), "gzip");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

Test(source_streams, other_bytes_behind_compressed_data_are_trouble) {
    static const char *const tails[] = {"garbage that is long enough to be looked at\n", "\x1f"
                                                                                         "abc"};
    for (size_t i = 0; i < WRAPPERS * 2; i++) {
        struct wend_buffer packed = wrappers[i / 2].make(text());
        append(&packed, wend__bytes_text(tails[i % 2]));
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        cr_assert_eq(seen.count, 1);
        cr_assert(wend__bytes_equal(wend__buffer_view(&seen.streams[0].bytes), text()));
        cr_assert_str_not_empty(seen.streams[0].trouble, "%s %zu", wrappers[i / 2].name, i % 2);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_streams, any_read_size_gives_the_same_bytes) {
    static const size_t sizes[] = {1, 7, 4096, 65536, 1000000};
    for (size_t i = 0; i <= WRAPPERS; i++) {
        struct wend_buffer packed = {0};
        if (i < WRAPPERS) {
            packed = wrappers[i].make(text());
        } else {
            append(&packed, text());
        }
        const char *path = write_data(wend__buffer_view(&packed));
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            struct seen seen;
            cr_assert_eq(see(path, NULL, sizes[s], &seen, NULL), WEND_OK);
            expect_stream(&seen, 0, text(), i < WRAPPERS ? wrappers[i].name : "plain");
            clear_seen(&seen);
        }
        wend__buffer_deinit(&packed);
    }
}

Test(source_streams, a_read_is_short_only_at_the_end_of_a_file) {
    struct wend_buffer packed = make_zstd(text());
    struct wend_source *source;
    struct wend_stream stream;
    bool found;
    size_t got;
    uint8_t buffer[4097];
    cr_assert_eq(wend__source_open(write_data(wend__buffer_view(&packed)), NULL, &source, NULL),
                 WEND_OK);
    cr_assert_eq(wend__source_next(source, &found, &stream, NULL), WEND_OK);
    for (size_t at = 0; at < TEXT_BYTES; at += got) {
        size_t left = TEXT_BYTES - at;
        cr_assert_eq(wend__source_read(source, buffer, sizeof buffer, &got, NULL), WEND_OK);
        cr_assert_eq(got, left < sizeof buffer ? left : sizeof buffer);
    }
    cr_assert_eq(wend__source_read(source, buffer, sizeof buffer, &got, NULL), WEND_OK);
    cr_assert_eq(got, 0);
    wend__source_close(source);
    wend__buffer_deinit(&packed);
}

Test(source_streams, a_tar_is_a_stream_for_each_file) {
    static const int formats[] = {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_TAR_GNUTAR,
                                  ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE};
    for (size_t i = 0; i < 3; i++) {
        struct wend_buffer packed = three_members(formats[i]);
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        expect_three(&seen, "tar");
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_streams, a_zip_is_a_stream_for_each_file) {
    struct wend_buffer packed = three_members(ARCHIVE_FORMAT_ZIP);
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    expect_three(&seen, "zip");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

Test(source_streams, a_compressed_tar_is_a_stream_for_each_file) {
    for (size_t i = 0; i < WRAPPERS; i++) {
        char wrapper[32];
        struct wend_buffer tar = three_members(ARCHIVE_FORMAT_TAR_GNUTAR);
        struct wend_buffer packed = wrappers[i].make(wend__buffer_view(&tar));
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        (void)snprintf(wrapper, sizeof wrapper, "tar, %s", wrappers[i].name);
        expect_three(&seen, wrapper);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
        wend__buffer_deinit(&tar);
    }
}

Test(source_streams, tars_one_behind_the_other_are_read_whole) {
    struct member one = {"one", text()};
    struct member two = {"two", {(const uint8_t *)"2\n", 2}};
    struct wend_buffer packed = join(make_archive(ARCHIVE_FORMAT_TAR_USTAR, &one, 1),
                                     make_archive(ARCHIVE_FORMAT_TAR_USTAR, &two, 1));
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    cr_assert_eq(seen.count, 2);
    expect_stream(&seen, 0, text(), "tar");
    expect_stream(&seen, 1, two.bytes, "tar");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

Test(source_streams, a_compressed_member_is_decompressed) {
    static const int formats[] = {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_ZIP};
    for (size_t i = 0; i < WRAPPERS * 2; i++) {
        char wrapper[32];
        struct wend_buffer inner = wrappers[i / 2].make(text());
        struct member members[] = {{"packed", wend__buffer_view(&inner)}, {"plain", text()}};
        struct wend_buffer packed = make_archive(formats[i % 2], members, 2);
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        const char *outer = i % 2 == 0 ? "tar" : "zip";
        (void)snprintf(wrapper, sizeof wrapper, "%s, %s", wrappers[i / 2].name, outer);
        cr_assert_eq(seen.count, 2);
        expect_stream(&seen, 0, text(), wrapper);
        expect_stream(&seen, 1, text(), outer);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
        wend__buffer_deinit(&inner);
    }
}

Test(source_streams, an_archive_in_an_archive_is_trouble_without_bytes) {
    struct wend_buffer tar = three_members(ARCHIVE_FORMAT_TAR_USTAR);
    struct wend_buffer zip = three_members(ARCHIVE_FORMAT_ZIP);
    struct wend_buffer packed_tar = make_gzip(wend__buffer_view(&tar));
    struct member members[] = {{"in.tar", wend__buffer_view(&tar)},
                               {"in.zip", wend__buffer_view(&zip)},
                               {"in.tar.gz", wend__buffer_view(&packed_tar)},
                               {"plain", text()}};
    struct wend_buffer packed = make_archive(ARCHIVE_FORMAT_TAR_USTAR, members, 4);
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    cr_assert_eq(seen.count, 4);
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(seen.streams[i].bytes.len, 0);
        cr_assert(strstr(seen.streams[i].trouble, "archive inside of an archive") != NULL);
    }
    expect_stream(&seen, 3, text(), "tar");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
    wend__buffer_deinit(&packed_tar);
    wend__buffer_deinit(&zip);
    wend__buffer_deinit(&tar);
}

Test(source_streams, members_that_are_not_read_are_passed_by) {
    static const int formats[] = {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_ZIP};
    for (size_t i = 0; i < 2; i++) {
        struct wend_buffer packed = three_members(formats[i]);
        struct wend_source *source;
        struct wend_stream stream;
        bool found;
        size_t count = 0;
        cr_assert_eq(wend__source_open(write_data(wend__buffer_view(&packed)), NULL, &source, NULL),
                     WEND_OK);
        while (wend__source_next(source, &found, &stream, NULL) == WEND_OK && found) {
            cr_assert_null(wend__source_trouble(source));
            count++;
        }
        cr_assert_eq(count, 3);
        wend__source_close(source);
        wend__buffer_deinit(&packed);
    }
}

Test(source_streams, names_of_members_are_bytes) {
    struct member members[] = {{"./gr\xc3\xbc\xc3\x9f.log", text()}};
    static const int formats[] = {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_TAR_GNUTAR,
                                  ARCHIVE_FORMAT_ZIP};
    for (size_t i = 0; i < 3; i++) {
        struct wend_buffer packed = make_archive(formats[i], members, 1);
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        cr_assert_str_eq(strchr(seen.streams[0].name, '!'), "!gr\xc3\xbc\xc3\x9f.log");
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

struct pipe_job {
    int descriptor;
    struct wend_bytes bytes;
    size_t piece;
};

static void *feed_pipe(void *context) {
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
static struct seen see_pipe(struct wend_bytes bytes, size_t piece) {
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

Test(source_streams, standard_input_is_looked_at_like_a_file) {
    struct seen seen = see_pipe(text(), 65536);
    expect_stream(&seen, 0, text(), "plain");
    cr_assert_str_eq(seen.streams[0].name, "-");
    clear_seen(&seen);
    for (size_t i = 0; i < WRAPPERS; i++) {
        struct wend_buffer packed = wrappers[i].make(text());
        seen = see_pipe(wend__buffer_view(&packed), 65536);
        expect_stream(&seen, 0, text(), wrappers[i].name);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_streams, a_pipe_that_trickles_gives_the_same_bytes) {
    struct wend_bytes some = wend__bytes(lines.data, 20000);
    for (size_t i = 0; i < WRAPPERS; i++) {
        struct wend_buffer packed = join(wrappers[i].make(some), wrappers[i].make(some));
        struct seen seen = see_pipe(wend__buffer_view(&packed), 1);
        cr_assert_eq(seen.streams[0].bytes.len, 40000);
        cr_assert_str_empty(seen.streams[0].trouble);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_streams, archives_can_come_through_a_pipe) {
    struct wend_buffer tar = three_members(ARCHIVE_FORMAT_TAR_USTAR);
    struct wend_buffer zip = three_members(ARCHIVE_FORMAT_ZIP);
    struct seen seen = see_pipe(wend__buffer_view(&tar), 1000);
    cr_assert_eq(seen.count, 3);
    cr_assert_str_eq(seen.streams[1].name, "-!a/b/two.log");
    expect_stream(&seen, 1, text(), "tar");
    clear_seen(&seen);
    seen = see_pipe(wend__buffer_view(&zip), 1000);
    cr_assert_eq(seen.count, 3);
    expect_stream(&seen, 1, text(), "zip");
    clear_seen(&seen);
    wend__buffer_deinit(&tar);
    wend__buffer_deinit(&zip);
}

Test(source_streams, a_slow_pipe_gives_what_there_is) {
    int ends[2];
    struct wend_source *source;
    struct wend_stream stream;
    bool found;
    size_t got;
    char line[150];
    char buffer[4096];
    memset(line, 'x', sizeof line);
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    cr_assert_eq(write(ends[1], line, sizeof line), (ssize_t)sizeof line);
    cr_assert_eq(wend__source_open("-", NULL, &source, NULL), WEND_OK);
    cr_assert_eq(wend__source_next(source, &found, &stream, NULL), WEND_OK);
    cr_assert_eq(wend__source_read(source, buffer, sizeof buffer, &got, NULL), WEND_OK);
    cr_assert_eq(got, sizeof line);
    wend__source_close(source);
    close(ends[0]);
    close(ends[1]);
}

Test(source_streams, a_fifo_that_was_named_is_read) {
    const char *path = path_of("fifo");
    pthread_t thread;
    struct seen seen;
    cr_assert_eq(mkfifo(path, 0600), 0);
    struct pipe_job job = {open(path, O_RDWR | O_CLOEXEC), text(), 4096};
    cr_assert_geq(job.descriptor, 0);
    cr_assert_eq(pthread_create(&thread, NULL, feed_pipe, &job), 0);
    cr_assert_eq(see(path, NULL, 65536, &seen, NULL), WEND_OK);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    expect_stream(&seen, 0, text(), "plain");
    clear_seen(&seen);
}

Test(source_streams, what_is_no_file_is_refused_with_what_it_is) {
    struct wend_source *source;
    struct wend_error error = {0};
    cr_assert_eq(wend__source_open(fixture_folder, NULL, &source, &error), WEND_ERROR_IO);
    cr_assert(strstr(error.text, "a directory") != NULL);
    cr_assert_null(source);
    cr_assert_eq(wend__source_open("/dev/zero", NULL, &source, &error), WEND_ERROR_IO);
    cr_assert(strstr(error.text, "a device") != NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", fixture_folder);
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(wend__source_open(address.sun_path, NULL, &source, &error), WEND_ERROR_IO);
    cr_assert(strstr(error.text, "a socket") != NULL);
    close(descriptor);
    cr_assert_eq(wend__source_open(path_of("nothing"), NULL, &source, &error), WEND_ERROR_IO);
    cr_assert(strstr(error.text, strerror(ENOENT)) != NULL);
}

Test(source_streams, a_file_that_grows_is_read_to_its_present_end) {
    const char *path = write_data(wend__bytes("one\n", 4));
    struct wend_source *source;
    struct wend_stream stream;
    bool found;
    size_t got;
    char buffer[100];
    cr_assert_eq(wend__source_open(path, NULL, &source, NULL), WEND_OK);
    write_at(path, "one\ntwo\n", 8);
    cr_assert_eq(wend__source_next(source, &found, &stream, NULL), WEND_OK);
    cr_assert_eq(wend__source_read(source, buffer, sizeof buffer, &got, NULL), WEND_OK);
    cr_assert(wend__bytes_equal(wend__bytes(buffer, got), wend__bytes("one\ntwo\n", 8)));
    wend__source_close(source);
}
