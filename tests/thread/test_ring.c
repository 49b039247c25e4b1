/*
 * The ring with its two sides on two threads: every slot arrives once, whole, and in order; a
 * third thread watches the fill. A plain executable, so that it runs under ThreadSanitizer.
 */
#include "ds/ring.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BURST_MAX = 100, SLOT_BYTES_MAX = 64 };

struct trial {
    struct wend_ring *ring;
    size_t slot_bytes;
    uint64_t slot_count;
    uint32_t burst; /* most slots pushed or released at a time */
    _Atomic int done;
    uint64_t wrong;
};

static uint64_t step(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* Slot i is filled with bytes that depend on i and on their place. */
static void fill(uint8_t *slot, size_t slot_bytes, uint64_t i) {
    for (size_t k = 0; k < slot_bytes; k++) {
        slot[k] = (uint8_t)((i >> (k % 8 * 8)) + k * 7);
    }
}

static void *produce(void *argument) {
    struct trial *trial = argument;
    uint8_t slots[BURST_MAX * SLOT_BYTES_MAX];
    uint64_t random = 1;
    uint64_t sent = 0;
    while (sent < trial->slot_count) {
        uint32_t count = 1 + (uint32_t)(step(&random) % trial->burst);
        if (count > trial->slot_count - sent) {
            count = (uint32_t)(trial->slot_count - sent);
        }
        for (uint32_t i = 0; i < count; i++) {
            fill(slots + i * trial->slot_bytes, trial->slot_bytes, sent + i);
        }
        uint32_t pushed = 0;
        while (pushed < count) {
            uint32_t now =
                wend__ring_push(trial->ring, slots + pushed * trial->slot_bytes, count - pushed);
            pushed += now;
            if (now == 0) {
                (void)sched_yield();
            }
        }
        sent += count;
    }
    return NULL;
}

static void *consume(void *argument) {
    struct trial *trial = argument;
    uint8_t wanted[SLOT_BYTES_MAX];
    uint64_t random = 2;
    uint64_t received = 0;
    while (received < trial->slot_count) {
        const void *slots;
        uint32_t count = wend__ring_peek(trial->ring, &slots);
        if (count == 0) {
            (void)sched_yield();
            continue;
        }
        /* Sometimes less is given back than was seen; the rest must be seen again. */
        uint32_t taken = 1 + (uint32_t)(step(&random) % trial->burst);
        taken = taken < count ? taken : count;
        for (uint32_t i = 0; i < taken; i++) {
            fill(wanted, trial->slot_bytes, received + i);
            const uint8_t *slot = (const uint8_t *)slots + i * trial->slot_bytes;
            trial->wrong += memcmp(slot, wanted, trial->slot_bytes) != 0;
        }
        wend__ring_release(trial->ring, taken);
        received += taken;
    }
    const void *rest;
    trial->wrong += wend__ring_peek(trial->ring, &rest) != 0;
    return NULL;
}

static void *watch(void *argument) {
    struct trial *trial = argument;
    uint64_t *above = calloc(1, sizeof *above);
    while (above != NULL && atomic_load(&trial->done) == 0) {
        *above += wend__ring_used(trial->ring) > wend__ring_capacity(trial->ring);
        (void)sched_yield();
    }
    return above;
}

static int run(size_t slot_bytes, uint32_t capacity, uint32_t burst, uint64_t slot_count) {
    struct trial trial = {.ring = wend__ring_create(slot_bytes, capacity),
                          .slot_bytes = slot_bytes,
                          .slot_count = slot_count,
                          .burst = burst};
    if (trial.ring == NULL) {
        return 1;
    }
    pthread_t threads[3];
    if (pthread_create(&threads[0], NULL, produce, &trial) != 0 ||
        pthread_create(&threads[1], NULL, consume, &trial) != 0 ||
        pthread_create(&threads[2], NULL, watch, &trial) != 0) {
        perror("pthread_create");
        exit(1);
    }
    (void)pthread_join(threads[0], NULL);
    (void)pthread_join(threads[1], NULL);
    atomic_store(&trial.done, 1);
    void *above = NULL;
    (void)pthread_join(threads[2], &above);
    int failed = trial.wrong != 0 || above == NULL || *(uint64_t *)above != 0 ||
                 wend__ring_used(trial.ring) != 0;
    free(above);
    wend__ring_destroy(trial.ring);
    if (failed) {
        printf("slots of %zu bytes, capacity %u, bursts to %u: %llu slots wrong\n", slot_bytes,
               (unsigned)capacity, (unsigned)burst, (unsigned long long)trial.wrong);
    }
    return failed;
}

/* One thread: what fits, what wraps, and that nothing is lost at the edges. */
static int run_alone(void) {
    static const uint32_t numbers[] = {0, 1, 2, 3, 4, 5, 6, 7};
    struct wend_ring *ring = wend__ring_create(sizeof *numbers, 4);
    const void *slots;
    int failed = ring == NULL || wend__ring_peek(ring, &slots) != 0 || slots != NULL;
    failed |= wend__ring_push(ring, numbers, 3) != 3;
    failed |= wend__ring_peek(ring, &slots) != 3;
    wend__ring_release(ring, 2);
    failed |= wend__ring_push(ring, numbers + 3, 5) != 3;
    failed |= wend__ring_push(ring, numbers + 6, 1) != 0 || wend__ring_used(ring) != 4;
    failed |= wend__ring_peek(ring, &slots) != 1 || memcmp(slots, numbers + 2, 4) != 0;
    wend__ring_release(ring, 1);
    failed |= wend__ring_peek(ring, &slots) != 1 || memcmp(slots, numbers + 3, 4) != 0;
    wend__ring_release(ring, 1);
    failed |= wend__ring_peek(ring, &slots) != 2 || memcmp(slots, numbers + 4, 8) != 0;
    wend__ring_release(ring, 2);
    failed |= wend__ring_peek(ring, &slots) != 0 || wend__ring_used(ring) != 0;
    failed |= wend__ring_push(ring, numbers, 0) != 0;
    wend__ring_destroy(ring);
    wend__ring_destroy(NULL);
    if (failed) {
        printf("one thread: wrong counts or slots\n");
    }
    return failed;
}

int main(void) {
    int failed = run_alone();
    int count = 1;
    static const struct {
        size_t slot_bytes;
        uint32_t capacity;
        uint32_t burst;
        uint64_t slot_count;
    } trials[] = {
        {8, 2, 1, 20000},   {1, 2, 5, 20000},        {24, 64, 64, 200000}, {32, 64, 100, 200000},
        {64, 16, 7, 50000}, {40, 4096, 100, 500000}, {8, 1024, 1, 100000},
    };
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        failed +=
            run(trials[i].slot_bytes, trials[i].capacity, trials[i].burst, trials[i].slot_count);
        count += 1;
    }
    printf("%d passed, %d failed, 0 skipped\n", count - failed, failed);
    return failed == 0 ? 0 : 1;
}
