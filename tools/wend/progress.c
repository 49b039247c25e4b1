#include "progress.h"

#include "width.h"

#include <time.h>
#include <unistd.h>

#define DRAW_EVERY_US 100000
#define BAR_CELLS 20
#define ERASE_LINE "\r\033[K"

int64_t wend__cli_clock_us(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void wend__cli_progress_start(struct wend_cli_progress *progress,
                              const struct wend_cli_terminal *terminal, bool quiet) {
    *progress = (struct wend_cli_progress){
        .shown = terminal->can_redraw && !quiet,
        .width = terminal->width,
        .started_us = wend__cli_clock_us(),
    };
    progress->drawn_us = progress->started_us;
}

/* Parts of a thousand; the whole when the total was underestimated (a file that grows). */
static unsigned parts_done(uint64_t done, uint64_t total) {
    if (done >= total) {
        return 1000;
    }
    return (unsigned)((double)done * 1000.0 / (double)total);
}

static void add_bar(struct wend_cli_text *out, unsigned parts) {
    size_t full = (size_t)parts * BAR_CELLS / 1000;
    wend__cli_text_add_format(out, "%3u %% [", parts / 10);
    wend__cli_text_add_repeated(out, '#', full);
    wend__cli_text_add_repeated(out, '.', BAR_CELLS - full);
    wend__cli_text_add(out, "]  ");
}

/* 0:04, 12:30, 1:02:03 */
static void add_time_left(struct wend_cli_text *out, double seconds) {
    if (seconds > 359999) {
        return;
    }
    unsigned left = (unsigned)(seconds + 0.999);
    if (left >= 3600) {
        wend__cli_text_add_format(out, "  %u:%02u:%02u left", left / 3600, left / 60 % 60,
                                  left % 60);
    } else {
        wend__cli_text_add_format(out, "  %u:%02u left", left / 60, left % 60);
    }
}

/* Three significant digits, the rest zeros, so that the number does not flicker. */
static uint64_t rounded(double rate) {
    uint64_t unit = 1;
    while (rate / (double)unit >= 1000) {
        unit *= 10;
    }
    return (uint64_t)(rate / (double)unit) * unit;
}

/* What has no rate: only its share, and of how many events. */
static void add_phase(const struct wend_cli_state *state, struct wend_cli_text *out) {
    add_bar(out, state->permille);
    wend__cli_text_add(out, state->phase);
    wend__cli_text_add(out, " of ");
    wend__cli_text_add_count(out, state->done_events);
    wend__cli_text_add(out, " events");
}

static void add_rows(const struct wend_cli_state *state, double seconds,
                     struct wend_cli_text *out) {
    wend__cli_text_add_count(out, state->done_rows);
    wend__cli_text_add(out, " of ");
    wend__cli_text_add_count(out, state->total_rows);
    wend__cli_text_add(out, " rows  ");
    wend__cli_text_add_count(out, rounded((double)state->done_rows / seconds));
    wend__cli_text_add(out, " rows/s");
}

static void add_bytes_and_events(const struct wend_cli_state *state, double seconds,
                                 struct wend_cli_text *out) {
    wend__cli_text_add_size(out, state->done_bytes);
    if (state->total_bytes > 0) {
        wend__cli_text_add(out, " of ");
        wend__cli_text_add_size(out, state->total_bytes);
    }
    wend__cli_text_add(out, "  ");
    wend__cli_text_add_size(out, (uint64_t)((double)state->done_bytes / seconds));
    wend__cli_text_add(out, "/s  ");
    wend__cli_text_add_count(out, rounded((double)state->done_events / seconds));
    wend__cli_text_add(out, " events/s");
}

static void add_rates(const struct wend_cli_state *state, int64_t elapsed_us,
                      struct wend_cli_text *out) {
    double seconds = elapsed_us < 1 ? 1e-6 : (double)elapsed_us / 1e6;
    uint64_t total = state->total_events;
    uint64_t done = state->done_events;
    if (state->total_rows > 0) {
        total = state->total_rows;
        done = state->done_rows;
    } else if (state->total_bytes > 0) {
        total = state->total_bytes;
        done = state->done_bytes;
    }
    bool known = total > 0;
    if (known) {
        add_bar(out, parts_done(done, total));
    }
    if (state->total_rows > 0) {
        add_rows(state, seconds, out);
    } else {
        add_bytes_and_events(state, seconds, out);
    }
    if (known && done > 0 && done < total && seconds >= 0.5) {
        add_time_left(out, seconds * ((double)total / (double)done - 1));
    }
}

void wend__cli_progress_line(const struct wend_cli_state *state, int64_t elapsed_us, size_t width,
                             struct wend_cli_text *out) {
    size_t start = out->len;
    if (state->phase != NULL) {
        add_phase(state, out);
    } else {
        add_rates(state, elapsed_us, out);
    }
    size_t used;
    out->len = start + wend__cli_prefix(out->data + start, out->len - start, width, &used);
    out->data[out->len] = '\0';
}

/* The line is a courtesy: a terminal that does not take it is no error. */
static void send(const struct wend_cli_text *line) {
    ssize_t ignored = write(STDERR_FILENO, wend__cli_text_string(line), line->len);
    (void)ignored;
}

void wend__cli_progress_update(struct wend_cli_progress *progress,
                               const struct wend_cli_state *state) {
    if (!progress->shown) {
        return;
    }
    int64_t now_us = wend__cli_clock_us();
    if (now_us - progress->drawn_us < DRAW_EVERY_US) {
        return;
    }
    progress->drawn_us = now_us;
    wend__cli_text_clear(&progress->line);
    wend__cli_text_add(&progress->line, ERASE_LINE);
    wend__cli_progress_line(state, now_us - progress->started_us, progress->width - 1,
                            &progress->line);
    send(&progress->line);
    progress->drawn = true;
}

void wend__cli_progress_end(struct wend_cli_progress *progress) {
    if (progress->drawn) {
        wend__cli_text_clear(&progress->line);
        wend__cli_text_add(&progress->line, ERASE_LINE);
        send(&progress->line);
        progress->drawn = false;
    }
    progress->shown = false;
    wend__cli_text_deinit(&progress->line);
}
