/* REFERENCE.md: every command and option as Markdown. */
#include "help.h"

#include <ctype.h>
#include <string.h>

/* Running text; names of environment variables and options stay as they are. */
static void add_sentence(struct wend_cli_text *out, const char *text) {
    wend__cli_text_add_format(out, "%c%s.", toupper((unsigned char)text[0]), text + 1);
}

/* A cell of a Markdown table: `|` and newlines would end it. */
static void add_cell(struct wend_cli_text *out, const char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '|') {
            wend__cli_text_add(out, "\\|");
        } else {
            wend__cli_text_add_bytes(out, *text == '\n' ? " " : text, 1);
        }
    }
}

static void add_option_row(struct wend_cli_text *out, const struct wend_cli_option *option) {
    wend__cli_text_add(out, "| `");
    wend__cli_option_usage(option, false, out);
    wend__cli_text_add(out, "` | ");
    struct wend_cli_text text = {0};
    add_sentence(&text, option->summary);
    if (option->details != NULL) {
        wend__cli_text_add_format(&text, " %s", option->details);
    }
    add_cell(out, wend__cli_text_string(&text));
    wend__cli_text_deinit(&text);
    wend__cli_text_add_format(out, " | %s |\n", option->standard == NULL ? "" : option->standard);
}

/* The options of a command: the common ones, or all others. The top has only common ones. */
static void add_option_rows(struct wend_cli_text *out, enum wend_cli_command_id command,
                            bool common) {
    wend__cli_text_add(out, "| option | what it does | default |\n|---|---|---|\n");
    for (int category = 0; category < WEND_CLI_CATEGORY_COUNT; category++) {
        for (size_t i = 0; i < WEND_CLI_OPTION_COUNT; i++) {
            const struct wend_cli_option *option = &wend__cli_options[i];
            if ((int)option->category == category && (category == WEND_CLI_COMMON) == common &&
                wend__cli_option_belongs(option, command)) {
                add_option_row(out, option);
            }
        }
    }
}

static void add_common(struct wend_cli_text *out) {
    wend__cli_text_add(out, "## Every command\n\n");
    add_option_rows(out, WEND_CLI_REPLAY, true);
    wend__cli_text_add(out, "\n## Exit codes\n\n| code | meaning |\n|---|---|\n");
    for (size_t i = 0; i < WEND_CLI_EXIT_COUNT; i++) {
        wend__cli_text_add_format(out, "| %d | %s |\n", wend__cli_exits[i].code,
                                  wend__cli_exits[i].meaning);
    }
    wend__cli_text_add(out, "\n## Environment\n\n| variable | effect |\n|---|---|\n");
    for (size_t i = 0; i < WEND_CLI_ENVIRONMENT_COUNT; i++) {
        wend__cli_text_add_format(out, "| `%s` | %s |\n", wend__cli_environment[i][0],
                                  wend__cli_environment[i][1]);
    }
}

static void add_command(struct wend_cli_text *out, enum wend_cli_command_id id) {
    const struct wend_cli_command *command = &wend__cli_commands[id];
    wend__cli_text_add_format(out, "## wend %s\n\n", command->name);
    add_sentence(out, command->summary);
    wend__cli_text_add_format(out, "\n\n```\nwend %s [OPTION...]%s%s\n```\n\n", command->name,
                              command->operands[0] == '\0' ? "" : " ", command->operands);
    wend__cli_text_add_wrapped(out, command->description, 0, 100);
    if (id != WEND_CLI_HELP) {
        wend__cli_text_add(out, "\n");
        add_option_rows(out, id, false);
    }
    if (command->exits != NULL) {
        wend__cli_text_add_format(out, "\nExit code %s\n", command->exits);
    }
    if (command->examples != NULL) {
        wend__cli_text_add_format(out, "\n```sh\n%s```\n", command->examples);
    }
    wend__cli_text_add(out, "\n");
}

void wend__cli_reference(struct wend_cli_text *out) {
    wend__cli_text_add(out, "# wend: the command line\n\n"
                            "Made by `wend --generate reference` from the table in "
                            "`options_table.c`; do not edit.\n\n"
                            "```\nwend [OPTION...] COMMAND [ARGUMENT...]\n```\n\n");
    wend__cli_text_add_wrapped(out, wend__cli_commands[WEND_CLI_TOP].description, 0, 100);
    wend__cli_text_add(out, "\n| command | what it does |\n|---|---|\n");
    for (int i = WEND_CLI_TOP + 1; i < WEND_CLI_COMMAND_COUNT; i++) {
        const char *name = wend__cli_commands[i].name;
        wend__cli_text_add_format(out, "| [`wend %s`](#wend-%s) | %s |\n", name, name,
                                  wend__cli_commands[i].summary);
    }
    wend__cli_text_add(out, "\n");
    add_option_rows(out, WEND_CLI_TOP, true);
    wend__cli_text_add(out, "\n");
    for (int i = WEND_CLI_TOP + 1; i < WEND_CLI_COMMAND_COUNT; i++) {
        add_command(out, (enum wend_cli_command_id)i);
    }
    add_common(out);
}
