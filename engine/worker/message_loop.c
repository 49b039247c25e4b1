/*
 * Messages to hits: a thread takes those of its own partitions, in the order of their offsets, so
 * that nothing of one partition waits for another thread.
 */
#include "base/limits.h"
#include "worker/worker_internal.h"

/* Messages that stand together and are of one partition. */
static size_t same_partition(const struct wend_message *messages, size_t count) {
    size_t len = 1;
    while (len < count && messages[len].partition == messages[0].partition) {
        len++;
    }
    return len;
}

/* What the time of the message allows for that of its event. */
static void set_bounds(struct wend_worker *worker, const struct wend_message *message) {
    bool has_time = message->ts_us != WEND_MESSAGE_NO_TIME;
    worker->future_us = has_time ? message->ts_us + WEND_US_PER_DAY : worker->plan->future_us;
    worker->mark_most_us = (has_time ? message->ts_us : worker->plan->future_us - WEND_US_PER_DAY) +
                           WEND_MAX_FUTURE_SKEW_US;
}

static enum wend_status set_partition(struct wend_worker *worker, uint32_t partition,
                                      struct wend_error *error) {
    struct wend_stream_state *stream = worker->plan->partitions[partition];
    if (worker->stream == stream) {
        return WEND_OK;
    }
    worker->stream = stream;
    int unit = atomic_load_explicit(&stream->time_unit, memory_order_relaxed);
    worker->time = (struct wend_time_state){
        (enum wend_time_unit)unit,
        worker->plan->ruleset->time_unit == WEND_TIME_UNIT_AUTO && unit != WEND_TIME_UNIT_AUTO};
    return wend__decoder_set_input(worker->decoder, &stream->detected, error);
}

/* Who looks from outside sees the messages as taken. */
static void tell_taken(const struct wend_worker *worker, const struct wend_message *messages,
                       size_t count) {
    struct wend_live *live = worker->plan->live;
    if (live == NULL) {
        return;
    }
    struct wend_live_partition *partition = &live->partitions[messages[0].partition];
    atomic_store_explicit(&partition->next_offset, messages[count - 1].offset + 1,
                          memory_order_relaxed);
    atomic_fetch_add_explicit(&partition->messages, count, memory_order_relaxed);
    if (worker->stream->has_mark) {
        atomic_store_explicit(&partition->mark_us, worker->stream->mark_us, memory_order_relaxed);
    }
}

enum wend_status wend__worker_take_messages(struct wend_worker *worker,
                                            const struct wend_message *messages, size_t count,
                                            struct wend_error *error) {
    const struct wend_worker_plan *plan = worker->plan;
    WEND_TRY(set_partition(worker, messages[0].partition, error));
    size_t at = 0;
    while (at < count) {
        size_t consumed = 0;
        WEND_TRY(wend__decoder_messages(worker->decoder, messages + at, count - at, &consumed,
                                        &worker->batch, error));
        worker->counters.read += worker->batch.record_count;
        atomic_fetch_add_explicit(plan->event_count, worker->batch.record_count,
                                  memory_order_relaxed);
        for (uint32_t i = 0; i < worker->batch.record_count; i++) {
            const struct wend_message *message = &messages[at + worker->batch.records[i].offset];
            set_bounds(worker, message);
            WEND_TRY(wend__worker_take_record(
                worker, i, worker->stream->position + (uint64_t)message->offset, error));
        }
        at += consumed;
    }
    tell_taken(worker, messages, count);
    return WEND_OK;
}

/* All partitions of the thread are read: the last offsets of some may have no message. */
static void tell_over(const struct wend_worker *worker) {
    struct wend_live *live = worker->plan->live;
    if (live == NULL) {
        return;
    }
    size_t count = wend__kafka_partition_count(worker->plan->kafka);
    for (size_t i = worker->index; i < count; i += worker->plan->worker_count) {
        struct wend_live_partition *partition = &live->partitions[i];
        atomic_store_explicit(&partition->next_offset,
                              atomic_load_explicit(&partition->end_offset, memory_order_relaxed),
                              memory_order_relaxed);
        atomic_store_explicit(&partition->is_over, true, memory_order_relaxed);
    }
    atomic_store_explicit(&live->threads[worker->index].is_over, true, memory_order_relaxed);
}

static enum wend_status take_batch(struct wend_worker *worker, const struct wend_kafka_batch *batch,
                                   struct wend_error *error) {
    size_t at = 0;
    while (at < batch->count) {
        size_t count = same_partition(batch->messages + at, batch->count - at);
        WEND_TRY(wend__worker_take_messages(worker, batch->messages + at, count, error));
        at += count;
    }
    if (worker->plan->live != NULL) {
        wend__live_count(worker->plan->live, worker->index, &worker->counters);
    }
    return WEND_OK;
}

/* The smallest mark of the thread's partitions that go on; INT64_MIN while one has none. */
static int64_t least_mark(const struct wend_worker *worker) {
    const struct wend_worker_plan *plan = worker->plan;
    size_t count = wend__kafka_partition_count(plan->kafka);
    int64_t least_us = INT64_MAX;
    for (size_t i = worker->index; i < count; i += plan->worker_count) {
        const struct wend_stream_state *stream = plan->partitions[i];
        if (wend__kafka_partition(plan->kafka, i)->is_over) {
            continue;
        }
        if (!stream->has_mark) {
            return INT64_MIN;
        }
        least_us = stream->mark_us < least_us ? stream->mark_us : least_us;
    }
    return least_us;
}

static enum wend_status tell_mark(struct wend_worker *worker, int64_t *told_us,
                                  struct wend_error *error) {
    if (worker->plan->lateness_us == WEND_LATENESS_UNLIMITED) {
        return WEND_OK;
    }
    int64_t mark_us = least_mark(worker);
    if (mark_us <= *told_us) {
        return WEND_OK;
    }
    *told_us = mark_us;
    return wend__port_send_mark(worker->port, mark_us, error);
}

enum wend_status wend__worker_ingest_messages(struct wend_worker *worker,
                                              struct wend_error *error) {
    const struct wend_worker_plan *plan = worker->plan;
    int64_t told_us = INT64_MIN;
    for (;;) {
        if (wend__router_is_stopped(plan->router)) {
            return wend__fail(error, WEND_ERROR_CANCELLED, "the run was stopped");
        }
        struct wend_kafka_batch batch;
        WEND_TRY(wend__kafka_poll(plan->kafka, worker->index, &batch, error));
        enum wend_status status = take_batch(worker, &batch, error);
        wend__kafka_release(plan->kafka, worker->index);
        WEND_TRY(status);
        WEND_TRY(tell_mark(worker, &told_us, error));
        if (batch.is_over) {
            tell_over(worker);
            return wend__port_finish(worker->port, error);
        }
        WEND_TRY(batch.count == 0 ? wend__port_idle(worker->port, error)
                                  : wend__port_drain(worker->port, NULL, error));
    }
}
