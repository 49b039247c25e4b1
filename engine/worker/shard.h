/*
 * shard.h: a partition of a stream with all that it needs: who decodes, who owns its customers, and
 * what is open.
 *
 *   messages --take--> hits, held --settle--> units that are over --> rows   --swap--> a checkpoint
 *                         \__________________________________________________copy____/
 *
 * It is a worker of its own, the only one of its own router: nothing of a partition depends on
 * another one, so that a shard can be copied, given away and taken up again by itself.
 *
 * What is open is hits: at a barrier they are copied whole (a memcpy), and whoever has the copy
 * encodes and writes it while the shard goes on.
 *
 * Threads: one at a time. Copies and tallies that were handed out are their new owner's.
 */
#ifndef WEND_WORKER_SHARD_H
#define WEND_WORKER_SHARD_H

#include "base/buffer.h"
#include "worker/stream_state.h"
#include "worker/worker.h"

/* A copy of what is open. */
struct wend_shard_copy {
    struct wend_buffer head; /* marks, counts, names */
    struct wend_buffer hits;
    struct wend_buffer customers;
    struct wend_counters counters;
    uint32_t hit_bytes;
    int64_t counted_us; /* hits before this are in the counters already */
    int64_t passed_us;
};

/* Of the hits of a copy, those that are in no counter yet. */
uint64_t wend__shard_copy_waiting(const struct wend_shard_copy *copy);

/* What a partition has seen beside its records; kept with the state. */
struct wend_shard_facts {
    int64_t begin_offset; /* where its first reader began */
    int64_t next_offset;
    uint64_t bytes;
    uint64_t tombstones;
    uint64_t null_keys;
    uint64_t empty_offsets;
};

struct wend_shard;

/* `plan` is copied, what it points to is borrowed; `plan->seed` is that of the whole state. Errors
 * as wend__worker_create. */
WEND_MUST_CHECK enum wend_status wend__shard_create(const struct wend_worker_plan *plan,
                                                    struct wend_stream_state *stream,
                                                    struct wend_shard **shard,
                                                    struct wend_error *error);
/* Accepts NULL. */
void wend__shard_destroy(struct wend_shard *shard);

struct wend_worker *wend__shard_worker(struct wend_shard *shard);

/* Messages of its partition. Errors as ingest. */
WEND_MUST_CHECK enum wend_status wend__shard_take(struct wend_shard *shard,
                                                  const struct wend_message *messages, size_t count,
                                                  struct wend_error *error);
/* Folds what is over now; without it that is only done when much is held. */
WEND_MUST_CHECK enum wend_status wend__shard_settle(struct wend_shard *shard,
                                                    struct wend_error *error);
/* The mark becomes `mark_us` if that is later: its partition is idle. True if it was moved. */
bool wend__shard_tick(struct wend_shard *shard, int64_t mark_us);
/* The mark less the lateness; INT64_MIN: none yet, or lateness is unlimited. */
int64_t wend__shard_watermark(const struct wend_shard *shard);
/* By the watermark, every unit decided before this has closed; INT64_MIN: nothing is known. */
int64_t wend__shard_over(const struct wend_shard *shard);
/* Every unit decided before this has been counted; INT64_MIN: nothing is known. */
int64_t wend__shard_passed(const struct wend_shard *shard);
uint64_t wend__shard_held_hits(const struct wend_shard *shard);
/* Names of touchpoints and values of segments in its tables. */
uint64_t wend__shard_texts(const struct wend_shard *shard);

/* Copies what is open into `copy`, whose buffers are used again. */
WEND_MUST_CHECK enum wend_status wend__shard_copy(struct wend_shard *shard,
                                                  const struct wend_shard_facts *facts,
                                                  struct wend_shard_copy *copy,
                                                  struct wend_error *error);
void wend__shard_copy_deinit(struct wend_shard_copy *copy);
/*
 * What was counted since the last call, finished, with a new tally in its place; the caller's. Then
 * names and segment values that nothing open has are forgotten: so that of all that a shard keeps
 * nothing grows with its age, this is called before a copy is made.
 */
WEND_MUST_CHECK enum wend_status wend__shard_swap_tally(struct wend_shard *shard,
                                                        struct wend_tally **tally,
                                                        struct wend_error *error);

/* Makes a shard that has taken nothing yet what a copy says: the bytes of head, hits and customers,
 * one behind the other. WEND_ERROR_IO: they are none of this layout. */
WEND_MUST_CHECK enum wend_status wend__shard_restore(struct wend_shard *shard,
                                                     struct wend_bytes bytes,
                                                     struct wend_shard_facts *facts,
                                                     struct wend_error *error);

#endif
