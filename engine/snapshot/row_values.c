#include "snapshot/row_values.h"

#include "base/memory.h"

#include <assert.h>

enum wend_status wend__row_values_init(struct wend_row_values *row, enum wend_table_id table,
                                       uint32_t segment_count, struct wend_error *error) {
    *row = (struct wend_row_values){.table = table, .segment_count = segment_count};
    row->count = WEND_COMMON_COLUMNS + segment_count + wend__schemas[table].column_count;
    row->values = wend__alloc_zeroed(row->count, sizeof *row->values);
    return row->values == NULL ? wend__fail_memory(error) : WEND_OK;
}

void wend__row_values_deinit(struct wend_row_values *row) {
    wend__free(row->values);
    wend__buffer_deinit(&row->texts);
    wend__free(row->steps);
    wend__sketch_deinit(&row->sketch);
    *row = (struct wend_row_values){0};
}

static void set_text(struct wend_parquet_value *value, struct wend_bytes text) {
    value->is_null = text.data == NULL;
    value->bytes = text;
}

static void set_number(struct wend_parquet_value *value, bool has, double number) {
    value->is_null = !has;
    value->number = number;
}

static void set_group(struct wend_row_values *row, struct wend_bytes scope, bool has_window,
                      int64_t window_us, const struct wend_bytes *segments) {
    memset(row->values, 0, row->count * sizeof *row->values);
    set_text(&row->values[0], scope);
    row->values[1].is_null = !has_window;
    row->values[1].integer = window_us;
    for (uint32_t i = 0; i < row->segment_count; i++) {
        set_text(&row->values[WEND_COMMON_COLUMNS + i], segments[i]);
    }
}

static struct wend_parquet_value *columns_of(struct wend_row_values *row) {
    return row->values + WEND_COMMON_COLUMNS + row->segment_count;
}

static bool set_steps(struct wend_row_values *row, struct wend_parquet_value *value,
                      struct wend_bytes path) {
    if (!wend__path_steps(path, &row->steps, &row->step_capacity, &value->item_count)) {
        return false;
    }
    value->items = row->steps;
    return true;
}

static bool name_ends(const char *name, const char *end) {
    size_t len = strlen(name);
    size_t end_len = strlen(end);
    return len >= end_len && memcmp(name + len - end_len, end, end_len) == 0;
}

/* At the ends there is nothing between two steps. */
static bool has_time(const struct wend_row_values *row) {
    return row->table != WEND_TABLE_TRANSITIONS || !(wend__bytes_is(row->key.parts[0], "(entry)") ||
                                                     wend__bytes_is(row->key.parts[1], "(exit)"));
}

static void set_seconds(const struct wend_row_values *row, const struct wend_column *column,
                        const struct wend_payload *payload, struct wend_parquet_value *value) {
    double seconds;
    bool has = true;
    if (name_ends(column->name, "_sum")) {
        seconds = wend__us_to_seconds(payload->time_sum);
    } else {
        uint32_t percent = name_ends(column->name, "_p90") ? 90 : 50;
        has = wend__sketch_seconds(&row->sketch, percent, &seconds);
    }
    bool is_null = column->is_nullable && (!has || !has_time(row));
    set_number(value, !is_null, seconds);
}

static void set_rate(const struct wend_column *column, const struct wend_payload *payload,
                     uint64_t group_abandoned, struct wend_parquet_value *value) {
    uint64_t whole = column->is_nullable ? group_abandoned : payload->counts[1];
    double rate = whole == 0 ? 0 : (double)payload->counts[0] / (double)whole;
    set_number(value, whole > 0 || !column->is_nullable, rate);
}

/* The columns that are no part of the key, from the payload. */
static enum wend_status set_measures(struct wend_row_values *row,
                                     const struct wend_payload *payload, uint64_t group_abandoned,
                                     uint32_t first, struct wend_error *error) {
    const struct wend_schema *schema = &wend__schemas[row->table];
    uint32_t count = 0;
    for (uint32_t i = first; i < schema->column_count; i++) {
        const struct wend_column *column = &schema->columns[i];
        struct wend_parquet_value *value = columns_of(row) + i;
        switch (column->type) {
        case WEND_COLUMN_COUNT:
            assert(count < schema->shape.count_count);
            value->integer = (int64_t)payload->counts[count++];
            break;
        case WEND_COLUMN_RATE:
            set_rate(column, payload, group_abandoned, value);
            break;
        case WEND_COLUMN_SECONDS:
            set_seconds(row, column, payload, value);
            break;
        case WEND_COLUMN_VALUE_SUM:
            value->big = payload->value_sum;
            break;
        case WEND_COLUMN_SKETCH:
            value->is_null = wend__sketch_count(&row->sketch) == 0 || !has_time(row);
            value->bytes = payload->sketch;
            break;
        default:
            assert(false);
            break;
        }
    }
    if (!wend__decimal38_fits(payload->value_sum)) {
        return wend__fail(error, WEND_ERROR_LIMIT,
                          "table %s: a sum of values has more than 38 digits; check the field "
                          "that `value` is read from",
                          schema->name);
    }
    return WEND_OK;
}

static enum wend_status read_payload(struct wend_row_values *row, struct wend_bytes bytes,
                                     struct wend_payload *payload, struct wend_error *error) {
    const struct wend_schema *schema = &wend__schemas[row->table];
    if (!wend__payload_read(bytes, &schema->shape, payload)) {
        return wend__fail(error, WEND_ERROR_IO,
                          "a row of table %s is damaged; run again, and check the disk of the "
                          "temporary files",
                          schema->name);
    }
    wend__sketch_deinit(&row->sketch);
    return schema->shape.has_sketch
               ? wend__sketch_merge_serialised(&row->sketch, payload->sketch, error)
               : WEND_OK;
}

enum wend_status wend__row_values_aggregate(struct wend_row_values *row, struct wend_bytes key,
                                            struct wend_bytes payload, uint64_t group_abandoned,
                                            struct wend_error *error) {
    struct wend_payload parts;
    WEND_TRY(
        wend__row_key_read(key, row->table, row->segment_count, &row->texts, &row->key, error));
    WEND_TRY(read_payload(row, payload, &parts, error));
    set_group(row, row->key.scope, row->key.has_window, row->key.window_us, row->key.segments);
    struct wend_parquet_value *columns = columns_of(row);
    const char *pattern = wend__key_pattern(row->table);
    uint32_t first = 0;
    for (; pattern[first] != '\0'; first++) {
        struct wend_parquet_value *value = columns + wend__key_column(row->table, first);
        if (pattern[first] == 'n') {
            value->integer = row->key.number;
        } else {
            set_text(value, row->key.parts[first]);
        }
    }
    if (row->table == WEND_TABLE_PATHS) {
        struct wend_bytes path = row->key.parts[0];
        if (!set_steps(row, &columns[first], path)) {
            return wend__fail_memory(error);
        }
        wend__path_id(path, row->path_id);
        set_text(&columns[first + 1], wend__bytes(row->path_id, sizeof row->path_id));
        columns[first + 2].integer = columns[first].item_count;
        first += 3;
    }
    return set_measures(row, &parts, group_abandoned, first, error);
}

/* A sum that the column cannot hold is null: a unit must not stop a run, and `paths` and
 * `touchpoints`, whose sums are wider, still count it. */
static void set_value(struct wend_parquet_value *value, wend_int128 amount) {
    value->is_null = !wend__decimal18_fits(amount);
    value->integer = value->is_null ? 0 : (int64_t)amount;
}

enum wend_status wend__row_values_detail(struct wend_row_values *row,
                                         const struct wend_detail *detail, struct wend_bytes scope,
                                         struct wend_bytes customer, struct wend_error *error) {
    assert(detail->segment_count == row->segment_count);
    bool is_journey = row->table == WEND_TABLE_JOURNEYS;
    set_group(row, scope, detail->has_window, detail->window_us, detail->segments);
    struct wend_parquet_value *at = columns_of(row);
    set_text(at++, wend__bytes(detail->id, sizeof detail->id));
    set_text(at++, customer);
    (at++)->integer = detail->started_us;
    (at++)->integer = detail->ended_us;
    if (is_journey) {
        (at++)->integer = (int64_t)detail->session_count;
    }
    (at++)->integer = (int64_t)detail->event_count;
    /* Both texts of a row are required; an absent path is that of no touchpoint. */
    struct wend_bytes path = detail->path.data == NULL ? wend__bytes_text("(none)") : detail->path;
    set_text(at++, path);
    if (!set_steps(row, at++, path)) {
        return wend__fail_memory(error);
    }
    set_text(at++, is_journey ? detail->last_stage : detail->entry_point);
    set_text(at++, is_journey ? detail->furthest_stage : detail->exit_point);
    set_text(at++, wend__bytes_text(wend__outcome_name(detail->outcome)));
    if (is_journey) {
        at->is_null = !detail->has_converted;
        (at++)->integer = detail->converted_us;
    }
    assert(at + 1 == row->values + row->count);
    set_value(at, detail->value);
    return WEND_OK;
}

static const char *const outcomes[WEND_OUTCOME_OPEN + 1] = {"converted", "abandoned", "open"};

const char *wend__outcome_name(enum wend_outcome outcome) {
    return outcomes[outcome];
}

bool wend__outcome_find(struct wend_bytes name, enum wend_outcome *outcome) {
    for (unsigned i = 0; i <= WEND_OUTCOME_OPEN; i++) {
        if (wend__bytes_is(name, outcomes[i])) {
            *outcome = (enum wend_outcome)i;
            return true;
        }
    }
    return false;
}
