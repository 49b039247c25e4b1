#include "pipeline/rejects_file.h"

#include "base/io.h"
#include "base/utf8.h"
#include "pipeline/row_merge.h"
#include "worker/rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define WRITE_BYTES (UINT32_C(256) << 10)

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
                        left > 1 ? digits[group >> 6 & 63] : '=',
                        left > 2 ? digits[group & 63] : '='};
        done = wend__buffer_append(out, text, sizeof text);
    }
    return done && wend__buffer_append(out, "\"", 1);
}

static bool append_row(struct wend_buffer *out, const struct wend_rejected *rejected,
                       const struct wend_stream_state *stream) {
    struct wend_buffer name = {0};
    bool done =
        wend__utf8_append_clean(&name, wend__bytes_text(stream->name)) &&
        wend__buffer_append_text(out, "{\"input\":") &&
        append_json_string(out, wend__buffer_view(&name)) &&
        wend__buffer_append_format(out, ",\"offset\":%llu,\"reason\":\"%s\",",
                                   (unsigned long long)(rejected->position - stream->position),
                                   wend__reject_name(rejected->reason));
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

static enum wend_status write_rows(int descriptor, const char *path, struct wend_row_merge *merge,
                                   const struct wend_block_reader *reader, struct wend_buffer *out,
                                   struct wend_error *error) {
    for (;;) {
        struct wend_bytes key;
        struct wend_bytes payload;
        WEND_TRY(wend__row_merge_next(merge, &key, &payload, error));
        if (out->len >= WRITE_BYTES || key.data == NULL) {
            int number = wend__io_write(descriptor, out->data, out->len);
            if (number != 0) {
                return fail_write(path, number, error);
            }
            wend__buffer_clear(out);
        }
        if (key.data == NULL) {
            return WEND_OK;
        }
        struct wend_rejected rejected;
        if (!wend__rejects_read(key, payload, &rejected)) {
            return wend__fail(error, WEND_ERROR_IO, "a row of a temporary file is damaged");
        }
        if (!append_row(out, &rejected, wend__block_reader_stream(reader, rejected.stream_index))) {
            return wend__fail_memory(error);
        }
    }
}

/* Opens what is written to: a new file beside `path`, or `path` itself when it is no file. */
static int open_target(const char *path, struct wend_buffer *temporary) {
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        return open(path, O_WRONLY | O_CLOEXEC);
    }
    if (!wend__buffer_append_text(temporary, path) ||
        !wend__buffer_append(temporary, ".XXXXXX", 8)) {
        errno = ENOMEM;
        return -1;
    }
    int descriptor = mkstemp((char *)temporary->data);
    if (descriptor >= 0) {
        /* As any file that a program makes: mkstemp gives it to its owner alone. */
        mode_t mask = umask(0);
        (void)umask(mask);
        (void)fchmod(descriptor, 0666 & ~mask);
    }
    return descriptor;
}

enum wend_status wend__rejects_file_write(const char *path, struct wend_runs *const *runs,
                                          uint32_t run_count,
                                          const struct wend_block_reader *reader,
                                          struct wend_error *error) {
    struct wend_buffer temporary = {0};
    struct wend_buffer out = {0};
    struct wend_row_merge merge = {0};
    int descriptor = open_target(path, &temporary);
    enum wend_status status = descriptor < 0 ? fail_write(path, errno, error) : WEND_OK;
    bool is_renamed = status == WEND_OK && temporary.len > 0;
    if (status == WEND_OK) {
        status = wend__row_merge_open(&merge, runs, run_count, NULL, NULL, error);
    }
    if (status == WEND_OK) {
        status = write_rows(descriptor, path, &merge, reader, &out, error);
    }
    if (descriptor >= 0 && close(descriptor) != 0 && status == WEND_OK) {
        status = fail_write(path, errno, error);
    }
    if (is_renamed) {
        const char *name = (const char *)temporary.data;
        if (status == WEND_OK && rename(name, path) != 0) {
            status = fail_write(path, errno, error);
        }
        if (status != WEND_OK) {
            (void)unlink(name);
        }
    }
    wend__row_merge_deinit(&merge);
    wend__buffer_deinit(&out);
    wend__buffer_deinit(&temporary);
    return status;
}
