#include "source/kafka_producer.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "source/kafka_trouble.h"

#include <stdio.h>

#define PATIENCE_US (30 * WEND_US_PER_SECOND)
/* How many messages pass between two looks at what became of those before. */
#define LOOK_EVERY 1000U
enum { TRY_MS = 1000, WAIT_MS = 100, CREATE_MS = 30000 };

struct wend_kafka_producer {
    struct wend_kafka_config config;
    struct wend_kafka_troubles troubles;
    bool has_troubles;
    struct wend_source_watch watch;
    rd_kafka_t *client;
    rd_kafka_topic_t *topic;
    uint64_t sent;
    uint64_t delivered;
    uint64_t failed;
    rd_kafka_resp_err_t failure; /* of the first that failed */
};

static void take_error(rd_kafka_t *client, int kind, const char *reason, void *opaque) {
    struct wend_kafka_producer *producer = opaque;
    (void)client;
    wend__kafka_trouble_add(&producer->troubles, (rd_kafka_resp_err_t)kind, reason,
                            wend__clock_monotonic_us());
}

static void take_log(const rd_kafka_t *client, int level, const char *facility, const char *text) {
    (void)client;
    (void)level;
    (void)facility;
    (void)text;
}

static void take_report(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    struct wend_kafka_producer *producer = opaque;
    (void)client;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        producer->delivered++;
    } else if (producer->failed++ == 0) {
        producer->failure = message->err;
    }
}

static enum wend_status make_client(struct wend_kafka_producer *producer,
                                    const struct wend_kafka_producer_options *options,
                                    struct wend_error *error) {
    char reason[WEND_KAFKA_TEXT_BYTES];
    WEND_TRY(wend__kafka_config_make(&producer->config, options->settings, options->setting_count,
                                     WEND_KAFKA_PRODUCE, 0, 1, error));
    struct wend_kafka_options listening = {.note = options->note,
                                           .note_context = options->note_context};
    producer->has_troubles =
        wend__kafka_troubles_init(&producer->troubles, &producer->config, &listening);
    if (!producer->has_troubles) {
        return wend__fail_memory(error);
    }
    rd_kafka_conf_t *conf = producer->config.conf;
    rd_kafka_conf_set_opaque(conf, producer);
    rd_kafka_conf_set_error_cb(conf, take_error);
    rd_kafka_conf_set_log_cb(conf, take_log);
    rd_kafka_conf_set_dr_msg_cb(conf, take_report);
    producer->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (producer->client == NULL) {
        wend__kafka_config_mask(&producer->config, reason);
        return wend__fail(error, WEND_ERROR_USAGE, "Kafka: %s", reason);
    }
    producer->config.conf = NULL;
    return WEND_OK;
}

/* Lets librdkafka tell its troubles; fails when the caller wants to stop. */
static enum wend_status serve(struct wend_kafka_producer *producer, int wait_ms,
                              struct wend_error *error) {
    (void)rd_kafka_poll(producer->client, wait_ms);
    wend__kafka_troubles_tell(&producer->troubles);
    if (producer->watch.is_stopped != NULL && producer->watch.is_stopped(producer->watch.context)) {
        return wend__fail(error, WEND_ERROR_CANCELLED, "stopped; a part of the events was sent");
    }
    return WEND_OK;
}

static enum wend_status ask(struct wend_kafka_producer *producer,
                            const struct rd_kafka_metadata **answer, struct wend_error *error) {
    int64_t deadline_us = wend__clock_monotonic_us() + PATIENCE_US;
    for (;;) {
        /* All topics: asking for one would make it, where brokers are set to do so. */
        rd_kafka_resp_err_t result = rd_kafka_metadata(producer->client, 1, NULL, answer, TRY_MS);
        if (result == RD_KAFKA_RESP_ERR_NO_ERROR) {
            return WEND_OK;
        }
        WEND_TRY(serve(producer, WAIT_MS, error));
        const char *last = producer->troubles.last;
        if (producer->troubles.is_refused || wend__clock_monotonic_us() >= deadline_us) {
            return last[0] != '\0'
                       ? wend__fail(error, WEND_ERROR_IO, "%s", last)
                       : wend__fail(error, WEND_ERROR_IO, "Kafka: %s; %s", rd_kafka_err2str(result),
                                    wend__kafka_next_step(result));
        }
    }
}

/* Partitions of the topic; 0: it is not there. */
static enum wend_status count_partitions(struct wend_kafka_producer *producer, const char *topic,
                                         uint32_t *count, struct wend_error *error) {
    const struct rd_kafka_metadata *answer = NULL;
    *count = 0;
    WEND_TRY(ask(producer, &answer, error));
    for (int i = 0; i < answer->topic_cnt; i++) {
        if (strcmp(answer->topics[i].topic, topic) == 0) {
            *count = (uint32_t)answer->topics[i].partition_cnt;
        }
    }
    rd_kafka_metadata_destroy(answer);
    return WEND_OK;
}

/* What an answer to the request for a topic says. */
static enum wend_status read_created(rd_kafka_event_t *event, const char *topic,
                                     struct wend_error *error) {
    const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
    rd_kafka_resp_err_t number = rd_kafka_event_error(event);
    const char *reason = rd_kafka_event_error_string(event);
    size_t count = 0;
    if (number == RD_KAFKA_RESP_ERR_NO_ERROR && result != NULL) {
        const rd_kafka_topic_result_t **topics =
            rd_kafka_CreateTopics_result_topics(result, &count);
        if (count == 1) {
            number = rd_kafka_topic_result_error(topics[0]);
            reason = rd_kafka_topic_result_error_string(topics[0]);
        }
    }
    if (number == RD_KAFKA_RESP_ERR_NO_ERROR || number == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
        return WEND_OK;
    }
    return wend__fail(error, WEND_ERROR_IO,
                      "cannot make the topic `%.250s`: %.300s; make it by kafka-topics --create",
                      topic, reason == NULL ? rd_kafka_err2str(number) : reason);
}

static enum wend_status create_topic(struct wend_kafka_producer *producer,
                                     const struct wend_kafka_producer_options *options,
                                     struct wend_error *error) {
    char reason[WEND_KAFKA_TEXT_BYTES];
    int partitions = options->partitions == 0 ? -1 : (int)options->partitions;
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(options->topic, partitions, -1, reason, sizeof reason);
    if (topic == NULL) {
        return wend__fail(error, WEND_ERROR_USAGE, "the topic `%.250s`: %s", options->topic,
                          reason);
    }
    rd_kafka_queue_t *answers = rd_kafka_queue_new(producer->client);
    rd_kafka_CreateTopics(producer->client, &topic, 1, NULL, answers);
    rd_kafka_event_t *event = rd_kafka_queue_poll(answers, CREATE_MS * 2);
    enum wend_status status =
        event == NULL ? wend__fail(error, WEND_ERROR_IO,
                                   "cannot make the topic `%.250s`: the brokers do not answer",
                                   options->topic)
                      : read_created(event, options->topic, error);
    if (event != NULL) {
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(answers);
    rd_kafka_NewTopic_destroy(topic);
    return status;
}

static enum wend_status make_topic(struct wend_kafka_producer *producer,
                                   const struct wend_kafka_producer_options *options,
                                   struct wend_error *error) {
    uint32_t count = 0;
    WEND_TRY(count_partitions(producer, options->topic, &count, error));
    if (count == 0) {
        WEND_TRY(create_topic(producer, options, error));
    } else if (options->partitions != 0 && options->partitions != count) {
        return wend__fail(
            error, WEND_ERROR_USAGE,
            "the topic `%.250s` is there, with %u partitions; leave --partitions out, "
            "or choose another topic",
            options->topic, count);
    }
    producer->topic = rd_kafka_topic_new(producer->client, options->topic, NULL);
    return producer->topic == NULL ? wend__fail(error, WEND_ERROR_USAGE,
                                                "`%.250s` is no name of a topic", options->topic)
                                   : WEND_OK;
}

enum wend_status wend__kafka_producer_open(const struct wend_kafka_producer_options *options,
                                           struct wend_kafka_producer **producer,
                                           struct wend_error *error) {
    *producer = NULL;
    struct wend_kafka_producer *made = wend__alloc_zeroed(1, sizeof *made);
    if (made == NULL) {
        return wend__fail_memory(error);
    }
    if (options->watch != NULL) {
        made->watch = *options->watch;
    }
    enum wend_status status = make_client(made, options, error);
    if (status == WEND_OK) {
        status = make_topic(made, options, error);
    }
    if (status != WEND_OK) {
        wend__kafka_producer_close(made);
        return status;
    }
    *producer = made;
    return WEND_OK;
}

static const char *next_step(rd_kafka_resp_err_t kind) {
    switch (kind) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        return "grant this user WRITE and DESCRIBE on the topic";
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        return "raise max.message.bytes of the topic";
    default:
        return wend__kafka_next_step(kind);
    }
}

uint64_t wend__kafka_producer_delivered(const struct wend_kafka_producer *producer) {
    return producer->delivered;
}

static enum wend_status check_failed(const struct wend_kafka_producer *producer,
                                     struct wend_error *error) {
    if (producer->failed == 0) {
        return WEND_OK;
    }
    return wend__fail(error, WEND_ERROR_IO, "%llu messages could not be sent: %s; %s",
                      (unsigned long long)producer->failed, rd_kafka_err2str(producer->failure),
                      next_step(producer->failure));
}

enum wend_status wend__kafka_producer_send(struct wend_kafka_producer *producer,
                                           struct wend_bytes key, struct wend_bytes value,
                                           struct wend_error *error) {
    while (rd_kafka_produce(producer->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                            (void *)(uintptr_t)value.data, value.len, key.data, key.len,
                            NULL) != 0) {
        rd_kafka_resp_err_t reason = rd_kafka_last_error();
        if (reason != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            return wend__fail(error, WEND_ERROR_IO, "a message cannot be sent: %s",
                              rd_kafka_err2str(reason));
        }
        WEND_TRY(serve(producer, WAIT_MS, error));
    }
    if (++producer->sent % LOOK_EVERY == 0) {
        WEND_TRY(serve(producer, 0, error));
        return check_failed(producer, error);
    }
    return WEND_OK;
}

enum wend_status wend__kafka_producer_finish(struct wend_kafka_producer *producer,
                                             struct wend_error *error) {
    while (rd_kafka_outq_len(producer->client) > 0) {
        (void)rd_kafka_flush(producer->client, WAIT_MS);
        WEND_TRY(serve(producer, 0, error));
    }
    return check_failed(producer, error);
}

void wend__kafka_producer_close(struct wend_kafka_producer *producer) {
    if (producer == NULL) {
        return;
    }
    if (producer->topic != NULL) {
        rd_kafka_topic_destroy(producer->topic);
    }
    if (producer->client != NULL) {
        (void)rd_kafka_purge(producer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        (void)rd_kafka_poll(producer->client, 0);
        rd_kafka_destroy(producer->client);
    }
    if (producer->has_troubles) {
        wend__kafka_troubles_deinit(&producer->troubles);
    }
    wend__kafka_config_deinit(&producer->config);
    wend__free(producer);
}
