/* `wend init`: a starter definition file for an input. */
#include "commands.h"

#include "api/cli.h"

#include <string.h>

enum wend_status wend__cli_init(struct wend_cli_context *context, struct wend_error *error) {
    const struct wend_cli_arguments *arguments = context->arguments;
    const struct wend_cli_value *values = arguments->values;
    struct wend_look_options look = {
        .format = values[WEND_CLI_INPUT_FORMAT].given ? values[WEND_CLI_INPUT_FORMAT].text : NULL,
        .max_window_log = (uint32_t)values[WEND_CLI_MAX_WINDOW_LOG].number,
    };
    char *text = NULL;
    wend__cli_interrupt_restore(); /* it only reads: Ctrl-C may end it at once */
    enum wend_status status = wend__init_text(arguments->operands[0],
                                              values[WEND_CLI_TEMPLATE].text, &look, &text, error);
    if (status != WEND_OK) {
        return status;
    }
    struct wend_cli_text out = {0};
    if (context->terminal.output_is_terminal) {
        wend__cli_text_add_visible(&out, text, strlen(text), true);
    } else {
        wend__cli_text_add(&out, text);
    }
    status = wend__cli_print(&out, error);
    if (status == WEND_OK && context->terminal.output_is_terminal) {
        wend__cli_note(context, "to keep it: wend init %s > wend.yaml", arguments->operands[0]);
    }
    wend__cli_text_deinit(&out);
    wend__text_free(text);
    return status;
}
