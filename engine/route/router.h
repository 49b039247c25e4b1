/*
 * router.h: hits from the threads that make them to the threads that own their customers.
 *
 *            port 0        port 1                  ring[i][j]: from port i to port j, T x T of
 * them; send --> [staged]  --> ring --> drain --> sink       what a port sends to itself takes no
 * ring
 *
 * Every thread has one port; it sends hits through it, and takes what others send to it. A
 * customer's owner is slice mod T. Hits are staged and pushed in bursts. Strings are numbered by
 * whoever makes the hits: before the first hit with a new touchpoint or segment value goes to a
 * port, the string itself goes the same way, so that the receiver can number it anew; the bytes of
 * customers travel likewise, where they are wanted.
 *
 * In a ring a text is a slot that says what it is, and as many slots as its bytes need:
 *
 *   [hit][hit][text: kind, id or key, length][bytes][bytes][hit][mark][hit] ...
 *
 * A mark tells how far the input has come where lateness is bounded, so that owners may fold early.
 *
 * No cycle can block: who finds a ring full takes what is in its own rings, then sleeps briefly.
 * The order in which a receiver takes its rings does not matter: hits are sorted by (time,
 * position) before they are folded.
 *
 * Threads: a port belongs to one thread. `wend__router_stop` may be called by any.
 */
#ifndef WEND_ROUTE_ROUTER_H
#define WEND_ROUTE_ROUTER_H

#include "base/status.h"
#include "ds/strings.h"
#include "model/hit.h"

struct wend_router;
struct wend_port;

enum wend_route_text {
    WEND_ROUTE_NAME,    /* a touchpoint's name; `id` */
    WEND_ROUTE_SEGMENT, /* a segment value; `id` */
    WEND_ROUTE_CUSTOMER /* a customer's bytes; `customer` */
};

/* Takes what arrives at a port; `source` is the port that sent it. */
struct wend_route_sink {
    void *context;
    /* `hits` are borrowed; their numbers are the source's. */
    enum wend_status (*hits)(void *context, uint32_t source, const uint8_t *hits, size_t count,
                             struct wend_error *error);
    enum wend_status (*text)(void *context, uint32_t source, enum wend_route_text kind, uint32_t id,
                             struct wend_hash128 customer, struct wend_bytes bytes,
                             struct wend_error *error);
    /* No hit from `source` behind this is earlier than `mark_us` - lateness. */
    enum wend_status (*mark)(void *context, uint32_t source, int64_t mark_us,
                             struct wend_error *error);
};

struct wend_router_options {
    const struct wend_hit_layout *layout; /* borrowed */
    uint32_t port_count;
    uint32_t ring_slots;  /* a power of two */
    bool sends_customers; /* the bytes of customers are wanted */
};

WEND_MUST_CHECK enum wend_status wend__router_create(const struct wend_router_options *options,
                                                     struct wend_router **router,
                                                     struct wend_error *error);
/* All threads must have ended. NULL is fine. */
void wend__router_destroy(struct wend_router *router);
struct wend_port *wend__router_port(struct wend_router *router, uint32_t index);

/* Makes every call that waits, on any port, return WEND_ERROR_CANCELLED. */
void wend__router_stop(struct wend_router *router);
bool wend__router_is_stopped(const struct wend_router *router);

/* Before the first use: where arrivals go, and the strings that this port's hits are numbered by.
 */
void wend__port_open(struct wend_port *port, struct wend_route_sink sink,
                     const struct wend_strings *names, const struct wend_strings *segment_values);

/* Sends one hit to its customer's owner; `customer` is looked at only with sends_customers. May
 * wait, and takes arrivals meanwhile. WEND_ERROR_CANCELLED, and what the sink says. */
WEND_MUST_CHECK enum wend_status wend__port_send(struct wend_port *port, const struct wend_hit *hit,
                                                 struct wend_bytes customer,
                                                 struct wend_error *error);
/* Sends a mark to all ports, behind all hits that were sent before. Errors as above. */
WEND_MUST_CHECK enum wend_status wend__port_send_mark(struct wend_port *port, int64_t mark_us,
                                                      struct wend_error *error);
/* Pushes what is staged. Errors as above. */
WEND_MUST_CHECK enum wend_status wend__port_flush(struct wend_port *port, struct wend_error *error);
/* All receivers are told of each customer again before the next hit of his. */
void wend__port_forget_customers(struct wend_port *port);
/* As `open`, later: other tables take the place of the two, and are sent from their beginning. What
 * was sent by the numbers of the old ones must have arrived. */
void wend__port_renew_strings(struct wend_port *port, const struct wend_strings *names,
                              const struct wend_strings *segment_values);
/* Takes what has arrived; `*took` (NULL: not wanted) tells whether there was anything. */
WEND_MUST_CHECK enum wend_status wend__port_drain(struct wend_port *port, bool *took,
                                                  struct wend_error *error);
/* This port sends no more (flush first); then takes arrivals until no port sends any more. */
WEND_MUST_CHECK enum wend_status wend__port_finish(struct wend_port *port,
                                                   struct wend_error *error);
/* One short wait: takes arrivals, and sleeps where there are none. For who waits for others. */
WEND_MUST_CHECK enum wend_status wend__port_idle(struct wend_port *port, struct wend_error *error);

#endif
