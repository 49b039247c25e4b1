/*
 * runs.h: rows in any order and any amount become rows sorted by key, equal keys folded to one.
 *
 * Rows are collected in memory. At the cap they are sorted, folded and written to an unnamed
 * temporary file as a sorted run; at the end all runs and what is still in memory are merged. The
 * result does not depend on where the cap lies, as long as folding is associative.
 *
 *   add add add ... (full: sort, fold, write a run) ... add finish | next next next ... end
 *
 * Rows that are added in ascending order are not sorted again; the first that is not costs a look.
 *
 * Equal keys meet the fold in the order in which they were added. A key is any bytes, ordered as
 * wend__bytes_compare (sortkey.h makes such keys).
 *
 * Threads: one at a time. Several may share a budget.
 */
#ifndef WEND_DS_RUNS_H
#define WEND_DS_RUNS_H

#include "ds/run_merge.h"

struct wend_budget;
struct wend_runs;

struct wend_runs_options {
    const char *directory;      /* for the temporary file; outlives the runs; not looked at before
                                   the first spill */
    struct wend_budget *budget; /* charged with all that grows; NULL: none */
    size_t memory_bytes;        /* rows in memory take at most about this much */
    wend_combine combine;       /* NULL: rows of equal key all stay */
    void *context;              /* handed to `combine` */
};

/* After a failure of any call only destroy is allowed. */
enum wend_status wend__runs_create(const struct wend_runs_options *options, struct wend_runs **runs,
                                   struct wend_error *error);
/*
 * Copies a row in; key and payload are below 4 GiB each. Spills when the cap is reached, or when
 * the budget has no room. WEND_ERROR_IO: the disk refuses; WEND_ERROR_MEMORY; what `combine` says.
 */
enum wend_status wend__runs_add(struct wend_runs *runs, struct wend_bytes key,
                                struct wend_bytes payload, struct wend_error *error);
/* No more rows; makes ready for the first `next`. Errors as `add`. */
enum wend_status wend__runs_finish(struct wend_runs *runs, struct wend_error *error);
/* The next row, ascending, valid until the next call; an absent key at the end. */
enum wend_status wend__runs_next(struct wend_runs *runs, struct wend_bytes *key,
                                 struct wend_bytes *payload, struct wend_error *error);
/* Bytes written to temporary files so far. */
uint64_t wend__runs_spilled_bytes(const struct wend_runs *runs);
/* Releases what was charged; NULL is fine. */
void wend__runs_destroy(struct wend_runs *runs);

#endif
