/* `kafka`: settings of a stream, kept as they are written; engine/source knows their meaning. */
#include "match/loader.h"

static enum wend_status keep_text(struct wend_loader *loader, struct wend_bytes text,
                                  const char **kept) {
    char *copy = wend__loader_alloc(loader, text.len + 1, 1);
    if (copy == NULL) {
        return WEND_ERROR_MEMORY;
    }
    if (text.len > 0) {
        memcpy(copy, text.data, text.len);
    }
    *kept = copy;
    return WEND_OK;
}

static bool may_be_list(struct wend_bytes name) {
    return wend__bytes_is(name, "brokers") || wend__bytes_is(name, "topics");
}

static enum wend_status check_value(struct wend_loader *loader, const struct wend_node *key) {
    const struct wend_node *value = key->value;
    if (value->kind == WEND_NODE_LIST && may_be_list(key->text)) {
        return WEND_OK;
    }
    if (value->kind != WEND_NODE_TEXT || wend__node_is_null(value)) {
        return WEND_NODE_FAIL(loader, value, "`%s` of `kafka` takes one value%s",
                              wend__shown(key->text).text,
                              may_be_list(key->text) ? ", or a list of them" : "");
    }
    return WEND_OK;
}

static enum wend_status add_setting(struct wend_loader *loader, const struct wend_node *key,
                                    const struct wend_node *value) {
    struct wend_ruleset *ruleset = loader->ruleset;
    if (value->kind != WEND_NODE_TEXT) {
        return WEND_NODE_FAIL(loader, value, "an item of `%s` is a text",
                              wend__shown(key->text).text);
    }
    struct wend_setting *setting = &ruleset->kafka[ruleset->kafka_count++];
    setting->line = key->line;
    setting->column = key->column;
    WEND_TRY(keep_text(loader, wend__bytes_text(key->file), &setting->file));
    WEND_TRY(keep_text(loader, key->text, &setting->name));
    return keep_text(loader, value->text, &setting->value);
}

enum wend_status wend__define_kafka(struct wend_loader *loader) {
    const struct wend_node *map = wend__loader_get(loader, "kafka");
    size_t count = 0;
    if (map == NULL) {
        return WEND_OK;
    }
    if (map->kind != WEND_NODE_MAP) {
        return WEND_NODE_FAIL(loader, map,
                              "`kafka` is written as a map of keys such as `brokers: HOST:PORT`");
    }
    for (const struct wend_node *key = map->first; key != NULL; key = key->next) {
        WEND_TRY(check_value(loader, key));
        count += key->value->kind == WEND_NODE_LIST ? key->value->count : 1;
    }
    struct wend_ruleset *ruleset = loader->ruleset;
    ruleset->kafka = wend__loader_alloc(loader, count + 1, sizeof *ruleset->kafka);
    if (ruleset->kafka == NULL) {
        return WEND_ERROR_MEMORY;
    }
    for (const struct wend_node *key = map->first; key != NULL; key = key->next) {
        for (const struct wend_node *value = wend__node_items(key->value); value != NULL;
             value = value->next) {
            WEND_TRY(add_setting(loader, key, value));
        }
    }
    return WEND_OK;
}
