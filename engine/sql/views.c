#include "sql/views.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const engine_names[WEND_SQL_ENGINE_COUNT] = {
    [WEND_SQL_POSTGRES] = NULL,           [WEND_SQL_DUCKDB] = "duckdb",
    [WEND_SQL_CLICKHOUSE] = "clickhouse", [WEND_SQL_TRINO] = "trino",
    [WEND_SQL_BIGQUERY] = "bigquery",     [WEND_SQL_SPARK] = "spark",
    [WEND_SQL_ATHENA] = "athena",
};

enum wend_sql_engine wend__sql_engine_find(const char *name) {
    for (unsigned i = 0; i < WEND_SQL_ENGINE_COUNT; i++) {
        if (engine_names[i] != NULL && strcmp(engine_names[i], name) == 0) {
            return (enum wend_sql_engine)i;
        }
    }
    return WEND_SQL_ENGINE_COUNT;
}

static bool is_url(const char *location, const char *scheme) {
    return strncmp(location, scheme, strlen(scheme)) == 0;
}

static enum wend_status check_location(const struct wend_sql_views *views,
                                       struct wend_error *error) {
    if (views->engine == WEND_SQL_BIGQUERY && !is_url(views->location, "gs://")) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "BigQuery reads from Cloud Storage only; copy the snapshot there and say "
                          "where with --at, such as --at gs://BUCKET/FOLDER");
    }
    if (views->engine == WEND_SQL_ATHENA && !is_url(views->location, "s3://")) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "Athena reads from S3 only; copy the snapshot there and say where with "
                          "--at, such as --at s3://BUCKET/FOLDER");
    }
    /* Only DuckDB has a way to write such characters as themselves, but for the backslash. */
    bool is_duckdb = views->engine == WEND_SQL_DUCKDB;
    if (strpbrk(views->location, is_duckdb ? "\\" : "*?[]{}\\,") != NULL) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "%s does not take %s in the place of a file for what they are; move the "
                          "snapshot, or say with --at where the engine finds it",
                          engine_names[views->engine],
                          is_duckdb ? "backslashes" : "the characters * ? [ ] { } \\ ,");
    }
    return WEND_OK;
}

/* 'LOCATION/TABLE SUFFIX' as a literal, with what is special in DuckDB's patterns in brackets. */
static void add_place(struct wend_sql *sql, const struct wend_sql_views *views, const char *table,
                      const char *suffix) {
    struct wend_buffer place = {0};
    bool done = true;
    if (sql->engine == WEND_SQL_TRINO && views->location[0] == '/') {
        done = wend__buffer_append_text(&place, "file://");
    }
    for (const char *at = views->location; done && *at != '\0'; at++) {
        bool special = sql->engine == WEND_SQL_DUCKDB && strchr("*?[]", *at) != NULL;
        done = special ? wend__buffer_append_format(&place, "[%c]", *at)
                       : wend__buffer_append(&place, at, 1);
    }
    done = done && wend__buffer_append_format(&place, "/%s%s", table, suffix);
    if (!done) {
        sql->failed = true;
    } else if (sql->engine == WEND_SQL_SPARK) {
        wend__sql_name(sql, wend__buffer_view(&place));
    } else {
        wend__sql_text(sql, wend__buffer_view(&place));
    }
    wend__buffer_deinit(&place);
}

static void add_type(struct wend_sql *sql, const struct wend_sql_column *column) {
    const char *type = wend__sql_type(sql->engine, column->type);
    if (sql->engine == WEND_SQL_CLICKHOUSE && column->is_nullable) {
        wend__sql_add_format(sql, "Nullable(%s)", type);
    } else {
        wend__sql_add(sql, type);
    }
}

/* "    name type word 'description'," a line; without types where the engine takes none. */
static void add_column_list(struct wend_sql *sql, const struct wend_sql_columns *columns,
                            bool has_types, const char *word, const char *end) {
    for (uint32_t i = 0; i < columns->count; i++) {
        wend__sql_add(sql, i == 0 ? "    " : ",\n    ");
        wend__sql_name(sql, columns->columns[i].name);
        wend__sql_add(sql, " ");
        if (has_types) {
            add_type(sql, &columns->columns[i]);
            wend__sql_add(sql, " ");
        }
        wend__sql_add(sql, word);
        wend__sql_description(sql, columns->columns[i].description);
        wend__sql_add(sql, end);
    }
    wend__sql_add(sql, "\n");
}

static void add_duckdb(struct wend_sql *sql, const struct wend_sql_views *views,
                       const struct wend_schema *table, const struct wend_sql_columns *columns) {
    wend__sql_add(sql, "CREATE OR REPLACE VIEW ");
    wend__sql_qualified(sql, views->schema, table->name);
    wend__sql_add(sql, " AS\nSELECT ");
    wend__sql_column_names(sql, columns);
    wend__sql_add(sql, "\nFROM read_parquet(");
    add_place(sql, views, table->name, "/*.parquet");
    wend__sql_add(sql, ");\nCOMMENT ON VIEW ");
    wend__sql_qualified(sql, views->schema, table->name);
    wend__sql_add(sql, " IS ");
    wend__sql_description(sql, table->description);
    wend__sql_add(sql, ";\n");
    for (uint32_t i = 0; i < columns->count; i++) {
        wend__sql_add(sql, "COMMENT ON COLUMN ");
        wend__sql_qualified(sql, views->schema, table->name);
        wend__sql_add(sql, ".");
        wend__sql_name(sql, columns->columns[i].name);
        wend__sql_add(sql, " IS ");
        wend__sql_description(sql, columns->columns[i].description);
        wend__sql_add(sql, ";\n");
    }
}

/* "scope String, window_start Nullable(DateTime64(6, 'UTC')), ..." as one literal. */
static void add_structure(struct wend_sql *sql, const struct wend_sql_columns *columns) {
    struct wend_sql list = {.engine = sql->engine};
    for (uint32_t i = 0; i < columns->count; i++) {
        wend__sql_add(&list, i == 0 ? "" : ", ");
        wend__sql_name(&list, columns->columns[i].name);
        wend__sql_add(&list, " ");
        add_type(&list, &columns->columns[i]);
    }
    sql->failed = sql->failed || list.failed;
    wend__sql_text(sql, wend__buffer_view(&list.text));
    wend__buffer_deinit(&list.text);
}

static void add_clickhouse(struct wend_sql *sql, const struct wend_sql_views *views,
                           const struct wend_schema *table,
                           const struct wend_sql_columns *columns) {
    const char *source = "file(";
    if (is_url(views->location, "s3://") || is_url(views->location, "https://")) {
        source = "s3(";
    } else if (is_url(views->location, "gs://")) {
        source = "gcs(";
    }
    wend__sql_add(sql, "CREATE OR REPLACE VIEW ");
    wend__sql_qualified(sql, views->schema, table->name);
    wend__sql_add(sql, "\n(\n");
    add_column_list(sql, columns, true, "COMMENT ", "");
    wend__sql_add(sql, ")\nAS SELECT ");
    wend__sql_column_names(sql, columns);
    wend__sql_add(sql, "\nFROM ");
    wend__sql_add(sql, source);
    add_place(sql, views, table->name, "/*.parquet");
    wend__sql_add(sql, ", 'Parquet', ");
    add_structure(sql, columns);
    wend__sql_add(sql, ")\nCOMMENT ");
    wend__sql_description(sql, table->description);
    wend__sql_add(sql, ";\n");
}

static void add_trino(struct wend_sql *sql, const struct wend_sql_views *views,
                      const struct wend_schema *table, const struct wend_sql_columns *columns) {
    wend__sql_add(sql, "DROP TABLE IF EXISTS ");
    wend__sql_qualified(sql, views->schema, table->name);
    wend__sql_add(sql, ";\nCREATE TABLE ");
    wend__sql_qualified(sql, views->schema, table->name);
    wend__sql_add(sql, " (\n");
    add_column_list(sql, columns, true, "COMMENT ", "");
    wend__sql_add(sql, ")\nCOMMENT ");
    wend__sql_description(sql, table->description);
    wend__sql_add(sql, "\nWITH (external_location = ");
    add_place(sql, views, table->name, "/");
    wend__sql_add(sql, ", format = 'PARQUET');\n");
}

static void add_bigquery(struct wend_sql *sql, const struct wend_sql_views *views,
                         const struct wend_schema *table, const struct wend_sql_columns *columns) {
    char files[64];
    (void)snprintf(files, sizeof files, "%s_files", table->name);
    wend__sql_add(sql, "CREATE OR REPLACE EXTERNAL TABLE ");
    wend__sql_qualified(sql, views->schema, files);
    wend__sql_add(sql, "\nOPTIONS (format = 'PARQUET', enable_list_inference = TRUE,\n"
                       "    decimal_target_types = ['NUMERIC', 'BIGNUMERIC'], uris = [");
    add_place(sql, views, table->name, "/*.parquet");
    wend__sql_add(sql, "]);\nCREATE OR REPLACE VIEW ");
    wend__sql_qualified(sql, views->schema, table->name);
    wend__sql_add(sql, " (\n");
    add_column_list(sql, columns, false, "OPTIONS (description = ", ")");
    wend__sql_add(sql, ")\nOPTIONS (description = ");
    wend__sql_description(sql, table->description);
    wend__sql_add(sql, ")\nAS SELECT ");
    wend__sql_column_names(sql, columns);
    wend__sql_add(sql, "\nFROM ");
    wend__sql_qualified(sql, views->schema, files);
    wend__sql_add(sql, ";\n");
}

static void add_spark(struct wend_sql *sql, const struct wend_sql_views *views,
                      const struct wend_schema *table, const struct wend_sql_columns *columns) {
    wend__sql_add(sql, "CREATE OR REPLACE VIEW ");
    wend__sql_qualified(sql, views->schema, table->name);
    wend__sql_add(sql, " (\n");
    add_column_list(sql, columns, false, "COMMENT ", "");
    wend__sql_add(sql, ")\nCOMMENT ");
    wend__sql_description(sql, table->description);
    wend__sql_add(sql, "\nAS SELECT ");
    wend__sql_column_names(sql, columns);
    wend__sql_add(sql, "\nFROM parquet.");
    add_place(sql, views, table->name, "");
    wend__sql_add(sql, ";\n");
}

static void add_athena(struct wend_sql *sql, const struct wend_sql_views *views,
                       const struct wend_schema *table, const struct wend_sql_columns *columns) {
    wend__sql_add(sql, "DROP TABLE IF EXISTS ");
    wend__sql_qualified(sql, views->schema, table->name);
    wend__sql_add(sql, ";\nCREATE EXTERNAL TABLE ");
    wend__sql_qualified(sql, views->schema, table->name);
    wend__sql_add(sql, " (\n");
    add_column_list(sql, columns, true, "COMMENT ", "");
    wend__sql_add(sql, ")\nCOMMENT ");
    wend__sql_description(sql, table->description);
    wend__sql_add(sql, "\nSTORED AS PARQUET\nLOCATION ");
    add_place(sql, views, table->name, "/");
    wend__sql_add(sql, ";\n");
}

/* What has to be known before the statements are run; lines of a comment. */
static const char *engine_notes(enum wend_sql_engine engine) {
    switch (engine) {
    case WEND_SQL_DUCKDB:
        return "-- Run it with: duckdb wend.duckdb < FILE. BI tools open wend.duckdb read-only.\n";
    case WEND_SQL_CLICKHOUSE:
        return "-- A server reads files only below its user_files_path; else give --at a URL.\n";
    case WEND_SQL_TRINO:
        return "-- Run it in a Hive catalog that allows external tables: trino --catalog hive\n"
               "-- --file FILE. Times are in UTC; set hive.parquet.time-zone=UTC, and\n"
               "-- hive.timestamp-precision=MICROSECONDS for more than milliseconds.\n";
    case WEND_SQL_BIGQUERY:
        return "-- Run it with: bq query --use_legacy_sql=false < FILE.\n";
    case WEND_SQL_SPARK:
        return "-- Run it with: spark-sql -f FILE. Times are shown in the zone of the session.\n";
    case WEND_SQL_ATHENA:
        return "-- Athena takes one statement at a time: run them in this order. Names of columns\n"
               "-- become lower case.\n";
    case WEND_SQL_POSTGRES:
    case WEND_SQL_ENGINE_COUNT:
        break;
    }
    return "";
}

static void add_table(struct wend_sql *sql, const struct wend_sql_views *views,
                      enum wend_table_id id) {
    const struct wend_schema *table = &wend__schemas[id];
    struct wend_sql_columns columns;
    wend__sql_columns_init(&columns, id, views->segments, views->segment_count);
    wend__sql_add(sql, "\n");
    switch (sql->engine) {
    case WEND_SQL_DUCKDB:
        add_duckdb(sql, views, table, &columns);
        break;
    case WEND_SQL_CLICKHOUSE:
        add_clickhouse(sql, views, table, &columns);
        break;
    case WEND_SQL_TRINO:
        add_trino(sql, views, table, &columns);
        break;
    case WEND_SQL_BIGQUERY:
        add_bigquery(sql, views, table, &columns);
        break;
    case WEND_SQL_SPARK:
        add_spark(sql, views, table, &columns);
        break;
    case WEND_SQL_ATHENA:
        add_athena(sql, views, table, &columns);
        break;
    case WEND_SQL_POSTGRES:
    case WEND_SQL_ENGINE_COUNT:
        break;
    }
}

enum wend_status wend__sql_views(const struct wend_sql_views *views, struct wend_buffer *out,
                                 struct wend_error *error) {
    assert(views->engine != WEND_SQL_POSTGRES && views->engine < WEND_SQL_ENGINE_COUNT);
    WEND_TRY(check_location(views, error));
    struct wend_sql sql = {.engine = views->engine};
    wend__sql_add_format(&sql, "-- The tables of snapshot %.32s for %s, written by wend.\n",
                         views->snapshot_id, engine_names[views->engine]);
    wend__sql_add(&sql, engine_notes(views->engine));
    bool has_databases = views->engine == WEND_SQL_CLICKHOUSE || views->engine == WEND_SQL_SPARK ||
                         views->engine == WEND_SQL_ATHENA;
    wend__sql_add(&sql, has_databases ? "\nCREATE DATABASE IF NOT EXISTS "
                                      : "\nCREATE SCHEMA IF NOT EXISTS ");
    wend__sql_name(&sql, wend__bytes_text(views->schema));
    wend__sql_add(&sql, ";\n");
    for (unsigned id = 0; id < WEND_TABLE_COUNT; id++) {
        if (views->has_table[id]) {
            add_table(&sql, views, (enum wend_table_id)id);
        }
    }
    struct wend_bytes text = wend__buffer_view(&sql.text);
    bool done = !sql.failed && wend__buffer_append(out, text.data, text.len);
    wend__buffer_deinit(&sql.text);
    return done ? WEND_OK : wend__fail_memory(error);
}
