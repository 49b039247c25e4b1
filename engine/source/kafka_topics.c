/* Which topics and partitions the settings name. */
#include "base/clock.h"
#include "base/edit_distance.h"
#include "base/memory.h"
#include "source/kafka_internal.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

enum { TRY_MS = 1000, REGEX_TEXT_BYTES = 128 };

/* What the brokers say about all topics; to be destroyed. Asking for one would make it, where
 * brokers are set to do so. */
static enum wend_status ask(struct wend_kafka *kafka, const struct rd_kafka_metadata **answer,
                            struct wend_error *error) {
    int64_t deadline_us = wend__clock_monotonic_us() + kafka->patience_us;
    for (;;) {
        rd_kafka_resp_err_t result = rd_kafka_metadata(kafka->client, 1, NULL, answer, TRY_MS);
        if (result == RD_KAFKA_RESP_ERR_NO_ERROR) {
            return WEND_OK;
        }
        WEND_TRY(wend__kafka_try_again(kafka, deadline_us, result, error));
    }
}

static bool has_topic(const struct wend_kafka *kafka, const char *name) {
    for (size_t i = 0; i < kafka->topic_count; i++) {
        if (strcmp(kafka->topics[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* A topic without its partitions; one that is there already stays the only one. */
static enum wend_status add_topic(struct wend_kafka *kafka, const char *name, size_t len,
                                  struct wend_error *error) {
    char *copy = wend__arena_alloc(&kafka->config.arena, len + 1);
    if (copy == NULL) {
        return wend__fail_memory(error);
    }
    memcpy(copy, name, len);
    copy[len] = '\0';
    if (has_topic(kafka, copy)) {
        return WEND_OK;
    }
    void *list = kafka->topics;
    bool reserved =
        wend__reserve(&list, &kafka->topic_capacity, kafka->topic_count + 1, sizeof *kafka->topics);
    kafka->topics = list;
    if (!reserved) {
        return wend__fail_memory(error);
    }
    kafka->topics[kafka->topic_count++] = (struct wend_kafka_topic){.name = copy};
    return WEND_OK;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All topics that match, by name; the brokers' own (`__...`) never do. */
static enum wend_status add_matching(struct wend_kafka *kafka, const struct wend_setting *setting,
                                     const struct rd_kafka_metadata *all, const regex_t *pattern,
                                     struct wend_error *error) {
    size_t count = 0;
    const char **names =
        wend__arena_alloc(&kafka->config.arena, ((size_t)all->topic_cnt + 1) * sizeof *names);
    if (names == NULL) {
        return wend__fail_memory(error);
    }
    for (int i = 0; i < all->topic_cnt; i++) {
        const char *name = all->topics[i].topic;
        if (strncmp(name, "__", 2) != 0 && regexec(pattern, name, 0, NULL, 0) == 0) {
            names[count++] = name;
        }
    }
    if (count == 0) {
        return wend__kafka_fail_at(setting, error, "no topic matches `%s`", setting->value);
    }
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 0; i < count; i++) {
        WEND_TRY(add_topic(kafka, names[i], strlen(names[i]), error));
    }
    return WEND_OK;
}

static enum wend_status add_pattern(struct wend_kafka *kafka, const struct wend_setting *setting,
                                    const struct rd_kafka_metadata *all, struct wend_error *error) {
    regex_t pattern;
    char reason[REGEX_TEXT_BYTES];
    int number = regcomp(&pattern, setting->value, REG_EXTENDED | REG_NOSUB);
    if (number != 0) {
        (void)regerror(number, &pattern, reason, sizeof reason);
        return wend__kafka_fail_at(setting, error, "`%s` is no regular expression: %s",
                                   setting->value, reason);
    }
    enum wend_status status = add_matching(kafka, setting, all, &pattern, error);
    regfree(&pattern);
    return status;
}

/* One name, or several between commas, which no name holds. */
static enum wend_status add_names(struct wend_kafka *kafka, const struct wend_setting *setting,
                                  struct wend_error *error) {
    const char *at = setting->value;
    for (;;) {
        size_t len = strcspn(at, ",");
        if (len == 0) {
            return wend__kafka_fail_at(setting, error, "a name of `topics` is empty");
        }
        WEND_TRY(add_topic(kafka, at, len, error));
        if (at[len] == '\0') {
            return WEND_OK;
        }
        at += len + 1;
    }
}

/* A topic that is not there, with the nearest that is. */
static enum wend_status fail_unknown(const struct wend_kafka *kafka, const char *name,
                                     const struct rd_kafka_metadata *all,
                                     struct wend_error *error) {
    const char *near = NULL;
    size_t best = strlen(name) / 3 + 1;
    for (int i = 0; i < all->topic_cnt; i++) {
        size_t distance =
            wend__edit_distance(wend__bytes_text(name), wend__bytes_text(all->topics[i].topic));
        if (distance > 0 && distance < best) {
            best = distance;
            near = all->topics[i].topic;
        }
    }
    return wend__fail(error, WEND_ERROR_USAGE, "there is no topic `%.250s` on %.200s%s%.250s%s",
                      name, (const char *)kafka->config.brokers.data,
                      near == NULL ? ", or this user may not see it" : "; did you mean `",
                      near == NULL ? "" : near, near == NULL ? "" : "`?");
}

static enum wend_status add_partitions(struct wend_kafka *kafka, struct wend_kafka_topic *topic,
                                       size_t count, struct wend_error *error) {
    void *list = kafka->partitions;
    if (count > WEND_KAFKA_PARTITIONS_MAX - kafka->partition_count) {
        return wend__fail(error, WEND_ERROR_LIMIT,
                          "the topics have more than %u partitions; read them in several runs",
                          WEND_KAFKA_PARTITIONS_MAX);
    }
    bool reserved = wend__reserve(&list, &kafka->partition_capacity, kafka->partition_count + count,
                                  sizeof *kafka->partitions);
    kafka->partitions = list;
    if (!reserved) {
        return wend__fail_memory(error);
    }
    topic->first = kafka->partition_count;
    topic->partition_count = count;
    for (size_t i = 0; i < count; i++) {
        kafka->partitions[kafka->partition_count++] =
            (struct wend_kafka_partition){.topic = topic->name, .partition = (int32_t)i};
    }
    return WEND_OK;
}

/* Whether the answer is complete; else it is asked for again. */
static bool is_settled(const struct rd_kafka_metadata_topic *topic, rd_kafka_resp_err_t *reason) {
    *reason = topic->err;
    for (int i = 0; *reason == RD_KAFKA_RESP_ERR_NO_ERROR && i < topic->partition_cnt; i++) {
        *reason = topic->partitions[i].leader < 0 ? RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE
                                                  : RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    if (*reason == RD_KAFKA_RESP_ERR_NO_ERROR && topic->partition_cnt == 0) {
        *reason = RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    }
    return *reason == RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* Partitions of all topics, from one answer; `*waits_for` is why another one is needed. */
static enum wend_status find_partitions(struct wend_kafka *kafka,
                                        const struct rd_kafka_metadata *all,
                                        rd_kafka_resp_err_t *waits_for, struct wend_error *error) {
    *waits_for = RD_KAFKA_RESP_ERR_NO_ERROR;
    kafka->partition_count = 0;
    for (size_t i = 0; i < kafka->topic_count; i++) {
        struct wend_kafka_topic *topic = &kafka->topics[i];
        const struct rd_kafka_metadata_topic *found = NULL;
        for (int k = 0; found == NULL && k < all->topic_cnt; k++) {
            found = strcmp(all->topics[k].topic, topic->name) == 0 ? &all->topics[k] : NULL;
        }
        if (found == NULL || found->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
            return fail_unknown(kafka, topic->name, all, error);
        }
        if (found->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
            return wend__fail(error, WEND_ERROR_IO, "the topic `%.250s` may not be read; %s",
                              topic->name, wend__kafka_next_step(found->err));
        }
        if (!is_settled(found, waits_for)) {
            return WEND_OK;
        }
        WEND_TRY(add_partitions(kafka, topic, (size_t)found->partition_cnt, error));
    }
    return WEND_OK;
}

static enum wend_status make_handles(struct wend_kafka *kafka, struct wend_error *error) {
    for (size_t i = 0; i < kafka->topic_count; i++) {
        struct wend_kafka_topic *topic = &kafka->topics[i];
        topic->handle = rd_kafka_topic_new(kafka->client, topic->name, NULL);
        if (topic->handle == NULL) {
            return wend__fail(error, WEND_ERROR_IO, "Kafka: %s",
                              rd_kafka_err2str(rd_kafka_last_error()));
        }
    }
    return WEND_OK;
}

/* The names and patterns of the settings. */
static enum wend_status find_names(struct wend_kafka *kafka, const struct rd_kafka_metadata *all,
                                   struct wend_error *error) {
    for (size_t i = 0; i < kafka->config.topic_count; i++) {
        const struct wend_setting *setting = kafka->config.topics[i];
        WEND_TRY(setting->value[0] == '^' ? add_pattern(kafka, setting, all, error)
                                          : add_names(kafka, setting, error));
    }
    return WEND_OK;
}

enum wend_status wend__kafka_find_topics(struct wend_kafka *kafka, struct wend_error *error) {
    int64_t deadline_us = wend__clock_monotonic_us() + kafka->patience_us;
    for (bool is_first = true;; is_first = false) {
        const struct rd_kafka_metadata *all = NULL;
        rd_kafka_resp_err_t waits_for = RD_KAFKA_RESP_ERR_NO_ERROR;
        WEND_TRY(ask(kafka, &all, error));
        enum wend_status status = is_first ? find_names(kafka, all, error) : WEND_OK;
        if (status == WEND_OK) {
            status = find_partitions(kafka, all, &waits_for, error);
        }
        rd_kafka_metadata_destroy(all);
        WEND_TRY(status);
        if (waits_for == RD_KAFKA_RESP_ERR_NO_ERROR) {
            return make_handles(kafka, error);
        }
        WEND_TRY(wend__kafka_try_again(kafka, deadline_us, waits_for, error));
    }
}
