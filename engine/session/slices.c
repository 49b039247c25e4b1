#include "session/slices.h"

#include "base/io.h"
#include "session/slice_store.h"

#include <assert.h>
#include <unistd.h>

/* Chunks of a slice begin small and double, so that a tiny run costs little, and a spill finds
 * them at least half full on average. */
enum {
    FIRST_CHUNK_BYTES = 1024,
    LAST_CHUNK_BYTES = 64 * 1024,
    /* What an owner may always hold, so that a spill is never made of crumbs: 4 KiB a slice. */
    FLOOR_BYTES = 4096 * WEND_SLICE_COUNT,
    TOLD_COUNT = 4096
};

static enum wend_status fail_io(const struct wend_slice_store *store, const char *what, int number,
                                struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_IO,
                      "cannot %s temporary data in %s: %s; make room there, or choose another "
                      "folder for temporary files",
                      what, store->options.directory, strerror(number));
}

/* Entry i gets a key that does not belong there, so that nobody has been told of. */
static void forget_told(struct wend_hash128 *told) {
    for (uint64_t i = 0; i < TOLD_COUNT; i++) {
        told[i] = (struct wend_hash128){0, i ^ 1};
    }
}

enum wend_status wend__slices_create(const struct wend_slices_options *options,
                                     struct wend_slices **slices, struct wend_error *error) {
    assert(options->layout->bytes >= sizeof(struct wend_hit) && options->layout->bytes % 8 == 0);
    *slices = wend__alloc_zeroed(1, sizeof **slices);
    if (*slices == NULL) {
        return wend__fail_memory(error);
    }
    (*slices)->hit_bytes = options->layout->bytes;
    struct wend_slice_store *store = wend__alloc_zeroed(1, sizeof *store);
    (*slices)->store = store;
    if (store != NULL) {
        store->options = *options;
        store->files[0].descriptor = store->files[1].descriptor = -1;
        if (options->keeps_customers) {
            store->told = wend__alloc(TOLD_COUNT * sizeof *store->told);
        }
    }
    if (store == NULL || (options->keeps_customers && store->told == NULL)) {
        wend__slices_destroy(*slices);
        *slices = NULL;
        return wend__fail_memory(error);
    }
    if (store->told != NULL) {
        forget_told(store->told);
    }
    return WEND_OK;
}

static void close_file(struct wend_slice_file *file) {
    if (file->descriptor >= 0) {
        (void)close(file->descriptor);
    }
    *file = (struct wend_slice_file){.descriptor = -1};
}

void wend__slice_begin_pass(struct wend_slice_store *store) {
    if (store->options.forgets) {
        store->file = 1 - store->file;
        if (store->told != NULL) {
            forget_told(store->told);
        }
    }
}

void wend__slice_end_pass(struct wend_slice_store *store) {
    if (store->options.forgets) {
        close_file(&store->files[1 - store->file]);
    }
}

void wend__slices_destroy(struct wend_slices *slices) {
    if (slices == NULL) {
        return;
    }
    struct wend_slice_store *store = slices->store;
    if (store != NULL) {
        for (uint32_t kind = 0; kind < WEND_SLICE_KINDS; kind++) {
            for (uint32_t slice = 0; slice < WEND_SLICE_COUNT; slice++) {
                while (store->parts[kind][slice].chunks != NULL) {
                    wend__slice_drop_chunk(store, &store->parts[kind][slice]);
                }
            }
        }
        wend__slice_scratch_destroy(store);
        close_file(&store->files[0]);
        close_file(&store->files[1]);
        wend__free(store->told);
        wend__free(store);
    }
    wend__free(slices);
}

uint64_t wend__slices_spilled_bytes(const struct wend_slices *slices) {
    return slices->store->spilled_bytes;
}

uint64_t wend__slices_file_bytes(const struct wend_slices *slices) {
    return slices->store->files[0].bytes + slices->store->files[1].bytes;
}

static size_t allocation_bytes(size_t row_bytes) {
    return sizeof(struct wend_slice_chunk) + row_bytes + sizeof(struct wend_slice_link);
}

void wend__slice_drop_chunk(struct wend_slice_store *store, struct wend_slice_part *part) {
    struct wend_slice_chunk *chunk = part->chunks;
    part->chunks = chunk->next;
    part->newest = chunk->next == NULL ? NULL : part->newest;
    part->memory_bytes -= chunk->capacity;
    store->charged_bytes -= allocation_bytes(chunk->capacity);
    wend__budget_release(store->options.budget, allocation_bytes(chunk->capacity));
    wend__free(chunk);
}

/* A chunk, in no list yet, whose bytes are charged already; without memory they are given back. */
static struct wend_slice_chunk *new_chunk(struct wend_slice_store *store,
                                          struct wend_slice_part *part, size_t capacity) {
    struct wend_slice_chunk *chunk = wend__alloc(allocation_bytes(capacity));
    if (chunk == NULL) {
        wend__budget_release(store->options.budget, allocation_bytes(capacity));
        return NULL;
    }
    store->charged_bytes += allocation_bytes(capacity);
    part->memory_bytes += capacity;
    chunk->capacity = capacity;
    chunk->used = 0;
    return chunk;
}

static void append(struct wend_slice_part *part, struct wend_slice_chunk *chunk) {
    chunk->next = NULL;
    if (part->chunks == NULL) {
        part->chunks = chunk;
    } else {
        part->newest->next = chunk;
    }
    part->newest = chunk;
}

static void prepend(struct wend_slice_part *part, struct wend_slice_chunk *chunk) {
    chunk->next = part->chunks;
    part->chunks = chunk;
    part->newest = chunk->next == NULL ? chunk : part->newest;
}

/* Notes in the newest chunk of a part how far it is filled. */
static void seal(struct wend_slice_part *part, struct wend_slice_tail *tail) {
    if (tail->next != NULL) {
        part->newest->used = (size_t)(tail->next - part->newest->rows);
    }
    *tail = (struct wend_slice_tail){NULL, NULL};
}

void wend__slice_seal(struct wend_slices *slices, uint32_t slice) {
    struct wend_slice_store *store = slices->store;
    seal(&store->parts[WEND_SLICE_HITS][slice], &slices->tails[slice]);
    seal(&store->parts[WEND_SLICE_CUSTOMERS][slice], &store->customer_tails[slice]);
}

static enum wend_status write_part(struct wend_slice_store *store, struct wend_slice_part *part,
                                   struct wend_error *error) {
    struct wend_slice_file *file = &store->files[store->file];
    while (part->chunks != NULL) {
        struct wend_slice_chunk *chunk = part->chunks;
        assert(chunk->used > 0); /* else the link to it would say "none" */
        memcpy(chunk->rows + chunk->used, &part->last, sizeof part->last);
        size_t bytes = chunk->used + sizeof part->last;
        int number = wend__io_write(file->descriptor, chunk->rows, bytes);
        if (number != 0) {
            return fail_io(store, "write", number, error);
        }
        part->last = (struct wend_slice_link){store->file, file->bytes, chunk->used};
        file->bytes += bytes;
        store->spilled_bytes += bytes;
        wend__slice_drop_chunk(store, part);
    }
    return WEND_OK;
}

/* Moves everything to the file. */
static enum wend_status spill(struct wend_slices *slices, struct wend_error *error) {
    struct wend_slice_store *store = slices->store;
    if (store->files[store->file].descriptor < 0) {
        int descriptor;
        int number = wend__io_open_temporary(store->options.directory, &descriptor);
        if (number != 0) {
            return fail_io(store, "create", number, error);
        }
        store->files[store->file].descriptor = descriptor;
    }
    for (uint32_t slice = 0; slice < WEND_SLICE_COUNT; slice++) {
        wend__slice_seal(slices, slice);
        WEND_TRY(write_part(store, &store->parts[WEND_SLICE_HITS][slice], error));
        WEND_TRY(write_part(store, &store->parts[WEND_SLICE_CUSTOMERS][slice], error));
    }
    return WEND_OK;
}

/* Charges one chunk, after a spill if need be. */
static enum wend_status charge(struct wend_slices *slices, size_t bytes, struct wend_error *error) {
    struct wend_slice_store *store = slices->store;
    struct wend_budget *budget = store->options.budget;
    if (wend__budget_charge(budget, bytes)) {
        return WEND_OK;
    }
    if (store->charged_bytes >= FLOOR_BYTES) {
        WEND_TRY(spill(slices, error));
    }
    wend__budget_force(budget, bytes);
    return WEND_OK;
}

/* Gives a part a chunk with room for rows of `row_bytes`, at least one. */
static enum wend_status extend(struct wend_slices *slices, enum wend_slice_kind kind,
                               uint32_t slice, size_t row_bytes, struct wend_error *error) {
    struct wend_slice_store *store = slices->store;
    struct wend_slice_part *part = &store->parts[kind][slice];
    struct wend_slice_tail *tail =
        kind == WEND_SLICE_HITS ? &slices->tails[slice] : &store->customer_tails[slice];
    assert(!store->is_taken[slice]);
    seal(part, tail);
    size_t wanted = part->memory_bytes < FIRST_CHUNK_BYTES  ? FIRST_CHUNK_BYTES
                    : part->memory_bytes > LAST_CHUNK_BYTES ? LAST_CHUNK_BYTES
                                                            : part->memory_bytes;
    size_t capacity = kind == WEND_SLICE_HITS ? wanted - wanted % row_bytes
                      : wanted < row_bytes    ? row_bytes
                                              : wanted & ~(size_t)7;
    WEND_TRY(charge(slices, allocation_bytes(capacity), error));
    struct wend_slice_chunk *chunk = new_chunk(store, part, capacity);
    if (chunk == NULL) {
        return wend__fail_memory(error);
    }
    append(part, chunk);
    *tail = (struct wend_slice_tail){chunk->rows, chunk->rows + capacity};
    return WEND_OK;
}

enum wend_status wend__slices_extend(struct wend_slices *slices, uint32_t slice,
                                     struct wend_error *error) {
    return extend(slices, WEND_SLICE_HITS, slice, slices->hit_bytes, error);
}

enum wend_status wend__slices_add_customer(struct wend_slices *slices, struct wend_hash128 customer,
                                           struct wend_bytes bytes, struct wend_error *error) {
    struct wend_slice_store *store = slices->store;
    assert(store->options.keeps_customers);
    struct wend_hash128 *told = &store->told[customer.low % TOLD_COUNT];
    if (told->low == customer.low && told->high == customer.high) {
        return WEND_OK;
    }
    uint32_t slice = wend__slice_of(customer);
    struct wend_slice_customer head = {customer, bytes.len};
    size_t row_bytes = sizeof head + ((bytes.len + 7) & ~(size_t)7);
    struct wend_slice_tail *tail = &store->customer_tails[slice];
    if ((size_t)(tail->end - tail->next) < row_bytes) {
        WEND_TRY(extend(slices, WEND_SLICE_CUSTOMERS, slice, row_bytes, error));
    }
    assert(tail->next != NULL);
    memcpy(tail->next, &head, sizeof head);
    if (bytes.len > 0) {
        memset(tail->next + row_bytes - 8, 0, 8); /* the padding, which may reach the disk */
        memcpy(tail->next + sizeof head, bytes.data, bytes.len);
    }
    tail->next += row_bytes;
    *told = customer;
    return WEND_OK;
}

enum wend_status wend__slice_load(struct wend_slice_store *store, struct wend_slice_part *part,
                                  struct wend_error *error) {
    while (part->last.row_bytes > 0) {
        size_t row_bytes = (size_t)part->last.row_bytes;
        size_t bytes = row_bytes + sizeof part->last;
        size_t got;
        wend__budget_force(store->options.budget, allocation_bytes(row_bytes));
        struct wend_slice_chunk *chunk = new_chunk(store, part, row_bytes);
        if (chunk == NULL) {
            return wend__fail_memory(error);
        }
        prepend(part, chunk);
        chunk->used = row_bytes;
        int number = wend__io_read_at(store->files[part->last.file].descriptor, chunk->rows, bytes,
                                      part->last.offset, &got);
        if (number != 0) {
            return fail_io(store, "read", number, error);
        }
        if (got != bytes) {
            return wend__fail(error, WEND_ERROR_IO, "temporary data in %s was cut short",
                              store->options.directory);
        }
        memcpy(&part->last, chunk->rows + row_bytes, sizeof part->last);
    }
    return WEND_OK;
}
