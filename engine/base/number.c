#include "base/number.h"

enum { MAX_EXPONENT = 1000000 };

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

/* Where the first digit that is not 0 stands among all digits; their count: there is none. */
static size_t first_digit(const struct wend_number *number) {
    size_t count = number->integer_len + number->fraction_len;
    size_t at = 0;
    while (at < count && digit(number, at) == '0') {
        at++;
    }
    return at;
}

/* -1, 0, 1 for less, equal, greater of two that are not 0, whatever their signs; `a_at` and `b_at`
 * are their first digits. What has its first digit further in front of the point is larger. */
static int compare_sizes(const struct wend_number *a, size_t a_at, const struct wend_number *b,
                         size_t b_at) {
    int64_t a_place = (int64_t)a->integer_len + a->exponent - (int64_t)a_at;
    int64_t b_place = (int64_t)b->integer_len + b->exponent - (int64_t)b_at;
    if (a_place != b_place) {
        return a_place < b_place ? -1 : 1;
    }
    size_t a_count = a->integer_len + a->fraction_len;
    size_t b_count = b->integer_len + b->fraction_len;
    for (; a_at < a_count || b_at < b_count; a_at++, b_at++) {
        uint8_t a_digit = a_at < a_count ? digit(a, a_at) : '0';
        uint8_t b_digit = b_at < b_count ? digit(b, b_at) : '0';
        if (a_digit != b_digit) {
            return a_digit < b_digit ? -1 : 1;
        }
    }
    return 0;
}

int wend__number_compare(const struct wend_number *a, const struct wend_number *b) {
    size_t a_at = first_digit(a);
    size_t b_at = first_digit(b);
    int a_sign = a_at == a->integer_len + a->fraction_len ? 0 : a->negative ? -1 : 1;
    int b_sign = b_at == b->integer_len + b->fraction_len ? 0 : b->negative ? -1 : 1;
    if (a_sign != b_sign || a_sign == 0) {
        return (a_sign > b_sign) - (a_sign < b_sign);
    }
    return a_sign * compare_sizes(a, a_at, b, b_at);
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
