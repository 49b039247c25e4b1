/* A window of a stream, added to those that the tables hold. */
#include "postgres/publisher.h"

/* Columns come rarely, and need the table for themselves: who waits for that makes others wait. */
#define LOCK_WAIT_MS 500

/* What is there of a table, to be cleared; `*part`, in it, is its partition as SQL, NULL: none. */
static enum wend_status find_part(struct wend_publisher *publisher, enum wend_table_id table,
                                  PGresult **found, const char **part, struct wend_error *error) {
    *part = NULL;
    WEND_TRY(wend__publisher_look_up(publisher, table, found, error));
    bool is_there = PQntuples(*found) == 1;
    if (is_there && strcmp(PQgetvalue(*found, 0, 0), "p") != 0) {
        PQclear(*found);
        *found = NULL;
        return wend__publisher_fail_strange(publisher, table, error);
    }
    if (is_there && !PQgetisnull(*found, 0, 2)) {
        *part = PQgetvalue(*found, 0, 2);
    }
    return WEND_OK;
}

enum wend_status wend__publisher_clear(struct wend_publisher *publisher, struct wend_error *error) {
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    for (unsigned id = 0; id < WEND_TABLE_COUNT; id++) {
        PGresult *found = NULL;
        const char *part = NULL;
        enum wend_status status =
            find_part(publisher, (enum wend_table_id)id, &found, &part, error);
        if (status == WEND_OK && part != NULL) {
            wend__sql_add(&sql, "DELETE FROM ");
            wend__sql_add(&sql, part);
            wend__sql_add_format(&sql,
                                 " WHERE window_start = timestamptz '1970-01-01 00:00:00 UTC' + "
                                 "interval '1 microsecond' * (%lld);\n",
                                 (long long)publisher->options->window_us);
        }
        PQclear(found);
        if (status != WEND_OK) {
            wend__buffer_deinit(&sql.text);
            return status;
        }
    }
    return wend__publisher_run(publisher, &sql, NULL, error);
}

static bool has_column(const PGresult *names, struct wend_bytes name) {
    for (int i = 0; i < PQntuples(names); i++) {
        if (wend__bytes_is(name, PQgetvalue(names, i, 0))) {
            return true;
        }
    }
    return false;
}

/* Another segment than before: a column more, which is null in the rows that are there. One less is
 * null in the new rows. */
static enum wend_status add_columns(struct wend_publisher *publisher, enum wend_table_id table,
                                    struct wend_error *error) {
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    struct wend_sql_columns columns;
    PGresult *names = NULL;
    wend__sql_columns_init(&columns, table, publisher->target.segments,
                           publisher->target.segment_count);
    wend__sql_add(&sql, "SELECT a.attname FROM pg_catalog.pg_attribute a "
                        "JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
                        "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                        "WHERE a.attnum > 0 AND NOT a.attisdropped AND n.nspname = ");
    wend__sql_text(&sql, wend__bytes_text(publisher->target.schema));
    wend__sql_add(&sql, " AND c.relname = ");
    wend__sql_text(&sql, wend__bytes_text(wend__schemas[table].name));
    WEND_TRY(wend__publisher_run(publisher, &sql, &names, error));
    for (uint32_t i = 0; i < columns.count; i++) {
        if (!has_column(names, columns.columns[i].name)) {
            wend__sql_add_format(&sql, "SET LOCAL lock_timeout = %d;\n", LOCK_WAIT_MS);
            wend__postgres_add_column(&sql, &publisher->target, table, &columns.columns[i]);
        }
    }
    PQclear(names);
    wend__sql_add(&sql, "SET LOCAL lock_timeout = 0");
    return wend__publisher_run(publisher, &sql, NULL, error);
}

/* A table that is not there, or has no partition: as for a whole snapshot, but for the swap. */
static enum wend_status make_table(struct wend_publisher *publisher, enum wend_table_id table,
                                   bool is_there, bool is_same, struct wend_error *error) {
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    WEND_TRY(wend__publisher_load(publisher, table, error));
    if (is_there && !is_same) {
        /* What hangs on the table makes this fail, and is kept. */
        wend__sql_add(&sql, "DROP TABLE ");
        wend__sql_qualified(&sql, publisher->target.schema, wend__schemas[table].name);
        wend__sql_add(&sql, ";\n");
    }
    if (!is_there || !is_same) {
        wend__postgres_create_table(&sql, &publisher->target, table);
    }
    wend__postgres_attach_part(&sql, &publisher->target, table);
    return wend__publisher_run(publisher, &sql, NULL, error);
}

static enum wend_status add_rows(struct wend_publisher *publisher, enum wend_table_id table,
                                 const PGresult *found, const char *part,
                                 struct wend_error *error) {
    bool is_there = PQntuples(found) == 1;
    bool is_same = false;
    if (is_there && !wend__publisher_fits(publisher, table, PQgetvalue(found, 0, 1), &is_same)) {
        return wend__fail_memory(error);
    }
    if (part == NULL) {
        return make_table(publisher, table, is_there, is_same, error);
    }
    if (!is_same) {
        WEND_TRY(add_columns(publisher, table, error));
    }
    return wend__publisher_copy(publisher, table, part, error);
}

enum wend_status wend__publisher_add(struct wend_publisher *publisher, enum wend_table_id table,
                                     struct wend_error *error) {
    PGresult *found = NULL;
    const char *part = NULL;
    WEND_TRY(find_part(publisher, table, &found, &part, error));
    enum wend_status status = add_rows(publisher, table, found, part, error);
    PQclear(found);
    return status;
}
