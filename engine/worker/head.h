/*
 * head.h: bytes of a stream that were read but not handed out yet.
 *
 *   [ dropped or taken | waiting ... ]
 *                      ^ at          ^ len
 *
 * At a stream's start it holds the head that detection looks at; later only the rest of a block
 * that begins the next one. What was taken last can be given back.
 *
 * Threads: one at a time.
 */
#ifndef WEND_WORKER_HEAD_H
#define WEND_WORKER_HEAD_H

#include "base/buffer.h"
#include "source/source.h"

/* Zero-initialise to start. */
struct wend_head {
    struct wend_buffer bytes;
    size_t at;
};

/* Reads WEND_DETECT_BYTES of a new stream, or all of it when it is shorter (`*is_end`). */
WEND_MUST_CHECK enum wend_status wend__head_read(struct wend_head *head, struct wend_source *source,
                                                 bool *is_end, struct wend_error *error);

static inline const uint8_t *wend__head_data(const struct wend_head *head) {
    return wend__buffer_view(&head->bytes).data + head->at;
}

static inline size_t wend__head_len(const struct wend_head *head) {
    return head->bytes.len - head->at;
}

void wend__head_clear(struct wend_head *head);
/* Drops the first `len` bytes, of which there must be so many. */
void wend__head_drop(struct wend_head *head, size_t len);
/* Copies at most `capacity` bytes out; returns how many. */
size_t wend__head_take(struct wend_head *head, uint8_t *out, size_t capacity);
/* Puts bytes in front of what is waiting: the end of what was taken last, or what was read behind
 * it when nothing waits. False without memory. */
bool wend__head_give_back(struct wend_head *head, const uint8_t *bytes, size_t len);
void wend__head_deinit(struct wend_head *head);

#endif
