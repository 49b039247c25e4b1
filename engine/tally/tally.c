#include "tally/tally.h"

#include "base/memory.h"
#include "tally/tally_parts.h"

#include <assert.h>

/*
 * The tables are charged in steps, the first of which is taken in any case: with less there would
 * be a flush for every unit. A byte of a table is charged twice, for at a flush there is also the
 * row that it becomes: then the tables give the second half back, and the runs charge it.
 */
enum { STEP_BYTES = 64 * 1024, FLUSH_FACTOR = 2 };
/* Rows of one table take at most this part of the budget before they go to disk. */
enum { RUNS_PART = 16, RUNS_BYTES_MIN = 64 * 1024 };

#define DETAIL_TABLES (1U << WEND_TABLE_SESSIONS | 1U << WEND_TABLE_JOURNEYS)
#define PAIR_TABLES (1U << WEND_TABLE_TRANSITIONS | 1U << WEND_TABLE_FLOW)
#define POINT_TABLES (1U << WEND_TABLE_ABANDONMENT | 1U << WEND_TABLE_TOUCHPOINTS)
#define TRAIL_TABLES (1U << WEND_TABLE_PATHS | PAIR_TABLES | POINT_TABLES)

/* The tables that count, each with the tables of a snapshot that it is for. */
static const struct part {
    uint32_t tables;
    enum wend_status (*count)(struct wend_tally *tally, struct wend_error *error); /* NULL: none */
    enum wend_status (*flush)(struct wend_tally *tally, struct wend_error *error);
    void (*clear)(struct wend_tally *tally);
} parts[] = {
    {TRAIL_TABLES, wend__tally_trails_count, wend__tally_paths_flush, wend__tally_trails_clear},
    {PAIR_TABLES, NULL, wend__tally_transitions_flush, wend__tally_transitions_clear},
    {POINT_TABLES, NULL, wend__tally_points_flush, wend__tally_points_clear},
    {1U << WEND_TABLE_STAGES, wend__tally_stages_count, wend__tally_stages_flush,
     wend__tally_stages_clear},
    {1U << WEND_TABLE_SWITCHES, wend__tally_switches_count, wend__tally_switches_flush,
     wend__tally_switches_clear},
};

enum { PART_COUNT = sizeof parts / sizeof *parts };

static enum wend_status create_runs(struct wend_tally *tally, struct wend_error *error) {
    size_t share = tally->options.budget->cap / RUNS_PART;
    struct wend_runs_options options = {
        .directory = tally->options.directory,
        .budget = tally->options.budget,
        .memory_bytes = share > RUNS_BYTES_MIN ? share : RUNS_BYTES_MIN,
    };
    for (uint32_t table = 0; table < WEND_TABLE_COUNT; table++) {
        bool is_aggregate = table < WEND_AGGREGATE_COUNT;
        if (is_aggregate) {
            tally->shapes[table] = wend__schemas[table].shape;
        }
        if (wend__tally_wants(tally, (enum wend_table_id)table)) {
            options.combine = is_aggregate ? wend__payload_combine : NULL;
            options.context = is_aggregate ? &tally->shapes[table] : NULL;
            WEND_TRY(wend__runs_create(&options, &tally->runs[table], error));
        }
    }
    return WEND_OK;
}

enum wend_status wend__tally_create(const struct wend_tally_options *options,
                                    struct wend_tally **out, struct wend_error *error) {
    assert(options->budget != NULL && options->tables < 1U << WEND_TABLE_COUNT);
    struct wend_tally *tally = wend__alloc_zeroed(1, sizeof *tally);
    *out = tally;
    if (tally == NULL) {
        return wend__fail_memory(error);
    }
    tally->options = *options;
    wend__groups_init(&tally->groups, options->ruleset, options->layout, options->seed);
    bool done = wend__tally_transitions_init(tally) && wend__tally_points_init(tally) &&
                wend__tally_trails_init(tally);
    wend__tally_stages_init(tally);
    wend__tally_switches_init(tally);
    enum wend_status status = done && wend__unit_view_init(&tally->view, options->ruleset,
                                                           options->layout, options->touchpoints)
                                  ? create_runs(tally, error)
                                  : wend__fail_memory(error);
    if (status != WEND_OK) {
        wend__tally_destroy(tally);
        *out = NULL;
    }
    return status;
}

static void clear_tables(struct wend_tally *tally) {
    for (uint32_t i = 0; i < PART_COUNT; i++) {
        parts[i].clear(tally);
    }
    wend__groups_deinit(&tally->groups);
    assert(tally->sketch_bytes == 0);
    wend__budget_release(tally->options.budget, tally->table_charge);
    tally->table_charge = 0;
    wend__tally_row_forget_groups(tally);
}

void wend__tally_destroy(struct wend_tally *tally) {
    if (tally == NULL) {
        return;
    }
    clear_tables(tally);
    for (uint32_t table = 0; table < WEND_TABLE_COUNT; table++) {
        wend__runs_destroy(tally->runs[table]);
    }
    wend__budget_release(tally->options.budget, tally->view_charge);
    wend__unit_view_deinit(&tally->view);
    wend__tally_trails_deinit(tally);
    wend__tally_transitions_deinit(tally);
    wend__tally_points_deinit(tally);
    wend__buffer_deinit(&tally->row.key);
    wend__buffer_deinit(&tally->row.groups);
    wend__free(tally->row.group_parts);
    wend__buffer_deinit(&tally->row.payload);
    wend__buffer_deinit(&tally->row.text);
    wend__arena_deinit(&tally->row.texts);
    wend__free(tally);
}

static size_t table_bytes(const struct wend_tally *tally) {
    return wend__table_bytes(&tally->groups.table) + wend__table_bytes(&tally->transitions) +
           tally->flow.slot_count * sizeof *tally->flow.slots +
           wend__table_bytes(&tally->stage_groups) + wend__table_bytes(&tally->points) +
           wend__table_bytes(&tally->switches) +
           tally->stage_cell_capacity * sizeof *tally->stage_cells +
           tally->trails.slot_count * sizeof *tally->trails.slots +
           tally->trails.arena.total_bytes + tally->sketch_bytes;
}

/* Everything that was counted goes to the runs. */
static enum wend_status flush(struct wend_tally *tally, struct wend_error *error) {
    size_t reserve = tally->table_charge - tally->table_charge / FLUSH_FACTOR;
    wend__budget_release(tally->options.budget, reserve);
    tally->table_charge -= reserve;
    WEND_TRY(wend__tally_trails_settle(tally, error));
    if (!wend__tally_trails_expand(tally)) {
        return wend__fail_memory(error);
    }
    size_t bytes = table_bytes(tally);
    if (bytes > tally->table_charge) { /* what followed from the trails must be there, too */
        wend__budget_force(tally->options.budget, bytes - tally->table_charge);
        tally->table_charge = bytes;
    }
    for (uint32_t i = 0; i < PART_COUNT; i++) {
        WEND_TRY(parts[i].flush(tally, error));
    }
    clear_tables(tally);
    return WEND_OK;
}

/* Charges what has grown; without room for it everything counted leaves. */
static enum wend_status charge_growth(struct wend_tally *tally, struct wend_error *error) {
    struct wend_budget *budget = tally->options.budget;
    if (tally->view.total_bytes > tally->view_charge) {
        /* A unit must be read whole, so that this is taken in any case. */
        wend__budget_force(budget, tally->view.total_bytes - tally->view_charge);
        tally->view_charge = tally->view.total_bytes;
    }
    size_t wanted = FLUSH_FACTOR * table_bytes(tally);
    if (wanted <= tally->table_charge) {
        return WEND_OK;
    }
    size_t steps = (wanted - tally->table_charge + STEP_BYTES - 1) / STEP_BYTES;
    if (tally->table_charge == 0 && steps == 1) {
        wend__budget_force(budget, STEP_BYTES);
    } else if (!wend__budget_charge(budget, steps * STEP_BYTES)) {
        return flush(tally, error);
    }
    tally->table_charge += steps * STEP_BYTES;
    return WEND_OK;
}

static void match_funnel(struct wend_tally *tally) {
    const struct wend_unit_view *view = &tally->view;
    tally->has_funnel = view->journey != NULL && view->journey->stage_count > 0;
    if (tally->has_funnel) {
        wend__funnel_match(view->stage_events, view->stage_event_count, view->journey->stage_count,
                           view->journey->funnel, &tally->funnel);
    }
}

/* A detail table that had to spill although it was small shows that the tables hold all the room
 * there is: then they give theirs, lest it spill every few rows. */
static enum wend_status add_detail(struct wend_tally *tally, struct wend_error *error) {
    struct wend_runs *runs =
        tally->runs[tally->view.journey == NULL ? WEND_TABLE_SESSIONS : WEND_TABLE_JOURNEYS];
    uint64_t before = runs == NULL ? 0 : wend__runs_spilled_bytes(runs);
    WEND_TRY(wend__tally_details_add(tally, error));
    uint64_t spilled = runs == NULL ? 0 : wend__runs_spilled_bytes(runs) - before;
    bool is_small = spilled > 0 && spilled < tally->table_charge / FLUSH_FACTOR;
    return is_small ? flush(tally, error) : WEND_OK;
}

enum wend_status wend__tally_unit(void *context, const struct wend_unit *unit,
                                  struct wend_error *error) {
    struct wend_tally *tally = context;
    assert(!tally->finished);
    if (!wend__unit_view_read(&tally->view, unit) ||
        !wend__groups_find(&tally->groups, unit, &tally->group)) {
        return wend__fail_memory(error);
    }
    match_funnel(tally);
    for (uint32_t i = 0; i < PART_COUNT; i++) {
        if (parts[i].count != NULL && (tally->options.tables & parts[i].tables) != 0) {
            WEND_TRY(parts[i].count(tally, error));
        }
    }
    if ((tally->options.tables & DETAIL_TABLES) != 0) {
        WEND_TRY(add_detail(tally, error));
    }
    return charge_growth(tally, error);
}

enum wend_status wend__tally_finish(struct wend_tally *tally, struct wend_error *error) {
    assert(!tally->finished);
    tally->finished = true;
    WEND_TRY(flush(tally, error));
    for (uint32_t table = 0; table < WEND_TABLE_COUNT; table++) {
        if (tally->runs[table] != NULL) {
            WEND_TRY(wend__runs_finish(tally->runs[table], error));
        }
    }
    return WEND_OK;
}

struct wend_runs *wend__tally_rows(struct wend_tally *tally, enum wend_table_id table) {
    assert(tally->finished && tally->runs[table] != NULL);
    return tally->runs[table];
}
