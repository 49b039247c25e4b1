/*
 * terminal.h: where the output goes: terminal or pipe, its width, colours or not.
 *
 * Colours: `--color always` and `never` are obeyed; `auto` means a terminal, without NO_COLOR in
 * the environment (any value but the empty one) and without TERM=dumb.
 *
 * Threads: constant after `wend__cli_terminal_init`.
 */
#ifndef WEND_TOOLS_TERMINAL_H
#define WEND_TOOLS_TERMINAL_H

#include "text.h"

#include <wend/status.h>

enum wend_cli_color { WEND_CLI_COLOR_AUTO, WEND_CLI_COLOR_ALWAYS, WEND_CLI_COLOR_NEVER };

struct wend_cli_terminal {
    bool output_is_terminal;
    bool error_is_terminal;
    bool output_color;
    bool error_color;
    bool can_redraw; /* standard error is a terminal that understands carriage returns */
    size_t width;    /* columns; 80 where unknown, 20 to 1000 */
};

void wend__cli_terminal_init(struct wend_cli_terminal *terminal, enum wend_cli_color color);

/* The rules for colours by themselves, for tests. `no_color` and `term` may be NULL. */
bool wend__cli_wants_color(enum wend_cli_color color, bool is_terminal, const char *no_color,
                           const char *term);

/*
 * Writes the text to standard output and clears it. A reader that has gone is no failure: the rest
 * of the output is dropped, see `wend__cli_output_closed`. WEND_ERROR_IO for anything else.
 */
enum wend_status wend__cli_print(struct wend_cli_text *text,
                                 struct wend_error *error) WEND_MUST_CHECK;
bool wend__cli_output_closed(void);

#endif
