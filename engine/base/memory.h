/*
 * memory.h: every allocation of the engine, and the cap on the big ones.
 *
 * All heap memory comes through these calls, so that tests can make the n-th one fail. What grows
 * with the data (hits, customers, paths) is charged to a `struct wend_budget`; who cannot charge
 * spills to disk. Small fixed things are not charged.
 *
 * Threads: all calls are safe from any thread.
 */
#ifndef WEND_BASE_MEMORY_H
#define WEND_BASE_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NULL when there is no memory; size 0 gives a pointer that may be freed. */
void *wend__alloc(size_t size);
void *wend__alloc_zeroed(size_t count, size_t size);
/* On NULL the old block is untouched. */
void *wend__realloc(void *block, size_t size);
void wend__free(void *block);
/* Zero-terminated copy of `len` bytes. */
char *wend__copy_text(const void *text, size_t len);

/*
 * Makes room for `needed` items of `item_bytes` in a grown-by-doubling array. `*array` may be NULL
 * with `*capacity` 0. False without memory (the array is untouched).
 */
bool wend__reserve(void **array, size_t *capacity, size_t needed, size_t item_bytes);

/* Test hook: the n-th allocation from now (1 = the next) fails, once; 0 switches off. */
void wend__memory_fail_at(uint64_t n);
/* Allocations so far, for the tests that fail each in turn. */
uint64_t wend__memory_count(void);

/* A cap in bytes shared by threads. `used` may pass `cap` by what one caller charges at a time. */
struct wend_budget {
    size_t cap;
    _Atomic size_t used;
    _Atomic size_t peak;
};

void wend__budget_init(struct wend_budget *budget, size_t cap_bytes);
/* True when the charge fits under the cap; it is taken only then. */
bool wend__budget_charge(struct wend_budget *budget, size_t bytes);
/* Takes the charge in any case; for what cannot be spilled. */
void wend__budget_force(struct wend_budget *budget, size_t bytes);
void wend__budget_release(struct wend_budget *budget, size_t bytes);

#endif
