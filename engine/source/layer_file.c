#include "source/layer.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/memory.h"

/* read(2) takes less than 2 GiB at a time. */
static const size_t read_max_bytes = (size_t)1 << 30;

struct file_layer {
    struct wend_layer layer;
    int descriptor;
    bool is_owned;
    const char *label;
};

enum { WATCH_EVERY_MS = 100 };

/*
 * Waits until there is something to read, an end, or an error, which read(2) then tells; at once
 * for a regular file. False when the watch says to give up.
 */
static bool wait_for_bytes(const struct file_layer *file) {
    const struct wend_source_watch *watch = file->layer.context->options.watch;
    struct pollfd waiting = {.fd = file->descriptor, .events = POLLIN};
    for (;;) {
        int ready = poll(&waiting, 1, watch == NULL ? -1 : WATCH_EVERY_MS);
        if (ready > 0 || (ready < 0 && errno != EINTR)) {
            return true;
        }
        if (watch != NULL && watch->is_stopped(watch->context)) {
            return false;
        }
    }
}

static enum wend_status file_read(struct wend_layer *layer, uint8_t *out, size_t capacity,
                                  size_t *got, struct wend_error *error) {
    struct file_layer *file = (struct file_layer *)layer;
    size_t wanted = capacity < read_max_bytes ? capacity : read_max_bytes;
    ssize_t len;
    do {
        if (!wait_for_bytes(file)) {
            return wend__fail(error, WEND_ERROR_CANCELLED, "the wait for %s was stopped",
                              file->label);
        }
        len = read(file->descriptor, out, wanted);
    } while (len < 0 && (errno == EINTR || errno == EAGAIN));
    if (len < 0) {
        return wend__fail(error, WEND_ERROR_IO,
                          "cannot read %s: %s; check where it lies, then run again", file->label,
                          strerror(errno));
    }
    *got = (size_t)len;
    return WEND_OK;
}

static void file_close(struct wend_layer *layer) {
    struct file_layer *file = (struct file_layer *)layer;
    if (file->is_owned) {
        (void)close(file->descriptor);
    }
    wend__layer_deinit(layer);
    wend__free(file);
}

static const struct wend_layer_kind file_kind = {"file", file_read, file_close};

struct wend_layer *wend__layer_file_open(int descriptor, bool is_owned, const char *label,
                                         struct wend_layer_context *context) {
    struct file_layer *file = wend__alloc_zeroed(1, sizeof *file);
    if (file == NULL) {
        return NULL;
    }
    (void)wend__layer_init(&file->layer, &file_kind, NULL, context);
    file->descriptor = descriptor;
    file->is_owned = is_owned;
    file->label = label;
    return &file->layer;
}
