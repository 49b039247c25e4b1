#include "worker/shard.h"

#include "base/memory.h"
#include "worker/shard_internal.h"

/* Nothing goes through a ring of one port: the fewest slots there are. */
enum { RING_SLOTS = 64 };

enum wend_status wend__shard_create(const struct wend_worker_plan *plan,
                                    struct wend_stream_state *stream, struct wend_shard **shard,
                                    struct wend_error *error) {
    struct wend_shard *made = wend__alloc_zeroed(1, sizeof *made);
    *shard = made;
    if (made == NULL) {
        return wend__fail_memory(error);
    }
    struct wend_router_options router = {
        .layout = plan->layout,
        .port_count = 1,
        .ring_slots = RING_SLOTS,
        .sends_customers = plan->keeps_customers,
    };
    made->plan = *plan;
    made->plan.worker_count = 1;
    made->plan.settles_units = true;
    made->stream = stream;
    enum wend_status status = wend__router_create(&router, &made->router, error);
    made->plan.router = made->router;
    if (status == WEND_OK) {
        status = wend__worker_create(&made->plan, 0, &made->worker, error);
    }
    if (status != WEND_OK) {
        wend__shard_destroy(made);
        *shard = NULL;
    }
    return status;
}

void wend__shard_destroy(struct wend_shard *shard) {
    if (shard != NULL) {
        wend__worker_destroy(shard->worker);
        wend__router_destroy(shard->router);
        wend__free(shard);
    }
}

struct wend_worker *wend__shard_worker(struct wend_shard *shard) {
    return shard->worker;
}

enum wend_status wend__shard_take(struct wend_shard *shard, const struct wend_message *messages,
                                  size_t count, struct wend_error *error) {
    struct wend_worker *worker = shard->worker;
    WEND_TRY(wend__worker_take_messages(worker, messages, count, error));
    if (shard->plan.lateness_us == WEND_LATENESS_UNLIMITED || !shard->stream->has_mark) {
        return WEND_OK;
    }
    return wend__port_send_mark(worker->port, shard->stream->mark_us, error);
}

enum wend_status wend__shard_settle(struct wend_shard *shard, struct wend_error *error) {
    WEND_TRY(wend__port_flush(shard->worker->port, error));
    if (!shard->stream->has_mark || wend__shard_watermark(shard) == INT64_MIN) {
        return WEND_OK;
    }
    shard->worker->marks_us[0] = shard->stream->mark_us;
    return wend__worker_settle(shard->worker, error);
}

bool wend__shard_tick(struct wend_shard *shard, int64_t mark_us) {
    struct wend_stream_state *stream = shard->stream;
    if (stream->has_mark && stream->mark_us >= mark_us) {
        return false;
    }
    stream->has_mark = true;
    stream->mark_us = mark_us;
    return true;
}

int64_t wend__shard_watermark(const struct wend_shard *shard) {
    bool has_any = shard->stream->has_mark && shard->plan.lateness_us != WEND_LATENESS_UNLIMITED;
    return has_any ? shard->stream->mark_us - shard->plan.lateness_us : INT64_MIN;
}

int64_t wend__shard_over(const struct wend_shard *shard) {
    int64_t watermark_us = wend__shard_watermark(shard);
    int64_t delay_us = wend__fold_delay_us(shard->plan.ruleset);
    return watermark_us == INT64_MIN || delay_us == WEND_NO_LIMIT_US ? INT64_MIN
                                                                     : watermark_us - delay_us;
}

int64_t wend__shard_passed(const struct wend_shard *shard) {
    return shard->worker->passed_us;
}

uint64_t wend__shard_held_hits(const struct wend_shard *shard) {
    return shard->worker->held_hits;
}

uint64_t wend__shard_texts(const struct wend_shard *shard) {
    const struct wend_worker *worker = shard->worker;
    return (uint64_t)worker->touchpoints.names.count + worker->segment_values.count;
}

enum wend_status wend__shard_swap_tally(struct wend_shard *shard, struct wend_tally **tally,
                                        struct wend_error *error) {
    *tally = NULL;
    WEND_TRY(wend__tally_finish(shard->worker->tally, error));
    *tally = shard->worker->tally;
    shard->worker->tally = NULL;
    WEND_TRY(wend__worker_renew_tally(shard->worker, error));
    return wend__worker_release_texts(shard->worker, error);
}
