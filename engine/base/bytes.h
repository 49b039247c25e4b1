/*
 * bytes.h: a borrowed run of bytes.
 *
 * Terms: *view* = pointer and length into memory that somebody else owns; it is not
 * zero-terminated and may hold any byte. A view with `data == NULL` is *absent* (a field that the
 * record does not have); an empty string that is present has a pointer and length 0.
 */
#ifndef WEND_BASE_BYTES_H
#define WEND_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wend_bytes {
    const uint8_t *data;
    size_t len;
};

#define WEND_BYTES_ABSENT ((struct wend_bytes){NULL, 0})

static inline struct wend_bytes wend__bytes(const void *data, size_t len) {
    return (struct wend_bytes){(const uint8_t *)data, len};
}

static inline struct wend_bytes wend__bytes_text(const char *text) {
    return (struct wend_bytes){(const uint8_t *)text, strlen(text)};
}

/* Eight bytes, in native order. */
static inline uint64_t wend__load_word(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* A call of memcmp costs more than names and numbers of up to 16 bytes do. */
static inline bool wend__bytes_equal(struct wend_bytes a, struct wend_bytes b) {
    if (a.len != b.len) {
        return false;
    }
    if (a.len >= 8 && a.len <= 16) {
        size_t last = a.len - 8;
        return ((wend__load_word(a.data) ^ wend__load_word(b.data)) |
                (wend__load_word(a.data + last) ^ wend__load_word(b.data + last))) == 0;
    }
    return a.len == 0 || memcmp(a.data, b.data, a.len) == 0;
}

static inline bool wend__bytes_is(struct wend_bytes a, const char *text) {
    return wend__bytes_equal(a, wend__bytes_text(text));
}

/* Order of unsigned bytes, the shorter first: negative, 0 or positive. */
static inline int wend__bytes_compare(struct wend_bytes a, struct wend_bytes b) {
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared == 0 ? 0 : memcmp(a.data, b.data, shared);
    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

#endif
