#include "match/loader.h"

#include <stdarg.h>
#include <stdio.h>

enum { WARNINGS_SHOWN = 100, WARNING_BYTES = 1024, KEYS_BYTES = 512 };

const struct wend_node *wend__loader_get(const struct wend_loader *loader, const char *key) {
    const struct wend_node *node = wend__node_get(loader->root, key);
    if (node == NULL && loader->preset != NULL) {
        node = wend__node_get(loader->preset, key);
    }
    return node == NULL || wend__node_is_null(node) ? NULL : node;
}

void *wend__loader_alloc(struct wend_loader *loader, size_t count, size_t item_bytes) {
    void *block = wend__arena_alloc(&loader->ruleset->arena, count * item_bytes);
    if (block == NULL) {
        (void)wend__fail_memory(loader->error);
        return NULL;
    }
    return memset(block, 0, count * item_bytes);
}

enum wend_status wend__loader_keep(struct wend_loader *loader, struct wend_bytes text,
                                   struct wend_bytes *kept) {
    const uint8_t *copy = wend__arena_copy(&loader->ruleset->arena, text.data, text.len);
    if (copy == NULL && text.data != NULL) {
        return wend__fail_memory(loader->error);
    }
    *kept = wend__bytes(copy, text.len);
    return WEND_OK;
}

enum wend_status wend__loader_warn(struct wend_loader *loader, const char *file, uint32_t line,
                                   uint32_t column, const char *format, ...) {
    struct wend_warnings *warnings = loader->warnings;
    char text[WARNING_BYTES];
    if (warnings == NULL || ++warnings->count > WARNINGS_SHOWN) {
        return WEND_OK;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!wend__buffer_append_format(&warnings->text, "%s:%u:%u: %s\n", file, line, column, text)) {
        return wend__fail_memory(loader->error);
    }
    return WEND_OK;
}

/* "; did you mean `X`?", or all that there are. */
static enum wend_status fail_key(struct wend_loader *loader, const struct wend_node *key,
                                 const char *what, const char *const *known) {
    char list[KEYS_BYTES] = "";
    size_t len = 0;
    struct wend_hint hint = wend__nearest_of(key->text, known);
    for (size_t i = 0; hint.text[0] == '\0' && known[i] != NULL; i++) {
        const char *before = i == 0 ? "; there is " : known[i + 1] == NULL ? " and " : ", ";
        int written = snprintf(list + len, sizeof list - len, "%s`%s`", before, known[i]);
        len += written > 0 && (size_t)written < sizeof list - len ? (size_t)written : 0;
    }
    return WEND_NODE_FAIL(loader, key, "%s has no key `%s`%s%s", what, wend__shown(key->text).text,
                          hint.text, list);
}

enum wend_status wend__expect_keys(struct wend_loader *loader, const struct wend_node *map,
                                   const char *what, const char *const *known) {
    if (map->kind != WEND_NODE_MAP) {
        return WEND_NODE_FAIL(loader, map, "%s is written as a map of keys such as `%s: ...`", what,
                              known[0]);
    }
    for (const struct wend_node *key = map->first; key != NULL; key = key->next) {
        size_t i = 0;
        while (known[i] != NULL && !wend__bytes_is(key->text, known[i])) {
            i++;
        }
        if (known[i] == NULL) {
            return fail_key(loader, key, what, known);
        }
    }
    return WEND_OK;
}
