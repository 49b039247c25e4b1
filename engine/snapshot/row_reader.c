#include "snapshot/row_reader.h"

#include "snapshot/derived.h"
#include "snapshot/row_key.h"
#include "snapshot/row_values.h"
#include "snapshot/snapshot_files.h"

static bool name_is_sum(const char *name) {
    size_t len = strlen(name);
    return len > 4 && strcmp(name + len - 4, "_sum") == 0;
}

static uint64_t find_derived(enum wend_table_id table) {
    const struct wend_schema *schema = &wend__schemas[table];
    uint64_t derived = 0;
    for (uint32_t i = schema->key_columns; i < schema->column_count; i++) {
        const struct wend_column *column = &schema->columns[i];
        /* path_steps, path_id and step_count follow from the path. */
        bool is_of_path = table == WEND_TABLE_PATHS && i < schema->key_columns + 3;
        bool is_quantile = column->type == WEND_COLUMN_SECONDS && !name_is_sum(column->name);
        if (is_of_path || is_quantile || column->type == WEND_COLUMN_RATE) {
            derived |= UINT64_C(1) << i;
        }
    }
    return derived;
}

enum wend_status wend__row_reader_open(struct wend_row_reader *reader,
                                       const struct wend_snapshot *snapshot,
                                       enum wend_table_id table, struct wend_error *error) {
    *reader = (struct wend_row_reader){
        .snapshot = snapshot,
        .table = table,
        .segment_count = wend__snapshot_options(snapshot)->segment_count,
        .derived = table < WEND_TABLE_SESSIONS ? find_derived(table) : 0,
    };
    return wend__snapshot_cursor_open(snapshot, table, &reader->cursor, error);
}

void wend__row_reader_skip_derived(struct wend_row_reader *reader) {
    for (uint64_t rest = reader->derived; rest != 0; rest &= rest - 1) {
        uint32_t column = (uint32_t)__builtin_ctzll(rest);
        wend__snapshot_cursor_skip(reader->cursor,
                                   WEND_COMMON_COLUMNS + reader->segment_count + column);
    }
}

void wend__row_reader_close(struct wend_row_reader *reader) {
    wend__snapshot_cursor_close(reader->cursor);
    wend__buffer_deinit(&reader->key);
    wend__buffer_deinit(&reader->payload);
    *reader = (struct wend_row_reader){0};
}

static enum wend_status fail_value(const struct wend_row_reader *reader, const char *column,
                                   struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_IO,
                      "%s: table %s has a value in '%s' that wend never writes; make the snapshot "
                      "anew",
                      wend__snapshot_directory(reader->snapshot), wend__schemas[reader->table].name,
                      column);
}

/* A column of the schema, by its number there. */
static const struct wend_parquet_value *value_at(const struct wend_row_reader *reader,
                                                 uint32_t column) {
    return wend__snapshot_cursor_value(reader->cursor,
                                       WEND_COMMON_COLUMNS + reader->segment_count + column);
}

static struct wend_bytes text_at(const struct wend_row_reader *reader, uint32_t column) {
    const struct wend_parquet_value *value = value_at(reader, column);
    return value->is_null ? WEND_BYTES_ABSENT : value->bytes;
}

static struct wend_bytes common_text(const struct wend_row_reader *reader, uint32_t column) {
    const struct wend_parquet_value *value = wend__snapshot_cursor_value(reader->cursor, column);
    return value->is_null ? WEND_BYTES_ABSENT : value->bytes;
}

static enum wend_status read_key(struct wend_row_reader *reader, struct wend_error *error) {
    const struct wend_parquet_value *window = wend__snapshot_cursor_value(reader->cursor, 1);
    struct wend_row_key key = {.scope = common_text(reader, 0),
                               .has_window = !window->is_null,
                               .window_us = window->integer,
                               .segment_count = reader->segment_count};
    for (uint32_t i = 0; i < key.segment_count; i++) {
        key.segments[i] = common_text(reader, WEND_COMMON_COLUMNS + i);
    }
    const char *pattern = wend__key_pattern(reader->table);
    for (uint32_t i = 0; pattern[i] != '\0'; i++) {
        uint32_t column = wend__key_column(reader->table, i);
        if (pattern[i] != 'n') {
            key.parts[i] = text_at(reader, column);
            continue;
        }
        int64_t number = value_at(reader, column)->integer;
        if (number < 0 || number > UINT32_MAX) {
            return fail_value(reader, wend__schemas[reader->table].columns[column].name, error);
        }
        key.number = (uint32_t)number;
    }
    wend__buffer_clear(&reader->key);
    return wend__row_key_write(&key, reader->table, &reader->key) ? WEND_OK
                                                                  : wend__fail_memory(error);
}

/* The measures that are no function of others. False: a value that wend never writes. */
static bool read_measure(const struct wend_column *column, const struct wend_parquet_value *value,
                         struct wend_payload *payload, uint32_t *count) {
    switch (column->type) {
    case WEND_COLUMN_COUNT:
        payload->counts[(*count)++] = (uint64_t)value->integer;
        return value->integer >= 0;
    case WEND_COLUMN_VALUE_SUM:
        payload->value_sum = value->big;
        return wend__decimal38_fits(value->big);
    case WEND_COLUMN_SECONDS:
        return value->is_null || wend__us_from_seconds(value->number, &payload->time_sum);
    case WEND_COLUMN_SKETCH:
        if (!value->is_null) {
            payload->sketch = value->bytes;
        }
        return true;
    default:
        return true;
    }
}

static enum wend_status read_aggregate(struct wend_row_reader *reader, struct wend_error *error) {
    const struct wend_schema *schema = &wend__schemas[reader->table];
    static const uint8_t empty_sketch = 0;
    struct wend_payload payload = {.sketch = wend__bytes(&empty_sketch, 1)};
    WEND_TRY(read_key(reader, error));
    uint32_t count = 0;
    for (uint32_t i = schema->key_columns; i < schema->column_count; i++) {
        if ((reader->derived >> i & 1) == 0 &&
            !read_measure(&schema->columns[i], value_at(reader, i), &payload, &count)) {
            return fail_value(reader, schema->columns[i].name, error);
        }
    }
    struct wend_payload_shape fixed = schema->shape;
    fixed.has_sketch = false;
    wend__buffer_clear(&reader->payload);
    bool done = wend__payload_write(&reader->payload, &fixed, &payload, NULL) &&
                (!schema->shape.has_sketch ||
                 wend__buffer_append(&reader->payload, payload.sketch.data, payload.sketch.len));
    return done ? WEND_OK : wend__fail_memory(error);
}

static bool find_scope(const struct wend_row_reader *reader, uint32_t *scope) {
    const struct wend_snapshot_options *options = wend__snapshot_options(reader->snapshot);
    for (*scope = 0; *scope < options->scope_count; *scope += 1) {
        if (wend__bytes_equal(options->scopes[*scope], common_text(reader, 0))) {
            return true;
        }
    }
    return false;
}

static enum wend_status read_detail(struct wend_row_reader *reader, struct wend_error *error) {
    struct wend_detail *detail = &reader->detail;
    const struct wend_parquet_value *window = wend__snapshot_cursor_value(reader->cursor, 1);
    bool is_journey = reader->table == WEND_TABLE_JOURNEYS;
    *detail = (struct wend_detail){.has_window = !window->is_null,
                                   .window_us = window->integer,
                                   .segment_count = reader->segment_count};
    for (uint32_t i = 0; i < reader->segment_count; i++) {
        detail->segments[i] = common_text(reader, WEND_COMMON_COLUMNS + i);
    }
    struct wend_bytes id = text_at(reader, 0);
    if (!find_scope(reader, &detail->scope)) {
        return fail_value(reader, "scope", error);
    }
    if (id.len != sizeof detail->id || memchr(id.data, 0, id.len) != NULL) {
        return fail_value(reader, wend__schemas[reader->table].columns[0].name, error);
    }
    memcpy(detail->id, id.data, sizeof detail->id);
    detail->customer = text_at(reader, 1);
    detail->started_us = value_at(reader, 2)->integer;
    detail->ended_us = value_at(reader, 3)->integer;
    uint32_t at = 4;
    detail->session_count = is_journey ? (uint64_t)value_at(reader, at++)->integer : 1;
    detail->event_count = (uint64_t)value_at(reader, at++)->integer;
    detail->path = text_at(reader, at);
    at += 2; /* path_steps follow from the path */
    *(is_journey ? &detail->last_stage : &detail->entry_point) = text_at(reader, at++);
    *(is_journey ? &detail->furthest_stage : &detail->exit_point) = text_at(reader, at++);
    if (!wend__outcome_find(text_at(reader, at++), &detail->outcome)) {
        return fail_value(reader, "outcome", error);
    }
    if (is_journey) {
        detail->has_converted = !value_at(reader, at)->is_null;
        detail->converted_us = value_at(reader, at++)->integer;
    }
    /* A sum that did not fit is unknown; WEND_DECIMAL18_END does not fit either. */
    detail->value = value_at(reader, at)->is_null ? WEND_DECIMAL18_END
                                                  : (wend_int128)value_at(reader, at)->integer;
    wend__buffer_clear(&reader->key);
    wend__buffer_clear(&reader->payload);
    return wend__detail_write(detail, &reader->key, &reader->payload) ? WEND_OK
                                                                      : wend__fail_memory(error);
}

enum wend_status wend__row_reader_next(struct wend_row_reader *reader, bool *found,
                                       struct wend_error *error) {
    WEND_TRY(wend__snapshot_cursor_next(reader->cursor, found, error));
    if (!*found) {
        return WEND_OK;
    }
    return reader->table < WEND_TABLE_SESSIONS ? read_aggregate(reader, error)
                                               : read_detail(reader, error);
}
