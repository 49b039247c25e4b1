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
        .cut_words = wend__alloc(((size_t)ruleset->max_steps + 1) * sizeof(uint32_t)),
    };
    return view->cut_words != NULL;
}

void wend__unit_view_deinit(struct wend_unit_view *view) {
    wend__free(view->words);
    wend__free(view->step_times);
    wend__free(view->cut_words);
    wend__free(view->held);
    wend__free(view->marks);
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

/* Room for a unit in which every hit is a step, of its own touchpoint, and in a stage. */
static bool reserve_all(struct wend_unit_view *view, size_t hit_count) {
    size_t point_count = view->touchpoints->names.count;
    if (hit_count < view->word_capacity && hit_count <= view->time_capacity &&
        hit_count <= view->stage_capacity && point_count <= view->mark_capacity) {
        return true;
    }
    void *words = view->words;
    void *times = view->step_times;
    void *stages = view->stage_events;
    void *held = view->held;
    void *marks = view->marks;
    size_t marked = view->mark_capacity;
    bool done =
        reserve(view, &words, &view->word_capacity, hit_count + 1, sizeof *view->words) &&
        reserve(view, &times, &view->time_capacity, hit_count, sizeof *view->step_times) &&
        reserve(view, &stages, &view->stage_capacity, hit_count, sizeof *view->stage_events) &&
        reserve(view, &held, &view->held_capacity, point_count, sizeof *view->held) &&
        reserve(view, &marks, &view->mark_capacity, point_count, sizeof *view->marks);
    view->words = words;
    view->step_times = times;
    view->stage_events = stages;
    view->held = held;
    view->marks = marks;
    if (view->mark_capacity > marked) {
        memset(view->marks + marked, 0, (view->mark_capacity - marked) * sizeof *view->marks);
    }
    return done;
}

static struct wend_held_point *hold(struct wend_unit_view *view, uint32_t point) {
    struct wend_held_mark *mark = &view->marks[point];
    if (mark->unit_number != view->unit_number) {
        *mark = (struct wend_held_mark){view->unit_number, view->held_count};
        view->held[view->held_count++] = (struct wend_held_point){.touchpoint = point};
    }
    return &view->held[mark->held_index];
}

static bool is_goal(const struct wend_unit_view *view, struct wend_role role, uint32_t point) {
    return view->journey == NULL ? view->touchpoints->session_goals[point] : role.is_goal;
}

/* Takes a hit that has a touchpoint. */
static void take_hit(struct wend_unit_view *view, const struct wend_hit *hit, bool is_first_goal) {
    uint32_t point = hit->touchpoint;
    struct wend_role role = {0};
    if (view->journey != NULL) {
        role = wend__touchpoints_role(view->touchpoints, point, view->unit->scope - 1);
    }
    if (view->last_point != point || !view->ruleset->collapse) {
        view->words[view->step_count + 1] = point;
        view->step_times[view->step_count] = hit->ts_us;
        view->step_count += 1;
    }
    if (view->first_point == WEND_POINT_NONE) {
        view->first_point = point;
    }
    if (is_first_goal) {
        view->goal_step = view->step_count - 1;
        view->first_touch = view->first_point;
        view->last_touch = view->last_point == WEND_POINT_NONE ? point : view->last_point;
    }
    view->last_point = point;
    struct wend_held_point *held = hold(view, point);
    held->event_count += 1;
    if (is_goal(view, role, point)) {
        int64_t value = wend__hit_value(view->layout, hit);
        held->value += value;
        view->value += value;
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
        memcpy(view->cut_words + 1, view->words + 1, (most - 2) * sizeof *view->words);
        view->cut_words[most - 1] = WEND_POINT_CUT;
        view->cut_words[most] = view->words[view->step_count];
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
    view->first_touch = WEND_POINT_NONE;
    view->last_touch = WEND_POINT_NONE;
    view->value = 0;
    view->held_count = 0;
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
