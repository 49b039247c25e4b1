/*
 * encode.h: small numbers to the RLE and bit-packing hybrid (Encodings.md, "RLE").
 *
 * Levels and dictionary codes are kept as plain arrays of uint32_t while a page grows; a page is
 * cut every 20,000 rows or so, hence the arrays stay small and the encoder sees whole runs.
 * Threads: one at a time.
 */
#ifndef WEND_PARQUET_ENCODE_H
#define WEND_PARQUET_ENCODE_H

#include "base/buffer.h"
#include "base/memory.h"

/* A growable array; zero-initialise to start. */
struct wend_parquet_codes {
    uint32_t *items;
    size_t count;
    size_t capacity;
};

static inline bool wend__parquet_codes_reserve(struct wend_parquet_codes *codes, size_t more) {
    if (more <= codes->capacity - codes->count) {
        return true;
    }
    void *items = codes->items;
    bool reserved =
        wend__reserve(&items, &codes->capacity, codes->count + more, sizeof *codes->items);
    codes->items = items;
    return reserved;
}

/* False without memory. */
static inline bool wend__parquet_codes_push(struct wend_parquet_codes *codes, uint32_t code) {
    if (!wend__parquet_codes_reserve(codes, 1)) {
        return false;
    }
    codes->items[codes->count++] = code;
    return true;
}

static inline void wend__parquet_codes_deinit(struct wend_parquet_codes *codes) {
    wend__free(codes->items);
    *codes = (struct wend_parquet_codes){0};
}

/* Bits for numbers up to `largest`, at least 1. */
uint32_t wend__parquet_bit_width(uint32_t largest);

/*
 * Appends `codes` as a hybrid of `bit_width` (1 to 32) bits, without length prefix. Bit-packed
 * runs hold whole groups of 8, zero-padded, at most 63 groups: readers exist that take no other.
 * False without memory.
 */
bool wend__parquet_encode_codes(struct wend_buffer *out, const struct wend_parquet_codes *codes,
                                uint32_t bit_width);

/* Levels of a V1 page: the same with bit width 1 behind a 4-byte length. False without memory. */
bool wend__parquet_encode_levels(struct wend_buffer *out, const struct wend_parquet_codes *levels);

#endif
