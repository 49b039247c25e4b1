#include "pipeline/sample_run.h"

#include "base/memory.h"
#include "match/matcher.h"
#include "pipeline/look.h"
#include "source/inputs.h"
#include "worker/block_reader.h"

enum { SAMPLE_RECORDS = 64 };

struct sampling {
    const struct wend_sample_options *options;
    struct wend_hit_layout layout;
    struct wend_block_reader *reader;
    struct wend_decoder *decoder;
    struct wend_matcher *matcher;
    struct wend_batch batch;
    struct wend_block block;
    struct wend_stream_state *stream;
    struct wend_time_state time;
    wend_sample_sink *sink;
    void *context;
    struct wend_counters *counters;
    bool is_done;
};

static bool read_time(struct sampling *sampling, struct wend_bytes text, int64_t *ts_us) {
    if (text.data == NULL) {
        return false;
    }
    enum wend_time_result result = wend__time_parse(text, &sampling->time, ts_us);
    if (result == WEND_TIME_NEEDS_UNIT && wend__time_infer(text, &sampling->time)) {
        result = wend__time_parse(text, &sampling->time, ts_us);
    }
    return result == WEND_TIME_OK;
}

static enum wend_status match_event(struct sampling *sampling, struct wend_sample_event *event,
                                    struct wend_error *error) {
    _Alignas(16) uint8_t space[WEND_HIT_BYTES_MAX];
    struct wend_hit *hit = (void *)space;
    WEND_TRY(wend__matcher_hit(sampling->matcher, hit, error));
    event->rule = wend__matcher_last_rule(sampling->matcher);
    if (!wend__matcher_event_name(sampling->matcher, &event->name)) {
        return wend__fail_memory(error);
    }
    if (hit->touchpoint == WEND_TOUCHPOINT_NONE) {
        sampling->counters->unmatched++;
    } else {
        event->touchpoint =
            wend__strings_get(wend__matcher_names(sampling->matcher), hit->touchpoint);
    }
    event->has_value = (hit->flags & WEND_HIT_HAS_VALUE) != 0;
    event->value = wend__hit_value(&sampling->layout, hit);
    sampling->counters->accepted++;
    return WEND_OK;
}

/* Fills the event for a record that could be parsed. */
static enum wend_status judge(struct sampling *sampling, struct wend_bytes *row,
                              struct wend_sample_event *event, struct wend_error *error) {
    const struct wend_sample_options *options = sampling->options;
    if (!wend__matcher_begin(sampling->matcher, row)) {
        return wend__fail_memory(error);
    }
    if (!wend__matcher_where(sampling->matcher)) {
        event->is_filtered = true;
        sampling->counters->filtered++;
        return WEND_OK;
    }
    if (!read_time(sampling, row[options->ruleset->time_field], &event->ts_us)) {
        event->reject = WEND_REJECT_TIME;
        return WEND_OK;
    }
    if (!wend__matcher_customer(sampling->matcher, &event->customer)) {
        return wend__fail_memory(error);
    }
    if (event->customer.data == NULL) {
        event->reject = WEND_REJECT_CUSTOMER;
        return WEND_OK;
    }
    if (event->ts_us > options->now_us + WEND_US_PER_DAY) {
        event->reject = WEND_REJECT_FUTURE;
        return WEND_OK;
    }
    return match_event(sampling, event, error);
}

static enum wend_status take_record(struct sampling *sampling, uint32_t index,
                                    struct wend_error *error) {
    const struct wend_record *record = &sampling->batch.records[index];
    struct wend_sample_event event = {
        .number = ++sampling->counters->read,
        .raw = record->raw,
        .reject = record->reject,
        .rule = UINT32_MAX,
        .customer = WEND_BYTES_ABSENT,
        .name = WEND_BYTES_ABSENT,
        .touchpoint = WEND_BYTES_ABSENT,
    };
    if (record->reject == WEND_REJECT_NONE) {
        struct wend_bytes *row =
            sampling->batch.fields + (size_t)index * sampling->batch.field_count;
        WEND_TRY(judge(sampling, row, &event, error));
    }
    if (event.reject != WEND_REJECT_NONE) {
        sampling->counters->rejected[event.reject]++;
    }
    sampling->is_done = !sampling->sink(sampling->context, &event) ||
                        sampling->counters->read >= sampling->options->limit;
    return WEND_OK;
}

static enum wend_status take_block(struct sampling *sampling, struct wend_error *error) {
    const struct wend_block *block = &sampling->block;
    if (sampling->stream != block->stream) {
        sampling->stream = block->stream;
        sampling->time = (struct wend_time_state){sampling->options->ruleset->time_unit, false};
        WEND_TRY(wend__decoder_set_input(sampling->decoder, &block->stream->detected, error));
    }
    size_t at = 0;
    while (at < block->len && !sampling->is_done) {
        size_t consumed = 0;
        WEND_TRY(wend__decoder_batch(sampling->decoder, block->bytes + at, block->len - at,
                                     &consumed, &sampling->batch, error));
        for (uint32_t i = 0; i < sampling->batch.record_count && !sampling->is_done; i++) {
            WEND_TRY(take_record(sampling, i, error));
        }
        at += consumed;
    }
    return WEND_OK;
}

static enum wend_status take_blocks(struct sampling *sampling, struct wend_error *error) {
    bool found = true;
    while (!sampling->is_done) {
        WEND_TRY(wend__block_reader_next(sampling->reader, 0, &sampling->block, &found, error));
        if (!found) {
            return WEND_OK;
        }
        WEND_TRY(take_block(sampling, error));
        wend__block_reader_release(sampling->reader, 0);
    }
    return WEND_OK;
}

static enum wend_status prepare(struct sampling *sampling, const struct wend_inputs *inputs,
                                struct wend_error *error) {
    const struct wend_ruleset *ruleset = sampling->options->ruleset;
    struct wend_block_reader_options reader = {
        .inputs = inputs->items,
        .input_count = inputs->count,
        .format = sampling->options->format != NULL ? sampling->options->format : &ruleset->format,
        .time_unit = ruleset->time_unit,
        .source = {.max_window_log = sampling->options->max_window_log},
        .block_bytes = WEND_BLOCK_BYTES,
        .thread_count = 1,
    };
    uint32_t count = ruleset->field_count;
    wend__hit_layout_init(&sampling->layout, ruleset);
    WEND_TRY(wend__block_reader_create(&reader, &sampling->reader, error));
    WEND_TRY(wend__decoder_create(ruleset->fields, count, &sampling->decoder, error));
    WEND_TRY(wend__matcher_create(ruleset, &sampling->layout, wend__secret_seed(),
                                  &sampling->matcher, error));
    sampling->batch = (struct wend_batch){.record_capacity = SAMPLE_RECORDS, .field_count = count};
    sampling->batch.records = wend__alloc_zeroed(SAMPLE_RECORDS, sizeof *sampling->batch.records);
    sampling->batch.fields =
        wend__alloc_zeroed((size_t)SAMPLE_RECORDS * count + 1, sizeof *sampling->batch.fields);
    return sampling->batch.records == NULL || sampling->batch.fields == NULL
               ? wend__fail_memory(error)
               : WEND_OK;
}

/* What the input is, or why nothing of it could be read. */
static enum wend_status describe(const struct sampling *sampling, char *description,
                                 struct wend_error *error) {
    size_t count = wend__block_reader_stream_count(sampling->reader);
    *description = '\0';
    for (size_t i = 0; i < count; i++) {
        const struct wend_stream_state *stream = wend__block_reader_stream(sampling->reader, i);
        if (stream->is_usable) {
            memcpy(description, stream->detected.description, WEND_DETECT_TEXT_BYTES);
            break;
        }
        if (stream->trouble != NULL && sampling->counters->read == 0) {
            return wend__fail(error, WEND_ERROR_EMPTY, "%s: %s", stream->name, stream->trouble);
        }
    }
    return sampling->counters->read == 0
               ? wend__fail(error, WEND_ERROR_EMPTY, "there is no record in %s",
                            sampling->options->input)
               : WEND_OK;
}

enum wend_status wend__sample_records(const struct wend_sample_options *options,
                                      wend_sample_sink *sink, void *context,
                                      struct wend_counters *counters, char *description,
                                      struct wend_error *error) {
    struct sampling sampling = {
        .options = options, .sink = sink, .context = context, .counters = counters};
    *counters = (struct wend_counters){0};
    struct wend_inputs inputs = {0};
    enum wend_status status = wend__inputs_expand(&options->input, 1, &inputs, error);
    if (status == WEND_OK) {
        status = prepare(&sampling, &inputs, error);
    }
    if (status == WEND_OK) {
        status = take_blocks(&sampling, error);
    }
    if (status == WEND_OK) {
        status = describe(&sampling, description, error);
    }
    wend__block_deinit(&sampling.block);
    wend__matcher_destroy(sampling.matcher);
    wend__decoder_destroy(sampling.decoder);
    wend__free(sampling.batch.records);
    wend__free(sampling.batch.fields);
    wend__block_reader_destroy(sampling.reader);
    wend__inputs_deinit(&inputs);
    return status;
}
