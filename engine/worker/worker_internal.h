/*
 * worker_internal.h: the inside of a worker; for worker.c, ingest.c, late.c, message_loop.c,
 * owner.c, settle.c, release.c and shards only.
 *
 * Threads: as worker.h.
 */
#ifndef WEND_WORKER_WORKER_INTERNAL_H
#define WEND_WORKER_WORKER_INTERNAL_H

#include "base/arena.h"
#include "match/matcher.h"
#include "session/folder.h"
#include "session/slices.h"
#include "worker/rejects.h"
#include "worker/worker.h"

/* Records that are decoded before they are matched: their views stay in the first-level cache. */
#define WEND_BATCH_RECORDS 128U
/* Rejected records in memory; the rest goes to a temporary file. */
#define WEND_REJECTS_BYTES (UINT32_C(4) << 20)

/* Numbers of a source to numbers of this owner. */
struct wend_renumbering {
    uint32_t *ids;
    size_t count;
    size_t capacity;
};

/* An event that waits for its block's turn: bounded lateness only. */
struct wend_waiting {
    struct wend_bytes customer; /* in the worker's arena; absent unless customers are kept */
    struct wend_bytes raw;
    uint64_t position;
};

struct wend_worker {
    const struct wend_worker_plan *plan;
    uint32_t index;

    /* ingest */
    struct wend_decoder *decoder;
    struct wend_batch batch;
    struct wend_matcher *matcher;
    struct wend_port *port;
    struct wend_block block;
    struct wend_stream_state *stream; /* that the decoder is set to */
    struct wend_time_state time;
    int64_t future_us;    /* of the record at hand: a later time is of the future */
    int64_t mark_most_us; /* of the record at hand: what its time counts for the mark at most */
    struct wend_counters counters;
    bool has_latest;
    int64_t latest_us;
    struct wend_runs *rejects; /* NULL: not kept */
    struct wend_buffer scratch;
    struct wend_waiting *waiting; /* beside them, in the same order: their hits */
    size_t waiting_count;
    size_t waiting_capacity;
    struct wend_buffer waiting_hits;
    struct wend_arena waiting_customers;

    /* owner */
    struct wend_slices *slices;
    struct wend_touchpoints touchpoints;
    struct wend_strings segment_values;
    struct wend_renumbering *names;    /* by source */
    struct wend_renumbering *segments; /* by source */
    struct wend_folder *folder;
    struct wend_tally *tally;

    /* settling: bounded lateness only */
    int64_t quiet_us;   /* wend__fold_quiet_us; WEND_NO_LIMIT_US: nothing is settled early */
    int64_t *marks_us;  /* by source, INT64_MIN before the first */
    uint64_t held_hits; /* in the slices */
    uint64_t settle_at; /* so many held hits are looked through */
    uint64_t texts_at; /* with settles_units: so many names and segment values are looked through */
    int64_t counted_us; /* with settles_units: what has closed up to here was counted */
    int64_t passed_us;  /* units decided before this were counted; INT64_MIN: nothing is known */
};

/* settle.c: a mark that has arrived; folds what is over when much is held. */
WEND_MUST_CHECK enum wend_status wend__worker_mark(struct wend_worker *worker, uint32_t source,
                                                   int64_t mark_us, struct wend_error *error);

/* The same, whatever is held. */
WEND_MUST_CHECK enum wend_status wend__worker_settle(struct wend_worker *worker,
                                                     struct wend_error *error);
/* release.c: the names and segment values that no held hit has leave the tables, where there are
 * many. The tally must be empty, as one that was just renewed is. */
WEND_MUST_CHECK enum wend_status wend__worker_release_texts(struct wend_worker *worker,
                                                            struct wend_error *error);
/* worker.c: an empty tally, where the one before was taken away. */
WEND_MUST_CHECK enum wend_status wend__worker_renew_tally(struct wend_worker *worker,
                                                          struct wend_error *error);

/* owner.c: what arrives at the worker's port. */
struct wend_route_sink wend__worker_sink(struct wend_worker *worker);

/* ingest.c: all records of the worker's block. */
WEND_MUST_CHECK enum wend_status wend__worker_ingest_block(struct wend_worker *worker,
                                                           struct wend_error *error);
WEND_MUST_CHECK enum wend_status wend__worker_reject(struct wend_worker *worker, uint32_t reason,
                                                     uint64_t position, struct wend_bytes raw,
                                                     struct wend_error *error);
/* Record `index` of the batch, at `position` of the run. */
WEND_MUST_CHECK enum wend_status wend__worker_take_record(struct wend_worker *worker,
                                                          uint32_t index, uint64_t position,
                                                          struct wend_error *error);
/* Sends an event that is not late. */
WEND_MUST_CHECK enum wend_status wend__worker_accept(struct wend_worker *worker,
                                                     const struct wend_hit *hit,
                                                     struct wend_bytes customer,
                                                     struct wend_error *error);

/* late.c: keeps an event until its block has the turn; judges all events of the block. */
WEND_MUST_CHECK enum wend_status wend__worker_wait(struct wend_worker *worker,
                                                   const struct wend_hit *hit,
                                                   struct wend_bytes customer,
                                                   struct wend_bytes raw, struct wend_error *error);
WEND_MUST_CHECK enum wend_status wend__worker_judge_late(struct wend_worker *worker,
                                                         struct wend_error *error);
/* Judges an event of a partition, which is this thread's alone, at once. */
WEND_MUST_CHECK enum wend_status
wend__worker_judge_now(struct wend_worker *worker, const struct wend_hit *hit,
                       struct wend_bytes customer, struct wend_bytes raw, struct wend_error *error);

/* message_loop.c: messages of one partition. */
WEND_MUST_CHECK enum wend_status wend__worker_take_messages(struct wend_worker *worker,
                                                            const struct wend_message *messages,
                                                            size_t count, struct wend_error *error);
/* message_loop.c: the messages of the thread's partitions, until all are read to their ends. */
WEND_MUST_CHECK enum wend_status wend__worker_ingest_messages(struct wend_worker *worker,
                                                              struct wend_error *error);

#endif
