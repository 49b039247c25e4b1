/* Replays of bytes that the program hands over. */
#include "api_fixture.h"

#include <dirent.h>
#include <errno.h>

TestSuite(api_feed, .init = begin_api, .fini = end_api, .timeout = 60);

static struct wend_feed *open_feed(const struct wend_replay_options *options) {
    struct wend_feed *feed = NULL;
    struct wend_error error = {0};
    cr_assert_eq(wend_feed_open(options, &feed, &error), WEND_OK, "%s", error.text);
    return feed;
}

static size_t open_descriptors(void) {
    size_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (directory != NULL && readdir(directory) != NULL) {
        count++;
    }
    (void)closedir(directory);
    return count;
}

Test(api_feed, bytes_in_pieces_of_any_size_give_the_result_of_the_file) {
    static const size_t pieces[] = {1, 7, 100, sizeof api_events};
    size_t before = open_descriptors();
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct wend_replay_options options = api_options(NULL);
        struct wend_feed *feed = open_feed(&options);
        struct wend_result *result = NULL;
        size_t len = strlen(api_events);
        for (size_t at = 0; at < len; at += pieces[i]) {
            size_t piece = len - at < pieces[i] ? len - at : pieces[i];
            cr_assert_eq(wend_feed_write(feed, api_events + at, piece, NULL), WEND_OK);
        }
        cr_assert_eq(wend_feed_finish(feed, &result, NULL), WEND_OK);
        expect_api_result(result);
        wend_result_destroy(result);
    }
    cr_expect_eq(open_descriptors(), before);
}

Test(api_feed, compressed_bytes_are_told_from_plain_ones) {
    struct wend_replay_options options = api_options(NULL);
    struct wend_feed *feed = open_feed(&options);
    struct wend_result *result = NULL;
    struct wend_buffer zstd = make_zstd(wend__bytes_text(api_events));
    cr_assert_eq(wend_feed_write(feed, zstd.data, zstd.len, NULL), WEND_OK);
    cr_assert_eq(wend_feed_finish(feed, &result, NULL), WEND_OK);
    expect_api_result(result);
    cr_expect_str_eq(result->inputs[0].wrapper, "zstd");
    wend_result_destroy(result);
    wend__buffer_deinit(&zstd);
}

/* More than a pipe holds: the writer waits for the run. */
Test(api_feed, a_feed_takes_more_than_it_can_hold) {
    enum { TIMES = 2000 };
    struct wend_replay_options options = api_options(NULL);
    struct wend_feed *feed = open_feed(&options);
    struct wend_result *result = NULL;
    for (unsigned i = 0; i < TIMES; i++) {
        cr_assert_eq(wend_feed_write(feed, api_events, strlen(api_events), NULL), WEND_OK);
    }
    cr_assert_eq(wend_feed_finish(feed, &result, NULL), WEND_OK);
    cr_expect_eq(result->read, 7 * TIMES);
    wend_result_destroy(result);
}

Test(api_feed, a_feed_publishes_a_snapshot_when_it_is_finished) {
    struct wend_replay_options options = api_options(NULL);
    struct wend_result *result = NULL;
    options.output = "out";
    struct wend_feed *feed = open_feed(&options);
    cr_assert_eq(wend_feed_write(feed, api_events, strlen(api_events), NULL), WEND_OK);
    cr_expect_not(is_there("out/manifest.json"));
    cr_assert_eq(wend_feed_finish(feed, &result, NULL), WEND_OK);
    cr_expect(is_there("out/manifest.json"));
    wend_result_destroy(result);
}

Test(api_feed, a_cancelled_feed_publishes_nothing) {
    struct wend_replay_options options = api_options(NULL);
    size_t before = open_descriptors();
    options.output = "out";
    for (unsigned fed = 0; fed < 2; fed++) {
        struct wend_feed *feed = open_feed(&options);
        if (fed == 1) {
            cr_assert_eq(wend_feed_write(feed, api_events, strlen(api_events), NULL), WEND_OK);
        }
        wend_feed_cancel(feed);
        cr_expect_not(is_there("out"));
    }
    wend_feed_cancel(NULL);
    cr_expect_eq(open_descriptors(), before);
}

Test(api_feed, a_feed_without_records_is_empty) {
    struct wend_replay_options options = api_options(NULL);
    struct wend_feed *feed = open_feed(&options);
    struct wend_result *result = NULL;
    struct wend_error error = {0};
    cr_expect_eq(wend_feed_finish(feed, &result, &error), WEND_ERROR_EMPTY);
    cr_expect_str_eq(error.text, "there is no record in the input");
    cr_expect_not_null(result);
    wend_result_destroy(result);
}

Test(api_feed, a_feed_needs_definitions) {
    struct wend_replay_options options = api_options(NULL);
    struct wend_feed *feed = NULL;
    struct wend_error error = {0};
    options.definitions = NULL;
    cr_expect_eq(wend_feed_open(&options, &feed, &error), WEND_ERROR_USAGE);
    cr_expect_str_eq(error.text, "a feed needs definitions");
    cr_expect_null(feed);
    wend__memory_fail_at(1);
    options.definitions = definitions;
    cr_expect_eq(wend_feed_open(&options, &feed, &error), WEND_ERROR_MEMORY);
}

/* The one who writes is told, however much he has to say. */
Test(api_feed, a_run_that_fails_ends_the_writing_with_its_reason) {
    struct wend_replay_options options = api_options(NULL);
    struct wend_result *result = NULL;
    struct wend_error error = {0};
    options.output = "events/out"; /* below a file */
    struct wend_feed *feed = open_feed(&options);
    enum wend_status status = WEND_OK;
    while (status == WEND_OK) {
        status = wend_feed_write(feed, api_events, strlen(api_events), &error);
    }
    cr_expect_eq(status, WEND_ERROR_IO);
    cr_expect_not_null(strstr(error.text, "events"), "%s", error.text);
    struct wend_error again = {0};
    cr_expect_eq(wend_feed_finish(feed, &result, &again), WEND_ERROR_IO);
    cr_expect_str_eq(again.text, error.text);
    cr_expect_null(result);
}

static bool refuse(void *context, const struct wend_progress *progress) {
    (void)context;
    (void)progress;
    return false;
}

Test(api_feed, the_progress_of_the_caller_stops_a_feed_too) {
    struct wend_replay_options options = api_options(NULL);
    struct wend_result *result = NULL;
    options.progress = refuse;
    struct wend_feed *feed = open_feed(&options);
    enum wend_status status = WEND_OK;
    while (status == WEND_OK) {
        status = wend_feed_write(feed, api_events, strlen(api_events), NULL);
    }
    cr_expect_eq(status, WEND_ERROR_CANCELLED);
    cr_expect_eq(wend_feed_finish(feed, &result, NULL), WEND_ERROR_CANCELLED);
}
