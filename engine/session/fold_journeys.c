#include "session/folder_internal.h"

/* A journey definition at work on one array of hits. */
struct runner {
    struct wend_folder *folder;
    const struct wend_journey_rule *rule;
    uint32_t journey;    /* index of the rule */
    const uint8_t *hits; /* the customer's, or those of one session */
    size_t hit_count;
    const size_t *ranks;    /* of these hits; NULL: their indices */
    int64_t session_end_us; /* per session */

    bool is_open;
    size_t first; /* of the open journey */
    int64_t first_us;
    int64_t last_us;
    size_t first_goal; /* index in `hits`, or SIZE_MAX */

    size_t session;  /* cursor: the session that the last journey ended in */
    size_t finished; /* journeys so far */
};

static int64_t add_time(int64_t ts_us, int64_t limit_us) {
    return ts_us > INT64_MAX - limit_us ? INT64_MAX : ts_us + limit_us;
}

static bool is_over(const struct runner *runner, int64_t ts_us) {
    return wend__fold_exceeds(runner->last_us, ts_us, runner->rule->timeout_us) ||
           (runner->first_goal == SIZE_MAX &&
            wend__fold_exceeds(runner->first_us, ts_us, runner->rule->within_us));
}

/* How many sessions the hits from `first` up to `end` lie in, with one lane. Journeys come in
 * order, so that the cursor only goes forward. */
static uint32_t count_in_order(struct runner *runner, size_t first, size_t end) {
    const struct wend_fold_session *sessions = runner->folder->sessions;
    size_t at = runner->session;
    while (sessions[at].first + sessions[at].count <= first) {
        at++;
    }
    size_t from = at;
    while (sessions[at].first + sessions[at].count < end) {
        at++;
    }
    runner->session = at;
    return (uint32_t)(at - from + 1);
}

/* The same with sessions side by side: each is marked with the journey that saw it last. */
static uint32_t count_marked(struct runner *runner, size_t first, size_t end) {
    struct wend_folder *folder = runner->folder;
    uint32_t count = 0;
    for (size_t i = first; i < end; i++) {
        size_t *mark = &folder->marks[folder->session_of[i]];
        count += *mark != runner->finished + 1;
        *mark = runner->finished + 1;
    }
    return count;
}

static uint32_t count_sessions(struct runner *runner, size_t first, size_t end) {
    if (runner->rule->per_session) {
        return 1;
    }
    return runner->folder->has_key ? count_marked(runner, first, end)
                                   : count_in_order(runner, first, end);
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/*
 * When nothing can change about the open journey any more. It does not depend on what has come
 * behind its last hit: who folds again with more hits finds the same, or a later one that is also
 * still to come.
 */
static int64_t closes(const struct runner *runner) {
    const struct wend_journey_rule *rule = runner->rule;
    bool has_goal = runner->first_goal != SIZE_MAX;
    if (has_goal && !rule->after_goal_continue) {
        return wend__fold_after(
            wend__fold_hit(runner->folder, runner->hits, runner->first_goal)->ts_us, 0);
    }
    int64_t session_us = INT64_MAX;
    if (rule->per_session) {
        session_us = wend__fold_after(runner->session_end_us,
                                      runner->folder->options.ruleset->sessions.gap_us);
        if (!has_goal) {
            return session_us; /* which decides it */
        }
    }
    int64_t closes_us = wend__fold_after(runner->last_us, rule->timeout_us);
    if (!has_goal) {
        closes_us = least(closes_us, wend__fold_after(runner->first_us, rule->within_us));
    }
    return least(closes_us, session_us);
}

/* Hands the open journey over; its last hit is the one before `end`. */
static enum wend_status finish(struct runner *runner, size_t end, enum wend_outcome outcome,
                               int64_t decided_us, struct wend_error *error) {
    struct wend_folder *folder = runner->folder;
    size_t first = runner->first;
    struct wend_unit unit = {
        .scope = 1 + runner->journey,
        .outcome = outcome,
        .hits = runner->hits + first * folder->options.layout->bytes,
        .hit_count = end - first,
        .first_goal = runner->first_goal == SIZE_MAX ? end - first : runner->first_goal - first,
        .closes_us = closes(runner),
        .decided_us = decided_us,
        .session_count = count_sessions(runner, first, end),
    };
    runner->is_open = false;
    runner->finished++;
    return runner->ranks != NULL ? wend__fold_remember(folder, &unit, runner->ranks[first], error)
                                 : wend__fold_emit(folder, &unit, error);
}

/* Ends the open journey by its own rules. */
static enum wend_status end_journey(struct runner *runner, size_t end, struct wend_error *error) {
    const struct wend_journey_rule *rule = runner->rule;
    if (runner->first_goal != SIZE_MAX) {
        const struct wend_hit *goal =
            wend__fold_hit(runner->folder, runner->hits, runner->first_goal);
        int64_t decided_us = rule->after_goal_continue ? runner->last_us : goal->ts_us;
        return finish(runner, end, WEND_OUTCOME_CONVERTED, decided_us, error);
    }
    int64_t decided_us = INT64_MAX;
    if (rule->per_session) {
        decided_us = runner->session_end_us;
    } else if (rule->timeout_us != WEND_NO_LIMIT_US) {
        decided_us = add_time(runner->last_us, rule->timeout_us);
    }
    if (!rule->per_session && rule->within_us != WEND_NO_LIMIT_US) {
        int64_t limit_us = add_time(runner->first_us, rule->within_us);
        decided_us = limit_us < decided_us ? limit_us : decided_us;
    }
    return finish(runner, end, WEND_OUTCOME_ABANDONED, decided_us, error);
}

/* What the end of the replay makes of the journey that is still open. */
static enum wend_status end_replay(struct runner *runner, struct wend_error *error) {
    const struct wend_folder_options *options = &runner->folder->options;
    size_t end = runner->hit_count;
    if (runner->rule->per_session || is_over(runner, options->watermark_us)) {
        return end_journey(runner, end, error);
    }
    enum wend_outcome outcome = runner->first_goal != SIZE_MAX ? WEND_OUTCOME_CONVERTED
                                : options->close_all           ? WEND_OUTCOME_ABANDONED
                                                               : WEND_OUTCOME_OPEN;
    return finish(runner, end, outcome, runner->last_us, error);
}

/* Runs over all hits of the array. */
static enum wend_status run(struct runner *runner, struct wend_error *error) {
    static const struct wend_role no_role;
    const struct wend_journey_rule *rule = runner->rule;
    const struct wend_touchpoints *touchpoints = runner->folder->options.touchpoints;
    runner->is_open = false;
    for (size_t i = 0; i < runner->hit_count; i++) {
        const struct wend_hit *hit = wend__fold_hit(runner->folder, runner->hits, i);
        struct wend_role role =
            hit->touchpoint == WEND_TOUCHPOINT_NONE
                ? no_role
                : wend__touchpoints_role(touchpoints, hit->touchpoint, runner->journey);
        if (runner->is_open && is_over(runner, hit->ts_us)) {
            WEND_TRY(end_journey(runner, i, error));
        }
        if (!runner->is_open) {
            if (rule->start_count > 0 && !role.is_start) {
                continue;
            }
            runner->is_open = true;
            runner->first = i;
            runner->first_us = hit->ts_us;
            runner->first_goal = SIZE_MAX;
        }
        runner->last_us = hit->ts_us;
        if (role.is_goal && runner->first_goal == SIZE_MAX) {
            runner->first_goal = i;
            if (!rule->after_goal_continue) {
                WEND_TRY(end_journey(runner, i + 1, error));
            }
        }
    }
    return runner->is_open ? end_replay(runner, error) : WEND_OK;
}

static enum wend_status run_per_session(struct runner *runner, struct wend_error *error) {
    struct wend_folder *folder = runner->folder;
    for (size_t s = 0; s < folder->session_count; s++) {
        const struct wend_fold_session *session = &folder->sessions[s];
        runner->hits = folder->lanes + session->first * folder->options.layout->bytes;
        runner->hit_count = session->count;
        runner->ranks = folder->has_key ? folder->ranks + session->first : NULL;
        runner->session_end_us = wend__fold_hit(folder, runner->hits, session->count - 1)->ts_us;
        WEND_TRY(run(runner, error));
    }
    return folder->has_key ? wend__fold_emit_pending(folder, error) : WEND_OK;
}

/* The session of each hit by rank, for journeys over sessions that lie side by side. */
static bool note_sessions(struct wend_folder *folder) {
    if (!wend__fold_reserve(&folder->session_of, &folder->session_of_capacity, folder->hit_count)) {
        return false;
    }
    for (size_t s = 0; s < folder->session_count; s++) {
        const struct wend_fold_session *session = &folder->sessions[s];
        for (size_t i = session->first; i < session->first + session->count; i++) {
            folder->session_of[folder->ranks[i]] = s;
        }
    }
    return true;
}

static enum wend_status run_per_customer(struct runner *runner, struct wend_error *error) {
    struct wend_folder *folder = runner->folder;
    runner->hits = folder->hits;
    runner->hit_count = folder->hit_count;
    if (folder->has_key) {
        if (!wend__fold_reserve(&folder->marks, &folder->mark_capacity, folder->session_count)) {
            return wend__fail_memory(error);
        }
        memset(folder->marks, 0, folder->session_count * sizeof *folder->marks);
    }
    return run(runner, error);
}

enum wend_status wend__fold_journeys(struct wend_folder *folder, struct wend_error *error) {
    const struct wend_ruleset *ruleset = folder->options.ruleset;
    if (folder->has_key && ruleset->journey_count > 0 && !note_sessions(folder)) {
        return wend__fail_memory(error);
    }
    for (uint32_t j = 0; j < ruleset->journey_count; j++) {
        struct runner runner = {.folder = folder, .rule = &ruleset->journeys[j], .journey = j};
        wend__fold_begin_scope(folder);
        WEND_TRY(runner.rule->per_session ? run_per_session(&runner, error)
                                          : run_per_customer(&runner, error));
    }
    return WEND_OK;
}
