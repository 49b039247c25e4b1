#include "base/memory.h"
#include "ds/ring.h"
#include "route/port.h"

#include <assert.h>

bool wend__port_init(struct wend_port *port, struct wend_router *router, uint32_t index) {
    *port = (struct wend_port){.router = router, .index = index};
    port->outs = wend__alloc_zeroed(router->port_count, sizeof *port->outs);
    port->ins = wend__alloc_zeroed(router->port_count, sizeof *port->ins);
    bool done = port->outs != NULL && port->ins != NULL;
    for (uint32_t i = 0; done && i < router->port_count; i++) {
        port->outs[i].staged = wend__alloc_zeroed(WEND_PORT_BURST, router->layout->bytes);
        done = port->outs[i].staged != NULL;
    }
    if (done && router->sends_customers) {
        port->known_customers =
            wend__alloc_zeroed(WEND_PORT_KNOWN_CUSTOMERS, sizeof *port->known_customers);
        done = port->known_customers != NULL;
    }
    return done;
}

void wend__port_deinit(struct wend_port *port) {
    for (uint32_t i = 0; port->router != NULL && i < port->router->port_count; i++) {
        if (port->outs != NULL) {
            wend__free(port->outs[i].staged);
        }
        if (port->ins != NULL) {
            wend__buffer_deinit(&port->ins[i].bytes);
        }
    }
    wend__free(port->outs);
    wend__free(port->ins);
    wend__free(port->known_customers);
}

void wend__port_open(struct wend_port *port, struct wend_route_sink sink,
                     const struct wend_strings *names, const struct wend_strings *segment_values) {
    port->sink = sink;
    port->names = names;
    port->segment_values = segment_values;
}

void wend__port_forget_customers(struct wend_port *port) {
    if (port->known_customers != NULL) {
        memset(port->known_customers, 0, WEND_PORT_KNOWN_CUSTOMERS * sizeof *port->known_customers);
    }
}

void wend__port_renew_strings(struct wend_port *port, const struct wend_strings *names,
                              const struct wend_strings *segment_values) {
    port->names = names;
    port->segment_values = segment_values;
    for (uint32_t to = 0; to < port->router->port_count; to++) {
        port->outs[to].names_sent = 0;
        port->outs[to].segments_sent = 0;
    }
}

/* Pushes slots to receiver `to`, waiting for room as long as it takes. */
static enum wend_status push_all(struct wend_port *port, uint32_t to, const uint8_t *slots,
                                 uint32_t count, struct wend_error *error) {
    struct wend_router *router = port->router;
    struct wend_ring *ring = router->rings[port->index * router->port_count + to];
    for (;;) {
        uint32_t pushed = wend__ring_push(ring, slots, count);
        slots += (size_t)pushed * router->layout->bytes;
        count -= pushed;
        if (count == 0) {
            return WEND_OK;
        }
        WEND_TRY(wend__port_idle(port, error));
    }
}

static enum wend_status flush_to(struct wend_port *port, uint32_t to, struct wend_error *error) {
    struct wend_port_out *out = &port->outs[to];
    uint32_t count = out->staged_count;
    if (count == 0) {
        return WEND_OK;
    }
    out->staged_count = 0;
    if (to == port->index) {
        return port->sink.hits(port->sink.context, to, out->staged, count, error);
    }
    return push_all(port, to, out->staged, count, error);
}

/* A text in front of what is staged from now on; to oneself it is only handed over. */
static enum wend_status send_text(struct wend_port *port, uint32_t to, enum wend_route_text kind,
                                  uint32_t id, struct wend_hash128 customer,
                                  struct wend_bytes bytes, struct wend_error *error) {
    if (to == port->index) {
        return port->sink.text(port->sink.context, to, kind, id, customer, bytes, error);
    }
    WEND_TRY(flush_to(port, to, error));
    size_t slot_bytes = port->router->layout->bytes;
    _Alignas(8) uint8_t slot[WEND_HIT_BYTES_MAX] = {0};
    struct wend_hit head = {
        .customer = customer,
        .position = bytes.len,
        .touchpoint = id,
        .flags = WEND_SLOT_TEXT | (uint32_t)kind << WEND_SLOT_KIND_SHIFT,
    };
    memcpy(slot, &head, sizeof head);
    WEND_TRY(push_all(port, to, slot, 1, error));
    for (size_t at = 0; at < bytes.len; at += slot_bytes) {
        size_t len = bytes.len - at < slot_bytes ? bytes.len - at : slot_bytes;
        memcpy(slot, bytes.data + at, len);
        WEND_TRY(push_all(port, to, slot, 1, error));
    }
    return WEND_OK;
}

/* The strings that the receiver does not know yet, up to and with the last one in use. */
static enum wend_status send_strings(struct wend_port *port, uint32_t to, enum wend_route_text kind,
                                     const struct wend_strings *strings, uint32_t *sent,
                                     uint32_t needed, struct wend_error *error) {
    static const struct wend_hash128 nobody = {0, 0};
    while (*sent < needed) {
        uint32_t id = *sent;
        WEND_TRY(send_text(port, to, kind, id, nobody, wend__strings_get(strings, id), error));
        *sent = id + 1;
    }
    return WEND_OK;
}

static enum wend_status send_customer(struct wend_port *port, uint32_t to, struct wend_hash128 key,
                                      struct wend_bytes bytes, struct wend_error *error) {
    struct wend_hash128 *known = &port->known_customers[key.low & (WEND_PORT_KNOWN_CUSTOMERS - 1)];
    if (known->low == key.low && known->high == key.high) {
        return WEND_OK;
    }
    *known = key;
    return send_text(port, to, WEND_ROUTE_CUSTOMER, 0, key, bytes, error);
}

enum wend_status wend__port_send(struct wend_port *port, const struct wend_hit *hit,
                                 struct wend_bytes customer, struct wend_error *error) {
    const struct wend_hit_layout *layout = port->router->layout;
    uint32_t to = (uint32_t)(hit->customer.high >> 56) % port->router->port_count;
    struct wend_port_out *out = &port->outs[to];
    if (hit->touchpoint != WEND_TOUCHPOINT_NONE && hit->touchpoint >= out->names_sent) {
        WEND_TRY(send_strings(port, to, WEND_ROUTE_NAME, port->names, &out->names_sent,
                              hit->touchpoint + 1, error));
    }
    const uint32_t *segments = wend__hit_segments(layout, hit);
    for (uint32_t i = 0; i < layout->segment_count; i++) {
        /* Segment numbers are ids + 1, and so is the count of those that were sent. */
        if (segments[i] > out->segments_sent) {
            WEND_TRY(send_strings(port, to, WEND_ROUTE_SEGMENT, port->segment_values,
                                  &out->segments_sent, segments[i], error));
        }
    }
    if (port->router->sends_customers) {
        WEND_TRY(send_customer(port, to, hit->customer, customer, error));
    }
    uint8_t *slot = out->staged + (size_t)out->staged_count * layout->bytes;
    if (layout->bytes == sizeof *hit) {
        memcpy(slot, hit, sizeof *hit); /* of a length that the compiler knows: no call */
    } else {
        memcpy(slot, hit, layout->bytes);
    }
    if (++out->staged_count < WEND_PORT_BURST) {
        return WEND_OK;
    }
    return flush_to(port, to, error);
}

enum wend_status wend__port_send_mark(struct wend_port *port, int64_t mark_us,
                                      struct wend_error *error) {
    _Alignas(8) uint8_t slot[WEND_HIT_BYTES_MAX] = {0};
    struct wend_hit head = {.ts_us = mark_us, .flags = WEND_SLOT_TEXT | WEND_SLOT_MARK};
    memcpy(slot, &head, sizeof head);
    for (uint32_t to = 0; to < port->router->port_count; to++) {
        WEND_TRY(flush_to(port, to, error));
        if (to == port->index) {
            WEND_TRY(port->sink.mark(port->sink.context, to, mark_us, error));
        } else {
            WEND_TRY(push_all(port, to, slot, 1, error));
        }
    }
    return WEND_OK;
}

enum wend_status wend__port_flush(struct wend_port *port, struct wend_error *error) {
    for (uint32_t to = 0; to < port->router->port_count; to++) {
        WEND_TRY(flush_to(port, to, error));
    }
    return WEND_OK;
}
