#include "table.h"

#include "width.h"

#include <stdlib.h>
#include <string.h>

#define BAR_MIN 6U
#define BAR_MAX 30U
#define COLUMN_GAP 2
#define SHRUNK_MIN 12
#define ELLIPSIS "\xE2\x80\xA6"

void wend__cli_table_init(struct wend_cli_table *table, const struct wend_cli_column *columns,
                          size_t column_count) {
    *table = (struct wend_cli_table){.columns = columns, .column_count = column_count};
}

void wend__cli_table_deinit(struct wend_cli_table *table) {
    wend__cli_text_deinit(&table->bytes);
    free(table->ends);
    *table = (struct wend_cli_table){0};
}

void wend__cli_table_add(struct wend_cli_table *table, const struct wend_cli_cell *cells) {
    size_t needed = table->cell_count + table->column_count;
    if (needed > table->cell_capacity) {
        table->cell_capacity = needed * 2;
        table->ends = wend__cli_realloc(table->ends, table->cell_capacity * sizeof *table->ends);
    }
    for (size_t i = 0; i < table->column_count; i++) {
        const struct wend_cli_cell *cell = &cells[i];
        if (cell->kind == WEND_CLI_CELL_NUMBER && table->columns[i].grouped) {
            wend__cli_text_add_grouped(&table->bytes, cell->text, cell->len);
        } else if (cell->kind != WEND_CLI_CELL_NULL) {
            wend__cli_text_add_visible(&table->bytes, cell->text, cell->len, false);
        }
        table->ends[table->cell_count++] = table->bytes.len;
    }
}

static const char *cell_text(const struct wend_cli_table *table, size_t index, size_t *len) {
    size_t start = index == 0 ? 0 : table->ends[index - 1];
    *len = table->ends[index] - start;
    return wend__cli_text_string(&table->bytes) + start;
}

void wend__cli_shorten(const char *text, size_t len, size_t columns, struct wend_cli_text *out) {
    size_t used;
    if (wend__cli_width(text, len) <= columns) {
        wend__cli_text_add_bytes(out, text, len);
        return;
    }
    if (columns == 0) {
        return;
    }
    size_t head = wend__cli_prefix(text, len, columns / 2, &used);
    size_t tail = wend__cli_suffix(text + head, len - head, columns - 1 - used, &used);
    wend__cli_text_add_bytes(out, text, head);
    wend__cli_text_add(out, ELLIPSIS);
    wend__cli_text_add_bytes(out, text + len - tail, tail);
}

void wend__cli_table_widths(const struct wend_cli_table *table, size_t *widths) {
    for (size_t i = 0; i < table->column_count; i++) {
        widths[i] = wend__cli_width(table->columns[i].title, strlen(table->columns[i].title));
        for (size_t cell = i; cell < table->cell_count; cell += table->column_count) {
            size_t len;
            const char *text = cell_text(table, cell, &len);
            size_t cells = wend__cli_width(text, len);
            widths[i] = cells > widths[i] ? cells : widths[i];
        }
    }
}

/* The natural widths, then cells taken from the widest column that shrinks until the row fits. */
static void fit_columns(const struct wend_cli_table *table, size_t width, size_t *widths) {
    wend__cli_table_widths(table, widths);
    size_t total = (table->column_count - 1) * COLUMN_GAP;
    for (size_t i = 0; i < table->column_count; i++) {
        total += widths[i];
    }
    while (width > 0 && total > width) {
        size_t widest = table->column_count;
        size_t second = SHRUNK_MIN;
        for (size_t i = 0; i < table->column_count; i++) {
            if (!table->columns[i].shrinks || widths[i] <= SHRUNK_MIN) {
                continue;
            }
            if (widest == table->column_count || widths[i] > widths[widest]) {
                second = widest == table->column_count ? second : widths[widest];
                widest = i;
            } else if (widths[i] > second) {
                second = widths[i];
            }
        }
        if (widest == table->column_count) {
            break;
        }
        /* Down to the next widest at once, at least by one. */
        size_t step = widths[widest] > second ? widths[widest] - second : 1;
        step = step > total - width ? total - width : step;
        widths[widest] -= step;
        total -= step;
    }
}

static void render_cell(const struct wend_cli_column *column, const char *text, size_t len,
                        size_t width, bool last, struct wend_cli_text *out) {
    struct wend_cli_text shown = {0};
    wend__cli_shorten(text, len, width, &shown);
    size_t cells = wend__cli_width(wend__cli_text_string(&shown), shown.len);
    size_t padding = width > cells ? width - cells : 0;
    if (column->right) {
        wend__cli_text_add_repeated(out, ' ', padding);
    }
    wend__cli_text_add_bytes(out, wend__cli_text_string(&shown), shown.len);
    if (!last) {
        wend__cli_text_add_repeated(out, ' ', COLUMN_GAP + (column->right ? 0 : padding));
    }
    wend__cli_text_deinit(&shown);
}

/* Eighths of a cell make the bar smooth; what is not 0 shows. */
static void render_bar(double share, size_t cells, struct wend_cli_text *out) {
    static const char *const parts[] = {"",
                                        "\xE2\x96\x8F",
                                        "\xE2\x96\x8E",
                                        "\xE2\x96\x8D",
                                        "\xE2\x96\x8C",
                                        "\xE2\x96\x8B",
                                        "\xE2\x96\x8A",
                                        "\xE2\x96\x89"};
    size_t eighths = (size_t)(share * (double)cells * 8 + 0.5);
    eighths = share > 0 && eighths == 0 ? 1 : eighths;
    for (size_t i = 0; i < eighths / 8; i++) {
        wend__cli_text_add(out, "\xE2\x96\x88");
    }
    wend__cli_text_add(out, parts[eighths % 8]);
}

/* Cells that are left for bars behind the columns. */
static size_t bar_cells(const struct wend_cli_table *table, const size_t *widths, size_t width) {
    size_t taken = COLUMN_GAP;
    for (size_t i = 0; i < table->column_count; i++) {
        taken += widths[i] + (i > 0 ? COLUMN_GAP : 0);
    }
    size_t left = width > taken ? width - taken : 0;
    return table->shares == NULL || left < BAR_MIN ? 0 : left > BAR_MAX ? BAR_MAX : left;
}

/* Absent cells leave blanks at the end of the line. */
static void trim_line(struct wend_cli_text *out) {
    while (out->len > 0 && out->data[out->len - 1] == ' ') {
        out->data[--out->len] = '\0';
    }
}

void wend__cli_table_render(const struct wend_cli_table *table, size_t width, bool styled,
                            struct wend_cli_text *out) {
    size_t count = table->column_count;
    if (count == 0) {
        return;
    }
    size_t *widths = wend__cli_alloc(count * sizeof *widths);
    fit_columns(table, width, widths);
    size_t bar = bar_cells(table, widths, width);
    wend__cli_text_add(out, styled ? "\033[1m" : "");
    for (size_t i = 0; i < count; i++) {
        const char *title = table->columns[i].title;
        render_cell(&table->columns[i], title, strlen(title), widths[i], i + 1 == count, out);
    }
    wend__cli_text_add(out, styled ? "\033[0m\n" : "\n");
    for (size_t cell = 0; cell < table->cell_count; cell++) {
        size_t len;
        size_t i = cell % count;
        const char *text = cell_text(table, cell, &len);
        bool last = i + 1 == count;
        render_cell(&table->columns[i], text, len, widths[i], last && bar == 0, out);
        if (last) {
            if (bar > 0) {
                render_bar(table->shares[cell / count], bar, out);
            }
            trim_line(out);
            wend__cli_text_add(out, "\n");
        }
    }
    free(widths);
}
