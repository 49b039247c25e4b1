/* The table `flow`: steps and the next ones, by their distance from the start or from the goal. */
#include "tally/tally_parts.h"

enum { FROM_START, FROM_GOAL };

struct flow {
    uint32_t group;
    uint32_t place; /* 2 * step index + anchor; the index from 1 */
    uint32_t from;
    uint32_t to;
};

struct flow_counts {
    uint64_t units; /* a unit has one step at a depth, so that it counts once by itself */
};

void wend__tally_flow_init(struct wend_tally *tally) {
    wend__table_init(&tally->flow, sizeof(struct flow), sizeof(struct flow_counts),
                     tally->options.seed);
}

static enum wend_status count_one(struct wend_tally *tally, size_t index, uint32_t anchor,
                                  uint32_t from, uint32_t to, struct wend_error *error) {
    struct flow key = {tally->group, 2 * ((uint32_t)index + 1) + anchor, from, to};
    size_t found;
    if (!wend__table_find_or_add(&tally->flow, &key, &found)) {
        return wend__fail_memory(error);
    }
    struct flow_counts *counts = wend__table_value(&tally->flow, found);
    counts->units += 1;
    return WEND_OK;
}

static enum wend_status count_from_start(struct wend_tally *tally, struct wend_error *error) {
    const struct wend_unit_view *view = &tally->view;
    size_t depth = tally->options.ruleset->flow_depth;
    for (size_t i = 0; i < view->step_count && i < depth; i++) {
        uint32_t to = i + 1 == view->step_count ? WEND_POINT_EXIT
                      : i + 1 == depth          ? WEND_POINT_MORE
                                                : wend__unit_view_step(view, i + 1);
        WEND_TRY(count_one(tally, i, FROM_START, wend__unit_view_step(view, i), to, error));
    }
    return WEND_OK;
}

static enum wend_status count_from_goal(struct wend_tally *tally, struct wend_error *error) {
    const struct wend_unit_view *view = &tally->view;
    size_t depth = tally->options.ruleset->flow_depth;
    size_t goal = view->goal_step;
    for (size_t i = 0; i <= goal && i < depth; i++) {
        uint32_t to = i == goal        ? WEND_POINT_ENTRY
                      : i + 1 == depth ? WEND_POINT_MORE
                                       : wend__unit_view_step(view, goal - i - 1);
        WEND_TRY(count_one(tally, i, FROM_GOAL, wend__unit_view_step(view, goal - i), to, error));
    }
    return WEND_OK;
}

enum wend_status wend__tally_flow_count(struct wend_tally *tally, struct wend_error *error) {
    WEND_TRY(count_from_start(tally, error));
    return tally->view.goal_step < tally->view.step_count ? count_from_goal(tally, error) : WEND_OK;
}

enum wend_status wend__tally_flow_flush(struct wend_tally *tally, struct wend_error *error) {
    for (size_t i = 0; i < wend__table_count(&tally->flow); i++) {
        const struct flow *key = wend__table_key(&tally->flow, i);
        const struct flow_counts *counts = wend__table_value(&tally->flow, i);
        const struct wend_payload payload = {.counts = {counts->units}};
        wend__tally_row_begin(tally, key->group);
        wend__tally_row_put_text(tally,
                                 wend__bytes_text(key->place % 2 == FROM_START ? "start" : "goal"));
        wend__tally_row_put_number(tally, key->place / 2);
        wend__tally_row_put_point(tally, key->from);
        wend__tally_row_put_point(tally, key->to);
        WEND_TRY(wend__tally_row_end(tally, WEND_TABLE_FLOW, &payload, NULL, error));
    }
    return WEND_OK;
}

void wend__tally_flow_clear(struct wend_tally *tally) {
    wend__table_deinit(&tally->flow);
}
