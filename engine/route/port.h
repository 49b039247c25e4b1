/*
 * port.h: the inside of a router and its ports; for router.c and the files of ports only.
 *
 * Threads: `stopped` and `done_count` are shared; the rest of a port is its thread's.
 */
#ifndef WEND_ROUTE_PORT_H
#define WEND_ROUTE_PORT_H

#include "base/buffer.h"
#include "route/router.h"

#include <stdatomic.h>

/* Hits that are staged for one receiver before they are pushed: a burst costs a cache line or two
 * of hand-over instead of one for each hit. */
#define WEND_PORT_BURST 64U
/* Customer keys that were sent lately: 1 MiB. A customer who is not in it is told again. */
#define WEND_PORT_KNOWN_CUSTOMERS 65536U

/* What this port has for one receiver. */
struct wend_port_out {
    uint8_t *staged; /* WEND_PORT_BURST slots */
    uint32_t staged_count;
    uint32_t names_sent;
    uint32_t segments_sent;
};

/* A text that arrives in pieces. */
struct wend_port_in {
    bool in_text;
    enum wend_route_text kind;
    uint32_t id;
    struct wend_hash128 customer;
    size_t missing; /* bytes */
    struct wend_buffer bytes;
};

struct wend_port {
    struct wend_router *router;
    uint32_t index;
    struct wend_route_sink sink;
    const struct wend_strings *names;
    const struct wend_strings *segment_values;
    struct wend_port_out *outs; /* by receiver */
    struct wend_port_in *ins;   /* by sender */
    struct wend_hash128 *known_customers;
};

struct wend_ring;

struct wend_router {
    const struct wend_hit_layout *layout;
    uint32_t port_count;
    bool sends_customers;
    struct wend_ring **rings; /* from * port_count + to; none on the diagonal */
    struct wend_port *ports;
    _Atomic bool stopped;
    _Atomic uint32_t done_count; /* ports that send no more */
};

bool wend__port_init(struct wend_port *port, struct wend_router *router, uint32_t index);
void wend__port_deinit(struct wend_port *port);

/*
 * What a slot is stands in the flags of its head; a hit has none of these bits. A text's slot keeps
 * its length in `position`, its id in `touchpoint`, a customer's key in `customer`.
 */
#define WEND_SLOT_TEXT (UINT32_C(1) << 31)
#define WEND_SLOT_KIND_SHIFT 28U
/* A mark keeps its time in `ts_us`; its text bit is set, too. */
#define WEND_SLOT_MARK (UINT32_C(1) << 27)

#endif
