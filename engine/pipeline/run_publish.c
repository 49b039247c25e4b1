#include "pipeline/run_publish.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"
#include "pipeline/publish_windows.h"
#include "snapshot/window_folders.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* Windows that another process of the group has written are found by looking. */
#define LOOK_US (10 * WEND_US_PER_SECOND)
#define PAUSE_MIN_US WEND_US_PER_SECOND
#define PAUSE_MAX_US (60 * WEND_US_PER_SECOND)
/* While it goes on failing, it is told now and then. */
#define TELL_US (600 * WEND_US_PER_SECOND)

struct wend_run_publish {
    const struct wend_run_options *options;
    char schema[64];
    pthread_t thread;
    bool is_started;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    _Atomic bool is_ending; /* relaxed: looked at while a publishing is under way */

    /* guarded by the lock */
    bool is_awake;
    char waiting[WEND_ERROR_TEXT_BYTES + 160]; /* a line to be told; "": none */

    /* of the thread */
    size_t done_count; /* windows that the directory had when all were published */
    bool is_failing;
    int64_t pause_us;
    int64_t next_us; /* monotonic clock: not before this */
    int64_t next_tell_us;
};

static bool is_ending(const struct wend_run_publish *publish) {
    return atomic_load_explicit(&publish->is_ending, memory_order_relaxed);
}

static void say(struct wend_run_publish *publish, const char *text) {
    pthread_mutex_lock(&publish->lock);
    (void)snprintf(publish->waiting, sizeof publish->waiting, "%s", text);
    pthread_mutex_unlock(&publish->lock);
}

/* A `note` of the publishing: only what it said last is kept. */
static void note(void *context, const char *text) {
    struct wend_run_publish *publish = context;
    say(publish, text);
}

static bool goes_on(void *context, uint64_t done_rows, uint64_t total_rows) {
    const struct wend_run_publish *publish = context;
    (void)done_rows;
    (void)total_rows;
    return !is_ending(publish);
}

static void fail(struct wend_run_publish *publish, const struct wend_error *error) {
    int64_t now_us = wend__clock_monotonic_us();
    if (!publish->is_failing || now_us >= publish->next_tell_us) {
        char text[sizeof publish->waiting];
        (void)snprintf(text, sizeof text,
                       "a window is not in PostgreSQL yet, and is tried again; the stream goes on: "
                       "%.*s",
                       (int)strcspn(error->text, "\n"), error->text);
        say(publish, text);
        publish->next_tell_us = now_us + TELL_US;
    }
    publish->pause_us = publish->is_failing ? 2 * publish->pause_us : PAUSE_MIN_US;
    publish->pause_us = publish->pause_us < PAUSE_MAX_US ? publish->pause_us : PAUSE_MAX_US;
    publish->next_us = now_us + publish->pause_us;
    publish->is_failing = true;
}

static void succeed(struct wend_run_publish *publish, const struct wend_windows_done *done) {
    if (publish->is_failing) {
        char text[160];
        (void)snprintf(text, sizeof text,
                       "PostgreSQL has all windows again, %" PRIu64 " of them added just now",
                       done->published_count);
        say(publish, text);
    }
    publish->is_failing = false;
    publish->next_us = 0;
    publish->done_count = (size_t)done->window_count;
}

/* Whether the directory has windows of which nothing is known. */
static bool is_due(const struct wend_run_publish *publish, bool is_awake) {
    struct wend_window_folders folders;
    if (wend__window_folders(publish->options->output, &folders, NULL) != WEND_OK) {
        return false;
    }
    wend__free(folders.windows_us);
    return folders.count > 0 && (is_awake || folders.count != publish->done_count);
}

static void look(struct wend_run_publish *publish, bool is_awake) {
    struct wend_error error = {0};
    struct wend_windows_done done;
    if (!is_due(publish, is_awake)) {
        return;
    }
    struct wend_postgres_options options = {
        .conninfo = publish->options->kafka->publish,
        .schema = publish->schema,
        .progress = goes_on,
        .note = note,
        .context = publish,
    };
    enum wend_status status =
        wend__windows_publish(publish->options->output, &options, &done, &error);
    if (status == WEND_OK) {
        succeed(publish, &done);
    } else if (!is_ending(publish)) {
        fail(publish, &error);
    }
}

/* Sleeps until there is something to do; `*is_awake`: there is a new window. False: it ends. */
static bool wait_for_work(struct wend_run_publish *publish, bool *is_awake) {
    pthread_mutex_lock(&publish->lock);
    int64_t until_us = wend__clock_monotonic_us() + LOOK_US;
    until_us = publish->is_failing ? publish->next_us : until_us;
    for (;;) {
        int64_t left_us = until_us - wend__clock_monotonic_us();
        if (is_ending(publish) || left_us <= 0 || (publish->is_awake && !publish->is_failing)) {
            break;
        }
        struct timespec until;
        (void)clock_gettime(CLOCK_REALTIME, &until);
        int64_t end_us =
            (int64_t)until.tv_sec * WEND_US_PER_SECOND + until.tv_nsec / 1000 + left_us;
        until.tv_sec = (time_t)(end_us / WEND_US_PER_SECOND);
        until.tv_nsec = (long)(end_us % WEND_US_PER_SECOND * 1000);
        (void)pthread_cond_timedwait(&publish->changed, &publish->lock, &until);
    }
    *is_awake = publish->is_awake || publish->is_failing;
    publish->is_awake = false;
    pthread_mutex_unlock(&publish->lock);
    return !is_ending(publish);
}

static void *work(void *context) {
    struct wend_run_publish *publish = context;
    bool is_awake = false;
    while (wait_for_work(publish, &is_awake)) {
        look(publish, is_awake);
    }
    return NULL;
}

static enum wend_status start_thread(struct wend_run_publish *publish, struct wend_error *error) {
    int number = wend__thread_start(&publish->thread, work, publish);
    publish->is_started = number == 0;
    return number == 0
               ? WEND_OK
               : wend__fail(error, WEND_ERROR_LIMIT, "cannot start a thread: %s", strerror(number));
}

enum wend_status wend__run_publish_start(struct wend_run_state *run, struct wend_error *error) {
    const struct wend_run_kafka *kafka = run->options->kafka;
    if (kafka->publish == NULL) {
        return WEND_OK;
    }
    const char *schema =
        kafka->publish_schema == NULL ? WEND_PUBLISH_SCHEMA : kafka->publish_schema;
    if (run->options->output == NULL || !kafka->is_live) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "--publish is for the windows of a stream without end; name their folder "
                          "with -o, and publish what --until-end writes with `wend publish`");
    }
    WEND_TRY(wend__postgres_check(kafka->publish, schema, error));
    struct wend_run_publish *publish = wend__alloc_zeroed(1, sizeof *publish);
    if (publish == NULL || pthread_mutex_init(&publish->lock, NULL) != 0) {
        wend__free(publish);
        return wend__fail_memory(error);
    }
    if (pthread_cond_init(&publish->changed, NULL) != 0) {
        (void)pthread_mutex_destroy(&publish->lock);
        wend__free(publish);
        return wend__fail_memory(error);
    }
    publish->options = run->options;
    publish->is_awake = true;
    (void)snprintf(publish->schema, sizeof publish->schema, "%s", schema);
    atomic_init(&publish->is_ending, false);
    run->shards->publish = publish;
    return start_thread(publish, error);
}

void wend__run_publish_wake(const struct wend_run_state *run) {
    struct wend_run_publish *publish = run->shards->publish;
    if (publish != NULL) {
        pthread_mutex_lock(&publish->lock);
        publish->is_awake = true;
        (void)pthread_cond_signal(&publish->changed);
        pthread_mutex_unlock(&publish->lock);
    }
}

void wend__run_publish_tell(const struct wend_run_state *run) {
    struct wend_run_publish *publish = run->shards->publish;
    const struct wend_run_kafka *kafka = run->options->kafka;
    if (publish == NULL || kafka->note == NULL) {
        return;
    }
    char text[sizeof publish->waiting];
    pthread_mutex_lock(&publish->lock);
    memcpy(text, publish->waiting, sizeof text);
    publish->waiting[0] = '\0';
    pthread_mutex_unlock(&publish->lock);
    if (text[0] != '\0') {
        kafka->note(kafka->note_context, text);
    }
}

void wend__run_publish_stop(struct wend_run_state *run) {
    struct wend_run_publish *publish = run->shards->publish;
    if (publish == NULL) {
        return;
    }
    if (publish->is_started) {
        pthread_mutex_lock(&publish->lock);
        atomic_store_explicit(&publish->is_ending, true, memory_order_relaxed);
        (void)pthread_cond_signal(&publish->changed);
        pthread_mutex_unlock(&publish->lock);
        (void)pthread_join(publish->thread, NULL);
    }
    (void)pthread_cond_destroy(&publish->changed);
    (void)pthread_mutex_destroy(&publish->lock);
    wend__free(publish);
    run->shards->publish = NULL;
}
