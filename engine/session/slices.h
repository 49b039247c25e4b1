/*
 * slices.h: the hits of one owner, gathered by slice of the customer hash until a slice is folded.
 *
 *   slice = top 8 bits of customer.high (WEND_SLICE_COUNT of them, whatever the thread count)
 *
 *   slice 0: [chunk][chunk]...      chunks of hits in memory, charged to the budget
 *   slice 1: [chunk]   + parts of the owner's temporary file
 *   ...
 *
 * When the budget has no room, the hits in memory go to one unnamed temporary file, except that an
 * owner may always hold 1 MiB; a slice is read back whole when its turn comes, with as much memory
 * again for its hits by customer, charged in any case. Then its hits are grouped by customer in a
 * flat hash table of 128-bit keys and each customer's are sorted by (time, position). The result
 * depends neither on the order of arrival nor on spilling.
 *
 * Threads: one at a time. Several may share a budget.
 */
#ifndef WEND_SESSION_SLICES_H
#define WEND_SESSION_SLICES_H

#include "base/buffer.h"
#include "base/memory.h"
#include "base/status.h"
#include "model/hit.h"

struct wend_slice_store;

struct wend_slices_options {
    const struct wend_hit_layout *layout; /* borrowed */
    struct wend_budget *budget;           /* shared, not NULL */
    const char *directory;                /* for the temporary file; borrowed */
    bool keeps_customers; /* customer bytes are wanted: wend__slices_add_customer is used */
    /* For what has no end: settling forgets the bytes of customers without hits, which must be told
     * again, and gives the room of the temporary file back. */
    bool forgets;
};

/* Where the next hit of a slice goes. */
struct wend_slice_tail {
    uint8_t *next;
    uint8_t *end; /* `next` when the slice needs another chunk */
};

/* Open only for the sake of `wend__slices_add`. */
struct wend_slices {
    size_t hit_bytes;
    struct wend_slice_store *store;
    struct wend_slice_tail tails[WEND_SLICE_COUNT];
};

WEND_MUST_CHECK enum wend_status wend__slices_create(const struct wend_slices_options *options,
                                                     struct wend_slices **slices,
                                                     struct wend_error *error);
void wend__slices_destroy(struct wend_slices *slices);

static inline uint32_t wend__slice_of(struct wend_hash128 customer) {
    return (uint32_t)(customer.high >> 56);
}

/* Gives the slice another chunk. For `wend__slices_add` alone; errors as there. */
WEND_MUST_CHECK enum wend_status wend__slices_extend(struct wend_slices *slices, uint32_t slice,
                                                     struct wend_error *error);

/* Copies a hit in. WEND_ERROR_IO: the disk refuses a spill; WEND_ERROR_MEMORY. After an error the
 * slices can only be destroyed. */
WEND_MUST_CHECK static inline enum wend_status
wend__slices_add(struct wend_slices *slices, const struct wend_hit *hit, struct wend_error *error) {
    uint32_t slice = wend__slice_of(hit->customer);
    struct wend_slice_tail *tail = &slices->tails[slice];
    if (tail->next == tail->end) {
        enum wend_status status = wend__slices_extend(slices, slice, error);
        if (status != WEND_OK) {
            return status;
        }
    }
    /* A call would cost more than the copy: the head is of known size, few words are behind it. */
    memcpy(tail->next, hit, sizeof *hit);
    for (size_t at = sizeof *hit; at < slices->hit_bytes; at += sizeof(uint64_t)) {
        memcpy(tail->next + at, (const uint8_t *)hit + at, sizeof(uint64_t));
    }
    tail->next += slices->hit_bytes;
    return WEND_OK;
}

/* The copy of the hit that was added last, of `customer`, for changes in place. */
static inline struct wend_hit *wend__slices_added(struct wend_slices *slices,
                                                  struct wend_hash128 customer) {
    return (void *)(slices->tails[wend__slice_of(customer)].next - slices->hit_bytes);
}

/* The bytes behind a customer key; may be told more than once. Errors as above. */
WEND_MUST_CHECK enum wend_status wend__slices_add_customer(struct wend_slices *slices,
                                                           struct wend_hash128 customer,
                                                           struct wend_bytes bytes,
                                                           struct wend_error *error);

/* One customer's hits, ascending by (ts_us, position). */
typedef enum wend_status wend_customer_sink(void *context, const uint8_t *hits, size_t hit_count,
                                            struct wend_bytes customer, struct wend_error *error);

/*
 * Hands each customer of a slice to `sink` once (in no particular order), and frees the slice.
 * `customer` is absent unless keeps_customers. Each slice may be taken once. Errors as above, and
 * what the sink says.
 */
WEND_MUST_CHECK enum wend_status wend__slices_take(struct wend_slices *slices, uint32_t slice,
                                                   wend_customer_sink *sink, void *context,
                                                   struct wend_error *error);

/*
 * One customer's hits so far, ascending; sets how many of the first ones are done with. The others
 * stay, and come again with those that arrive later.
 */
typedef enum wend_status wend_settle_sink(void *context, const uint8_t *hits, size_t hit_count,
                                          struct wend_bytes customer, size_t *done_count,
                                          struct wend_error *error);

/*
 * Hands every customer of every slice to `sink`, and frees the hits that it is done with: for runs
 * whose lateness is bounded, so that what cannot change any more leaves the memory. `*kept_count`:
 * hits that stay. Before the first slice is taken; as often as wanted. Errors as above.
 */
WEND_MUST_CHECK enum wend_status wend__slices_settle(struct wend_slices *slices,
                                                     wend_settle_sink *sink, void *context,
                                                     uint64_t *kept_count,
                                                     struct wend_error *error);

/* Calls `change` for each hit, in no particular order; it may change all but customer, time and
 * position. Errors as above. */
typedef void wend_hit_change(void *context, struct wend_hit *hit);
WEND_MUST_CHECK enum wend_status wend__slices_change(struct wend_slices *slices,
                                                     wend_hit_change *change, void *context,
                                                     struct wend_error *error);

/*
 * Appends copies of all hits to `hits`, and of all rows of customers to `customers` (NULL: not
 * wanted), in no particular order; the slices stay as they are. For checkpoints.
 */
WEND_MUST_CHECK enum wend_status wend__slices_copy(struct wend_slices *slices,
                                                   struct wend_buffer *hits,
                                                   struct wend_buffer *customers,
                                                   struct wend_error *error);
/* Takes such a copy of customers' rows in. False: it is none. */
WEND_MUST_CHECK enum wend_status wend__slices_add_customers(struct wend_slices *slices,
                                                            struct wend_bytes rows, bool *is_valid,
                                                            struct wend_error *error);

/* Bytes written to temporary files so far; bytes that these hold now. */
uint64_t wend__slices_spilled_bytes(const struct wend_slices *slices);
uint64_t wend__slices_file_bytes(const struct wend_slices *slices);

#endif
