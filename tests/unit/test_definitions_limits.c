/* Limits of definition files, warnings about valid ones, and what happens without memory. */
#include "base/buffer.h"
#include "base/memory.h"
#include "definitions_fixture.h"

/* SHORTEST, then `head`, `count` times `item` with its number, then `tail`. */
static struct wend_bytes build(struct wend_buffer *text, const char *head, const char *item,
                               unsigned count, const char *tail) {
    wend__buffer_clear(text);
    cr_assert(wend__buffer_append_text(text, SHORTEST));
    cr_assert(wend__buffer_append_text(text, head));
    for (unsigned i = 0; i < count; i++) {
        const char *mark = strchr(item, '#');
        cr_assert(wend__buffer_append(text, item, (size_t)(mark - item)));
        cr_assert(wend__buffer_append_format(text, "%u%s", i, mark + 1));
    }
    cr_assert(wend__buffer_append_text(text, tail));
    return wend__buffer_view(text);
}

Test(definitions_limits, what_is_too_much_is_refused_where_it_begins_to_be) {
    static const struct {
        const char *head;
        const char *item;
        unsigned most;
        const char *tail;
        const char *fault;
    } limits[] = {
        {"fields:\n", "  f#: {field: g}\n", 256, "", "261:3: more than 256 fields"},
        {"where:\n", "  f#: x\n", 253, "", "258:3: more than 256 fields are used"},
        {"fields: {a: {first: [", "f#, ", 64, "]}}\n", "4:332: more than 64 fields in one list"},
        {"sessions: {cut_on: [", "a#, ", 8, "]}\n", "4:53: more than 8 fields in `cut_on`"},
        {"segments: [", "s#, ", 16, "]\n", "4:82: more than 16 segments"},
        {"journeys:\n", "  - name: j#\n", 32, "", "5:3: more than 32 journeys"},
        {"touchpoints:\n", "  - name: t#\n    when: {e: a}\n", 65536, "",
         "5:3: more than 65536 touchpoints"},
    };
    struct wend_buffer text = {0};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct wend_bytes most =
            build(&text, limits[i].head, limits[i].item, limits[i].most, limits[i].tail);
        wend__ruleset_destroy(load_text(most));
        struct wend_bytes more =
            build(&text, limits[i].head, limits[i].item, limits[i].most + 1, limits[i].tail);
        cr_expect_str_eq(fault_of(more), limits[i].fault, "%s", fault_of(more));
    }
    wend__buffer_deinit(&text);
}

Test(definitions_limits, a_journey_has_at_most_64_stages) {
    struct wend_buffer text = {0};
    const char *head = "journeys:\n  - name: j\n    stages:\n";
    cr_assert(wend__buffer_append_text(&text, SHORTEST));
    cr_assert(wend__buffer_append_text(&text, head));
    for (unsigned i = 0; i < 64; i++) {
        cr_assert(wend__buffer_append_format(&text, "      - s%u: t%u\n", i, i));
    }
    struct wend_ruleset *ruleset = load_text(wend__buffer_view(&text));
    cr_assert_eq(ruleset->journeys[0].stage_count, 64);
    wend__ruleset_destroy(ruleset);
    cr_assert(wend__buffer_append_text(&text, "      - more: t\n"));
    cr_assert_str_eq(fault_of(wend__buffer_view(&text)), "7:7: more than 64 stages");
    wend__buffer_deinit(&text);
}

Test(definitions_limits, a_map_has_at_most_1000_keys) {
    struct wend_buffer text = {0};
    struct wend_bytes more = build(&text, "where:\n", "  f#: x\n", 1001, "");
    cr_assert_str_eq(fault_of(more), "1005:3: more than 1000 keys in one map");
    wend__buffer_deinit(&text);
}

Test(definitions_limits, a_file_has_at_most_a_million_values) {
    struct wend_buffer text = {0};
    cr_assert(wend__buffer_append_text(&text, SHORTEST "where: {a: ["));
    for (unsigned i = 0; i < 1000000; i++) {
        cr_assert(wend__buffer_append(&text, "a,", 2));
    }
    cr_assert(wend__buffer_append_text(&text, "]}\n"));
    cr_assert_str_eq(fault_of(wend__buffer_view(&text)),
                     "4:1999991: more than 1000000 values in one file");
    wend__buffer_deinit(&text);
}

Test(definitions_limits, a_file_has_at_most_4_mib) {
    struct wend_buffer text = {0};
    cr_assert(wend__buffer_append_text(&text, SHORTEST "# "));
    while (text.len < WEND_MAX_DEFINITION_BYTES) {
        cr_assert(wend__buffer_append(&text, "x", 1));
    }
    wend__ruleset_destroy(load_text(wend__buffer_view(&text)));
    cr_assert(wend__buffer_append(&text, "x", 1));
    cr_assert_str_eq(fault_of(wend__buffer_view(&text)),
                     "1:1: the file has 4194305 bytes, 4194304 are the most");
    wend__buffer_deinit(&text);
}

Test(definitions_limits, a_regex_has_at_most_32_kib) {
    struct wend_buffer text = {0};
    cr_assert(wend__buffer_append_text(&text, SHORTEST "where: {a: {regex: "));
    for (unsigned i = 0; i < 32769; i++) {
        cr_assert(wend__buffer_append(&text, "a", 1));
    }
    cr_assert(wend__buffer_append_text(&text, "}}\n"));
    cr_assert_str_eq(fault_of(wend__buffer_view(&text)),
                     "4:20: the regular expression has 32769 bytes, 32768 are the most");
    wend__buffer_deinit(&text);
}

Test(definitions_limits, a_file_has_at_most_4096_regexes) {
    struct wend_buffer text = {0};
    const char *head = "where:\n  any:\n";
    struct wend_bytes most = build(&text, head, "  - {a: {regex: x#}}\n", 4096, "");
    wend__ruleset_destroy(load_text(most));
    struct wend_bytes more = build(&text, head, "  - {a: {regex: x#}}\n", 4097, "");
    cr_assert_str_eq(fault_of(more), "4102:17: more than 4096 regular expressions; use prefix, "
                                     "glob or a list of values");
    wend__buffer_deinit(&text);
}

Test(definitions_limits, an_alias_bomb_is_refused_at_its_first_anchor) {
    cr_assert_str_eq(fault_of(wend__bytes_text("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n")),
                     "1:4: `&a` is an anchor, which definition files do not have; write the value "
                     "out, or quote a text that begins with &");
}

/* -- Warnings --------------------------------------------------------------------------------- */

#define LIST "touchpoints: [{name: page, when: {e: p}}, {name: cart, when: {e: c}}]\n"

Test(definitions_limits, a_touchpoint_that_no_journey_uses_is_warned_about) {
    cr_assert_str_eq(warnings_of(SHORTEST LIST "journeys: [{name: j, stages: [{a: page}]}]\n"),
                     "test.yaml:4:43: no stage, start or goal uses the touchpoint `cart`\n");
    cr_assert_str_eq(
        warnings_of(SHORTEST LIST "journeys: [{name: j, goal: cart, stages: [{a: page}]}]\n"), "");
}

Test(definitions_limits, without_stages_no_touchpoint_is_unused) {
    cr_assert_str_eq(warnings_of(SHORTEST LIST "journeys: [{name: j, goal: page}]\n"), "");
    cr_assert_str_eq(warnings_of(SHORTEST LIST), "");
}

Test(definitions_limits, touchpoints_behind_one_without_conditions_are_warned_about) {
    cr_assert_str_eq(warnings_of(SHORTEST "touchpoints:\n- {name: all}\n- {name: a, when: {e: a}}\n"
                                          "journeys: [{name: j, stages: [{x: all}, {y: a}]}]\n"),
                     "test.yaml:6:3: no event gets to this touchpoint: the one on line 5 has no "
                     "conditions and takes all\n"
                     "test.yaml:7:41: no event can reach the stage `y`\n");
}

Test(definitions_limits, a_stage_behind_the_goal_of_a_journey_that_ends_there_is_warned_about) {
    const char *text =
        SHORTEST "journeys: [{name: j, goal: b, stages: [{x: a}, {y: b}, {z: c}]}]\n";
    cr_assert_str_eq(warnings_of(text),
                     "test.yaml:4:56: no event can reach the stage `z`: the journey ends at its "
                     "goal, in a stage before (after_goal: continue goes on)\n");
    cr_assert_str_eq(warnings_of(SHORTEST "journeys: [{name: j, goal: b, after_goal: continue, "
                                          "stages: [{x: a}, {y: b}, {z: c}]}]\n"),
                     "");
    cr_assert_str_eq(warnings_of(SHORTEST "journeys: [{name: j, goal: b, funnel: any, "
                                          "stages: [{x: a}, {y: b}, {z: c}]}]\n"),
                     "");
}

Test(definitions_limits, a_name_that_may_come_from_data_is_warned_about_when_it_is_like_another) {
    const char *text = SHORTEST "touchpoints: [{name: cart, when: {e: c}}, {name: '{e}'}]\n"
                                "journeys: [{name: j, goal: [cart, crat, other]}]\n";
    cr_assert_str_eq(warnings_of(text),
                     "test.yaml:5:35: no touchpoint of the list is called `crat`; it can only come "
                     "from data; did you mean `cart`?\n");
}

Test(definitions_limits, many_warnings_are_counted_and_the_first_hundred_shown) {
    struct wend_buffer text = {0};
    struct wend_warnings warnings = {0};
    struct wend_ruleset *ruleset;
    struct wend_bytes view =
        build(&text, "touchpoints:\n- {name: all}\n", "- {name: t#, when: {e: a}}\n", 150, "");
    cr_assert_eq(wend__definitions_load(view, "f", NULL, &ruleset, &warnings, NULL), WEND_OK);
    cr_assert_eq(warnings.count, 150);
    unsigned lines = 0;
    for (size_t i = 0; i < warnings.text.len; i++) {
        lines += warnings.text.data[i] == '\n';
    }
    cr_assert_eq(lines, 100);
    wend__warnings_deinit(&warnings);
    wend__ruleset_destroy(ruleset);
    wend__buffer_deinit(&text);
}

Test(definitions_limits, every_failing_allocation_is_told_and_nothing_leaks) {
    static const char text[] =
        "format: segment\nfields: {p: {url: page_url, part: path}}\n"
        "touchpoints:\n- {name: all, when: {any: [{p: [a, b]}, {p: {regex: x}}]}}\n"
        "- {name: '{p}-{event}'}\njourneys: [{name: j, goal: alll, stages: [{s: [all, more]}]}]\n"
        "sessions: {timezone: '+01:00', cut_on: [p], goal: j}\nsegments: [{x: p}]\n";
    struct wend_ruleset *ruleset = NULL;
    struct wend_warnings warnings = {0};
    uint64_t failures = 0;
    for (enum wend_status status = WEND_ERROR_MEMORY; status != WEND_OK;) {
        struct wend_error error = {0};
        wend__warnings_deinit(&warnings);
        wend__memory_fail_at(++failures);
        status = wend__definitions_load(wend__bytes_text(text), "f", &known_presets, &ruleset,
                                        &warnings, &error);
        wend__memory_fail_at(0);
        cr_assert(status == WEND_OK || status == WEND_ERROR_MEMORY, "%s", error.text);
        cr_assert(status == error.status && (status == WEND_OK) == (ruleset != NULL));
    }
    cr_assert_gt(failures, 8);
    wend__warnings_deinit(&warnings);
    wend__ruleset_destroy(ruleset);
}

Test(definitions_limits, nothing_can_be_destroyed) {
    wend__ruleset_destroy(NULL);
}
