#include "map/sums.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 64U

void wend__map_sums_deinit(struct wend_map_sums *sums) {
    wend__free(sums->items);
    wend__free(sums->slots);
    *sums = (struct wend_map_sums){0};
}

/* The numbers of a key are small and ours: a plain mix is enough. */
static size_t hash_of(const uint32_t key[WEND_MAP_KEYS]) {
    uint64_t hash = 0;
    for (unsigned i = 0; i < WEND_MAP_KEYS; i++) {
        hash = (hash ^ key[i]) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    return (size_t)hash;
}

static bool same_key(const uint32_t *a, const uint32_t *b) {
    return memcmp(a, b, WEND_MAP_KEYS * sizeof *a) == 0;
}

/* The slot of `key`, or the empty one where it belongs. */
static size_t slot_of(const struct wend_map_sums *sums, const uint32_t key[WEND_MAP_KEYS]) {
    size_t at = hash_of(key) & (sums->slot_count - 1);
    while (sums->slots[at] != 0 && !same_key(sums->items[sums->slots[at] - 1].key, key)) {
        at = (at + 1) & (sums->slot_count - 1);
    }
    return at;
}

static bool grow_slots(struct wend_map_sums *sums) {
    size_t count = sums->slot_count == 0 ? FIRST_SLOTS : sums->slot_count * 2;
    uint32_t *slots = wend__alloc_zeroed(count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    wend__free(sums->slots);
    sums->slots = slots;
    sums->slot_count = count;
    for (size_t i = 0; i < sums->count; i++) {
        slots[slot_of(sums, sums->items[i].key)] = (uint32_t)i + 1;
    }
    return true;
}

struct wend_map_sum *wend__map_sums_at(struct wend_map_sums *sums,
                                       const uint32_t key[WEND_MAP_KEYS]) {
    if (sums->count + 1 > sums->slot_count / 2 && !grow_slots(sums)) {
        return NULL;
    }
    size_t slot = slot_of(sums, key);
    if (sums->slots[slot] == 0) {
        void *items = sums->items;
        if (sums->count >= UINT32_MAX / 2 ||
            !wend__reserve(&items, &sums->capacity, sums->count + 1, sizeof *sums->items)) {
            return NULL;
        }
        sums->items = items;
        struct wend_map_sum *item = &sums->items[sums->count++];
        *item = (struct wend_map_sum){0};
        memcpy(item->key, key, sizeof item->key);
        sums->slots[slot] = (uint32_t)sums->count;
    }
    return &sums->items[sums->slots[slot] - 1];
}

struct wend_map_sum *wend__map_sums_find(const struct wend_map_sums *sums,
                                         const uint32_t key[WEND_MAP_KEYS]) {
    if (sums->slot_count == 0) {
        return NULL;
    }
    size_t slot = slot_of(sums, key);
    return sums->slots[slot] == 0 ? NULL : &sums->items[sums->slots[slot] - 1];
}

static int compare_keys(const void *a, const void *b) {
    const struct wend_map_sum *one = a;
    const struct wend_map_sum *other = b;
    for (unsigned i = 0; i < WEND_MAP_KEYS; i++) {
        if (one->key[i] != other->key[i]) {
            return one->key[i] < other->key[i] ? -1 : 1;
        }
    }
    return 0;
}

static int compare_sums(const void *a, const void *b) {
    int64_t one = ((const struct wend_map_sum *)a)->value[0];
    int64_t other = ((const struct wend_map_sum *)b)->value[0];
    return one == other ? compare_keys(a, b) : (one > other ? -1 : 1);
}

void wend__map_sums_sort(struct wend_map_sums *sums) {
    if (sums->count > 1) {
        qsort(sums->items, sums->count, sizeof *sums->items, compare_sums);
    }
}

void wend__map_sums_sort_keys(struct wend_map_sums *sums) {
    if (sums->count > 1) {
        qsort(sums->items, sums->count, sizeof *sums->items, compare_keys);
    }
}
