/*
 * archive_tail.h: the end of a zip, which tells whether the zip is whole.
 *
 * Reading from the front never needs the list of files at the end, and would take a zip that was
 * cut off inside of it for whole. So the last bytes are kept, and looked at when they are all.
 *
 * Threads: one at a time.
 */
#ifndef WEND_SOURCE_ARCHIVE_TAIL_H
#define WEND_SOURCE_ARCHIVE_TAIL_H

#include "source/layer.h"

struct wend_archive_tail {
    uint8_t *bytes; /* NULL: nothing is kept */
    size_t len;
};

/* False without memory. */
bool wend__archive_tail_init(struct wend_archive_tail *tail, bool is_kept);
void wend__archive_tail_deinit(struct wend_archive_tail *tail);
void wend__archive_tail_add(struct wend_archive_tail *tail, const uint8_t *bytes, size_t len);
/* At the end: trouble when the zip's own end is not there, or names more than `entry_count`. */
void wend__archive_tail_check(const struct wend_archive_tail *tail, uint64_t entry_count,
                              struct wend_layer_context *context);

#endif
