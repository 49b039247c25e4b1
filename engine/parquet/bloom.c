#include "parquet/bloom.h"

#include "base/hash.h"
#include "base/memory.h"
#include "parquet/parquet_format.h"
#include "parquet/thrift.h"

#include <assert.h>

#define WORDS 8U

static const uint32_t salts[WORDS] = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU,
                                      0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U};

bool wend__parquet_bloom_init(struct wend_parquet_bloom *bloom) {
    bloom->inserted_count = 0;
    bloom->waiting_count = 0;
    bloom->words = wend__alloc_zeroed(WEND_BLOOM_BLOCKS_MAX, WEND_BLOOM_BLOCK_BYTES);
    return bloom->words != NULL;
}

void wend__parquet_bloom_deinit(struct wend_parquet_bloom *bloom) {
    wend__free(bloom->words);
    *bloom = (struct wend_parquet_bloom){0};
}

void wend__parquet_bloom_clear(struct wend_parquet_bloom *bloom) {
    memset(bloom->words, 0, (size_t)WEND_BLOOM_BLOCKS_MAX * WEND_BLOOM_BLOCK_BYTES);
    bloom->inserted_count = 0;
    bloom->waiting_count = 0;
}

static uint32_t *block_of(const struct wend_parquet_bloom *bloom, uint64_t hash) {
    uint64_t block = ((hash >> 32) * WEND_BLOOM_BLOCKS_MAX) >> 32;
    return bloom->words + block * WORDS;
}

static void settle(struct wend_parquet_bloom *bloom) {
    for (uint32_t w = 0; w < bloom->waiting_count; w++) {
        uint32_t *words = block_of(bloom, bloom->waiting[w]);
        uint32_t key = (uint32_t)bloom->waiting[w];
        for (unsigned i = 0; i < WORDS; i++) {
            words[i] |= UINT32_C(1) << ((key * salts[i]) >> 27);
        }
    }
    bloom->waiting_count = 0;
}

void wend__parquet_bloom_insert(struct wend_parquet_bloom *bloom, struct wend_bytes value) {
    assert(value.data != NULL || value.len == 0);
    uint64_t hash = XXH64(value.data, value.len, 0);
    if (bloom->waiting_count == WEND_BLOOM_WAITING) {
        settle(bloom);
    }
    __builtin_prefetch(block_of(bloom, hash), 1);
    bloom->waiting[bloom->waiting_count++] = hash;
    bloom->inserted_count++;
}

/* 10.5 bits a value give 1 % false positives; a power of two, which parquet-java expects. */
static uint32_t blocks_for(uint64_t value_count) {
    uint64_t bits = value_count >= UINT64_C(1) << 32 ? UINT64_MAX : value_count * 21 / 2;
    uint32_t blocks = 1;
    while (blocks < WEND_BLOOM_BLOCKS_MAX && (uint64_t)blocks * WEND_BLOOM_BLOCK_BYTES * 8 < bits) {
        blocks *= 2;
    }
    return blocks;
}

static void fold(uint32_t *words, uint32_t blocks) {
    uint32_t neighbours = WEND_BLOOM_BLOCKS_MAX / blocks;
    for (uint32_t block = 0; block < blocks; block++) {
        uint32_t folded[WORDS] = {0};
        for (size_t from = (size_t)block * neighbours; from < (size_t)(block + 1) * neighbours;
             from++) {
            for (unsigned i = 0; i < WORDS; i++) {
                folded[i] |= words[from * WORDS + i];
            }
        }
        memcpy(words + (size_t)block * WORDS, folded, sizeof folded);
    }
}

bool wend__parquet_bloom_write(struct wend_parquet_bloom *bloom, struct wend_buffer *out) {
    settle(bloom);
    uint32_t blocks = blocks_for(bloom->inserted_count);
    fold(bloom->words, blocks);
    size_t len = (size_t)blocks * WEND_BLOOM_BLOCK_BYTES;
    struct wend_thrift_writer thrift;
    wend__thrift_writer_init(&thrift, out);
    wend__thrift_begin(&thrift); /* BloomFilterHeader */
    wend__thrift_write_i32(&thrift, 1, (int32_t)len);
    for (int16_t id = 2; id <= 4; id++) { /* algorithm BLOCK, hash XXHASH, UNCOMPRESSED */
        wend__thrift_begin_field(&thrift, id);
        wend__thrift_write_empty(&thrift, 1);
        wend__thrift_end(&thrift);
    }
    wend__thrift_end(&thrift);
    if (thrift.failed || !wend__buffer_reserve(out, len)) {
        return false;
    }
    for (size_t i = 0; i < (size_t)blocks * WORDS; i++) {
        wend__store_le32(out->data + out->len + i * 4, bloom->words[i]);
    }
    out->len += len;
    return true;
}
