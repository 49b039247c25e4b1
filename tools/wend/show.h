/*
 * show.h: what `wend show` knows about the table that it prints.
 *
 *   show.c          snapshot, table, scope; going over the rows
 *   show_where.h    which rows
 *   show_rows.h     the first of them
 *   show_columns.c  which columns
 *   show_print.c    as a table, CSV or JSON
 *   show_parquet.c  as a Parquet file
 *   show_list.c     without a table: what the snapshot holds
 *
 * Threads: one at a time.
 */
#ifndef WEND_TOOLS_SHOW_H
#define WEND_TOOLS_SHOW_H

#include "commands.h"
#include "show_rows.h"
#include "show_where.h"
#include "value.h"

/* In the order of the choices of --format. */
enum wend_cli_show_format {
    WEND_CLI_AS_TABLE,
    WEND_CLI_AS_CSV,
    WEND_CLI_AS_JSON,
    WEND_CLI_AS_PARQUET
};

#define WEND_CLI_NO_COLUMN SIZE_MAX

struct wend_cli_shown_column {
    char *name;   /* a copy: a cursor's names end with it, and a listing may need several */
    size_t index; /* in the file; WEND_CLI_NO_COLUMN: the share, which is made up here */
    enum wend_value_type type;
    enum wend_cli_style style;
    bool optional; /* not shown where it says nothing */
    uint32_t rank; /* 0: always there; else the highest is left out first when it gets narrow */
};

struct wend_cli_show {
    struct wend_cli_context *context;
    const struct wend_snapshot *snapshot;
    uint64_t kept_max;          /* rows in memory at once */
    struct wend_cli_text *sink; /* where rows go; NULL: standard output */
    size_t table;
    const char *table_name;
    enum wend_cli_show_format format;
    struct wend_cursor *cursor;
    size_t order_column; /* WEND_CLI_NO_COLUMN: the order of the file */
    size_t scope_column;
    size_t position_column; /* of a stage; WEND_CLI_NO_COLUMN in all other tables */
    struct wend_cli_where *wheres;
    size_t where_count;
    struct wend_cli_shown_column *columns;
    size_t column_count;
    struct wend_cli_rows rows;
    uint64_t matched;
    uint64_t *scope_sums; /* of the order column, over the rows that match; by scope */
    size_t scope_count;
};

/* `wend show` with at most `kept_max` rows in memory at once (show_rows.h). */
enum wend_status wend__cli_show_within(struct wend_cli_context *context, uint64_t kept_max,
                                       struct wend_error *error) WEND_MUST_CHECK;

/* What a table of an open snapshot has, as JSON lines in `sink` instead of standard output; at most
 * WEND_CLI_SINK_BYTES, else WEND_ERROR_LIMIT. No row that matches is no failure. */
#define WEND_CLI_SINK_BYTES (UINT64_C(64) << 20)
enum wend_status wend__cli_show_into(struct wend_cli_context *context,
                                     const struct wend_snapshot *snapshot,
                                     struct wend_cli_text *sink, uint64_t *matched,
                                     struct wend_error *error) WEND_MUST_CHECK;

/* The column of the cursor called `name`, or WEND_CLI_NO_COLUMN. */
size_t wend__cli_show_find(const struct wend_cli_show *show, const char *name, size_t len);
/* WEND_ERROR_USAGE: no such column; names the nearest. */
enum wend_status wend__cli_show_no_column(const struct wend_cli_show *show, const char *option,
                                          const char *name, struct wend_error *error);
/* Chooses the columns: those of --columns, else by the format and the table. */
enum wend_status wend__cli_show_columns(struct wend_cli_show *show,
                                        struct wend_error *error) WEND_MUST_CHECK;

/* Prints the sorted rows; `header`: with the titles, where the format has such. */
enum wend_status wend__cli_show_print(struct wend_cli_show *show, bool header,
                                      struct wend_error *error) WEND_MUST_CHECK;
/* Whether the cursor's present row meets all conditions. */
bool wend__cli_show_fits(const struct wend_cli_show *show);
/* Writes the rows that fit, from the cursor's first on, as a Parquet file. */
enum wend_status wend__cli_show_parquet(struct wend_cli_show *show,
                                        struct wend_error *error) WEND_MUST_CHECK;
/* Prints what the snapshot holds. */
enum wend_status wend__cli_show_list(struct wend_cli_context *context,
                                     const struct wend_snapshot *snapshot,
                                     struct wend_error *error) WEND_MUST_CHECK;

#endif
