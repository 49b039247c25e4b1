/*
 * cloudevents.h: CloudEvents 1.0 in messages of Kafka.
 *
 * In structured mode a message is the event, in JSON: nothing is to be done. In binary mode the
 * value is the event's data, and its attributes are headers `ce_NAME`, as the CloudEvents binding
 * for Kafka has it (section 3.2); then the captures become those of the same event in structured
 * mode: attributes at the top, `data` below them.
 *
 * Threads: one a decoder.
 */
#ifndef WEND_DECODE_CLOUDEVENTS_H
#define WEND_DECODE_CLOUDEVENTS_H

#include "decode/json.h"
#include "model/batch.h"
#include "model/message.h"

/* The node of `data`; WEND_JSON_NONE where no field asks for it. */
uint32_t wend__cloudevents_data(const struct wend_json *json);
/* Whether the message is an event in binary mode. */
bool wend__cloudevents_is_binary(const struct wend_message *message);
/* Whether the headers say that the data is JSON, or nothing. */
bool wend__cloudevents_has_json(const struct wend_message *message);
/* Captures the data of an event in binary mode, by itself. False: it is no such value. */
bool wend__cloudevents_data_parse(struct wend_json *json, const struct wend_message *message);
/* Captures the attributes, behind the data. */
enum wend_flaw wend__cloudevents_attributes(struct wend_json *json,
                                            const struct wend_message *message);

#endif
