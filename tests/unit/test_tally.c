/* Behaviour of engine/tally: what each table says of a few units. */
#include "tally_fixture.h"

#include "model/detail.h"

#include <criterion/criterion.h>

static struct tally_fixture f;

static void start(void) {
    init_fixture(&f, false);
    create_tally(&f, SIZE_MAX);
}

static void start_with_segment(void) {
    init_fixture(&f, true);
    create_tally(&f, SIZE_MAX);
}

/* The same with changed rules. */
static void restart(void) {
    wend__tally_destroy(f.tally);
    create_tally(&f, SIZE_MAX);
}

static void stop(void) {
    deinit_fixture(&f);
}

TestSuite(tally_paths, .init = start, .fini = stop);
TestSuite(tally_transitions, .init = start, .fini = stop);
TestSuite(tally_flow, .init = start, .fini = stop);
TestSuite(tally_stages, .init = start, .fini = stop);
TestSuite(tally_points, .init = start, .fini = stop);
TestSuite(tally_groups, .init = start_with_segment, .fini = stop);
TestSuite(tally_switches, .init = start_with_segment, .fini = stop);

Test(tally_paths, units_of_one_path_are_one_row_by_outcome_with_value_and_durations) {
    add_unit(&f, TEST_BUY, "a@0 c@4 d:25@10");
    add_unit(&f, TEST_BUY, "a@0 c@4 d:5@20");
    add_unit(&f, TEST_BUY, "a@0 c@3");
    add_unit_as(&f, TEST_BUY, WEND_OUTCOME_OPEN, "a@0 c@3");
    expect_rows(&f, WEND_TABLE_PATHS,
                "buy | a > c = 2 0 1 1 value 0 time 6 {3 3}\n"
                "buy | a > c > d = 2 2 0 0 value 30 time 30 {10 20}\n");
}

Test(tally_paths, repeats_are_one_step_also_across_unmatched_events) {
    add_unit(&f, TEST_SESSION, "a a - a b a");
    expect_rows(&f, WEND_TABLE_PATHS, "session | a > b > a = 1 0 1 0 value 0 time 5 {5}\n");
}

Test(tally_paths, repeats_stay_without_collapse) {
    f.ruleset.collapse = false;
    restart();
    add_unit(&f, TEST_SESSION, "a a - a");
    expect_rows(&f, WEND_TABLE_PATHS, "session | a > a > a = 1 0 1 0 value 0 time 3 {3}\n");
}

Test(tally_paths, a_path_beyond_max_steps_is_cut_before_its_last_step) {
    f.ruleset.max_steps = 4;
    restart();
    add_unit(&f, TEST_SESSION, "a b a b");
    add_unit(&f, TEST_SESSION, "a b c b a");
    add_unit(&f, TEST_SESSION, "a b a b c a");
    expect_rows(&f, WEND_TABLE_PATHS,
                "session | a > b > a > b = 1 0 1 0 value 0 time 3 {3}\n"
                "session | a > b > \xE2\x80\xA6 > a = 2 0 2 0 value 0 time 9 {4 5}\n");
}

Test(tally_paths, a_unit_without_touchpoint_has_the_path_none) {
    add_unit(&f, TEST_SESSION, "-@0 -@7");
    expect_rows(&f, WEND_TABLE_PATHS, "session | (none) = 1 0 1 0 value 0 time 7 {7}\n");
}

Test(tally_paths, the_duration_counts_unmatched_events_at_both_ends) {
    add_unit(&f, TEST_SESSION, "-@0 a@5 -@9");
    expect_rows(&f, WEND_TABLE_PATHS, "session | a = 1 0 1 0 value 0 time 9 {9}\n");
}

Test(tally_paths, only_goal_events_have_value_and_all_of_them) {
    add_unit(&f, TEST_BUY, "a:100 d:20 e:300 d:3");
    add_unit(&f, TEST_SESSION, "a:100 d:20 e:300 d:3 -:7000");
    expect_rows(&f, WEND_TABLE_PATHS,
                "buy | a > d > e > d = 1 1 0 0 value 23 time 3 {3}\n"
                "session | a > d > e > d = 1 1 0 0 value 323 time 4 {4}\n");
}

Test(tally_paths, a_session_has_only_the_goals_of_the_journey_that_is_named) {
    f.ruleset.sessions.goal_journey = 1;
    restart();
    add_unit(&f, TEST_SESSION, "d:20 e:300");
    add_unit(&f, TEST_SESSION, "d:20");
    expect_rows(&f, WEND_TABLE_PATHS,
                "session | d = 1 0 1 0 value 0 time 0 {0}\n"
                "session | d > e = 1 1 0 0 value 300 time 1 {1}\n");
}

Test(tally_paths, negative_values_are_added_too) {
    add_unit(&f, TEST_BUY, "d:-25 d:5");
    expect_rows(&f, WEND_TABLE_PATHS, "buy | d = 1 1 0 0 value -20 time 1 {1}\n");
}

Test(tally_paths, no_unit_no_row) {
    expect_rows(&f, WEND_TABLE_PATHS, "");
}

Test(tally_transitions, steps_and_the_ends_are_counted_with_the_times_of_first_events) {
    add_unit(&f, TEST_SESSION, "a@0 a@2 b@5 b@6 a@9 b@19");
    expect_rows(&f, WEND_TABLE_TRANSITIONS,
                "session | (entry) a = 1 1 time 0 {}\n"
                "session | a b = 2 1 time 15 {5 10}\n"
                "session | b (exit) = 1 1 time 0 {}\n"
                "session | b a = 1 1 time 4 {4}\n");
}

Test(tally_transitions, units_count_each_unit_once) {
    add_unit(&f, TEST_SESSION, "a b a b");
    add_unit(&f, TEST_SESSION, "a b");
    expect_rows(&f, WEND_TABLE_TRANSITIONS,
                "session | (entry) a = 2 2 time 0 {}\n"
                "session | a b = 3 2 time 3 {1 1 1}\n"
                "session | b (exit) = 2 2 time 0 {}\n"
                "session | b a = 1 1 time 1 {1}\n");
}

Test(tally_transitions, all_steps_count_where_the_shown_path_is_cut) {
    f.ruleset.max_steps = 3;
    restart();
    add_unit(&f, TEST_SESSION, "a b c d");
    expect_rows(&f, WEND_TABLE_TRANSITIONS,
                "session | (entry) a = 1 1 time 0 {}\n"
                "session | a b = 1 1 time 1 {1}\n"
                "session | b c = 1 1 time 1 {1}\n"
                "session | c d = 1 1 time 1 {1}\n"
                "session | d (exit) = 1 1 time 0 {}\n");
}

Test(tally_transitions, a_step_to_itself_exists_without_collapse) {
    f.ruleset.collapse = false;
    restart();
    add_unit(&f, TEST_SESSION, "a a");
    expect_rows(&f, WEND_TABLE_TRANSITIONS,
                "session | (entry) a = 1 1 time 0 {}\n"
                "session | a (exit) = 1 1 time 0 {}\n"
                "session | a a = 1 1 time 1 {1}\n");
}

Test(tally_transitions, a_unit_without_touchpoint_has_none) {
    add_unit(&f, TEST_SESSION, "- -");
    expect_rows(&f, WEND_TABLE_TRANSITIONS, "");
}

Test(tally_flow, forwards_from_the_start_and_backwards_from_the_first_goal) {
    add_unit(&f, TEST_BUY, "a b d c d");
    expect_rows(&f, WEND_TABLE_FLOW,
                "buy | goal 1 d b = 1\n"
                "buy | goal 2 b a = 1\n"
                "buy | goal 3 a (entry) = 1\n"
                "buy | start 1 a b = 1\n"
                "buy | start 2 b d = 1\n"
                "buy | start 3 d c = 1\n"
                "buy | start 4 c d = 1\n"
                "buy | start 5 d (exit) = 1\n");
}

Test(tally_flow, units_that_go_on_beyond_the_depth_go_to_more) {
    f.ruleset.flow_depth = 2;
    restart();
    add_unit(&f, TEST_BUY, "a b c d");
    add_unit(&f, TEST_BUY, "a b");
    expect_rows(&f, WEND_TABLE_FLOW,
                "buy | goal 1 d c = 1\n"
                "buy | goal 2 c (more) = 1\n"
                "buy | start 1 a b = 2\n"
                "buy | start 2 b (exit) = 1\n"
                "buy | start 2 b (more) = 1\n");
}

Test(tally_flow, a_goal_that_repeats_its_step_begins_at_that_step) {
    f.journeys[0].goal_count = 0;
    restart();
    struct test_unit made = make_unit(&f, TEST_BUY, WEND_OUTCOME_CONVERTED, "a d - d");
    made.unit.first_goal = 3;
    cr_assert_eq(wend__tally_unit(f.tally, &made.unit, NULL), WEND_OK);
    free_unit(&made);
    expect_rows(&f, WEND_TABLE_FLOW,
                "buy | goal 1 d a = 1\n"
                "buy | goal 2 a (entry) = 1\n"
                "buy | start 1 a d = 1\n"
                "buy | start 2 d (exit) = 1\n");
}

Test(tally_flow, a_unit_without_touchpoint_has_none) {
    add_unit(&f, TEST_SESSION, "-");
    expect_rows(&f, WEND_TABLE_FLOW, "");
}

Test(tally_stages, visited_reached_advanced_and_where_units_are_abandoned) {
    add_unit(&f, TEST_BUY, "a@0 c@5 d@15");
    add_unit(&f, TEST_BUY, "c@0 b@1 c@3");
    add_unit(&f, TEST_BUY, "c");
    add_unit_as(&f, TEST_BUY, WEND_OUTCOME_OPEN, "a");
    expect_rows(&f, WEND_TABLE_STAGES,
                "buy | 1 see = 3 3 2 0 {2 5}\n"
                "buy | 2 cart = 3 2 1 1 {10}\n"
                "buy | 3 pay = 1 1 0 0 {}\n");
}

Test(tally_stages, a_unit_without_stage_leaves_rows_of_zeros) {
    add_unit(&f, TEST_BUY, "- x");
    expect_rows(&f, WEND_TABLE_STAGES,
                "buy | 1 see = 0 0 0 0 {}\n"
                "buy | 2 cart = 0 0 0 0 {}\n"
                "buy | 3 pay = 0 0 0 0 {}\n");
}

Test(tally_stages, the_mode_any_leaves_out_times_that_would_be_negative) {
    f.journeys[0].funnel = WEND_FUNNEL_ANY;
    restart();
    add_unit(&f, TEST_BUY, "c@0 a@5 d@9");
    expect_rows(&f, WEND_TABLE_STAGES,
                "buy | 1 see = 1 1 1 0 {}\n"
                "buy | 2 cart = 1 1 1 0 {9}\n"
                "buy | 3 pay = 1 1 0 0 {}\n");
}

Test(tally_stages, the_mode_strict_wants_neighbours) {
    f.journeys[0].funnel = WEND_FUNNEL_STRICT;
    restart();
    add_unit(&f, TEST_BUY, "a@0 c@1 a@2 - x d@9");
    expect_rows(&f, WEND_TABLE_STAGES,
                "buy | 1 see = 1 1 1 0 {1}\n"
                "buy | 2 cart = 1 1 0 0 {}\n"
                "buy | 3 pay = 1 0 0 0 {}\n");
}

Test(tally_stages, sessions_and_journeys_without_stages_have_none) {
    add_unit(&f, TEST_SESSION, "a c d");
    add_unit(&f, TEST_ANY, "a c d");
    expect_rows(&f, WEND_TABLE_STAGES, "");
}

Test(tally_points, abandonment_counts_the_last_touchpoint_and_all_that_hold_one) {
    add_unit(&f, TEST_BUY, "a c x -");
    add_unit(&f, TEST_BUY, "a c");
    add_unit(&f, TEST_BUY, "a d");
    add_unit_as(&f, TEST_BUY, WEND_OUTCOME_OPEN, "c");
    expect_rows(&f, WEND_TABLE_ABANDONMENT,
                "buy | a see = 0 3\n"
                "buy | c cart = 1 3\n"
                "buy | d pay = 0 1\n"
                "buy | x null = 1 1\n");
}

Test(tally_points, units_without_touchpoint_are_abandoned_at_none) {
    add_unit(&f, TEST_SESSION, "- -");
    add_unit(&f, TEST_SESSION, "-");
    add_unit_as(&f, TEST_SESSION, WEND_OUTCOME_OPEN, "-");
    expect_rows(&f, WEND_TABLE_ABANDONMENT, "session | (none) null = 2 3\n");
}

Test(tally_points, none_is_no_touchpoint) {
    add_unit(&f, TEST_SESSION, "-");
    expect_rows(&f, WEND_TABLE_TOUCHPOINTS, "");
}

Test(tally_points, touchpoints_count_events_units_and_ends) {
    add_unit(&f, TEST_BUY, "- a a b a x");
    add_unit_as(&f, TEST_BUY, WEND_OUTCOME_OPEN, "b");
    expect_rows(&f, WEND_TABLE_TOUCHPOINTS,
                "buy | a see = 3 1 1 0 0 0 0 value 0\n"
                "buy | b see = 2 2 1 1 0 0 0 value 0\n"
                "buy | x null = 1 1 0 1 0 0 0 value 0\n");
}

Test(tally_points, a_conversion_is_credited_before_its_first_goal) {
    add_unit(&f, TEST_BUY, "a b a d:7 c d:8");
    expect_rows(&f, WEND_TABLE_TOUCHPOINTS,
                "buy | a see = 2 1 1 0 1 1 1 value 0\n"
                "buy | b see = 1 1 0 0 1 0 0 value 0\n"
                "buy | c cart = 1 1 0 0 1 0 0 value 0\n"
                "buy | d pay = 2 1 0 1 1 0 0 value 15\n");
}

Test(tally_points, a_goal_without_anything_before_it_credits_itself) {
    add_unit(&f, TEST_BUY, "- d b");
    expect_rows(&f, WEND_TABLE_TOUCHPOINTS,
                "buy | b see = 1 1 0 1 1 0 0 value 0\n"
                "buy | d pay = 1 1 1 0 1 1 1 value 0\n");
}

Test(tally_points, sessions_have_no_stages) {
    add_unit(&f, TEST_SESSION, "a");
    expect_rows(&f, WEND_TABLE_TOUCHPOINTS, "session | a null = 1 1 1 1 0 0 0 value 0\n");
}

Test(tally_groups, the_first_value_that_is_present_is_the_units) {
    add_unit(&f, TEST_SESSION, "a b/x c/y");
    add_unit(&f, TEST_SESSION, "a - b");
    expect_rows(&f, WEND_TABLE_ABANDONMENT,
                "session /null | a null = 0 1\n"
                "session /null | b null = 1 1\n"
                "session /x | a null = 0 1\n"
                "session /x | b null = 0 1\n"
                "session /x | c null = 1 1\n");
}

Test(tally_groups, windows_start_at_multiples_also_before_1970) {
    f.ruleset.window_us = 10;
    restart();
    add_unit(&f, TEST_SESSION, "a@-21");
    add_unit(&f, TEST_SESSION, "a@-10");
    add_unit(&f, TEST_SESSION, "a@-1");
    add_unit(&f, TEST_SESSION, "a@0");
    add_unit(&f, TEST_SESSION, "a@9");
    add_unit(&f, TEST_SESSION, "a@10");
    expect_rows(&f, WEND_TABLE_ABANDONMENT,
                "session @-30 /null | a null = 1 1\n"
                "session @-10 /null | a null = 2 2\n"
                "session @0 /null | a null = 2 2\n"
                "session @10 /null | a null = 1 1\n");
}

Test(tally_groups, the_window_is_that_of_the_moment_that_decides) {
    f.ruleset.window_us = 10;
    restart();
    struct test_unit made = make_unit(&f, TEST_BUY, WEND_OUTCOME_ABANDONED, "a@0 b@3");
    made.unit.decided_us = 57;
    cr_assert_eq(wend__tally_unit(f.tally, &made.unit, NULL), WEND_OK);
    free_unit(&made);
    expect_rows(&f, WEND_TABLE_PATHS, "buy @50 /null | a > b = 1 0 1 0 value 0 time 3 {3}\n");
}

Test(tally_groups, values_that_are_no_utf8_are_repaired) {
    add_unit(&f, TEST_SESSION, "a/x\xFF");
    expect_rows(&f, WEND_TABLE_ABANDONMENT, "session /x\xEF\xBF\xBD | a null = 1 1\n");
}

Test(tally_switches, a_change_counts_with_its_touchpoints_and_time) {
    add_unit(&f, TEST_SESSION, "a/x@0 b/y@5");
    expect_rows(&f, WEND_TABLE_SWITCHES, "session /x | device x y a b = 1 1 0 1 {5}\n");
}

Test(tally_switches, unmatched_events_change_too_and_look_for_the_nearest_touchpoints) {
    add_unit(&f, TEST_SESSION, "-/x -/y a/y -/y -/z d/z -/x");
    expect_rows(&f, WEND_TABLE_SWITCHES,
                "session /x | device x y (entry) a = 1 1 1 0 {1}\n"
                "session /x | device y z a d = 1 1 1 0 {1}\n"
                "session /x | device z x d (exit) = 1 1 1 0 {1}\n");
}

Test(tally_switches, an_event_without_value_is_no_neighbour_to_compare_with) {
    add_unit(&f, TEST_SESSION, "a/x b c/y");
    expect_rows(&f, WEND_TABLE_SWITCHES, "");
}

Test(tally_switches, units_count_once_by_outcome) {
    add_unit(&f, TEST_BUY, "a/x a/y a/x a/y d/y");
    add_unit(&f, TEST_BUY, "a/x a/y");
    add_unit_as(&f, TEST_BUY, WEND_OUTCOME_OPEN, "a/x a/y");
    expect_rows(&f, WEND_TABLE_SWITCHES,
                "buy /x | device x y a a = 4 3 1 1 {1 1 1 1}\n"
                "buy /x | device y x a a = 1 1 1 0 {1}\n");
}

Test(tally_switches, a_unit_without_touchpoint_has_none) {
    add_unit(&f, TEST_SESSION, "-/x -/y");
    expect_rows(&f, WEND_TABLE_SWITCHES, "");
}
