/*
 * match_memo.h: what the touchpoint rules said about field values seen before.
 *
 *   slots:  [tag|key|touchpoint|rule][ 0 ]...       open addressing, linear probing, 16 bytes
 *   keys:   [len0 len1 ..][bytes0 bytes1 ..]...     whole values, 4-byte aligned; absent: len ~0
 *
 * A key is the values of those fields that the rules look at, stored whole and compared whole: a
 * clash of hashes costs a comparison, never an answer. The hash is seeded with the run's secret, so
 * that strangers cannot make long probes. When full (entries or bytes) it forgets everything: the
 * cost of a new start is spread over as many insertions.
 *
 * Without memory it remembers less; the answers stay the same. Threads: one at a time.
 */
#ifndef WEND_MATCH_MATCH_MEMO_H
#define WEND_MATCH_MATCH_MEMO_H

#include "base/buffer.h"

/* 64 Ki entries in 128 Ki slots of 16 bytes (2 MiB), beside 16 MiB of keys. */
#define WEND_MEMO_MAX_ENTRIES 65536U
#define WEND_MEMO_MAX_KEY_BYTES ((size_t)16 << 20)
/* Longer values are seldom seen twice, and would push the others out. */
#define WEND_MEMO_MAX_VALUE_BYTES ((size_t)4096)

struct wend_memo_answer {
    uint32_t touchpoint;
    uint32_t rule;
};

struct wend_memo_slot {
    uint32_t tag;
    uint32_t key; /* 1 + offset in `keys` / 4; 0: empty */
    struct wend_memo_answer answer;
};

struct wend_memo {
    uint64_t seed;
    const uint32_t *fields; /* of the row: the key, in this order */
    uint32_t field_count;
    struct wend_memo_slot *slots;
    uint32_t slot_count; /* a power of two, or 0 */
    uint32_t entry_count;
    struct wend_buffer keys;
};

/* `fields` is borrowed. Takes no memory yet. */
void wend__memo_init(struct wend_memo *memo, uint64_t seed, const uint32_t *fields,
                     uint32_t field_count);
void wend__memo_deinit(struct wend_memo *memo);

/* False when the values of `row` are too long to be remembered; else `*tag` is for the two below.
 */
bool wend__memo_tag(const struct wend_memo *memo, const struct wend_bytes *row, uint32_t *tag);
/* False when they have not been seen. */
bool wend__memo_find(const struct wend_memo *memo, const struct wend_bytes *row, uint32_t tag,
                     struct wend_memo_answer *answer);
/* Remembers what was not found. */
void wend__memo_add(struct wend_memo *memo, const struct wend_bytes *row, uint32_t tag,
                    struct wend_memo_answer answer);

#endif
