/* Rows of a cursor as a Parquet file of their own. */
#include "base/memory.h"
#include "parquet/writer.h"

#include <wend/snapshot.h>
#include <wend/wend.h>

struct wend_export {
    const struct wend_cursor *cursor;
    struct wend_parquet_writer *writer;
    size_t *columns;
    size_t column_count;
    wend_write_call *write;
    void *context;
    struct wend_bytes *items; /* of a list, translated */
    size_t item_capacity;
};

static enum wend_status pass_on(void *context, const void *data, size_t len,
                                struct wend_error *error) {
    const struct wend_export *rows = context;
    return rows->write(rows->context, data, len)
               ? WEND_OK
               : wend__fail(error, WEND_ERROR_CANCELLED, "the writing was stopped");
}

static enum wend_parquet_type type_of(enum wend_value_type type) {
    static const enum wend_parquet_type types[] = {
        [WEND_VALUE_TEXT] = WEND_PARQUET_TEXT,
        [WEND_VALUE_TEXT_LIST] = WEND_PARQUET_TEXT_LIST,
        [WEND_VALUE_COUNT] = WEND_PARQUET_INT64,
        [WEND_VALUE_DOUBLE] = WEND_PARQUET_DOUBLE,
        [WEND_VALUE_TIME] = WEND_PARQUET_TIMESTAMP_US,
        [WEND_VALUE_DECIMAL] = WEND_PARQUET_DECIMAL38_4,
        [WEND_VALUE_BINARY] = WEND_PARQUET_BINARY,
    };
    return types[type];
}

static enum wend_status create_writer(struct wend_export *rows, struct wend_error *error) {
    struct wend_parquet_column *columns =
        wend__alloc_zeroed(rows->column_count + 1, sizeof *columns);
    if (columns == NULL) {
        return wend__fail_memory(error);
    }
    for (size_t i = 0; i < rows->column_count; i++) {
        enum wend_value_type type = wend_cursor_column_type(rows->cursor, rows->columns[i]);
        columns[i] = (struct wend_parquet_column){
            .name = wend_cursor_column_name(rows->cursor, rows->columns[i]),
            .type = type_of(type),
            .is_nullable = type != WEND_VALUE_TEXT_LIST,
        };
    }
    const struct wend_parquet_sink sink = {pass_on, rows};
    enum wend_status status = wend__parquet_writer_create(columns, (uint32_t)rows->column_count,
                                                          NULL, sink, &rows->writer, error);
    wend__free(columns);
    return status;
}

enum wend_status wend_export_open(const struct wend_cursor *cursor, const size_t *columns,
                                  size_t column_count, wend_write_call *write, void *context,
                                  struct wend_export **made_rows, struct wend_error *error) {
    *made_rows = NULL;
    struct wend_export *made = wend__alloc_zeroed(1, sizeof *made);
    if (made == NULL) {
        return wend__fail_memory(error);
    }
    *made = (struct wend_export){
        .cursor = cursor,
        .columns = wend__alloc((column_count + 1) * sizeof *columns),
        .column_count = column_count,
        .write = write,
        .context = context,
    };
    if (made->columns == NULL) {
        wend_export_close(made);
        return wend__fail_memory(error);
    }
    if (column_count > 0) {
        memcpy(made->columns, columns, column_count * sizeof *columns);
    }
    enum wend_status status = create_writer(made, error);
    if (status != WEND_OK) {
        wend_export_close(made);
        return status;
    }
    *made_rows = made;
    return WEND_OK;
}

static bool put_list(struct wend_export *rows, uint32_t column, const struct wend_value *value) {
    void *items = rows->items;
    bool done =
        wend__reserve(&items, &rows->item_capacity, value->item_count + 1, sizeof *rows->items);
    rows->items = items;
    for (size_t i = 0; done && i < value->item_count; i++) {
        rows->items[i] = wend__bytes(value->items[i].data, value->items[i].len);
    }
    if (done) {
        wend__parquet_put_list(rows->writer, column, rows->items, (uint32_t)value->item_count);
    }
    return done;
}

static bool put_value(struct wend_export *rows, uint32_t column, const struct wend_value *value) {
    struct wend_parquet_writer *writer = rows->writer;
    struct wend_bytes bytes = wend__bytes(value->text.data, value->text.len);
    if (value->type == WEND_VALUE_TEXT_LIST) {
        return put_list(rows, column, value);
    }
    if (value->is_null) {
        wend__parquet_put_null(writer, column);
        return true;
    }
    switch (value->type) {
    case WEND_VALUE_TEXT:
        wend__parquet_put_text(writer, column, bytes);
        break;
    case WEND_VALUE_BINARY:
        wend__parquet_put_binary(writer, column, bytes);
        break;
    case WEND_VALUE_DOUBLE:
        wend__parquet_put_double(writer, column, value->number);
        break;
    case WEND_VALUE_DECIMAL:
        wend__parquet_put_decimal38(writer, column,
                                    (wend_int128)((wend_uint128)value->high << 64 | value->low));
        break;
    default:
        wend__parquet_put_int64(writer, column, value->integer);
        break;
    }
    return true;
}

enum wend_status wend_export_row(struct wend_export *rows, struct wend_error *error) {
    for (size_t i = 0; i < rows->column_count; i++) {
        struct wend_value value = wend_cursor_value(rows->cursor, rows->columns[i]);
        if (!put_value(rows, (uint32_t)i, &value)) {
            return wend__fail_memory(error);
        }
    }
    return wend__parquet_end_row(rows->writer, error);
}

enum wend_status wend_export_finish(struct wend_export *rows, struct wend_error *error) {
    return wend__parquet_finish(rows->writer, NULL, error);
}

void wend_export_close(struct wend_export *rows) {
    if (rows != NULL) {
        wend__parquet_writer_destroy(rows->writer);
        wend__free(rows->columns);
        wend__free(rows->items);
        wend__free(rows);
    }
}
