/*
 * run_internal.h: the state of a run; for run.c and run_*.c only.
 *
 * Threads: as run.h.
 */
#ifndef WEND_PIPELINE_RUN_INTERNAL_H
#define WEND_PIPELINE_RUN_INTERNAL_H

#include "base/timezone.h"
#include "pipeline/rejects_file.h"
#include "pipeline/run.h"
#include "worker/worker.h"

struct wend_run_shards;

struct wend_run_state {
    const struct wend_run_options *options;
    struct wend_inputs inputs;
    struct wend_hit_layout layout;
    struct wend_source_watch watch;
    struct wend_block_reader *reader; /* NULL: messages */
    struct wend_kafka *kafka;         /* NULL: files */
    struct wend_stream_state **partitions;
    struct wend_run_shards *shards; /* NULL: no state is kept */
    uint64_t message_count;         /* that are to be read, at most */
    struct wend_router *router;
    struct wend_gate gate;
    struct wend_budget budget;
    struct wend_timezone *timezone;
    const char *directory;
    int64_t now_us;
    uint32_t worker_count;
    _Atomic uint64_t event_count;
    _Atomic uint32_t slice_count; /* that were folded */
    enum wend_run_phase phase;
    uint32_t written_tables;
    struct wend_worker_plan plan;
    struct wend_worker **workers;
    struct wend_snapshot_writer *writer; /* NULL: no snapshot */
    struct wend_rejects_file rejects;
    bool has_watermark;
    int64_t watermark_us;
    struct wend_run_result *result;
};

/* run_threads.c: a phase on all workers; calls the progress meanwhile. */
WEND_MUST_CHECK enum wend_status
wend__run_phase(struct wend_run_state *run, enum wend_run_phase phase, struct wend_error *error);

/* run_threads.c: calls the progress; WEND_ERROR_CANCELLED when the run is to stop. By the thread
 * that called the run, and not while a phase is on. */
WEND_MUST_CHECK enum wend_status wend__run_check_stop(struct wend_run_state *run,
                                                      struct wend_error *error);

/* run_kafka.c: finds the partitions and begins to fetch; their part of the result; the end. */
WEND_MUST_CHECK enum wend_status wend__run_open_kafka(struct wend_run_state *run,
                                                      struct wend_error *error);
WEND_MUST_CHECK enum wend_status wend__run_kafka_notes(struct wend_run_state *run,
                                                       struct wend_error *error);
void wend__run_stop_kafka(struct wend_run_state *run); /* all is read */
void wend__run_close_kafka(struct wend_run_state *run);

/* run.c: the streams of the run, in input order. */
struct wend_stream_state *const *wend__run_streams(const struct wend_run_state *run, size_t *count);

/* run_limits.c: behind the ingest phase. WEND_ERROR_LIMIT: all threads together have too many
 * names or segment values; WEND_ERROR_MEMORY. */
WEND_MUST_CHECK enum wend_status wend__run_check_limits(const struct wend_run_state *run,
                                                        struct wend_error *error);

/* run_output.c: what every snapshot of the run has; `segments` has room for all. */
void wend__run_snapshot_options(const struct wend_run_state *run, const char *directory,
                                struct wend_bytes *segments, struct wend_snapshot_options *options);
/* run_output.c: adds the units of a row of `paths`. */
WEND_MUST_CHECK enum wend_status wend__run_count_units(const struct wend_run_state *run,
                                                       struct wend_bytes key,
                                                       struct wend_bytes payload,
                                                       struct wend_counters *counters,
                                                       struct wend_error *error);
/* run_output.c: rows to the snapshot and the top lists; the snapshot's place; its publication. */
WEND_MUST_CHECK enum wend_status wend__run_open_output(struct wend_run_state *run,
                                                       struct wend_error *error);
WEND_MUST_CHECK enum wend_status wend__run_write_tables(struct wend_run_state *run,
                                                        struct wend_error *error);
WEND_MUST_CHECK enum wend_status wend__run_publish(struct wend_run_state *run,
                                                   struct wend_error *error);

#endif
