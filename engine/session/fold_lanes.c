#include "session/folder_internal.h"

enum { FIRST_SLOTS = 16 };

static const struct wend_hash128 *key_at(const struct wend_folder *folder, size_t rank) {
    const struct wend_hit *hit = wend__fold_hit(folder, folder->hits, rank);
    return wend__hit_tokens(folder->options.layout, hit) +
           folder->options.ruleset->sessions.cut_field_count;
}

/* The slot that holds the lane of `key`, or the empty one where it belongs. Slots hold 1 + lane. */
static size_t find_slot(const struct wend_folder *folder, size_t mask,
                        const struct wend_hash128 *key) {
    size_t slot = (size_t)key->low & mask;
    while (folder->slots[slot] != 0) {
        const struct wend_hash128 *known =
            key_at(folder, folder->lane_hits[folder->slots[slot] - 1]);
        if (known->low == key->low && known->high == key->high) {
            break;
        }
        slot = (slot + 1) & mask;
    }
    return slot;
}

/* An empty table of `slot_count` slots with the lanes so far. */
static bool rebuild_slots(struct wend_folder *folder, size_t slot_count, size_t lane_count) {
    if (!wend__fold_reserve(&folder->slots, &folder->slot_capacity, slot_count)) {
        return false;
    }
    memset(folder->slots, 0, slot_count * sizeof *folder->slots);
    for (size_t lane = 0; lane < lane_count; lane++) {
        const struct wend_hash128 *key = key_at(folder, folder->lane_hits[lane]);
        folder->slots[find_slot(folder, slot_count - 1, key)] = lane + 1;
    }
    return true;
}

/* Numbers the keys in the order of first sight and counts the hits of each. */
static bool assign_lanes(struct wend_folder *folder, size_t *lane_count) {
    size_t slot_count = FIRST_SLOTS;
    *lane_count = 0;
    if (!rebuild_slots(folder, slot_count, 0)) {
        return false;
    }
    for (size_t rank = 0; rank < folder->hit_count; rank++) {
        size_t slot = find_slot(folder, slot_count - 1, key_at(folder, rank));
        if (folder->slots[slot] == 0) {
            size_t needed = *lane_count + 1;
            if (!wend__fold_reserve(&folder->lane_hits, &folder->lane_hits_capacity, needed) ||
                !wend__fold_reserve(&folder->lane_ends, &folder->lane_ends_capacity, needed)) {
                return false;
            }
            folder->lane_hits[*lane_count] = rank;
            folder->lane_ends[*lane_count] = 0;
            folder->slots[slot] = needed;
            *lane_count = needed;
        }
        size_t lane = folder->slots[slot] - 1;
        folder->lane_of[rank] = lane;
        folder->lane_ends[lane]++;
        if (*lane_count * 2 > slot_count) {
            slot_count *= 2;
            if (!rebuild_slots(folder, slot_count, *lane_count)) {
                return false;
            }
        }
    }
    return true;
}

/* Copies the hits lane by lane, in their order within each. */
static void gather(struct wend_folder *folder, size_t lane_count) {
    uint32_t bytes = folder->options.layout->bytes;
    uint8_t *gathered = folder->gathered;
    size_t at = 0;
    for (size_t lane = 0; lane < lane_count; lane++) {
        size_t count = folder->lane_ends[lane];
        folder->lane_ends[lane] = at;
        at += count;
    }
    for (size_t rank = 0; rank < folder->hit_count; rank++) {
        size_t to = folder->lane_ends[folder->lane_of[rank]]++;
        folder->ranks[to] = rank;
        memcpy(gathered + to * bytes, folder->hits + rank * bytes, bytes);
    }
    folder->lanes = gathered;
}

enum wend_status wend__fold_lanes(struct wend_folder *folder, struct wend_error *error) {
    folder->lanes = folder->hits;
    if (!folder->has_key) {
        return WEND_OK;
    }
    size_t lane_count = 0;
    if (!wend__fold_reserve(&folder->lane_of, &folder->lane_of_capacity, folder->hit_count) ||
        !wend__fold_reserve(&folder->ranks, &folder->ranks_capacity, folder->hit_count) ||
        !wend__reserve(&folder->gathered, &folder->gathered_capacity, folder->hit_count,
                       folder->options.layout->bytes) ||
        !assign_lanes(folder, &lane_count)) {
        return wend__fail_memory(error);
    }
    gather(folder, lane_count);
    return WEND_OK;
}
