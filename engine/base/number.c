#include "base/number.h"

#include <stdlib.h>

enum { MAX_EXPONENT = 1000000, MAX_DOUBLE_TEXT = 400 };

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

static size_t digits_at(struct wend_bytes text, size_t at) {
    size_t end = at;
    while (end < text.len && is_digit(text.data[end])) {
        end++;
    }
    return end - at;
}

static bool parse_exponent(struct wend_bytes text, size_t *at, int64_t *exponent) {
    size_t p = *at + 1;
    bool negative = p < text.len && text.data[p] == '-';
    if (p < text.len && (text.data[p] == '-' || text.data[p] == '+')) {
        p++;
    }
    size_t len = digits_at(text, p);
    if (len == 0) {
        return false;
    }
    int64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        value = value * 10 + (text.data[p + i] - '0');
        value = value > MAX_EXPONENT ? MAX_EXPONENT : value;
    }
    *exponent = negative ? -value : value;
    *at = p + len;
    return true;
}

bool wend__number_parse(struct wend_bytes text, struct wend_number *number) {
    *number = (struct wend_number){0};
    size_t at = 0;
    if (at < text.len && text.data[at] == '-') {
        number->negative = true;
        at++;
    }
    size_t len = digits_at(text, at);
    if (len == 0 || (len > 1 && text.data[at] == '0')) {
        return false;
    }
    number->integer = text.data + at;
    number->integer_len = len;
    at += len;
    if (at < text.len && text.data[at] == '.') {
        len = digits_at(text, at + 1);
        if (len == 0) {
            return false;
        }
        number->fraction = text.data + at + 1;
        number->fraction_len = len;
        at += 1 + len;
    }
    if (at < text.len && (text.data[at] == 'e' || text.data[at] == 'E')) {
        if (!parse_exponent(text, &at, &number->exponent)) {
            return false;
        }
    }
    return at == text.len;
}

/* Digit `index` of the digits before and after the point, taken as one run. */
static uint8_t digit(const struct wend_number *number, size_t index) {
    return index < number->integer_len ? number->integer[index]
                                       : number->fraction[index - number->integer_len];
}

/*
 * Splits the number at 10^-digits: `*magnitude` gets the digits above; `*half` tells how the rest
 * compares with one half (-1 below, 0 exactly, 1 above) and `*exact` whether there is no rest.
 */
static bool split(const struct wend_number *number, int digits, uint64_t *magnitude, int *half,
                  bool *exact) {
    size_t count = number->integer_len + number->fraction_len;
    int64_t kept = (int64_t)number->integer_len + number->exponent + digits;
    uint64_t value = 0;
    *half = -1;
    *exact = true;
    for (size_t i = 0; i < count && (int64_t)i < kept; i++) {
        if (value > (UINT64_C(9999999999999999999) - 9) / 10) {
            return false;
        }
        value = value * 10 + (uint64_t)(digit(number, i) - '0');
    }
    for (int64_t i = (int64_t)count; i < kept && value != 0; i++) {
        if (value > UINT64_C(999999999999999999)) {
            return false;
        }
        value *= 10;
    }
    *magnitude = value;
    for (size_t i = kept < 0 ? 0 : (size_t)kept; i < count; i++) {
        uint8_t d = digit(number, i);
        if (d == '0') {
            continue;
        }
        *exact = false;
        if ((int64_t)i == kept) {
            *half = d < '5' ? -1 : d > '5' ? 1 : 0;
        } else if (*half == 0) {
            *half = 1;
        }
    }
    return true;
}

bool wend__number_scale_truncated(const struct wend_number *number, int digits, bool *negative,
                                  uint64_t *magnitude) {
    int half;
    bool exact;
    *negative = number->negative;
    return split(number, digits, magnitude, &half, &exact);
}

bool wend__decimal4_parse(struct wend_bytes text, int64_t *value) {
    struct wend_number number;
    uint64_t magnitude;
    int half;
    bool exact;
    if (!wend__number_parse(text, &number) || !split(&number, 4, &magnitude, &half, &exact)) {
        return false;
    }
    if (!exact && (half > 0 || (half == 0 && magnitude % 2 == 1))) {
        magnitude++;
    }
    if (magnitude > UINT64_C(999999999999999999)) {
        return false;
    }
    *value = number.negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

bool wend__number_to_double(struct wend_bytes text, double *value) {
    struct wend_number number;
    char copy[MAX_DOUBLE_TEXT];
    if (!wend__number_parse(text, &number) || text.len >= sizeof copy) {
        return false;
    }
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    *value = strtod(copy, NULL);
    return true;
}

bool wend__append_int128(struct wend_buffer *out, wend_int128 value) {
    uint8_t text[40];
    size_t at = sizeof text;
    wend_uint128 rest = value < 0 ? -(wend_uint128)value : (wend_uint128)value;
    do {
        text[--at] = (uint8_t)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest != 0);
    if (value < 0) {
        text[--at] = '-';
    }
    return wend__buffer_append(out, text + at, sizeof text - at);
}

bool wend__append_decimal4(struct wend_buffer *out, wend_int128 value) {
    wend_uint128 magnitude = value < 0 ? -(wend_uint128)value : (wend_uint128)value;
    return (value >= 0 || wend__buffer_append(out, "-", 1)) &&
           wend__append_int128(out, (wend_int128)(magnitude / 10000)) &&
           wend__buffer_append_format(out, ".%04d", (int)(magnitude % 10000));
}
