/* The tables `abandonment` and `touchpoints`, which count the same touchpoints of the same units.
 */
#include "tally/tally_parts.h"

struct point {
    uint32_t group;
    uint32_t touchpoint; /* or WEND_POINT_NONE, for the units without any: abandonment only */
};

struct point_counts {
    uint64_t events;
    uint64_t units;
    uint64_t entries;
    uint64_t exits;
    uint64_t converted_units;
    uint64_t first_touch;
    uint64_t last_touch;
    uint64_t abandoned;
    wend_int128 value;
};

void wend__tally_points_init(struct wend_tally *tally) {
    wend__table_init(&tally->points, sizeof(struct point), sizeof(struct point_counts),
                     tally->options.seed);
}

enum point_mark {
    IS_ENTRY = 1,
    IS_EXIT = 2,
    IS_CONVERTED = 4,
    IS_FIRST_TOUCH = 8,
    IS_LAST_TOUCH = 16,
    IS_ABANDONED = 32
};

static enum wend_status put(struct wend_tally *tally, const struct wend_held_point *held,
                            uint32_t marks, struct wend_error *error) {
    struct wend_point_queue *queue = &tally->held_points;
    if (queue->count == WEND_TALLY_POINTS) {
        WEND_TRY(wend__tally_points_settle(tally, error));
    }
    struct point key = {tally->group, held->touchpoint};
    struct wend_tally_point *item = &queue->items[queue->count++];
    item->hash = wend__table_hash(&tally->points, &key);
    item->event_count = held->event_count;
    item->value = held->value;
    item->group = key.group;
    item->touchpoint = key.touchpoint;
    item->marks = marks;
    wend__table_fetch_slot(&tally->points, item->hash);
    return WEND_OK;
}

enum wend_status wend__tally_points_count(struct wend_tally *tally, struct wend_error *error) {
    const struct wend_unit_view *view = &tally->view;
    enum wend_outcome outcome = view->unit->outcome;
    uint32_t common = outcome == WEND_OUTCOME_CONVERTED ? (uint32_t)IS_CONVERTED : 0;
    uint32_t exit = IS_EXIT | (outcome == WEND_OUTCOME_ABANDONED ? (uint32_t)IS_ABANDONED : 0);
    for (size_t i = 0; i < view->held_count; i++) {
        const struct wend_held_point *held = &view->held[i];
        uint32_t marks = common;
        marks |= held->touchpoint == view->first_point ? (uint32_t)IS_ENTRY : 0;
        marks |= held->touchpoint == view->last_point ? exit : 0;
        marks |= held->touchpoint == view->first_touch ? (uint32_t)IS_FIRST_TOUCH : 0;
        marks |= held->touchpoint == view->last_touch ? (uint32_t)IS_LAST_TOUCH : 0;
        WEND_TRY(put(tally, held, marks, error));
    }
    if (view->held_count == 0) {
        static const struct wend_held_point none = {.touchpoint = WEND_POINT_NONE};
        WEND_TRY(put(tally, &none, exit & (uint32_t)IS_ABANDONED, error));
    }
    return WEND_OK;
}

static bool count_point(struct wend_tally *tally, const struct wend_tally_point *item) {
    struct point key = {item->group, item->touchpoint};
    size_t index;
    if (!wend__table_find_or_add_hashed(&tally->points, &key, item->hash, &index)) {
        return false;
    }
    struct point_counts *counts = wend__table_value(&tally->points, index);
    counts->events += item->event_count;
    counts->units += 1;
    counts->entries += (item->marks & IS_ENTRY) != 0;
    counts->exits += (item->marks & IS_EXIT) != 0;
    counts->converted_units += (item->marks & IS_CONVERTED) != 0;
    counts->first_touch += (item->marks & IS_FIRST_TOUCH) != 0;
    counts->last_touch += (item->marks & IS_LAST_TOUCH) != 0;
    counts->abandoned += (item->marks & IS_ABANDONED) != 0;
    counts->value += item->value;
    return true;
}

enum wend_status wend__tally_points_settle(struct wend_tally *tally, struct wend_error *error) {
    struct wend_point_queue *queue = &tally->held_points;
    uint32_t count = queue->count;
    queue->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        wend__table_fetch_entry(&tally->points, queue->items[i].hash);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!count_point(tally, &queue->items[i])) {
            return wend__fail_memory(error);
        }
    }
    return WEND_OK;
}

static enum wend_status flush_abandonment(struct wend_tally *tally, const struct point *key,
                                          const struct point_counts *counts,
                                          struct wend_error *error) {
    const struct wend_payload payload = {.counts = {counts->abandoned, counts->units}};
    wend__tally_row_begin(tally, key->group);
    wend__tally_row_put_point(tally, key->touchpoint);
    wend__tally_row_put_stage(tally, key->touchpoint);
    return wend__tally_row_end(tally, WEND_TABLE_ABANDONMENT, &payload, NULL, error);
}

static enum wend_status flush_touchpoint(struct wend_tally *tally, const struct point *key,
                                         const struct point_counts *counts,
                                         struct wend_error *error) {
    const struct wend_payload payload = {
        .counts = {counts->events, counts->units, counts->entries, counts->exits,
                   counts->converted_units, counts->first_touch, counts->last_touch},
        .value_sum = counts->value,
    };
    wend__tally_row_begin(tally, key->group);
    wend__tally_row_put_point(tally, key->touchpoint);
    wend__tally_row_put_stage(tally, key->touchpoint);
    return wend__tally_row_end(tally, WEND_TABLE_TOUCHPOINTS, &payload, NULL, error);
}

enum wend_status wend__tally_points_flush(struct wend_tally *tally, struct wend_error *error) {
    for (size_t i = 0; i < wend__table_count(&tally->points); i++) {
        const struct point *key = wend__table_key(&tally->points, i);
        const struct point_counts *counts = wend__table_value(&tally->points, i);
        if (wend__tally_wants(tally, WEND_TABLE_ABANDONMENT)) {
            WEND_TRY(flush_abandonment(tally, key, counts, error));
        }
        if (wend__tally_wants(tally, WEND_TABLE_TOUCHPOINTS) &&
            key->touchpoint != WEND_POINT_NONE) {
            WEND_TRY(flush_touchpoint(tally, key, counts, error));
        }
    }
    return WEND_OK;
}

void wend__tally_points_clear(struct wend_tally *tally) {
    wend__table_deinit(&tally->points);
}
