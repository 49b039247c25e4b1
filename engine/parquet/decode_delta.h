/*
 * decode_delta.h: DELTA_BINARY_PACKED (Encodings.md) value by value.
 *
 *     block size | miniblocks in a block | values | first value | block ...
 *     block:  smallest difference | bit width of each miniblock | miniblock ...
 *
 * A value is the one before, plus the smallest difference of its block, plus its packed number;
 * all arithmetic wraps around. For numbers of 32 bits the lower half of the result counts: DuckDB
 * packs their differences with up to 33 bits.
 * Threads: one at a time.
 */
#ifndef WEND_PARQUET_DECODE_DELTA_H
#define WEND_PARQUET_DECODE_DELTA_H

#include "base/bytes.h"

struct wend_parquet_delta {
    const uint8_t *at;
    const uint8_t *end;
    uint32_t miniblock_count; /* in a block */
    uint32_t miniblock_len;   /* values */
    uint64_t value_count;
    uint64_t left; /* values that are still to come */
    uint64_t value;
    uint64_t difference_min;
    const uint8_t *widths;
    uint32_t miniblock_at;
    uint32_t miniblock_left; /* values */
    uint32_t bit_width;
    struct wend_bytes packed; /* of the miniblock */
    uint64_t packed_bit;      /* the next one of it */
};

/* Reads the head. `count_max` is the most values that there can be. False: damaged. */
bool wend__parquet_delta_init(struct wend_parquet_delta *delta, struct wend_bytes bytes,
                              uint64_t count_max);
/* False: there is no more, or the bytes are damaged. */
bool wend__parquet_delta_next(struct wend_parquet_delta *delta, uint64_t *value);
/* Where the bytes behind all values begin; the reading does not move. False: damaged. */
bool wend__parquet_delta_end(const struct wend_parquet_delta *delta, const uint8_t **end);

#endif
