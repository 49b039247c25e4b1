/*
 * live.h: how far a run is, for whoever looks at it from outside while it goes on.
 *
 *   workers --relaxed stores--> struct wend_live --relaxed loads--> metrics, health
 *
 * Each thread writes numbers of its own and of its own partitions, after each batch; a reader sees
 * each number as it was a moment ago, and no two of them at the same moment. No result depends on
 * any.
 *
 * Whoever wants to look makes it before the run and destroys it after; the run fills it in.
 *
 * Threads: `set_partitions` by the thread that runs, once; the others as said above.
 */
#ifndef WEND_MODEL_LIVE_H
#define WEND_MODEL_LIVE_H

#include "base/limits.h"
#include "base/status.h"
#include "model/counters.h"

#include <stdatomic.h>

/* What a thread has counted so far; as in counters.h. Duplicates are found later, and are among
 * the accepted here. */
struct wend_live_thread {
    _Atomic uint64_t read;
    _Atomic uint64_t accepted;
    _Atomic uint64_t filtered;
    _Atomic uint64_t rejected[WEND_REJECT_COUNT];
    _Atomic uint64_t late;
    _Atomic uint64_t beats; /* rounds of the thread's loop: it moves as long as the thread does */
    _Atomic bool is_over;   /* the thread has nothing more to take */
};

struct wend_live_partition {
    char *topic; /* a copy: it outlives the run */
    int32_t partition;
    _Atomic int64_t next_offset; /* behind the last message that was taken */
    _Atomic int64_t end_offset;  /* behind the last that is known to be there */
    _Atomic uint64_t messages;
    _Atomic int64_t mark_us; /* the watermark; INT64_MIN: none yet */
    _Atomic bool is_over;    /* nothing more is to be read */

    /* With a state: of its shard, by its thread; what a checkpoint was, by the one that writes. */
    _Atomic bool has_shard;            /* this process has it */
    _Atomic uint64_t held_hits;        /* events of what is open */
    _Atomic uint64_t checkpoints;      /* written by this process */
    _Atomic uint64_t failures;         /* tries that the disk refused */
    _Atomic int64_t checkpoint_us;     /* monotonic clock: of the newest, or since when the shard is
                                          here */
    _Atomic int64_t checkpoint_offset; /* that the newest has */
    _Atomic int64_t checkpoint_took_us; /* from its barrier until it was on the disk; 0: none yet */
    _Atomic int64_t checkpoint_held_us; /* how long the shard stood still at the last barrier */
    _Atomic uint64_t checkpoint_bytes;  /* of its state, compressed */
};

/* What a stream sends of the journeys that were decided. */
struct wend_live_outcomes {
    _Atomic bool is_wanted;
    _Atomic uint64_t sent;    /* since the start */
    _Atomic uint64_t waiting; /* on the disk, for brokers */
    _Atomic bool is_stalled;  /* the brokers take none at present */
};

struct wend_live {
    struct wend_live_thread threads[WEND_MAX_THREADS];
    struct wend_live_outcomes outcomes;
    struct wend_live_partition *partitions;
    /* Written once, behind the partitions (release); read acquire. */
    _Atomic size_t partition_count;
    /* Whether events are being taken; the counting and writing behind it is not. */
    _Atomic bool is_reading;
};

/* NULL without memory. */
struct wend_live *wend__live_create(void);
/* Accepts NULL. */
void wend__live_destroy(struct wend_live *live);

/* A partition as it is at the start. */
struct wend_live_start {
    const char *topic;
    int32_t partition;
    int64_t begin_offset;
    int64_t end_offset;
};
/* Makes `count` partitions, in the order in which they are known by index. WEND_ERROR_MEMORY. */
WEND_MUST_CHECK enum wend_status wend__live_set_partitions(struct wend_live *live,
                                                           const struct wend_live_start *starts,
                                                           size_t count, struct wend_error *error);

/* What thread `thread` has counted, and that it goes on. */
void wend__live_count(struct wend_live *live, uint32_t thread,
                      const struct wend_counters *counters);

/* The sums over all threads; fields that a thread does not tell stay 0. */
void wend__live_sum(const struct wend_live *live, struct wend_counters *sum);

#endif
