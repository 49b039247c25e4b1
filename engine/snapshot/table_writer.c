#include "snapshot/table_writer.h"

#include "base/limits.h"
#include "base/memory.h"

#include <assert.h>

/* The same for every build of a version, so that equal rows give equal files. */
#define CREATED_BY "wend version " WEND_ENGINE_VERSION " (build format-1)"

enum { COLUMNS_MAX = WEND_COMMON_COLUMNS + WEND_MAX_SEGMENTS + 16 };

static enum wend_parquet_type parquet_type(enum wend_column_type type) {
    switch (type) {
    case WEND_COLUMN_TEXT:
        return WEND_PARQUET_TEXT;
    case WEND_COLUMN_TEXT_LIST:
        return WEND_PARQUET_TEXT_LIST;
    case WEND_COLUMN_COUNT:
        return WEND_PARQUET_INT64;
    case WEND_COLUMN_RATE:
    case WEND_COLUMN_SECONDS:
        return WEND_PARQUET_DOUBLE;
    case WEND_COLUMN_TIME:
        return WEND_PARQUET_TIMESTAMP_US;
    case WEND_COLUMN_VALUE:
        return WEND_PARQUET_DECIMAL18_4;
    case WEND_COLUMN_VALUE_SUM:
        return WEND_PARQUET_DECIMAL38_4;
    case WEND_COLUMN_SKETCH:
        break;
    }
    return WEND_PARQUET_BINARY;
}

static bool is_looked_up(const char *name) {
    static const char *const ids[] = {"session_id", "journey_id", "customer_id", "path_id"};
    for (unsigned i = 0; i < sizeof ids / sizeof *ids; i++) {
        if (strcmp(name, ids[i]) == 0) {
            return true;
        }
    }
    return false;
}

static struct wend_parquet_column column_of(const struct wend_column *column) {
    return (struct wend_parquet_column){.name = column->name,
                                        .type = parquet_type(column->type),
                                        .is_nullable = column->is_nullable,
                                        .has_bloom_filter = is_looked_up(column->name)};
}

static uint32_t fill_columns(const struct wend_table_writer_options *options,
                             struct wend_parquet_column columns[COLUMNS_MAX]) {
    const struct wend_schema *schema = &wend__schemas[options->table];
    uint32_t count = 0;
    for (uint32_t i = 0; i < WEND_COMMON_COLUMNS; i++) {
        columns[count++] = column_of(&wend__common_columns[i]);
    }
    for (uint32_t i = 0; i < options->segment_count; i++) {
        columns[count++] = (struct wend_parquet_column){
            .name = options->segments[i], .type = WEND_PARQUET_TEXT, .is_nullable = true};
    }
    for (uint32_t i = 0; i < schema->column_count; i++) {
        assert(count < COLUMNS_MAX);
        columns[count++] = column_of(&schema->columns[i]);
    }
    return count;
}

/* Aggregates: the group, then the key; sessions and journeys: ended_at, id. */
static uint32_t fill_sorting(const struct wend_table_writer_options *options,
                             uint32_t sorting[COLUMNS_MAX]) {
    uint32_t first = WEND_COMMON_COLUMNS + options->segment_count;
    uint32_t count = 0;
    if (options->table >= WEND_TABLE_SESSIONS) {
        sorting[count++] = first + 3;
        sorting[count++] = first;
        return count;
    }
    for (; count < first; count++) {
        sorting[count] = count;
    }
    for (uint32_t part = 0; part < wend__schemas[options->table].key_columns; part++) {
        sorting[count++] = first + wend__key_column(options->table, part);
    }
    return count;
}

enum wend_status wend__table_writer_open(struct wend_table_writer *writer,
                                         const struct wend_table_writer_options *options,
                                         struct wend_error *error) {
    *writer = (struct wend_table_writer){.table = options->table,
                                         .scopes = options->scopes,
                                         .scope_count = options->scope_count,
                                         .namer = options->namer};
    struct wend_parquet_column columns[COLUMNS_MAX];
    uint32_t sorting[COLUMNS_MAX];
    const struct wend_schema *schema = &wend__schemas[options->table];
    const struct wend_parquet_key_value key_values[] = {
        {"wend.table", schema->name},
        {"wend.format_version", "1"},
    };
    struct wend_parquet_options parquet = {
        .hash_seed = UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)(uintptr_t)writer,
        .threads = options->threads,
        .created_by = CREATED_BY,
        .key_values = key_values,
        .key_value_count = sizeof key_values / sizeof *key_values,
        .sorting_columns = sorting,
        .sorting_column_count = fill_sorting(options, sorting),
    };
    WEND_TRY(wend__row_values_init(&writer->row, options->table, options->segment_count, error));
    WEND_TRY(wend__staged_file_open(&writer->file, options->staging, schema->name,
                                    WEND_TABLE_FILE_NAME, error));
    struct wend_parquet_sink sink = {wend__staged_file_write, &writer->file};
    return wend__parquet_writer_create(columns, fill_columns(options, columns), &parquet, sink,
                                       &writer->parquet, error);
}

static void put_value(struct wend_parquet_writer *parquet, uint32_t column,
                      enum wend_column_type type, const struct wend_parquet_value *value) {
    if (value->is_null) {
        wend__parquet_put_null(parquet, column);
        return;
    }
    switch (type) {
    case WEND_COLUMN_TEXT:
        wend__parquet_put_text(parquet, column, value->bytes);
        break;
    case WEND_COLUMN_TEXT_LIST:
        wend__parquet_put_list(parquet, column, value->items, value->item_count);
        break;
    case WEND_COLUMN_COUNT:
    case WEND_COLUMN_TIME:
        wend__parquet_put_int64(parquet, column, value->integer);
        break;
    case WEND_COLUMN_RATE:
    case WEND_COLUMN_SECONDS:
        wend__parquet_put_double(parquet, column, value->number);
        break;
    case WEND_COLUMN_VALUE:
        wend__parquet_put_decimal18(parquet, column, value->integer);
        break;
    case WEND_COLUMN_VALUE_SUM:
        wend__parquet_put_decimal38(parquet, column, value->big);
        break;
    case WEND_COLUMN_SKETCH:
        wend__parquet_put_binary(parquet, column, value->bytes);
        break;
    }
}

enum wend_status wend__table_writer_put(struct wend_table_writer *writer,
                                        struct wend_error *error) {
    const struct wend_row_values *row = &writer->row;
    uint32_t first = WEND_COMMON_COLUMNS + row->segment_count;
    for (uint32_t i = 0; i < row->count; i++) {
        enum wend_column_type type = WEND_COLUMN_TEXT;
        if (i < WEND_COMMON_COLUMNS) {
            type = wend__common_columns[i].type;
        } else if (i >= first) {
            type = wend__schemas[row->table].columns[i - first].type;
        }
        put_value(writer->parquet, i, type, &row->values[i]);
    }
    return wend__parquet_end_row(writer->parquet, error);
}

static enum wend_status put_aggregate(struct wend_table_writer *writer, struct wend_bytes key,
                                      struct wend_bytes payload, uint64_t group_abandoned,
                                      struct wend_error *error) {
    WEND_TRY(wend__row_values_aggregate(&writer->row, key, payload, group_abandoned, error));
    return wend__table_writer_put(writer, error);
}

/* Writes the rows of the group that is complete now. */
static enum wend_status put_waiting(struct wend_table_writer *writer, struct wend_error *error) {
    struct wend_bytes rest = wend__buffer_view(&writer->waiting);
    while (rest.len > 0) {
        size_t lens[2];
        memcpy(lens, rest.data, sizeof lens);
        struct wend_bytes key = wend__bytes(rest.data + sizeof lens, lens[0]);
        struct wend_bytes payload = wend__bytes(key.data + key.len, lens[1]);
        WEND_TRY(put_aggregate(writer, key, payload, writer->waiting_abandoned, error));
        size_t taken = sizeof lens + key.len + payload.len;
        rest = wend__bytes(rest.data + taken, rest.len - taken);
    }
    wend__buffer_clear(&writer->waiting);
    writer->waiting_abandoned = 0;
    return WEND_OK;
}

/* Abandonment: rows wait for the last one of their group. */
static enum wend_status wait(struct wend_table_writer *writer, struct wend_bytes key,
                             struct wend_bytes bytes, struct wend_error *error) {
    struct wend_row_values *row = &writer->row;
    struct wend_payload payload;
    WEND_TRY(
        wend__row_key_read(key, row->table, row->segment_count, &row->texts, &row->key, error));
    struct wend_bytes group = wend__bytes(key.data, row->key.group_len);
    if (!wend__bytes_equal(group, wend__buffer_view(&writer->waiting_group))) {
        WEND_TRY(put_waiting(writer, error));
        wend__buffer_clear(&writer->waiting_group);
        if (!wend__buffer_append(&writer->waiting_group, group.data, group.len)) {
            return wend__fail_memory(error);
        }
    }
    if (wend__payload_read(bytes, &wend__schemas[row->table].shape, &payload)) {
        writer->waiting_abandoned += payload.counts[0];
    }
    size_t lens[2] = {key.len, bytes.len};
    bool done = wend__buffer_append(&writer->waiting, lens, sizeof lens) &&
                wend__buffer_append(&writer->waiting, key.data, key.len) &&
                wend__buffer_append(&writer->waiting, bytes.data, bytes.len);
    return done ? WEND_OK : wend__fail_memory(error);
}

enum wend_status wend__table_writer_row(struct wend_table_writer *writer, struct wend_bytes key,
                                        struct wend_bytes payload, struct wend_error *error) {
    if (writer->table >= WEND_TABLE_SESSIONS) {
        return wend__detail_writer_row(writer, key, payload, error);
    }
    if (writer->table == WEND_TABLE_ABANDONMENT) {
        return wait(writer, key, payload, error);
    }
    return put_aggregate(writer, key, payload, 0, error);
}

enum wend_status wend__table_writer_finish(struct wend_table_writer *writer,
                                           struct wend_table_file *file, struct wend_error *error) {
    struct wend_parquet_summary summary;
    WEND_TRY(put_waiting(writer, error));
    WEND_TRY(wend__parquet_finish(writer->parquet, &summary, error));
    WEND_TRY(wend__staged_file_finish(&writer->file, &file->checksum, error));
    assert(summary.bytes == writer->file.bytes);
    file->rows = summary.rows;
    file->bytes = summary.bytes;
    return WEND_OK;
}

void wend__table_writer_deinit(struct wend_table_writer *writer) {
    wend__parquet_writer_destroy(writer->parquet);
    wend__staged_file_deinit(&writer->file);
    wend__row_values_deinit(&writer->row);
    wend__buffer_deinit(&writer->waiting);
    wend__buffer_deinit(&writer->waiting_group);
    *writer = (struct wend_table_writer){0};
}
