#include "model/ruleset.h"

#include "base/utf8.h"

static bool contains(const struct wend_bytes *names, uint32_t count, struct wend_bytes name) {
    for (uint32_t i = 0; i < count; i++) {
        if (wend__bytes_equal(names[i], name)) {
            return true;
        }
    }
    return false;
}

void wend__ruleset_roles(const struct wend_ruleset *ruleset, struct wend_bytes name,
                         struct wend_role *roles) {
    for (uint32_t i = 0; i < ruleset->journey_count; i++) {
        const struct wend_journey_rule *journey = &ruleset->journeys[i];
        struct wend_role role = {
            .is_start =
                journey->start_count == 0 || contains(journey->start, journey->start_count, name),
            .is_goal = contains(journey->goal, journey->goal_count, name),
        };
        for (uint32_t s = 0; s < journey->stage_count && role.stage == 0; s++) {
            const struct wend_stage *stage = &journey->stages[s];
            if (contains(stage->touchpoints, stage->touchpoint_count, name)) {
                role.stage = (uint8_t)(s + 1);
            }
        }
        roles[i] = role;
    }
}

static const char *const reserved_names[] = {"(none)", "(entry)", "(exit)", "(more)",
                                             "\xE2\x80\xA6"};

static bool is_reserved(struct wend_bytes name) {
    for (size_t i = 0; i < sizeof reserved_names / sizeof *reserved_names; i++) {
        if (wend__bytes_is(name, reserved_names[i])) {
            return true;
        }
    }
    return false;
}

bool wend__name_is_clean(struct wend_bytes name) {
    if (name.len == 0 || memchr(name.data, '>', name.len) != NULL) {
        return false;
    }
    return wend__utf8_is_valid(name) && !is_reserved(name);
}

bool wend__name_clean(struct wend_bytes raw, struct wend_buffer *out) {
    wend__buffer_clear(out);
    size_t at = 0;
    while (at < raw.len) {
        const uint8_t *mark = memchr(raw.data + at, '>', raw.len - at);
        size_t len = mark == NULL ? raw.len - at : (size_t)(mark - (raw.data + at));
        if (!wend__utf8_append_clean(out, (struct wend_bytes){raw.data + at, len})) {
            return false;
        }
        at += len;
        if (mark != NULL) {
            if (!wend__buffer_append(out, "\xE2\x80\xBA", 3)) {
                return false;
            }
            at++;
        }
    }
    return !is_reserved(wend__buffer_view(out)) || wend__buffer_append(out, "_", 1);
}
