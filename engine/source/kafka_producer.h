/*
 * kafka_producer.h: messages to a topic of Kafka, keyed, each exactly once in its partition.
 *
 * Keys go to partitions as Kafka's own clients send them (murmur2), so that topics written by
 * others and by wend agree. A topic that is not there is created.
 *
 * Threads: one at a time.
 */
#ifndef WEND_SOURCE_KAFKA_PRODUCER_H
#define WEND_SOURCE_KAFKA_PRODUCER_H

#include "source/kafka.h"

struct wend_kafka_producer;

struct wend_kafka_producer_options {
    const struct wend_setting *settings; /* borrowed for the call; brokers and properties */
    size_t setting_count;
    const char *topic;
    uint32_t partitions;                           /* 0: as it is, or as the brokers like it */
    const struct wend_source_watch *watch;         /* whether to give up; NULL: never */
    void (*note)(void *context, const char *text); /* a line for people; NULL: nobody listens */
    void *note_context;
};

/* Connects, and makes the topic. WEND_ERROR_USAGE: settings, a topic with another number of
 * partitions; WEND_ERROR_IO; WEND_ERROR_CANCELLED; WEND_ERROR_MEMORY. */
WEND_MUST_CHECK enum wend_status
wend__kafka_producer_open(const struct wend_kafka_producer_options *options,
                          struct wend_kafka_producer **producer, struct wend_error *error);
/* Copies the message; may wait. WEND_ERROR_IO also for one that was sent before. */
WEND_MUST_CHECK enum wend_status wend__kafka_producer_send(struct wend_kafka_producer *producer,
                                                           struct wend_bytes key,
                                                           struct wend_bytes value,
                                                           struct wend_error *error);
/* Messages that brokers have acknowledged. */
uint64_t wend__kafka_producer_delivered(const struct wend_kafka_producer *producer);
/* Waits until the brokers have everything. */
WEND_MUST_CHECK enum wend_status wend__kafka_producer_finish(struct wend_kafka_producer *producer,
                                                             struct wend_error *error);
/* Without a finish before, what was not sent yet is lost. Accepts NULL. */
void wend__kafka_producer_close(struct wend_kafka_producer *producer);

#endif
