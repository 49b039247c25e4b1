#include "source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "source/archive_reader.h"
#include "source/file_kind.h"
#include "source/wrapper.h"

enum source_state {
    SOURCE_NEW,     /* nothing was looked at */
    SOURCE_ARCHIVE, /* in an archive */
    SOURCE_DONE,    /* the present stream is the last */
};

/*
 * Two chains. The one of the file goes from the file to what is plain or an archive; that of a
 * member starts at the archive's reader and lives as long as its stream.
 */
struct wend_source {
    char *path;
    enum source_state state;
    bool is_regular; /* reads come short only at the end */
    bool is_mute;    /* there is no present stream, or it has no bytes */
    struct wend_layer *file;
    struct wend_layer *file_top;
    struct wend_archive_reader *archive; /* NULL: none */
    struct wend_layer *member_top;       /* NULL: none */
    struct wend_layer_context file_context;
    struct wend_layer_context member_context;
    uint64_t given_bytes; /* of all streams */
    struct wend_buffer name;
    struct wend_buffer wrapper;
};

static uint64_t or_default(uint64_t value, uint64_t otherwise) {
    return value == 0 ? otherwise : value;
}

static void set_options(struct wend_source *source, const struct wend_source_options *options) {
    static const struct wend_source_options none = {0};
    const struct wend_source_options *given = options == NULL ? &none : options;
    /* 10 to 31 is what zstd can be told. */
    uint64_t window_log = or_default(given->max_window_log, 27);
    window_log = window_log < 10 ? 10 : window_log;
    window_log = window_log > 31 ? 31 : window_log;
    source->file_context.options = (struct wend_source_options){
        .max_window_log = (uint32_t)window_log,
        .ratio_max = or_default(given->ratio_max, 2000),
        .entries_max = or_default(given->entries_max, 1000000),
        .watch = given->watch,
    };
    source->member_context.options = source->file_context.options;
}

static enum wend_status open_file(struct wend_source *source, struct wend_error *error) {
    struct stat status;
    bool is_standard = strcmp(source->path, "-") == 0;
    const char *label = is_standard ? "standard input" : source->path;
    int descriptor = STDIN_FILENO;
    if (is_standard ? fstat(descriptor, &status) != 0 : stat(source->path, &status) != 0) {
        return wend__fail(error, WEND_ERROR_IO, "cannot open %s: %s", label, strerror(errno));
    }
    /* Whatever else a shell puts there: a terminal and /dev/null are standard inputs, too. */
    bool is_fine = S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode) ||
                   (is_standard && !S_ISDIR(status.st_mode));
    if (!is_fine) {
        return wend__fail(error, WEND_ERROR_IO, "cannot read %s: it is %s, not a file", label,
                          wend__file_kind(status.st_mode));
    }
    if (!is_standard) {
        /* A FIFO without a writer is waited for when it is read, where the watch is asked: Linux
         * tells of no end before there was a writer. */
        int waiting = S_ISFIFO(status.st_mode) ? O_NONBLOCK : 0;
        descriptor = open(source->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | waiting);
    }
    if (descriptor < 0) {
        return wend__fail(error, WEND_ERROR_IO, "cannot open %s: %s", label, strerror(errno));
    }
    source->is_regular = S_ISREG(status.st_mode);
    if (source->is_regular) { /* a hint; where it is refused, nothing is lost */
        (void)posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    source->file = wend__layer_file_open(descriptor, !is_standard, label, &source->file_context);
    if (source->file == NULL) {
        if (!is_standard) {
            (void)close(descriptor);
        }
        return wend__fail_memory(error);
    }
    source->file_top = source->file;
    return WEND_OK;
}

enum wend_status wend__source_open(const char *path, const struct wend_source_options *options,
                                   struct wend_source **out, struct wend_error *error) {
    struct wend_source *source = wend__alloc_zeroed(1, sizeof *source);
    *out = NULL;
    if (source == NULL) {
        return wend__fail_memory(error);
    }
    set_options(source, options);
    source->is_mute = true;
    source->path = wend__copy_text(path, strlen(path));
    enum wend_status status =
        source->path == NULL ? wend__fail_memory(error) : open_file(source, error);
    if (status != WEND_OK) {
        wend__source_close(source);
        return status;
    }
    *out = source;
    return WEND_OK;
}

static void close_member(struct wend_source *source) {
    wend__layer_close_down(source->member_top, NULL);
    source->member_top = NULL;
    source->member_context.trouble[0] = '\0';
}

void wend__source_set_watch(struct wend_source *source, const struct wend_source_watch *watch) {
    source->file_context.options.watch = watch;
}

void wend__source_close(struct wend_source *source) {
    if (source == NULL) {
        return;
    }
    close_member(source);
    wend__archive_close(source->archive);
    wend__layer_close_down(source->file_top, NULL);
    wend__buffer_deinit(&source->name);
    wend__buffer_deinit(&source->wrapper);
    wend__free(source->path);
    wend__free(source);
}

/* Appends "gzip, tar": the outermost is the last. */
static bool append_wrappers(struct wend_buffer *out, const struct wend_layer *top,
                            const struct wend_layer *bottom) {
    bool is_good = true;
    for (const struct wend_layer *layer = top; layer != NULL && layer != bottom;
         layer = layer->below) {
        is_good = is_good && (out->len == 0 || wend__buffer_append_text(out, ", ")) &&
                  wend__buffer_append_text(out, layer->kind->name);
    }
    return is_good;
}

static enum wend_status describe(struct wend_source *source, const char *member,
                                 struct wend_stream *stream, struct wend_error *error) {
    struct wend_buffer *name = &source->name;
    struct wend_buffer *wrapper = &source->wrapper;
    wend__buffer_clear(name);
    wend__buffer_clear(wrapper);
    bool is_good = wend__buffer_append_text(name, source->path);
    if (member != NULL) {
        is_good = is_good && wend__buffer_append_text(name, "!") &&
                  wend__buffer_append_text(name, member);
    }
    is_good = is_good && append_wrappers(wrapper, source->member_top, NULL);
    if (source->archive != NULL && source->member_top == NULL) {
        is_good = is_good && wend__buffer_append_text(wrapper, wend__archive_kind(source->archive));
    }
    is_good = is_good && append_wrappers(wrapper, source->file_top, source->file);
    if (wrapper->len == 0) {
        is_good = is_good && wend__buffer_append_text(wrapper, "plain");
    }
    if (!is_good || !wend__buffer_append(name, "", 1) || !wend__buffer_append(wrapper, "", 1)) {
        return wend__fail_memory(error);
    }
    *stream = (struct wend_stream){
        .name = (const char *)name->data,
        .is_member = source->archive != NULL,
        .wrapper = (const char *)wrapper->data,
    };
    return WEND_OK;
}

static enum wend_status open_member(struct wend_source *source, bool *is_archive,
                                    struct wend_error *error) {
    enum wend_wrapper inside;
    source->member_top = wend__archive_member_open(source->archive, &source->member_context);
    if (source->member_top == NULL) {
        return wend__fail_memory(error);
    }
    WEND_TRY(wend__wrapper_peel(&source->member_top, &inside, error));
    *is_archive = inside == WEND_WRAPPER_TAR || inside == WEND_WRAPPER_ZIP;
    if (*is_archive) {
        wend__layer_trouble(&source->member_context,
                            "it is a %s archive inside of an archive, which is not opened; "
                            "unpack the outer one first",
                            inside == WEND_WRAPPER_TAR ? "tar" : "zip");
    }
    return WEND_OK;
}

static enum wend_status next_in_archive(struct wend_source *source, bool *found,
                                        struct wend_stream *stream, struct wend_error *error) {
    enum wend_archive_found what;
    WEND_TRY(wend__archive_next(source->archive, &what, error));
    *found = what != WEND_ARCHIVE_END;
    if (what == WEND_ARCHIVE_END) {
        source->state = SOURCE_DONE;
        return WEND_OK;
    }
    if (what == WEND_ARCHIVE_TROUBLE) {
        /* Of the archive, not of a member: a stream of its own tells it. */
        wend__layer_trouble(&source->member_context, "%s", source->file_context.trouble);
        source->file_context.trouble[0] = '\0';
        return describe(source, NULL, stream, error);
    }
    bool is_archive = false;
    WEND_TRY(open_member(source, &is_archive, error));
    WEND_TRY(describe(source, wend__archive_member_name(source->archive), stream, error));
    source->is_mute = is_archive;
    return WEND_OK;
}

enum wend_status wend__source_next(struct wend_source *source, bool *found,
                                   struct wend_stream *stream, struct wend_error *error) {
    *found = false;
    close_member(source);
    source->is_mute = true;
    if (source->state == SOURCE_NEW) {
        enum wend_wrapper inside;
        WEND_TRY(wend__wrapper_peel(&source->file_top, &inside, error));
        if (inside != WEND_WRAPPER_TAR && inside != WEND_WRAPPER_ZIP) {
            source->state = SOURCE_DONE;
            WEND_TRY(describe(source, NULL, stream, error));
            *found = true;
            source->is_mute = false;
            return WEND_OK;
        }
        WEND_TRY(wend__archive_open(source->file_top, inside == WEND_WRAPPER_ZIP, &source->archive,
                                    error));
        source->state = SOURCE_ARCHIVE;
    }
    if (source->state == SOURCE_ARCHIVE) {
        return next_in_archive(source, found, stream, error);
    }
    source->file_context.trouble[0] = '\0';
    return WEND_OK;
}

/* Wrappers inside of wrappers multiply; this looks at all that came from the file. */
static void check_total(struct wend_source *source) {
    uint64_t ratio_max = source->file_context.options.ratio_max;
    if (source->given_bytes <= WEND_SOURCE_RATIO_FLOOR_BYTES ||
        source->given_bytes / ratio_max <= source->file->out_bytes) {
        return;
    }
    wend__layer_trouble(source->archive == NULL ? &source->file_context : &source->member_context,
                        "it unpacks to more than %" PRIu64
                        " times the size of the file, which is the limit; the rest is not read",
                        ratio_max);
    source->is_mute = true;
    source->state = SOURCE_DONE;
}

enum wend_status wend__source_read(struct wend_source *source, void *buffer, size_t capacity,
                                   size_t *got, struct wend_error *error) {
    struct wend_layer *layer = source->archive == NULL ? source->file_top : source->member_top;
    uint8_t *out = buffer;
    *got = 0;
    while (*got < capacity && !source->is_mute) {
        size_t len;
        WEND_TRY(wend__layer_read(layer, out + *got, capacity - *got, &len, error));
        *got += len;
        source->given_bytes += len;
        check_total(source);
        if (len == 0 || !source->is_regular) {
            break;
        }
    }
    return WEND_OK;
}

const char *wend__source_trouble(const struct wend_source *source) {
    const char *trouble =
        source->archive == NULL ? source->file_context.trouble : source->member_context.trouble;
    return trouble[0] == '\0' ? NULL : trouble;
}

uint64_t wend__source_raw_bytes(const struct wend_source *source) {
    return source->file->out_bytes;
}
