/* Whole runs in which each allocation, and each write, fails in turn. */
#include "run_world.h"

#include "snapshot/snapshot_reader.h"

#include <errno.h>

/* All parts: segments, windows, values, ids, two journeys, midnight, late and rejected events. */
static const char definitions[] =
    "time: t\n"
    "customer: [c, \"{e}|{s}\"]\n"
    "event: e\n"
    "id: i\n"
    "value: v\n"
    "segments: [s]\n"
    "window: 1d\n"
    "touchpoints:\n"
    "  - {name: home, when: {e: h}}\n"
    "  - {name: \"page {e}\", when: {e: {prefix: p}}}\n"
    "  - {name: buy, when: {e: {regex: \"^b\"}}}\n"
    "sessions: {gap: 30m, cut_at_midnight: true, timezone: Europe/Berlin}\n"
    "journeys:\n"
    "  - {name: order, goal: [buy], stages: [{name: look, touchpoints: [home]}, "
    "{name: pay, touchpoints: [buy]}], timeout: 2h}\n";

static const char events[] =
    "{\"t\":\"2025-01-01T00:00:30Z\",\"c\":\"a\",\"e\":\"h\",\"s\":\"x\"}\n"
    "{\"t\":\"2025-01-01T00:01:30Z\",\"c\":\"a\",\"e\":\"p1\",\"s\":\"y\",\"i\":1}\n"
    "{\"t\":\"2025-01-01T00:01:30Z\",\"c\":\"a\",\"e\":\"p1\",\"s\":\"y\",\"i\":1}\n"
    "{\"t\":\"2025-01-01T00:02:30Z\",\"c\":\"a\",\"e\":\"buy\",\"v\":12.5}\n"
    "{\"t\":\"2025-01-02T22:58:30Z\",\"c\":\"b\",\"e\":\"h\"}\n"
    "{\"t\":\"2025-01-02T23:02:30Z\",\"c\":\"b\",\"e\":\"p2\",\"v\":\"none\"}\n"
    "{\"t\":\"2025-01-02T23:03:30Z\",\"e\":\"u\",\"s\":\"z\"}\n"
    "{\"t\":\"2025-01-02T23:03:30Z\",\"c\":\"c\",\"e\":\"unmatched\",\"s\":\"z\"}\n"
    "{\"t\":\"2025-01-02T20:03:30Z\",\"c\":\"c\",\"e\":\"late\"}\n"
    "{\"t\":\"never\",\"c\":\"c\",\"e\":\"h\"}\n"
    "not a record\n"
    "{\"t\":\"2025-01-02T23:04:30Z\",\"c\":\"c\",\"e\":\"h\"}\n";

static void begin(void) {
    begin_world();
    fixture_definitions(&world, definitions);
    put("a", events);
    put("b", "t,c,e\n2025-01-03T00:00:00Z,a,p3\n");
}

TestSuite(run_failures, .init = begin, .fini = end_world, .timeout = 250);

static struct wend_run_options options_of(const char *const *inputs) {
    struct wend_run_options options = options_for(inputs);
    options.output = "out";
    options.rejects = "rejects";
    options.lateness_us = WEND_US_PER_SECOND * 3600;
    options.block_bytes = 1024;
    options.ring_slots = 16;
    return options;
}

static const char *const inputs[] = {"a", "b", NULL};

Test(run_failures, the_run_of_these_tests_has_all_parts) {
    struct wend_run_options options = options_of(inputs);
    struct wend_run_result *result = run_well(&options);
    cr_expect_eq(result->counters.read, 13);
    cr_expect_eq(result->counters.accepted, 9);
    cr_expect_eq(result->counters.duplicate, 1);
    cr_expect_eq(result->counters.late, 1);
    cr_expect_eq(result->counters.rejected[WEND_REJECT_SHAPE], 1);
    cr_expect_eq(result->counters.rejected[WEND_REJECT_TIME], 1);
    cr_expect_eq(result->counters.bad_value, 1);
    cr_expect_eq(result->counters.unmatched, 2);
    cr_expect_eq(result->scope_count, 2);
    cr_expect_eq(count_entries(), 4);
    wend__run_result_destroy(result);
}

/* After a failure only the inputs are there. */
static void expect_nothing_published(const char *what, uint64_t n) {
    cr_expect_eq(access("out", F_OK), -1, "%s %d: a snapshot is there", what, (int)n);
    cr_expect_leq(count_entries(), 3, "%s %d left something", what, (int)n);
    (void)unlink("rejects");
}

/* What is published agrees with itself. */
static void expect_whole_snapshot(uint64_t n) {
    struct wend_snapshot *snapshot = NULL;
    struct wend_snapshot_verified verified = {0};
    struct wend_error error = {0};
    cr_assert_eq(wend__snapshot_open("out", &snapshot, &error), WEND_OK, "allocation %d: %s",
                 (int)n, error.text);
    cr_expect_eq(wend__snapshot_verify(snapshot, NULL, NULL, &verified, &error), WEND_OK);
    cr_expect_eq(verified.findings, 0, "allocation %d", (int)n);
    wend__snapshot_close(snapshot);
}

/*
 * Runs with each allocation failing, then each `step`-th one, until a run does not get so far. Only
 * the memo of the match may do without: such a run is whole. Returns how many did.
 */
static unsigned fail_each_allocation(uint32_t threads, uint64_t step) {
    struct wend_run_options options = options_of(inputs);
    options.threads = threads;
    unsigned without = 0;
    bool failed = true;
    uint64_t n = 1;
    for (; failed; n += n < 40 ? 1 : step) {
        struct wend_run_result *result = NULL;
        uint64_t before = wend__memory_count();
        wend__memory_fail_at(n);
        enum wend_status status = wend__run(&options, &result, NULL);
        wend__memory_fail_at(0);
        failed = wend__memory_count() - before >= n;
        if (status == WEND_OK) {
            without += failed;
            expect_whole_snapshot(n);
            cr_expect_eq(result->counters.accepted, 9);
            wend__run_result_destroy(result);
            cr_expect_eq(wend__io_remove_tree("out"), 0);
        } else {
            cr_expect_eq(status, WEND_ERROR_MEMORY, "allocation %d: status %d", (int)n, status);
            cr_expect_null(result);
            expect_nothing_published("allocation", n);
        }
    }
    cr_expect_gt(n, 500);
    expect_no_leak();
    return without;
}

Test(run_failures, any_failed_allocation_ends_the_run_and_publishes_nothing) {
    cr_expect_leq(fail_each_allocation(1, 1), 8);
}

Test(run_failures, a_failed_allocation_of_one_of_several_threads_ends_them_all) {
    cr_expect_leq(fail_each_allocation(3, 17), 8);
}

Test(run_failures, any_failed_write_ends_the_run_and_publishes_nothing) {
    struct wend_run_options options = options_of(inputs);
    bool failed = true;
    uint64_t n = 1;
    for (; failed; n++) {
        struct wend_run_result *result = NULL;
        struct wend_error error = {0};
        uint64_t before = wend__io_write_count();
        wend__io_fail_write_at(n, ENOSPC);
        enum wend_status status = wend__run(&options, &result, &error);
        wend__io_fail_write_at(0, 0);
        failed = wend__io_write_count() - before >= n;
        wend__run_result_destroy(result);
        cr_expect_eq(status, failed ? WEND_ERROR_IO : WEND_OK, "write %d: %s", (int)n, error.text);
        if (failed) {
            cr_expect_not_null(strstr(error.text, "No space left on device"), "%s", error.text);
            expect_nothing_published("write", n);
        }
    }
    cr_expect_gt(n, 10);
    expect_no_leak();
}

/* Enough events that a small memory spills, so that writes to temporary files fail, too. */
Test(run_failures, a_temporary_file_that_cannot_be_written_ends_the_run) {
    struct wend_buffer text = {0};
    for (unsigned i = 0; i < 30000; i++) {
        cr_assert(wend__buffer_append_format(
            &text, "{\"t\":%u,\"c\":\"c%u\",\"e\":\"p%u\",\"s\":\"s%u\"}\n", 1740000000 + i * 60,
            i % 3000, i * 7 % 500, i % 7));
    }
    write_at("a", text.data, text.len);
    wend__buffer_deinit(&text);
    const char *one[] = {"a", NULL};
    struct wend_run_options options = options_of(one);
    options.memory_bytes = 256 << 10;
    options.lateness_us = WEND_LATENESS_UNLIMITED;
    options.output = NULL;
    uint64_t before = wend__io_write_count();
    struct wend_run_result *result = run_well(&options);
    uint64_t writes = wend__io_write_count() - before;
    cr_expect_gt(result->spilled_bytes, 1000000);
    wend__run_result_destroy(result);
    cr_assert_gt(writes, 10);
    for (uint64_t i = 0; i < 8; i++) {
        struct wend_error error = {0};
        uint64_t n = 1 + i * writes / 16; /* their number depends on the secret seed */
        wend__io_fail_write_at(n, ENOSPC);
        cr_expect_eq(wend__run(&options, &result, &error), WEND_ERROR_IO, "write %d", (int)n);
        cr_expect_not_null(strstr(error.text, "No space left on device"), "%s", error.text);
        cr_expect_null(result);
    }
    wend__io_fail_write_at(0, 0);
    expect_no_leak();
}

Test(run_failures, a_snapshot_that_is_there_stays_when_the_new_one_fails) {
    struct wend_run_options options = options_of(inputs);
    struct wend_run_result *result = run_well(&options);
    wend__run_result_destroy(result);
    struct stat before;
    struct stat after;
    cr_assert_eq(stat("out/manifest.json", &before), 0);
    cr_expect_eq(wend__run(&options, &result, NULL), WEND_ERROR_USAGE); /* not to be replaced */
    options.replaces = true;
    wend__io_fail_write_at(5, ENOSPC);
    cr_expect_eq(wend__run(&options, &result, NULL), WEND_ERROR_IO);
    wend__io_fail_write_at(0, 0);
    cr_assert_eq(stat("out/manifest.json", &after), 0);
    cr_expect_eq(before.st_ino, after.st_ino);
    cr_expect_eq(count_entries(), 4);
}
