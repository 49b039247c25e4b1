/*
 * run_outcomes_internal.h: the inside of what sends outcomes; for run_outcomes.c and
 * outcome_sender.c only.
 *
 * Threads: as run_outcomes.h.
 */
#ifndef WEND_PIPELINE_RUN_OUTCOMES_INTERNAL_H
#define WEND_PIPELINE_RUN_OUTCOMES_INTERNAL_H

#include "pipeline/run_outcomes.h"
#include "snapshot/customer_ids.h"
#include "source/kafka_producer.h"

/* An outbox on its way. */
struct wend_outcome_entry {
    struct wend_outcome_entry *next;
    struct wend_run_shard *shard; /* NULL: forgotten */
    char *path;
    struct wend_checkpoint_outbox outbox;
};

/* All but what is said to be somebody's is guarded by the lock. */
struct wend_outcomes {
    struct wend_run_state *run;
    struct wend_customer_namer namer; /* the writer's */
    bool has_namer;
    struct wend_kafka_producer *producer; /* the sender's, once it is started */
    int64_t moved_us;                     /* the sender's: when the last one was acknowledged */
    uint64_t moved_count;
    pthread_t thread;
    bool is_started;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct wend_outcome_entry *first;
    struct wend_outcome_entry *last;
    uint64_t file_count;
    uint64_t waiting; /* messages */
    uint64_t bytes;
    uint64_t sent;
    _Atomic bool is_ending;  /* relaxed: looked at while the sender waits for brokers */
    _Atomic bool is_full;    /* relaxed: a hint */
    _Atomic uint64_t taken;  /* relaxed: acknowledged by brokers */
    enum wend_status status; /* of an outbox that cannot be read */
    struct wend_error error;
    char note[WEND_ERROR_TEXT_BYTES + 64]; /* a line for people; "": none */
};

/* outcome_sender.c: connects, and makes the topic. Errors as wend__kafka_producer_open. */
WEND_MUST_CHECK enum wend_status wend__outcome_sender_connect(struct wend_outcomes *outcomes,
                                                              struct wend_error *error);
/* outcome_sender.c: the thread. WEND_ERROR_LIMIT. */
WEND_MUST_CHECK enum wend_status wend__outcome_sender_start(struct wend_outcomes *outcomes,
                                                            struct wend_error *error);
/* outcome_sender.c: ends it, and joins it. */
void wend__outcome_sender_stop(struct wend_outcomes *outcomes);
/* outcome_sender.c: behind a change of what waits; under the lock. */
void wend__outcome_sender_count(struct wend_outcomes *outcomes);

#endif
