/* The tables `abandonment` and `touchpoints`, which count the same touchpoints of the same units.
 */
#include "base/memory.h"
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
    uint64_t last_trail;
};

bool wend__tally_points_init(struct wend_tally *tally) {
    wend__table_init(&tally->points, sizeof(struct point), sizeof(struct point_counts),
                     tally->options.seed);
    tally->found_points = wend__alloc_zeroed(WEND_FOUND_POINTS, sizeof *tally->found_points);
    return tally->found_points != NULL;
}

void wend__tally_points_deinit(struct wend_tally *tally) {
    wend__free(tally->found_points);
    tally->found_points = NULL;
}

/* NULL without memory. The pointer lives until the next call. */
static struct point_counts *find(struct wend_tally *tally, uint32_t group, uint32_t touchpoint) {
    uint64_t mixed = ((uint64_t)group << 32 | touchpoint) * UINT64_C(0x9e3779b97f4a7c15);
    struct wend_found_point *found = &tally->found_points[(mixed >> 32) % WEND_FOUND_POINTS];
    if (found->next_index == 0 || found->group != group || found->touchpoint != touchpoint) {
        const struct point key = {group, touchpoint};
        size_t at;
        if (!wend__table_find_or_add(&tally->points, &key, &at)) {
            return NULL;
        }
        *found = (struct wend_found_point){group, touchpoint, at + 1};
    }
    return wend__table_value(&tally->points, found->next_index - 1);
}

bool wend__tally_points_add_events(struct wend_tally *tally, uint32_t group, uint32_t touchpoint,
                                   uint64_t events) {
    struct point_counts *counts = find(tally, group, touchpoint);
    if (counts != NULL) {
        counts->events += events;
    }
    return counts != NULL;
}

bool wend__tally_points_add_values(struct wend_tally *tally) {
    const struct wend_unit *unit = tally->view.unit;
    for (size_t i = 0; i < unit->hit_count; i++) {
        const struct wend_hit *hit = wend__hit_at(tally->options.layout, unit->hits, i);
        if (hit->touchpoint == WEND_TOUCHPOINT_NONE ||
            !wend__point_is_goal(tally->options.touchpoints, unit->scope, hit->touchpoint)) {
            continue;
        }
        struct point_counts *counts = find(tally, tally->group, hit->touchpoint);
        if (counts == NULL) {
            return false;
        }
        counts->value += wend__hit_value(tally->options.layout, hit);
    }
    return true;
}

/* The goal whose value that of the units is; WEND_POINT_NONE: there are different ones, whose
 * values were added unit by unit. */
static uint32_t only_goal(const struct wend_tally *tally, const struct wend_counted *counted) {
    uint32_t scope = wend__groups_get(&tally->groups, counted->group).scope;
    uint32_t goal = WEND_POINT_NONE;
    for (size_t i = 0; i < counted->step_count; i++) {
        uint32_t point = counted->steps[i];
        if (!wend__point_is_goal(tally->options.touchpoints, scope, point) || point == goal) {
            continue;
        }
        if (goal != WEND_POINT_NONE) {
            return WEND_POINT_NONE;
        }
        goal = point;
    }
    return goal;
}

static bool count_ends(struct wend_tally *tally, const struct wend_counted *counted) {
    size_t last = counted->step_count - 1;
    uint32_t goal_step = counted->goal_step;
    struct point_counts *entry = find(tally, counted->group, counted->steps[0]);
    if (entry == NULL) {
        return false;
    }
    entry->entries += counted->units;
    entry->first_touch += goal_step == WEND_NO_STEP ? 0 : counted->units;
    struct point_counts *exit = find(tally, counted->group, counted->steps[last]);
    if (exit == NULL) {
        return false;
    }
    exit->exits += counted->units;
    exit->abandoned += counted->outcome_counts[WEND_OUTCOME_ABANDONED];
    if (goal_step != WEND_NO_STEP) {
        /* The touchpoint before the goal has the credit, where there is one. */
        uint32_t step = counted->steps[goal_step > 0 ? goal_step - 1 : 0];
        struct point_counts *touch = find(tally, counted->group, step);
        if (touch == NULL) {
            return false;
        }
        touch->last_touch += counted->units;
    }
    return true;
}

static bool count_none(struct wend_tally *tally, const struct wend_counted *counted) {
    struct point_counts *counts = find(tally, counted->group, WEND_POINT_NONE);
    if (counts != NULL) {
        counts->units += counted->units;
        counts->abandoned += counted->outcome_counts[WEND_OUTCOME_ABANDONED];
    }
    return counts != NULL;
}

bool wend__tally_points_count(struct wend_tally *tally, const struct wend_counted *counted) {
    if (counted->step_count == 0) {
        return count_none(tally, counted);
    }
    uint32_t goal = counted->value == 0 ? WEND_POINT_NONE : only_goal(tally, counted);
    for (size_t i = 0; i < counted->step_count; i++) {
        struct point_counts *counts = find(tally, counted->group, counted->steps[i]);
        if (counts == NULL) {
            return false;
        }
        counts->events += counted->units + (counted->repeats == NULL ? 0 : counted->repeats[i]);
        if (counts->last_trail == counted->number) {
            continue;
        }
        counts->last_trail = counted->number;
        counts->units += counted->units;
        counts->converted_units += counted->outcome_counts[WEND_OUTCOME_CONVERTED];
        counts->value += counted->steps[i] == goal ? counted->value : 0;
    }
    return count_ends(tally, counted);
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
    if (tally->found_points != NULL) {
        memset(tally->found_points, 0, WEND_FOUND_POINTS * sizeof *tally->found_points);
    }
}
