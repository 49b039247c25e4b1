/*
 * detail.h: a row of the tables `sessions` and `journeys` on its way to a file.
 *
 *   key:      ended_at int64 | id text      (ds/sortkey.h: the order of the rows)
 *   payload:  all other fields              (of this module; keys never meet twice)
 *
 * Threads: none of its own.
 */
#ifndef WEND_MODEL_DETAIL_H
#define WEND_MODEL_DETAIL_H

#include "base/buffer.h"
#include "base/int128.h"
#include "model/unit.h"

/* Texts are borrowed; absent ones are null in the table. */
struct wend_detail {
    uint32_t scope;
    bool has_window;
    int64_t window_us;
    struct wend_bytes segments[WEND_MAX_SEGMENTS];
    uint32_t segment_count;
    char id[16];                /* session_id or journey_id: 16 hex digits */
    struct wend_bytes customer; /* raw bytes */
    int64_t started_us;
    int64_t ended_us;
    uint64_t session_count;
    uint64_t event_count;
    struct wend_bytes path;           /* joined, as shown */
    struct wend_bytes entry_point;    /* sessions: the first touchpoint */
    struct wend_bytes exit_point;     /* the last touchpoint; no column of journeys */
    struct wend_bytes last_stage;     /* journeys: of its last touchpoint */
    struct wend_bytes furthest_stage; /* journeys */
    enum wend_outcome outcome;
    bool has_converted;
    int64_t converted_us; /* journeys */
    wend_int128 value;    /* 1/10000 */
};

/* Appends key and payload of a row. False without memory. */
bool wend__detail_write(const struct wend_detail *detail, struct wend_buffer *key,
                        struct wend_buffer *payload);
/* Takes a row apart; texts point into `payload`, `id` and the rest are copied. False when these are
 * no such bytes. */
bool wend__detail_read(struct wend_bytes key, struct wend_bytes payload,
                       struct wend_detail *detail);

#endif
