/*
 * gate.h: lets blocks pass one by one, in their order.
 *
 * With bounded lateness an event is late by its own input's events before it, so that the mark of
 * an input passes from block to block. Decoding a block needs no turn; judging its events does, and
 * is short beside it.
 *
 * Threads: any; a block passes once.
 */
#ifndef WEND_WORKER_GATE_H
#define WEND_WORKER_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Zero-initialise: block 0 has the turn. */
struct wend_gate {
    _Atomic uint64_t turn; /* index of the block that may pass */
};

/* Acquire: sees what the block before did in its turn; partner: wend__gate_pass. */
static inline bool wend__gate_is_open(const struct wend_gate *gate, uint64_t block_index) {
    return atomic_load_explicit(&gate->turn, memory_order_acquire) == block_index;
}

static inline void wend__gate_pass(struct wend_gate *gate, uint64_t block_index) {
    atomic_store_explicit(&gate->turn, block_index + 1, memory_order_release);
}

#endif
