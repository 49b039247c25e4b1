/* What is right but suspicious: touchpoints and stages that cannot matter. */
#include "base/memory.h"
#include "match/loader.h"

static bool has_stages(const struct wend_ruleset *ruleset) {
    for (uint32_t i = 0; i < ruleset->journey_count; i++) {
        if (ruleset->journeys[i].stage_count > 0) {
            return true;
        }
    }
    return false;
}

/* The first rule that takes every event, or rule_count. */
static uint32_t find_catch_all(const struct wend_ruleset *ruleset) {
    uint32_t i = 0;
    while (i < ruleset->rule_count &&
           (ruleset->rules[i].condition != NULL || ruleset->rules[i].fixed_name == WEND_NO_FIELD)) {
        i++;
    }
    return i;
}

static enum wend_status warn_behind_catch_all(struct wend_loader *loader, uint32_t catch_all) {
    const struct wend_ruleset *ruleset = loader->ruleset;
    for (uint32_t i = catch_all + 1; i < ruleset->rule_count; i++) {
        const struct wend_touchpoint_rule *rule = &ruleset->rules[i];
        WEND_TRY(wend__loader_warn(loader, loader->file, rule->line, rule->column,
                                   "no event gets to this touchpoint: the one on line %u has no "
                                   "conditions and takes all",
                                   ruleset->rules[catch_all].line));
    }
    return WEND_OK;
}

static enum wend_status warn_unused(struct wend_loader *loader) {
    const struct wend_ruleset *ruleset = loader->ruleset;
    uint32_t next = 0; /* names are numbered in the order of the rules that give them first */
    for (uint32_t i = 0; i < ruleset->rule_count; i++) {
        const struct wend_touchpoint_rule *rule = &ruleset->rules[i];
        if (rule->fixed_name != next) {
            continue;
        }
        struct wend_bytes name = ruleset->names[next++];
        if (wend__strings_find(&loader->used, name) == WEND_STRING_NONE) {
            WEND_TRY(wend__loader_warn(loader, loader->file, rule->line, rule->column,
                                       "no stage, start or goal uses the touchpoint `%s`",
                                       wend__shown(name).text));
        }
    }
    return WEND_OK;
}

/* Marks the names that a rule before the catch-all, or the catch-all itself, gives. */
static bool *reachable_names(const struct wend_ruleset *ruleset, uint32_t catch_all) {
    bool *reachable = wend__alloc_zeroed(ruleset->name_count + 1, sizeof *reachable);
    for (uint32_t i = 0; reachable != NULL && i < ruleset->rule_count && i <= catch_all; i++) {
        uint32_t name = ruleset->rules[i].fixed_name;
        if (name != WEND_NO_FIELD) {
            reachable[name] = true;
        }
    }
    return reachable;
}

/* All touchpoints of the stage come from rules that no event gets to, and none from data. */
static bool is_dead(const struct wend_loader *loader, const struct wend_stage *stage,
                    const bool *reachable) {
    if (loader->has_template_names) {
        return false;
    }
    for (uint32_t i = 0; i < stage->touchpoint_count; i++) {
        uint32_t name = wend__strings_find(&loader->names, stage->touchpoints[i]);
        if (name == WEND_STRING_NONE || reachable[name]) {
            return false;
        }
    }
    return true;
}

static bool is_goal(const struct wend_journey_rule *journey, struct wend_bytes name) {
    for (uint32_t i = 0; i < journey->goal_count; i++) {
        if (wend__bytes_equal(journey->goal[i], name)) {
            return true;
        }
    }
    return false;
}

/* A journey that ends at its goal has no stage behind one that only goals reach. */
static uint32_t last_stage(const struct wend_journey_rule *journey) {
    bool ends = !journey->after_goal_continue && journey->funnel != WEND_FUNNEL_ANY;
    for (uint32_t s = 0; ends && s < journey->stage_count; s++) {
        uint32_t goals = 0;
        /* Lists are compared in full; long ones are left alone. */
        bool is_short = journey->goal_count <= 256 && journey->stages[s].touchpoint_count <= 256;
        for (uint32_t i = 0; is_short && i < journey->stages[s].touchpoint_count; i++) {
            goals += is_goal(journey, journey->stages[s].touchpoints[i]);
        }
        if (goals == journey->stages[s].touchpoint_count) {
            return s;
        }
    }
    return UINT32_MAX;
}

static const struct wend_node *stage_node(const struct wend_loader *loader, uint32_t journey,
                                          uint32_t stage) {
    const struct wend_node *item = wend__loader_get(loader, "journeys")->first;
    while (journey-- > 0) {
        item = item->next;
    }
    item = wend__node_get(item, "stages")->first;
    while (stage-- > 0) {
        item = item->next;
    }
    return item;
}

static enum wend_status warn_stages(struct wend_loader *loader, uint32_t index,
                                    const bool *reachable) {
    const struct wend_journey_rule *journey = &loader->ruleset->journeys[index];
    uint32_t last = last_stage(journey);
    for (uint32_t s = 0; s < journey->stage_count; s++) {
        const struct wend_stage *stage = &journey->stages[s];
        bool is_behind_goal = s > last;
        if (!is_behind_goal && !is_dead(loader, stage, reachable)) {
            continue;
        }
        const struct wend_node *node = stage_node(loader, index, s);
        WEND_TRY(wend__loader_warn(loader, node->file, node->line, node->column,
                                   "no event can reach the stage `%s`%s",
                                   wend__shown(stage->name).text,
                                   is_behind_goal ? ": the journey ends at its goal, in a stage "
                                                    "before (after_goal: continue goes on)"
                                                  : ""));
    }
    return WEND_OK;
}

enum wend_status wend__define_warnings(struct wend_loader *loader) {
    const struct wend_ruleset *ruleset = loader->ruleset;
    uint32_t catch_all = find_catch_all(ruleset);
    WEND_TRY(warn_behind_catch_all(loader, catch_all));
    if (!has_stages(ruleset)) {
        return WEND_OK;
    }
    WEND_TRY(warn_unused(loader));
    bool *reachable = reachable_names(ruleset, catch_all);
    if (reachable == NULL) {
        return wend__fail_memory(loader->error);
    }
    enum wend_status status = WEND_OK;
    for (uint32_t i = 0; status == WEND_OK && i < ruleset->journey_count; i++) {
        status = warn_stages(loader, i, reachable);
    }
    wend__free(reachable);
    return status;
}
