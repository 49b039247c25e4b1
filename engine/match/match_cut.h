/*
 * match_cut.h: parts of request lines and of addresses that definitions may look at.
 *
 *   GET https://shop.example:443/cart?step=2 HTTP/1.1      192.0.2.7:2817
 *   method            target                                 host
 *
 * All are views into the text; what does not have the form is absent.
 * Threads: no state.
 */
#ifndef WEND_MATCH_MATCH_CUT_H
#define WEND_MATCH_MATCH_CUT_H

#include "base/bytes.h"

/* `METHOD TARGET PROTOCOL`; the target may hold blanks, the protocol begins with `HTTP/`. */
struct wend_bytes wend__request_method(struct wend_bytes request);
struct wend_bytes wend__request_target(struct wend_bytes request);

/* `host:port` or `[host]:port` without the port; a text without a port is the host as it is. */
struct wend_bytes wend__address_host(struct wend_bytes address);

#endif
