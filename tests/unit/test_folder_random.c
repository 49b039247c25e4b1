/*
 * The folder against the rules written down plainly: lists, loops over loops, nothing shared with
 * the engine. Thousands of small customers under random definitions.
 */
#include "folder_fixture.h"
#include "random.h"

enum { CASES = 6000 };

struct model_session {
    size_t events[EVENTS_MAX]; /* numbers of events */
    size_t count;
};

struct model {
    const struct fixture *fixture;
    const struct event *events;
    size_t kept[EVENTS_MAX]; /* without duplicates */
    size_t kept_count;
    uint64_t duplicate;
    struct model_session sessions[EVENTS_MAX];
    size_t session_count;
    struct seen units[UNITS_MAX];
    size_t unit_count;
};

static void drop_duplicates(struct model *model, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct event *event = &model->events[i];
        bool is_known = false;
        for (size_t k = 0; k < i; k++) {
            const struct event *earlier = &model->events[k];
            is_known =
                is_known || (model->fixture->ruleset.id_field != WEND_NO_FIELD && event->id != 0 &&
                             earlier->id == event->id && earlier->ts == event->ts);
        }
        if (is_known) {
            model->duplicate++;
        } else {
            model->kept[model->kept_count++] = i;
        }
    }
}

/* The zone of these tests is +02:00. */
static int64_t day_of(int64_t ts) {
    int64_t local = ts + 2 * 3600 * WEND_US_PER_SECOND;
    int64_t day = local / WEND_US_PER_DAY;
    return local % WEND_US_PER_DAY < 0 ? day - 1 : day;
}

static bool is_more(int64_t distance, int64_t limit) {
    return limit != NONE && distance > limit;
}

static bool starts_session(const struct model *model, const struct model_session *session,
                           const struct event *event) {
    const struct wend_session_rule *rule = &model->fixture->ruleset.sessions;
    const struct event *first = &model->events[session->events[0]];
    const struct event *last = &model->events[session->events[session->count - 1]];
    bool cuts = is_more(event->ts - last->ts, rule->gap_us) ||
                is_more(event->ts - first->ts, rule->max_duration_us) ||
                (rule->cut_at_midnight && day_of(event->ts) != day_of(last->ts));
    for (uint32_t f = 0; f < rule->cut_field_count; f++) {
        uint32_t known = 0;
        for (size_t i = 0; i < session->count; i++) {
            uint32_t value = model->events[session->events[i]].cuts[f];
            known = value != 0 ? value : known;
        }
        cuts = cuts || (event->cuts[f] != 0 && known != 0 && event->cuts[f] != known);
    }
    return cuts;
}

static void cut_sessions(struct model *model) {
    bool has_key = model->fixture->ruleset.sessions.key_field != WEND_NO_FIELD;
    for (size_t k = 0; k < model->kept_count; k++) {
        const struct event *event = &model->events[model->kept[k]];
        struct model_session *running = NULL;
        for (size_t s = 0; s < model->session_count; s++) {
            struct model_session *session = &model->sessions[s];
            if (!has_key || model->events[session->events[0]].key == event->key) {
                running = session;
            }
        }
        if (running == NULL || starts_session(model, running, event)) {
            running = &model->sessions[model->session_count++];
        }
        running->events[running->count++] = model->kept[k];
    }
}

static bool is_one_of(char touchpoint, const struct wend_bytes *names, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (names[i].data[0] == (uint8_t)touchpoint) {
            return true;
        }
    }
    return false;
}

static bool is_goal(const struct model *model, uint32_t j, size_t event) {
    const struct wend_journey_rule *rule = &model->fixture->journeys[j];
    return is_one_of(model->events[event].touchpoint, rule->goal, rule->goal_count);
}

static int64_t time_of(const struct model *model, size_t event) {
    return model->events[event].ts;
}

static void add_session_units(struct model *model) {
    const struct wend_ruleset *ruleset = &model->fixture->ruleset;
    for (size_t s = 0; s < model->session_count; s++) {
        const struct model_session *session = &model->sessions[s];
        struct seen *unit = &model->units[model->unit_count++];
        *unit = (struct seen){.scope = 0, .session_count = 1};
        unit->first_goal = session->count;
        for (size_t i = 0; i < session->count; i++) {
            unit->events[unit->event_count++] = session->events[i];
            for (uint32_t j = 0; j < ruleset->journey_count; j++) {
                bool counts = ruleset->sessions.goal_journey == WEND_NO_JOURNEY ||
                              ruleset->sessions.goal_journey == j;
                if (counts && is_goal(model, j, session->events[i]) &&
                    unit->first_goal == session->count) {
                    unit->first_goal = i;
                }
            }
        }
        unit->outcome =
            unit->first_goal < session->count ? WEND_OUTCOME_CONVERTED : WEND_OUTCOME_ABANDONED;
        unit->decided = time_of(model, session->events[session->count - 1]);
    }
}

static bool has_goal(const struct seen *unit) {
    return unit->first_goal != SIZE_MAX;
}

static int64_t start_of(const struct model *model, const struct seen *unit) {
    return time_of(model, unit->events[0]);
}

static int64_t end_of(const struct model *model, const struct seen *unit) {
    return time_of(model, unit->events[unit->event_count - 1]);
}

static bool is_over(const struct model *model, const struct wend_journey_rule *rule,
                    const struct seen *unit, int64_t time) {
    return is_more(time - end_of(model, unit), rule->timeout_us) ||
           (!has_goal(unit) && is_more(time - start_of(model, unit), rule->within_us));
}

static void end_journey(const struct model *model, const struct wend_journey_rule *rule,
                        struct seen *unit, int64_t session_end) {
    int64_t start = start_of(model, unit);
    int64_t end = end_of(model, unit);
    if (has_goal(unit)) {
        unit->outcome = WEND_OUTCOME_CONVERTED;
        unit->decided =
            rule->after_goal_continue ? end : time_of(model, unit->events[unit->first_goal]);
        return;
    }
    unit->outcome = WEND_OUTCOME_ABANDONED;
    bool has_timeout = rule->timeout_us != NONE;
    bool has_within = rule->within_us != NONE;
    if (rule->per_session) {
        unit->decided = session_end;
    } else if (has_timeout && has_within) {
        int64_t a = end + rule->timeout_us;
        int64_t b = start + rule->within_us;
        unit->decided = a < b ? a : b;
    } else {
        unit->decided = has_timeout ? end + rule->timeout_us : start + rule->within_us;
    }
}

static void run_journey(struct model *model, uint32_t j, const size_t *events, size_t count) {
    const struct wend_journey_rule *rule = &model->fixture->journeys[j];
    int64_t last_time = count == 0 ? 0 : time_of(model, events[count - 1]);
    struct seen *open = NULL;
    for (size_t i = 0; i < count; i++) {
        char touchpoint = model->events[events[i]].touchpoint;
        if (open != NULL && is_over(model, rule, open, time_of(model, events[i]))) {
            end_journey(model, rule, open, last_time);
            open = NULL;
        }
        if (open == NULL) {
            if (rule->start_count > 0 && !is_one_of(touchpoint, rule->start, rule->start_count)) {
                continue;
            }
            open = &model->units[model->unit_count++];
            *open = (struct seen){.scope = 1 + j, .first_goal = SIZE_MAX};
        }
        open->events[open->event_count++] = events[i];
        if (is_goal(model, j, events[i]) && !has_goal(open)) {
            open->first_goal = open->event_count - 1;
            if (!rule->after_goal_continue) {
                end_journey(model, rule, open, last_time);
                open = NULL;
            }
        }
    }
    if (open == NULL) {
        return;
    }
    if (rule->per_session || is_over(model, rule, open, model->fixture->watermark)) {
        end_journey(model, rule, open, last_time);
        return;
    }
    open->decided = last_time;
    open->outcome = has_goal(open)              ? WEND_OUTCOME_CONVERTED
                    : model->fixture->close_all ? WEND_OUTCOME_ABANDONED
                                                : WEND_OUTCOME_OPEN;
}

static bool lies_in(const struct model_session *session, const struct seen *unit) {
    for (size_t i = 0; i < session->count; i++) {
        for (size_t k = 0; k < unit->event_count; k++) {
            if (session->events[i] == unit->events[k]) {
                return true;
            }
        }
    }
    return false;
}

/* What is left to say of the units. */
static void finish_units(struct model *model) {
    qsort(model->units, model->unit_count, sizeof *model->units, seen_ascending);
    for (size_t u = 0; u < model->unit_count; u++) {
        struct seen *unit = &model->units[u];
        unit->first_goal = has_goal(unit) ? unit->first_goal : unit->event_count;
        unit->start = start_of(model, unit);
        unit->ordinal = 0;
        for (size_t k = 0; k < u; k++) {
            unit->ordinal +=
                model->units[k].scope == unit->scope && model->units[k].start == unit->start;
        }
        unit->session_count = 0;
        for (size_t s = 0; s < model->session_count; s++) {
            unit->session_count += lies_in(&model->sessions[s], unit);
        }
    }
}

static void run_model(struct model *model, size_t count) {
    drop_duplicates(model, count);
    cut_sessions(model);
    add_session_units(model);
    for (uint32_t j = 0; j < model->fixture->ruleset.journey_count; j++) {
        if (!model->fixture->journeys[j].per_session) {
            run_journey(model, j, model->kept, model->kept_count);
            continue;
        }
        for (size_t s = 0; s < model->session_count; s++) {
            run_journey(model, j, model->sessions[s].events, model->sessions[s].count);
        }
    }
    finish_units(model);
}

/* -- Random definitions and customers ---------------------------------------------------------- */

static bool chance(uint64_t *random, uint64_t one_in) {
    return random_below(random, one_in) == 0;
}

static int64_t random_limit(uint64_t *random) {
    static const int64_t limits[] = {NONE, NONE, 0, 1, 3, 5, 10, 40};
    return limits[random_below(random, COUNT(limits))];
}

static const char *random_letters(uint64_t *random) {
    static const char *const letters[] = {"", "a", "b", "ab", "bc", "def", "c"};
    return letters[random_below(random, COUNT(letters))];
}

static void randomize(struct fixture *fixture, uint64_t *random) {
    struct wend_session_rule *rule = &fixture->ruleset.sessions;
    fixture->ruleset.id_field = chance(random, 2) ? 0 : WEND_NO_FIELD;
    rule->gap_us = random_limit(random);
    rule->max_duration_us = random_limit(random);
    rule->cut_field_count = (uint32_t)(chance(random, 2) ? random_below(random, CUTS + 1) : 0);
    rule->key_field = chance(random, 2) ? 0 : WEND_NO_FIELD;
    if (chance(random, 4)) {
        rule->cut_at_midnight = true;
        cr_assert_eq(wend__timezone_open(wend__bytes_text("+02:00"), &fixture->timezone, NULL),
                     WEND_OK);
    }
    uint64_t journeys = random_below(random, 5);
    for (uint64_t j = 0; j < journeys; j++) {
        struct wend_journey_rule *journey =
            add_journey(fixture, random_letters(random), random_letters(random));
        journey->timeout_us = random_limit(random);
        journey->within_us = random_limit(random);
        journey->after_goal_continue = chance(random, 2);
        journey->per_session = chance(random, 2);
    }
    if (journeys > 0 && chance(random, 2)) {
        rule->goal_journey = (uint32_t)random_below(random, journeys);
    }
    fixture->close_all = chance(random, 3);
    fixture->has_watermark = true;
}

static size_t random_events(struct event *events, uint64_t *random) {
    static const int64_t steps[] = {0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 10, 11, 41};
    size_t count = (size_t)random_below(random, chance(random, 4) ? EVENTS_MAX + 1 : 12);
    /* Around midnight in the zone, or before 1970. */
    int64_t ts = chance(random, 2) ? -2 * 3600 * WEND_US_PER_SECOND - 20 : -1000000;
    uint64_t step_count = 1 + random_below(random, COUNT(steps));
    uint64_t keys = 1 + random_below(random, 40);
    uint64_t ids = 1 + random_below(random, 30);
    for (size_t i = 0; i < count; i++) {
        ts += steps[random_below(random, step_count)];
        uint64_t letter = random_below(random, LETTERS + 1);
        events[i] = (struct event){
            .ts = ts,
            .touchpoint = letter == 0 ? '\0' : (char)('a' + letter - 1),
            .id = (uint32_t)random_below(random, ids + 1),
            .cuts = {(uint32_t)random_below(random, 3), (uint32_t)random_below(random, 3)},
            .key = (uint32_t)random_below(random, keys),
        };
    }
    return count;
}

static void compare(struct fixture *fixture, struct model *model, uint64_t number) {
    static char expected[TEXT_BYTES];
    cr_assert_eq(fixture->counters.duplicate, model->duplicate, "case %llu",
                 (unsigned long long)number);
    cr_assert_eq(fixture->counters.accepted, model->kept_count);
    cr_assert_eq(fixture->counters.sessions, model->session_count);
    for (uint32_t scope = 0; scope <= fixture->ruleset.journey_count; scope++) {
        (void)units_text(model->units, model->unit_count, scope, expected);
        cr_assert_str_eq(seen_text(fixture, scope), expected, "case %llu, scope %u",
                         (unsigned long long)number, scope);
        for (int outcome = 0; outcome < (int)WEND_OUTCOME_KINDS; outcome++) {
            uint64_t units = 0;
            for (size_t u = 0; u < model->unit_count; u++) {
                units += model->units[u].scope == scope &&
                         model->units[u].outcome == (enum wend_outcome)outcome;
            }
            cr_assert_eq(fixture->counters.units[scope][outcome], units);
        }
    }
}

Test(folder_random, any_customer_is_folded_as_the_rules_say) {
    struct model *model = malloc(sizeof *model);
    cr_assert_not_null(model);
    uint64_t units = 0;
    for (uint64_t number = 0; number < CASES; number++) {
        uint64_t random = number;
        struct fixture *fixture = fixture_new();
        randomize(fixture, &random);
        struct event events[EVENTS_MAX];
        size_t count = random_events(events, &random);
        fixture->watermark =
            (count == 0 ? 0 : events[count - 1].ts) + (int64_t)random_below(&random, 15);
        memset(model, 0, sizeof *model);
        model->fixture = fixture;
        model->events = events;
        run_model(model, count);
        fold(fixture, events, count);
        compare(fixture, model, number);
        units += model->unit_count;
        fixture_free(fixture);
    }
    cr_assert_gt(units, CASES, "the cases say something");
    free(model);
}
