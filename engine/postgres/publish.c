/* The whole of a publishing, in one transaction. */
#include "postgres/publisher.h"
#include "postgres/trouble.h"

#include <stdio.h>
#include <stdlib.h>

#define TURN_ATTEMPTS 50U
#define TURN_PAUSE_MS 200U
#define SERVER_WITH_BLOOM 140000

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

/* Statistics of the tables as a whole, which the server does not gather by itself, and of their
 * partitions. It is published already: what fails here is only told. */
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
    WEND_TRY(wend__publisher_make_log(publisher, error));
    WEND_TRY(wend__publisher_look(publisher, &is_there, error));
    if (is_there && !options->again) {
        publisher->published->was_there = true;
        return wend__postgres_run(publisher->postgres, "ROLLBACK", NULL, error);
    }
    WEND_TRY(wend__publisher_write_log(publisher, error));
    if (publisher->adds && publisher->was_published) {
        WEND_TRY(wend__publisher_clear(publisher, error));
    }
    for (unsigned id = 0; id < WEND_TABLE_COUNT; id++) {
        enum wend_table_id table = (enum wend_table_id)id;
        if (options->has_table[id]) {
            WEND_TRY(publisher->adds ? wend__publisher_add(publisher, table, error)
                                     : wend__publisher_load(publisher, table, error));
        }
    }
    WEND_TRY(wend__publisher_finish_log(publisher, error));
    if (!publisher->adds) {
        WEND_TRY(wend__publisher_swap(publisher, error));
    }
    WEND_TRY(wend__postgres_commit(publisher->postgres, error));
    if (!options->more_follow) {
        analyze(publisher);
    }
    return WEND_OK;
}

static bool is_stopped(void *context) {
    const struct wend_publisher *publisher = context;
    const struct wend_postgres_options *options = publisher->options;
    return options->progress != NULL &&
           !options->progress(options->context, publisher->done_rows, publisher->total_rows);
}

static enum wend_status connect(struct wend_publisher *publisher, struct wend_error *error) {
    const struct wend_postgres_options *options = publisher->options;
    struct wend_postgres_published *published = publisher->published;
    struct wend_postgres_stop stop = {is_stopped, publisher};
    WEND_TRY(wend__postgres_open(options->conninfo, stop, &publisher->postgres, error));
    if (options->note != NULL && !options->password_is_told &&
        wend__postgres_password_used(publisher->postgres, options->conninfo)) {
        options->note(options->context,
                      "a password on the command line can be seen by other users of this machine; "
                      "put it into ~/.pgpass or PGPASSWORD");
    }
    publisher->target.has_bloom =
        wend__postgres_server_version(publisher->postgres) >= SERVER_WITH_BLOOM;
    wend__postgres_place(publisher->postgres, published->place, sizeof published->place);
    size_t len = strlen(published->place);
    (void)snprintf(published->place + len, sizeof published->place - len, ", schema %s",
                   options->schema);
    return WEND_OK;
}

enum wend_status wend__postgres_check(const char *conninfo, const char *schema,
                                      struct wend_error *error) {
    size_t len = strlen(schema);
    if (len == 0 || len > WEND_POSTGRES_SCHEMA_MAX) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "--schema: a name of 1 to %u bytes, please; PostgreSQL keeps no more",
                          WEND_POSTGRES_SCHEMA_MAX);
    }
    return wend__postgres_check_conninfo(conninfo, error);
}

static void init(struct wend_publisher *publisher, const struct wend_postgres_options *options,
                 struct wend_postgres_published *published) {
    *published = (struct wend_postgres_published){0};
    *publisher = (struct wend_publisher){
        .options = options,
        .published = published,
        .target = {.schema = options->schema,
                   .segments = options->segments,
                   .segment_count = options->segment_count,
                   .has_long_scopes = options->has_long_scopes},
    };
    (void)snprintf(publisher->store, sizeof publisher->store, "%s_store", options->schema);
    publisher->target.store = publisher->store;
    for (unsigned id = 0; id < WEND_TABLE_COUNT; id++) {
        publisher->total_rows += options->has_table[id] ? options->row_counts[id] : 0;
    }
}

enum wend_status wend__postgres_publish(const struct wend_postgres_options *options,
                                        struct wend_postgres_published *published,
                                        struct wend_error *error) {
    struct wend_publisher publisher;
    *published = (struct wend_postgres_published){0};
    WEND_TRY(wend__postgres_check(options->conninfo, options->schema, error));
    init(&publisher, options, published);
    enum wend_status status = connect(&publisher, error);
    if (status == WEND_OK) {
        status = publish(&publisher, error);
    }
    wend__postgres_close(publisher.postgres);
    return status;
}

enum wend_status wend__postgres_list_windows(const struct wend_postgres_options *options,
                                             struct wend_postgres_published *published,
                                             struct wend_postgres_windows *windows,
                                             struct wend_error *error) {
    struct wend_publisher publisher;
    *windows = (struct wend_postgres_windows){0};
    *published = (struct wend_postgres_published){0};
    WEND_TRY(wend__postgres_check(options->conninfo, options->schema, error));
    init(&publisher, options, published);
    enum wend_status status = connect(&publisher, error);
    if (status == WEND_OK) {
        status = wend__publisher_list(&publisher, windows, error);
    }
    wend__postgres_close(publisher.postgres);
    return status;
}

int wend__postgres_version(void) {
    return PQlibVersion();
}
