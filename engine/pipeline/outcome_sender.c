/* The thread that sends outcomes: one outbox after the other, each until the brokers have it all.
 */
#include "base/clock.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/thread.h"
#include "pipeline/outcome_record.h"
#include "pipeline/run_outcomes_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Without an acknowledgement for so long the brokers are said not to take any. */
#define STALL_US (10 * WEND_US_PER_SECOND)
/* Between two tries, doubled up to the last. */
enum { PAUSE_MS = 500, PAUSE_MAX_MS = 16000, WAIT_MS = 100 };

static void count_live(const struct wend_outcomes *outcomes) {
    struct wend_live *live = outcomes->run->options->kafka->live;
    if (live != NULL) {
        atomic_store_explicit(&live->outcomes.is_wanted, true, memory_order_relaxed);
        atomic_store_explicit(&live->outcomes.waiting, outcomes->waiting, memory_order_relaxed);
        atomic_store_explicit(&live->outcomes.sent, outcomes->sent, memory_order_relaxed);
    }
}

static void set_stalled(const struct wend_outcomes *outcomes, bool is_stalled) {
    struct wend_live *live = outcomes->run->options->kafka->live;
    if (live != NULL) {
        atomic_store_explicit(&live->outcomes.is_stalled, is_stalled, memory_order_relaxed);
    }
}

void wend__outcome_sender_count(struct wend_outcomes *outcomes) {
    atomic_store_explicit(&outcomes->is_full,
                          outcomes->file_count >= WEND_OUTCOMES_FILES_MAX ||
                              outcomes->bytes >= WEND_OUTCOMES_BYTES_MAX,
                          memory_order_relaxed);
    count_live(outcomes);
}

/* A `wend_source_watch`: asked while the producer waits, which is when the rest is seen to. */
static bool is_given_up(void *context) {
    struct wend_outcomes *outcomes = context;
    if (!outcomes->is_started) {
        return wend__run_check_stop(outcomes->run, NULL) != WEND_OK;
    }
    if (outcomes->producer != NULL) {
        uint64_t taken = wend__kafka_producer_delivered(outcomes->producer);
        int64_t now_us = wend__clock_monotonic_us();
        if (taken != outcomes->moved_count) {
            outcomes->moved_count = taken;
            outcomes->moved_us = now_us;
            atomic_fetch_add_explicit(&outcomes->taken, 1, memory_order_relaxed);
        }
        set_stalled(outcomes, now_us - outcomes->moved_us > STALL_US);
    }
    return atomic_load_explicit(&outcomes->is_ending, memory_order_relaxed);
}

/* What the producer has to say, which is told by the thread that called the run. */
static void keep_note(void *context, const char *text) {
    struct wend_outcomes *outcomes = context;
    pthread_mutex_lock(&outcomes->lock);
    (void)snprintf(outcomes->note, sizeof outcomes->note, "outcomes: %s", text);
    pthread_mutex_unlock(&outcomes->lock);
}

enum wend_status wend__outcome_sender_connect(struct wend_outcomes *outcomes,
                                              struct wend_error *error) {
    const struct wend_run_kafka *kafka = outcomes->run->options->kafka;
    struct wend_source_watch watch = {is_given_up, outcomes};
    struct wend_kafka_producer_options options = {
        .settings = kafka->settings,
        .setting_count = kafka->setting_count,
        .topic = kafka->outcomes,
        .watch = &watch,
        .note = keep_note,
        .note_context = outcomes,
    };
    outcomes->moved_us = wend__clock_monotonic_us();
    outcomes->moved_count = 0;
    return wend__kafka_producer_open(&options, &outcomes->producer, error);
}

/* Ends the entry at the front: it was acknowledged, or it is nobody's. */
static void take_off(struct wend_outcomes *outcomes, bool is_sent) {
    pthread_mutex_lock(&outcomes->lock);
    struct wend_outcome_entry *entry = outcomes->first;
    outcomes->first = entry->next;
    outcomes->last = outcomes->first == NULL ? NULL : outcomes->last;
    outcomes->file_count--;
    outcomes->waiting -= entry->outbox.count;
    outcomes->bytes -= entry->outbox.ref.bytes;
    if (is_sent) {
        outcomes->sent += entry->outbox.count;
    }
    if (is_sent && entry->shard != NULL) {
        /* Partner: the writer, which leaves out what was sent. A late look costs a repetition. */
        atomic_store_explicit(&entry->shard->sent_seq, entry->outbox.seq, memory_order_relaxed);
    }
    wend__outcome_sender_count(outcomes);
    pthread_cond_broadcast(&outcomes->changed);
    pthread_mutex_unlock(&outcomes->lock);
    wend__free(entry->path);
    wend__free(entry);
}

static enum wend_status send_all(struct wend_outcomes *outcomes, struct wend_bytes outbox,
                                 struct wend_error *error) {
    if (outcomes->producer == NULL) {
        WEND_TRY(wend__outcome_sender_connect(outcomes, error));
    }
    outcomes->moved_us = wend__clock_monotonic_us();
    while (outbox.len > 0) {
        struct wend_bytes key;
        struct wend_bytes value;
        if (!wend__outcome_take(&outbox, &key, &value)) {
            abort(); /* its checksum was right */
        }
        WEND_TRY(wend__kafka_producer_send(outcomes->producer, key, value, error));
    }
    return wend__kafka_producer_finish(outcomes->producer, error);
}

/* False: the run ends. */
static bool pause_for(struct wend_outcomes *outcomes, int ms) {
    for (; ms > 0 && !atomic_load_explicit(&outcomes->is_ending, memory_order_relaxed);
         ms -= WAIT_MS) {
        struct timespec nap = {0, WAIT_MS * 1000000L};
        (void)nanosleep(&nap, NULL);
    }
    return !atomic_load_explicit(&outcomes->is_ending, memory_order_relaxed);
}

/* Until the brokers have it, or the run ends (false). */
static bool send_patiently(struct wend_outcomes *outcomes, struct wend_bytes outbox) {
    for (int pause_ms = PAUSE_MS;;
         pause_ms = pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : pause_ms * 2) {
        struct wend_error error = {0};
        if (send_all(outcomes, outbox, &error) == WEND_OK) {
            set_stalled(outcomes, false);
            return true;
        }
        /* A producer that has failed may have failed for good: the next try is with a new one. */
        wend__kafka_producer_close(outcomes->producer);
        outcomes->producer = NULL;
        if (atomic_load_explicit(&outcomes->is_ending, memory_order_relaxed)) {
            return false;
        }
        set_stalled(outcomes, true);
        keep_note(outcomes, error.text);
        if (!pause_for(outcomes, pause_ms)) {
            return false;
        }
    }
}

static void fail_reading(struct wend_outcomes *outcomes, const struct wend_error *error) {
    pthread_mutex_lock(&outcomes->lock);
    outcomes->status = WEND_ERROR_IO;
    (void)wend__fail(&outcomes->error, WEND_ERROR_IO,
                     "outcomes that were not sent yet cannot be read: %.600s; restore the file "
                     "from a copy, or begin anew with another --state",
                     error->text);
    pthread_mutex_unlock(&outcomes->lock);
    wend__router_stop(outcomes->run->router);
}

/* False: the sender ends. */
static bool deliver(struct wend_outcomes *outcomes, const struct wend_outcome_entry *entry) {
    struct wend_buffer outbox = {0};
    struct wend_error error = {0};
    wend__io_step();
    enum wend_status status =
        wend__checkpoint_read(entry->path, &entry->outbox.ref, &outbox, &error);
    pthread_mutex_lock(&outcomes->lock);
    bool is_wanted = entry->shard != NULL;
    pthread_mutex_unlock(&outcomes->lock);
    bool goes_on = true;
    if (is_wanted && status == WEND_OK) {
        goes_on = send_patiently(outcomes, wend__buffer_view(&outbox));
        wend__io_step();
    } else if (is_wanted) {
        fail_reading(outcomes, &error);
        goes_on = false;
    }
    if (goes_on) {
        take_off(outcomes, is_wanted);
    }
    wend__buffer_deinit(&outbox);
    return goes_on;
}

static const struct wend_outcome_entry *next_entry(struct wend_outcomes *outcomes) {
    pthread_mutex_lock(&outcomes->lock);
    while (outcomes->first == NULL &&
           !atomic_load_explicit(&outcomes->is_ending, memory_order_relaxed)) {
        (void)pthread_cond_wait(&outcomes->changed, &outcomes->lock);
    }
    const struct wend_outcome_entry *entry =
        atomic_load_explicit(&outcomes->is_ending, memory_order_relaxed) ? NULL : outcomes->first;
    pthread_mutex_unlock(&outcomes->lock);
    return entry;
}

static void *work(void *context) {
    struct wend_outcomes *outcomes = context;
    const struct wend_outcome_entry *entry = next_entry(outcomes);
    while (entry != NULL && deliver(outcomes, entry)) {
        entry = next_entry(outcomes);
    }
    return NULL;
}

enum wend_status wend__outcome_sender_start(struct wend_outcomes *outcomes,
                                            struct wend_error *error) {
    outcomes->is_started = true; /* before the thread looks at it */
    int number = wend__thread_start(&outcomes->thread, work, outcomes);
    outcomes->is_started = number == 0;
    return number == 0
               ? WEND_OK
               : wend__fail(error, WEND_ERROR_LIMIT, "cannot start a thread: %s", strerror(number));
}

void wend__outcome_sender_stop(struct wend_outcomes *outcomes) {
    if (outcomes->is_started) {
        pthread_mutex_lock(&outcomes->lock);
        atomic_store_explicit(&outcomes->is_ending, true, memory_order_relaxed);
        pthread_cond_broadcast(&outcomes->changed);
        pthread_mutex_unlock(&outcomes->lock);
        (void)pthread_join(outcomes->thread, NULL);
    }
    wend__kafka_producer_close(outcomes->producer);
    outcomes->producer = NULL;
}
