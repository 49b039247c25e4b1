/* `touchpoints`: the ordered list, and the names in it. */
#include "base/limits.h"
#include "match/loader.h"

/* Likenesses of names that may come from data are a courtesy, and cost a look at every name. */
enum { NEAR_CHECKS_MAX = 1000, NEAR_NAMES_MAX = 1000 };

static enum wend_status check_name(struct wend_loader *loader, const struct wend_node *node,
                                   struct wend_bytes name) {
    if (memchr(name.data, '>', name.len) != NULL) {
        return wend__fail_at(
            loader->error, node->file, node->line,
            wend__node_column_at(
                node, (size_t)((const uint8_t *)memchr(name.data, '>', name.len) - name.data)),
            "the name of a touchpoint cannot hold `>`, which joins the steps of a path; write › or "
            "another sign");
    }
    if (!wend__name_is_clean(name)) {
        return WEND_NODE_FAIL(loader, node,
                              "`%s` is reserved; give the touchpoint another name, such as `%s_`",
                              wend__shown(name).text, wend__shown(name).text);
    }
    return WEND_OK;
}

static enum wend_status keep_fixed_name(struct wend_loader *loader,
                                        struct wend_touchpoint_rule *rule, struct wend_bytes name) {
    struct wend_ruleset *ruleset = loader->ruleset;
    bool is_new;
    if (!wend__strings_intern(&loader->names, name, &rule->fixed_name, &is_new)) {
        return wend__fail_memory(loader->error);
    }
    if (is_new) {
        ruleset->names[ruleset->name_count++] = name;
    }
    return WEND_OK;
}

static enum wend_status define_name(struct wend_loader *loader, const struct wend_node *node,
                                    struct wend_touchpoint_rule *rule) {
    struct wend_bytes text;
    struct wend_template made = {0};
    WEND_TRY(wend__value_text(loader, node, "name",
                              "the name of the touchpoint, or a template such as \"{path}\"",
                              &text));
    WEND_TRY(wend__define_template(loader, node, false, wend__field_mapped, &made));
    rule->fixed_name = WEND_NO_FIELD;
    if (made.part_count == 1 && made.parts[0].field == WEND_NO_FIELD) {
        WEND_TRY(check_name(loader, node, made.parts[0].literal));
        return keep_fixed_name(loader, rule, made.parts[0].literal);
    }
    for (uint32_t i = 0; i < made.part_count; i++) {
        struct wend_bytes literal = made.parts[i].literal;
        if (literal.data != NULL && memchr(literal.data, '>', literal.len) != NULL) {
            return check_name(loader, node, text);
        }
    }
    loader->has_template_names = true;
    rule->name = made;
    return WEND_OK;
}

static enum wend_status define_rule(struct wend_loader *loader, const struct wend_node *node,
                                    struct wend_touchpoint_rule *rule) {
    static const char *const keys[] = {"name", "when", NULL};
    WEND_TRY(wend__expect_keys(loader, node, "a touchpoint", keys));
    const struct wend_node *name = wend__node_get(node, "name");
    const struct wend_node *when = wend__node_get(node, "when");
    if (name == NULL) {
        return WEND_NODE_FAIL(loader, node, "a touchpoint needs a `name`");
    }
    rule->line = node->line;
    rule->column = node->column;
    WEND_TRY(define_name(loader, name, rule));
    return when == NULL ? WEND_OK : wend__define_condition(loader, when, &rule->condition);
}

enum wend_status wend__define_touchpoints(struct wend_loader *loader) {
    struct wend_ruleset *ruleset = loader->ruleset;
    const struct wend_node *list = wend__node_get(loader->root, "touchpoints");
    if (list == NULL && loader->preset != NULL) {
        list = wend__node_get(loader->preset, "touchpoints");
    }
    if (list == NULL) {
        return WEND_OK;
    }
    if (list->kind != WEND_NODE_LIST || list->count == 0) {
        return WEND_NODE_FAIL(loader, list,
                              "`touchpoints` is a list of {name: NAME, when: CONDITIONS}; leave it "
                              "out to make every event name a touchpoint");
    }
    if (list->count > WEND_MAX_TOUCHPOINTS) {
        return WEND_NODE_FAIL(loader, list, "more than %u touchpoints", WEND_MAX_TOUCHPOINTS);
    }
    ruleset->has_touchpoint_list = true;
    ruleset->rules = wend__loader_alloc(loader, list->count, sizeof *ruleset->rules);
    ruleset->names = wend__loader_alloc(loader, list->count, sizeof *ruleset->names);
    if (ruleset->rules == NULL || ruleset->names == NULL) {
        return WEND_ERROR_MEMORY;
    }
    for (const struct wend_node *item = list->first; item != NULL; item = item->next) {
        WEND_TRY(define_rule(loader, item, &ruleset->rules[ruleset->rule_count]));
        ruleset->rule_count++;
    }
    return WEND_OK;
}

static struct wend_nearest nearest_name(const struct wend_loader *loader, struct wend_bytes name) {
    struct wend_nearest nearest = wend__nearest_to(name);
    for (uint32_t i = 0; i < loader->ruleset->name_count; i++) {
        wend__nearest_offer(&nearest, loader->ruleset->names[i]);
    }
    return nearest;
}

/* A name that no rule of the list gives by itself. */
static enum wend_status check_unknown(struct wend_loader *loader, const struct wend_node *node) {
    if (!loader->has_template_names) {
        struct wend_nearest nearest = nearest_name(loader, node->text);
        return WEND_NODE_FAIL(loader, node, "no touchpoint is called `%s`%s",
                              wend__shown(node->text).text,
                              nearest.best.data != NULL ? wend__nearest_hint(&nearest).text
                                                        : "; add it to the list `touchpoints`");
    }
    if (loader->ruleset->name_count > NEAR_NAMES_MAX || ++loader->near_checks > NEAR_CHECKS_MAX) {
        return WEND_OK;
    }
    struct wend_nearest nearest = nearest_name(loader, node->text);
    if (nearest.best.data == NULL) {
        return WEND_OK;
    }
    return wend__loader_warn(loader, node->file, node->line, node->column,
                             "no touchpoint of the list is called `%s`; it can only come from "
                             "data%s",
                             wend__shown(node->text).text, wend__nearest_hint(&nearest).text);
}

enum wend_status wend__touchpoint_used(struct wend_loader *loader, const struct wend_node *node,
                                       const char *key, struct wend_bytes *name) {
    struct wend_bytes text;
    uint32_t id;
    bool is_new;
    WEND_TRY(wend__value_text(loader, node, key, "names of touchpoints", &text));
    WEND_TRY(check_name(loader, node, text));
    if (!wend__strings_intern(&loader->used, text, &id, &is_new)) {
        return wend__fail_memory(loader->error);
    }
    if (is_new && loader->ruleset->has_touchpoint_list &&
        wend__strings_find(&loader->names, text) == WEND_STRING_NONE) {
        WEND_TRY(check_unknown(loader, node));
    }
    return wend__loader_keep(loader, text, name);
}
