/* The log of publishings, and what it says about what the tables hold. */
#include "base/memory.h"
#include "postgres/publisher.h"

#include <stdio.h>
#include <stdlib.h>

/* The number of the publishing that made a table's partition stands in its name. */
#define PARTITIONS                                                                                 \
    "WITH parts AS (SELECT t.relname::text AS name, "                                              \
    "pg_catalog.substring(p.relname::text, '_([0-9]+)$')::bigint AS number "                       \
    "FROM pg_catalog.pg_inherits i "                                                               \
    "JOIN pg_catalog.pg_class p ON p.oid = i.inhrelid "                                            \
    "JOIN pg_catalog.pg_class t ON t.oid = i.inhparent "                                           \
    "JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = "

static void add_moment(struct wend_sql *sql, int64_t time_us) {
    wend__sql_add_format(sql,
                         "timestamptz '1970-01-01 00:00:00 UTC' + interval '1 microsecond' * "
                         "(%lld)",
                         (long long)time_us);
}

/* Whether the log is there, and has a column for windows, which it had not always. */
static enum wend_status look_up_log(struct wend_publisher *publisher, bool *is_there,
                                    bool *has_windows, struct wend_error *error) {
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    PGresult *result = NULL;
    wend__sql_add(&sql, "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a "
                        "WHERE a.attrelid = c.oid AND a.attname = 'window_start') "
                        "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
                        "ON n.oid = c.relnamespace WHERE c.relname = '" WEND_POSTGRES_LOG
                        "' AND n.nspname = ");
    wend__sql_text(&sql, wend__bytes_text(publisher->target.schema));
    WEND_TRY(wend__publisher_run(publisher, &sql, &result, error));
    *is_there = PQntuples(result) > 0;
    *has_windows = *is_there && PQgetvalue(result, 0, 0)[0] == 't';
    PQclear(result);
    return WEND_OK;
}

/* An owner is needed only where there is something to make. */
enum wend_status wend__publisher_make_log(struct wend_publisher *publisher,
                                          struct wend_error *error) {
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    bool is_there = false;
    bool has_windows = false;
    WEND_TRY(look_up_log(publisher, &is_there, &has_windows, error));
    if (has_windows) {
        return WEND_OK;
    }
    if (is_there) {
        wend__postgres_widen_log(&sql, &publisher->target);
    } else {
        wend__postgres_create_log(&sql, &publisher->target);
    }
    return wend__publisher_run(publisher, &sql, NULL, error);
}

static void keep_found(struct wend_publisher *publisher, const PGresult *result) {
    struct wend_postgres_published *published = publisher->published;
    (void)snprintf(published->published_at, sizeof published->published_at, "%s",
                   PQgetvalue(result, 0, 1));
    published->publish_id = strtoull(PQgetvalue(result, 0, 3), NULL, 10);
}

/* One row, or none: snapshot, when, whether all its tables hold it, number, whether a window. */
static enum wend_status ask_last(struct wend_publisher *publisher, PGresult **result,
                                 struct wend_error *error) {
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    wend__sql_add(&sql, PARTITIONS);
    wend__sql_text(&sql, wend__bytes_text(publisher->target.schema));
    wend__sql_add(&sql, ") SELECT l.snapshot_id, "
                        "pg_catalog.to_char(l.published_at, 'YYYY-MM-DD HH24:MI:SS') || ' UTC', "
                        "pg_catalog.cardinality(l.table_names) = (SELECT pg_catalog.count(*) "
                        "FROM parts p WHERE p.number = l.publish_id), "
                        "l.publish_id, l.window_start IS NOT NULL FROM ");
    wend__sql_qualified(&sql, publisher->target.schema, WEND_POSTGRES_LOG);
    wend__sql_add(&sql, " l ORDER BY l.publish_id DESC LIMIT 1");
    return wend__publisher_run(publisher, &sql, result, error);
}

/*
 * The windows that were published, the last time of each: when (as a number), snapshot, when it was
 * published, whether it is still there, number. It is there as long as none of its tables was made
 * anew by a later publishing.
 */
static void write_windows(struct wend_sql *sql, const struct wend_publisher *publisher) {
    wend__sql_add(sql, PARTITIONS);
    wend__sql_text(sql, wend__bytes_text(publisher->target.schema));
    wend__sql_add(sql, ") SELECT DISTINCT ON (l.window_start) l.snapshot_id, "
                       "pg_catalog.to_char(l.published_at, 'YYYY-MM-DD HH24:MI:SS') || ' UTC', "
                       "NOT EXISTS (SELECT 1 FROM pg_catalog.unnest(l.table_names) AS t(name) "
                       "WHERE NOT EXISTS (SELECT 1 FROM parts p WHERE p.name = t.name "
                       "AND p.number <= l.publish_id)), l.publish_id, "
                       "(pg_catalog.date_part('epoch', l.window_start) * 1000000)::bigint FROM ");
    wend__sql_qualified(sql, publisher->target.schema, WEND_POSTGRES_LOG);
    wend__sql_add(sql, " l WHERE l.window_start IS NOT NULL");
}

static enum wend_status look_for_window(struct wend_publisher *publisher, bool *is_there,
                                        struct wend_error *error) {
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    PGresult *result = NULL;
    write_windows(&sql, publisher);
    wend__sql_add(&sql, " AND l.window_start = ");
    add_moment(&sql, publisher->options->window_us);
    wend__sql_add(&sql, " ORDER BY l.window_start, l.publish_id DESC");
    WEND_TRY(wend__publisher_run(publisher, &sql, &result, error));
    publisher->was_published = PQntuples(result) == 1;
    *is_there = publisher->was_published &&
                strcmp(PQgetvalue(result, 0, 0), publisher->options->snapshot_id) == 0 &&
                PQgetvalue(result, 0, 2)[0] == 't';
    if (*is_there) {
        keep_found(publisher, result);
    }
    PQclear(result);
    return WEND_OK;
}

/* One schema holds a snapshot, or the windows of a stream: their numbers must not be added up. */
static enum wend_status fail_other_kind(const struct wend_publisher *publisher, bool holds_windows,
                                        struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_USAGE,
                      "schema %s holds %s; publish to another --schema, or with --again in their "
                      "place",
                      publisher->target.schema,
                      holds_windows ? "the windows of a stream, not a whole snapshot"
                                    : "the tables of a whole snapshot, not windows of a stream");
}

enum wend_status wend__publisher_look(struct wend_publisher *publisher, bool *is_there,
                                      struct wend_error *error) {
    const struct wend_postgres_options *options = publisher->options;
    PGresult *result = NULL;
    *is_there = false;
    WEND_TRY(ask_last(publisher, &result, error));
    bool is_empty = PQntuples(result) == 0;
    bool holds_windows = !is_empty && PQgetvalue(result, 0, 4)[0] == 't';
    if (!is_empty && !holds_windows && !options->is_window) {
        *is_there = strcmp(PQgetvalue(result, 0, 0), options->snapshot_id) == 0 &&
                    PQgetvalue(result, 0, 2)[0] == 't';
    }
    if (*is_there) {
        keep_found(publisher, result);
    }
    PQclear(result);
    if (!is_empty && holds_windows != options->is_window && !options->again) {
        return fail_other_kind(publisher, holds_windows, error);
    }
    publisher->adds = holds_windows && options->is_window;
    return publisher->adds ? look_for_window(publisher, is_there, error) : WEND_OK;
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
enum wend_status wend__publisher_write_log(struct wend_publisher *publisher,
                                           struct wend_error *error) {
    const struct wend_postgres_options *options = publisher->options;
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    PGresult *result = NULL;
    wend__sql_add(&sql, "INSERT INTO ");
    wend__sql_qualified(&sql, publisher->target.schema, WEND_POSTGRES_LOG);
    wend__sql_add(&sql, " (snapshot_id, wend_version, definitions_name, definitions_hash, "
                        "table_names, watermark, window_start, events_read, events_accepted, "
                        "row_count, replaced_texts) VALUES (");
    const char *const texts[] = {options->snapshot_id, options->version, options->definitions_name,
                                 options->definitions_hash};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        wend__sql_text(&sql, wend__bytes_text(texts[i]));
        wend__sql_add(&sql, ", ");
    }
    add_table_names(&sql, options);
    const bool has_moment[] = {options->has_watermark, options->is_window};
    const int64_t moments_us[] = {options->watermark_us, options->window_us};
    for (size_t i = 0; i < sizeof has_moment / sizeof *has_moment; i++) {
        wend__sql_add(&sql, has_moment[i] ? ", " : ", NULL");
        if (has_moment[i]) {
            add_moment(&sql, moments_us[i]);
        }
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

enum wend_status wend__publisher_finish_log(struct wend_publisher *publisher,
                                            struct wend_error *error) {
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

static enum wend_status keep_windows(const PGresult *result, struct wend_postgres_windows *windows,
                                     struct wend_error *error) {
    size_t count = (size_t)PQntuples(result);
    windows->items = wend__alloc_zeroed(count + 1, sizeof *windows->items);
    if (windows->items == NULL) {
        return wend__fail_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        struct wend_postgres_window *window = &windows->items[windows->count];
        if (PQgetvalue(result, (int)i, 2)[0] == 't') {
            window->window_us = strtoll(PQgetvalue(result, (int)i, 4), NULL, 10);
            (void)snprintf(window->snapshot_id, sizeof window->snapshot_id, "%s",
                           PQgetvalue(result, (int)i, 0));
            windows->count++;
        }
    }
    return WEND_OK;
}

enum wend_status wend__publisher_list(struct wend_publisher *publisher,
                                      struct wend_postgres_windows *windows,
                                      struct wend_error *error) {
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    PGresult *result = NULL;
    bool is_there = false;
    bool has_windows = false;
    WEND_TRY(look_up_log(publisher, &is_there, &has_windows, error));
    if (!has_windows) {
        return WEND_OK;
    }
    write_windows(&sql, publisher);
    wend__sql_add(&sql, " ORDER BY l.window_start, l.publish_id DESC");
    WEND_TRY(wend__publisher_run(publisher, &sql, &result, error));
    enum wend_status status = keep_windows(result, windows, error);
    PQclear(result);
    return status;
}
