/* The new partitions in the place of the old ones. */
#include "base/memory.h"
#include "postgres/publisher.h"

#include <stdio.h>

/*
 * A lock that waits makes everybody wait who comes later. So the wait is short, and shorter than
 * the server's deadlock_timeout (1 s), so that no reader of several tables is ever the victim; the
 * attempts go on for a while, since all the rows are there already.
 */
#define LOCK_WAIT_MS 500
#define LOCK_PAUSE_MS 2000U
#define LOCK_ATTEMPTS 120U
#define LOCK_NOTE_AT 3U

enum wend_status wend__publisher_look_up(struct wend_publisher *publisher, enum wend_table_id table,
                                         PGresult **result, struct wend_error *error) {
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    wend__sql_add(&sql,
                  "SELECT c.relkind::text, "
                  "(SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), "
                  "', ' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a "
                  "WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), "
                  "(SELECT string_agg(i.inhrelid::regclass::text, ', ') "
                  "FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid) "
                  "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
                  "ON n.oid = c.relnamespace WHERE n.nspname = ");
    wend__sql_text(&sql, wend__bytes_text(publisher->target.schema));
    wend__sql_add(&sql, " AND c.relname = ");
    wend__sql_text(&sql, wend__bytes_text(wend__schemas[table].name));
    return wend__publisher_run(publisher, &sql, result, error);
}

bool wend__publisher_fits(struct wend_publisher *publisher, enum wend_table_id table,
                          const char *layout, bool *is_same) {
    struct wend_sql wanted = {.engine = WEND_SQL_POSTGRES};
    wend__postgres_layout(&wanted, &publisher->target, table);
    *is_same = wend__bytes_is(wend__buffer_view(&wanted.text), layout);
    wend__buffer_deinit(&wanted.text);
    return !wanted.failed;
}

enum wend_status wend__publisher_fail_strange(const struct wend_publisher *publisher,
                                              enum wend_table_id table, struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_USAGE,
                      "%s.%s is there and was not made by wend; publish to another --schema, or "
                      "rename it",
                      publisher->target.schema, wend__schemas[table].name);
}

/* Adds what makes room for the new partition, and the partition. */
static enum wend_status plan_table(struct wend_publisher *publisher, enum wend_table_id table,
                                   const PGresult *found, struct wend_sql *sql,
                                   struct wend_error *error) {
    const char *name = wend__schemas[table].name;
    bool is_there = PQntuples(found) == 1;
    bool is_wanted = publisher->options->has_table[table];
    bool is_same = false;
    if (is_there && strcmp(PQgetvalue(found, 0, 0), "p") != 0) {
        return wend__publisher_fail_strange(publisher, table, error);
    }
    if (is_there && is_wanted &&
        !wend__publisher_fits(publisher, table, PQgetvalue(found, 0, 1), &is_same)) {
        return wend__fail_memory(error);
    }
    if (is_there && is_wanted && !is_same) {
        /* Other segments than before. What hangs on the table makes this fail, and is kept. */
        wend__sql_add(sql, "DROP TABLE ");
        wend__sql_qualified(sql, publisher->target.schema, name);
        wend__sql_add(sql, ";\n");
    } else if (is_there && !PQgetisnull(found, 0, 2)) {
        wend__sql_add(sql, "DROP TABLE ");
        wend__sql_add(sql, PQgetvalue(found, 0, 2));
        wend__sql_add(sql, ";\n");
    }
    if (is_wanted && !is_same) {
        wend__postgres_create_table(sql, &publisher->target, table);
    }
    if (is_wanted) {
        wend__postgres_attach_part(sql, &publisher->target, table);
    }
    return WEND_OK;
}

static enum wend_status add_table(struct wend_publisher *publisher, enum wend_table_id table,
                                  struct wend_sql *locks, struct wend_sql *changes,
                                  struct wend_error *error) {
    PGresult *found = NULL;
    WEND_TRY(wend__publisher_look_up(publisher, table, &found, error));
    enum wend_status status = plan_table(publisher, table, found, changes, error);
    if (status == WEND_OK && PQntuples(found) == 1) {
        wend__sql_add(locks, "LOCK TABLE ");
        wend__sql_qualified(locks, publisher->target.schema, wend__schemas[table].name);
        wend__sql_add(locks, " IN ACCESS EXCLUSIVE MODE;\n");
    }
    PQclear(found);
    return status;
}

/* One attempt; WEND_ERROR_IO with state 55P03 when somebody else has a table. */
static enum wend_status attempt(struct wend_publisher *publisher, const char *locks,
                                const char *changes, struct wend_error *error) {
    char begin[96];
    (void)snprintf(begin, sizeof begin, "SAVEPOINT swap; SET LOCAL lock_timeout = %d",
                   LOCK_WAIT_MS);
    WEND_TRY(wend__postgres_run(publisher->postgres, begin, NULL, error));
    if (locks[0] != '\0') {
        WEND_TRY(wend__postgres_run(publisher->postgres, locks, NULL, error));
    }
    return wend__postgres_run(publisher->postgres, changes, NULL, error);
}

static enum wend_status attempts(struct wend_publisher *publisher, const char *locks,
                                 const char *changes, struct wend_error *error) {
    const struct wend_postgres_options *options = publisher->options;
    for (uint32_t i = 1;; i++) {
        enum wend_status status = attempt(publisher, locks, changes, error);
        bool is_locked = strcmp(wend__postgres_state(publisher->postgres), "55P03") == 0;
        if (status == WEND_OK || !is_locked || i == LOCK_ATTEMPTS) {
            return status;
        }
        if (i == LOCK_NOTE_AT && options->note != NULL) {
            options->note(options->context, "waiting for long queries on the tables to end "
                                            "(see pg_stat_activity)");
        }
        WEND_TRY(wend__postgres_run(publisher->postgres,
                                    "ROLLBACK TO SAVEPOINT swap; RELEASE SAVEPOINT swap", NULL,
                                    error));
        WEND_TRY(wend__postgres_pause(publisher->postgres, LOCK_PAUSE_MS, error));
    }
}

enum wend_status wend__publisher_swap(struct wend_publisher *publisher, struct wend_error *error) {
    struct wend_sql locks = {.engine = WEND_SQL_POSTGRES};
    struct wend_sql changes = {.engine = WEND_SQL_POSTGRES};
    enum wend_status status = WEND_OK;
    for (unsigned id = 0; status == WEND_OK && id < WEND_TABLE_COUNT; id++) {
        status = add_table(publisher, (enum wend_table_id)id, &locks, &changes, error);
    }
    bool failed = locks.failed || changes.failed || !wend__buffer_append(&locks.text, "", 1) ||
                  !wend__buffer_append(&changes.text, "", 1);
    if (status == WEND_OK && failed) {
        status = wend__fail_memory(error);
    }
    if (status == WEND_OK) {
        status = attempts(publisher, (const char *)locks.text.data, (const char *)changes.text.data,
                          error);
    }
    wend__buffer_deinit(&locks.text);
    wend__buffer_deinit(&changes.text);
    return status;
}
