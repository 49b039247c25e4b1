/* `wend stream`: from topics of Kafka to a report and a snapshot. */
#include "commands.h"
#include "serve.h"
#include "status.h"

#include <wend/wend.h>

#include <stdlib.h>
#include <string.h>

void wend__cli_pass_note(void *context, const char *text) {
    const struct wend_cli_context *command = context;
    wend__cli_note(command, "%s", text);
}

struct wend_stream_setting *wend__cli_settings(const struct wend_cli_arguments *arguments,
                                               struct wend_cli_text *names) {
    struct wend_stream_setting *settings =
        wend__cli_alloc((arguments->pair_count + 1) * sizeof *settings);
    for (size_t i = 0; i < arguments->pair_count; i++) {
        wend__cli_text_add_bytes(names, arguments->pairs[i], strcspn(arguments->pairs[i], "="));
        wend__cli_text_add_bytes(names, "", 1);
    }
    /* Only now does the text stay where it is. */
    const char *name = wend__cli_text_string(names);
    for (size_t i = 0; i < arguments->pair_count; i++) {
        size_t len = strlen(name);
        settings[i] = (struct wend_stream_setting){name, arguments->pairs[i] + len + 1};
        name += len + 1;
    }
    return settings;
}

/* Where notes of a run go. */
struct notes {
    const struct wend_cli_context *command;
    struct wend_cli_status *status;
};

static void take_note(void *context, const char *text) {
    const struct notes *notes = context;
    wend__cli_status_note(notes->command, notes->status, text);
}

/* With --listen: numbers of the run while it goes on, and the tables of its newest window. */
static enum wend_status open_server(struct wend_cli_context *command,
                                    struct wend_cli_served *served, struct wend_live *live,
                                    struct wend_server **server, struct wend_error *error) {
    const struct wend_cli_value *values = command->arguments->values;
    struct wend_server_options options;
    if (!command->arguments->values[WEND_CLI_LISTEN].given) {
        return WEND_OK;
    }
    wend__cli_server_options(command, &options);
    options.live = live;
    served->directory = values[WEND_CLI_OUTPUT].text;
    if (served->directory != NULL && !values[WEND_CLI_UNTIL_END].given) {
        options.context = served;
        options.metrics = wend__cli_served_metrics;
        options.page = wend__cli_served_page;
        options.tables = wend__cli_served_tables;
    }
    return wend__cli_open_server(command, &options, server, error);
}

static enum wend_status start_stream(void *context, const struct wend_replay_options *options,
                                     struct wend_result **result, struct wend_error *error) {
    struct wend_cli_context *command = context;
    const struct wend_cli_value *values = command->arguments->values;
    struct wend_stream_options stream;
    struct wend_cli_text names = {0};
    wend_stream_options_init(&stream);
    struct wend_stream_setting *settings = wend__cli_settings(command->arguments, &names);
    stream.replay = *options;
    stream.settings = settings;
    stream.setting_count = command->arguments->pair_count;
    stream.kafka_memory_bytes = values[WEND_CLI_KAFKA_MEMORY].number;
    stream.state = values[WEND_CLI_STATE].text;
    stream.checkpoint_us = (int64_t)values[WEND_CLI_CHECKPOINT_INTERVAL].number;
    stream.accept_new_definitions = values[WEND_CLI_ACCEPT_DEFINITIONS].given;
    stream.publish = values[WEND_CLI_PUBLISH_TO].text;
    stream.publish_schema = values[WEND_CLI_SCHEMA].text;
    struct notes notes = {.command = command};
    stream.note = take_note;
    stream.note_context = &notes;
    stream.idle_us = values[WEND_CLI_IDLE_TIMEOUT].number == UINT64_MAX
                         ? 0
                         : (int64_t)values[WEND_CLI_IDLE_TIMEOUT].number;
    struct wend_server *server = NULL;
    struct wend_live *live = wend__cli_live_create();
    struct wend_cli_served served = {.directory = NULL};
    /* First the one that has a signal for itself, which other threads must not take. */
    enum wend_status status =
        live == NULL
            ? wend__cli_error(error, WEND_ERROR_MEMORY, "out of memory")
            : wend__cli_status_open(command, live, stream.state != NULL, &notes.status, error);
    if (status == WEND_OK) {
        status = open_server(command, &served, live, &server, error);
    }
    bool follows = !values[WEND_CLI_UNTIL_END].given;
    if (status == WEND_OK) {
        status = wend__stream_run(&stream, follows, live, result, error);
    }
    if (follows) {
        wend_result_destroy(*result); /* of a stream without end there is none */
        *result = NULL;
    }
    wend__server_close(server);
    wend__cli_served_deinit(&served);
    wend__cli_status_close(notes.status);
    wend__cli_live_destroy(live);
    free(settings);
    wend__cli_text_deinit(&names);
    return status;
}

enum wend_status wend__cli_stream(struct wend_cli_context *context, struct wend_error *error) {
    const struct wend_cli_value *values = context->arguments->values;
    if (!values[WEND_CLI_DEFINITIONS].given) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "a stream needs definitions: -c FILE\n"
                               "`wend init` writes a file to start from; its section `kafka` names "
                               "brokers and topics.");
    }
    if (!values[WEND_CLI_UNTIL_END].given && !values[WEND_CLI_STATE].given) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "a stream without end keeps its results in a state\n"
                               "Add --state DIR; or --until-end, to read up to the present ends of "
                               "the topics.");
    }
    bool follows = !values[WEND_CLI_UNTIL_END].given;
    if (values[WEND_CLI_PUBLISH_TO].given && (!follows || !values[WEND_CLI_OUTPUT].given)) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               follows ? "--publish hands on the windows that -o gets\n"
                                         "Add -o DIR."
                                       : "--publish is for a stream without end\n"
                                         "What --until-end writes is published by `wend publish "
                                         "postgres DIR --to CONNINFO`.");
    }
    enum wend_status status = wend__cli_check_serving(context, error);
    return status == WEND_OK ? wend__cli_run_reported(context, start_stream, context, error)
                             : status;
}
