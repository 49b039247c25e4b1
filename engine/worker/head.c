#include "worker/head.h"

#include "decode/detected.h"

enum wend_status wend__head_read(struct wend_head *head, struct wend_source *source, bool *is_end,
                                 struct wend_error *error) {
    wend__head_clear(head);
    *is_end = false;
    if (!wend__buffer_reserve(&head->bytes, WEND_DETECT_BYTES)) {
        return wend__fail_memory(error);
    }
    while (head->bytes.len < WEND_DETECT_BYTES && !*is_end) {
        size_t got = 0;
        WEND_TRY(wend__source_read(source, head->bytes.data + head->bytes.len,
                                   WEND_DETECT_BYTES - head->bytes.len, &got, error));
        head->bytes.len += got;
        *is_end = got == 0;
    }
    return WEND_OK;
}

void wend__head_clear(struct wend_head *head) {
    wend__buffer_clear(&head->bytes);
    head->at = 0;
}

void wend__head_drop(struct wend_head *head, size_t len) {
    head->at += len;
}

size_t wend__head_take(struct wend_head *head, uint8_t *out, size_t capacity) {
    size_t len = wend__head_len(head) < capacity ? wend__head_len(head) : capacity;
    if (len > 0) {
        memcpy(out, head->bytes.data + head->at, len);
        head->at += len;
    }
    return len;
}

bool wend__head_give_back(struct wend_head *head, const uint8_t *bytes, size_t len) {
    if (wend__head_len(head) > 0) {
        /* Then all that was taken came from here, and still stands in front. */
        head->at -= len;
        return true;
    }
    wend__head_clear(head);
    return len == 0 || wend__buffer_append(&head->bytes, bytes, len);
}

void wend__head_deinit(struct wend_head *head) {
    wend__buffer_deinit(&head->bytes);
    *head = (struct wend_head){0};
}
