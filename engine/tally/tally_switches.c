/* The table `switches`: changes of a segment field between neighbouring events of a unit. */
#include "tally/tally_parts.h"

#include <stddef.h>

struct change {
    uint32_t group;
    uint32_t field;
    uint32_t from_value; /* as hits have them */
    uint32_t to_value;
    uint32_t from_point;
    uint32_t to_point;
};

struct change_counts {
    uint64_t switches;
    uint64_t units;
    uint64_t converted;
    uint64_t abandoned;
    uint64_t last_unit;
    struct wend_sketch times;
};

void wend__tally_switches_init(struct wend_tally *tally) {
    wend__table_init(&tally->switches, sizeof(struct change), sizeof(struct change_counts),
                     tally->options.seed);
}

static enum wend_status count_one(struct wend_tally *tally, const struct change *key, int64_t us,
                                  struct wend_error *error) {
    size_t index;
    if (!wend__table_find_or_add(&tally->switches, key, &index)) {
        return wend__fail_memory(error);
    }
    struct change_counts *counts = wend__table_value(&tally->switches, index);
    counts->switches += 1;
    if (counts->last_unit != tally->view.unit_number) {
        counts->last_unit = tally->view.unit_number;
        counts->units += 1;
        counts->converted += tally->view.unit->outcome == WEND_OUTCOME_CONVERTED;
        counts->abandoned += tally->view.unit->outcome == WEND_OUTCOME_ABANDONED;
    }
    return wend__tally_add_time(tally, &counts->times, us, error);
}

static const struct wend_hit *hit_at(const struct wend_tally *tally, size_t index) {
    return wend__hit_at(tally->options.layout, tally->view.unit->hits, index);
}

/* The first touchpoint from hit `*index` on; `*index` goes there, so that all calls of a unit
 * together look at a hit once. */
static uint32_t point_from(const struct wend_tally *tally, size_t *index) {
    for (; *index < tally->view.unit->hit_count; *index += 1) {
        uint32_t point = hit_at(tally, *index)->touchpoint;
        if (point != WEND_TOUCHPOINT_NONE) {
            return point;
        }
    }
    return WEND_POINT_EXIT;
}

enum wend_status wend__tally_switches_count(struct wend_tally *tally, struct wend_error *error) {
    const struct wend_hit_layout *layout = tally->options.layout;
    if (layout->segment_count == 0 || tally->view.step_count == 0) {
        return WEND_OK;
    }
    uint32_t before = WEND_POINT_ENTRY;
    size_t next = 0;
    for (size_t i = 1; i < tally->view.unit->hit_count; i++) {
        const struct wend_hit *left = hit_at(tally, i - 1);
        const struct wend_hit *right = hit_at(tally, i);
        if (left->touchpoint != WEND_TOUCHPOINT_NONE) {
            before = left->touchpoint;
        }
        const uint32_t *from = wend__hit_segments(layout, left);
        const uint32_t *to = wend__hit_segments(layout, right);
        for (uint32_t s = 0; s < layout->segment_count; s++) {
            if (from[s] == to[s] || from[s] == WEND_SEGMENT_ABSENT ||
                to[s] == WEND_SEGMENT_ABSENT) {
                continue;
            }
            next = next < i ? i : next;
            struct change key = {tally->group, s, from[s], to[s], before, point_from(tally, &next)};
            WEND_TRY(count_one(tally, &key, right->ts_us - left->ts_us, error));
        }
    }
    return WEND_OK;
}

enum wend_status wend__tally_switches_flush(struct wend_tally *tally, struct wend_error *error) {
    for (size_t i = 0; i < wend__table_count(&tally->switches); i++) {
        const struct change *key = wend__table_key(&tally->switches, i);
        const struct change_counts *counts = wend__table_value(&tally->switches, i);
        const struct wend_payload payload = {
            .counts = {counts->switches, counts->units, counts->converted, counts->abandoned},
        };
        wend__tally_row_begin(tally, key->group);
        wend__tally_row_put_text(tally, tally->options.ruleset->segments[key->field].name);
        wend__tally_row_put_text(tally, wend__tally_segment_text(tally, key->from_value));
        wend__tally_row_put_text(tally, wend__tally_segment_text(tally, key->to_value));
        wend__tally_row_put_point(tally, key->from_point);
        wend__tally_row_put_point(tally, key->to_point);
        WEND_TRY(wend__tally_row_end(tally, WEND_TABLE_SWITCHES, &payload, &counts->times, error));
    }
    return WEND_OK;
}

void wend__tally_switches_clear(struct wend_tally *tally) {
    wend__tally_clear_table(tally, &tally->switches, offsetof(struct change_counts, times));
}
