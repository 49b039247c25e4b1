/*
 * server_internal.h: the inside of the server; for server.c, connections.c, request.c and reply.c.
 *
 * Threads: as server.h; `lock` guards what is said to be.
 */
#ifndef WEND_HTTP_SERVER_INTERNAL_H
#define WEND_HTTP_SERVER_INTERNAL_H

#include "http/listen_address.h"
#include "http/rate_limit.h"
#include "http/server.h"
#include "http/token.h"

#include <microhttpd.h>
#include <pthread.h>

#define WEND_HTTP_URL_BYTES 96U
#define WEND_HTTP_CODES 9U /* codes that are counted by themselves */

/* A connection that is there; guarded by the lock but for `stop`. */
struct wend_http_connection {
    bool is_used;
    bool is_asking; /* a provider works for it */
    int descriptor;
    int64_t until_us; /* monotonic: when it has taken too long */
    /* Set by the watching thread when it has, read relaxed by the provider. */
    atomic_bool stop;
};

struct wend_http_server {
    struct MHD_Daemon *daemon;
    struct wend_http_providers providers;
    struct wend_listen_address address;
    struct wend_token token;
    char url[WEND_HTTP_URL_BYTES];
    bool is_tls;
    char *certificate; /* zero-terminated PEM texts */
    char *key;
    uint32_t connections_max;
    int64_t patience_us;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* is_stopping */
    bool is_stopping;
    pthread_t watcher;
    bool has_watcher;
    struct wend_rate_limit rate;                   /* guarded by the lock */
    struct wend_http_connection *connections;      /* connections_max */
    pthread_mutex_t asking;                        /* held by whoever calls `tables` */
    uint32_t waiting;                              /* for `asking`, and who has it; by the lock */
    _Atomic uint64_t code_counts[WEND_HTTP_CODES]; /* answers; relaxed, they order nothing */
    /* What libmicrohttpd said to the thread that started it; others tell of clients. */
    pthread_t starter;
    char trouble[512];
};

/* connections.c: libmicrohttpd's MHD_NotifyConnectionCallback; the thread that watches times. */
void wend__http_note_connection(void *context, struct MHD_Connection *connection,
                                void **socket_context, enum MHD_ConnectionNotificationCode code);
void *wend__http_watch(void *context);
/* The connection's place; NULL when there was none left for it. */
struct wend_http_connection *wend__http_connection(struct MHD_Connection *connection);
/* Gives it the server's patience from now on. */
void wend__http_connection_touch(struct wend_http_server *server,
                                 struct wend_http_connection *connection, bool is_asking);

/* request.c: libmicrohttpd's MHD_AccessHandlerCallback. */
enum MHD_Result wend__http_handle(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *upload, size_t *upload_bytes, void **own);

#define WEND_HTTP_HTML "text/html; charset=utf-8"

/* reply.c: sends `body`, which is taken over. */
enum MHD_Result wend__http_reply(struct wend_http_server *server, struct MHD_Connection *connection,
                                 unsigned code, const char *content_type, struct wend_buffer *body);
/* {"error": the first line of `text`, "hint": the others}; `text` may be any bytes. */
/* The same for a page with a tag. Its own policy says what it may do. */
enum MHD_Result wend__http_reply_page(struct wend_http_server *server,
                                      struct MHD_Connection *connection, unsigned code,
                                      const char *tag, struct wend_buffer *body);
enum MHD_Result wend__http_reply_error(struct wend_http_server *server,
                                       struct MHD_Connection *connection, unsigned code,
                                       const char *text);
/* The server's own numbers. */
void wend__http_metrics(struct wend_http_server *server, struct wend_metrics_text *text);

#endif
