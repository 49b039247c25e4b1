/*
 * decode_levels.h: the RLE and bit-packing hybrid (Encodings.md, "RLE") value by value: levels,
 * dictionary codes, booleans.
 *
 * A run of a few bytes may stand for billions of values, so nothing is unpacked ahead but one
 * group of 8.
 * Threads: one at a time.
 */
#ifndef WEND_PARQUET_DECODE_LEVELS_H
#define WEND_PARQUET_DECODE_LEVELS_H

#include "base/bytes.h"

struct wend_parquet_hybrid {
    const uint8_t *at;
    const uint8_t *end;
    uint32_t bit_width;     /* 0 to 32 */
    uint32_t repeated;      /* the value of a repeated run */
    uint64_t repeated_left; /* how often it comes again */
    uint64_t packed_left;   /* values of the packed run that are not in `group` */
    uint32_t group_at;
    uint32_t group_len;
    uint32_t group[8];
};

/* `bit_width` is at most 32. */
void wend__parquet_hybrid_init(struct wend_parquet_hybrid *hybrid, struct wend_bytes bytes,
                               uint32_t bit_width);
/* Starts the next run or group; false: there is none. */
bool wend__parquet_hybrid_refill(struct wend_parquet_hybrid *hybrid);

/* False: the bytes have ended, or are damaged. */
static inline bool wend__parquet_hybrid_next(struct wend_parquet_hybrid *hybrid, uint32_t *value) {
    if (hybrid->repeated_left == 0 && hybrid->group_at == hybrid->group_len &&
        !wend__parquet_hybrid_refill(hybrid)) {
        return false;
    }
    if (hybrid->repeated_left > 0) {
        hybrid->repeated_left--;
        *value = hybrid->repeated;
    } else {
        *value = hybrid->group[hybrid->group_at++];
    }
    return true;
}

#endif
