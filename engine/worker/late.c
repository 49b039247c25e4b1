/* Bounded lateness: the events of a block wait until it is their block's turn; those of a
 * partition, which one thread reads, do not. */
#include "base/memory.h"
#include "worker/worker_internal.h"

enum wend_status wend__worker_wait(struct wend_worker *worker, const struct wend_hit *hit,
                                   struct wend_bytes customer, struct wend_bytes raw,
                                   struct wend_error *error) {
    void *list = worker->waiting;
    bool done = wend__reserve(&list, &worker->waiting_capacity, worker->waiting_count + 1,
                              sizeof *worker->waiting);
    worker->waiting = list;
    if (!done || !wend__buffer_append(&worker->waiting_hits, hit, worker->plan->layout->bytes)) {
        return wend__fail_memory(error);
    }
    struct wend_waiting waiting = {WEND_BYTES_ABSENT, raw, hit->position};
    if (worker->plan->keeps_customers) {
        const uint8_t *copy =
            wend__arena_copy(&worker->waiting_customers, customer.data, customer.len);
        if (copy == NULL) {
            return wend__fail_memory(error);
        }
        waiting.customer = wend__bytes(copy, customer.len);
    }
    worker->waiting[worker->waiting_count++] = waiting;
    return WEND_OK;
}

/* An event is late exactly when its time is below its input's mark just before it. */
static bool is_late(const struct wend_stream_state *stream, int64_t ts_us, int64_t lateness_us) {
    return stream->has_mark && ts_us < stream->mark_us - lateness_us;
}

static void raise_mark(struct wend_stream_state *stream, int64_t ts_us) {
    if (!stream->has_mark || ts_us > stream->mark_us) {
        stream->has_mark = true;
        stream->mark_us = ts_us;
    }
}

enum wend_status wend__worker_judge_now(struct wend_worker *worker, const struct wend_hit *hit,
                                        struct wend_bytes customer, struct wend_bytes raw,
                                        struct wend_error *error) {
    struct wend_stream_state *stream = worker->stream;
    if (is_late(stream, hit->ts_us, worker->plan->lateness_us)) {
        return wend__worker_reject(worker, WEND_REASON_LATE, hit->position, raw, error);
    }
    raise_mark(stream, hit->ts_us < worker->mark_most_us ? hit->ts_us : worker->mark_most_us);
    return wend__worker_accept(worker, hit, customer, error);
}

enum wend_status wend__worker_judge_late(struct wend_worker *worker, struct wend_error *error) {
    const struct wend_worker_plan *plan = worker->plan;
    uint64_t index = worker->block.index;
    while (!wend__gate_is_open(plan->gate, index)) {
        WEND_TRY(wend__port_idle(worker->port, error));
    }
    struct wend_stream_state *stream = worker->stream;
    size_t kept = 0;
    for (size_t i = 0; i < worker->waiting_count; i++) {
        const struct wend_hit *hit = wend__hit_at(plan->layout, worker->waiting_hits.data, i);
        const struct wend_waiting *waiting = &worker->waiting[i];
        if (is_late(stream, hit->ts_us, plan->lateness_us)) {
            WEND_TRY(wend__worker_reject(worker, WEND_REASON_LATE, waiting->position, waiting->raw,
                                         error));
            continue;
        }
        raise_mark(stream, hit->ts_us);
        worker->waiting[kept] = *waiting;
        memmove(worker->waiting_hits.data + kept * plan->layout->bytes, hit, plan->layout->bytes);
        kept++;
    }
    int64_t mark_us = stream->mark_us;
    bool tells_mark = stream->has_mark && stream->is_last;
    wend__gate_pass(plan->gate, index);
    /* Sending may wait for others, so it happens behind the gate. */
    for (size_t i = 0; i < kept; i++) {
        const struct wend_hit *hit = wend__hit_at(plan->layout, worker->waiting_hits.data, i);
        WEND_TRY(wend__worker_accept(worker, hit, worker->waiting[i].customer, error));
    }
    worker->waiting_count = 0;
    wend__buffer_clear(&worker->waiting_hits);
    wend__arena_clear(&worker->waiting_customers);
    /* Inputs that are still to come have no mark: only that of the last one means anything. */
    return tells_mark ? wend__port_send_mark(worker->port, mark_us, error) : WEND_OK;
}
