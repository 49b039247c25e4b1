/*
 * Folding before the input ends, where lateness is bounded: what every later event is too late to
 * change leaves the memory. No number depends on when this happens.
 *
 *   a customer's hits    x x  x          x x x               x
 *                        [done with ----------]  > quiet     ^ may still be joined
 *                                              ^ + quiet < watermark
 */
#include "worker/worker_internal.h"

/* The smallest mark of all sources, less the lateness; INT64_MIN while a source has none. */
static int64_t watermark_of(const struct wend_worker *worker) {
    int64_t least_us = INT64_MAX;
    for (uint32_t i = 0; i < worker->plan->worker_count; i++) {
        if (worker->marks_us[i] < least_us) {
            least_us = worker->marks_us[i];
        }
    }
    return least_us == INT64_MIN ? INT64_MIN : least_us - worker->plan->lateness_us;
}

struct settling {
    struct wend_worker *worker;
    int64_t over_us; /* hits before this, with silence behind them, are over */
    int64_t kept_us; /* the earliest hit that stays */
};

/* A `wend_settle_sink`: folds the hits in front of the last silence that nobody can break. */
static enum wend_status settle_customer(void *context, const uint8_t *hits, size_t hit_count,
                                        struct wend_bytes customer, size_t *done_count,
                                        struct wend_error *error) {
    struct settling *settling = context;
    struct wend_worker *worker = settling->worker;
    const struct wend_hit_layout *layout = worker->plan->layout;
    size_t done = hit_count;
    int64_t next_us = INT64_MAX;
    while (done > 0) {
        int64_t ts_us = wend__hit_at(layout, hits, done - 1)->ts_us;
        if (ts_us < settling->over_us &&
            (done == hit_count || next_us - ts_us > worker->quiet_us)) {
            break;
        }
        next_us = ts_us;
        done--;
    }
    *done_count = done;
    if (done < hit_count && next_us < settling->kept_us) {
        settling->kept_us = next_us;
    }
    return wend__folder_customer(worker->folder, hits, done, customer, &worker->counters, error);
}

/* A `wend_settle_sink`: counts what has closed; what no open unit needs is done with. */
static enum wend_status settle_units(void *context, const uint8_t *hits, size_t hit_count,
                                     struct wend_bytes customer, size_t *done_count,
                                     struct wend_error *error) {
    struct settling *settling = context;
    struct wend_worker *worker = settling->worker;
    const struct wend_hit_layout *layout = worker->plan->layout;
    size_t count = hit_count;
    while (count > 0 && wend__hit_at(layout, hits, count - 1)->ts_us >= settling->over_us) {
        count--; /* it may still be overtaken */
    }
    *done_count = 0;
    if (count > 0) {
        WEND_TRY(
            wend__folder_customer(worker->folder, hits, count, customer, &worker->counters, error));
        int64_t release_us = wend__folder_release_us(worker->folder);
        while (*done_count < count && wend__hit_at(layout, hits, *done_count)->ts_us < release_us) {
            (*done_count)++;
        }
    }
    if (*done_count < hit_count) {
        int64_t kept_us = wend__hit_at(layout, hits, *done_count)->ts_us;
        settling->kept_us = kept_us < settling->kept_us ? kept_us : settling->kept_us;
    }
    return WEND_OK;
}

static enum wend_status settle_closed(struct wend_worker *worker, int64_t watermark_us,
                                      struct wend_error *error) {
    struct settling settling = {worker, watermark_us, watermark_us};
    int64_t delay_us = wend__fold_delay_us(worker->plan->ruleset);
    wend__folder_set_watermark(worker->folder, watermark_us);
    wend__folder_set_span(worker->folder, worker->counted_us, watermark_us);
    WEND_TRY(
        wend__slices_settle(worker->slices, settle_units, &settling, &worker->held_hits, error));
    worker->counted_us = watermark_us;
    wend__port_forget_customers(worker->port); /* as the slices have those without hits */
    /* No unit that is still to come was decided before any of these two. */
    worker->passed_us = settling.kept_us;
    if (delay_us != WEND_NO_LIMIT_US && watermark_us - delay_us > worker->passed_us) {
        worker->passed_us = watermark_us - delay_us;
    }
    return WEND_OK;
}

enum wend_status wend__worker_settle(struct wend_worker *worker, struct wend_error *error) {
    int64_t watermark_us = watermark_of(worker);
    if (watermark_us == INT64_MIN || watermark_us <= worker->counted_us ||
        (worker->quiet_us == WEND_NO_LIMIT_US && !worker->plan->settles_units)) {
        return WEND_OK;
    }
    if (worker->plan->settles_units) {
        WEND_TRY(settle_closed(worker, watermark_us, error));
        worker->settle_at =
            worker->held_hits * 2 < WEND_SETTLE_HITS ? WEND_SETTLE_HITS : worker->held_hits * 2;
        return WEND_OK;
    }
    struct settling settling = {worker, watermark_us - worker->quiet_us, watermark_us};
    wend__folder_set_watermark(worker->folder, watermark_us);
    WEND_TRY(
        wend__slices_settle(worker->slices, settle_customer, &settling, &worker->held_hits, error));
    worker->passed_us = settling.kept_us;
    /* Twice what stays: looking through costs at most as much again as taking the hits in. */
    uint64_t least = worker->plan->settle_hits;
    worker->settle_at = worker->held_hits * 2 < least ? least : worker->held_hits * 2;
    return WEND_OK;
}

enum wend_status wend__worker_mark(struct wend_worker *worker, uint32_t source, int64_t mark_us,
                                   struct wend_error *error) {
    worker->marks_us[source] = mark_us;
    return worker->held_hits < worker->settle_at ? WEND_OK : wend__worker_settle(worker, error);
}
