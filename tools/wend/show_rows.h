/*
 * show_rows.h: the first N rows of a table by a count, in bounded memory.
 *
 * Each row has a place of its own, such as that in the file. A heap keeps the best `limit` of them:
 * the largest count first, then the first place. `sort` puts these into order. To list all of a
 * table that does not fit, go over it again: after `restart` rows up to the last one that was kept
 * are passed over, and the next `limit` come.
 *
 * Threads: one at a time.
 */
#ifndef WEND_TOOLS_SHOW_ROWS_H
#define WEND_TOOLS_SHOW_ROWS_H

#include "table.h"

struct wend_cli_kept_row {
    int64_t order;     /* the count */
    uint64_t sequence; /* place */
    uint32_t group;    /* the caller's */
    char *packed;      /* its cells */
};

/* Zero-initialise, then `init`. */
struct wend_cli_rows {
    struct wend_cli_kept_row *rows; /* a heap with the worst on top; sorted: the best first */
    size_t count;
    size_t capacity;
    size_t limit;
    size_t column_count;
    bool has_floor; /* only rows behind this one are taken */
    int64_t floor_order;
    uint64_t floor_sequence;
};

void wend__cli_rows_init(struct wend_cli_rows *rows, size_t limit, size_t column_count);
void wend__cli_rows_deinit(struct wend_cli_rows *rows);
/* Whether a row of that count and place would be kept. */
bool wend__cli_rows_wants(const struct wend_cli_rows *rows, int64_t order, uint64_t sequence);
/* Keeps a copy of a row that is wanted; the worst of more than `limit` goes. */
void wend__cli_rows_add(struct wend_cli_rows *rows, int64_t order, uint64_t sequence,
                        uint32_t group, const struct wend_cli_cell *cells);
/* Puts the rows into their order; nothing may be added before a restart. */
void wend__cli_rows_sort(struct wend_cli_rows *rows);
/* The cells of row `index`; they point into the row. */
void wend__cli_rows_cells(const struct wend_cli_rows *rows, size_t index,
                          struct wend_cli_cell *cells);
/* Drops the sorted rows; from now on only rows behind them are wanted. */
void wend__cli_rows_restart(struct wend_cli_rows *rows);

#endif
