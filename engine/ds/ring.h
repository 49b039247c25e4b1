/*
 * ring.h: a bounded queue between one producer thread and one consumer thread.
 *
 * Fixed-size slots are copied in by bursts and read in place. Neither side ever waits, locks or
 * calls the system: "full" and "empty" are results, and what to do about them is the caller's
 * business. It is not for more than one thread on a side, and it does not wake a sleeping partner.
 *
 *            head (consumer)            tail (producer)
 *              v                          v
 *   [ free    ][ filled, being read ...  ][ free, being written ... ]
 *
 * Both indices only count up; slot i lives at i mod capacity, tail - head slots are filled. Each
 * side owns one index, and keeps a copy of the other's that it refreshes only when the copy says
 * "full" or "empty": a burst touches the partner's cache line at most once.
 *
 * Threads: `push` from one thread, `peek` and `release` from one thread, `used` from any.
 * Handing a side over to another thread needs an ordering of its own (such as thread creation).
 */
#ifndef WEND_DS_RING_H
#define WEND_DS_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wend_ring;

/*
 * A ring of `capacity` slots (a power of two, at least 2) of `slot_bytes` each (at least 1), on the
 * heap; NULL without memory. Slot 0 is 64-byte aligned. Both sizes are asserted.
 */
struct wend_ring *wend__ring_create(size_t slot_bytes, uint32_t capacity);
/* Both sides must have ended. NULL is fine. */
void wend__ring_destroy(struct wend_ring *ring);

/* Producer: copies as many of the `count` slots as fit, the first ones first; returns how many. */
uint32_t wend__ring_push(struct wend_ring *ring, const void *slots, uint32_t count);

/*
 * Consumer: how many filled slots stand at `*slots`, oldest first: all that are known up to the end
 * of the memory, behind which the next peek goes on; 0 (and `*slots` NULL) when the ring is empty.
 * They stay as they are until released.
 */
uint32_t wend__ring_peek(struct wend_ring *ring, const void **slots);
/* Consumer: gives the first `count` peeked slots back; asserts that so many are filled. */
void wend__ring_release(struct wend_ring *ring, uint32_t count);

/* Filled slots at some moment during the call, for metrics. */
uint32_t wend__ring_used(const struct wend_ring *ring);
uint32_t wend__ring_capacity(const struct wend_ring *ring);

#endif
