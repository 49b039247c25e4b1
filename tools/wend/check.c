/* `wend check`: a definition file, by itself and on the first events of an input. */
#include "check_sample.h"
#include "commands.h"
#include "json.h"

#include <wend/definitions.h>

#include <string.h>

static void add_error(const struct wend_error *problem, struct wend_cli_text *out) {
    wend__cli_json_key(out, "error");
    wend__cli_json_begin(out);
    wend__cli_json_word(out, "file", problem->file[0] == '\0' ? NULL : problem->file);
    wend__cli_json_count(out, "line", problem->line);
    wend__cli_json_count(out, "column", problem->column);
    wend__cli_json_word(out, "text", problem->text);
    wend__cli_text_add(out, "}");
}

/* The result; `definitions` NULL: they are not valid, and `problem` says why. */
static void begin_report(const struct wend_cli_context *context,
                         const struct wend_definitions *definitions,
                         const struct wend_error *problem, struct wend_cli_text *out) {
    const char *file = context->arguments->operands[0];
    if (context->arguments->values[WEND_CLI_JSON].given) {
        wend__cli_json_begin(out);
        wend__cli_json_word(out, "definitions", file);
        wend__cli_json_flag(out, "valid", definitions != NULL);
        wend__cli_json_lines(out, "warnings",
                             definitions == NULL ? "" : wend_definitions_warnings(definitions));
        if (definitions == NULL) {
            add_error(problem, out);
        }
    } else if (!context->quiet && definitions != NULL) {
        const char *warnings = wend_definitions_warnings(definitions);
        wend__cli_text_add_visible(out, file, strlen(file), false);
        wend__cli_text_add(out, " is valid\n");
        wend__cli_text_add_visible(out, warnings, strlen(warnings), true);
    }
}

static void end_report(const struct wend_cli_context *context, struct wend_cli_text *out) {
    if (context->arguments->values[WEND_CLI_JSON].given) {
        wend__cli_text_add(out, "}\n");
    }
}

static void add_sample(const struct wend_cli_context *context, const struct wend_cli_sample *sample,
                       const struct wend_sample_summary *summary, struct wend_cli_text *out) {
    if (context->arguments->values[WEND_CLI_JSON].given) {
        wend__cli_json_key(out, "sample");
        wend__cli_sample_json(sample, summary, out);
    } else if (!context->quiet) {
        wend__cli_text_add(out, "\n");
        wend__cli_sample_text(sample, summary, &context->terminal, out);
    }
}

static enum wend_status try_sample(const struct wend_cli_context *context,
                                   const struct wend_definitions *definitions,
                                   struct wend_cli_text *out, struct wend_error *error) {
    const struct wend_cli_value *values = context->arguments->values;
    struct wend_look_options look = {
        .format = values[WEND_CLI_INPUT_FORMAT].given ? values[WEND_CLI_INPUT_FORMAT].text : NULL,
        .max_window_log = (uint32_t)values[WEND_CLI_MAX_WINDOW_LOG].number,
    };
    struct wend_cli_sample sample = {
        .input = values[WEND_CLI_SAMPLE].text,
        .kept_max = values[WEND_CLI_JSON].given ? WEND_CLI_SAMPLE_KEPT : WEND_CLI_SAMPLE_SHOWN};
    struct wend_sample_summary summary = {0};
    enum wend_status status =
        wend__sample_run(definitions, sample.input, values[WEND_CLI_LIMIT].number, &look,
                         wend__cli_sample_take, &sample, &summary, error);
    if (status == WEND_OK || (status == WEND_ERROR_EMPTY && summary.read > 0)) {
        add_sample(context, &sample, &summary, out);
    }
    if (status == WEND_OK && summary.accepted == 0) {
        status = wend__cli_error(error, WEND_ERROR_EMPTY,
                                 "%s: no record can be used with these definitions\n"
                                 "`wend init %s` shows what fields there are.",
                                 sample.input, sample.input);
    }
    wend__sample_summary_deinit(&summary);
    wend__cli_sample_deinit(&sample);
    return status;
}

enum wend_status wend__cli_check(struct wend_cli_context *context, struct wend_error *error) {
    const struct wend_cli_arguments *arguments = context->arguments;
    struct wend_definitions *definitions = NULL;
    struct wend_cli_text out = {0};
    wend__cli_interrupt_restore(); /* it only reads: Ctrl-C may end it at once */
    enum wend_status status =
        wend_definitions_load_file(arguments->operands[0], &definitions, error);
    if (status != WEND_OK && status != WEND_ERROR_USAGE) {
        return status;
    }
    begin_report(context, definitions, error, &out);
    if (status == WEND_OK && arguments->values[WEND_CLI_SAMPLE].given) {
        status = try_sample(context, definitions, &out, error);
    }
    end_report(context, &out);
    struct wend_error unprinted = {0};
    enum wend_status printed = wend__cli_print(&out, &unprinted);
    if (status == WEND_OK && printed != WEND_OK) {
        status = printed;
        *error = unprinted;
    }
    wend__cli_text_deinit(&out);
    wend_definitions_destroy(definitions);
    return status;
}
