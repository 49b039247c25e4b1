/*
 * progress.h: one line on standard error that says how far a run has come.
 *
 *    42 % [########............]  1.24 GB of 2.95 GB  412 MB/s  1,180,000 events/s  0:04 left
 *    70 % [##############......]  counting sessions and journeys of 8,412,100 events
 *    42 % [########............]  3,300,000 of 7,800,000 rows  2,100,000 rows/s  0:02 left
 *
 * Only on a terminal that can redraw a line, and not with --quiet; drawn at most ten times a
 * second; erased at the end, so that nothing of it stays on the screen.
 *
 * Threads: all calls on one object from one thread.
 */
#ifndef WEND_TOOLS_PROGRESS_H
#define WEND_TOOLS_PROGRESS_H

#include "terminal.h"

struct wend_cli_progress {
    bool shown; /* draws at all */
    bool drawn; /* a line stands on the screen */
    size_t width;
    int64_t started_us;
    int64_t drawn_us; /* time of the last drawing */
    struct wend_cli_text line;
};

/* How far a run is. */
struct wend_cli_state {
    uint64_t done_bytes;
    uint64_t total_bytes; /* 0: unknown, as from a pipe */
    uint64_t done_events;
    uint64_t total_events; /* 0: unknown; used when the bytes are */
    const char *phase;     /* NULL: reading or writing data; else what is done now, without rates */
    unsigned permille;     /* of the phase */
    uint64_t done_rows;
    uint64_t total_rows; /* not 0: rows are all that is shown */
};

/* Microseconds that only run forward. */
int64_t wend__cli_clock_us(void);

void wend__cli_progress_start(struct wend_cli_progress *progress,
                              const struct wend_cli_terminal *terminal, bool quiet);
/* Draws when the last drawing is a tenth of a second ago; cheap otherwise. */
void wend__cli_progress_update(struct wend_cli_progress *progress,
                               const struct wend_cli_state *state);
/* Erases the line. May be called twice; frees what the object holds. */
void wend__cli_progress_end(struct wend_cli_progress *progress);

/* The line itself, at most `width` columns, for a run of `elapsed_us` so far. */
void wend__cli_progress_line(const struct wend_cli_state *state, int64_t elapsed_us, size_t width,
                             struct wend_cli_text *out);

#endif
