/* Records to hits: the reasons for rejecting one, in their order, and the match. */
#include "worker/worker_internal.h"

static enum wend_status reject(struct wend_worker *worker, const struct wend_rejected *rejected,
                               struct wend_error *error) {
    if (rejected->reason == WEND_REASON_LATE) {
        worker->counters.late++;
    } else {
        worker->counters.rejected[rejected->reason]++;
    }
    return worker->rejects == NULL
               ? WEND_OK
               : wend__rejects_add(worker->rejects, rejected, &worker->scratch, error);
}

enum wend_status wend__worker_reject(struct wend_worker *worker, uint32_t reason, uint64_t position,
                                     struct wend_bytes raw, struct wend_error *error) {
    struct wend_rejected rejected = {position, worker->stream->index, reason, WEND_FLAW_NONE, raw};
    return reject(worker, &rejected, error);
}

/*
 * The unit of an input's epoch numbers is that of its first number of at least 10^8. Which record
 * is the first is only known when all blocks before this one are done: waits for that.
 */
static enum wend_status find_time_unit(struct wend_worker *worker, struct wend_bytes text,
                                       struct wend_error *error) {
    struct wend_stream_state *stream = worker->stream;
    for (;;) {
        /* A partition comes in order, to one thread. */
        bool is_oldest = worker->plan->kafka != NULL ||
                         wend__block_reader_is_oldest(worker->plan->reader, worker->block.index);
        int unit = atomic_load_explicit(&stream->time_unit, memory_order_acquire);
        if (unit != WEND_TIME_UNIT_AUTO) {
            worker->time = (struct wend_time_state){(enum wend_time_unit)unit, true};
            return WEND_OK;
        }
        if (is_oldest) {
            (void)wend__time_infer(text, &worker->time);
            atomic_store_explicit(&stream->time_unit, (int)worker->time.unit, memory_order_release);
            return WEND_OK;
        }
        WEND_TRY(wend__port_idle(worker->port, error));
    }
}

static enum wend_status read_time(struct wend_worker *worker, struct wend_bytes text, bool *is_read,
                                  int64_t *ts_us, struct wend_error *error) {
    *is_read = false;
    if (text.data == NULL) {
        return WEND_OK;
    }
    enum wend_time_result result = wend__time_parse(text, &worker->time, ts_us);
    if (result == WEND_TIME_NEEDS_UNIT) {
        WEND_TRY(find_time_unit(worker, text, error));
        result = wend__time_parse(text, &worker->time, ts_us);
    }
    *is_read = result == WEND_TIME_OK;
    return WEND_OK;
}

enum wend_status wend__worker_accept(struct wend_worker *worker, const struct wend_hit *hit,
                                     struct wend_bytes customer, struct wend_error *error) {
    if (!worker->has_latest || hit->ts_us > worker->latest_us) {
        worker->has_latest = true;
        worker->latest_us = hit->ts_us;
    }
    return wend__port_send(worker->port, hit, customer, error);
}

/* The record that the matcher has begun with, which meets `where` and has a time. */
static enum wend_status take_event(struct wend_worker *worker, int64_t ts_us,
                                   const struct wend_record *record, uint64_t position,
                                   struct wend_error *error) {
    const struct wend_worker_plan *plan = worker->plan;
    struct wend_bytes customer;
    if (!wend__matcher_customer(worker->matcher, &customer)) {
        return wend__fail_memory(error);
    }
    if (customer.data == NULL) {
        return wend__worker_reject(worker, WEND_REJECT_CUSTOMER, position, record->raw, error);
    }
    if (ts_us > worker->future_us) {
        return wend__worker_reject(worker, WEND_REJECT_FUTURE, position, record->raw, error);
    }
    _Alignas(16) uint8_t space[WEND_HIT_BYTES_MAX];
    struct wend_hit *hit = (void *)space;
    WEND_TRY(wend__matcher_hit(worker->matcher, hit, error));
    hit->customer = wend__hash128(customer, plan->seed);
    hit->ts_us = ts_us;
    hit->position = position;
    if (plan->lateness_us == WEND_LATENESS_UNLIMITED) {
        return wend__worker_accept(worker, hit, customer, error);
    }
    return plan->kafka != NULL ? wend__worker_judge_now(worker, hit, customer, record->raw, error)
                               : wend__worker_wait(worker, hit, customer, record->raw, error);
}

enum wend_status wend__worker_take_record(struct wend_worker *worker, uint32_t index,
                                          uint64_t position, struct wend_error *error) {
    const struct wend_record *record = &worker->batch.records[index];
    if (record->reject != WEND_REJECT_NONE) {
        struct wend_rejected rejected = {position, worker->stream->index, record->reject,
                                         record->flaw, record->raw};
        return reject(worker, &rejected, error);
    }
    struct wend_bytes *row = worker->batch.fields + (size_t)index * worker->batch.field_count;
    if (!wend__matcher_begin(worker->matcher, row)) {
        return wend__fail_memory(error);
    }
    if (!wend__matcher_where(worker->matcher)) {
        worker->counters.filtered++;
        return WEND_OK;
    }
    bool is_read = false;
    int64_t ts_us = 0;
    WEND_TRY(read_time(worker, row[worker->plan->ruleset->time_field], &is_read, &ts_us, error));
    if (!is_read) {
        return wend__worker_reject(worker, WEND_REJECT_TIME, position, record->raw, error);
    }
    return take_event(worker, ts_us, record, position, error);
}

enum wend_status wend__worker_ingest_block(struct wend_worker *worker, struct wend_error *error) {
    const struct wend_block *block = &worker->block;
    if (worker->stream != block->stream) {
        worker->stream = block->stream;
        WEND_TRY(wend__decoder_set_input(worker->decoder, &block->stream->detected, error));
    }
    int unit = atomic_load_explicit(&block->stream->time_unit, memory_order_acquire);
    worker->time = (struct wend_time_state){
        (enum wend_time_unit)unit,
        worker->plan->ruleset->time_unit == WEND_TIME_UNIT_AUTO && unit != WEND_TIME_UNIT_AUTO};
    size_t at = 0;
    while (at < block->len) {
        size_t consumed = 0;
        WEND_TRY(wend__decoder_batch(worker->decoder, block->bytes + at, block->len - at, &consumed,
                                     &worker->batch, error));
        worker->counters.read += worker->batch.record_count;
        atomic_fetch_add_explicit(worker->plan->event_count, worker->batch.record_count,
                                  memory_order_relaxed);
        for (uint32_t i = 0; i < worker->batch.record_count; i++) {
            uint64_t position = block->position + at + worker->batch.records[i].offset;
            WEND_TRY(wend__worker_take_record(worker, i, position, error));
        }
        at += consumed;
    }
    return WEND_OK;
}
