/*
 * help.h: what the table of options says to people and shells: help, manual, completions,
 * reference.
 *
 * All are pure functions of the table (options.h); none writes anywhere. Output is appended.
 *
 * Threads: safe from any thread on different texts.
 */
#ifndef WEND_TOOLS_HELP_H
#define WEND_TOOLS_HELP_H

#include "options.h"

/*
 * `-h` (a line an option) or, with `manual`, `--help` (all that is known) of a command or the top.
 * Headings are bold where `styled`; lines are at most `width` columns (40 at least).
 */
void wend__cli_help(enum wend_cli_command_id id, bool manual, bool styled, size_t width,
                    struct wend_cli_text *out);

/* A man page, section 1, as roff with the man(7) macros. */
void wend__cli_man(enum wend_cli_command_id id, struct wend_cli_text *out);
/* Completion scripts. */
void wend__cli_bash(struct wend_cli_text *out);
void wend__cli_zsh(struct wend_cli_text *out);
void wend__cli_fish(struct wend_cli_text *out);
/* tools/wend/REFERENCE.md */
void wend__cli_reference(struct wend_cli_text *out);
/* Version, build and libraries. */
void wend__cli_version(struct wend_cli_text *out);

/* "-o, --output DIR"; with `aligned`, four blanks stand where there is no letter. */
void wend__cli_option_usage(const struct wend_cli_option *option, bool aligned,
                            struct wend_cli_text *out);

/* One exit code of the program. */
struct wend_cli_exit {
    int code;
    const char *meaning;
};
#define WEND_CLI_EXIT_COUNT 6
extern const struct wend_cli_exit wend__cli_exits[WEND_CLI_EXIT_COUNT];

/* What the environment changes: pairs of a variable and its effect. */
#define WEND_CLI_ENVIRONMENT_COUNT 5
extern const char *const wend__cli_environment[WEND_CLI_ENVIRONMENT_COUNT][2];

#endif
