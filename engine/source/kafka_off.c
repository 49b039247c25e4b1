/* A build without Kafka: says so. */
#include "source/kafka.h"
#include "source/kafka_producer.h"

static enum wend_status fail(struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_USAGE,
                      "this build of wend has no Kafka; build it with -DWEND_KAFKA=ON");
}

const char *wend__kafka_version(void) {
    return NULL;
}

/* What the section says cannot be known; a replay does not need it. */
enum wend_status wend__kafka_check(const struct wend_setting *settings, size_t setting_count,
                                   struct wend_error *error) {
    (void)settings;
    (void)setting_count;
    (void)error;
    return WEND_OK;
}

enum wend_status wend__kafka_open(const struct wend_kafka_options *options,
                                  struct wend_kafka **kafka, struct wend_error *error) {
    (void)options;
    *kafka = NULL;
    return fail(error);
}

void wend__kafka_close(struct wend_kafka *kafka) {
    (void)kafka;
}

size_t wend__kafka_partition_count(const struct wend_kafka *kafka) {
    (void)kafka;
    return 0;
}

const struct wend_kafka_partition *wend__kafka_partition(const struct wend_kafka *kafka,
                                                         size_t index) {
    (void)kafka;
    (void)index;
    return NULL;
}

enum wend_status wend__kafka_start(struct wend_kafka *kafka, struct wend_error *error) {
    (void)kafka;
    return fail(error);
}

enum wend_status wend__kafka_poll(struct wend_kafka *kafka, uint32_t thread,
                                  struct wend_kafka_batch *batch, struct wend_error *error) {
    (void)kafka;
    (void)thread;
    *batch = (struct wend_kafka_batch){0};
    return fail(error);
}

void wend__kafka_release(struct wend_kafka *kafka, uint32_t thread) {
    (void)kafka;
    (void)thread;
}

enum wend_status wend__kafka_resume(struct wend_kafka *kafka, size_t index,
                                    const struct wend_kafka_partition *known,
                                    struct wend_error *error) {
    (void)kafka;
    (void)index;
    (void)known;
    return fail(error);
}

enum wend_status wend__kafka_follow(struct wend_kafka *kafka, const struct wend_kafka_group *group,
                                    struct wend_error *error) {
    (void)kafka;
    (void)group;
    return fail(error);
}

enum wend_status wend__kafka_group_result(const struct wend_kafka *kafka,
                                          struct wend_error *error) {
    (void)kafka;
    return fail(error);
}

bool wend__kafka_confirm_end(struct wend_kafka *kafka, size_t index) {
    (void)kafka;
    (void)index;
    return false;
}

void wend__kafka_tell_offset(struct wend_kafka *kafka, size_t index, int64_t offset) {
    (void)kafka;
    (void)index;
    (void)offset;
}

int64_t wend__kafka_lag(struct wend_kafka *kafka, size_t index) {
    (void)kafka;
    (void)index;
    return -1;
}

void wend__kafka_stop(struct wend_kafka *kafka) {
    (void)kafka;
}

void wend__kafka_serve(struct wend_kafka *kafka) {
    (void)kafka;
}

enum wend_status wend__kafka_producer_open(const struct wend_kafka_producer_options *options,
                                           struct wend_kafka_producer **producer,
                                           struct wend_error *error) {
    (void)options;
    *producer = NULL;
    return fail(error);
}

enum wend_status wend__kafka_producer_send(struct wend_kafka_producer *producer,
                                           struct wend_bytes key, struct wend_bytes value,
                                           struct wend_error *error) {
    (void)producer;
    (void)key;
    (void)value;
    return fail(error);
}

uint64_t wend__kafka_producer_delivered(const struct wend_kafka_producer *producer) {
    (void)producer;
    return 0;
}

enum wend_status wend__kafka_producer_finish(struct wend_kafka_producer *producer,
                                             struct wend_error *error) {
    (void)producer;
    return fail(error);
}

void wend__kafka_producer_close(struct wend_kafka_producer *producer) {
    (void)producer;
}
