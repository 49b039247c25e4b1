#include "postgres/trouble.h"

#include "base/bytes.h"
#include "base/memory.h"

#include <stdio.h>

#define LINE_BYTES 512

static bool is_uri(const char *conninfo) {
    return strncmp(conninfo, "postgresql://", 13) == 0 || strncmp(conninfo, "postgres://", 11) == 0;
}

/*
 * In a URI, @ / ? and # inside of a password must be written with %: libpq would take the rest of
 * the password for a host. It shows by an @ that stands behind another @, or behind the host.
 */
static bool has_stray_at(const char *uri) {
    const char *authority = strstr(uri, "://") + 3;
    const char *first = strchr(authority, '@');
    if (first == NULL) {
        return false;
    }
    return strchr(first + 1, '@') != NULL ||
           strcspn(authority, "/?#") < (size_t)(first - authority);
}

enum wend_status wend__postgres_check_conninfo(const char *conninfo, struct wend_error *error) {
    if (is_uri(conninfo) && has_stray_at(conninfo)) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "the connection string: in a URI @ / ? and # inside of a user, a "
                          "password or a value are "
                          "written %%40 %%2F %%3F %%23; better leave the password out, and put it "
                          "into ~/.pgpass or PGPASSWORD");
    }
    PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
    if (options == NULL) {
        return wend__fail(
            error, WEND_ERROR_USAGE,
            "the connection string: PostgreSQL's library cannot read it; write keywords and values "
            "such as \"host=localhost dbname=wend user=wend_publisher\", or "
            "postgresql://USER@HOST:PORT/DATABASE");
    }
    PQconninfoFree(options);
    return WEND_OK;
}

static void mask(char *line, const char *password) {
    size_t len = password == NULL ? 0 : strlen(password);
    /* A shorter one would mask every other letter, and tell more than it hides. */
    for (char *at = line; len >= 3 && (at = strstr(at, password)) != NULL; at += len) {
        memset(at, '*', len);
    }
}

void wend__postgres_line(const PGconn *connection, const char *text, char *line, size_t size) {
    size_t len = strcspn(text, "\n");
    len = len < size ? len : size - 1;
    memcpy(line, text, len);
    line[len] = '\0';
    mask(line, PQpass(connection));
}

/* libpq's text of a failed connection names host and port, and says why line by line. */
enum wend_status wend__postgres_fail_connect(const PGconn *connection, struct wend_error *error) {
    char line[LINE_BYTES];
    wend__postgres_line(connection, PQerrorMessage(connection), line, sizeof line);
    const char *step = "check host, port, database and user, and that the server runs";
    if (PQconnectionNeedsPassword(connection) || strstr(line, "password") != NULL) {
        step = "give the password in ~/.pgpass or in PGPASSWORD";
    }
    wend__fail(error, WEND_ERROR_IO, "%s\nNothing was published; %s", line, step);
    if (error != NULL) {
        error->retryable = true;
    }
    return WEND_ERROR_IO;
}

struct advice {
    const char *state; /* SQLSTATE, or its class of two characters */
    bool retryable;
    const char *step;
};

static const struct advice advices[] = {
    {"42501", false,
     "the role needs more rights: deploy/postgres/roles.sql makes one that has just enough"},
    {"25006", false, "this server takes no changes (a standby?): connect to the primary"},
    {"53100", true, "make room on the server's disk, then run the same command again"},
    {"53", true, "the server is short of resources: run the same command again later"},
    {"55P03", true, "somebody holds the tables for long (see pg_stat_activity): run it again"},
    {"57014", true, "somebody cancelled the statement on the server: run it again"},
    {"57P", true, "the session was ended by the server: run the same command again"},
    {"40", true, "run the same command again"},
    {"08", true, "run the same command again"},
    {"2BP01", false,
     "a view or another object was made for columns that are not there any more, or have changed: "
     "drop it, or publish to another --schema"},
    {"3F000", false, "make the schema, or give the role the right to: deploy/postgres/roles.sql"},
    {"42809", false,
     "there is an object of that name that wend did not make: use another --schema"},
    {"42P07", false,
     "there is an object of that name that wend did not make: use another --schema"},
    {"42703", false, "there is a publish_log that wend did not make: use another --schema"},
    {"42P16", false, "the table was changed by hand: drop it, then run the same command again"},
    {"XX001", false, "the server's data is damaged"},
};

static const struct advice *advice_for(const char *state) {
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++) {
        if (strncmp(state, advices[i].state, strlen(advices[i].state)) == 0) {
            return &advices[i];
        }
    }
    return NULL;
}

enum wend_status wend__postgres_fail_server(const PGconn *connection, const PGresult *result,
                                            const char *state, struct wend_error *error) {
    char line[LINE_BYTES];
    char detail[LINE_BYTES] = "";
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *more = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    wend__postgres_line(connection, primary == NULL ? PQresultErrorMessage(result) : primary, line,
                        sizeof line);
    if (more != NULL) {
        wend__postgres_line(connection, more, detail, sizeof detail);
    }
    const struct advice *advice = advice_for(state);
    const char *step = advice == NULL ? "the text above is the server's" : advice->step;
    wend__fail(error, WEND_ERROR_IO, "PostgreSQL: %s (%s)%s%s\nNothing was published; %s", line,
               state[0] == '\0' ? "no code" : state, detail[0] == '\0' ? "" : "\n", detail, step);
    if (error != NULL) {
        error->retryable = advice != NULL && advice->retryable;
    }
    return WEND_ERROR_IO;
}

enum wend_status wend__postgres_fail_lost(const PGconn *connection, bool is_committing,
                                          struct wend_error *error) {
    char line[LINE_BYTES];
    wend__postgres_line(connection, PQerrorMessage(connection), line, sizeof line);
    wend__fail(error, WEND_ERROR_IO, "the connection to PostgreSQL was lost: %s\n%s", line,
               is_committing
                   ? "It was lost at the very end: the snapshot may be published or not. Run the "
                     "same command again; where it is there, nothing is done"
                   : "Nothing was published, and nothing is left behind; run the same command "
                     "again");
    if (error != NULL) {
        error->retryable = true;
    }
    return WEND_ERROR_IO;
}
