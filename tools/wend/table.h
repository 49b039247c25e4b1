/*
 * table.h: rows of results as a table for people, as CSV, or as JSON.
 *
 * The table for people: columns aligned by terminal cells, numbers to the right with thousands
 * separators, names made visible (text.h), columns that may shrink shortened in the middle until a
 * row fits the terminal. Piped, nothing is shortened.
 *
 * CSV follows RFC 4180 with LF line ends and a header; absent values are empty. On a terminal, too,
 * control characters are made visible; in a pipe the bytes are as they are. JSON is one object a
 * line, keys in the order of the columns; text that is not UTF-8 gets U+FFFD.
 *
 * Threads: one at a time.
 */
#ifndef WEND_TOOLS_TABLE_H
#define WEND_TOOLS_TABLE_H

#include "text.h"

enum wend_cli_cell_kind {
    WEND_CLI_CELL_NULL,
    WEND_CLI_CELL_TEXT,
    WEND_CLI_CELL_NUMBER, /* text of a JSON number */
    WEND_CLI_CELL_RAW     /* text of any other JSON value, such as a list; CSV: as text */
};

/* Borrowed. */
struct wend_cli_cell {
    enum wend_cli_cell_kind kind;
    const char *text;
    size_t len;
};

struct wend_cli_column {
    const char *title;
    bool right;   /* aligned to the right, also its title */
    bool shrinks; /* may be shortened in the middle */
    bool grouped; /* numbers with thousands separators */
};

struct wend_cli_table {
    const struct wend_cli_column *columns; /* the caller's */
    size_t column_count;
    struct wend_cli_text bytes; /* all cells as shown, one after the other */
    size_t *ends;               /* end of cell i in `bytes` */
    size_t cell_count;
    size_t cell_capacity;
    const double *shares; /* the caller's: of each row, 0 to 1, drawn as a bar; NULL: no bars */
};

void wend__cli_table_init(struct wend_cli_table *table, const struct wend_cli_column *columns,
                          size_t column_count);
void wend__cli_table_deinit(struct wend_cli_table *table);
/* Copies a row of `column_count` cells. */
void wend__cli_table_add(struct wend_cli_table *table, const struct wend_cli_cell *cells);
/* Cells that each column needs to be shown whole. */
void wend__cli_table_widths(const struct wend_cli_table *table, size_t *widths);
/*
 * Appends the table. `width` 0: as wide as it is. Else columns that shrink lose cells, the widest
 * first, down to 12 each, and what is left of the width takes the bars, where it is 6 cells or
 * more. `styled`: the title row is bold.
 */
void wend__cli_table_render(const struct wend_cli_table *table, size_t width, bool styled,
                            struct wend_cli_text *out);

/* Appends `text` shortened in the middle ("start…end") to at most `columns` cells. */
void wend__cli_shorten(const char *text, size_t len, size_t columns, struct wend_cli_text *out);

/* One row of CSV; `visible` as for a terminal. For the header, cells of the titles. */
void wend__cli_csv_row(const struct wend_cli_cell *cells, size_t count, bool visible,
                       struct wend_cli_text *out);
/* One JSON object and a newline. */
void wend__cli_json_row(const struct wend_cli_column *columns, const struct wend_cli_cell *cells,
                        size_t count, struct wend_cli_text *out);
/* A JSON string with its quotes: controls, DEL and C1 escaped, invalid UTF-8 as U+FFFD. */
void wend__cli_json_string(const char *text, size_t len, struct wend_cli_text *out);

#endif
