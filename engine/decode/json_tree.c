/* The tree of wanted paths: built once for a ruleset, looked up for every key. */
#include "base/memory.h"
#include "base/status.h"
#include "decode/json.h"

struct token {
    struct wend_bytes text;
    struct wend_bytes member; /* selector; else absent */
};

struct path {
    struct token *tokens;
    uint32_t count;
    uint32_t name; /* index of the name that it is the path of */
};

/* `~1` is '/', `~0` is '~' (RFC 6901, section 3); any other '~' stands for itself. */
static struct wend_bytes unescape_token(struct wend_arena *arena, const uint8_t *text, size_t len) {
    uint8_t *out = wend__arena_alloc(arena, len + 1);
    if (out == NULL) {
        return WEND_BYTES_ABSENT;
    }
    size_t used = 0;
    for (size_t i = 0; i < len; i++) {
        uint8_t c = text[i];
        if (c == '~' && i + 1 < len && (text[i + 1] == '0' || text[i + 1] == '1')) {
            c = text[i + 1] == '0' ? '~' : '/';
            i++;
        }
        out[used++] = c;
    }
    return (struct wend_bytes){out, used};
}

/* Splits `[member=NAME]`. */
static void find_selector(struct token *token) {
    struct wend_bytes text = token->text;
    if (text.len < 4 || text.data[0] != '[' || text.data[text.len - 1] != ']') {
        return;
    }
    const uint8_t *equals = memchr(text.data, '=', text.len);
    if (equals == NULL || equals == text.data + 1) {
        return;
    }
    token->member = wend__bytes(text.data + 1, (size_t)(equals - text.data) - 1);
    token->text = wend__bytes(equals + 1, (size_t)(text.data + text.len - equals) - 2);
}

static enum wend_status split_path(struct wend_arena *arena, struct wend_bytes name,
                                   struct path *path, struct wend_error *error) {
    bool is_pointer = name.len > 0 && name.data[0] == '/';
    path->count = is_pointer ? 0 : 1;
    for (size_t i = 0; is_pointer && i < name.len; i++) {
        path->count += name.data[i] == '/';
    }
    if (path->count > WEND_JSON_MAX_TOKENS) {
        return wend__fail(error, WEND_ERROR_USAGE, "the JSON pointer %.*s has more than %u parts",
                          (int)(name.len > 200 ? 200 : name.len), (const char *)name.data,
                          WEND_JSON_MAX_TOKENS);
    }
    path->tokens = wend__arena_alloc(arena, path->count * sizeof *path->tokens);
    if (path->tokens == NULL) {
        return wend__fail_memory(error);
    }
    if (!is_pointer) {
        path->tokens[0] = (struct token){.text = name};
        return WEND_OK;
    }
    const uint8_t *at = name.data + 1;
    const uint8_t *end = name.data + name.len;
    for (uint32_t i = 0; i < path->count; i++) {
        const uint8_t *slash = at == end ? NULL : memchr(at, '/', (size_t)(end - at));
        const uint8_t *stop = slash == NULL ? end : slash;
        path->tokens[i] = (struct token){.text = unescape_token(arena, at, (size_t)(stop - at))};
        if (path->tokens[i].text.data == NULL) {
            return wend__fail_memory(error);
        }
        find_selector(&path->tokens[i]);
        at = stop + (slash == NULL ? 0 : 1);
    }
    return WEND_OK;
}

static int compare_tokens(const struct token *a, const struct token *b) {
    bool a_selects = a->member.data != NULL;
    bool b_selects = b->member.data != NULL;
    if (a_selects != b_selects) {
        return a_selects ? 1 : -1;
    }
    int order = a_selects ? wend__bytes_compare(a->member, b->member) : 0;
    return order != 0 ? order : wend__bytes_compare(a->text, b->text);
}

static int compare_paths(const struct path *a, const struct path *b) {
    uint32_t shared = a->count < b->count ? a->count : b->count;
    for (uint32_t i = 0; i < shared; i++) {
        int order = compare_tokens(&a->tokens[i], &b->tokens[i]);
        if (order != 0) {
            return order;
        }
    }
    return (a->count > b->count) - (a->count < b->count);
}

/* Inserted one by one into the sorted front: at most WEND_MAX_FIELDS paths. */
static void sort_paths(struct path *paths, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        struct path moving = paths[i];
        uint32_t at = i;
        while (at > 0 && compare_paths(&paths[at - 1], &moving) > 0) {
            paths[at] = paths[at - 1];
            at--;
        }
        paths[at] = moving;
    }
}

/* "0", or digits that do not start with 0; 9 of them at most. */
static uint32_t array_index_of(struct wend_bytes text) {
    if (text.len == 0 || text.len > 9 || (text.len > 1 && text.data[0] == '0')) {
        return WEND_JSON_NONE;
    }
    uint32_t index = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return WEND_JSON_NONE;
        }
        index = index * 10 + (uint32_t)(text.data[i] - '0');
    }
    return index;
}

static bool link_child(struct wend_json *json, uint32_t parent_index, uint32_t child_index) {
    struct wend_json_node *parent = &json->nodes[parent_index];
    struct wend_json_node *child = &json->nodes[child_index];
    if (child->member.data != NULL) {
        child->next = parent->selectors;
        parent->selectors = child_index;
        json->has_selectors = true;
        return true;
    }
    if (parent->buckets == NULL) {
        parent->buckets = wend__arena_alloc(&json->arena, WEND_JSON_BUCKETS * sizeof(uint32_t));
        if (parent->buckets == NULL) {
            return false;
        }
        for (uint32_t i = 0; i < WEND_JSON_BUCKETS; i++) {
            parent->buckets[i] = WEND_JSON_NONE;
        }
    }
    uint32_t *bucket = &parent->buckets[wend__json_bucket(child->token.data, child->token.len)];
    child->next = *bucket;
    *bucket = child_index;
    child->array_index = array_index_of(child->token);
    parent->has_indices |= child->array_index != WEND_JSON_NONE;
    return true;
}

static uint32_t add_node(struct wend_json *json, uint32_t parent, const struct token *token) {
    uint32_t index = json->node_count++;
    json->nodes[index] = (struct wend_json_node){.token = token->text,
                                                 .member = token->member,
                                                 .parent = parent,
                                                 .end = index + 1,
                                                 .array_index = WEND_JSON_NONE,
                                                 .next = WEND_JSON_NONE,
                                                 .selectors = WEND_JSON_NONE};
    return index;
}

/*
 * The paths come sorted, so a path's nodes are the last ones of their depth, and a new node is the
 * last of its parent's: `chain` holds the nodes of the path before.
 */
static bool add_paths(struct wend_json *json, const struct path *paths, uint32_t count,
                      uint32_t *nodes_of) {
    uint32_t chain[WEND_JSON_MAX_TOKENS + 1] = {0};
    uint32_t depth = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct path *path = &paths[i];
        uint32_t shared = 0;
        while (shared < path->count && shared < depth &&
               compare_tokens(&path->tokens[shared], &paths[i - 1].tokens[shared]) == 0) {
            shared++;
        }
        for (depth = shared; depth < path->count; depth++) {
            chain[depth + 1] = add_node(json, chain[depth], &path->tokens[depth]);
            if (!link_child(json, chain[depth], chain[depth + 1])) {
                return false;
            }
        }
        for (uint32_t d = 0; d < depth; d++) {
            json->nodes[chain[d]].end = json->node_count;
        }
        nodes_of[path->name] = chain[depth];
    }
    return true;
}

enum wend_status wend__json_init(struct wend_json *json, const struct wend_bytes *names,
                                 uint32_t name_count, struct wend_arena *scratch,
                                 uint32_t *nodes_of, struct wend_error *error) {
    json->nodes = NULL;
    json->node_count = 0;
    json->has_selectors = false;
    json->arena = (struct wend_arena){0};
    json->scratch = scratch;
    json->is_out_of_memory = false;
    struct path *paths = wend__arena_alloc(&json->arena, (name_count + 1) * sizeof *paths);
    if (paths == NULL) {
        return wend__fail_memory(error);
    }
    uint32_t path_count = 0;
    size_t room = 1;
    for (uint32_t i = 0; i < name_count; i++) {
        nodes_of[i] = WEND_JSON_NONE;
        if (names[i].data != NULL) {
            paths[path_count].name = i;
            WEND_TRY(split_path(&json->arena, names[i], &paths[path_count], error));
            room += paths[path_count++].count;
        }
    }
    sort_paths(paths, path_count);
    json->nodes = wend__arena_alloc(&json->arena, room * sizeof *json->nodes);
    json->kinds = wend__arena_alloc(&json->arena, room);
    json->captures = wend__arena_alloc(&json->arena, room * sizeof *json->captures);
    if (json->nodes == NULL || json->kinds == NULL || json->captures == NULL) {
        return wend__fail_memory(error);
    }
    (void)add_node(json, WEND_JSON_NONE, &(struct token){0});
    if (!add_paths(json, paths, path_count, nodes_of)) {
        return wend__fail_memory(error);
    }
    memset(json->kinds, WEND_JSON_ABSENT, room);
    return WEND_OK;
}

void wend__json_deinit(struct wend_json *json) {
    wend__arena_deinit(&json->arena);
}

uint32_t wend__json_element(const struct wend_json *json, uint32_t node, uint32_t index) {
    if (!json->nodes[node].has_indices) {
        return WEND_JSON_NONE;
    }
    for (uint32_t at = node + 1; at < json->nodes[node].end; at = json->nodes[at].end) {
        if (json->nodes[at].array_index == index) {
            return at;
        }
    }
    return WEND_JSON_NONE;
}

void wend__json_clear(struct wend_json *json, uint32_t node) {
    uint32_t end = json->nodes[node].end;
    for (uint32_t i = node; i < end; i++) {
        json->kinds[i] = WEND_JSON_ABSENT;
    }
}
