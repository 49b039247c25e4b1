#include "pipeline/run_outcomes.h"
#include "pipeline/run_publish.h"
#include "pipeline/run_status.h"
#include "pipeline/run_windows.h"

#include "base/clock.h"
#include "base/memory.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Of a thread for which there is nothing. */
#define NAP_NS 2000000L
/* Of the format of parts and states; a change makes older ones unreadable. */
#define SHAPE_VERSION 1U

static bool append_names(struct wend_buffer *out, const struct wend_bytes *names, uint32_t count) {
    bool done = wend__buffer_append(out, &count, sizeof count);
    for (uint32_t i = 0; done && i < count; i++) {
        done = wend__buffer_append(out, &names[i].len, sizeof names[i].len) &&
               (names[i].len == 0 || wend__buffer_append(out, names[i].data, names[i].len));
    }
    return done;
}

/* Everything that the bytes of states and parts depend on. */
static enum wend_status find_shape(struct wend_run_state *run, struct wend_error *error) {
    const struct wend_ruleset *ruleset = run->options->ruleset;
    const struct wend_hit_layout *layout = &run->layout;
    struct wend_buffer bytes = {0};
    struct wend_bytes segments[WEND_MAX_SEGMENTS];
    for (uint32_t i = 0; i < ruleset->segment_count; i++) {
        segments[i] = ruleset->segments[i].name;
    }
    uint64_t facts[] = {SHAPE_VERSION,
                        layout->bytes,
                        layout->has_value ? 1U : 0U,
                        layout->has_id ? 1U : 0U,
                        layout->token_count,
                        layout->segment_count,
                        (uint64_t)ruleset->window_us,
                        run->plan.tables,
                        sizeof(struct wend_counters)};
    bool done = wend__buffer_append(&bytes, facts, sizeof facts) &&
                append_names(&bytes, segments, ruleset->segment_count) &&
                append_names(&bytes, run->result->scopes, run->result->scope_count);
    if (done) {
        run->shards->shape_hash = wend__hash128(wend__buffer_view(&bytes), 0);
    }
    wend__buffer_deinit(&bytes);
    return done ? WEND_OK : wend__fail_memory(error);
}

static void name_owner(struct wend_run_shards *shards) {
    char host[128] = "";
    (void)gethostname(host, sizeof host - 1);
    (void)snprintf(shards->owner, sizeof shards->owner, "%s/%ld", host, (long)getpid());
}

enum wend_status wend__run_shards_open(struct wend_run_state *run, struct wend_error *error) {
    struct wend_run_shards *shards = run->shards;
    shards->count = wend__kafka_partition_count(run->kafka);
    shards->items = wend__alloc_zeroed(shards->count + 1, sizeof *shards->items);
    shards->statuses = wend__alloc_zeroed(shards->count + 1, sizeof *shards->statuses);
    if (shards->items == NULL || shards->statuses == NULL) {
        return wend__fail_memory(error);
    }
    name_owner(shards);
    WEND_TRY(find_shape(run, error));
    if (pthread_mutex_init(&shards->lock, NULL) != 0) {
        return wend__fail_memory(error);
    }
    if (pthread_cond_init(&shards->changed, NULL) != 0) {
        (void)pthread_mutex_destroy(&shards->lock);
        return wend__fail_memory(error);
    }
    shards->has_lock = true;
    WEND_TRY(wend__run_windows_open(run, error));
    WEND_TRY(wend__run_partitions_check(run, error));
    WEND_TRY(wend__outcomes_open(run, error));
    int64_t now_us = wend__clock_monotonic_us();
    for (size_t i = 0; i < shards->count; i++) {
        struct wend_run_shard *shard = &shards->items[i];
        shard->run = run;
        shard->index = i;
        shard->begun_us = now_us;
        shard->settle_us = INT64_MIN;
        if (!run->options->kafka->is_live) {
            WEND_TRY(wend__run_shard_recover(shard, error));
        }
    }
    WEND_TRY(wend__checkpoint_writer_start(run, error));
    WEND_TRY(wend__run_publish_start(run, error));
    return run->options->kafka->is_live ? wend__run_live_follow(run, error)
                                        : wend__kafka_start(run->kafka, error);
}

struct wend_live_partition *wend__run_shard_live(const struct wend_run_shard *shard) {
    struct wend_live *live = shard->run->options->kafka->live;
    return live == NULL ? NULL : &live->partitions[shard->index];
}

/* This process has the shard from now on, or not any more. */
static void tell_shard(const struct wend_run_shard *shard, bool is_here) {
    struct wend_live_partition *live = shard->run != NULL ? wend__run_shard_live(shard) : NULL;
    if (live != NULL) {
        int64_t offset = is_here ? shard->begun_offset : 0;
        uint64_t bytes = is_here && shard->chain.has_head ? shard->chain.head.state.bytes : 0;
        atomic_store_explicit(&live->checkpoint_us, shard->begun_us, memory_order_relaxed);
        atomic_store_explicit(&live->checkpoint_offset, offset, memory_order_relaxed);
        atomic_store_explicit(&live->checkpoint_bytes, bytes, memory_order_relaxed);
        uint64_t held = is_here && shard->shard != NULL ? wend__shard_held_hits(shard->shard) : 0;
        atomic_store_explicit(&live->held_hits, held, memory_order_relaxed);
        if (is_here) {
            /* Also before its first message, which may be long in coming. */
            atomic_store_explicit(&live->next_offset, offset, memory_order_relaxed);
            atomic_store_explicit(&live->mark_us, shard->begun_mark_us, memory_order_relaxed);
        }
        atomic_store_explicit(&live->has_shard, is_here, memory_order_relaxed);
    }
}

void wend__run_shard_tell_here(const struct wend_run_shard *shard) {
    tell_shard(shard, true);
}

void wend__run_shard_drop(struct wend_run_shard *shard) {
    tell_shard(shard, false);
    struct wend_checkpoint_job *job = &shard->job;
    struct wend_run_shards *shards = shard->run != NULL ? shard->run->shards : NULL;
    if (shards != NULL && shards->has_lock) {
        pthread_mutex_lock(&shards->lock);
        memset(&shards->statuses[shard->index], 0, sizeof *shards->statuses);
        pthread_mutex_unlock(&shards->lock);
    }
    wend__outcomes_forget(shard);
    wend__tally_destroy(job->tally);
    wend__shard_destroy(shard->shard);
    wend__shard_copy_deinit(&job->copy);
    wend__buffer_deinit(&job->rows);
    wend__buffer_deinit(&job->outbox_bytes);
    wend__chain_deinit(&shard->chain);
    wend__free(job->ticks);
    wend__free(shard->ticks);
    *job = (struct wend_checkpoint_job){0};
    shard->shard = NULL;
    shard->settle_us = INT64_MIN;
    shard->ticks = NULL;
    shard->tick_count = shard->tick_capacity = 0;
    atomic_store_explicit(&shard->is_lost, false, memory_order_relaxed);
}

void wend__run_shards_close(struct wend_run_state *run) {
    struct wend_run_shards *shards = run->shards;
    if (shards == NULL) {
        return;
    }
    wend__checkpoint_writer_stop(run);
    wend__outcomes_close(run);
    wend__run_publish_stop(run);
    for (size_t i = 0; shards->items != NULL && i < shards->count; i++) {
        wend__run_shard_drop(&shards->items[i]);
    }
    if (shards->has_lock) {
        (void)pthread_cond_destroy(&shards->changed);
        (void)pthread_mutex_destroy(&shards->lock);
    }
    wend__run_windows_close(run);
    wend__free(shards->items);
    wend__free(shards->statuses);
    wend__free(shards);
    run->shards = NULL;
}

/* Folds what is over when the watermark has passed another window, which then may be complete; for
 * who waits for outcomes each time. */
static enum wend_status settle_window(struct wend_run_shard *shard, struct wend_error *error) {
    if (shard->run->shards->outcomes != NULL) {
        return wend__shard_settle(shard->shard, error);
    }
    int64_t length_us = shard->run->options->ruleset->window_us;
    int64_t over_us = wend__shard_over(shard->shard);
    if (!shard->run->options->kafka->is_live || length_us == 0 || over_us == INT64_MIN ||
        over_us < shard->settle_us) {
        return WEND_OK;
    }
    WEND_TRY(wend__shard_settle(shard->shard, error));
    int64_t into_us = over_us % length_us;
    shard->settle_us = over_us - (into_us < 0 ? into_us + length_us : into_us) + length_us;
    return WEND_OK;
}

/* The barrier: copies what is open, takes the rows, and leaves the rest to the writer. */
static enum wend_status begin_checkpoint(struct wend_run_shard *shard, struct wend_error *error) {
    const struct wend_run_state *run = shard->run;
    const struct wend_kafka_partition *partition = wend__kafka_partition(run->kafka, shard->index);
    const struct wend_stream_state *stream = run->partitions[shard->index];
    struct wend_shard_facts facts = {
        .begin_offset = partition->begin_offset,
        .next_offset = partition->next_offset,
        .bytes = partition->bytes,
        .tombstones = partition->tombstones,
        .null_keys = partition->null_keys,
        .empty_offsets = partition->empty_offsets,
    };
    struct wend_checkpoint_job *job = &shard->job;
    int64_t barrier_us = wend__clock_monotonic_us();
    WEND_TRY(settle_window(shard, error));
    WEND_TRY(wend__shard_swap_tally(shard->shard, &job->tally, error));
    WEND_TRY(wend__shard_copy(shard->shard, &facts, &job->copy, error));
    wend__free(job->ticks);
    job->ticks = shard->ticks;
    job->tick_count = shard->tick_count;
    shard->ticks = NULL;
    shard->tick_count = shard->tick_capacity = 0;
    job->begin_offset = facts.begin_offset;
    job->next_offset = facts.next_offset;
    job->mark_us = stream->has_mark ? stream->mark_us : WEND_CHECKPOINT_NO_TIME;
    shard->begun_us = wend__clock_monotonic_us();
    struct wend_live_partition *live = wend__run_shard_live(shard);
    if (live != NULL) {
        atomic_store_explicit(&live->checkpoint_held_us, shard->begun_us - barrier_us,
                              memory_order_relaxed);
    }
    shard->begun_offset = job->next_offset;
    shard->begun_mark_us = job->mark_us;
    wend__checkpoint_writer_submit(shard);
    return WEND_OK;
}

static bool has_changed(const struct wend_run_shard *shard) {
    const struct wend_run_state *run = shard->run;
    const struct wend_stream_state *stream = run->partitions[shard->index];
    return wend__kafka_partition(run->kafka, shard->index)->next_offset != shard->begun_offset ||
           (stream->has_mark && stream->mark_us != shard->begun_mark_us);
}

static enum wend_status begin_due(struct wend_run_state *run, uint32_t thread,
                                  struct wend_error *error) {
    int64_t now_us = wend__clock_monotonic_us();
    for (size_t i = thread; i < run->shards->count; i += run->worker_count) {
        struct wend_run_shard *shard = &run->shards->items[i];
        if (shard->shard == NULL) {
            continue;
        }
        WEND_TRY(wend__run_live_tick(shard, error));
        wend__run_status_update(shard, false);
        if (wend__run_shard_live(shard) != NULL) {
            atomic_store_explicit(&wend__run_shard_live(shard)->held_hits,
                                  wend__shard_held_hits(shard->shard), memory_order_relaxed);
        }
        if (now_us - shard->begun_us >= run->options->kafka->checkpoint_us &&
            !wend__run_shard_is_pending(shard) && has_changed(shard)) {
            WEND_TRY(begin_checkpoint(shard, error));
        }
    }
    return WEND_OK;
}

enum wend_status wend__run_shard_begin_last(struct wend_run_shard *shard,
                                            struct wend_error *error) {
    WEND_TRY(wend__checkpoint_writer_wait(shard, error));
    return has_changed(shard) ? begin_checkpoint(shard, error) : WEND_OK;
}

/* The last checkpoint of each shard of the thread, and all of them on the disk. */
static enum wend_status end_all(struct wend_run_state *run, uint32_t thread,
                                struct wend_error *error) {
    for (size_t i = thread; i < run->shards->count; i += run->worker_count) {
        if (run->shards->items[i].shard != NULL) {
            WEND_TRY(wend__run_shard_begin_last(&run->shards->items[i], error));
        }
    }
    for (size_t i = thread; i < run->shards->count; i += run->worker_count) {
        WEND_TRY(wend__checkpoint_writer_wait(&run->shards->items[i], error));
        if (run->shards->items[i].shard != NULL) {
            wend__run_status_update(&run->shards->items[i], true);
        }
    }
    return WEND_OK;
}

static enum wend_status take_batch(struct wend_run_state *run, const struct wend_kafka_batch *batch,
                                   struct wend_error *error) {
    size_t at = 0;
    while (at < batch->count) {
        const struct wend_message *first = &batch->messages[at];
        size_t len = 1;
        while (at + len < batch->count && first[len].partition == first->partition) {
            len++;
        }
        WEND_TRY(wend__shard_take(run->shards->items[first->partition].shard, first, len, error));
        at += len;
    }
    return WEND_OK;
}

/* What the shards of a thread have counted, and how far the topics go, for who looks from outside.
 */
static void tell_counts(struct wend_run_state *run, uint32_t thread) {
    struct wend_live *live = run->options->kafka->live;
    struct wend_counters sum = {0};
    if (live == NULL) {
        return;
    }
    for (size_t i = thread; i < run->shards->count; i += run->worker_count) {
        int64_t lag = wend__kafka_lag(run->kafka, i);
        if (lag >= 0 && run->options->kafka->is_live) {
            int64_t end = wend__kafka_partition(run->kafka, i)->next_offset + lag;
            atomic_store_explicit(&live->partitions[i].end_offset, end, memory_order_relaxed);
        }
        if (run->shards->items[i].shard != NULL) {
            wend__counters_add(
                &sum, wend__worker_counters(wend__shard_worker(run->shards->items[i].shard)));
        }
    }
    wend__live_count(live, thread, &sum);
}

static enum wend_status poll(struct wend_run_state *run, uint32_t thread, bool *took, bool *is_over,
                             struct wend_error *error) {
    struct wend_kafka_batch batch;
    WEND_TRY(wend__kafka_poll(run->kafka, thread, &batch, error));
    enum wend_status status = take_batch(run, &batch, error);
    wend__kafka_release(run->kafka, thread);
    tell_counts(run, thread);
    *took = batch.count > 0;
    *is_over = batch.is_over;
    return status;
}

enum wend_status wend__run_shards_poll(struct wend_run_state *run, uint32_t thread, bool *took,
                                       struct wend_error *error) {
    bool is_over = false;
    return poll(run, thread, took, &is_over, error);
}

static enum wend_status ingest(struct wend_run_state *run, uint32_t thread,
                               struct wend_error *error) {
    for (;;) {
        bool took = false;
        bool is_over = false;
        if (wend__router_is_stopped(run->router)) {
            return wend__fail(error, WEND_ERROR_CANCELLED, "the run was stopped");
        }
        if (!wend__run_live_gate(run)) {
            return end_all(run, thread, error);
        }
        if (wend__outcomes_is_full(run)) {
            tell_counts(run, thread); /* it waits, but does not stand still */
        } else {
            WEND_TRY(poll(run, thread, &took, &is_over, error));
        }
        if (is_over) {
            return end_all(run, thread, error);
        }
        WEND_TRY(begin_due(run, thread, error));
        if (!took) {
            struct timespec nap = {0, NAP_NS};
            (void)nanosleep(&nap, NULL);
        }
    }
}

enum wend_status wend__run_shards_ingest(struct wend_run_state *run, uint32_t thread,
                                         struct wend_error *error) {
    wend__run_live_count(run, true);
    enum wend_status status = ingest(run, thread, error);
    wend__run_live_count(run, false);
    if (status != WEND_OK) {
        wend__router_stop(run->router);
    }
    return status;
}

enum wend_status wend__run_shards_result(const struct wend_run_state *run,
                                         struct wend_error *error) {
    return wend__checkpoint_writer_result(run, error);
}

enum wend_status wend__run_shards_fold(struct wend_run_state *run, uint32_t thread,
                                       struct wend_error *error) {
    for (size_t i = thread; i < run->shards->count; i += run->worker_count) {
        if (wend__router_is_stopped(run->router)) {
            return wend__fail(error, WEND_ERROR_CANCELLED, "the run was stopped");
        }
        WEND_TRY(wend__worker_fold(wend__shard_worker(run->shards->items[i].shard),
                                   run->watermark_us, error));
    }
    return WEND_OK;
}

/* A `wend_part_wants`: of windows that no live stream has published. Rows of a window stand
 * together, so that the last answer is kept. */
struct unpublished {
    const struct wend_run_state *run;
    bool is_known;
    int64_t window_us;
    bool is_wanted;
};

static bool is_unpublished(void *context, int64_t window_us) {
    struct unpublished *unpublished = context;
    if (!unpublished->is_known || unpublished->window_us != window_us) {
        unpublished->is_known = true;
        unpublished->window_us = window_us;
        unpublished->is_wanted = !wend__run_windows_has(unpublished->run, window_us);
    }
    return unpublished->is_wanted;
}

static enum wend_status add_parts(const struct wend_run_shard *shard, enum wend_table_id table,
                                  struct wend_runs *runs, struct wend_error *error) {
    const struct wend_checkpoint *head = &shard->chain.head;
    for (size_t i = 0; i < head->part_count; i++) {
        struct wend_buffer bytes = {0};
        char *path = wend__chain_path(&shard->chain, head->parts[i].name);
        enum wend_status status =
            path == NULL ? wend__fail_memory(error)
                         : wend__checkpoint_read(path, &head->parts[i].ref, &bytes, error);
        if (status == WEND_OK) {
            struct unpublished unpublished = {.run = shard->run};
            bool all = !wend__run_windows_any(shard->run);
            status = wend__part_add_to(wend__buffer_view(&bytes), table,
                                       all ? NULL : is_unpublished, &unpublished, runs, error);
        }
        wend__buffer_deinit(&bytes);
        wend__free(path);
        WEND_TRY(status);
    }
    return WEND_OK;
}

static enum wend_status add_folded(struct wend_run_shard *shard, enum wend_table_id table,
                                   struct wend_runs *runs, struct wend_error *error) {
    struct wend_runs *from = wend__worker_rows(wend__shard_worker(shard->shard), table);
    for (;;) {
        struct wend_bytes key;
        struct wend_bytes payload;
        WEND_TRY(wend__runs_next(from, &key, &payload, error));
        if (key.data == NULL) {
            return WEND_OK;
        }
        WEND_TRY(wend__runs_add(runs, key, payload, error));
    }
}

enum wend_status wend__run_shards_make_runs(const struct wend_run_state *run,
                                            enum wend_table_id table, struct wend_runs **runs,
                                            struct wend_error *error) {
    bool is_aggregate = table < WEND_AGGREGATE_COUNT;
    struct wend_runs_options options = {
        .directory = run->directory,
        .budget = (struct wend_budget *)(uintptr_t)&run->budget,
        .memory_bytes = run->budget.cap / 4,
        .combine = is_aggregate ? wend__payload_combine : NULL,
        .context = (void *)(uintptr_t)&wend__schemas[table].shape,
    };
    return wend__runs_create(&options, runs, error);
}

enum wend_status wend__run_shards_rows(struct wend_run_state *run, enum wend_table_id table,
                                       struct wend_runs **runs, struct wend_error *error) {
    WEND_TRY(wend__run_shards_make_runs(run, table, runs, error));
    enum wend_status status = WEND_OK;
    for (size_t i = 0; status == WEND_OK && i < run->shards->count; i++) {
        status = add_parts(&run->shards->items[i], table, *runs, error);
        if (status == WEND_OK) {
            status = add_folded(&run->shards->items[i], table, *runs, error);
        }
    }
    status = status == WEND_OK ? wend__runs_finish(*runs, error) : status;
    if (status != WEND_OK) {
        wend__runs_destroy(*runs);
        *runs = NULL;
    }
    return status;
}
