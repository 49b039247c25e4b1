/* `wend serve`: the tables of a snapshot over HTTP. */
#include "serve.h"

#include <sys/stat.h>
#include <time.h>
#include <wend/snapshot.h>

#define USUAL_LISTEN "127.0.0.1:9464"

enum wend_status wend__cli_check_serving(const struct wend_cli_context *context,
                                         struct wend_error *error) {
    static const enum wend_cli_option_id ids[] = {WEND_CLI_TOKEN,       WEND_CLI_TLS_CERTIFICATE,
                                                  WEND_CLI_TLS_KEY,     WEND_CLI_RATE,
                                                  WEND_CLI_CONNECTIONS, WEND_CLI_REQUEST_TIMEOUT};
    const struct wend_cli_value *values = context->arguments->values;
    if (values[WEND_CLI_LISTEN].given || context->arguments->command == WEND_CLI_SERVE) {
        return WEND_OK;
    }
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        if (values[ids[i]].given) {
            return wend__cli_error(error, WEND_ERROR_USAGE,
                                   "--%s is about HTTP, and nothing listens\n"
                                   "Add --listen " USUAL_LISTEN ", or leave it out.",
                                   wend__cli_options[ids[i]].name);
        }
    }
    return WEND_OK;
}

void wend__cli_server_options(const struct wend_cli_context *context,
                              struct wend_server_options *options) {
    const struct wend_cli_value *values = context->arguments->values;
    uint64_t rate = values[WEND_CLI_RATE].number;
    *options = (struct wend_server_options){
        .listen = values[WEND_CLI_LISTEN].given ? values[WEND_CLI_LISTEN].text : USUAL_LISTEN,
        .token = values[WEND_CLI_TOKEN].text,
        .certificate = values[WEND_CLI_TLS_CERTIFICATE].text,
        .key = values[WEND_CLI_TLS_KEY].text,
        .connections = (uint32_t)values[WEND_CLI_CONNECTIONS].number,
        .rate = rate == UINT64_MAX ? UINT32_MAX : (uint32_t)rate,
        .patience_us = values[WEND_CLI_REQUEST_TIMEOUT].number,
    };
}

enum wend_status wend__cli_open_server(const struct wend_cli_context *context,
                                       const struct wend_server_options *options,
                                       struct wend_server **server, struct wend_error *error) {
    enum wend_status status = wend__server_open(options, server, error);
    if (status == WEND_OK && wend__server_is_in_clear(*server)) {
        wend__cli_note(context, "without TLS the token and all answers can be read on the way; "
                                "--tls-certificate and --tls-key encrypt them");
    }
    if (status == WEND_OK && context->arguments->command == WEND_CLI_STREAM) {
        wend__cli_note(context, "metrics: %s/metrics", wend__server_url(*server));
    }
    return status;
}

/* A place that is not there is a mistake; a snapshot that is not there yet may come. */
static enum wend_status check_place(struct wend_cli_context *context,
                                    struct wend_cli_served *served, struct wend_error *error) {
    struct stat status;
    struct wend_error reason = {0};
    served->directory = context->arguments->operands[0];
    if (stat(served->directory, &status) != 0 || !S_ISDIR(status.st_mode)) {
        struct wend_snapshot *snapshot = NULL;
        enum wend_status opened =
            wend__cli_open_snapshot(context, served->directory, &snapshot, error);
        wend_snapshot_close(snapshot);
        return opened;
    }
    if (wend__cli_served_with(served, wend__cli_served_look, NULL, &reason) != WEND_OK) {
        wend__cli_note(context, "%s", reason.text);
    }
    return WEND_OK;
}

static void wait_for_stop(const struct wend_cli_context *context) {
    while (!atomic_load_explicit(context->stop, memory_order_relaxed)) {
        /* A signal ends the sleep at once. */
        (void)nanosleep(&(struct timespec){.tv_nsec = 200000000L}, NULL);
    }
}

enum wend_status wend__cli_serve(struct wend_cli_context *context, struct wend_error *error) {
    struct wend_cli_served served = {.directory = NULL};
    struct wend_server_options options;
    struct wend_server *server = NULL;
    struct wend_cli_text out = {0};
    enum wend_status status = check_place(context, &served, error);
    if (status != WEND_OK) {
        return status;
    }
    wend__cli_server_options(context, &options);
    options.context = &served;
    options.is_ready = wend__cli_served_is_ready;
    options.metrics = wend__cli_served_metrics;
    options.page = wend__cli_served_page;
    options.tables = wend__cli_served_tables;
    status = wend__cli_open_server(context, &options, &server, error);
    if (status == WEND_OK) {
        /* Where the port was chosen by the system, a script reads it here. */
        wend__cli_text_add_format(&out, "%s\n", wend__server_url(server));
        status = wend__cli_print(&out, error);
        wend__cli_text_deinit(&out);
    }
    if (status == WEND_OK) {
        wait_for_stop(context);
    }
    wend__server_close(server);
    wend__cli_served_deinit(&served);
    return status;
}
