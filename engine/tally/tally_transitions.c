/* The table `transitions`: steps of the uncut path and the ones that follow them. */
#include "base/memory.h"
#include "tally/tally_parts.h"

#include <stddef.h>

struct transition_counts {
    wend_int128 time_us;
    struct wend_sketch times; /* empty at the ends: entering and leaving take no time */
    uint64_t transitions;     /* 0: the pair is only one of `flow` */
    uint64_t units;
    uint64_t last_trail;
};

bool wend__tally_transitions_init(struct wend_tally *tally) {
    wend__table_init(&tally->transitions, sizeof(struct wend_pair_key),
                     sizeof(struct transition_counts), tally->options.seed);
    tally->found_pairs = wend__alloc_zeroed(WEND_FOUND_PAIRS, sizeof *tally->found_pairs);
    return tally->found_pairs != NULL;
}

void wend__tally_transitions_deinit(struct wend_tally *tally) {
    wend__free(tally->found_pairs);
    tally->found_pairs = NULL;
}

bool wend__tally_find_pair(struct wend_tally *tally, uint32_t group, uint32_t from, uint32_t to,
                           uint32_t *index) {
    const struct wend_pair_key key = {group, from, to};
    uint64_t mixed = (((uint64_t)from << 32 | to) + group) * UINT64_C(0x9e3779b97f4a7c15);
    struct wend_found_pair *found = &tally->found_pairs[(mixed >> 32) % WEND_FOUND_PAIRS];
    if (found->next_index == 0 || found->key.group != group || found->key.from != from ||
        found->key.to != to) {
        size_t at;
        if (!wend__table_find_or_add(&tally->transitions, &key, &at)) {
            return false;
        }
        /* A table has fewer than 2^31 entries. */
        *found = (struct wend_found_pair){key, (uint32_t)at + 1};
    }
    *index = found->next_index - 1;
    return true;
}

static struct transition_counts *counts_of(struct wend_tally *tally, uint32_t index) {
    return wend__table_value(&tally->transitions, index);
}

void wend__tally_fetch_pair(const struct wend_tally *tally, uint32_t index) {
    __builtin_prefetch(tally->transitions.entries + index * tally->transitions.entry_bytes +
                           tally->transitions.value_offset,
                       1);
}

void wend__tally_fetch_pair_time(struct wend_tally *tally, uint32_t index, int64_t us) {
    wend__sketch_fetch(&counts_of(tally, index)->times, us);
}

enum wend_status wend__tally_add_pair_time(struct wend_tally *tally, uint32_t index, int64_t us,
                                           struct wend_error *error) {
    struct transition_counts *counts = counts_of(tally, index);
    counts->time_us += us;
    return wend__tally_add_time(tally, &counts->times, us, error);
}

bool wend__tally_count_pairs(struct wend_tally *tally, const struct wend_counted *counted) {
    for (size_t i = 0; i <= counted->step_count; i++) {
        struct transition_counts *counts = counts_of(tally, counted->pairs[i]);
        counts->transitions += counted->units;
        counts->units += counts->last_trail == counted->number ? 0 : counted->units;
        counts->last_trail = counted->number;
    }
    return !wend__tally_wants(tally, WEND_TABLE_FLOW) || wend__tally_flow_count(tally, counted);
}

static enum wend_status flush_transitions(struct wend_tally *tally, struct wend_error *error) {
    for (size_t i = 0; i < wend__table_count(&tally->transitions); i++) {
        const struct wend_pair_key *key = wend__table_key(&tally->transitions, i);
        const struct transition_counts *counts = wend__table_value(&tally->transitions, i);
        const struct wend_payload payload = {
            .counts = {counts->transitions, counts->units},
            .time_sum = counts->time_us,
        };
        if (counts->transitions == 0) {
            continue;
        }
        wend__tally_row_begin(tally, key->group);
        wend__tally_row_put_point(tally, key->from);
        wend__tally_row_put_point(tally, key->to);
        WEND_TRY(
            wend__tally_row_end(tally, WEND_TABLE_TRANSITIONS, &payload, &counts->times, error));
    }
    return WEND_OK;
}

enum wend_status wend__tally_transitions_flush(struct wend_tally *tally, struct wend_error *error) {
    if (wend__tally_wants(tally, WEND_TABLE_TRANSITIONS)) {
        WEND_TRY(flush_transitions(tally, error));
    }
    return wend__tally_wants(tally, WEND_TABLE_FLOW) ? wend__tally_flow_flush(tally, error)
                                                     : WEND_OK;
}

void wend__tally_transitions_clear(struct wend_tally *tally) {
    if (tally->found_pairs != NULL) {
        memset(tally->found_pairs, 0, WEND_FOUND_PAIRS * sizeof *tally->found_pairs);
    }
    wend__tally_flow_clear(tally);
    wend__tally_clear_table(tally, &tally->transitions, offsetof(struct transition_counts, times));
}
