/*
 * kafka_internal.h: the inside of a consumer of Kafka; for kafka*.c only.
 *
 * Threads: as kafka.h.
 */
#ifndef WEND_SOURCE_KAFKA_INTERNAL_H
#define WEND_SOURCE_KAFKA_INTERNAL_H

#include "source/kafka_trouble.h"

/* A topic; `handle` is what its messages name it by. */
struct wend_kafka_topic {
    const char *name; /* in the arena of the configuration */
    rd_kafka_topic_t *handle;
    size_t first; /* of its partitions, which stand together */
    size_t partition_count;
};

/* What a thread reads. */
struct wend_kafka_lane {
    rd_kafka_queue_t *queue;
    size_t open_count; /* partitions that are not over */
    size_t last_topic; /* of the message before */
    rd_kafka_message_t *raw[WEND_KAFKA_BATCH];
    size_t raw_count;
    struct wend_message messages[WEND_KAFKA_BATCH];
    struct wend_arena headers; /* of the messages; cleared with each poll */
};

struct wend_kafka {
    struct wend_kafka_config config;
    struct wend_kafka_troubles troubles;
    bool has_troubles; /* their lock is made */
    struct wend_source_watch watch;
    int64_t patience_us;
    rd_kafka_t *client;
    struct wend_kafka_topic *topics;
    size_t topic_count;
    size_t topic_capacity;
    struct wend_kafka_partition *partitions;
    size_t partition_count;
    size_t partition_capacity;
    struct wend_kafka_lane *lanes;
    uint32_t lane_count;
    bool wants_headers;
    const struct wend_kafka_group *group; /* NULL: partitions are read to their ends */
    bool has_been_assigned;               /* by the group */
    enum wend_status group_status;        /* of the first call that has failed */
    struct wend_error group_error;
};

/* kafka_group.c: leaves the group, if one was joined; false when the client must stay as it is. */
bool wend__kafka_leave(struct wend_kafka *kafka);
/* librdkafka's callback. */
void wend__kafka_rebalance(rd_kafka_t *client, rd_kafka_resp_err_t event,
                           rd_kafka_topic_partition_list_t *list, void *opaque);
/* kafka_group.c: what the control thread does a few times a second. */
void wend__kafka_serve_group(struct wend_kafka *kafka);
/* kafka.c: from now on the partition's messages go to its thread's queue. */
void wend__kafka_forward(struct wend_kafka *kafka, size_t index);
/* kafka_headers.c: gives the message its headers, in the lane's memory. WEND_ERROR_MEMORY. */
WEND_MUST_CHECK enum wend_status wend__kafka_take_headers(struct wend_kafka_lane *lane,
                                                          const rd_kafka_message_t *raw,
                                                          struct wend_message *message,
                                                          struct wend_error *error);
/* kafka_offsets.c: looks at the ends of the log anew. False: nobody answers in time. */
bool wend__kafka_look_at_ends(struct wend_kafka *kafka, size_t index, int64_t *low, int64_t *high,
                              int timeout_ms);

/* Between two tries to reach the brokers: lets librdkafka tell its troubles, and fails when there
 * is no more hope. `last`: why the last try failed. */
WEND_MUST_CHECK enum wend_status wend__kafka_try_again(struct wend_kafka *kafka,
                                                       int64_t deadline_us,
                                                       rd_kafka_resp_err_t last,
                                                       struct wend_error *error);

/* kafka_topics.c: topics and partitions as the settings name them. */
WEND_MUST_CHECK enum wend_status wend__kafka_find_topics(struct wend_kafka *kafka,
                                                         struct wend_error *error);
/* kafka_offsets.c: where each partition begins and ends. */
WEND_MUST_CHECK enum wend_status wend__kafka_find_offsets(struct wend_kafka *kafka,
                                                          struct wend_error *error);

#endif
