/* The content of the slices as bytes, for checkpoints, and back. */
#include "base/io.h"
#include "session/slice_store.h"

static enum wend_status copy_extents(const struct wend_slice_store *store,
                                     struct wend_slice_link link, struct wend_buffer *out,
                                     struct wend_error *error) {
    while (link.row_bytes > 0) {
        size_t bytes = (size_t)link.row_bytes + sizeof link;
        size_t got = 0;
        if (!wend__buffer_reserve(out, bytes)) {
            return wend__fail_memory(error);
        }
        int number = wend__io_read_at(store->files[link.file].descriptor, out->data + out->len,
                                      bytes, link.offset, &got);
        if (number != 0 || got != bytes) {
            return wend__fail(error, WEND_ERROR_IO, "cannot read temporary data in %s: %s",
                              store->options.directory,
                              number != 0 ? strerror(number) : "it was cut short");
        }
        out->len += (size_t)link.row_bytes;
        memcpy(&link, out->data + out->len, sizeof link);
    }
    return WEND_OK;
}

static enum wend_status copy_part(const struct wend_slice_store *store,
                                  const struct wend_slice_part *part,
                                  const struct wend_slice_tail *tail, struct wend_buffer *out,
                                  struct wend_error *error) {
    for (const struct wend_slice_chunk *chunk = part->chunks; chunk != NULL; chunk = chunk->next) {
        bool is_filling = chunk == part->newest && tail->next != NULL;
        size_t used = is_filling ? (size_t)(tail->next - chunk->rows) : chunk->used;
        if (!wend__buffer_append(out, chunk->rows, used)) {
            return wend__fail_memory(error);
        }
    }
    return copy_extents(store, part->last, out, error);
}

enum wend_status wend__slices_copy(struct wend_slices *slices, struct wend_buffer *hits,
                                   struct wend_buffer *customers, struct wend_error *error) {
    const struct wend_slice_store *store = slices->store;
    for (uint32_t slice = 0; slice < WEND_SLICE_COUNT; slice++) {
        WEND_TRY(copy_part(store, &store->parts[WEND_SLICE_HITS][slice], &slices->tails[slice],
                           hits, error));
        if (customers != NULL) {
            WEND_TRY(copy_part(store, &store->parts[WEND_SLICE_CUSTOMERS][slice],
                               &store->customer_tails[slice], customers, error));
        }
    }
    return WEND_OK;
}

enum wend_status wend__slices_add_customers(struct wend_slices *slices, struct wend_bytes rows,
                                            bool *is_valid, struct wend_error *error) {
    *is_valid = false;
    while (rows.len > 0) {
        struct wend_slice_customer head;
        if (rows.len < sizeof head) {
            return WEND_OK;
        }
        memcpy(&head, rows.data, sizeof head);
        size_t left = rows.len - sizeof head;
        size_t padded = head.len > left ? left + 1 : ((size_t)head.len + 7) & ~(size_t)7;
        if (padded > left) {
            return WEND_OK;
        }
        WEND_TRY(wend__slices_add_customer(
            slices, head.key, wend__bytes(rows.data + sizeof head, (size_t)head.len), error));
        rows = wend__bytes(rows.data + sizeof head + padded, left - padded);
    }
    *is_valid = true;
    return WEND_OK;
}
