/*
 * message_fields.h: what a message says beside its payload, as fields.
 *
 *   kafka.key, kafka.topic, kafka.partition, kafka.offset, kafka.timestamp, kafka.header.NAME
 *
 * They are there in messages only, and there hide fields of the payload with the same name.
 *
 * Threads: one a decoder.
 */
#ifndef WEND_DECODE_MESSAGE_FIELDS_H
#define WEND_DECODE_MESSAGE_FIELDS_H

#include "base/arena.h"
#include "model/batch.h"
#include "model/message.h"
#include "model/ruleset.h"

enum wend_message_source {
    WEND_MESSAGE_KEY,
    WEND_MESSAGE_TOPIC,
    WEND_MESSAGE_PARTITION,
    WEND_MESSAGE_OFFSET,
    WEND_MESSAGE_TIMESTAMP, /* ISO 8601 with milliseconds, so that its unit is known */
    WEND_MESSAGE_HEADER     /* the last of that name */
};

struct wend_message_target {
    uint32_t field;
    enum wend_message_source source;
    struct wend_bytes header;
};

/* Whether `name` is such a field, and which. */
bool wend__message_field(struct wend_bytes name, struct wend_message_target *target);
/* Whether messages need their headers: some field or the format asks for them. */
bool wend__message_headers_wanted(const struct wend_field *fields, uint32_t field_count,
                                  const struct wend_format *format);
/* The value of the last header `name`; absent for none. */
struct wend_bytes wend__message_header(const struct wend_message *message, const char *name);
/* Sets the row's fields; texts go to scratch. False without memory. */
bool wend__message_values(const struct wend_message *message,
                          const struct wend_message_target *targets, uint32_t count,
                          struct wend_arena *scratch, struct wend_bytes *row);

#endif
