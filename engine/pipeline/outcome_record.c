#include "pipeline/outcome_record.h"

#include "base/calendar.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/utf8.h"
#include "snapshot/derived.h"
#include "snapshot/row_values.h"

#include <inttypes.h>

enum { HEAD_BYTES = 8 };

/* As a string of JSON; whatever is no UTF-8 becomes U+FFFD. */
static bool append_string(struct wend_buffer *out, struct wend_bytes text) {
    struct wend_buffer clean = {0};
    bool done = wend__utf8_append_clean(&clean, text) && wend__buffer_append(out, "\"", 1);
    size_t from = 0;
    for (size_t at = 0; done && at < clean.len; at++) {
        uint8_t byte = clean.data[at];
        if (byte >= 0x20 && byte != '"' && byte != '\\') {
            continue;
        }
        done = wend__buffer_append(out, clean.data + from, at - from) &&
               (byte < 0x20 ? wend__buffer_append_format(out, "\\u%04x", byte)
                            : wend__buffer_append_format(out, "\\%c", byte));
        from = at + 1;
    }
    done = done &&
           wend__buffer_append(out, clean.data == NULL ? (const uint8_t *)"" : clean.data + from,
                               clean.len - from) &&
           wend__buffer_append(out, "\"", 1);
    wend__buffer_deinit(&clean);
    return done;
}

/* A member behind another one; an absent text is null. */
static bool append_text(struct wend_buffer *out, const char *name, struct wend_bytes text) {
    return wend__buffer_append_format(out, ",\"%s\":", name) &&
           (text.data == NULL ? wend__buffer_append_text(out, "null") : append_string(out, text));
}

static bool append_time(struct wend_buffer *out, const char *name, int64_t ts_us) {
    char text[WEND_TIME_TEXT_BYTES];
    wend__time_format(ts_us, 6, text);
    return append_text(out, name, wend__bytes_text(text));
}

/* The steps of a path that is too long: as many of the first and of the last as there is room for
 * in each half. */
static void cut_steps(const struct wend_bytes *steps, uint32_t count, uint32_t *head,
                      uint32_t *tail) {
    size_t bytes = 0;
    *head = 0;
    *tail = 0;
    while (*head < count && bytes + steps[*head].len < WEND_OUTCOME_PATH_BYTES_MAX / 2) {
        bytes += steps[(*head)++].len + 3;
    }
    bytes = 0;
    while (*head + *tail < count &&
           bytes + steps[count - *tail - 1].len < WEND_OUTCOME_PATH_BYTES_MAX / 2) {
        bytes += steps[count - ++*tail].len + 3;
    }
}

static bool append_range(struct wend_buffer *out, const struct wend_bytes *steps, uint32_t from,
                         uint32_t to, bool *is_first) {
    bool done = true;
    for (uint32_t i = from; done && i < to; i++) {
        done = (*is_first || wend__buffer_append(out, ",", 1)) && append_string(out, steps[i]);
        *is_first = false;
    }
    return done;
}

static bool append_steps(struct wend_buffer *out, const struct wend_bytes *steps, uint32_t count) {
    uint32_t head = 0;
    uint32_t tail = 0;
    bool is_first = true;
    cut_steps(steps, count, &head, &tail);
    return wend__buffer_append_text(out, ",\"path_steps\":[") &&
           append_range(out, steps, 0, head, &is_first) &&
           append_range(out, steps, count - tail, count, &is_first) &&
           wend__buffer_append_format(out, "],\"path_cut\":%s",
                                      head + tail < count ? "true" : "false");
}

static bool append_path(struct wend_buffer *out, struct wend_bytes path) {
    struct wend_bytes *steps = NULL;
    size_t capacity = 0;
    uint32_t count = 0;
    bool done = wend__path_steps(path.data == NULL ? wend__bytes_text("(none)") : path, &steps,
                                 &capacity, &count) &&
                append_steps(out, steps, count);
    wend__free(steps);
    return done;
}

static bool append_segments(struct wend_buffer *out, const struct wend_ruleset *ruleset,
                            const struct wend_detail *detail) {
    bool done = wend__buffer_append_text(out, ",\"segments\":{");
    for (uint32_t i = 0; done && i < detail->segment_count; i++) {
        struct wend_bytes value = detail->segments[i];
        done = (i == 0 || wend__buffer_append(out, ",", 1)) &&
               append_string(out, ruleset->segments[i].name) && wend__buffer_append(out, ":", 1) &&
               (value.data == NULL ? wend__buffer_append_text(out, "null")
                                   : append_string(out, value));
    }
    return done && wend__buffer_append(out, "}", 1);
}

static bool append_value(struct wend_buffer *out, const struct wend_ruleset *ruleset,
                         const struct wend_detail *detail, struct wend_bytes customer) {
    bool done =
        wend__buffer_append_text(out, "{\"journey_id\":") &&
        append_string(out, wend__bytes(detail->id, sizeof detail->id)) &&
        append_text(out, "journey", ruleset->journeys[detail->scope - 1].name) &&
        append_text(out, "customer_id", customer) &&
        append_text(out, "outcome", wend__bytes_text(wend__outcome_name(detail->outcome))) &&
        append_time(out, "started_at", detail->started_us) &&
        append_time(out, "ended_at", detail->ended_us);
    done = done && (detail->has_converted ? append_time(out, "converted_at", detail->converted_us)
                                          : append_text(out, "converted_at", WEND_BYTES_ABSENT));
    done = done && wend__buffer_append_format(
                       out, ",\"session_count\":%" PRIu64 ",\"event_count\":%" PRIu64,
                       detail->session_count, detail->event_count);
    done = done && append_path(out, detail->path) &&
           append_text(out, "last_touchpoint", detail->exit_point) &&
           append_text(out, "last_stage", detail->last_stage) &&
           append_text(out, "furthest_stage", detail->furthest_stage) &&
           wend__buffer_append_text(out, ",\"value\":") &&
           (wend__decimal18_fits(detail->value) ? wend__append_decimal4(out, detail->value)
                                                : wend__buffer_append_text(out, "null"));
    return done && append_segments(out, ruleset, detail) && wend__buffer_append(out, "}", 1);
}

bool wend__outcome_append(struct wend_buffer *outbox, const struct wend_ruleset *ruleset,
                          const struct wend_detail *detail, struct wend_bytes customer) {
    uint32_t lens[2] = {customer.data == NULL ? UINT32_MAX : (uint32_t)customer.len, 0};
    size_t head = outbox->len;
    bool done = wend__buffer_append(outbox, lens, sizeof lens) &&
                (customer.data == NULL || wend__buffer_append(outbox, customer.data, customer.len));
    size_t from = outbox->len;
    done = done && append_value(outbox, ruleset, detail, customer);
    if (!done) {
        outbox->len = head;
        return false;
    }
    lens[1] = (uint32_t)(outbox->len - from);
    memcpy(outbox->data + head, lens, sizeof lens);
    return true;
}

bool wend__outcome_take(struct wend_bytes *outbox, struct wend_bytes *key,
                        struct wend_bytes *value) {
    uint32_t lens[2];
    if (outbox->len < HEAD_BYTES) {
        return false;
    }
    memcpy(lens, outbox->data, sizeof lens);
    bool has_key = lens[0] != UINT32_MAX;
    uint64_t key_len = has_key ? lens[0] : 0;
    if (outbox->len - HEAD_BYTES < key_len + lens[1]) {
        return false;
    }
    const uint8_t *at = outbox->data + HEAD_BYTES;
    *key = has_key ? wend__bytes(at, (size_t)key_len) : WEND_BYTES_ABSENT;
    *value = wend__bytes(at + key_len, lens[1]);
    *outbox =
        wend__bytes(value->data + lens[1], outbox->len - HEAD_BYTES - (size_t)key_len - lens[1]);
    return true;
}
