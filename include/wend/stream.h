/*
 * stream.h: from the messages of Kafka topics to sessions and journeys.
 *
 * A stream is read from its start (`kafka: {start: ...}` of the definitions), or from where its
 * checkpoints end, and gives what a replay of the same events gives: a partition is an input, as a
 * file is. Up to the end that each partition has when the run begins no group is joined, and no
 * offset is committed; a live one is a member of a group, and its windows are published one by one.
 *
 * What differs from a replay: events may be out of order by 10 minutes, and windows are of an hour,
 * unless the definitions or options say otherwise; an event is of the future when its time is more
 * than a day later than its message's; and a time counts for the mark of its partition at most as
 * its message's time plus 5 minutes. Messages hold JSON where `format` of the definitions is
 * silent.
 *
 * Threads: a run makes its own, and librdkafka its own. One call at a time for each object.
 */
#ifndef WEND_STREAM_H
#define WEND_STREAM_H

#include <wend/replay.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A key of the section `kafka`, or a property of librdkafka; overrides the definitions. */
struct wend_stream_setting {
    const char *name;
    const char
        *value; /* @FILE: what the file holds; $NAME: from the environment; @@, $$: the sign */
};

/* A line for people about troubles on the way, from the thread that runs the stream. */
typedef void wend_note_call(void *context, const char *text);

/* Zero-initialise, then `wend_stream_options_init`. Everything is borrowed for the run. */
struct wend_stream_options {
    struct wend_replay_options replay; /* `inputs` are not looked at; definitions are needed */
    const struct wend_stream_setting *settings;
    size_t setting_count;
    uint64_t kafka_memory_bytes; /* what may wait to be worked on; 0: a quarter of memory_bytes, at
                                    most 768 MiB */
    const char *state;           /* directory of the checkpoints; NULL: nothing is kept */
    int64_t checkpoint_us;       /* between two checkpoints; 0: 30 seconds */
    bool accept_new_definitions; /* go on by definitions that differ from the checkpoints' */
    int64_t idle_us; /* live: until a partition that is read to its end counts as idle; 0: never */
    wend_note_call *note; /* may be NULL */
    void *note_context;
    /*
     * Live: a PostgreSQL, as libpq takes it, to which each window is published as
     * wend_publish_windows does; NULL: none. A thread of its own does so, and holds nothing up:
     * while the server is away it is tried again, also by the next run.
     */
    const char *publish;
    const char *publish_schema; /* NULL: "wend" */
};

WEND_API void wend_stream_options_init(struct wend_stream_options *options);

/*
 * Follows the topics as a member of the consumer group (`kafka: {group: ...}`) until `progress` of
 * the options says stop: then the last checkpoints are made. `state` is needed: results are what
 * stands there. Errors as wend_stream_run_to_end.
 */
WEND_API WEND_MUST_CHECK enum wend_status
wend_stream_run_live(const struct wend_stream_options *options, struct wend_error *error);

/*
 * Reads the topics up to their present ends. With `state` it goes on where the checkpoints there
 * end, makes new ones on the way and at the end, and gives the tables of everything since the first
 * start; whatever kills it on the way, the next run gives the same. Errors as wend_replay_run;
 * WEND_ERROR_USAGE also for an unknown topic or property, and in a build without Kafka;
 * WEND_ERROR_IO also when the brokers cannot be reached or refuse, and when what is to be read is
 * not in the log any more.
 */
WEND_API WEND_MUST_CHECK enum wend_status
wend_stream_run_to_end(const struct wend_stream_options *options, struct wend_result **result,
                       struct wend_error *error);

#ifdef __cplusplus
}
#endif
#endif
