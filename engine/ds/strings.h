/*
 * strings.h: distinct byte strings, each with a number.
 *
 *   slots:  [tag|id+1][tag|id+1][ 0 ]...     open addressing, linear probing, 8 bytes a slot
 *   items:  id 0 -> bytes, id 1 -> bytes...  bytes live in the arena and never move
 *
 * Numbers (ids) run from 0 in the order of first sight. A slot keeps 32 bits of the hash (the tag):
 * growing needs no look at the strings, and a string is compared only where the tag agrees. The
 * hash is XXH3 with the caller's secret seed, since the strings come from strangers; no result may
 * depend on the seed, and the ids do not.
 *
 * It is no map: who needs values keeps an array beside it, indexed by id.
 * Threads: one at a time.
 */
#ifndef WEND_DS_STRINGS_H
#define WEND_DS_STRINGS_H

#include "base/arena.h"

#define WEND_STRING_NONE UINT32_MAX

struct wend_string_slot {
    uint32_t tag;
    uint32_t next_id; /* id + 1; 0: empty */
};

/* Read `count` freely; the rest is private. */
struct wend_strings {
    uint64_t seed;
    struct wend_arena arena;
    struct wend_bytes *items;
    size_t item_capacity;
    struct wend_string_slot *slots;
    size_t slot_count; /* a power of two, or 0 */
    uint32_t count;
};

/* An empty table; takes no memory yet. `seed`: the secret seed of the run. */
void wend__strings_init(struct wend_strings *strings, uint64_t seed);
void wend__strings_deinit(struct wend_strings *strings);
/* Forgets all strings and starts at id 0 again; memory is kept for reuse. */
void wend__strings_clear(struct wend_strings *strings);

/*
 * The id of `bytes`, which are copied at first sight. `*is_new` (NULL: not wanted) tells whether
 * this was it. The empty string is a string; an absent view counts as empty. False without memory
 * or with 2^30 strings; then nothing has changed.
 */
bool wend__strings_intern(struct wend_strings *strings, struct wend_bytes bytes, uint32_t *id,
                          bool *is_new);

/* The id of `bytes`, or WEND_STRING_NONE when they were never interned. */
uint32_t wend__strings_find(const struct wend_strings *strings, struct wend_bytes bytes);

/* The bytes of `id`, smaller than `count`; valid until `clear` or `deinit`. */
struct wend_bytes wend__strings_get(const struct wend_strings *strings, uint32_t id);

/* What the table costs in memory now, for charging to a budget. */
size_t wend__strings_total_bytes(const struct wend_strings *strings);

#endif
