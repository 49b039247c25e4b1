/*
 * sql_text.h: names, texts and types as the dialects of SQL write them, and the columns to write.
 *
 * Names and texts come from strangers (segments, journeys, folders): all of them pass through
 * `wend__sql_name` and `wend__sql_text`, and nothing else puts them into a statement.
 *
 * What people query leaves the sketches out: only wend can merge them.
 *
 * Threads: one at a time for each text.
 */
#ifndef WEND_SQL_SQL_TEXT_H
#define WEND_SQL_SQL_TEXT_H

#include "base/buffer.h"
#include "base/limits.h"
#include "model/schema.h"

enum wend_sql_engine {
    WEND_SQL_POSTGRES,
    WEND_SQL_DUCKDB,
    WEND_SQL_CLICKHOUSE,
    WEND_SQL_TRINO,
    WEND_SQL_BIGQUERY,
    WEND_SQL_SPARK,
    WEND_SQL_ATHENA,
    WEND_SQL_ENGINE_COUNT
};

/* Statements that are being written. Zero-initialise, set `engine`; after a failed append nothing
 * more is written, so that it is enough to look at `failed` in the end. */
struct wend_sql {
    enum wend_sql_engine engine;
    bool failed; /* there was no memory */
    struct wend_buffer text;
};

/* Appends what is SQL already; never a stranger's bytes. */
void wend__sql_add(struct wend_sql *sql, const char *text);
void wend__sql_add_format(struct wend_sql *sql, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A quoted identifier. */
void wend__sql_name(struct wend_sql *sql, struct wend_bytes name);
/* `schema`.`name`, quoted. */
void wend__sql_qualified(struct wend_sql *sql, const char *schema, const char *name);
/* A text literal. Zero bytes and what is no UTF-8 become U+FFFD. */
void wend__sql_text(struct wend_sql *sql, struct wend_bytes text);
/* A text literal of one of the descriptions of the schema. */
void wend__sql_description(struct wend_sql *sql, const char *text);

/* The type of a column; "" where the engine has no such column (a sketch). */
const char *wend__sql_type(enum wend_sql_engine engine, enum wend_column_type type);

struct wend_sql_column {
    struct wend_bytes name;
    enum wend_column_type type;
    bool is_nullable;
    const char *description;
    uint32_t source; /* which column of the snapshot's rows it is */
};

#define WEND_SQL_SEGMENT_DESCRIPTION "First value of this segment field in the unit; null if none"
#define WEND_SQL_COLUMNS_MAX (WEND_COMMON_COLUMNS + WEND_MAX_SEGMENTS + 16U)

struct wend_sql_columns {
    struct wend_sql_column columns[WEND_SQL_COLUMNS_MAX];
    uint32_t count;
};

/* Those of a table, without sketches; at most WEND_MAX_SEGMENTS segments. Names are borrowed. */
void wend__sql_columns_init(struct wend_sql_columns *columns, enum wend_table_id table,
                            const struct wend_bytes *segments, uint32_t segment_count);

/* "name, name": quoted, in their order. */
void wend__sql_column_names(struct wend_sql *sql, const struct wend_sql_columns *columns);

#endif
