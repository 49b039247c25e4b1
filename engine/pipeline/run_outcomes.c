#include "pipeline/run_outcomes.h"

#include "base/clock.h"
#include "base/memory.h"
#include "ds/row.h"
#include "pipeline/outcome_record.h"
#include "pipeline/run_outcomes_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* At the end: without one for so long, and of a stream without end in all. */
#define PATIENCE_US (10 * WEND_US_PER_SECOND)
#define PATIENCE_LIVE_US (20 * WEND_US_PER_SECOND)
static enum wend_status check_options(const struct wend_run_state *run, struct wend_error *error) {
    if (run->options->ruleset->journey_count == 0) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "`outcomes` of `kafka` gets journeys that were decided, and the "
                          "definitions have no `journeys`");
    }
    if (run->plan.lateness_us == WEND_LATENESS_UNLIMITED) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "`outcomes` of `kafka` needs a bound of lateness: without one no journey "
                          "is ever decided");
    }
    return WEND_OK;
}

enum wend_status wend__outcomes_open(struct wend_run_state *run, struct wend_error *error) {
    if (run->options->kafka->outcomes == NULL) {
        return WEND_OK;
    }
    WEND_TRY(check_options(run, error));
    struct wend_outcomes *outcomes = wend__alloc_zeroed(1, sizeof *outcomes);
    if (outcomes == NULL || pthread_mutex_init(&outcomes->lock, NULL) != 0) {
        wend__free(outcomes);
        return wend__fail_memory(error);
    }
    if (pthread_cond_init(&outcomes->changed, NULL) != 0) {
        (void)pthread_mutex_destroy(&outcomes->lock);
        wend__free(outcomes);
        return wend__fail_memory(error);
    }
    outcomes->run = run;
    run->shards->outcomes = outcomes;
    wend__outcome_sender_count(outcomes);
    WEND_TRY(wend__customer_namer_init(&outcomes->namer, run->options->customer_ids,
                                       run->options->key, error));
    outcomes->has_namer = true;
    WEND_TRY(wend__outcome_sender_connect(outcomes, error));
    return wend__outcome_sender_start(outcomes, error);
}

void wend__outcomes_close(struct wend_run_state *run) {
    struct wend_outcomes *outcomes = run->shards->outcomes;
    if (outcomes == NULL) {
        return;
    }
    wend__outcome_sender_stop(outcomes);
    while (outcomes->first != NULL) {
        struct wend_outcome_entry *entry = outcomes->first;
        outcomes->first = entry->next;
        wend__free(entry->path);
        wend__free(entry);
    }
    if (outcomes->has_namer) {
        wend__customer_namer_deinit(&outcomes->namer);
    }
    (void)pthread_cond_destroy(&outcomes->changed);
    (void)pthread_mutex_destroy(&outcomes->lock);
    wend__free(outcomes);
    run->shards->outcomes = NULL;
}

enum wend_status wend__outcomes_collect(struct wend_run_shard *shard, struct wend_bytes rows,
                                        struct wend_error *error) {
    struct wend_outcomes *outcomes = shard->run->shards->outcomes;
    struct wend_checkpoint_job *job = &shard->job;
    while (rows.len > 0) {
        struct wend_detail detail;
        struct wend_bytes key = wend__row_key(rows.data);
        struct wend_bytes payload = wend__row_payload(rows.data);
        size_t bytes = wend__row_bytes(key, payload);
        if (!wend__detail_read(key, payload, &detail) || detail.scope == WEND_SCOPE_SESSION) {
            abort(); /* they were made a moment ago */
        }
        if (detail.outcome != WEND_OUTCOME_OPEN) {
            if (!wend__outcome_append(&job->outbox_bytes, shard->run->options->ruleset, &detail,
                                      wend__customer_name(&outcomes->namer, detail.customer))) {
                return wend__fail_memory(error);
            }
            job->outbox.count++;
        }
        rows = wend__bytes(rows.data + bytes, rows.len - bytes);
    }
    return WEND_OK;
}

enum wend_status wend__outcomes_submit(struct wend_run_shard *shard,
                                       const struct wend_checkpoint_outbox *outbox,
                                       struct wend_error *error) {
    struct wend_outcomes *outcomes = shard->run->shards->outcomes;
    if (outcomes == NULL) {
        return WEND_OK;
    }
    struct wend_outcome_entry *entry = wend__alloc_zeroed(1, sizeof *entry);
    char *path = wend__chain_path(&shard->chain, outbox->name);
    if (entry == NULL || path == NULL) {
        wend__free(entry);
        wend__free(path);
        return wend__fail_memory(error);
    }
    *entry = (struct wend_outcome_entry){.shard = shard, .path = path, .outbox = *outbox};
    pthread_mutex_lock(&outcomes->lock);
    if (outcomes->last == NULL) {
        outcomes->first = entry;
    } else {
        outcomes->last->next = entry;
    }
    outcomes->last = entry;
    outcomes->file_count++;
    outcomes->waiting += outbox->count;
    outcomes->bytes += outbox->ref.bytes;
    wend__outcome_sender_count(outcomes);
    pthread_cond_broadcast(&outcomes->changed);
    pthread_mutex_unlock(&outcomes->lock);
    return WEND_OK;
}

void wend__outcomes_forget(struct wend_run_shard *shard) {
    struct wend_outcomes *outcomes = shard->run == NULL ? NULL : shard->run->shards->outcomes;
    if (outcomes == NULL) {
        return;
    }
    pthread_mutex_lock(&outcomes->lock);
    for (struct wend_outcome_entry *entry = outcomes->first; entry != NULL; entry = entry->next) {
        entry->shard = entry->shard == shard ? NULL : entry->shard;
    }
    pthread_mutex_unlock(&outcomes->lock);
    atomic_store_explicit(&shard->sent_seq, 0, memory_order_relaxed);
}

bool wend__outcomes_is_full(const struct wend_run_state *run) {
    const struct wend_outcomes *outcomes = run->shards->outcomes;
    return outcomes != NULL && atomic_load_explicit(&outcomes->is_full, memory_order_relaxed);
}

void wend__outcomes_tell(const struct wend_run_state *run) {
    struct wend_outcomes *outcomes = run->shards->outcomes;
    const struct wend_run_kafka *kafka = run->options->kafka;
    if (outcomes == NULL) {
        return;
    }
    char text[sizeof outcomes->note];
    pthread_mutex_lock(&outcomes->lock);
    memcpy(text, outcomes->note, sizeof text);
    outcomes->note[0] = '\0';
    pthread_mutex_unlock(&outcomes->lock);
    if (text[0] != '\0' && kafka->note != NULL) {
        kafka->note(kafka->note_context, text);
    }
}

/* Grows as long as something is taken. */
static uint64_t progress_of(const struct wend_outcomes *outcomes) {
    return outcomes->sent + atomic_load_explicit(&outcomes->taken, memory_order_relaxed);
}

/* What still waits when the brokers take nothing any more, or time is up. */
static uint64_t wait_for_rest(struct wend_outcomes *outcomes) {
    int64_t begun_us = wend__clock_monotonic_us();
    int64_t moved_us = begun_us;
    bool is_live = outcomes->run->options->kafka->is_live;
    pthread_mutex_lock(&outcomes->lock);
    uint64_t taken = progress_of(outcomes);
    while (outcomes->first != NULL && outcomes->status == WEND_OK) {
        pthread_mutex_unlock(&outcomes->lock);
        struct timespec nap = {0, 5000000L};
        (void)nanosleep(&nap, NULL);
        wend__outcomes_tell(outcomes->run);
        int64_t now_us = wend__clock_monotonic_us();
        pthread_mutex_lock(&outcomes->lock);
        uint64_t now_taken = progress_of(outcomes);
        moved_us = now_taken == taken ? moved_us : now_us;
        taken = now_taken;
        if (now_us - moved_us > PATIENCE_US || (is_live && now_us - begun_us > PATIENCE_LIVE_US)) {
            break;
        }
    }
    uint64_t waiting = outcomes->waiting;
    pthread_mutex_unlock(&outcomes->lock);
    return waiting;
}

/* One more manifest, so that the next start sends nothing again. Without it that is harmless. */
static void leave_out_sent(struct wend_run_shard *shard) {
    struct wend_chain *chain = &shard->chain;
    uint64_t sent = atomic_load_explicit(&shard->sent_seq, memory_order_relaxed);
    bool is_fenced = false;
    if (shard->shard == NULL || chain->head.outbox_count == 0 ||
        chain->head.outboxes[0].seq > sent) {
        return;
    }
    wend__checkpoint_drop_outboxes(&chain->head, sent);
    if (wend__chain_commit(chain, &is_fenced, NULL) == WEND_OK && !is_fenced) {
        wend__chain_sweep(chain);
    }
}

void wend__outcomes_finish(struct wend_run_state *run) {
    struct wend_outcomes *outcomes = run->shards->outcomes;
    const struct wend_run_kafka *kafka = run->options->kafka;
    if (outcomes == NULL) {
        return;
    }
    uint64_t waiting = wait_for_rest(outcomes);
    for (size_t i = 0; i < run->shards->count; i++) {
        leave_out_sent(&run->shards->items[i]);
    }
    if (waiting > 0 && kafka->note != NULL) {
        char text[WEND_ERROR_TEXT_BYTES];
        (void)snprintf(text, sizeof text,
                       "%" PRIu64 " outcomes could not be sent yet; they stand in %.250s, and the "
                       "next start sends them",
                       waiting, kafka->state);
        kafka->note(kafka->note_context, text);
    }
}

enum wend_status wend__outcomes_result(const struct wend_run_state *run, struct wend_error *error) {
    struct wend_outcomes *outcomes = run->shards->outcomes;
    if (outcomes == NULL) {
        return WEND_OK;
    }
    pthread_mutex_lock(&outcomes->lock);
    enum wend_status status = outcomes->status;
    if (status != WEND_OK && error != NULL) {
        *error = outcomes->error;
    }
    pthread_mutex_unlock(&outcomes->lock);
    return status;
}
