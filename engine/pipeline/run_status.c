#include "pipeline/run_status.h"

#include "base/clock.h"
#include "base/memory.h"

#include <inttypes.h>
#include <stdio.h>

void wend__run_status_update(struct wend_run_shard *shard, bool must) {
    struct wend_run_state *run = shard->run;
    struct wend_run_shards *shards = run->shards;
    int64_t now_us = wend__clock_monotonic_us();
    struct wend_shard_status *status = &shards->statuses[shard->index];
    if (now_us == status->updated_us ||
        (!must && now_us - status->updated_us < WEND_US_PER_SECOND)) {
        return; /* only the owner writes it, so that it may look without the lock */
    }
    const struct wend_kafka_partition *partition = wend__kafka_partition(run->kafka, shard->index);
    const struct wend_counters *counters = wend__worker_counters(wend__shard_worker(shard->shard));
    int64_t watermark_us = wend__shard_watermark(shard->shard);
    struct wend_shard_status fresh = {
        .topic = partition->topic,
        .partition = partition->partition,
        .is_owned = true,
        .next_offset = partition->next_offset,
        .checkpoint_offset = atomic_load_explicit(&shard->done_offset, memory_order_relaxed),
        .lag = wend__kafka_lag(run->kafka, shard->index),
        .watermark_us = watermark_us,
        .passed_us = wend__shard_passed(shard->shard),
        .updated_us = now_us,
        .held_hits = wend__shard_held_hits(shard->shard),
        .state_bytes = atomic_load_explicit(&shard->state_bytes, memory_order_relaxed),
        .is_writing = wend__run_shard_is_pending(shard),
        .counters = *counters,
    };
    uint64_t before = status->is_owned ? status->counters.read : counters->read;
    int64_t passed_us = now_us - status->updated_us;
    fresh.events_per_second =
        (counters->read - before) * (uint64_t)WEND_US_PER_SECOND / (uint64_t)passed_us;
    pthread_mutex_lock(&shards->lock);
    *status = fresh;
    pthread_mutex_unlock(&shards->lock);
}

size_t wend__run_status_copy(struct wend_run_state *run, struct wend_shard_status *out,
                             size_t capacity) {
    struct wend_run_shards *shards = run->shards;
    if (shards == NULL || shards->statuses == NULL) {
        return 0;
    }
    size_t count = shards->count < capacity ? shards->count : capacity;
    pthread_mutex_lock(&shards->lock);
    for (size_t i = 0; i < count; i++) {
        out[i] = shards->statuses[i];
    }
    pthread_mutex_unlock(&shards->lock);
    return shards->count;
}

void wend__run_status_tell(struct wend_run_state *run) {
    const struct wend_run_kafka *kafka = run->options->kafka;
    size_t count = wend__run_status_copy(run, NULL, 0);
    struct wend_shard_status *all = wend__alloc_zeroed(count + 1, sizeof *all);
    if (all == NULL || kafka->note == NULL) {
        wend__free(all);
        return;
    }
    (void)wend__run_status_copy(run, all, count);
    size_t owned = 0;
    uint64_t records = 0;
    int64_t lag = 0;
    for (size_t i = 0; i < count; i++) {
        owned += all[i].is_owned ? 1 : 0;
        records += all[i].counters.read;
        lag += all[i].lag > 0 ? all[i].lag : 0;
    }
    wend__free(all);
    char text[256];
    (void)snprintf(text, sizeof text,
                   "stopped at its last checkpoints: %zu of %zu partitions, %" PRIu64
                   " records since their beginning, %" PRId64 " messages behind",
                   owned, count, records, lag);
    kafka->note(kafka->note_context, text);
}
