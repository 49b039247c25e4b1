#include "pipeline/rejects_file.h"

#include "base/hidden.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "pipeline/row_merge.h"
#include "worker/rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#define WRITE_BYTES (UINT32_C(256) << 10)

enum { WATCH_EVERY_MS = 100 };

static bool append_json_string(struct wend_buffer *out, struct wend_bytes text) {
    bool done = wend__buffer_append(out, "\"", 1);
    for (size_t i = 0; done && i < text.len; i++) {
        uint8_t c = text.data[i];
        if (c == '"' || c == '\\') {
            char escaped[2] = {'\\', (char)c};
            done = wend__buffer_append(out, escaped, sizeof escaped);
        } else if (c < 0x20 || c == 0x7f) {
            done = wend__buffer_append_format(out, "\\u%04x", c);
        } else {
            done = wend__buffer_append(out, &c, 1);
        }
    }
    return done && wend__buffer_append(out, "\"", 1);
}

static bool append_base64(struct wend_buffer *out, struct wend_bytes bytes) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bool done = wend__buffer_append(out, "\"", 1);
    for (size_t i = 0; done && i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t group = (uint32_t)bytes.data[i] << 16 |
                         (left > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0U) |
                         (left > 2 ? (uint32_t)bytes.data[i + 2] : 0U);
        char text[4] = {digits[group >> 18], digits[group >> 12 & 63],
                        (char)(left > 1 ? digits[group >> 6 & 63] : '='),
                        (char)(left > 2 ? digits[group & 63] : '=')};
        done = wend__buffer_append(out, text, sizeof text);
    }
    return done && wend__buffer_append(out, "\"", 1);
}

static bool append_row(struct wend_buffer *out, const struct wend_rejected *rejected,
                       const struct wend_stream_state *stream) {
    struct wend_buffer name = {0};
    bool is_message = stream->topic != NULL;
    bool done =
        wend__utf8_append_clean(&name,
                                wend__bytes_text(is_message ? stream->topic : stream->name)) &&
        wend__buffer_append_text(out, is_message ? "{\"topic\":" : "{\"input\":") &&
        append_json_string(out, wend__buffer_view(&name)) &&
        (!is_message ||
         wend__buffer_append_format(out, ",\"partition\":%d", (int)stream->partition)) &&
        wend__buffer_append_format(out, ",\"offset\":%llu,\"reason\":\"%s\",",
                                   (unsigned long long)(rejected->position - stream->position),
                                   wend__reject_name(rejected->reason));
    const char *flaw = wend__flaw_text(rejected->flaw);
    if (flaw != NULL) {
        done = done && wend__buffer_append_text(out, "\"detail\":") &&
               append_json_string(out, wend__bytes_text(flaw)) && wend__buffer_append(out, ",", 1);
    }
    wend__buffer_deinit(&name);
    if (wend__utf8_is_valid(rejected->raw)) {
        done = done && wend__buffer_append_text(out, "\"record\":") &&
               append_json_string(out, rejected->raw);
    } else {
        done = done && wend__buffer_append_text(out, "\"record_base64\":") &&
               append_base64(out, rejected->raw);
    }
    return done && wend__buffer_append_text(out, "}\n");
}

static enum wend_status fail_write(const char *path, int number, struct wend_error *error) {
    if (number == ENOMEM) {
        return wend__fail_memory(error);
    }
    return wend__fail(error, WEND_ERROR_IO,
                      "cannot write the reject file %s: %s; free space or choose another place, "
                      "then run again",
                      path, strerror(number));
}

/* Where the rows go. */
struct target {
    int descriptor;
    bool is_file;
    const char *path; /* for messages */
    const struct wend_source_watch *watch;
};

static enum wend_status fail_stopped(struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_CANCELLED, "the run was stopped");
}

/* A pipe whose reader is slow must not keep a run that is to stop. */
static enum wend_status write_slowly(const struct target *target, const uint8_t *at, size_t len,
                                     struct wend_error *error) {
    while (len > 0) {
        ssize_t written = write(target->descriptor, at, len);
        if (written >= 0) {
            at += written;
            len -= (size_t)written;
            continue;
        }
        if (errno != EAGAIN && errno != EINTR) {
            return fail_write(target->path, errno, error);
        }
        struct pollfd waiting = {.fd = target->descriptor, .events = POLLOUT};
        (void)poll(&waiting, 1, WATCH_EVERY_MS);
        if (target->watch->is_stopped(target->watch->context)) {
            return fail_stopped(error);
        }
    }
    return WEND_OK;
}

static enum wend_status flush(const struct target *target, struct wend_buffer *out,
                              struct wend_error *error) {
    if (target->is_file) {
        int number = wend__io_write(target->descriptor, out->data, out->len);
        if (number != 0) {
            return fail_write(target->path, number, error);
        }
    } else {
        WEND_TRY(write_slowly(target, out->data, out->len, error));
    }
    wend__buffer_clear(out);
    return WEND_OK;
}

static enum wend_status write_rows(const struct target *target, struct wend_row_merge *merge,
                                   struct wend_stream_state *const *streams,
                                   struct wend_buffer *out, struct wend_error *error) {
    for (;;) {
        struct wend_bytes key;
        struct wend_bytes payload;
        WEND_TRY(wend__row_merge_next(merge, &key, &payload, error));
        if (out->len >= WRITE_BYTES || key.data == NULL) {
            WEND_TRY(flush(target, out, error));
            if (target->watch->is_stopped(target->watch->context)) {
                return fail_stopped(error);
            }
        }
        if (key.data == NULL) {
            return WEND_OK;
        }
        struct wend_rejected rejected;
        if (!wend__rejects_read(key, payload, &rejected)) {
            return wend__fail(error, WEND_ERROR_IO, "a row of a temporary file is damaged");
        }
        if (!append_row(out, &rejected, streams[rejected.stream_index])) {
            return wend__fail_memory(error);
        }
    }
}

/* A pipe without a reader is waited for. */
static enum wend_status open_other(struct target *target, struct wend_error *error) {
    for (;;) {
        target->descriptor = open(target->path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (target->descriptor >= 0) {
            return WEND_OK;
        }
        if (errno != ENXIO && errno != EINTR) {
            return fail_write(target->path, errno, error);
        }
        (void)poll(NULL, 0, WATCH_EVERY_MS);
        if (target->watch->is_stopped(target->watch->context)) {
            return fail_stopped(error);
        }
    }
}

/* A new file beside `path`, without what killed runs have left there. */
static enum wend_status open_file(struct wend_rejects_file *file, struct target *target,
                                  struct wend_error *error) {
    const char *slash = strrchr(target->path, '/');
    const char *name = slash == NULL ? target->path : slash + 1;
    char *parent = slash == NULL ? wend__copy_text(".", 1)
                                 : wend__copy_text(target->path, (size_t)(name - target->path));
    char *temporary =
        parent == NULL ? NULL : wend__hidden_path(parent, name, WEND_HIDDEN_TEMPORARY);
    if (temporary == NULL) {
        wend__free(parent);
        return wend__fail_memory(error);
    }
    wend__hidden_clear_files(parent, name);
    wend__free(parent);
    target->descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (target->descriptor < 0) {
        int number = errno;
        wend__free(temporary);
        return fail_write(target->path, number, error);
    }
    file->temporary = temporary;
    return WEND_OK;
}

static enum wend_status open_target(struct wend_rejects_file *file, struct target *target,
                                    struct wend_error *error) {
    struct stat status;
    target->is_file = stat(target->path, &status) != 0 || S_ISREG(status.st_mode);
    return target->is_file ? open_file(file, target, error) : open_other(target, error);
}

enum wend_status wend__rejects_file_write(struct wend_rejects_file *file, const char *path,
                                          struct wend_runs *const *runs, uint32_t run_count,
                                          struct wend_stream_state *const *streams,
                                          const struct wend_source_watch *watch,
                                          struct wend_error *error) {
    struct target target = {.descriptor = -1, .path = path, .watch = watch};
    struct wend_buffer out = {0};
    struct wend_row_merge merge = {0};
    file->path = path;
    enum wend_status status = open_target(file, &target, error);
    if (status == WEND_OK) {
        status = wend__row_merge_open(&merge, runs, run_count, NULL, NULL, error);
    }
    if (status == WEND_OK) {
        status = write_rows(&target, &merge, streams, &out, error);
    }
    if (target.descriptor >= 0 && close(target.descriptor) != 0 && status == WEND_OK) {
        status = fail_write(path, errno, error);
    }
    wend__row_merge_deinit(&merge);
    wend__buffer_deinit(&out);
    return status;
}

enum wend_status wend__rejects_file_publish(struct wend_rejects_file *file,
                                            struct wend_error *error) {
    if (file->temporary == NULL) {
        return WEND_OK;
    }
    if (rename(file->temporary, file->path) != 0) {
        return fail_write(file->path, errno, error);
    }
    wend__free(file->temporary);
    file->temporary = NULL;
    return WEND_OK;
}

void wend__rejects_file_deinit(struct wend_rejects_file *file) {
    if (file->temporary != NULL) {
        (void)unlink(file->temporary);
        wend__free(file->temporary);
        file->temporary = NULL;
    }
}
