#include "sql/postgres_sql.h"

#include <string.h>

struct log_column {
    const char *name;
    const char *definition;
    const char *description;
};

static const struct log_column log_columns[] = {
    {"publish_id", "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
     "Number of the publishing; the tables hold the last one, or all windows since they were made"},
    {"snapshot_id", "text NOT NULL", "Snapshot whose rows were published, 32 hex digits"},
    {"published_at", "timestamptz NOT NULL DEFAULT clock_timestamp()", "When it was published"},
    {"published_by", "text NOT NULL DEFAULT session_user", "The role that published it"},
    {"wend_version", "text NOT NULL", "Version of wend that published it"},
    {"table_names", "text[] NOT NULL", "Tables of the snapshot"},
    {"row_count", "bigint NOT NULL", "Rows of all its tables"},
    {"replaced_texts", "bigint NOT NULL",
     "Texts in which bytes that PostgreSQL cannot hold became U+FFFD"},
    {"window_start", "timestamptz",
     "Window of a stream whose rows were added; null: a snapshot that replaced all rows"},
    {"watermark", "timestamptz", "Newest time of the data; null without any event"},
    {"events_read", "bigint NOT NULL", "Records that were read for the snapshot"},
    {"events_accepted", "bigint NOT NULL", "Of these, the ones that were counted"},
    {"definitions_name", "text NOT NULL", "Definition file of the snapshot, as it was named"},
    {"definitions_hash", "text NOT NULL", "Hash of the definitions, 32 hex digits"},
};

/*
 * What dashboards look for: one scope in a range of windows; a path by its id. Hash indexes take
 * texts of any length, a B-tree does not.
 *
 * Sessions and journeys may be many millions, and come in the order of time: a summary for each few
 * pages (BRIN) finds a range of time, and, with Bloom filters, a customer. It is made in a single
 * pass over the rows, in a seventh of the time that a hash index of the customers takes alone.
 */
#define SUMMARY(columns)                                                                           \
    "USING brin (ended_at, window_start" columns ") "                                              \
    "WITH (pages_per_range = 32, autosummarize = on)"
#define CUSTOMER_BLOOM                                                                             \
    ", customer_id text_bloom_ops (n_distinct_per_range = 1500, false_positive_rate = 0.01)"

/* The indexes of a table, at most INDEXES_MAX, as they stand behind its name. */
enum { INDEXES_MAX = 2 };

static size_t find_indexes(const struct wend_postgres_target *target, enum wend_table_id table,
                           const char *definitions[INDEXES_MAX]) {
    bool is_detail = table == WEND_TABLE_SESSIONS || table == WEND_TABLE_JOURNEYS;
    if (is_detail && target->has_bloom) {
        definitions[0] = SUMMARY(CUSTOMER_BLOOM);
        return 1;
    }
    if (is_detail) {
        definitions[0] = SUMMARY("");
        definitions[1] = "USING hash (customer_id)";
        return 2;
    }
    definitions[0] = target->has_long_scopes ? "(window_start)" : "(scope, window_start)";
    definitions[1] = "USING hash (path_id)";
    return table == WEND_TABLE_PATHS ? 2 : 1;
}

static void add_comment(struct wend_sql *sql, const char *schema, const char *table,
                        struct wend_bytes column, const char *description) {
    bool is_column = column.data != NULL;
    wend__sql_add(sql, is_column ? "COMMENT ON COLUMN " : "COMMENT ON TABLE ");
    wend__sql_qualified(sql, schema, table);
    if (is_column) {
        wend__sql_add(sql, ".");
        wend__sql_name(sql, column);
    }
    wend__sql_add(sql, " IS ");
    wend__sql_description(sql, description);
    wend__sql_add(sql, ";\n");
}

void wend__postgres_create_log(struct wend_sql *sql, const struct wend_postgres_target *target) {
    size_t count = sizeof log_columns / sizeof *log_columns;
    wend__sql_add(sql, "CREATE TABLE ");
    wend__sql_qualified(sql, target->schema, WEND_POSTGRES_LOG);
    wend__sql_add(sql, " (");
    for (size_t i = 0; i < count; i++) {
        wend__sql_add(sql, i == 0 ? "" : ", ");
        wend__sql_add_format(sql, "%s %s", log_columns[i].name, log_columns[i].definition);
    }
    wend__sql_add(sql, ");\n");
    add_comment(sql, target->schema, WEND_POSTGRES_LOG, WEND_BYTES_ABSENT,
                "A snapshot that wend published");
    for (size_t i = 0; i < count; i++) {
        add_comment(sql, target->schema, WEND_POSTGRES_LOG, wend__bytes_text(log_columns[i].name),
                    log_columns[i].description);
    }
}

void wend__postgres_widen_log(struct wend_sql *sql, const struct wend_postgres_target *target) {
    for (size_t i = 0; i < sizeof log_columns / sizeof *log_columns; i++) {
        const struct log_column *column = &log_columns[i];
        if (strcmp(column->name, "window_start") == 0) {
            wend__sql_add(sql, "ALTER TABLE ");
            wend__sql_qualified(sql, target->schema, WEND_POSTGRES_LOG);
            wend__sql_add_format(sql, " ADD COLUMN %s %s;\n", column->name, column->definition);
            add_comment(sql, target->schema, WEND_POSTGRES_LOG, wend__bytes_text(column->name),
                        column->description);
        }
    }
}

static void add_part_name(struct wend_sql *sql, const struct wend_postgres_target *target,
                          enum wend_table_id table) {
    wend__sql_name(sql, wend__bytes_text(target->store));
    wend__sql_add_format(sql, ".%s_%llu", wend__schemas[table].name,
                         (unsigned long long)target->publish_id);
}

static void add_columns(struct wend_sql *sql, const struct wend_postgres_target *target,
                        enum wend_table_id table, bool is_definition) {
    struct wend_sql_columns columns;
    wend__sql_columns_init(&columns, table, target->segments, target->segment_count);
    for (uint32_t i = 0; i < columns.count; i++) {
        const struct wend_sql_column *column = &columns.columns[i];
        wend__sql_add(sql, i == 0 ? "" : ", ");
        if (is_definition) {
            wend__sql_name(sql, column->name);
        } else {
            sql->failed = sql->failed ||
                          !wend__buffer_append(&sql->text, column->name.data, column->name.len);
        }
        wend__sql_add(sql, " ");
        wend__sql_add(sql, wend__sql_type(WEND_SQL_POSTGRES, column->type));
        wend__sql_add(sql, is_definition && !column->is_nullable ? " NOT NULL" : "");
    }
}

void wend__postgres_layout(struct wend_sql *sql, const struct wend_postgres_target *target,
                           enum wend_table_id table) {
    add_columns(sql, target, table, false);
}

void wend__postgres_create_part(struct wend_sql *sql, const struct wend_postgres_target *target,
                                enum wend_table_id table) {
    wend__sql_add(sql, "CREATE TABLE ");
    add_part_name(sql, target, table);
    wend__sql_add(sql, " (");
    add_columns(sql, target, table, true);
    wend__sql_add(sql, ");\n");
}

void wend__postgres_copy_part(struct wend_sql *sql, const struct wend_postgres_target *target,
                              enum wend_table_id table, const char *part) {
    struct wend_sql_columns columns;
    wend__sql_columns_init(&columns, table, target->segments, target->segment_count);
    wend__sql_add(sql, "COPY ");
    if (part != NULL) {
        wend__sql_add(sql, part);
    } else {
        add_part_name(sql, target, table);
    }
    wend__sql_add(sql, " (");
    wend__sql_column_names(sql, &columns);
    /* FREEZE: a new partition is made in this transaction; nobody has to visit its rows again. */
    wend__sql_add(sql, part != NULL ? ") FROM STDIN (FORMAT binary)"
                                    : ") FROM STDIN (FORMAT binary, FREEZE)");
}

/* The indexes of a partition or of the table: equal ones become one when it is attached. */
static void add_indexes(struct wend_sql *sql, const struct wend_postgres_target *target,
                        enum wend_table_id table, bool is_part) {
    const char *definitions[INDEXES_MAX];
    size_t count = find_indexes(target, table, definitions);
    for (size_t i = 0; i < count; i++) {
        wend__sql_add(sql, "CREATE INDEX ON ");
        if (is_part) {
            add_part_name(sql, target, table);
        } else {
            wend__sql_qualified(sql, target->schema, wend__schemas[table].name);
        }
        wend__sql_add_format(sql, " %s;\n", definitions[i]);
    }
}

void wend__postgres_add_column(struct wend_sql *sql, const struct wend_postgres_target *target,
                               enum wend_table_id table, const struct wend_sql_column *column) {
    const char *name = wend__schemas[table].name;
    wend__sql_add(sql, "ALTER TABLE ");
    wend__sql_qualified(sql, target->schema, name);
    wend__sql_add(sql, " ADD COLUMN IF NOT EXISTS ");
    wend__sql_name(sql, column->name);
    wend__sql_add(sql, " ");
    wend__sql_add(sql, wend__sql_type(WEND_SQL_POSTGRES, column->type));
    wend__sql_add(sql, ";\n");
    add_comment(sql, target->schema, name, column->name, column->description);
}

void wend__postgres_finish_part(struct wend_sql *sql, const struct wend_postgres_target *target,
                                enum wend_table_id table) {
    add_indexes(sql, target, table, true);
}

void wend__postgres_create_table(struct wend_sql *sql, const struct wend_postgres_target *target,
                                 enum wend_table_id table) {
    wend__sql_add(sql, "CREATE TABLE ");
    wend__sql_qualified(sql, target->schema, wend__schemas[table].name);
    wend__sql_add(sql, " (");
    add_columns(sql, target, table, true);
    wend__sql_add(sql, ") PARTITION BY LIST (scope);\n");
    add_indexes(sql, target, table, false);
}

void wend__postgres_attach_part(struct wend_sql *sql, const struct wend_postgres_target *target,
                                enum wend_table_id table) {
    const struct wend_schema *schema = &wend__schemas[table];
    struct wend_sql_columns columns;
    wend__sql_columns_init(&columns, table, target->segments, target->segment_count);
    wend__sql_add(sql, "ALTER TABLE ");
    wend__sql_qualified(sql, target->schema, schema->name);
    wend__sql_add(sql, " ATTACH PARTITION ");
    add_part_name(sql, target, table);
    wend__sql_add(sql, " DEFAULT;\n");
    add_comment(sql, target->schema, schema->name, WEND_BYTES_ABSENT, schema->description);
    for (uint32_t i = 0; i < columns.count; i++) {
        add_comment(sql, target->schema, schema->name, columns.columns[i].name,
                    columns.columns[i].description);
    }
}
