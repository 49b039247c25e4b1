#include "postgres/connection.h"

#include "base/memory.h"
#include "postgres/trouble.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WAIT_STEP_MS 100
#define SERVER_VERSION_MIN 120000

struct wend_postgres {
    PGconn *connection;
    struct wend_postgres_stop stop;
    bool is_committing;
    char state[6]; /* SQLSTATE of the last refusal */
};

void wend__postgres_close(struct wend_postgres *postgres) {
    if (postgres != NULL) {
        PQfinish(postgres->connection);
        wend__free(postgres);
    }
}

const char *wend__postgres_state(const struct wend_postgres *postgres) {
    return postgres->state;
}

static bool is_stopped(const struct wend_postgres *postgres) {
    return postgres->stop.is_stopped != NULL && postgres->stop.is_stopped(postgres->stop.context);
}

static enum wend_status fail_stopped(struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_CANCELLED, "stopped; nothing was published");
}

/* What the server is at does not end by itself when the connection is closed. */
static enum wend_status cancel(struct wend_postgres *postgres, struct wend_error *error) {
    PGcancel *request = PQgetCancel(postgres->connection);
    char text[256];
    if (request != NULL) {
        (void)PQcancel(request, text, sizeof text);
        PQfreeCancel(request);
    }
    return fail_stopped(error);
}

/* Waits for the socket, a step at most. */
static void wait_for(struct wend_postgres *postgres, short events, int step_ms) {
    struct pollfd socket = {.fd = PQsocket(postgres->connection), .events = events};
    (void)poll(&socket, socket.fd < 0 ? 0 : 1, step_ms);
}

/* Sends what libpq holds, and takes what has come meanwhile. */
static enum wend_status flush(struct wend_postgres *postgres, struct wend_error *error) {
    for (;;) {
        int left = PQflush(postgres->connection);
        if (left < 0 || PQconsumeInput(postgres->connection) == 0) {
            return wend__postgres_fail_lost(postgres->connection, postgres->is_committing, error);
        }
        if (left == 0) {
            return WEND_OK;
        }
        if (is_stopped(postgres)) {
            return cancel(postgres, error);
        }
        wait_for(postgres, POLLIN | POLLOUT, WAIT_STEP_MS);
    }
}

static enum wend_status await(struct wend_postgres *postgres, struct wend_error *error) {
    while (PQisBusy(postgres->connection)) {
        if (is_stopped(postgres) && !postgres->is_committing) {
            return cancel(postgres, error);
        }
        wait_for(postgres, POLLIN, WAIT_STEP_MS);
        if (PQconsumeInput(postgres->connection) == 0) {
            return wend__postgres_fail_lost(postgres->connection, postgres->is_committing, error);
        }
    }
    return WEND_OK;
}

static void keep_state(struct wend_postgres *postgres, const PGresult *result) {
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    (void)snprintf(postgres->state, sizeof postgres->state, "%s", state == NULL ? "" : state);
}

/* A result that is no success; `result` is cleared. */
static enum wend_status fail_result(struct wend_postgres *postgres, PGresult *result,
                                    struct wend_error *error) {
    enum wend_status status;
    keep_state(postgres, result);
    if (postgres->state[0] == '\0' && PQstatus(postgres->connection) == CONNECTION_BAD) {
        status = wend__postgres_fail_lost(postgres->connection, postgres->is_committing, error);
    } else {
        status = wend__postgres_fail_server(postgres->connection, result, postgres->state, error);
    }
    PQclear(result);
    return status;
}

static bool is_good(const PGresult *result) {
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_IN ||
           status == PGRES_EMPTY_QUERY;
}

/*
 * Takes all results of what was sent; `*last` is to be cleared. After a refusal the others are
 * taken too, so that the session can go on (behind a savepoint).
 */
static enum wend_status take_results(struct wend_postgres *postgres, PGresult **last,
                                     struct wend_error *error) {
    enum wend_status status = WEND_OK;
    *last = NULL;
    for (;;) {
        enum wend_status waited = await(postgres, status == WEND_OK ? error : NULL);
        if (waited != WEND_OK) {
            return status == WEND_OK ? waited : status;
        }
        PGresult *result = PQgetResult(postgres->connection);
        if (result == NULL) {
            return status;
        }
        if (!is_good(result)) {
            enum wend_status failed =
                fail_result(postgres, result, status == WEND_OK ? error : NULL);
            status = status == WEND_OK ? failed : status;
            continue;
        }
        PQclear(*last);
        *last = result;
        if (PQresultStatus(result) == PGRES_COPY_IN) {
            return status;
        }
    }
}

enum wend_status wend__postgres_run(struct wend_postgres *postgres, const char *sql,
                                    PGresult **result, struct wend_error *error) {
    PGresult *last = NULL;
    postgres->state[0] = '\0';
    if (result != NULL) {
        *result = NULL;
    }
    if (PQsendQuery(postgres->connection, sql) == 0) {
        return wend__postgres_fail_lost(postgres->connection, postgres->is_committing, error);
    }
    enum wend_status status = flush(postgres, error);
    if (status == WEND_OK) {
        status = take_results(postgres, &last, error);
    }
    if (status == WEND_OK && result != NULL) {
        *result = last;
        return WEND_OK;
    }
    PQclear(last);
    return status;
}

enum wend_status wend__postgres_commit(struct wend_postgres *postgres, struct wend_error *error) {
    postgres->is_committing = true;
    enum wend_status status = wend__postgres_run(postgres, "COMMIT", NULL, error);
    postgres->is_committing = false;
    return status;
}

enum wend_status wend__postgres_pause(struct wend_postgres *postgres, uint32_t milliseconds,
                                      struct wend_error *error) {
    for (uint32_t waited = 0; waited < milliseconds; waited += WAIT_STEP_MS) {
        if (is_stopped(postgres)) {
            return fail_stopped(error);
        }
        struct timespec step = {.tv_nsec = WAIT_STEP_MS * 1000000L};
        (void)nanosleep(&step, NULL);
    }
    return WEND_OK;
}

enum wend_status wend__postgres_copy_begin(struct wend_postgres *postgres, const char *sql,
                                           struct wend_error *error) {
    return wend__postgres_run(postgres, sql, NULL, error);
}

/* The server has ended the copying: why. */
static enum wend_status fail_copy(struct wend_postgres *postgres, struct wend_error *error) {
    PGresult *last = NULL;
    enum wend_status status = take_results(postgres, &last, error);
    PQclear(last);
    return status != WEND_OK ? status
                             : wend__postgres_fail_lost(postgres->connection, false, error);
}

enum wend_status wend__postgres_copy_data(struct wend_postgres *postgres, struct wend_bytes data,
                                          struct wend_error *error) {
    while (data.len > 0) {
        int piece = data.len < (1 << 20) ? (int)data.len : 1 << 20;
        int sent = PQputCopyData(postgres->connection, (const char *)data.data, piece);
        if (sent < 0) {
            return fail_copy(postgres, error);
        }
        if (sent == 1) {
            data = wend__bytes(data.data + piece, data.len - (size_t)piece);
        }
        /* libpq would take any amount into memory. */
        WEND_TRY(flush(postgres, error));
    }
    return WEND_OK;
}

enum wend_status wend__postgres_copy_end(struct wend_postgres *postgres, uint64_t *rows,
                                         struct wend_error *error) {
    PGresult *last = NULL;
    for (int sent = 0; sent == 0;) {
        sent = PQputCopyEnd(postgres->connection, NULL);
        if (sent < 0) {
            return fail_copy(postgres, error);
        }
        WEND_TRY(flush(postgres, error));
    }
    enum wend_status status = take_results(postgres, &last, error);
    *rows = last == NULL ? 0 : strtoull(PQcmdTuples(last), NULL, 10);
    PQclear(last);
    return status;
}

void wend__postgres_place(const struct wend_postgres *postgres, char *place, size_t size) {
    const char *host = PQhost(postgres->connection);
    const char *port = PQport(postgres->connection);
    bool is_folder = host[0] == '/' || host[0] == '\0';
    (void)snprintf(place, size, "database %s on %s%s%s", PQdb(postgres->connection),
                   host[0] == '\0' ? "this machine" : host, is_folder ? ", port " : ":", port);
}

int wend__postgres_server_version(const struct wend_postgres *postgres) {
    return PQserverVersion(postgres->connection);
}

bool wend__postgres_password_used(const struct wend_postgres *postgres, const char *conninfo) {
    const char *password = PQpass(postgres->connection);
    return password != NULL && password[0] != '\0' && strstr(conninfo, password) != NULL;
}

/* What libpq prints by default would stand between the lines of the command line. */
static void ignore_notice(void *context, const PGresult *result) {
    (void)context;
    (void)result;
}

static enum wend_status prepare(struct wend_postgres *postgres, struct wend_error *error) {
    const char *encoding = PQparameterStatus(postgres->connection, "server_encoding");
    if (PQserverVersion(postgres->connection) < SERVER_VERSION_MIN) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "the server is PostgreSQL %s, and wend needs 12 or later; publish to "
                          "another server",
                          PQparameterStatus(postgres->connection, "server_version"));
    }
    if (encoding == NULL || strcmp(encoding, "UTF8") != 0) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "database %s is encoded in %s, which cannot hold all names; make one "
                          "with: createdb --encoding UTF8 --template template0 NAME",
                          PQdb(postgres->connection), encoding == NULL ? "?" : encoding);
    }
    if (PQsetnonblocking(postgres->connection, 1) != 0) {
        return wend__postgres_fail_lost(postgres->connection, false, error);
    }
    /* Names are always written with their schema. */
    return wend__postgres_run(postgres,
                              "SET standard_conforming_strings = on; SET search_path = ''; "
                              "SET statement_timeout = 0; SET lock_timeout = 0; "
                              "SET idle_in_transaction_session_timeout = 0; "
                              "SET TimeZone = 'UTC'; SET client_min_messages = warning",
                              NULL, error);
}

enum wend_status wend__postgres_open(const char *conninfo, struct wend_postgres_stop stop,
                                     struct wend_postgres **postgres, struct wend_error *error) {
    /* In front of `dbname` what it may overrule, behind it what holds. A peer that has vanished is
     * noticed within about a minute. */
    static const char *const keys[] = {
        "connect_timeout",  "keepalives_idle",  "keepalives_interval",
        "keepalives_count", "tcp_user_timeout", "fallback_application_name",
        "dbname",           "client_encoding",  NULL};
    const char *const values[] = {"15", "20", "10", "3", "60000", "wend", conninfo, "UTF8", NULL};
    *postgres = NULL;
    WEND_TRY(wend__postgres_check_conninfo(conninfo, error));
    struct wend_postgres *opened = wend__alloc_zeroed(1, sizeof *opened);
    if (opened == NULL) {
        return wend__fail_memory(error);
    }
    opened->stop = stop;
    opened->connection = PQconnectdbParams(keys, values, 1);
    enum wend_status status = WEND_OK;
    if (opened->connection == NULL) {
        status = wend__fail_memory(error);
    } else if (PQstatus(opened->connection) != CONNECTION_OK) {
        status = wend__postgres_fail_connect(opened->connection, error);
    } else {
        (void)PQsetNoticeReceiver(opened->connection, ignore_notice, NULL);
        status = prepare(opened, error);
    }
    if (status != WEND_OK) {
        wend__postgres_close(opened);
        return status;
    }
    *postgres = opened;
    return WEND_OK;
}
