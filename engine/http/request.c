/* Requests: who may ask, for what, and who answers. */
#include "http/server_internal.h"

#include "base/clock.h"

#include <errno.h>
#include <time.h>

#define TEXT_METRICS "text/plain; version=0.0.4; charset=utf-8"
#define JSON "application/json"

/* One request on its way. */
struct request {
    struct wend_http_server *server;
    struct MHD_Connection *connection;
    const char *path;
    bool is_trusted; /* may see more than health */
};

static const char *header(const struct request *request, const char *name) {
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result refuse(const struct request *request, unsigned code, const char *text) {
    return wend__http_reply_error(request->server, request->connection, code, text);
}

static enum MHD_Result answer(const struct request *request, unsigned code, const char *type,
                              struct wend_buffer *body, bool is_whole) {
    if (!is_whole) {
        wend__buffer_deinit(body);
        return refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory");
    }
    return wend__http_reply(request->server, request->connection, code, type, body);
}

static enum MHD_Result answer_live(const struct request *request) {
    const struct wend_http_providers *providers = &request->server->providers;
    if (providers->is_live != NULL && !providers->is_live(providers->context)) {
        return refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, "the work stands still");
    }
    struct wend_buffer body = {0};
    bool is_whole = wend__buffer_append_text(&body, "{\"status\":\"live\"}\n");
    return answer(request, MHD_HTTP_OK, JSON, &body, is_whole);
}

static enum MHD_Result answer_ready(const struct request *request) {
    const struct wend_http_providers *providers = &request->server->providers;
    struct wend_buffer body = {0};
    struct wend_buffer reason = {0};
    if (providers->is_ready != NULL && !providers->is_ready(providers->context, &reason)) {
        bool is_shown =
            request->is_trusted && reason.len > 0 && wend__buffer_append(&reason, "", 1);
        enum MHD_Result result = refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                                        is_shown ? (const char *)reason.data : "not ready");
        wend__buffer_deinit(&reason);
        return result;
    }
    wend__buffer_deinit(&reason);
    bool is_whole = wend__buffer_append_text(&body, "{\"status\":\"ready\"}\n");
    return answer(request, MHD_HTTP_OK, JSON, &body, is_whole);
}

static enum MHD_Result answer_metrics(const struct request *request) {
    const struct wend_http_providers *providers = &request->server->providers;
    struct wend_buffer body = {0};
    struct wend_metrics_text text = {.out = &body};
    if (providers->metrics != NULL) {
        providers->metrics(providers->context, &text);
    }
    wend__http_metrics(request->server, &text);
    return answer(request, MHD_HTTP_OK, TEXT_METRICS, &body, !text.is_failed);
}

/* Arguments of a question for a table, as they are gathered. */
struct arguments {
    struct wend_http_query query;
    const char *wheres[WEND_HTTP_WHERES_MAX];
    const char *trouble; /* NULL: none */
};

static bool read_top(const char *text, uint64_t *top) {
    size_t len = strspn(text, "0123456789");
    *top = 0;
    for (size_t i = 0; i < len && len <= 18; i++) {
        *top = *top * 10 + (uint64_t)(text[i] - '0');
    }
    return len > 0 && len <= 18 && text[len] == '\0' && *top > 0;
}

static const char *take_argument(struct arguments *arguments, const char *name, const char *value) {
    struct wend_http_query *query = &arguments->query;
    if (strcmp(name, "top") == 0) {
        if (query->has_top || !read_top(value, &query->top)) {
            return "top: it takes one number from 1, such as top=20";
        }
        query->has_top = true;
    } else if (strcmp(name, "scope") == 0) {
        if (query->scope != NULL || *value == '\0') {
            return "scope: it takes one name, such as scope=session";
        }
        query->scope = value;
    } else if (strcmp(name, "where") == 0) {
        if (strchr(value, '=') == NULL || value[0] == '=') {
            return "where: it takes FIELD=VALUE, such as where=device=mobile";
        }
        if (query->where_count == WEND_HTTP_WHERES_MAX) {
            return "where: there may be 16 of it";
        }
        arguments->wheres[query->where_count++] = value;
    } else {
        return "an argument is not known\nThere is: top, scope, where";
    }
    return NULL;
}

static enum MHD_Result gather(void *context, enum MHD_ValueKind kind, const char *name,
                              size_t name_len, const char *value, size_t value_len) {
    (void)kind;
    struct arguments *arguments = context;
    if (value == NULL || strlen(name) != name_len || strlen(value) != value_len) {
        arguments->trouble = "an argument has no value, or a zero byte\n"
                             "There is: top=N, scope=NAME, where=FIELD=VALUE";
    } else {
        arguments->trouble = take_argument(arguments, name, value);
    }
    return arguments->trouble == NULL ? MHD_YES : MHD_NO;
}

static unsigned code_of(enum wend_status status) {
    switch (status) {
    case WEND_ERROR_EMPTY:
        return MHD_HTTP_NOT_FOUND;
    case WEND_ERROR_USAGE:
    case WEND_ERROR_LIMIT:
        return MHD_HTTP_BAD_REQUEST;
    default:
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    }
}

/* Waits for the turn to ask for a table; false: there are too many, or it takes too long. */
static bool take_turn(struct wend_http_server *server) {
    pthread_mutex_lock(&server->lock);
    bool has_room = server->waiting <= WEND_HTTP_WAITING_MAX && !server->is_stopping;
    server->waiting += has_room ? 1 : 0;
    pthread_mutex_unlock(&server->lock);
    if (!has_room) {
        return false;
    }
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)(server->patience_us / 1000000 / 2 + 1);
    bool has_turn = pthread_mutex_timedlock(&server->asking, &until) == 0;
    if (!has_turn) {
        pthread_mutex_lock(&server->lock);
        server->waiting--;
        pthread_mutex_unlock(&server->lock);
    }
    return has_turn;
}

static void leave_turn(struct wend_http_server *server) {
    pthread_mutex_unlock(&server->asking);
    pthread_mutex_lock(&server->lock);
    server->waiting--;
    pthread_mutex_unlock(&server->lock);
}

static enum MHD_Result answer_table(const struct request *request, const char *name) {
    struct wend_http_server *server = request->server;
    struct wend_http_connection *place = wend__http_connection(request->connection);
    struct arguments arguments = {
        .query = {.table = strcmp(name, "tables") == 0 ? NULL : name, .stop = &place->stop}};
    (void)MHD_get_connection_values_n(request->connection, MHD_GET_ARGUMENT_KIND, gather,
                                      &arguments);
    arguments.query.wheres = arguments.wheres;
    if (arguments.trouble != NULL) {
        return refuse(request, MHD_HTTP_BAD_REQUEST, arguments.trouble);
    }
    if (!take_turn(server)) {
        return refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                      "busy with other questions\nAsk again in a moment.");
    }
    struct wend_buffer body = {0};
    struct wend_error error = {0};
    wend__http_connection_touch(server, place, true);
    enum wend_status status =
        server->providers.tables(server->providers.context, &arguments.query, &body, &error);
    wend__http_connection_touch(server, place, false);
    leave_turn(server);
    if (status != WEND_OK) {
        wend__buffer_deinit(&body);
        return refuse(request, code_of(status), error.text);
    }
    return answer(request, MHD_HTTP_OK, JSON, &body, true);
}

/* Not now, for people: with the reason, and asked again by itself. */
static enum MHD_Result answer_no_page(const struct request *request, const char *reason) {
    struct wend_buffer body = {0};
    bool is_whole = wend__buffer_append_text(
        &body, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
               "<meta http-equiv=\"refresh\" content=\"5\"><title>wend</title></head>"
               "<body><h1>There is no map yet</h1><p>");
    for (; *reason != '\0' && is_whole; reason++) {
        char byte[2] = {*reason, '\0'};
        is_whole = wend__buffer_append_text(&body, *reason == '<'    ? "&lt;"
                                                   : *reason == '&'  ? "&amp;"
                                                   : *reason == '\n' ? "<br>"
                                                                     : byte);
    }
    is_whole = is_whole && wend__buffer_append_text(&body, "</p><p>This page asks again every five "
                                                           "seconds.</p></body></html>\n");
    return answer(request, MHD_HTTP_SERVICE_UNAVAILABLE, WEND_HTTP_HTML, &body, is_whole);
}

static enum MHD_Result answer_page(const struct request *request) {
    struct wend_http_server *server = request->server;
    struct wend_http_connection *place = wend__http_connection(request->connection);
    struct wend_http_page page = {.known = header(request, MHD_HTTP_HEADER_IF_NONE_MATCH)};
    struct wend_buffer body = {0};
    struct wend_error error = {0};
    if (!take_turn(server)) {
        return answer_no_page(request, "It is busy with other questions.");
    }
    wend__http_connection_touch(server, place, true);
    enum wend_status status =
        server->providers.page(server->providers.context, &page, &body, &error);
    wend__http_connection_touch(server, place, false);
    leave_turn(server);
    if (status != WEND_OK) {
        wend__buffer_deinit(&body);
        return answer_no_page(request, error.text);
    }
    return wend__http_reply_page(server, request->connection,
                                 page.is_known ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, page.tag,
                                 &body);
}

static enum MHD_Result answer_path(const struct request *request) {
    static const char prefix[] = "/v1/";
    size_t len = sizeof prefix - 1;
    const char *path = request->path;
    if (strcmp(path, "/metrics") == 0) {
        return answer_metrics(request);
    }
    if (strcmp(path, "/") == 0 && request->server->providers.page != NULL) {
        return answer_page(request);
    }
    if (strncmp(path, prefix, len) == 0 && path[len] != '\0' &&
        request->server->providers.tables != NULL) {
        return answer_table(request, path + len);
    }
    return refuse(request, MHD_HTTP_NOT_FOUND,
                  request->server->providers.tables == NULL
                      ? "nothing is here\nThere is: /healthz, /readyz, /metrics"
                      : "nothing is here\nThere is: /, /healthz, /readyz, /metrics, /v1/tables, "
                        "/v1/TABLE");
}

static bool is_within_rate(const struct request *request) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    pthread_mutex_lock(&request->server->lock);
    bool is_within =
        wend__rate_limit_take(&request->server->rate, info == NULL ? NULL : info->client_addr,
                              wend__clock_monotonic_us());
    pthread_mutex_unlock(&request->server->lock);
    return is_within;
}

/* A browser that was led here by a name of somebody else's says so in Host. */
static bool is_meant(const struct request *request) {
    const char *host = header(request, MHD_HTTP_HEADER_HOST);
    return request->server->token.len > 0 || host == NULL || wend__host_is_local(host);
}

static enum MHD_Result answer_request(struct request *request) {
    const struct wend_token *token = &request->server->token;
    request->is_trusted =
        token->len == 0 || wend__token_fits(token, header(request, MHD_HTTP_HEADER_AUTHORIZATION));
    if (!is_meant(request)) {
        return refuse(request, MHD_HTTP_FORBIDDEN,
                      "this address is for this machine, and the Host header names another one\n"
                      "Ask for localhost or 127.0.0.1, or serve with a token (--token).");
    }
    if (strcmp(request->path, "/healthz") == 0) {
        return answer_live(request);
    }
    if (strcmp(request->path, "/readyz") == 0) {
        return answer_ready(request);
    }
    if (!is_within_rate(request)) {
        return refuse(request, MHD_HTTP_TOO_MANY_REQUESTS,
                      "too many requests\nWait a second, or serve with a higher --rate.");
    }
    if (!request->is_trusted) {
        return refuse(request, MHD_HTTP_UNAUTHORIZED,
                      "a token is needed\nSend the header: Authorization: Bearer TOKEN");
    }
    return answer_path(request);
}

enum MHD_Result wend__http_handle(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *upload, size_t *upload_bytes, void **own) {
    (void)version;
    (void)upload;
    (void)own;
    struct request request = {.server = context, .connection = connection, .path = path};
    struct wend_http_connection *place = wend__http_connection(connection);
    *upload_bytes = 0;
    if (place == NULL) {
        return MHD_NO; /* one more than were said to come */
    }
    wend__http_connection_touch(request.server, place, false);
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        return refuse(&request, MHD_HTTP_METHOD_NOT_ALLOWED,
                      "only GET and HEAD are answered; nothing can be changed here");
    }
    const char *length = header(&request, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (header(&request, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL ||
        (length != NULL && strcmp(length, "0") != 0)) {
        return refuse(&request, MHD_HTTP_BAD_REQUEST, "a request here has no body");
    }
    return answer_request(&request);
}
