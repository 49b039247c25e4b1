#include "sql/sql_text.h"

#include "base/utf8.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void wend__sql_add(struct wend_sql *sql, const char *text) {
    sql->failed = sql->failed || !wend__buffer_append_text(&sql->text, text);
}

void wend__sql_add_format(struct wend_sql *sql, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    assert(len >= 0 && (size_t)len < sizeof text);
    sql->failed = sql->failed || !wend__buffer_append(&sql->text, text, (size_t)len);
}

static void add_byte(struct wend_sql *sql, char byte) {
    sql->failed = sql->failed || !wend__buffer_append(&sql->text, &byte, 1);
}

/* ClickHouse and BigQuery read backslashes in names and texts, Spark and Athena in texts only. */
static bool reads_backslashes(enum wend_sql_engine engine, bool is_name) {
    return engine == WEND_SQL_CLICKHOUSE || engine == WEND_SQL_BIGQUERY ||
           ((engine == WEND_SQL_SPARK || engine == WEND_SQL_ATHENA) && !is_name);
}

static void add_escaped(struct wend_sql *sql, uint8_t byte) {
    switch (byte) {
    case '\n':
        wend__sql_add(sql, "\\n");
        break;
    case '\r':
        wend__sql_add(sql, "\\r");
        break;
    default:
        add_byte(sql, '\\');
        add_byte(sql, (char)byte);
    }
}

static void add_quoted(struct wend_sql *sql, struct wend_bytes text, char quote, bool is_name) {
    bool backslashes = reads_backslashes(sql->engine, is_name);
    add_byte(sql, quote);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.data[i];
        if (byte == 0) {
            wend__sql_add(sql, "\xEF\xBF\xBD");
        } else if (backslashes &&
                   (byte == (uint8_t)quote || byte == '\\' || byte == '\n' || byte == '\r')) {
            add_escaped(sql, byte);
        } else {
            if (byte == (uint8_t)quote) {
                add_byte(sql, quote);
            }
            add_byte(sql, (char)byte);
        }
    }
    add_byte(sql, quote);
}

static void add_clean(struct wend_sql *sql, struct wend_bytes text, char quote, bool is_name) {
    if (wend__utf8_is_valid(text)) {
        add_quoted(sql, text, quote, is_name);
        return;
    }
    struct wend_buffer clean = {0};
    if (wend__utf8_append_clean(&clean, text)) {
        add_quoted(sql, wend__buffer_view(&clean), quote, is_name);
    } else {
        sql->failed = true;
    }
    wend__buffer_deinit(&clean);
}

void wend__sql_name(struct wend_sql *sql, struct wend_bytes name) {
    bool tick = sql->engine == WEND_SQL_BIGQUERY || sql->engine == WEND_SQL_SPARK ||
                sql->engine == WEND_SQL_CLICKHOUSE || sql->engine == WEND_SQL_ATHENA;
    add_clean(sql, name, tick ? '`' : '"', true);
}

void wend__sql_qualified(struct wend_sql *sql, const char *schema, const char *name) {
    wend__sql_name(sql, wend__bytes_text(schema));
    add_byte(sql, '.');
    wend__sql_name(sql, wend__bytes_text(name));
}

void wend__sql_text(struct wend_sql *sql, struct wend_bytes text) {
    add_clean(sql, text, '\'', false);
}

void wend__sql_description(struct wend_sql *sql, const char *text) {
    wend__sql_text(sql, wend__bytes_text(text));
}

const char *wend__sql_type(enum wend_sql_engine engine, enum wend_column_type type) {
    static const char *const types[WEND_SQL_ENGINE_COUNT][WEND_COLUMN_SKETCH + 1] = {
        [WEND_SQL_POSTGRES] = {"text", "text[]", "bigint", "double precision", "double precision",
                               "timestamp with time zone", "numeric(18,4)", "numeric(38,4)", ""},
        [WEND_SQL_DUCKDB] = {"VARCHAR", "VARCHAR[]", "BIGINT", "DOUBLE", "DOUBLE", "TIMESTAMPTZ",
                             "DECIMAL(18,4)", "DECIMAL(38,4)", ""},
        [WEND_SQL_CLICKHOUSE] = {"String", "Array(String)", "Int64", "Float64", "Float64",
                                 "DateTime64(6, 'UTC')", "Decimal(18, 4)", "Decimal(38, 4)", ""},
        [WEND_SQL_TRINO] = {"varchar", "array(varchar)", "bigint", "double", "double", "timestamp",
                            "decimal(18,4)", "decimal(38,4)", ""},
        [WEND_SQL_BIGQUERY] = {"STRING", "ARRAY<STRING>", "INT64", "FLOAT64", "FLOAT64",
                               "TIMESTAMP", "NUMERIC", "BIGNUMERIC", ""},
        [WEND_SQL_SPARK] = {"STRING", "ARRAY<STRING>", "BIGINT", "DOUBLE", "DOUBLE", "TIMESTAMP",
                            "DECIMAL(18,4)", "DECIMAL(38,4)", ""},
        [WEND_SQL_ATHENA] = {"string", "array<string>", "bigint", "double", "double", "timestamp",
                             "decimal(18,4)", "decimal(38,4)", ""},
    };
    return types[engine][type];
}

static void add_column(struct wend_sql_columns *columns, const struct wend_column *column,
                       uint32_t source) {
    if (column->type == WEND_COLUMN_SKETCH) {
        return;
    }
    assert(columns->count < WEND_SQL_COLUMNS_MAX);
    columns->columns[columns->count++] = (struct wend_sql_column){
        .name = wend__bytes_text(column->name),
        .type = column->type,
        .is_nullable = column->is_nullable,
        .description = column->description,
        .source = source,
    };
}

void wend__sql_columns_init(struct wend_sql_columns *columns, enum wend_table_id table,
                            const struct wend_bytes *segments, uint32_t segment_count) {
    assert(segment_count <= WEND_MAX_SEGMENTS);
    columns->count = 0;
    uint32_t source = 0;
    for (uint32_t i = 0; i < WEND_COMMON_COLUMNS; i++) {
        add_column(columns, &wend__common_columns[i], source++);
    }
    for (uint32_t i = 0; i < segment_count; i++) {
        columns->columns[columns->count++] = (struct wend_sql_column){
            .name = segments[i],
            .type = WEND_COLUMN_TEXT,
            .is_nullable = true,
            .description = WEND_SQL_SEGMENT_DESCRIPTION,
            .source = source++,
        };
    }
    const struct wend_schema *schema = &wend__schemas[table];
    for (uint32_t i = 0; i < schema->column_count; i++) {
        add_column(columns, &schema->columns[i], source++);
    }
}

void wend__sql_column_names(struct wend_sql *sql, const struct wend_sql_columns *columns) {
    for (uint32_t i = 0; i < columns->count; i++) {
        wend__sql_add(sql, i == 0 ? "" : ", ");
        wend__sql_name(sql, columns->columns[i].name);
    }
}
