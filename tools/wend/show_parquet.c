/* The rows of `wend show` as a Parquet file on standard output, in the order of the snapshot. */
#include "show.h"

#include <stdlib.h>

static enum wend_status check(const struct wend_cli_show *show, struct wend_error *error) {
    if (show->context->arguments->values[WEND_CLI_ROWS].given) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "--format parquet takes all rows that match, in the order of the "
                               "snapshot\nLeave --top out.");
    }
    if (show->context->terminal.output_is_terminal) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "a Parquet file is nothing to read on a terminal\n"
                               "Send it to a file: ... --format parquet > %s.parquet",
                               show->table_name);
    }
    return WEND_OK;
}

struct writing {
    enum wend_status status; /* of the printing */
    struct wend_error *error;
};

static bool write_bytes(void *opaque, const void *bytes, size_t len) {
    struct writing *writing = opaque;
    struct wend_cli_text text = {0};
    wend__cli_text_add_bytes(&text, bytes, len);
    writing->status = wend__cli_print(&text, writing->error);
    wend__cli_text_deinit(&text);
    return writing->status == WEND_OK;
}

static enum wend_status write_rows(struct wend_cli_show *show, struct wend_export *rows,
                                   struct wend_error *error) {
    enum wend_status status = WEND_OK;
    bool found = true;
    while (status == WEND_OK && !wend__cli_output_closed()) {
        status = wend_cursor_next(show->cursor, &found, error);
        if (status != WEND_OK || !found) {
            break;
        }
        if (atomic_load_explicit(show->context->stop, memory_order_relaxed)) {
            return wend__cli_error(error, WEND_ERROR_CANCELLED, "stopped");
        }
        if (wend__cli_show_fits(show)) {
            show->matched++;
            status = wend_export_row(rows, error);
        }
    }
    return status == WEND_OK ? wend_export_finish(rows, error) : status;
}

enum wend_status wend__cli_show_parquet(struct wend_cli_show *show, struct wend_error *error) {
    struct wend_error own = {0};
    struct writing writing = {.error = &own};
    struct wend_export *rows = NULL;
    size_t *columns = wend__cli_alloc((show->column_count + 1) * sizeof *columns);
    for (size_t i = 0; i < show->column_count; i++) {
        columns[i] = show->columns[i].index;
    }
    enum wend_status status = check(show, error);
    if (status == WEND_OK) {
        status = wend_export_open(show->cursor, columns, show->column_count, write_bytes, &writing,
                                  &rows, error);
    }
    if (status == WEND_OK) {
        status = write_rows(show, rows, error);
    }
    if (writing.status != WEND_OK) {
        *error = own;
        status = writing.status;
    }
    wend_export_close(rows);
    free(columns);
    return status;
}
