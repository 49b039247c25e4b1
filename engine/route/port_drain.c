#include "ds/ring.h"
#include "route/port.h"

#include <time.h>

/* A mark, or one slot that belongs to a text: its head, or the next of its bytes. */
static enum wend_status take_text_slot(struct wend_port *port, uint32_t source, const uint8_t *slot,
                                       struct wend_error *error) {
    struct wend_port_in *in = &port->ins[source];
    if (!in->in_text) {
        struct wend_hit head;
        memcpy(&head, slot, sizeof head);
        if ((head.flags & WEND_SLOT_MARK) != 0) {
            return port->sink.mark(port->sink.context, source, head.ts_us, error);
        }
        in->in_text = true;
        in->kind = (enum wend_route_text)((head.flags & ~WEND_SLOT_TEXT) >> WEND_SLOT_KIND_SHIFT);
        in->id = head.touchpoint;
        in->customer = head.customer;
        in->missing = head.position;
        wend__buffer_clear(&in->bytes);
    } else {
        size_t slot_bytes = port->router->layout->bytes;
        size_t len = in->missing < slot_bytes ? in->missing : slot_bytes;
        if (!wend__buffer_append(&in->bytes, slot, len)) {
            return wend__fail_memory(error);
        }
        in->missing -= len;
    }
    if (in->missing > 0) {
        return WEND_OK;
    }
    in->in_text = false;
    return port->sink.text(port->sink.context, source, in->kind, in->id, in->customer,
                           wend__buffer_view(&in->bytes), error);
}

static bool is_text(const uint8_t *slot) {
    return (((const struct wend_hit *)(const void *)slot)->flags & WEND_SLOT_TEXT) != 0;
}

/* Slots of one ring: hits in runs as long as they come, texts one slot at a time. */
static enum wend_status take_slots(struct wend_port *port, uint32_t source, const uint8_t *slots,
                                   uint32_t count, struct wend_error *error) {
    size_t slot_bytes = port->router->layout->bytes;
    uint32_t at = 0;
    while (at < count) {
        const uint8_t *slot = slots + at * slot_bytes;
        if (port->ins[source].in_text || is_text(slot)) {
            WEND_TRY(take_text_slot(port, source, slot, error));
            at++;
            continue;
        }
        uint32_t end = at + 1;
        while (end < count && !is_text(slots + end * slot_bytes)) {
            end++;
        }
        WEND_TRY(port->sink.hits(port->sink.context, source, slot, end - at, error));
        at = end;
    }
    return WEND_OK;
}

enum wend_status wend__port_drain(struct wend_port *port, bool *took, struct wend_error *error) {
    struct wend_router *router = port->router;
    bool any = false;
    for (uint32_t source = 0; source < router->port_count; source++) {
        if (source == port->index) {
            continue;
        }
        struct wend_ring *ring = router->rings[source * router->port_count + port->index];
        const void *slots = NULL;
        uint32_t count = wend__ring_peek(ring, &slots);
        if (count > 0) {
            any = true;
            enum wend_status status = take_slots(port, source, slots, count, error);
            wend__ring_release(ring, count);
            WEND_TRY(status);
        }
    }
    if (took != NULL) {
        *took = any;
    }
    return WEND_OK;
}

enum wend_status wend__port_idle(struct wend_port *port, struct wend_error *error) {
    if (wend__router_is_stopped(port->router)) {
        return wend__fail(error, WEND_ERROR_CANCELLED, "the run was stopped");
    }
    bool took = false;
    WEND_TRY(wend__port_drain(port, &took, error));
    if (!took) {
        /* Long enough that a partner on the same processor gets on, short beside a block. */
        struct timespec pause = {.tv_sec = 0, .tv_nsec = 20000};
        (void)nanosleep(&pause, NULL);
    }
    return WEND_OK;
}

enum wend_status wend__port_finish(struct wend_port *port, struct wend_error *error) {
    struct wend_router *router = port->router;
    WEND_TRY(wend__port_flush(port, error));
    /* Release: who sees all ports done also sees, in the rings, all that they pushed. Its partner
     * is the acquiring load below. */
    atomic_fetch_add_explicit(&router->done_count, 1, memory_order_release);
    while (atomic_load_explicit(&router->done_count, memory_order_acquire) < router->port_count) {
        WEND_TRY(wend__port_idle(port, error));
    }
    bool took = true;
    while (took) {
        WEND_TRY(wend__port_drain(port, &took, error));
    }
    return WEND_OK;
}
