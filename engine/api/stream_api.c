#include "api/cli.h"
#include "api/definitions_api.h"
#include "api/replay_api.h"
#include "base/memory.h"

#include <wend/stream.h>

void wend_stream_options_init(struct wend_stream_options *options) {
    *options = (struct wend_stream_options){0};
    wend_replay_options_init(&options->replay);
}

/* Those of the definitions, then those of the caller. */
static struct wend_setting *join_settings(const struct wend_ruleset *ruleset,
                                          const struct wend_stream_options *options) {
    size_t count = ruleset->kafka_count + options->setting_count;
    struct wend_setting *settings = wend__alloc_zeroed(count + 1, sizeof *settings);
    if (settings == NULL) {
        return NULL;
    }
    if (ruleset->kafka_count > 0) {
        memcpy(settings, ruleset->kafka, ruleset->kafka_count * sizeof *settings);
    }
    for (size_t i = 0; i < options->setting_count; i++) {
        settings[ruleset->kafka_count + i] = (struct wend_setting){
            .name = options->settings[i].name, .value = options->settings[i].value};
    }
    return settings;
}

/* The topic for outcomes: what the caller says, else the definitions; NULL: none. */
static const char *find_outcomes(const struct wend_setting *settings, size_t count) {
    const char *topic = NULL;
    for (size_t i = 0; i < count; i++) {
        topic = strcmp(settings[i].name, "outcomes") == 0 ? settings[i].value : topic;
    }
    return topic;
}

enum wend_status wend__stream_run(const struct wend_stream_options *options, bool follows,
                                  struct wend_live *live, struct wend_result **result,
                                  struct wend_error *error) {
    *result = NULL;
    const struct wend_definitions *definitions = options->replay.definitions;
    if (definitions == NULL) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "a stream needs definitions, which name its topics");
    }
    /* A view of the definitions with what a stream has where they are silent. */
    struct wend_ruleset ruleset = *definitions->ruleset;
    ruleset.lateness_us = ruleset.has_lateness ? ruleset.lateness_us : WEND_STREAM_LATENESS_US;
    ruleset.window_us = ruleset.has_window ? ruleset.window_us : WEND_STREAM_WINDOW_US;
    struct wend_setting *settings = join_settings(&ruleset, options);
    if (settings == NULL) {
        return wend__fail_memory(error);
    }
    struct wend_run_kafka kafka = {
        .settings = settings,
        .setting_count = ruleset.kafka_count + options->setting_count,
        .memory_bytes = options->kafka_memory_bytes,
        .state = options->state,
        .checkpoint_us =
            options->checkpoint_us != 0 ? options->checkpoint_us : WEND_STREAM_CHECKPOINT_US,
        .is_live = follows,
        .idle_us = options->idle_us,
        .accepts_definitions = options->accept_new_definitions,
        .note = options->note,
        .note_context = options->note_context,
        .outcomes = find_outcomes(settings, ruleset.kafka_count + options->setting_count),
        .live = live,
        .publish = options->publish,
        .publish_schema = options->publish_schema,
    };
    enum wend_status status = wend__replay_inputs(&options->replay, NULL, 0, NULL, &kafka, &ruleset,
                                                  definitions, result, error);
    wend__free(settings);
    return status;
}

enum wend_status wend_stream_run_to_end(const struct wend_stream_options *options,
                                        struct wend_result **result, struct wend_error *error) {
    return wend__stream_run(options, false, NULL, result, error);
}

enum wend_status wend_stream_run_live(const struct wend_stream_options *options,
                                      struct wend_error *error) {
    if (options->state == NULL) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "a stream without end needs a state, where its results stand");
    }
    struct wend_result *result = NULL;
    enum wend_status status = wend__stream_run(options, true, NULL, &result, error);
    wend_result_destroy(result);
    return status;
}
