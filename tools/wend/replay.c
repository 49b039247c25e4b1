/* `wend replay`: from log archives to a report and a snapshot. */
#include "commands.h"
#include "progress.h"
#include "replay_report.h"

#include <wend/wend.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define KEY_BYTES_MIN 16U
#define KEY_BYTES_MAX 65536U

/* In the order of the choices of --tables; the last one is "all". */
static const uint32_t table_bits[] = {
    WEND_TABLES_PATHS,       WEND_TABLES_TRANSITIONS, WEND_TABLES_FLOW,     WEND_TABLES_STAGES,
    WEND_TABLES_ABANDONMENT, WEND_TABLES_TOUCHPOINTS, WEND_TABLES_SWITCHES, WEND_TABLES_SESSIONS,
    WEND_TABLES_JOURNEYS,    WEND_TABLES_ALL,
};

static uint32_t chosen_tables(uint64_t choices) {
    uint32_t tables = 0;
    for (size_t i = 0; i < sizeof table_bits / sizeof table_bits[0]; i++) {
        tables |= (choices >> i & 1) != 0 ? table_bits[i] : 0;
    }
    return tables;
}

static bool is_hashed(const struct wend_cli_value *values) {
    return values[WEND_CLI_CUSTOMER_IDS].number == WEND_IDS_HASHED;
}

/* Options that would have no effect: better said than found out later. */
static enum wend_status check_options(const struct wend_cli_value *values,
                                      struct wend_error *error) {
    static const enum wend_cli_option_id of_snapshot[] = {WEND_CLI_TABLES, WEND_CLI_REPLACE,
                                                          WEND_CLI_CUSTOMER_IDS};
    for (size_t i = 0; i < sizeof of_snapshot / sizeof of_snapshot[0]; i++) {
        if (values[of_snapshot[i]].given && !values[WEND_CLI_OUTPUT].given) {
            return wend__cli_error(error, WEND_ERROR_USAGE,
                                   "--%s is about the snapshot, and none is written\n"
                                   "Add -o DIR, or leave it out.",
                                   wend__cli_options[of_snapshot[i]].name);
        }
    }
    if (is_hashed(values) && !values[WEND_CLI_KEY_FILE].given) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "--customer-ids hash needs a secret key: --key-file FILE\n"
                               "To make one: head -c 32 /dev/urandom > key");
    }
    if (!is_hashed(values) && values[WEND_CLI_KEY_FILE].given) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "--key-file is for --customer-ids hash, and ids are not hashed\n"
                               "Add --customer-ids hash, or leave it out.");
    }
    return WEND_OK;
}

/* The key is all bytes of the file, a newline at its end included. */
static enum wend_status read_key(const char *path, struct wend_cli_text *key,
                                 struct wend_error *error) {
    char bytes[4096];
    size_t len;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return wend__cli_error(error, WEND_ERROR_IO, "--key-file: cannot open %s: %s", path,
                               strerror(errno));
    }
    while (key->len <= KEY_BYTES_MAX && (len = fread(bytes, 1, sizeof bytes, file)) > 0) {
        wend__cli_text_add_bytes(key, bytes, len);
    }
    bool failed = ferror(file) != 0;
    int reason = errno;
    (void)fclose(file);
    if (failed) {
        return wend__cli_error(error, WEND_ERROR_IO, "--key-file: cannot read %s: %s", path,
                               strerror(reason));
    }
    if (key->len < KEY_BYTES_MIN || key->len > KEY_BYTES_MAX) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "--key-file: %s has %s%zu bytes; a key has %u to %u\n"
                               "To make one: head -c 32 /dev/urandom > key",
                               path, key->len > KEY_BYTES_MAX ? "more than " : "",
                               key->len > KEY_BYTES_MAX ? (size_t)KEY_BYTES_MAX : key->len,
                               KEY_BYTES_MIN, KEY_BYTES_MAX);
    }
    return WEND_OK;
}

static void set_options(const struct wend_cli_arguments *arguments,
                        struct wend_replay_options *options) {
    const struct wend_cli_value *values = arguments->values;
    wend_replay_options_init(options);
    options->inputs = arguments->operands;
    options->input_count = arguments->operand_count;
    options->format =
        values[WEND_CLI_INPUT_FORMAT].given ? values[WEND_CLI_INPUT_FORMAT].text : NULL;
    options->max_window_log = (uint32_t)values[WEND_CLI_MAX_WINDOW_LOG].number;
    options->output = values[WEND_CLI_OUTPUT].text;
    options->replace = values[WEND_CLI_REPLACE].given;
    options->tables = chosen_tables(values[WEND_CLI_TABLES].number);
    options->ids = (enum wend_ids)values[WEND_CLI_CUSTOMER_IDS].number;
    options->rejects = values[WEND_CLI_REJECTS].text;
    options->top = (uint32_t)values[WEND_CLI_REPORT_TOP].number;
    if (values[WEND_CLI_LATENESS].given) {
        uint64_t lateness = values[WEND_CLI_LATENESS].number;
        options->lateness_us = lateness == UINT64_MAX ? WEND_LATENESS_NONE : (int64_t)lateness;
    }
    if (values[WEND_CLI_NOW].given) {
        options->now_us = (int64_t)values[WEND_CLI_NOW].number;
    }
    options->close_all = values[WEND_CLI_CLOSE_ALL].given;
    options->threads = (uint32_t)values[WEND_CLI_THREADS].number;
    options->pin = values[WEND_CLI_PIN].given;
    options->memory_bytes = values[WEND_CLI_MEMORY].number;
    options->temp_directory = values[WEND_CLI_TEMP_DIR].text;
    options->block_bytes = (uint32_t)values[WEND_CLI_BLOCK_SIZE].number;
}

struct watcher {
    const struct wend_cli_context *context;
    struct wend_cli_progress progress;
};

static bool watch(void *opaque, const struct wend_progress *progress) {
    struct watcher *watcher = opaque;
    static const char *const phases[] = {
        [WEND_PHASE_READ] = NULL,
        [WEND_PHASE_COUNT] = "counting sessions and journeys",
        [WEND_PHASE_WRITE] = "writing the tables",
    };
    struct wend_cli_state state = {.phase = phases[progress->phase],
                                   .permille = progress->phase_permille,
                                   .done_bytes = progress->done_bytes,
                                   .total_bytes = progress->total_bytes,
                                   .done_events = progress->events,
                                   .total_events = progress->total_events};
    wend__cli_progress_update(&watcher->progress, &state);
    return !atomic_load_explicit(watcher->context->stop, memory_order_relaxed);
}

static enum wend_status print_result(struct wend_cli_context *context,
                                     const struct wend_result *result, const char *snapshot,
                                     struct wend_error *error) {
    const struct wend_cli_value *values = context->arguments->values;
    struct wend_cli_replay_report replay;
    struct wend_cli_text out = {0};
    wend__cli_replay_report_init(&replay, result, snapshot, values[WEND_CLI_REJECTS].text);
    if (values[WEND_CLI_JSON].given) {
        wend__cli_report_json(&replay.report, &out);
    } else if (!context->quiet) {
        wend__cli_report_text(&replay.report, &context->terminal, &out);
    }
    enum wend_status status = wend__cli_print(&out, error);
    wend__cli_note_lines(context, result->warnings);
    wend__cli_text_clear(&out);
    wend__cli_report_notes(&replay.report, &out);
    wend__cli_note_lines(context, wend__cli_text_string(&out));
    wend__cli_text_deinit(&out);
    wend__cli_replay_report_deinit(&replay);
    return status;
}

static enum wend_status run(struct wend_cli_context *context,
                            const struct wend_replay_options *options, wend_cli_start *start,
                            void *start_context, struct wend_error *error) {
    struct wend_replay_options watched = *options;
    struct watcher watcher = {.context = context};
    struct wend_result *result = NULL;
    watched.progress = watch;
    watched.progress_context = &watcher;
    wend__cli_progress_start(&watcher.progress, &context->terminal,
                             context->quiet || context->arguments->values[WEND_CLI_STATUS].given);
    enum wend_status status = start(start_context, &watched, &result, error);
    wend__cli_progress_end(&watcher.progress);
    if (status == WEND_ERROR_CANCELLED) {
        (void)wend__cli_error(error, status, "stopped; nothing was kept");
    }
    if (result != NULL && (status == WEND_OK || status == WEND_ERROR_EMPTY)) {
        struct wend_error unprinted = {0};
        enum wend_status printed =
            print_result(context, result, status == WEND_OK ? options->output : NULL, &unprinted);
        if (status == WEND_OK && printed != WEND_OK) {
            status = printed;
            *error = unprinted;
        }
    }
    wend_result_destroy(result);
    return status;
}

enum wend_status wend__cli_run_reported(struct wend_cli_context *context, wend_cli_start *start,
                                        void *start_context, struct wend_error *error) {
    const struct wend_cli_value *values = context->arguments->values;
    struct wend_definitions *definitions = NULL;
    struct wend_replay_options options;
    struct wend_cli_text key = {0};
    set_options(context->arguments, &options);
    enum wend_status status = check_options(values, error);
    /* A live stream adds windows to a folder that may be there. */
    bool is_live =
        context->arguments->command == WEND_CLI_STREAM && !values[WEND_CLI_UNTIL_END].given;
    if (status == WEND_OK && !is_live) {
        status = wend__cli_check_output(context, error);
    }
    if (status == WEND_OK && values[WEND_CLI_KEY_FILE].given) {
        status = read_key(values[WEND_CLI_KEY_FILE].text, &key, error);
        options.key = key.data;
        options.key_bytes = key.len;
    }
    if (status == WEND_OK && values[WEND_CLI_DEFINITIONS].given) {
        status = wend_definitions_load_file(values[WEND_CLI_DEFINITIONS].text, &definitions, error);
        options.definitions = definitions;
    }
    if (status == WEND_OK) {
        status = run(context, &options, start, start_context, error);
    }
    wend_definitions_destroy(definitions);
    wend__cli_text_deinit(&key);
    return status;
}

static enum wend_status start_replay(void *context, const struct wend_replay_options *options,
                                     struct wend_result **result, struct wend_error *error) {
    (void)context;
    return wend_replay_run(options, result, error);
}

enum wend_status wend__cli_replay(struct wend_cli_context *context, struct wend_error *error) {
    return wend__cli_run_reported(context, start_replay, NULL, error);
}
