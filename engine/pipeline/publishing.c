#define _XOPEN_SOURCE 700 /* realpath */
#include "pipeline/publishing.h"

#include "base/memory.h"
#include "snapshot/derived.h"
#include "snapshot/snapshot_files.h"
#include "sql/descriptions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Longer texts do not fit into a row of a B-tree, which is a third of a page at most. */
#define INDEXED_TEXT_MAX 1000U

static void hash_text(struct wend_hash128 hash, char text[WEND_SNAPSHOT_ID_DIGITS + 1]) {
    _Static_assert(WEND_SNAPSHOT_ID_DIGITS == WEND_HASH_HEX_LEN, "an id is a hash");
    wend__hash128_format(hash, text);
    text[WEND_SNAPSHOT_ID_DIGITS] = '\0';
}

void wend__snapshot_id_text(const struct wend_snapshot *snapshot,
                            char text[WEND_SNAPSHOT_ID_DIGITS + 1]) {
    hash_text(wend__snapshot_id(snapshot), text);
}

struct rows {
    const struct wend_snapshot *snapshot;
    struct wend_snapshot_cursor *cursor;
};

static enum wend_status open_rows(void *context, enum wend_table_id table,
                                  struct wend_error *error) {
    struct rows *rows = context;
    return wend__snapshot_cursor_open(rows->snapshot, table, &rows->cursor, error);
}

static enum wend_status next_row(void *context, bool *found, struct wend_error *error) {
    const struct rows *rows = context;
    return wend__snapshot_cursor_next(rows->cursor, found, error);
}

static const struct wend_parquet_value *row_value(void *context, uint32_t column) {
    const struct rows *rows = context;
    return wend__snapshot_cursor_value(rows->cursor, column);
}

static void close_rows(void *context) {
    struct rows *rows = context;
    wend__snapshot_cursor_close(rows->cursor);
    rows->cursor = NULL;
}

static bool has_long_scopes(const struct wend_snapshot_options *options) {
    bool found = false;
    for (uint32_t i = 0; i < options->scope_count; i++) {
        found = found || options->scopes[i].len > INDEXED_TEXT_MAX;
    }
    return found;
}

enum wend_status wend__snapshot_publish(const struct wend_snapshot *snapshot,
                                        const struct wend_postgres_options *options,
                                        struct wend_postgres_published *published,
                                        struct wend_error *error) {
    const struct wend_manifest *manifest = wend__snapshot_manifest(snapshot);
    const struct wend_snapshot_options *tables = wend__snapshot_options(snapshot);
    struct rows rows = {.snapshot = snapshot};
    char id[WEND_SNAPSHOT_ID_DIGITS + 1];
    char definitions[WEND_SNAPSHOT_ID_DIGITS + 1];
    wend__snapshot_id_text(snapshot, id);
    hash_text(manifest->definitions_hash, definitions);
    struct wend_postgres_options whole = *options;
    whole.snapshot_id = id;
    whole.version = WEND_VERSION_TEXT;
    whole.definitions_name = manifest->definitions_name == NULL ? "" : manifest->definitions_name;
    whole.definitions_hash = definitions;
    whole.has_watermark = manifest->has_watermark;
    whole.watermark_us = manifest->watermark_us;
    whole.events_read = manifest->counters.read;
    whole.events_accepted = manifest->counters.accepted;
    whole.segments = tables->segments;
    whole.segment_count = tables->segment_count;
    whole.has_long_scopes = has_long_scopes(tables);
    for (size_t i = 0; i < wend__snapshot_file_count(snapshot); i++) {
        const struct wend_snapshot_file *file = wend__snapshot_file(snapshot, i);
        whole.has_table[file->table] = true;
        whole.row_counts[file->table] += file->rows;
    }
    whole.rows = (struct wend_postgres_rows){
        .context = &rows,
        .open = open_rows,
        .next = next_row,
        .value = row_value,
        .close = close_rows,
    };
    return wend__postgres_publish(&whole, published, error);
}

/* What the tables may be written as, beside the SQL of an engine. */
typedef enum wend_status write_call(const struct wend_sql_views *views, struct wend_buffer *out,
                                    struct wend_error *error);

static write_call *find_writer(const char *name, enum wend_sql_engine *engine) {
    *engine = wend__sql_engine_find(name);
    if (strcmp(name, "dbt") == 0) {
        return wend__sql_dbt;
    }
    if (strcmp(name, "dictionary") == 0) {
        return wend__sql_dictionary;
    }
    return *engine == WEND_SQL_ENGINE_COUNT ? NULL : wend__sql_views;
}

static enum wend_status write_views(const struct wend_snapshot *snapshot, write_call *write,
                                    enum wend_sql_engine engine, const char *location,
                                    const char *schema, struct wend_buffer *out,
                                    struct wend_error *error) {
    const struct wend_snapshot_options *options = wend__snapshot_options(snapshot);
    char id[WEND_SNAPSHOT_ID_DIGITS + 1];
    wend__snapshot_id_text(snapshot, id);
    struct wend_sql_views views = {
        .engine = engine,
        .schema = schema == NULL ? WEND_PUBLISH_SCHEMA : schema,
        .snapshot_id = id,
        .segments = options->segments,
        .segment_count = options->segment_count,
    };
    for (unsigned table = 0; table < WEND_TABLE_COUNT; table++) {
        views.has_table[table] = wend__snapshot_has_table(snapshot, (enum wend_table_id)table);
    }
    size_t len = strlen(location);
    while (len > 1 && location[len - 1] == '/') {
        len--;
    }
    char *place = wend__copy_text(location, len);
    if (place == NULL) {
        return wend__fail_memory(error);
    }
    views.location = place;
    enum wend_status status = write(&views, out, error);
    wend__free(place);
    return status;
}

enum wend_status wend__snapshot_views(const struct wend_snapshot *snapshot, const char *engine,
                                      const char *location, const char *schema,
                                      struct wend_buffer *out, struct wend_error *error) {
    enum wend_sql_engine known;
    write_call *write = find_writer(engine, &known);
    if (write == NULL) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "no engine is called '%.64s'; there are duckdb, clickhouse, trino, "
                          "athena, bigquery, spark, dbt and dictionary",
                          engine);
    }
    if (location != NULL) {
        return write_views(snapshot, write, known, location, schema, out, error);
    }
    const char *directory = wend__snapshot_directory(snapshot);
    char *absolute = realpath(directory, NULL);
    if (absolute == NULL) {
        return wend__fail_os(error, "find", directory, errno);
    }
    enum wend_status status = write_views(snapshot, write, known, absolute, schema, out, error);
    wend__free(absolute);
    return status;
}
