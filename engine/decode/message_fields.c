#include "decode/message_fields.h"

#include "base/calendar.h"
#include "decode/time_words.h"

#include <inttypes.h>
#include <stdio.h>

#define HEADER_PREFIX "kafka.header."
enum { NUMBER_BYTES = 24 };

static bool begins_with(struct wend_bytes text, const char *prefix) {
    size_t len = strlen(prefix);
    return text.len > len && memcmp(text.data, prefix, len) == 0;
}

bool wend__message_field(struct wend_bytes name, struct wend_message_target *target) {
    static const char *const names[] = {
        [WEND_MESSAGE_KEY] = "kafka.key",
        [WEND_MESSAGE_TOPIC] = "kafka.topic",
        [WEND_MESSAGE_PARTITION] = "kafka.partition",
        [WEND_MESSAGE_OFFSET] = "kafka.offset",
        [WEND_MESSAGE_TIMESTAMP] = "kafka.timestamp",
    };
    if (begins_with(name, HEADER_PREFIX)) {
        size_t len = strlen(HEADER_PREFIX);
        target->source = WEND_MESSAGE_HEADER;
        target->header = wend__bytes(name.data + len, name.len - len);
        return true;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (wend__bytes_is(name, names[i])) {
            target->source = (enum wend_message_source)i;
            return true;
        }
    }
    return false;
}

bool wend__message_headers_wanted(const struct wend_field *fields, uint32_t field_count,
                                  const struct wend_format *format) {
    bool is_wanted = format->is_cloudevents;
    for (uint32_t i = 0; i < field_count; i++) {
        is_wanted |=
            fields[i].kind == WEND_FIELD_PLAIN && begins_with(fields[i].name, HEADER_PREFIX);
    }
    return is_wanted;
}

static struct wend_bytes find_header(const struct wend_message *message, struct wend_bytes name) {
    for (uint32_t i = message->header_count; i > 0; i--) {
        if (wend__bytes_equal(message->headers[i - 1].name, name)) {
            return message->headers[i - 1].value;
        }
    }
    return WEND_BYTES_ABSENT;
}

struct wend_bytes wend__message_header(const struct wend_message *message, const char *name) {
    return find_header(message, wend__bytes_text(name));
}

/* An empty field is an absent one. */
static struct wend_bytes present(struct wend_bytes value) {
    return value.len == 0 ? WEND_BYTES_ABSENT : value;
}

static bool keep(struct wend_arena *scratch, const char *text, size_t len,
                 struct wend_bytes *value) {
    const uint8_t *kept = wend__arena_copy(scratch, text, len);
    *value = kept == NULL ? WEND_BYTES_ABSENT : wend__bytes(kept, len);
    return kept != NULL;
}

static bool keep_number(struct wend_arena *scratch, int64_t number, struct wend_bytes *value) {
    char text[NUMBER_BYTES];
    int len = snprintf(text, sizeof text, "%" PRId64, number);
    return keep(scratch, text, (size_t)len, value);
}

static bool value_of(const struct wend_message *message, const struct wend_message_target *target,
                     struct wend_arena *scratch, struct wend_bytes *value) {
    char text[WEND_TIME_TEXT_BYTES];
    *value = WEND_BYTES_ABSENT;
    switch (target->source) {
    case WEND_MESSAGE_KEY:
        *value = present(message->key);
        return true;
    case WEND_MESSAGE_TOPIC:
        *value = wend__bytes_text(message->topic);
        return true;
    case WEND_MESSAGE_PARTITION:
        return keep_number(scratch, message->number, value);
    case WEND_MESSAGE_OFFSET:
        return keep_number(scratch, message->offset, value);
    case WEND_MESSAGE_TIMESTAMP:
        if (message->ts_us == WEND_MESSAGE_NO_TIME || !wend__time_in_range(message->ts_us)) {
            return true;
        }
        wend__time_format(message->ts_us, 3, text);
        return keep(scratch, text, strlen(text), value);
    case WEND_MESSAGE_HEADER:
    default:
        *value = present(find_header(message, target->header));
        return true;
    }
}

bool wend__message_values(const struct wend_message *message,
                          const struct wend_message_target *targets, uint32_t count,
                          struct wend_arena *scratch, struct wend_bytes *row) {
    for (uint32_t i = 0; i < count; i++) {
        if (!value_of(message, &targets[i], scratch, &row[targets[i].field])) {
            return false;
        }
    }
    return true;
}
