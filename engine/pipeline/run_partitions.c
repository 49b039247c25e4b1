/*
 * How many partitions a topic has had, in STATE/TOPIC.partitions: keys are spread anew when some
 * are added, which nobody else would notice.
 */
#include "base/clock.h"
#include "base/io.h"
#include "base/memory.h"
#include "pipeline/run_shards.h"
#include "snapshot/staging.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FACTS_FORMAT "wend-partitions 1 %" PRIu64 " %" PRIu64 "\n"
enum { FACTS_BYTES = 64 };

/* Of a topic; both 0: nothing is known yet. */
struct facts {
    uint64_t first; /* when the state was begun */
    uint64_t last;  /* when it was last used */
};

static char *path_of(const struct wend_run_shards *shards, const char *topic, const char *behind) {
    struct wend_buffer path = {0};
    char *copy =
        wend__buffer_append_format(&path, "%s/%s.partitions%s", shards->root, topic, behind)
            ? wend__copy_text(path.data, path.len)
            : NULL;
    wend__buffer_deinit(&path);
    return copy;
}

static enum wend_status read_facts(const char *path, struct facts *facts,
                                   struct wend_error *error) {
    char text[FACTS_BYTES] = "";
    char again[FACTS_BYTES];
    size_t got = 0;
    *facts = (struct facts){0};
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return errno == ENOENT ? WEND_OK : wend__fail_os(error, "open", path, errno);
    }
    int number = wend__io_read_at(descriptor, text, sizeof text - 1, 0, &got);
    (void)close(descriptor);
    if (number != 0) {
        return wend__fail_os(error, "read", path, number);
    }
    char *end = text;
    if (strncmp(text, "wend-partitions 1 ", 18) == 0) {
        facts->first = strtoull(text + 18, &end, 10);
        facts->last = strtoull(end, NULL, 10);
    }
    (void)snprintf(again, sizeof again, FACTS_FORMAT, facts->first, facts->last);
    return strcmp(text, again) == 0
               ? WEND_OK
               : wend__fail(error, WEND_ERROR_IO,
                            "%s is damaged; remove it, and the number of partitions counts as "
                            "unchanged",
                            path);
}

/* Whole under another name first. Of several who begin at once all write the same. */
static enum wend_status write_facts(const struct wend_run_shards *shards, const char *topic,
                                    const char *path, struct facts facts,
                                    struct wend_error *error) {
    char text[FACTS_BYTES];
    char behind[64];
    int len = snprintf(text, sizeof text, FACTS_FORMAT, facts.first, facts.last);
    /* In containers that share the state every process may have the same number. */
    (void)snprintf(behind, sizeof behind, ".%ld-%" PRId64, (long)getpid(), wend__clock_wall_us());
    char *hidden = path_of(shards, topic, behind);
    if (hidden == NULL) {
        return wend__fail_memory(error);
    }
    int number = wend__io_replace(path, hidden, text, (size_t)len);
    wend__free(hidden);
    return number == 0 ? WEND_OK : wend__fail_os(error, "write", path, number);
}

static void tell_growth(const struct wend_run_state *run, const char *topic, uint64_t before,
                        uint64_t now) {
    const struct wend_run_kafka *kafka = run->options->kafka;
    if (kafka->note != NULL) {
        char text[WEND_ERROR_TEXT_BYTES];
        (void)snprintf(text, sizeof text,
                       "`%.250s` has %" PRIu64 " partitions now, and had %" PRIu64
                       ": the new ones are read from their beginning. Customers whose key moves "
                       "to another partition are counted as two, and their open sessions and "
                       "journeys are cut; to have them whole, write all events to a new topic of "
                       "%" PRIu64 " partitions, and begin anew with another --state",
                       topic, now, before, now);
        kafka->note(kafka->note_context, text);
    }
}

static enum wend_status check_topic(const struct wend_run_state *run, const char *topic,
                                    uint64_t now, uint64_t *first, struct wend_error *error) {
    struct facts facts;
    char *path = path_of(run->shards, topic, "");
    if (path == NULL) {
        return wend__fail_memory(error);
    }
    enum wend_status status = read_facts(path, &facts, error);
    if (status == WEND_OK && facts.last > now) {
        status = wend__fail(error, WEND_ERROR_IO,
                            "`%.250s` has %" PRIu64 " partitions, and had %" PRIu64
                            ": the topic was made anew. Nothing was read; begin anew with another "
                            "--state",
                            topic, now, facts.last);
    }
    uint64_t before = facts.last;
    facts.first = facts.first == 0 ? now : facts.first;
    *first = facts.first;
    if (status == WEND_OK && facts.last != now) {
        facts.last = now;
        if (before != 0) {
            tell_growth(run, topic, before, now);
        }
        status = write_facts(run->shards, topic, path, facts, error);
    }
    wend__free(path);
    return status;
}

enum wend_status wend__run_partitions_check(struct wend_run_state *run, struct wend_error *error) {
    struct wend_run_shards *shards = run->shards;
    size_t at = 0;
    while (at < shards->count) {
        const char *topic = wend__kafka_partition(run->kafka, at)->topic;
        uint64_t count = 1;
        uint64_t first = 0;
        while (at + count < shards->count &&
               strcmp(wend__kafka_partition(run->kafka, at + count)->topic, topic) == 0) {
            count++;
        }
        WEND_TRY(check_topic(run, topic, count, &first, error));
        for (uint64_t i = first; i < count; i++) {
            shards->items[at + i].was_added = true;
        }
        at += count;
    }
    return WEND_OK;
}
