/*
 * hash.h: the one include of xxHash.
 *
 * XXH3 with seed 0 where SEMANTICS fixes a published id (path_id, session_id, checksums); XXH3
 * with the secret seed of the run for everything that is looked up by strangers' bytes.
 */
#ifndef WEND_BASE_HASH_H
#define WEND_BASE_HASH_H

#include "base/bytes.h"
#include "base/int128.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

struct wend_hash128 {
    uint64_t high;
    uint64_t low;
};

static inline uint64_t wend__hash64(struct wend_bytes bytes, uint64_t seed) {
    return XXH3_64bits_withSeed(bytes.data, bytes.len, seed);
}

static inline struct wend_hash128 wend__hash128(struct wend_bytes bytes, uint64_t seed) {
    XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data, bytes.len, seed);
    return (struct wend_hash128){hash.high64, hash.low64};
}

/*
 * Of a key that is a few 4-byte words of our own numbering (`len` a multiple of 4): one folded
 * multiplication for 8 bytes, where XXH3 pays for being good with any length.
 */
static inline uint64_t wend__hash_words(const void *key, size_t len, uint64_t seed) {
    const uint8_t *at = key;
    uint64_t hash = seed;
    for (; len > 0; len -= len < 8 ? 4 : 8, at += 8) {
        uint64_t word = 0;
        memcpy(&word, at, len < 8 ? 4 : 8);
        wend_uint128 product = (wend_uint128)(hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash = (uint64_t)product ^ (uint64_t)(product >> 64);
    }
    return hash;
}

/* Spreads a small integer key over 64 bits (the finaliser of MurmurHash3, by Austin Appleby). */
static inline uint64_t wend__hash_mix(uint64_t x) {
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    x *= UINT64_C(0xc4ceb9fe1a85ec53);
    x ^= x >> 33;
    return x;
}

#endif
