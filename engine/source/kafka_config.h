/*
 * kafka_config.h: settings to a configuration of librdkafka; for kafka*.c only.
 *
 * `brokers`, `topics`, `group`, `start` and `outcomes` are wend's; every other name is a property
 * of librdkafka. Those that would break what wend promises are refused, with what to write instead.
 *
 * Threads: one at a time.
 */
#ifndef WEND_SOURCE_KAFKA_CONFIG_H
#define WEND_SOURCE_KAFKA_CONFIG_H

#include "base/arena.h"
#include "base/buffer.h"
#include "source/kafka.h"

#include <librdkafka/rdkafka.h>

/* Of librdkafka, for its error texts. */
#define WEND_KAFKA_TEXT_BYTES 640

enum wend_kafka_use { WEND_KAFKA_CHECK, WEND_KAFKA_CONSUME, WEND_KAFKA_PRODUCE };

/* Zero-initialise to start. */
struct wend_kafka_config {
    struct wend_arena arena;
    rd_kafka_conf_t *conf; /* NULL once it is handed over */
    struct wend_buffer brokers;
    const struct wend_setting **topics; /* each a setting named `topics` */
    size_t topic_count;
    bool starts_latest;
    struct wend_bytes *secrets; /* values that no text may show */
    size_t secret_count;
};

/* `memory_bytes` and `thread_count`: for CONSUME. `deinit` in any case. Errors as wend__kafka_open.
 */
WEND_MUST_CHECK enum wend_status
wend__kafka_config_make(struct wend_kafka_config *config, const struct wend_setting *settings,
                        size_t setting_count, enum wend_kafka_use use, uint64_t memory_bytes,
                        uint32_t thread_count, struct wend_error *error);
void wend__kafka_config_deinit(struct wend_kafka_config *config);

/* Overwrites every secret in the text. */
void wend__kafka_config_mask(const struct wend_kafka_config *config, char *text);

/* kafka_secret.c: the value with @FILE and $NAME resolved, zero-terminated, in the arena; secrets
 * are kept for the mask. */
WEND_MUST_CHECK enum wend_status wend__kafka_value(struct wend_kafka_config *config,
                                                   const struct wend_setting *setting,
                                                   const char **value, struct wend_error *error);
/* Whether the property holds a secret. */
bool wend__kafka_is_secret(const char *name);
/* Whether a value stands elsewhere. */
bool wend__kafka_is_reference(const char *value);
/* kafka_secret.c: an error at the place of the setting. */
enum wend_status wend__kafka_fail_at(const struct wend_setting *setting, struct wend_error *error,
                                     const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
