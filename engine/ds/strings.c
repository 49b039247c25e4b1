#include "ds/strings.h"

#include "base/hash.h"
#include "base/memory.h"

#include <assert.h>

/* At most 3 of 4 slots are taken; 2^31 slots need no more than the tag's 32 bits. */
enum { FIRST_SLOTS = 64 };
#define MAX_STRINGS (UINT32_C(1) << 30)

void wend__strings_init(struct wend_strings *strings, uint64_t seed) {
    *strings = (struct wend_strings){.seed = seed};
}

void wend__strings_deinit(struct wend_strings *strings) {
    wend__arena_deinit(&strings->arena);
    wend__free(strings->items);
    wend__free(strings->slots);
    *strings = (struct wend_strings){.seed = strings->seed};
}

void wend__strings_clear(struct wend_strings *strings) {
    wend__arena_clear(&strings->arena);
    if (strings->slots != NULL) {
        memset(strings->slots, 0, strings->slot_count * sizeof *strings->slots);
    }
    strings->count = 0;
}

static uint32_t tag_of(const struct wend_strings *strings, struct wend_bytes bytes) {
    return (uint32_t)(wend__hash64(bytes, strings->seed) >> 32);
}

/* The slot that holds `bytes`, or the empty one where they belong. The table is never full. */
static struct wend_string_slot *probe(const struct wend_strings *strings, struct wend_bytes bytes,
                                      uint32_t tag) {
    size_t mask = strings->slot_count - 1;
    for (size_t at = tag & mask;; at = (at + 1) & mask) {
        struct wend_string_slot *slot = &strings->slots[at];
        if (slot->next_id == 0 ||
            (slot->tag == tag && wend__bytes_equal(strings->items[slot->next_id - 1], bytes))) {
            return slot;
        }
    }
}

static bool grow(struct wend_strings *strings) {
    size_t slot_count = strings->slot_count == 0 ? FIRST_SLOTS : strings->slot_count * 2;
    struct wend_string_slot *slots = wend__alloc_zeroed(slot_count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < strings->slot_count; i++) {
        struct wend_string_slot slot = strings->slots[i];
        if (slot.next_id == 0) {
            continue;
        }
        size_t at = slot.tag & (slot_count - 1);
        while (slots[at].next_id != 0) {
            at = (at + 1) & (slot_count - 1);
        }
        slots[at] = slot;
    }
    wend__free(strings->slots);
    strings->slots = slots;
    strings->slot_count = slot_count;
    return true;
}

bool wend__strings_intern(struct wend_strings *strings, struct wend_bytes bytes, uint32_t *id,
                          bool *is_new) {
    if (strings->count >= strings->slot_count / 4 * 3 && !grow(strings)) {
        return false;
    }
    uint32_t tag = tag_of(strings, bytes);
    struct wend_string_slot *slot = probe(strings, bytes, tag);
    bool fresh = slot->next_id == 0;
    if (fresh) {
        void *items = strings->items;
        bool reserved = strings->count < MAX_STRINGS &&
                        wend__reserve(&items, &strings->item_capacity, (size_t)strings->count + 1,
                                      sizeof *strings->items);
        strings->items = items;
        const uint8_t *copy =
            reserved ? wend__arena_copy(&strings->arena,
                                        bytes.len == 0 ? "" : (const void *)bytes.data, bytes.len)
                     : NULL;
        if (copy == NULL) {
            return false;
        }
        strings->items[strings->count++] = (struct wend_bytes){copy, bytes.len};
        *slot = (struct wend_string_slot){tag, strings->count};
    }
    *id = slot->next_id - 1;
    if (is_new != NULL) {
        *is_new = fresh;
    }
    return true;
}

uint32_t wend__strings_find(const struct wend_strings *strings, struct wend_bytes bytes) {
    if (strings->count == 0) {
        return WEND_STRING_NONE;
    }
    /* An empty slot gives 0 - 1, which is WEND_STRING_NONE. */
    return probe(strings, bytes, tag_of(strings, bytes))->next_id - 1;
}

struct wend_bytes wend__strings_get(const struct wend_strings *strings, uint32_t id) {
    assert(id < strings->count);
    return strings->items[id];
}

size_t wend__strings_total_bytes(const struct wend_strings *strings) {
    return strings->arena.total_bytes + strings->item_capacity * sizeof *strings->items +
           strings->slot_count * sizeof *strings->slots;
}
