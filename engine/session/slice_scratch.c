#include "session/slice_scratch.h"

bool wend__slice_array_grow(struct wend_slice_scratch *scratch, struct wend_slice_array *array,
                            size_t needed, size_t item_bytes) {
    size_t before = array->capacity;
    if (!wend__reserve(&array->items, &array->capacity, needed, item_bytes)) {
        return false;
    }
    if (array->capacity > before) {
        size_t bytes = (array->capacity - before) * item_bytes;
        scratch->charged_bytes += bytes;
        wend__budget_force(scratch->budget, bytes);
    }
    return true;
}

bool wend__slice_array_renew(struct wend_slice_scratch *scratch, struct wend_slice_array *array,
                             size_t needed, size_t item_bytes) {
    if (needed <= array->capacity) {
        return true;
    }
    size_t old_bytes = array->capacity * item_bytes;
    scratch->charged_bytes -= old_bytes;
    wend__budget_release(scratch->budget, old_bytes);
    wend__free(array->items);
    *array = (struct wend_slice_array){NULL, 0};
    size_t capacity = needed + needed / 8;
    if (capacity > SIZE_MAX / item_bytes) {
        return false;
    }
    array->items = wend__alloc(capacity * item_bytes);
    if (array->items == NULL) {
        return false;
    }
    array->capacity = capacity;
    scratch->charged_bytes += capacity * item_bytes;
    wend__budget_force(scratch->budget, capacity * item_bytes);
    return true;
}

void wend__slice_scratch_destroy(struct wend_slice_store *store) {
    struct wend_slice_scratch *scratch = store->scratch;
    if (scratch == NULL) {
        return;
    }
    wend__free(scratch->slots.items);
    wend__free(scratch->keys.items);
    wend__free(scratch->ends.items);
    wend__free(scratch->bytes.items);
    wend__free(scratch->customer_of.items);
    wend__free(scratch->hits.items);
    wend__free(scratch->order.items);
    wend__free(scratch->sorted.items);
    wend__budget_release(scratch->budget, scratch->charged_bytes);
    wend__free(scratch);
    store->scratch = NULL;
}
