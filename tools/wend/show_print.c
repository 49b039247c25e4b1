/* The rows of `wend show` as a table for people, as CSV, or as JSON. */
#include "show.h"

#include "width.h"

#include <stdlib.h>
#include <string.h>

#define PRINT_BYTES 65536U
/* A name or path that is cut below this is hard to read: columns are left out instead. */
#define READABLE_CELLS 24
#define READABLE_PATH_CELLS 40 /* three steps or so */

static enum wend_status print_titles(struct wend_cli_show *show, struct wend_cli_text *out,
                                     struct wend_cli_cell *cells) {
    for (size_t i = 0; i < show->column_count; i++) {
        const char *name = show->columns[i].name;
        cells[i] = (struct wend_cli_cell){WEND_CLI_CELL_TEXT, name, strlen(name)};
    }
    wend__cli_csv_row(cells, show->column_count, show->context->terminal.output_is_terminal, out);
    return WEND_OK;
}

static enum wend_status put_out(struct wend_cli_show *show, struct wend_cli_text *out,
                                struct wend_error *error) {
    if (show->sink == NULL) {
        return wend__cli_print(out, error);
    }
    if (show->sink->len + out->len > WEND_CLI_SINK_BYTES) {
        return wend__cli_error(error, WEND_ERROR_LIMIT,
                               "the answer is larger than 64 MiB\nAsk for fewer rows.");
    }
    wend__cli_text_add_bytes(show->sink, wend__cli_text_string(out), out->len);
    wend__cli_text_clear(out);
    return WEND_OK;
}

static enum wend_status print_for_programs(struct wend_cli_show *show, bool header,
                                           struct wend_error *error) {
    size_t count = show->column_count;
    struct wend_cli_cell *cells = wend__cli_alloc(count * sizeof *cells);
    struct wend_cli_column *titles = wend__cli_alloc(count * sizeof *titles);
    struct wend_cli_text out = {0};
    enum wend_status status = WEND_OK;
    for (size_t i = 0; i < count; i++) {
        titles[i] = (struct wend_cli_column){.title = show->columns[i].name};
    }
    if (header && show->format == WEND_CLI_AS_CSV) {
        status = print_titles(show, &out, cells);
    }
    for (size_t i = 0; i < show->rows.count && status == WEND_OK; i++) {
        wend__cli_rows_cells(&show->rows, i, cells);
        if (show->format == WEND_CLI_AS_CSV) {
            wend__cli_csv_row(cells, count, show->context->terminal.output_is_terminal, &out);
        } else {
            wend__cli_json_row(titles, cells, count, &out);
        }
        if (out.len >= PRINT_BYTES) {
            status = put_out(show, &out, error);
            if (wend__cli_output_closed()) {
                break;
            }
        }
    }
    if (status == WEND_OK) {
        status = put_out(show, &out, error);
    }
    wend__cli_text_deinit(&out);
    free(cells);
    free(titles);
    return status;
}

/* The share of the row's count in that of all rows of its scope. */
static void add_share(const struct wend_cli_show *show, size_t row, struct wend_cli_cell *cell,
                      struct wend_cli_text *text) {
    const struct wend_cli_kept_row *kept = &show->rows.rows[row];
    wend__cli_text_clear(text);
    wend__cli_percent_add((uint64_t)kept->order, show->scope_sums[kept->group], text);
    *cell = (struct wend_cli_cell){WEND_CLI_CELL_TEXT, text->data, text->len};
}

static bool says_nothing(const struct wend_cli_cell *cell) {
    if (cell->kind != WEND_CLI_CELL_NUMBER) {
        return cell->kind == WEND_CLI_CELL_NULL;
    }
    for (size_t i = 0; i < cell->len; i++) {
        if (cell->text[i] != '0' && cell->text[i] != '.') {
            return false;
        }
    }
    return true;
}

/* Optional columns in which no row has anything are left out, and a scope that is always one. */
static void find_empty(const struct wend_cli_show *show, bool *shown) {
    size_t count = show->column_count;
    struct wend_cli_cell *cells = wend__cli_alloc(count * sizeof *cells);
    for (size_t i = 0; i < count; i++) {
        shown[i] = !show->columns[i].optional;
    }
    for (size_t row = 0; row < show->rows.count; row++) {
        wend__cli_rows_cells(&show->rows, row, cells);
        for (size_t i = 0; i < count; i++) {
            shown[i] = shown[i] || !says_nothing(&cells[i]);
        }
    }
    free(cells);
}

/* The table of the columns that are `shown`; `titles` lives as long. */
static void build_table(const struct wend_cli_show *show, const bool *shown,
                        struct wend_cli_column *titles, struct wend_cli_table *table) {
    size_t count = 0;
    for (size_t i = 0; i < show->column_count; i++) {
        const struct wend_cli_shown_column *column = &show->columns[i];
        bool text = column->type == WEND_VALUE_TEXT || column->type == WEND_VALUE_TEXT_LIST ||
                    column->type == WEND_VALUE_BINARY;
        if (shown[i]) {
            titles[count++] =
                (struct wend_cli_column){.title = column->name,
                                         .right = !text && column->type != WEND_VALUE_TIME,
                                         .shrinks = text,
                                         .grouped = !text};
        }
    }
    wend__cli_table_init(table, titles, count);
    struct wend_cli_cell *cells = wend__cli_alloc(show->column_count * sizeof *cells);
    struct wend_cli_text share = {0};
    for (size_t row = 0; row < show->rows.count; row++) {
        wend__cli_rows_cells(&show->rows, row, cells);
        size_t to = 0;
        for (size_t i = 0; i < show->column_count; i++) {
            if (show->columns[i].index == WEND_CLI_NO_COLUMN) {
                add_share(show, row, &cells[i], &share);
            }
            if (shown[i]) {
                cells[to++] = cells[i];
            }
        }
        wend__cli_table_add(table, cells);
    }
    wend__cli_text_deinit(&share);
    free(cells);
}

/* Takes spare columns away until names are readable. True when one went. */
static bool drop_spare(const struct wend_cli_show *show, bool *shown,
                       const struct wend_cli_table *table, size_t width) {
    size_t *widths = wend__cli_alloc(table->column_count * sizeof *widths);
    wend__cli_table_widths(table, widths);
    size_t total = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        size_t readable =
            strcmp(table->columns[i].title, "path") == 0 ? READABLE_PATH_CELLS : READABLE_CELLS;
        bool cut = table->columns[i].shrinks && widths[i] > readable;
        widths[i] = cut ? readable : widths[i];
        total += widths[i] + (i > 0 ? 2 : 0);
    }
    bool dropped = false;
    while (total > width) {
        size_t spare = WEND_CLI_NO_COLUMN;
        size_t spare_at = 0;
        size_t at = 0;
        for (size_t i = 0; i < show->column_count; i++) {
            bool better =
                shown[i] && show->columns[i].rank > 0 &&
                (spare == WEND_CLI_NO_COLUMN || show->columns[i].rank > show->columns[spare].rank);
            spare = better ? i : spare;
            spare_at = better ? at : spare_at;
            at += shown[i] ? 1 : 0;
        }
        if (spare == WEND_CLI_NO_COLUMN) {
            break;
        }
        total -= widths[spare_at] + 2;
        memmove(&widths[spare_at], &widths[spare_at + 1], (at - spare_at - 1) * sizeof *widths);
        shown[spare] = false;
        dropped = true;
    }
    free(widths);
    return dropped;
}

/* "20 of 1,234 rows; more columns: a, b (--columns)" */
static void add_summary(const struct wend_cli_show *show, const bool *fitting, const bool *shown,
                        struct wend_cli_text *out) {
    bool filtered = show->where_count > 0;
    wend__cli_text_add(out, "\n");
    if (show->rows.count < show->matched) {
        wend__cli_text_add_count(out, show->rows.count);
        wend__cli_text_add(out, " of ");
    }
    wend__cli_text_add_count(out, show->matched);
    wend__cli_text_add(out, show->matched == 1 ? " row" : " rows");
    wend__cli_text_add(out, filtered ? (show->matched == 1 ? " that matches" : " that match") : "");
    bool first = true;
    for (size_t i = 0; i < show->column_count; i++) {
        if (fitting[i] && !shown[i]) {
            wend__cli_text_add(out, first ? "; in a wider terminal also " : ", ");
            wend__cli_text_add_visible(out, show->columns[i].name, strlen(show->columns[i].name),
                                       false);
            first = false;
        }
    }
    wend__cli_text_add(out, "\n");
}

/* Of each row its count beside the largest; to be freed. NULL where rows have no count. */
static double *find_shares(const struct wend_cli_show *show) {
    if (show->order_column == WEND_CLI_NO_COLUMN) {
        return NULL;
    }
    double *shares = wend__cli_alloc((show->rows.count + 1) * sizeof *shares);
    int64_t most = 1;
    for (size_t i = 0; i < show->rows.count; i++) {
        most = show->rows.rows[i].order > most ? show->rows.rows[i].order : most;
    }
    for (size_t i = 0; i < show->rows.count; i++) {
        int64_t count = show->rows.rows[i].order;
        shares[i] = count > 0 ? (double)count / (double)most : 0;
    }
    return shares;
}

static enum wend_status print_for_people(struct wend_cli_show *show, struct wend_error *error) {
    const struct wend_cli_terminal *terminal = &show->context->terminal;
    size_t width = terminal->output_is_terminal ? terminal->width : 0;
    size_t count = show->column_count;
    bool *fitting = wend__cli_alloc(count * sizeof *fitting);
    bool *shown = wend__cli_alloc(count * sizeof *shown);
    struct wend_cli_column *titles = wend__cli_alloc(count * sizeof *titles);
    struct wend_cli_table table;
    struct wend_cli_text out = {0};
    find_empty(show, fitting);
    memcpy(shown, fitting, count * sizeof *shown);
    build_table(show, shown, titles, &table);
    if (width > 0 && drop_spare(show, shown, &table, width)) {
        wend__cli_table_deinit(&table);
        build_table(show, shown, titles, &table);
    }
    double *shares = width > 0 ? find_shares(show) : NULL;
    table.shares = shares;
    wend__cli_table_render(&table, width, terminal->output_color, &out);
    if (!show->context->quiet) {
        add_summary(show, fitting, shown, &out);
    }
    enum wend_status status = wend__cli_print(&out, error);
    wend__cli_table_deinit(&table);
    wend__cli_text_deinit(&out);
    free(shares);
    free(fitting);
    free(shown);
    free(titles);
    return status;
}

enum wend_status wend__cli_show_print(struct wend_cli_show *show, bool header,
                                      struct wend_error *error) {
    return show->format == WEND_CLI_AS_TABLE ? print_for_people(show, error)
                                             : print_for_programs(show, header, error);
}
