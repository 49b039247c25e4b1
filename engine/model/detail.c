#include "model/detail.h"

#include "ds/sortkey.h"

/* The fixed part of a payload. */
struct fixed {
    uint32_t scope;
    uint32_t segment_count;
    uint32_t outcome;
    uint32_t flags;
    int64_t window_us;
    int64_t started_us;
    uint64_t session_count;
    uint64_t event_count;
    int64_t converted_us;
    uint64_t value_low;
    int64_t value_high;
};

enum { HAS_WINDOW = 1, HAS_CONVERTED = 2 };

/* Length + 1 in 4 bytes, 0 for an absent text, then its bytes. */
static bool put_text(struct wend_buffer *out, struct wend_bytes text) {
    uint32_t mark = text.data == NULL ? 0 : (uint32_t)text.len + 1;
    return wend__buffer_append(out, &mark, sizeof mark) &&
           (text.len == 0 || wend__buffer_append(out, text.data, text.len));
}

static bool take_text(struct wend_bytes *from, struct wend_bytes *text) {
    uint32_t mark;
    if (from->len < sizeof mark) {
        return false;
    }
    memcpy(&mark, from->data, sizeof mark);
    *from = wend__bytes(from->data + sizeof mark, from->len - sizeof mark);
    if (mark == 0) {
        *text = WEND_BYTES_ABSENT;
        return true;
    }
    if (from->len < mark - 1) {
        return false;
    }
    *text = wend__bytes(from->data, mark - 1);
    *from = wend__bytes(from->data + text->len, from->len - text->len);
    return true;
}

bool wend__detail_write(const struct wend_detail *detail, struct wend_buffer *key,
                        struct wend_buffer *payload) {
    struct fixed fixed = {
        .scope = detail->scope,
        .segment_count = detail->segment_count,
        .outcome = (uint32_t)detail->outcome,
        .flags =
            (detail->has_window ? HAS_WINDOW : 0U) | (detail->has_converted ? HAS_CONVERTED : 0U),
        .window_us = detail->window_us,
        .started_us = detail->started_us,
        .session_count = detail->session_count,
        .event_count = detail->event_count,
        .converted_us = detail->converted_us,
        .value_low = (uint64_t)detail->value,
        .value_high = (int64_t)(detail->value >> 64),
    };
    bool done = wend__sortkey_append_int64(key, detail->ended_us) &&
                wend__sortkey_append_text(key, wend__bytes(detail->id, sizeof detail->id)) &&
                wend__buffer_append(payload, &fixed, sizeof fixed);
    for (uint32_t i = 0; done && i < detail->segment_count; i++) {
        done = put_text(payload, detail->segments[i]);
    }
    return done && put_text(payload, detail->customer) && put_text(payload, detail->path) &&
           put_text(payload, detail->entry_point) && put_text(payload, detail->exit_point) &&
           put_text(payload, detail->last_stage) && put_text(payload, detail->furthest_stage);
}

/* The id holds no 00, so that it stands in the key as it is; nothing can run out of memory. */
static bool read_key(struct wend_bytes key, struct wend_detail *detail) {
    enum { ID_LEN = sizeof detail->id };
    if (wend__sortkey_read_int64(&key, &detail->ended_us) != WEND_SORTKEY_OK ||
        key.len != ID_LEN + 2 || memchr(key.data, 0, ID_LEN) != NULL || key.data[ID_LEN] != 0 ||
        key.data[ID_LEN + 1] != 0) {
        return false;
    }
    memcpy(detail->id, key.data, ID_LEN);
    return true;
}

bool wend__detail_read(struct wend_bytes key, struct wend_bytes payload,
                       struct wend_detail *detail) {
    struct fixed fixed;
    *detail = (struct wend_detail){0};
    if (!read_key(key, detail) || payload.len < sizeof fixed) {
        return false;
    }
    memcpy(&fixed, payload.data, sizeof fixed);
    payload = wend__bytes(payload.data + sizeof fixed, payload.len - sizeof fixed);
    if (fixed.segment_count > WEND_MAX_SEGMENTS || fixed.outcome > WEND_OUTCOME_OPEN) {
        return false;
    }
    detail->scope = fixed.scope;
    detail->segment_count = fixed.segment_count;
    detail->outcome = (enum wend_outcome)fixed.outcome;
    detail->has_window = (fixed.flags & HAS_WINDOW) != 0;
    detail->has_converted = (fixed.flags & HAS_CONVERTED) != 0;
    detail->window_us = fixed.window_us;
    detail->started_us = fixed.started_us;
    detail->session_count = fixed.session_count;
    detail->event_count = fixed.event_count;
    detail->converted_us = fixed.converted_us;
    detail->value = (wend_int128)fixed.value_high * ((wend_int128)1 << 64) + fixed.value_low;
    for (uint32_t i = 0; i < detail->segment_count; i++) {
        if (!take_text(&payload, &detail->segments[i])) {
            return false;
        }
    }
    return take_text(&payload, &detail->customer) && take_text(&payload, &detail->path) &&
           take_text(&payload, &detail->entry_point) && take_text(&payload, &detail->exit_point) &&
           take_text(&payload, &detail->last_stage) &&
           take_text(&payload, &detail->furthest_stage) && payload.len == 0;
}
