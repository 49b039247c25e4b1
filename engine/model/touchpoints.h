/*
 * touchpoints.h: the touchpoints that one worker has met, numbered, each with its roles.
 *
 * Numbers (ids) run from 0 in the order of first sight, so that they differ from worker to worker;
 * whatever leaves the worker goes by name. Beside the names stand their roles in all journeys, so
 * that folding and counting never compare names.
 *
 * Threads: one at a time.
 */
#ifndef WEND_MODEL_TOUCHPOINTS_H
#define WEND_MODEL_TOUCHPOINTS_H

#include "ds/strings.h"
#include "model/ruleset.h"

struct wend_touchpoints {
    const struct wend_ruleset *ruleset;
    struct wend_strings names;
    struct wend_role *roles; /* id * journey_count + journey */
    size_t role_capacity;
    bool *session_goals; /* by id: a goal of a session (`sessions.goal`, or any journey's goal) */
    size_t session_goal_capacity;
};

/* `ruleset` is borrowed; `seed`: the secret seed of the run. */
void wend__touchpoints_init(struct wend_touchpoints *touchpoints,
                            const struct wend_ruleset *ruleset, uint64_t seed);
void wend__touchpoints_deinit(struct wend_touchpoints *touchpoints);

/* The id of a clean name, added at first sight. False without memory; nothing has changed then. */
bool wend__touchpoints_intern(struct wend_touchpoints *touchpoints, struct wend_bytes name,
                              uint32_t *id);

static inline struct wend_bytes wend__touchpoints_name(const struct wend_touchpoints *touchpoints,
                                                       uint32_t id) {
    return wend__strings_get(&touchpoints->names, id);
}

/* The role of touchpoint `id` in journey `journey` (both must exist). */
static inline struct wend_role wend__touchpoints_role(const struct wend_touchpoints *touchpoints,
                                                      uint32_t id, uint32_t journey) {
    return touchpoints->roles[(size_t)id * touchpoints->ruleset->journey_count + journey];
}

#endif
