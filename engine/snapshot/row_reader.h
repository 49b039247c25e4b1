/*
 * row_reader.h: rows of a snapshot, back as the keys and payloads that they were written from.
 *
 * Values that follow from others (rates, quantiles, ids, steps) are left out. Sums of seconds come
 * back as derived.h says. Customer ids stay as they are written.
 *
 * Threads: one at a time.
 */
#ifndef WEND_SNAPSHOT_ROW_READER_H
#define WEND_SNAPSHOT_ROW_READER_H

#include "model/detail.h"
#include "snapshot/snapshot_reader.h"

/* Zero-initialise to start. */
struct wend_row_reader {
    const struct wend_snapshot *snapshot;
    enum wend_table_id table;
    struct wend_snapshot_cursor *cursor;
    uint32_t segment_count;
    uint64_t derived;       /* columns of an aggregate that follow from others, by bits */
    struct wend_buffer key; /* of the current row */
    struct wend_buffer payload;
    struct wend_detail detail; /* of sessions and journeys; valid until the next row */
};

/* Errors as wend__snapshot_cursor_open. */
enum wend_status wend__row_reader_open(struct wend_row_reader *reader,
                                       const struct wend_snapshot *snapshot,
                                       enum wend_table_id table, struct wend_error *error);
/* Leaves the columns of aggregates that follow from others unread, and their damage unseen: for
 * callers that look at `key` and `payload` alone. Before the first row. */
void wend__row_reader_skip_derived(struct wend_row_reader *reader);
/* The next row into `key` and `payload`. WEND_ERROR_IO: a value that wend never writes. */
enum wend_status wend__row_reader_next(struct wend_row_reader *reader, bool *found,
                                       struct wend_error *error);
void wend__row_reader_close(struct wend_row_reader *reader);

#endif
