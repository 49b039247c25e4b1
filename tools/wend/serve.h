/*
 * serve.h: the HTTP server of `wend serve` and of `wend stream --listen`.
 *
 *   serve.c           the command; options of both
 *   serve_snapshot.c  which snapshot there is now, and its readiness and numbers
 *   serve_tables.c    rows of its tables, by the code of `wend show`
 *   serve_page.c      its journey map, as `wend map` draws it
 *
 * Threads: the functions of options on the main thread; providers on those of the server.
 */
#ifndef WEND_TOOLS_SERVE_H
#define WEND_TOOLS_SERVE_H

#include "commands.h"

#include "api/cli.h"

/* WEND_ERROR_USAGE: options for serving that have no effect. */
enum wend_status wend__cli_check_serving(const struct wend_cli_context *context,
                                         struct wend_error *error) WEND_MUST_CHECK;
/* What the options say; nothing is served yet. */
void wend__cli_server_options(const struct wend_cli_context *context,
                              struct wend_server_options *options);
/* Opens it, and tells the user what is to be known. */
enum wend_status wend__cli_open_server(const struct wend_cli_context *context,
                                       const struct wend_server_options *options,
                                       struct wend_server **server,
                                       struct wend_error *error) WEND_MUST_CHECK;

/* A place where a snapshot is, or appears; `directory` is borrowed. */
struct wend_cli_served {
    const char *directory;
    /* The map that was drawn last, by `wend__cli_served_page`. */
    char tag[40];
    struct wend_cli_text map;
};
void wend__cli_served_deinit(struct wend_cli_served *served);

/* Works on a snapshot that is there now. */
typedef enum wend_status wend_cli_served_call(void *context, const struct wend_snapshot *snapshot,
                                              struct wend_error *error);
/*
 * Opens the present snapshot for `call`. When another one takes its place meanwhile, `call` is made
 * again with that; what it has written is then to be begun anew. WEND_ERROR_IO: there is none yet,
 * or it cannot be read.
 */
enum wend_status wend__cli_served_with(const struct wend_cli_served *served,
                                       wend_cli_served_call *call, void *context,
                                       struct wend_error *error) WEND_MUST_CHECK;

/* A call that only finds out whether there is one. */
wend_cli_served_call wend__cli_served_look;

/* Providers of `struct wend_server_options`; `context` is a `struct wend_cli_served`. */
bool wend__cli_served_is_ready(void *context, struct wend_answer *reason);
void wend__cli_served_metrics(void *context, struct wend_answer *answer);
enum wend_status wend__cli_served_page(void *context, struct wend_page_query *query,
                                       struct wend_answer *answer, struct wend_error *error);
enum wend_status wend__cli_served_tables(void *context, const struct wend_table_query *query,
                                         struct wend_answer *answer, struct wend_error *error);

#endif
