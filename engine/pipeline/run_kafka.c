/* A run of messages: its partitions as inputs. */
#include "base/memory.h"
#include "decode/message_fields.h"
#include "pipeline/run_internal.h"

/* Asked by the thread that called, while the brokers are looked for. */
static bool is_told_to_stop(void *context) {
    return wend__run_check_stop(context, NULL) != WEND_OK;
}

/*
 * Messages have no head to look at: their format is as declared, and JSON where nothing is.
 */
static enum wend_status find_format(const struct wend_run_state *run, struct wend_format *format,
                                    struct wend_error *error) {
    const struct wend_run_options *options = run->options;
    *format = options->format != NULL ? *options->format : options->ruleset->format;
    if (format->kind == WEND_FORMAT_AUTO) {
        format->kind = WEND_FORMAT_NDJSON;
    }
    if (format->kind != WEND_FORMAT_DELIMITED) {
        return WEND_OK;
    }
    if (format->header == WEND_HEADER_YES || format->column_count == 0) {
        return wend__fail(
            error, WEND_ERROR_USAGE,
            "messages have no header; name the columns of CSV by `format: {kind: csv, "
            "header: no, columns: [...]}`");
    }
    format->header = WEND_HEADER_NO;
    return WEND_OK;
}

static enum wend_status make_partition(const struct wend_run_state *run, size_t index,
                                       const struct wend_format *format,
                                       struct wend_stream_state **made, struct wend_error *error) {
    const struct wend_kafka_partition *partition = wend__kafka_partition(run->kafka, index);
    struct wend_stream_state *stream = wend__alloc_zeroed(1, sizeof *stream);
    struct wend_buffer name = {0};
    *made = stream;
    if (stream == NULL ||
        !wend__buffer_append_format(&name, "%s[%d]", partition->topic, (int)partition->partition)) {
        wend__buffer_deinit(&name);
        return wend__fail_memory(error);
    }
    stream->name = wend__copy_text(name.data, name.len);
    stream->wrapper = wend__copy_text("kafka", strlen("kafka"));
    wend__buffer_deinit(&name);
    if (stream->name == NULL || stream->wrapper == NULL) {
        return wend__fail_memory(error);
    }
    atomic_init(&stream->time_unit, (int)run->options->ruleset->time_unit);
    stream->index = (uint32_t)index;
    stream->topic = partition->topic;
    stream->partition = partition->partition;
    stream->is_usable = true;
    /* So that position = index, then offset; and position - stream->position = offset. */
    stream->position =
        ((uint64_t)index << WEND_KAFKA_OFFSET_BITS) - (uint64_t)partition->begin_offset;
    if (run->shards != NULL) {
        stream->position = 0; /* hits of several runs meet: only the offset is the same in all */
    }
    return wend__detect((const uint8_t *)"", 0, true, format, &stream->detected, error);
}

static enum wend_status make_partitions(struct wend_run_state *run, struct wend_error *error) {
    struct wend_format format;
    size_t count = wend__kafka_partition_count(run->kafka);
    WEND_TRY(find_format(run, &format, error));
    run->partitions = wend__alloc_zeroed(count + 1, sizeof *run->partitions);
    if (run->partitions == NULL) {
        return wend__fail_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        const struct wend_kafka_partition *partition = wend__kafka_partition(run->kafka, i);
        WEND_TRY(make_partition(run, i, &format, &run->partitions[i], error));
        run->message_count += (uint64_t)(partition->end_offset - partition->begin_offset);
    }
    return WEND_OK;
}

static uint64_t kafka_memory(const struct wend_run_state *run) {
    uint64_t memory = run->options->kafka->memory_bytes;
    if (memory == 0) {
        memory = run->budget.cap / WEND_KAFKA_MEMORY_SHARE;
        memory = memory > WEND_KAFKA_MEMORY_USUAL_MAX ? WEND_KAFKA_MEMORY_USUAL_MAX : memory;
    }
    return memory < WEND_KAFKA_MEMORY_MIN ? WEND_KAFKA_MEMORY_MIN : memory;
}

/* From now on there is something to look at. */
static enum wend_status show_partitions(const struct wend_run_state *run, struct wend_live *live,
                                        struct wend_error *error) {
    size_t count = wend__kafka_partition_count(run->kafka);
    struct wend_live_start *starts = wend__alloc_zeroed(count + 1, sizeof *starts);
    if (starts == NULL) {
        return wend__fail_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        const struct wend_kafka_partition *partition = wend__kafka_partition(run->kafka, i);
        starts[i] = (struct wend_live_start){partition->topic, partition->partition,
                                             partition->begin_offset, partition->end_offset};
    }
    enum wend_status status = wend__live_set_partitions(live, starts, count, error);
    wend__free(starts);
    atomic_store_explicit(&live->is_reading, status == WEND_OK, memory_order_relaxed);
    return status;
}

enum wend_status wend__run_open_kafka(struct wend_run_state *run, struct wend_error *error) {
    const struct wend_run_kafka *from = run->options->kafka;
    struct wend_source_watch watch = {is_told_to_stop, run};
    struct wend_kafka_options options = {
        .settings = from->settings,
        .setting_count = from->setting_count,
        .memory_bytes = kafka_memory(run),
        .thread_count = run->worker_count,
        .watch = &watch,
        .note = from->note,
        .note_context = from->note_context,
    };
    struct wend_format format;
    const struct wend_ruleset *ruleset = run->options->ruleset;
    WEND_TRY(find_format(run, &format, error)); /* before anybody is waited for */
    options.wants_headers =
        wend__message_headers_wanted(ruleset->fields, ruleset->field_count, &format);
    WEND_TRY(wend__kafka_open(&options, &run->kafka, error));
    WEND_TRY(make_partitions(run, error));
    if (from->live != NULL) {
        WEND_TRY(show_partitions(run, from->live, error));
    }
    /* Shards first say where to begin. */
    return run->shards != NULL ? WEND_OK : wend__kafka_start(run->kafka, error);
}

void wend__run_stop_kafka(struct wend_run_state *run) {
    struct wend_live *live = run->options->kafka->live;
    if (live != NULL) {
        atomic_store_explicit(&live->is_reading, false, memory_order_relaxed);
    }
    wend__kafka_stop(run->kafka);
}

static enum wend_status add_note(struct wend_run_result *result, const char *text,
                                 unsigned long long count, struct wend_error *error) {
    struct wend_buffer note = {0};
    if (count == 0) {
        return WEND_OK;
    }
    bool done = wend__buffer_append_format(&note, text, count) && wend__buffer_append(&note, "", 1);
    const uint8_t *kept = done ? wend__arena_copy(&result->arena, note.data, note.len) : NULL;
    wend__buffer_deinit(&note);
    if (kept == NULL) {
        return wend__fail_memory(error);
    }
    result->notes[result->note_count++] = (const char *)kept;
    return WEND_OK;
}

enum wend_status wend__run_kafka_notes(struct wend_run_state *run, struct wend_error *error) {
    struct wend_run_result *result = run->result;
    unsigned long long tombstones = 0;
    unsigned long long null_keys = 0;
    unsigned long long empty = 0;
    for (size_t i = 0; i < wend__kafka_partition_count(run->kafka); i++) {
        const struct wend_kafka_partition *partition = wend__kafka_partition(run->kafka, i);
        tombstones += partition->tombstones;
        null_keys += partition->null_keys;
        empty += partition->empty_offsets;
    }
    result->notes = wend__arena_alloc(&result->arena, 3 * sizeof *result->notes);
    if (result->notes == NULL) {
        return wend__fail_memory(error);
    }
    WEND_TRY(add_note(result, "%llu messages without a value (tombstones) were skipped", tombstones,
                      error));
    WEND_TRY(add_note(result,
                      "%llu messages have no key: unless the producer has chosen their partitions "
                      "by customer, a customer's events may be in several",
                      null_keys, error));
    return add_note(result,
                    "%llu offsets have no message (compaction, or the ends of transactions)", empty,
                    error);
}

void wend__run_close_kafka(struct wend_run_state *run) {
    for (size_t i = 0; run->partitions != NULL && i < wend__kafka_partition_count(run->kafka);
         i++) {
        wend__stream_state_destroy(run->partitions[i]);
    }
    wend__free(run->partitions);
    run->partitions = NULL;
    wend__kafka_close(run->kafka);
    run->kafka = NULL;
}
