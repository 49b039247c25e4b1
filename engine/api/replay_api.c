#include "api/replay_api.h"

#include "api/definitions_api.h"
#include "base/memory.h"
#include "pipeline/look.h"
#include "pipeline/run.h"

_Static_assert(WEND_TABLES_ALL == (1 << WEND_TABLE_COUNT) - 1, "the bits are those of the tables");
_Static_assert(WEND_TABLES_JOURNEYS == 1 << WEND_TABLE_JOURNEYS, "in the same order");
_Static_assert((int)WEND_IDS_RAW == (int)WEND_CUSTOMER_IDS_RAW &&
                   (int)WEND_IDS_HASHED == (int)WEND_CUSTOMER_IDS_HASH &&
                   (int)WEND_IDS_NONE == (int)WEND_CUSTOMER_IDS_NONE,
               "the same ways of writing customer ids");

_Static_assert((int)WEND_PHASE_COUNT == (int)WEND_RUN_FOLD &&
                   (int)WEND_PHASE_WRITE == (int)WEND_RUN_WRITE,
               "the same phases");

/* A result and what it points into. */
struct result_box {
    struct wend_result result; /* first: the public pointer is the box's */
    struct wend_run_result *run;
    struct wend_arena arena;
    struct wend_definitions *inferred; /* owned; NULL when they were given */
};

void wend_replay_options_init(struct wend_replay_options *options) {
    *options = (struct wend_replay_options){
        .max_window_log = 27,
        .tables = WEND_TABLES_AGGREGATES,
        .top = 5,
        .lateness_us = WEND_LATENESS_AS_DEFINED,
    };
}

void wend_result_destroy(struct wend_result *result) {
    if (result != NULL) {
        struct result_box *box = (struct result_box *)(void *)result;
        wend__run_result_destroy(box->run);
        wend__arena_deinit(&box->arena);
        wend_definitions_destroy(box->inferred);
        wend__free(box);
    }
}

static struct wend_text text_of(struct wend_bytes bytes) {
    return (struct wend_text){(const char *)bytes.data, bytes.len};
}

static bool fill_rows(struct wend_arena *arena, const struct wend_top_list *list,
                      const struct wend_result_row **rows, size_t *count) {
    struct wend_result_row *made = wend__arena_alloc(arena, (list->count + 1) * sizeof *made);
    if (made == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        const struct wend_top_row *row = &list->rows[i];
        made[i] = (struct wend_result_row){
            .name = text_of(row->name),
            .stage = text_of(row->stage),
            .units = row->units,
            .converted = row->converted,
            .abandoned = row->abandoned,
        };
    }
    *rows = made;
    *count = list->count;
    return true;
}

static bool fill_scopes(struct result_box *box) {
    const struct wend_run_result *run = box->run;
    struct wend_result_scope *scopes =
        wend__arena_alloc(&box->arena, run->scope_count * sizeof *scopes);
    if (scopes == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < run->scope_count; i++) {
        const uint64_t *units = run->counters.units[i];
        struct wend_bytes name = run->scopes[i];
        char *copy = wend__arena_alloc(&box->arena, name.len + 1);
        if (copy == NULL) {
            return false;
        }
        memcpy(copy, name.data, name.len);
        copy[name.len] = '\0';
        scopes[i] = (struct wend_result_scope){
            .name = copy,
            .units = units[WEND_OUTCOME_CONVERTED] + units[WEND_OUTCOME_ABANDONED] +
                     units[WEND_OUTCOME_OPEN],
            .converted = units[WEND_OUTCOME_CONVERTED],
            .abandoned = units[WEND_OUTCOME_ABANDONED],
            .still_open = units[WEND_OUTCOME_OPEN],
        };
        if (run->lists != NULL &&
            !(fill_rows(&box->arena, wend__top_list(run->lists, WEND_TABLE_PATHS, i),
                        &scopes[i].paths, &scopes[i].path_count) &&
              fill_rows(&box->arena, wend__top_list(run->lists, WEND_TABLE_ABANDONMENT, i),
                        &scopes[i].points, &scopes[i].point_count))) {
            return false;
        }
    }
    box->result.scopes = scopes;
    box->result.scope_count = run->scope_count;
    return true;
}

static bool fill_inputs(struct result_box *box) {
    const struct wend_run_result *run = box->run;
    struct wend_result_input *inputs =
        wend__arena_alloc(&box->arena, (run->input_count + 1) * sizeof *inputs);
    if (inputs == NULL) {
        return false;
    }
    for (size_t i = 0; i < run->input_count; i++) {
        const struct wend_run_input *input = &run->inputs[i];
        inputs[i] = (struct wend_result_input){
            .name = input->name,
            .format = input->format,
            .wrapper = input->wrapper,
            .sure_percent = input->confidence,
            .trouble = input->trouble,
            .bytes = input->bytes,
        };
    }
    box->result.inputs = inputs;
    box->result.input_count = run->input_count;
    box->result.notes = run->notes;
    box->result.note_count = run->note_count;
    return true;
}

static void fill_counters(struct wend_result *result, const struct wend_run_result *run) {
    const struct wend_counters *counters = &run->counters;
    result->read = counters->read;
    result->accepted = counters->accepted;
    result->filtered = counters->filtered;
    result->rejected_shape = counters->rejected[WEND_REJECT_SHAPE];
    result->rejected_time = counters->rejected[WEND_REJECT_TIME];
    result->rejected_customer = counters->rejected[WEND_REJECT_CUSTOMER];
    result->rejected_future = counters->rejected[WEND_REJECT_FUTURE];
    result->late = counters->late;
    result->duplicate = counters->duplicate;
    result->unmatched = counters->unmatched;
    result->bad_value = counters->bad_value;
    result->bytes = run->bytes;
    result->spilled_bytes = run->spilled_bytes;
    result->peak_bytes = run->peak_bytes;
    result->elapsed_us = run->elapsed_us;
    result->lateness_us =
        run->lateness_us == WEND_LATENESS_UNLIMITED ? WEND_LATENESS_NONE : run->lateness_us;
}

/* Takes `run` in any case. */
static enum wend_status box_result(struct wend_run_result *run,
                                   const struct wend_definitions *definitions,
                                   struct wend_result **result, struct wend_error *error) {
    struct result_box *box = wend__alloc_zeroed(1, sizeof *box);
    if (box == NULL) {
        wend__run_result_destroy(run);
        return wend__fail_memory(error);
    }
    box->run = run;
    box->result.assumptions = wend_definitions_assumptions(definitions);
    box->result.warnings = wend_definitions_warnings(definitions);
    fill_counters(&box->result, run);
    if (!fill_inputs(box) || !fill_scopes(box)) {
        wend_result_destroy(&box->result);
        return wend__fail_memory(error);
    }
    *result = &box->result;
    return WEND_OK;
}

static int64_t run_lateness(int64_t lateness_us) {
    if (lateness_us == WEND_LATENESS_AS_DEFINED) {
        return WEND_RUN_LATENESS_AS_DEFINED;
    }
    return lateness_us == WEND_LATENESS_NONE ? WEND_LATENESS_UNLIMITED : lateness_us;
}

static enum wend_status check_options(const struct wend_replay_options *options,
                                      struct wend_error *error) {
    if (options->tables == 0 || options->tables > WEND_TABLES_ALL) {
        return wend__fail(error, WEND_ERROR_USAGE, "tables: give at least one known table");
    }
    if (options->threads > WEND_MAX_THREADS) {
        return wend__fail(error, WEND_ERROR_USAGE, "threads: at most %u", WEND_MAX_THREADS);
    }
    if (options->block_bytes != 0 && (options->block_bytes < WEND_BLOCK_BYTES_MIN ||
                                      options->block_bytes > WEND_BLOCK_BYTES_MAX)) {
        return wend__fail(error, WEND_ERROR_USAGE, "block size: from %u to %u bytes",
                          WEND_BLOCK_BYTES_MIN, WEND_BLOCK_BYTES_MAX);
    }
    if (options->ids == WEND_IDS_HASHED && (options->key == NULL || options->key_bytes < 16)) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "hashed customer ids need a key of at least 16 bytes");
    }
    if (options->lateness_us < 0 && options->lateness_us != WEND_LATENESS_AS_DEFINED) {
        return wend__fail(error, WEND_ERROR_USAGE, "lateness: not below 0");
    }
    return WEND_OK;
}

/* The progress of a run to the public one. */
struct progress_bridge {
    const struct wend_replay_options *options;
};

static bool pass_progress(void *context, const struct wend_run_progress *progress) {
    const struct progress_bridge *bridge = context;
    struct wend_progress shown = {
        .phase = (enum wend_phase)progress->phase,
        .phase_permille = progress->phase_permille,
        .done_bytes = progress->done_bytes,
        .total_bytes = progress->total_bytes,
        .events = progress->events,
        .total_events = progress->total_events,
    };
    return bridge->options->progress(bridge->options->progress_context, &shown);
}

enum wend_status wend__replay_inputs(const struct wend_replay_options *options,
                                     const char *const *inputs, size_t input_count,
                                     struct wend_opened_stream *opened,
                                     const struct wend_run_kafka *kafka,
                                     const struct wend_ruleset *ruleset,
                                     const struct wend_definitions *definitions,
                                     struct wend_result **result, struct wend_error *error) {
    *result = NULL;
    WEND_TRY(check_options(options, error));
    struct wend_format declared = definitions->ruleset->format;
    if (definitions->detects_format) {
        declared = (struct wend_format){.max_record_bytes = declared.max_record_bytes};
    } else if (options->format != NULL) {
        struct wend_format named;
        WEND_TRY(wend__format_named(options->format, &named, error));
        declared.kind = named.kind;
    }
    struct progress_bridge bridge = {options};
    struct wend_run_options run_options = {
        .kafka = kafka,
        .inputs = inputs,
        .input_count = input_count,
        .opened = opened,
        .ruleset = ruleset,
        .format = &declared,
        .max_window_log = options->max_window_log,
        .output = options->output,
        .replaces = options->replace,
        .tables = options->tables,
        .customer_ids = (enum wend_customer_ids)options->ids,
        .key = wend__bytes(options->key, options->key_bytes),
        .rejects = options->rejects,
        .top = options->top,
        .lateness_us = run_lateness(options->lateness_us),
        .now_us = options->now_us,
        .close_all = options->close_all,
        .threads = options->threads,
        .pins = options->pin,
        .memory_bytes = options->memory_bytes,
        .directory = options->temp_directory,
        .block_bytes = options->block_bytes,
        .progress = options->progress == NULL ? NULL : pass_progress,
        .progress_context = &bridge,
    };
    struct wend_run_result *run = NULL;
    enum wend_status status = wend__run(&run_options, &run, error);
    if (run != NULL) {
        enum wend_status boxed = box_result(run, definitions, result, error);
        status = boxed != WEND_OK ? boxed : status;
    }
    return status;
}

/* While the first input is looked at nothing is done yet, but a wait for it may be given up. */
static bool is_told_to_stop(void *context) {
    const struct wend_replay_options *options = context;
    struct wend_progress nothing = {0};
    return !options->progress(options->progress_context, &nothing);
}

enum wend_status wend_replay_run(const struct wend_replay_options *options,
                                 struct wend_result **result, struct wend_error *error) {
    *result = NULL;
    if (options->input_count == 0) {
        return wend__fail(error, WEND_ERROR_USAGE, "there is no input to replay");
    }
    if (options->definitions != NULL) {
        return wend__replay_inputs(options, options->inputs, options->input_count, NULL, NULL,
                                   options->definitions->ruleset, options->definitions, result,
                                   error);
    }
    /* Standard input cannot be read twice: the run goes on where the look has stopped. */
    struct wend_opened_stream opened = {0};
    bool is_pipe = strcmp(options->inputs[0], "-") == 0;
    struct wend_definitions *inferred = NULL;
    struct wend_source_watch watch = {is_told_to_stop, (void *)(uintptr_t)options};
    struct wend_source_options source = {
        .max_window_log = options->max_window_log,
        .watch = options->progress == NULL ? NULL : &watch,
    };
    WEND_TRY(wend__definitions_infer_input(options->inputs[0], options->format, &source,
                                           is_pipe ? &opened : NULL, &inferred, error));
    enum wend_status status =
        wend__replay_inputs(options, options->inputs, options->input_count, &opened, NULL,
                            inferred->ruleset, inferred, result, error);
    wend__opened_stream_deinit(&opened);
    if (*result != NULL) {
        ((struct result_box *)(void *)*result)->inferred = inferred;
    } else {
        wend_definitions_destroy(inferred);
    }
    return status;
}
