/*
 * stream_state.h: what a run knows about one stream (a file, a file in an archive, or a partition).
 *
 * Made by the block reader when it comes to the stream, kept to the end of the run for the manifest
 * and the report. Those of partitions are made before the run, and belong to their threads.
 *
 * Threads: set up under the block reader's lock before any block of the stream is handed out, then
 * constant, but for `time_unit` (any thread that has the oldest block in work), `mark` (whoever has
 * the turn, see gate.h) and what the block reader writes under its lock.
 */
#ifndef WEND_WORKER_STREAM_STATE_H
#define WEND_WORKER_STREAM_STATE_H

#include "decode/decoder.h"
#include "decode/time.h"

#include <stdatomic.h>

struct wend_stream_state {
    uint32_t index; /* among the streams of the run */
    char *name;
    char *wrapper;
    char *trouble;  /* NULL: none */
    bool is_usable; /* a format was found; false: no block of it is handed out */
    bool is_last;   /* no other input comes behind it, for sure */
    struct wend_detected detected;
    uint64_t
        position; /* of its first byte in the run; of a partition, of its offset 0, modulo 2^64 */
    const char *topic; /* NULL: it is no partition; borrowed */
    int32_t partition;
    uint64_t bytes; /* uncompressed, handed out or skipped */

    /* enum wend_time_unit. Written once, by the thread with the oldest block in work, before it
     * gives the block back (release, in the block reader); read acquire. */
    _Atomic int time_unit;

    /* The largest time of its accepted events so far (of a partition: as far as the times of their
     * messages allow); bounded lateness only. */
    bool has_mark;
    int64_t mark_us;
};

/* Accepts NULL. */
void wend__stream_state_destroy(struct wend_stream_state *stream);

#endif
