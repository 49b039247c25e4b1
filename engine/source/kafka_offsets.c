/* Where partitions begin and end, at the start of a run. */
#include "base/clock.h"
#include "source/kafka_internal.h"

enum { TRY_MS = 1000 };

static enum wend_status find_ends(struct wend_kafka *kafka, struct wend_kafka_partition *partition,
                                  struct wend_error *error) {
    int64_t deadline_us = wend__clock_monotonic_us() + kafka->patience_us;
    for (;;) {
        int64_t low = 0;
        int64_t high = 0;
        rd_kafka_resp_err_t result = rd_kafka_query_watermark_offsets(
            kafka->client, partition->topic, partition->partition, &low, &high, TRY_MS);
        if (result == RD_KAFKA_RESP_ERR_NO_ERROR) {
            partition->log_begin = low;
            partition->log_end = high;
            partition->begin_offset = kafka->config.starts_latest ? high : low;
            partition->end_offset = high;
            partition->next_offset = partition->begin_offset;
            partition->is_over = partition->begin_offset >= high;
            return WEND_OK;
        }
        if (result == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
            return wend__fail(error, WEND_ERROR_IO, "the topic `%.250s` may not be read; %s",
                              partition->topic, wend__kafka_next_step(result));
        }
        WEND_TRY(wend__kafka_try_again(kafka, deadline_us, result, error));
    }
}

bool wend__kafka_look_at_ends(struct wend_kafka *kafka, size_t index, int64_t *low, int64_t *high,
                              int timeout_ms) {
    const struct wend_kafka_partition *partition = &kafka->partitions[index];
    return rd_kafka_query_watermark_offsets(kafka->client, partition->topic, partition->partition,
                                            low, high, timeout_ms) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

enum wend_status wend__kafka_find_offsets(struct wend_kafka *kafka, struct wend_error *error) {
    for (size_t i = 0; i < kafka->partition_count; i++) {
        struct wend_kafka_partition *partition = &kafka->partitions[i];
        WEND_TRY(find_ends(kafka, partition, error));
        if (partition->end_offset - partition->begin_offset >= INT64_C(1)
                                                                   << WEND_KAFKA_OFFSET_BITS) {
            return wend__fail(error, WEND_ERROR_LIMIT,
                              "partition %d of `%.250s` has more than 2^%u offsets",
                              partition->partition, partition->topic, WEND_KAFKA_OFFSET_BITS);
        }
    }
    return WEND_OK;
}
