#include "base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Relaxed: a test sets the trigger before the calls under test start. */
static _Atomic uint64_t allocation_count;
static _Atomic uint64_t fail_at;

static bool must_fail(void) {
    uint64_t now = atomic_fetch_add_explicit(&allocation_count, 1, memory_order_relaxed) + 1;
    uint64_t trigger = atomic_load_explicit(&fail_at, memory_order_relaxed);
    return trigger != 0 && now == trigger;
}

void wend__memory_fail_at(uint64_t n) {
    uint64_t now = atomic_load_explicit(&allocation_count, memory_order_relaxed);
    atomic_store_explicit(&fail_at, n == 0 ? 0 : now + n, memory_order_relaxed);
}

uint64_t wend__memory_count(void) {
    return atomic_load_explicit(&allocation_count, memory_order_relaxed);
}

void *wend__alloc(size_t size) {
    return must_fail() ? NULL : malloc(size == 0 ? 1 : size);
}

void *wend__alloc_zeroed(size_t count, size_t size) {
    if (must_fail()) {
        return NULL;
    }
    return calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);
}

void *wend__realloc(void *block, size_t size) {
    return must_fail() ? NULL : realloc(block, size == 0 ? 1 : size);
}

void wend__free(void *block) {
    free(block);
}

char *wend__copy_text(const void *text, size_t len) {
    char *copy = wend__alloc(len + 1);
    if (copy != NULL) {
        if (len > 0) {
            memcpy(copy, text, len);
        }
        copy[len] = '\0';
    }
    return copy;
}

bool wend__reserve(void **array, size_t *capacity, size_t needed, size_t item_bytes) {
    assert(item_bytes > 0);
    if (needed <= *capacity) {
        return true;
    }
    size_t grown = *capacity < 8 ? 8 : *capacity;
    while (grown < needed) {
        if (grown > SIZE_MAX / 2) {
            return false;
        }
        grown *= 2;
    }
    if (grown > SIZE_MAX / item_bytes) {
        return false;
    }
    void *block = wend__realloc(*array, grown * item_bytes);
    if (block == NULL) {
        return false;
    }
    *array = block;
    *capacity = grown;
    return true;
}

void wend__budget_init(struct wend_budget *budget, size_t cap_bytes) {
    budget->cap = cap_bytes;
    atomic_init(&budget->used, 0);
    atomic_init(&budget->peak, 0);
}

/* Relaxed throughout: the budget counts bytes and orders nothing else. */
static void note_peak(struct wend_budget *budget, size_t used) {
    size_t peak = atomic_load_explicit(&budget->peak, memory_order_relaxed);
    while (used > peak &&
           !atomic_compare_exchange_weak_explicit(&budget->peak, &peak, used, memory_order_relaxed,
                                                  memory_order_relaxed)) {
    }
}

bool wend__budget_charge(struct wend_budget *budget, size_t bytes) {
    size_t used = atomic_load_explicit(&budget->used, memory_order_relaxed);
    do {
        if (bytes > budget->cap || used > budget->cap - bytes) {
            return false;
        }
    } while (!atomic_compare_exchange_weak_explicit(&budget->used, &used, used + bytes,
                                                    memory_order_relaxed, memory_order_relaxed));
    note_peak(budget, used + bytes);
    return true;
}

void wend__budget_force(struct wend_budget *budget, size_t bytes) {
    size_t used = atomic_fetch_add_explicit(&budget->used, bytes, memory_order_relaxed);
    note_peak(budget, used + bytes);
}

void wend__budget_release(struct wend_budget *budget, size_t bytes) {
    size_t used = atomic_fetch_sub_explicit(&budget->used, bytes, memory_order_relaxed);
    assert(used >= bytes);
    (void)used;
}
