/*
 * trouble.h: what a server or libpq says, made into an error with its next step.
 *
 * Threads: none of its own.
 */
#ifndef WEND_POSTGRES_TROUBLE_H
#define WEND_POSTGRES_TROUBLE_H

#include "base/status.h"

#include <libpq-fe.h>
#include <stddef.h>

/* Looks at `conninfo` before it is used: what libpq cannot parse, or would take apart at the wrong
 * place, could show up in its texts, and a password with it. WEND_ERROR_USAGE. */
WEND_MUST_CHECK enum wend_status wend__postgres_check_conninfo(const char *conninfo,
                                                               struct wend_error *error);

/* The first line of `text`, as far as it fits, with the password of `connection` masked. */
void wend__postgres_line(const PGconn *connection, const char *text, char *line, size_t size);

/* No connection was made; always WEND_ERROR_IO. */
enum wend_status wend__postgres_fail_connect(const PGconn *connection, struct wend_error *error);
/* The server refused a statement. `state`: its SQLSTATE. Always WEND_ERROR_IO. */
enum wend_status wend__postgres_fail_server(const PGconn *connection, const PGresult *result,
                                            const char *state, struct wend_error *error);
/* The connection is gone. Always WEND_ERROR_IO. */
enum wend_status wend__postgres_fail_lost(const PGconn *connection, bool is_committing,
                                          struct wend_error *error);

#endif
