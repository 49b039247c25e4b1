/* The whole of a publishing, in one transaction. */
#include "postgres/publisher.h"

#include <stdio.h>
#include <stdlib.h>

#define TURN_ATTEMPTS 50U
#define TURN_PAUSE_MS 200U

enum wend_status wend__publisher_run(struct wend_publisher *publisher, struct wend_sql *sql,
                                     PGresult **result, struct wend_error *error) {
    enum wend_status status;
    if (result != NULL) {
        *result = NULL;
    }
    if (sql->failed || !wend__buffer_append(&sql->text, "", 1)) {
        status = wend__fail_memory(error);
    } else {
        status =
            wend__postgres_run(publisher->postgres, (const char *)sql->text.data, result, error);
    }
    wend__buffer_deinit(&sql->text);
    *sql = (struct wend_sql){.engine = sql->engine};
    return status;
}

static enum wend_status try_turn(struct wend_publisher *publisher, bool *is_mine,
                                 struct wend_error *error) {
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    PGresult *result = NULL;
    wend__sql_add(&sql, "SELECT pg_catalog.pg_try_advisory_xact_lock("
                        "pg_catalog.hashtext('wend publish'), pg_catalog.hashtext(");
    wend__sql_text(&sql, wend__bytes_text(publisher->target.schema));
    wend__sql_add(&sql, "))");
    WEND_TRY(wend__publisher_run(publisher, &sql, &result, error));
    *is_mine = PQntuples(result) == 1 && PQgetvalue(result, 0, 0)[0] == 't';
    PQclear(result);
    return WEND_OK;
}

/*
 * Two publishings into one schema would wait for each other, and the later one be older. A session
 * whose client has gone needs a moment to take everything back, so there are some attempts.
 */
static enum wend_status take_turn(struct wend_publisher *publisher, struct wend_error *error) {
    bool is_mine = false;
    WEND_TRY(wend__postgres_run(publisher->postgres, "BEGIN", NULL, error));
    for (uint32_t i = 0; i < TURN_ATTEMPTS; i++) {
        WEND_TRY(try_turn(publisher, &is_mine, error));
        if (is_mine) {
            return WEND_OK;
        }
        WEND_TRY(wend__postgres_pause(publisher->postgres, TURN_PAUSE_MS, error));
    }
    wend__fail(error, WEND_ERROR_IO,
               "somebody else is publishing into schema %s; nothing was published; run the same "
               "command again when that is done (see pg_stat_activity)",
               publisher->target.schema);
    if (error != NULL) {
        error->retryable = true;
    }
    return WEND_ERROR_IO;
}

/* CREATE SCHEMA IF NOT EXISTS asks for the right to make one even where it is there. */
static enum wend_status make_schema(struct wend_publisher *publisher, const char *name,
                                    struct wend_error *error) {
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    PGresult *result = NULL;
    wend__sql_add(&sql, "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ");
    wend__sql_text(&sql, wend__bytes_text(name));
    WEND_TRY(wend__publisher_run(publisher, &sql, &result, error));
    bool is_there = PQntuples(result) > 0;
    PQclear(result);
    if (is_there) {
        return WEND_OK;
    }
    wend__sql_add(&sql, "CREATE SCHEMA ");
    wend__sql_name(&sql, wend__bytes_text(name));
    return wend__publisher_run(publisher, &sql, NULL, error);
}

/* An owner is needed only where there is something to make. */
static enum wend_status make_log(struct wend_publisher *publisher, struct wend_error *error) {
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    PGresult *result = NULL;
    wend__sql_add(&sql, "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
                        "ON n.oid = c.relnamespace WHERE c.relname = '" WEND_POSTGRES_LOG
                        "' AND n.nspname = ");
    wend__sql_text(&sql, wend__bytes_text(publisher->target.schema));
    WEND_TRY(wend__publisher_run(publisher, &sql, &result, error));
    bool is_there = PQntuples(result) > 0;
    PQclear(result);
    if (is_there) {
        return WEND_OK;
    }
    wend__postgres_create_log(&sql, &publisher->target);
    return wend__publisher_run(publisher, &sql, NULL, error);
}

/*
 * Whether the tables hold this snapshot: it is the last one of the log, and all of its partitions
 * stand where they were put (somebody may have dropped a table).
 */
static enum wend_status look_for_it(struct wend_publisher *publisher, bool *is_there,
                                    struct wend_error *error) {
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    PGresult *result = NULL;
    wend__sql_add(&sql, "SELECT l.snapshot_id, "
                        "pg_catalog.to_char(l.published_at, 'YYYY-MM-DD HH24:MI:SS') || ' UTC', "
                        "pg_catalog.cardinality(l.table_names) = (SELECT pg_catalog.count(*) "
                        "FROM pg_catalog.pg_inherits i "
                        "JOIN pg_catalog.pg_class p ON p.oid = i.inhrelid "
                        "JOIN pg_catalog.pg_class t ON t.oid = i.inhparent "
                        "JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace "
                        "WHERE p.relname = t.relname || '_' || l.publish_id AND n.nspname = ");
    wend__sql_text(&sql, wend__bytes_text(publisher->target.schema));
    wend__sql_add(&sql, "), l.publish_id FROM ");
    wend__sql_qualified(&sql, publisher->target.schema, WEND_POSTGRES_LOG);
    wend__sql_add(&sql, " l ORDER BY l.publish_id DESC LIMIT 1");
    WEND_TRY(wend__publisher_run(publisher, &sql, &result, error));
    *is_there = PQntuples(result) == 1 &&
                strcmp(PQgetvalue(result, 0, 0), publisher->options->snapshot_id) == 0 &&
                PQgetvalue(result, 0, 2)[0] == 't';
    if (*is_there) {
        (void)snprintf(publisher->published->published_at,
                       sizeof publisher->published->published_at, "%s", PQgetvalue(result, 0, 1));
        publisher->published->publish_id = strtoull(PQgetvalue(result, 0, 3), NULL, 10);
    }
    PQclear(result);
    return WEND_OK;
}

static void add_table_names(struct wend_sql *sql, const struct wend_postgres_options *options) {
    bool is_first = true;
    wend__sql_add(sql, "ARRAY[");
    for (unsigned id = 0; id < WEND_TABLE_COUNT; id++) {
        if (options->has_table[id]) {
            wend__sql_add_format(sql, "%s'%s'", is_first ? "" : ", ", wend__schemas[id].name);
            is_first = false;
        }
    }
    wend__sql_add(sql, "]::text[]");
}

/* The row of the log; its number names the partitions. */
static enum wend_status write_log(struct wend_publisher *publisher, struct wend_error *error) {
    const struct wend_postgres_options *options = publisher->options;
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    PGresult *result = NULL;
    wend__sql_add(&sql, "INSERT INTO ");
    wend__sql_qualified(&sql, publisher->target.schema, WEND_POSTGRES_LOG);
    wend__sql_add(&sql, " (snapshot_id, wend_version, definitions_name, definitions_hash, "
                        "table_names, watermark, events_read, events_accepted, row_count, "
                        "replaced_texts) VALUES (");
    const char *const texts[] = {options->snapshot_id, options->version, options->definitions_name,
                                 options->definitions_hash};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        wend__sql_text(&sql, wend__bytes_text(texts[i]));
        wend__sql_add(&sql, ", ");
    }
    add_table_names(&sql, options);
    if (options->has_watermark) {
        wend__sql_add_format(&sql,
                             ", timestamptz '1970-01-01 00:00:00 UTC' + interval '1 microsecond' * "
                             "(%lld)",
                             (long long)options->watermark_us);
    } else {
        wend__sql_add(&sql, ", NULL");
    }
    wend__sql_add_format(&sql, ", %llu, %llu, 0, 0) RETURNING publish_id",
                         (unsigned long long)options->events_read,
                         (unsigned long long)options->events_accepted);
    WEND_TRY(wend__publisher_run(publisher, &sql, &result, error));
    publisher->target.publish_id = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
    publisher->published->publish_id = publisher->target.publish_id;
    PQclear(result);
    return WEND_OK;
}

static enum wend_status finish_log(struct wend_publisher *publisher, struct wend_error *error) {
    const struct wend_postgres_published *published = publisher->published;
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    wend__sql_add(&sql, "UPDATE ");
    wend__sql_qualified(&sql, publisher->target.schema, WEND_POSTGRES_LOG);
    wend__sql_add_format(&sql,
                         " SET row_count = %llu, replaced_texts = %llu, "
                         "published_at = pg_catalog.clock_timestamp() WHERE publish_id = %llu",
                         (unsigned long long)published->row_count,
                         (unsigned long long)published->replaced_texts,
                         (unsigned long long)published->publish_id);
    return wend__publisher_run(publisher, &sql, NULL, error);
}

/* Statistics of the tables as a whole, which the server does not gather by itself. It is published
 * already: what fails here is only told. */
static void analyze(struct wend_publisher *publisher) {
    const struct wend_postgres_options *options = publisher->options;
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    struct wend_error error = {0};
    for (unsigned id = 0; id < WEND_TABLE_COUNT; id++) {
        if (options->has_table[id]) {
            wend__sql_add(&sql, "ANALYZE ");
            wend__sql_qualified(&sql, publisher->target.schema, wend__schemas[id].name);
            wend__sql_add(&sql, ";\n");
        }
    }
    if (wend__publisher_run(publisher, &sql, NULL, &error) != WEND_OK && options->note != NULL) {
        options->note(options->context, "it is published, but gathering statistics failed; run "
                                        "ANALYZE in the database");
    }
}

static enum wend_status publish(struct wend_publisher *publisher, struct wend_error *error) {
    const struct wend_postgres_options *options = publisher->options;
    bool is_there = false;
    WEND_TRY(take_turn(publisher, error));
    WEND_TRY(make_schema(publisher, publisher->target.schema, error));
    WEND_TRY(make_schema(publisher, publisher->target.store, error));
    WEND_TRY(make_log(publisher, error));
    WEND_TRY(look_for_it(publisher, &is_there, error));
    if (is_there && !options->again) {
        publisher->published->was_there = true;
        return wend__postgres_run(publisher->postgres, "ROLLBACK", NULL, error);
    }
    WEND_TRY(write_log(publisher, error));
    for (unsigned id = 0; id < WEND_TABLE_COUNT; id++) {
        if (options->has_table[id]) {
            WEND_TRY(wend__publisher_load(publisher, (enum wend_table_id)id, error));
        }
    }
    WEND_TRY(finish_log(publisher, error));
    WEND_TRY(wend__publisher_swap(publisher, error));
    WEND_TRY(wend__postgres_commit(publisher->postgres, error));
    analyze(publisher);
    return WEND_OK;
}

static bool is_stopped(void *context) {
    const struct wend_publisher *publisher = context;
    const struct wend_postgres_options *options = publisher->options;
    return options->progress != NULL &&
           !options->progress(options->context, publisher->done_rows, publisher->total_rows);
}

static enum wend_status connect_and_publish(struct wend_publisher *publisher,
                                            struct wend_error *error) {
    const struct wend_postgres_options *options = publisher->options;
    struct wend_postgres_published *published = publisher->published;
    struct wend_postgres_stop stop = {is_stopped, publisher};
    WEND_TRY(wend__postgres_open(options->conninfo, stop, &publisher->postgres, error));
    if (options->note != NULL &&
        wend__postgres_password_used(publisher->postgres, options->conninfo)) {
        options->note(options->context,
                      "a password in --to can be seen by other users of this machine; put it into "
                      "~/.pgpass or PGPASSWORD");
    }
    wend__postgres_place(publisher->postgres, published->place, sizeof published->place);
    size_t len = strlen(published->place);
    (void)snprintf(published->place + len, sizeof published->place - len, ", schema %s",
                   options->schema);
    return publish(publisher, error);
}

enum wend_status wend__postgres_publish(const struct wend_postgres_options *options,
                                        struct wend_postgres_published *published,
                                        struct wend_error *error) {
    *published = (struct wend_postgres_published){0};
    size_t len = strlen(options->schema);
    if (len == 0 || len > WEND_POSTGRES_SCHEMA_MAX) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "--schema: a name of 1 to %u bytes, please; PostgreSQL keeps no more",
                          WEND_POSTGRES_SCHEMA_MAX);
    }
    struct wend_publisher publisher = {
        .options = options,
        .published = published,
        .target = {.schema = options->schema,
                   .segments = options->segments,
                   .segment_count = options->segment_count,
                   .has_long_scopes = options->has_long_scopes},
    };
    (void)snprintf(publisher.store, sizeof publisher.store, "%s_store", options->schema);
    publisher.target.store = publisher.store;
    for (unsigned id = 0; id < WEND_TABLE_COUNT; id++) {
        publisher.total_rows += options->has_table[id] ? options->row_counts[id] : 0;
    }
    enum wend_status status = connect_and_publish(&publisher, error);
    wend__postgres_close(publisher.postgres);
    return status;
}

int wend__postgres_version(void) {
    return PQlibVersion();
}
