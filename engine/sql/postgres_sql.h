/*
 * postgres_sql.h: the statements by which a snapshot gets into PostgreSQL.
 *
 *   SCHEMA.paths            a partitioned table: what people query, grant and build views on
 *   SCHEMA_store.paths_12   its only (default) partition: the rows of publishing number 12
 *   SCHEMA.publish_log      a row for each publishing
 *
 * A new snapshot is loaded into a new partition, which then takes the place of the old one: the
 * tables themselves stay, and so do grants on them and views over them. Windows of a stream are
 * added to the partition that is there.
 *
 * Threads: none of its own.
 */
#ifndef WEND_SQL_POSTGRES_SQL_H
#define WEND_SQL_POSTGRES_SQL_H

#include "sql/sql_text.h"

#define WEND_POSTGRES_LOG "publish_log"
#define WEND_POSTGRES_NAME_MAX 63U /* bytes of a name that PostgreSQL keeps */
/* Room in the name of the schema for what is put behind it. */
#define WEND_POSTGRES_SCHEMA_MAX (WEND_POSTGRES_NAME_MAX - 6U)

struct wend_postgres_target {
    const char *schema;
    const char *store; /* SCHEMA_store */
    const struct wend_bytes *segments;
    uint32_t segment_count;
    bool has_long_scopes; /* a scope is too long for an index over it */
    bool has_bloom;       /* the server has Bloom filters in BRIN indexes (14 and later) */
    uint64_t publish_id;
};

/* The log and its comments. */
void wend__postgres_create_log(struct wend_sql *sql, const struct wend_postgres_target *target);

/* Gives a log of an earlier wend the column for windows. */
void wend__postgres_widen_log(struct wend_sql *sql, const struct wend_postgres_target *target);

/* The partition for new rows; the statement that loads it (or the one that is there and called
 * `part`, as SQL); its indexes. */
void wend__postgres_create_part(struct wend_sql *sql, const struct wend_postgres_target *target,
                                enum wend_table_id table);
void wend__postgres_copy_part(struct wend_sql *sql, const struct wend_postgres_target *target,
                              enum wend_table_id table, const char *part);
void wend__postgres_finish_part(struct wend_sql *sql, const struct wend_postgres_target *target,
                                enum wend_table_id table);

/* The table itself, with its indexes. */
void wend__postgres_create_table(struct wend_sql *sql, const struct wend_postgres_target *target,
                                 enum wend_table_id table);
/* The partition becomes the table's; comments of the table and of each column. */
void wend__postgres_attach_part(struct wend_sql *sql, const struct wend_postgres_target *target,
                                enum wend_table_id table);

/* A column that the table does not have yet; nullable, since there are rows without it. */
void wend__postgres_add_column(struct wend_sql *sql, const struct wend_postgres_target *target,
                               enum wend_table_id table, const struct wend_sql_column *column);

/* "name type, name type": what pg_attribute says of a table that fits. */
void wend__postgres_layout(struct wend_sql *sql, const struct wend_postgres_target *target,
                           enum wend_table_id table);

#endif
