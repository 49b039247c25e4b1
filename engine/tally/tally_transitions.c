/* The table `transitions`: steps of the uncut path and the ones that follow them. */
#include "tally/tally_parts.h"

#include <stddef.h>

struct transition {
    uint32_t group;
    uint32_t from;
    uint32_t to;
};

struct transition_counts {
    uint64_t transitions;
    uint64_t units;
    uint64_t last_unit;
    wend_int128 time_us;
    struct wend_sketch times; /* empty at the ends: entering and leaving take no time */
};

void wend__tally_transitions_init(struct wend_tally *tally) {
    wend__table_init(&tally->transitions, sizeof(struct transition),
                     sizeof(struct transition_counts), tally->options.seed);
}

/* NULL without memory. */
static struct transition_counts *count_one(struct wend_tally *tally, uint32_t from, uint32_t to) {
    struct transition key = {tally->group, from, to};
    size_t index;
    if (!wend__table_find_or_add(&tally->transitions, &key, &index)) {
        return NULL;
    }
    struct transition_counts *counts = wend__table_value(&tally->transitions, index);
    counts->transitions += 1;
    counts->units += counts->last_unit != tally->view.unit_number;
    counts->last_unit = tally->view.unit_number;
    return counts;
}

enum wend_status wend__tally_transitions_count(struct wend_tally *tally, struct wend_error *error) {
    const struct wend_unit_view *view = &tally->view;
    if (view->step_count == 0) {
        return WEND_OK;
    }
    uint32_t from = wend__unit_view_step(view, 0);
    if (count_one(tally, WEND_POINT_ENTRY, from) == NULL) {
        return wend__fail_memory(error);
    }
    for (size_t i = 1; i < view->step_count; i++) {
        uint32_t to = wend__unit_view_step(view, i);
        int64_t us = view->step_times[i] - view->step_times[i - 1];
        struct transition_counts *counts = count_one(tally, from, to);
        if (counts == NULL) {
            return wend__fail_memory(error);
        }
        counts->time_us += us;
        WEND_TRY(wend__tally_add_time(tally, &counts->times, us, error));
        from = to;
    }
    return count_one(tally, from, WEND_POINT_EXIT) == NULL ? wend__fail_memory(error) : WEND_OK;
}

enum wend_status wend__tally_transitions_flush(struct wend_tally *tally, struct wend_error *error) {
    for (size_t i = 0; i < wend__table_count(&tally->transitions); i++) {
        const struct transition *key = wend__table_key(&tally->transitions, i);
        const struct transition_counts *counts = wend__table_value(&tally->transitions, i);
        const struct wend_payload payload = {
            .counts = {counts->transitions, counts->units},
            .time_sum = counts->time_us,
        };
        wend__tally_row_begin(tally, key->group);
        wend__tally_row_put_point(tally, key->from);
        wend__tally_row_put_point(tally, key->to);
        WEND_TRY(
            wend__tally_row_end(tally, WEND_TABLE_TRANSITIONS, &payload, &counts->times, error));
    }
    return WEND_OK;
}

void wend__tally_transitions_clear(struct wend_tally *tally) {
    wend__tally_clear_table(tally, &tally->transitions, offsetof(struct transition_counts, times));
}
