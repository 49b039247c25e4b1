/*
 * Messages for the tests of streams, by librdkafka alone.
 *
 *   messages_tool mock BROKERS TOPIC=PARTITIONS...   a mock cluster until standard input ends;
 * prints its addresses messages_tool send BROKERS TOPIC                 frames from standard input
 *   messages_tool dump BROKERS TOPIC PARTITIONS      frames of all messages, by partition and
 * offset
 *
 * A frame, little-endian: timestamp in ms: 8 (0: now), partition: 4, bytes of the key: 4 (-1:
 * null), of the value: 4 (-1: null), key, value. Those that are sent have in front of the key the
 * bytes of the headers: 4, and behind the value each header: bytes of its name: 4, of its value: 4
 * (-1: null), name, value.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 512, FRAME_BYTES_MAX = 64 << 20, WAIT_MS = 20000 };

struct frame {
    int64_t time_ms;
    int32_t partition;
    int32_t key_len;
    int32_t value_len;
    int32_t headers_len; /* of those that are sent */
};

static void fail(const char *what) {
    (void)fprintf(stderr, "messages_tool: %s\n", what);
    exit(1);
}

static int count_of(const char *text) {
    long count = strtol(text, NULL, 10);
    if (count < 0 || count > 10000) {
        fail("a count is from 0 to 10000");
    }
    return (int)count;
}

static rd_kafka_t *make_client(rd_kafka_type_t kind, const char *brokers) {
    static const char *const both[][2] = {{"broker.address.family", "v4"},
                                          {"compression.codec", "zstd"},
                                          {"queue.buffering.max.messages", "10000000"},
                                          {"linger.ms", "5"}};
    char reason[TEXT_BYTES];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, NULL);
    for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
        (void)rd_kafka_conf_set(conf, both[i][0], both[i][1], NULL, 0);
    }
    if (rd_kafka_conf_set(conf, "bootstrap.servers", brokers, reason, sizeof reason) !=
        RD_KAFKA_CONF_OK) {
        fail(reason);
    }
    rd_kafka_t *client = rd_kafka_new(kind, conf, reason, sizeof reason);
    if (client == NULL) {
        fail(reason);
    }
    return client;
}

static int run_mock(int argc, char **argv) {
    rd_kafka_t *client = make_client(RD_KAFKA_PRODUCER, "127.0.0.1:1");
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(client, count_of(argv[2]));
    if (cluster == NULL) {
        fail("no mock cluster");
    }
    for (int i = 3; i < argc; i++) {
        char name[TEXT_BYTES];
        const char *equals = strchr(argv[i], '=');
        if (equals == NULL || snprintf(name, sizeof name, "%.*s", (int)(equals - argv[i]),
                                       argv[i]) >= (int)sizeof name) {
            fail("TOPIC=PARTITIONS");
        }
        if (rd_kafka_mock_topic_create(cluster, name, count_of(equals + 1), 1) !=
            RD_KAFKA_RESP_ERR_NO_ERROR) {
            fail("a topic cannot be made");
        }
    }
    (void)printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
    (void)fflush(stdout);
    while (getchar() != EOF) {
    }
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(client);
    return 0;
}

static bool read_frame(struct frame *frame, char **bytes) {
    uint8_t head[24];
    if (fread(head, 1, sizeof head, stdin) != sizeof head) {
        return false;
    }
    memcpy(&frame->time_ms, head, 8);
    memcpy(&frame->partition, head + 8, 4);
    memcpy(&frame->key_len, head + 12, 4);
    memcpy(&frame->value_len, head + 16, 4);
    memcpy(&frame->headers_len, head + 20, 4);
    size_t key = frame->key_len < 0 ? 0 : (size_t)frame->key_len;
    size_t value = frame->value_len < 0 ? 0 : (size_t)frame->value_len;
    size_t headers = (size_t)frame->headers_len;
    if (key > FRAME_BYTES_MAX || value > FRAME_BYTES_MAX || headers > FRAME_BYTES_MAX) {
        fail("a frame is too long");
    }
    size_t len = key + value + headers;
    *bytes = malloc(len + 1);
    if (*bytes == NULL || fread(*bytes, 1, len, stdin) != len) {
        fail("a frame is cut off");
    }
    return true;
}

static void count_failure(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    (void)client;
    (void)opaque;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        fail(rd_kafka_err2str(message->err));
    }
}

/* The headers of a frame. */
static rd_kafka_headers_t *make_headers(const char *at, size_t len) {
    rd_kafka_headers_t *headers = rd_kafka_headers_new(8);
    const char *end = at + len;
    while (end - at >= 8) {
        int32_t name_len;
        int32_t value_len;
        memcpy(&name_len, at, 4);
        memcpy(&value_len, at + 4, 4);
        at += 8;
        int64_t both = (int64_t)name_len + (value_len < 0 ? 0 : value_len);
        if (name_len < 0 || both > end - at ||
            rd_kafka_header_add(headers, at, name_len, value_len < 0 ? NULL : at + name_len,
                                value_len) != RD_KAFKA_RESP_ERR_NO_ERROR) {
            fail("a header is cut off");
        }
        at += both;
    }
    return headers;
}

static int run_send(char **argv) {
    struct frame frame;
    char *bytes = NULL;
    char reason[TEXT_BYTES];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    (void)rd_kafka_conf_set(conf, "bootstrap.servers", argv[2], NULL, 0);
    (void)rd_kafka_conf_set(conf, "broker.address.family", "v4", NULL, 0);
    (void)rd_kafka_conf_set(conf, "compression.codec", "zstd", NULL, 0);
    (void)rd_kafka_conf_set(conf, "queue.buffering.max.messages", "10000000", NULL, 0);
    (void)rd_kafka_conf_set(conf, "message.max.bytes", "20000000", NULL, 0);
    rd_kafka_conf_set_dr_msg_cb(conf, count_failure);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (client == NULL) {
        fail(reason);
    }
    while (read_frame(&frame, &bytes)) {
        size_t key_len = frame.key_len < 0 ? 0 : (size_t)frame.key_len;
        size_t value_len = frame.value_len < 0 ? 0 : (size_t)frame.value_len;
        const char *key = frame.key_len < 0 ? NULL : bytes;
        const char *value = frame.value_len < 0 ? NULL : bytes + key_len;
        rd_kafka_headers_t *headers =
            make_headers(bytes + key_len + value_len, (size_t)frame.headers_len);
        rd_kafka_resp_err_t result = rd_kafka_producev(
            client, RD_KAFKA_V_TOPIC(argv[3]), RD_KAFKA_V_PARTITION(frame.partition),
            RD_KAFKA_V_TIMESTAMP(frame.time_ms), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_KEY(key, key_len), RD_KAFKA_V_VALUE((void *)(uintptr_t)value, value_len),
            RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
        if (result != RD_KAFKA_RESP_ERR_NO_ERROR) {
            fail(rd_kafka_err2str(result));
        }
        free(bytes);
        (void)rd_kafka_poll(client, 0);
    }
    if (rd_kafka_flush(client, WAIT_MS) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        fail("not all was sent in time");
    }
    rd_kafka_destroy(client);
    return 0;
}

static void write_frame(const rd_kafka_message_t *message) {
    struct frame frame = {
        .time_ms = rd_kafka_message_timestamp(message, NULL),
        .partition = message->partition,
        .key_len = message->key == NULL ? -1 : (int32_t)message->key_len,
        .value_len = message->payload == NULL ? -1 : (int32_t)message->len,
    };
    (void)fwrite(&frame.time_ms, 1, 8, stdout);
    (void)fwrite(&frame.partition, 1, 4, stdout);
    (void)fwrite(&frame.key_len, 1, 4, stdout);
    (void)fwrite(&frame.value_len, 1, 4, stdout);
    (void)fwrite(message->key, 1, message->key_len, stdout);
    (void)fwrite(message->payload, 1, message->len, stdout);
}

static int run_dump(char **argv) {
    rd_kafka_t *client = make_client(RD_KAFKA_CONSUMER, argv[2]);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, argv[3], NULL);
    for (int32_t partition = 0; partition < count_of(argv[4]); partition++) {
        int64_t low = 0;
        int64_t high = 0;
        if (rd_kafka_query_watermark_offsets(client, argv[3], partition, &low, &high, WAIT_MS) !=
                RD_KAFKA_RESP_ERR_NO_ERROR ||
            rd_kafka_consume_start(topic, partition, low) != 0) {
            fail("the partition cannot be read");
        }
        for (int64_t next = low; next < high;) {
            rd_kafka_message_t *message = rd_kafka_consume(topic, partition, WAIT_MS);
            if (message == NULL) {
                fail("no message came");
            } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
                next = message->offset + 1;
                write_frame(message);
            }
            rd_kafka_message_destroy(message);
        }
        (void)rd_kafka_consume_stop(topic, partition);
    }
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(client);
    return 0;
}

int main(int argc, char **argv) {
    if (argc >= 3 && strcmp(argv[1], "mock") == 0) {
        return run_mock(argc, argv);
    }
    if (argc == 4 && strcmp(argv[1], "send") == 0) {
        return run_send(argv);
    }
    if (argc == 5 && strcmp(argv[1], "dump") == 0) {
        return run_dump(argv);
    }
    fail("mock, send or dump");
}
