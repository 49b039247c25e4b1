/* A build without HTTP: says so. */
#include "http/server.h"

const char *wend__http_version(void) {
    return NULL;
}

enum wend_status wend__http_start(const struct wend_http_options *options,
                                  struct wend_http_server **server, struct wend_error *error) {
    (void)options;
    *server = NULL;
    return wend__fail(error, WEND_ERROR_USAGE,
                      "this build of wend has no HTTP; build it with -DWEND_HTTP=ON");
}

const char *wend__http_url(const struct wend_http_server *server) {
    (void)server;
    return "";
}

bool wend__http_is_in_clear(const struct wend_http_server *server) {
    (void)server;
    return false;
}

void wend__http_stop(struct wend_http_server *server) {
    (void)server;
}
