/* Feeds: the caller's thread writes while the run's threads read, end, fail or are told to stop. */
#include "run_fixture.h"

#include <wend/wend.h>

enum { PIECES = 3000 };

static const char piece[] = "{\"t\":\"2025-01-01T00:00:00Z\",\"c\":\"a\",\"e\":\"x\"}\n"
                            "{\"t\":\"2025-01-01T00:00:01Z\",\"c\":\"b\",\"e\":\"y\"}\n";

static struct wend_feed *open_feed(const struct wend_replay_options *options) {
    struct wend_feed *feed = NULL;
    fixture_check(wend_feed_open(options, &feed, NULL) == WEND_OK, "a feed does not open");
    return feed;
}

/* Writes all pieces, or up to the first failure. */
static enum wend_status write_pieces(struct wend_feed *feed) {
    enum wend_status status = WEND_OK;
    for (unsigned i = 0; i < PIECES && status == WEND_OK; i++) {
        status = wend_feed_write(feed, piece, strlen(piece), NULL);
    }
    return status;
}

static void feed_all(const struct wend_replay_options *options) {
    struct wend_result *result = NULL;
    struct wend_feed *feed = open_feed(options);
    fixture_check(write_pieces(feed) == WEND_OK, "a write failed");
    fixture_check(wend_feed_finish(feed, &result, NULL) == WEND_OK, "a run failed");
    fixture_check(result->accepted == UINT64_C(2) * PIECES, "events were lost");
    wend_result_destroy(result);
}

static void fail_while_feeding(const struct wend_replay_options *options) {
    struct wend_result *result = NULL;
    struct wend_feed *feed = open_feed(options);
    enum wend_status status = WEND_OK;
    while (status == WEND_OK) {
        status = write_pieces(feed);
    }
    fixture_check(wend_feed_finish(feed, &result, NULL) == status, "two reasons");
    fixture_check(result == NULL, "a result of a failed run");
}

static bool stop_soon(void *context, const struct wend_progress *progress) {
    (void)context;
    return progress->events < PIECES;
}

int main(void) {
    static const char yaml[] = "time: t\ncustomer: c\nevent: e\n";
    struct run_fixture fixture;
    struct wend_definitions *definitions = NULL;
    struct wend_replay_options options;
    fixture_open(&fixture, yaml);
    fixture_write(&fixture, wend__bytes_text(piece));
    fixture_check(wend_definitions_load_text(yaml, strlen(yaml), "test", &definitions, NULL) ==
                      WEND_OK,
                  "the definitions are wrong");
    wend_replay_options_init(&options);
    options.definitions = definitions;
    options.threads = 3;
    options.block_bytes = 4096;
    options.temp_directory = fixture.folder;
    feed_all(&options);

    struct wend_feed *feed = open_feed(&options);
    fixture_check(write_pieces(feed) == WEND_OK, "a write failed");
    wend_feed_cancel(feed);

    char below_a_file[320];
    (void)snprintf(below_a_file, sizeof below_a_file, "%s/out", fixture.input);
    options.output = below_a_file;
    fail_while_feeding(&options);
    options.output = NULL;
    options.progress = stop_soon;
    fail_while_feeding(&options);

    wend_definitions_destroy(definitions);
    fixture_close(&fixture);
    return 0;
}
