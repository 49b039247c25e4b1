/*
 * yaml_tree.h: YAML text to a tree of nodes that know where they stand.
 *
 * The part of YAML that definition files need: one document of maps, lists and texts. Anchors,
 * aliases and tags are refused, so that a small text cannot become a large tree; numbers and
 * booleans stay texts as written.
 *
 *   {a: 1, b: [x, y]}     map --first--> key a --next--> key b
 *                                          |value          |value
 *                                        text 1          list --first--> x --next--> y
 *
 * Nodes and their texts live in the arena that is passed in; `source` points into the text itself.
 * Threads: constant once made.
 */
#ifndef WEND_MATCH_YAML_TREE_H
#define WEND_MATCH_YAML_TREE_H

#include "base/arena.h"
#include "base/status.h"

/* Deeper nesting, more keys in one map or more nodes in all are errors. */
#define WEND_YAML_DEPTH_MAX 64U
#define WEND_YAML_KEYS_MAX 1000U
#define WEND_YAML_NODES_MAX 1000000U

enum wend_node_kind { WEND_NODE_TEXT, WEND_NODE_LIST, WEND_NODE_MAP };

enum wend_node_style { WEND_STYLE_PLAIN, WEND_STYLE_SINGLE, WEND_STYLE_DOUBLE, WEND_STYLE_BLOCK };

struct wend_node {
    enum wend_node_kind kind;
    enum wend_node_style style; /* TEXT */
    uint32_t line;              /* of its first byte, from 1 */
    uint32_t column;            /* bytes, from 1 */
    uint32_t count;             /* LIST: items; MAP: keys */
    const char *file;           /* as given to the parse */
    struct wend_bytes text;     /* TEXT: its value, valid UTF-8 without zero bytes */
    struct wend_bytes source;   /* TEXT: as written, with its quotes */
    struct wend_node *first;    /* LIST: first item; MAP: first key, a TEXT */
    struct wend_node *last;
    struct wend_node *next;  /* next item or key; NULL for values of a map */
    struct wend_node *value; /* of a key */
};

/*
 * Reads `text`. `*root` is NULL for a text without any value. WEND_ERROR_USAGE with the position,
 * WEND_ERROR_MEMORY. `text` and `file` are borrowed for the life of the nodes.
 */
WEND_MUST_CHECK enum wend_status wend__yaml_parse(struct wend_bytes text, const char *file,
                                                  struct wend_arena *arena, struct wend_node **root,
                                                  struct wend_error *error);

/* True for a plain empty text, ~ or null: the value that is not there. */
bool wend__node_is_null(const struct wend_node *node);

/* The value of a key of a map, or NULL. */
const struct wend_node *wend__node_get(const struct wend_node *map, const char *key);

/* The first item of a list; of anything else the node itself: "one or a list". */
static inline const struct wend_node *wend__node_items(const struct wend_node *node) {
    return node->kind == WEND_NODE_LIST ? node->first : node;
}

/* Byte column of byte `offset` of a TEXT; the column of the node where folding or escapes hide
 * it. */
uint32_t wend__node_column_at(const struct wend_node *node, size_t offset);

#endif
