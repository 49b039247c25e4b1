#include "check_sample.h"

#include <criterion/criterion.h>
#include <jansson.h>

#include <stdio.h>
#include <string.h>

static struct wend_cli_text out;
static struct wend_cli_sample sample;

static void begin(void) {
    sample = (struct wend_cli_sample){.input = "in", .kept_max = 2};
}

static void reset(void) {
    wend__cli_text_deinit(&out);
    wend__cli_sample_deinit(&sample);
}

TestSuite(cli_check, .init = begin, .fini = reset);

static struct wend_text text(const char *data) {
    return (struct wend_text){data, strlen(data)};
}

static void take(uint64_t number, const char *name, const char *touchpoint) {
    struct wend_sampled_event event = {.number = number,
                                       .raw = text("{\"n\":1}"),
                                       .customer = text("ann\x1B[2J"),
                                       .name = text(name),
                                       .rule = touchpoint == NULL ? UINT32_MAX : 0};
    if (touchpoint != NULL) {
        event.touchpoint = text(touchpoint);
    }
    cr_assert(wend__cli_sample_take(&sample, &event));
}

static void reject(uint64_t number, const char *reason, const char *raw) {
    struct wend_sampled_event event = {.number = number, .reject = reason, .raw = text(raw)};
    cr_assert(wend__cli_sample_take(&sample, &event));
}

Test(cli_check, unmatched_names_come_by_frequency_then_name) {
    const struct wend_cli_name_count *top[2];
    static const char *const names[] = {"c", "b", "b", "a", "c", "d"};
    for (size_t i = 0; i < 6; i++) {
        take(i + 1, names[i], NULL);
    }
    take(7, "home", "home");
    cr_assert_eq(wend__cli_sample_top(&sample, top, 2), 2);
    cr_assert_str_eq(top[0]->name.data, "b");
    cr_assert_str_eq(top[1]->name.data, "c");
    cr_assert_eq(top[1]->count, 2);
    cr_assert_eq(sample.event_count, 2);
}

Test(cli_check, names_without_end_are_counted_in_bounded_memory) {
    const struct wend_cli_name_count *top[1];
    for (uint64_t i = 0; i < 10000; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "name %llu", (unsigned long long)i);
        take(2 * i + 1, name, NULL);
        take(2 * i + 2, "often", NULL);
    }
    cr_assert_eq(wend__cli_sample_top(&sample, top, 1), 1);
    cr_assert_str_eq(top[0]->name.data, "often");
    cr_assert_eq(top[0]->count, 10000);
    cr_assert_leq(sample.name_count, WEND_CLI_SAMPLE_NAMES);
}

static struct wend_sample_rule rules[2];

static struct wend_sample_summary fill(void) {
    take(1, "home", "home");
    take(2, "scroll", NULL);
    reject(3, "shape", "no\x1B[31m record");
    reject(4, "shape", "another");
    rules[0] = (struct wend_sample_rule){text("home"), 4, 1};
    rules[1] = (struct wend_sample_rule){text("cart"), 6, 0};
    return (struct wend_sample_summary){.read = 4,
                                        .accepted = 2,
                                        .rejected = {2},
                                        .unmatched = 1,
                                        .format = "ndjson",
                                        .rules = rules,
                                        .rule_count = 2};
}

Test(cli_check, text_names_what_did_not_fit_and_hides_no_escape) {
    struct wend_sample_summary summary = fill();
    struct wend_cli_terminal terminal = {.width = 80};
    wend__cli_sample_text(&sample, &summary, &terminal, &out);
    cr_assert_str_eq(out.data, "sample      in: ndjson\n"
                               "events      4 read, 2 accepted\n"
                               "rejected    2 (50.0 %)\n"
                               "            shape 2, such as record 3: no\\x1b[31m record\n"
                               "unmatched   1 (50.0 %): scroll 1\n"
                               "\n"
                               "First events\n"
                               "record  time                  customer    touchpoint   line\n"
                               "     1  1970-01-01T00:00:00Z  ann\\x1b[2J  home            4\n"
                               "     2  1970-01-01T00:00:00Z  ann\\x1b[2J  (unmatched)\n"
                               "\n"
                               "Touchpoints\n"
                               "events   share  touchpoint  line\n"
                               "     1  50.0 %  home           4\n"
                               "     0   0.0 %  cart           6\n"
                               "\n"
                               "Never matched: cart (line 6)\n");
}

Test(cli_check, json_has_the_same_numbers) {
    struct wend_sample_summary summary = fill();
    wend__cli_sample_json(&sample, &summary, &out);
    json_error_t problem;
    json_t *root = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, &problem);
    cr_assert_not_null(root, "%s", problem.text);
    cr_assert_eq(json_integer_value(json_object_get(root, "accepted")), 2);
    json_t *event = json_array_get(json_object_get(root, "events"), 1);
    cr_assert(json_is_null(json_object_get(event, "touchpoint")));
    json_t *example = json_array_get(json_object_get(root, "examples"), 0);
    cr_assert_eq(json_integer_value(json_object_get(example, "record")), 3);
    json_t *rule = json_array_get(json_object_get(root, "touchpoints"), 1);
    cr_assert_eq(json_integer_value(json_object_get(rule, "line")), 6);
    json_decref(root);
}
