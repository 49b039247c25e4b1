/*
 * row_key.h: the key of an aggregate row, taken apart and put together (model/schema.h draws it).
 *
 * Threads: none of its own.
 */
#ifndef WEND_SNAPSHOT_ROW_KEY_H
#define WEND_SNAPSHOT_ROW_KEY_H

#include "base/limits.h"
#include "model/schema.h"

#define WEND_KEY_PARTS_MAX 5U

/* Texts are borrowed; absent ones are null. */
struct wend_row_key {
    struct wend_bytes scope;
    bool has_window;
    int64_t window_us;
    struct wend_bytes segments[WEND_MAX_SEGMENTS];
    uint32_t segment_count;
    /* In the order of the key; a number has no text. */
    struct wend_bytes parts[WEND_KEY_PARTS_MAX];
    uint32_t number;  /* of flow: step_index; of stages: stage_position */
    size_t group_len; /* bytes of the key for scope, window and segments; set by reading */
};

/* What the key parts of an aggregate are, one letter each: t text, o nullable text, n number. */
const char *wend__key_pattern(enum wend_table_id table);
/* The column, behind the common ones and the segments, that key part `part` stands in. */
uint32_t wend__key_column(enum wend_table_id table, uint32_t part);

/* Texts are unescaped into `texts`, which is cleared first. WEND_ERROR_IO: no such key. */
enum wend_status wend__row_key_read(struct wend_bytes bytes, enum wend_table_id table,
                                    uint32_t segment_count, struct wend_buffer *texts,
                                    struct wend_row_key *key, struct wend_error *error);
/* Appends the key. False without memory. */
bool wend__row_key_write(const struct wend_row_key *key, enum wend_table_id table,
                         struct wend_buffer *out);

#endif
