#include "ds/table.h"

#include "base/hash.h"
#include "base/memory.h"

#include <assert.h>

enum { FIRST_SLOTS = 16, ALIGNMENT = 16 };

void wend__table_init(struct wend_table *table, size_t key_bytes, size_t value_bytes,
                      uint64_t seed) {
    assert(key_bytes > 0);
    size_t value_offset = (key_bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    size_t padded = (value_bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    *table = (struct wend_table){
        .key_bytes = key_bytes,
        .value_offset = value_offset,
        .entry_bytes = value_offset + padded,
        .seed = seed,
    };
}

void wend__table_deinit(struct wend_table *table) {
    wend__free(table->slots);
    wend__free(table->entries);
    table->slots = NULL;
    table->slot_count = 0;
    table->entries = NULL;
    table->entry_capacity = 0;
    table->count = 0;
}

void wend__table_clear(struct wend_table *table) {
    if (table->count > 0) {
        memset(table->slots, 0, table->slot_count * sizeof *table->slots);
        table->count = 0;
    }
}

/* The low half of the hash finds the slot, the high half is the tag that is kept in it. */
uint64_t wend__table_hash(const struct wend_table *table, const void *key) {
    return table->key_bytes % 4 == 0
               ? wend__hash_words(key, table->key_bytes, table->seed)
               : wend__hash64(wend__bytes(key, table->key_bytes), table->seed);
}

/* By words where a key is made of them, which the compiler opens up; a call of memcmp for a few
 * bytes costs more than they do. */
static bool keys_equal(const void *a, const void *b, size_t key_bytes) {
    if (key_bytes % 4 != 0) {
        return memcmp(a, b, key_bytes) == 0;
    }
    uint32_t different = 0;
    for (size_t at = 0; at < key_bytes; at += 4) {
        uint32_t left;
        uint32_t right;
        memcpy(&left, (const uint8_t *)a + at, 4);
        memcpy(&right, (const uint8_t *)b + at, 4);
        different |= left ^ right;
    }
    return different == 0;
}

static bool grow_slots(struct wend_table *table) {
    size_t count = table->slot_count == 0 ? FIRST_SLOTS : table->slot_count * 2;
    struct wend_table_slot *slots = wend__alloc_zeroed(count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < table->count; i++) {
        uint64_t hash = wend__table_hash(table, wend__table_key(table, i));
        size_t at = (size_t)hash & (count - 1);
        while (slots[at].next_index != 0) {
            at = (at + 1) & (count - 1);
        }
        slots[at] = (struct wend_table_slot){(uint32_t)(hash >> 32), (uint32_t)i + 1};
    }
    wend__free(table->slots);
    table->slots = slots;
    table->slot_count = count;
    return true;
}

bool wend__table_find_only(const struct wend_table *table, const void *key, size_t *index) {
    uint64_t hash = table->slot_count == 0 ? 0 : wend__table_hash(table, key);
    size_t mask = table->slot_count - 1;
    size_t at = table->slot_count == 0 ? 0 : (size_t)hash & mask;
    for (; table->slot_count > 0 && table->slots[at].next_index != 0; at = (at + 1) & mask) {
        size_t found = table->slots[at].next_index - 1;
        if (table->slots[at].tag == (uint32_t)(hash >> 32) &&
            keys_equal(wend__table_key(table, found), key, table->key_bytes)) {
            *index = found;
            return true;
        }
    }
    return false;
}

bool wend__table_find_or_add(struct wend_table *table, const void *key, size_t *index) {
    return wend__table_find_or_add_hashed(table, key, wend__table_hash(table, key), index);
}

bool wend__table_find_or_add_hashed(struct wend_table *table, const void *key, uint64_t hash,
                                    size_t *index) {
    if ((table->count + 1) * 2 > table->slot_count && !grow_slots(table)) {
        return false;
    }
    uint32_t tag = (uint32_t)(hash >> 32);
    size_t at = (size_t)hash & (table->slot_count - 1);
    for (; table->slots[at].next_index != 0; at = (at + 1) & (table->slot_count - 1)) {
        size_t found = table->slots[at].next_index - 1;
        if (table->slots[at].tag == tag &&
            keys_equal(wend__table_key(table, found), key, table->key_bytes)) {
            *index = found;
            return true;
        }
    }
    void *entries = table->entries;
    bool reserved = table->count < INT32_MAX && wend__reserve(&entries, &table->entry_capacity,
                                                              table->count + 1, table->entry_bytes);
    table->entries = entries;
    if (!reserved) {
        return false;
    }
    uint8_t *entry = table->entries + table->count * table->entry_bytes;
    memset(entry, 0, table->entry_bytes);
    memcpy(entry, key, table->key_bytes);
    *index = table->count++;
    table->slots[at] = (struct wend_table_slot){tag, (uint32_t)*index + 1};
    return true;
}
