/*
 * generate_kafka.h: where --to-kafka sends the events.
 *
 * Threads: one at a time.
 */
#ifndef WEND_TOOLS_GENERATE_KAFKA_H
#define WEND_TOOLS_GENERATE_KAFKA_H

#include "commands.h"

struct wend_producer;

/* HOST:PORT and TOPIC of --to-kafka; zero-initialise to start. */
struct wend_cli_target {
    struct wend_cli_text brokers;
    const char *topic; /* in the arguments */
};

/* Takes --to-kafka apart, and says which options do not go with it, or need it. Without --to-kafka
 * the topic stays NULL. */
enum wend_status wend__cli_target_read(const struct wend_cli_arguments *arguments,
                                       struct wend_cli_target *target,
                                       struct wend_error *error) WEND_MUST_CHECK;
void wend__cli_target_deinit(struct wend_cli_target *target);

enum wend_status wend__cli_target_open(struct wend_cli_context *context,
                                       const struct wend_cli_target *target,
                                       struct wend_producer **producer,
                                       struct wend_error *error) WEND_MUST_CHECK;

#endif
