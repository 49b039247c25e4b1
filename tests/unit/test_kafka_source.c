/* The source of messages, against librdkafka's mock cluster. */
#include "base/clock.h"
#include "base/memory.h"
#include "source/kafka.h"
#include "source/kafka_config.h"
#include "source/kafka_trouble.h"

#include <criterion/criterion.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>

enum { PARTITIONS = 3, FETCH = 1, LIST_OFFSETS = 2, METADATA = 3 };

static rd_kafka_t *host;
static rd_kafka_mock_cluster_t *cluster;
static const char *brokers;
static char notes[4096];
static size_t note_count;

static void take_note(void *context, const char *text) {
    (void)context;
    note_count++;
    (void)snprintf(notes, sizeof notes, "%s", text);
}

static void begin(int broker_count) {
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, NULL);
    host = rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0);
    cluster = rd_kafka_mock_cluster_new(host, broker_count);
    brokers = rd_kafka_mock_cluster_bootstraps(cluster);
    cr_assert_eq(rd_kafka_mock_topic_create(cluster, "clicks", PARTITIONS, broker_count), 0);
}

static void end(void) {
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(host);
}

/* Sends `count` messages of `value_bytes`, numbered, round the partitions. */
static void fill(uint32_t count, size_t value_bytes) {
    char reason[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    (void)rd_kafka_conf_set(conf, "bootstrap.servers", brokers, NULL, 0);
    (void)rd_kafka_conf_set(conf, "linger.ms", "5", NULL, 0);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    char *value = calloc(value_bytes + 16, 1);
    memset(value, 'x', value_bytes);
    for (uint32_t i = 0; i < count; i++) {
        int len = snprintf(value, 16, "%u", i);
        value[len] = 'x';
        cr_assert_eq(rd_kafka_producev(client, RD_KAFKA_V_TOPIC("clicks"),
                                       RD_KAFKA_V_PARTITION((int32_t)(i % PARTITIONS)),
                                       RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                       RD_KAFKA_V_VALUE(value, value_bytes), RD_KAFKA_V_END),
                     0);
    }
    cr_assert_eq(rd_kafka_flush(client, 20000), 0);
    rd_kafka_destroy(client);
    free(value);
}

static enum wend_status open_with(struct wend_kafka **kafka, const char *name, const char *value,
                                  uint32_t threads, struct wend_error *error) {
    struct wend_setting settings[] = {
        {.name = "brokers", .value = brokers},
        {.name = "topics", .value = "clicks"},
        {.name = "reconnect.backoff.max.ms", .value = "200"},
        {.name = "broker.address.family", .value = "v4"},
        {.name = name, .value = value},
    };
    struct wend_kafka_options options = {
        .settings = settings,
        .setting_count = name == NULL ? 4 : 5,
        .memory_bytes = WEND_KAFKA_MEMORY_MIN,
        .thread_count = threads,
        .note = take_note,
        .patience_us = 3000000,
    };
    return wend__kafka_open(&options, kafka, error);
}

static struct wend_kafka *open_plainly(uint32_t threads) {
    struct wend_kafka *kafka = NULL;
    struct wend_error error = {0};
    enum wend_status status = open_with(&kafka, NULL, NULL, threads, &error);
    cr_assert_eq(status, WEND_OK, "%s", error.text);
    return kafka;
}

/* Reads a thread's partitions to their ends, at most for half a minute; checks the order. */
static enum wend_status read_all(struct wend_kafka *kafka, uint32_t thread, uint64_t *count,
                                 struct wend_error *error) {
    int64_t next[PARTITIONS] = {0};
    int64_t until_us = wend__clock_monotonic_us() + 30000000;
    *count = 0;
    while (wend__clock_monotonic_us() < until_us) {
        struct wend_kafka_batch batch;
        enum wend_status status = wend__kafka_poll(kafka, thread, &batch, error);
        for (size_t i = 0; status == WEND_OK && i < batch.count; i++) {
            const struct wend_message *message = &batch.messages[i];
            cr_assert_geq(message->offset, next[message->partition]);
            next[message->partition] = message->offset + 1;
            ++*count;
        }
        wend__kafka_release(kafka, thread);
        wend__kafka_serve(kafka);
        if (status != WEND_OK || batch.is_over) {
            return status;
        }
    }
    cr_assert_fail("the end did not come");
    return WEND_OK;
}

Test(kafka_source, gives_every_message_in_order_to_the_thread_of_its_partition) {
    begin(2);
    fill(9000, 100);
    struct wend_kafka *kafka = open_plainly(2);
    struct wend_error error = {0};
    uint64_t first = 0;
    uint64_t second = 0;
    cr_assert_eq(wend__kafka_partition_count(kafka), PARTITIONS);
    cr_assert_eq(wend__kafka_start(kafka, &error), WEND_OK);
    cr_assert_eq(read_all(kafka, 0, &first, &error), WEND_OK, "%s", error.text);
    cr_assert_eq(read_all(kafka, 1, &second, &error), WEND_OK, "%s", error.text);
    cr_assert_eq(first, 6000);
    cr_assert_eq(second, 3000);
    for (size_t i = 0; i < PARTITIONS; i++) {
        const struct wend_kafka_partition *partition = wend__kafka_partition(kafka, i);
        cr_assert_eq(partition->end_offset, 3000);
        cr_assert_eq(partition->messages, 3000);
        cr_assert_eq(partition->bytes, 300000);
        cr_assert_eq(partition->null_keys, 3000);
        cr_assert_eq(partition->empty_offsets, 0);
    }
    wend__kafka_close(kafka);
    end();
}

Test(kafka_source, stops_at_the_end_that_was_there_at_the_start) {
    begin(1);
    fill(300, 50);
    struct wend_kafka *kafka = open_plainly(1);
    struct wend_error error = {0};
    uint64_t count = 0;
    fill(3000, 50);
    cr_assert_eq(wend__kafka_start(kafka, &error), WEND_OK);
    cr_assert_eq(read_all(kafka, 0, &count, &error), WEND_OK, "%s", error.text);
    cr_assert_eq(count, 300);
    wend__kafka_close(kafka);
    end();
}

Test(kafka_source, goes_on_where_a_broker_fails_for_a_while) {
    begin(1);
    fill(3000, 200);
    struct wend_kafka *kafka = open_plainly(1);
    struct wend_error error = {0};
    uint64_t count = 0;
    rd_kafka_mock_push_request_errors(
        cluster, FETCH, 4, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE);
    cr_assert_eq(wend__kafka_start(kafka, &error), WEND_OK);
    cr_assert_eq(read_all(kafka, 0, &count, &error), WEND_OK, "%s", error.text);
    cr_assert_eq(count, 3000);
    wend__kafka_close(kafka);
    end();
}

Test(kafka_source, goes_on_when_brokers_go_and_come) {
    begin(2);
    fill(3000, 200);
    struct wend_kafka *kafka = open_plainly(1);
    struct wend_error error = {0};
    uint64_t count = 0;
    (void)rd_kafka_mock_broker_set_down(cluster, 1);
    cr_assert_eq(wend__kafka_start(kafka, &error), WEND_OK);
    int64_t until_us = wend__clock_monotonic_us() + 500000;
    while (wend__clock_monotonic_us() < until_us) {
        struct wend_kafka_batch batch;
        cr_assert_eq(wend__kafka_poll(kafka, 0, &batch, &error), WEND_OK, "%s", error.text);
        count += batch.count;
        wend__kafka_release(kafka, 0);
        wend__kafka_serve(kafka);
    }
    (void)rd_kafka_mock_broker_set_up(cluster, 1);
    uint64_t rest = 0;
    cr_assert_eq(read_all(kafka, 0, &rest, &error), WEND_OK, "%s", error.text);
    cr_assert_eq(count + rest, 3000);
    wend__kafka_close(kafka);
    end();
}

Test(kafka_source, fails_where_what_it_wants_is_not_in_the_log_any_more) {
    begin(1);
    fill(3000, 200);
    struct wend_kafka *kafka = open_plainly(1);
    struct wend_error error = {0};
    uint64_t count = 0;
    rd_kafka_mock_push_request_errors(cluster, FETCH, 1, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE);
    cr_assert_eq(wend__kafka_start(kafka, &error), WEND_OK);
    /* The mock keeps 5 MiB of a partition, and drops what is older. */
    fill(30000, 1000);
    enum wend_status status = read_all(kafka, 0, &count, &error);
    cr_assert_eq(status, WEND_ERROR_IO);
    cr_assert_not_null(strstr(error.text, "is not in the log any more"), "%s", error.text);
    wend__kafka_close(kafka);
    end();
}

Test(kafka_source, gives_up_opening_when_no_broker_is_there) {
    struct wend_kafka *kafka = NULL;
    struct wend_error error = {0};
    brokers = "127.0.0.1:1";
    int64_t started_us = wend__clock_monotonic_us();
    cr_assert_eq(open_with(&kafka, NULL, NULL, 1, &error), WEND_ERROR_IO);
    cr_assert_null(kafka);
    cr_assert_gt(wend__clock_monotonic_us() - started_us, 2500000);
    cr_assert_not_null(strstr(error.text, "check that the brokers run"), "%s", error.text);
    cr_assert_geq(note_count, 1);
    cr_assert_leq(note_count, 4); /* at once, after 1 and 2 seconds more */
}

Test(kafka_source, gives_up_at_once_when_the_login_is_refused_and_shows_no_secret) {
    struct wend_kafka *kafka = NULL;
    struct wend_error error = {0};
    begin(1);
    cr_assert_eq(setenv("WEND_TEST_SECRET", "hunter2", 1), 0);
    struct wend_setting settings[] = {
        {.name = "brokers", .value = brokers},
        {.name = "topics", .value = "clicks"},
        {.name = "security.protocol", .value = "sasl_plaintext"},
        {.name = "sasl.mechanism", .value = "PLAIN"},
        {.name = "sasl.username", .value = "wend"},
        {.name = "sasl.password", .value = "$WEND_TEST_SECRET"},
    };
    struct wend_kafka_options options = {.settings = settings,
                                         .setting_count = 6,
                                         .memory_bytes = WEND_KAFKA_MEMORY_MIN,
                                         .thread_count = 1,
                                         .note = take_note,
                                         .patience_us = 20000000};
    int64_t started_us = wend__clock_monotonic_us();
    cr_assert_eq(wend__kafka_open(&options, &kafka, &error), WEND_ERROR_IO);
    cr_assert_lt(wend__clock_monotonic_us() - started_us, 15000000);
    cr_assert_null(strstr(error.text, "hunter2"));
    cr_assert_null(strstr(notes, "hunter2"));
    end();
}

static bool stop_at_once(void *context) {
    ++*(int *)context;
    return true;
}

Test(kafka_source, gives_up_opening_when_it_is_told_to) {
    struct wend_kafka *kafka = NULL;
    struct wend_error error = {0};
    int asked = 0;
    struct wend_source_watch watch = {stop_at_once, &asked};
    struct wend_setting settings[] = {{.name = "brokers", .value = "127.0.0.1:1"},
                                      {.name = "topics", .value = "clicks"}};
    struct wend_kafka_options options = {.settings = settings,
                                         .setting_count = 2,
                                         .memory_bytes = WEND_KAFKA_MEMORY_MIN,
                                         .thread_count = 1,
                                         .watch = &watch};
    cr_assert_eq(wend__kafka_open(&options, &kafka, &error), WEND_ERROR_CANCELLED);
    cr_assert_eq(asked, 1);
}

static void get(const struct wend_kafka_config *config, const char *name, char *value) {
    size_t len = 64;
    cr_assert_eq(rd_kafka_conf_get(config->conf, name, value, &len), RD_KAFKA_CONF_OK);
}

static void make(struct wend_kafka_config *config, uint64_t memory_bytes, uint32_t threads) {
    struct wend_setting settings[] = {{.name = "brokers", .value = "a:1"},
                                      {.name = "brokers", .value = "b:2"},
                                      {.name = "topics", .value = "clicks"}};
    cr_assert_eq(wend__kafka_config_make(config, settings, 3, WEND_KAFKA_CONSUME, memory_bytes,
                                         threads, NULL),
                 WEND_OK);
}

Test(kafka_config, derives_the_queues_from_one_number) {
    char value[64];
    struct wend_kafka_config config = {0};
    make(&config, UINT64_C(512) << 20, 3);
    get(&config, "queued.max.messages.kbytes", value);
    cr_assert_str_eq(value, "131072"); /* three quarters of 512 MiB, by three */
    get(&config, "fetch.max.bytes", value);
    cr_assert_str_eq(value, "16777216");
    wend__kafka_config_deinit(&config);
    make(&config, WEND_KAFKA_MEMORY_MIN, 64);
    get(&config, "queued.max.messages.kbytes", value);
    cr_assert_str_eq(value, "192");
    get(&config, "fetch.max.bytes", value);
    cr_assert_str_eq(value, "1000000");
    wend__kafka_config_deinit(&config);
    make(&config, UINT64_C(1) << 40, 1);
    get(&config, "queued.max.messages.kbytes", value);
    cr_assert_str_eq(value, "2097151");
    wend__kafka_config_deinit(&config);
}

Test(kafka_config, keeps_what_wend_promises) {
    static const char *const expected[][2] = {
        {"check.crcs", "true"},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"enable.partition.eof", "true"},
        {"allow.auto.create.topics", "false"},
        {"isolation.level", "read_committed"},
        {"bootstrap.servers", "a:1,b:2"},
        {"group.id", "wend"},
    };
    char value[64];
    struct wend_kafka_config config = {0};
    make(&config, WEND_KAFKA_MEMORY_MIN, 1);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        get(&config, expected[i][0], value);
        cr_assert_str_eq(value, expected[i][1], "%s", expected[i][0]);
    }
    wend__kafka_config_deinit(&config);
}

Test(kafka_config, lets_the_command_line_override_the_file) {
    char value[64];
    struct wend_kafka_config config = {0};
    struct wend_setting settings[] = {
        {.name = "brokers", .value = "file:1", .file = "a.yaml", .line = 1},
        {.name = "client.id", .value = "file", .file = "a.yaml", .line = 2},
        {.name = "fetch.wait.max.ms", .value = "7", .file = "a.yaml", .line = 3},
        {.name = "topics", .value = "file", .file = "a.yaml", .line = 4},
        {.name = "brokers", .value = "line:1"},
        {.name = "client.id", .value = "$$line"},
    };
    cr_assert_eq(
        wend__kafka_config_make(&config, settings, 6, WEND_KAFKA_CONSUME, 1 << 24, 1, NULL), 0);
    get(&config, "bootstrap.servers", value);
    cr_assert_str_eq(value, "line:1");
    get(&config, "client.id", value);
    cr_assert_str_eq(value, "$line");
    get(&config, "fetch.wait.max.ms", value);
    cr_assert_str_eq(value, "7");
    wend__kafka_config_deinit(&config);
}

Test(kafka_config, masks_secrets_in_texts) {
    struct wend_kafka_config config = {0};
    struct wend_bytes secrets[] = {wend__bytes_text("hunter2"), wend__bytes_text("ab")};
    char text[] = "login hunter2 of abba: hunter2hunter2";
    config.secrets = secrets;
    config.secret_count = 2;
    wend__kafka_config_mask(&config, text);
    cr_assert_str_eq(text, "login ******* of abba: **************");
}

Test(kafka_trouble, tells_a_kind_once_a_back_off) {
    struct wend_kafka_config config = {0};
    struct wend_kafka_options options = {.note = take_note};
    struct wend_kafka_troubles troubles;
    cr_assert(wend__kafka_troubles_init(&troubles, &config, &options));
    size_t told = 0;
    for (int64_t second = 0; second < 300; second++) {
        for (int i = 0; i < 5; i++) {
            wend__kafka_trouble_add(&troubles, RD_KAFKA_RESP_ERR__TRANSPORT, "away",
                                    second * 1000000);
        }
        wend__kafka_troubles_tell(&troubles);
        told = note_count;
    }
    /* At 0, 1, 3, 7, 15, 31, 63, 127, 191 and 255 seconds. */
    cr_assert_eq(told, 10, "%zu", told);
    cr_assert_str_eq(notes, "Kafka: away; check that the brokers run, their addresses, and "
                            "security.protocol");
    wend__kafka_troubles_deinit(&troubles);
}
