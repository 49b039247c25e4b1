#include "route/router.h"

#include "base/memory.h"
#include "ds/ring.h"
#include "route/port.h"

#include <assert.h>

enum wend_status wend__router_create(const struct wend_router_options *options,
                                     struct wend_router **router, struct wend_error *error) {
    uint32_t count = options->port_count;
    assert(count >= 1 && count <= WEND_MAX_THREADS);
    *router = NULL;
    struct wend_router *made = wend__alloc_zeroed(1, sizeof *made);
    if (made == NULL) {
        return wend__fail_memory(error);
    }
    made->layout = options->layout;
    made->port_count = count;
    made->sends_customers = options->sends_customers;
    made->rings = wend__alloc_zeroed((size_t)count * count, sizeof(struct wend_ring *));
    made->ports = wend__alloc_zeroed(count, sizeof *made->ports);
    bool done = made->rings != NULL && made->ports != NULL;
    for (uint32_t i = 0; done && i < count * count; i++) {
        if (i / count != i % count) {
            made->rings[i] = wend__ring_create(options->layout->bytes, options->ring_slots);
            done = made->rings[i] != NULL;
        }
    }
    for (uint32_t i = 0; done && i < count; i++) {
        done = wend__port_init(&made->ports[i], made, i);
    }
    if (!done) {
        wend__router_destroy(made);
        return wend__fail_memory(error);
    }
    *router = made;
    return WEND_OK;
}

void wend__router_destroy(struct wend_router *router) {
    if (router == NULL) {
        return;
    }
    for (uint32_t i = 0; router->ports != NULL && i < router->port_count; i++) {
        wend__port_deinit(&router->ports[i]);
    }
    for (uint32_t i = 0; router->rings != NULL && i < router->port_count * router->port_count;
         i++) {
        wend__ring_destroy(router->rings[i]);
    }
    wend__free(router->rings);
    wend__free(router->ports);
    wend__free(router);
}

struct wend_port *wend__router_port(struct wend_router *router, uint32_t index) {
    assert(index < router->port_count);
    return &router->ports[index];
}

/* Relaxed: the flag orders nothing, it only asks the loops that wait to end. */
void wend__router_stop(struct wend_router *router) {
    atomic_store_explicit(&router->stopped, true, memory_order_relaxed);
}

bool wend__router_is_stopped(const struct wend_router *router) {
    return atomic_load_explicit(&router->stopped, memory_order_relaxed);
}
