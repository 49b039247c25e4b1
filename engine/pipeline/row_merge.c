#include "pipeline/row_merge.h"

#include "base/memory.h"

static enum wend_status advance(struct wend_row_source *source, struct wend_error *error) {
    return wend__runs_next(source->runs, &source->key, &source->payload, error);
}

enum wend_status wend__row_merge_open(struct wend_row_merge *merge, struct wend_runs *const *runs,
                                      uint32_t count, wend_combine combine, void *context,
                                      struct wend_error *error) {
    merge->sources = wend__alloc_zeroed(count, sizeof *merge->sources);
    if (merge->sources == NULL) {
        return wend__fail_memory(error);
    }
    merge->source_count = count;
    merge->combine = combine;
    merge->context = context;
    for (uint32_t i = 0; i < count; i++) {
        merge->sources[i].runs = runs[i];
        WEND_TRY(advance(&merge->sources[i], error));
    }
    return WEND_OK;
}

/* The source with the smallest row, the first of equal ones; NULL at the end. Workers are few, so
 * that a look at each costs less than a heap. */
static struct wend_row_source *smallest(struct wend_row_merge *merge) {
    struct wend_row_source *best = NULL;
    for (uint32_t i = 0; i < merge->source_count; i++) {
        struct wend_row_source *source = &merge->sources[i];
        if (source->key.data != NULL &&
            (best == NULL || wend__bytes_compare(source->key, best->key) < 0)) {
            best = source;
        }
    }
    return best;
}

/* Whether a row of another source has the same key. */
static bool is_shared(const struct wend_row_merge *merge, const struct wend_row_source *source) {
    for (uint32_t i = 0; i < merge->source_count; i++) {
        const struct wend_row_source *other = &merge->sources[i];
        if (other != source && other->key.data != NULL &&
            wend__bytes_equal(other->key, source->key)) {
            return true;
        }
    }
    return false;
}

enum wend_status wend__row_merge_next(struct wend_row_merge *merge, struct wend_bytes *key,
                                      struct wend_bytes *payload, struct wend_error *error) {
    if (merge->taken != NULL) {
        struct wend_row_source *taken = merge->taken;
        merge->taken = NULL;
        WEND_TRY(advance(taken, error));
    }
    struct wend_row_source *source = smallest(merge);
    if (source == NULL) {
        *key = *payload = WEND_BYTES_ABSENT;
        return WEND_OK;
    }
    if (merge->combine == NULL || !is_shared(merge, source)) {
        *key = source->key;
        *payload = source->payload;
        merge->taken = source;
        return WEND_OK;
    }
    wend__buffer_clear(&merge->key);
    wend__buffer_clear(&merge->payload);
    if (!wend__buffer_append(&merge->key, source->key.data, source->key.len) ||
        !wend__buffer_append(&merge->payload, source->payload.data, source->payload.len)) {
        return wend__fail_memory(error);
    }
    *key = wend__buffer_view(&merge->key);
    WEND_TRY(advance(source, error));
    while ((source = smallest(merge)) != NULL && wend__bytes_equal(source->key, *key)) {
        WEND_TRY(merge->combine(merge->context, &merge->payload, source->payload, error));
        WEND_TRY(advance(source, error));
    }
    *payload = wend__buffer_view(&merge->payload);
    return WEND_OK;
}

void wend__row_merge_deinit(struct wend_row_merge *merge) {
    wend__free(merge->sources);
    wend__buffer_deinit(&merge->key);
    wend__buffer_deinit(&merge->payload);
    *merge = (struct wend_row_merge){0};
}
