/* The public reading of snapshots: translation only. */
#include "base/memory.h"
#include "pipeline/run.h"
#include "snapshot/snapshot_reader.h"

#include <stdlib.h>
#include <unistd.h>
#include <wend/snapshot.h>

struct wend_cursor {
    const struct wend_schema *schema;
    uint32_t own_columns; /* in front of the schema's: scope, window, segments */
    struct wend_snapshot_cursor *rows;
    struct wend_value_text *items; /* of lists of the present row, column by column */
    size_t item_capacity;
    size_t item_count;
    struct wend_value *values;
};

enum wend_status wend_snapshot_open(const char *directory, struct wend_snapshot **snapshot,
                                    struct wend_error *error) {
    return wend__snapshot_open(directory, snapshot, error);
}

void wend_snapshot_close(struct wend_snapshot *snapshot) {
    wend__snapshot_close(snapshot);
}

size_t wend_snapshot_table_count(const struct wend_snapshot *snapshot) {
    size_t count = 0;
    for (unsigned id = 0; id < WEND_TABLE_COUNT; id++) {
        count += wend__snapshot_has_table(snapshot, (enum wend_table_id)id) ? 1U : 0U;
    }
    return count;
}

/* The id of the snapshot's table number `table`; WEND_TABLE_COUNT when there is none. */
static enum wend_table_id table_id(const struct wend_snapshot *snapshot, size_t table) {
    for (unsigned id = 0; id < WEND_TABLE_COUNT; id++) {
        if (wend__snapshot_has_table(snapshot, (enum wend_table_id)id) && table-- == 0) {
            return (enum wend_table_id)id;
        }
    }
    return WEND_TABLE_COUNT;
}

const char *wend_snapshot_table_name(const struct wend_snapshot *snapshot, size_t table) {
    enum wend_table_id id = table_id(snapshot, table);
    return id == WEND_TABLE_COUNT ? NULL : wend__schemas[id].name;
}

const char *wend_snapshot_table_description(const struct wend_snapshot *snapshot, size_t table) {
    enum wend_table_id id = table_id(snapshot, table);
    return id == WEND_TABLE_COUNT ? NULL : wend__schemas[id].description;
}

const char *wend_snapshot_table_order(const struct wend_snapshot *snapshot, size_t table) {
    enum wend_table_id id = table_id(snapshot, table);
    return id == WEND_TABLE_COUNT ? NULL
                                  : wend__schemas[id].columns[wend__schemas[id].order_column].name;
}

static void sum_files(const struct wend_snapshot *snapshot, size_t table, uint64_t *rows,
                      uint64_t *bytes) {
    enum wend_table_id id = table_id(snapshot, table);
    *rows = *bytes = 0;
    for (size_t i = 0; i < wend__snapshot_file_count(snapshot); i++) {
        const struct wend_snapshot_file *file = wend__snapshot_file(snapshot, i);
        if (file->table == id) {
            *rows += file->rows;
            *bytes += file->bytes;
        }
    }
}

uint64_t wend_snapshot_table_rows(const struct wend_snapshot *snapshot, size_t table) {
    uint64_t rows;
    uint64_t bytes;
    sum_files(snapshot, table, &rows, &bytes);
    return rows;
}

uint64_t wend_snapshot_table_bytes(const struct wend_snapshot *snapshot, size_t table) {
    uint64_t rows;
    uint64_t bytes;
    sum_files(snapshot, table, &rows, &bytes);
    return bytes;
}

/* The reader keeps names zero-terminated. */
const char *wend_snapshot_segment(const struct wend_snapshot *snapshot, size_t index) {
    const struct wend_snapshot_options *options = wend__snapshot_options(snapshot);
    return index < options->segment_count ? (const char *)options->segments[index].data : NULL;
}

const char *wend_snapshot_scope(const struct wend_snapshot *snapshot, size_t index) {
    const struct wend_snapshot_options *options = wend__snapshot_options(snapshot);
    return index < options->scope_count ? (const char *)options->scopes[index].data : NULL;
}

int64_t wend_snapshot_window_us(const struct wend_snapshot *snapshot) {
    return wend__snapshot_manifest(snapshot)->window_us;
}

const char *wend_snapshot_known_table(size_t index) {
    return index < WEND_TABLE_COUNT ? wend__schemas[index].name : NULL;
}

enum wend_status wend_cursor_open(const struct wend_snapshot *snapshot, size_t table,
                                  struct wend_cursor **cursor, struct wend_error *error) {
    *cursor = NULL;
    enum wend_table_id id = table_id(snapshot, table);
    if (id == WEND_TABLE_COUNT) {
        return wend__fail(error, WEND_ERROR_USAGE, "the snapshot has no table number %zu", table);
    }
    struct wend_cursor *made = wend__alloc_zeroed(1, sizeof *made);
    if (made == NULL) {
        return wend__fail_memory(error);
    }
    made->schema = &wend__schemas[id];
    made->own_columns = WEND_COMMON_COLUMNS + wend__snapshot_options(snapshot)->segment_count;
    enum wend_status status = wend__snapshot_cursor_open(snapshot, id, &made->rows, error);
    if (status == WEND_OK) {
        made->values = wend__alloc_zeroed(wend_cursor_column_count(made) + 1, sizeof *made->values);
        if (made->values == NULL) {
            status = wend__fail_memory(error);
        }
    }
    if (status != WEND_OK) {
        wend_cursor_close(made);
        return status;
    }
    *cursor = made;
    return WEND_OK;
}

void wend_cursor_close(struct wend_cursor *cursor) {
    if (cursor != NULL) {
        wend__snapshot_cursor_close(cursor->rows);
        wend__free(cursor->items);
        wend__free(cursor->values);
        wend__free(cursor);
    }
}

size_t wend_cursor_column_count(const struct wend_cursor *cursor) {
    return wend__snapshot_cursor_column_count(cursor->rows);
}

/* Segment columns are nullable texts that the schema does not know. */
static const struct wend_column *column_of(const struct wend_cursor *cursor, size_t column) {
    if (column < WEND_COMMON_COLUMNS) {
        return &wend__common_columns[column];
    }
    return column < cursor->own_columns ? NULL
                                        : &cursor->schema->columns[column - cursor->own_columns];
}

const char *wend_cursor_column_name(const struct wend_cursor *cursor, size_t column) {
    return wend__snapshot_cursor_column(cursor->rows, (uint32_t)column)->name;
}

const char *wend_cursor_column_description(const struct wend_cursor *cursor, size_t column) {
    const struct wend_column *known = column_of(cursor, column);
    return known == NULL ? "First value of this segment field in the unit" : known->description;
}

enum wend_value_type wend_cursor_column_type(const struct wend_cursor *cursor, size_t column) {
    static const enum wend_value_type types[] = {
        [WEND_COLUMN_TEXT] = WEND_VALUE_TEXT,      [WEND_COLUMN_TEXT_LIST] = WEND_VALUE_TEXT_LIST,
        [WEND_COLUMN_COUNT] = WEND_VALUE_COUNT,    [WEND_COLUMN_RATE] = WEND_VALUE_DOUBLE,
        [WEND_COLUMN_SECONDS] = WEND_VALUE_DOUBLE, [WEND_COLUMN_TIME] = WEND_VALUE_TIME,
        [WEND_COLUMN_VALUE] = WEND_VALUE_DECIMAL,  [WEND_COLUMN_VALUE_SUM] = WEND_VALUE_DECIMAL,
        [WEND_COLUMN_SKETCH] = WEND_VALUE_BINARY,
    };
    const struct wend_column *known = column_of(cursor, column);
    return known == NULL ? WEND_VALUE_TEXT : types[known->type];
}

static struct wend_value_text text_of(struct wend_bytes bytes) {
    return (struct wend_value_text){(const char *)bytes.data, bytes.len};
}

static void set_decimal(struct wend_value *value, wend_int128 number) {
    value->low = (uint64_t)number;
    value->high = (int64_t)(number >> 64);
}

/* Fills a value; the items of a list follow when all lists of the row are known. */
static void translate(const struct wend_cursor *cursor, uint32_t column, struct wend_value *value) {
    const struct wend_parquet_value *from = wend__snapshot_cursor_value(cursor->rows, column);
    const struct wend_parquet_field *field = wend__snapshot_cursor_column(cursor->rows, column);
    *value = (struct wend_value){
        .is_null = from->is_null,
        .type = wend_cursor_column_type(cursor, column),
        .integer = from->integer,
        .number = from->number,
        .text = text_of(from->bytes),
        .item_count = from->is_null ? 0 : from->item_count,
    };
    if (value->type == WEND_VALUE_DECIMAL) {
        set_decimal(value, field->kind == WEND_PARQUET_VALUE_INT128 ? from->big
                                                                    : (wend_int128)from->integer);
    }
}

static bool translate_lists(struct wend_cursor *cursor) {
    size_t count = wend_cursor_column_count(cursor);
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += cursor->values[i].item_count;
    }
    void *items = cursor->items;
    bool done = wend__reserve(&items, &cursor->item_capacity, total + 1, sizeof *cursor->items);
    cursor->items = items;
    size_t at = 0;
    for (size_t i = 0; done && i < count; i++) {
        const struct wend_parquet_value *from =
            wend__snapshot_cursor_value(cursor->rows, (uint32_t)i);
        cursor->values[i].items = cursor->items + at;
        for (size_t n = 0; n < cursor->values[i].item_count; n++) {
            cursor->items[at++] = text_of(from->items[n]);
        }
    }
    return done;
}

enum wend_status wend_cursor_next(struct wend_cursor *cursor, bool *found,
                                  struct wend_error *error) {
    WEND_TRY(wend__snapshot_cursor_next(cursor->rows, found, error));
    if (!*found) {
        return WEND_OK;
    }
    for (uint32_t i = 0; i < wend_cursor_column_count(cursor); i++) {
        translate(cursor, i, &cursor->values[i]);
    }
    return translate_lists(cursor) ? WEND_OK : wend__fail_memory(error);
}

struct wend_value wend_cursor_value(const struct wend_cursor *cursor, size_t column) {
    return cursor->values[column];
}
