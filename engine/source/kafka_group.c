/* A member of a consumer group: partitions come and go while the others are parked. */
#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "source/kafka_internal.h"

enum { END_MS = 1000, LOOK_MS = 10000 };
/* Since this version a commit inside a cooperative rebalance does not lose the assignment. */
#define COMMIT_MENDED 0x020a00ff
/* Before this version a cooperative member that leaves before its first assignment ends the process
 * by a failed assertion (librdkafka's issue 4312). */
#define LEAVING_MENDED 0x020300ff

static bool is_cooperative(rd_kafka_t *client) {
    const char *protocol = rd_kafka_rebalance_protocol(client);
    return protocol != NULL && strcmp(protocol, "COOPERATIVE") == 0;
}

/* The index of a partition; the count of all: it has come since the start. */
static size_t find_index(const struct wend_kafka *kafka, const rd_kafka_topic_partition_t *wanted) {
    for (size_t i = 0; i < kafka->topic_count; i++) {
        const struct wend_kafka_topic *topic = &kafka->topics[i];
        if (strcmp(topic->name, wanted->topic) == 0 && wanted->partition >= 0 &&
            (size_t)wanted->partition < topic->partition_count) {
            return topic->first + (size_t)wanted->partition;
        }
    }
    return kafka->partition_count;
}

static enum wend_status assign_one(struct wend_kafka *kafka, rd_kafka_topic_partition_t *wanted,
                                   struct wend_error *error) {
    size_t index = find_index(kafka, wanted);
    if (index == kafka->partition_count) {
        return wend__fail(error, WEND_ERROR_IO,
                          "partition %d of `%.250s` was added since the start; start again, to "
                          "read it from its beginning (customers whose key moves there are cut)",
                          (int)wanted->partition, wanted->topic);
    }
    struct wend_kafka_partition *partition = &kafka->partitions[index];
    int64_t low = 0;
    int64_t high = 0;
    if (!wend__kafka_look_at_ends(kafka, index, &low, &high, LOOK_MS)) {
        return wend__fail(error, WEND_ERROR_IO,
                          "the ends of partition %d of `%.250s` cannot be found; check that the "
                          "brokers run, and start again",
                          (int)wanted->partition, wanted->topic);
    }
    partition->log_begin = low;
    partition->log_end = high;
    partition->begin_offset = kafka->config.starts_latest ? high : low;
    partition->next_offset = partition->begin_offset;
    partition->at_end_us = 0;
    WEND_TRY(kafka->group->assigned(kafka->group->context, index, error));
    partition->is_over = false;
    wanted->offset = partition->next_offset;
    wend__kafka_forward(kafka, index);
    return WEND_OK;
}

static enum wend_status assign(struct wend_kafka *kafka, rd_kafka_topic_partition_list_t *list,
                               struct wend_error *error) {
    for (int i = 0; i < list->cnt; i++) {
        WEND_TRY(assign_one(kafka, &list->elems[i], error));
    }
    if (!is_cooperative(kafka->client)) {
        rd_kafka_resp_err_t result = rd_kafka_assign(kafka->client, list);
        return result == RD_KAFKA_RESP_ERR_NO_ERROR
                   ? WEND_OK
                   : wend__fail(error, WEND_ERROR_IO, "Kafka: %s", rd_kafka_err2str(result));
    }
    rd_kafka_error_t *failure = rd_kafka_incremental_assign(kafka->client, list);
    enum wend_status status = failure == NULL ? WEND_OK
                                              : wend__fail(error, WEND_ERROR_IO, "Kafka: %s",
                                                           rd_kafka_error_string(failure));
    rd_kafka_error_destroy(failure);
    return status;
}

static enum wend_status revoke(struct wend_kafka *kafka, rd_kafka_topic_partition_list_t *list,
                               struct wend_error *error) {
    size_t count = 0;
    size_t *indices = wend__alloc(((size_t)list->cnt + 1) * sizeof *indices);
    for (int i = 0; indices != NULL && i < list->cnt; i++) {
        size_t index = find_index(kafka, &list->elems[i]);
        if (index < kafka->partition_count && !kafka->partitions[index].is_over) {
            indices[count++] = index;
        }
    }
    bool is_lost = rd_kafka_assignment_lost(kafka->client) != 0;
    enum wend_status status =
        indices == NULL
            ? wend__fail_memory(error)
            : kafka->group->revoked(kafka->group->context, indices, count, is_lost, error);
    for (size_t i = 0; i < count; i++) {
        kafka->partitions[indices[i]].is_over = true; /* what still comes of it is dropped */
    }
    wend__free(indices);
    if (is_cooperative(kafka->client)) {
        rd_kafka_error_destroy(rd_kafka_incremental_unassign(kafka->client, list));
    } else {
        (void)rd_kafka_assign(kafka->client, NULL);
    }
    /* Nothing of what was fetched before may be taken for what comes after the next assignment. */
    return status == WEND_OK ? kafka->group->drain(kafka->group->context, error) : status;
}

void wend__kafka_rebalance(rd_kafka_t *client, rd_kafka_resp_err_t event,
                           rd_kafka_topic_partition_list_t *list, void *opaque) {
    struct wend_kafka *kafka = opaque;
    struct wend_error error = {0};
    (void)client;
    if (kafka->group == NULL) {
        return;
    }
    kafka->group->park(kafka->group->context);
    enum wend_status status = WEND_OK;
    kafka->has_been_assigned |= event == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
    if (event == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && kafka->group_status == WEND_OK) {
        status = assign(kafka, list, &error);
        if (status != WEND_OK) {
            (void)rd_kafka_assign(kafka->client, NULL);
        }
    } else {
        status = revoke(kafka, list, &error);
    }
    if (status != WEND_OK && kafka->group_status == WEND_OK) {
        kafka->group_status = status;
        kafka->group_error = error;
    }
    kafka->group->unpark(kafka->group->context);
}

enum wend_status wend__kafka_follow(struct wend_kafka *kafka, const struct wend_kafka_group *group,
                                    struct wend_error *error) {
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)kafka->topic_count);
    if (list == NULL) {
        return wend__fail_memory(error);
    }
    kafka->group = group;
    for (size_t i = 0; i < kafka->partition_count; i++) {
        kafka->partitions[i].is_over = true; /* nobody's yet */
        kafka->partitions[i].end_offset = INT64_MAX;
    }
    for (size_t i = 0; i < kafka->topic_count; i++) {
        rd_kafka_topic_partition_list_add(list, kafka->topics[i].name, RD_KAFKA_PARTITION_UA);
    }
    rd_kafka_resp_err_t result = rd_kafka_poll_set_consumer(kafka->client);
    if (result == RD_KAFKA_RESP_ERR_NO_ERROR) {
        result = rd_kafka_subscribe(kafka->client, list);
    }
    rd_kafka_topic_partition_list_destroy(list);
    return result == RD_KAFKA_RESP_ERR_NO_ERROR
               ? WEND_OK
               : wend__fail(error, WEND_ERROR_IO, "Kafka: %s", rd_kafka_err2str(result));
}

/* Whether to leave the group now would meet that assertion. */
static bool leaving_fails(const struct wend_kafka *kafka) {
    char strategy[256] = "";
    size_t size = sizeof strategy;
    return !kafka->has_been_assigned && rd_kafka_version() < LEAVING_MENDED &&
           (rd_kafka_conf_get(rd_kafka_conf(kafka->client), "partition.assignment.strategy",
                              strategy, &size) != RD_KAFKA_CONF_OK ||
            strstr(strategy, "cooperative") != NULL);
}

bool wend__kafka_leave(struct wend_kafka *kafka) {
    if (kafka->group == NULL || kafka->client == NULL) {
        return true;
    }
    bool may_leave = !leaving_fails(kafka);
    if (may_leave) {
        (void)rd_kafka_consumer_close(kafka->client); /* calls `revoked` */
    }
    kafka->group = NULL;
    return may_leave;
}

enum wend_status wend__kafka_group_result(const struct wend_kafka *kafka,
                                          struct wend_error *error) {
    char reason[WEND_KAFKA_TEXT_BYTES] = "";
    if (kafka->group_status != WEND_OK) {
        if (error != NULL) {
            *error = kafka->group_error;
        }
        return kafka->group_status;
    }
    if (kafka->client == NULL) {
        return WEND_OK;
    }
    rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(kafka->client, reason, sizeof reason);
    if (fatal == RD_KAFKA_RESP_ERR_NO_ERROR) {
        return WEND_OK;
    }
    wend__kafka_config_mask(&kafka->config, reason);
    return wend__fail(error, WEND_ERROR_IO, "Kafka: %s%s", reason,
                      fatal == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID
                          ? "; another process has the same name in the group: give each its own "
                            "with -X group.instance.id=NAME"
                          : "");
}

void wend__kafka_serve_group(struct wend_kafka *kafka) {
    for (int i = 0; i < 100; i++) {
        rd_kafka_message_t *event = rd_kafka_consumer_poll(kafka->client, 0);
        if (event == NULL) {
            return;
        }
        if (event->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            wend__kafka_trouble_add(&kafka->troubles, event->err, rd_kafka_message_errstr(event),
                                    wend__clock_monotonic_us());
        }
        rd_kafka_message_destroy(event);
    }
}

bool wend__kafka_confirm_end(struct wend_kafka *kafka, size_t index) {
    int64_t low = 0;
    int64_t high = 0;
    return wend__kafka_look_at_ends(kafka, index, &low, &high, END_MS) &&
           kafka->partitions[index].next_offset >= high;
}

void wend__kafka_tell_offset(struct wend_kafka *kafka, size_t index, int64_t offset) {
    const struct wend_kafka_partition *partition = &kafka->partitions[index];
    if (kafka->client == NULL ||
        (is_cooperative(kafka->client) && rd_kafka_version() < COMMIT_MENDED)) {
        return;
    }
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    if (list != NULL) {
        rd_kafka_topic_partition_list_add(list, partition->topic, partition->partition)->offset =
            offset;
        (void)rd_kafka_commit(kafka->client, list, 1);
        rd_kafka_topic_partition_list_destroy(list);
    }
}

int64_t wend__kafka_lag(struct wend_kafka *kafka, size_t index) {
    const struct wend_kafka_partition *partition = &kafka->partitions[index];
    int64_t low = 0;
    int64_t high = 0;
    if (kafka->client == NULL ||
        rd_kafka_get_watermark_offsets(kafka->client, partition->topic, partition->partition, &low,
                                       &high) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        high < 0) {
        return -1;
    }
    return high > partition->next_offset ? high - partition->next_offset : 0;
}
