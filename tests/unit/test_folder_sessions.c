/* Duplicates, sessions, and the counters. */
#include "folder_fixture.h"

Test(folder_sessions, an_event_exactly_the_gap_away_still_belongs) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.sessions.gap_us = 10;
    const struct event events[] = {{.ts = 0}, {.ts = 10}, {.ts = 21}, {.ts = 22}};
    EXPECT_SESSIONS(fixture, events, "0,1 a@10 | 2,3 a@22");
    cr_assert_eq(fixture->counters.sessions, 2);
    fixture_free(fixture);
}

Test(folder_sessions, without_a_gap_silence_never_cuts) {
    struct fixture *fixture = fixture_new();
    const struct event events[] = {
        {.ts = WEND_TIME_MIN_US}, {.ts = 0}, {.ts = WEND_TIME_END_US - 1}};
    EXPECT_SESSIONS(fixture, events, "0,1,2 a@9214646399999999");
    fixture_free(fixture);
}

Test(folder_sessions, a_gap_at_the_ends_of_the_range_does_not_overflow) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.sessions.gap_us = INT64_MAX - 1;
    const struct event far[] = {{.ts = INT64_MIN}, {.ts = 0}, {.ts = INT64_MAX}};
    EXPECT_SESSIONS(fixture, far, "0 a@-9223372036854775808 | 1 a@0 | 2 a@9223372036854775807");
    fixture->ruleset.sessions.gap_us = 0;
    const struct event same[] = {{.ts = INT64_MAX - 1}, {.ts = INT64_MAX}, {.ts = INT64_MAX}};
    EXPECT_SESSIONS(fixture, same, "0 a@9223372036854775806 | 1,2 a@9223372036854775807");
    fixture_free(fixture);
}

Test(folder_sessions, an_event_exactly_max_duration_after_the_first_still_belongs) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.sessions.max_duration_us = 20;
    const struct event events[] = {{.ts = 5}, {.ts = 15}, {.ts = 25}, {.ts = 26}, {.ts = 46}};
    EXPECT_SESSIONS(fixture, events, "0,1,2 a@25 | 3,4 a@46");
    fixture_free(fixture);
}

Test(folder_sessions, a_cut_field_cuts_when_it_differs_from_the_last_present_value) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.sessions.cut_field_count = 2;
    const struct event events[] = {
        {.ts = 0},
        {.ts = 1, .cuts = {7, 0}},
        {.ts = 2},
        {.ts = 3, .cuts = {7, 5}},
        {.ts = 4, .cuts = {8, 5}}, /* the first field differs */
        {.ts = 5, .cuts = {0, 5}},
        {.ts = 6, .cuts = {8, 6}}, /* the second one does */
        {.ts = 7, .cuts = {8, 0}},
    };
    EXPECT_SESSIONS(fixture, events, "0,1,2,3 a@3 | 4,5 a@5 | 6,7 a@7");
    fixture_free(fixture);
}

Test(folder_sessions, a_cut_forgets_the_values_of_the_session_before) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.sessions.gap_us = 5;
    fixture->ruleset.sessions.cut_field_count = 1;
    const struct event events[] = {
        {.ts = 0, .cuts = {1}}, {.ts = 10}, {.ts = 11, .cuts = {2}}, {.ts = 12, .cuts = {2}}};
    EXPECT_SESSIONS(fixture, events, "0 a@0 | 1,2,3 a@12");
    fixture_free(fixture);
}

static void set_zone(struct fixture *fixture, const char *name) {
    struct wend_error error = {0};
    fixture->ruleset.sessions.cut_at_midnight = true;
    cr_assert_eq(wend__timezone_open(wend__bytes_text(name), &fixture->timezone, &error), WEND_OK,
                 "%s", error.text);
}

Test(folder_sessions, midnight_belongs_to_the_new_day) {
    struct fixture *fixture = fixture_new();
    set_zone(fixture, "UTC");
    const struct event events[] = {{.ts = -1},
                                   {.ts = 0},
                                   {.ts = WEND_US_PER_DAY - 1},
                                   {.ts = WEND_US_PER_DAY},
                                   {.ts = 3 * WEND_US_PER_DAY - 1}};
    EXPECT_SESSIONS(fixture, events,
                    "0 a@-1 | 1,2 a@86399999999 | 3 a@86400000000 | 4 a@259199999999");
    fixture_free(fixture);
}

Test(folder_sessions, midnight_is_that_of_the_zone_in_summer_and_in_winter) {
    struct fixture *fixture = fixture_new();
    set_zone(fixture, "Europe/Berlin");
    const int64_t second = WEND_US_PER_SECOND;
    const struct event events[] = {
        {.ts = 1711839599 * second}, /* 2024-03-30T22:59:59Z, 23:59:59 of the 30th */
        {.ts = 1711839600 * second}, /* 00:00 of the 31st, the day of 23 hours */
        {.ts = 1711922399 * second}, /* 2024-03-31T21:59:59Z, 23:59:59 */
        {.ts = 1711922400 * second}, /* 00:00 of 1 April, now at 22:00Z */
    };
    EXPECT_SESSIONS(fixture, events,
                    "0 a@1711839599000000 | 1,2 a@1711922399000000 | 3 a@1711922400000000");
    fixture_free(fixture);
}

Test(folder_sessions, with_a_key_sessions_lie_side_by_side) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.sessions.gap_us = 10;
    fixture->ruleset.sessions.key_field = 0;
    const struct event events[] = {
        {.ts = 0, .key = 1},  {.ts = 5, .key = 2},  {.ts = 6},
        {.ts = 10, .key = 1}, {.ts = 15, .key = 2}, {.ts = 17}, /* absent is a key, 11 after */
        {.ts = 21, .key = 1},
    };
    EXPECT_SESSIONS(fixture, events, "0,3 a@10 | 1,4 a@15 | 2 a@6 | 5 a@17 | 6 a@21");
    fixture_free(fixture);
}

Test(folder_sessions, cut_fields_are_compared_inside_of_a_key) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.sessions.key_field = 0;
    fixture->ruleset.sessions.cut_field_count = 1;
    const struct event events[] = {{.ts = 0, .key = 1, .cuts = {1}},
                                   {.ts = 1, .key = 2, .cuts = {2}},
                                   {.ts = 2, .key = 1, .cuts = {1}},
                                   {.ts = 3, .key = 2, .cuts = {1}}};
    EXPECT_SESSIONS(fixture, events, "0,2 a@2 | 1 a@1 | 3 a@3");
    fixture_free(fixture);
}

Test(folder_sessions, sessions_with_the_same_start_are_numbered_by_their_first_events) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.sessions.key_field = 0;
    const struct event events[] = {{.ts = 0, .key = 3}, {.ts = 4, .key = 2}, {.ts = 4, .key = 3},
                                   {.ts = 4, .key = 1}, {.ts = 4},           {.ts = 5, .key = 4}};
    EXPECT_SESSIONS(fixture, events, "0,2 a@4 | 1 a@4 | 3 a@4 #1 | 4 a@4 #2 | 5 a@5");
    fixture_free(fixture);
}

Test(folder_sessions, events_cut_at_the_same_moment_number_their_sessions) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.sessions.cut_field_count = 1;
    const struct event events[] = {{.ts = 4, .cuts = {1}},
                                   {.ts = 4, .cuts = {2}},
                                   {.ts = 4, .cuts = {1}},
                                   {.ts = 9, .cuts = {2}}};
    EXPECT_SESSIONS(fixture, events, "0 a@4 | 1 a@4 #1 | 2 a@4 #2 | 3 a@9");
    fixture_free(fixture);
}

Test(folder_sessions, a_goal_of_any_journey_converts_a_session) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.sessions.gap_us = 10;
    (void)add_journey(fixture, "", "b");
    (void)add_journey(fixture, "", "c");
    const struct event events[] = {{.ts = 0, .touchpoint = 'a'},
                                   {.ts = 1, .touchpoint = 'c'},
                                   {.ts = 2, .touchpoint = 'b'},
                                   {.ts = 20, .touchpoint = 'a'}};
    EXPECT_SESSIONS(fixture, events, "0,1,2 c@2 g1 | 3 a@20");
    cr_assert_eq(fixture->counters.units[0][WEND_OUTCOME_CONVERTED], 1);
    cr_assert_eq(fixture->counters.units[0][WEND_OUTCOME_ABANDONED], 1);
    fixture_free(fixture);
}

Test(folder_sessions, only_the_named_journey_converts_a_session) {
    struct fixture *fixture = fixture_new();
    (void)add_journey(fixture, "", "b");
    (void)add_journey(fixture, "", "c");
    fixture->ruleset.sessions.goal_journey = 1;
    const struct event events[] = {{.ts = 1, .touchpoint = 'b'}, {.ts = 2, .touchpoint = 'c'}};
    EXPECT_SESSIONS(fixture, events, "0,1 c@2 g1");
    fixture_free(fixture);
}

Test(folder_sessions, of_the_same_time_and_id_only_the_first_is_kept) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.id_field = 0;
    const struct event events[] = {{.ts = 1, .id = 1}, {.ts = 1, .id = 2}, {.ts = 1, .id = 1},
                                   {.ts = 1},          {.ts = 1},          {.ts = 2, .id = 1},
                                   {.ts = 2, .id = 1}, {.ts = 3, .id = 2}};
    EXPECT_SESSIONS(fixture, events, "0,1,3,4,5,7 a@3");
    cr_assert_eq(fixture->counters.duplicate, 2);
    cr_assert_eq(fixture->counters.accepted, 6);
    fixture_free(fixture);
}

Test(folder_sessions, without_a_mapped_id_nothing_is_a_duplicate) {
    struct fixture *fixture = fixture_new();
    const struct event events[] = {{.ts = 1, .id = 1}, {.ts = 1, .id = 1}};
    EXPECT_SESSIONS(fixture, events, "0,1 a@1");
    cr_assert_eq(fixture->counters.duplicate, 0);
    fixture_free(fixture);
}

Test(folder_sessions, long_runs_of_one_time_lose_the_same_duplicates_as_short_ones) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.id_field = 0;
    enum { RUN = 60 };
    struct event events[RUN];
    for (uint32_t i = 0; i < RUN; i++) {
        /* Each id twice, and every tenth event has none. */
        events[i] = (struct event){.ts = 9, .id = i % 10 == 0 ? 0 : 1 + i % (RUN / 2)};
    }
    fold(fixture, events, RUN);
    cr_assert_eq(fixture->counters.accepted, 27 + 6);
    cr_assert_eq(fixture->counters.duplicate, 27);
    fixture_free(fixture);
}

Test(folder_sessions, unmatched_and_bad_values_are_counted_of_the_accepted_only) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.id_field = 0;
    const struct event events[] = {{.ts = 1, .id = 1, .is_bad = true},
                                   {.ts = 1, .id = 1, .is_bad = true},
                                   {.ts = 2, .touchpoint = 'a'},
                                   {.ts = 3, .touchpoint = 'b', .is_bad = true}};
    fold(fixture, events, COUNT(events));
    cr_assert_eq(fixture->counters.accepted, 3);
    cr_assert_eq(fixture->counters.unmatched, 1);
    cr_assert_eq(fixture->counters.bad_value, 2);
    fixture_free(fixture);
}

Test(folder_sessions, a_customer_without_hits_has_no_units) {
    struct fixture *fixture = fixture_new();
    struct event none = {0};
    fold(fixture, &none, 0);
    cr_assert_eq(fixture->unit_count, 0);
    fixture_free(fixture);
}

Test(folder_sessions, a_customer_of_a_million_hits_is_folded_in_linear_time, .timeout = 60) {
    enum { HITS = 1000 * 1000 };
    struct fixture *fixture = fixture_new();
    fixture->ruleset.id_field = 0;
    fixture->ruleset.sessions.key_field = 0;
    fixture->ruleset.sessions.gap_us = 1;
    (void)add_journey(fixture, "", "b");
    add_journey(fixture, "", "")->timeout_us = 1;
    add_journey(fixture, "a", "b")->per_session = true;
    struct event *events = calloc(HITS, sizeof *events);
    cr_assert_not_null(events);
    for (uint32_t i = 0; i < HITS; i++) {
        /* A third at one moment, a third of all keys different, a third spread. */
        events[i] = (struct event){.ts = i < HITS / 3 ? 0 : (int64_t)i,
                                   .id = 1 + i % 300000,
                                   .key = i < 2 * (HITS / 3) ? i : i % 2,
                                   .touchpoint = 'a'};
    }
    fold(fixture, events, HITS);
    cr_assert_eq(fixture->counters.duplicate, HITS / 3 - 300000);
    cr_assert_eq(fixture->counters.accepted, HITS - fixture->counters.duplicate);
    cr_assert_gt(fixture->counters.sessions, HITS / 2);
    free(events);
    fixture_free(fixture);
}

Test(folder_sessions, what_the_sink_says_is_passed_on) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.sessions.gap_us = 1;
    fixture->fail_sink_at = 2;
    const struct event events[] = {{.ts = 1}, {.ts = 5}, {.ts = 10}};
    struct wend_error error = {0};
    cr_assert_eq(fold_status(fixture, events, 3, &error), WEND_ERROR_CANCELLED);
    cr_assert_eq(fixture->sink_calls, 2);
    fixture_free(fixture);
}

Test(folder_sessions, each_failed_allocation_is_reported) {
    struct fixture *fixture = fixture_new();
    fixture->ruleset.id_field = 0;
    fixture->ruleset.sessions.key_field = 0;
    (void)add_journey(fixture, "", "b");
    add_journey(fixture, "", "b")->per_session = true;
    struct event events[EVENTS_MAX];
    for (uint32_t i = 0; i < EVENTS_MAX; i++) {
        events[i] = (struct event){.ts = i / 32, .id = 1 + i % 24, .key = i % 20};
    }
    uint64_t before = wend__memory_count();
    fold(fixture, events, EVENTS_MAX);
    uint64_t allocations = wend__memory_count() - before;
    cr_assert_gt(allocations, 10);
    for (uint64_t n = 1; n <= allocations; n++) {
        struct wend_error error = {0};
        wend__memory_fail_at(n);
        cr_assert_eq(fold_status(fixture, events, EVENTS_MAX, &error), WEND_ERROR_MEMORY);
        wend__memory_fail_at(0);
    }
    fold(fixture, events, EVENTS_MAX);
    fixture_free(fixture);
}
