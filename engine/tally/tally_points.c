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

/* NULL without memory. */
static struct point_counts *find(struct wend_tally *tally, uint32_t touchpoint) {
    struct point key = {tally->group, touchpoint};
    size_t index;
    return wend__table_find_or_add(&tally->points, &key, &index)
               ? wend__table_value(&tally->points, index)
               : NULL;
}

enum wend_status wend__tally_points_count(struct wend_tally *tally, struct wend_error *error) {
    const struct wend_unit_view *view = &tally->view;
    bool is_abandoned = view->unit->outcome == WEND_OUTCOME_ABANDONED;
    bool is_converted = view->unit->outcome == WEND_OUTCOME_CONVERTED;
    for (size_t i = 0; i < view->held_count; i++) {
        const struct wend_held_point *held = &view->held[i];
        struct point_counts *counts = find(tally, held->touchpoint);
        if (counts == NULL) {
            return wend__fail_memory(error);
        }
        bool is_last = held->touchpoint == view->last_point;
        counts->events += held->event_count;
        counts->units += 1;
        counts->entries += held->touchpoint == view->first_point;
        counts->exits += is_last;
        counts->converted_units += is_converted;
        counts->first_touch += held->touchpoint == view->first_touch;
        counts->last_touch += held->touchpoint == view->last_touch;
        counts->abandoned += is_last && is_abandoned;
        counts->value += held->value;
    }
    if (view->held_count == 0) {
        struct point_counts *counts = find(tally, WEND_POINT_NONE);
        if (counts == NULL) {
            return wend__fail_memory(error);
        }
        counts->units += 1;
        counts->abandoned += is_abandoned;
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
