/*
 * unit_view.h: what a unit says: its steps, its goals, its stages.
 *
 * Read from the hits in one go, once a unit; the tables count from here. Arrays grow to the largest
 * unit and stay. Term: *shown* = the path as the tables have it, cut in the middle where it is
 * longer than `max_steps`.
 *
 *   words:        [ group ][ goal ][ step 0 ][ step 1 ] ...      touchpoint ids of all steps
 *   cut_words:    [ group ][ goal ][ step 0 ] ... [ … ][ last ]  the same for a path that is cut
 *   step_times:                    [ time 0 ][ time 1 ] ...      of a step's first event
 *   repeats:                       [ 0 ][ 2 ] ...                further events of a step
 *
 * The words in front are for the number of the group and the step of the first goal, so that the
 * key of a trail (tally_parts.h) is one piece.
 *
 * Threads: one at a time.
 */
#ifndef WEND_TALLY_UNIT_VIEW_H
#define WEND_TALLY_UNIT_VIEW_H

#include "base/int128.h"
#include "model/touchpoints.h"
#include "model/unit.h"
#include "tally/funnel.h"

/* Numbers beside the touchpoint ids, for what stands in the place of one. */
#define WEND_POINT_NONE WEND_TOUCHPOINT_NONE /* (none) */
#define WEND_POINT_ENTRY (UINT32_MAX - 1)    /* (entry) */
#define WEND_POINT_EXIT (UINT32_MAX - 2)     /* (exit) */
#define WEND_POINT_MORE (UINT32_MAX - 3)     /* (more) */
#define WEND_POINT_CUT (UINT32_MAX - 4)      /* the dots of a path that is cut */

/* Words of a path in front of its steps. */
#define WEND_PATH_HEAD 2U

struct wend_unit_view {
    const struct wend_ruleset *ruleset; /* borrowed, like the next two */
    const struct wend_hit_layout *layout;
    const struct wend_touchpoints *touchpoints;
    uint64_t unit_number; /* of the current unit, from 1 */
    size_t total_bytes;   /* of the arrays, for budgets */

    const struct wend_unit *unit;
    const struct wend_journey_rule *journey; /* NULL in the scope of sessions */
    int64_t start_us;
    int64_t end_us;
    size_t step_count;
    size_t goal_step;     /* step of the first goal; `step_count`: there is none */
    uint32_t first_point; /* WEND_POINT_NONE: the unit has no touchpoint */
    uint32_t last_point;
    wend_int128 value;   /* of all goal events, 1/10000 */
    uint32_t goal_point; /* of the first goal event; WEND_POINT_NONE: there is none */
    bool has_goals;      /* there are goal events of different touchpoints */
    bool has_repeats;    /* of any step */
    size_t stage_event_count;
    uint32_t *shown; /* its head; the steps shown are behind it */
    size_t shown_count;

    uint32_t *words;
    size_t word_capacity;
    int64_t *step_times;
    size_t time_capacity;
    uint32_t *cut_words; /* WEND_PATH_HEAD + max_steps */
    uint32_t *repeats;
    size_t repeat_capacity;
    struct wend_stage_event *stage_events;
    size_t stage_capacity;
};

/* All pointers are borrowed. False without memory. */
bool wend__unit_view_init(struct wend_unit_view *view, const struct wend_ruleset *ruleset,
                          const struct wend_hit_layout *layout,
                          const struct wend_touchpoints *touchpoints);
void wend__unit_view_deinit(struct wend_unit_view *view);

/* Reads a unit, which must live as long as the view is looked at. False without memory. */
bool wend__unit_view_read(struct wend_unit_view *view, const struct wend_unit *unit);

/* The touchpoint id of step `index`, uncut. */
static inline uint32_t wend__unit_view_step(const struct wend_unit_view *view, size_t index) {
    return view->words[WEND_PATH_HEAD + index];
}

/* Whether touchpoint `point` is a goal in scope `scope`. */
static inline bool wend__point_is_goal(const struct wend_touchpoints *touchpoints, uint32_t scope,
                                       uint32_t point) {
    return scope == WEND_SCOPE_SESSION
               ? touchpoints->session_goals[point]
               : wend__touchpoints_role(touchpoints, point, scope - 1).is_goal;
}

/* The name of stage of touchpoint `point` in scope `scope`; absent: none. */
struct wend_bytes wend__point_stage(const struct wend_touchpoints *touchpoints, uint32_t scope,
                                    uint32_t point);
/* The name of a touchpoint, or of what stands in its place. */
struct wend_bytes wend__point_name(const struct wend_touchpoints *touchpoints, uint32_t point);

#endif
