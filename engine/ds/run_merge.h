/*
 * run_merge.h: one ascending sequence of rows from several, rows of equal key folded.
 *
 * Sources are sorted runs of a file or a sorted array of rows in memory. Rows of equal key come in
 * the order of their sources, and within one in its own order.
 * Threads: one at a time.
 */
#ifndef WEND_DS_RUN_MERGE_H
#define WEND_DS_RUN_MERGE_H

#include "ds/rowsort.h"
#include "ds/run_file.h"

/*
 * Folds the payload of one more row of the same key into `accumulated`, which starts as a copy of
 * the first row's payload and becomes the payload of the result. Both may be folds of several rows
 * already, so that folding must be associative. A failure stops the merge.
 */
typedef enum wend_status (*wend_combine)(void *context, struct wend_buffer *accumulated,
                                         struct wend_bytes payload, struct wend_error *error);

struct wend_run_source {
    const uint8_t *row; /* the current one, NULL at the end */
    bool is_file;
    struct wend_run_reader reader;
    const struct wend_sort_item *next; /* in memory: what comes behind `row` */
    const struct wend_sort_item *end;
};

/* Zero-initialise to start. */
struct wend_run_merge {
    struct wend_run_source *sources;
    uint32_t *heap; /* indices of sources that have a row, the smallest row's at the front */
    uint32_t source_count;
    uint32_t source_capacity;
    uint32_t heap_count;
    bool front_taken;     /* the front's row was handed out and is to be left behind */
    wend_combine combine; /* NULL: every row is handed out by itself */
    void *context;
    struct wend_buffer key;
    struct wend_buffer payload;
};

/* Room for `source_capacity` sources. */
enum wend_status wend__run_merge_open(struct wend_run_merge *merge, uint32_t source_capacity,
                                      wend_combine combine, void *context,
                                      struct wend_error *error);
void wend__run_merge_add_run(struct wend_run_merge *merge, const struct wend_run_file *file,
                             size_t run_index, size_t read_bytes);
/* The items stay in place until the merge is closed. */
void wend__run_merge_add_memory(struct wend_run_merge *merge, const struct wend_sort_item *items,
                                size_t item_count);
/* After the last source: reads their first rows. */
enum wend_status wend__run_merge_start(struct wend_run_merge *merge, struct wend_error *error);
/* The next row, valid until the next call; an absent key at the end. */
enum wend_status wend__run_merge_next(struct wend_run_merge *merge, struct wend_bytes *key,
                                      struct wend_bytes *payload, struct wend_error *error);
void wend__run_merge_close(struct wend_run_merge *merge);

#endif
