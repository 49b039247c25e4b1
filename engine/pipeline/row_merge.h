/*
 * row_merge.h: the sorted rows of all workers as one sorted sequence, rows of equal key folded.
 *
 * Threads: one at a time.
 */
#ifndef WEND_PIPELINE_ROW_MERGE_H
#define WEND_PIPELINE_ROW_MERGE_H

#include "ds/runs.h"

struct wend_row_source {
    struct wend_runs *runs;
    struct wend_bytes key; /* of its present row; absent at the end */
    struct wend_bytes payload;
};

/* Zero-initialise to start. */
struct wend_row_merge {
    struct wend_row_source *sources;
    uint32_t source_count;
    struct wend_row_source *taken; /* its row was handed out and is to be left behind; or NULL */
    wend_combine combine;          /* NULL: rows of equal key all come, by source */
    void *context;
    struct wend_buffer key;
    struct wend_buffer payload;
};

/* `runs`: of each worker, finished; borrowed. `deinit` in any case. */
WEND_MUST_CHECK enum wend_status wend__row_merge_open(struct wend_row_merge *merge,
                                                      struct wend_runs *const *runs, uint32_t count,
                                                      wend_combine combine, void *context,
                                                      struct wend_error *error);
/* The next row, valid until the next call; an absent key at the end. */
WEND_MUST_CHECK enum wend_status wend__row_merge_next(struct wend_row_merge *merge,
                                                      struct wend_bytes *key,
                                                      struct wend_bytes *payload,
                                                      struct wend_error *error);
void wend__row_merge_deinit(struct wend_row_merge *merge);

#endif
