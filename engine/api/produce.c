/* The producer of the command line: translation only. */
#include "api/cli.h"
#include "base/memory.h"
#include "source/kafka_producer.h"

const char *wend__cli_kafka_version(void) {
    return wend__kafka_version();
}

enum wend_status wend__producer_open(const struct wend_producer_options *options,
                                     struct wend_producer **producer, struct wend_error *error) {
    *producer = NULL;
    struct wend_setting *settings =
        wend__alloc_zeroed(options->setting_count + 1, sizeof *settings);
    if (settings == NULL) {
        return wend__fail_memory(error);
    }
    for (size_t i = 0; i < options->setting_count; i++) {
        settings[i] = (struct wend_setting){.name = options->settings[i].name,
                                            .value = options->settings[i].value};
    }
    struct wend_source_watch watch = {options->is_stopped, options->context};
    struct wend_kafka_producer_options made = {
        .settings = settings,
        .setting_count = options->setting_count,
        .topic = options->topic,
        .partitions = options->partitions,
        .watch = &watch,
        .note = options->note,
        .note_context = options->context,
    };
    struct wend_kafka_producer *opened = NULL;
    enum wend_status status = wend__kafka_producer_open(&made, &opened, error);
    wend__free(settings);
    *producer = (struct wend_producer *)(void *)opened;
    return status;
}

static struct wend_kafka_producer *inner(struct wend_producer *producer) {
    return (struct wend_kafka_producer *)(void *)producer;
}

enum wend_status wend__producer_send(struct wend_producer *producer, struct wend_text key,
                                     struct wend_text value, struct wend_error *error) {
    return wend__kafka_producer_send(inner(producer), wend__bytes(key.data, key.len),
                                     wend__bytes(value.data, value.len), error);
}

enum wend_status wend__producer_finish(struct wend_producer *producer, struct wend_error *error) {
    return wend__kafka_producer_finish(inner(producer), error);
}

void wend__producer_close(struct wend_producer *producer) {
    wend__kafka_producer_close(inner(producer));
}
