/*
 * match_recent.h: the numbers of short texts seen lately, found without a hash over their bytes.
 *
 *   text of 1 to 24 bytes -> its length and three words that tell it from any other of that length
 *   slot (32 bytes, two a cache line): [ words: 24 ][ length: 4 ][ number: 4 ], 128 slots = 4 KiB
 *
 * A text has one place; who comes later replaces who was there. So a set of few texts, as event
 * names and segment values are, is found in about 4 ns; others go on to the string table.
 *
 * Threads: one at a time.
 */
#ifndef WEND_MATCH_MATCH_RECENT_H
#define WEND_MATCH_MATCH_RECENT_H

#include "base/bytes.h"

#define WEND_RECENT_SLOTS 128U
#define WEND_RECENT_BYTES 24U

struct wend_recent_text {
    uint64_t words[3];
    uint32_t len; /* 0: empty */
    uint32_t number;
};

struct wend_recent {
    struct wend_recent_text slots[WEND_RECENT_SLOTS];
};

/*
 * The words of a text; false for one that has none. No byte beside the text is read: words overlap
 * where it has less than they hold, and with the length they still say all of it.
 */
static inline bool wend__recent_key(struct wend_bytes text, struct wend_recent_text *key) {
    const uint8_t *at = text.data;
    size_t len = text.len;
    if (len == 0 || len > WEND_RECENT_BYTES) {
        return false;
    }
    key->len = (uint32_t)len;
    key->words[1] = 0;
    key->words[2] = 0;
    if (len >= 8) {
        key->words[0] = wend__load_word(at);
        key->words[2] = wend__load_word(at + len - 8);
        key->words[1] = len > 16 ? wend__load_word(at + 8) : 0;
    } else if (len >= 4) {
        uint32_t first;
        uint32_t last;
        memcpy(&first, at, sizeof first);
        memcpy(&last, at + len - 4, sizeof last);
        key->words[0] = first | (uint64_t)last << 32;
    } else {
        key->words[0] = at[0] | (uint64_t)at[len / 2] << 8 | (uint64_t)at[len - 1] << 16;
    }
    return true;
}

/* The only slot where the text of a key can be. */
static inline struct wend_recent_text *wend__recent_slot(struct wend_recent *recent,
                                                         const struct wend_recent_text *key) {
    uint64_t mixed = (key->words[0] ^ (key->words[1] << 13 | key->words[1] >> 51) ^
                      (key->words[2] << 29 | key->words[2] >> 35) ^ key->len) *
                     UINT64_C(0x9e3779b97f4a7c15);
    return &recent->slots[(mixed >> 40) % WEND_RECENT_SLOTS];
}

static inline bool wend__recent_is(const struct wend_recent_text *slot,
                                   const struct wend_recent_text *key) {
    return ((slot->words[0] ^ key->words[0]) | (slot->words[1] ^ key->words[1]) |
            (slot->words[2] ^ key->words[2]) | (uint64_t)(slot->len ^ key->len)) == 0;
}

#endif
