#include "match/match_memo.h"

#include "base/hash.h"
#include "base/memory.h"

enum { FIRST_SLOTS = 1024, ABSENT = -1 };

void wend__memo_init(struct wend_memo *memo, uint64_t seed, const uint32_t *fields,
                     uint32_t field_count) {
    *memo = (struct wend_memo){.seed = seed, .fields = fields, .field_count = field_count};
}

void wend__memo_deinit(struct wend_memo *memo) {
    wend__free(memo->slots);
    wend__buffer_deinit(&memo->keys);
    *memo = (struct wend_memo){0};
}

/* The hash of a value seeds that of the next: order, lengths and absence all count. */
bool wend__memo_tag(const struct wend_memo *memo, const struct wend_bytes *row, uint32_t *tag) {
    uint64_t hash = memo->seed;
    size_t len = 0;
    for (uint32_t i = 0; i < memo->field_count; i++) {
        struct wend_bytes value = row[memo->fields[i]];
        len += value.len;
        if (len > WEND_MEMO_MAX_VALUE_BYTES) {
            return false;
        }
        hash = value.data == NULL ? wend__hash_mix(hash + 1) : wend__hash64(value, hash);
    }
    *tag = (uint32_t)(hash ^ hash >> 32);
    return true;
}

static uint32_t stored_len(struct wend_bytes value) {
    return value.data == NULL ? (uint32_t)ABSENT : (uint32_t)value.len;
}

static bool equals(const struct wend_memo *memo, uint32_t key, const struct wend_bytes *row) {
    const uint8_t *lens = memo->keys.data + ((size_t)key - 1) * 4;
    const uint8_t *bytes = lens + (size_t)memo->field_count * 4;
    for (uint32_t i = 0; i < memo->field_count; i++) {
        struct wend_bytes value = row[memo->fields[i]];
        uint32_t len;
        memcpy(&len, lens + (size_t)i * 4, sizeof len);
        if (len != stored_len(value)) {
            return false;
        }
        if (value.len > 0 && memcmp(bytes, value.data, value.len) != 0) {
            return false;
        }
        bytes += value.len;
    }
    return true;
}

bool wend__memo_find(const struct wend_memo *memo, const struct wend_bytes *row, uint32_t tag,
                     struct wend_memo_answer *answer) {
    if (memo->slot_count == 0) {
        return false;
    }
    uint32_t mask = memo->slot_count - 1;
    for (uint32_t at = tag & mask; memo->slots[at].key != 0; at = (at + 1) & mask) {
        const struct wend_memo_slot *slot = &memo->slots[at];
        if (slot->tag == tag && equals(memo, slot->key, row)) {
            *answer = slot->answer;
            return true;
        }
    }
    return false;
}

static void place(struct wend_memo_slot *slots, uint32_t slot_count, struct wend_memo_slot slot) {
    uint32_t at = slot.tag & (slot_count - 1);
    while (slots[at].key != 0) {
        at = (at + 1) & (slot_count - 1);
    }
    slots[at] = slot;
}

/* Twice the slots; false without memory. */
static bool grow(struct wend_memo *memo) {
    uint32_t slot_count = memo->slot_count == 0 ? FIRST_SLOTS : memo->slot_count * 2;
    struct wend_memo_slot *slots = wend__alloc_zeroed(slot_count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < memo->slot_count; i++) {
        if (memo->slots[i].key != 0) {
            place(slots, slot_count, memo->slots[i]);
        }
    }
    wend__free(memo->slots);
    memo->slots = slots;
    memo->slot_count = slot_count;
    return true;
}

static void forget(struct wend_memo *memo) {
    memset(memo->slots, 0, memo->slot_count * sizeof *memo->slots);
    memo->entry_count = 0;
    wend__buffer_clear(&memo->keys);
}

void wend__memo_add(struct wend_memo *memo, const struct wend_bytes *row, uint32_t tag,
                    struct wend_memo_answer answer) {
    size_t len = (size_t)memo->field_count * 4;
    for (uint32_t i = 0; i < memo->field_count; i++) {
        len += row[memo->fields[i]].len;
    }
    len = (len + 3) & ~(size_t)3;
    if (memo->entry_count == WEND_MEMO_MAX_ENTRIES ||
        memo->keys.len + len > WEND_MEMO_MAX_KEY_BYTES) {
        forget(memo);
    }
    if (memo->entry_count >= memo->slot_count / 2 && !grow(memo)) {
        return;
    }
    if (!wend__buffer_reserve(&memo->keys, len)) {
        return;
    }
    uint8_t *lens = memo->keys.data + memo->keys.len;
    uint8_t *bytes = lens + (size_t)memo->field_count * 4;
    memset(lens + len - 4, 0, 4);
    for (uint32_t i = 0; i < memo->field_count; i++) {
        struct wend_bytes value = row[memo->fields[i]];
        uint32_t stored = stored_len(value);
        memcpy(lens + (size_t)i * 4, &stored, sizeof stored);
        if (value.len > 0) {
            memcpy(bytes, value.data, value.len);
            bytes += value.len;
        }
    }
    place(memo->slots, memo->slot_count,
          (struct wend_memo_slot){tag, (uint32_t)(memo->keys.len / 4 + 1), answer});
    memo->keys.len += len;
    memo->entry_count++;
}
