/* What a run must answer however its work is cut and shared. */
#include "run_world.h"

TestSuite(run_rules, .init = begin_world, .fini = end_world, .timeout = 120);

static const uint32_t thread_counts[] = {1, 2, 4};
static const uint32_t block_sizes[] = {16, 200, 1 << 20};

/* Expects a statement of the result of every way to cut the inputs and share the work. */
#define EVERY_WAY(options, statement)                                                              \
    for (size_t t_ = 0; t_ < 3; t_++) {                                                            \
        for (size_t b_ = 0; b_ < 3; b_++) {                                                        \
            (options).threads = thread_counts[t_];                                                 \
            (options).block_bytes = block_sizes[b_];                                               \
            struct wend_run_result *result = run_well(&(options));                                 \
            statement;                                                                             \
            wend__run_result_destroy(result);                                                      \
        }                                                                                          \
    }

/* Numbers below 10^8 tell no unit; the first one that does stands far behind them. */
Test(run_rules, the_unit_of_epoch_numbers_is_that_of_the_first_one_in_the_input) {
    struct wend_buffer text = {0};
    for (unsigned i = 0; i < 400; i++) {
        cr_assert(wend__buffer_append_format(&text, "{\"t\":%u,\"c\":\"a\",\"e\":\"x\"}\n", i));
    }
    /* Milliseconds from here on: a number of seconds is unreadable. */
    for (unsigned i = 0; i < 400; i++) {
        cr_assert(wend__buffer_append_format(&text, "{\"t\":%s,\"c\":\"a\",\"e\":\"x\"}\n",
                                             i % 4 == 1 ? "1740000000" : "1740000000000"));
    }
    write_at("a", text.data, text.len);
    put("b", "{\"t\":1740000000,\"c\":\"a\",\"e\":\"x\"}\n"); /* seconds: another input */
    wend__buffer_deinit(&text);
    const char *inputs[] = {"a", "b", NULL};
    struct wend_run_options options = options_for(inputs);
    EVERY_WAY(options, {
        cr_expect_eq(result->counters.accepted, 301);
        cr_expect_eq(result->counters.rejected[WEND_REJECT_TIME], 500);
        cr_expect_eq(result->counters.sessions, 1);
    });
}

Test(run_rules, a_declared_unit_is_not_inferred) {
    put("a", "{\"t\":1740000000000,\"c\":\"a\",\"e\":\"x\"}\n{\"t\":7,\"c\":\"a\",\"e\":\"x\"}\n");
    fixture_definitions(&world, "time: {field: t, unit: s}\ncustomer: c\nevent: e\n");
    const char *inputs[] = {"a", NULL};
    struct wend_run_options options = options_for(inputs);
    struct wend_run_result *result = run_well(&options);
    cr_expect_eq(result->counters.accepted, 1);
    cr_expect_eq(result->counters.rejected[WEND_REJECT_TIME], 1);
    wend__run_result_destroy(result);
}

Test(run_rules, an_event_a_day_behind_the_present_is_not_of_the_future) {
    put("a", "{\"t\":\"2025-01-02T00:00:00Z\",\"c\":\"a\",\"e\":\"x\"}\n"
             "{\"t\":\"2025-01-02T00:00:00.000001Z\",\"c\":\"a\",\"e\":\"x\"}\n");
    const char *inputs[] = {"a", NULL};
    struct wend_run_options options = options_for(inputs);
    options.now_us = INT64_C(1735689600000000); /* 2025-01-01 */
    struct wend_run_result *result = run_well(&options);
    cr_expect_eq(result->counters.accepted, 1);
    cr_expect_eq(result->counters.rejected[WEND_REJECT_FUTURE], 1);
    wend__run_result_destroy(result);
}

/* Each input has its own mark, and an event that is late does not move it. */
Test(run_rules, an_event_is_late_by_the_events_of_its_own_input_before_it) {
    put("a", "{\"t\":\"2025-01-01T00:00:30Z\",\"c\":\"a\",\"e\":\"x\"}\n"
             "{\"t\":\"2025-01-01T00:00:20Z\",\"c\":\"b\",\"e\":\"x\"}\n" /* at the mark */
             "{\"t\":\"2025-01-01T00:00:19Z\",\"c\":\"a\",\"e\":\"x\"}\n" /* late */
             "{\"t\":\"2025-01-01T00:01:00Z\",\"e\":\"x\"}\n"             /* rejected: no mark */
             "{\"t\":\"2025-01-01T00:00:21Z\",\"c\":\"a\",\"e\":\"x\"}\n"
             "{\"t\":\"2025-01-01T00:00:40Z\",\"c\":\"a\",\"e\":\"x\"}\n"
             "{\"t\":\"2025-01-01T00:00:29Z\",\"c\":\"a\",\"e\":\"x\"}\n"); /* late */
    put("b", "{\"t\":\"2025-01-01T00:00:01Z\",\"c\":\"a\",\"e\":\"x\"}\n");
    const char *inputs[] = {"a", "b", NULL};
    struct wend_run_options options = options_for(inputs);
    options.lateness_us = 10000000;
    options.rejects = "rejects";
    static const char wanted[] =
        "{\"input\":\"a\",\"offset\":90,\"reason\":\"late\",\"record\":"
        "\"{\\\"t\\\":\\\"2025-01-01T00:00:19Z\\\",\\\"c\\\":\\\"a\\\",\\\"e\\\":\\\"x\\\"}\"}\n"
        "{\"input\":\"a\",\"offset\":135,\"reason\":\"customer\",\"record\":"
        "\"{\\\"t\\\":\\\"2025-01-01T00:01:00Z\\\",\\\"e\\\":\\\"x\\\"}\"}\n"
        "{\"input\":\"a\",\"offset\":262,\"reason\":\"late\",\"record\":"
        "\"{\\\"t\\\":\\\"2025-01-01T00:00:29Z\\\",\\\"c\\\":\\\"a\\\",\\\"e\\\":\\\"x\\\"}\"}\n";
    EVERY_WAY(options, {
        cr_expect_eq(result->counters.late, 2);
        cr_expect_eq(result->counters.accepted, 5);
        cr_expect_eq(result->lateness_us, 10000000);
        struct seen seen;
        cr_assert_eq(see("rejects", NULL, 4096, &seen, NULL), WEND_OK);
        expect_stream(&seen, 0, wend__bytes_text(wanted), "plain");
        clear_seen(&seen);
    });
}

Test(run_rules, with_unlimited_lateness_nothing_is_late) {
    put("a", "{\"t\":\"2025-01-01T00:00:30Z\",\"c\":\"a\",\"e\":\"x\"}\n"
             "{\"t\":\"2024-01-01T00:00:20Z\",\"c\":\"b\",\"e\":\"x\"}\n");
    fixture_definitions(&world, "time: t\ncustomer: c\nevent: e\nlateness: 10s\n");
    const char *inputs[] = {"a", NULL};
    struct wend_run_options options = options_for(inputs);
    struct wend_run_result *result = run_well(&options); /* as defined */
    cr_expect_eq(result->counters.late, 1);
    wend__run_result_destroy(result);
    options.lateness_us = WEND_LATENESS_UNLIMITED;
    result = run_well(&options);
    cr_expect_eq(result->counters.late, 0);
    cr_expect_eq(result->counters.accepted, 2);
    wend__run_result_destroy(result);
}

/* No thread sees more than the limit, but all together do. */
Test(run_rules, the_limit_on_names_does_not_depend_on_threads) {
    struct wend_buffer text = {0};
    for (unsigned i = 0; i < 60; i++) {
        cr_assert(wend__buffer_append_format(
            &text, "{\"t\":\"2025-01-01T00:00:30Z\",\"c\":\"%u\",\"e\":\"name%u\"}\n", i, i));
    }
    write_at("a", text.data, text.len);
    wend__buffer_deinit(&text);
    const char *inputs[] = {"a", NULL};
    for (unsigned limit = 59; limit <= 60; limit++) {
        char definitions[128];
        (void)snprintf(definitions, sizeof definitions,
                       "time: t\ncustomer: c\nevent: e\nmax_touchpoints: %u\n", limit);
        fixture_definitions(&world, definitions);
        struct wend_run_options options = options_for(inputs);
        for (uint32_t threads = 1; threads <= 4; threads++) {
            struct wend_run_result *result = NULL;
            struct wend_error error = {0};
            options.threads = threads;
            options.block_bytes = 64;
            enum wend_status status = wend__run(&options, &result, &error);
            cr_expect_eq(status, limit == 60 ? WEND_OK : WEND_ERROR_LIMIT, "%s", error.text);
            cr_expect_eq(strstr(error.text, "max_touchpoints") != NULL, limit == 59);
            wend__run_result_destroy(result);
        }
    }
}

Test(run_rules, without_a_usable_record_the_run_says_why_and_publishes_nothing) {
    put("a", "{\"t\":\"never\",\"c\":\"a\",\"e\":\"x\"}\n");
    put("empty", "");
    write_at("binary", "\0\1\2\3", 4);
    static const struct {
        const char *input;
        const char *text;
        uint64_t read;
    } cases[] = {{"a", "none of the 1 records could be used", 1},
                 {"empty", "there is no record in the input", 0},
                 {"binary", "binary: ", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *inputs[] = {cases[i].input, NULL};
        struct wend_run_options options = options_for(inputs);
        struct wend_run_result *result = NULL;
        struct wend_error error = {0};
        options.output = "out";
        cr_expect_eq(wend__run(&options, &result, &error), WEND_ERROR_EMPTY);
        cr_expect_not_null(strstr(error.text, cases[i].text), "%s", error.text);
        cr_assert_not_null(result);
        cr_expect_eq(result->counters.read, cases[i].read);
        cr_expect_eq(result->input_count, 1);
        wend__run_result_destroy(result);
        cr_expect_eq(count_entries(), 3);
    }
}

Test(run_rules, an_input_that_breaks_off_is_told_and_the_run_goes_on) {
    struct wend_buffer gzip =
        make_gzip(wend__bytes_text("{\"t\":\"2025-01-01T00:00:30Z\",\"c\":\"a\",\"e\":\"x\"}\n"));
    write_at("a.gz", gzip.data, gzip.len - 4);
    put("b", "{\"t\":\"2025-01-01T00:00:30Z\",\"c\":\"a\",\"e\":\"y\"}\n");
    wend__buffer_deinit(&gzip);
    const char *inputs[] = {"a.gz", "b", "b", NULL};
    struct wend_run_options options = options_for(inputs);
    struct wend_run_result *result = run_well(&options);
    cr_expect_eq(result->counters.accepted, 3);
    cr_expect_str_eq(result->inputs[0].trouble, "the gzip data ends early");
    cr_expect_str_eq(result->inputs[0].wrapper, "gzip");
    cr_expect_null(result->inputs[1].trouble);
    cr_expect_eq(result->note_count, 1); /* b was named twice */
    wend__run_result_destroy(result);
}

struct asked {
    unsigned count;
    unsigned stop_at;
};

static bool progress(void *context, const struct wend_run_progress *progress) {
    struct asked *asked = context;
    cr_expect_leq(progress->done_bytes, progress->total_bytes);
    return ++asked->count != asked->stop_at;
}

/* However short the run is, it asks once a phase, and once a table. */
Test(run_rules, a_progress_that_says_no_stops_the_run_and_nothing_is_published) {
    put("a", "{\"t\":\"2025-01-01T00:00:30Z\",\"c\":\"a\",\"e\":\"x\"}\n");
    const char *inputs[] = {"a", NULL};
    struct wend_run_options options = options_for(inputs);
    options.output = "out";
    options.rejects = "rejects";
    options.progress = progress;
    enum wend_status status = WEND_ERROR_CANCELLED;
    unsigned stop_at = 0;
    while (status == WEND_ERROR_CANCELLED) {
        cr_assert_eq(count_entries(), 1);
        struct asked asked = {0, ++stop_at};
        struct wend_run_result *result = NULL;
        struct wend_error error = {0};
        options.progress_context = &asked;
        status = wend__run(&options, &result, &error);
        wend__run_result_destroy(result);
    }
    cr_expect_eq(status, WEND_OK);
    cr_expect_eq(count_entries(), 3);
    cr_expect_gt(stop_at, 2 + WEND_TABLE_COUNT, "asked only %u times", stop_at);
}

Test(run_rules, an_unknown_time_zone_is_found_before_anything_is_read) {
    put("a", "{\"t\":\"2025-01-01T00:00:30Z\",\"c\":\"a\",\"e\":\"x\"}\n");
    const char *inputs[] = {"a", "gone", NULL};
    struct wend_run_options options = options_for(inputs);
    struct wend_run_result *result = NULL;
    struct wend_error error = {0};
    cr_expect_eq(wend__run(&options, &result, &error), WEND_ERROR_IO);
    cr_expect_not_null(strstr(error.text, "gone"));
    cr_expect_null(result);
}
