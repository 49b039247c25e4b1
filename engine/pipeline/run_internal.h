/*
 * run_internal.h: the state of a run; for run.c and the files run_*.c only.
 *
 * Threads: as run.h.
 */
#ifndef WEND_PIPELINE_RUN_INTERNAL_H
#define WEND_PIPELINE_RUN_INTERNAL_H

#include "base/timezone.h"
#include "pipeline/run.h"
#include "worker/worker.h"

struct wend_run_state {
    const struct wend_run_options *options;
    struct wend_inputs inputs;
    struct wend_hit_layout layout;
    struct wend_source_watch watch;
    struct wend_block_reader *reader;
    struct wend_router *router;
    struct wend_gate gate;
    struct wend_budget budget;
    struct wend_timezone *timezone;
    const char *directory;
    int64_t now_us;
    uint32_t worker_count;
    _Atomic uint64_t event_count;
    struct wend_worker_plan plan;
    struct wend_worker **workers;
    struct wend_snapshot_writer *writer; /* NULL: no snapshot */
    bool has_watermark;
    int64_t watermark_us;
    struct wend_run_result *result;
};

enum wend_run_phase { WEND_RUN_INGEST, WEND_RUN_FOLD };

/* run_threads.c: a phase on all workers; calls the progress meanwhile. */
WEND_MUST_CHECK enum wend_status
wend__run_phase(struct wend_run_state *run, enum wend_run_phase phase, struct wend_error *error);

/* Tells the caller how far the run is; false when he wants it to stop. From his thread only. */
bool wend__run_goes_on(const struct wend_run_state *run);

/* run_limits.c: the limits on what the data name, for all threads together, so that a run fails or
 * not whatever their number; each thread has kept to them for itself. WEND_ERROR_LIMIT. */
WEND_MUST_CHECK enum wend_status wend__run_check_limits(const struct wend_run_state *run,
                                                        struct wend_error *error);

/* run_output.c: rows to the snapshot and the top lists; the snapshot's place; its publication. */
WEND_MUST_CHECK enum wend_status wend__run_open_output(struct wend_run_state *run,
                                                       struct wend_error *error);
WEND_MUST_CHECK enum wend_status wend__run_write_tables(struct wend_run_state *run,
                                                        struct wend_error *error);
WEND_MUST_CHECK enum wend_status wend__run_publish(struct wend_run_state *run,
                                                   struct wend_error *error);

#endif
