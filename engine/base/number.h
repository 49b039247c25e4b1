/*
 * number.h: numbers as text: the JSON grammar (RFC 8259, section 6), decimals with 4 fraction
 * digits, 128-bit integers.
 */
#ifndef WEND_BASE_NUMBER_H
#define WEND_BASE_NUMBER_H

#include "base/buffer.h"
#include "base/int128.h"

/* A number of the JSON grammar, taken apart: sign, digits, and where the point stands. */
struct wend_number {
    bool negative;
    const uint8_t *integer; /* digits before the point */
    size_t integer_len;     /* at least 1 */
    const uint8_t *fraction;
    size_t fraction_len; /* 0: none */
    int64_t exponent;    /* clamped to +-1,000,000 */
};

/* False when `text` is not wholly one number of the JSON grammar. */
bool wend__number_parse(struct wend_bytes text, struct wend_number *number);

/*
 * The number times 10^`digits` as an integer, finer digits truncated toward zero. False when the
 * magnitude is 10^19 or more.
 */
bool wend__number_scale_truncated(const struct wend_number *number, int digits, bool *negative,
                                  uint64_t *magnitude);

/*
 * SEMANTICS "value": a decimal with 4 fraction digits, finer ones rounded half to even, at most 14
 * digits before the point, as an integer of 1/10000. False for anything else.
 */
bool wend__decimal4_parse(struct wend_bytes text, int64_t *value);

/* -1, 0, 1 as `a` is less than, equal to, greater than `b`: exactly, whatever their digits. */
int wend__number_compare(const struct wend_number *a, const struct wend_number *b);

/* Append an integer, or one of 1/10000 with 4 fraction digits ("-12.3400"). False: no memory. */
bool wend__append_int128(struct wend_buffer *out, wend_int128 value);
bool wend__append_decimal4(struct wend_buffer *out, wend_int128 value);

#endif
