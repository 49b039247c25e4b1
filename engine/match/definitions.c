#include "match/definitions.h"

#include "base/limits.h"
#include "base/memory.h"
#include "match/loader.h"

static enum wend_status check_version(struct wend_loader *loader) {
    const struct wend_node *node = wend__loader_get(loader, "version");
    if (node != NULL && (node->kind != WEND_NODE_TEXT || !wend__bytes_is(node->text, "1"))) {
        return WEND_NODE_FAIL(loader, node,
                              "`version` is 1, the only version of definition files so far");
    }
    return WEND_OK;
}

static enum wend_status define_where(struct wend_loader *loader) {
    const struct wend_node *node = wend__loader_get(loader, "where");
    return node == NULL ? WEND_OK : wend__define_condition(loader, node, &loader->ruleset->where);
}

static enum wend_status define_times(struct wend_loader *loader) {
    struct wend_ruleset *ruleset = loader->ruleset;
    const struct wend_node *lateness = wend__loader_get(loader, "lateness");
    const struct wend_node *window = wend__loader_get(loader, "window");
    ruleset->lateness_us = WEND_LATENESS_UNLIMITED;
    ruleset->has_lateness = lateness != NULL;
    ruleset->has_window = wend__node_get(loader->root, "window") != NULL || window != NULL;
    if (lateness != NULL) {
        if (lateness->kind == WEND_NODE_TEXT && wend__bytes_is(lateness->text, "none")) {
            return WEND_NODE_FAIL(loader, lateness,
                                  "`lateness` is a duration or unlimited; for no allowance write "
                                  "0s");
        }
        WEND_TRY(wend__value_duration(loader, lateness, "lateness", &ruleset->lateness_us));
        if (ruleset->lateness_us == WEND_NO_LIMIT_US) {
            ruleset->lateness_us = WEND_LATENESS_UNLIMITED;
            ruleset->has_lateness = lateness != NULL;
            ruleset->has_window = wend__node_get(loader->root, "window") != NULL || window != NULL;
        }
    }
    if (window != NULL) {
        WEND_TRY(wend__value_duration(loader, window, "window", &ruleset->window_us));
        if (ruleset->window_us == 0) {
            return WEND_NODE_FAIL(loader, window,
                                  "`window` is longer than 0; write none for no windows");
        }
        if (ruleset->window_us == WEND_NO_LIMIT_US) {
            ruleset->window_us = 0;
        }
    }
    return WEND_OK;
}

static enum wend_status define_paths(struct wend_loader *loader) {
    struct wend_ruleset *ruleset = loader->ruleset;
    const struct {
        const char *key;
        uint32_t least;
        uint32_t most;
        uint32_t otherwise;
        uint32_t *count;
    } counts[] = {
        {"max_steps", 3, WEND_MAX_MAX_STEPS, WEND_DEFAULT_MAX_STEPS, &ruleset->max_steps},
        {"flow_depth", 1, WEND_MAX_FLOW_DEPTH, WEND_DEFAULT_FLOW_DEPTH, &ruleset->flow_depth},
        {"max_touchpoints", 1, WEND_MAX_TOUCHPOINTS, WEND_MAX_TOUCHPOINTS,
         &ruleset->max_touchpoints},
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        const struct wend_node *node = wend__loader_get(loader, counts[i].key);
        *counts[i].count = counts[i].otherwise;
        if (node != NULL) {
            WEND_TRY(wend__value_count(loader, node, counts[i].key, counts[i].least, counts[i].most,
                                       counts[i].count));
        }
    }
    const struct wend_node *collapse = wend__loader_get(loader, "collapse");
    ruleset->collapse = true;
    return collapse == NULL ? WEND_OK
                            : wend__value_flag(loader, collapse, "collapse", &ruleset->collapse);
}

static enum wend_status check_top(struct wend_loader *loader) {
    static const char *const keys[] = {
        "version",    "format",          "fields",   "time",     "customer",   "event",
        "id",         "value",           "where",    "lateness", "max_record", "touchpoints",
        "sessions",   "journeys",        "segments", "window",   "collapse",   "max_steps",
        "flow_depth", "max_touchpoints", "kafka",    NULL};
    if (loader->root->kind != WEND_NODE_MAP) {
        return WEND_NODE_FAIL(loader, loader->root,
                              "a definition file is a map of keys such as time: ts");
    }
    return wend__expect_keys(loader, loader->root, "a definition file", keys);
}

/* In the order that loader.h explains. */
static enum wend_status define_all(struct wend_loader *loader) {
    static enum wend_status (*const parts[])(struct wend_loader * loader) = {
        check_top,
        check_version,
        wend__define_format,
        wend__define_fields,
        wend__define_event,
        define_where,
        define_times,
        define_paths,
        wend__define_touchpoints,
        wend__define_journeys,
        wend__define_sessions,
        wend__define_segments,
        wend__define_kafka,
        wend__define_warnings,
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        WEND_TRY(parts[i](loader));
    }
    return WEND_OK;
}

static enum wend_status load(struct wend_loader *loader, struct wend_bytes text) {
    struct wend_ruleset *ruleset = loader->ruleset;
    struct wend_node *root;
    WEND_TRY(wend__yaml_parse(text, loader->file, &loader->scratch, &root, loader->error));
    if (root == NULL || wend__node_is_null(root)) {
        return wend__fail_at(loader->error, loader->file, 1, 1,
                             "the definitions are empty; `wend init` writes a file to start from");
    }
    loader->root = root;
    ruleset->source_hash = wend__hash128(text, 0);
    WEND_TRY(wend__loader_keep(loader, wend__bytes_text(loader->file), &ruleset->source_name));
    ruleset->regexes = wend__loader_alloc(loader, 1, sizeof *ruleset->regexes);
    return ruleset->regexes == NULL ? WEND_ERROR_MEMORY : define_all(loader);
}

enum wend_status wend__definitions_load(struct wend_bytes text, const char *source_name,
                                        const struct wend_preset_lookup *presets,
                                        struct wend_ruleset **ruleset,
                                        struct wend_warnings *warnings, struct wend_error *error) {
    struct wend_loader loader = {
        .file = source_name, .presets = presets, .warnings = warnings, .error = error};
    *ruleset = NULL;
    loader.ruleset = wend__alloc_zeroed(1, sizeof *loader.ruleset);
    if (loader.ruleset == NULL) {
        return wend__fail_memory(error);
    }
    wend__strings_init(&loader.names, 0);
    wend__strings_init(&loader.used, 0);
    enum wend_status status = load(&loader, text);
    wend__strings_deinit(&loader.names);
    wend__strings_deinit(&loader.used);
    wend__arena_deinit(&loader.scratch);
    if (status != WEND_OK) {
        wend__ruleset_destroy(loader.ruleset);
        return status;
    }
    *ruleset = loader.ruleset;
    return WEND_OK;
}

void wend__ruleset_destroy(struct wend_ruleset *ruleset) {
    if (ruleset == NULL) {
        return;
    }
    if (ruleset->regexes != NULL) {
        wend__regex_deinit(ruleset->regexes);
    }
    wend__arena_deinit(&ruleset->arena);
    wend__free(ruleset);
}

void wend__warnings_deinit(struct wend_warnings *warnings) {
    wend__buffer_deinit(&warnings->text);
    *warnings = (struct wend_warnings){0};
}
