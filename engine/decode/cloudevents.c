#include "decode/cloudevents.h"

#include "base/utf8.h"
#include "decode/message_fields.h"

/* The attribute that the header `content-type` stands for. */
static const char content_type[] = "datacontenttype";

static uint32_t find_top(const struct wend_json *json, struct wend_bytes name) {
    return wend__json_child(json, 0, name.data, name.len);
}

uint32_t wend__cloudevents_data(const struct wend_json *json) {
    return find_top(json, wend__bytes_text("data"));
}

bool wend__cloudevents_is_binary(const struct wend_message *message) {
    return wend__message_header(message, "ce_specversion").data != NULL;
}

static uint8_t lower(uint8_t c) {
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* Whether `text` ends with the lower-case `suffix`, in any case. */
static bool ends_with(struct wend_bytes text, const char *suffix) {
    size_t len = strlen(suffix);
    if (text.len < len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (lower(text.data[text.len - len + i]) != (uint8_t)suffix[i]) {
            return false;
        }
    }
    return true;
}

bool wend__cloudevents_has_json(const struct wend_message *message) {
    struct wend_bytes type = wend__message_header(message, "content-type");
    const uint8_t *semicolon = type.len == 0 ? NULL : memchr(type.data, ';', type.len);
    if (semicolon != NULL) {
        type.len = (size_t)(semicolon - type.data);
    }
    while (type.len > 0 && type.data[type.len - 1] == ' ') {
        type.len--;
    }
    return type.len == 0 || ends_with(type, "/json") || ends_with(type, "+json");
}

/* Text that is no JSON is what a string in JSON would be; bytes are nothing that a field holds. */
static bool take_text(struct wend_json *json, struct wend_bytes data) {
    uint32_t node = wend__cloudevents_data(json);
    memset(json->kinds, WEND_JSON_ABSENT, json->node_count);
    if (node != WEND_JSON_NONE && wend__utf8_is_valid(data)) {
        json->kinds[node] = WEND_JSON_TEXT;
        json->captures[node] = (struct wend_json_capture){data.data, data.len};
    }
    return true;
}

bool wend__cloudevents_data_parse(struct wend_json *json, const struct wend_message *message) {
    if (!wend__cloudevents_has_json(message)) {
        return take_text(json, message->payload);
    }
    const uint8_t *at = message->payload.data;
    return wend__json_parse_member(json, wend__cloudevents_data(json), at,
                                   at + message->payload.len);
}

enum wend_flaw wend__cloudevents_attributes(struct wend_json *json,
                                            const struct wend_message *message) {
    for (uint32_t i = 0; i < message->header_count; i++) {
        struct wend_bytes name = message->headers[i].name;
        struct wend_bytes value = message->headers[i].value;
        if (wend__bytes_is(name, "content-type")) {
            name = wend__bytes_text(content_type);
        } else if (name.len > 3 && memcmp(name.data, "ce_", 3) == 0) {
            name = wend__bytes(name.data + 3, name.len - 3);
        } else {
            continue;
        }
        if (!wend__utf8_is_valid(value)) {
            return WEND_FLAW_ENVELOPE;
        }
        uint32_t node = wend__bytes_is(name, "data") ? WEND_JSON_NONE : find_top(json, name);
        if (node != WEND_JSON_NONE) {
            wend__json_clear(json, node);
            json->kinds[node] = value.len == 0 ? WEND_JSON_ABSENT : WEND_JSON_TEXT;
            json->captures[node] = (struct wend_json_capture){value.data, value.len};
        }
    }
    return WEND_FLAW_NONE;
}
