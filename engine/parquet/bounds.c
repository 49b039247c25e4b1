#include "parquet/bounds.h"

#include "base/utf8.h"
#include "parquet/parquet_format.h"

#include <assert.h>
#include <math.h>

static int64_t load_int64(const uint8_t *bytes) {
    return (int64_t)wend__load_le64(bytes);
}

static double load_double(const uint8_t *bytes) {
    uint64_t bits = wend__load_le64(bytes);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void store_double(uint8_t *bytes, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    wend__store_le64(bytes, bits);
}

/* Two's complement, big-endian: with the sign bit flipped the order of bytes is that of numbers. */
static int compare_decimal38(const uint8_t *a, const uint8_t *b) {
    int first = (int)(a[0] ^ 0x80) - (int)(b[0] ^ 0x80);
    return first != 0 ? first : memcmp(a + 1, b + 1, 15);
}

int wend__parquet_order_compare(enum wend_parquet_order order, struct wend_bytes a,
                                struct wend_bytes b) {
    switch (order) {
    case WEND_ORDER_INT64: {
        int64_t x = load_int64(a.data);
        int64_t y = load_int64(b.data);
        return (x > y) - (x < y);
    }
    case WEND_ORDER_DOUBLE: {
        double x = load_double(a.data);
        double y = load_double(b.data);
        return (x > y) - (x < y);
    }
    case WEND_ORDER_DECIMAL38:
        return compare_decimal38(a.data, b.data);
    case WEND_ORDER_TEXT:
        return wend__bytes_compare(a, b);
    case WEND_ORDER_NONE:
        break;
    }
    return 0;
}

void wend__parquet_range_add(struct wend_parquet_range *range, enum wend_parquet_order order,
                             struct wend_bytes value) {
    assert(order != WEND_ORDER_NONE);
    if (order == WEND_ORDER_DOUBLE && isnan(load_double(value.data))) {
        return;
    }
    if (range->min.data == NULL) {
        range->min = value;
        range->max = value;
        return;
    }
    if (wend__parquet_order_compare(order, value, range->min) < 0) {
        range->min = value;
    } else if (wend__parquet_order_compare(order, value, range->max) > 0) {
        range->max = value;
    }
}

void wend__parquet_range_add_int64(struct wend_parquet_range *range, const uint8_t *values,
                                   size_t count) {
    if (count == 0) {
        return;
    }
    size_t min_at = 0;
    size_t max_at = 0;
    int64_t min = load_int64(values);
    int64_t max = min;
    for (size_t i = 1; i < count; i++) {
        int64_t value = load_int64(values + i * 8);
        if (value < min) {
            min = value;
            min_at = i;
        }
        if (value > max) {
            max = value;
            max_at = i;
        }
    }
    wend__parquet_range_add(range, WEND_ORDER_INT64, wend__bytes(values + min_at * 8, 8));
    wend__parquet_range_add(range, WEND_ORDER_INT64, wend__bytes(values + max_at * 8, 8));
}

/* Where the last code point of valid text begins; `len` > 0. */
static size_t last_code_point(const uint8_t *text, size_t len) {
    size_t at = len - 1;
    while (at > 0 && (text[at] & 0xC0) == 0x80) {
        at--;
    }
    return at;
}

/* Length of the longest prefix of valid text in at most WEND_PARQUET_BOUND_BYTES. */
static size_t cut_len(struct wend_bytes text) {
    size_t len = WEND_PARQUET_BOUND_BYTES;
    while (len > 0 && (text.data[len] & 0xC0) == 0x80) {
        len--;
    }
    return len;
}

static uint32_t decode_code_point(const uint8_t *text, size_t len) {
    if (len == 1) {
        return text[0];
    }
    uint32_t c = text[0] & (0xFFU >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        c = c << 6 | (text[i] & 0x3FU);
    }
    return c;
}

/*
 * Raises the last code point that can be raised by one and drops those behind it, so that the
 * result is above every text that starts with `text`. False when all are U+10FFFF. UTF-8 keeps the
 * order of code points, so the order of bytes agrees.
 */
static bool raise_text(uint8_t *text, uint8_t *len) {
    while (*len > 0) {
        size_t at = last_code_point(text, *len);
        uint32_t c = decode_code_point(text + at, *len - at);
        if (c < 0x10FFFF) {
            uint8_t encoded[4];
            size_t encoded_len = wend__utf8_encode(c == 0xD7FF ? 0xE000 : c + 1, encoded);
            memcpy(text + at, encoded, encoded_len);
            *len = (uint8_t)(at + encoded_len);
            return true;
        }
        *len = (uint8_t)at;
    }
    return false;
}

static void bound_text(const struct wend_parquet_range *range, struct wend_parquet_bounds *bounds) {
    if (range->min.len > WEND_PARQUET_BOUND_BYTES) {
        bounds->min_len = (uint8_t)cut_len(range->min);
        bounds->is_min_exact = false;
    }
    memcpy(bounds->min, range->min.data, bounds->min_len);
    if (range->max.len > WEND_PARQUET_BOUND_BYTES) {
        bounds->max_len = (uint8_t)cut_len(range->max);
        bounds->is_max_exact = false;
    }
    memcpy(bounds->max, range->max.data, bounds->max_len);
    if (!bounds->is_max_exact && !raise_text(bounds->max, &bounds->max_len)) {
        bounds->is_present = false;
    }
}

void wend__parquet_bounds_of(const struct wend_parquet_range *range, enum wend_parquet_order order,
                             struct wend_parquet_bounds *bounds) {
    *bounds = (struct wend_parquet_bounds){0};
    if (range->min.data == NULL) {
        return;
    }
    bounds->is_present = true;
    bounds->is_min_exact = true;
    bounds->is_max_exact = true;
    bounds->min_len = (uint8_t)range->min.len;
    bounds->max_len = (uint8_t)range->max.len;
    if (order == WEND_ORDER_TEXT) {
        bound_text(range, bounds);
        return;
    }
    memcpy(bounds->min, range->min.data, bounds->min_len);
    memcpy(bounds->max, range->max.data, bounds->max_len);
    if (order == WEND_ORDER_DOUBLE) {
        /* parquet.thrift: a zero minimum is written as -0.0, a zero maximum as +0.0. */
        if (load_double(bounds->min) == 0.0) {
            store_double(bounds->min, -0.0);
        }
        if (load_double(bounds->max) == 0.0) {
            store_double(bounds->max, 0.0);
        }
    }
}

void wend__parquet_bounds_merge(struct wend_parquet_bounds *bounds, enum wend_parquet_order order,
                                const struct wend_parquet_bounds *other) {
    assert(other->is_present);
    if (!bounds->is_present) {
        *bounds = *other;
        return;
    }
    int min_order = wend__parquet_order_compare(order, wend__parquet_bounds_min(other),
                                                wend__parquet_bounds_min(bounds));
    if (min_order < 0) {
        memcpy(bounds->min, other->min, other->min_len);
        bounds->min_len = other->min_len;
        bounds->is_min_exact = other->is_min_exact;
    } else if (min_order == 0) {
        /* A cut minimum that equals another page's whole one: that page holds the value itself. */
        bounds->is_min_exact |= other->is_min_exact;
    }
    int max_order = wend__parquet_order_compare(order, wend__parquet_bounds_max(other),
                                                wend__parquet_bounds_max(bounds));
    if (max_order > 0) {
        memcpy(bounds->max, other->max, other->max_len);
        bounds->max_len = other->max_len;
        bounds->is_max_exact = other->is_max_exact;
    } else if (max_order == 0) {
        bounds->is_max_exact |= other->is_max_exact;
    }
}
