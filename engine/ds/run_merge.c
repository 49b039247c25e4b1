#include "ds/run_merge.h"

#include "base/memory.h"

/* How far ahead rows in memory are fetched: in their order they lie anywhere. */
enum { ROWS_AHEAD = 8, CACHE_LINE = 64 };

enum wend_status wend__run_merge_open(struct wend_run_merge *merge, uint32_t source_capacity,
                                      wend_combine combine, void *context,
                                      struct wend_error *error) {
    *merge = (struct wend_run_merge){
        .source_capacity = source_capacity, .combine = combine, .context = context};
    merge->sources = wend__alloc_zeroed(source_capacity, sizeof *merge->sources);
    merge->heap = wend__alloc_zeroed(source_capacity, sizeof *merge->heap);
    if (merge->sources == NULL || merge->heap == NULL) {
        wend__run_merge_close(merge);
        return wend__fail_memory(error);
    }
    return WEND_OK;
}

static struct wend_run_source *new_source(struct wend_run_merge *merge) {
    assert(merge->source_count < merge->source_capacity);
    return &merge->sources[merge->source_count++];
}

void wend__run_merge_add_run(struct wend_run_merge *merge, const struct wend_run_file *file,
                             size_t run_index, size_t read_bytes) {
    struct wend_run_source *source = new_source(merge);
    source->is_file = true;
    wend__run_reader_open(&source->reader, file, run_index, read_bytes);
}

void wend__run_merge_add_memory(struct wend_run_merge *merge, const struct wend_sort_item *items,
                                size_t item_count) {
    struct wend_run_source *source = new_source(merge);
    source->next = items;
    source->end = items + item_count;
}

static enum wend_status advance(struct wend_run_source *source, struct wend_error *error) {
    if (source->is_file) {
        return wend__run_reader_next(&source->reader, &source->row, error);
    }
    if (source->end - source->next > ROWS_AHEAD) {
        const uint8_t *ahead = source->next[ROWS_AHEAD].row;
        __builtin_prefetch(ahead);
        __builtin_prefetch(ahead + CACHE_LINE);
        __builtin_prefetch(ahead + 2 * CACHE_LINE);
        __builtin_prefetch(ahead + 3 * CACHE_LINE);
    }
    source->row = source->next == source->end ? NULL : source->next->row;
    source->next += source->row != NULL;
    return WEND_OK;
}

static bool before(const struct wend_run_merge *merge, uint32_t a, uint32_t b) {
    int order = wend__bytes_compare(wend__row_key(merge->sources[a].row),
                                    wend__row_key(merge->sources[b].row));
    return order < 0 || (order == 0 && a < b);
}

/* Lets the source at `at` sink to its place among those behind it. */
static void sink(struct wend_run_merge *merge, uint32_t at) {
    uint32_t moving = merge->heap[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= merge->heap_count) {
            break;
        }
        if (child + 1 < merge->heap_count &&
            before(merge, merge->heap[child + 1], merge->heap[child])) {
            child += 1;
        }
        if (!before(merge, merge->heap[child], moving)) {
            break;
        }
        merge->heap[at] = merge->heap[child];
        at = child;
    }
    merge->heap[at] = moving;
}

enum wend_status wend__run_merge_start(struct wend_run_merge *merge, struct wend_error *error) {
    for (uint32_t i = 0; i < merge->source_count; i++) {
        WEND_TRY(advance(&merge->sources[i], error));
        if (merge->sources[i].row != NULL) {
            merge->heap[merge->heap_count++] = i;
        }
    }
    for (uint32_t at = merge->heap_count / 2; at > 0; at--) {
        sink(merge, at - 1);
    }
    return WEND_OK;
}

/* The smallest row of all, NULL when there is none. */
static const uint8_t *front_row(const struct wend_run_merge *merge) {
    return merge->heap_count == 0 ? NULL : merge->sources[merge->heap[0]].row;
}

/* Goes on behind the front row. */
static enum wend_status leave_front(struct wend_run_merge *merge, struct wend_error *error) {
    struct wend_run_source *source = &merge->sources[merge->heap[0]];
    WEND_TRY(advance(source, error));
    if (source->row == NULL) {
        merge->heap_count -= 1;
        merge->heap[0] = merge->heap[merge->heap_count];
    }
    if (merge->heap_count > 1) {
        sink(merge, 0);
    }
    return WEND_OK;
}

/* Whether the front row is the only one of its key, as far as that is seen without a copy of it. */
static bool is_alone(const struct wend_run_merge *merge) {
    const struct wend_run_source *source = &merge->sources[merge->heap[0]];
    return merge->heap_count == 1 && !source->is_file &&
           (source->next == source->end ||
            !wend__bytes_equal(wend__row_key(source->row), wend__row_key(source->next->row)));
}

/* Copies the front row, for it does not outlive the next row of its source, and folds all rows of
 * its key. */
static enum wend_status fold(struct wend_run_merge *merge, struct wend_error *error) {
    const uint8_t *row = front_row(merge);
    struct wend_bytes key = wend__row_key(row);
    struct wend_bytes payload = wend__row_payload(row);
    wend__buffer_clear(&merge->key);
    wend__buffer_clear(&merge->payload);
    if (!wend__buffer_append(&merge->key, key.data, key.len) ||
        !wend__buffer_append(&merge->payload, payload.data, payload.len)) {
        return wend__fail_memory(error);
    }
    for (;;) {
        WEND_TRY(leave_front(merge, error));
        row = front_row(merge);
        if (row == NULL || !wend__bytes_equal(wend__row_key(row), wend__buffer_view(&merge->key))) {
            return WEND_OK;
        }
        WEND_TRY(merge->combine(merge->context, &merge->payload, wend__row_payload(row), error));
    }
}

enum wend_status wend__run_merge_next(struct wend_run_merge *merge, struct wend_bytes *key,
                                      struct wend_bytes *payload, struct wend_error *error) {
    *key = WEND_BYTES_ABSENT;
    *payload = WEND_BYTES_ABSENT;
    if (merge->front_taken) {
        merge->front_taken = false;
        WEND_TRY(leave_front(merge, error));
    }
    const uint8_t *row = front_row(merge);
    if (row == NULL) {
        return WEND_OK;
    }
    if (merge->combine == NULL || is_alone(merge)) {
        merge->front_taken = true;
        *key = wend__row_key(row);
        *payload = wend__row_payload(row);
        return WEND_OK;
    }
    WEND_TRY(fold(merge, error));
    *key = wend__buffer_view(&merge->key);
    *payload = wend__buffer_view(&merge->payload);
    return WEND_OK;
}

void wend__run_merge_close(struct wend_run_merge *merge) {
    for (uint32_t i = 0; i < merge->source_count; i++) {
        wend__run_reader_close(&merge->sources[i].reader);
    }
    wend__free(merge->sources);
    wend__free(merge->heap);
    wend__buffer_deinit(&merge->key);
    wend__buffer_deinit(&merge->payload);
    *merge = (struct wend_run_merge){0};
}
