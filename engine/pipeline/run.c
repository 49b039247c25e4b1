#include "pipeline/run.h"

#include "base/clock.h"
#include "base/memory.h"
#include "pipeline/look.h"
#include "pipeline/run_outcomes.h"
#include "pipeline/run_status.h"

#include <stdlib.h>
#include <unistd.h>

void wend__run_result_destroy(struct wend_run_result *result) {
    if (result != NULL) {
        wend__top_lists_destroy(result->lists);
        wend__arena_deinit(&result->arena);
        wend__free(result);
    }
}

static enum wend_status make_result(struct wend_run_state *run, struct wend_error *error) {
    const struct wend_ruleset *ruleset = run->options->ruleset;
    struct wend_run_result *result = wend__alloc_zeroed(1, sizeof *result);
    if (result == NULL) {
        return wend__fail_memory(error);
    }
    run->result = result;
    result->scope_count = 1 + ruleset->journey_count;
    result->scopes =
        wend__arena_alloc(&result->arena, result->scope_count * sizeof *result->scopes);
    if (result->scopes == NULL) {
        return wend__fail_memory(error);
    }
    result->scopes[0] = wend__bytes_text("session");
    for (uint32_t i = 0; i < ruleset->journey_count; i++) {
        struct wend_bytes name = ruleset->journeys[i].name;
        name.data = wend__arena_copy(&result->arena, name.data, name.len);
        if (name.data == NULL) {
            return wend__fail_memory(error);
        }
        result->scopes[1 + i] = name;
    }
    return WEND_OK;
}

uint64_t wend__default_memory_bytes(void) {
    long pages = sysconf(_SC_PHYS_PAGES);
    long page_bytes = sysconf(_SC_PAGESIZE);
    return pages > 0 && page_bytes > 0 ? (uint64_t)pages / 2 * (uint64_t)page_bytes
                                       : UINT64_C(1) << 30;
}

const char *wend__temporary_directory(const char *named) {
    if (named == NULL) {
        named = getenv("TMPDIR");
    }
    return named != NULL && *named != '\0' ? named : "/tmp";
}

static void fill_defaults(struct wend_run_state *run) {
    const struct wend_run_options *options = run->options;
    run->directory = wend__temporary_directory(options->directory);
    run->now_us = options->now_us != 0 ? options->now_us : wend__clock_wall_us();
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint32_t count = options->threads;
    if (count == 0) {
        count = processors > 0 ? (uint32_t)processors : 1;
    }
    run->worker_count = count < WEND_MAX_THREADS ? count : WEND_MAX_THREADS;
    uint64_t memory =
        options->memory_bytes != 0 ? options->memory_bytes : wend__default_memory_bytes();
    wend__budget_init(&run->budget, (size_t)memory);
    run->result->lateness_us = options->lateness_us == WEND_RUN_LATENESS_AS_DEFINED
                                   ? options->ruleset->lateness_us
                                   : options->lateness_us;
}

/* Asked by the thread that waits for a pipe, which no marker in a ring can reach. */
static bool is_stopped(void *context) {
    const struct wend_run_state *run = context;
    return wend__router_is_stopped(run->router);
}

/* Asked by the thread that called, while it writes. */
static bool is_told_to_stop(void *context) {
    return wend__run_check_stop(context, NULL) != WEND_OK;
}

static enum wend_status make_reader(struct wend_run_state *run, struct wend_error *error) {
    const struct wend_run_options *options = run->options;
    run->watch = (struct wend_source_watch){is_stopped, run};
    struct wend_block_reader_options reader = {
        .inputs = run->inputs.items,
        .input_count = run->inputs.count,
        .format = options->format != NULL ? options->format : &options->ruleset->format,
        .time_unit = options->ruleset->time_unit,
        .source = {.max_window_log = options->max_window_log, .watch = &run->watch},
        .block_bytes = options->block_bytes != 0 ? options->block_bytes : WEND_BLOCK_BYTES,
        .thread_count = run->worker_count,
        .opened = options->opened,
    };
    return wend__block_reader_create(&reader, &run->reader, error);
}

/* What is computed: what is written, and what the report shows. */
static uint32_t needed_tables(const struct wend_run_options *options) {
    bool is_live = options->kafka != NULL && options->kafka->is_live;
    uint32_t tables = options->output != NULL || is_live ? options->tables : 0;
    if (options->top > 0 || is_live) {
        tables |= 1U << WEND_TABLE_PATHS | 1U << WEND_TABLE_ABANDONMENT;
    }
    if (options->kafka != NULL && options->kafka->outcomes != NULL) {
        tables |= 1U << WEND_TABLE_JOURNEYS;
    }
    return tables;
}

static void make_plan(struct wend_run_state *run) {
    const struct wend_run_options *options = run->options;
    uint32_t tables = needed_tables(options);
    run->plan = (struct wend_worker_plan){
        .ruleset = options->ruleset,
        .layout = &run->layout,
        .reader = run->reader,
        .kafka = run->kafka,
        .partitions = run->partitions,
        .router = run->router,
        .gate = &run->gate,
        .budget = &run->budget,
        .timezone = run->timezone,
        .directory = run->directory,
        .seed = wend__secret_seed(),
        .worker_count = run->worker_count,
        .tables = tables,
        .future_us = run->now_us + WEND_US_PER_DAY,
        .lateness_us = run->result->lateness_us,
        .settle_hits = options->settle_hits != 0 ? options->settle_hits : WEND_SETTLE_HITS,
        .close_all = options->close_all,
        .keeps_customers = (tables & (1U << WEND_TABLE_SESSIONS | 1U << WEND_TABLE_JOURNEYS)) != 0,
        .keeps_rejects = options->rejects != NULL,
        .event_count = &run->event_count,
        .slice_count = &run->slice_count,
        .live = options->kafka != NULL ? options->kafka->live : NULL,
    };
}

/* Where state is kept: before anybody is waited for. */
static enum wend_status make_shards(struct wend_run_state *run, struct wend_error *error) {
    const struct wend_run_options *options = run->options;
    if (options->kafka == NULL || options->kafka->state == NULL) {
        return options->kafka == NULL || options->kafka->outcomes == NULL
                   ? WEND_OK
                   : wend__fail(error, WEND_ERROR_USAGE,
                                "`outcomes` of `kafka` are sent behind checkpoints; add --state "
                                "DIR, or leave `outcomes` out");
    }
    if (options->rejects != NULL) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "rejected records are not kept in a state; leave --rejects or --state "
                          "out");
    }
    run->shards = wend__alloc_zeroed(1, sizeof *run->shards);
    if (run->shards == NULL) {
        return wend__fail_memory(error);
    }
    run->shards->root = options->kafka->state;
    return wend__run_shards_identify(run, error);
}

static enum wend_status make_workers(struct wend_run_state *run, struct wend_error *error) {
    const struct wend_run_options *options = run->options;
    wend__hit_layout_init(&run->layout, options->ruleset);
    if (options->ruleset->sessions.cut_at_midnight) {
        WEND_TRY(wend__timezone_open(options->ruleset->sessions.timezone, &run->timezone, error));
    }
    struct wend_router_options router = {
        .layout = &run->layout,
        .port_count = run->worker_count,
        .ring_slots = options->ring_slots != 0 ? options->ring_slots : WEND_RING_SLOTS,
        .sends_customers =
            (needed_tables(options) & (1U << WEND_TABLE_SESSIONS | 1U << WEND_TABLE_JOURNEYS)) != 0,
    };
    WEND_TRY(make_shards(run, error));
    WEND_TRY(options->kafka != NULL ? wend__run_open_kafka(run, error) : make_reader(run, error));
    WEND_TRY(wend__router_create(&router, &run->router, error));
    make_plan(run);
    if (run->shards != NULL) {
        run->plan.seed = run->shards->seed;
        return wend__run_shards_open(run, error);
    }
    run->workers = wend__alloc_zeroed(run->worker_count, sizeof(struct wend_worker *));
    if (run->workers == NULL) {
        return wend__fail_memory(error);
    }
    for (uint32_t i = 0; i < run->worker_count; i++) {
        WEND_TRY(wend__worker_create(&run->plan, i, &run->workers[i], error));
    }
    return WEND_OK;
}

static size_t count_workers(const struct wend_run_state *run) {
    return run->shards != NULL ? run->shards->count : run->worker_count;
}

/* A thread's, or a shard's. */
static const struct wend_worker *worker_at(const struct wend_run_state *run, size_t index) {
    return run->shards != NULL ? wend__shard_worker(run->shards->items[index].shard)
                               : run->workers[index];
}

static void find_watermark(struct wend_run_state *run) {
    for (size_t i = 0; i < count_workers(run); i++) {
        int64_t ts_us = 0;
        if (wend__worker_latest(worker_at(run, i), &ts_us) &&
            (!run->has_watermark || ts_us > run->watermark_us)) {
            run->has_watermark = true;
            run->watermark_us = ts_us;
        }
    }
}

static const char *keep_text(struct wend_run_result *result, const char *text) {
    return text == NULL ? NULL
                        : (const char *)wend__arena_copy(&result->arena, text, strlen(text) + 1);
}

struct wend_stream_state *const *wend__run_streams(const struct wend_run_state *run,
                                                   size_t *count) {
    if (run->kafka != NULL) {
        *count = wend__kafka_partition_count(run->kafka);
        return run->partitions;
    }
    *count = wend__block_reader_stream_count(run->reader);
    return wend__block_reader_streams(run->reader);
}

/* What a partition adds to what is known of every stream. */
static void add_offsets(const struct wend_run_state *run, size_t index,
                        struct wend_run_input *input) {
    if (run->kafka != NULL) {
        const struct wend_kafka_partition *partition = wend__kafka_partition(run->kafka, index);
        input->has_offsets = true;
        input->begin_offset = partition->begin_offset;
        input->end_offset = partition->end_offset;
        input->tombstones = partition->tombstones;
        input->null_keys = partition->null_keys;
        input->bytes = partition->bytes;
    }
}

static enum wend_status collect_inputs(struct wend_run_state *run, struct wend_error *error) {
    struct wend_run_result *result = run->result;
    size_t count = 0;
    struct wend_stream_state *const *streams = wend__run_streams(run, &count);
    result->inputs = wend__arena_alloc(&result->arena, (count + 1) * sizeof *result->inputs);
    /* With room for one of each table that is written. */
    size_t note_max = run->inputs.note_count + WEND_TABLE_COUNT;
    result->notes = wend__arena_alloc(&result->arena, note_max * sizeof *result->notes);
    bool done = result->inputs != NULL && result->notes != NULL;
    for (size_t i = 0; done && i < count; i++) {
        const struct wend_stream_state *stream = streams[i];
        struct wend_run_input *input = &result->inputs[result->input_count++];
        *input = (struct wend_run_input){
            .name = keep_text(result, stream->name),
            .wrapper = keep_text(result, stream->wrapper),
            .format = keep_text(result, stream->detected.description),
            .confidence = stream->detected.confidence,
            .trouble = keep_text(result, stream->trouble),
            .bytes = stream->bytes,
        };
        add_offsets(run, i, input);
        result->bytes += input->bytes;
        done = input->name != NULL && input->wrapper != NULL && input->format != NULL &&
               (stream->trouble == NULL || input->trouble != NULL);
    }
    for (size_t i = 0; done && i < run->inputs.note_count; i++) {
        result->notes[result->note_count++] = keep_text(result, run->inputs.notes[i]);
        done = result->notes[i] != NULL;
    }
    if (!done) {
        return wend__fail_memory(error);
    }
    return run->kafka != NULL ? wend__run_kafka_notes(run, error) : WEND_OK;
}

static void collect_counters(struct wend_run_state *run) {
    struct wend_run_result *result = run->result;
    result->counters = (struct wend_counters){0};
    for (size_t i = 0; i < count_workers(run); i++) {
        wend__counters_add(&result->counters, wend__worker_counters(worker_at(run, i)));
    }
}

static enum wend_status write_rejects(struct wend_run_state *run, struct wend_error *error) {
    if (run->options->rejects == NULL) {
        return WEND_OK;
    }
    struct wend_runs *runs[WEND_MAX_THREADS];
    for (uint32_t i = 0; i < run->worker_count; i++) {
        runs[i] = wend__worker_rejects(run->workers[i]);
    }
    struct wend_source_watch watch = {is_told_to_stop, run};
    size_t count = 0;
    return wend__rejects_file_write(&run->rejects, run->options->rejects, runs, run->worker_count,
                                    wend__run_streams(run, &count), &watch, error);
}

/* No record was accepted: says what was wrong with the first one that was looked at. */
static enum wend_status fail_empty(const struct wend_run_state *run, struct wend_error *error) {
    const struct wend_run_result *result = run->result;
    for (size_t i = 0; i < result->input_count && result->counters.read == 0; i++) {
        if (result->inputs[i].trouble != NULL) {
            return wend__fail(error, WEND_ERROR_EMPTY, "%s: %s", result->inputs[i].name,
                              result->inputs[i].trouble);
        }
    }
    if (result->counters.read == 0) {
        return wend__fail(error, WEND_ERROR_EMPTY, "there is no record in the input");
    }
    return wend__fail(error, WEND_ERROR_EMPTY,
                      "none of the %llu records could be used; --rejects FILE keeps them with "
                      "their reasons, and `wend check` tries the definitions on them",
                      (unsigned long long)result->counters.read);
}

static enum wend_status ingest(struct wend_run_state *run, struct wend_error *error) {
    enum wend_status status = wend__run_phase(run, WEND_RUN_INGEST, error);
    /* Who waits for the writer only hears that the run was stopped. */
    if (run->shards != NULL && (status == WEND_OK || status == WEND_ERROR_CANCELLED)) {
        WEND_TRY(wend__run_shards_result(run, error));
        WEND_TRY(wend__outcomes_result(run, error));
        if (run->options->kafka->is_live) {
            WEND_TRY(wend__kafka_group_result(run->kafka, error));
        }
    }
    return status;
}

static enum wend_status finish(struct wend_run_state *run, struct wend_error *error) {
    struct wend_run_result *result = run->result;
    WEND_TRY(ingest(run, error));
    if (run->shards != NULL && run->options->kafka->is_live) {
        wend__run_status_tell(run); /* before its partitions leave it */
    }
    if (run->shards != NULL) {
        wend__outcomes_finish(run); /* before the shards leave it */
        WEND_TRY(wend__outcomes_result(run, error));
    }
    if (run->kafka != NULL) {
        wend__run_stop_kafka(run);
    }
    if (run->options->kafka != NULL && run->options->kafka->is_live) {
        return wend__run_shards_result(run, error);
    }
    if (run->shards == NULL) {
        WEND_TRY(wend__run_check_limits(run, error));
    }
    find_watermark(run);
    WEND_TRY(wend__run_phase(run, WEND_RUN_FOLD, error));
    collect_counters(run);
    if (!wend__counters_balance(&result->counters)) {
        abort(); /* the numbers cannot be trusted: nothing is published */
    }
    WEND_TRY(collect_inputs(run, error));
    WEND_TRY(write_rejects(run, error));
    if (result->counters.accepted == 0) {
        WEND_TRY(wend__rejects_file_publish(&run->rejects, error));
        return fail_empty(run, error);
    }
    WEND_TRY(wend__run_write_tables(run, error));
    for (size_t i = 0; i < count_workers(run); i++) {
        result->spilled_bytes += wend__worker_spilled_bytes(worker_at(run, i));
    }
    result->peak_bytes = atomic_load_explicit(&run->budget.peak, memory_order_relaxed);
    WEND_TRY(wend__run_publish(run, error));
    return wend__rejects_file_publish(&run->rejects, error);
}

static void release(struct wend_run_state *run) {
    for (uint32_t i = 0; run->workers != NULL && i < run->worker_count; i++) {
        wend__worker_destroy(run->workers[i]);
    }
    wend__free(run->workers);
    if (run->kafka != NULL) {
        wend__kafka_stop(run->kafka); /* which may call for the shards */
    }
    wend__run_shards_close(run);
    wend__rejects_file_deinit(&run->rejects);
    wend__snapshot_writer_destroy(run->writer);
    wend__router_destroy(run->router);
    wend__block_reader_destroy(run->reader);
    wend__run_close_kafka(run);
    wend__timezone_close(run->timezone);
    wend__inputs_deinit(&run->inputs);
}

enum wend_status wend__run(const struct wend_run_options *options, struct wend_run_result **result,
                           struct wend_error *error) {
    *result = NULL;
    int64_t started_us = wend__clock_monotonic_us();
    struct wend_run_state run = {.options = options};
    enum wend_status status = make_result(&run, error);
    if (status == WEND_OK) {
        fill_defaults(&run);
        status = options->kafka != NULL ? WEND_OK
                                        : wend__inputs_expand(options->inputs, options->input_count,
                                                              &run.inputs, error);
    }
    if (status == WEND_OK) {
        status = wend__run_open_output(&run, error);
    }
    if (status == WEND_OK) {
        status = make_workers(&run, error);
    }
    if (status == WEND_OK) {
        status = finish(&run, error);
    }
    release(&run);
    if (status == WEND_OK || (status == WEND_ERROR_EMPTY && run.result->inputs != NULL)) {
        run.result->elapsed_us = wend__clock_monotonic_us() - started_us;
        *result = run.result;
    } else {
        wend__run_result_destroy(run.result);
    }
    return status;
}
