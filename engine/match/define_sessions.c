/* `sessions`: what cuts them, and which goal converts them. */
#include "base/timezone.h"
#include "match/loader.h"

#define DEFAULT_GAP_US (30 * 60 * WEND_US_PER_SECOND)

static enum wend_status define_cut_fields(struct wend_loader *loader,
                                          const struct wend_node *node) {
    struct wend_session_rule *sessions = &loader->ruleset->sessions;
    for (const struct wend_node *item = wend__node_items(node); item != NULL; item = item->next) {
        if (sessions->cut_field_count == WEND_MAX_CUT_FIELDS) {
            return WEND_NODE_FAIL(loader, item, "more than %u fields in `cut_on`",
                                  WEND_MAX_CUT_FIELDS);
        }
        WEND_TRY(wend__field_of_node(loader, item, "cut_on",
                                     &sessions->cut_fields[sessions->cut_field_count]));
        sessions->cut_field_count++;
    }
    return WEND_OK;
}

static enum wend_status define_timezone(struct wend_loader *loader, const struct wend_node *node) {
    struct wend_timezone *timezone = NULL;
    struct wend_error reason = {0};
    struct wend_bytes name;
    WEND_TRY(wend__value_text(loader, node, "timezone",
                              "UTC, an offset such as +02:00, or a name such as Europe/Berlin",
                              &name));
    enum wend_status status = wend__timezone_open(name, &timezone, &reason);
    wend__timezone_close(timezone);
    if (status == WEND_ERROR_MEMORY) {
        return wend__fail_memory(loader->error);
    }
    if (status != WEND_OK) {
        /* Without time zone data, too, another zone (UTC, an offset) in this line helps. */
        return WEND_NODE_FAIL(loader, node, "%s", reason.text);
    }
    return wend__loader_keep(loader, name, &loader->ruleset->sessions.timezone);
}

static enum wend_status define_goal(struct wend_loader *loader, const struct wend_node *node) {
    struct wend_ruleset *ruleset = loader->ruleset;
    struct wend_bytes name;
    WEND_TRY(wend__value_text(loader, node, "goal", "the name of a journey", &name));
    struct wend_nearest nearest = wend__nearest_to(name);
    for (uint32_t i = 0; i < ruleset->journey_count; i++) {
        if (wend__bytes_equal(ruleset->journeys[i].name, name)) {
            ruleset->sessions.goal_journey = i;
            return WEND_OK;
        }
        wend__nearest_offer(&nearest, ruleset->journeys[i].name);
    }
    return WEND_NODE_FAIL(loader, node,
                          "`goal` of sessions names the journey whose goal converts them, and no "
                          "journey is called `%s`%s",
                          wend__shown(name).text, wend__nearest_hint(&nearest).text);
}

static enum wend_status define_keys(struct wend_loader *loader, const struct wend_node *map) {
    static const char *const keys[] = {"gap",      "max_duration", "cut_on", "cut_at_midnight",
                                       "timezone", "key",          "goal",   NULL};
    struct wend_session_rule *sessions = &loader->ruleset->sessions;
    WEND_TRY(wend__expect_keys(loader, map, "`sessions`", keys));
    for (const struct wend_node *key = map->first; key != NULL; key = key->next) {
        const struct wend_node *node = key->value;
        enum wend_status status = WEND_OK;
        if (wend__bytes_is(key->text, "gap")) {
            status = wend__value_duration(loader, node, "gap", &sessions->gap_us);
        } else if (wend__bytes_is(key->text, "max_duration")) {
            status = wend__value_duration(loader, node, "max_duration", &sessions->max_duration_us);
        } else if (wend__node_is_null(node)) {
            continue;
        } else if (wend__bytes_is(key->text, "cut_on")) {
            status = define_cut_fields(loader, node);
        } else if (wend__bytes_is(key->text, "cut_at_midnight")) {
            status = wend__value_flag(loader, node, "cut_at_midnight", &sessions->cut_at_midnight);
        } else if (wend__bytes_is(key->text, "timezone")) {
            status = define_timezone(loader, node);
        } else if (wend__bytes_is(key->text, "key")) {
            status = wend__field_of_node(loader, node, "key", &sessions->key_field);
        } else {
            status = define_goal(loader, node);
        }
        WEND_TRY(status);
    }
    return WEND_OK;
}

enum wend_status wend__define_sessions(struct wend_loader *loader) {
    struct wend_session_rule *sessions = &loader->ruleset->sessions;
    const struct wend_node *map = wend__loader_get(loader, "sessions");
    *sessions = (struct wend_session_rule){.gap_us = DEFAULT_GAP_US,
                                           .max_duration_us = WEND_NO_LIMIT_US,
                                           .key_field = WEND_NO_FIELD,
                                           .timezone = wend__bytes_text("UTC"),
                                           .goal_journey = WEND_NO_JOURNEY};
    return map == NULL ? WEND_OK : define_keys(loader, map);
}
