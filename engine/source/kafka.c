/* The consumer: opening, one queue a thread, and what comes out of it. */
#include "source/kafka.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "source/kafka_internal.h"

#include <stdio.h>

#define PATIENCE_US (30 * WEND_US_PER_SECOND)
/* A log that ends before the offset that it had at the start may do so for a moment, when another
 * broker has become its leader. */
#define STALL_US (30 * WEND_US_PER_SECOND)
#define MS_MAX (INT64_MAX / 1000)

static void take_error(rd_kafka_t *client, int kind, const char *reason, void *opaque) {
    struct wend_kafka *kafka = opaque;
    (void)client;
    wend__kafka_trouble_add(&kafka->troubles, (rd_kafka_resp_err_t)kind, reason,
                            wend__clock_monotonic_us());
}

/* What librdkafka would write to standard error; errors come by take_error, too. */
static void take_log(const rd_kafka_t *client, int level, const char *facility, const char *text) {
    (void)client;
    (void)level;
    (void)facility;
    (void)text;
}

static enum wend_status make_client(struct wend_kafka *kafka, struct wend_error *error) {
    char reason[WEND_KAFKA_TEXT_BYTES];
    rd_kafka_conf_t *conf = kafka->config.conf;
    rd_kafka_conf_set_opaque(conf, kafka);
    rd_kafka_conf_set_error_cb(conf, take_error);
    rd_kafka_conf_set_log_cb(conf, take_log);
    rd_kafka_conf_set_rebalance_cb(conf, wend__kafka_rebalance);
    kafka->client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof reason);
    if (kafka->client == NULL) {
        wend__kafka_config_mask(&kafka->config, reason);
        return wend__fail(error, WEND_ERROR_USAGE, "Kafka: %s", reason);
    }
    kafka->config.conf = NULL; /* the client's now */
    return WEND_OK;
}

enum wend_status wend__kafka_try_again(struct wend_kafka *kafka, int64_t deadline_us,
                                       rd_kafka_resp_err_t last, struct wend_error *error) {
    struct wend_kafka_troubles *troubles = &kafka->troubles;
    wend__kafka_serve(kafka);
    if (kafka->watch.is_stopped != NULL && kafka->watch.is_stopped(kafka->watch.context)) {
        return wend__fail(error, WEND_ERROR_CANCELLED, "the run was stopped");
    }
    if (troubles->is_refused) {
        return wend__fail(error, WEND_ERROR_IO, "%s", troubles->last);
    }
    if (wend__clock_monotonic_us() >= deadline_us) {
        return troubles->last[0] != '\0'
                   ? wend__fail(error, WEND_ERROR_IO, "%s", troubles->last)
                   : wend__fail(error, WEND_ERROR_IO, "Kafka: %s; %s", rd_kafka_err2str(last),
                                wend__kafka_next_step(last));
    }
    (void)rd_kafka_poll(kafka->client, 50);
    return WEND_OK;
}

static enum wend_status make_lanes(struct wend_kafka *kafka, uint32_t count,
                                   struct wend_error *error) {
    kafka->lanes = wend__alloc_zeroed(count, sizeof *kafka->lanes);
    if (kafka->lanes == NULL) {
        return wend__fail_memory(error);
    }
    kafka->lane_count = count;
    for (uint32_t i = 0; i < count; i++) {
        kafka->lanes[i].queue = rd_kafka_queue_new(kafka->client);
    }
    uint32_t lane = 0;
    for (size_t i = 0; i < kafka->partition_count; i++) {
        kafka->lanes[lane].open_count += kafka->partitions[i].is_over ? 0 : 1;
        lane = lane + 1 == count ? 0 : lane + 1;
    }
    return WEND_OK;
}

static enum wend_status open_all(struct wend_kafka *kafka, const struct wend_kafka_options *options,
                                 struct wend_error *error) {
    WEND_TRY(wend__kafka_config_make(&kafka->config, options->settings, options->setting_count,
                                     WEND_KAFKA_CONSUME, options->memory_bytes,
                                     options->thread_count, error));
    kafka->has_troubles = wend__kafka_troubles_init(&kafka->troubles, &kafka->config, options);
    if (!kafka->has_troubles) {
        return wend__fail_memory(error);
    }
    WEND_TRY(make_client(kafka, error));
    WEND_TRY(wend__kafka_find_topics(kafka, error));
    WEND_TRY(wend__kafka_find_offsets(kafka, error));
    return make_lanes(kafka, options->thread_count, error);
}

enum wend_status wend__kafka_open(const struct wend_kafka_options *options,
                                  struct wend_kafka **kafka, struct wend_error *error) {
    *kafka = NULL;
    struct wend_kafka *made = wend__alloc_zeroed(1, sizeof *made);
    if (made == NULL) {
        return wend__fail_memory(error);
    }
    made->wants_headers = options->wants_headers;
    made->patience_us = options->patience_us != 0 ? options->patience_us : PATIENCE_US;
    if (options->watch != NULL) {
        made->watch = *options->watch;
    }
    enum wend_status status = open_all(made, options, error);
    if (status != WEND_OK) {
        wend__kafka_close(made);
        return status;
    }
    *kafka = made;
    return WEND_OK;
}

void wend__kafka_stop(struct wend_kafka *kafka) {
    bool may_leave = wend__kafka_leave(kafka);
    for (uint32_t i = 0; i < kafka->lane_count; i++) {
        wend__kafka_release(kafka, i);
        rd_kafka_queue_destroy(kafka->lanes[i].queue);
        wend__arena_deinit(&kafka->lanes[i].headers);
    }
    kafka->lane_count = 0;
    for (size_t i = 0; i < kafka->topic_count; i++) {
        if (kafka->topics[i].handle != NULL) {
            rd_kafka_topic_destroy(kafka->topics[i].handle);
            kafka->topics[i].handle = NULL;
        }
    }
    if (!may_leave) {
        kafka->client = NULL; /* the process's until it ends; the group forgets it by its timeout */
    }
    if (kafka->client != NULL) {
        /* No group is joined any more, so that none needs to be left. */
        rd_kafka_destroy_flags(kafka->client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
        kafka->client = NULL;
    }
}

void wend__kafka_close(struct wend_kafka *kafka) {
    if (kafka == NULL) {
        return;
    }
    wend__kafka_stop(kafka);
    if (kafka->has_troubles) {
        wend__kafka_troubles_deinit(&kafka->troubles);
    }
    wend__kafka_config_deinit(&kafka->config);
    wend__free(kafka->lanes);
    wend__free(kafka->topics);
    wend__free(kafka->partitions);
    wend__free(kafka);
}

size_t wend__kafka_partition_count(const struct wend_kafka *kafka) {
    return kafka->partition_count;
}

const struct wend_kafka_partition *wend__kafka_partition(const struct wend_kafka *kafka,
                                                         size_t index) {
    return &kafka->partitions[index];
}

enum wend_status wend__kafka_resume(struct wend_kafka *kafka, size_t index,
                                    const struct wend_kafka_partition *known,
                                    struct wend_error *error) {
    struct wend_kafka_partition *partition = &kafka->partitions[index];
    int64_t next = known->next_offset;
    if (next < partition->log_begin) {
        return wend__fail(error, WEND_ERROR_IO,
                          "partition %d of `%.250s` goes on at offset %lld, but its log begins at "
                          "%lld: retention has deleted what is missing. Nothing was skipped; to "
                          "leave the gap, begin anew with another --state",
                          partition->partition, partition->topic, (long long)next,
                          (long long)partition->log_begin);
    }
    if (next > partition->log_end) {
        return wend__fail(error, WEND_ERROR_IO,
                          "partition %d of `%.250s` goes on at offset %lld, but its log ends at "
                          "%lld: the topic was made anew, or has lost data. Nothing was read; to "
                          "read it from its beginning, begin anew with another --state",
                          partition->partition, partition->topic, (long long)next,
                          (long long)partition->log_end);
    }
    partition->begin_offset = known->begin_offset;
    partition->next_offset = next;
    partition->bytes = known->bytes;
    partition->tombstones = known->tombstones;
    partition->null_keys = known->null_keys;
    partition->empty_offsets = known->empty_offsets;
    struct wend_kafka_lane *lane = &kafka->lanes[index % kafka->lane_count];
    bool is_over = next >= partition->end_offset;
    lane->open_count += partition->is_over ? 1 : 0;
    lane->open_count -= is_over ? 1 : 0;
    partition->is_over = is_over;
    return WEND_OK;
}

void wend__kafka_forward(struct wend_kafka *kafka, size_t index) {
    const struct wend_kafka_partition *partition = &kafka->partitions[index];
    rd_kafka_queue_t *own =
        rd_kafka_queue_get_partition(kafka->client, partition->topic, partition->partition);
    if (own != NULL) {
        rd_kafka_queue_forward(own, kafka->lanes[index % kafka->lane_count].queue);
        rd_kafka_queue_destroy(own);
    }
}

enum wend_status wend__kafka_start(struct wend_kafka *kafka, struct wend_error *error) {
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)kafka->partition_count);
    if (list == NULL) {
        return wend__fail_memory(error);
    }
    for (size_t i = 0; i < kafka->partition_count; i++) {
        const struct wend_kafka_partition *partition = &kafka->partitions[i];
        if (partition->is_over) {
            continue;
        }
        rd_kafka_topic_partition_list_add(list, partition->topic, partition->partition)->offset =
            partition->next_offset;
        /* Before the assignment, so that not one message goes another way. */
        wend__kafka_forward(kafka, i);
    }
    rd_kafka_resp_err_t result =
        list->cnt == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_assign(kafka->client, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (result != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return wend__fail(error, WEND_ERROR_IO, "Kafka: %s", rd_kafka_err2str(result));
    }
    return WEND_OK;
}

void wend__kafka_serve(struct wend_kafka *kafka) {
    if (kafka->group != NULL) {
        wend__kafka_serve_group(kafka);
    } else if (kafka->client != NULL) {
        (void)rd_kafka_poll(kafka->client, 0);
    }
    wend__kafka_troubles_tell(&kafka->troubles);
}

/* The index of a message's partition; the count of all: not one of ours. */
static size_t find_partition(const struct wend_kafka *kafka, struct wend_kafka_lane *lane,
                             const rd_kafka_message_t *raw) {
    if (raw->rkt == NULL) {
        return kafka->partition_count;
    }
    const struct wend_kafka_topic *topic = &kafka->topics[lane->last_topic];
    for (size_t i = 0; topic->handle != raw->rkt; i++) {
        if (i == kafka->topic_count) {
            return kafka->partition_count;
        }
        lane->last_topic = i;
        topic = &kafka->topics[i];
    }
    bool is_known = raw->partition >= 0 && (size_t)raw->partition < topic->partition_count;
    return is_known ? topic->first + (size_t)raw->partition : kafka->partition_count;
}

static void end_partition(struct wend_kafka_lane *lane, struct wend_kafka_partition *partition) {
    if (!partition->is_over) {
        partition->is_over = true;
        lane->open_count--;
    }
}

static enum wend_status fail_partition(const struct wend_kafka_partition *partition,
                                       const char *what, struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_IO, "partition %d of `%.250s`, behind offset %lld: %s",
                      partition->partition, partition->topic, (long long)partition->next_offset - 1,
                      what);
}

/* An event that is no message. Those that librdkafka mends by itself are only told. */
static enum wend_status take_event(struct wend_kafka *kafka, struct wend_kafka_lane *lane,
                                   const rd_kafka_message_t *raw,
                                   struct wend_kafka_partition *partition,
                                   struct wend_error *error) {
    switch (raw->err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        if (raw->offset >= partition->end_offset) {
            partition->empty_offsets += (uint64_t)(partition->end_offset - partition->next_offset);
            partition->next_offset = partition->end_offset;
            end_partition(lane, partition);
        } else if (kafka->group != NULL) {
            partition->at_end_us =
                partition->at_end_us != 0 ? partition->at_end_us : wend__clock_monotonic_us();
        } else {
            partition->stalled_us = wend__clock_monotonic_us();
        }
        return WEND_OK;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        return fail_partition(partition,
                              "what follows is not in the log any more: it was deleted by "
                              "retention, or the topic was made anew; nothing was skipped, so run "
                              "again to start at the present begin",
                              error);
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        return fail_partition(partition, "the topic, or the partition, is gone", error);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        return fail_partition(partition, "access was taken away; grant this user READ", error);
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
        return fail_partition(partition,
                              "the data is damaged, or packed in a way that is not known; read it "
                              "from a replica, or delete it with kafka-delete-records",
                              error);
    default:
        wend__kafka_trouble_add(&kafka->troubles, raw->err, rd_kafka_message_errstr(raw),
                                wend__clock_monotonic_us());
        return WEND_OK;
    }
}

static int64_t time_of(const rd_kafka_message_t *raw) {
    rd_kafka_timestamp_type_t kind;
    int64_t ms = rd_kafka_message_timestamp(raw, &kind);
    bool is_known =
        kind != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE && ms >= 0 && ms < WEND_TIME_END_US / 1000;
    return is_known ? ms * 1000 : WEND_MESSAGE_NO_TIME;
}

/* A message: counted, and handed out unless it has no value, is a repetition, or lies behind the
 * end. */
static enum wend_status take_message(struct wend_kafka *kafka, struct wend_kafka_lane *lane,
                                     const rd_kafka_message_t *raw, size_t index, size_t *count,
                                     struct wend_error *error) {
    struct wend_kafka_partition *partition = &kafka->partitions[index];
    partition->stalled_us = 0;
    partition->at_end_us = 0;
    if (partition->is_over || raw->offset < partition->next_offset) {
        return WEND_OK;
    }
    if (raw->offset >= partition->end_offset) {
        partition->empty_offsets += (uint64_t)(partition->end_offset - partition->next_offset);
        partition->next_offset = partition->end_offset;
        end_partition(lane, partition);
        return WEND_OK;
    }
    partition->empty_offsets += (uint64_t)(raw->offset - partition->next_offset);
    partition->next_offset = raw->offset + 1;
    if (partition->next_offset == partition->end_offset) {
        end_partition(lane, partition);
    }
    if (raw->payload == NULL) {
        partition->tombstones++;
        return WEND_OK;
    }
    partition->messages++;
    partition->bytes += raw->len;
    partition->null_keys += raw->key == NULL ? 1 : 0;
    struct wend_message *message = &lane->messages[(*count)++];
    *message = (struct wend_message){
        .payload = wend__bytes(raw->payload, raw->len),
        .key = raw->key == NULL ? WEND_BYTES_ABSENT : wend__bytes(raw->key, raw->key_len),
        .topic = partition->topic,
        .number = partition->partition,
        .offset = raw->offset,
        .ts_us = time_of(raw),
        .partition = (uint32_t)index,
    };
    return kafka->wants_headers ? wend__kafka_take_headers(lane, raw, message, error) : WEND_OK;
}

/* Looks for partitions whose logs have got shorter since the start. */
static enum wend_status check_stalls(const struct wend_kafka *kafka, uint32_t thread,
                                     struct wend_error *error) {
    int64_t now_us = wend__clock_monotonic_us();
    for (size_t i = thread; i < kafka->partition_count; i += kafka->lane_count) {
        const struct wend_kafka_partition *partition = &kafka->partitions[i];
        if (!partition->is_over && partition->stalled_us != 0 &&
            now_us - partition->stalled_us > STALL_US) {
            return fail_partition(partition,
                                  "the log ends here, before the end that it had at the start; the "
                                  "topic was made anew, or has lost data",
                                  error);
        }
    }
    return WEND_OK;
}

enum wend_status wend__kafka_poll(struct wend_kafka *kafka, uint32_t thread,
                                  struct wend_kafka_batch *batch, struct wend_error *error) {
    struct wend_kafka_lane *lane = &kafka->lanes[thread];
    *batch = (struct wend_kafka_batch){.messages = lane->messages};
    if (lane->open_count == 0 && kafka->group == NULL) {
        batch->is_over = true;
        return WEND_OK;
    }
    wend__arena_clear(&lane->headers);
    ssize_t got = rd_kafka_consume_batch_queue(lane->queue, 0, lane->raw, WEND_KAFKA_BATCH);
    lane->raw_count = got > 0 ? (size_t)got : 0;
    if (lane->raw_count == 0) {
        return check_stalls(kafka, thread, error);
    }
    for (size_t i = 0; i < lane->raw_count; i++) {
        const rd_kafka_message_t *raw = lane->raw[i];
        size_t index = find_partition(kafka, lane, raw);
        if (index == kafka->partition_count) {
            if (raw->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
                wend__kafka_trouble_add(&kafka->troubles, raw->err, rd_kafka_message_errstr(raw),
                                        wend__clock_monotonic_us());
            }
            continue;
        }
        struct wend_kafka_partition *partition = &kafka->partitions[index];
        if (raw->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            WEND_TRY(take_message(kafka, lane, raw, index, &batch->count, error));
        } else if (!partition->is_over) {
            WEND_TRY(take_event(kafka, lane, raw, partition, error));
        }
    }
    batch->is_over = lane->open_count == 0 && kafka->group == NULL;
    return WEND_OK;
}

void wend__kafka_release(struct wend_kafka *kafka, uint32_t thread) {
    struct wend_kafka_lane *lane = &kafka->lanes[thread];
    for (size_t i = 0; i < lane->raw_count; i++) {
        rd_kafka_message_destroy(lane->raw[i]);
    }
    lane->raw_count = 0;
}
