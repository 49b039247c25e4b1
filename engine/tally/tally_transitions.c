/*
 * The table `transitions`: steps of the uncut path and the ones that follow them; and the way of
 * the pairs to the table `flow`, which counts the same ones by their place in the path.
 *
 * A pair lies three dependent misses away (slot, entry, counter of its sketch), which is most of
 * what a unit costs when there are many groups. So pairs wait in a short queue, and are counted in
 * passes: while one is looked at, the memory of those behind it is under way.
 */
#include "tally/tally_parts.h"

#include <stddef.h>

/* What stands in the place of a time. */
enum { ENDS = -1, ONLY_FLOW = -2 };

struct transition_counts {
    uint64_t transitions; /* 0: the pair is only one of `flow` */
    uint64_t units;
    uint64_t last_unit;
    wend_int128 time_us;
    struct wend_sketch times; /* empty at the ends: entering and leaving take no time */
};

void wend__tally_transitions_init(struct wend_tally *tally) {
    wend__table_init(&tally->transitions, sizeof(struct wend_pair_key),
                     sizeof(struct transition_counts), tally->options.seed);
}

static enum wend_status put(struct wend_tally *tally, uint32_t from, uint32_t to, int64_t us,
                            const uint32_t places[2], struct wend_error *error) {
    struct wend_pair_queue *queue = &tally->pairs;
    if (queue->count == WEND_TALLY_PAIRS) {
        WEND_TRY(wend__tally_transitions_settle(tally, error));
    }
    struct wend_tally_pair *pair = &queue->items[queue->count++];
    *pair = (struct wend_tally_pair){
        .key = {tally->group, from, to},
        .places = {places[0], places[1]},
        .us = us,
        .unit = tally->view.unit_number,
    };
    pair->hash = wend__table_hash(&tally->transitions, &pair->key);
    wend__table_fetch_slot(&tally->transitions, pair->hash);
    return WEND_OK;
}

/* The places of the pair of step `index` - 1 (or the entry) and step `index` (or the exit), 0 where
 * it has none. */
static void find_places(const struct wend_tally *tally, size_t index, uint32_t places[2]) {
    const struct wend_unit_view *view = &tally->view;
    size_t depth = tally->options.ruleset->flow_depth;
    size_t goal = view->goal_step;
    bool is_last = index == view->step_count;
    places[WEND_FLOW_START] = 0;
    places[WEND_FLOW_GOAL] = 0;
    if (index > 0 && (index < depth || (index == depth && is_last))) {
        places[WEND_FLOW_START] = (uint32_t)index;
    }
    if (!is_last && goal < view->step_count && index <= goal) {
        size_t place = goal - index + 1;
        if (place < depth || (place == depth && index == 0)) {
            places[WEND_FLOW_GOAL] = (uint32_t)place;
        }
    }
}

/* The pairs at the depth where a path goes on beyond it. */
static enum wend_status put_more(struct wend_tally *tally, struct wend_error *error) {
    const struct wend_unit_view *view = &tally->view;
    size_t depth = tally->options.ruleset->flow_depth;
    if (view->step_count > depth) {
        const uint32_t places[2] = {[WEND_FLOW_START] = (uint32_t)depth};
        WEND_TRY(put(tally, wend__unit_view_step(view, depth - 1), WEND_POINT_MORE, ONLY_FLOW,
                     places, error));
    }
    if (view->goal_step < view->step_count && view->goal_step >= depth) {
        const uint32_t places[2] = {[WEND_FLOW_GOAL] = (uint32_t)depth};
        WEND_TRY(put(tally, WEND_POINT_MORE,
                     wend__unit_view_step(view, view->goal_step - (depth - 1)), ONLY_FLOW, places,
                     error));
    }
    return WEND_OK;
}

enum wend_status wend__tally_transitions_count(struct wend_tally *tally, struct wend_error *error) {
    const struct wend_unit_view *view = &tally->view;
    bool has_flow = wend__tally_wants(tally, WEND_TABLE_FLOW);
    uint32_t places[2] = {0, 0};
    if (view->step_count == 0) {
        return WEND_OK;
    }
    uint32_t from = WEND_POINT_ENTRY;
    for (size_t i = 0; i <= view->step_count; i++) {
        bool is_last = i == view->step_count;
        uint32_t to = is_last ? WEND_POINT_EXIT : wend__unit_view_step(view, i);
        int64_t us = i == 0 || is_last ? ENDS : view->step_times[i] - view->step_times[i - 1];
        if (has_flow) {
            find_places(tally, i, places);
        }
        WEND_TRY(put(tally, from, to, us, places, error));
        from = to;
    }
    return has_flow ? put_more(tally, error) : WEND_OK;
}

/* Finds the entry of a pair, counts there, and fetches what the next passes need. */
static bool count_pair(struct wend_tally *tally, struct wend_tally_pair *pair) {
    if (!wend__table_find_or_add_hashed(&tally->transitions, &pair->key, pair->hash,
                                        &pair->index)) {
        return false;
    }
    struct transition_counts *counts = wend__table_value(&tally->transitions, pair->index);
    wend__tally_flow_fetch(tally, pair);
    if (pair->us == ONLY_FLOW) {
        return true;
    }
    counts->transitions += 1;
    counts->units += counts->last_unit != pair->unit;
    counts->last_unit = pair->unit;
    if (pair->us != ENDS) {
        counts->time_us += pair->us;
        __builtin_prefetch(counts->times.store, 1);
    }
    return true;
}

static struct wend_sketch *times_of(struct wend_tally *tally, const struct wend_tally_pair *pair) {
    struct transition_counts *counts = wend__table_value(&tally->transitions, pair->index);
    return &counts->times;
}

enum wend_status wend__tally_transitions_settle(struct wend_tally *tally,
                                                struct wend_error *error) {
    struct wend_pair_queue *queue = &tally->pairs;
    uint32_t count = queue->count;
    queue->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        wend__table_fetch_entry(&tally->transitions, queue->items[i].hash);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!count_pair(tally, &queue->items[i])) {
            return wend__fail_memory(error);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (queue->items[i].us >= 0) {
            wend__sketch_fetch(times_of(tally, &queue->items[i]), queue->items[i].us);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct wend_tally_pair *pair = &queue->items[i];
        if (!wend__tally_flow_count(tally, pair)) {
            return wend__fail_memory(error);
        }
        if (pair->us >= 0) {
            WEND_TRY(wend__tally_add_time(tally, times_of(tally, pair), pair->us, error));
        }
    }
    return WEND_OK;
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
    tally->pairs.count = 0;
    wend__tally_flow_clear(tally);
    wend__tally_clear_table(tally, &tally->transitions, offsetof(struct transition_counts, times));
}
