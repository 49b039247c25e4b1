#include "generate_kafka.h"

#include "api/cli.h"

#include <stdlib.h>
#include <string.h>

enum wend_status wend__cli_target_read(const struct wend_cli_arguments *arguments,
                                       struct wend_cli_target *target, struct wend_error *error) {
    const struct wend_cli_value *values = arguments->values;
    const char *text = values[WEND_CLI_TO_KAFKA].text;
    if (!values[WEND_CLI_TO_KAFKA].given) {
        return values[WEND_CLI_PARTITIONS].given || arguments->pair_count > 0
                   ? wend__cli_error(error, WEND_ERROR_USAGE,
                                     "--%s is for --to-kafka, which is not given\n"
                                     "Add --to-kafka HOST:PORT/TOPIC, or leave it out.",
                                     arguments->pair_count > 0 ? "property" : "partitions")
                   : WEND_OK;
    }
    if (values[WEND_CLI_DATA_OUTPUT].given || values[WEND_CLI_COMPRESS].given) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "--%s does not go with --to-kafka\nLeave one of them out.",
                               values[WEND_CLI_DATA_OUTPUT].given ? "output" : "compress");
    }
    const char *slash = strrchr(text, '/');
    if (slash == NULL || slash == text || slash[1] == '\0') {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "--to-kafka: `%s` is not HOST:PORT/TOPIC\n"
                               "Example: --to-kafka localhost:9092/clicks",
                               text);
    }
    wend__cli_text_add_bytes(&target->brokers, text, (size_t)(slash - text));
    target->topic = slash + 1;
    return WEND_OK;
}

void wend__cli_target_deinit(struct wend_cli_target *target) {
    wend__cli_text_deinit(&target->brokers);
    *target = (struct wend_cli_target){0};
}

static bool is_stopped(void *context) {
    const struct wend_cli_context *command = context;
    return atomic_load_explicit(command->stop, memory_order_relaxed);
}

enum wend_status wend__cli_target_open(struct wend_cli_context *context,
                                       const struct wend_cli_target *target,
                                       struct wend_producer **producer, struct wend_error *error) {
    struct wend_cli_text names = {0};
    size_t count = context->arguments->pair_count;
    struct wend_stream_setting *settings = wend__cli_settings(context->arguments, &names);
    settings[count] =
        (struct wend_stream_setting){"brokers", wend__cli_text_string(&target->brokers)};
    struct wend_producer_options options = {
        .topic = target->topic,
        .partitions = (uint32_t)context->arguments->values[WEND_CLI_PARTITIONS].number,
        .settings = settings,
        .setting_count = count + 1,
        .is_stopped = is_stopped,
        .note = wend__cli_pass_note,
        .context = context,
    };
    enum wend_status status = wend__producer_open(&options, producer, error);
    free(settings);
    wend__cli_text_deinit(&names);
    return status;
}
