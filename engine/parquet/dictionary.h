/*
 * dictionary.h: the distinct values of a chunk and their codes, while the chunk is written.
 *
 * Codes count up from 0 in order of first appearance, so the file never depends on the hash or
 * its seed. The values lie one behind the other in the form of the dictionary page:
 *
 *     plain:    | len 4 | bytes | len 4 | bytes | ...      (fixed width: the bytes only)
 *     offsets:  code -> where the value's bytes start in `plain`
 *     slots:    hash tag, code + 1; open addressing, linear probing, at most half full
 *     recent:   values of 8 to 16 bytes found lately, whole: 4 ns where the slots take 12
 *
 * Threads: one at a time.
 */
#ifndef WEND_PARQUET_DICTIONARY_H
#define WEND_PARQUET_DICTIONARY_H

#include "base/buffer.h"

struct wend_parquet_dictionary_slot {
    uint32_t tag;           /* upper half of the hash */
    uint32_t code_plus_one; /* 0: free */
};

/* A value as its first and its last eight bytes, which overlap where it has fewer than 16. */
struct wend_parquet_recent {
    uint64_t first;
    uint64_t last;
    uint32_t len; /* 0: none */
    uint32_t code;
};

#define WEND_DICTIONARY_RECENT 256U /* 6 KiB */

struct wend_parquet_dictionary {
    uint32_t width; /* bytes of a value; 0: any length, with a length before it */
    uint64_t seed;
    struct wend_buffer plain;
    size_t *offsets;
    size_t offset_capacity;
    uint32_t count;
    struct wend_parquet_dictionary_slot *slots;
    size_t slot_count;                  /* power of two, or 0 before the first value */
    struct wend_parquet_recent *recent; /* NULL before the first value, and for a fixed width */
};

void wend__parquet_dictionary_init(struct wend_parquet_dictionary *dictionary, uint32_t width,
                                   uint64_t seed);
void wend__parquet_dictionary_deinit(struct wend_parquet_dictionary *dictionary);
/* Forgets the values and keeps the memory. */
void wend__parquet_dictionary_clear(struct wend_parquet_dictionary *dictionary);

uint64_t wend__parquet_dictionary_hash(const struct wend_parquet_dictionary *dictionary,
                                       struct wend_bytes value);
/* True when `value`, whose hash is `hash`, has a code. */
bool wend__parquet_dictionary_find(const struct wend_parquet_dictionary *dictionary,
                                   struct wend_bytes value, uint64_t hash, uint32_t *code);
/* Where a value of 8 to 16 bytes stands, or would stand, in `recent`. */
static inline struct wend_parquet_recent *
wend__parquet_dictionary_recent(const struct wend_parquet_dictionary *dictionary,
                                struct wend_bytes value) {
    uint64_t mixed = wend__load_word(value.data) + 3 * wend__load_word(value.data + value.len - 8);
    mixed *= UINT64_C(0x9e3779b97f4a7c15);
    return &dictionary->recent[mixed >> 56];
}

static inline bool wend__parquet_is_recent(const struct wend_parquet_recent *recent,
                                           struct wend_bytes value) {
    return recent->len == value.len && recent->first == wend__load_word(value.data) &&
           recent->last == wend__load_word(value.data + value.len - 8);
}

static inline void wend__parquet_note_recent(struct wend_parquet_recent *recent,
                                             struct wend_bytes value, uint32_t code) {
    *recent = (struct wend_parquet_recent){
        .first = wend__load_word(value.data),
        .last = wend__load_word(value.data + value.len - 8),
        .len = (uint32_t)value.len,
        .code = code,
    };
}

/* Gives `value`, which must not be there, the next code. False without memory. */
bool wend__parquet_dictionary_add(struct wend_parquet_dictionary *dictionary,
                                  struct wend_bytes value, uint64_t hash, uint32_t *code);

/* The value of a code below `count`; valid until the next `add`. */
static inline struct wend_bytes
wend__parquet_dictionary_value(const struct wend_parquet_dictionary *dictionary, uint32_t code) {
    size_t start = dictionary->offsets[code];
    size_t len = dictionary->width;
    if (len == 0) {
        size_t end = code + 1 < dictionary->count ? dictionary->offsets[code + 1] - 4
                                                  : dictionary->plain.len;
        len = end - start;
    }
    return (struct wend_bytes){dictionary->plain.data + start, len};
}

#endif
