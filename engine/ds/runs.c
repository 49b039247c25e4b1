#include "ds/runs.h"

#include "base/memory.h"

enum {
    CHUNK_BYTES_MIN = 4 * 1024,
    CHUNK_BYTES_MAX = 1024 * 1024,
    /* More runs than this are first merged to fewer, so that the read buffers stay few. */
    FAN_IN = 64,
    READ_BYTES_MIN = 4 * 1024,
    READ_BYTES_MAX = 256 * 1024,
    /* Sorting takes two items for each row: the one and its scratch. */
    SORT_BYTES = 2 * sizeof(struct wend_sort_item)
};

/*
 * Rows in the order in which they were added; a row does not cross chunks. Where each begins stands
 * at the end, from the back, so that rows are found without looking at the ones before.
 *
 *   [ row 0 ][ row 1 ] ...  free  ... [ offset of row 1: 4 ][ offset of row 0: 4 ]
 */
struct chunk {
    struct chunk *next;
    size_t used;     /* by rows */
    size_t capacity; /* a multiple of 4 */
    size_t row_count;
    uint8_t rows[];
};

static uint32_t *offset_of(const struct chunk *chunk, size_t index) {
    return (uint32_t *)(void *)(chunk->rows + chunk->capacity) - (index + 1);
}

struct wend_runs {
    struct wend_runs_options options;
    struct chunk *first;
    struct chunk *last;
    size_t chunk_bytes;      /* of all chunks */
    size_t row_count;        /* in memory */
    const uint8_t *last_row; /* that was added; NULL: none in memory */
    bool is_unsorted;        /* some row in memory has a key below that of the row before */
    size_t charged_bytes;
    struct wend_sort_item *items; /* and as many scratch items behind them */
    struct wend_run_file file;
    uint64_t spilled_bytes; /* of files that were merged and closed */
    struct wend_run_merge merge;
    bool finished;
};

enum wend_status wend__runs_create(const struct wend_runs_options *options, struct wend_runs **runs,
                                   struct wend_error *error) {
    *runs = wend__alloc_zeroed(1, sizeof **runs);
    if (*runs == NULL) {
        return wend__fail_memory(error);
    }
    (*runs)->options = *options;
    return WEND_OK;
}

static bool charge(struct wend_runs *runs, size_t bytes) {
    struct wend_budget *budget = runs->options.budget;
    if (budget != NULL && !wend__budget_charge(budget, bytes)) {
        return false;
    }
    runs->charged_bytes += bytes;
    return true;
}

static void force(struct wend_runs *runs, size_t bytes) {
    if (runs->options.budget != NULL) {
        wend__budget_force(runs->options.budget, bytes);
    }
    runs->charged_bytes += bytes;
}

static void release_all(struct wend_runs *runs) {
    if (runs->options.budget != NULL) {
        wend__budget_release(runs->options.budget, runs->charged_bytes);
    }
    runs->charged_bytes = 0;
}

static void free_rows(struct wend_runs *runs) {
    struct chunk *chunk = runs->first;
    while (chunk != NULL) {
        struct chunk *next = chunk->next;
        wend__free(chunk);
        chunk = next;
    }
    wend__free(runs->items);
    runs->items = NULL;
    runs->first = NULL;
    runs->last = NULL;
    runs->chunk_bytes = 0;
    runs->row_count = 0;
    runs->last_row = NULL;
    runs->is_unsorted = false;
    release_all(runs);
}

/* Sorts the rows in memory into `items`. */
static enum wend_status sort_rows(struct wend_runs *runs, struct wend_error *error) {
    if (runs->row_count == 0) {
        return WEND_OK;
    }
    size_t wanted = runs->chunk_bytes + runs->row_count * SORT_BYTES;
    if (wanted > runs->charged_bytes) {
        force(runs, wanted - runs->charged_bytes);
    }
    runs->items = wend__alloc(runs->row_count * SORT_BYTES);
    if (runs->items == NULL) {
        return wend__fail_memory(error);
    }
    struct wend_sort_item *item = runs->items;
    for (const struct chunk *chunk = runs->first; chunk != NULL; chunk = chunk->next) {
        for (size_t i = 0; i < chunk->row_count; i++) {
            (item++)->row = chunk->rows + *offset_of(chunk, i);
        }
    }
    assert(item == runs->items + runs->row_count);
    return !runs->is_unsorted || wend__rowsort(runs->items, item, runs->row_count)
               ? WEND_OK
               : wend__fail_memory(error);
}

/* Writes all rows of a merge as one run. */
static enum wend_status write_run(struct wend_run_merge *merge, struct wend_run_file *file,
                                  struct wend_error *error) {
    WEND_TRY(wend__run_merge_start(merge, error));
    for (;;) {
        struct wend_bytes key;
        struct wend_bytes payload;
        WEND_TRY(wend__run_merge_next(merge, &key, &payload, error));
        if (key.data == NULL) {
            return wend__run_file_end_run(file, error);
        }
        WEND_TRY(wend__run_file_append(file, key, payload, error));
    }
}

static enum wend_status open_merge(struct wend_runs *runs, struct wend_run_merge *merge,
                                   size_t source_count, struct wend_error *error) {
    return wend__run_merge_open(merge, (uint32_t)source_count, runs->options.combine,
                                runs->options.context, error);
}

/* Moves the rows in memory to the file. */
static enum wend_status spill(struct wend_runs *runs, struct wend_error *error) {
    if (!runs->file.is_open) {
        WEND_TRY(wend__run_file_open(&runs->file, runs->options.directory, error));
    }
    WEND_TRY(sort_rows(runs, error));
    struct wend_run_merge merge;
    WEND_TRY(open_merge(runs, &merge, 1, error));
    wend__run_merge_add_memory(&merge, runs->items, runs->row_count);
    enum wend_status status = write_run(&merge, &runs->file, error);
    wend__run_merge_close(&merge);
    if (status == WEND_OK) {
        wend__run_file_seal(&runs->file);
    }
    free_rows(runs);
    return status;
}

static size_t next_chunk_bytes(const struct wend_runs *runs, size_t row_bytes) {
    /* An eighth of what there is: few chunks, and little that stands empty at the cap. */
    size_t bytes = runs->chunk_bytes / 8;
    size_t most = runs->options.memory_bytes / 8;
    most = most < CHUNK_BYTES_MAX ? most : CHUNK_BYTES_MAX;
    bytes = bytes < most ? bytes : most;
    bytes = bytes > CHUNK_BYTES_MIN ? bytes : CHUNK_BYTES_MIN;
    size_t needed = sizeof(struct chunk) + ((row_bytes + 3) & ~(size_t)3) + sizeof(uint32_t);
    return bytes > needed ? bytes & ~(size_t)3 : needed;
}

/* A new last chunk with room for the row; spills first where there is none. */
static enum wend_status add_chunk(struct wend_runs *runs, size_t row_bytes,
                                  struct wend_error *error) {
    size_t bytes = next_chunk_bytes(runs, row_bytes);
    size_t wanted = runs->chunk_bytes + bytes + (runs->row_count + 1) * SORT_BYTES;
    bool fits = wanted <= runs->options.memory_bytes && charge(runs, wanted - runs->charged_bytes);
    if (!fits) {
        if (runs->row_count > 0) {
            WEND_TRY(spill(runs, error));
            bytes = next_chunk_bytes(runs, row_bytes);
        }
        /* The least that goes on at all is taken in any case. */
        force(runs, bytes);
    }
    struct chunk *chunk = wend__alloc(bytes);
    if (chunk == NULL) {
        return wend__fail_memory(error);
    }
    *chunk = (struct chunk){.capacity = bytes - sizeof *chunk};
    if (runs->last == NULL) {
        runs->first = chunk;
    } else {
        runs->last->next = chunk;
    }
    runs->last = chunk;
    runs->chunk_bytes += bytes;
    return WEND_OK;
}

static bool has_room(const struct chunk *chunk, size_t row_bytes) {
    size_t needed = row_bytes + (chunk->row_count + 1) * sizeof(uint32_t);
    return needed <= chunk->capacity - chunk->used;
}

enum wend_status wend__runs_add(struct wend_runs *runs, struct wend_bytes key,
                                struct wend_bytes payload, struct wend_error *error) {
    assert(!runs->finished);
    size_t row_bytes = wend__row_bytes(key, payload);
    if (runs->last == NULL || !has_room(runs->last, row_bytes)) {
        WEND_TRY(add_chunk(runs, row_bytes, error));
    }
    struct chunk *chunk = runs->last;
    assert(chunk != NULL);
    *offset_of(chunk, chunk->row_count++) = (uint32_t)chunk->used;
    if (!runs->is_unsorted && runs->last_row != NULL) {
        runs->is_unsorted = wend__bytes_compare(wend__row_key(runs->last_row), key) > 0;
    }
    runs->last_row = chunk->rows + chunk->used;
    wend__row_write(chunk->rows + chunk->used, key, payload);
    chunk->used += row_bytes;
    runs->row_count += 1;
    return WEND_OK;
}

/* Half of the memory goes to the read buffers; powers of two, for buffers grow to these. */
static size_t read_bytes(const struct wend_runs *runs, size_t run_count) {
    size_t share = runs->options.memory_bytes / (2 * (run_count + 1));
    size_t bytes = READ_BYTES_MIN;
    while (bytes < READ_BYTES_MAX && 2 * bytes <= share) {
        bytes *= 2;
    }
    return bytes;
}

static void add_runs(struct wend_runs *runs, struct wend_run_merge *merge, size_t begin,
                     size_t end) {
    for (size_t run = begin; run < end; run++) {
        wend__run_merge_add_run(merge, &runs->file, run, read_bytes(runs, end - begin));
    }
}

/* Merges the runs [begin, end) of the file to one of `to`. */
static enum wend_status merge_some(struct wend_runs *runs, size_t begin, size_t end,
                                   struct wend_run_file *to, struct wend_error *error) {
    struct wend_run_merge merge;
    WEND_TRY(open_merge(runs, &merge, end - begin, error));
    add_runs(runs, &merge, begin, end);
    enum wend_status status = write_run(&merge, to, error);
    wend__run_merge_close(&merge);
    return status;
}

/* Writes the file anew with every FAN_IN neighbouring runs merged to one. */
static enum wend_status merge_runs(struct wend_runs *runs, struct wend_error *error) {
    struct wend_run_file fewer;
    enum wend_status status = wend__run_file_open(&fewer, runs->options.directory, error);
    for (size_t begin = 0; begin < runs->file.run_count && status == WEND_OK; begin += FAN_IN) {
        size_t end = begin + FAN_IN;
        end = end < runs->file.run_count ? end : runs->file.run_count;
        status = merge_some(runs, begin, end, &fewer, error);
    }
    if (status != WEND_OK) {
        wend__run_file_close(&fewer);
        return status;
    }
    runs->spilled_bytes += runs->file.len;
    wend__run_file_close(&runs->file);
    wend__run_file_seal(&fewer);
    runs->file = fewer;
    return WEND_OK;
}

enum wend_status wend__runs_finish(struct wend_runs *runs, struct wend_error *error) {
    assert(!runs->finished);
    runs->finished = true;
    if (runs->file.run_count > FAN_IN && runs->row_count > 0) {
        /* The memory is needed for merging. */
        WEND_TRY(spill(runs, error));
    }
    while (runs->file.run_count > FAN_IN) {
        WEND_TRY(merge_runs(runs, error));
    }
    WEND_TRY(sort_rows(runs, error));
    size_t run_count = runs->file.run_count;
    force(runs, run_count * read_bytes(runs, run_count));
    WEND_TRY(open_merge(runs, &runs->merge, run_count + 1, error));
    add_runs(runs, &runs->merge, 0, run_count);
    wend__run_merge_add_memory(&runs->merge, runs->items, runs->row_count);
    return wend__run_merge_start(&runs->merge, error);
}

enum wend_status wend__runs_next(struct wend_runs *runs, struct wend_bytes *key,
                                 struct wend_bytes *payload, struct wend_error *error) {
    assert(runs->finished);
    return wend__run_merge_next(&runs->merge, key, payload, error);
}

uint64_t wend__runs_spilled_bytes(const struct wend_runs *runs) {
    return runs->spilled_bytes + runs->file.len;
}

void wend__runs_destroy(struct wend_runs *runs) {
    if (runs != NULL) {
        wend__run_merge_close(&runs->merge);
        wend__run_file_close(&runs->file);
        free_rows(runs);
        wend__free(runs);
    }
}
