/* Journeys: when they start and end, what decides them, and what is left at the end of a replay. */
#include "folder_fixture.h"

Test(folder_journeys, a_goal_converts_and_ends_the_journey) {
    struct fixture *fixture = fixture_new();
    (void)add_journey(fixture, "a", "c");
    const struct event events[] = {
        {.ts = 1, .touchpoint = 'b'}, /* before any start: in none */
        {.ts = 2, .touchpoint = 'a'}, {.ts = 3, .touchpoint = 'a'},
        {.ts = 4, .touchpoint = 'c'}, {.ts = 5, .touchpoint = 'c'}, /* after the goal: in none */
        {.ts = 6, .touchpoint = 'a'},
    };
    EXPECT_JOURNEYS(fixture, events, "1,2,3 c@4 g2 | 5 o@6");
    cr_assert_eq(fixture->counters.units[1][WEND_OUTCOME_CONVERTED], 1);
    cr_assert_eq(fixture->counters.units[1][WEND_OUTCOME_OPEN], 1);
    fixture_free(fixture);
}

Test(folder_journeys, the_opening_event_may_be_the_goal) {
    struct fixture *fixture = fixture_new();
    (void)add_journey(fixture, "a", "a");
    const struct event events[] = {{.ts = 1, .touchpoint = 'a'}, {.ts = 2, .touchpoint = 'a'}};
    EXPECT_JOURNEYS(fixture, events, "0 c@1 g0 | 1 c@2 g0");
    fixture_free(fixture);
}

Test(folder_journeys, without_start_any_event_opens_also_an_unmatched_one) {
    struct fixture *fixture = fixture_new();
    (void)add_journey(fixture, "", "c");
    const struct event events[] = {{.ts = 1}, {.ts = 2, .touchpoint = 'c'}, {.ts = 3}};
    EXPECT_JOURNEYS(fixture, events, "0,1 c@2 g1 | 2 o@3");
    fixture_free(fixture);
}

Test(folder_journeys, an_unmatched_event_keeps_a_journey_alive) {
    struct fixture *fixture = fixture_new();
    add_journey(fixture, "a", "c")->timeout_us = 10;
    const struct event events[] = {
        {.ts = 0, .touchpoint = 'a'}, {.ts = 10}, {.ts = 20, .touchpoint = 'c'}};
    EXPECT_JOURNEYS(fixture, events, "0,1,2 c@20 g2");
    fixture_free(fixture);
}

Test(folder_journeys, an_event_exactly_timeout_away_belongs_a_later_one_does_not) {
    struct fixture *fixture = fixture_new();
    add_journey(fixture, "", "c")->timeout_us = 10;
    const struct event events[] = {{.ts = 0}, {.ts = 10}, {.ts = 21}};
    EXPECT_JOURNEYS(fixture, events, "0,1 a@20 | 2 o@21");
    fixture_free(fixture);
}

Test(folder_journeys, an_event_exactly_within_of_the_start_belongs_a_later_one_does_not) {
    struct fixture *fixture = fixture_new();
    add_journey(fixture, "", "c")->within_us = 10;
    const struct event events[] = {
        {.ts = 0}, {.ts = 10}, {.ts = 11}, {.ts = 21, .touchpoint = 'c'}};
    EXPECT_JOURNEYS(fixture, events, "0,1 a@10 | 2,3 c@21 g1");
    fixture_free(fixture);
}

Test(folder_journeys, a_goal_that_is_too_late_does_not_convert) {
    struct fixture *fixture = fixture_new();
    add_journey(fixture, "a", "c")->within_us = 10;
    const struct event events[] = {{.ts = 0, .touchpoint = 'a'}, {.ts = 11, .touchpoint = 'c'}};
    EXPECT_JOURNEYS(fixture, events, "0 a@10");
    fixture_free(fixture);
}

Test(folder_journeys, the_earlier_of_timeout_and_within_decides) {
    struct fixture *fixture = fixture_new();
    struct wend_journey_rule *rule = add_journey(fixture, "", "");
    rule->timeout_us = 10;
    rule->within_us = 15;
    const struct event events[] = {{.ts = 0}, {.ts = 8}, {.ts = 30}, {.ts = 41}};
    EXPECT_JOURNEYS(fixture, events, "0,1 a@15 | 2 a@40 | 3 o@41");
    fixture_free(fixture);
}

Test(folder_journeys, with_continue_a_converted_journey_goes_on_until_its_timeout) {
    struct fixture *fixture = fixture_new();
    struct wend_journey_rule *rule = add_journey(fixture, "", "c");
    rule->timeout_us = 10;
    rule->within_us = 5;
    rule->after_goal_continue = true;
    const struct event events[] = {{.ts = 0},
                                   {.ts = 5, .touchpoint = 'c'},
                                   {.ts = 15, .touchpoint = 'c'}, /* `within` ends at the goal */
                                   {.ts = 20},
                                   {.ts = 31}};
    EXPECT_JOURNEYS(fixture, events, "0,1,2,3 c@20 g1 | 4 o@31");
    fixture_free(fixture);
}

Test(folder_journeys, a_converted_one_that_still_goes_on_at_the_end_is_decided_at_its_end) {
    struct fixture *fixture = fixture_new();
    add_journey(fixture, "", "c")->after_goal_continue = true;
    const struct event events[] = {{.ts = 0, .touchpoint = 'c'}, {.ts = 5}};
    EXPECT_JOURNEYS(fixture, events, "0,1 c@5 g0");
    fixture->close_all = true;
    EXPECT_JOURNEYS(fixture, events, "0,1 c@5 g0");
    fixture_free(fixture);
}

Test(folder_journeys, the_watermark_abandons_what_it_has_passed) {
    struct fixture *fixture = fixture_new();
    add_journey(fixture, "", "c")->timeout_us = 10;
    const struct event events[] = {{.ts = 0}};
    fixture->has_watermark = true;
    fixture->watermark = 10;
    EXPECT_JOURNEYS(fixture, events, "0 o@0");
    fixture->watermark = 11;
    EXPECT_JOURNEYS(fixture, events, "0 a@10");
    fixture->journeys[0].within_us = 5;
    fixture->watermark = 6;
    EXPECT_JOURNEYS(fixture, events, "0 a@5");
    fixture_free(fixture);
}

Test(folder_journeys, close_all_abandons_the_open_ones_at_their_last_events) {
    struct fixture *fixture = fixture_new();
    add_journey(fixture, "", "c")->timeout_us = 10;
    fixture->close_all = true;
    const struct event events[] = {{.ts = 0}, {.ts = 3}};
    EXPECT_JOURNEYS(fixture, events, "0,1 a@3");
    cr_assert_eq(fixture->counters.units[1][WEND_OUTCOME_ABANDONED], 1);
    /* One that had ended anyway is decided by its timeout. */
    fixture->has_watermark = true;
    fixture->watermark = 100;
    EXPECT_JOURNEYS(fixture, events, "0,1 a@13");
    fixture_free(fixture);
}

Test(folder_journeys, journeys_without_a_goal_are_never_converted) {
    struct fixture *fixture = fixture_new();
    (void)add_journey(fixture, "b", "");
    const struct event events[] = {{.ts = 0, .touchpoint = 'a'}, {.ts = 3, .touchpoint = 'b'}};
    EXPECT_JOURNEYS(fixture, events, "1 o@3");
    fixture_free(fixture);
}

Test(folder_journeys, a_journey_counts_the_sessions_that_its_hits_lie_in) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.sessions.gap_us = 5;
    (void)add_journey(fixture, "a", "c");
    const struct event events[] = {{.ts = 0},
                                   {.ts = 1, .touchpoint = 'a'},
                                   {.ts = 10},
                                   {.ts = 20, .touchpoint = 'c'},
                                   {.ts = 21, .touchpoint = 'a'},
                                   {.ts = 22, .touchpoint = 'c'},
                                   {.ts = 40},
                                   {.ts = 50, .touchpoint = 'a'},
                                   {.ts = 60}};
    EXPECT_JOURNEYS(fixture, events, "1,2,3 c@20 g2 s3 | 4,5 c@22 g1 | 7,8 o@60 s2");
    fixture_free(fixture);
}

Test(folder_journeys, sessions_side_by_side_are_counted_once_each) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.sessions.key_field = 0;
    (void)add_journey(fixture, "", "c");
    const struct event events[] = {{.ts = 0, .key = 1}, {.ts = 1, .key = 2},
                                   {.ts = 2, .key = 1}, {.ts = 3, .key = 2, .touchpoint = 'c'},
                                   {.ts = 4, .key = 2}, {.ts = 5, .key = 2}};
    EXPECT_JOURNEYS(fixture, events, "0,1,2,3 c@3 g3 s2 | 4,5 o@5");
    fixture_free(fixture);
}

Test(folder_journeys, per_session_they_end_with_the_session_which_decides_them) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.sessions.gap_us = 20;
    struct wend_journey_rule *rule = add_journey(fixture, "a", "c");
    rule->per_session = true;
    rule->timeout_us = 5;
    const struct event events[] = {
        {.ts = 0, .touchpoint = 'a'}, /* times out inside: still the session's end decides */
        {.ts = 10, .touchpoint = 'a'}, {.ts = 12, .touchpoint = 'c'}, {.ts = 15},
        {.ts = 50, .touchpoint = 'a'}, {.ts = 51, .touchpoint = 'b'}, /* never open */
    };
    EXPECT_JOURNEYS(fixture, events, "0 a@15 | 1,2 c@12 g1 | 4,5 a@51");
    fixture_free(fixture);
}

Test(folder_journeys, per_session_with_continue_they_are_decided_at_their_end) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.sessions.gap_us = 20;
    struct wend_journey_rule *rule = add_journey(fixture, "", "c");
    rule->per_session = true;
    rule->after_goal_continue = true;
    const struct event events[] = {
        {.ts = 0, .touchpoint = 'c'}, {.ts = 10}, {.ts = 50}, {.ts = 60}};
    EXPECT_JOURNEYS(fixture, events, "0,1 c@10 g0 | 2,3 a@60");
    fixture_free(fixture);
}

Test(folder_journeys, per_session_and_key_they_are_numbered_by_their_first_events) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.sessions.key_field = 0;
    add_journey(fixture, "a", "c")->per_session = true;
    const struct event events[] = {{.ts = 0, .key = 1},
                                   {.ts = 1, .key = 2, .touchpoint = 'a'},
                                   {.ts = 1, .key = 1, .touchpoint = 'a'},
                                   {.ts = 2, .key = 1, .touchpoint = 'c'},
                                   {.ts = 3, .key = 1, .touchpoint = 'a'},
                                   {.ts = 3, .key = 2}};
    EXPECT_JOURNEYS(fixture, events, "1,5 a@3 | 2,3 c@2 g1 #1 | 4 a@3");
    fixture_free(fixture);
}

Test(folder_journeys, journeys_with_the_same_start_are_numbered) {
    struct fixture *fixture = fixture_new();
    (void)add_journey(fixture, "", "c");
    const struct event events[] = {{.ts = 1, .touchpoint = 'c'},
                                   {.ts = 1, .touchpoint = 'c'},
                                   {.ts = 1, .touchpoint = 'a'},
                                   {.ts = 2, .touchpoint = 'c'},
                                   {.ts = 2, .touchpoint = 'c'}};
    EXPECT_JOURNEYS(fixture, events, "0 c@1 g0 | 1 c@1 g0 #1 | 2,3 c@2 g1 #2 | 4 c@2 g0");
    fixture_free(fixture);
}

Test(folder_journeys, each_definition_runs_by_itself) {
    struct fixture *fixture = fixture_new();
    (void)add_journey(fixture, "a", "c");
    (void)add_journey(fixture, "b", "d");
    const struct event events[] = {{.ts = 1, .touchpoint = 'a'},
                                   {.ts = 2, .touchpoint = 'b'},
                                   {.ts = 3, .touchpoint = 'c'},
                                   {.ts = 4, .touchpoint = 'd'}};
    EXPECT_JOURNEYS(fixture, events, "0,1,2 c@3 g2");
    cr_assert_str_eq(seen_text(fixture, 2), "1,2,3 c@4 g2");
    fixture_free(fixture);
}

Test(folder_journeys, limits_near_the_end_of_time_do_not_overflow) {
    struct fixture *fixture = fixture_new();
    struct wend_journey_rule *rule = add_journey(fixture, "", "");
    rule->timeout_us = INT64_MAX - 1;
    rule->within_us = 1;
    const struct event events[] = {{.ts = WEND_TIME_END_US - 3}, {.ts = WEND_TIME_END_US - 1}};
    EXPECT_JOURNEYS(fixture, events, "0 a@9214646399999998 | 1 o@9214646399999999");
    fixture_free(fixture);
}
