/*
 * bounds.h: the smallest and the largest value of a page and of a chunk.
 *
 * The order is that of the column's type (parquet.thrift, ColumnOrder TYPE_ORDER): integers and
 * decimals as signed numbers, text as unsigned bytes, doubles without NaN and with both zeros
 * equal. Long texts are cut to 64 bytes at a code point; a cut maximum is raised so that it stays
 * above every value. BINARY columns have no bounds: nobody looks for a range of sketches.
 * Threads: one at a time.
 */
#ifndef WEND_PARQUET_BOUNDS_H
#define WEND_PARQUET_BOUNDS_H

#include "base/bytes.h"

enum wend_parquet_order {
    WEND_ORDER_NONE,
    WEND_ORDER_INT64,     /* 8 bytes, little-endian, signed */
    WEND_ORDER_DOUBLE,    /* 8 bytes, little-endian */
    WEND_ORDER_DECIMAL38, /* 16 bytes, big-endian, signed */
    WEND_ORDER_TEXT
};

#define WEND_PARQUET_BOUND_BYTES 64U

/* The smallest and largest of the values seen so far; views of the caller's bytes. */
struct wend_parquet_range {
    struct wend_bytes min; /* absent: no value yet */
    struct wend_bytes max;
};

/* What is written to the file. */
struct wend_parquet_bounds {
    bool is_present; /* false: no value, only NaN, or a text that has no short upper bound */
    bool is_min_exact;
    bool is_max_exact;
    uint8_t min_len;
    uint8_t max_len;
    uint8_t min[WEND_PARQUET_BOUND_BYTES];
    uint8_t max[WEND_PARQUET_BOUND_BYTES + 4]; /* a raised code point may be a byte longer */
};

int wend__parquet_order_compare(enum wend_parquet_order order, struct wend_bytes a,
                                struct wend_bytes b);

/* Widens `range` by a value; NaN is passed over. The order must not be NONE. */
void wend__parquet_range_add(struct wend_parquet_range *range, enum wend_parquet_order order,
                             struct wend_bytes value);
/* The same for `count` values of 8 bytes side by side, for INT64. */
void wend__parquet_range_add_int64(struct wend_parquet_range *range, const uint8_t *values,
                                   size_t count);

void wend__parquet_bounds_of(const struct wend_parquet_range *range, enum wend_parquet_order order,
                             struct wend_parquet_bounds *bounds);
/* Widens present `bounds` by the present `other`; absent `bounds` become `other`. */
void wend__parquet_bounds_merge(struct wend_parquet_bounds *bounds, enum wend_parquet_order order,
                                const struct wend_parquet_bounds *other);

static inline struct wend_bytes wend__parquet_bounds_min(const struct wend_parquet_bounds *bounds) {
    return (struct wend_bytes){bounds->min, bounds->min_len};
}

static inline struct wend_bytes wend__parquet_bounds_max(const struct wend_parquet_bounds *bounds) {
    return (struct wend_bytes){bounds->max, bounds->max_len};
}

#endif
