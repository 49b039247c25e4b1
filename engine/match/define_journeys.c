/* `journeys`: names, starts, goals, stages and limits. */
#include "base/limits.h"
#include "base/memory.h"
#include "match/loader.h"

#define DEFAULT_TIMEOUT_US (30 * WEND_US_PER_DAY)

/* One touchpoint or a list of them. */
static enum wend_status read_names(struct wend_loader *loader, const struct wend_node *node,
                                   const char *key, struct wend_bytes **names, uint32_t *count) {
    const struct wend_node *first = wend__node_items(node);
    uint32_t item_count = node->kind == WEND_NODE_LIST ? node->count : 1;
    if (item_count == 0) {
        return WEND_OK;
    }
    *names = wend__loader_alloc(loader, item_count, sizeof **names);
    if (*names == NULL) {
        return WEND_ERROR_MEMORY;
    }
    for (const struct wend_node *item = first; item != NULL; item = item->next) {
        WEND_TRY(wend__touchpoint_used(loader, item, key, &(*names)[*count]));
        (*count)++;
    }
    return WEND_OK;
}

/* The name and the touchpoints of a stage, in either of its two forms. */
static enum wend_status split_stage(struct wend_loader *loader, const struct wend_node *node,
                                    const struct wend_node **name,
                                    const struct wend_node **touchpoints) {
    static const char *const keys[] = {"name", "touchpoints", NULL};
    static const char form[] = "a stage is written {NAME: [touchpoint, touchpoint]} or {name: "
                               "NAME, touchpoints: [touchpoint]}";
    if (node->kind != WEND_NODE_MAP) {
        return WEND_NODE_FAIL(loader, node, form);
    }
    *touchpoints = wend__node_get(node, "touchpoints");
    *name = wend__node_get(node, "name");
    if (*touchpoints != NULL && *name != NULL) {
        return wend__expect_keys(loader, node, "a stage", keys);
    }
    if (*touchpoints != NULL) {
        return WEND_NODE_FAIL(loader, node, "the stage needs a `name`");
    }
    if (*name != NULL) {
        return WEND_NODE_FAIL(loader, node, "the stage has no `touchpoints`");
    }
    if (node->count != 1) {
        return WEND_NODE_FAIL(loader, node, form);
    }
    *name = node->first;
    *touchpoints = node->first->value;
    return WEND_OK;
}

static enum wend_status fail_two_stages(struct wend_loader *loader, const struct wend_node *node,
                                        const struct wend_stage *other) {
    return WEND_NODE_FAIL(loader, node,
                          "`%s` is already in the stage `%s`; a touchpoint is in one stage of a "
                          "journey at most",
                          wend__shown(node->text).text, wend__shown(other->name).text);
}

/* Notes which stage each touchpoint of the journey is in: `seen` has the names, `stages` by id. */
struct stage_map {
    struct wend_strings seen;
    uint8_t *stages;
    size_t capacity;
};

static enum wend_status read_stage(struct wend_loader *loader, const struct wend_node *node,
                                   struct wend_journey_rule *journey, struct stage_map *map) {
    const struct wend_node *name = NULL;
    const struct wend_node *list = NULL;
    struct wend_stage *stage = &journey->stages[journey->stage_count];
    WEND_TRY(split_stage(loader, node, &name, &list));
    WEND_TRY(wend__value_text(loader, name, "name", "the name of the stage", &stage->name));
    WEND_TRY(wend__loader_keep(loader, stage->name, &stage->name));
    for (uint32_t i = 0; i < journey->stage_count; i++) {
        if (wend__bytes_equal(journey->stages[i].name, stage->name)) {
            return WEND_NODE_FAIL(loader, name, "the journey has another stage `%s`",
                                  wend__shown(stage->name).text);
        }
    }
    if (wend__node_is_null(list) || (list->kind == WEND_NODE_LIST && list->count == 0)) {
        return WEND_NODE_FAIL(loader, node, "the stage `%s` has no touchpoints",
                              wend__shown(stage->name).text);
    }
    WEND_TRY(
        read_names(loader, list, "touchpoints", &stage->touchpoints, &stage->touchpoint_count));
    for (const struct wend_node *item = wend__node_items(list); item != NULL; item = item->next) {
        uint32_t id;
        bool is_new;
        if (!wend__strings_intern(&map->seen, item->text, &id, &is_new) ||
            !wend__reserve((void **)&map->stages, &map->capacity, (size_t)id + 1, 1)) {
            return wend__fail_memory(loader->error);
        }
        if (!is_new && map->stages[id] != journey->stage_count) {
            return fail_two_stages(loader, item, &journey->stages[map->stages[id]]);
        }
        map->stages[id] = (uint8_t)journey->stage_count;
    }
    journey->stage_count++;
    return WEND_OK;
}

static enum wend_status read_stage_list(struct wend_loader *loader, const struct wend_node *list,
                                        struct wend_journey_rule *journey, struct stage_map *map) {
    for (const struct wend_node *item = list->first; item != NULL; item = item->next) {
        WEND_TRY(read_stage(loader, item, journey, map));
    }
    return WEND_OK;
}

static enum wend_status read_stages(struct wend_loader *loader, const struct wend_node *list,
                                    struct wend_journey_rule *journey) {
    struct stage_map map = {0};
    if (list->kind != WEND_NODE_LIST) {
        return WEND_NODE_FAIL(loader, list,
                              "`stages` is a list, in the order of the stages: - NAME: "
                              "[touchpoint, touchpoint]");
    }
    if (list->count > WEND_MAX_STAGES) {
        return WEND_NODE_FAIL(loader, list, "more than %u stages", WEND_MAX_STAGES);
    }
    journey->stages = wend__loader_alloc(loader, list->count, sizeof *journey->stages);
    if (journey->stages == NULL) {
        return WEND_ERROR_MEMORY;
    }
    wend__strings_init(&map.seen, 0);
    enum wend_status status = read_stage_list(loader, list, journey, &map);
    wend__strings_deinit(&map.seen);
    wend__free(map.stages);
    return status;
}

static enum wend_status read_name(struct wend_loader *loader, const struct wend_node *node,
                                  struct wend_journey_rule *journey) {
    const struct wend_node *name = wend__node_get(node, "name");
    if (name == NULL) {
        return WEND_NODE_FAIL(loader, node, "a journey needs a `name`");
    }
    WEND_TRY(wend__value_text(loader, name, "name", "the name of the journey", &journey->name));
    if (wend__bytes_is(journey->name, "session")) {
        return WEND_NODE_FAIL(loader, name,
                              "`session` is how the tables call sessions; give the journey "
                              "another name");
    }
    for (uint32_t i = 0; i < loader->ruleset->journey_count; i++) {
        if (wend__bytes_equal(loader->ruleset->journeys[i].name, journey->name)) {
            return WEND_NODE_FAIL(loader, name, "there is another journey `%s`",
                                  wend__shown(journey->name).text);
        }
    }
    return wend__loader_keep(loader, journey->name, &journey->name);
}

/* The value of a key, NULL where it is missing or null. */
static const struct wend_node *set(const struct wend_node *map, const char *key) {
    const struct wend_node *node = wend__node_get(map, key);
    return node == NULL || wend__node_is_null(node) ? NULL : node;
}

static enum wend_status read_modes(struct wend_loader *loader, const struct wend_node *node,
                                   struct wend_journey_rule *journey) {
    static const char *const funnels[] = {"ordered", "any", "strict", NULL};
    static const char *const after[] = {"end", "continue", NULL};
    static const char *const units[] = {"customer", "session", NULL};
    const struct wend_node *item;
    uint32_t index = 0;
    if ((item = wend__node_get(node, "timeout")) != NULL) {
        WEND_TRY(wend__value_duration(loader, item, "timeout", &journey->timeout_us));
    }
    if ((item = wend__node_get(node, "within")) != NULL) {
        WEND_TRY(wend__value_duration(loader, item, "within", &journey->within_us));
    }
    if ((item = set(node, "funnel")) != NULL) {
        WEND_TRY(wend__value_choice(loader, item, "funnel", funnels, &index));
        journey->funnel = (enum wend_funnel_mode)index;
    }
    if ((item = set(node, "after_goal")) != NULL) {
        WEND_TRY(wend__value_choice(loader, item, "after_goal", after, &index));
        journey->after_goal_continue = index == 1;
    }
    if ((item = set(node, "per")) != NULL) {
        WEND_TRY(wend__value_choice(loader, item, "per", units, &index));
        journey->per_session = index == 1;
    }
    return WEND_OK;
}

static enum wend_status read_journey(struct wend_loader *loader, const struct wend_node *node) {
    static const char *const keys[] = {"name",    "start",  "goal",       "stages", "funnel",
                                       "timeout", "within", "after_goal", "per",    NULL};
    struct wend_ruleset *ruleset = loader->ruleset;
    struct wend_journey_rule *journey = &ruleset->journeys[ruleset->journey_count];
    const struct wend_node *item;
    WEND_TRY(wend__expect_keys(loader, node, "a journey", keys));
    *journey =
        (struct wend_journey_rule){.timeout_us = DEFAULT_TIMEOUT_US, .within_us = WEND_NO_LIMIT_US};
    WEND_TRY(read_name(loader, node, journey));
    if ((item = set(node, "start")) != NULL) {
        WEND_TRY(read_names(loader, item, "start", &journey->start, &journey->start_count));
    }
    if ((item = set(node, "goal")) != NULL) {
        WEND_TRY(read_names(loader, item, "goal", &journey->goal, &journey->goal_count));
    }
    if ((item = set(node, "stages")) != NULL) {
        WEND_TRY(read_stages(loader, item, journey));
    }
    WEND_TRY(read_modes(loader, node, journey));
    ruleset->journey_count++;
    return WEND_OK;
}

enum wend_status wend__define_journeys(struct wend_loader *loader) {
    const struct wend_node *list = wend__loader_get(loader, "journeys");
    if (list == NULL) {
        return WEND_OK;
    }
    if (list->kind != WEND_NODE_LIST) {
        return WEND_NODE_FAIL(loader, list, "`journeys` is a list: - name: NAME, and other keys");
    }
    if (list->count > WEND_MAX_JOURNEYS) {
        return WEND_NODE_FAIL(loader, list, "more than %u journeys", WEND_MAX_JOURNEYS);
    }
    loader->ruleset->journeys =
        wend__loader_alloc(loader, list->count, sizeof *loader->ruleset->journeys);
    if (loader->ruleset->journeys == NULL) {
        return WEND_ERROR_MEMORY;
    }
    for (const struct wend_node *item = list->first; item != NULL; item = item->next) {
        WEND_TRY(read_journey(loader, item));
    }
    return WEND_OK;
}
