/* Rows of tables for HTTP: by the code of `wend show`, so that both give the same. */
#include "json.h"
#include "serve.h"
#include "show.h"

#include <inttypes.h>
#include <string.h>

#define TOP_USUAL 100
#define TOP_MAX 10000

/* A question and its answer so far. */
struct asked {
    const struct wend_cli_served *served;
    const struct wend_table_query *query;
    struct wend_cli_text out;
};

static void add_names(const struct wend_snapshot *snapshot, const char *label,
                      const char *(*name)(const struct wend_snapshot *, size_t),
                      struct wend_cli_text *out) {
    wend__cli_json_key(out, label);
    wend__cli_text_add(out, "[");
    for (size_t i = 0; name(snapshot, i) != NULL; i++) {
        wend__cli_text_add(out, i == 0 ? "" : ",");
        wend__cli_json_string(name(snapshot, i), strlen(name(snapshot, i)), out);
    }
    wend__cli_text_add(out, "]");
}

static enum wend_status list_tables(void *context, const struct wend_snapshot *snapshot,
                                    struct wend_error *error) {
    struct asked *asked = context;
    struct wend_cli_text *out = &asked->out;
    (void)error;
    wend__cli_text_clear(out);
    wend__cli_json_begin(out);
    add_names(snapshot, "scopes", wend_snapshot_scope, out);
    add_names(snapshot, "segments", wend_snapshot_segment, out);
    wend__cli_json_key(out, "window_seconds");
    if (wend_snapshot_window_us(snapshot) == 0) {
        wend__cli_text_add(out, "null");
    } else {
        wend__cli_text_add_format(out, "%" PRId64, wend_snapshot_window_us(snapshot) / 1000000);
    }
    wend__cli_json_key(out, "tables");
    wend__cli_text_add(out, "[");
    for (size_t i = 0; i < wend_snapshot_table_count(snapshot); i++) {
        wend__cli_json_begin(out);
        wend__cli_json_word(out, "table", wend_snapshot_table_name(snapshot, i));
        wend__cli_json_count(out, "rows", wend_snapshot_table_rows(snapshot, i));
        wend__cli_json_count(out, "bytes", wend_snapshot_table_bytes(snapshot, i));
        wend__cli_json_word(out, "order", wend_snapshot_table_order(snapshot, i));
        wend__cli_json_word(out, "description", wend_snapshot_table_description(snapshot, i));
        wend__cli_text_add(out, "}");
    }
    wend__cli_text_add(out, "]}\n");
    return WEND_OK;
}

static enum wend_status find_table(const struct wend_snapshot *snapshot, const char *name,
                                   struct wend_error *error) {
    const char *names[32];
    size_t count = wend_snapshot_table_count(snapshot);
    count = count < 32 ? count : 32;
    for (size_t i = 0; i < count; i++) {
        names[i] = wend_snapshot_table_name(snapshot, i);
        if (strcmp(names[i], name) == 0) {
            return WEND_OK;
        }
    }
    const char *near = wend__cli_nearest(name, names, count);
    return wend__cli_error(error, WEND_ERROR_EMPTY,
                           "the snapshot has no table %.100s%s%s%s\n/v1/tables lists them.", name,
                           near == NULL ? "" : "; did you mean ", near == NULL ? "" : near,
                           near == NULL ? "" : "?");
}

/* Asks as `wend show DIR TABLE --format json --top N --scope NAME --where FIELD=VALUE` does. */
static enum wend_status show_rows(const struct asked *asked, const struct wend_snapshot *snapshot,
                                  struct wend_cli_text *rows, uint64_t *matched,
                                  struct wend_error *error) {
    const struct wend_table_query *query = asked->query;
    const char *operands[] = {asked->served->directory, query->table};
    struct wend_cli_arguments arguments = {
        .command = WEND_CLI_SHOW,
        .operands = operands,
        .operand_count = 2,
        .pairs = (const char **)query->wheres,
        .pair_count = query->where_count,
    };
    struct wend_cli_context context = {.arguments = &arguments, .quiet = true, .stop = query->stop};
    arguments.values[WEND_CLI_ROWS] =
        (struct wend_cli_value){.given = true, .number = query->top == 0 ? TOP_USUAL : query->top};
    arguments.values[WEND_CLI_SCOPE] =
        (struct wend_cli_value){.given = query->scope != NULL, .text = query->scope};
    return wend__cli_show_into(&context, snapshot, rows, matched, error);
}

/* {"table":"paths","matching":2,"rows":[
 * {...},
 * {...}
 * ]} */
static void add_rows(struct asked *asked, uint64_t matched, const struct wend_cli_text *rows) {
    struct wend_cli_text *out = &asked->out;
    wend__cli_text_clear(out);
    wend__cli_json_begin(out);
    wend__cli_json_word(out, "table", asked->query->table);
    wend__cli_json_count(out, "matching", matched);
    wend__cli_json_key(out, "rows");
    wend__cli_text_add(out, "[");
    const char *at = wend__cli_text_string(rows);
    const char *end = at + rows->len;
    /* No string of JSON holds a line feed: each ends a row. */
    for (bool first = true; at < end; first = false) {
        size_t len = strcspn(at, "\n");
        wend__cli_text_add(out, first ? "\n" : ",\n");
        wend__cli_text_add_bytes(out, at, len);
        at += len + 1;
    }
    wend__cli_text_add(out, "\n]}\n");
}

static enum wend_status ask_table(void *context, const struct wend_snapshot *snapshot,
                                  struct wend_error *error) {
    struct asked *asked = context;
    struct wend_cli_text rows = {0};
    uint64_t matched = 0;
    enum wend_status status = find_table(snapshot, asked->query->table, error);
    if (status == WEND_OK) {
        status = show_rows(asked, snapshot, &rows, &matched, error);
    }
    if (status == WEND_OK) {
        add_rows(asked, matched, &rows);
    }
    wend__cli_text_deinit(&rows);
    return status;
}

/* Options of the command line are arguments here: --scope is scope. */
static void adapt(struct wend_error *error) {
    if (strncmp(error->text, "--", 2) == 0) {
        memmove(error->text, error->text + 2, strlen(error->text + 2) + 1);
    }
}

enum wend_status wend__cli_served_tables(void *context, const struct wend_table_query *query,
                                         struct wend_answer *answer, struct wend_error *error) {
    struct asked asked = {.served = context, .query = query};
    if (query->table != NULL && query->top > TOP_MAX) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "top: there are at most %d rows in an answer\nAsk with scope and "
                               "where, or read the Parquet files.",
                               TOP_MAX);
    }
    if (query->table == NULL &&
        (query->top != 0 || query->scope != NULL || query->where_count > 0)) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "/v1/tables takes no arguments\nThose of a table do, such as "
                               "/v1/paths?top=20.");
    }
    enum wend_status status = wend__cli_served_with(
        context, query->table == NULL ? list_tables : ask_table, &asked, error);
    if (status == WEND_ERROR_CANCELLED) {
        (void)wend__cli_error(error, status,
                              "the answer takes too long\nAllow more time with "
                              "--request-timeout, or read the Parquet files.");
    } else if (status != WEND_OK) {
        adapt(error);
    } else {
        (void)wend__answer_add(answer, wend__cli_text_string(&asked.out), asked.out.len);
    }
    wend__cli_text_deinit(&asked.out);
    return status;
}
