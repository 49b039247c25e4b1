/*
 * publisher.h: what the parts of a publishing share.
 *
 * Threads: one at a time.
 */
#ifndef WEND_POSTGRES_PUBLISHER_H
#define WEND_POSTGRES_PUBLISHER_H

#include "postgres/connection.h"
#include "postgres/postgres.h"
#include "sql/postgres_sql.h"

struct wend_publisher {
    const struct wend_postgres_options *options;
    struct wend_postgres_published *published;
    struct wend_postgres *postgres;
    struct wend_postgres_target target;
    char store[WEND_POSTGRES_NAME_MAX + 1]; /* what `target.store` points to */
    uint64_t done_rows;
    uint64_t total_rows;
    bool adds;          /* a window to those that are there; else all tables are made anew */
    bool was_published; /* with `adds`: there may be rows of this window */
};

/* Runs what was written and clears it. `result` as of wend__postgres_run. */
WEND_MUST_CHECK enum wend_status wend__publisher_run(struct wend_publisher *publisher,
                                                     struct wend_sql *sql, PGresult **result,
                                                     struct wend_error *error);

/* publish_log.c: the log is there, and has all its columns. */
WEND_MUST_CHECK enum wend_status wend__publisher_make_log(struct wend_publisher *publisher,
                                                          struct wend_error *error);
/* Whether the tables hold this snapshot already; sets `adds` and `was_published`. WEND_ERROR_USAGE:
 * they hold something of the other kind. */
WEND_MUST_CHECK enum wend_status wend__publisher_look(struct wend_publisher *publisher,
                                                      bool *is_there, struct wend_error *error);
/* The row of the log, and its number; what is known at the end. */
WEND_MUST_CHECK enum wend_status wend__publisher_write_log(struct wend_publisher *publisher,
                                                           struct wend_error *error);
WEND_MUST_CHECK enum wend_status wend__publisher_finish_log(struct wend_publisher *publisher,
                                                            struct wend_error *error);
/* As wend__postgres_list_windows. */
WEND_MUST_CHECK enum wend_status wend__publisher_list(struct wend_publisher *publisher,
                                                      struct wend_postgres_windows *windows,
                                                      struct wend_error *error);

/* publish_window.c: removes the rows of the window from all tables. */
WEND_MUST_CHECK enum wend_status wend__publisher_clear(struct wend_publisher *publisher,
                                                       struct wend_error *error);
/* publish_window.c: adds the rows of a table, which is made where it is not there. */
WEND_MUST_CHECK enum wend_status wend__publisher_add(struct wend_publisher *publisher,
                                                     enum wend_table_id table,
                                                     struct wend_error *error);

/* One row, or none: relkind, layout, partitions (as SQL; null: none). */
WEND_MUST_CHECK enum wend_status wend__publisher_look_up(struct wend_publisher *publisher,
                                                         enum wend_table_id table,
                                                         PGresult **result,
                                                         struct wend_error *error);
/* Whether a layout is that of the table to be published. False without memory. */
bool wend__publisher_fits(struct wend_publisher *publisher, enum wend_table_id table,
                          const char *layout, bool *is_same);
/* The table is there and is no partitioned one. Always WEND_ERROR_USAGE. */
enum wend_status wend__publisher_fail_strange(const struct wend_publisher *publisher,
                                              enum wend_table_id table, struct wend_error *error);

/* Sends the rows of a table into the partition `part` (as SQL), or, where it is NULL, the new one.
 */
WEND_MUST_CHECK enum wend_status wend__publisher_copy(struct wend_publisher *publisher,
                                                      enum wend_table_id table, const char *part,
                                                      struct wend_error *error);
/* Makes and fills the partition of a table. */
WEND_MUST_CHECK enum wend_status wend__publisher_load(struct wend_publisher *publisher,
                                                      enum wend_table_id table,
                                                      struct wend_error *error);

/* Puts the new partitions of all tables in the place of the old ones. */
WEND_MUST_CHECK enum wend_status wend__publisher_swap(struct wend_publisher *publisher,
                                                      struct wend_error *error);

#endif
