/* -h, --help and --version. */
#include "help.h"

#include "width.h"

#include <string.h>

#define BOLD "\033[1m"
#define PLAIN "\033[0m"

const struct wend_cli_exit wend__cli_exits[WEND_CLI_EXIT_COUNT] = {
    {0, "done; also when the reader of a pipe has gone"},
    {1, "nothing usable in the input"},
    {2, "wrong arguments or definitions"},
    {3, "the operating system refused: a file cannot be read or written, the disk is full"},
    {4, "a limit was reached; the message names it and what to do"},
    {130, "stopped by Ctrl-C; nothing was published (a second Ctrl-C ends at once)"},
};

const char *const wend__cli_environment[WEND_CLI_ENVIRONMENT_COUNT][2] = {
    {"NO_COLOR", "no colours, unless --color always"},
    {"TERM", "`dumb`: no colours and no progress bar"},
    {"COLUMNS", "width of the output, instead of the terminal's"},
    {"TMPDIR", "directory for temporary files, unless --temp-dir"},
    {"WEND_SIMD", "avx512, avx2, portable: the instructions to decode with; no result changes"},
};

void wend__cli_option_usage(const struct wend_cli_option *option, bool aligned,
                            struct wend_cli_text *out) {
    if (option->letter != 0) {
        wend__cli_text_add_format(out, "-%c, ", option->letter);
    } else if (aligned) {
        wend__cli_text_add(out, "    ");
    }
    wend__cli_text_add_format(out, "--%s", option->name);
    if (option->value_name != NULL) {
        wend__cli_text_add_format(out, " %s", option->value_name);
    }
}

static void heading(struct wend_cli_text *out, bool styled, const char *title) {
    wend__cli_text_add_format(out, "\n%s%s:%s\n", styled ? BOLD : "", title, styled ? PLAIN : "");
}

static void usage_line(const struct wend_cli_command *command, bool styled,
                       struct wend_cli_text *out) {
    bool top = command->name[0] == '\0';
    wend__cli_text_add_format(out, "%sUsage:%s wend%s%s [OPTION...]%s%s\n", styled ? BOLD : "",
                              styled ? PLAIN : "", top ? "" : " ", command->name,
                              command->operands[0] == '\0' ? "" : " ", command->operands);
}

/* A left column of `left` cells, then the text beside it, wrapped. */
static void add_entry(struct wend_cli_text *out, const struct wend_cli_text *name, size_t left,
                      const char *text, size_t width) {
    size_t used = 2 + wend__cli_width(wend__cli_text_string(name), name->len);
    struct wend_cli_text wrapped = {0};
    wend__cli_text_add_wrapped(&wrapped, text, left, width);
    wend__cli_text_add_format(out, "  %s", wend__cli_text_string(name));
    if (used + 2 <= left) { /* the first line's indent makes room for the name */
        wend__cli_text_add_repeated(out, ' ', left - used);
        wend__cli_text_add(out, wend__cli_text_string(&wrapped) + left);
    } else {
        wend__cli_text_add_format(out, "\n%s", wend__cli_text_string(&wrapped));
    }
    wend__cli_text_deinit(&wrapped);
}

static void command_list(struct wend_cli_text *out, bool styled, size_t width) {
    heading(out, styled, "Commands");
    for (int i = WEND_CLI_TOP + 1; i < WEND_CLI_COMMAND_COUNT; i++) {
        struct wend_cli_text name = {0};
        wend__cli_text_add(&name, wend__cli_commands[i].name);
        add_entry(out, &name, 14, wend__cli_commands[i].summary, width);
        wend__cli_text_deinit(&name);
    }
}

static bool names_choices(const struct wend_cli_option *option) {
    return option->choices != NULL &&
           (option->kind == WEND_CLI_CHOICE || option->kind == WEND_CLI_LIST);
}

/* The summary, and the default where the summary does not tell it. */
static void short_text(const struct wend_cli_option *option, struct wend_cli_text *text) {
    wend__cli_text_add(text, option->summary);
    if (option->standard != NULL && option->kind != WEND_CLI_LIST) {
        wend__cli_text_add_format(text, " [%s]", option->standard);
    }
}

static void long_text(const struct wend_cli_option *option, struct wend_cli_text *text) {
    wend__cli_text_add_format(text, "%s.", option->summary);
    if (option->details != NULL) {
        wend__cli_text_add_format(text, " %s", option->details);
    }
    if (names_choices(option) && option->kind == WEND_CLI_LIST) {
        wend__cli_text_add(text, " Values:");
        for (const char *at = option->choices; *at != '\0';) {
            size_t len = strcspn(at, "|");
            bool last = at[len] == '\0';
            wend__cli_text_add_format(text, " %.*s%s", (int)len, at, last ? "." : ",");
            at += last ? len : len + 1;
        }
    }
    if (option->standard != NULL) {
        wend__cli_text_add_format(text, " Default: %s.", option->standard);
    }
}

static void option_list(enum wend_cli_command_id command, bool manual, bool styled, size_t width,
                        struct wend_cli_text *out) {
    for (int category = 0; category < WEND_CLI_CATEGORY_COUNT; category++) {
        bool first = true;
        for (size_t i = 0; i < WEND_CLI_OPTION_COUNT; i++) {
            const struct wend_cli_option *option = &wend__cli_options[i];
            if ((int)option->category != category || !wend__cli_option_belongs(option, command)) {
                continue;
            }
            if (first) {
                heading(out, styled, wend__cli_category_titles[category]);
            }
            struct wend_cli_text name = {0};
            struct wend_cli_text text = {0};
            wend__cli_option_usage(option, true, &name);
            if (manual) {
                long_text(option, &text);
                wend__cli_text_add_format(out, "%s  %s\n", first ? "" : "\n",
                                          wend__cli_text_string(&name));
                wend__cli_text_add_wrapped(out, wend__cli_text_string(&text), 10, width);
            } else {
                short_text(option, &text);
                add_entry(out, &name, 30, wend__cli_text_string(&text), width);
            }
            first = false;
            wend__cli_text_deinit(&name);
            wend__cli_text_deinit(&text);
        }
    }
}

static void manual_tail(enum wend_cli_command_id id, bool styled, size_t width,
                        struct wend_cli_text *out) {
    const struct wend_cli_command *command = &wend__cli_commands[id];
    if (command->examples != NULL) {
        heading(out, styled, "Examples");
        for (const char *at = command->examples; *at != '\0';) {
            size_t len = strcspn(at, "\n");
            wend__cli_text_add_format(out, "  %.*s\n", (int)len, at);
            at += len + (at[len] == '\n' ? 1 : 0);
        }
    }
    heading(out, styled, "Exit codes");
    for (size_t i = 0; i < WEND_CLI_EXIT_COUNT; i++) {
        struct wend_cli_text code = {0};
        wend__cli_text_add_format(&code, "%d", wend__cli_exits[i].code);
        add_entry(out, &code, 8, wend__cli_exits[i].meaning, width);
        wend__cli_text_deinit(&code);
    }
    if (command->exits != NULL) {
        wend__cli_text_add_wrapped(out, command->exits, 2, width);
    }
    if (id == WEND_CLI_TOP) {
        heading(out, styled, "Environment");
        for (size_t i = 0; i < WEND_CLI_ENVIRONMENT_COUNT; i++) {
            struct wend_cli_text name = {0};
            wend__cli_text_add(&name, wend__cli_environment[i][0]);
            add_entry(out, &name, 14, wend__cli_environment[i][1], width);
            wend__cli_text_deinit(&name);
        }
    }
}

void wend__cli_help(enum wend_cli_command_id id, bool manual, bool styled, size_t width,
                    struct wend_cli_text *out) {
    const struct wend_cli_command *command = &wend__cli_commands[id];
    width = width < 40 ? 40 : width;
    bool top = id == WEND_CLI_TOP;
    wend__cli_text_add_format(out, "wend%s%s: %s\n\n", top ? "" : " ", command->name,
                              command->summary);
    usage_line(command, styled, out);
    if (manual) {
        wend__cli_text_add(out, "\n");
        wend__cli_text_add_wrapped(out, command->description, 0, width);
    }
    if (top) {
        command_list(out, styled, width);
    }
    option_list(id, manual, styled, width, out);
    if (manual) {
        manual_tail(id, styled, width, out);
        return;
    }
    wend__cli_text_add_format(
        out, "\n%s", top ? "`wend help COMMAND` prints a command's manual.\n" : "More: --help\n");
}
