/*
 * run_shards.h: a stream whose state is kept: a shard for each partition, checkpoints, recovery.
 *
 *   thread t:   poll --> the shards of its partitions --barrier--> a copy of what is open, the rows
 *                                                                   |
 *   the writer: part, state --> manifest (the commit) --> sweep  <--/
 *
 * A shard has at most one checkpoint on its way; while the disk refuses, it is tried again and the
 * shard goes on without another one.
 *
 * Threads: a shard's owner is thread index % worker_count; its chain and its job belong to the
 * writer from `submit` until `is_pending` is false again (release, acquire).
 */
#ifndef WEND_PIPELINE_RUN_SHARDS_H
#define WEND_PIPELINE_RUN_SHARDS_H

#include "pipeline/run_internal.h"
#include "snapshot/checkpoint_chain.h"
#include "snapshot/part_rows.h"
#include "worker/shard.h"

#include <pthread.h>

/* What a checkpoint takes along. */
struct wend_checkpoint_job {
    struct wend_shard_copy copy;
    struct wend_tally *tally; /* NULL once its rows are in `rows` */
    struct wend_buffer rows;
    struct wend_part_windows windows;
    bool is_merged; /* the rows are also those of the head's last `replaces` parts */
    size_t replaces;
    bool has_part; /* it is on the disk */
    struct wend_checkpoint_part part;
    int64_t begin_offset;
    int64_t next_offset;
    int64_t mark_us;                 /* WEND_CHECKPOINT_NO_TIME: none */
    struct wend_buffer outbox_bytes; /* decided journeys, where somebody wants them */
    bool has_outbox;                 /* it is on the disk */
    struct wend_checkpoint_outbox outbox;
    struct wend_checkpoint_tick *ticks;
    size_t tick_count;
    size_t tick_capacity;
};

struct wend_run_shard {
    struct wend_run_state *run;
    size_t index;   /* of its partition */
    bool was_added; /* its topic had fewer partitions when the state was begun */
    struct wend_shard *shard;
    struct wend_chain chain;
    struct wend_checkpoint_job job;
    struct wend_run_shard *next_job; /* in the writer's queue */
    _Atomic bool is_pending;
    _Atomic bool is_lost;               /* relaxed: that it is fenced is no failure */
    _Atomic int64_t done_offset;        /* relaxed: of the newest checkpoint on the disk */
    _Atomic uint64_t state_bytes;       /* relaxed: of its state */
    _Atomic uint64_t sent_seq;          /* relaxed: outboxes up to this one were sent */
    int64_t told_offset;                /* to the group's coordinator */
    struct wend_checkpoint_tick *ticks; /* since the last checkpoint */
    size_t tick_count;
    size_t tick_capacity;
    int64_t next_tick_us;
    int64_t settle_us;    /* once this is over, there is another window to fold */
    int64_t begun_us;     /* monotonic clock: of the last checkpoint's barrier, or recovery */
    int64_t begun_offset; /* that it told */
    int64_t begun_mark_us;
};

struct wend_checkpoint_writer;
struct wend_outcomes;
struct wend_run_windows;
struct wend_run_publish;
struct wend_shard_status;

struct wend_run_shards {
    struct wend_run_shard *items; /* by partition */
    size_t count;
    const char *root;
    char owner[WEND_CHECKPOINT_TEXT_BYTES];
    uint64_t seed;
    struct wend_hash128 shape_hash;
    struct wend_checkpoint_writer *writer;
    struct wend_run_windows *windows;
    struct wend_outcomes *outcomes;   /* NULL: nobody wants them */
    struct wend_run_publish *publish; /* NULL: windows stay in their folder */

    /* live: all of it is guarded by the lock */
    bool has_lock;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_parking;
    bool is_ending;
    uint32_t parked;
    uint32_t working; /* threads that poll */

    struct wend_shard_status *statuses; /* by partition; run_status.h */

    struct wend_kafka_group group;
    int64_t next_tell_us;
    int64_t next_publish_us;
};

/* run_shards.c: takes the state up, and begins to fetch. Errors: those of recovery. */
WEND_MUST_CHECK enum wend_status wend__run_shards_open(struct wend_run_state *run,
                                                       struct wend_error *error);
/* A phase, on thread `thread`. */
WEND_MUST_CHECK enum wend_status wend__run_shards_ingest(struct wend_run_state *run,
                                                         uint32_t thread, struct wend_error *error);
WEND_MUST_CHECK enum wend_status wend__run_shards_fold(struct wend_run_state *run, uint32_t thread,
                                                       struct wend_error *error);
/* Behind the ingest phase: what has failed in the writer, if anything has. */
WEND_MUST_CHECK enum wend_status wend__run_shards_result(const struct wend_run_state *run,
                                                         struct wend_error *error);
/* Behind the fold phase: all rows of a table, of the parts and of what was folded now, finished. */
WEND_MUST_CHECK enum wend_status wend__run_shards_rows(struct wend_run_state *run,
                                                       enum wend_table_id table,
                                                       struct wend_runs **runs,
                                                       struct wend_error *error);
/* Empty runs for the rows of a table. */
WEND_MUST_CHECK enum wend_status wend__run_shards_make_runs(const struct wend_run_state *run,
                                                            enum wend_table_id table,
                                                            struct wend_runs **runs,
                                                            struct wend_error *error);
/* The shard's numbers for who looks from outside; NULL: nobody does. */
struct wend_live_partition *wend__run_shard_live(const struct wend_run_shard *shard);
/* Behind recovery: tells them that this process has it. */
void wend__run_shard_tell_here(const struct wend_run_shard *shard);
/* Polls once for a thread, and takes what came. `*took` false: nothing did. */
WEND_MUST_CHECK enum wend_status wend__run_shards_poll(struct wend_run_state *run, uint32_t thread,
                                                       bool *took, struct wend_error *error);
/* Begins a shard's last checkpoint, behind the one that is on its way; none where nothing has come
 * since. */
WEND_MUST_CHECK enum wend_status wend__run_shard_begin_last(struct wend_run_shard *shard,
                                                            struct wend_error *error);
/* Forgets what is in memory of a shard, which has no checkpoint on its way. */
void wend__run_shard_drop(struct wend_run_shard *shard);
void wend__run_shards_close(struct wend_run_state *run);

/* run_recover.c: the state's place: its seed, read or made. */
WEND_MUST_CHECK enum wend_status wend__run_shards_identify(struct wend_run_state *run,
                                                           struct wend_error *error);
/* run_recover.c: makes the shard what its newest checkpoint says, and claims its chain. */
WEND_MUST_CHECK enum wend_status wend__run_shard_recover(struct wend_run_shard *shard,
                                                         struct wend_error *error);

/* run_partitions.c: whether topics have as many partitions as the state knows of; tells what was
 * added. WEND_ERROR_IO: some are gone. */
WEND_MUST_CHECK enum wend_status wend__run_partitions_check(struct wend_run_state *run,
                                                            struct wend_error *error);

/* run_live.c: joins the group. */
WEND_MUST_CHECK enum wend_status wend__run_live_follow(struct wend_run_state *run,
                                                       struct wend_error *error);
/* run_live.c: where threads wait while partitions move; false: the run ends. */
bool wend__run_live_gate(struct wend_run_state *run);
/* run_live.c: a thread begins or ends to poll. */
void wend__run_live_count(struct wend_run_state *run, bool begins);
/* run_live.c: asks all threads to make their last checkpoints and to end. */
void wend__run_live_end(struct wend_run_state *run);
/* run_live.c: moves the mark of a partition that is idle. */
WEND_MUST_CHECK enum wend_status wend__run_live_tick(struct wend_run_shard *shard,
                                                     struct wend_error *error);
/* run_live.c: publishes the next window that is complete. */
void wend__run_live_publish(struct wend_run_state *run);
/* run_live.c: tells the coordinator how far the checkpoints are. */
void wend__run_live_tell(struct wend_run_state *run);

/* part_merge.c: leaves parts out that are not needed any more, and folds small ones at the end of
 * the list into the rows of the job; once for each job. By the thread that writes. */
WEND_MUST_CHECK enum wend_status wend__run_shard_merge_parts(struct wend_run_shard *shard,
                                                             struct wend_error *error);

/* checkpoint_writer.c: the thread that writes. */
WEND_MUST_CHECK enum wend_status wend__checkpoint_writer_start(struct wend_run_state *run,
                                                               struct wend_error *error);
/* Takes the shard's job. */
void wend__checkpoint_writer_submit(struct wend_run_shard *shard);
/* Waits until the shard's job is done. WEND_ERROR_CANCELLED: the run was stopped. */
WEND_MUST_CHECK enum wend_status wend__checkpoint_writer_wait(struct wend_run_shard *shard,
                                                              struct wend_error *error);
enum wend_status wend__checkpoint_writer_result(const struct wend_run_state *run,
                                                struct wend_error *error);
/* Tells what has gone wrong meanwhile; by the thread that called the run. */
void wend__checkpoint_writer_tell(const struct wend_run_state *run);
/* Lets the thread finish what it has begun, and joins it. NULL is fine. */
void wend__checkpoint_writer_stop(struct wend_run_state *run);

static inline bool wend__run_shard_is_pending(const struct wend_run_shard *shard) {
    return atomic_load_explicit(&shard->is_pending, memory_order_acquire);
}

#endif
