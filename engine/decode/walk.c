#include "decode/walk.h"

/* What must come next, blanks aside. */
enum expected {
    EXPECT_KEY,
    EXPECT_FIRST_KEY, /* or the end of the object */
    EXPECT_COLON,
    EXPECT_VALUE,
    EXPECT_FIRST_ELEMENT, /* or the end of the list */
    EXPECT_SEPARATOR,
    EXPECT_NOTHING
};

struct walk {
    struct wend_json *json;
    const struct wend_line *line;
    struct wend_walk_values *values;
    const uint8_t *at;
    enum expected expected;
    uint32_t depth;
    uint32_t node;   /* of the value that comes, where a key was read */
    uint32_t parent; /* node of the innermost container */
    uint32_t quote;  /* number of the next quote */
};

static inline bool is_in_list(const struct walk *walk) {
    return walk->json->is_list[walk->depth - 1];
}

static void open_container(struct walk *walk, uint32_t node) {
    struct wend_json *json = walk->json;
    bool is_list = *walk->at++ == '[';
    walk->parent =
        node != WEND_JSON_NONE && json->nodes[node].end > node + 1 ? node : WEND_JSON_NONE;
    json->frames[walk->depth] = (struct wend_json_frame){walk->parent, 0};
    json->is_list[walk->depth] = is_list;
    walk->depth++;
    walk->expected = is_list ? EXPECT_FIRST_ELEMENT : EXPECT_FIRST_KEY;
}

static void close_container(struct walk *walk) {
    walk->at++;
    walk->depth--;
    walk->expected = EXPECT_NOTHING;
    if (walk->depth > 0) {
        walk->expected = EXPECT_SEPARATOR;
        walk->parent = walk->json->frames[walk->depth - 1].node;
    }
}

/* The node of the value that begins. */
static inline uint32_t value_node(struct walk *walk) {
    if (!is_in_list(walk)) {
        return walk->node;
    }
    if (walk->parent == WEND_JSON_NONE) {
        return WEND_JSON_NONE;
    }
    struct wend_json_frame *frame = &walk->json->frames[walk->depth - 1];
    return wend__json_element(walk->json, walk->parent, frame->index++);
}

static void note_value(struct walk *walk, uint32_t node, const uint8_t *start, const uint8_t *end,
                       bool is_string) {
    struct wend_walk_values *values = walk->values;
    if (values->count < WEND_WALK_VALUES) {
        values->values[values->count] = (struct wend_walk_value){
            (uint32_t)(start - walk->line->start), (uint32_t)(end - walk->line->start), walk->quote,
            is_string, node};
    }
    values->count++;
}

static void forget_node(struct walk *walk, uint32_t node) {
    struct wend_walk_values *values = walk->values;
    for (uint32_t i = 0; i < values->count && i < WEND_WALK_VALUES; i++) {
        uint32_t noted = values->values[i].node;
        if (noted >= node && noted < walk->json->nodes[node].end) {
            values->values[i].node = WEND_JSON_NONE;
        }
    }
}

static inline void capture(struct walk *walk, uint32_t node, enum wend_json_kind kind,
                           const uint8_t *start, const uint8_t *end) {
    if (node != WEND_JSON_NONE) {
        walk->json->kinds[node] = (uint8_t)kind;
        walk->json->captures[node] = (struct wend_json_capture){start, (size_t)(end - start)};
    }
    if (walk->values != NULL) {
        note_value(walk, node, start, end, kind == WEND_JSON_TEXT || kind == WEND_JSON_ESCAPED);
    }
}

static inline bool take_scalar(struct walk *walk, const uint8_t *stop) {
    enum wend_json_kind kind;
    const uint8_t *end = wend__json_scalar_end(walk->at, stop, &kind);
    if (end == NULL) {
        return false;
    }
    capture(walk, value_node(walk), kind, walk->at, end);
    walk->at = end;
    walk->expected = EXPECT_SEPARATOR;
    return true;
}

/* Takes what stands before `stop`, outside of strings. */
static bool walk_gap(struct walk *walk, const uint8_t *stop) {
    while (walk->at < stop) {
        uint8_t c = *walk->at;
        if (c == ' ') {
            walk->at++;
            continue;
        }
        bool is_close = false;
        switch (walk->expected) {
        case EXPECT_COLON:
            if (c != ':') {
                return false;
            }
            walk->at++;
            walk->expected = EXPECT_VALUE;
            continue;
        case EXPECT_SEPARATOR:
            if (c == ',') {
                walk->at++;
                walk->expected = is_in_list(walk) ? EXPECT_VALUE : EXPECT_KEY;
                continue;
            }
            is_close = c == (is_in_list(walk) ? ']' : '}');
            break;
        case EXPECT_FIRST_KEY:
            is_close = c == '}';
            break;
        case EXPECT_FIRST_ELEMENT:
            is_close = c == ']';
            break;
        case EXPECT_VALUE:
            break;
        case EXPECT_KEY:
        case EXPECT_NOTHING:
        default:
            return false;
        }
        if (is_close) {
            close_container(walk);
            continue;
        }
        if (walk->expected != EXPECT_VALUE && walk->expected != EXPECT_FIRST_ELEMENT) {
            return false;
        }
        if (c == '{' || c == '[') {
            if (walk->depth == WEND_MAX_JSON_DEPTH) {
                return false;
            }
            open_container(walk, value_node(walk));
        } else if (!take_scalar(walk, stop)) {
            return false;
        }
    }
    return true;
}

static inline bool is_escaped(const struct walk *walk, const uint8_t *start, const uint8_t *end) {
    const struct wend_line *line = walk->line;
    return (line->flags & WEND_INDEX_ESCAPES) != 0 &&
           wend__index_has_backslash(line->index, (size_t)(start - line->window),
                                     (size_t)(end - line->window));
}

/* A key between its quotes; false when it is escaped, and its name would matter. */
static inline bool take_key(struct walk *walk, const uint8_t *start, const uint8_t *end) {
    walk->node = WEND_JSON_NONE;
    walk->expected = EXPECT_COLON;
    if (walk->parent == WEND_JSON_NONE) {
        return true;
    }
    if (is_escaped(walk, start, end)) {
        return false;
    }
    walk->node = wend__json_child(walk->json, walk->parent, start, (size_t)(end - start));
    if (walk->node != WEND_JSON_NONE) {
        wend__json_clear(walk->json, walk->node);
        if (walk->values != NULL) {
            forget_node(walk, walk->node);
        }
    }
    return true;
}

static inline bool take_string(struct walk *walk, const uint8_t *start, const uint8_t *end) {
    if (walk->expected == EXPECT_KEY || walk->expected == EXPECT_FIRST_KEY) {
        return take_key(walk, start, end);
    }
    if (walk->expected != EXPECT_VALUE && walk->expected != EXPECT_FIRST_ELEMENT) {
        return false;
    }
    uint32_t node = value_node(walk);
    if (node != WEND_JSON_NONE || walk->values != NULL) {
        bool has_escapes = is_escaped(walk, start, end);
        capture(walk, node, has_escapes ? WEND_JSON_ESCAPED : WEND_JSON_TEXT, start, end);
    }
    walk->expected = EXPECT_SEPARATOR;
    return true;
}

/* The commonest gaps, of one byte, without the loop. */
static inline void skip_plain_gap(struct walk *walk) {
    if (walk->at == walk->line->end) {
        return;
    }
    if (walk->expected == EXPECT_COLON && *walk->at == ':') {
        walk->at++;
        walk->expected = EXPECT_VALUE;
    } else if (walk->expected == EXPECT_SEPARATOR && *walk->at == ',') {
        walk->at++;
        walk->expected = is_in_list(walk) ? EXPECT_VALUE : EXPECT_KEY;
    }
}

/* The node of a key, which is cleared; false when the key is escaped, and its name would matter. */
static inline bool find_node(struct walk *walk, const uint8_t *start, const uint8_t *end,
                             uint32_t *node) {
    *node = WEND_JSON_NONE;
    if (walk->parent == WEND_JSON_NONE) {
        return true;
    }
    if (is_escaped(walk, start, end)) {
        return false;
    }
    *node = wend__json_child(walk->json, walk->parent, start, (size_t)(end - start));
    if (*node != WEND_JSON_NONE) {
        wend__json_clear(walk->json, *node);
    }
    return true;
}

/* Behind the value that ends before `at`: true when another member of an object begins at `next`
 * without a blank in between, behind any closing braces. */
static inline bool take_separators(struct walk *walk, const uint8_t *at, const uint8_t *next) {
    walk->at = at;
    walk->expected = EXPECT_SEPARATOR;
    while (*walk->at == '}' && walk->depth > 1 && !is_in_list(walk)) {
        close_container(walk);
    }
    if (walk->at + 1 != next || *walk->at != ',' || is_in_list(walk)) {
        return false;
    }
    walk->at = next;
    walk->expected = EXPECT_KEY;
    return true;
}

/*
 * Takes members of the forms `"key":"text",` and `"key":{` from quote `i` on, where a key stands,
 * as long as there are such and nothing is to be learnt; returns the first quote that is not taken.
 * Only what follows at once is looked at, so that few branches can be foreseen wrongly; whatever
 * else there is, the loop over the gaps finds at `walk->at` in a state that is right for it.
 */
static uint32_t take_plain_members(struct walk *walk, uint32_t i) {
    const struct wend_line *line = walk->line;
    const uint16_t *quotes = line->quotes;
    const uint8_t *window = line->window;
    while (i + 4 < line->quote_count && window[quotes[i + 1] + 1] == ':') {
        uint32_t node;
        uint32_t key_end = quotes[i + 1];
        bool is_text = quotes[i + 2] == key_end + 2;
        bool is_object = quotes[i + 2] == key_end + 3 && window[key_end + 2] == '{' &&
                         walk->depth < WEND_MAX_JSON_DEPTH;
        if ((!is_text && !is_object) ||
            !find_node(walk, window + quotes[i] + 1, window + key_end, &node)) {
            break;
        }
        if (is_object) {
            walk->at = window + key_end + 2;
            open_container(walk, node);
            i += 2;
            continue;
        }
        if (node != WEND_JSON_NONE) {
            const uint8_t *start = window + quotes[i + 2] + 1;
            const uint8_t *end = window + quotes[i + 3];
            capture(walk, node, is_escaped(walk, start, end) ? WEND_JSON_ESCAPED : WEND_JSON_TEXT,
                    start, end);
        }
        i += 4;
        if (!take_separators(walk, window + quotes[i - 1] + 1, window + quotes[i])) {
            break;
        }
    }
    return i;
}

bool wend__walk_line(struct wend_json *json, const struct wend_line *line,
                     struct wend_walk_values *values) {
    struct walk walk = {.json = json, .line = line, .values = values, .at = line->start};
    while (walk.at < line->end && *walk.at == ' ') {
        walk.at++;
    }
    if (walk.at == line->end || *walk.at != '{') {
        return false;
    }
    memset(json->kinds, WEND_JSON_ABSENT, json->node_count);
    open_container(&walk, 0);
    for (uint32_t i = 0; i + 1 < line->quote_count; i += 2) {
        const uint8_t *open = line->window + line->quotes[i];
        if (values == NULL && walk.at == open &&
            (walk.expected == EXPECT_KEY || walk.expected == EXPECT_FIRST_KEY)) {
            i = take_plain_members(&walk, i);
            open = line->window + line->quotes[i];
        }
        const uint8_t *close = line->window + line->quotes[i + 1];
        walk.quote = i;
        if (!walk_gap(&walk, open) || !take_string(&walk, open + 1, close)) {
            return false;
        }
        walk.at = close + 1;
        skip_plain_gap(&walk);
    }
    walk.quote = line->quote_count;
    return walk_gap(&walk, line->end) && walk.expected == EXPECT_NOTHING;
}
