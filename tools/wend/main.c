/* wend: reads the command line, runs the command, prints its error, returns its exit code. */
#include "commands.h"
#include "help.h"

#include <string.h>
#include <unistd.h>

static wend_cli_run *const runs[WEND_CLI_COMMAND_COUNT] = {
    [WEND_CLI_REPLAY] = wend__cli_replay,     [WEND_CLI_STREAM] = wend__cli_stream,
    [WEND_CLI_SHOW] = wend__cli_show,         [WEND_CLI_SERVE] = wend__cli_serve,
    [WEND_CLI_CHECK] = wend__cli_check,       [WEND_CLI_INIT] = wend__cli_init,
    [WEND_CLI_MERGE] = wend__cli_merge,       [WEND_CLI_VERIFY] = wend__cli_verify,
    [WEND_CLI_MAP] = wend__cli_map,           [WEND_CLI_PUBLISH] = wend__cli_publish,
    [WEND_CLI_GENERATE] = wend__cli_generate,
};

static size_t help_width(const struct wend_cli_terminal *terminal) {
    /* Lines of more than 100 columns are hard to read; in a file 80 is what everybody expects. */
    size_t width = terminal->output_is_terminal ? terminal->width : 80;
    return width > 100 ? 100 : width;
}

static enum wend_status print_help(struct wend_cli_context *context, struct wend_error *error) {
    struct wend_cli_arguments *arguments = context->arguments;
    enum wend_cli_command_id command = arguments->command;
    bool manual = arguments->long_help;
    if (command == WEND_CLI_HELP && !arguments->values[WEND_CLI_HELP_OPTION].given) {
        manual = true;
        command = WEND_CLI_TOP;
        if (arguments->operand_count > 0) {
            command = wend__cli_command_find(arguments->operands[0]);
            if (command == WEND_CLI_TOP) {
                return wend__cli_error(error, WEND_ERROR_USAGE,
                                       "no command is called %s\nTry `wend -h`.",
                                       arguments->operands[0]);
            }
        }
    }
    struct wend_cli_text out = {0};
    wend__cli_help(command, manual, context->terminal.output_color, help_width(&context->terminal),
                   &out);
    enum wend_status status = wend__cli_print(&out, error);
    wend__cli_text_deinit(&out);
    return status;
}

/* --generate man|bash|zsh|fish|reference */
static enum wend_status print_generated(struct wend_cli_context *context,
                                        struct wend_error *error) {
    const struct wend_cli_arguments *arguments = context->arguments;
    const char *kind = arguments->values[WEND_CLI_GENERATE_TEXT].text;
    enum wend_cli_command_id command = WEND_CLI_TOP;
    bool man = strcmp(kind, "man") == 0;
    if (arguments->operand_count > (man ? 1U : 0U)) {
        return wend__cli_error(error, WEND_ERROR_USAGE, "unexpected argument %s\nTry `wend -h`.",
                               arguments->operands[man ? 1 : 0]);
    }
    if (arguments->operand_count == 1) {
        command = wend__cli_command_find(arguments->operands[0]);
        if (command == WEND_CLI_TOP) {
            return wend__cli_error(error, WEND_ERROR_USAGE,
                                   "no command is called %s\nTry `wend -h`.",
                                   arguments->operands[0]);
        }
    }
    struct wend_cli_text out = {0};
    if (man) {
        wend__cli_man(command, &out);
    } else if (strcmp(kind, "bash") == 0) {
        wend__cli_bash(&out);
    } else if (strcmp(kind, "zsh") == 0) {
        wend__cli_zsh(&out);
    } else if (strcmp(kind, "fish") == 0) {
        wend__cli_fish(&out);
    } else {
        wend__cli_reference(&out);
    }
    enum wend_status status = wend__cli_print(&out, error);
    wend__cli_text_deinit(&out);
    return status;
}

static enum wend_status print_version(struct wend_error *error) {
    struct wend_cli_text out = {0};
    wend__cli_version(&out);
    enum wend_status status = wend__cli_print(&out, error);
    wend__cli_text_deinit(&out);
    return status;
}

static enum wend_status dispatch(struct wend_cli_context *context, struct wend_error *error) {
    const struct wend_cli_arguments *arguments = context->arguments;
    const struct wend_cli_value *values = arguments->values;
    if (values[WEND_CLI_HELP_OPTION].given || arguments->command == WEND_CLI_HELP) {
        return print_help(context, error);
    }
    if (values[WEND_CLI_VERSION].given) {
        return print_version(error);
    }
    if (values[WEND_CLI_GENERATE_TEXT].given) {
        return print_generated(context, error);
    }
    if (arguments->command == WEND_CLI_TOP) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "no command given; to read a log: `wend replay FILE`\n"
                               "Try `wend -h`.");
    }
    return runs[arguments->command](context, error);
}

int main(int argc, char **argv) {
    struct wend_cli_arguments arguments;
    struct wend_error error = {0};
    struct wend_cli_context context = {.arguments = &arguments};
    context.stop = wend__cli_interrupt_install();
    enum wend_status status = wend__cli_parse(argc, argv, &arguments, &error);
    wend__cli_terminal_init(&context.terminal,
                            (enum wend_cli_color)arguments.values[WEND_CLI_COLOR].number);
    context.quiet = arguments.values[WEND_CLI_QUIET].given;
    if (status == WEND_OK) {
        status = dispatch(&context, &error);
    }
    if (status != WEND_OK && !wend__cli_output_closed()) {
        struct wend_cli_text text = {0};
        wend__cli_error_text(&error, context.terminal.error_color, &text);
        ssize_t ignored = write(STDERR_FILENO, text.data, text.len);
        (void)ignored;
        wend__cli_text_deinit(&text);
    }
    wend__cli_arguments_deinit(&arguments);
    return wend__cli_output_closed() ? 0 : wend__cli_exit_code(status);
}
