#include "status.h"

#include "progress.h"
#include "table.h"
#include "value.h"
#include "width.h"

#include "api/cli.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* In a pipe it is told once in so many seconds. */
enum { PRINT_EVERY = 60, HEIGHT_UNKNOWN = 24, LINES_AROUND = 4 };
enum { NAME, BEHIND, RATE, WATERMARK, OPEN, STATE, CHECKPOINT, COLUMN_COUNT };
#define SECOND_US 1000000.0

/* A partition when it was last looked at. */
struct sample {
    uint64_t messages;
    double rate;
};

struct wend_cli_status {
    const struct wend_cli_context *context;
    const struct wend_live *live;
    bool has_state;
    bool is_shown; /* --status */
    bool is_drawn; /* on a terminal */
    pthread_t thread;
    sigset_t mask; /* as it was */
    atomic_bool stop;

    pthread_mutex_t lock; /* of what follows */
    struct sample *samples;
    size_t sample_count;
    int64_t sampled_us;
    size_t line_count; /* on the screen */
    struct wend_cli_text text;
};

static void send(const struct wend_cli_text *text) {
    ssize_t ignored = write(STDERR_FILENO, wend__cli_text_string(text), text->len);
    (void)ignored;
}

static void add_erase(struct wend_cli_status *status) {
    if (status->line_count > 0) {
        wend__cli_text_add_format(&status->text, "\033[%zuA\033[J", status->line_count);
        status->line_count = 0;
    }
}

/* How many messages a second each partition has had since the look before. */
static void take_samples(struct wend_cli_status *status) {
    size_t count = wend__cli_live_count(status->live);
    int64_t now_us = wend__cli_clock_us();
    double seconds = (double)(now_us - status->sampled_us) / SECOND_US;
    bool is_first = status->sample_count != count;
    if (is_first) {
        status->samples = wend__cli_realloc(status->samples, (count + 1) * sizeof(struct sample));
        memset(status->samples, 0, (count + 1) * sizeof(struct sample));
        status->sample_count = count;
    } else if (seconds < 0.1) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct wend_live_row row;
        struct sample *sample = &status->samples[i];
        wend__cli_live_row(status->live, i, status->has_state, &row);
        sample->rate = is_first || row.messages < sample->messages
                           ? 0
                           : (double)(row.messages - sample->messages) / seconds;
        sample->messages = row.messages;
    }
    status->sampled_us = now_us;
}

static void add_row(struct wend_cli_table *table, const struct wend_live_row *row, double rate) {
    struct wend_cli_text texts[COLUMN_COUNT] = {0};
    struct wend_cli_cell cells[COLUMN_COUNT];
    wend__cli_text_add_visible(&texts[NAME], row->topic, strlen(row->topic), false);
    wend__cli_text_add_format(&texts[NAME], "-%d", (int)row->partition);
    if (row->is_here) {
        wend__cli_text_add_count(&texts[BEHIND], row->lag);
        wend__cli_text_add_count(&texts[RATE], (uint64_t)rate);
        wend__cli_text_add_count(&texts[OPEN], row->open_events);
        wend__cli_text_add_size(&texts[STATE], row->state_bytes);
        wend__cli_text_add_count(&texts[CHECKPOINT], (uint64_t)row->checkpoint_age_us / 1000000);
        wend__cli_text_add(&texts[CHECKPOINT], " s ago");
    } else {
        wend__cli_text_add(&texts[BEHIND], "not here");
    }
    if (row->is_here && row->has_watermark) {
        wend__cli_time_add(row->watermark_us - row->watermark_us % 1000000, &texts[WATERMARK]);
    }
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        cells[i] = (struct wend_cli_cell){WEND_CLI_CELL_TEXT, wend__cli_text_string(&texts[i]),
                                          texts[i].len};
    }
    wend__cli_table_add(table, cells);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        wend__cli_text_deinit(&texts[i]);
    }
}

static void add_summary(const struct wend_cli_status *status, struct wend_cli_text *out) {
    size_t here = 0;
    uint64_t lag = 0;
    double rate = 0;
    for (size_t i = 0; i < status->sample_count; i++) {
        struct wend_live_row row;
        wend__cli_live_row(status->live, i, status->has_state, &row);
        here += row.is_here ? 1 : 0;
        lag += row.is_here ? row.lag : 0;
        rate += row.is_here ? status->samples[i].rate : 0;
    }
    wend__cli_text_add_format(out, "%zu of %zu partitions here, ", here, status->sample_count);
    wend__cli_text_add_count(out, lag);
    wend__cli_text_add(out, " messages behind, ");
    wend__cli_text_add_count(out, (uint64_t)rate);
    wend__cli_text_add(out, " messages/s\n");
}

/* What is furthest behind comes first where not all fits. */
static size_t find_furthest(const struct wend_cli_status *status, const bool *is_taken) {
    size_t found = status->sample_count;
    uint64_t most = 0;
    for (size_t i = 0; i < status->sample_count; i++) {
        struct wend_live_row row;
        wend__cli_live_row(status->live, i, status->has_state, &row);
        uint64_t weight = row.is_here ? row.lag + 2 : 1;
        if (!is_taken[i] && weight > most) {
            most = weight;
            found = i;
        }
    }
    return found;
}

/* At most `most` partitions, each line at most `width` cells; 0: as wide as it is. */
static void add_table(const struct wend_cli_status *status, size_t most, size_t width,
                      struct wend_cli_text *out) {
    static const struct wend_cli_column columns[COLUMN_COUNT] = {
        [NAME] = {.title = "partition", .shrinks = true},
        [BEHIND] = {.title = "behind", .right = true},
        [RATE] = {.title = "messages/s", .right = true},
        [WATERMARK] = {.title = "watermark"},
        [OPEN] = {.title = "open events", .right = true},
        [STATE] = {.title = "state", .right = true},
        [CHECKPOINT] = {.title = "checkpoint", .right = true}};
    struct wend_cli_table table;
    bool *is_taken = wend__cli_alloc(status->sample_count + 1);
    bool fits = status->sample_count <= most;
    memset(is_taken, fits, status->sample_count + 1);
    for (size_t i = 0; !fits && i < most; i++) {
        is_taken[find_furthest(status, is_taken)] = true;
    }
    wend__cli_table_init(&table, columns, status->has_state ? COLUMN_COUNT : OPEN);
    for (size_t i = 0; i < status->sample_count; i++) {
        struct wend_live_row row;
        if (is_taken[i]) {
            wend__cli_live_row(status->live, i, status->has_state, &row);
            add_row(&table, &row, status->samples[i].rate);
        }
    }
    wend__cli_table_render(&table, width, false, out);
    if (!fits) {
        wend__cli_text_add_format(out, "and %zu more, less far behind\n",
                                  status->sample_count - most);
    }
    wend__cli_table_deinit(&table);
    free(is_taken);
}

/* Appends lines cut to the terminal, and counts them. */
static void add_cut(struct wend_cli_status *status, const struct wend_cli_text *lines,
                    size_t width) {
    for (const char *at = wend__cli_text_string(lines); *at != '\0';) {
        size_t len = strcspn(at, "\n");
        size_t used;
        wend__cli_text_add_bytes(&status->text, at, wend__cli_prefix(at, len, width, &used));
        wend__cli_text_add(&status->text, "\n");
        status->line_count++;
        at += at[len] == '\0' ? len : len + 1;
    }
}

/* Under the lock. */
static void show(struct wend_cli_status *status, bool is_drawn) {
    struct wend_cli_text lines = {0};
    struct winsize size = {0};
    size_t width = status->context->terminal.width;
    size_t height = HEIGHT_UNKNOWN;
    if (is_drawn && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        width = size.ws_col;
        height = size.ws_row > 2 * LINES_AROUND ? size.ws_row : 2 * LINES_AROUND;
    }
    add_summary(status, &lines);
    add_table(status, is_drawn ? height - LINES_AROUND : SIZE_MAX, is_drawn ? width : 0, &lines);
    add_erase(status);
    add_cut(status, &lines, is_drawn ? width - 1 : SIZE_MAX);
    if (!is_drawn) {
        status->line_count = 0;
    }
    send(&status->text);
    wend__cli_text_clear(&status->text);
    wend__cli_text_deinit(&lines);
}

static void *tell(void *argument) {
    struct wend_cli_status *status = argument;
    const struct timespec second = {.tv_sec = 1};
    sigset_t asked;
    unsigned ticks = 0;
    (void)sigemptyset(&asked);
    (void)sigaddset(&asked, SIGUSR1);
    for (;;) {
        bool is_asked = sigtimedwait(&asked, NULL, &second) == SIGUSR1;
        if (atomic_load_explicit(&status->stop, memory_order_relaxed)) {
            return NULL;
        }
        ticks += is_asked ? 0 : 1;
        pthread_mutex_lock(&status->lock);
        take_samples(status);
        bool is_due = status->is_shown && (status->is_drawn || ticks % PRINT_EVERY == 1);
        if ((is_asked || is_due) && status->sample_count > 0) {
            show(status, status->is_drawn && status->is_shown);
        }
        pthread_mutex_unlock(&status->lock);
    }
}

enum wend_status wend__cli_status_open(const struct wend_cli_context *context,
                                       const struct wend_live *live, bool has_state,
                                       struct wend_cli_status **status, struct wend_error *error) {
    struct wend_cli_status *made = wend__cli_alloc(sizeof *made);
    sigset_t asked;
    *made = (struct wend_cli_status){
        .context = context,
        .live = live,
        .has_state = has_state,
        .is_shown = context->arguments->values[WEND_CLI_STATUS].given && !context->quiet,
        .is_drawn = context->terminal.can_redraw,
        .sampled_us = wend__cli_clock_us(),
    };
    (void)sigemptyset(&asked);
    (void)sigaddset(&asked, SIGUSR1);
    (void)pthread_sigmask(SIG_BLOCK, &asked, &made->mask);
    if (pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return wend__cli_error(error, WEND_ERROR_MEMORY, "out of memory");
    }
    if (pthread_create(&made->thread, NULL, tell, made) != 0) {
        (void)pthread_mutex_destroy(&made->lock);
        free(made);
        return wend__cli_error(error, WEND_ERROR_IO,
                               "no thread can be made; allow this user more processes");
    }
    *status = made;
    return WEND_OK;
}

void wend__cli_status_note(const struct wend_cli_context *context, struct wend_cli_status *status,
                           const char *text) {
    if (status == NULL) {
        wend__cli_note(context, "%s", text);
        return;
    }
    pthread_mutex_lock(&status->lock);
    bool was_drawn = status->line_count > 0;
    add_erase(status);
    send(&status->text);
    wend__cli_text_clear(&status->text);
    wend__cli_note(context, "%s", text);
    if (was_drawn) {
        show(status, true);
    }
    pthread_mutex_unlock(&status->lock);
}

void wend__cli_status_close(struct wend_cli_status *status) {
    if (status == NULL) {
        return;
    }
    atomic_store_explicit(&status->stop, true, memory_order_relaxed);
    (void)pthread_kill(status->thread, SIGUSR1);
    (void)pthread_join(status->thread, NULL);
    add_erase(status);
    send(&status->text);
    (void)pthread_sigmask(SIG_SETMASK, &status->mask, NULL);
    (void)pthread_mutex_destroy(&status->lock);
    wend__cli_text_deinit(&status->text);
    free(status->samples);
    free(status);
}
