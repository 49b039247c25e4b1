#include "model/live.h"

#include "base/memory.h"

#include <string.h>

struct wend_live *wend__live_create(void) {
    return wend__alloc_zeroed(1, sizeof(struct wend_live));
}

static void free_partitions(struct wend_live_partition *partitions, size_t count) {
    for (size_t i = 0; partitions != NULL && i < count; i++) {
        wend__free(partitions[i].topic);
    }
    wend__free(partitions);
}

void wend__live_destroy(struct wend_live *live) {
    if (live != NULL) {
        free_partitions(live->partitions,
                        atomic_load_explicit(&live->partition_count, memory_order_acquire));
        wend__free(live);
    }
}

enum wend_status wend__live_set_partitions(struct wend_live *live,
                                           const struct wend_live_start *starts, size_t count,
                                           struct wend_error *error) {
    struct wend_live_partition *made = wend__alloc_zeroed(count + 1, sizeof *made);
    bool done = made != NULL;
    for (size_t i = 0; done && i < count; i++) {
        made[i].topic = wend__copy_text(starts[i].topic, strlen(starts[i].topic));
        made[i].partition = starts[i].partition;
        atomic_init(&made[i].next_offset, starts[i].begin_offset);
        atomic_init(&made[i].end_offset, starts[i].end_offset);
        atomic_init(&made[i].mark_us, INT64_MIN);
        done = made[i].topic != NULL;
    }
    if (!done) {
        free_partitions(made, count);
        return wend__fail_memory(error);
    }
    live->partitions = made;
    atomic_store_explicit(&live->partition_count, count, memory_order_release);
    return WEND_OK;
}

void wend__live_count(struct wend_live *live, uint32_t thread,
                      const struct wend_counters *counters) {
    struct wend_live_thread *to = &live->threads[thread];
    atomic_store_explicit(&to->read, counters->read, memory_order_relaxed);
    atomic_store_explicit(&to->filtered, counters->filtered, memory_order_relaxed);
    atomic_store_explicit(&to->late, counters->late, memory_order_relaxed);
    uint64_t gone = counters->filtered + counters->late;
    for (unsigned i = 0; i < WEND_REJECT_COUNT; i++) {
        atomic_store_explicit(&to->rejected[i], counters->rejected[i], memory_order_relaxed);
        gone += counters->rejected[i];
    }
    atomic_store_explicit(&to->accepted, counters->read - gone, memory_order_relaxed);
    atomic_fetch_add_explicit(&to->beats, 1, memory_order_relaxed);
}

void wend__live_sum(const struct wend_live *live, struct wend_counters *sum) {
    *sum = (struct wend_counters){0};
    for (uint32_t i = 0; i < WEND_MAX_THREADS; i++) {
        const struct wend_live_thread *from = &live->threads[i];
        sum->read += atomic_load_explicit(&from->read, memory_order_relaxed);
        sum->accepted += atomic_load_explicit(&from->accepted, memory_order_relaxed);
        sum->filtered += atomic_load_explicit(&from->filtered, memory_order_relaxed);
        sum->late += atomic_load_explicit(&from->late, memory_order_relaxed);
        for (unsigned reason = 0; reason < WEND_REJECT_COUNT; reason++) {
            sum->rejected[reason] +=
                atomic_load_explicit(&from->rejected[reason], memory_order_relaxed);
        }
    }
}
