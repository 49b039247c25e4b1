/*
 * Who is connected, and for how long: libmicrohttpd's own limit counts only silence, so that a
 * client could hold a connection for hours with a byte now and then.
 */
#include "http/server_internal.h"

#include "base/clock.h"

#include <errno.h>
#include <sys/socket.h>
#include <time.h>

#define WATCH_US 100000

static struct wend_http_connection *take_place(struct wend_http_server *server) {
    for (uint32_t i = 0; i < server->connections_max; i++) {
        if (!server->connections[i].is_used) {
            return &server->connections[i];
        }
    }
    return NULL;
}

void wend__http_note_connection(void *context, struct MHD_Connection *connection,
                                void **socket_context, enum MHD_ConnectionNotificationCode code) {
    struct wend_http_server *server = context;
    pthread_mutex_lock(&server->lock);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct wend_http_connection *place = info == NULL ? NULL : take_place(server);
        if (place != NULL) {
            place->is_used = true;
            place->is_asking = false;
            place->descriptor = info->connect_fd;
            place->until_us = wend__clock_monotonic_us() + server->patience_us;
            atomic_store_explicit(&place->stop, false, memory_order_relaxed);
        }
        *socket_context = place;
    } else if (*socket_context != NULL) {
        /* Told before the descriptor is closed, so that the watcher never meets another's. */
        struct wend_http_connection *place = *socket_context;
        place->is_used = false;
        *socket_context = NULL;
    }
    pthread_mutex_unlock(&server->lock);
}

struct wend_http_connection *wend__http_connection(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

void wend__http_connection_touch(struct wend_http_server *server,
                                 struct wend_http_connection *connection, bool is_asking) {
    pthread_mutex_lock(&server->lock);
    connection->is_asking = is_asking;
    connection->until_us = wend__clock_monotonic_us() + server->patience_us;
    if (is_asking && server->is_stopping) {
        /* The watcher may have looked for the last time. */
        atomic_store_explicit(&connection->stop, true, memory_order_relaxed);
    }
    pthread_mutex_unlock(&server->lock);
}

/* One that is worked for is asked to end, and then has its time to be told so. */
static void look_at(struct wend_http_connection *connection, int64_t now_us, bool is_stopping) {
    if (!connection->is_used || (now_us < connection->until_us && !is_stopping)) {
        return;
    }
    if (connection->is_asking) {
        atomic_store_explicit(&connection->stop, true, memory_order_relaxed);
    } else {
        (void)shutdown(connection->descriptor, SHUT_RDWR);
    }
}

void *wend__http_watch(void *context) {
    struct wend_http_server *server = context;
    pthread_mutex_lock(&server->lock);
    for (;;) {
        /* Also one that starts when the end has been asked for looks once. */
        bool is_stopping = server->is_stopping;
        int64_t now_us = wend__clock_monotonic_us();
        for (uint32_t i = 0; i < server->connections_max; i++) {
            look_at(&server->connections[i], now_us, is_stopping);
        }
        if (is_stopping) {
            break;
        }
        struct timespec until;
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += WATCH_US * 1000L;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000L;
        }
        (void)pthread_cond_timedwait(&server->changed, &server->lock, &until);
    }
    pthread_mutex_unlock(&server->lock);
    return NULL;
}
