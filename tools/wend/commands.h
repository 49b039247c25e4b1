/*
 * commands.h: what main.c gives to a command, and what a command gives back.
 *
 * A command prints its result to standard output (`wend__cli_print`), notes to standard error
 * (`wend__cli_note`), and returns a status; on failure `error` says why, and main.c prints it.
 *
 * Threads: commands run on the main thread; `stop` may be set by a signal at any time.
 */
#ifndef WEND_TOOLS_COMMANDS_H
#define WEND_TOOLS_COMMANDS_H

#include "options.h"
#include "terminal.h"

#include <stdatomic.h>

struct wend_cli_context {
    struct wend_cli_arguments *arguments;
    struct wend_cli_terminal terminal;
    bool quiet;
    /* Set by the first Ctrl-C (written by the signal handler, read relaxed by whoever works: it
     * orders nothing, it only asks to stop). */
    const atomic_bool *stop;
};

typedef enum wend_status wend_cli_run(struct wend_cli_context *context, struct wend_error *error);

wend_cli_run wend__cli_replay;
wend_cli_run wend__cli_stream;
wend_cli_run wend__cli_show;
wend_cli_run wend__cli_serve;
wend_cli_run wend__cli_check;
wend_cli_run wend__cli_init;
wend_cli_run wend__cli_merge;
wend_cli_run wend__cli_verify;
wend_cli_run wend__cli_map;
wend_cli_run wend__cli_publish;
wend_cli_run wend__cli_generate;

/* replay.c: what ends with a report and a snapshot: options, definitions, progress, report. `start`
 * does the work, with the options made from the arguments. */
struct wend_replay_options;
struct wend_result;
typedef enum wend_status wend_cli_start(void *context, const struct wend_replay_options *options,
                                        struct wend_result **result, struct wend_error *error);
enum wend_status wend__cli_run_reported(struct wend_cli_context *context, wend_cli_start *start,
                                        void *start_context,
                                        struct wend_error *error) WEND_MUST_CHECK;
/* A `wend_note_call`; `context` is the command's. */
void wend__cli_pass_note(void *context, const char *text);
/* The uses of -X as settings, to be freed; texts point into the arguments and `*names`. */
struct wend_stream_setting;
struct wend_stream_setting *wend__cli_settings(const struct wend_cli_arguments *arguments,
                                               struct wend_cli_text *names);

/* SIGINT and SIGTERM set the flag once, then kill; SIGPIPE is ignored. Returns the flag. */
const atomic_bool *wend__cli_interrupt_install(void);
/* SIGINT and SIGTERM kill at once: for work that leaves nothing behind and cannot be asked. */
void wend__cli_interrupt_restore(void);

/* "wend: TEXT" on standard error, made visible; nothing with --quiet. */
void wend__cli_note(const struct wend_cli_context *context, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same for each line of a text, of any length. */
void wend__cli_note_lines(const struct wend_cli_context *context, const char *lines);

/* Opens the snapshot in `directory`, one of the arguments. WEND_ERROR_USAGE when it is none; the
 * text says which one may be meant. Else as wend_snapshot_open. */
struct wend_snapshot;
enum wend_status wend__cli_open_snapshot(const struct wend_cli_context *context,
                                         const char *directory, struct wend_snapshot **snapshot,
                                         struct wend_error *error) WEND_MUST_CHECK;

/* WEND_ERROR_USAGE when the directory of -o is there and --replace is not given. */
enum wend_status wend__cli_check_output(const struct wend_cli_context *context,
                                        struct wend_error *error) WEND_MUST_CHECK;

/*
 * The error as a person reads it:
 *
 *   wend: FILE:LINE:COLUMN: TEXT
 *     the line
 *         ^
 *
 * with the line and the caret only where there is a position, FILE can be read, and the text does
 * not show them itself. `styled`: in colours.
 */
void wend__cli_error_text(const struct wend_error *error, bool styled, struct wend_cli_text *out);
/* 0 to 4, and 130 for WEND_ERROR_CANCELLED. */
int wend__cli_exit_code(enum wend_status status);

#endif
