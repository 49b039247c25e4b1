#include "http/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HOST_BYTES = 64 };

static bool read_port(const char *text, in_port_t *port) {
    unsigned number = 0;
    size_t len = strspn(text, "0123456789");
    if (len == 0 || len > 5 || text[len] != '\0') {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        number = number * 10 + (unsigned)(text[i] - '0');
    }
    *port = htons((uint16_t)number);
    return number <= UINT16_MAX;
}

/* Splits "HOST:PORT" and "[HOST]:PORT"; `*port` NULL: there is none. */
static bool split(const char *text, char host[static HOST_BYTES], const char **port,
                  bool *is_bracketed) {
    *is_bracketed = text[0] == '[';
    const char *start = text + (*is_bracketed ? 1 : 0);
    size_t len = strcspn(start, *is_bracketed ? "]" : ":");
    const char *end = start + len;
    if (len >= HOST_BYTES || (*is_bracketed && *end != ']')) {
        return false;
    }
    memcpy(host, start, len);
    host[len] = '\0';
    end += *is_bracketed ? 1 : 0;
    *port = *end == ':' ? end + 1 : NULL;
    return *end == ':' || *end == '\0';
}

static bool is_loopback_v4(const struct in_addr *address) {
    return ntohl(address->s_addr) >> 24 == 127;
}

static bool set_v4(const char *host, in_port_t port, struct wend_listen_address *parsed) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = port};
    bool is_short = host[0] == '\0' || strcasecmp(host, "localhost") == 0;
    if (inet_pton(AF_INET, is_short ? "127.0.0.1" : host, &address.sin_addr) != 1) {
        return false;
    }
    memcpy(&parsed->address, &address, sizeof address);
    parsed->len = sizeof address;
    parsed->is_loopback = is_loopback_v4(&address.sin_addr);
    return true;
}

static bool set_v6(const char *host, in_port_t port, struct wend_listen_address *parsed) {
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = port};
    if (inet_pton(AF_INET6, host, &address.sin6_addr) != 1) {
        return false;
    }
    memcpy(&parsed->address, &address, sizeof address);
    parsed->len = sizeof address;
    parsed->is_loopback = IN6_IS_ADDR_LOOPBACK(&address.sin6_addr);
    return true;
}

enum wend_status wend__listen_address_parse(const char *text, struct wend_listen_address *parsed,
                                            struct wend_error *error) {
    char host[HOST_BYTES];
    const char *port_text = NULL;
    bool is_bracketed = false;
    in_port_t port = 0;
    *parsed = (struct wend_listen_address){.len = 0};
    if (split(text, host, &port_text, &is_bracketed) && port_text != NULL &&
        read_port(port_text, &port) &&
        (is_bracketed ? set_v6(host, port, parsed) : set_v4(host, port, parsed))) {
        return WEND_OK;
    }
    return wend__fail(error, WEND_ERROR_USAGE,
                      "cannot listen on %s; it takes ADDRESS:PORT, such as 127.0.0.1:9464, "
                      "[::1]:9464, or 0.0.0.0:9464 for every address of the machine",
                      text);
}

void wend__listen_address_text(const struct wend_listen_address *address,
                               char text[static WEND_LISTEN_TEXT_BYTES]) {
    char host[INET6_ADDRSTRLEN] = "?";
    if (address->address.ss_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, &address->address, sizeof v6);
        (void)inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof host);
        (void)snprintf(text, WEND_LISTEN_TEXT_BYTES, "[%s]:%u", host, ntohs(v6.sin6_port));
    } else {
        struct sockaddr_in v4;
        memcpy(&v4, &address->address, sizeof v4);
        (void)inet_ntop(AF_INET, &v4.sin_addr, host, sizeof host);
        (void)snprintf(text, WEND_LISTEN_TEXT_BYTES, "%s:%u", host, ntohs(v4.sin_port));
    }
}

bool wend__host_is_local(const char *text) {
    char host[HOST_BYTES];
    const char *port_text = NULL;
    bool is_bracketed = false;
    in_port_t port = 0;
    if (!split(text, host, &port_text, &is_bracketed) ||
        (port_text != NULL && !read_port(port_text, &port))) {
        return false;
    }
    struct wend_listen_address parsed = {.len = 0};
    return host[0] != '\0' &&
           (is_bracketed ? set_v6(host, 0, &parsed) : set_v4(host, 0, &parsed)) &&
           parsed.is_loopback;
}
