/* Start and end of the server. */
#include "http/server_internal.h"

#include "base/io.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum {
    PEM_BYTES_MAX = 1 << 20,
    USUAL_CONNECTIONS = 64,
    USUAL_RATE = 20,
    BACKLOG = 64,
    SEND_BYTES = 1 << 18
};
#define USUAL_PATIENCE_US INT64_C(30000000)

const char *wend__http_version(void) {
    return MHD_get_version();
}

/* A PEM file, zero-terminated. */
static enum wend_status read_pem(const char *option, const char *path, char **text,
                                 struct wend_error *error) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return wend__fail(error, WEND_ERROR_IO, "%s: cannot open %s: %s", option, path,
                          strerror(errno));
    }
    char *bytes = wend__alloc_zeroed(1, PEM_BYTES_MAX + 1);
    size_t len = 0;
    ssize_t got = 1;
    while (bytes != NULL && got != 0 && len < PEM_BYTES_MAX) {
        got = read(descriptor, bytes + len, PEM_BYTES_MAX - len);
        if (got < 0 && errno != EINTR) {
            break;
        }
        len += got > 0 ? (size_t)got : 0;
    }
    int number = errno;
    (void)close(descriptor);
    *text = bytes;
    if (bytes == NULL) {
        return wend__fail_memory(error);
    }
    if (got < 0) {
        return wend__fail(error, WEND_ERROR_IO, "%s: cannot read %s: %s", option, path,
                          strerror(number));
    }
    if (strstr(bytes, "-----BEGIN ") == NULL) {
        return wend__fail(error, WEND_ERROR_USAGE, "%s: %s is no PEM file (-----BEGIN ...)", option,
                          path);
    }
    return WEND_OK;
}

static enum wend_status read_options(struct wend_http_server *server,
                                     const struct wend_http_options *options,
                                     struct wend_error *error) {
    server->providers = options->providers;
    server->connections_max =
        options->connections_max == 0 ? USUAL_CONNECTIONS : options->connections_max;
    server->patience_us = options->patience_us == 0 ? USUAL_PATIENCE_US : options->patience_us;
    wend__rate_limit_init(&server->rate, options->rate == 0            ? USUAL_RATE
                                         : options->rate == UINT32_MAX ? 0
                                                                       : options->rate);
    WEND_TRY(wend__listen_address_parse(options->listen, &server->address, error));
    if (options->token != NULL) {
        WEND_TRY(wend__token_load(options->token, &server->token, error));
    }
    if (!server->address.is_loopback && server->token.len == 0) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "others can reach %s, so that it needs a token: --token @FILE\n"
                          "To make one: openssl rand -hex 32 > token; or listen on 127.0.0.1",
                          options->listen);
    }
    if ((options->certificate == NULL) != (options->key == NULL)) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "TLS needs both: --tls-certificate FILE and --tls-key FILE");
    }
    server->is_tls = options->certificate != NULL;
    if (server->is_tls) {
        if (MHD_is_feature_supported(MHD_FEATURE_SSL) != MHD_YES) {
            return wend__fail(error, WEND_ERROR_USAGE,
                              "this build of libmicrohttpd has no TLS; use one with GnuTLS");
        }
        WEND_TRY(read_pem("--tls-certificate", options->certificate, &server->certificate, error));
        WEND_TRY(read_pem("--tls-key", options->key, &server->key, error));
    }
    server->connections = wend__alloc_zeroed(server->connections_max, sizeof *server->connections);
    return server->connections == NULL ? wend__fail_memory(error) : WEND_OK;
}

static enum wend_status listen_on(struct wend_http_server *server, const char *text,
                                  int *descriptor, struct wend_error *error) {
    struct wend_listen_address *address = &server->address;
    int on = 1;
    int made = socket(address->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *descriptor = made;
    if (made >= 0) {
        (void)setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        /* Connections inherit it: what the system holds for those who do not read is bounded. */
        (void)setsockopt(made, SOL_SOCKET, SO_SNDBUF, &(int){SEND_BYTES}, sizeof(int));
    }
    address->len = sizeof address->address;
    socklen_t len = address->address.ss_family == AF_INET6 ? (socklen_t)sizeof(struct sockaddr_in6)
                                                           : (socklen_t)sizeof(struct sockaddr_in);
    if (made < 0 || bind(made, (const struct sockaddr *)&address->address, len) != 0 ||
        listen(made, BACKLOG) != 0 ||
        getsockname(made, (struct sockaddr *)&address->address, &address->len) != 0) {
        int number = errno;
        return wend__fail(error, WEND_ERROR_IO, "cannot listen on %s: %s%s", text, strerror(number),
                          number == EADDRINUSE ? "\nChoose another port with --listen." : "");
    }
    char shown[WEND_LISTEN_TEXT_BYTES];
    wend__listen_address_text(address, shown);
    (void)snprintf(server->url, sizeof server->url, "%s://%s", server->is_tls ? "https" : "http",
                   shown);
    return WEND_OK;
}

/* What libmicrohttpd tells while it starts; later, in its threads, it is about clients. */
static void take_log(void *context, const char *format, va_list arguments) {
    struct wend_http_server *server = context;
    if (pthread_equal(pthread_self(), server->starter) != 0) {
        (void)vsnprintf(server->trouble, sizeof server->trouble, format, arguments);
        server->trouble[strcspn(server->trouble, "\n")] = '\0';
    }
}

static struct MHD_Daemon *start_daemon(struct wend_http_server *server, int descriptor) {
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
                     MHD_USE_POLL | MHD_USE_ERROR_LOG | MHD_USE_ITC |
                     (server->is_tls ? MHD_USE_TLS : 0U);
    unsigned silence_s = (unsigned)((server->patience_us + 999999) / 1000000);
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, server->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"NORMAL:-VERS-TLS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    /* One client may have three quarters, so that another one still finds a place. */
    unsigned of_client = (unsigned)(server->connections_max - server->connections_max / 4);
    return MHD_start_daemon(flags, 0, NULL, NULL, wend__http_handle, server,
                            MHD_OPTION_EXTERNAL_LOGGER, take_log, server, MHD_OPTION_LISTEN_SOCKET,
                            descriptor, MHD_OPTION_NOTIFY_CONNECTION, wend__http_note_connection,
                            server, MHD_OPTION_CONNECTION_LIMIT, (unsigned)server->connections_max,
                            MHD_OPTION_PER_IP_CONNECTION_LIMIT, of_client,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)WEND_HTTP_REQUEST_BYTES,
                            MHD_OPTION_CONNECTION_TIMEOUT, silence_s, MHD_OPTION_STRICT_FOR_CLIENT,
                            1, MHD_OPTION_ARRAY, server->is_tls ? tls : none, MHD_OPTION_END);
}

/* The descriptor is libmicrohttpd's once it has seen it, also when it fails. */
static enum wend_status start_threads(struct wend_http_server *server, int *descriptor,
                                      struct wend_error *error) {
    sigset_t all;
    sigset_t before;
    /* Signals are for the thread that called. */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    server->starter = pthread_self();
    server->has_watcher = pthread_create(&server->watcher, NULL, wend__http_watch, server) == 0;
    if (server->has_watcher) {
        server->daemon = start_daemon(server, *descriptor);
        *descriptor = -1;
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (server->daemon != NULL) {
        return WEND_OK;
    }
    if (server->is_tls) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "cannot serve with this certificate and key: %s\n"
                          "Both are PEM; the key belongs to the first certificate of the file.",
                          server->trouble[0] == '\0' ? "TLS refuses them" : server->trouble);
    }
    return wend__fail(error, WEND_ERROR_LIMIT, "cannot start the HTTP server: %s",
                      server->trouble[0] == '\0' ? "no more threads" : server->trouble);
}

enum wend_status wend__http_start(const struct wend_http_options *options,
                                  struct wend_http_server **started, struct wend_error *error) {
    *started = NULL;
    struct wend_http_server *server = wend__alloc_zeroed(1, sizeof *server);
    if (server == NULL) {
        return wend__fail_memory(error);
    }
    (void)pthread_mutex_init(&server->lock, NULL);
    (void)pthread_mutex_init(&server->asking, NULL);
    (void)pthread_cond_init(&server->changed, NULL);
    int descriptor = -1;
    enum wend_status status = read_options(server, options, error);
    if (status == WEND_OK) {
        status = listen_on(server, options->listen, &descriptor, error);
    }
    if (status == WEND_OK) {
        status = start_threads(server, &descriptor, error);
    }
    if (status != WEND_OK) {
        if (descriptor >= 0) {
            (void)close(descriptor);
        }
        wend__http_stop(server);
        return status;
    }
    *started = server;
    return WEND_OK;
}

const char *wend__http_url(const struct wend_http_server *server) {
    return server->url;
}

bool wend__http_is_in_clear(const struct wend_http_server *server) {
    return !server->is_tls && !server->address.is_loopback;
}

void wend__http_stop(struct wend_http_server *server) {
    if (server == NULL) {
        return;
    }
    pthread_mutex_lock(&server->lock);
    server->is_stopping = true;
    pthread_cond_signal(&server->changed);
    pthread_mutex_unlock(&server->lock);
    if (server->has_watcher) {
        (void)pthread_join(server->watcher, NULL); /* it has asked whoever works to end */
    }
    if (server->daemon != NULL) {
        MHD_stop_daemon(server->daemon);
    }
    (void)pthread_cond_destroy(&server->changed);
    (void)pthread_mutex_destroy(&server->asking);
    (void)pthread_mutex_destroy(&server->lock);
    wend__token_wipe(&server->token);
    wend__free(server->connections);
    wend__free(server->certificate);
    wend__free(server->key);
    wend__free(server);
}
