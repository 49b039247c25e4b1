#include "source/kafka_config.h"

#include "base/edit_distance.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A message that a broker takes by default, and what librdkafka raises fetch.max.bytes to. */
#define FETCH_BYTES_MIN UINT64_C(1000000)
#define FETCH_BYTES_MAX (UINT64_C(50) << 20)
#define QUEUE_KBYTES_MAX UINT64_C(2097151)
enum { NUMBER_BYTES = 24 };

static const char *const own_names[] = {"brokers", "topics", "group", "start", "outcomes"};
#define OWN_COUNT (sizeof own_names / sizeof *own_names)

/* What the user cannot set, and what to do instead. */
static const char *const owned[][2] = {
    {"bootstrap.servers", "write `brokers`"},
    {"metadata.broker.list", "write `brokers`"},
    {"group.id", "write `group`"},
    {"auto.offset.reset", "`start` says where to begin; later nothing is ever skipped"},
    {"enable.auto.commit", "wend keeps the offsets with its results"},
    {"auto.commit.enable", "wend keeps the offsets with its results"},
    {"enable.auto.offset.store", "wend keeps the offsets with its results"},
    {"enable.partition.eof", "wend needs to see where partitions end"},
};

/* Before the user's, who may change them. */
static const char *const defaults[][2] = {
    {"client.id", "wend"},
    {"check.crcs", "true"}, /* a flipped bit would end in the tables */
    {"socket.nagle.disable", "true"},
    {"fetch.min.bytes", "65536"},
    {"fetch.wait.max.ms", "100"},
    {"queued.min.messages", "10000000"}, /* the bytes are what counts */
    /* Of a group: all partitions stop at once when they move, which has the fewest faults in
     * librdkafka 2.0. */
    {"partition.assignment.strategy", "range"},
};

/* Of a producer: every event once and in order; keys as Kafka's own clients send them. */
static const char *const producing[][2] = {
    {"client.id", "wend"},
    {"enable.idempotence", "true"},
    {"partitioner", "murmur2_random"},
    {"compression.codec", "zstd"},
    {"linger.ms", "20"},
    {"socket.nagle.disable", "true"},
    {"queue.buffering.max.kbytes", "65536"},
};

/* Behind the user's. */
static const char *const fixed[][2] = {
    {"auto.offset.reset", "error"},
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"enable.partition.eof", "true"},
};

static enum wend_status set(struct wend_kafka_config *config, const char *name, const char *value,
                            struct wend_error *error) {
    char reason[WEND_KAFKA_TEXT_BYTES];
    if (rd_kafka_conf_set(config->conf, name, value, reason, sizeof reason) != RD_KAFKA_CONF_OK) {
        wend__kafka_config_mask(config, reason);
        return wend__fail(error, WEND_ERROR_USAGE, "Kafka: %s", reason);
    }
    return WEND_OK;
}

static enum wend_status set_number(struct wend_kafka_config *config, const char *name,
                                   uint64_t value, struct wend_error *error) {
    char text[NUMBER_BYTES];
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return set(config, name, text, error);
}

/*
 * Queues get three quarters, each thread's its part. Beyond that a fetch that is under way may add
 * what it brings, once decompressed: a thirty-second, compressed, leaves room for eight times that.
 */
static enum wend_status set_memory(struct wend_kafka_config *config, uint64_t memory_bytes,
                                   uint32_t thread_count, struct wend_error *error) {
    uint64_t queue_kbytes = memory_bytes / 4 * 3 / thread_count / 1024;
    uint64_t fetch_bytes = memory_bytes / 32;
    queue_kbytes = queue_kbytes < 1 ? 1 : queue_kbytes;
    queue_kbytes = queue_kbytes > QUEUE_KBYTES_MAX ? QUEUE_KBYTES_MAX : queue_kbytes;
    fetch_bytes = fetch_bytes < FETCH_BYTES_MIN ? FETCH_BYTES_MIN : fetch_bytes;
    fetch_bytes = fetch_bytes > FETCH_BYTES_MAX ? FETCH_BYTES_MAX : fetch_bytes;
    WEND_TRY(set_number(config, "queued.max.messages.kbytes", queue_kbytes, error));
    return set_number(config, "fetch.max.bytes", fetch_bytes, error);
}

static enum wend_status set_defaults(struct wend_kafka_config *config, uint64_t memory_bytes,
                                     uint32_t thread_count, struct wend_error *error) {
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
        WEND_TRY(set(config, defaults[i][0], defaults[i][1], error));
    }
    /* Since 2.2: how long fetching pauses at a full queue, a second before. */
    (void)rd_kafka_conf_set(config->conf, "fetch.queue.backoff.ms", "20", NULL, 0);
    /* A member that comes back under its old name gets its old partitions, and nothing moves. */
    char host[128] = "";
    (void)gethostname(host, sizeof host - 1);
    WEND_TRY(set(config, "group.instance.id", host[0] == '\0' ? "wend" : host, error));
    return set_memory(config, memory_bytes, thread_count, error);
}

/* The property that a mistyped name may mean; "" for none. */
static void find_near(const struct wend_kafka_config *config, const char *name, char *near,
                      size_t capacity) {
    struct wend_bytes wanted = wend__bytes_text(name);
    size_t best = wanted.len / 3 + 1;
    size_t count = 0;
    near[0] = '\0';
    for (size_t i = 0; i < OWN_COUNT; i++) {
        size_t distance = wend__edit_distance(wanted, wend__bytes_text(own_names[i]));
        if (distance < best) {
            best = distance;
            (void)snprintf(near, capacity, "; did you mean `%s`?", own_names[i]);
        }
    }
    const char **pairs = rd_kafka_conf_dump(config->conf, &count);
    for (size_t i = 0; pairs != NULL && i + 1 < count; i += 2) {
        size_t distance = wend__edit_distance(wanted, wend__bytes_text(pairs[i]));
        if (distance < best) {
            best = distance;
            (void)snprintf(near, capacity, "; did you mean `%s`?", pairs[i]);
        }
    }
    if (pairs != NULL) {
        rd_kafka_conf_dump_free(pairs, count);
    }
}

static enum wend_status check_property(const struct wend_setting *setting,
                                       struct wend_error *error) {
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) {
        if (strcmp(setting->name, owned[i][0]) == 0) {
            return wend__kafka_fail_at(setting, error, "`%s` is not for the user: %s",
                                       setting->name, owned[i][1]);
        }
    }
    if (wend__kafka_is_secret(setting->name) && !wend__kafka_is_reference(setting->value)) {
        /* Without a position: the line would be shown. */
        return wend__fail(
            error, WEND_ERROR_USAGE,
            "`%s` is a secret, and others can read it %s; write @FILE for the content "
            "of a file, or $NAME for a variable of the environment",
            setting->name,
            setting->file == NULL ? "in the list of processes" : "in the definitions");
    }
    return WEND_OK;
}

static enum wend_status set_property(struct wend_kafka_config *config, enum wend_kafka_use use,
                                     const struct wend_setting *setting, struct wend_error *error) {
    char reason[WEND_KAFKA_TEXT_BYTES] = "";
    char near[WEND_KAFKA_TEXT_BYTES];
    const char *value = setting->value;
    WEND_TRY(check_property(setting, error));
    bool is_elsewhere = wend__kafka_is_reference(value);
    if (use == WEND_KAFKA_CHECK && is_elsewhere) {
        char known[8];
        size_t len = sizeof known;
        if (rd_kafka_conf_get(config->conf, setting->name, known, &len) != RD_KAFKA_CONF_UNKNOWN) {
            return WEND_OK;
        }
    } else {
        WEND_TRY(wend__kafka_value(config, setting, &value, error));
    }
    switch (rd_kafka_conf_set(config->conf, setting->name, value, reason, sizeof reason)) {
    case RD_KAFKA_CONF_OK:
        return WEND_OK;
    case RD_KAFKA_CONF_UNKNOWN:
        find_near(config, setting->name, near, sizeof near);
        return wend__kafka_fail_at(
            setting, error,
            "`%s` is neither brokers, topics, group, start or outcomes nor a "
            "property of librdkafka%s",
            setting->name, near);
    case RD_KAFKA_CONF_INVALID:
    default:
        wend__kafka_config_mask(config, reason);
        return wend__kafka_fail_at(setting, error, "%s", reason);
    }
}

static bool is_own_name(const char *name) {
    for (size_t i = 0; i < OWN_COUNT; i++) {
        if (strcmp(name, own_names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static enum wend_status set_own(struct wend_kafka_config *config, enum wend_kafka_use use,
                                const struct wend_setting *setting, struct wend_error *error) {
    const char *value = setting->value;
    if (strcmp(setting->name, "outcomes") == 0) { /* for a run to look at, not for librdkafka */
        return value[0] != '\0' && !wend__kafka_is_reference(value)
                   ? WEND_OK
                   : wend__kafka_fail_at(setting, error, "`outcomes` is the name of a topic");
    }
    if (use != WEND_KAFKA_CHECK) {
        WEND_TRY(wend__kafka_value(config, setting, &value, error));
    }
    if (value[0] == '\0') {
        return wend__kafka_fail_at(setting, error, "`%s` is empty", setting->name);
    }
    if (strcmp(setting->name, "brokers") == 0) {
        return (config->brokers.len == 0 || wend__buffer_append(&config->brokers, ",", 1)) &&
                       wend__buffer_append_text(&config->brokers, value)
                   ? WEND_OK
                   : wend__fail_memory(error);
    }
    if (strcmp(setting->name, "topics") == 0) {
        config->topics[config->topic_count++] = setting;
        return WEND_OK;
    }
    if (strcmp(setting->name, "group") == 0) {
        return set(config, "group.id", value, error);
    }
    config->starts_latest = strcmp(value, "latest") == 0;
    return config->starts_latest || strcmp(value, "earliest") == 0
               ? WEND_OK
               : wend__kafka_fail_at(setting, error, "`start` is earliest or latest");
}

/* The command line overrides the file, name by name. */
static bool is_overridden(const struct wend_setting *settings, size_t count, size_t index) {
    for (size_t i = 0; settings[index].file != NULL && i < count; i++) {
        if (settings[i].file == NULL && strcmp(settings[i].name, settings[index].name) == 0) {
            return true;
        }
    }
    return false;
}

static enum wend_status apply(struct wend_kafka_config *config, const struct wend_setting *settings,
                              size_t count, enum wend_kafka_use use, struct wend_error *error) {
    for (size_t i = 0; i < count; i++) {
        if (is_overridden(settings, count, i)) {
            continue;
        }
        if (is_own_name(settings[i].name)) {
            WEND_TRY(set_own(config, use, &settings[i], error));
        } else {
            WEND_TRY(set_property(config, use, &settings[i], error));
        }
    }
    return WEND_OK;
}

static enum wend_status check_complete(const struct wend_kafka_config *config,
                                       enum wend_kafka_use use, struct wend_error *error) {
    if (config->brokers.len == 0) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "no Kafka broker is named; write `kafka: {brokers: HOST:PORT}` into the "
                          "definitions, or add -X brokers=HOST:PORT");
    }
    if (use == WEND_KAFKA_CONSUME && config->topic_count == 0) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "no Kafka topic is named; write `kafka: {topics: NAME}` into the "
                          "definitions, or add -X topics=NAME");
    }
    return WEND_OK;
}

enum wend_status wend__kafka_config_make(struct wend_kafka_config *config,
                                         const struct wend_setting *settings, size_t setting_count,
                                         enum wend_kafka_use use, uint64_t memory_bytes,
                                         uint32_t thread_count, struct wend_error *error) {
    config->conf = rd_kafka_conf_new();
    config->topics =
        wend__arena_alloc(&config->arena, (setting_count + 1) * sizeof *config->topics);
    if (config->conf == NULL || config->topics == NULL) {
        return wend__fail_memory(error);
    }
    if (use == WEND_KAFKA_CONSUME) {
        WEND_TRY(set_defaults(config, memory_bytes, thread_count, error));
        WEND_TRY(set(config, "group.id", "wend", error));
    }
    for (size_t i = 0; use == WEND_KAFKA_PRODUCE && i < sizeof producing / sizeof *producing; i++) {
        WEND_TRY(set(config, producing[i][0], producing[i][1], error));
    }
    WEND_TRY(apply(config, settings, setting_count, use, error));
    if (use == WEND_KAFKA_CHECK) {
        return WEND_OK;
    }
    WEND_TRY(check_complete(config, use, error));
    for (size_t i = 0; use == WEND_KAFKA_CONSUME && i < sizeof fixed / sizeof *fixed; i++) {
        WEND_TRY(set(config, fixed[i][0], fixed[i][1], error));
    }
    if (!wend__buffer_append(&config->brokers, "", 1)) {
        return wend__fail_memory(error);
    }
    config->brokers.len--;
    return set(config, "bootstrap.servers", (const char *)config->brokers.data, error);
}

void wend__kafka_config_deinit(struct wend_kafka_config *config) {
    if (config->conf != NULL) {
        rd_kafka_conf_destroy(config->conf);
    }
    for (size_t i = 0; i < config->secret_count; i++) {
        config->secrets[i] = WEND_BYTES_ABSENT;
    }
    wend__buffer_deinit(&config->brokers);
    wend__arena_deinit(&config->arena);
    *config = (struct wend_kafka_config){0};
}

enum wend_status wend__kafka_check(const struct wend_setting *settings, size_t setting_count,
                                   struct wend_error *error) {
    struct wend_kafka_config config = {0};
    enum wend_status status =
        wend__kafka_config_make(&config, settings, setting_count, WEND_KAFKA_CHECK, 0, 1, error);
    wend__kafka_config_deinit(&config);
    return status;
}

const char *wend__kafka_version(void) {
    return rd_kafka_version_str();
}
