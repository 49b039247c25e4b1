/* utf8.h: checking and repairing UTF-8 (RFC 3629, Unicode 15 section 3.9). */
#ifndef WEND_BASE_UTF8_H
#define WEND_BASE_UTF8_H

#include "base/buffer.h"

/* Length of the longest valid prefix; equal to bytes.len when all is valid. */
size_t wend__utf8_valid_prefix(struct wend_bytes bytes);

static inline bool wend__utf8_is_valid(struct wend_bytes bytes) {
    return wend__utf8_valid_prefix(bytes) == bytes.len;
}

/*
 * Appends `bytes`, each maximal ill-formed part replaced by one U+FFFD ("substitution of maximal
 * subparts", as Python and WHATWG do). False without memory.
 */
bool wend__utf8_append_clean(struct wend_buffer *out, struct wend_bytes bytes);

/* Writes code point `c` (not a surrogate, at most 0x10FFFF) into out[4]; returns its length. */
size_t wend__utf8_encode(uint32_t c, uint8_t out[4]);

#endif
