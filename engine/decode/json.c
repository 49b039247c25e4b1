/* The validating parser. */
#include "decode/json.h"

#include "decode/scan.h"

static bool is_digit(uint8_t c) {
    return (uint8_t)(c - '0') < 10;
}

static bool is_hex(uint8_t c) {
    return is_digit(c) || (uint8_t)((c | 0x20) - 'a') < 6;
}

static inline const uint8_t *skip_blank(const uint8_t *at, const uint8_t *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) {
        at++;
    }
    return at;
}

const uint8_t *wend__json_skip_blank(const uint8_t *at, const uint8_t *end) {
    return skip_blank(at, end);
}

/* Behind the escape whose backslash is at `at`; NULL for none of the grammar. */
static const uint8_t *skip_escape(const uint8_t *at, const uint8_t *end) {
    if (end - at < 2) {
        return NULL;
    }
    switch (at[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return at + 2;
    case 'u':
        if (end - at < 6 || !is_hex(at[2]) || !is_hex(at[3]) || !is_hex(at[4]) || !is_hex(at[5])) {
            return NULL;
        }
        return at + 6;
    default:
        return NULL;
    }
}

/*
 * Checks the string whose first byte behind the quote is `at`; returns its closing quote, or NULL.
 * Scanning runs to `limit`, not to the record's end: it stops at the line end in between, which is
 * a control character, and so has full steps up to the last string of a record.
 */
static inline const uint8_t *parse_string(const uint8_t *at, const uint8_t *end,
                                          const uint8_t *limit, bool *is_escaped) {
    *is_escaped = false;
    for (;;) {
        at = wend__scan_json_text(at, limit);
        if (at >= end) {
            return NULL;
        }
        if (*at == '"') {
            return at;
        }
        if (*at >= 0x80) {
            do {
                size_t len = wend__utf8_sequence(at, end);
                if (len == 0) {
                    return NULL;
                }
                at += len;
            } while (at < end && *at >= 0x80);
        } else if (*at == '\\') {
            *is_escaped = true;
            at = skip_escape(at, end);
            if (at == NULL) {
                return NULL;
            }
        } else {
            return NULL;
        }
    }
}

static const uint8_t *skip_digits(const uint8_t *at, const uint8_t *end) {
    while (at < end && is_digit(*at)) {
        at++;
    }
    return at;
}

/* RFC 8259, section 6; NULL when it is no number. */
static const uint8_t *parse_number(const uint8_t *at, const uint8_t *end) {
    if (*at == '-') {
        at++;
    }
    const uint8_t *digits = at;
    at = skip_digits(at, end);
    if (at == digits || (*digits == '0' && at - digits > 1)) {
        return NULL;
    }
    if (at < end && *at == '.') {
        digits = ++at;
        at = skip_digits(at, end);
        if (at == digits) {
            return NULL;
        }
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-')) {
            at++;
        }
        digits = at;
        at = skip_digits(at, end);
        if (at == digits) {
            return NULL;
        }
    }
    return at;
}

const uint8_t *wend__json_scalar_end(const uint8_t *at, const uint8_t *end,
                                     enum wend_json_kind *kind) {
    size_t left = (size_t)(end - at);
    *kind = WEND_JSON_SCALAR;
    switch (*at) {
    case 't':
        return left >= 4 && memcmp(at, "true", 4) == 0 ? at + 4 : NULL;
    case 'f':
        return left >= 5 && memcmp(at, "false", 5) == 0 ? at + 5 : NULL;
    case 'n':
        *kind = WEND_JSON_ABSENT;
        return left >= 4 && memcmp(at, "null", 4) == 0 ? at + 4 : NULL;
    default:
        return parse_number(at, end);
    }
}

/* What the parser carries from value to value. */
struct state {
    struct wend_json *json;
    const uint8_t *at;
    const uint8_t *end;
    const uint8_t *limit;
    uint32_t depth; /* open containers; the innermost is frame depth - 1 */
};

static inline void capture(struct wend_json *json, uint32_t node, enum wend_json_kind kind,
                           const uint8_t *data, size_t len) {
    json->kinds[node] = (uint8_t)kind;
    json->captures[node] = (struct wend_json_capture){data, len};
}

/* Opens the object or list at `at`, whose node is `node` or none. */
static bool open_container(struct state *state, uint32_t node) {
    struct wend_json *json = state->json;
    if (state->depth == WEND_MAX_JSON_DEPTH) {
        return false;
    }
    bool is_list = *state->at == '[';
    uint32_t inner = WEND_JSON_NONE;
    if (node != WEND_JSON_NONE && json->nodes[node].end > node + 1) {
        inner = node;
        if (is_list && json->nodes[node].selectors != WEND_JSON_NONE) {
            capture(json, node, WEND_JSON_CONTAINER, state->at, 0);
        }
    }
    json->frames[state->depth] = (struct wend_json_frame){inner, 0};
    json->is_list[state->depth] = is_list;
    state->depth++;
    state->at++;
    return true;
}

/* `at` is behind the bracket of the innermost container. */
static void close_container(struct state *state) {
    struct wend_json *json = state->json;
    state->depth--;
    uint32_t node = json->frames[state->depth].node;
    if (node != WEND_JSON_NONE && json->kinds[node] == WEND_JSON_CONTAINER) {
        json->captures[node].len = (size_t)(state->at - json->captures[node].data);
    }
}

/* Reads `"key" :` and finds the node of its value. */
static inline bool parse_key(struct state *state, uint32_t parent, uint32_t *node) {
    if (state->at == state->end || *state->at != '"') {
        return false;
    }
    const uint8_t *key = state->at + 1;
    bool is_escaped;
    const uint8_t *quote = parse_string(key, state->end, state->limit, &is_escaped);
    if (quote == NULL) {
        return false;
    }
    *node = WEND_JSON_NONE;
    if (parent != WEND_JSON_NONE) {
        size_t len = (size_t)(quote - key);
        if (is_escaped) {
            struct wend_bytes plain = wend__json_unescaped(state->json, key, len);
            key = plain.data;
            len = plain.len;
        }
        *node = key == NULL ? WEND_JSON_NONE : wend__json_child(state->json, parent, key, len);
        if (*node != WEND_JSON_NONE) {
            wend__json_clear(state->json, *node);
        }
    }
    state->at = skip_blank(quote + 1, state->end);
    if (state->at == state->end || *state->at != ':') {
        return false;
    }
    state->at++;
    return true;
}

/* Behind a value: takes commas and closing brackets up to where the next value must follow. */
static inline bool parse_separators(struct state *state) {
    while (state->depth > 0) {
        state->at = skip_blank(state->at, state->end);
        if (state->at == state->end) {
            return false;
        }
        uint8_t c = *state->at++;
        if (c == ',') {
            return true;
        }
        if (c != (state->json->is_list[state->depth - 1] ? ']' : '}')) {
            return false;
        }
        close_container(state);
    }
    return true;
}

/* A string, number or word, kept for `node` if there is one. */
static inline bool parse_simple(struct state *state, uint32_t node) {
    const uint8_t *start = state->at;
    enum wend_json_kind kind;
    if (*start == '"') {
        bool is_escaped;
        const uint8_t *quote = parse_string(start + 1, state->end, state->limit, &is_escaped);
        if (quote == NULL) {
            return false;
        }
        state->at = quote + 1;
        if (node != WEND_JSON_NONE) {
            kind = is_escaped ? WEND_JSON_ESCAPED : WEND_JSON_TEXT;
            capture(state->json, node, kind, start + 1, (size_t)(quote - start) - 1);
        }
        return true;
    }
    state->at = wend__json_scalar_end(start, state->end, &kind);
    if (state->at == NULL) {
        return false;
    }
    if (node != WEND_JSON_NONE) {
        capture(state->json, node, kind, start, (size_t)(state->at - start));
    }
    return true;
}

/* From the opening bracket at `at`, the value of `root`, to the end of the record. */
static bool parse_record(struct state *state, uint32_t root) {
    struct wend_json *json = state->json;
    bool is_fresh = open_container(state, root); /* nothing stands in the container yet */
    while (state->depth > 0) {
        struct wend_json_frame *frame = &json->frames[state->depth - 1];
        bool is_list = json->is_list[state->depth - 1];
        uint32_t node = WEND_JSON_NONE;
        state->at = skip_blank(state->at, state->end);
        if (is_fresh && state->at < state->end && *state->at == (is_list ? ']' : '}')) {
            is_fresh = false;
            if (!parse_separators(state)) {
                return false;
            }
            continue;
        }
        is_fresh = false;
        if (!is_list) {
            if (!parse_key(state, frame->node, &node)) {
                return false;
            }
            state->at = skip_blank(state->at, state->end);
        } else if (frame->node != WEND_JSON_NONE) {
            node = wend__json_element(json, frame->node, frame->index++);
        }
        if (state->at == state->end) {
            return false;
        }
        if (*state->at == '{' || *state->at == '[') {
            is_fresh = true;
            if (!open_container(state, node)) {
                return false;
            }
        } else if (!parse_simple(state, node) || !parse_separators(state)) {
            return false;
        }
    }
    return skip_blank(state->at, state->end) == state->end;
}

bool wend__json_parse(struct wend_json *json, const uint8_t *at, const uint8_t *end,
                      const uint8_t *limit) {
    memset(json->kinds, WEND_JSON_ABSENT, json->node_count);
    struct state state = {json, skip_blank(at, end), end, limit, 0};
    if (state.at == end || *state.at != '{' || !parse_record(&state, 0)) {
        return false;
    }
    if (json->has_selectors) {
        wend__json_select(json);
    }
    return true;
}

bool wend__json_parse_member(struct wend_json *json, uint32_t node, const uint8_t *at,
                             const uint8_t *end) {
    memset(json->kinds, WEND_JSON_ABSENT, json->node_count);
    struct state state = {json, skip_blank(at, end), end, end, 0};
    if (state.at == end) {
        return true;
    }
    if (*state.at != '{' && *state.at != '[') {
        return parse_simple(&state, node) && skip_blank(state.at, end) == end;
    }
    if (!parse_record(&state, node)) {
        return false;
    }
    if (json->has_selectors) {
        wend__json_select(json);
    }
    return true;
}

struct wend_bytes wend__json_value(struct wend_json *json, uint32_t node) {
    enum wend_json_kind kind = (enum wend_json_kind)json->kinds[node];
    struct wend_json_capture found = json->captures[node];
    if (kind == WEND_JSON_ABSENT || kind == WEND_JSON_CONTAINER || found.len == 0) {
        return WEND_BYTES_ABSENT;
    }
    if (kind == WEND_JSON_ESCAPED) {
        return wend__json_unescaped(json, found.data, found.len);
    }
    return (struct wend_bytes){found.data, found.len};
}
