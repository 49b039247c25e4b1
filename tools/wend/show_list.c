/* `wend show DIR`: what a snapshot holds. */
#include "show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef const char *name_at(const struct wend_snapshot *snapshot, size_t index);

/* "scopes      session, purchase" */
static void add_names(const struct wend_snapshot *snapshot, const char *label, name_at *name,
                      struct wend_cli_text *out) {
    wend__cli_text_add_format(out, "%-12s", label);
    for (size_t i = 0; name(snapshot, i) != NULL; i++) {
        wend__cli_text_add(out, i == 0 ? "" : ", ");
        wend__cli_text_add_visible(out, name(snapshot, i), strlen(name(snapshot, i)), false);
    }
    wend__cli_text_add(out, name(snapshot, 0) == NULL ? "none\n" : "\n");
}

static void add_windows(const struct wend_snapshot *snapshot, struct wend_cli_text *out) {
    int64_t window_us = wend_snapshot_window_us(snapshot);
    wend__cli_text_add_format(out, "%-12s", "windows");
    if (window_us > 0) {
        wend__cli_duration_add(window_us, out);
        wend__cli_text_add(out, "\n");
    } else {
        wend__cli_text_add(out, "none\n");
    }
}

static struct wend_cli_cell text_cell(const char *text) {
    return (struct wend_cli_cell){WEND_CLI_CELL_TEXT, text, strlen(text)};
}

static struct wend_cli_cell count_cell(char digits[static 24], uint64_t count) {
    int len = snprintf(digits, 24, "%" PRIu64, count);
    return (struct wend_cli_cell){WEND_CLI_CELL_NUMBER, digits, (size_t)len};
}

static void add_table(const struct wend_cli_context *context, const struct wend_snapshot *snapshot,
                      struct wend_cli_text *out) {
    static const struct wend_cli_column columns[] = {
        {.title = "table"},
        {.title = "rows", .right = true, .grouped = true},
        {.title = "size", .right = true},
        {.title = "a row is", .shrinks = true},
    };
    struct wend_cli_table table;
    struct wend_cli_text size = {0};
    wend__cli_table_init(&table, columns, 4);
    for (size_t i = 0; i < wend_snapshot_table_count(snapshot); i++) {
        char rows[24];
        wend__cli_text_clear(&size);
        wend__cli_text_add_size(&size, wend_snapshot_table_bytes(snapshot, i));
        struct wend_cli_cell cells[] = {
            text_cell(wend_snapshot_table_name(snapshot, i)),
            count_cell(rows, wend_snapshot_table_rows(snapshot, i)),
            text_cell(size.data),
            text_cell(wend_snapshot_table_description(snapshot, i)),
        };
        wend__cli_table_add(&table, cells);
    }
    size_t width = context->terminal.output_is_terminal ? context->terminal.width : 0;
    wend__cli_table_render(&table, width, context->terminal.output_color, out);
    wend__cli_table_deinit(&table);
    wend__cli_text_deinit(&size);
}

static void add_for_programs(const struct wend_cli_context *context,
                             const struct wend_snapshot *snapshot, bool csv,
                             struct wend_cli_text *out) {
    static const struct wend_cli_column columns[] = {
        {.title = "table"}, {.title = "rows"}, {.title = "bytes"}, {.title = "description"}};
    wend__cli_text_add(out, csv ? "table,rows,bytes,description\n" : "");
    for (size_t i = 0; i < wend_snapshot_table_count(snapshot); i++) {
        char rows[24];
        char bytes[24];
        struct wend_cli_cell cells[] = {
            text_cell(wend_snapshot_table_name(snapshot, i)),
            count_cell(rows, wend_snapshot_table_rows(snapshot, i)),
            count_cell(bytes, wend_snapshot_table_bytes(snapshot, i)),
            text_cell(wend_snapshot_table_description(snapshot, i)),
        };
        if (csv) {
            wend__cli_csv_row(cells, 4, context->terminal.output_is_terminal, out);
        } else {
            wend__cli_json_row(columns, cells, 4, out);
        }
    }
}

enum wend_status wend__cli_show_list(struct wend_cli_context *context,
                                     const struct wend_snapshot *snapshot,
                                     struct wend_error *error) {
    const struct wend_cli_arguments *arguments = context->arguments;
    struct wend_cli_text out = {0};
    uint64_t format = arguments->values[WEND_CLI_SHOW_FORMAT].number;
    if (format != WEND_CLI_AS_TABLE) {
        add_for_programs(context, snapshot, format == WEND_CLI_AS_CSV, &out);
    } else {
        add_names(snapshot, "scopes", wend_snapshot_scope, &out);
        add_names(snapshot, "segments", wend_snapshot_segment, &out);
        add_windows(snapshot, &out);
        wend__cli_text_add(&out, "\n");
        add_table(context, snapshot, &out);
        if (!context->quiet && wend_snapshot_table_count(snapshot) > 0) {
            wend__cli_text_add(&out, "\nTo see one: wend show ");
            wend__cli_text_add_visible(&out, arguments->operands[0], strlen(arguments->operands[0]),
                                       false);
            wend__cli_text_add_format(&out, " %s\n", wend_snapshot_table_name(snapshot, 0));
        }
    }
    enum wend_status status = wend__cli_print(&out, error);
    wend__cli_text_deinit(&out);
    return status;
}
