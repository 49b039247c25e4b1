/* See snapshot_edit.h. */
#include "snapshot_edit.h"

#include "parquet/writer.h"

#include <criterion/criterion.h>
#include <stdio.h>

static void apply(const struct edit *edit, enum wend_parquet_value_kind kind,
                  struct wend_parquet_value *value) {
    value->is_null = edit->makes_null;
    value->integer += kind == WEND_PARQUET_VALUE_INT64 ? edit->delta : 0;
    value->big += edit->delta;
    if (kind == WEND_PARQUET_VALUE_DOUBLE) {
        value->number = edit->number;
    }
    if (kind == WEND_PARQUET_VALUE_BYTES && edit->text != NULL) {
        value->bytes = wend__bytes_text(edit->text);
    }
    if (kind == WEND_PARQUET_VALUE_LIST) {
        value->item_count -= 1;
    }
}

static enum wend_parquet_type type_of(const struct wend_parquet_field *field) {
    switch (field->kind) {
    case WEND_PARQUET_VALUE_INT64:
        return field->is_timestamp ? WEND_PARQUET_TIMESTAMP_US
               : field->scale == 4 ? WEND_PARQUET_DECIMAL18_4
                                   : WEND_PARQUET_INT64;
    case WEND_PARQUET_VALUE_DOUBLE:
        return WEND_PARQUET_DOUBLE;
    case WEND_PARQUET_VALUE_INT128:
        return WEND_PARQUET_DECIMAL38_4;
    case WEND_PARQUET_VALUE_LIST:
        return WEND_PARQUET_TEXT_LIST;
    default:
        return field->is_text ? WEND_PARQUET_TEXT : WEND_PARQUET_BINARY;
    }
}

static void put(struct wend_parquet_writer *writer, uint32_t column, enum wend_parquet_type type,
                const struct wend_parquet_value *value) {
    if (value->is_null) {
        wend__parquet_put_null(writer, column);
    } else if (type == WEND_PARQUET_DOUBLE) {
        wend__parquet_put_double(writer, column, value->number);
    } else if (type == WEND_PARQUET_DECIMAL38_4) {
        wend__parquet_put_decimal38(writer, column, value->big);
    } else if (type == WEND_PARQUET_DECIMAL18_4) {
        wend__parquet_put_decimal18(writer, column, value->integer);
    } else if (type == WEND_PARQUET_TEXT_LIST) {
        wend__parquet_put_list(writer, column, value->items, value->item_count);
    } else if (type == WEND_PARQUET_TEXT) {
        wend__parquet_put_text(writer, column, value->bytes);
    } else if (type == WEND_PARQUET_BINARY) {
        wend__parquet_put_binary(writer, column, value->bytes);
    } else {
        wend__parquet_put_int64(writer, column, value->integer);
    }
}

static enum wend_status add_bytes(void *context, const void *data, size_t len,
                                  struct wend_error *error) {
    (void)error;
    cr_assert(wend__buffer_append(context, data, len));
    return WEND_OK;
}

static uint64_t copy_rows(const struct wend_snapshot *snapshot, const struct edit *edit,
                          struct wend_buffer *out) {
    struct wend_snapshot_cursor *cursor;
    cr_assert_eq(wend__snapshot_cursor_open(snapshot, edit->table, &cursor, NULL), WEND_OK);
    struct wend_parquet_column columns[32];
    uint32_t count = wend__snapshot_cursor_column_count(cursor);
    for (uint32_t i = 0; i < count; i++) {
        const struct wend_parquet_field *field = wend__snapshot_cursor_column(cursor, i);
        enum wend_parquet_type type = type_of(field);
        columns[i] =
            (struct wend_parquet_column){field->name, type, type != WEND_PARQUET_TEXT_LIST, false};
    }
    struct wend_parquet_writer *writer;
    struct wend_parquet_sink sink = {add_bytes, out};
    cr_assert_eq(wend__parquet_writer_create(columns, count, NULL, sink, &writer, NULL), WEND_OK);
    uint64_t written = 0;
    bool found;
    for (uint64_t row = 0;; row++) {
        cr_assert_eq(wend__snapshot_cursor_next(cursor, &found, NULL), WEND_OK);
        if (!found) {
            cr_assert(row > edit->row, "there is no such row");
            break;
        }
        if (row == edit->row && edit->column == NULL) {
            continue;
        }
        for (uint32_t i = 0; i < count; i++) {
            const struct wend_parquet_field *field = wend__snapshot_cursor_column(cursor, i);
            struct wend_parquet_value value = *wend__snapshot_cursor_value(cursor, i);
            if (row == edit->row && strcmp(field->name, edit->column) == 0) {
                apply(edit, field->kind, &value);
            }
            put(writer, i, columns[i].type, &value);
        }
        cr_assert_eq(wend__parquet_end_row(writer, NULL), WEND_OK);
        written++;
    }
    cr_assert_eq(wend__parquet_finish(writer, NULL, NULL), WEND_OK);
    wend__parquet_writer_destroy(writer);
    wend__snapshot_cursor_close(cursor);
    return written;
}

static void write_file(const char *place, const char *name, struct wend_bytes bytes) {
    char path[192];
    (void)snprintf(path, sizeof path, "%s/%s", place, name);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
    (void)fclose(file);
}

/* Writes the manifest anew; `change` (NULL: none) edits it before. */
static void rewrite_manifest(const char *place, const struct wend_snapshot *snapshot,
                             enum wend_table_id table, uint64_t rows, struct wend_bytes bytes,
                             void (*change)(struct wend_manifest_content *content)) {
    struct wend_snapshot_file files[WEND_TABLE_COUNT];
    struct wend_manifest_content content = {
        .manifest = *wend__snapshot_manifest(snapshot),
        .options = *wend__snapshot_options(snapshot),
        .files = files,
        .file_count = wend__snapshot_file_count(snapshot),
    };
    for (size_t i = 0; i < content.file_count; i++) {
        files[i] = *wend__snapshot_file(snapshot, i);
        if (files[i].table == table) {
            files[i].rows = rows;
            files[i].bytes = bytes.len;
            files[i].checksum = wend__hash128(bytes, 0);
        }
    }
    if (change != NULL) {
        change(&content);
    }
    struct wend_buffer text = {0};
    cr_assert_eq(wend__manifest_write(&content, &text, NULL), WEND_OK);
    write_file(place, "manifest.json", wend__buffer_view(&text));
    wend__buffer_deinit(&text);
}

void edit_table(const char *place, struct edit edit) {
    struct wend_snapshot *snapshot;
    struct wend_buffer out = {0};
    char name[64];
    cr_assert_eq(wend__snapshot_open(place, &snapshot, NULL), WEND_OK);
    uint64_t rows = copy_rows(snapshot, &edit, &out);
    (void)snprintf(name, sizeof name, "%s/part-00000.parquet", wend__schemas[edit.table].name);
    write_file(place, name, wend__buffer_view(&out));
    rewrite_manifest(place, snapshot, edit.table, rows, wend__buffer_view(&out), NULL);
    wend__buffer_deinit(&out);
    wend__snapshot_close(snapshot);
}

void edit_manifest(const char *place, void (*change)(struct wend_manifest_content *content)) {
    struct wend_snapshot *snapshot;
    cr_assert_eq(wend__snapshot_open(place, &snapshot, NULL), WEND_OK);
    rewrite_manifest(place, snapshot, WEND_TABLE_COUNT, 0, WEND_BYTES_ABSENT, change);
    wend__snapshot_close(snapshot);
}
