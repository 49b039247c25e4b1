/* Behaviour of engine/tally: the rows of `sessions` and `journeys`. */
#include "model/detail.h"
#include "tally_fixture.h"

#include <criterion/criterion.h>

static struct tally_fixture f;

static void start(void) {
    init_fixture(&f, true);
    f.ruleset.window_us = 10;
    create_tally(&f, SIZE_MAX);
}

static void stop(void) {
    deinit_fixture(&f);
}

TestSuite(tally_details, .init = start, .fini = stop);

static void count(struct test_unit *made) {
    cr_assert_eq(wend__tally_unit(f.tally, &made->unit, NULL), WEND_OK);
    free_unit(made);
}

/* The next row; its texts live until the one after it. */
static struct wend_detail next(enum wend_table_id table) {
    struct wend_bytes key;
    struct wend_bytes payload;
    struct wend_detail detail;
    cr_assert_eq(wend__runs_next(wend__tally_rows(f.tally, table), &key, &payload, NULL), WEND_OK);
    cr_assert_not_null(key.data, "there is a row");
    cr_assert(wend__detail_read(key, payload, &detail));
    return detail;
}

static void expect_end(enum wend_table_id table) {
    struct wend_bytes key;
    struct wend_bytes payload;
    cr_assert_eq(wend__runs_next(wend__tally_rows(f.tally, table), &key, &payload, NULL), WEND_OK);
    cr_assert_null(key.data, "there is no further row");
}

static void finish(void) {
    cr_assert_eq(wend__tally_finish(f.tally, NULL), WEND_OK);
}

static void expect_text(struct wend_bytes found, const char *expected) {
    if (expected == NULL) {
        cr_assert_null(found.data);
    } else {
        cr_assert(wend__bytes_is(found, expected), "%.*s is not %s", (int)found.len,
                  (const char *)found.data, expected);
    }
}

Test(tally_details, a_session_is_a_row_with_its_ends) {
    struct test_unit made =
        make_unit(&f, TEST_SESSION, WEND_OUTCOME_ABANDONED, "-@3 a@5 c/x@9 -@12");
    count(&made);
    finish();
    struct wend_detail row = next(WEND_TABLE_SESSIONS);
    cr_assert_eq(row.scope, 0);
    cr_assert(row.has_window);
    cr_assert_eq(row.window_us, 10);
    cr_assert_eq(row.segment_count, 1);
    expect_text(row.segments[0], "x");
    expect_text(row.customer, "customer");
    cr_assert_eq(row.started_us, 3);
    cr_assert_eq(row.ended_us, 12);
    cr_assert_eq(row.event_count, 4);
    expect_text(row.path, "a > c");
    expect_text(row.entry_point, "a");
    expect_text(row.exit_point, "c");
    expect_text(row.last_stage, NULL);
    cr_assert_eq(row.outcome, WEND_OUTCOME_ABANDONED);
    expect_end(WEND_TABLE_SESSIONS);
    expect_end(WEND_TABLE_JOURNEYS);
}

Test(tally_details, a_session_without_touchpoint_has_no_ends) {
    add_unit(&f, TEST_SESSION, "-");
    finish();
    struct wend_detail row = next(WEND_TABLE_SESSIONS);
    expect_text(row.path, "(none)");
    expect_text(row.entry_point, NULL);
    expect_text(row.exit_point, NULL);
    expect_text(row.segments[0], NULL);
}

Test(tally_details, a_journey_is_a_row_with_its_stages_and_conversion) {
    struct test_unit made =
        make_unit(&f, TEST_BUY, WEND_OUTCOME_CONVERTED, "a@1 c@2 d:50@7 d:5@8 x@9 c@11");
    made.unit.session_count = 4;
    count(&made);
    finish();
    struct wend_detail row = next(WEND_TABLE_JOURNEYS);
    cr_assert_eq(row.scope, 1);
    cr_assert_eq(row.session_count, 4);
    cr_assert_eq(row.event_count, 6);
    expect_text(row.path, "a > c > d > x > c");
    expect_text(row.last_stage, "cart");
    expect_text(row.furthest_stage, "pay");
    expect_text(row.entry_point, NULL);
    cr_assert(row.has_converted);
    cr_assert_eq(row.converted_us, 7);
    cr_assert_eq(row.value, 55);
    cr_assert_eq(row.outcome, WEND_OUTCOME_CONVERTED);
    expect_end(WEND_TABLE_SESSIONS);
}

Test(tally_details, an_open_journey_that_reached_no_stage_has_nulls) {
    add_unit_as(&f, TEST_BUY, WEND_OUTCOME_OPEN, "c@1 x@2");
    finish();
    struct wend_detail row = next(WEND_TABLE_JOURNEYS);
    expect_text(row.last_stage, NULL);
    expect_text(row.furthest_stage, NULL);
    cr_assert_not(row.has_converted);
    cr_assert_eq(row.outcome, WEND_OUTCOME_OPEN);
}

/* Ids from an independent XXH3-64 over: cust FF omer 00, -5 as 8 bytes, 3 as 4 bytes; and the same
 * behind: buy 00. */
Test(tally_details, ids_are_the_published_hash) {
    struct test_unit made = make_unit(&f, TEST_SESSION, WEND_OUTCOME_ABANDONED, "a@-5 b@0");
    made.unit.customer = wend__bytes_text("cust\xFFomer");
    made.unit.ordinal = 3;
    count(&made);
    made = make_unit(&f, TEST_BUY, WEND_OUTCOME_ABANDONED, "a@-5 b@0");
    made.unit.customer = wend__bytes_text("cust\xFFomer");
    made.unit.ordinal = 3;
    count(&made);
    finish();
    struct wend_detail row = next(WEND_TABLE_SESSIONS);
    cr_assert_eq(memcmp(row.id, "965e3923bfe327e1", 16), 0, "%.16s", row.id);
    row = next(WEND_TABLE_JOURNEYS);
    cr_assert_eq(memcmp(row.id, "ac5f73fab21005bc", 16), 0, "%.16s", row.id);
}

Test(tally_details, rows_are_ordered_by_their_end) {
    add_unit(&f, TEST_SESSION, "a@0 b@9");
    add_unit(&f, TEST_SESSION, "a@-8 b@-2");
    add_unit(&f, TEST_SESSION, "a@4 b@5");
    finish();
    cr_assert_eq(next(WEND_TABLE_SESSIONS).ended_us, -2);
    cr_assert_eq(next(WEND_TABLE_SESSIONS).ended_us, 5);
    cr_assert_eq(next(WEND_TABLE_SESSIONS).ended_us, 9);
    expect_end(WEND_TABLE_SESSIONS);
}

Test(tally_details, a_customer_who_is_left_out_is_null) {
    struct test_unit made = make_unit(&f, TEST_SESSION, WEND_OUTCOME_ABANDONED, "a");
    made.unit.customer = WEND_BYTES_ABSENT;
    count(&made);
    finish();
    expect_text(next(WEND_TABLE_SESSIONS).customer, NULL);
}

Test(tally_details, values_that_are_no_utf8_are_repaired) {
    add_unit(&f, TEST_SESSION, "a/\xFFy");
    finish();
    expect_text(next(WEND_TABLE_SESSIONS).segments[0], "\xEF\xBF\xBDy");
}
