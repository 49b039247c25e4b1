#include "parquet/dictionary.h"

#include "base/hash.h"
#include "base/memory.h"
#include "parquet/parquet_format.h"

#include <assert.h>

#define SLOTS_MIN 1024U

void wend__parquet_dictionary_init(struct wend_parquet_dictionary *dictionary, uint32_t width,
                                   uint64_t seed) {
    *dictionary = (struct wend_parquet_dictionary){.width = width, .seed = seed};
}

void wend__parquet_dictionary_deinit(struct wend_parquet_dictionary *dictionary) {
    wend__buffer_deinit(&dictionary->plain);
    wend__free(dictionary->offsets);
    wend__free(dictionary->slots);
    wend__free(dictionary->recent);
    *dictionary = (struct wend_parquet_dictionary){0};
}

void wend__parquet_dictionary_clear(struct wend_parquet_dictionary *dictionary) {
    wend__buffer_clear(&dictionary->plain);
    dictionary->count = 0;
    if (dictionary->slots != NULL) {
        memset(dictionary->slots, 0, dictionary->slot_count * sizeof *dictionary->slots);
    }
    if (dictionary->recent != NULL) {
        memset(dictionary->recent, 0, WEND_DICTIONARY_RECENT * sizeof *dictionary->recent);
    }
}

uint64_t wend__parquet_dictionary_hash(const struct wend_parquet_dictionary *dictionary,
                                       struct wend_bytes value) {
    if (dictionary->width == 8) {
        return wend__hash_mix(wend__load_le64(value.data) ^ dictionary->seed);
    }
    return wend__hash64(value, dictionary->seed);
}

bool wend__parquet_dictionary_find(const struct wend_parquet_dictionary *dictionary,
                                   struct wend_bytes value, uint64_t hash, uint32_t *code) {
    if (dictionary->slot_count == 0) {
        return false;
    }
    uint32_t tag = (uint32_t)(hash >> 32);
    size_t mask = dictionary->slot_count - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        const struct wend_parquet_dictionary_slot *slot = &dictionary->slots[i];
        if (slot->code_plus_one == 0) {
            return false;
        }
        uint32_t found = slot->code_plus_one - 1;
        if (slot->tag == tag &&
            wend__bytes_equal(wend__parquet_dictionary_value(dictionary, found), value)) {
            *code = found;
            return true;
        }
    }
}

static void occupy(struct wend_parquet_dictionary_slot *slots, size_t slot_count, uint64_t hash,
                   uint32_t code) {
    size_t mask = slot_count - 1;
    size_t i = (size_t)hash & mask;
    while (slots[i].code_plus_one != 0) {
        i = (i + 1) & mask;
    }
    slots[i] = (struct wend_parquet_dictionary_slot){(uint32_t)(hash >> 32), code + 1};
}

static bool grow(struct wend_parquet_dictionary *dictionary) {
    if (dictionary->width == 0 && dictionary->recent == NULL) {
        dictionary->recent = wend__alloc_zeroed(WEND_DICTIONARY_RECENT, sizeof *dictionary->recent);
        if (dictionary->recent == NULL) {
            return false;
        }
    }
    size_t slot_count = dictionary->slot_count == 0 ? SLOTS_MIN : dictionary->slot_count * 2;
    struct wend_parquet_dictionary_slot *slots = wend__alloc_zeroed(slot_count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (uint32_t code = 0; code < dictionary->count; code++) {
        struct wend_bytes value = wend__parquet_dictionary_value(dictionary, code);
        occupy(slots, slot_count, wend__parquet_dictionary_hash(dictionary, value), code);
    }
    wend__free(dictionary->slots);
    dictionary->slots = slots;
    dictionary->slot_count = slot_count;
    return true;
}

static bool reserve(struct wend_parquet_dictionary *dictionary, size_t value_bytes) {
    if (((size_t)dictionary->count + 1) * 2 > dictionary->slot_count && !grow(dictionary)) {
        return false;
    }
    void *offsets = dictionary->offsets;
    bool reserved = wend__reserve(&offsets, &dictionary->offset_capacity,
                                  (size_t)dictionary->count + 1, sizeof *dictionary->offsets);
    dictionary->offsets = offsets;
    return reserved && wend__buffer_reserve(&dictionary->plain, value_bytes + 4);
}

bool wend__parquet_dictionary_add(struct wend_parquet_dictionary *dictionary,
                                  struct wend_bytes value, uint64_t hash, uint32_t *code) {
    assert(dictionary->width == 0 || dictionary->width == value.len);
    if (!reserve(dictionary, value.len)) {
        return false;
    }
    struct wend_buffer *plain = &dictionary->plain;
    if (dictionary->width == 0) {
        wend__store_le32(plain->data + plain->len, (uint32_t)value.len);
        plain->len += 4;
    }
    dictionary->offsets[dictionary->count] = plain->len;
    if (value.len > 0) {
        memcpy(plain->data + plain->len, value.data, value.len);
        plain->len += value.len;
    }
    *code = dictionary->count;
    occupy(dictionary->slots, dictionary->slot_count, hash, dictionary->count);
    dictionary->count++;
    return true;
}
