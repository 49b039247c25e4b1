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
};

/* Runs what was written and clears it. `result` as of wend__postgres_run. */
WEND_MUST_CHECK enum wend_status wend__publisher_run(struct wend_publisher *publisher,
                                                     struct wend_sql *sql, PGresult **result,
                                                     struct wend_error *error);

/* Makes and fills the partition of a table. */
WEND_MUST_CHECK enum wend_status wend__publisher_load(struct wend_publisher *publisher,
                                                      enum wend_table_id table,
                                                      struct wend_error *error);

/* Puts the new partitions of all tables in the place of the old ones. */
WEND_MUST_CHECK enum wend_status wend__publisher_swap(struct wend_publisher *publisher,
                                                      struct wend_error *error);

#endif
