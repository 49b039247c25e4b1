/*
 * sums.h: counts added up by a short key of numbers.
 *
 *   slots:  [index+1][ 0 ][index+1]...   open addressing, linear probing
 *   items:  in the order of first sight, until they are sorted
 *
 * Zero-initialise to start. Sorting ends the adding. Threads: one at a time.
 */
#ifndef WEND_MAP_SUMS_H
#define WEND_MAP_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEND_MAP_KEYS 5U
#define WEND_MAP_VALUES 7U

struct wend_map_sum {
    uint32_t key[WEND_MAP_KEYS];
    int64_t value[WEND_MAP_VALUES];
    double seconds;
};

struct wend_map_sums {
    struct wend_map_sum *items;
    size_t count;
    size_t capacity;
    uint32_t *slots;
    size_t slot_count; /* a power of two, or 0 */
};

void wend__map_sums_deinit(struct wend_map_sums *sums);
/* The sum of `key` (zero at first sight); valid until the next call. NULL without memory. */
struct wend_map_sum *wend__map_sums_at(struct wend_map_sums *sums,
                                       const uint32_t key[WEND_MAP_KEYS]);
/* The same, NULL when the key was never seen. Not after sorting. */
struct wend_map_sum *wend__map_sums_find(const struct wend_map_sums *sums,
                                         const uint32_t key[WEND_MAP_KEYS]);
/* By value[0] descending, then by key. */
void wend__map_sums_sort(struct wend_map_sums *sums);
/* By key alone. */
void wend__map_sums_sort_keys(struct wend_map_sums *sums);

#endif
