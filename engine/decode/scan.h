/*
 * scan.h: finding the next byte that matters, many bytes at a time.
 *
 * Each function reads only inside [at, end). Two versions: 16 bytes at a time where the baseline of
 * the target has SSE2, else 8 in a machine word; the word version is the reference and is always
 * compiled.
 * Threads: pure functions.
 */
#ifndef WEND_DECODE_SCAN_H
#define WEND_DECODE_SCAN_H

#include "base/bytes.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static inline bool wend__is_json_special(uint8_t c) {
    return c == '"' || c == '\\' || c < 0x20 || c >= 0x80;
}

/*
 * The first byte of [at, end) that is a quote, a backslash, a control character or not ASCII; `end`
 * where there is none. The word test flags a byte of value v by the top bit of an expression that
 * borrows across bytes, so a flag may be wrong above the first one: only "none" is trusted, and a
 * flagged word is looked through byte by byte.
 */
static inline const uint8_t *wend__scan_json_text_word(const uint8_t *at, const uint8_t *end) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = UINT64_C(0x8080808080808080);
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        uint64_t quote = word ^ (ones * '"');
        uint64_t backslash = word ^ (ones * '\\');
        uint64_t flags = word | (word - ones * 0x20) | (quote - ones) | (backslash - ones);
        if ((flags & tops) != 0) {
            for (size_t i = 0; i < 8; i++) {
                if (wend__is_json_special(at[i])) {
                    return at + i;
                }
            }
        }
        at += 8;
    }
    while (at < end && !wend__is_json_special(*at)) {
        at++;
    }
    return at;
}

static inline const uint8_t *wend__scan_json_text(const uint8_t *at, const uint8_t *end) {
#if defined(__SSE2__)
    const __m128i quotes = _mm_set1_epi8('"');
    const __m128i backslashes = _mm_set1_epi8('\\');
    const __m128i blanks = _mm_set1_epi8(0x20);
    while (end - at >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        /* A signed comparison finds control characters and bytes from 0x80 in one go. */
        __m128i found = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quotes), _mm_cmpeq_epi8(bytes, backslashes)),
            _mm_cmplt_epi8(bytes, blanks));
        unsigned mask = (unsigned)_mm_movemask_epi8(found);
        if (mask != 0) {
            return at + __builtin_ctz(mask);
        }
        at += 16;
    }
#endif
    return wend__scan_json_text_word(at, end);
}

/* Length of the well-formed UTF-8 sequence of 2 to 4 bytes at `at` (RFC 3629), 0 for none. */
static inline size_t wend__utf8_sequence(const uint8_t *at, const uint8_t *end) {
    uint8_t first = at[0];
    size_t left = (size_t)(end - at);
    if (first < 0xC2 || first > 0xF4) {
        return 0;
    }
    size_t len = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (left < len || at[1] < low || at[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < len; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return len;
}

/* The first `wanted` of [at, end), or NULL. */
static inline const uint8_t *wend__find_byte(const uint8_t *at, const uint8_t *end,
                                             uint8_t wanted) {
    return at == end ? NULL : memchr(at, wanted, (size_t)(end - at));
}

/* The first `one` or `other` of [at, end), else `end`. */
static inline const uint8_t *wend__find_either(const uint8_t *at, const uint8_t *end, uint8_t one,
                                               uint8_t other) {
#if defined(__SSE2__)
    const __m128i ones = _mm_set1_epi8((char)one);
    const __m128i others = _mm_set1_epi8((char)other);
    for (; end - at >= 16; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, ones), _mm_cmpeq_epi8(bytes, others));
        unsigned mask = (unsigned)_mm_movemask_epi8(found);
        if (mask != 0) {
            return at + __builtin_ctz(mask);
        }
    }
#endif
    while (at < end && *at != one && *at != other) {
        at++;
    }
    return at;
}

#endif
