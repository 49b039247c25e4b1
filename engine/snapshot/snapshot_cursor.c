/* The rows of a table over all its files; see snapshot_reader.h. */
#include "base/memory.h"
#include "snapshot/snapshot_files.h"

#include <assert.h>

struct wend_snapshot_cursor {
    const struct wend_snapshot *snapshot;
    enum wend_table_id table;
    size_t next_file; /* index of the one to open next */
    char *path;       /* of the open one */
    struct wend_parquet_reader *reader;
    uint32_t column_count;
    uint64_t skipped;  /* by column */
    uint64_t required; /* those whose values are never null */
};

_Static_assert(WEND_COMMON_COLUMNS + WEND_MAX_SEGMENTS + 16 <= 64, "columns are bits");

static struct wend_column column_at(const struct wend_snapshot_cursor *cursor, uint32_t column) {
    const struct wend_snapshot_options *options = wend__snapshot_options(cursor->snapshot);
    uint32_t first = WEND_COMMON_COLUMNS + options->segment_count;
    if (column < WEND_COMMON_COLUMNS) {
        return wend__common_columns[column];
    }
    if (column < first) {
        const char *name = (const char *)options->segments[column - WEND_COMMON_COLUMNS].data;
        return (struct wend_column){
            .name = name, .type = WEND_COLUMN_TEXT, .is_nullable = true, .description = ""};
    }
    return wend__schemas[cursor->table].columns[column - first];
}

static bool has_type(const struct wend_parquet_field *field, enum wend_column_type type) {
    switch (type) {
    case WEND_COLUMN_TEXT:
        return field->kind == WEND_PARQUET_VALUE_BYTES && field->is_text;
    case WEND_COLUMN_TEXT_LIST:
        return field->kind == WEND_PARQUET_VALUE_LIST;
    case WEND_COLUMN_COUNT:
        return field->kind == WEND_PARQUET_VALUE_INT64 && !field->is_timestamp && field->scale < 0;
    case WEND_COLUMN_RATE:
    case WEND_COLUMN_SECONDS:
        return field->kind == WEND_PARQUET_VALUE_DOUBLE;
    case WEND_COLUMN_TIME:
        return field->kind == WEND_PARQUET_VALUE_INT64 && field->is_timestamp;
    case WEND_COLUMN_VALUE:
        return field->kind == WEND_PARQUET_VALUE_INT64 && field->scale == 4;
    case WEND_COLUMN_VALUE_SUM:
        return field->kind == WEND_PARQUET_VALUE_INT128 && field->scale == 4;
    case WEND_COLUMN_SKETCH:
        break;
    }
    return field->kind == WEND_PARQUET_VALUE_BYTES && !field->is_text;
}

/* That the file has the columns of its table, in their order. */
static enum wend_status check_columns(const struct wend_snapshot_cursor *cursor,
                                      struct wend_error *error) {
    uint32_t count = wend__parquet_reader_field_count(cursor->reader);
    if (count != cursor->column_count) {
        return wend__fail(
            error, WEND_ERROR_IO, "%s has %u columns, and table %s has %u; make the snapshot anew",
            cursor->path, count, wend__schemas[cursor->table].name, cursor->column_count);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct wend_column wanted = column_at(cursor, i);
        const struct wend_parquet_field *field = wend__parquet_reader_field(cursor->reader, i);
        if (strcmp(field->name, wanted.name) != 0 || !has_type(field, wanted.type)) {
            return wend__fail(error, WEND_ERROR_IO,
                              "%s: column %u is '%.64s', and table %s has '%.64s' of another name "
                              "or type there; make the snapshot anew",
                              cursor->path, i + 1, field->name, wend__schemas[cursor->table].name,
                              wanted.name);
        }
    }
    return WEND_OK;
}

static void close_file(struct wend_snapshot_cursor *cursor) {
    wend__parquet_reader_close(cursor->reader);
    cursor->reader = NULL;
    wend__free(cursor->path);
    cursor->path = NULL;
}

/* The next file of the table, or NULL. */
static const struct wend_snapshot_file *find_next(struct wend_snapshot_cursor *cursor) {
    while (cursor->next_file < wend__snapshot_file_count(cursor->snapshot)) {
        const struct wend_snapshot_file *file =
            wend__snapshot_file(cursor->snapshot, cursor->next_file++);
        if (file->table == cursor->table) {
            return file;
        }
    }
    return NULL;
}

static enum wend_status open_file(struct wend_snapshot_cursor *cursor,
                                  const struct wend_snapshot_file *file, struct wend_error *error) {
    close_file(cursor);
    cursor->path = wend__snapshot_file_path(cursor->snapshot, file->path);
    if (cursor->path == NULL) {
        return wend__fail_memory(error);
    }
    WEND_TRY(wend__parquet_reader_open(cursor->path, &cursor->reader, error));
    WEND_TRY(check_columns(cursor, error));
    for (uint32_t i = 0; i < cursor->column_count; i++) {
        if ((cursor->skipped >> i & 1) != 0) {
            wend__parquet_reader_skip(cursor->reader, i);
        }
    }
    return WEND_OK;
}

void wend__snapshot_cursor_skip(struct wend_snapshot_cursor *cursor, uint32_t column) {
    assert(column < cursor->column_count);
    cursor->skipped |= UINT64_C(1) << column;
    cursor->required &= ~cursor->skipped;
    wend__parquet_reader_skip(cursor->reader, column);
}

enum wend_status wend__snapshot_cursor_open(const struct wend_snapshot *snapshot,
                                            enum wend_table_id table,
                                            struct wend_snapshot_cursor **cursor,
                                            struct wend_error *error) {
    *cursor = NULL;
    if (!wend__snapshot_has_table(snapshot, table)) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "%s has no table %s; make the snapshot anew with it",
                          wend__snapshot_directory(snapshot), wend__schemas[table].name);
    }
    struct wend_snapshot_cursor *opened = wend__alloc_zeroed(1, sizeof *opened);
    if (opened == NULL) {
        return wend__fail_memory(error);
    }
    opened->snapshot = snapshot;
    opened->table = table;
    opened->column_count = WEND_COMMON_COLUMNS + wend__snapshot_options(snapshot)->segment_count +
                           wend__schemas[table].column_count;
    for (uint32_t i = 0; i < opened->column_count; i++) {
        opened->required |= (uint64_t)(column_at(opened, i).is_nullable ? 0 : 1) << i;
    }
    enum wend_status status = open_file(opened, find_next(opened), error);
    if (status != WEND_OK) {
        wend__snapshot_cursor_close(opened);
        return status;
    }
    *cursor = opened;
    return WEND_OK;
}

void wend__snapshot_cursor_close(struct wend_snapshot_cursor *cursor) {
    if (cursor != NULL) {
        close_file(cursor);
        wend__free(cursor);
    }
}

uint32_t wend__snapshot_cursor_column_count(const struct wend_snapshot_cursor *cursor) {
    return cursor->column_count;
}

const struct wend_parquet_field *
wend__snapshot_cursor_column(const struct wend_snapshot_cursor *cursor, uint32_t column) {
    assert(cursor->reader != NULL && column < cursor->column_count);
    return wend__parquet_reader_field(cursor->reader, column);
}

/* That no value is null which must not be. */
static enum wend_status check_row(const struct wend_snapshot_cursor *cursor,
                                  struct wend_error *error) {
    for (uint64_t rest = cursor->required; rest != 0; rest &= rest - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(rest);
        if (wend__parquet_reader_value(cursor->reader, i)->is_null) {
            struct wend_column column = column_at(cursor, i);
            return wend__fail(error, WEND_ERROR_IO,
                              "%s: '%.64s' is null in a row, and must not be; make the snapshot "
                              "anew",
                              cursor->path, column.name);
        }
    }
    return WEND_OK;
}

enum wend_status wend__snapshot_cursor_next(struct wend_snapshot_cursor *cursor, bool *found,
                                            struct wend_error *error) {
    for (;;) {
        WEND_TRY(wend__parquet_reader_next(cursor->reader, found, error));
        if (*found) {
            return check_row(cursor, error);
        }
        /* The last file stays open, for its columns. */
        const struct wend_snapshot_file *file = find_next(cursor);
        if (file == NULL) {
            return WEND_OK;
        }
        WEND_TRY(open_file(cursor, file, error));
    }
}

const struct wend_parquet_value *
wend__snapshot_cursor_value(const struct wend_snapshot_cursor *cursor, uint32_t column) {
    return wend__parquet_reader_value(cursor->reader, column);
}
