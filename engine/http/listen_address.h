/*
 * listen_address.h: the address to listen on, from its text.
 *
 * Texts: `127.0.0.1:9464`, `[::1]:9464`, `localhost:9464` (127.0.0.1), `:9464` (127.0.0.1),
 * `0.0.0.0:9464`, `[::]:9464`. Names are not looked up: where a name leads may change, and whether
 * an address is the machine's own decides what is served. Port 0: the system chooses.
 *
 * Threads: any.
 */
#ifndef WEND_HTTP_LISTEN_ADDRESS_H
#define WEND_HTTP_LISTEN_ADDRESS_H

#include "base/status.h"

#include <sys/socket.h>

#define WEND_LISTEN_TEXT_BYTES 72U

struct wend_listen_address {
    struct sockaddr_storage address;
    socklen_t len;
    bool is_loopback; /* only this machine can reach it */
};

/* WEND_ERROR_USAGE: it is none of the texts above. */
WEND_MUST_CHECK enum wend_status wend__listen_address_parse(const char *text,
                                                            struct wend_listen_address *parsed,
                                                            struct wend_error *error);
/* "127.0.0.1:9464", "[::1]:9464". */
void wend__listen_address_text(const struct wend_listen_address *address,
                               char text[static WEND_LISTEN_TEXT_BYTES]);
/* Whether the value of a Host header names this machine as browsers on it would: `localhost` or a
 * loopback address, with or without a port. Other names may have been made to lead here (DNS
 * rebinding). */
bool wend__host_is_local(const char *host);

#endif
