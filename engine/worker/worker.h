/*
 * worker.h: one thread of a replay: it decodes blocks, and it owns the customers of its slices.
 *
 *   ingest   block -> decode -> match -> hit -> port ==rings==> owner: slices     (all threads)
 *   fold     slice -> customers -> sessions, journeys -> tally -> sorted rows     (all threads)
 *
 * Between the two phases all threads are joined: folding needs the watermark, the largest accepted
 * time of the whole run.
 *
 * A run of messages (`kafka`) has no blocks: each thread takes the messages of its own partitions,
 * each of which is an input with a mark of its own.
 *
 * Threads: each worker belongs to one thread in a phase; the plan is shared and constant.
 */
#ifndef WEND_WORKER_WORKER_H
#define WEND_WORKER_WORKER_H

#include "model/counters.h"
#include "model/live.h"
#include "model/touchpoints.h"
#include "route/router.h"
#include "source/kafka.h"
#include "tally/tally.h"
#include "worker/block_reader.h"
#include "worker/gate.h"

struct wend_timezone;
struct wend_worker;

/* Hits in memory that are not worth looking through: 10 MB, which a cache holds. */
#define WEND_SETTLE_HITS UINT64_C(262144)
/* Names and segment values that are not worth looking through. */
#define WEND_SETTLE_TEXTS UINT64_C(16384)

/* What all workers of a run share; everything is borrowed. */
struct wend_worker_plan {
    const struct wend_ruleset *ruleset;
    const struct wend_hit_layout *layout;
    struct wend_block_reader *reader;            /* NULL: the run is of messages */
    struct wend_kafka *kafka;                    /* NULL: the run is of files */
    struct wend_stream_state *const *partitions; /* of `kafka`, in its order */
    struct wend_router *router;
    struct wend_gate *gate;
    struct wend_budget *budget;
    const struct wend_timezone *timezone; /* NULL unless sessions are cut at midnight */
    const char *directory;                /* for temporary files */
    uint64_t seed;                        /* the secret seed of the run */
    uint32_t worker_count;
    uint32_t tables;       /* bits 1 << enum wend_table_id that are computed */
    int64_t future_us;     /* later events are of the future; a message with a time has its own */
    int64_t lateness_us;   /* WEND_LATENESS_UNLIMITED, or the bound */
    uint64_t settle_hits;  /* held hits that are looked through, with bounded lateness */
    uint64_t settle_texts; /* with settles_units: texts likewise; 0: WEND_SETTLE_TEXTS */
    bool settles_units; /* settling counts each unit once it has closed, and need not wait until a
                           customer is silent */
    bool close_all;
    bool keeps_customers; /* sessions or journeys are wanted */
    bool keeps_rejects;
    _Atomic uint64_t *event_count; /* relaxed: records read so far, for progress */
    _Atomic uint32_t *slice_count; /* relaxed: slices folded so far, for progress */
    struct wend_live *live;        /* messages: told after each batch; NULL: nobody looks */
};

WEND_MUST_CHECK enum wend_status wend__worker_create(const struct wend_worker_plan *plan,
                                                     uint32_t index, struct wend_worker **worker,
                                                     struct wend_error *error);
void wend__worker_destroy(struct wend_worker *worker);

/* Decodes blocks until there are none, and takes hits until no worker sends any. On failure the
 * router is stopped, and the other workers end with WEND_ERROR_CANCELLED. */
WEND_MUST_CHECK enum wend_status wend__worker_ingest(struct wend_worker *worker,
                                                     struct wend_error *error);
/* After ingest: false without any accepted event. */
bool wend__worker_latest(const struct wend_worker *worker, int64_t *ts_us);

/* Folds the worker's slices and makes its rows ready. */
WEND_MUST_CHECK enum wend_status wend__worker_fold(struct wend_worker *worker, int64_t watermark_us,
                                                   struct wend_error *error);

const struct wend_counters *wend__worker_counters(const struct wend_worker *worker);
/* The rows of a computed table, ascending; after fold. */
struct wend_runs *wend__worker_rows(struct wend_worker *worker, enum wend_table_id table);
/* Rejected and late records by position (rejects.h), ready for `next` after ingest; NULL without
 * keeps_rejects. */
struct wend_runs *wend__worker_rejects(struct wend_worker *worker);
/* Touchpoint names and segment values that this thread has made, for the limits of the run. */
const struct wend_strings *wend__worker_names(const struct wend_worker *worker);
const struct wend_strings *wend__worker_segment_values(const struct wend_worker *worker);
uint64_t wend__worker_spilled_bytes(const struct wend_worker *worker);

#endif
