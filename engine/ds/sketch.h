/*
 * sketch.h: the distribution of non-negative microseconds, small, exact to merge.
 *
 * Values are counted in log-linear buckets: below 128 a bucket is one value, above it every power
 * of two is cut into 64 buckets of equal width, and a bucket is answered by its middle. The middle
 * is off by at most half a width, and a width is at most 1/64 of the bucket's lowest value: a
 * quantile is within 1/128 = 0.8 % of the true one. All is integer arithmetic; a sketch is a pure
 * function of the multiset of its values, so it does not matter in what order, in how many parts
 * or on which machine they were added and merged.
 *
 * It is not a general histogram: buckets are fixed, negative values do not exist.
 *
 *   no value, or all in one bucket        16 bytes inline, nothing on the heap
 *   a few buckets                         sorted array of 8-byte pairs
 *   many buckets close together           one counter for each bucket of a range of powers of two
 *
 * Serialised form: LEB128 numbers (base 128, low groups first, the high bit says "more", shortest
 * form only): the number of pairs, then for each pair, ascending, the bucket as its distance from
 * the one before (the first from 0) and the count. Equal distributions give equal bytes.
 *
 *   no value: 00      one value of 1 s: 01 | ba 07 | 01      (one pair: bucket 954, one value)
 *
 * Zero-initialise to start; `deinit` frees. Threads: one at a time.
 */
#ifndef WEND_DS_SKETCH_H
#define WEND_DS_SKETCH_H

#include "base/buffer.h"
#include "base/status.h"

#include <assert.h>

/* 64 + 64 for each of the exponents 6 to 62. */
#define WEND_SKETCH_BUCKETS 3712U
/* A sketch holds at most this many values; at 10 M a second that is 325 days in one cell. */
#define WEND_SKETCH_MAX_COUNT ((UINT64_C(1) << 48) - 1)

#define WEND_SKETCH_BUCKET_BITS 6U /* 64 buckets for a power of two */

/*
 * Open only for the sake of `wend__sketch_add_fast`.
 *
 * sparse: items[0 .. len) = bucket << 48 | count, ascending, no count 0; behind them `waiting` more
 *         of count 1, in whatever order: they are put into theirs all at once, when the room is
 *         used up or somebody looks
 * dense:  items[i] = count of bucket `first` + i, for i in [0 .. len); `first` and `len` are
 *         multiples of 64, so that a range grows by whole powers of two; none waits
 */
struct wend_sketch_store {
    uint64_t count;
    uint32_t len;
    uint16_t first;
    bool dense;
    uint32_t capacity;
    uint32_t waiting;
    uint64_t items[];
};

#define WEND_SKETCH_COUNT_BITS 48
#define WEND_SKETCH_WAITING 32U /* so many wait at most */

struct wend_sketch {
    struct wend_sketch_store *store; /* NULL: what is here is all */
    uint32_t count;                  /* without store: values, all in `bucket` */
    uint16_t bucket;
};

/* The bucket of a value; asserts that it is not negative. Ascending with the value. */
static inline uint32_t wend__sketch_bucket(int64_t value) {
    assert(value >= 0);
    uint64_t v = (uint64_t)value;
    if (v < UINT64_C(1) << WEND_SKETCH_BUCKET_BITS) {
        return (uint32_t)v;
    }
    uint32_t shift = 63U - (uint32_t)__builtin_clzll(v) - WEND_SKETCH_BUCKET_BITS;
    /* v >> shift is 64 to 127: its 64 stands for the 64 buckets of the powers below. */
    return (shift << WEND_SKETCH_BUCKET_BITS) + (uint32_t)(v >> shift);
}
/* What a bucket answers: its lowest value plus half its width. Asserts that the bucket exists. */
int64_t wend__sketch_bucket_value(uint32_t bucket);

/*
 * Adds a value once, or `count` times (0: nothing happens). False without memory or beyond
 * WEND_SKETCH_MAX_COUNT; the sketch is then what it was.
 */
bool wend__sketch_add(struct wend_sketch *sketch, int64_t value);
bool wend__sketch_add_count(struct wend_sketch *sketch, int64_t value, uint64_t count);
/* The same where neither memory nor a look at other values is needed. False: it is, and nothing has
 * happened. */
static inline bool wend__sketch_add_fast(struct wend_sketch *sketch, int64_t value) {
    struct wend_sketch_store *store = sketch->store;
    uint32_t bucket = wend__sketch_bucket(value);
    if (store == NULL) {
        bool same = sketch->count == 0 || sketch->bucket == bucket;
        if (!same || sketch->count == UINT32_MAX) {
            return false;
        }
        sketch->bucket = (uint16_t)bucket;
        sketch->count += 1;
        return true;
    }
    if (store->count >= WEND_SKETCH_MAX_COUNT) {
        return false;
    }
    if (!store->dense) {
        uint32_t at = store->len + store->waiting;
        if (at >= store->capacity || store->waiting >= WEND_SKETCH_WAITING) {
            return false;
        }
        store->items[at] = (uint64_t)bucket << WEND_SKETCH_COUNT_BITS | 1;
        store->waiting += 1;
    } else if (bucket - store->first < store->len) { /* below `first` wraps beyond the end too */
        store->items[bucket - store->first] += 1;
    } else {
        return false;
    }
    store->count += 1;
    return true;
}
/* Fetches what adding `value` will touch; the store itself must be near. */
static inline void wend__sketch_fetch(const struct wend_sketch *sketch, int64_t value) {
    const struct wend_sketch_store *store = sketch->store;
    if (store != NULL && store->dense) {
        uint32_t at = wend__sketch_bucket(value) - store->first;
        __builtin_prefetch(&store->items[at < store->len ? at : 0], 1);
    } else if (store != NULL) {
        __builtin_prefetch(&store->items[store->len + store->waiting], 1);
    }
}
/* Adds all values of `from`, which stays as it is and must be another. False as above. */
bool wend__sketch_merge(struct wend_sketch *sketch, const struct wend_sketch *from);

/* How many values were added. */
uint64_t wend__sketch_count(const struct wend_sketch *sketch);
/*
 * The value at rank ceil(p * n) in ascending order, at least rank 1, for p = numerator/denominator
 * (at most 1). -1 when there is no value.
 */
int64_t wend__sketch_quantile(const struct wend_sketch *sketch, uint32_t numerator,
                              uint32_t denominator);

/*
 * Goes through the buckets that hold values, ascending: start with `*position` 0; false at the end.
 * The sketch must not change meanwhile.
 */
bool wend__sketch_next(const struct wend_sketch *sketch, uint32_t *position, uint32_t *bucket,
                       uint64_t *count);

/* Appends the serialised form. False without memory (the buffer is what it was). */
bool wend__sketch_serialise(const struct wend_sketch *sketch, struct wend_buffer *out);
/*
 * Adds the values of a serialised sketch, which must be all of `bytes`. Into a zeroed sketch this
 * is reading it back. WEND_ERROR_IO: not such a form, in every respect; WEND_ERROR_LIMIT: more
 * than WEND_SKETCH_MAX_COUNT values; WEND_ERROR_MEMORY. The sketch is then what it was.
 */
enum wend_status wend__sketch_merge_serialised(struct wend_sketch *sketch, struct wend_bytes bytes,
                                               struct wend_error *error);

/* Bytes on the heap, for budgets; the 16 of the struct are not in it. */
size_t wend__sketch_heap_bytes(const struct wend_sketch *sketch);
void wend__sketch_deinit(struct wend_sketch *sketch);

#endif
