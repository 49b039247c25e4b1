/* The thread that encodes and writes checkpoints, while the shards go on. */
#include "base/clock.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/thread.h"
#include "ds/row.h"
#include "pipeline/run_outcomes.h"
#include "pipeline/run_windows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* After a refusal of the disk. */
enum { RETRY_SECONDS = 1 };

/* All but `thread` is guarded by the lock. */
struct wend_checkpoint_writer {
    pthread_t thread;
    bool is_started;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct wend_run_shard *first;
    struct wend_run_shard *last;
    bool is_ending;
    enum wend_status status;
    struct wend_error error;
    char waiting[WEND_ERROR_TEXT_BYTES + 64]; /* a line for people; "": none */
};

static bool has_windows(const struct wend_run_state *run) {
    return run->options->ruleset->window_us > 0;
}

static bool is_written(const struct wend_run_state *run, unsigned table) {
    bool is_only_sent = table == WEND_TABLE_JOURNEYS && run->shards->outcomes != NULL;
    return !is_only_sent || (run->options->tables >> table & 1) != 0;
}

static enum wend_status take_table(struct wend_run_shard *shard, enum wend_table_id table,
                                   struct wend_error *error) {
    struct wend_checkpoint_job *job = &shard->job;
    size_t head = job->rows.len;
    struct wend_part_windows windows = job->windows;
    WEND_TRY(wend__part_append(&job->rows, table, wend__tally_rows(job->tally, table),
                               has_windows(shard->run), &windows, error));
    if (table == WEND_TABLE_JOURNEYS && shard->run->shards->outcomes != NULL &&
        job->rows.len > head) {
        size_t from = head + WEND_PART_HEAD_BYTES;
        struct wend_bytes rows = wend__bytes(job->rows.data + from, job->rows.len - from);
        WEND_TRY(wend__outcomes_collect(shard, rows, error));
    }
    if (is_written(shard->run, table)) {
        job->windows = windows;
    } else {
        job->rows.len = head;
    }
    return WEND_OK;
}

/* The rows leave the tally once; a try that comes again has them. */
static enum wend_status take_rows(struct wend_run_shard *shard, struct wend_error *error) {
    struct wend_checkpoint_job *job = &shard->job;
    if (job->tally == NULL) {
        return WEND_OK;
    }
    wend__buffer_clear(&job->rows);
    wend__buffer_clear(&job->outbox_bytes);
    job->outbox.count = 0;
    job->windows = (struct wend_part_windows){INT64_MAX, INT64_MIN};
    for (unsigned table = 0; table < WEND_TABLE_COUNT; table++) {
        if ((shard->run->plan.tables >> table & 1) != 0) {
            WEND_TRY(take_table(shard, (enum wend_table_id)table, error));
        }
    }
    wend__tally_destroy(job->tally);
    job->tally = NULL;
    return WEND_OK;
}

static enum wend_status write_file(const struct wend_chain *chain, const char *kind, char *name,
                                   const struct wend_bytes *parts, size_t part_count,
                                   struct wend_checkpoint_ref *ref, struct wend_error *error) {
    (void)snprintf(name, WEND_CHECKPOINT_NAME_BYTES, "%s-%" PRIu64 "-%" PRIu64, kind,
                   chain->head.epoch, chain->last_number + 1);
    char *path = wend__chain_path(chain, name);
    if (path == NULL) {
        return wend__fail_memory(error);
    }
    (void)wend__io_remove(path); /* of a try that failed behind it */
    enum wend_status status = wend__checkpoint_write(path, parts, part_count, ref, error);
    wend__free(path);
    return status;
}

static enum wend_status write_part(struct wend_run_shard *shard, struct wend_error *error) {
    struct wend_checkpoint_job *job = &shard->job;
    if (job->rows.len == 0 || job->has_part) {
        return WEND_OK;
    }
    struct wend_bytes rows = wend__buffer_view(&job->rows);
    job->part = (struct wend_checkpoint_part){0};
    if (has_windows(shard->run)) {
        job->part.first_window_us = job->windows.first_us;
        job->part.last_window_us = job->windows.last_us;
    }
    WEND_TRY(write_file(&shard->chain, "part", job->part.name, &rows, 1, &job->part.ref, error));
    job->has_part = true;
    return WEND_OK;
}

static enum wend_status write_outbox(struct wend_run_shard *shard, struct wend_error *error) {
    struct wend_checkpoint_job *job = &shard->job;
    if (job->outbox.count == 0 || job->has_outbox) {
        return WEND_OK;
    }
    struct wend_bytes bytes = wend__buffer_view(&job->outbox_bytes);
    WEND_TRY(
        write_file(&shard->chain, "outbox", job->outbox.name, &bytes, 1, &job->outbox.ref, error));
    job->outbox.seq = shard->chain.last_number + 1;
    job->has_outbox = true;
    return WEND_OK;
}

static enum wend_status commit(struct wend_run_shard *shard, struct wend_error *error) {
    const struct wend_checkpoint_job *job = &shard->job;
    struct wend_checkpoint *head = &shard->chain.head;
    wend__checkpoint_drop_outboxes(head,
                                   atomic_load_explicit(&shard->sent_seq, memory_order_relaxed));
    size_t outbox_count = head->outbox_count;
    size_t part_count = head->part_count;
    struct wend_checkpoint_part replaced = {0}; /* the first one: the new one takes its place */
    if (job->replaces > 0) {
        replaced = head->parts[part_count - job->replaces];
        head->part_count -= job->replaces;
    }
    if ((job->has_part && !wend__checkpoint_add_part(head, &job->part)) ||
        (job->has_outbox && !wend__checkpoint_add_outbox(head, &job->outbox))) {
        return wend__fail_memory(error);
    }
    const struct wend_counters *counters = &job->copy.counters;
    head->is_claim = false;
    head->begin_offset = job->begin_offset;
    head->next_offset = job->next_offset;
    head->mark_us = job->mark_us;
    head->passed_us = job->copy.passed_us;
    head->definitions_hash = shard->run->options->ruleset->source_hash;
    head->read = counters->read;
    head->accepted = counters->accepted;
    head->waiting = wend__shard_copy_waiting(&job->copy);
    head->dropped = counters->filtered + wend__counters_rejected(counters) + counters->late +
                    counters->duplicate;
    if (head->read != head->accepted + head->waiting + head->dropped) {
        abort(); /* the numbers cannot be trusted: nothing is committed */
    }
    bool is_fenced = false;
    head->tick_count = 0;
    for (size_t i = 0; i < job->tick_count; i++) {
        if (!wend__checkpoint_add_tick(head, job->ticks[i])) {
            return wend__fail_memory(error);
        }
    }
    enum wend_status status = wend__chain_commit(&shard->chain, &is_fenced, error);
    if (status != WEND_OK) {
        if (job->replaces > 0) {
            head->parts[part_count - job->replaces] = replaced;
        }
        head->part_count = part_count;
        head->outbox_count = outbox_count;
        return status;
    }
    if (is_fenced) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "%s was taken over by another process that uses the same --state; this "
                          "one has written nothing since",
                          shard->chain.folder);
    }
    return WEND_OK;
}

/* For who looks from outside. */
static void tell_checkpoint(const struct wend_run_shard *shard, uint64_t bytes) {
    struct wend_live_partition *live = wend__run_shard_live(shard);
    if (live != NULL) {
        int64_t now_us = wend__clock_monotonic_us();
        atomic_fetch_add_explicit(&live->checkpoints, 1, memory_order_relaxed);
        atomic_store_explicit(&live->checkpoint_us, now_us, memory_order_relaxed);
        atomic_store_explicit(&live->checkpoint_offset, shard->job.next_offset,
                              memory_order_relaxed);
        atomic_store_explicit(&live->checkpoint_took_us, now_us - shard->begun_us,
                              memory_order_relaxed);
        atomic_store_explicit(&live->checkpoint_bytes, bytes, memory_order_relaxed);
    }
}

static enum wend_status write_checkpoint(struct wend_run_shard *shard, struct wend_error *error) {
    struct wend_checkpoint *head = &shard->chain.head;
    const struct wend_shard_copy *copy = &shard->job.copy;
    struct wend_bytes parts[] = {wend__buffer_view(&copy->head), wend__buffer_view(&copy->hits),
                                 wend__buffer_view(&copy->customers)};
    WEND_TRY(take_rows(shard, error));
    WEND_TRY(wend__run_shard_merge_parts(shard, error));
    WEND_TRY(write_part(shard, error));
    WEND_TRY(write_outbox(shard, error));
    char name[WEND_CHECKPOINT_NAME_BYTES];
    struct wend_checkpoint_ref ref = {0};
    WEND_TRY(write_file(&shard->chain, "state", name, parts, 3, &ref, error));
    memcpy(head->state_name, name, sizeof name);
    head->state = ref;
    head->has_state = true;
    WEND_TRY(commit(shard, error));
    atomic_store_explicit(&shard->state_bytes, ref.bytes, memory_order_relaxed);
    atomic_store_explicit(&shard->done_offset, shard->job.next_offset, memory_order_relaxed);
    tell_checkpoint(shard, ref.bytes);
    if (shard->job.has_outbox) {
        WEND_TRY(wend__outcomes_submit(shard, &shard->job.outbox, error));
    }
    shard->job.has_part = false;
    shard->job.is_merged = false;
    shard->job.replaces = 0;
    shard->job.has_outbox = false;
    wend__buffer_clear(&shard->job.rows);
    wend__chain_sweep(&shard->chain);
    return WEND_OK;
}

static bool is_stopped(const struct wend_run_state *run) {
    return wend__router_is_stopped(run->router);
}

static void note_trouble(struct wend_checkpoint_writer *writer, const struct wend_error *error) {
    pthread_mutex_lock(&writer->lock);
    (void)snprintf(writer->waiting, sizeof writer->waiting,
                   "a checkpoint failed and is tried again: %s", error->text);
    pthread_mutex_unlock(&writer->lock);
}

void wend__checkpoint_writer_tell(const struct wend_run_state *run) {
    struct wend_checkpoint_writer *writer = run->shards->writer;
    const struct wend_run_kafka *kafka = run->options->kafka;
    if (writer == NULL) {
        return;
    }
    char text[sizeof writer->waiting];
    pthread_mutex_lock(&writer->lock);
    memcpy(text, writer->waiting, sizeof text);
    writer->waiting[0] = '\0';
    pthread_mutex_unlock(&writer->lock);
    if (text[0] != '\0' && kafka->note != NULL) {
        kafka->note(kafka->note_context, text);
    }
}

/* Until it is done, or there is no sense in going on. */
static enum wend_status write_patiently(struct wend_run_shard *shard, struct wend_error *error) {
    for (bool is_first = true;; is_first = false) {
        enum wend_status status = write_checkpoint(shard, error);
        if (atomic_load_explicit(&shard->is_lost, memory_order_relaxed)) {
            return WEND_OK; /* whatever became of it: it is somebody else's now */
        }
        if (status != WEND_ERROR_IO || is_stopped(shard->run)) {
            return status;
        }
        struct wend_live_partition *live = wend__run_shard_live(shard);
        if (live != NULL) {
            atomic_fetch_add_explicit(&live->failures, 1, memory_order_relaxed);
        }
        if (is_first) {
            note_trouble(shard->run->shards->writer, error);
        }
        struct timespec pause = {RETRY_SECONDS, 0};
        (void)nanosleep(&pause, NULL);
    }
}

static struct wend_run_shard *next_job(struct wend_checkpoint_writer *writer) {
    pthread_mutex_lock(&writer->lock);
    while (writer->first == NULL && !writer->is_ending) {
        (void)pthread_cond_wait(&writer->changed, &writer->lock);
    }
    struct wend_run_shard *shard = writer->first;
    if (shard != NULL) {
        writer->first = shard->next_job;
        writer->last = writer->first == NULL ? NULL : writer->last;
    }
    pthread_mutex_unlock(&writer->lock);
    return shard;
}

static void *work(void *context) {
    struct wend_run_state *run = context;
    struct wend_checkpoint_writer *writer = run->shards->writer;
    for (;;) {
        struct wend_run_shard *shard = next_job(writer);
        if (shard == NULL) {
            return NULL;
        }
        struct wend_error error = {0};
        enum wend_status status =
            is_stopped(run) ? WEND_ERROR_CANCELLED : write_patiently(shard, &error);
        pthread_mutex_lock(&writer->lock);
        if (status != WEND_OK && status != WEND_ERROR_CANCELLED && writer->status == WEND_OK) {
            writer->status = status;
            writer->error = error;
            wend__router_stop(run->router);
        }
        /* Partner: wend__run_shard_is_pending of the shard's owner. */
        atomic_store_explicit(&shard->is_pending, false, memory_order_release);
        pthread_cond_broadcast(&writer->changed);
        pthread_mutex_unlock(&writer->lock);
    }
}

enum wend_status wend__checkpoint_writer_start(struct wend_run_state *run,
                                               struct wend_error *error) {
    struct wend_checkpoint_writer *writer = wend__alloc_zeroed(1, sizeof *writer);
    if (writer == NULL || pthread_mutex_init(&writer->lock, NULL) != 0) {
        wend__free(writer);
        return wend__fail_memory(error);
    }
    if (pthread_cond_init(&writer->changed, NULL) != 0) {
        (void)pthread_mutex_destroy(&writer->lock);
        wend__free(writer);
        return wend__fail_memory(error);
    }
    run->shards->writer = writer;
    int number = wend__thread_start(&writer->thread, work, run);
    writer->is_started = number == 0;
    return number == 0
               ? WEND_OK
               : wend__fail(error, WEND_ERROR_LIMIT, "cannot start a thread: %s", strerror(number));
}

void wend__checkpoint_writer_submit(struct wend_run_shard *shard) {
    struct wend_checkpoint_writer *writer = shard->run->shards->writer;
    atomic_store_explicit(&shard->is_pending, true, memory_order_relaxed);
    pthread_mutex_lock(&writer->lock);
    shard->next_job = NULL;
    if (writer->last == NULL) {
        writer->first = shard;
    } else {
        writer->last->next_job = shard;
    }
    writer->last = shard;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
}

enum wend_status wend__checkpoint_writer_wait(struct wend_run_shard *shard,
                                              struct wend_error *error) {
    struct wend_checkpoint_writer *writer = shard->run->shards->writer;
    pthread_mutex_lock(&writer->lock);
    while (wend__run_shard_is_pending(shard)) {
        (void)pthread_cond_wait(&writer->changed, &writer->lock);
    }
    pthread_mutex_unlock(&writer->lock);
    return is_stopped(shard->run) ? wend__fail(error, WEND_ERROR_CANCELLED, "the run was stopped")
                                  : WEND_OK;
}

enum wend_status wend__checkpoint_writer_result(const struct wend_run_state *run,
                                                struct wend_error *error) {
    struct wend_checkpoint_writer *writer = run->shards->writer;
    pthread_mutex_lock(&writer->lock);
    enum wend_status status = writer->status;
    if (status != WEND_OK && error != NULL) {
        *error = writer->error;
    }
    pthread_mutex_unlock(&writer->lock);
    return status;
}

void wend__checkpoint_writer_stop(struct wend_run_state *run) {
    struct wend_checkpoint_writer *writer = run->shards->writer;
    if (writer == NULL) {
        return;
    }
    if (writer->is_started) {
        pthread_mutex_lock(&writer->lock);
        writer->is_ending = true;
        pthread_cond_broadcast(&writer->changed);
        pthread_mutex_unlock(&writer->lock);
        (void)pthread_join(writer->thread, NULL);
    }
    (void)pthread_cond_destroy(&writer->changed);
    (void)pthread_mutex_destroy(&writer->lock);
    wend__free(writer);
    run->shards->writer = NULL;
}
