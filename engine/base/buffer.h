/*
 * buffer.h: a growable byte buffer.
 *
 * Zero-initialise to start; `deinit` frees. After a failed append the content is what it was.
 * Threads: one at a time.
 */
#ifndef WEND_BASE_BUFFER_H
#define WEND_BASE_BUFFER_H

#include "base/bytes.h"

struct wend_buffer {
    uint8_t *data;
    size_t len;
    size_t capacity;
};

void wend__buffer_deinit(struct wend_buffer *buffer);
/* Room for `more` bytes behind `len`; false without memory. */
bool wend__buffer_reserve(struct wend_buffer *buffer, size_t more);
/* What `append` does where there is nothing to do or no room. */
bool wend__buffer_append_far(struct wend_buffer *buffer, const void *data, size_t len);
static inline bool wend__buffer_append(struct wend_buffer *buffer, const void *data, size_t len) {
    if (data == NULL || len == 0 || len > buffer->capacity - buffer->len) {
        return wend__buffer_append_far(buffer, data, len);
    }
    memcpy(buffer->data + buffer->len, data, len);
    buffer->len += len;
    return true;
}
bool wend__buffer_append_text(struct wend_buffer *buffer, const char *text);
bool wend__buffer_append_format(struct wend_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline void wend__buffer_clear(struct wend_buffer *buffer) {
    buffer->len = 0;
}

static inline struct wend_bytes wend__buffer_view(const struct wend_buffer *buffer) {
    static const uint8_t nothing = 0;
    return (struct wend_bytes){buffer->data == NULL ? &nothing : buffer->data, buffer->len};
}

#endif
