/* The tables of a snapshot, added up slice by slice. */
#include "map/model_internal.h"

#include "base/memory.h"

/* Columns as model/schema.c has them. */
enum { STAGE, STAGE_POSITION, STAGE_VISITED, STAGE_REACHED, STAGE_ADVANCED, STAGE_ABANDONED };
enum { STAGE_SKETCH = 8 };
enum { POINT, POINT_STAGE, POINT_EVENTS, POINT_UNITS, POINT_ENTRIES, POINT_EXITS, POINT_CONVERTED };
enum { LOST_POINT, LOST_STAGE, LOST_ABANDONED, LOST_VISITED };
enum { STEP_FROM, STEP_TO, STEP_COUNT, STEP_UNITS, STEP_SECONDS };
enum { FLOW_ANCHOR, FLOW_STEP, FLOW_FROM, FLOW_TO, FLOW_UNITS };
enum { TURN_FIELD, TURN_OLD, TURN_NEW, TURN_FROM, TURN_TO, TURN_COUNT, TURN_UNITS };
enum { TURN_CONVERTED = 7, TURN_ABANDONED = 8 };
/* No definition has so many stages (base/limits.h): what claims more is damaged. */
#define STAGES_MAX 4096

/* NULL without memory. */
static struct wend_map_stage *stage_at(struct wend_map_slice *slice, int64_t position) {
    if ((size_t)position > slice->stage_count) {
        struct wend_map_stage *stages =
            wend__realloc(slice->stages, (size_t)position * sizeof *stages);
        if (stages == NULL) {
            return NULL;
        }
        for (size_t i = slice->stage_count; i < (size_t)position; i++) {
            stages[i] = (struct wend_map_stage){.name = WEND_MAP_NO_NAME};
        }
        slice->stages = stages;
        slice->stage_count = (size_t)position;
    }
    return &slice->stages[position - 1];
}

static enum wend_status add_stage(struct wend_map_model *model, const struct wend_map_row *row,
                                  struct wend_error *error) {
    uint32_t name = WEND_MAP_NO_NAME;
    int64_t position = wend__map_integer(row, STAGE_POSITION);
    if (position < 1 || position > STAGES_MAX) {
        return wend__fail(error, WEND_ERROR_IO,
                          "a stage stands at position %lld; make the snapshot anew",
                          (long long)position);
    }
    WEND_TRY(wend__map_intern(model, wend__map_text(row, STAGE), &name, error));
    struct wend_map_slice *slice;
    for (size_t at = 0; (slice = wend__map_next_slice(model, row, &at)) != NULL;) {
        struct wend_map_stage *stage = stage_at(slice, position);
        if (stage == NULL) {
            return wend__fail_memory(error);
        }
        stage->name = name;
        stage->visited += wend__map_integer(row, STAGE_VISITED);
        stage->reached += wend__map_integer(row, STAGE_REACHED);
        stage->advanced += wend__map_integer(row, STAGE_ADVANCED);
        stage->abandoned += wend__map_integer(row, STAGE_ABANDONED);
        struct wend_bytes sketch = wend__map_text(row, STAGE_SKETCH);
        if (sketch.data != NULL) {
            WEND_TRY(wend__sketch_merge_serialised(&stage->seconds, sketch, error));
        }
    }
    return WEND_OK;
}

/* 0: in none. */
static uint32_t position_of(const struct wend_map_model *model, const struct wend_map_slice *slice,
                            struct wend_bytes stage) {
    for (size_t i = 0; stage.data != NULL && i < slice->stage_count; i++) {
        if (slice->stages[i].name != WEND_MAP_NO_NAME &&
            wend__bytes_equal(wend__strings_get(&model->names, slice->stages[i].name), stage)) {
            return (uint32_t)i + 1;
        }
    }
    return 0;
}

/* NULL without memory. */
static struct wend_map_sum *point_at(const struct wend_map_model *model,
                                     struct wend_map_slice *slice, uint32_t name,
                                     struct wend_bytes stage) {
    uint32_t key[WEND_MAP_KEYS] = {name, position_of(model, slice, stage)};
    return wend__map_sums_at(&slice->touchpoints, key);
}

static enum wend_status add_point(struct wend_map_model *model, const struct wend_map_row *row,
                                  struct wend_error *error) {
    uint32_t name;
    WEND_TRY(wend__map_intern(model, wend__map_text(row, POINT), &name, error));
    struct wend_map_slice *slice;
    for (size_t at = 0; (slice = wend__map_next_slice(model, row, &at)) != NULL;) {
        struct wend_map_sum *sum = point_at(model, slice, name, wend__map_text(row, POINT_STAGE));
        if (sum == NULL) {
            return wend__fail_memory(error);
        }
        sum->value[WEND_MAP_EVENTS] += wend__map_integer(row, POINT_EVENTS);
        sum->value[WEND_MAP_UNITS] += wend__map_integer(row, POINT_UNITS);
        sum->value[WEND_MAP_ENTRIES] += wend__map_integer(row, POINT_ENTRIES);
        sum->value[WEND_MAP_EXITS] += wend__map_integer(row, POINT_EXITS);
        sum->value[WEND_MAP_CONVERTED] += wend__map_integer(row, POINT_CONVERTED);
    }
    return WEND_OK;
}

static enum wend_status add_lost(struct wend_map_model *model, const struct wend_map_row *row,
                                 struct wend_error *error) {
    uint32_t name;
    WEND_TRY(wend__map_intern(model, wend__map_text(row, LOST_POINT), &name, error));
    struct wend_map_slice *slice;
    for (size_t at = 0; (slice = wend__map_next_slice(model, row, &at)) != NULL;) {
        struct wend_map_sum *sum = point_at(model, slice, name, wend__map_text(row, LOST_STAGE));
        if (sum == NULL) {
            return wend__fail_memory(error);
        }
        sum->value[WEND_MAP_ABANDONED] += wend__map_integer(row, LOST_ABANDONED);
        if (name == model->none) { /* it is no touchpoint: this table alone has it */
            sum->value[WEND_MAP_UNITS] += wend__map_integer(row, LOST_VISITED);
        }
    }
    return WEND_OK;
}

static enum wend_status add_step(struct wend_map_model *model, const struct wend_map_row *row,
                                 struct wend_error *error) {
    uint32_t key[WEND_MAP_KEYS] = {0};
    WEND_TRY(wend__map_intern(model, wend__map_text(row, STEP_FROM), &key[0], error));
    WEND_TRY(wend__map_intern(model, wend__map_text(row, STEP_TO), &key[1], error));
    struct wend_map_slice *slice;
    for (size_t at = 0; (slice = wend__map_next_slice(model, row, &at)) != NULL;) {
        struct wend_map_sum *sum = wend__map_sums_at(&slice->transitions, key);
        if (sum == NULL) {
            return wend__fail_memory(error);
        }
        sum->value[WEND_MAP_TRANSITIONS] += wend__map_integer(row, STEP_COUNT);
        sum->value[WEND_MAP_TRANSITION_UNITS] += wend__map_integer(row, STEP_UNITS);
        sum->seconds += wend__map_number(row, STEP_SECONDS);
    }
    return WEND_OK;
}

static enum wend_status add_flow(struct wend_map_model *model, const struct wend_map_row *row,
                                 struct wend_error *error) {
    int64_t step = wend__map_integer(row, FLOW_STEP);
    if (step < 1 || step > (int64_t)model->options.steps) {
        return WEND_OK;
    }
    unsigned anchor = wend__bytes_is(wend__map_text(row, FLOW_ANCHOR), "goal") ? 1 : 0;
    uint32_t key[WEND_MAP_KEYS] = {(uint32_t)step};
    WEND_TRY(wend__map_intern(model, wend__map_text(row, FLOW_FROM), &key[1], error));
    WEND_TRY(wend__map_intern(model, wend__map_text(row, FLOW_TO), &key[2], error));
    struct wend_map_slice *slice;
    for (size_t at = 0; (slice = wend__map_next_slice(model, row, &at)) != NULL;) {
        struct wend_map_sum *sum = wend__map_sums_at(&slice->flow[anchor], key);
        if (sum == NULL) {
            return wend__fail_memory(error);
        }
        sum->value[0] += wend__map_integer(row, FLOW_UNITS);
        slice->has_goal_flow = slice->has_goal_flow || anchor == 1;
    }
    return WEND_OK;
}

static enum wend_status add_turn(struct wend_map_model *model, const struct wend_map_row *row,
                                 struct wend_error *error) {
    uint32_t long_key[WEND_MAP_KEYS];
    for (uint32_t i = 0; i < WEND_MAP_KEYS; i++) {
        WEND_TRY(wend__map_intern(model, wend__map_text(row, TURN_FIELD + i), &long_key[i], error));
    }
    uint32_t key[WEND_MAP_KEYS] = {long_key[0], long_key[1], long_key[2]};
    struct wend_map_slice *slice;
    for (size_t at = 0; (slice = wend__map_next_slice(model, row, &at)) != NULL;) {
        struct wend_map_sum *sum = wend__map_sums_at(&slice->switches, key);
        struct wend_map_sum *turn = wend__map_sums_at(&slice->turns, long_key);
        if (sum == NULL || turn == NULL) {
            return wend__fail_memory(error);
        }
        for (unsigned i = 0; i < 4; i++) {
            int64_t number = wend__map_integer(row, TURN_COUNT + i);
            sum->value[i] += number;
            turn->value[i] += number;
        }
    }
    return WEND_OK;
}

enum wend_status wend__map_read_tables(struct wend_map_model *model, struct wend_error *error) {
    /* Stages first: touchpoints look their positions up. */
    static const struct {
        enum wend_table_id table;
        wend_map_row_call *call;
    } tables[] = {
        {WEND_TABLE_STAGES, add_stage},     {WEND_TABLE_TOUCHPOINTS, add_point},
        {WEND_TABLE_ABANDONMENT, add_lost}, {WEND_TABLE_TRANSITIONS, add_step},
        {WEND_TABLE_FLOW, add_flow},        {WEND_TABLE_SWITCHES, add_turn},
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        WEND_TRY(wend__map_each_row(model, tables[i].table, tables[i].call, error));
    }
    return WEND_OK;
}
