#include "ds/ring.h"

#include "base/memory.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

enum {
    LINE_BYTES = 64,
    /* Two lines, for processors fetch them in pairs: whatever the alignment of the block, the
     * sides then never write to memory that the other one reads all the time. */
    APART_BYTES = 2 * LINE_BYTES
};

struct wend_ring {
    uint8_t *slots;
    size_t slot_bytes;
    uint32_t capacity;
    uint8_t apart_from_producer[APART_BYTES];
    /* Producer's: slots ever written; and the head that it saw last. */
    _Atomic uint64_t tail;
    uint64_t seen_head;
    uint8_t apart_from_consumer[APART_BYTES];
    /* Consumer's: slots ever given back; and the tail that it saw last. */
    _Atomic uint64_t head;
    uint64_t seen_tail;
    uint8_t apart_from_slots[APART_BYTES];
};

static size_t heap_bytes(size_t slot_bytes, uint32_t capacity) {
    return sizeof(struct wend_ring) + LINE_BYTES + slot_bytes * capacity;
}

struct wend_ring *wend__ring_create(size_t slot_bytes, uint32_t capacity) {
    assert(capacity >= 2 && (capacity & (capacity - 1)) == 0);
    assert(slot_bytes > 0 && slot_bytes <= SIZE_MAX / 4 / capacity);
    struct wend_ring *ring = wend__alloc(heap_bytes(slot_bytes, capacity));
    if (ring == NULL) {
        return NULL;
    }
    memset(ring, 0, sizeof *ring);
    uintptr_t behind = (uintptr_t)(ring + 1);
    ring->slots = (uint8_t *)(ring + 1) + (LINE_BYTES - behind % LINE_BYTES) % LINE_BYTES;
    ring->slot_bytes = slot_bytes;
    ring->capacity = capacity;
    atomic_init(&ring->tail, 0);
    atomic_init(&ring->head, 0);
    return ring;
}

void wend__ring_destroy(struct wend_ring *ring) {
    wend__free(ring);
}

uint32_t wend__ring_push(struct wend_ring *ring, const void *slots, uint32_t count) {
    /* Relaxed: only this thread writes it. */
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    uint64_t free_slots = ring->capacity - (tail - ring->seen_head);
    if (free_slots < count) {
        /* Acquire, pairs with the release in wend__ring_release: the consumer's reads of the slots
         * that it gave back happen before the copy below overwrites them. */
        ring->seen_head = atomic_load_explicit(&ring->head, memory_order_acquire);
        free_slots = ring->capacity - (tail - ring->seen_head);
        assert(free_slots <= ring->capacity);
    }
    uint32_t fitting = count < free_slots ? count : (uint32_t)free_slots;
    if (fitting == 0) {
        return 0;
    }
    uint32_t at = (uint32_t)tail & (ring->capacity - 1);
    uint32_t until_wrap = ring->capacity - at;
    uint32_t first = fitting < until_wrap ? fitting : until_wrap;
    size_t first_bytes = first * ring->slot_bytes;
    memcpy(ring->slots + at * ring->slot_bytes, slots, first_bytes);
    if (first < fitting) {
        memcpy(ring->slots, (const uint8_t *)slots + first_bytes,
               (fitting - first) * ring->slot_bytes);
    }
    /* Release, pairs with the acquire in wend__ring_peek: who sees this tail sees the copies. */
    atomic_store_explicit(&ring->tail, tail + fitting, memory_order_release);
    return fitting;
}

uint32_t wend__ring_peek(struct wend_ring *ring, const void **slots) {
    /* Relaxed: only this thread writes it. */
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    if (ring->seen_tail == head) {
        /* Acquire, pairs with the release in wend__ring_push: the slots before this tail hold what
         * the producer copied. */
        ring->seen_tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
        if (ring->seen_tail == head) {
            *slots = NULL;
            return 0;
        }
    }
    uint32_t at = (uint32_t)head & (ring->capacity - 1);
    uint64_t filled = ring->seen_tail - head;
    assert(filled <= ring->capacity);
    *slots = ring->slots + at * ring->slot_bytes;
    return filled < ring->capacity - at ? (uint32_t)filled : ring->capacity - at;
}

void wend__ring_release(struct wend_ring *ring, uint32_t count) {
    /* Relaxed: only this thread writes it. */
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    assert(count <= ring->seen_tail - head);
    /* Release, pairs with the acquire in wend__ring_push: the producer may overwrite a slot only
     * after all reads of it here. */
    atomic_store_explicit(&ring->head, head + count, memory_order_release);
}

uint32_t wend__ring_used(const struct wend_ring *ring) {
    /* Acquire, pairs with the release in wend__ring_release: the consumer had seen a tail of at
     * least this head, so the tail loaded next is no older, and the difference not negative. It may
     * pass the capacity by what was given back and filled again between the two loads. */
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    uint64_t used = tail - head;
    return used < ring->capacity ? (uint32_t)used : ring->capacity;
}

uint32_t wend__ring_capacity(const struct wend_ring *ring) {
    return ring->capacity;
}
