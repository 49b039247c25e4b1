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

struct wend_message {
    struct wend_bytes payload; /* never absent */
    int64_t offset;            /* in its partition */
    int64_t ts_us;             /* as its producer or broker has stamped it */
    uint32_t partition;        /* index among the partitions of the run */
};

#endif
