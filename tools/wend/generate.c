/* `wend generate`: a synthetic clickstream with known answers. */
#include "commands.h"
#include "generate_kafka.h"
#include "generate_stream.h"
#include "progress.h"

#include "api/cli.h"

#include <string.h>

/* How many events pass between two looks at the clock and the stop flag. */
#define LOOK_EVERY 4096U
#define CUSTOMERS_DEFAULT_MAX 4000000U /* 64 MB of memory */

static bool ends_with(const char *text, const char *end) {
    size_t len = strlen(text);
    size_t end_len = strlen(end);
    return len >= end_len && memcmp(text + len - end_len, end, end_len) == 0;
}

static enum wend_cli_compression choose_compression(const struct wend_cli_value *values) {
    const char *how = values[WEND_CLI_COMPRESS].text;
    const char *path = values[WEND_CLI_DATA_OUTPUT].text;
    bool by_name = strcmp(how, "auto") == 0;
    if (strcmp(how, "gz") == 0 || (by_name && ends_with(path, ".gz"))) {
        return WEND_CLI_GZIP;
    }
    if (strcmp(how, "zst") == 0 || (by_name && ends_with(path, ".zst"))) {
        return WEND_CLI_ZSTD;
    }
    return WEND_CLI_PLAIN;
}

static struct wend_cli_world_options world_options(const struct wend_cli_value *values) {
    uint64_t events = values[WEND_CLI_EVENTS].number;
    uint64_t customers = events / WEND_CLI_JOURNEY_EVENTS + 1;
    customers = customers > CUSTOMERS_DEFAULT_MAX ? CUSTOMERS_DEFAULT_MAX : customers;
    if (values[WEND_CLI_CUSTOMERS].given) {
        customers = values[WEND_CLI_CUSTOMERS].number;
    }
    return (struct wend_cli_world_options){
        .events = events,
        .customers = customers > events ? events : customers,
        .days = values[WEND_CLI_DAYS].number,
        .seed = values[WEND_CLI_SEED].number,
        .devices = (uint32_t)values[WEND_CLI_DEVICES].number,
        .channels = (uint32_t)values[WEND_CLI_CHANNELS].number,
        .ties = values[WEND_CLI_TIES].given,
    };
}

static struct wend_cli_noise noise_options(const struct wend_cli_value *values) {
    return (struct wend_cli_noise){
        .disorder_ms = (int64_t)(values[WEND_CLI_DISORDER].number / 1000),
        .lateness_ms = (int64_t)(values[WEND_CLI_MARK_LATENESS].number / 1000),
        .late_ppm = (uint32_t)values[WEND_CLI_LATE].number,
        .duplicate_ppm = (uint32_t)values[WEND_CLI_DUPLICATES].number,
        .bad_ppm = (uint32_t)values[WEND_CLI_BAD_LINES].number,
    };
}

static enum wend_status make_events(struct wend_cli_context *context, struct wend_cli_world *world,
                                    struct wend_cli_stream *stream, struct wend_error *error) {
    struct wend_cli_progress progress;
    struct wend_cli_event event;
    enum wend_status status = WEND_OK;
    bool to_terminal = stream->output->descriptor == 1 && context->terminal.output_is_terminal;
    wend__cli_progress_start(&progress, &context->terminal, context->quiet || to_terminal);
    while (status == WEND_OK && wend__cli_world_next(world, &event)) {
        wend__cli_answers_add(stream->answers, &world->customers[event.customer], &event);
        status = wend__cli_stream_add(stream, &event, error);
        if (world->event_count % LOOK_EVERY != 0) {
            continue;
        }
        struct wend_cli_state state = {.done_bytes = stream->bytes,
                                       .done_events = world->event_count,
                                       .total_events = world->options.events};
        wend__cli_progress_update(&progress, &state);
        if (status == WEND_OK && atomic_load_explicit(context->stop, memory_order_relaxed)) {
            status = wend__cli_error(error, WEND_ERROR_CANCELLED, "stopped; %s was kept",
                                     stream->producer == NULL ? "nothing" : "what was sent");
        }
        if (stream->output->closed_by_reader) {
            break;
        }
    }

    wend__cli_progress_end(&progress);
    return status == WEND_OK ? wend__cli_stream_finish(stream, error) : status;
}

static enum wend_status write_answers(const struct wend_cli_value *values,
                                      const struct wend_cli_world *world,
                                      struct wend_cli_stream *stream, struct wend_error *error) {
    struct wend_cli_text json = {0};
    wend__cli_answers_finish(stream->answers, world->customers, world->options.customers);
    wend__cli_answers_json(stream->answers, &world->options, stream->noise.lateness_ms, &json);
    enum wend_status status = wend__cli_output_file(values[WEND_CLI_ANSWERS].text, &json, error);
    wend__cli_text_deinit(&json);
    return status;
}

static enum wend_status write_definitions(const struct wend_cli_value *values,
                                          const struct wend_cli_world_options *options,
                                          const struct wend_cli_target *target,
                                          struct wend_error *error) {
    struct wend_cli_text yaml = {0};
    bool csv = strcmp(values[WEND_CLI_DATA_FORMAT].text, "csv") == 0;
    wend__cli_write_definitions(options, csv, target->topic,
                                wend__cli_text_string(&target->brokers), &yaml);
    enum wend_status status =
        wend__cli_output_file(values[WEND_CLI_WRITE_DEFINITIONS].text, &yaml, error);
    wend__cli_text_deinit(&yaml);
    return status;
}

static enum wend_status run(struct wend_cli_context *context, struct wend_cli_world *world,
                            struct wend_cli_output *output, struct wend_producer *producer,
                            struct wend_error *error) {
    const struct wend_cli_value *values = context->arguments->values;
    struct wend_cli_noise noise = noise_options(values);
    struct wend_cli_answers answers = {0};
    struct wend_cli_stream stream;
    enum wend_status status = WEND_OK;
    wend__cli_stream_init(&stream, &noise, world->options.seed, &answers, output);
    stream.producer = producer;
    stream.writer.csv = strcmp(values[WEND_CLI_DATA_FORMAT].text, "csv") == 0;
    stream.writer.whole_seconds = world->options.ties;
    if (stream.writer.csv && producer == NULL) {
        status = wend__cli_stream_text(&stream, wend__cli_csv_header, error);
    }
    if (status == WEND_OK) {
        status = make_events(context, world, &stream, error);
    }
    if (status == WEND_OK) {
        status = producer == NULL ? wend__cli_output_finish(output, error)
                                  : wend__producer_finish(producer, error);
    }
    if (status == WEND_OK && values[WEND_CLI_ANSWERS].given && !output->closed_by_reader) {
        status = write_answers(values, world, &stream, error);
    }
    wend__cli_stream_deinit(&stream);
    return status;
}

static enum wend_status generate(struct wend_cli_context *context,
                                 const struct wend_cli_world_options *options,
                                 const struct wend_cli_target *target, struct wend_error *error) {
    const struct wend_cli_value *values = context->arguments->values;
    struct wend_cli_world world;
    struct wend_cli_output output = {.descriptor = -1};
    struct wend_producer *producer = NULL;
    wend__cli_world_init(&world, options);
    enum wend_status status =
        target->topic != NULL ? wend__cli_target_open(context, target, &producer, error)
                              : wend__cli_output_open(&output, values[WEND_CLI_DATA_OUTPUT].text,
                                                      choose_compression(values), error);
    if (status == WEND_OK) {
        status = run(context, &world, &output, producer, error);
    }
    wend__cli_world_deinit(&world);
    wend__cli_output_deinit(&output);
    wend__producer_close(producer);
    return status;
}

enum wend_status wend__cli_generate(struct wend_cli_context *context, struct wend_error *error) {
    const struct wend_cli_value *values = context->arguments->values;
    struct wend_cli_world_options options = world_options(values);
    struct wend_cli_target target = {0};
    enum wend_status status = wend__cli_target_read(context->arguments, &target, error);
    if (status == WEND_OK && values[WEND_CLI_WRITE_DEFINITIONS].given) {
        status = write_definitions(values, &options, &target, error);
    }
    if (status == WEND_OK) {
        status = generate(context, &options, &target, error);
    }
    wend__cli_target_deinit(&target);
    return status;
}
