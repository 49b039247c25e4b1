/*
 * shard_internal.h: the inside of a shard; for shard.c and shard_state.c only.
 *
 * Threads: as shard.h.
 */
#ifndef WEND_WORKER_SHARD_INTERNAL_H
#define WEND_WORKER_SHARD_INTERNAL_H

#include "worker/shard.h"
#include "worker/worker_internal.h"

struct wend_shard {
    struct wend_worker_plan plan;
    struct wend_router *router;
    struct wend_worker *worker;
    struct wend_stream_state *stream;
};

#endif
