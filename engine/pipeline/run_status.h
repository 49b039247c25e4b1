/*
 * run_status.h: how the shards of a stream are doing, for whoever shows it.
 *
 *   owners --update, once a second--> statuses (under a lock) --copy--> HTTP, metrics, a terminal
 *
 * Threads: an owner updates its own shard; copies may be taken from any thread while the run is.
 */
#ifndef WEND_PIPELINE_RUN_STATUS_H
#define WEND_PIPELINE_RUN_STATUS_H

#include "pipeline/run_shards.h"

/* Times are microseconds; WEND_CHECKPOINT_NO_TIME: there is none yet. */
struct wend_shard_status {
    const char *topic; /* of the run */
    int32_t partition;
    bool is_owned; /* false: another process has it, or nobody; what follows is 0 */
    int64_t next_offset;
    int64_t checkpoint_offset; /* of the newest checkpoint on the disk */
    int64_t lag;               /* messages behind next_offset; -1: unknown */
    int64_t watermark_us;
    int64_t passed_us;          /* every unit decided before it is counted */
    int64_t updated_us;         /* monotonic clock */
    uint64_t events_per_second; /* since the update before */
    uint64_t held_hits;
    uint64_t state_bytes; /* of the newest checkpoint's state, compressed */
    bool is_writing;      /* a checkpoint is on its way */
    struct wend_counters counters;
};

/* Of the shard's owner: notes how it is, once a second at most unless it `must` be now. */
void wend__run_status_update(struct wend_run_shard *shard, bool must);
/* Copies up to `capacity` statuses, by partition; returns how many shards there are. */
size_t wend__run_status_copy(struct wend_run_state *run, struct wend_shard_status *out,
                             size_t capacity);

/* Tells in a line for people how all shards are; by the thread that called the run. */
void wend__run_status_tell(struct wend_run_state *run);

#endif
