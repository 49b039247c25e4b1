/*
 * views.h: the statements that make the tables of a snapshot known to a query engine.
 *
 *   DuckDB, ClickHouse, Spark   views over the Parquet files
 *   Trino                       external tables of a Hive catalog
 *   Athena                      external tables on S3
 *   BigQuery                    external tables, and views with descriptions over them
 *
 * Every table and column carries its description. Running the statements again replaces what they
 * made before, and touches no file.
 *
 * Threads: none of its own.
 */
#ifndef WEND_SQL_VIEWS_H
#define WEND_SQL_VIEWS_H

#include "sql/sql_text.h"

struct wend_sql_views {
    enum wend_sql_engine engine; /* not POSTGRES */
    const char *schema;          /* schema, database or dataset to make; "wend" */
    const char *location;        /* folder or URL where the engine finds the snapshot */
    const char *snapshot_id;     /* hex digits */
    const struct wend_bytes *segments;
    uint32_t segment_count;
    bool has_table[WEND_TABLE_COUNT];
};

/* The engine called `name` ("duckdb", ...); WEND_SQL_ENGINE_COUNT: none, or PostgreSQL. */
enum wend_sql_engine wend__sql_engine_find(const char *name);

/* Appends the statements. WEND_ERROR_USAGE: the engine cannot read from that location. */
WEND_MUST_CHECK enum wend_status wend__sql_views(const struct wend_sql_views *views,
                                                 struct wend_buffer *out, struct wend_error *error);

#endif
