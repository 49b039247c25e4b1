#include "session/folder_internal.h"

#include "base/timezone.h"

#include <assert.h>

/* What the running session is compared by. */
struct running {
    size_t first; /* index in `lanes` */
    int64_t first_us;
    int64_t last_us;
    int64_t last_day;                              /* with cut_at_midnight */
    struct wend_hash128 last[WEND_MAX_CUT_FIELDS]; /* the last present value of each cut field */
    size_t first_goal;                             /* index in `lanes`, or SIZE_MAX */
};

static bool is_absent(const struct wend_hash128 *token) {
    return (token->low | token->high) == 0;
}

static bool is_cut_by_field(const struct wend_folder *folder, const struct running *running,
                            const struct wend_hit *hit) {
    const struct wend_hash128 *tokens = wend__hit_tokens(folder->options.layout, hit);
    for (uint32_t f = 0; f < folder->options.ruleset->sessions.cut_field_count; f++) {
        const struct wend_hash128 *last = &running->last[f];
        if (!is_absent(&tokens[f]) && !is_absent(last) &&
            (tokens[f].low != last->low || tokens[f].high != last->high)) {
            return true;
        }
    }
    return false;
}

/* True if `hit`, of the local day `day`, starts a new session. */
static bool is_cut(const struct wend_folder *folder, const struct running *running,
                   const struct wend_hit *hit, int64_t day) {
    const struct wend_session_rule *rule = &folder->options.ruleset->sessions;
    return wend__fold_exceeds(running->last_us, hit->ts_us, rule->gap_us) ||
           wend__fold_exceeds(running->first_us, hit->ts_us, rule->max_duration_us) ||
           (rule->cut_field_count > 0 && is_cut_by_field(folder, running, hit)) ||
           (rule->cut_at_midnight && day != running->last_day);
}

static void start(struct running *running, size_t index, int64_t ts_us) {
    running->first = index;
    running->first_us = ts_us;
    running->last_us = ts_us;
    running->last_day = 0;
    running->first_goal = SIZE_MAX;
    memset(running->last, 0, sizeof running->last);
}

static void extend(const struct wend_folder *folder, struct running *running,
                   const struct wend_hit *hit, size_t index, int64_t day) {
    running->last_us = hit->ts_us;
    running->last_day = day;
    if (running->first_goal == SIZE_MAX && hit->touchpoint != WEND_TOUCHPOINT_NONE &&
        folder->options.touchpoints->session_goals[hit->touchpoint]) {
        running->first_goal = index;
    }
    uint32_t cut_field_count = folder->options.ruleset->sessions.cut_field_count;
    if (cut_field_count > 0) {
        const struct wend_hash128 *tokens = wend__hit_tokens(folder->options.layout, hit);
        for (uint32_t f = 0; f < cut_field_count; f++) {
            if (!is_absent(&tokens[f])) {
                running->last[f] = tokens[f];
            }
        }
    }
}

/* Ends the running session before index `end`. */
static enum wend_status end_session(struct wend_folder *folder, const struct running *running,
                                    size_t end, struct wend_error *error) {
    void *sessions = folder->sessions;
    bool reserved = wend__reserve(&sessions, &folder->session_capacity, folder->session_count + 1,
                                  sizeof *folder->sessions);
    folder->sessions = sessions;
    if (!reserved) {
        return wend__fail_memory(error);
    }
    size_t count = end - running->first;
    folder->sessions[folder->session_count++] = (struct wend_fold_session){running->first, count};
    bool has_goal = running->first_goal != SIZE_MAX;
    struct wend_unit unit = {
        .scope = WEND_SCOPE_SESSION,
        .outcome = has_goal ? WEND_OUTCOME_CONVERTED : WEND_OUTCOME_ABANDONED,
        .hits = folder->lanes + running->first * folder->options.layout->bytes,
        .hit_count = count,
        .first_goal = has_goal ? running->first_goal - running->first : count,
        .closes_us = wend__fold_after(running->last_us, folder->options.ruleset->sessions.gap_us),
        .decided_us = running->last_us,
        .session_count = 1,
    };
    return folder->has_key
               ? wend__fold_remember(folder, &unit, folder->ranks[running->first], error)
               : wend__fold_emit(folder, &unit, error);
}

/* Cuts `lanes` from `first` up to `end`, all of one key, into sessions. */
static enum wend_status cut_lane(struct wend_folder *folder, size_t first, size_t end,
                                 struct wend_error *error) {
    bool needs_day = folder->options.ruleset->sessions.cut_at_midnight;
    assert(first < end);
    struct running running;
    start(&running, first, wend__fold_hit(folder, folder->lanes, first)->ts_us);
    for (size_t i = first; i < end; i++) {
        const struct wend_hit *hit = wend__fold_hit(folder, folder->lanes, i);
        int64_t day =
            needs_day ? wend__timezone_local_day(folder->options.timezone, hit->ts_us) : 0;
        if (i > first && is_cut(folder, &running, hit, day)) {
            WEND_TRY(end_session(folder, &running, i, error));
            start(&running, i, hit->ts_us);
        }
        extend(folder, &running, hit, i, day);
    }
    return end_session(folder, &running, end, error);
}

enum wend_status wend__fold_sessions(struct wend_folder *folder, struct wend_error *error) {
    folder->session_count = 0;
    wend__fold_begin_scope(folder);
    if (!folder->has_key) {
        return cut_lane(folder, 0, folder->hit_count, error);
    }
    size_t end = 0;
    for (size_t lane = 0; end < folder->hit_count; lane++) {
        size_t first = end;
        end = folder->lane_ends[lane];
        WEND_TRY(cut_lane(folder, first, end, error));
    }
    return wend__fold_emit_pending(folder, error);
}
