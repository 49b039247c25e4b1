/* Man pages. Text becomes roff with `\`, `-` and a leading `.` or `'` escaped. */
#include "help.h"

#include <ctype.h>
#include <string.h>

/*
 * One line of running text. Backquotes become bold: `wend show`. A dash is written \- so that it
 * can be copied from the page as what must be typed.
 */
static void add_roff(struct wend_cli_text *out, const char *text, size_t len) {
    bool bold = false;
    for (size_t i = 0; i < len; i++) {
        char byte = text[i];
        if (i == 0 && (byte == '.' || byte == '\'')) {
            wend__cli_text_add(out, "\\&");
        }
        if (byte == '`') {
            bold = !bold;
            wend__cli_text_add(out, bold ? "\\fB" : "\\fR");
        } else if (byte == '\\') {
            wend__cli_text_add(out, "\\e");
        } else if (byte == '-') {
            wend__cli_text_add(out, "\\-");
        } else {
            wend__cli_text_add_bytes(out, &byte, 1);
        }
    }
    wend__cli_text_add(out, bold ? "\\fR\n" : "\n");
}

static void add_paragraphs(struct wend_cli_text *out, const char *text) {
    for (const char *at = text; *at != '\0';) {
        size_t len = strcspn(at, "\n");
        if (len == 0) {
            wend__cli_text_add(out, ".PP\n");
        } else {
            add_roff(out, at, len);
        }
        at += len + (at[len] == '\n' ? 1 : 0);
    }
}

static void add_option(struct wend_cli_text *out, const struct wend_cli_option *option) {
    wend__cli_text_add(out, ".TP\n");
    if (option->letter != 0) {
        wend__cli_text_add_format(out, "\\fB\\-%c\\fR, ", option->letter);
    }
    wend__cli_text_add(out, "\\fB\\-\\-");
    for (const char *at = option->name; *at != '\0'; at++) {
        wend__cli_text_add_format(out, "%s%c", *at == '-' ? "\\" : "", *at);
    }
    wend__cli_text_add(out, "\\fR");
    if (option->value_name != NULL) {
        wend__cli_text_add_format(out, " \\fI%s\\fR", option->value_name);
    }
    wend__cli_text_add(out, "\n");
    struct wend_cli_text text = {0};
    wend__cli_text_add_format(&text, "%c%s.", toupper((unsigned char)option->summary[0]),
                              option->summary + 1);
    add_roff(out, text.data, text.len);
    wend__cli_text_deinit(&text);
    if (option->details != NULL) {
        add_roff(out, option->details, strlen(option->details));
    }
    if (option->standard != NULL) {
        struct wend_cli_text standard = {0};
        wend__cli_text_add_format(&standard, "Default: %s.", option->standard);
        add_roff(out, standard.data, standard.len);
        wend__cli_text_deinit(&standard);
    }
}

static void add_options(struct wend_cli_text *out, enum wend_cli_command_id command) {
    wend__cli_text_add(out, ".SH OPTIONS\n");
    for (int category = 0; category < WEND_CLI_CATEGORY_COUNT; category++) {
        bool first = true;
        for (size_t i = 0; i < WEND_CLI_OPTION_COUNT; i++) {
            const struct wend_cli_option *option = &wend__cli_options[i];
            if ((int)option->category != category || !wend__cli_option_belongs(option, command)) {
                continue;
            }
            if (first) {
                wend__cli_text_add_format(out, ".SS %s\n", wend__cli_category_titles[category]);
                first = false;
            }
            add_option(out, option);
        }
    }
}

static void add_examples(struct wend_cli_text *out, const char *examples) {
    wend__cli_text_add(out, ".SH EXAMPLES\n");
    for (const char *at = examples; *at != '\0';) {
        size_t len = strcspn(at, "\n");
        if (at[0] == '#') {
            wend__cli_text_add(out, ".PP\n");
            wend__cli_text_add_format(out, "%c", toupper((unsigned char)at[2]));
            add_roff(out, at + 3, len - 3);
        } else {
            wend__cli_text_add(out, ".PP\n.RS 4\n.nf\n");
            add_roff(out, at, len);
            wend__cli_text_add(out, ".fi\n.RE\n");
        }
        at += len + (at[len] == '\n' ? 1 : 0);
    }
}

static void add_see_also(struct wend_cli_text *out, enum wend_cli_command_id command) {
    wend__cli_text_add(out, ".SH SEE ALSO\n");
    bool first = true;
    for (int i = WEND_CLI_TOP; i < WEND_CLI_COMMAND_COUNT; i++) {
        if (i == (int)command || i == WEND_CLI_HELP) {
            continue;
        }
        const char *name = wend__cli_commands[i].name;
        wend__cli_text_add_format(out, "%s\\fBwend%s%s\\fR(1)", first ? "" : ",\n",
                                  name[0] == '\0' ? "" : "\\-", name);
        first = false;
    }
    wend__cli_text_add(out, "\n");
}

void wend__cli_man(enum wend_cli_command_id id, struct wend_cli_text *out) {
    const struct wend_cli_command *command = &wend__cli_commands[id];
    bool top = id == WEND_CLI_TOP;
    /* No date: the same source makes the same page. */
    wend__cli_text_add(out, ".TH WEND");
    for (const char *at = top ? "" : command->name; *at != '\0'; at++) {
        wend__cli_text_add_format(out, "%s%c", at == command->name ? "\\-" : "",
                                  toupper((unsigned char)*at));
    }
    wend__cli_text_add_format(out, " 1 \"\" \"wend %s\" \"wend manual\"\n", WEND_CLI_VERSION_TEXT);
    wend__cli_text_add_format(out, ".SH NAME\nwend%s%s \\- ", top ? "" : "\\-", command->name);
    add_roff(out, command->summary, strlen(command->summary));
    wend__cli_text_add_format(out, ".SH SYNOPSIS\n\\fBwend%s%s\\fR [\\fIOPTION\\fR...] \\fI",
                              top ? "" : " ", command->name);
    wend__cli_text_add_format(out, "%s\\fR\n.SH DESCRIPTION\n", command->operands);
    add_paragraphs(out, command->description);
    if (top) {
        wend__cli_text_add(out, ".SH COMMANDS\n");
        for (int i = WEND_CLI_TOP + 1; i < WEND_CLI_COMMAND_COUNT; i++) {
            wend__cli_text_add_format(out, ".TP\n\\fB%s\\fR\n", wend__cli_commands[i].name);
            add_roff(out, wend__cli_commands[i].summary, strlen(wend__cli_commands[i].summary));
        }
    }
    add_options(out, id);
    wend__cli_text_add(out, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < WEND_CLI_EXIT_COUNT; i++) {
        wend__cli_text_add_format(out, ".TP\n\\fB%d\\fR\n", wend__cli_exits[i].code);
        add_roff(out, wend__cli_exits[i].meaning, strlen(wend__cli_exits[i].meaning));
    }
    if (command->exits != NULL) {
        wend__cli_text_add(out, ".PP\n");
        add_paragraphs(out, command->exits);
    }
    wend__cli_text_add(out, ".SH ENVIRONMENT\n");
    for (size_t i = 0; i < WEND_CLI_ENVIRONMENT_COUNT; i++) {
        wend__cli_text_add_format(out, ".TP\n\\fB%s\\fR\n", wend__cli_environment[i][0]);
        add_roff(out, wend__cli_environment[i][1], strlen(wend__cli_environment[i][1]));
    }
    if (command->examples != NULL) {
        add_examples(out, command->examples);
    }
    add_see_also(out, id);
}
