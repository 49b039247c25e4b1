/*
 * generate_stream.h: from events in the order of time to lines as a log would have them: some out
 * of order, some late, some twice, some spoilt.
 *
 * The noise has a PRNG of its own: with other noise the story stays the same, event for event.
 *
 * Threads: one at a time.
 */
#ifndef WEND_TOOLS_GENERATE_STREAM_H
#define WEND_TOOLS_GENERATE_STREAM_H

#include "generate_answers.h"
#include "generate_output.h"

struct wend_producer;

struct wend_cli_noise {
    int64_t disorder_ms;
    int64_t lateness_ms;
    uint32_t late_ppm; /* millionths */
    uint32_t duplicate_ppm;
    uint32_t bad_ppm;
};

struct wend_cli_held {
    struct wend_cli_event event;
    bool copy;
};

struct wend_cli_stream {
    struct wend_cli_noise noise;
    struct wend_cli_writer writer;
    struct wend_cli_answers *answers;
    struct wend_cli_output *output;
    struct wend_producer *producer; /* NULL: lines go to the output */
    struct wend_cli_queue queue;    /* what has happened and not yet arrived */
    struct wend_cli_held *held;
    size_t held_count;
    size_t held_capacity;
    uint32_t *free_held;
    size_t free_count;
    uint64_t delays; /* states of the PRNG */
    uint64_t faults;
    char *lines; /* not yet written */
    size_t lines_len;
    uint64_t bytes; /* made so far */
};

void wend__cli_stream_init(struct wend_cli_stream *stream, const struct wend_cli_noise *noise,
                           uint64_t seed, struct wend_cli_answers *answers,
                           struct wend_cli_output *output);
void wend__cli_stream_deinit(struct wend_cli_stream *stream);
/* Takes the next event in the order of time; writes what has arrived by then. */
enum wend_status wend__cli_stream_add(struct wend_cli_stream *stream,
                                      const struct wend_cli_event *event,
                                      struct wend_error *error) WEND_MUST_CHECK;
/* Text that is no event, such as the header. */
enum wend_status wend__cli_stream_text(struct wend_cli_stream *stream, const char *text,
                                       struct wend_error *error) WEND_MUST_CHECK;
/* Writes all that is held back. */
enum wend_status wend__cli_stream_finish(struct wend_cli_stream *stream,
                                         struct wend_error *error) WEND_MUST_CHECK;

#endif
