/* api_fixture.h: definitions and events for tests that use the library as a stranger would. */
#ifndef WEND_TESTS_API_FIXTURE_H
#define WEND_TESTS_API_FIXTURE_H

#include "source_fixture.h"

#include <wend/wend.h>

/* 2026-01-01 00:00 UTC. */
#define API_NOW_US INT64_C(1767225600000000)

static const char api_definitions[] =
    "time: t\ncustomer: c\nevent: e\nvalue: v\nsegments: [s]\n"
    "journeys:\n"
    "  - {name: order, goal: [buy], stages: [{name: look, touchpoints: [home]}, "
    "{name: pay, touchpoints: [buy]}], timeout: 2h}\n";

/* Four customers: two buy, one of them twice, one leaves, one is there at the end. */
static const char api_events[] =
    "{\"t\":\"2025-01-01T00:00:00Z\",\"c\":\"a\",\"e\":\"home\",\"s\":\"x\"}\n"
    "{\"t\":\"2025-01-01T00:00:10Z\",\"c\":\"a\",\"e\":\"buy\",\"s\":\"x\",\"v\":12.5}\n"
    "{\"t\":\"2025-01-01T00:00:20Z\",\"c\":\"b\",\"e\":\"home\",\"s\":\"y\"}\n"
    "{\"t\":\"2025-01-01T00:00:30Z\",\"c\":\"b\",\"e\":\"buy\",\"s\":\"y\",\"v\":-1}\n"
    "{\"t\":\"2025-01-01T00:00:40Z\",\"c\":\"d\",\"e\":\"home\"}\n"
    "not a record\n"
    "{\"t\":\"2025-01-02T00:00:00Z\",\"c\":\"f\",\"e\":\"home\"}\n";

static struct wend_definitions *definitions;

static inline struct wend_definitions *load_definitions(const char *yaml) {
    struct wend_definitions *loaded = NULL;
    struct wend_error error = {0};
    enum wend_status status =
        wend_definitions_load_text(yaml, strlen(yaml), "test.yaml", &loaded, &error);
    cr_assert_eq(status, WEND_OK, "%s", error.text);
    return loaded;
}

/* The working directory is the test's own, with api_events in the file "events". */
static inline void begin_api(void) {
    make_folder();
    cr_assert_eq(chdir(fixture_folder), 0);
    cr_assert_eq(setenv("TMPDIR", fixture_folder, 1), 0);
    write_at("events", api_events, strlen(api_events));
    definitions = load_definitions(api_definitions);
}

static inline void end_api(void) {
    wend_definitions_destroy(definitions);
    (void)wend__io_remove_tree(fixture_folder);
    expect_no_leak();
}

static inline struct wend_replay_options api_options(const char *const *input) {
    struct wend_replay_options options;
    wend_replay_options_init(&options);
    options.inputs = input;
    options.input_count = 1;
    options.definitions = definitions;
    options.now_us = API_NOW_US;
    options.threads = 2;
    return options;
}

static inline bool is_there(const char *path) {
    return access(path, F_OK) == 0;
}

static inline bool text_is(struct wend_text text, const char *wanted) {
    return wend__bytes_is(wend__bytes(text.data, text.len), wanted);
}

/* What a run of api_events says. */
static inline void expect_api_result(const struct wend_result *result) {
    cr_assert_not_null(result);
    cr_expect_eq(result->read, 7);
    cr_expect_eq(result->accepted, 6);
    cr_expect_eq(result->rejected_shape, 1);
    cr_expect_eq(result->bytes, strlen(api_events));
    cr_expect_eq(result->lateness_us, WEND_LATENESS_NONE);
    cr_assert_eq(result->scope_count, 2);
    const struct wend_result_scope *order = &result->scopes[1];
    cr_expect_str_eq(result->scopes[0].name, "session");
    cr_expect_str_eq(order->name, "order");
    cr_expect_eq(order->units, 4);
    cr_expect_eq(order->converted, 2);
    cr_expect_eq(order->abandoned, 1);
    cr_expect_eq(order->still_open, 1);
    cr_assert_eq(order->path_count, 2);
    cr_expect(text_is(order->paths[0].name, "home"));
    cr_expect(text_is(order->paths[1].name, "home > buy"));
    cr_expect_eq(order->paths[1].converted, 2);
    cr_assert_eq(order->point_count, 1);
    cr_expect(text_is(order->points[0].name, "home"));
    cr_expect(text_is(order->points[0].stage, "look"));
    cr_expect_eq(order->points[0].abandoned, 1);
}

#endif
