#include "session/slice_scratch.h"

#include <assert.h>

/*
 * Grouping is a counting sort: first each hit gets the number of its customer from a hash table,
 * then the numbers' counts become places, then each hit is copied to its place.
 */
enum {
    FIRST_SLOTS = 1024,
    BATCH = 16,            /* hits whose slots are fetched ahead */
    KEPT_BYTES = 16 << 20, /* scratch beyond this is freed after a slice */
    HEAD_BYTES = sizeof(struct wend_hit)
};

/* Customer keys are hashes under a secret seed: their own bits spread by themselves. */
static size_t slot_of(const struct wend_hash128 *key, size_t mask) {
    return (size_t)(key->low ^ key->high) & mask;
}

static uint32_t tag_of(const struct wend_hash128 *key) {
    return (uint32_t)(key->low >> 32);
}

/* The slot that holds `key`, or the empty one where it belongs. */
static struct wend_slice_slot *find(const struct wend_slice_scratch *scratch,
                                    const struct wend_hash128 *key) {
    struct wend_slice_slot *slots = scratch->slots.items;
    const struct wend_hash128 *keys = scratch->keys.items;
    size_t mask = scratch->slot_count - 1;
    uint32_t tag = tag_of(key);
    size_t at = slot_of(key, mask);
    while (slots[at].next_customer != 0) {
        const struct wend_hash128 *known = &keys[slots[at].next_customer - 1];
        if (slots[at].tag == tag && known->low == key->low && known->high == key->high) {
            break;
        }
        at = (at + 1) & mask;
    }
    return &slots[at];
}

/* An empty table of `slot_count` slots with the customers so far. */
static bool rebuild(struct wend_slice_scratch *scratch, size_t slot_count) {
    if (!wend__slice_array_renew(scratch, &scratch->slots, slot_count,
                                 sizeof(struct wend_slice_slot))) {
        return false;
    }
    memset(scratch->slots.items, 0, slot_count * sizeof(struct wend_slice_slot));
    scratch->slot_count = slot_count;
    const struct wend_hash128 *keys = scratch->keys.items;
    for (size_t c = 0; c < scratch->customer_count; c++) {
        *find(scratch, &keys[c]) = (struct wend_slice_slot){tag_of(&keys[c]), (uint32_t)(c + 1)};
    }
    return true;
}

/* Makes sure that BATCH more customers fit, so that a batch needs no checks. */
static bool reserve_batch(struct wend_slice_scratch *scratch) {
    size_t needed = scratch->customer_count + BATCH;
    if (needed * 2 > scratch->slot_count && !rebuild(scratch, scratch->slot_count * 2)) {
        return false;
    }
    return needed <= scratch->keys.capacity && needed <= scratch->ends.capacity
               ? true
               : wend__slice_array_grow(scratch, &scratch->keys, needed,
                                        sizeof(struct wend_hash128)) &&
                     wend__slice_array_grow(scratch, &scratch->ends, needed, sizeof(size_t));
}

static void number_batch(struct wend_slice_scratch *scratch, const uint8_t *rows, size_t hit_bytes,
                         size_t count, uint32_t *customer_of) {
    struct wend_slice_slot *slots = scratch->slots.items;
    struct wend_hash128 *keys = scratch->keys.items;
    size_t *ends = scratch->ends.items;
    for (size_t i = 0; i < count; i++) {
        const struct wend_hit *hit = (const void *)(rows + i * hit_bytes);
        __builtin_prefetch(&slots[slot_of(&hit->customer, scratch->slot_count - 1)]);
    }
    for (size_t i = 0; i < count; i++) {
        const struct wend_hit *hit = (const void *)(rows + i * hit_bytes);
        uint32_t next = slots[slot_of(&hit->customer, scratch->slot_count - 1)].next_customer;
        __builtin_prefetch(&keys[next == 0 ? 0 : next - 1]);
    }
    for (size_t i = 0; i < count; i++) {
        const struct wend_hit *hit = (const void *)(rows + i * hit_bytes);
        struct wend_slice_slot *slot = find(scratch, &hit->customer);
        if (slot->next_customer == 0) {
            size_t number = scratch->customer_count++;
            keys[number] = hit->customer;
            ends[number] = 0;
            *slot = (struct wend_slice_slot){tag_of(&hit->customer), (uint32_t)(number + 1)};
        }
        customer_of[i] = slot->next_customer - 1;
        ends[slot->next_customer - 1]++;
    }
}

/* Numbers the customers of all hits. */
static bool number_customers(struct wend_slice_scratch *scratch, const struct wend_slice_part *part,
                             size_t hit_bytes, size_t hit_count) {
    scratch->customer_count = 0;
    if (!wend__slice_array_renew(scratch, &scratch->customer_of, hit_count, sizeof(uint32_t)) ||
        !rebuild(scratch, scratch->slot_count == 0 ? FIRST_SLOTS : scratch->slot_count)) {
        return false;
    }
    uint32_t *customer_of = scratch->customer_of.items;
    for (const struct wend_slice_chunk *chunk = part->chunks; chunk != NULL; chunk = chunk->next) {
        size_t count = chunk->used / hit_bytes;
        for (size_t at = 0; at < count; at += BATCH) {
            if (!reserve_batch(scratch)) {
                return false;
            }
            size_t batch = count - at < BATCH ? count - at : BATCH;
            number_batch(scratch, chunk->rows + at * hit_bytes, hit_bytes, batch, customer_of);
            customer_of += batch;
        }
    }
    return true;
}

/* Counts become places. */
static void place(struct wend_slice_scratch *scratch) {
    size_t *ends = scratch->ends.items;
    size_t at = 0;
    for (size_t c = 0; c < scratch->customer_count; c++) {
        size_t count = ends[c];
        ends[c] = at;
        at += count;
    }
}

/* Copies the hits of a chunk to their places. Inline, so that the size of a hit may be a constant:
 * then the copy is a few moves. */
static inline void scatter(struct wend_slice_scratch *scratch, const struct wend_slice_chunk *chunk,
                           const uint32_t *customer_of, size_t hit_bytes) {
    uint8_t *hits = scratch->hits.items;
    size_t *ends = scratch->ends.items;
    size_t count = chunk->used / hit_bytes;
    for (size_t i = 0; i < count; i++) {
        size_t to = ends[customer_of[i]]++;
        memcpy(hits + to * hit_bytes, chunk->rows + i * hit_bytes, hit_bytes);
    }
}

/* Groups the hits of a slice by customer; their chunks are freed on the way. */
static enum wend_status group(struct wend_slice_store *store, struct wend_slice_part *part,
                              struct wend_error *error) {
    struct wend_slice_scratch *scratch = store->scratch;
    size_t hit_bytes = store->options.layout->bytes;
    size_t hit_count = 0;
    for (const struct wend_slice_chunk *chunk = part->chunks; chunk != NULL; chunk = chunk->next) {
        hit_count += chunk->used / hit_bytes;
    }
    if (hit_count >= UINT32_MAX) {
        return wend__fail(error, WEND_ERROR_LIMIT,
                          "more than 4294967294 events in one of the %u slices of the customers; "
                          "replay a shorter time at once",
                          WEND_SLICE_COUNT);
    }
    if (!number_customers(scratch, part, hit_bytes, hit_count) ||
        !wend__slice_array_renew(scratch, &scratch->hits, hit_count, hit_bytes)) {
        return wend__fail_memory(error);
    }
    place(scratch);
    const uint32_t *customer_of = scratch->customer_of.items;
    while (part->chunks != NULL) {
        size_t count = part->chunks->used / hit_bytes;
        if (hit_bytes == HEAD_BYTES) {
            scatter(scratch, part->chunks, customer_of, HEAD_BYTES);
        } else {
            scatter(scratch, part->chunks, customer_of, hit_bytes);
        }
        customer_of += count;
        wend__slice_drop_chunk(store, part);
    }
    return WEND_OK;
}

/* Finds the bytes of the customers; views into the chunks of `part`. */
static bool name_customers(struct wend_slice_scratch *scratch, const struct wend_slice_part *part) {
    size_t count = scratch->customer_count;
    if (!wend__slice_array_renew(scratch, &scratch->bytes, count, sizeof(struct wend_bytes))) {
        return false;
    }
    struct wend_bytes *bytes = scratch->bytes.items;
    for (size_t c = 0; c < count; c++) {
        bytes[c] = WEND_BYTES_ABSENT;
    }
    for (const struct wend_slice_chunk *chunk = part->chunks; chunk != NULL; chunk = chunk->next) {
        size_t at = 0;
        while (at < chunk->used) {
            const struct wend_slice_customer *row = (const void *)(chunk->rows + at);
            const struct wend_slice_slot *slot = find(scratch, &row->key);
            if (slot->next_customer != 0) {
                bytes[slot->next_customer - 1] = wend__bytes(row + 1, (size_t)row->len);
            }
            at += sizeof *row + (((size_t)row->len + 7) & ~(size_t)7);
        }
    }
    return true;
}

/* Hands over the customers one by one. */
static enum wend_status hand_over(struct wend_slice_store *store, wend_customer_sink *sink,
                                  void *context, struct wend_error *error) {
    struct wend_slice_scratch *scratch = store->scratch;
    const struct wend_hit_layout *layout = store->options.layout;
    const uint8_t *hits = scratch->hits.items;
    const size_t *ends = scratch->ends.items;
    const struct wend_bytes *bytes = scratch->bytes.items;
    size_t first = 0;
    for (size_t c = 0; c < scratch->customer_count; c++) {
        size_t count = ends[c] - first;
        const uint8_t *sorted =
            wend__slice_sort(scratch, layout, hits + first * layout->bytes, count);
        if (sorted == NULL) {
            return wend__fail_memory(error);
        }
        WEND_TRY(sink(context, sorted, count,
                      store->options.keeps_customers ? bytes[c] : WEND_BYTES_ABSENT, error));
        first = ends[c];
    }
    return WEND_OK;
}

/* Loads a slice and groups its hits in the scratch; `*any` false: it has none. */
static enum wend_status gather(struct wend_slice_store *store, uint32_t slice, bool *any,
                               struct wend_error *error) {
    struct wend_slice_part *hits = &store->parts[WEND_SLICE_HITS][slice];
    struct wend_slice_part *customers = &store->parts[WEND_SLICE_CUSTOMERS][slice];
    WEND_TRY(wend__slice_load(store, hits, error));
    *any = hits->chunks != NULL;
    if (!*any) {
        return WEND_OK;
    }
    if (store->scratch == NULL) {
        store->scratch = wend__alloc_zeroed(1, sizeof *store->scratch);
        if (store->scratch == NULL) {
            return wend__fail_memory(error);
        }
        store->scratch->budget = store->options.budget;
    }
    WEND_TRY(group(store, hits, error));
    if (store->options.keeps_customers) {
        WEND_TRY(wend__slice_load(store, customers, error));
        if (!name_customers(store->scratch, customers)) {
            return wend__fail_memory(error);
        }
    }
    return WEND_OK;
}

static void free_big_scratch(struct wend_slice_store *store) {
    if (store->scratch != NULL && store->scratch->charged_bytes > KEPT_BYTES) {
        wend__slice_scratch_destroy(store);
    }
}

enum wend_status wend__slices_take(struct wend_slices *slices, uint32_t slice,
                                   wend_customer_sink *sink, void *context,
                                   struct wend_error *error) {
    struct wend_slice_store *store = slices->store;
    assert(slice < WEND_SLICE_COUNT && !store->is_taken[slice]);
    store->is_taken[slice] = true;
    wend__slice_seal(slices, slice);
    bool any = false;
    enum wend_status status = gather(store, slice, &any, error);
    if (status == WEND_OK && any) {
        status = hand_over(store, sink, context, error);
    }
    for (uint32_t kind = 0; kind < WEND_SLICE_KINDS; kind++) {
        while (store->parts[kind][slice].chunks != NULL) {
            wend__slice_drop_chunk(store, &store->parts[kind][slice]);
        }
    }
    free_big_scratch(store);
    return status;
}

/* Hands over the customers one by one; what the sink is not done with goes back to the slice. */
static enum wend_status settle(struct wend_slices *slices, wend_settle_sink *sink, void *context,
                               uint64_t *kept_count, struct wend_error *error) {
    struct wend_slice_store *store = slices->store;
    struct wend_slice_scratch *scratch = store->scratch;
    const struct wend_hit_layout *layout = store->options.layout;
    const uint8_t *hits = scratch->hits.items;
    const size_t *ends = scratch->ends.items;
    const struct wend_hash128 *keys = scratch->keys.items;
    const struct wend_bytes *bytes = scratch->bytes.items;
    bool keeps_customers = store->options.keeps_customers;
    size_t first = 0;
    for (size_t c = 0; c < scratch->customer_count; c++) {
        size_t count = ends[c] - first;
        struct wend_bytes customer = keeps_customers ? bytes[c] : WEND_BYTES_ABSENT;
        const uint8_t *sorted =
            wend__slice_sort(scratch, layout, hits + first * layout->bytes, count);
        if (sorted == NULL) {
            return wend__fail_memory(error);
        }
        size_t done_count = 0;
        WEND_TRY(sink(context, sorted, count, customer, &done_count, error));
        *kept_count += count - done_count;
        for (size_t i = done_count; i < count; i++) {
            WEND_TRY(wend__slices_add(slices, wend__hit_at(layout, sorted, i), error));
        }
        if (store->options.forgets && customer.data != NULL && done_count < count) {
            WEND_TRY(wend__slices_add_customer(slices, keys[c], customer, error));
        }
        first = ends[c];
    }
    return WEND_OK;
}

static void drop_chunks(struct wend_slice_store *store, struct wend_slice_part *part) {
    while (part->chunks != NULL) {
        wend__slice_drop_chunk(store, part);
    }
}

static enum wend_status settle_slice(struct wend_slices *slices, uint32_t slice,
                                     wend_settle_sink *sink, void *context, uint64_t *kept_count,
                                     struct wend_error *error) {
    struct wend_slice_store *store = slices->store;
    struct wend_slice_part *customers = &store->parts[WEND_SLICE_CUSTOMERS][slice];
    bool any = false;
    assert(!store->is_taken[slice]);
    wend__slice_seal(slices, slice);
    WEND_TRY(gather(store, slice, &any, error));
    if (!any && !store->options.forgets) {
        return WEND_OK;
    }
    /* Out of the way of a spill: the customers' bytes are looked at until all are settled. */
    struct wend_slice_part told = *customers;
    *customers = (struct wend_slice_part){0};
    enum wend_status status = any ? settle(slices, sink, context, kept_count, error) : WEND_OK;
    if (store->options.forgets) {
        drop_chunks(store, &told);
    } else {
        *customers = told;
    }
    return status;
}

enum wend_status wend__slices_settle(struct wend_slices *slices, wend_settle_sink *sink,
                                     void *context, uint64_t *kept_count,
                                     struct wend_error *error) {
    *kept_count = 0;
    wend__slice_begin_pass(slices->store);
    for (uint32_t slice = 0; slice < WEND_SLICE_COUNT; slice++) {
        WEND_TRY(settle_slice(slices, slice, sink, context, kept_count, error));
    }
    wend__slice_end_pass(slices->store);
    free_big_scratch(slices->store);
    return WEND_OK;
}

static enum wend_status change_slice(struct wend_slices *slices, uint32_t slice,
                                     wend_hit_change *change, void *context,
                                     struct wend_error *error) {
    struct wend_slice_store *store = slices->store;
    struct wend_slice_part *hits = &store->parts[WEND_SLICE_HITS][slice];
    wend__slice_seal(slices, slice);
    enum wend_status status = wend__slice_load(store, hits, error);
    struct wend_slice_part old = *hits;
    *hits = (struct wend_slice_part){0};
    while (old.chunks != NULL) {
        struct wend_slice_chunk *chunk = old.chunks;
        for (size_t at = 0; status == WEND_OK && at < chunk->used; at += slices->hit_bytes) {
            struct wend_hit *hit = (void *)(chunk->rows + at);
            change(context, hit);
            status = wend__slices_add(slices, hit, error);
        }
        wend__slice_drop_chunk(store, &old);
    }
    return status;
}

enum wend_status wend__slices_change(struct wend_slices *slices, wend_hit_change *change,
                                     void *context, struct wend_error *error) {
    for (uint32_t slice = 0; slice < WEND_SLICE_COUNT; slice++) {
        WEND_TRY(change_slice(slices, slice, change, context, error));
    }
    return WEND_OK;
}
