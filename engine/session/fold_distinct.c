#include "session/folder_internal.h"

/* Up to this many hits of one time are compared each with each; more go through a hash table. */
enum { COMPARED_MAX = 16 };

static const struct wend_hash128 *id_at(const struct wend_folder *folder, size_t index) {
    const struct wend_hit *hit = wend__fold_hit(folder, folder->hits, index);
    return (hit->flags & WEND_HIT_HAS_ID) == 0 ? NULL : wend__hit_id(folder->options.layout, hit);
}

static bool ids_equal(const struct wend_hash128 *a, const struct wend_hash128 *b) {
    return a->low == b->low && a->high == b->high;
}

/* True when a hit of the run that starts at `first` and lies before `index` has the same id. */
static bool is_repeated(const struct wend_folder *folder, size_t first, size_t index) {
    const struct wend_hash128 *id = id_at(folder, index);
    for (size_t i = first; id != NULL && i < index; i++) {
        const struct wend_hash128 *earlier = id_at(folder, i);
        if (earlier != NULL && ids_equal(earlier, id)) {
            return true;
        }
    }
    return false;
}

/* The same by a table of `mask` + 1 slots, which hold 1 + the index of a hit; adds `index`. Ids
 * are hashes under a secret seed, so that their low bits spread by themselves. */
static bool is_known(struct wend_folder *folder, size_t mask, size_t index) {
    const struct wend_hash128 *id = id_at(folder, index);
    if (id == NULL) {
        return false;
    }
    size_t slot = (size_t)id->low & mask;
    while (folder->slots[slot] != 0) {
        if (ids_equal(id_at(folder, folder->slots[slot] - 1), id)) {
            return true;
        }
        slot = (slot + 1) & mask;
    }
    folder->slots[slot] = index + 1;
    return false;
}

/* Clears only the part of the table that `count` hits need: a long run must not make later short
 * ones dear. */
static bool clear_slots(struct wend_folder *folder, size_t count, size_t *mask) {
    size_t slot_count = 4 * COMPARED_MAX;
    while (slot_count < 2 * count) {
        slot_count *= 2;
    }
    if (!wend__fold_reserve(&folder->slots, &folder->slot_capacity, slot_count)) {
        return false;
    }
    memset(folder->slots, 0, slot_count * sizeof *folder->slots);
    *mask = slot_count - 1;
    return true;
}

/* The kept hits: the customer's own array until the first duplicate, then a copy. */
struct kept {
    uint8_t *copy; /* NULL: no duplicate yet */
    size_t count;
};

static bool start_copy(struct wend_folder *folder, struct kept *kept) {
    uint32_t bytes = folder->options.layout->bytes;
    if (!wend__reserve(&folder->distinct, &folder->distinct_capacity, folder->hit_count, bytes)) {
        return false;
    }
    kept->copy = folder->distinct;
    memcpy(kept->copy, folder->hits, kept->count * bytes);
    return true;
}

/* Works the hits of one time, from `first` up to `end`. */
static bool keep_run(struct wend_folder *folder, size_t first, size_t end, struct kept *kept) {
    uint32_t bytes = folder->options.layout->bytes;
    bool is_long = end - first > COMPARED_MAX;
    size_t mask = 0;
    if (is_long && !clear_slots(folder, end - first, &mask)) {
        return false;
    }
    for (size_t i = first; i < end; i++) {
        if (is_long ? is_known(folder, mask, i) : is_repeated(folder, first, i)) {
            folder->counters->duplicate +=
                wend__fold_hit(folder, folder->hits, i)->ts_us >= folder->from_us ? 1 : 0;
            if (kept->copy == NULL && !start_copy(folder, kept)) {
                return false;
            }
            continue;
        }
        if (kept->copy != NULL) {
            memcpy(kept->copy + kept->count * bytes, folder->hits + i * bytes, bytes);
        }
        kept->count++;
    }
    return true;
}

static bool drop_duplicates(struct wend_folder *folder) {
    struct kept kept = {0};
    size_t end = 0;
    for (size_t first = 0; first < folder->hit_count; first = end) {
        int64_t ts_us = wend__fold_hit(folder, folder->hits, first)->ts_us;
        end = first + 1;
        while (end < folder->hit_count &&
               wend__fold_hit(folder, folder->hits, end)->ts_us == ts_us) {
            end++;
        }
        if (!keep_run(folder, first, end, &kept)) {
            return false;
        }
    }
    if (kept.copy != NULL) {
        folder->hits = kept.copy;
        folder->hit_count = kept.count;
    }
    return true;
}

enum wend_status wend__fold_distinct(struct wend_folder *folder, struct wend_error *error) {
    if (folder->options.layout->has_id && !drop_duplicates(folder)) {
        return wend__fail_memory(error);
    }
    uint64_t accepted = 0;
    uint64_t unmatched = 0;
    uint64_t bad_value = 0;
    for (size_t i = 0; i < folder->hit_count; i++) {
        const struct wend_hit *hit = wend__fold_hit(folder, folder->hits, i);
        if (hit->ts_us < folder->from_us) {
            continue; /* counted before */
        }
        accepted++;
        unmatched += hit->touchpoint == WEND_TOUCHPOINT_NONE;
        bad_value += (hit->flags & WEND_HIT_BAD_VALUE) != 0;
    }
    folder->counters->accepted += accepted;
    folder->counters->unmatched += unmatched;
    folder->counters->bad_value += bad_value;
    return WEND_OK;
}
