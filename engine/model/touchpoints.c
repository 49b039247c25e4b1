#include "model/touchpoints.h"

#include "base/memory.h"

void wend__touchpoints_init(struct wend_touchpoints *touchpoints,
                            const struct wend_ruleset *ruleset, uint64_t seed) {
    *touchpoints = (struct wend_touchpoints){.ruleset = ruleset};
    wend__strings_init(&touchpoints->names, seed);
}

void wend__touchpoints_deinit(struct wend_touchpoints *touchpoints) {
    wend__strings_deinit(&touchpoints->names);
    wend__free(touchpoints->roles);
    wend__free(touchpoints->session_goals);
    *touchpoints = (struct wend_touchpoints){.ruleset = touchpoints->ruleset};
}

static bool is_session_goal(const struct wend_ruleset *ruleset, const struct wend_role *roles) {
    uint32_t only = ruleset->sessions.goal_journey;
    if (only != WEND_NO_JOURNEY) {
        return roles[only].is_goal;
    }
    for (uint32_t j = 0; j < ruleset->journey_count; j++) {
        if (roles[j].is_goal) {
            return true;
        }
    }
    return false;
}

/* Room for the roles of one more name. */
static bool reserve(struct wend_touchpoints *touchpoints, size_t count) {
    void *roles = touchpoints->roles;
    bool done =
        wend__reserve(&roles, &touchpoints->role_capacity,
                      count * touchpoints->ruleset->journey_count + 1, sizeof *touchpoints->roles);
    touchpoints->roles = roles;
    void *goals = touchpoints->session_goals;
    done = done && wend__reserve(&goals, &touchpoints->session_goal_capacity, count,
                                 sizeof *touchpoints->session_goals);
    touchpoints->session_goals = goals;
    return done;
}

bool wend__touchpoints_intern(struct wend_touchpoints *touchpoints, struct wend_bytes name,
                              uint32_t *id) {
    bool is_new = false;
    if (!reserve(touchpoints, (size_t)touchpoints->names.count + 1) ||
        !wend__strings_intern(&touchpoints->names, name, id, &is_new)) {
        return false;
    }
    if (is_new) {
        struct wend_role *roles =
            touchpoints->roles + (size_t)*id * touchpoints->ruleset->journey_count;
        wend__ruleset_roles(touchpoints->ruleset, name, roles);
        touchpoints->session_goals[*id] = is_session_goal(touchpoints->ruleset, roles);
    }
    return true;
}
