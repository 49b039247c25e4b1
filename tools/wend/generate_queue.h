/*
 * generate_queue.h: what comes next: a heap of numbered items by time, then by order of adding.
 *
 * Threads: one at a time.
 */
#ifndef WEND_TOOLS_GENERATE_QUEUE_H
#define WEND_TOOLS_GENERATE_QUEUE_H

#include "text.h"

struct wend_cli_queued {
    int64_t time_ms;
    uint64_t order; /* of adding: ties are settled the same way everywhere */
    uint32_t item;
};

/* Zero-initialise to start. */
struct wend_cli_queue {
    struct wend_cli_queued *heap; /* four children a node: fewer cache lines than two */
    size_t count;
    size_t capacity;
    uint64_t added;
};

void wend__cli_queue_deinit(struct wend_cli_queue *queue);
void wend__cli_queue_add(struct wend_cli_queue *queue, int64_t time_ms, uint32_t item);
/* The queue is not empty. */
static inline const struct wend_cli_queued *
wend__cli_queue_top(const struct wend_cli_queue *queue) {
    return &queue->heap[0];
}
void wend__cli_queue_drop(struct wend_cli_queue *queue);
/* Gives the first item another time; cheaper than drop and add. */
void wend__cli_queue_delay(struct wend_cli_queue *queue, int64_t time_ms);

#endif
