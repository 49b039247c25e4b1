#include "base/buffer.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>

void wend__buffer_deinit(struct wend_buffer *buffer) {
    wend__free(buffer->data);
    *buffer = (struct wend_buffer){0};
}

bool wend__buffer_reserve(struct wend_buffer *buffer, size_t more) {
    if (more > SIZE_MAX - buffer->len) {
        return false;
    }
    void *data = buffer->data;
    bool reserved = wend__reserve(&data, &buffer->capacity, buffer->len + more, 1);
    buffer->data = data;
    return reserved;
}

bool wend__buffer_append_far(struct wend_buffer *buffer, const void *data, size_t len) {
    if (!wend__buffer_reserve(buffer, len)) {
        return false;
    }
    if (len > 0) {
        memcpy(buffer->data + buffer->len, data, len);
        buffer->len += len;
    }
    return true;
}

bool wend__buffer_append_text(struct wend_buffer *buffer, const char *text) {
    return wend__buffer_append(buffer, text, strlen(text));
}

bool wend__buffer_append_format(struct wend_buffer *buffer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    bool appended = len >= 0 && wend__buffer_reserve(buffer, (size_t)len + 1);
    if (appended) {
        (void)vsnprintf((char *)buffer->data + buffer->len, (size_t)len + 1, format, again);
        buffer->len += (size_t)len;
    }
    va_end(again);
    return appended;
}
