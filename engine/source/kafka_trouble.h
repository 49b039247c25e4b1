/*
 * kafka_trouble.h: what goes wrong between librdkafka and the brokers, told once a back-off, with
 * the next step; for kafka*.c only.
 *
 * librdkafka tries again by itself, several times a second for some troubles. A trouble of one kind
 * is told at once, then after 1, 2, 4, ... 64 seconds as long as it comes again.
 *
 * Threads: any.
 */
#ifndef WEND_SOURCE_KAFKA_TROUBLE_H
#define WEND_SOURCE_KAFKA_TROUBLE_H

#include "source/kafka_config.h"

#include <pthread.h>

#define WEND_KAFKA_TROUBLE_KINDS 16U

struct wend_kafka_told {
    rd_kafka_resp_err_t kind;
    int64_t next_us;  /* monotonic clock: not told again before */
    int64_t delay_us; /* behind the next time */
};

struct wend_kafka_troubles {
    pthread_mutex_t lock;
    const struct wend_kafka_config *config; /* for the mask */
    void (*note)(void *context, const char *text);
    void *note_context;
    struct wend_kafka_told told[WEND_KAFKA_TROUBLE_KINDS];
    size_t told_count;
    bool is_refused;                     /* the login: trying again does not help by itself */
    char last[WEND_KAFKA_TEXT_BYTES];    /* the latest, with its next step; "": none */
    char waiting[WEND_KAFKA_TEXT_BYTES]; /* to be told; "": none */
};

/* False without a lock. */
bool wend__kafka_troubles_init(struct wend_kafka_troubles *troubles,
                               const struct wend_kafka_config *config,
                               const struct wend_kafka_options *options);
void wend__kafka_troubles_deinit(struct wend_kafka_troubles *troubles);
/* Notes a trouble, `now_us` by the monotonic clock. */
void wend__kafka_trouble_add(struct wend_kafka_troubles *troubles, rd_kafka_resp_err_t kind,
                             const char *reason, int64_t now_us);
/* Tells what waits. By the thread that opened. */
void wend__kafka_troubles_tell(struct wend_kafka_troubles *troubles);
/* What a person can do about it. */
const char *wend__kafka_next_step(rd_kafka_resp_err_t kind);

#endif
