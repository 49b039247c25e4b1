#include "tally/unit_view.h"

#include "base/memory.h"

#include <assert.h>

bool wend__unit_view_init(struct wend_unit_view *view, const struct wend_ruleset *ruleset,
                          const struct wend_hit_layout *layout,
                          const struct wend_touchpoints *touchpoints) {
    assert(ruleset->max_steps >= 3);
    *view = (struct wend_unit_view){
        .ruleset = ruleset,
        .layout = layout,
        .touchpoints = touchpoints,
        .cut_words = wend__alloc(((size_t)ruleset->max_steps + WEND_PATH_HEAD) * sizeof(uint32_t)),
    };
    return view->cut_words != NULL;
}

void wend__unit_view_deinit(struct wend_unit_view *view) {
    wend__free(view->words);
    wend__free(view->step_times);
    wend__free(view->cut_words);
    wend__free(view->repeats);
    wend__free(view->stage_events);
    *view = (struct wend_unit_view){0};
}

static bool reserve(struct wend_unit_view *view, void **array, size_t *capacity, size_t needed,
                    size_t item_bytes) {
    size_t before = *capacity;
    bool done = wend__reserve(array, capacity, needed, item_bytes);
    view->total_bytes += (*capacity - before) * item_bytes;
    return done;
}

/* Room for a unit in which every hit is a step and in a stage. */
static bool reserve_all(struct wend_unit_view *view, size_t hit_count) {
    size_t word_count = WEND_PATH_HEAD + hit_count;
    if (word_count <= view->word_capacity && hit_count <= view->time_capacity &&
        hit_count <= view->repeat_capacity && hit_count <= view->stage_capacity) {
        return true;
    }
    void *words = view->words;
    void *times = view->step_times;
    void *repeats = view->repeats;
    void *stages = view->stage_events;
    bool done =
        reserve(view, &words, &view->word_capacity, word_count, sizeof *view->words) &&
        reserve(view, &times, &view->time_capacity, hit_count, sizeof *view->step_times) &&
        reserve(view, &repeats, &view->repeat_capacity, hit_count, sizeof *view->repeats) &&
        reserve(view, &stages, &view->stage_capacity, hit_count, sizeof *view->stage_events);
    view->words = words;
    view->step_times = times;
    view->repeats = repeats;
    view->stage_events = stages;
    return done;
}

static void take_goal(struct wend_unit_view *view, const struct wend_hit *hit) {
    view->value += wend__hit_value(view->layout, hit);
    if (view->goal_point == WEND_POINT_NONE) {
        view->goal_point = hit->touchpoint;
    }
    view->has_goals = view->has_goals || view->goal_point != hit->touchpoint;
}

/* Takes a hit that has a touchpoint. */
static inline void take_hit(struct wend_unit_view *view, const struct wend_hit *hit,
                            bool is_first_goal) {
    uint32_t point = hit->touchpoint;
    if (view->last_point != point || !view->ruleset->collapse) {
        view->words[WEND_PATH_HEAD + view->step_count] = point;
        view->step_times[view->step_count] = hit->ts_us;
        view->repeats[view->step_count] = 0;
        view->step_count += 1;
    } else {
        view->repeats[view->step_count - 1] += 1;
        view->has_repeats = true;
    }
    if (view->first_point == WEND_POINT_NONE) {
        view->first_point = point;
    }
    if (is_first_goal) {
        view->goal_step = view->step_count - 1;
    }
    view->last_point = point;
    if (view->journey == NULL) {
        if (view->touchpoints->session_goals[point]) {
            take_goal(view, hit);
        }
        return;
    }
    struct wend_role role = wend__touchpoints_role(view->touchpoints, point, view->unit->scope - 1);
    if (role.is_goal) {
        take_goal(view, hit);
    }
    if (role.stage != 0) {
        view->stage_events[view->stage_event_count++] =
            (struct wend_stage_event){hit->ts_us, role.stage};
    }
}

/* The path as shown: all steps, or their beginning, the dots and the last. */
static void cut_path(struct wend_unit_view *view) {
    size_t most = view->ruleset->max_steps;
    view->shown = view->words;
    view->shown_count = view->step_count;
    if (view->step_count > most) {
        uint32_t *cut = view->cut_words + WEND_PATH_HEAD;
        memcpy(cut, view->words + WEND_PATH_HEAD, (most - 2) * sizeof *cut);
        cut[most - 2] = WEND_POINT_CUT;
        cut[most - 1] = wend__unit_view_step(view, view->step_count - 1);
        view->shown = view->cut_words;
        view->shown_count = most;
    }
}

bool wend__unit_view_read(struct wend_unit_view *view, const struct wend_unit *unit) {
    assert(unit->hit_count > 0 && unit->scope <= view->ruleset->journey_count);
    if (!reserve_all(view, unit->hit_count)) {
        return false;
    }
    view->unit_number += 1;
    view->unit = unit;
    view->journey =
        unit->scope == WEND_SCOPE_SESSION ? NULL : &view->ruleset->journeys[unit->scope - 1];
    view->start_us = wend__hit_at(view->layout, unit->hits, 0)->ts_us;
    view->end_us = wend__hit_at(view->layout, unit->hits, unit->hit_count - 1)->ts_us;
    view->step_count = 0;
    view->goal_step = SIZE_MAX;
    view->first_point = WEND_POINT_NONE;
    view->last_point = WEND_POINT_NONE;
    view->value = 0;
    view->goal_point = WEND_POINT_NONE;
    view->has_goals = false;
    view->has_repeats = false;
    view->stage_event_count = 0;
    for (size_t i = 0; i < unit->hit_count; i++) {
        const struct wend_hit *hit = wend__hit_at(view->layout, unit->hits, i);
        if (hit->touchpoint != WEND_TOUCHPOINT_NONE) {
            assert(hit->touchpoint < view->touchpoints->names.count);
            take_hit(view, hit, i == unit->first_goal);
        }
    }
    if (view->goal_step == SIZE_MAX) {
        view->goal_step = view->step_count;
    }
    cut_path(view);
    return true;
}

struct wend_bytes wend__point_stage(const struct wend_touchpoints *touchpoints, uint32_t scope,
                                    uint32_t point) {
    if (scope == WEND_SCOPE_SESSION || point >= touchpoints->names.count) {
        return WEND_BYTES_ABSENT;
    }
    uint8_t stage = wend__touchpoints_role(touchpoints, point, scope - 1).stage;
    return stage == 0 ? WEND_BYTES_ABSENT
                      : touchpoints->ruleset->journeys[scope - 1].stages[stage - 1].name;
}

struct wend_bytes wend__point_name(const struct wend_touchpoints *touchpoints, uint32_t point) {
    switch (point) {
    case WEND_POINT_NONE:
        return wend__bytes_text("(none)");
    case WEND_POINT_ENTRY:
        return wend__bytes_text("(entry)");
    case WEND_POINT_EXIT:
        return wend__bytes_text("(exit)");
    case WEND_POINT_MORE:
        return wend__bytes_text("(more)");
    case WEND_POINT_CUT:
        return wend__bytes_text("\xE2\x80\xA6");
    default:
        return wend__touchpoints_name(touchpoints, point);
    }
}
