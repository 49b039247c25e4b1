#include "ds/sketch.h"

#include "base/int128.h"
#include "base/memory.h"

#include <assert.h>

enum {
    BUCKET_BITS = WEND_SKETCH_BUCKET_BITS,
    COUNT_BITS = WEND_SKETCH_COUNT_BITS,
    FIRST_CAPACITY = 4, /* 24 + 4 * 8 bytes fill an allocation of 56 */
    DENSE_FROM = 64,    /* with fewer pairs a binary search is as good */
    DENSE_SPREAD = 4    /* counters may take this many times the room of the pairs */
};

_Static_assert(sizeof(struct wend_sketch) == 16, "millions of paths have one");

static uint64_t pack(uint32_t bucket, uint64_t count) {
    return (uint64_t)bucket << COUNT_BITS | count;
}

static uint32_t bucket_of(uint64_t item) {
    return (uint32_t)(item >> COUNT_BITS);
}

static uint64_t count_of(uint64_t item) {
    return item & WEND_SKETCH_MAX_COUNT;
}

int64_t wend__sketch_bucket_value(uint32_t bucket) {
    assert(bucket < WEND_SKETCH_BUCKETS);
    if (bucket < UINT32_C(2) << BUCKET_BITS) {
        return bucket;
    }
    uint32_t shift = (bucket >> BUCKET_BITS) - 1;
    uint64_t lowest = (uint64_t)(bucket - (shift << BUCKET_BITS)) << shift;
    return (int64_t)(lowest + (UINT64_C(1) << shift) / 2);
}

static size_t store_bytes(size_t capacity) {
    return sizeof(struct wend_sketch_store) + capacity * sizeof(uint64_t);
}

/* Where the first pair with at least `bucket` is, or would be. */
static uint32_t find_pair(const struct wend_sketch_store *store, uint32_t bucket) {
    uint64_t wanted = pack(bucket, 0);
    const uint64_t *base = store->items;
    uint32_t left = store->len;
    /* Without branches on the data: the halves are as unpredictable as the values. */
    while (left > 1) {
        uint32_t half = left / 2;
        base += base[half - 1] < wanted ? half : 0;
        left -= half;
    }
    uint32_t at = (uint32_t)(base - store->items);
    return at + (left == 1 && *base < wanted ? 1 : 0);
}

/* Puts what waits into its place: into the count of its pair, or between the pairs. */
static void settle(struct wend_sketch_store *store) {
    uint64_t fresh[WEND_SKETCH_WAITING];
    uint32_t fresh_count = 0;
    for (uint32_t i = 0; i < store->waiting; i++) {
        uint64_t item = store->items[store->len + i];
        uint32_t at = find_pair(store, bucket_of(item));
        if (at < store->len && bucket_of(store->items[at]) == bucket_of(item)) {
            store->items[at] += 1;
            continue;
        }
        uint32_t place = fresh_count;
        while (place > 0 && bucket_of(fresh[place - 1]) >= bucket_of(item)) {
            place -= 1;
        }
        if (place < fresh_count && bucket_of(fresh[place]) == bucket_of(item)) {
            fresh[place] += 1;
            continue;
        }
        memmove(fresh + place + 1, fresh + place, (fresh_count - place) * sizeof *fresh);
        fresh[place] = item;
        fresh_count += 1;
    }
    store->waiting = 0;
    uint32_t out = store->len + fresh_count;
    uint32_t left = store->len;
    store->len = out;
    while (fresh_count > 0) {
        bool is_old = left > 0 && store->items[left - 1] > fresh[fresh_count - 1];
        store->items[--out] = is_old ? store->items[--left] : fresh[--fresh_count];
    }
}

/* The next bucket with a count, from `*position` (0 at the start); false at the end. */
static bool next_pair(const struct wend_sketch_store *store, uint32_t *position, uint32_t *bucket,
                      uint64_t *count) {
    while (*position < store->len) {
        uint64_t item = store->items[*position];
        *bucket = store->dense ? store->first + *position : bucket_of(item);
        *count = store->dense ? item : count_of(item);
        *position += 1;
        if (*count != 0) {
            return true;
        }
    }
    return false;
}

static uint32_t lowest_bucket(const struct wend_sketch_store *store) {
    return store->dense ? store->first : bucket_of(store->items[0]);
}

static uint32_t highest_bucket(const struct wend_sketch_store *store) {
    return store->dense ? store->first + store->len - 1 : bucket_of(store->items[store->len - 1]);
}

/* Makes the store dense over at least its own buckets and `low` to `high`. */
static bool make_dense(struct wend_sketch *sketch, uint32_t low, uint32_t high) {
    struct wend_sketch_store *old = sketch->store;
    if (old->len > 0) {
        low = lowest_bucket(old) < low ? lowest_bucket(old) : low;
        high = highest_bucket(old) > high ? highest_bucket(old) : high;
    }
    assert(old->waiting == 0);
    uint32_t first = low >> BUCKET_BITS << BUCKET_BITS;
    uint32_t len = (((high >> BUCKET_BITS) + 1) << BUCKET_BITS) - first;
    struct wend_sketch_store *store = wend__alloc_zeroed(1, store_bytes(len));
    if (store == NULL) {
        return false;
    }
    store->count = old->count;
    store->first = (uint16_t)first;
    store->len = len;
    store->capacity = len;
    store->dense = true;
    uint32_t position = 0;
    uint32_t bucket;
    uint64_t count;
    while (next_pair(old, &position, &bucket, &count)) {
        store->items[bucket - first] = count;
    }
    sketch->store = store;
    wend__free(old);
    return true;
}

static bool reserve_pairs(struct wend_sketch *sketch, uint32_t needed) {
    struct wend_sketch_store *old = sketch->store;
    uint32_t capacity = old == NULL ? FIRST_CAPACITY : old->capacity;
    while (capacity < needed) {
        capacity *= 2;
    }
    if (old != NULL && capacity == old->capacity) {
        return true;
    }
    struct wend_sketch_store *store = wend__realloc(old, store_bytes(capacity));
    if (store == NULL) {
        return false;
    }
    if (old == NULL) {
        *store = (struct wend_sketch_store){0};
    }
    store->capacity = capacity;
    sketch->store = store;
    return true;
}

/* Moves the inline pair to the heap. */
static bool make_store(struct wend_sketch *sketch) {
    if (!reserve_pairs(sketch, 1)) {
        return false;
    }
    if (sketch->count > 0) {
        sketch->store->items[0] = pack(sketch->bucket, sketch->count);
        sketch->store->len = 1;
        sketch->store->count = sketch->count;
    }
    return true;
}

/* Whether counters from at most `low` to at least `high` are worth their room. */
static bool worth_dense(const struct wend_sketch_store *store, uint32_t low, uint32_t high) {
    low = lowest_bucket(store) < low ? lowest_bucket(store) : low;
    high = highest_bucket(store) > high ? highest_bucket(store) : high;
    return store->len >= DENSE_FROM && high - low < DENSE_SPREAD * store->len;
}

/* Room for a new pair at `at`, moving the ones behind it. */
static bool insert_pair(struct wend_sketch *sketch, uint32_t at, uint64_t pair) {
    if (!reserve_pairs(sketch, sketch->store->len + 1)) {
        return false;
    }
    struct wend_sketch_store *store = sketch->store;
    memmove(store->items + at + 1, store->items + at, (store->len - at) * sizeof *store->items);
    store->items[at] = pair;
    store->len += 1;
    store->count += count_of(pair);
    return true;
}

static bool add_sparse(struct wend_sketch *sketch, uint32_t bucket, uint64_t count) {
    struct wend_sketch_store *store = sketch->store;
    uint32_t at = find_pair(store, bucket);
    if (at == store->len || bucket_of(store->items[at]) != bucket) {
        return insert_pair(sketch, at, pack(bucket, count));
    }
    store->items[at] += count;
    store->count += count;
    return true;
}

static bool add_to_store(struct wend_sketch *sketch, uint32_t bucket, uint64_t count) {
    struct wend_sketch_store *store = sketch->store;
    if (!store->dense) {
        settle(store);
        /* With less to spare there would soon be a settling for each value. */
        bool is_full = store->len > store->capacity - store->capacity / 4;
        if (!(is_full && worth_dense(store, bucket, bucket))) {
            return (!is_full || reserve_pairs(sketch, store->capacity + 1)) &&
                   add_sparse(sketch, bucket, count);
        }
    }
    /* Unsigned: a bucket below `first` is beyond the end too. */
    bool covered = store->dense && bucket - store->first < store->len;
    if (!covered && !make_dense(sketch, bucket, bucket)) {
        return false;
    }
    store = sketch->store;
    store->items[bucket - store->first] += count;
    store->count += count;
    return true;
}

static bool add_bucket(struct wend_sketch *sketch, uint32_t bucket, uint64_t count) {
    if (count == 0) {
        return true;
    }
    if (count > WEND_SKETCH_MAX_COUNT - wend__sketch_count(sketch)) {
        return false;
    }
    if (sketch->store == NULL) {
        bool same = sketch->count == 0 || sketch->bucket == bucket;
        if (same && count <= UINT32_MAX - sketch->count) {
            sketch->bucket = (uint16_t)bucket;
            sketch->count += (uint32_t)count;
            return true;
        }
        if (!make_store(sketch)) {
            return false;
        }
    }
    return add_to_store(sketch, bucket, count);
}

bool wend__sketch_add(struct wend_sketch *sketch, int64_t value) {
    return wend__sketch_add_fast(sketch, value) ||
           add_bucket(sketch, wend__sketch_bucket(value), 1);
}

bool wend__sketch_add_count(struct wend_sketch *sketch, int64_t value, uint64_t count) {
    return add_bucket(sketch, wend__sketch_bucket(value), count);
}

static uint32_t distinct_buckets(const struct wend_sketch_store *a,
                                 const struct wend_sketch_store *b) {
    uint32_t i = 0;
    uint32_t j = 0;
    uint32_t distinct = 0;
    while (i < a->len && j < b->len) {
        uint32_t left = bucket_of(a->items[i]);
        uint32_t right = bucket_of(b->items[j]);
        i += left <= right;
        j += right <= left;
        distinct += 1;
    }
    return distinct + (a->len - i) + (b->len - j);
}

/* Both sparse: from the end, so that the pairs are merged in place. */
static bool merge_sparse(struct wend_sketch *sketch, const struct wend_sketch_store *from) {
    uint32_t len = distinct_buckets(sketch->store, from);
    if (!reserve_pairs(sketch, len)) {
        return false;
    }
    struct wend_sketch_store *store = sketch->store;
    uint32_t i = store->len;
    uint32_t j = from->len;
    for (uint32_t out = len; j > 0; out--) {
        uint64_t right = from->items[j - 1];
        if (i > 0 && bucket_of(store->items[i - 1]) >= bucket_of(right)) {
            uint64_t left = store->items[i - 1];
            bool same = bucket_of(left) == bucket_of(right);
            store->items[out - 1] = same ? left + count_of(right) : left;
            i -= 1;
            j -= same;
        } else {
            store->items[out - 1] = right;
            j -= 1;
        }
    }
    store->len = len;
    store->count += from->count;
    return true;
}

static bool merge_dense(struct wend_sketch *sketch, const struct wend_sketch_store *from) {
    uint32_t low = lowest_bucket(from);
    uint32_t high = highest_bucket(from);
    struct wend_sketch_store *store = sketch->store;
    bool covers = store->dense && lowest_bucket(store) <= low && highest_bucket(store) >= high;
    if (!covers && !make_dense(sketch, low, high)) {
        return false;
    }
    store = sketch->store;
    uint32_t position = 0;
    uint32_t bucket;
    uint64_t count;
    while (next_pair(from, &position, &bucket, &count)) {
        store->items[bucket - store->first] += count;
    }
    store->count += from->count;
    return true;
}

bool wend__sketch_merge(struct wend_sketch *sketch, const struct wend_sketch *from) {
    assert(sketch != from);
    if (from->store == NULL) {
        return add_bucket(sketch, from->bucket, from->count);
    }
    settle(from->store);
    if (from->store->count > WEND_SKETCH_MAX_COUNT - wend__sketch_count(sketch)) {
        return false;
    }
    if (sketch->store != NULL) {
        settle(sketch->store);
        bool sparse =
            !sketch->store->dense && !from->store->dense &&
            !worth_dense(sketch->store, lowest_bucket(from->store), highest_bucket(from->store));
        return sparse ? merge_sparse(sketch, from->store) : merge_dense(sketch, from->store);
    }
    struct wend_sketch merged = {.store = wend__alloc(store_bytes(from->store->capacity))};
    if (merged.store == NULL) {
        return false;
    }
    memcpy(merged.store, from->store, sizeof *merged.store);
    memcpy(merged.store->items, from->store->items, from->store->len * sizeof(uint64_t));
    if (!add_bucket(&merged, sketch->bucket, sketch->count)) {
        wend__sketch_deinit(&merged);
        return false;
    }
    *sketch = merged;
    return true;
}

bool wend__sketch_next(const struct wend_sketch *sketch, uint32_t *position, uint32_t *bucket,
                       uint64_t *count) {
    if (sketch->store != NULL) {
        if (*position == 0) {
            settle(sketch->store);
        }
        return next_pair(sketch->store, position, bucket, count);
    }
    *bucket = sketch->bucket;
    *count = sketch->count;
    *position += 1;
    return *position == 1 && sketch->count > 0;
}

uint64_t wend__sketch_count(const struct wend_sketch *sketch) {
    return sketch->store == NULL ? sketch->count : sketch->store->count;
}

int64_t wend__sketch_quantile(const struct wend_sketch *sketch, uint32_t numerator,
                              uint32_t denominator) {
    assert(denominator > 0 && numerator <= denominator);
    uint64_t total = wend__sketch_count(sketch);
    if (total == 0) {
        return -1;
    }
    wend_uint128 scaled = (wend_uint128)total * numerator + denominator - 1;
    uint64_t rank = (uint64_t)(scaled / denominator);
    uint64_t seen = 0;
    uint32_t position = 0;
    uint32_t bucket = 0;
    uint64_t count;
    while (wend__sketch_next(sketch, &position, &bucket, &count)) {
        seen += count;
        if (seen >= rank) {
            break;
        }
    }
    assert(seen >= rank);
    return wend__sketch_bucket_value(bucket);
}

size_t wend__sketch_heap_bytes(const struct wend_sketch *sketch) {
    return sketch->store == NULL ? 0 : store_bytes(sketch->store->capacity);
}

void wend__sketch_deinit(struct wend_sketch *sketch) {
    wend__free(sketch->store);
    *sketch = (struct wend_sketch){0};
}
