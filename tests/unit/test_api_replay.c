/* Replays through the public interface. */
#include "api_fixture.h"

TestSuite(api_replay, .init = begin_api, .fini = end_api, .timeout = 60);

static const char *input = "events";

Test(api_replay, a_replay_tells_what_became_of_records_and_units) {
    struct wend_replay_options options = api_options(&input);
    struct wend_result *result = NULL;
    cr_assert_eq(wend_replay_run(&options, &result, NULL), WEND_OK);
    expect_api_result(result);
    cr_assert_eq(result->input_count, 1);
    cr_expect_str_eq(result->inputs[0].name, "events");
    cr_expect_str_eq(result->inputs[0].wrapper, "plain");
    cr_expect_null(result->inputs[0].trouble);
    cr_expect_str_eq(result->assumptions, "");
    cr_expect_gt(result->peak_bytes, 0);
    wend_result_destroy(result);
    wend_result_destroy(NULL);
}

Test(api_replay, definitions_that_are_not_given_are_inferred) {
    static const char csv[] = "time,user_id,event\n2025-01-01,a,x\n2025-01-02,b,y\n";
    const char *path = "shop.csv";
    struct wend_replay_options options = api_options(&path);
    struct wend_result *result = NULL;
    write_at("shop.csv", csv, strlen(csv));
    options.definitions = NULL;
    cr_assert_eq(wend_replay_run(&options, &result, NULL), WEND_OK);
    cr_expect_eq(result->accepted, 2);
    cr_expect_not_null(strstr(result->assumptions, "customer: field `user_id`"));
    wend_result_destroy(result);
}

/* What was looked at for inference is not read again. */
Test(api_replay, standard_input_is_inferred_and_read_whole) {
    static const char csv[] = "time,user_id,event\n2025-01-01,a,x\n2025-01-02,b,y\n";
    const char *path = "-";
    struct wend_replay_options options = api_options(&path);
    struct wend_result *result = NULL;
    struct wend_error error = {0};
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(write(ends[1], csv, strlen(csv)), (ssize_t)strlen(csv));
    cr_assert_eq(close(ends[1]), 0);
    cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    options.definitions = NULL;
    cr_assert_eq(wend_replay_run(&options, &result, &error), WEND_OK, "%s", error.text);
    cr_expect_eq(result->accepted, 2);
    cr_expect_str_eq(result->inputs[0].name, "-");
    wend_result_destroy(result);
}

Test(api_replay, the_format_that_is_named_is_taken) {
    struct wend_replay_options options = api_options(&input);
    struct wend_result *result = NULL;
    struct wend_error error = {0};
    options.format = "access-log";
    cr_expect_eq(wend_replay_run(&options, &result, &error), WEND_ERROR_EMPTY);
    cr_assert_not_null(result);
    cr_expect_eq(result->rejected_shape, 7);
    wend_result_destroy(result);
    options.format = "xml";
    cr_expect_eq(wend_replay_run(&options, &result, &error), WEND_ERROR_USAGE);
    cr_expect_null(result);
}

static void break_nothing(struct wend_replay_options *options) {
    options->input_count = 0;
}
static void break_tables(struct wend_replay_options *options) {
    options->tables = 0;
}
static void break_unknown_table(struct wend_replay_options *options) {
    options->tables = WEND_TABLES_ALL + 1;
}
static void break_threads(struct wend_replay_options *options) {
    options->threads = 65;
}
static void break_small_blocks(struct wend_replay_options *options) {
    options->block_bytes = 1023;
}
static void break_large_blocks(struct wend_replay_options *options) {
    options->block_bytes = (64 << 20) + 1;
}
static void break_key(struct wend_replay_options *options) {
    options->ids = WEND_IDS_HASHED;
    options->key = "0123456789abcde";
    options->key_bytes = 15;
}
static void break_lateness(struct wend_replay_options *options) {
    options->lateness_us = -1;
}

Test(api_replay, wrong_options_are_refused_before_anything_is_read) {
    static const struct {
        void (*spoil)(struct wend_replay_options *options);
        const char *text;
    } cases[] = {
        {break_nothing, "there is no input to replay"},
        {break_tables, "tables: give at least one known table"},
        {break_unknown_table, "tables: give at least one known table"},
        {break_threads, "threads: at most 64"},
        {break_small_blocks, "block size: from 1024 to 67108864 bytes"},
        {break_large_blocks, "block size: from 1024 to 67108864 bytes"},
        {break_key, "hashed customer ids need a key of at least 16 bytes"},
        {break_lateness, "lateness: not below 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wend_replay_options options = api_options(&input);
        struct wend_result *result = NULL;
        struct wend_error error = {0};
        options.output = "out";
        cases[i].spoil(&options);
        cr_expect_eq(wend_replay_run(&options, &result, &error), WEND_ERROR_USAGE);
        cr_expect_str_eq(error.text, cases[i].text);
        cr_expect_not(is_there("out"));
    }
}

Test(api_replay, a_bound_of_lateness_is_told_with_the_result) {
    struct wend_replay_options options = api_options(&input);
    struct wend_result *result = NULL;
    options.lateness_us = 5;
    cr_assert_eq(wend_replay_run(&options, &result, NULL), WEND_OK);
    cr_expect_eq(result->lateness_us, 5);
    wend_result_destroy(result);
    options.lateness_us = WEND_LATENESS_NONE;
    cr_assert_eq(wend_replay_run(&options, &result, NULL), WEND_OK);
    cr_expect_eq(result->lateness_us, WEND_LATENESS_NONE);
    wend_result_destroy(result);
}

Test(api_replay, open_journeys_are_abandoned_on_request) {
    struct wend_replay_options options = api_options(&input);
    struct wend_result *result = NULL;
    options.close_all = true;
    options.top = 0;
    cr_assert_eq(wend_replay_run(&options, &result, NULL), WEND_OK);
    cr_expect_eq(result->scopes[1].abandoned, 2);
    cr_expect_eq(result->scopes[1].still_open, 0);
    cr_expect_eq(result->scopes[1].path_count, 0);
    wend_result_destroy(result);
}

static bool refuse(void *context, const struct wend_progress *progress) {
    unsigned *count = context;
    ++*count;
    cr_expect_leq(progress->done_bytes, progress->total_bytes);
    return false;
}

Test(api_replay, a_progress_that_says_no_publishes_nothing) {
    struct wend_replay_options options = api_options(&input);
    struct wend_result *result = NULL;
    unsigned count = 0;
    options.output = "out";
    options.progress = refuse;
    options.progress_context = &count;
    cr_expect_eq(wend_replay_run(&options, &result, NULL), WEND_ERROR_CANCELLED);
    cr_expect_null(result);
    cr_expect_eq(count, 1);
    cr_expect_not(is_there("out"));
}

static enum wend_status run_once(bool infers) {
    const char *path = infers ? "shop.csv" : input;
    struct wend_replay_options options = api_options(&path);
    struct wend_result *result = NULL;
    if (infers) {
        options.definitions = NULL;
    }
    options.threads = 1;
    enum wend_status status = wend_replay_run(&options, &result, NULL);
    wend_result_destroy(result);
    return status;
}

/* Only the memo of the match may do without. */
Test(api_replay, no_memory_is_an_error_and_leaks_nothing) {
    static const char csv[] = "time,user_id,event\n2025-01-01,a,x\n2025-01-02,b,y\n";
    write_at("shop.csv", csv, strlen(csv));
    unsigned without = 0;
    for (int infers = 0; infers < 2; infers++) {
        uint64_t before = wend__memory_count();
        cr_assert_eq(run_once(infers == 1), WEND_OK);
        uint64_t needed = wend__memory_count() - before;
        for (uint64_t n = 1; n <= needed; n++) {
            wend__memory_fail_at(n);
            enum wend_status status = run_once(infers == 1);
            without += status == WEND_OK;
            cr_expect(status == WEND_OK || status == WEND_ERROR_MEMORY, "allocation %d", (int)n);
        }
        wend__memory_fail_at(0);
    }
    cr_expect_leq(without, 10);
}
