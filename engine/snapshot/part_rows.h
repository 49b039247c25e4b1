/*
 * part_rows.h: rows of all tables as bytes: what a shard has counted between two checkpoints.
 *
 *   [ table: 4 ][ bytes: 8 ][ row ][ row ]... [ table: 4 ]...     rows as in ds/row.h
 *
 * Threads: one at a time.
 */
#ifndef WEND_SNAPSHOT_PART_ROWS_H
#define WEND_SNAPSHOT_PART_ROWS_H

#include "base/buffer.h"
#include "ds/runs.h"
#include "model/schema.h"

#include <stdbool.h>

/* In front of the rows of a table. */
#define WEND_PART_HEAD_BYTES 12U

/* The windows of rows; `first` after `last`: there is none. */
struct wend_part_windows {
    int64_t first_us;
    int64_t last_us;
};

/* Appends the rows of a table; `runs` is finished, and read to its end. Widens `windows`, where
 * rows have any. WEND_ERROR_MEMORY, and what the runs say. */
WEND_MUST_CHECK enum wend_status
wend__part_append(struct wend_buffer *part, enum wend_table_id table, struct wend_runs *runs,
                  bool has_windows, struct wend_part_windows *windows, struct wend_error *error);

/* Whether the rows of a window are wanted. */
typedef bool wend_part_wants(void *context, int64_t window_us);

/* Adds the rows of `table` in the part to `runs`: all, or those of the windows that are wanted.
 * WEND_ERROR_IO: these are no such bytes; what the runs say. */
WEND_MUST_CHECK enum wend_status wend__part_add_to(struct wend_bytes part, enum wend_table_id table,
                                                   wend_part_wants *wants, void *context,
                                                   struct wend_runs *runs,
                                                   struct wend_error *error);

#endif
