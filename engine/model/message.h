/*
 * message.h: a message of a Kafka partition, as `engine/source` hands it on.
 *
 * A message is one record. Its bytes belong to who made it, and live until they are given back.
 *
 * Threads: none of its own.
 */
#ifndef WEND_MODEL_MESSAGE_H
#define WEND_MODEL_MESSAGE_H

#include "base/bytes.h"

/* A message without a timestamp. */
#define WEND_MESSAGE_NO_TIME INT64_MIN

/* A header of a message; a name may come several times. */
struct wend_header {
    struct wend_bytes name;
    struct wend_bytes value; /* absent where it is null */
};

struct wend_message {
    struct wend_bytes payload;         /* never absent */
    struct wend_bytes key;             /* absent where it is null */
    const struct wend_header *headers; /* only where they are asked for */
    uint32_t header_count;
    uint32_t partition; /* index among the partitions of the run */
    const char *topic;
    int64_t offset; /* in its partition */
    int64_t ts_us;  /* as its producer or broker has stamped it */
    int32_t number; /* of the partition in its topic */
};

#endif
