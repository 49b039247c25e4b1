/* The walk over text that is known to be valid, and what is looked up by it. */
#include "base/utf8.h"
#include "decode/json.h"
#include "decode/scan.h"

static uint32_t hex4(const uint8_t *text) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t c = text[i];
        value = value * 16 + (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

static bool is_high_surrogate(uint32_t c) {
    return c >= 0xD800 && c <= 0xDBFF;
}

static bool is_low_surrogate(uint32_t c) {
    return c >= 0xDC00 && c <= 0xDFFF;
}

/* The code point of the \u escape at `*at`, joined with the second half of a pair. */
static uint32_t take_code_point(const uint8_t **at, const uint8_t *end) {
    uint32_t c = hex4(*at + 2);
    *at += 6;
    if (is_high_surrogate(c) && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
        uint32_t low = hex4(*at + 2);
        if (is_low_surrogate(low)) {
            *at += 6;
            return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    return is_high_surrogate(c) || is_low_surrogate(c) ? 0xFFFD : c;
}

static uint8_t simple_escape(uint8_t c) {
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return c;
    }
}

size_t wend__json_unescape(const uint8_t *text, size_t len, uint8_t *out) {
    const uint8_t *at = text;
    const uint8_t *end = text + len;
    size_t used = 0;
    while (at < end) {
        const uint8_t *backslash = memchr(at, '\\', (size_t)(end - at));
        size_t plain = (size_t)((backslash == NULL ? end : backslash) - at);
        memcpy(out + used, at, plain);
        used += plain;
        at += plain;
        if (at == end) {
            break;
        }
        if (at[1] == 'u') {
            /* Never longer than it was: 6 bytes give at most 3, 12 give 4. */
            used += wend__utf8_encode(take_code_point(&at, end), out + used);
        } else {
            out[used++] = simple_escape(at[1]);
            at += 2;
        }
    }
    return used;
}

struct wend_bytes wend__json_unescaped(struct wend_json *json, const uint8_t *text, size_t len) {
    uint8_t *out = wend__arena_alloc(json->scratch, len);
    if (out == NULL) {
        json->is_out_of_memory = true;
        return WEND_BYTES_ABSENT;
    }
    return (struct wend_bytes){out, wend__json_unescape(text, len, out)};
}

const uint8_t *wend__json_skip_string(const uint8_t *at, const uint8_t *end, bool *is_escaped) {
    *is_escaped = false;
    at++;
    for (;;) {
        at = wend__scan_json_text(at, end);
        if (*at == '"') {
            return at + 1;
        }
        if (*at == '\\') {
            *is_escaped = true;
            at++;
        }
        at++;
    }
}

static const uint8_t *skip_container(const uint8_t *at, const uint8_t *end) {
    size_t depth = 0;
    bool is_escaped;
    do {
        switch (*at) {
        case '"':
            at = wend__json_skip_string(at, end, &is_escaped);
            continue;
        case '{':
        case '[':
            depth++;
            break;
        case '}':
        case ']':
            depth--;
            break;
        default:
            break;
        }
        at++;
    } while (depth > 0);
    return at;
}

static bool ends_literal(uint8_t c) {
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

const uint8_t *wend__json_skip_value(const uint8_t *at, const uint8_t *end,
                                     enum wend_json_kind *kind) {
    if (*at == '"') {
        bool is_escaped;
        at = wend__json_skip_string(at, end, &is_escaped);
        *kind = is_escaped ? WEND_JSON_ESCAPED : WEND_JSON_TEXT;
        return at;
    }
    if (*at == '{' || *at == '[') {
        *kind = WEND_JSON_CONTAINER;
        return skip_container(at, end);
    }
    *kind = *at == 'n' ? WEND_JSON_ABSENT : WEND_JSON_SCALAR;
    while (at < end && !ends_literal(*at)) {
        at++;
    }
    return at;
}

static const uint8_t *skip_blank_or_comma(const uint8_t *at, const uint8_t *end) {
    at = wend__json_skip_blank(at, end);
    return at < end && *at == ',' ? wend__json_skip_blank(at + 1, end) : at;
}

bool wend__json_next_item(struct wend_json *json, const uint8_t **at, const uint8_t *end,
                          bool is_list, struct wend_json_item *item) {
    const uint8_t *p = skip_blank_or_comma(*at, end);
    if (p >= end || *p == '}' || *p == ']') {
        return false;
    }
    item->key = WEND_BYTES_ABSENT;
    if (!is_list) {
        bool is_escaped;
        const uint8_t *behind = wend__json_skip_string(p, end, &is_escaped);
        item->key = wend__bytes(p + 1, (size_t)(behind - p) - 2);
        if (is_escaped) {
            item->key = wend__json_unescaped(json, item->key.data, item->key.len);
        }
        p = wend__json_skip_blank(behind, end);
        p = wend__json_skip_blank(p + 1, end);
    }
    const uint8_t *behind = wend__json_skip_value(p, end, &item->kind);
    bool is_text = item->kind == WEND_JSON_TEXT || item->kind == WEND_JSON_ESCAPED;
    item->value.data = is_text ? p + 1 : p;
    item->value.len = (size_t)(behind - p) - (is_text ? 2 : 0);
    *at = behind;
    return true;
}

/* Keeps the item for `node`; a container only where something below is wanted. */
static void keep(struct wend_json *json, uint32_t node, const struct wend_json_item *item) {
    bool is_useless = item->kind == WEND_JSON_CONTAINER && json->nodes[node].end == node + 1;
    wend__json_clear(json, node);
    json->kinds[node] = is_useless ? WEND_JSON_ABSENT : (uint8_t)item->kind;
    json->captures[node] = item->value;
}

struct wend_bytes wend__json_member_text(struct wend_json *json, struct wend_json_capture object,
                                         struct wend_bytes name) {
    const uint8_t *at = object.data + 1;
    const uint8_t *end = object.data + object.len;
    struct wend_bytes text = WEND_BYTES_ABSENT;
    struct wend_json_item item;
    while (wend__json_next_item(json, &at, end, false, &item)) {
        if (item.key.data == NULL || !wend__bytes_equal(item.key, name)) {
            continue;
        }
        text = WEND_BYTES_ABSENT;
        if (item.kind == WEND_JSON_ESCAPED) {
            text = wend__json_unescaped(json, item.value.data, item.value.len);
        } else if (item.kind == WEND_JSON_TEXT || item.kind == WEND_JSON_SCALAR) {
            text = wend__bytes(item.value.data, item.value.len);
        }
    }
    return text;
}

/* Gives an object in the list of `node` to the selectors that want it. */
static void match_selectors(struct wend_json *json, uint32_t node,
                            const struct wend_json_item *element) {
    struct wend_bytes member = WEND_BYTES_ABSENT;
    struct wend_bytes text = WEND_BYTES_ABSENT;
    uint32_t at = json->nodes[node].selectors;
    while (at != WEND_JSON_NONE) {
        const struct wend_json_node *selector = &json->nodes[at];
        if (member.data == NULL || !wend__bytes_equal(member, selector->member)) {
            /* Selectors of one member stand together: one walk over the element serves them all. */
            member = selector->member;
            text = wend__json_member_text(json, element->value, member);
        }
        if (text.data != NULL && wend__bytes_equal(text, selector->token)) {
            keep(json, at, element);
        }
        at = selector->next;
    }
}

static void walk(struct wend_json *json, uint32_t node) {
    struct wend_json_capture container = json->captures[node];
    const uint8_t *at = container.data + 1;
    const uint8_t *end = container.data + container.len;
    bool is_list = container.data[0] == '[';
    uint32_t index = 0;
    struct wend_json_item item;
    while (wend__json_next_item(json, &at, end, is_list, &item)) {
        uint32_t child = WEND_JSON_NONE;
        if (is_list) {
            child = wend__json_element(json, node, index++);
        } else if (item.key.data != NULL) {
            child = wend__json_child(json, node, item.key.data, item.key.len);
        }
        if (child != WEND_JSON_NONE) {
            keep(json, child, &item);
        }
        if (is_list && item.kind == WEND_JSON_CONTAINER && item.value.data[0] == '{') {
            match_selectors(json, node, &item);
        }
    }
}

void wend__json_select(struct wend_json *json) {
    /* In preorder: what a walk finds below its node is walked later in the same loop. */
    for (uint32_t node = 0; node < json->node_count; node++) {
        if (json->kinds[node] == WEND_JSON_CONTAINER) {
            walk(json, node);
        }
    }
}
