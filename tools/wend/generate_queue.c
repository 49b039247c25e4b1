#include "generate_queue.h"

#include <stdlib.h>

#define FAN 4

void wend__cli_queue_deinit(struct wend_cli_queue *queue) {
    free(queue->heap);
    *queue = (struct wend_cli_queue){0};
}

static bool before(const struct wend_cli_queued *a, const struct wend_cli_queued *b) {
    return a->time_ms != b->time_ms ? a->time_ms < b->time_ms : a->order < b->order;
}

/* Puts `entry` at the top's place or below, where the order holds. */
static void sink(struct wend_cli_queue *queue, struct wend_cli_queued entry) {
    struct wend_cli_queued *heap = queue->heap;
    size_t at = 0;
    for (;;) {
        size_t child = at * FAN + 1;
        if (child >= queue->count) {
            break;
        }
        size_t end = child + FAN < queue->count ? child + FAN : queue->count;
        size_t least = child;
        for (size_t i = child + 1; i < end; i++) {
            least = before(&heap[i], &heap[least]) ? i : least;
        }
        if (!before(&heap[least], &entry)) {
            break;
        }
        heap[at] = heap[least];
        at = least;
    }
    heap[at] = entry;
}

void wend__cli_queue_add(struct wend_cli_queue *queue, int64_t time_ms, uint32_t item) {
    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity == 0 ? 1024 : queue->capacity * 2;
        queue->heap = wend__cli_realloc(queue->heap, queue->capacity * sizeof *queue->heap);
    }
    struct wend_cli_queued entry = {time_ms, queue->added++, item};
    size_t at = queue->count++;
    while (at > 0 && before(&entry, &queue->heap[(at - 1) / FAN])) {
        queue->heap[at] = queue->heap[(at - 1) / FAN];
        at = (at - 1) / FAN;
    }
    queue->heap[at] = entry;
}

void wend__cli_queue_drop(struct wend_cli_queue *queue) {
    queue->count--;
    if (queue->count > 0) {
        sink(queue, queue->heap[queue->count]);
    }
}

void wend__cli_queue_delay(struct wend_cli_queue *queue, int64_t time_ms) {
    sink(queue, (struct wend_cli_queued){time_ms, queue->added++, queue->heap[0].item});
}
