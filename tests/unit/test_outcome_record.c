/* Decided journeys as messages: JSON that any consumer reads, in an outbox that is read back. */
#include "base/memory.h"
#include "pipeline/outcome_record.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>

static struct wend_journey_rule journeys[2];
static struct wend_ruleset ruleset;

static struct wend_detail make_detail(const char *path) {
    journeys[1].name = wend__bytes_text("buy \"it\"");
    ruleset.journeys = journeys;
    ruleset.journey_count = 2;
    ruleset.segments[0].name = wend__bytes_text("channel");
    ruleset.segments[1].name = wend__bytes_text("device");
    ruleset.segment_count = 2;
    struct wend_detail detail = {
        .scope = 2,
        .segments = {wend__bytes_text("mail"), WEND_BYTES_ABSENT},
        .segment_count = 2,
        .started_us = 1750000000123456,
        .ended_us = 1750000001000000,
        .session_count = 2,
        .event_count = 7,
        .path = wend__bytes_text(path),
        .exit_point = wend__bytes_text("b"),
        .last_stage = WEND_BYTES_ABSENT,
        .furthest_stage = wend__bytes_text("cart"),
        .outcome = WEND_OUTCOME_ABANDONED,
        .value = -123400,
    };
    memcpy(detail.id, "0123456789abcdef", sizeof detail.id);
    return detail;
}

/* The only message of an outbox, parsed. */
static json_t *parse(const struct wend_buffer *outbox, struct wend_bytes *key) {
    struct wend_bytes left = wend__buffer_view(outbox);
    struct wend_bytes value;
    cr_assert(wend__outcome_take(&left, key, &value));
    cr_assert_eq(left.len, 0);
    json_t *root = json_loadb((const char *)value.data, value.len, 0, NULL);
    cr_assert_not_null(root, "%.*s", (int)value.len, (const char *)value.data);
    return root;
}

static const char *text_of(const json_t *root, const char *name) {
    cr_assert_not_null(json_object_get(root, name), "%s", name);
    return json_string_value(json_object_get(root, name));
}

Test(outcome_record, says_what_the_table_of_journeys_says) {
    struct wend_buffer outbox = {0};
    struct wend_bytes key;
    struct wend_detail detail = make_detail("a > b");
    struct wend_bytes customer = wend__bytes("c\n\"\\\x01\xff", 6);
    cr_assert(wend__outcome_append(&outbox, &ruleset, &detail, customer));
    json_t *root = parse(&outbox, &key);
    cr_assert(wend__bytes_equal(key, customer)); /* byte by byte, whatever JSON can say */
    cr_assert_str_eq(text_of(root, "journey_id"), "0123456789abcdef");
    cr_assert_str_eq(text_of(root, "journey"), "buy \"it\"");
    cr_assert_str_eq(text_of(root, "customer_id"), "c\n\"\\\x01\xEF\xBF\xBD");
    cr_assert_str_eq(text_of(root, "outcome"), "abandoned");
    cr_assert_str_eq(text_of(root, "started_at"), "2025-06-15T15:06:40.123456Z");
    cr_assert_null(text_of(root, "converted_at"));
    cr_assert_null(text_of(root, "last_stage"));
    cr_assert_str_eq(text_of(root, "last_touchpoint"), "b");
    cr_assert_float_eq(json_real_value(json_object_get(root, "value")), -12.34, 1e-9);
    cr_assert_eq(json_integer_value(json_object_get(root, "event_count")), 7);
    cr_assert_eq(json_array_size(json_object_get(root, "path_steps")), 2);
    cr_assert(json_is_false(json_object_get(root, "path_cut")));
    const json_t *segments = json_object_get(root, "segments");
    cr_assert_str_eq(text_of(segments, "channel"), "mail");
    cr_assert_null(text_of(segments, "device"));
    json_decref(root);
    wend__buffer_deinit(&outbox);
}

Test(outcome_record, a_journey_without_touchpoint_or_shown_customer) {
    struct wend_buffer outbox = {0};
    struct wend_bytes key;
    struct wend_detail detail = make_detail("(none)");
    detail.exit_point = WEND_BYTES_ABSENT;
    cr_assert(wend__outcome_append(&outbox, &ruleset, &detail, WEND_BYTES_ABSENT));
    json_t *root = parse(&outbox, &key);
    cr_assert_null(key.data);
    cr_assert_null(text_of(root, "customer_id"));
    cr_assert_null(text_of(root, "last_touchpoint"));
    cr_assert_eq(json_array_size(json_object_get(root, "path_steps")), 0);
    json_decref(root);
    wend__buffer_deinit(&outbox);
}

Test(outcome_record, a_path_that_no_broker_takes_loses_its_middle) {
    struct wend_buffer path = {0};
    struct wend_buffer outbox = {0};
    struct wend_bytes key;
    for (int i = 0; i < 4000; i++) {
        cr_assert(
            wend__buffer_append_format(&path, "%sstep %04d %0300d", i == 0 ? "" : " > ", i, 0));
    }
    struct wend_detail detail = make_detail("");
    detail.path = wend__buffer_view(&path);
    cr_assert(wend__outcome_append(&outbox, &ruleset, &detail, wend__bytes_text("c")));
    cr_assert_lt(outbox.len, 200000);
    json_t *root = parse(&outbox, &key);
    const json_t *steps = json_object_get(root, "path_steps");
    size_t count = json_array_size(steps);
    cr_assert(json_is_true(json_object_get(root, "path_cut")));
    cr_assert_gt(count, 300);
    cr_assert_eq(strncmp(json_string_value(json_array_get(steps, 0)), "step 0000", 9), 0);
    cr_assert_eq(strncmp(json_string_value(json_array_get(steps, count - 1)), "step 3999", 9), 0);
    json_decref(root);
    wend__buffer_deinit(&outbox);
    wend__buffer_deinit(&path);
}

Test(outcome_record, without_memory_nothing_half_is_left) {
    struct wend_detail detail = make_detail("a > b");
    bool done = false;
    for (uint64_t n = 1; !done; n++) {
        struct wend_buffer outbox = {0};
        wend__memory_fail_at(n);
        done = wend__outcome_append(&outbox, &ruleset, &detail, wend__bytes_text("c"));
        wend__memory_fail_at(0);
        cr_assert_eq(outbox.len > 0, done);
        wend__buffer_deinit(&outbox);
        cr_assert_lt(n, 1000);
    }
}

Test(outcome_record, an_outbox_that_is_cut_short_is_none) {
    struct wend_buffer outbox = {0};
    struct wend_bytes key;
    struct wend_bytes value;
    struct wend_detail detail = make_detail("a > b");
    cr_assert(wend__outcome_append(&outbox, &ruleset, &detail, wend__bytes_text("c")));
    for (size_t len = 0; len < outbox.len; len++) {
        struct wend_bytes left = wend__bytes(outbox.data, len);
        cr_assert_not(wend__outcome_take(&left, &key, &value));
    }
    wend__buffer_deinit(&outbox);
}
