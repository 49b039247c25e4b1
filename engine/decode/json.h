/*
 * json.h: one JSON object a record: strict validation, and the values at given paths.
 *
 * The parser reads a record once, from front to back, without recursion, checks every byte against
 * RFC 8259 and RFC 3629 (UTF-8), and keeps where the wanted values stand. Values that hang on
 * another member of an array's element (`[key=NAME]`) are looked up in a second walk over that
 * array only, when the record is known to be valid.
 *
 * Terms: *path* = tokens from the top level down; *node* = one token of the paths' common tree, in
 * preorder, so that the nodes below one are the numbers up to its `end`; *capture* = what a node
 * holds in the record at hand. The last of repeated keys counts: meeting a key clears what its node
 * and all below it hold.
 *
 *   user_id, /context/page/url, /context/page/path
 *   0 (root) -+- 1 context -- 2 page -+- 3 path      end of 1 and 2: 5
 *             |                       +- 4 url
 *             +- 5 user_id
 *
 * Threads: one a parser.
 */
#ifndef WEND_DECODE_JSON_H
#define WEND_DECODE_JSON_H

#include "base/arena.h"
#include "base/limits.h"

#include <wend/status.h>

#define WEND_JSON_NONE UINT32_MAX
#define WEND_JSON_MAX_TOKENS 64U
#define WEND_JSON_BUCKETS 32U

enum wend_json_kind {
    WEND_JSON_ABSENT,    /* not there, null, or a container that nobody looks into */
    WEND_JSON_TEXT,      /* a string without escapes; the bytes between the quotes */
    WEND_JSON_ESCAPED,   /* a string with escapes, as written between the quotes */
    WEND_JSON_SCALAR,    /* number, true, false, as written */
    WEND_JSON_CONTAINER, /* an object or list as written, for the second walk */
};

struct wend_json_capture {
    const uint8_t *data;
    size_t len;
};

struct wend_json_node {
    struct wend_bytes token;  /* key, unescaped; of a selector the wanted NAME */
    struct wend_bytes member; /* selector: the element's member that is compared; else absent */
    uint32_t parent;
    uint32_t end;         /* one past the last node below */
    uint32_t array_index; /* the index that the token is in a list, or WEND_JSON_NONE */
    uint32_t next;        /* in the parent's bucket, or among its selectors */
    uint32_t selectors;   /* first child that is a selector, WEND_JSON_NONE: none */
    bool has_indices;     /* some child has an array_index */
    uint32_t *buckets;    /* children by hash of their key; NULL: none */
};

struct wend_json_frame {
    uint32_t node;  /* of the container, WEND_JSON_NONE when nothing inside is wanted */
    uint32_t index; /* next element of a list */
};

struct wend_json {
    struct wend_json_node *nodes;
    uint32_t node_count; /* at least the root */
    bool has_selectors;
    uint8_t *kinds; /* enum wend_json_kind of each node */
    struct wend_json_capture *captures;
    struct wend_arena arena;    /* the tree */
    struct wend_arena *scratch; /* unescaped texts; the owner clears it */
    bool is_out_of_memory;      /* set when scratch could not grow; the owner clears it */
    struct wend_json_frame frames[WEND_MAX_JSON_DEPTH];
    bool is_list[WEND_MAX_JSON_DEPTH];
};

/*
 * Builds the tree for `names`: plain keys, or pointers (starting with '/'). `nodes_of[i]` becomes
 * the node of names[i], WEND_JSON_NONE where names[i] is absent. Names are borrowed. USAGE for more
 * than WEND_JSON_MAX_TOKENS tokens, MEMORY; `wend__json_deinit` frees in any case.
 */
WEND_MUST_CHECK enum wend_status wend__json_init(struct wend_json *json,
                                                 const struct wend_bytes *names,
                                                 uint32_t name_count, struct wend_arena *scratch,
                                                 uint32_t *nodes_of, struct wend_error *error);
void wend__json_deinit(struct wend_json *json);

/*
 * Parses the record [at, end); `limit` >= end is how far may be read (the byte at `end` is a line
 * end, or end == limit). True when it is one valid object; then the captures hold its values.
 */
bool wend__json_parse(struct wend_json *json, const uint8_t *at, const uint8_t *end,
                      const uint8_t *limit);
/* The same for [at, end) as the value of `node` alone (WEND_JSON_NONE: it is only checked), which
 * may be of any kind; nothing but blanks is a missing value. */
bool wend__json_parse_member(struct wend_json *json, uint32_t node, const uint8_t *at,
                             const uint8_t *end);

/*
 * The value of a node as a field: unescaped, absent when empty. Escaped texts go to scratch;
 * without memory the view is absent and `is_out_of_memory` is set.
 */
struct wend_bytes wend__json_value(struct wend_json *json, uint32_t node);

static inline uint32_t wend__json_bucket(const uint8_t *key, size_t len) {
    if (len == 0) {
        return 0;
    }
    return (uint32_t)(len * 5 + key[0] * 3U + key[len - 1] * 7U + key[len / 2]) % WEND_JSON_BUCKETS;
}

/* The child of `node` for a key of an object, or WEND_JSON_NONE. */
static inline uint32_t wend__json_child(const struct wend_json *json, uint32_t node,
                                        const uint8_t *key, size_t len) {
    const uint32_t *buckets = json->nodes[node].buckets;
    if (buckets == NULL) {
        return WEND_JSON_NONE;
    }
    uint32_t at = buckets[wend__json_bucket(key, len)];
    while (at != WEND_JSON_NONE) {
        const struct wend_json_node *child = &json->nodes[at];
        if (child->token.len == len && memcmp(child->token.data, key, len) == 0) {
            return at;
        }
        at = child->next;
    }
    return WEND_JSON_NONE;
}

/* The child of `node` for an element of a list, or WEND_JSON_NONE. */
uint32_t wend__json_element(const struct wend_json *json, uint32_t node, uint32_t index);
/* Clears what `node` and the nodes below it hold. */
void wend__json_clear(struct wend_json *json, uint32_t node);

/* The second walk: fills the nodes below selectors from the captured containers. */
void wend__json_select(struct wend_json *json);

/*
 * Unescapes a string that is known to be valid into `out`, which has room for `len` bytes; returns
 * the length. A lone surrogate becomes U+FFFD.
 */
size_t wend__json_unescape(const uint8_t *text, size_t len, uint8_t *out);
/* The same into scratch; absent without memory, and `is_out_of_memory` is set. */
struct wend_bytes wend__json_unescaped(struct wend_json *json, const uint8_t *text, size_t len);

/*
 * Behind the number, true, false or null at `at` (before `end`); NULL for anything else. `*kind` is
 * SCALAR or ABSENT.
 */
const uint8_t *wend__json_scalar_end(const uint8_t *at, const uint8_t *end,
                                     enum wend_json_kind *kind);

/* Walking over a text that is known to be valid JSON. */

/* Behind blanks. */
const uint8_t *wend__json_skip_blank(const uint8_t *at, const uint8_t *end);
/* Behind the string whose opening quote is at `at`; `*is_escaped` tells whether it has escapes. */
const uint8_t *wend__json_skip_string(const uint8_t *at, const uint8_t *end, bool *is_escaped);
/* Behind the value that starts at `at`, and of which kind it is. Containers are CONTAINER. */
const uint8_t *wend__json_skip_value(const uint8_t *at, const uint8_t *end,
                                     enum wend_json_kind *kind);

/* A member of an object or an element of a list. */
struct wend_json_item {
    struct wend_bytes key;          /* unescaped; absent in a list, or without memory */
    struct wend_json_capture value; /* of a string what stands between its quotes */
    enum wend_json_kind kind;
};

/* Takes the next item of the container whose inside goes on at `*at`; false at its end. */
bool wend__json_next_item(struct wend_json *json, const uint8_t **at, const uint8_t *end,
                          bool is_list, struct wend_json_item *item);

/* The text of the last member `name` of an object; absent where it is no string or scalar. */
struct wend_bytes wend__json_member_text(struct wend_json *json, struct wend_json_capture object,
                                         struct wend_bytes name);

#endif
