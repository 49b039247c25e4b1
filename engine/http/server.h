/*
 * server.h: a small HTTP server for numbers about a run: health, metrics, tables.
 *
 *   /             a page for people, which asks for newer numbers by itself
 *   /healthz      200 while the process does its work, else 503
 *   /readyz       200 when there is something to serve, else 503 with the reason
 *   /metrics      text for Prometheus
 *   /v1/tables    JSON: the tables there are
 *   /v1/TABLE     JSON: rows of a table; ?top=N &scope=NAME &where=FIELD=VALUE (repeatable)
 *
 * What they say comes from providers; this folder knows nothing of tables and runs. Only GET and
 * HEAD are answered, and a connection carries one request.
 *
 * Who may ask: an address of this machine alone needs no token, but then the Host header must name
 * the machine, so that no web site can make a browser ask. Any other address needs a token, which
 * clients show as `Authorization: Bearer TOKEN`; health may be asked without, since probes cannot
 * show one, but then says no reason.
 *
 * Limits: connections in all and of a client, requests a second of a client, the size of a request,
 * and the time that a request may take to arrive, to be worked on, and to be sent back. One request
 * for a table is worked on at a time; a few may wait. Health and metrics never wait for it.
 *
 * Threads: one accepts, one a connection, one watches times; all block signals. Providers are
 * called by those of connections: `page` and `tables` one at a time, the others at any time.
 */
#ifndef WEND_HTTP_SERVER_H
#define WEND_HTTP_SERVER_H

#include "http/metrics_text.h"

#include "base/status.h"

#include <stdatomic.h>

#define WEND_HTTP_WHERES_MAX 16U
#define WEND_HTTP_CONNECTIONS_MAX 1024U
/* Of a request, headers and all; and so of what it asks for. */
#define WEND_HTTP_REQUEST_BYTES 32768U
/* Requests for tables that may wait for the one that is worked on. */
#define WEND_HTTP_WAITING_MAX 8U

struct wend_http_server;

struct wend_http_query {
    const char *table; /* NULL: which tables there are */
    bool has_top;
    uint64_t top;
    const char *scope;         /* NULL: any */
    const char *const *wheres; /* "FIELD=VALUE" */
    size_t where_count;
    const atomic_bool *stop; /* set when nobody waits for the answer any more (read relaxed: it
                                orders nothing) */
};

#define WEND_HTTP_TAG_BYTES 40U
/* A page is told from another by its tag: letters and digits. */
struct wend_http_page {
    const char *known; /* the tags that the client has, as it said; NULL: none */
    char tag[WEND_HTTP_TAG_BYTES];
    bool is_known; /* its tag is among them: nothing was added */
};

struct wend_http_providers {
    void *context;
    /* NULL: as long as the server runs. */
    bool (*is_live)(void *context);
    /* Not ready: adds the reason. NULL: always ready. */
    bool (*is_ready)(void *context, struct wend_buffer *reason);
    /* NULL: only the numbers of the server itself. */
    void (*metrics)(void *context, struct wend_metrics_text *text);
    /* Adds the page at `/`, unless the client has it. Any error: there is none now. NULL: none. */
    enum wend_status (*page)(void *context, struct wend_http_page *page, struct wend_buffer *out,
                             struct wend_error *error);
    /* Adds JSON. WEND_ERROR_EMPTY: there is no such table; WEND_ERROR_USAGE: the question is wrong;
     * WEND_ERROR_LIMIT: the answer is too large; others: not now. NULL: no tables. */
    enum wend_status (*tables)(void *context, const struct wend_http_query *query,
                               struct wend_buffer *out, struct wend_error *error);
};

/* Texts are borrowed for the call. */
struct wend_http_options {
    const char *listen;       /* listen_address.h */
    const char *token;        /* NULL: none; else a reference (token.h) */
    const char *certificate;  /* PEM file with the chain; NULL: no TLS */
    const char *key;          /* PEM file; with `certificate` only */
    uint32_t connections_max; /* 0: 64 */
    uint32_t rate;            /* requests a second of a client; 0: 20; UINT32_MAX: no limit */
    int64_t patience_us;      /* 0: 30 s */
    struct wend_http_providers providers;
};

/* The version of libmicrohttpd, or NULL in a build without. */
const char *wend__http_version(void);

/*
 * Listens and answers. WEND_ERROR_USAGE: the address, the token or the certificate cannot be used,
 * an address that others can reach without a token, a build without HTTP; WEND_ERROR_IO: the
 * address is taken, a file cannot be read; WEND_ERROR_MEMORY.
 */
WEND_MUST_CHECK enum wend_status wend__http_start(const struct wend_http_options *options,
                                                  struct wend_http_server **server,
                                                  struct wend_error *error);
/* "http://127.0.0.1:9464", with the port that was got. */
const char *wend__http_url(const struct wend_http_server *server);
/* Whether what passes can be read on the way: others can reach it, and there is no TLS. */
bool wend__http_is_in_clear(const struct wend_http_server *server);
/* Accepts NULL. Ends all connections; no provider is called any more when it returns. */
void wend__http_stop(struct wend_http_server *server);

#endif
