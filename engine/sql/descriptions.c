#include "sql/descriptions.h"

#include "base/utf8.h"

#include <string.h>

static void add_bytes(struct wend_sql *sql, struct wend_bytes bytes) {
    sql->failed = sql->failed || !wend__buffer_append(&sql->text, bytes.data, bytes.len);
}

static bool is_plain(struct wend_bytes name) {
    for (size_t i = 0; i < name.len; i++) {
        uint8_t byte = name.data[i];
        bool fits = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                    (byte >= '0' && byte <= '9') || byte == '_';
        if (!fits) {
            return false;
        }
    }
    return name.len > 0;
}

/* One line of text: what Markdown could read as more is escaped (CommonMark, 2.4). */
static void add_markdown(struct wend_sql *sql, struct wend_bytes text) {
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.data[i];
        if (byte != 0 && strchr("\\`*_{}[]<>()#+-.!|&~$^=:\"'@/", byte) != NULL) {
            wend__sql_add(sql, "\\");
        }
        add_bytes(sql, byte < 0x20 ? wend__bytes_text(" ") : wend__bytes(text.data + i, 1));
    }
}

static void add_code(struct wend_sql *sql, struct wend_bytes name) {
    if (is_plain(name)) {
        wend__sql_add(sql, "`");
        add_bytes(sql, name);
        wend__sql_add(sql, "`");
    } else {
        add_markdown(sql, name);
    }
}

/* Descriptions are wend's own: plain words, in which only the mark between cells would end one. */
static void add_words(struct wend_sql *sql, const char *text) {
    for (const char *at = text; *at != '\0'; at++) {
        wend__sql_add(sql, *at == '|' || *at == '<' || *at == '*' || *at == '_' ? "\\" : "");
        add_bytes(sql, wend__bytes(at, 1));
    }
}

static const char *type_words(enum wend_column_type type) {
    switch (type) {
    case WEND_COLUMN_TEXT:
        return "text";
    case WEND_COLUMN_TEXT_LIST:
        return "list of texts";
    case WEND_COLUMN_COUNT:
        return "count (64-bit integer)";
    case WEND_COLUMN_RATE:
        return "rate, 0 to 1 (double)";
    case WEND_COLUMN_SECONDS:
        return "seconds (double)";
    case WEND_COLUMN_TIME:
        return "time (microseconds, UTC)";
    case WEND_COLUMN_VALUE:
        return "decimal(18,4)";
    case WEND_COLUMN_VALUE_SUM:
        return "decimal(38,4)";
    case WEND_COLUMN_SKETCH:
        break;
    }
    return "sketch (binary); only wend reads it";
}

static void add_row(struct wend_sql *sql, struct wend_bytes name, enum wend_column_type type,
                    bool is_nullable, const char *description) {
    wend__sql_add(sql, "| ");
    add_code(sql, name);
    wend__sql_add_format(sql, " | %s | %s | ", type_words(type), is_nullable ? "yes" : "no");
    add_words(sql, description);
    wend__sql_add(sql, " |\n");
}

static void add_rows(struct wend_sql *sql, const struct wend_column *columns, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        add_row(sql, wend__bytes_text(columns[i].name), columns[i].type, columns[i].is_nullable,
                columns[i].description);
    }
}

/* "`scope`, `window_start`, `path`": what no two rows have in common. */
static void add_identity(struct wend_sql *sql, const struct wend_sql_views *views,
                         const struct wend_schema *table) {
    wend__sql_add(sql, "No two rows have the same ");
    for (uint32_t i = 0; i < WEND_COMMON_COLUMNS; i++) {
        add_code(sql, wend__bytes_text(wend__common_columns[i].name));
        wend__sql_add(sql, ", ");
    }
    for (uint32_t i = 0; i < views->segment_count; i++) {
        add_code(sql, views->segments[i]);
        wend__sql_add(sql, ", ");
    }
    for (uint32_t i = 0; i < table->key_columns; i++) {
        add_code(sql, wend__bytes_text(table->columns[i].name));
        wend__sql_add(sql, i + 1 < table->key_columns ? ", " : "");
    }
    wend__sql_add(sql, ".\n\n");
}

static void add_table(struct wend_sql *sql, const struct wend_sql_views *views,
                      const struct wend_schema *table) {
    wend__sql_add_format(sql, "\n## %s\n\n", table->name);
    add_words(sql, table->description);
    wend__sql_add(sql, ".\n");
    if (table->key_columns > 0) {
        add_identity(sql, views, table);
    } else {
        wend__sql_add(sql, "\n");
    }
    wend__sql_add(sql, "| column | type | null | meaning |\n|---|---|---|---|\n");
    add_rows(sql, wend__common_columns, WEND_COMMON_COLUMNS);
    for (uint32_t i = 0; i < views->segment_count; i++) {
        add_row(sql, views->segments[i], WEND_COLUMN_TEXT, true, WEND_SQL_SEGMENT_DESCRIPTION);
    }
    add_rows(sql, table->columns, table->column_count);
}

static enum wend_status finish(struct wend_sql *sql, struct wend_buffer *out,
                               struct wend_error *error) {
    struct wend_buffer clean = {0}; /* a location may be no UTF-8 */
    bool done = !sql->failed && wend__utf8_append_clean(&clean, wend__buffer_view(&sql->text)) &&
                wend__buffer_append(out, clean.data, clean.len);
    wend__buffer_deinit(&clean);
    wend__buffer_deinit(&sql->text);
    return done ? WEND_OK : wend__fail_memory(error);
}

enum wend_status wend__sql_dictionary(const struct wend_sql_views *views, struct wend_buffer *out,
                                      struct wend_error *error) {
    struct wend_sql sql = {.engine = WEND_SQL_DUCKDB};
    wend__sql_add_format(&sql, "# Data dictionary of snapshot %.32s\n\n", views->snapshot_id);
    wend__sql_add(&sql, "Written by wend. Each table is a folder of Parquet files in ");
    add_markdown(&sql, wend__bytes_text(views->location));
    wend__sql_add(&sql, ";\nPostgreSQL and the views have the same columns, but for the "
                        "sketches. Counts and sums may be added up\nover rows; rates are formed "
                        "anew from sums, and quantiles hold for their own row.\n");
    for (unsigned id = 0; id < WEND_TABLE_COUNT; id++) {
        if (views->has_table[id]) {
            add_table(&sql, views, &wend__schemas[id]);
        }
    }
    return finish(&sql, out, error);
}

/* Bytes that YAML does not take as they are, or that a viewer would obey. */
static bool is_odd(struct wend_bytes left, uint32_t *character, size_t *len) {
    const uint8_t *at = left.data;
    *len = 1;
    *character = at[0];
    if (at[0] < 0x20 || at[0] == 0x7f) {
        return true;
    }
    if (at[0] == 0xc2 && left.len > 1 && at[1] < 0xa0) {
        *len = 2;
        *character = at[1];
        return true;
    }
    /* U+2028, U+2029; U+FFFE, U+FFFF; U+FEFF */
    bool is_end =
        left.len > 2 && at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9);
    bool is_none = left.len > 2 && at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe;
    bool is_mark = left.len > 2 && at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf;
    if (!is_end && !is_none && !is_mark) {
        return false;
    }
    *len = 3;
    *character = (uint32_t)(at[0] & 0x0f) << 12 | (uint32_t)(at[1] & 0x3f) << 6 | (at[2] & 0x3f);
    return true;
}

/* A text in double quotes. dbt reads names as templates: a brace is what a template says of it. */
static void add_yaml(struct wend_sql *sql, struct wend_bytes text, bool is_template) {
    wend__sql_add(sql, "\"");
    for (size_t i = 0; i < text.len;) {
        uint32_t character;
        size_t len;
        struct wend_bytes left = wend__bytes(text.data + i, text.len - i);
        if (is_odd(left, &character, &len)) {
            wend__sql_add_format(sql, "\\u%04x", character);
        } else if (left.data[0] == '"' || left.data[0] == '\\') {
            wend__sql_add_format(sql, "\\%c", left.data[0]);
        } else if (left.data[0] == '{' && is_template) {
            wend__sql_add(sql, "{{ '{' }}");
        } else {
            add_bytes(sql, wend__bytes(left.data, 1));
        }
        i += len;
    }
    wend__sql_add(sql, "\"");
}

static void add_yaml_text(struct wend_sql *sql, const char *text) {
    add_yaml(sql, wend__bytes_text(text), false);
}

static void add_yaml_column(struct wend_sql *sql, const struct wend_sql_column *column,
                            bool is_segment) {
    wend__sql_add(sql, "          - name: ");
    add_yaml(sql, column->name, true);
    wend__sql_add(sql, "\n            description: ");
    add_yaml_text(sql, column->description);
    wend__sql_add_format(sql, "\n            data_type: \"%s\"\n",
                         wend__sql_type(WEND_SQL_POSTGRES, column->type));
    wend__sql_add(sql, is_segment ? "            quote: true\n" : "");
    wend__sql_add(sql, column->is_nullable ? "" : "            data_tests: [not_null]\n");
}

/* Where dbt-duckdb finds the files; other adapters do not look at it. It fills {name} in, and what
 * could end the text or be filled in, too, is not for it. */
static void add_place(struct wend_sql *sql, const char *location) {
    if (strpbrk(location, "'{}*?[]\\") != NULL) {
        return;
    }
    struct wend_buffer place = {0};
    bool done = wend__buffer_append_text(&place, "read_parquet('") &&
                wend__buffer_append_text(&place, location) &&
                wend__buffer_append_text(&place, "/{name}/*.parquet')");
    wend__sql_add(sql, "    config:\n      meta:\n        external_location: ");
    if (done) {
        add_yaml(sql, wend__buffer_view(&place), false);
    }
    wend__sql_add(sql, "\n");
    sql->failed = sql->failed || !done;
    wend__buffer_deinit(&place);
}

enum wend_status wend__sql_dbt(const struct wend_sql_views *views, struct wend_buffer *out,
                               struct wend_error *error) {
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    wend__sql_add_format(&sql,
                         "# The tables of snapshot %.32s as a source for dbt, written by wend.\n"
                         "# Put it into the models of a project: {{ source('wend', 'paths') }}.\n"
                         "version: 2\n\nsources:\n  - name: wend\n    schema: ",
                         views->snapshot_id);
    add_yaml(&sql, wend__bytes_text(views->schema), true);
    wend__sql_add(&sql, "\n    description: \"Customer journeys, reconstructed by wend\"\n");
    add_place(&sql, views->location);
    wend__sql_add(&sql, "    tables:\n");
    for (unsigned id = 0; id < WEND_TABLE_COUNT; id++) {
        struct wend_sql_columns columns;
        if (!views->has_table[id]) {
            continue;
        }
        wend__sql_columns_init(&columns, (enum wend_table_id)id, views->segments,
                               views->segment_count);
        wend__sql_add_format(&sql,
                             "      - name: %s\n        description: ", wend__schemas[id].name);
        add_yaml_text(&sql, wend__schemas[id].description);
        wend__sql_add(&sql, "\n        columns:\n");
        for (uint32_t i = 0; i < columns.count; i++) {
            bool is_segment =
                i >= WEND_COMMON_COLUMNS && i < WEND_COMMON_COLUMNS + views->segment_count;
            add_yaml_column(&sql, &columns.columns[i], is_segment);
        }
    }
    return finish(&sql, out, error);
}
