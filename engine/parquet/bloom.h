/*
 * bloom.h: the split-block Bloom filter of a chunk (parquet-format, BloomFilter.md).
 *
 * How many values will come is not known, so values go into a filter of the largest size; at the
 * end it is folded: a block is chosen by the upper bits of the hash, so the filter of half the
 * size is the union of neighbouring blocks, bit for bit what inserting there would have given.
 * Threads: one at a time.
 */
#ifndef WEND_PARQUET_BLOOM_H
#define WEND_PARQUET_BLOOM_H

#include "base/buffer.h"

#define WEND_BLOOM_BLOCK_BYTES 32U
#define WEND_BLOOM_BLOCKS_MAX 32768U /* 1 MiB: 800,000 values at 1 % false positives */

#define WEND_BLOOM_WAITING 16U

struct wend_parquet_bloom {
    uint32_t *words; /* 8 a block */
    uint64_t inserted_count;
    uint32_t waiting_count;
    uint64_t waiting[WEND_BLOOM_WAITING]; /* hashes whose blocks are on their way to the cache */
};

/* False without memory. */
bool wend__parquet_bloom_init(struct wend_parquet_bloom *bloom);
void wend__parquet_bloom_deinit(struct wend_parquet_bloom *bloom);
void wend__parquet_bloom_clear(struct wend_parquet_bloom *bloom);
/* The bytes of a value as PLAIN writes them, without the length. */
void wend__parquet_bloom_insert(struct wend_parquet_bloom *bloom, struct wend_bytes value);
/* Appends header and bitset; the content of `bloom` is folded, so clear it after. */
bool wend__parquet_bloom_write(struct wend_parquet_bloom *bloom, struct wend_buffer *out);

#endif
