/*
 * The touchpoint of a record: by the rules, by the memo of what the rules said, or, without rules,
 * by the event name as it is.
 *
 * A raw name that stands in `names` is a clean one, since only clean ones are put there; so a name
 * is looked up as it is, and cleaned only when it is not found.
 */
#include "match/matcher_internal.h"

#include "base/memory.h"

#include <stdio.h>

bool wend__template_value(const struct wend_template *name, const struct wend_bytes *row,
                          struct wend_buffer *text, struct wend_bytes *value) {
    *value = WEND_BYTES_ABSENT;
    if (name->part_count == 1 && name->parts[0].field != WEND_NO_FIELD) {
        *value = row[name->parts[0].field];
        return true;
    }
    wend__buffer_clear(text);
    for (uint32_t i = 0; i < name->part_count; i++) {
        const struct wend_template_part *part = &name->parts[i];
        struct wend_bytes piece = part->field == WEND_NO_FIELD ? part->literal : row[part->field];
        if (piece.data == NULL && part->field != WEND_NO_FIELD) {
            return true;
        }
        if (!wend__buffer_append(text, piece.data, piece.len)) {
            return false;
        }
    }
    if (text->len > 0) {
        *value = wend__buffer_view(text);
    }
    return true;
}

/* The template as the user wrote it, cut to what fits. */
static void describe(const struct wend_ruleset *ruleset, const struct wend_template *name,
                     char *out, size_t size) {
    size_t at = 0;
    bool plain = name->part_count == 1;
    out[0] = '\0';
    for (uint32_t i = 0; i < name->part_count && at < size; i++) {
        const struct wend_template_part *part = &name->parts[i];
        bool is_field = part->field != WEND_NO_FIELD;
        struct wend_bytes text = is_field ? ruleset->fields[part->field].name : part->literal;
        const char *open = is_field && !plain ? "{" : "";
        const char *close = is_field && !plain ? "}" : "";
        int len = snprintf(out + at, size - at, "%s%.*s%s", open,
                           (int)(text.len < 100 ? text.len : 100), (const char *)text.data, close);
        at += len > 0 ? (size_t)len : 0;
    }
}

enum wend_status wend__matcher_fail_names(const struct wend_ruleset *ruleset, uint32_t rule,
                                          struct wend_error *error) {
    bool by_rule = rule != UINT32_MAX;
    const struct wend_template *name = by_rule ? &ruleset->rules[rule].name : &ruleset->event;
    char field[256];
    describe(ruleset, name, field, sizeof field);
    const char *kind = name->part_count == 1 ? "field" : "template";
    if (!by_rule) {
        return wend__fail(error, WEND_ERROR_LIMIT,
                          "more than %u touchpoint names in %s `%s`\n"
                          "list under `touchpoints` what matters (by prefix, glob or regex, "
                          "with fixed names), or raise `max_touchpoints`",
                          (unsigned)ruleset->max_touchpoints, kind, field);
    }
    return wend__fail(error, WEND_ERROR_LIMIT,
                      "more than %u touchpoint names from data, as by %s `%s` "
                      "(touchpoint rule %u, line %u)\n"
                      "use a field with fewer values, put rules with fixed names before it, or "
                      "raise `max_touchpoints`",
                      (unsigned)ruleset->max_touchpoints, kind, field, (unsigned)rule + 1,
                      (unsigned)ruleset->rules[rule].line);
}

static enum wend_status find_name(struct wend_matcher *matcher, struct wend_bytes raw,
                                  uint32_t rule, uint32_t *id, struct wend_error *error) {
    *id = wend__strings_find(&matcher->names, raw);
    if (*id != WEND_STRING_NONE) {
        return WEND_OK;
    }
    struct wend_bytes clean = raw;
    if (!wend__name_is_clean(raw)) {
        if (!wend__name_clean(raw, &matcher->clean_text)) {
            return wend__fail_memory(error);
        }
        clean = wend__buffer_view(&matcher->clean_text);
        *id = wend__strings_find(&matcher->names, clean);
        if (*id != WEND_STRING_NONE) {
            return WEND_OK;
        }
    }
    const struct wend_ruleset *ruleset = matcher->ruleset;
    if (matcher->names.count - ruleset->name_count >= ruleset->max_touchpoints) {
        return wend__matcher_fail_names(ruleset, rule, error);
    }
    return wend__strings_intern(&matcher->names, clean, id, NULL) ? WEND_OK
                                                                  : wend__fail_memory(error);
}

/* The number of a name from data; `rule` is for the message. */
static inline enum wend_status name_number(struct wend_matcher *matcher, struct wend_bytes raw,
                                           uint32_t rule, uint32_t *id, struct wend_error *error) {
    struct wend_recent_text key;
    if (!wend__recent_key(raw, &key)) {
        return find_name(matcher, raw, rule, id, error);
    }
    struct wend_recent_text *slot = wend__recent_slot(&matcher->recent_names, &key);
    if (!wend__recent_is(slot, &key)) {
        WEND_TRY(find_name(matcher, raw, rule, &key.number, error));
        *slot = key;
    }
    *id = slot->number;
    return WEND_OK;
}

enum wend_status wend__matcher_rules(struct wend_matcher *matcher, uint32_t *touchpoint,
                                     struct wend_error *error) {
    const struct wend_ruleset *ruleset = matcher->ruleset;
    for (uint32_t i = 0; i < ruleset->rule_count; i++) {
        const struct wend_touchpoint_rule *rule = &ruleset->rules[i];
        if (!wend__condition_holds(rule->condition, matcher->row, &matcher->scratch)) {
            continue;
        }
        matcher->last_rule = i;
        if (rule->fixed_name != WEND_NO_FIELD) {
            *touchpoint = rule->fixed_name;
            return WEND_OK;
        }
        struct wend_bytes raw;
        if (!wend__template_value(&rule->name, matcher->row, &matcher->name_text, &raw)) {
            return wend__fail_memory(error);
        }
        if (raw.data != NULL) {
            return name_number(matcher, raw, i, touchpoint, error);
        }
    }
    matcher->last_rule = UINT32_MAX;
    *touchpoint = WEND_TOUCHPOINT_NONE;
    return WEND_OK;
}

/* By the rules, through the memo. */
static enum wend_status remembered(struct wend_matcher *matcher, uint32_t *touchpoint,
                                   struct wend_error *error) {
    struct wend_memo_answer answer;
    uint32_t tag;
    if (!wend__memo_tag(&matcher->memo, matcher->row, &tag)) {
        return wend__matcher_rules(matcher, touchpoint, error);
    }
    if (wend__memo_find(&matcher->memo, matcher->row, tag, &answer)) {
        *touchpoint = answer.touchpoint;
        matcher->last_rule = answer.rule;
        return WEND_OK;
    }
    WEND_TRY(wend__matcher_rules(matcher, touchpoint, error));
    if (!matcher->scratch.no_memory) {
        answer = (struct wend_memo_answer){*touchpoint, matcher->last_rule};
        wend__memo_add(&matcher->memo, matcher->row, tag, answer);
    }
    return WEND_OK;
}

enum wend_status wend__matcher_touchpoint(struct wend_matcher *matcher, uint32_t *touchpoint,
                                          struct wend_error *error) {
    const struct wend_ruleset *ruleset = matcher->ruleset;
    if (ruleset->has_touchpoint_list) {
        return matcher->use_memo ? remembered(matcher, touchpoint, error)
                                 : wend__matcher_rules(matcher, touchpoint, error);
    }
    matcher->last_rule = UINT32_MAX;
    *touchpoint = WEND_TOUCHPOINT_NONE;
    struct wend_bytes raw;
    if (!wend__template_value(&ruleset->event, matcher->row, &matcher->name_text, &raw)) {
        return wend__fail_memory(error);
    }
    return raw.data == NULL ? WEND_OK : name_number(matcher, raw, UINT32_MAX, touchpoint, error);
}

static void mark_condition(const struct wend_condition *condition, bool *looked_at) {
    for (uint32_t i = 0; condition != NULL && i < condition->test_count; i++) {
        looked_at[condition->tests[i].field] = true;
    }
}

bool wend__matcher_memo_init(struct wend_matcher *matcher) {
    const struct wend_ruleset *ruleset = matcher->ruleset;
    bool *looked_at = wend__alloc_zeroed(ruleset->field_count + 1, sizeof *looked_at);
    matcher->memo_fields = wend__alloc(((size_t)ruleset->field_count + 1) * sizeof(uint32_t));
    if (looked_at == NULL || matcher->memo_fields == NULL) {
        wend__free(looked_at);
        return false;
    }
    for (uint32_t i = 0; i < ruleset->rule_count; i++) {
        const struct wend_touchpoint_rule *rule = &ruleset->rules[i];
        mark_condition(rule->condition, looked_at);
        for (uint32_t p = 0; p < rule->name.part_count; p++) {
            if (rule->name.parts[p].field != WEND_NO_FIELD) {
                looked_at[rule->name.parts[p].field] = true;
            }
        }
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < ruleset->field_count; i++) {
        if (looked_at[i]) {
            matcher->memo_fields[count++] = i;
        }
    }
    wend__free(looked_at);
    wend__memo_init(&matcher->memo, matcher->seed, matcher->memo_fields, count);
    matcher->use_memo = ruleset->has_touchpoint_list && count > 0;
    return true;
}
