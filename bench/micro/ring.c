/*
 * The ring between two threads on two processors: slots of 8, 32 and 64 bytes in bursts of 1, 8
 * and 64. Unpinned, a scheduler that puts both on one processor makes every figure better.
 */
#define _GNU_SOURCE /* sched_setaffinity */
#include "bench.h"

#include "base/limits.h"
#include "ds/ring.h"

#include <pthread.h>
#include <sched.h>

enum { ITEMS = 10 * 1000 * 1000, BURST_MAX = 64, SLOT_BYTES_MAX = 64, SPINS = 64 };

struct transfer {
    struct wend_ring *ring;
    size_t slot_bytes;
    uint32_t burst;
    cpu_set_t allowed;
    uint64_t sum; /* of the first 8 bytes of all slots: what was read is used */
};

/* Keeps this thread on the n-th processor that the process may use; left alone where it fails. */
static void pin(unsigned n) {
    cpu_set_t allowed;
    cpu_set_t one;
    CPU_ZERO(&one);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        return;
    }
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &allowed) && n-- == 0) {
            CPU_SET(cpu, &one);
            (void)sched_setaffinity(0, sizeof one, &one);
            return;
        }
    }
}

/* The partner may have lost its processor: spin a little, then give way. */
static void wait_a_little(uint32_t *spins) {
    if (++*spins >= SPINS) {
        *spins = 0;
        (void)sched_yield();
    }
}

static void *produce(void *argument) {
    struct transfer *transfer = argument;
    cpu_set_t all = transfer->allowed;
    (void)sched_setaffinity(0, sizeof all, &all);
    pin(1);
    uint8_t slots[BURST_MAX * SLOT_BYTES_MAX] = {0};
    uint32_t spins = 0;
    for (uint64_t sent = 0; sent < ITEMS;) {
        uint32_t count = transfer->burst;
        count = ITEMS - sent < count ? (uint32_t)(ITEMS - sent) : count;
        for (uint32_t i = 0; i < count; i++) {
            uint64_t number = sent + i;
            memcpy(slots + i * transfer->slot_bytes, &number, sizeof number);
        }
        for (uint32_t pushed = 0; pushed < count;) {
            uint32_t now = wend__ring_push(transfer->ring, slots + pushed * transfer->slot_bytes,
                                           count - pushed);
            pushed += now;
            if (now == 0) {
                wait_a_little(&spins);
            }
        }
        sent += count;
    }
    return NULL;
}

static void consume(struct transfer *transfer) {
    uint32_t spins = 0;
    for (uint64_t received = 0; received < ITEMS;) {
        const void *slots;
        uint32_t count = wend__ring_peek(transfer->ring, &slots);
        if (count == 0) {
            wait_a_little(&spins);
            continue;
        }
        count = count < transfer->burst ? count : transfer->burst;
        for (uint32_t i = 0; i < count; i++) {
            uint64_t number;
            memcpy(&number, (const uint8_t *)slots + i * transfer->slot_bytes, sizeof number);
            transfer->sum += number;
        }
        wend__ring_release(transfer->ring, count);
        received += count;
    }
}

static void run(void *context) {
    struct transfer *transfer = context;
    pthread_t producer;
    transfer->sum = 0;
    bench_check(pthread_create(&producer, NULL, produce, transfer) == 0, "starting a thread");
    consume(transfer);
    (void)pthread_join(producer, NULL);
    bench_check(transfer->sum == (uint64_t)ITEMS * (ITEMS - 1) / 2, "the hand-over");
}

int main(int argc, char **argv) {
    struct bench bench = bench_start(argc, argv);
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    bench_check(sched_getaffinity(0, sizeof allowed, &allowed) == 0, "asking for processors");
    pin(0);
    static const size_t slot_bytes[] = {8, 32, 64};
    static const uint32_t bursts[] = {1, 8, 64};
    for (size_t s = 0; s < 3; s++) {
        for (size_t b = 0; b < 3; b++) {
            struct transfer transfer = {.ring = wend__ring_create(slot_bytes[s], WEND_RING_SLOTS),
                                        .slot_bytes = slot_bytes[s],
                                        .burst = bursts[b],
                                        .allowed = allowed};
            bench_check(transfer.ring != NULL, "memory");
            char name[64];
            (void)snprintf(name, sizeof name, "ring %zu B, batch %u", slot_bytes[s],
                           (unsigned)bursts[b]);
            bench_run(&bench, name, ITEMS, NULL, run, &transfer);
            wend__ring_destroy(transfer.ring);
        }
    }
    return 0;
}
