/*
 * kafka.h: messages of the partitions of Kafka topics, from where they start to where they ended
 * when they were looked at.
 *
 *   settings --open--> topics, partitions, offsets --start--> a queue for each thread
 *   thread t: poll --> messages of the partitions p with p % threads == t, in offset order -->
 * release
 *
 * Offsets are the caller's: what a group is told (`tell_offset`) is never read. With `follow`
 * instead of `start` partitions come and go as the group assigns them, and have no end. Where a
 * position is not in the log any more (retention, a topic that was made anew) reading fails;
 * nothing is skipped in silence. Troubles that librdkafka mends by itself (a broker that is away, a
 * login that is refused) are told once a back-off, by the one who calls `serve`.
 *
 * Back-pressure: who does not poll leaves the messages in the queues, and at their limit librdkafka
 * stops fetching. What the queues may hold follows from one number, `memory_bytes`.
 *
 * Secrets: a value `@FILE` is the content of a file, `$NAME` a variable of the environment (`@@`,
 * `$$`: the sign itself). Properties that hold secrets take nothing else. No text that leaves this
 * folder contains one.
 *
 * Threads: `poll` and `release` by the thread of that index; all else by the one that opened.
 */
#ifndef WEND_SOURCE_KAFKA_H
#define WEND_SOURCE_KAFKA_H

#include "base/status.h"
#include "model/message.h"
#include "model/setting.h"
#include "source/source.h"

#include <stdbool.h>
#include <stddef.h>

/* Messages that a poll gives at most. */
#define WEND_KAFKA_BATCH 1000U
/* Partitions of all topics; and offsets from a partition's start to its end: together they make a
 * position of 63 bits. */
#define WEND_KAFKA_PARTITIONS_MAX (UINT32_C(1) << 20)
#define WEND_KAFKA_OFFSET_BITS 43U
/* What queues may hold at least, and what they get when nothing is said: this part of the memory
 * for data, but not more than the second. Below about a second's worth of data librdkafka 2.0
 * pauses for a second each time that the queue is full. */
#define WEND_KAFKA_MEMORY_MIN (UINT64_C(16) << 20)
#define WEND_KAFKA_MEMORY_SHARE 4U
#define WEND_KAFKA_MEMORY_USUAL_MAX (UINT64_C(768) << 20)

struct wend_kafka;

struct wend_kafka_options {
    const struct wend_setting *settings; /* borrowed for the call */
    size_t setting_count;
    uint64_t memory_bytes;
    uint32_t thread_count;
    const struct wend_source_watch *watch;         /* whether to give up; NULL: never */
    void (*note)(void *context, const char *text); /* a line for people; NULL: nobody listens */
    void *note_context;
    int64_t patience_us; /* how long `open` tries to reach the brokers; 0: 30 seconds */
    bool wants_headers;  /* messages have their headers */
};

/* A partition; the counts belong to its thread until it is over. */
struct wend_kafka_partition {
    const char *topic;
    int32_t partition;
    int64_t log_begin; /* the first offset that the log had when it was looked at */
    int64_t log_end;   /* behind its last one */
    int64_t begin_offset;
    int64_t end_offset;  /* behind the last that is read */
    int64_t next_offset; /* a lower bound of the next message's */
    bool is_over;
    uint64_t messages;      /* handed out */
    uint64_t bytes;         /* of their payloads */
    uint64_t tombstones;    /* messages without a value: not handed out */
    uint64_t null_keys;     /* of those handed out */
    uint64_t empty_offsets; /* that have no message: compaction, ends of transactions */
    int64_t at_end_us;      /* monotonic clock: since when it is read to its end; 0: it is not */
    int64_t stalled_us;     /* monotonic clock: when its log seemed to end early; 0: it does not */
};

struct wend_kafka_batch {
    const struct wend_message *messages; /* until `release` */
    size_t count;
    bool is_over; /* all partitions of the thread have been read to their ends */
};

/* Whether this build has Kafka: the version of librdkafka, or NULL. */
const char *wend__kafka_version(void);

/* Checks names and values, but for secrets that stand elsewhere. WEND_ERROR_USAGE with the place.
 */
WEND_MUST_CHECK enum wend_status wend__kafka_check(const struct wend_setting *settings,
                                                   size_t setting_count, struct wend_error *error);

/*
 * Connects and finds topics, partitions and offsets. WEND_ERROR_USAGE: settings, an unknown topic;
 * WEND_ERROR_IO: the brokers cannot be reached, or refuse; WEND_ERROR_LIMIT: too many partitions;
 * WEND_ERROR_CANCELLED; WEND_ERROR_MEMORY.
 */
WEND_MUST_CHECK enum wend_status wend__kafka_open(const struct wend_kafka_options *options,
                                                  struct wend_kafka **kafka,
                                                  struct wend_error *error);
/* Accepts NULL. Nothing that was polled may be in use. */
void wend__kafka_close(struct wend_kafka *kafka);

size_t wend__kafka_partition_count(const struct wend_kafka *kafka);
/* In input order: topics as named, those of a pattern by name, then the partitions. */
const struct wend_kafka_partition *wend__kafka_partition(const struct wend_kafka *kafka,
                                                         size_t index);

/*
 * Before `start`: the partition goes on as `known` says: from its next_offset, with its begin and
 * counts. WEND_ERROR_IO: that offset is not in the log any more, or not yet.
 */
WEND_MUST_CHECK enum wend_status wend__kafka_resume(struct wend_kafka *kafka, size_t index,
                                                    const struct wend_kafka_partition *known,
                                                    struct wend_error *error);

/* Begins to fetch. WEND_ERROR_IO. */
WEND_MUST_CHECK enum wend_status wend__kafka_start(struct wend_kafka *kafka,
                                                   struct wend_error *error);
/*
 * What a member of a group is told of, by `serve` and `stop`, on their thread. Partitions are
 * indices. Between `park` and `unpark` no other thread polls.
 */
struct wend_kafka_group {
    void *context;
    void (*park)(void *context);
    void (*unpark)(void *context);
    /* The partition is this member's: to be resumed (wend__kafka_resume), or begun as it is. */
    enum wend_status (*assigned)(void *context, size_t partition, struct wend_error *error);
    /* They are not any more. `is_lost`: somebody else may have them already. */
    enum wend_status (*revoked)(void *context, const size_t *partitions, size_t count, bool is_lost,
                                struct wend_error *error);
    /* Takes whatever the queues still hold. */
    enum wend_status (*drain)(void *context, struct wend_error *error);
};

/* Instead of `start`: joins the group, and follows its partitions without end. `group` is borrowed
 * until `stop`. WEND_ERROR_IO. */
WEND_MUST_CHECK enum wend_status wend__kafka_follow(struct wend_kafka *kafka,
                                                    const struct wend_kafka_group *group,
                                                    struct wend_error *error);
/* What has failed in a call of the group, or for good between librdkafka and the brokers. */
WEND_MUST_CHECK enum wend_status wend__kafka_group_result(const struct wend_kafka *kafka,
                                                          struct wend_error *error);
/* Asks the brokers whether the partition is still read to its end; by its thread. */
bool wend__kafka_confirm_end(struct wend_kafka *kafka, size_t index);
/* Tells the group's coordinator how far a partition is done with: for tools that show lags; nothing
 * is ever read from there. Not inside a call of the group. */
void wend__kafka_tell_offset(struct wend_kafka *kafka, size_t index, int64_t offset);
/* Messages behind next_offset, as far as is known; -1: it is not. Any thread, until `stop`. */
int64_t wend__kafka_lag(struct wend_kafka *kafka, size_t index);

/*
 * What is there for thread `thread`, without waiting; nothing is no failure. The batch before must
 * have been released. WEND_ERROR_IO: a position is not in the log any more, a topic is gone, data
 * is damaged, access was taken away.
 */
WEND_MUST_CHECK enum wend_status wend__kafka_poll(struct wend_kafka *kafka, uint32_t thread,
                                                  struct wend_kafka_batch *batch,
                                                  struct wend_error *error);
void wend__kafka_release(struct wend_kafka *kafka, uint32_t thread);
/* Ends fetching and gives librdkafka's memory back; what is known of the partitions stays. No
 * thread may poll any more. */
void wend__kafka_stop(struct wend_kafka *kafka);
/* Tells what has gone wrong meanwhile; to be called a few times a second. */
void wend__kafka_serve(struct wend_kafka *kafka);

#endif
