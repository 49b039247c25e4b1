#include "parquet/footer_writer.h"

enum wend_parquet_physical wend__parquet_schema_physical(enum wend_parquet_type type) {
    switch (type) {
    case WEND_PARQUET_INT64:
    case WEND_PARQUET_TIMESTAMP_US:
    case WEND_PARQUET_DECIMAL18_4:
        return WEND_PHYSICAL_INT64;
    case WEND_PARQUET_DOUBLE:
        return WEND_PHYSICAL_DOUBLE;
    case WEND_PARQUET_DECIMAL38_4:
        return WEND_PHYSICAL_FIXED;
    case WEND_PARQUET_TEXT:
    case WEND_PARQUET_BINARY:
    case WEND_PARQUET_TEXT_LIST:
        break;
    }
    return WEND_PHYSICAL_BYTE_ARRAY;
}

/* Fields 6 to 10 of SchemaElement: the old annotation for old readers, then the new one. */
static void write_text(struct wend_thrift_writer *thrift) {
    wend__thrift_write_i32(thrift, 6, WEND_CONVERTED_UTF8);
    wend__thrift_begin_field(thrift, 10);
    wend__thrift_write_empty(thrift, WEND_LOGICAL_STRING);
    wend__thrift_end(thrift);
}

static void write_timestamp(struct wend_thrift_writer *thrift) {
    wend__thrift_write_i32(thrift, 6, WEND_CONVERTED_TIMESTAMP_MICROS);
    wend__thrift_begin_field(thrift, 10);
    wend__thrift_begin_field(thrift, WEND_LOGICAL_TIMESTAMP);
    wend__thrift_write_bool(thrift, 1, true); /* isAdjustedToUTC */
    wend__thrift_begin_field(thrift, 2);      /* unit */
    wend__thrift_write_empty(thrift, 2);      /* MICROS */
    wend__thrift_end(thrift);
    wend__thrift_end(thrift);
    wend__thrift_end(thrift);
}

static void write_decimal(struct wend_thrift_writer *thrift, int32_t precision) {
    wend__thrift_write_i32(thrift, 6, WEND_CONVERTED_DECIMAL);
    wend__thrift_write_i32(thrift, 7, 4);
    wend__thrift_write_i32(thrift, 8, precision);
    wend__thrift_begin_field(thrift, 10);
    wend__thrift_begin_field(thrift, WEND_LOGICAL_DECIMAL);
    wend__thrift_write_i32(thrift, 1, 4);
    wend__thrift_write_i32(thrift, 2, precision);
    wend__thrift_end(thrift);
    wend__thrift_end(thrift);
}

static void write_leaf(struct wend_thrift_writer *thrift, const char *name,
                       enum wend_parquet_type type, bool is_nullable) {
    wend__thrift_begin(thrift);
    wend__thrift_write_i32(thrift, 1, (int32_t)wend__parquet_schema_physical(type));
    if (type == WEND_PARQUET_DECIMAL38_4) {
        wend__thrift_write_i32(thrift, 2, 16);
    }
    wend__thrift_write_i32(thrift, 3,
                           is_nullable ? WEND_REPETITION_OPTIONAL : WEND_REPETITION_REQUIRED);
    wend__thrift_write_binary(thrift, 4, wend__bytes_text(name));
    switch (type) {
    case WEND_PARQUET_TEXT:
    case WEND_PARQUET_TEXT_LIST:
        write_text(thrift);
        break;
    case WEND_PARQUET_TIMESTAMP_US:
        write_timestamp(thrift);
        break;
    case WEND_PARQUET_DECIMAL18_4:
        write_decimal(thrift, 18);
        break;
    case WEND_PARQUET_DECIMAL38_4:
        write_decimal(thrift, 38);
        break;
    case WEND_PARQUET_INT64:
    case WEND_PARQUET_DOUBLE:
    case WEND_PARQUET_BINARY:
        break;
    }
    wend__thrift_end(thrift);
}

/* LogicalTypes.md, "Lists": the names `list` and `element` are part of the format. */
static void write_list(struct wend_thrift_writer *thrift, const char *name) {
    wend__thrift_begin(thrift);
    wend__thrift_write_i32(thrift, 3, WEND_REPETITION_REQUIRED);
    wend__thrift_write_binary(thrift, 4, wend__bytes_text(name));
    wend__thrift_write_i32(thrift, 5, 1);
    wend__thrift_write_i32(thrift, 6, WEND_CONVERTED_LIST);
    wend__thrift_begin_field(thrift, 10);
    wend__thrift_write_empty(thrift, WEND_LOGICAL_LIST);
    wend__thrift_end(thrift);
    wend__thrift_end(thrift);

    wend__thrift_begin(thrift);
    wend__thrift_write_i32(thrift, 3, WEND_REPETITION_REPEATED);
    wend__thrift_write_binary(thrift, 4, wend__bytes_text("list"));
    wend__thrift_write_i32(thrift, 5, 1);
    wend__thrift_end(thrift);

    write_leaf(thrift, "element", WEND_PARQUET_TEXT_LIST, false);
}

void wend__parquet_schema_write(struct wend_thrift_writer *thrift,
                                const struct wend_parquet_column *columns, uint32_t column_count) {
    size_t element_count = 1 + column_count;
    for (uint32_t i = 0; i < column_count; i++) {
        element_count += columns[i].type == WEND_PARQUET_TEXT_LIST ? 2 : 0;
    }
    wend__thrift_write_list(thrift, 2, WEND_THRIFT_STRUCT, element_count);
    wend__thrift_begin(thrift);
    wend__thrift_write_binary(thrift, 4, wend__bytes_text("schema"));
    wend__thrift_write_i32(thrift, 5, (int32_t)column_count);
    wend__thrift_end(thrift);
    for (uint32_t i = 0; i < column_count; i++) {
        if (columns[i].type == WEND_PARQUET_TEXT_LIST) {
            write_list(thrift, columns[i].name);
        } else {
            write_leaf(thrift, columns[i].name, columns[i].type, columns[i].is_nullable);
        }
    }
}
