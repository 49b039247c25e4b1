/*
 * slice_scratch.h: what taking a slice needs beside its chunks.
 *
 *   customer_of  [0][1][0][2]...           by hit in the order of arrival
 *   keys         [key 0][key 1]...         customers in the order of first sight
 *   hits         [0: hit hit][1: hit]...   grouped by customer
 *
 * The arrays are used again for the next slice while they are small; all of them are charged.
 *
 * Threads: one at a time.
 */
#ifndef WEND_SESSION_SLICE_SCRATCH_H
#define WEND_SESSION_SLICE_SCRATCH_H

#include "session/slice_store.h"

/* A slot of the hash table of customers. */
struct wend_slice_slot {
    uint32_t tag;
    uint32_t next_customer; /* number + 1; 0: empty */
};

struct wend_slice_order {
    int64_t ts_us;
    uint64_t position;
    size_t index;
};

/* A growing array, charged to the budget. */
struct wend_slice_array {
    void *items;
    size_t capacity;
};

struct wend_slice_scratch {
    struct wend_budget *budget;
    size_t charged_bytes;
    size_t slot_count; /* in use: a power of two */
    size_t customer_count;
    struct wend_slice_array slots;
    struct wend_slice_array keys;        /* wend_hash128 by customer */
    struct wend_slice_array ends;        /* size_t by customer: count, then place, then end */
    struct wend_slice_array bytes;       /* wend_bytes by customer, where they are kept */
    struct wend_slice_array customer_of; /* uint32_t by hit */
    struct wend_slice_array hits;
    struct wend_slice_array order;  /* wend_slice_order, for sorting: twice */
    struct wend_slice_array sorted; /* hits of one customer */
};

/* Makes room for `needed` items; the content is kept. False without memory. */
bool wend__slice_array_grow(struct wend_slice_scratch *scratch, struct wend_slice_array *array,
                            size_t needed, size_t item_bytes);
/* The same, with the content lost, and little room to spare. */
bool wend__slice_array_renew(struct wend_slice_scratch *scratch, struct wend_slice_array *array,
                             size_t needed, size_t item_bytes);

/*
 * The same hits in the order of (ts_us, position): `hits` itself where they are so already, else a
 * copy that lives until the next call. NULL without memory.
 */
const uint8_t *wend__slice_sort(struct wend_slice_scratch *scratch,
                                const struct wend_hit_layout *layout, const uint8_t *hits,
                                size_t hit_count);

#endif
