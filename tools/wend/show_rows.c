#include "show_rows.h"

#include <stdlib.h>
#include <string.h>

/*
 * A packed row: for each cell its kind and the length of its text, then the texts.
 *
 *   | kind len | kind len | ... | text text ... |
 */
struct packed_cell {
    enum wend_cli_cell_kind kind;
    size_t len;
};

void wend__cli_rows_init(struct wend_cli_rows *rows, size_t limit, size_t column_count) {
    *rows = (struct wend_cli_rows){.limit = limit, .column_count = column_count};
}

static void drop_rows(struct wend_cli_rows *rows) {
    for (size_t i = 0; i < rows->count; i++) {
        free(rows->rows[i].packed);
    }
    rows->count = 0;
}

void wend__cli_rows_deinit(struct wend_cli_rows *rows) {
    drop_rows(rows);
    free(rows->rows);
    *rows = (struct wend_cli_rows){0};
}

static bool comes_before(int64_t order, uint64_t sequence, int64_t other_order,
                         uint64_t other_sequence) {
    return order != other_order ? order > other_order : sequence < other_sequence;
}

bool wend__cli_rows_wants(const struct wend_cli_rows *rows, int64_t order, uint64_t sequence) {
    if (rows->has_floor &&
        !comes_before(rows->floor_order, rows->floor_sequence, order, sequence)) {
        return false;
    }
    if (rows->count < rows->limit) {
        return true;
    }
    return rows->limit > 0 &&
           comes_before(order, sequence, rows->rows[0].order, rows->rows[0].sequence);
}

static bool is_worse(const struct wend_cli_kept_row *a, const struct wend_cli_kept_row *b) {
    return comes_before(b->order, b->sequence, a->order, a->sequence);
}

static void sift_up(struct wend_cli_kept_row *heap, size_t at) {
    while (at > 0 && is_worse(&heap[at], &heap[(at - 1) / 2])) {
        struct wend_cli_kept_row row = heap[at];
        heap[at] = heap[(at - 1) / 2];
        heap[(at - 1) / 2] = row;
        at = (at - 1) / 2;
    }
}

static void sift_down(struct wend_cli_kept_row *heap, size_t count) {
    size_t at = 0;
    for (;;) {
        size_t worst = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++) {
            worst = is_worse(&heap[child], &heap[worst]) ? child : worst;
        }
        if (worst == at) {
            return;
        }
        struct wend_cli_kept_row row = heap[at];
        heap[at] = heap[worst];
        heap[worst] = row;
        at = worst;
    }
}

static char *pack(const struct wend_cli_cell *cells, size_t count) {
    size_t size = count * sizeof(struct packed_cell);
    size_t text_at = size;
    for (size_t i = 0; i < count; i++) {
        size += cells[i].len;
    }
    char *packed = wend__cli_alloc(size);
    for (size_t i = 0; i < count; i++) {
        struct packed_cell cell = {cells[i].kind, cells[i].len};
        memcpy(packed + i * sizeof cell, &cell, sizeof cell);
        if (cell.len > 0) {
            memcpy(packed + text_at, cells[i].text, cell.len);
        }
        text_at += cell.len;
    }
    return packed;
}

void wend__cli_rows_add(struct wend_cli_rows *rows, int64_t order, uint64_t sequence,
                        uint32_t group, const struct wend_cli_cell *cells) {
    struct wend_cli_kept_row row = {order, sequence, group, pack(cells, rows->column_count)};
    if (rows->count == rows->limit) {
        free(rows->rows[0].packed);
        rows->rows[0] = row;
        sift_down(rows->rows, rows->count);
        return;
    }
    if (rows->count == rows->capacity) {
        rows->capacity = rows->capacity == 0 ? 32 : rows->capacity * 2;
        rows->rows = wend__cli_realloc(rows->rows, rows->capacity * sizeof *rows->rows);
    }
    rows->rows[rows->count] = row;
    sift_up(rows->rows, rows->count++);
}

static int compare(const void *a, const void *b) {
    return is_worse(a, b) ? 1 : -1; /* no two rows are equal: their places differ */
}

void wend__cli_rows_sort(struct wend_cli_rows *rows) {
    if (rows->count > 1) {
        qsort(rows->rows, rows->count, sizeof *rows->rows, compare);
    }
}

void wend__cli_rows_cells(const struct wend_cli_rows *rows, size_t index,
                          struct wend_cli_cell *cells) {
    const char *packed = rows->rows[index].packed;
    const char *text = packed + rows->column_count * sizeof(struct packed_cell);
    for (size_t i = 0; i < rows->column_count; i++) {
        struct packed_cell cell;
        memcpy(&cell, packed + i * sizeof cell, sizeof cell);
        cells[i] = (struct wend_cli_cell){cell.kind, text, cell.len};
        text += cell.len;
    }
}

void wend__cli_rows_restart(struct wend_cli_rows *rows) {
    if (rows->count > 0) {
        rows->has_floor = true;
        rows->floor_order = rows->rows[rows->count - 1].order;
        rows->floor_sequence = rows->rows[rows->count - 1].sequence;
    }
    drop_rows(rows);
}
