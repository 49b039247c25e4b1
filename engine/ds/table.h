/*
 * table.h: a flat hash table from fixed-size keys to fixed-size values.
 *
 *   slots:    [tag|index+1][ 0 ][tag|index+1] ...    open addressing, linear probing, 8 bytes each
 *   entries:  [key .. | value ..][key .. | value ..] dense, in the order of first sight
 *
 * Entries are numbered from 0 and never removed singly. The entry array moves when it grows: a
 * number stays valid, a pointer only until the next `find_or_add`. Keys are compared bytewise, so
 * they must have no padding. Values start zeroed and are aligned to 16 bytes.
 *
 * Threads: one at a time.
 */
#ifndef WEND_DS_TABLE_H
#define WEND_DS_TABLE_H

#include "base/bytes.h"

struct wend_table_slot {
    uint32_t tag;
    uint32_t next_index; /* index + 1; 0: empty */
};

struct wend_table {
    struct wend_table_slot *slots;
    size_t slot_count; /* a power of two, or 0 */
    uint8_t *entries;
    size_t entry_capacity;
    size_t count;
    size_t key_bytes;
    size_t value_offset;
    size_t entry_bytes;
    uint64_t seed;
};

/* An empty table that takes no memory yet. `seed`: the secret seed of the run. */
void wend__table_init(struct wend_table *table, size_t key_bytes, size_t value_bytes,
                      uint64_t seed);
void wend__table_deinit(struct wend_table *table);
/* Forgets all entries; memory is kept for reuse. */
void wend__table_clear(struct wend_table *table);

/*
 * The number of the entry with `key`, which is added with a zeroed value at first sight. False
 * without memory or with 2^31 entries; then nothing has changed.
 */
bool wend__table_find_or_add(struct wend_table *table, const void *key, size_t *index);

/* The number of the entry with `key`; false when there is none. */
bool wend__table_find_only(const struct wend_table *table, const void *key, size_t *index);

/*
 * The same in steps, for callers that have many keys at a time: one after the other for each of
 * them, so that the memory of many is fetched at once and not one behind the other. `hash` is what
 * `hash` says of the key.
 */
uint64_t wend__table_hash(const struct wend_table *table, const void *key);
bool wend__table_find_or_add_hashed(struct wend_table *table, const void *key, uint64_t hash,
                                    size_t *index);

static inline void wend__table_fetch_slot(const struct wend_table *table, uint64_t hash) {
    if (table->slot_count > 0) {
        __builtin_prefetch(&table->slots[hash & (table->slot_count - 1)]);
    }
}

/* Looks at the slot, and fetches the entry that is probably the one. */
static inline void wend__table_fetch_entry(const struct wend_table *table, uint64_t hash) {
    if (table->slot_count == 0) {
        return;
    }
    uint32_t next_index = table->slots[hash & (table->slot_count - 1)].next_index;
    if (next_index > 0) {
        const uint8_t *entry = table->entries + (next_index - 1) * table->entry_bytes;
        __builtin_prefetch(entry, 1);
        __builtin_prefetch(entry + table->entry_bytes - 1, 1);
    }
}

static inline size_t wend__table_count(const struct wend_table *table) {
    return table->count;
}

static inline const void *wend__table_key(const struct wend_table *table, size_t index) {
    return table->entries + index * table->entry_bytes;
}

static inline void *wend__table_value(struct wend_table *table, size_t index) {
    return table->entries + index * table->entry_bytes + table->value_offset;
}

/* What the table costs in memory, for budgets; without what its values point to. */
static inline size_t wend__table_bytes(const struct wend_table *table) {
    return table->slot_count * sizeof *table->slots + table->entry_capacity * table->entry_bytes;
}

#endif
