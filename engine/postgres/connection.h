/*
 * connection.h: a session with a PostgreSQL server that can be stopped at any time.
 *
 * All waiting is done here, in steps of a tenth of a second, between which the caller's
 * `is_stopped` is asked. After a failure only `close` makes sense: the server then takes the
 * transaction back.
 *
 * Threads: one at a time.
 */
#ifndef WEND_POSTGRES_CONNECTION_H
#define WEND_POSTGRES_CONNECTION_H

#include "base/bytes.h"
#include "base/status.h"

#include <libpq-fe.h>

struct wend_postgres;

struct wend_postgres_stop {
    bool (*is_stopped)(void *context); /* may be NULL */
    void *context;
};

/* Connects and makes the session fit (UTF-8, no time limits of its own). Errors as
 * wend__postgres_publish. */
WEND_MUST_CHECK enum wend_status wend__postgres_open(const char *conninfo,
                                                     struct wend_postgres_stop stop,
                                                     struct wend_postgres **postgres,
                                                     struct wend_error *error);
/* Ends the session, whatever it is at. Accepts NULL. */
void wend__postgres_close(struct wend_postgres *postgres);

/* "database NAME on HOST:PORT", or on a folder of sockets. Never the user or the password. */
void wend__postgres_place(const struct wend_postgres *postgres, char *place, size_t size);
/* 150004 for 15.4. */
int wend__postgres_server_version(const struct wend_postgres *postgres);
bool wend__postgres_password_used(const struct wend_postgres *postgres, const char *conninfo);

/*
 * Runs statements; `*result` (NULL: not wanted) is the last one's, to be cleared with PQclear. A
 * refusal of the server is explained with its next step; `error` may then be looked at with
 * `wend__postgres_state`.
 */
WEND_MUST_CHECK enum wend_status wend__postgres_run(struct wend_postgres *postgres, const char *sql,
                                                    PGresult **result, struct wend_error *error);
/* The SQLSTATE of the last refusal, "" without one. */
const char *wend__postgres_state(const struct wend_postgres *postgres);
/* Ends the transaction; what is said about a lost connection is then another thing. */
WEND_MUST_CHECK enum wend_status wend__postgres_commit(struct wend_postgres *postgres,
                                                       struct wend_error *error);
/* Waits without using the processor. WEND_ERROR_CANCELLED. */
WEND_MUST_CHECK enum wend_status wend__postgres_pause(struct wend_postgres *postgres,
                                                      uint32_t milliseconds,
                                                      struct wend_error *error);

/* COPY ... FROM STDIN: begin, any number of data, end; `*rows` is what the server counted. */
WEND_MUST_CHECK enum wend_status wend__postgres_copy_begin(struct wend_postgres *postgres,
                                                           const char *sql,
                                                           struct wend_error *error);
WEND_MUST_CHECK enum wend_status wend__postgres_copy_data(struct wend_postgres *postgres,
                                                          struct wend_bytes data,
                                                          struct wend_error *error);
WEND_MUST_CHECK enum wend_status wend__postgres_copy_end(struct wend_postgres *postgres,
                                                         uint64_t *rows, struct wend_error *error);

#endif
