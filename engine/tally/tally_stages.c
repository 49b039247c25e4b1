/*
 * The table `stages`: the funnel of each journey.
 *
 * A group has cells for all stages of its journey, one after the other, from its first unit on: a
 * stage that nobody reaches has a row of zeros.
 */
#include "base/memory.h"
#include "tally/tally_parts.h"

struct stage_group {
    size_t next_cell; /* its first cell + 1; 0: none yet */
};

void wend__tally_stages_init(struct wend_tally *tally) {
    wend__table_init(&tally->stage_groups, sizeof(uint32_t), sizeof(struct stage_group),
                     tally->options.seed);
}

/* The cells of the group at hand; NULL without memory. */
static struct wend_stage_cell *find_cells(struct wend_tally *tally, uint32_t stage_count) {
    size_t index;
    void *cells = tally->stage_cells;
    if (!wend__table_find_or_add(&tally->stage_groups, &tally->group, &index)) {
        return NULL;
    }
    struct stage_group *group = wend__table_value(&tally->stage_groups, index);
    if (group->next_cell == 0) {
        bool done =
            wend__reserve(&cells, &tally->stage_cell_capacity,
                          tally->stage_cell_count + stage_count, sizeof *tally->stage_cells);
        tally->stage_cells = cells;
        if (!done) {
            return NULL;
        }
        memset(tally->stage_cells + tally->stage_cell_count, 0,
               stage_count * sizeof *tally->stage_cells);
        group->next_cell = tally->stage_cell_count + 1;
        tally->stage_cell_count += stage_count;
    }
    return tally->stage_cells + (group->next_cell - 1);
}

enum wend_status wend__tally_stages_count(struct wend_tally *tally, struct wend_error *error) {
    if (!tally->has_funnel) {
        return WEND_OK;
    }
    const struct wend_funnel *funnel = &tally->funnel;
    uint32_t stage_count = tally->view.journey->stage_count;
    struct wend_stage_cell *cells = find_cells(tally, stage_count);
    if (cells == NULL) {
        return wend__fail_memory(error);
    }
    for (uint32_t s = 0; s < stage_count; s++) {
        cells[s].visited += funnel->visited >> s & 1;
        cells[s].reached += s < funnel->furthest;
        cells[s].advanced += s + 1 < funnel->furthest;
        if (s + 1 < funnel->furthest && funnel->to_next_us[s] != WEND_FUNNEL_NO_TIME) {
            WEND_TRY(wend__tally_add_time(tally, &cells[s].to_next, funnel->to_next_us[s], error));
        }
    }
    if (funnel->furthest > 0 && tally->view.unit->outcome == WEND_OUTCOME_ABANDONED) {
        cells[funnel->furthest - 1].abandoned_here += 1;
    }
    return WEND_OK;
}

static enum wend_status flush_group(struct wend_tally *tally, uint32_t group,
                                    const struct wend_stage_cell *cells, struct wend_error *error) {
    uint32_t scope = wend__groups_get(&tally->groups, group).scope;
    const struct wend_journey_rule *journey = &tally->options.ruleset->journeys[scope - 1];
    for (uint32_t s = 0; s < journey->stage_count; s++) {
        const struct wend_payload payload = {
            .counts = {cells[s].visited, cells[s].reached, cells[s].advanced,
                       cells[s].abandoned_here},
        };
        wend__tally_row_begin(tally, group);
        wend__tally_row_put_number(tally, s + 1);
        wend__tally_row_put_text(tally, journey->stages[s].name);
        WEND_TRY(wend__tally_row_end(tally, WEND_TABLE_STAGES, &payload, &cells[s].to_next, error));
    }
    return WEND_OK;
}

enum wend_status wend__tally_stages_flush(struct wend_tally *tally, struct wend_error *error) {
    for (size_t i = 0; i < wend__table_count(&tally->stage_groups); i++) {
        uint32_t group;
        memcpy(&group, wend__table_key(&tally->stage_groups, i), sizeof group);
        const struct stage_group *own = wend__table_value(&tally->stage_groups, i);
        WEND_TRY(flush_group(tally, group, tally->stage_cells + (own->next_cell - 1), error));
    }
    return WEND_OK;
}

void wend__tally_stages_clear(struct wend_tally *tally) {
    for (size_t i = 0; i < tally->stage_cell_count; i++) {
        wend__tally_drop_sketch(tally, &tally->stage_cells[i].to_next);
    }
    wend__free(tally->stage_cells);
    tally->stage_cells = NULL;
    tally->stage_cell_count = 0;
    tally->stage_cell_capacity = 0;
    wend__table_deinit(&tally->stage_groups);
}
