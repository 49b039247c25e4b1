/*
 * Threads that charge one budget: together they never hold more than its cap, and nothing is lost.
 */
#include "base/memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#define THREADS 4U
#define ROUNDS 50000U
#define CAP_BYTES 1000U

static struct wend_budget budget;
static _Atomic size_t held; /* what the threads hold by their own count */
static _Atomic bool passed_cap;

static void *charge_and_release(void *argument) {
    size_t bytes = 100 + 150 * *(const size_t *)argument;
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (!wend__budget_charge(&budget, bytes)) {
            continue;
        }
        if (atomic_fetch_add(&held, bytes) + bytes > CAP_BYTES) {
            atomic_store(&passed_cap, true);
        }
        atomic_fetch_sub(&held, bytes);
        wend__budget_release(&budget, bytes);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[THREADS];
    size_t numbers[THREADS];
    wend__budget_init(&budget, CAP_BYTES);
    for (size_t i = 0; i < THREADS; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, charge_and_release, &numbers[i]) != 0) {
            fprintf(stderr, "a thread could not be started\n");
            return 1;
        }
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    /* Alone, a charge up to the cap goes through and one byte more does not. */
    bool exact = wend__budget_charge(&budget, CAP_BYTES) && !wend__budget_charge(&budget, 1);
    if (atomic_load(&passed_cap) || !exact || atomic_load(&budget.peak) > CAP_BYTES) {
        fprintf(stderr, "the cap of %u was passed, or bytes are lost: peak %zu, used %zu\n",
                CAP_BYTES, atomic_load(&budget.peak), atomic_load(&budget.used));
        return 1;
    }
    return 0;
}
