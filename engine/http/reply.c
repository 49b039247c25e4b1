/* Answers. */
#include "http/server_internal.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <jansson.h>
#include <stdlib.h>

static const unsigned counted_codes[WEND_HTTP_CODES] = {200, 400, 401, 403, 404, 405, 429, 503, 0};

static void count(struct wend_http_server *server, unsigned code) {
    size_t i = 0;
    while (counted_codes[i] != code && counted_codes[i] != 0) {
        i++;
    }
    atomic_fetch_add_explicit(&server->code_counts[i], 1, memory_order_relaxed);
}

void wend__http_metrics(struct wend_http_server *server, struct wend_metrics_text *text) {
    wend__metrics_family(text, "wend_http_requests_total", "HTTP requests that were answered.",
                         WEND_METRIC_COUNTER);
    for (size_t i = 0; i < WEND_HTTP_CODES; i++) {
        char code[12];
        (void)snprintf(code, sizeof code, "%u", counted_codes[i]);
        struct wend_metric_label label = {"code", counted_codes[i] == 0 ? "other" : code};
        wend__metrics_sample(
            text, &label, 1,
            (double)atomic_load_explicit(&server->code_counts[i], memory_order_relaxed));
    }
}

/* Nothing of an answer is to be kept, guessed at, framed, or read by another site. A page has a
 * tag, and its policy in itself. */
static bool add_headers(struct MHD_Response *response, unsigned code, const char *content_type,
                        const char *tag) {
    static const char *const headers[][2] = {
        {"Cache-Control", "no-store"},
        {"Connection", "close"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Referrer-Policy", "no-referrer"},
        {"X-Content-Type-Options", "nosniff"},
    };
    char quoted[WEND_HTTP_TAG_BYTES + 2];
    const char *policy =
        tag == NULL ? "default-src 'none'; frame-ancestors 'none'" : "frame-ancestors 'none'";
    bool done = MHD_add_response_header(response, "Content-Type", content_type) == MHD_YES &&
                MHD_add_response_header(response, "Content-Security-Policy", policy) == MHD_YES;
    if (done && tag != NULL) {
        (void)snprintf(quoted, sizeof quoted, "\"%s\"", tag);
        done = MHD_add_response_header(response, "ETag", quoted) == MHD_YES;
    }
    for (size_t i = 0; done && i < sizeof headers / sizeof *headers; i++) {
        done = MHD_add_response_header(response, headers[i][0], headers[i][1]) == MHD_YES;
    }
    if (done && code == MHD_HTTP_METHOD_NOT_ALLOWED) {
        done = MHD_add_response_header(response, "Allow", "GET, HEAD") == MHD_YES;
    }
    if (done && code == MHD_HTTP_UNAUTHORIZED) {
        done = MHD_add_response_header(response, "WWW-Authenticate", "Bearer realm=\"wend\"") ==
               MHD_YES;
    }
    if (done && (code == MHD_HTTP_TOO_MANY_REQUESTS || code == MHD_HTTP_SERVICE_UNAVAILABLE)) {
        done = MHD_add_response_header(response, "Retry-After", "1") == MHD_YES;
    }
    return done;
}

/* MHD_NO makes libmicrohttpd drop the connection. */
static enum MHD_Result reply(struct wend_http_server *server, struct MHD_Connection *connection,
                             unsigned code, const char *content_type, const char *tag,
                             struct wend_buffer *body) {
    static char nothing[1];
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback(
        body->len, body->data == NULL ? (void *)nothing : body->data,
        body->data == NULL ? NULL : wend__free);
    if (response == NULL) {
        wend__buffer_deinit(body);
        return MHD_NO;
    }
    *body = (struct wend_buffer){0};
    enum MHD_Result result = MHD_NO;
    if (add_headers(response, code, content_type, tag)) {
        result = MHD_queue_response(connection, code, response);
        count(server, code);
    }
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result wend__http_reply(struct wend_http_server *server, struct MHD_Connection *connection,
                                 unsigned code, const char *content_type,
                                 struct wend_buffer *body) {
    return reply(server, connection, code, content_type, NULL, body);
}

enum MHD_Result wend__http_reply_page(struct wend_http_server *server,
                                      struct MHD_Connection *connection, unsigned code,
                                      const char *tag, struct wend_buffer *body) {
    return reply(server, connection, code, WEND_HTTP_HTML, tag, body);
}

static json_t *json_text(const char *text, size_t len) {
    struct wend_buffer clean = {0};
    json_t *value = NULL;
    if (wend__utf8_append_clean(&clean, (struct wend_bytes){(const uint8_t *)text, len})) {
        struct wend_bytes view = wend__buffer_view(&clean);
        value = json_stringn((const char *)view.data, view.len);
    }
    wend__buffer_deinit(&clean);
    return value;
}

enum MHD_Result wend__http_reply_error(struct wend_http_server *server,
                                       struct MHD_Connection *connection, unsigned code,
                                       const char *text) {
    size_t len = strcspn(text, "\n");
    const char *hint = text[len] == '\0' ? NULL : text + len + 1;
    json_t *object = json_object();
    /* The setters take the value over, also when they fail, and fail for NULL. */
    bool done =
        object != NULL && json_object_set_new(object, "error", json_text(text, len)) == 0 &&
        (hint == NULL || json_object_set_new(object, "hint", json_text(hint, strlen(hint))) == 0);
    struct wend_buffer body = {0};
    size_t size = done ? json_dumpb(object, NULL, 0, JSON_COMPACT) : 0;
    done = size > 0 && wend__buffer_reserve(&body, size + 1);
    if (done) {
        body.len = json_dumpb(object, (char *)body.data, size, JSON_COMPACT);
        done = body.len == size;
    }
    json_decref(object);
    if (!done || !wend__buffer_append_text(&body, "\n")) {
        wend__buffer_deinit(&body);
        return MHD_NO;
    }
    return wend__http_reply(server, connection, code, "application/json", &body);
}
