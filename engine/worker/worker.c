#include "base/memory.h"
#include "worker/worker_internal.h"

static bool init_batch(struct wend_batch *batch, uint32_t field_count) {
    *batch = (struct wend_batch){.record_capacity = WEND_BATCH_RECORDS, .field_count = field_count};
    batch->records = wend__alloc_zeroed(WEND_BATCH_RECORDS, sizeof *batch->records);
    batch->fields =
        wend__alloc_zeroed((size_t)WEND_BATCH_RECORDS * field_count + 1, sizeof *batch->fields);
    return batch->records != NULL && batch->fields != NULL;
}

static enum wend_status create_ingest(struct wend_worker *worker, struct wend_error *error) {
    const struct wend_worker_plan *plan = worker->plan;
    const struct wend_ruleset *ruleset = plan->ruleset;
    WEND_TRY(wend__decoder_create(ruleset->fields, ruleset->field_count, &worker->decoder, error));
    if (!init_batch(&worker->batch, ruleset->field_count)) {
        return wend__fail_memory(error);
    }
    WEND_TRY(wend__matcher_create(ruleset, plan->layout, plan->seed, &worker->matcher, error));
    if (!plan->keeps_rejects) {
        return WEND_OK;
    }
    struct wend_runs_options options = {
        .directory = plan->directory, .budget = plan->budget, .memory_bytes = WEND_REJECTS_BYTES};
    return wend__runs_create(&options, &worker->rejects, error);
}

static enum wend_status create_owner(struct wend_worker *worker, struct wend_error *error) {
    const struct wend_worker_plan *plan = worker->plan;
    wend__touchpoints_init(&worker->touchpoints, plan->ruleset, plan->seed);
    wend__strings_init(&worker->segment_values, plan->seed);
    worker->names = wend__alloc_zeroed(plan->worker_count, sizeof *worker->names);
    worker->segments = wend__alloc_zeroed(plan->worker_count, sizeof *worker->segments);
    if (worker->names == NULL || worker->segments == NULL) {
        return wend__fail_memory(error);
    }
    struct wend_slices_options options = {
        .layout = plan->layout,
        .budget = plan->budget,
        .directory = plan->directory,
        .keeps_customers = plan->keeps_customers,
        .forgets = plan->settles_units,
    };
    return wend__slices_create(&options, &worker->slices, error);
}

enum wend_status wend__worker_renew_tally(struct wend_worker *worker, struct wend_error *error) {
    const struct wend_worker_plan *plan = worker->plan;
    struct wend_tally_options tally = {
        .ruleset = plan->ruleset,
        .layout = plan->layout,
        .touchpoints = &worker->touchpoints,
        .segment_values = &worker->segment_values,
        .tables = plan->tables,
        .budget = plan->budget,
        .directory = plan->directory,
        .seed = plan->seed,
    };
    return wend__tally_create(&tally, &worker->tally, error);
}

/* A `wend_unit_sink`. */
static enum wend_status count_unit(void *context, const struct wend_unit *unit,
                                   struct wend_error *error) {
    const struct wend_worker *worker = context;
    return wend__tally_unit(worker->tally, unit, error);
}

static enum wend_status create_fold(struct wend_worker *worker, struct wend_error *error) {
    const struct wend_worker_plan *plan = worker->plan;
    WEND_TRY(wend__worker_renew_tally(worker, error));
    struct wend_folder_options folder = {
        .ruleset = plan->ruleset,
        .layout = plan->layout,
        .touchpoints = &worker->touchpoints,
        .timezone = plan->timezone,
        .watermark_us = INT64_MIN, /* set before anything is folded */
        .close_all = plan->close_all,
        .sink = count_unit,
        .sink_context = worker,
    };
    return wend__folder_create(&folder, &worker->folder, error);
}

/* Where lateness is bounded, marks tell when hits may be folded before the input ends. */
static enum wend_status create_settling(struct wend_worker *worker, struct wend_error *error) {
    const struct wend_worker_plan *plan = worker->plan;
    worker->quiet_us = plan->lateness_us == WEND_LATENESS_UNLIMITED
                           ? WEND_NO_LIMIT_US
                           : wend__fold_quiet_us(plan->ruleset);
    worker->settle_at = plan->settle_hits;
    worker->texts_at = plan->settle_texts != 0 ? plan->settle_texts : WEND_SETTLE_TEXTS;
    worker->passed_us = INT64_MIN;
    worker->counted_us = INT64_MIN;
    worker->marks_us = wend__alloc(plan->worker_count * sizeof *worker->marks_us);
    if (worker->marks_us == NULL) {
        return wend__fail_memory(error);
    }
    for (uint32_t i = 0; i < plan->worker_count; i++) {
        worker->marks_us[i] = INT64_MIN;
    }
    return WEND_OK;
}

enum wend_status wend__worker_create(const struct wend_worker_plan *plan, uint32_t index,
                                     struct wend_worker **worker, struct wend_error *error) {
    *worker = NULL;
    struct wend_worker *made = wend__alloc_zeroed(1, sizeof *made);
    if (made == NULL) {
        return wend__fail_memory(error);
    }
    made->plan = plan;
    made->index = index;
    made->future_us = plan->future_us;
    enum wend_status status = create_ingest(made, error);
    if (status == WEND_OK) {
        status = create_owner(made, error);
    }
    if (status == WEND_OK) {
        status = create_fold(made, error);
    }
    if (status == WEND_OK) {
        status = create_settling(made, error);
    }
    if (status != WEND_OK) {
        wend__worker_destroy(made);
        return status;
    }
    made->port = wend__router_port(plan->router, index);
    wend__port_open(made->port, wend__worker_sink(made), wend__matcher_names(made->matcher),
                    wend__matcher_segment_values(made->matcher));
    *worker = made;
    return WEND_OK;
}

void wend__worker_destroy(struct wend_worker *worker) {
    if (worker == NULL) {
        return;
    }
    wend__tally_destroy(worker->tally);
    wend__folder_destroy(worker->folder);
    wend__slices_destroy(worker->slices);
    for (uint32_t i = 0; i < worker->plan->worker_count; i++) {
        if (worker->names != NULL) {
            wend__free(worker->names[i].ids);
        }
        if (worker->segments != NULL) {
            wend__free(worker->segments[i].ids);
        }
    }
    wend__free(worker->names);
    wend__free(worker->segments);
    wend__strings_deinit(&worker->segment_values);
    wend__touchpoints_deinit(&worker->touchpoints);
    wend__runs_destroy(worker->rejects);
    wend__block_deinit(&worker->block);
    wend__matcher_destroy(worker->matcher);
    wend__decoder_destroy(worker->decoder);
    wend__free(worker->batch.records);
    wend__free(worker->batch.fields);
    wend__buffer_deinit(&worker->scratch);
    wend__free(worker->marks_us);
    wend__free(worker->waiting);
    wend__buffer_deinit(&worker->waiting_hits);
    wend__arena_deinit(&worker->waiting_customers);
    wend__free(worker);
}

static enum wend_status take_block(struct wend_worker *worker, struct wend_error *error) {
    const struct wend_worker_plan *plan = worker->plan;
    WEND_TRY(wend__worker_ingest_block(worker, error));
    if (plan->lateness_us != WEND_LATENESS_UNLIMITED) {
        WEND_TRY(wend__worker_judge_late(worker, error));
    }
    wend__block_reader_release(plan->reader, worker->index);
    return WEND_OK;
}

static enum wend_status ingest_blocks(struct wend_worker *worker, struct wend_error *error) {
    const struct wend_worker_plan *plan = worker->plan;
    for (;;) {
        if (wend__router_is_stopped(plan->router)) {
            return wend__fail(error, WEND_ERROR_CANCELLED, "the run was stopped");
        }
        enum wend_block_turn turn;
        WEND_TRY(wend__block_reader_try(plan->reader, worker->index, &worker->block, &turn, error));
        if (turn == WEND_BLOCK_NONE) {
            return wend__port_finish(worker->port, error);
        }
        if (turn == WEND_BLOCK_TAKEN) {
            WEND_TRY(take_block(worker, error));
        }
        WEND_TRY(wend__port_drain(worker->port, NULL, error));
    }
}

enum wend_status wend__worker_ingest(struct wend_worker *worker, struct wend_error *error) {
    enum wend_status status = worker->plan->kafka != NULL
                                  ? wend__worker_ingest_messages(worker, error)
                                  : ingest_blocks(worker, error);
    if (status == WEND_OK && worker->rejects != NULL) {
        status = wend__runs_finish(worker->rejects, error);
    }
    if (status != WEND_OK) {
        wend__router_stop(worker->plan->router);
    }
    return status;
}

bool wend__worker_latest(const struct wend_worker *worker, int64_t *ts_us) {
    *ts_us = worker->latest_us;
    return worker->has_latest;
}

/* A `wend_customer_sink`. */
static enum wend_status fold_customer(void *context, const uint8_t *hits, size_t hit_count,
                                      struct wend_bytes customer, struct wend_error *error) {
    struct wend_worker *worker = context;
    return wend__folder_customer(worker->folder, hits, hit_count, customer, &worker->counters,
                                 error);
}

static enum wend_status fold_slices(struct wend_worker *worker, struct wend_error *error) {
    const struct wend_worker_plan *plan = worker->plan;
    for (uint32_t slice = worker->index; slice < WEND_SLICE_COUNT; slice += plan->worker_count) {
        if (wend__router_is_stopped(plan->router)) {
            return wend__fail(error, WEND_ERROR_CANCELLED, "the run was stopped");
        }
        WEND_TRY(wend__slices_take(worker->slices, slice, fold_customer, worker, error));
        atomic_fetch_add_explicit(plan->slice_count, 1, memory_order_relaxed);
    }
    return wend__tally_finish(worker->tally, error);
}

enum wend_status wend__worker_fold(struct wend_worker *worker, int64_t watermark_us,
                                   struct wend_error *error) {
    wend__folder_set_watermark(worker->folder, watermark_us);
    wend__folder_set_span(worker->folder, worker->counted_us, INT64_MAX);
    enum wend_status status = fold_slices(worker, error);
    if (status != WEND_OK) {
        wend__router_stop(worker->plan->router);
    }
    return status;
}

const struct wend_counters *wend__worker_counters(const struct wend_worker *worker) {
    return &worker->counters;
}

struct wend_runs *wend__worker_rows(struct wend_worker *worker, enum wend_table_id table) {
    return wend__tally_rows(worker->tally, table);
}

struct wend_runs *wend__worker_rejects(struct wend_worker *worker) {
    return worker->rejects;
}

const struct wend_strings *wend__worker_names(const struct wend_worker *worker) {
    return wend__matcher_names(worker->matcher);
}

const struct wend_strings *wend__worker_segment_values(const struct wend_worker *worker) {
    return wend__matcher_segment_values(worker->matcher);
}

uint64_t wend__worker_spilled_bytes(const struct wend_worker *worker) {
    uint64_t bytes = wend__slices_spilled_bytes(worker->slices);
    for (unsigned i = 0; worker->tally != NULL && i < WEND_TABLE_COUNT; i++) {
        if ((worker->plan->tables >> i & 1) != 0) {
            bytes +=
                wend__runs_spilled_bytes(wend__tally_rows(worker->tally, (enum wend_table_id)i));
        }
    }
    return bytes;
}
