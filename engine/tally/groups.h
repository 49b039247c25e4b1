/*
 * groups.h: the scope, window and segment values that rows have in common, numbered.
 *
 *   entry of a group:   [ scope: 4 ][ 0: 4 ][ window start: 8 ][ segment: 4 ]...
 *
 * Windows start at a multiple of their length counted from 1970; without windows the start is 0.
 * Segments are the numbers that hits carry: 0 for absent, else 1 + id of the value.
 *
 * Threads: one at a time.
 */
#ifndef WEND_TALLY_GROUPS_H
#define WEND_TALLY_GROUPS_H

#include "ds/table.h"
#include "model/unit.h"

struct wend_group {
    uint32_t scope;
    uint32_t zero; /* keys are compared bytewise, so that there is no padding */
    int64_t window_us;
    uint32_t segments[WEND_MAX_SEGMENTS]; /* in the table only as many as there are */
};

struct wend_groups {
    const struct wend_ruleset *ruleset; /* borrowed */
    const struct wend_hit_layout *layout;
    struct wend_table table;
};

void wend__groups_init(struct wend_groups *groups, const struct wend_ruleset *ruleset,
                       const struct wend_hit_layout *layout, uint64_t seed);
void wend__groups_deinit(struct wend_groups *groups);

/* The group of a unit: of each segment field the first value that is present. False without
 * memory. */
bool wend__groups_find(struct wend_groups *groups, const struct wend_unit *unit, uint32_t *index);

/* A copy of group `index`; segments behind the ruleset's are 0. */
struct wend_group wend__groups_get(const struct wend_groups *groups, uint32_t index);

#endif
