/*
 * A stream without end: partitions come and go with the group's assignments, which the thread that
 * called serves while all others are parked.
 *
 *   revoke:  park -> the last checkpoint of each, on the disk -> the shards are dropped -> unpark
 *   assign:  park -> the newest checkpoint of each is claimed and read               -> unpark
 */
#include "base/clock.h"
#include "base/memory.h"
#include "pipeline/run_windows.h"

#include <stdio.h>

/* Polls of a queue whose partitions are gone; more than its limit ever holds. */
enum { DRAIN_POLLS_MAX = 1 << 20 };
/* A mark that wall time moves goes forward in such steps at least. */
#define TICK_US (10 * WEND_US_PER_SECOND)
#define TELL_US WEND_US_PER_SECOND
/* After a window could not be published. */
#define RETRY_US (10 * WEND_US_PER_SECOND)

static void park(void *context) {
    struct wend_run_state *run = context;
    struct wend_run_shards *shards = run->shards;
    pthread_mutex_lock(&shards->lock);
    shards->is_parking = true;
    while (shards->parked < shards->working) {
        (void)pthread_cond_wait(&shards->changed, &shards->lock);
    }
    pthread_mutex_unlock(&shards->lock);
}

static void unpark(void *context) {
    struct wend_run_state *run = context;
    pthread_mutex_lock(&run->shards->lock);
    run->shards->is_parking = false;
    pthread_cond_broadcast(&run->shards->changed);
    pthread_mutex_unlock(&run->shards->lock);
}

bool wend__run_live_gate(struct wend_run_state *run) {
    struct wend_run_shards *shards = run->shards;
    pthread_mutex_lock(&shards->lock);
    if (shards->is_parking) {
        shards->parked++;
        pthread_cond_broadcast(&shards->changed);
        while (shards->is_parking) {
            (void)pthread_cond_wait(&shards->changed, &shards->lock);
        }
        shards->parked--;
    }
    bool is_ending = shards->is_ending;
    pthread_mutex_unlock(&shards->lock);
    return !is_ending;
}

void wend__run_live_count(struct wend_run_state *run, bool begins) {
    pthread_mutex_lock(&run->shards->lock);
    run->shards->working += begins ? 1U : 0U;
    run->shards->working -= begins ? 0U : 1U;
    pthread_cond_broadcast(&run->shards->changed);
    pthread_mutex_unlock(&run->shards->lock);
}

void wend__run_live_end(struct wend_run_state *run) {
    pthread_mutex_lock(&run->shards->lock);
    run->shards->is_ending = true;
    pthread_mutex_unlock(&run->shards->lock);
}

static enum wend_status assigned(void *context, size_t partition, struct wend_error *error) {
    struct wend_run_state *run = context;
    struct wend_run_shard *shard = &run->shards->items[partition];
    wend__run_shard_drop(shard);
    shard->begun_us = wend__clock_monotonic_us();
    return wend__run_shard_recover(shard, error);
}

/* All at once, so that the disk works while the next one is copied. */
static enum wend_status checkpoint_all(struct wend_run_state *run, const size_t *partitions,
                                       size_t count, struct wend_error *error) {
    for (size_t i = 0; i < count; i++) {
        WEND_TRY(wend__run_shard_begin_last(&run->shards->items[partitions[i]], error));
    }
    for (size_t i = 0; i < count; i++) {
        WEND_TRY(wend__checkpoint_writer_wait(&run->shards->items[partitions[i]], error));
    }
    return WEND_OK;
}

static enum wend_status revoked(void *context, const size_t *partitions, size_t count, bool is_lost,
                                struct wend_error *error) {
    struct wend_run_state *run = context;
    enum wend_status status = WEND_OK;
    bool writes = !is_lost && !wend__router_is_stopped(run->router);
    if (writes) {
        status = checkpoint_all(run, partitions, count, error);
    }
    for (size_t i = 0; i < count; i++) {
        struct wend_run_shard *shard = &run->shards->items[partitions[i]];
        /* Of a lost one that is under way the new owner fences it, which is as it should be. */
        atomic_store_explicit(&shard->is_lost, !writes, memory_order_relaxed);
        enum wend_status waited = wend__checkpoint_writer_wait(shard, NULL);
        status = status == WEND_OK && writes ? waited : status;
        wend__run_shard_drop(shard);
    }
    return status;
}

static enum wend_status drain(void *context, struct wend_error *error) {
    struct wend_run_state *run = context;
    for (uint32_t thread = 0; thread < run->worker_count; thread++) {
        for (uint32_t i = 0; i < DRAIN_POLLS_MAX; i++) {
            bool took = false;
            WEND_TRY(wend__run_shards_poll(run, thread, &took, error));
            if (!took) {
                break;
            }
        }
    }
    return WEND_OK;
}

enum wend_status wend__run_live_follow(struct wend_run_state *run, struct wend_error *error) {
    run->shards->group = (struct wend_kafka_group){
        .context = run,
        .park = park,
        .unpark = unpark,
        .assigned = assigned,
        .revoked = revoked,
        .drain = drain,
    };
    return wend__kafka_follow(run->kafka, &run->shards->group, error);
}

enum wend_status wend__run_live_tick(struct wend_run_shard *shard, struct wend_error *error) {
    const struct wend_run_state *run = shard->run;
    int64_t idle_us = run->options->kafka->idle_us;
    const struct wend_kafka_partition *partition = wend__kafka_partition(run->kafka, shard->index);
    int64_t now_us = wend__clock_monotonic_us();
    int64_t mark_us = wend__clock_wall_us() - idle_us;
    const struct wend_stream_state *stream = run->partitions[shard->index];
    if (idle_us == 0 || partition->at_end_us == 0 || now_us - partition->at_end_us < idle_us ||
        now_us < shard->next_tick_us || (stream->has_mark && stream->mark_us >= mark_us)) {
        return WEND_OK;
    }
    shard->next_tick_us = now_us + TICK_US;
    if (!wend__kafka_confirm_end(run->kafka, shard->index)) {
        return WEND_OK; /* something has come, or the brokers are away */
    }
    (void)wend__shard_tick(shard->shard, mark_us);
    void *ticks = shard->ticks;
    bool done =
        wend__reserve(&ticks, &shard->tick_capacity, shard->tick_count + 1, sizeof *shard->ticks);
    shard->ticks = ticks;
    if (!done) {
        return wend__fail_memory(error);
    }
    shard->ticks[shard->tick_count++] =
        (struct wend_checkpoint_tick){partition->next_offset, mark_us};
    return WEND_OK;
}

void wend__run_live_tell(struct wend_run_state *run) {
    int64_t now_us = wend__clock_monotonic_us();
    struct wend_run_shards *shards = run->shards;
    if (now_us < shards->next_tell_us) {
        return;
    }
    shards->next_tell_us = now_us + TELL_US;
    for (size_t i = 0; i < shards->count; i++) {
        struct wend_run_shard *shard = &shards->items[i];
        int64_t offset = atomic_load_explicit(&shard->done_offset, memory_order_relaxed);
        if (shard->shard != NULL && offset > shard->told_offset) {
            shard->told_offset = offset;
            wend__kafka_tell_offset(run->kafka, i, offset);
        }
    }
}

void wend__run_live_publish(struct wend_run_state *run) {
    struct wend_error error = {0};
    const struct wend_run_kafka *kafka = run->options->kafka;
    int64_t now_us = wend__clock_monotonic_us();
    if (now_us < run->shards->next_publish_us ||
        wend__run_windows_publish(run, &error) == WEND_OK) {
        return;
    }
    run->shards->next_publish_us = now_us + RETRY_US;
    if (kafka->note != NULL) {
        char text[WEND_ERROR_TEXT_BYTES + 64];
        (void)snprintf(text, sizeof text, "a window could not be published, and is tried again: %s",
                       error.text);
        kafka->note(kafka->note_context, text);
    }
}
