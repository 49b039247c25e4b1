/* The phases of a run, each on one thread a worker. */
#include "base/memory.h"
#include "base/processor.h"
#include "base/thread.h"
#include "pipeline/run_outcomes.h"
#include "pipeline/run_publish.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#define PROGRESS_NS 100000000L /* a tenth of a second */

struct phase;

struct phase_thread {
    struct phase *phase;
    uint32_t index;
    pthread_t thread;
    bool is_started;
    enum wend_status status;
    struct wend_error error;
};

/* `running` is guarded by the lock; the rest is each thread's. */
struct phase {
    struct wend_run_state *run;
    enum wend_run_phase which;
    struct phase_thread *threads;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint32_t running;
};

static void *work(void *context) {
    struct phase_thread *self = context;
    struct phase *phase = self->phase;
    struct wend_run_state *run = phase->run;
    if (run->options->pins) {
        /* A wish: where it is refused the thread works all the same. */
        (void)wend__processor_pin(self->index);
    }
    bool is_ingest = phase->which == WEND_RUN_INGEST;
    if (run->shards != NULL) {
        self->status = is_ingest ? wend__run_shards_ingest(run, self->index, &self->error)
                                 : wend__run_shards_fold(run, self->index, &self->error);
    } else {
        struct wend_worker *worker = run->workers[self->index];
        self->status = is_ingest ? wend__worker_ingest(worker, &self->error)
                                 : wend__worker_fold(worker, run->watermark_us, &self->error);
    }
    pthread_mutex_lock(&phase->lock);
    phase->running--;
    pthread_cond_signal(&phase->changed);
    pthread_mutex_unlock(&phase->lock);
    return NULL;
}

static enum wend_status start_all(struct phase *phase, struct wend_error *error) {
    struct wend_run_state *run = phase->run;
    for (uint32_t i = 0; i < run->worker_count; i++) {
        struct phase_thread *self = &phase->threads[i];
        *self = (struct phase_thread){.phase = phase, .index = i};
        pthread_mutex_lock(&phase->lock);
        phase->running++;
        pthread_mutex_unlock(&phase->lock);
        int number = wend__thread_start(&self->thread, work, self);
        if (number != 0) {
            pthread_mutex_lock(&phase->lock);
            phase->running--;
            pthread_mutex_unlock(&phase->lock);
            wend__router_stop(run->router);
            return wend__fail(error, WEND_ERROR_LIMIT,
                              "cannot start thread %u: %s; use fewer with --threads", i + 1,
                              strerror(number));
        }
        self->is_started = true;
    }
    return WEND_OK;
}

static uint32_t phase_permille(const struct wend_run_state *run) {
    if (run->phase == WEND_RUN_FOLD) {
        return atomic_load_explicit(&run->slice_count, memory_order_relaxed) * 1000 /
               WEND_SLICE_COUNT;
    }
    return run->phase == WEND_RUN_WRITE ? run->written_tables * 1000 / WEND_TABLE_COUNT : 0;
}

/* Tells how far the run is; false when it is to stop. */
static bool tell_progress(struct wend_run_state *run) {
    if (run->kafka != NULL) {
        wend__kafka_serve(run->kafka);
    }
    if (run->shards != NULL) {
        wend__checkpoint_writer_tell(run);
        wend__outcomes_tell(run);
        if (run->options->kafka->is_live && run->phase == WEND_RUN_INGEST) {
            wend__run_live_tell(run);
            wend__run_live_publish(run);
            wend__run_publish_tell(run);
        }
    }
    if (run->options->progress == NULL) {
        return true;
    }
    struct wend_run_progress progress = {
        .phase = run->phase,
        .phase_permille = phase_permille(run),
        .done_bytes = run->reader == NULL ? 0 : wend__block_reader_raw_bytes(run->reader),
        .total_bytes = run->inputs.total_bytes,
        .events = atomic_load_explicit(&run->event_count, memory_order_relaxed),
        .total_events = run->message_count,
    };
    return run->options->progress(run->options->progress_context, &progress);
}

enum wend_status wend__run_check_stop(struct wend_run_state *run, struct wend_error *error) {
    return tell_progress(run) ? WEND_OK
                              : wend__fail(error, WEND_ERROR_CANCELLED, "the run was stopped");
}

static bool is_live(const struct wend_run_state *run) {
    return run->shards != NULL && run->options->kafka->is_live;
}

/* A stream without end is ended by its last checkpoints, anything else at once. */
static void stop(struct wend_run_state *run) {
    if (is_live(run)) {
        wend__run_live_end(run);
    } else {
        wend__router_stop(run->router);
    }
}

/* True when the caller asked to stop. */
static bool wait_for_all(struct phase *phase) {
    bool is_stopped = false;
    pthread_mutex_lock(&phase->lock);
    while (phase->running > 0) {
        struct timespec until;
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += PROGRESS_NS;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000L;
        }
        if (pthread_cond_timedwait(&phase->changed, &phase->lock, &until) != ETIMEDOUT) {
            continue;
        }
        pthread_mutex_unlock(&phase->lock);
        if (!is_stopped && !tell_progress(phase->run)) {
            is_stopped = true;
            stop(phase->run);
        }
        if (is_live(phase->run) && wend__kafka_group_result(phase->run->kafka, NULL) != WEND_OK) {
            wend__router_stop(phase->run->router);
        }
        pthread_mutex_lock(&phase->lock);
    }
    pthread_mutex_unlock(&phase->lock);
    return is_stopped;
}

/* Joins; the first failure that is not the echo of another one counts. */
static enum wend_status join_all(struct phase *phase, struct wend_error *error) {
    const struct phase_thread *worst = NULL;
    for (uint32_t i = 0; i < phase->run->worker_count; i++) {
        struct phase_thread *self = &phase->threads[i];
        if (!self->is_started) {
            continue;
        }
        (void)pthread_join(self->thread, NULL);
        if (self->status != WEND_OK && (worst == NULL || worst->status == WEND_ERROR_CANCELLED)) {
            worst = self;
        }
    }
    if (worst == NULL) {
        return WEND_OK;
    }
    if (error != NULL) {
        *error = worst->error;
    }
    return worst->status;
}

enum wend_status wend__run_phase(struct wend_run_state *run, enum wend_run_phase which,
                                 struct wend_error *error) {
    struct phase phase = {.run = run, .which = which};
    run->phase = which;
    phase.threads = wend__alloc_zeroed(run->worker_count, sizeof *phase.threads);
    if (phase.threads == NULL || pthread_mutex_init(&phase.lock, NULL) != 0) {
        wend__free(phase.threads);
        return wend__fail_memory(error);
    }
    if (pthread_cond_init(&phase.changed, NULL) != 0) {
        (void)pthread_mutex_destroy(&phase.lock);
        wend__free(phase.threads);
        return wend__fail_memory(error);
    }
    enum wend_status status = start_all(&phase, error);
    bool is_stopped = wait_for_all(&phase);
    if (!is_stopped && status == WEND_OK) {
        /* Once more at the end, so that who asked to stop in time is obeyed however short the run.
         */
        is_stopped = !tell_progress(run);
    }
    struct wend_error reason = {0};
    enum wend_status joined = join_all(&phase, &reason);
    if (status == WEND_OK && joined != WEND_OK) {
        status = joined;
        if (error != NULL) {
            *error = reason;
        }
    }
    if (status == WEND_OK && is_stopped && !is_live(run)) {
        status = wend__fail(error, WEND_ERROR_CANCELLED, "the run was stopped");
    }
    (void)pthread_cond_destroy(&phase.changed);
    (void)pthread_mutex_destroy(&phase.lock);
    wend__free(phase.threads);
    return status;
}
