/* What can be asked of a node. */
#include "match/yaml_tree.h"

bool wend__node_is_null(const struct wend_node *node) {
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    if (node->kind != WEND_NODE_TEXT || node->style != WEND_STYLE_PLAIN) {
        return false;
    }
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++) {
        if (wend__bytes_is(node->text, nulls[i])) {
            return true;
        }
    }
    return false;
}

const struct wend_node *wend__node_get(const struct wend_node *map, const char *key) {
    for (const struct wend_node *item = map->first; item != NULL; item = item->next) {
        if (wend__bytes_is(item->text, key)) {
            return item->value;
        }
    }
    return NULL;
}

/* Bytes that one byte of a quoted text takes at `at`, 0 where that cannot be told. */
static size_t written_len(const struct wend_node *node, size_t at) {
    const struct wend_bytes source = node->source;
    uint8_t c = source.data[at];
    if (node->style == WEND_STYLE_SINGLE) {
        return c == '\'' ? 2 : 1;
    }
    if (c != '\\') {
        return 1;
    }
    uint8_t escaped = at + 1 < source.len ? source.data[at + 1] : 0;
    return escaped == '\\' || escaped == '"' || escaped == '/' ? 2 : 0;
}

uint32_t wend__node_column_at(const struct wend_node *node, size_t offset) {
    const struct wend_bytes source = node->source;
    bool is_quoted = node->style == WEND_STYLE_SINGLE || node->style == WEND_STYLE_DOUBLE;
    size_t at = is_quoted ? 1 : 0;
    if (node->style == WEND_STYLE_BLOCK) {
        return node->column;
    }
    for (size_t i = 0; i < offset; i++) {
        if (at >= source.len || source.data[at] == '\n') {
            return node->column;
        }
        size_t len = is_quoted ? written_len(node, at) : 1;
        if (len == 0 || at + len > source.len || source.data[at + len - 1] != node->text.data[i]) {
            return node->column;
        }
        at += len;
    }
    return node->column + (uint32_t)at;
}
