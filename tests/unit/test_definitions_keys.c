/* What each key of a definition file means in the ruleset, and what holds without it. */
#include "definitions_fixture.h"

#include "base/hash.h"

#define MINUTE_US (60 * WEND_US_PER_SECOND)

static const struct wend_field *field_of(const struct wend_ruleset *ruleset, uint32_t field) {
    cr_assert_lt(field, ruleset->field_count);
    return &ruleset->fields[field];
}

static void check_template(const struct wend_ruleset *ruleset, const struct wend_template *made,
                           const char *const *parts, uint32_t count) {
    cr_assert_eq(made->part_count, count);
    for (uint32_t i = 0; i < count; i++) {
        /* "=x" is the literal x, "x" the field x. */
        if (parts[i][0] == '=') {
            cr_assert_eq(made->parts[i].field, WEND_NO_FIELD);
            cr_assert(is_text(made->parts[i].literal, parts[i] + 1));
        } else {
            cr_assert_str_eq(field_name(ruleset, made->parts[i].field), parts[i]);
        }
    }
}

Test(definitions_keys, without_other_keys_the_defaults_hold) {
    struct wend_ruleset *r = load(SHORTEST);
    cr_assert_eq(r->format.kind, WEND_FORMAT_AUTO);
    cr_assert_eq(r->format.header, WEND_HEADER_AUTO);
    cr_assert_eq(r->format.separator, 0);
    cr_assert_null(r->format.columns);
    cr_assert_eq(r->format.max_record_bytes, 1 << 20);
    cr_assert_str_eq(field_name(r, r->time_field), "t");
    cr_assert_eq(r->time_unit, WEND_TIME_UNIT_AUTO);
    cr_assert_eq(r->customer_count, 1);
    cr_assert_eq(r->customer[0].part_count, 1);
    cr_assert_str_eq(field_name(r, r->customer[0].parts[0].field), "c");
    cr_assert_str_eq(field_name(r, r->event.parts[0].field), "e");
    cr_assert_eq(r->id_field, WEND_NO_FIELD);
    cr_assert_eq(r->value_field, WEND_NO_FIELD);
    cr_assert_null(r->where);
    cr_assert_not(r->has_touchpoint_list);
    cr_assert_eq(r->rule_count, 0);
    cr_assert_eq(r->journey_count, 0);
    cr_assert_eq(r->segment_count, 0);
    cr_assert_eq(r->window_us, 0);
    cr_assert_eq(r->lateness_us, WEND_LATENESS_UNLIMITED);
    cr_assert(r->collapse);
    cr_assert_eq(r->max_steps, 64);
    cr_assert_eq(r->flow_depth, 20);
    cr_assert_eq(r->max_touchpoints, 65536);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, without_sessions_their_defaults_hold) {
    struct wend_ruleset *r = load(SHORTEST);
    cr_assert_eq(r->sessions.gap_us, 30 * MINUTE_US);
    cr_assert_eq(r->sessions.max_duration_us, WEND_NO_LIMIT_US);
    cr_assert_eq(r->sessions.cut_field_count, 0);
    cr_assert_eq(r->sessions.key_field, WEND_NO_FIELD);
    cr_assert_not(r->sessions.cut_at_midnight);
    cr_assert(is_text(r->sessions.timezone, "UTC"));
    cr_assert_eq(r->sessions.goal_journey, WEND_NO_JOURNEY);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, a_journey_has_defaults) {
    struct wend_ruleset *r = load(SHORTEST "journeys: [{name: j}]\n");
    const struct wend_journey_rule *j = &r->journeys[0];
    cr_assert(is_text(j->name, "j"));
    cr_assert_eq(j->start_count + j->goal_count + j->stage_count, 0);
    cr_assert_eq(j->funnel, WEND_FUNNEL_ORDERED);
    cr_assert_eq(j->timeout_us, 30 * WEND_US_PER_DAY);
    cr_assert_eq(j->within_us, WEND_NO_LIMIT_US);
    cr_assert_not(j->after_goal_continue);
    cr_assert_not(j->per_session);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, null_is_as_good_as_nothing) {
    struct wend_ruleset *r =
        load(SHORTEST "format: ~\nfields: null\nid:\nvalue: Null\nwhere: NULL\n"
                      "lateness:\nwindow:\nsegments:\njourneys:\nsessions:\n"
                      "max_steps:\ncollapse:\nmax_record:\nversion:\n");
    cr_assert_eq(r->id_field, WEND_NO_FIELD);
    cr_assert_eq(r->max_steps, 64);
    cr_assert_eq(r->lateness_us, WEND_LATENESS_UNLIMITED);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, the_file_and_the_hash_of_its_text_are_kept) {
    struct wend_ruleset *r = load(SHORTEST);
    struct wend_hash128 hash = wend__hash128(wend__bytes_text(SHORTEST), 0);
    cr_assert(is_text(r->source_name, "test.yaml"));
    cr_assert_eq(r->source_hash.high, hash.high);
    cr_assert_eq(r->source_hash.low, hash.low);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, all_single_values_are_taken) {
    struct wend_ruleset *r =
        load("version: 1\ntime: {field: ts, unit: ms}\ncustomer: u\nevent: e\nid: i\nvalue: v\n"
             "lateness: 10m\nmax_record: 64K\nwindow: 1d\ncollapse: no\nmax_steps: 3\n"
             "flow_depth: 1000\nmax_touchpoints: 10\n");
    cr_assert_str_eq(field_name(r, r->time_field), "ts");
    cr_assert_eq(r->time_unit, WEND_TIME_UNIT_MILLISECONDS);
    cr_assert_str_eq(field_name(r, r->id_field), "i");
    cr_assert_str_eq(field_name(r, r->value_field), "v");
    cr_assert_eq(r->lateness_us, 10 * MINUTE_US);
    cr_assert_eq(r->format.max_record_bytes, 64000);
    cr_assert_eq(r->window_us, WEND_US_PER_DAY);
    cr_assert_not(r->collapse);
    cr_assert_eq(r->max_steps, 3);
    cr_assert_eq(r->flow_depth, 1000);
    cr_assert_eq(r->max_touchpoints, 10);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, durations_are_sums_of_numbers_with_units) {
    static const struct {
        const char *text;
        int64_t us;
    } durations[] = {
        {"90s", 90 * WEND_US_PER_SECOND},
        {"10m", 10 * MINUTE_US},
        {"1h30m", 90 * MINUTE_US},
        {"2d", 2 * WEND_US_PER_DAY},
        {"1w", 7 * WEND_US_PER_DAY},
        {"5ms", 5000},
        {"7us", 7},
        {"0s", 0},
        {"1w2d3h4m5s6ms7us", 9 * WEND_US_PER_DAY + 184 * MINUTE_US + 5 * WEND_US_PER_SECOND + 6007},
        {"365000d", 365000 * WEND_US_PER_DAY},
        {"none", WEND_NO_LIMIT_US},
        {"unlimited", WEND_NO_LIMIT_US},
        {"~", WEND_NO_LIMIT_US}};
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        char text[128];
        (void)snprintf(text, sizeof text, SHORTEST "sessions: {gap: %s}\n", durations[i].text);
        struct wend_ruleset *r = load(text);
        cr_expect_eq(r->sessions.gap_us, durations[i].us, "%s", durations[i].text);
        wend__ruleset_destroy(r);
    }
}

Test(definitions_keys, lateness_may_be_nothing_or_unlimited) {
    struct wend_ruleset *r = load(SHORTEST "lateness: 0s\nwindow: none\n");
    cr_assert_eq(r->lateness_us, 0);
    cr_assert_eq(r->window_us, 0);
    wend__ruleset_destroy(r);
    r = load(SHORTEST "lateness: unlimited\nwindow: unlimited\n");
    cr_assert_eq(r->lateness_us, WEND_LATENESS_UNLIMITED);
    cr_assert_eq(r->window_us, 0);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, sizes_have_decimal_and_binary_units) {
    static const struct {
        const char *text;
        uint32_t bytes;
    } sizes[] = {{"2048", 2048},    {"2048B", 2048}, {"64KiB", 65536},   {"64K", 64000},
                 {"1MiB", 1048576}, {"2M", 2000000}, {"64MiB", 67108864}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char text[128];
        (void)snprintf(text, sizeof text, SHORTEST "max_record: %s\n", sizes[i].text);
        struct wend_ruleset *r = load(text);
        cr_expect_eq(r->format.max_record_bytes, sizes[i].bytes, "%s", sizes[i].text);
        wend__ruleset_destroy(r);
    }
}

Test(definitions_keys, a_format_is_a_word_or_a_map) {
    struct wend_ruleset *r = load(SHORTEST "format: ndjson\n");
    cr_assert_eq(r->format.kind, WEND_FORMAT_NDJSON);
    wend__ruleset_destroy(r);
    r = load(SHORTEST "format: {kind: csv, separator: tab, header: no, columns: [t, c, e]}\n");
    cr_assert_eq(r->format.kind, WEND_FORMAT_DELIMITED);
    cr_assert_eq(r->format.separator, '\t');
    cr_assert_eq(r->format.header, WEND_HEADER_NO);
    cr_assert_eq(r->format.column_count, 3);
    cr_assert(is_text(r->format.columns[1], "c"));
    wend__ruleset_destroy(r);
    r = load(SHORTEST "format: {separator: ';', header: true}\n");
    cr_assert_eq(r->format.kind, WEND_FORMAT_AUTO);
    cr_assert_eq(r->format.separator, ';');
    cr_assert_eq(r->format.header, WEND_HEADER_YES);
    wend__ruleset_destroy(r);
    r = load(SHORTEST "format: {kind: csv, header: false}\n");
    cr_assert_eq(r->format.header, WEND_HEADER_NO);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, an_access_log_needs_nothing_else) {
    struct wend_ruleset *r = load("format: access-log\n");
    cr_assert_eq(r->format.kind, WEND_FORMAT_ACCESS_LOG);
    cr_assert_str_eq(field_name(r, r->time_field), "time");
    cr_assert_eq(r->customer_count, 2);
    check_template(r, &r->customer[0], (const char *[]){"host", "=|", "agent"}, 3);
    check_template(r, &r->customer[1], (const char *[]){"host"}, 1);
    check_template(r, &r->event, (const char *[]){"path"}, 1);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, the_keys_of_a_file_stand_before_those_of_its_preset) {
    struct wend_ruleset *r = load("format: segment\nid: other\nwhere: ~\n");
    cr_assert_eq(r->format.kind, WEND_FORMAT_NDJSON);
    cr_assert_eq(field_of(r, r->time_field)->kind, WEND_FIELD_FIRST);
    cr_assert_str_eq(field_name(r, r->time_field), "occurred_at");
    cr_assert_str_eq(field_name(r, r->id_field), "other");
    cr_assert_null(r->where);
    cr_assert_eq(r->customer_count, 2);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, fields_are_added_to_those_of_a_preset_name_by_name) {
    struct wend_ruleset *r = load("format: segment\nid: page_url\nvalue: plan\n"
                                  "fields: {plan: {field: /p}, page_url: {field: /mine}}\n");
    cr_assert_str_eq(field_name(r, r->time_field), "occurred_at");
    cr_assert_str_eq(field_name(r, r->id_field), "/mine");
    cr_assert_str_eq(field_name(r, r->value_field), "/p");
    wend__ruleset_destroy(r);
}

Test(definitions_keys, the_format_of_a_preset_can_be_changed_in_part) {
    struct wend_ruleset *r = load("format: {kind: snowplow, separator: ';'}\n");
    cr_assert_eq(r->format.kind, WEND_FORMAT_DELIMITED);
    cr_assert_eq(r->format.separator, ';');
    cr_assert_eq(r->format.header, WEND_HEADER_NO);
    cr_assert_eq(r->format.column_count, 131);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, without_presets_only_the_plain_formats_are_known) {
    struct wend_ruleset *ruleset;
    struct wend_error error = {0};
    cr_assert_eq(wend__definitions_load(wend__bytes_text("format: segment\n"), "f", NULL, &ruleset,
                                        NULL, &error),
                 WEND_ERROR_USAGE);
    cr_assert_str_eq(error.text, "`format` is auto, ndjson, csv or access-log, not `segment`");
}

Test(definitions_keys, templates_join_literals_and_fields) {
    struct wend_ruleset *r = load("time: t\ncustomer: ['{a}', 'x{{{b}}}y{c}']\n"
                                  "event: '{kind}: {name}'\n");
    check_fields(r);
    check_template(r, &r->customer[0], (const char *[]){"a"}, 1);
    check_template(r, &r->customer[1], (const char *[]){"=x{", "b", "=}y", "c"}, 4);
    check_template(r, &r->event, (const char *[]){"kind", "=: ", "name"}, 3);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, fields_may_be_made_from_others_in_any_order) {
    struct wend_ruleset *r =
        load("time: t\ncustomer: who\nevent: page\nid: tag\nvalue: host\nfields:\n"
             "  page: {url: link, part: path}\n  tag: {url: link, part: query.utm_source}\n"
             "  host: {url: link, part: host}\n  link: {first: [address, url]}\n"
             "  address: {field: /a/b}\n  who: {first: [who, /w]}\n  unused: {first: [zzz]}\n");
    check_fields(r);
    const struct wend_field *page = field_of(r, r->event.parts[0].field);
    const struct wend_field *tag = field_of(r, r->id_field);
    const struct wend_field *link = field_of(r, page->source);
    const struct wend_field *who = field_of(r, r->customer[0].parts[0].field);
    cr_assert_eq(page->kind, WEND_FIELD_URL_PATH);
    cr_assert_eq(tag->kind, WEND_FIELD_URL_QUERY);
    cr_assert(is_text(tag->parameter, "utm_source"));
    cr_assert_eq(tag->source, page->source);
    cr_assert_eq(field_of(r, r->value_field)->kind, WEND_FIELD_URL_HOST);
    cr_assert_eq(link->kind, WEND_FIELD_FIRST);
    cr_assert_eq(link->source_count, 2);
    cr_assert_str_eq(field_name(r, link->sources[0]), "/a/b");
    cr_assert_str_eq(field_name(r, link->sources[1]), "url");
    cr_assert_eq(who->kind, WEND_FIELD_FIRST);
    cr_assert_eq(field_of(r, who->sources[0])->kind, WEND_FIELD_PLAIN);
    /* t, /a/b, url, link, page, who as it is, /w, who as made, tag, host; nothing that is unused */
    cr_assert_eq(r->field_count, 10);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, equal_fields_are_one) {
    struct wend_ruleset *r =
        load("time: t\ncustomer: a\nevent: b\nid: c\nfields: {a: {field: x}, b: {field: x}, "
             "c: {url: x, part: host}, d: {url: x, part: host}}\nvalue: d\n"
             "where: {x: {host: shop}}\n");
    cr_assert_eq(r->field_count, 3);
    cr_assert_eq(r->id_field, r->value_field);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, event_elsewhere_is_the_event_as_mapped) {
    struct wend_ruleset *r = load("time: t\ncustomer: event\nevent: name\n"
                                  "segments: [{kind: event}]\nsessions: {key: event}\n");
    cr_assert_str_eq(field_name(r, r->customer[0].parts[0].field), "name");
    cr_assert_eq(r->segments[0].field, r->sessions.key_field);
    cr_assert_eq(r->segments[0].field, r->event.parts[0].field);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, event_is_a_field_of_its_own_where_it_is_a_template) {
    struct wend_ruleset *r = load("time: t\ncustomer: c\nevent: '{a} {event}'\n"
                                  "segments: [{kind: event}]\n");
    const struct wend_field *field = field_of(r, r->segments[0].field);
    cr_assert_eq(field->kind, WEND_FIELD_EVENT);
    cr_assert_eq(field_of(r, r->event.parts[2].field)->kind, WEND_FIELD_PLAIN);
    check_fields(r);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, event_is_a_plain_field_where_events_have_no_name) {
    struct wend_ruleset *r = load("time: t\ncustomer: c\nsegments: [event]\n");
    cr_assert_eq(r->event.part_count, 0);
    cr_assert_eq(field_of(r, r->segments[0].field)->kind, WEND_FIELD_PLAIN);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, touchpoints_keep_their_order_and_share_their_names) {
    struct wend_ruleset *r = load(SHORTEST "touchpoints:\n"
                                           "  - {name: page, when: {e: a}}\n"
                                           "  - name: '{e}: {x}'\n    when: {}\n"
                                           "  - {name: page, when: {e: b}}\n"
                                           "  - {name: 'a{{b', when: ~}\n");
    cr_assert(r->has_touchpoint_list);
    cr_assert_eq(r->rule_count, 4);
    cr_assert_eq(r->name_count, 2);
    cr_assert(is_text(r->names[0], "page"));
    cr_assert(is_text(r->names[1], "a{b"));
    cr_assert_eq(r->rules[0].fixed_name, 0);
    cr_assert_eq(r->rules[2].fixed_name, 0);
    cr_assert_eq(r->rules[3].fixed_name, 1);
    cr_assert_eq(r->rules[1].fixed_name, WEND_NO_FIELD);
    check_template(r, &r->rules[1].name, (const char *[]){"e", "=: ", "x"}, 3);
    cr_assert_not_null(r->rules[0].condition);
    cr_assert_null(r->rules[1].condition);
    cr_assert_null(r->rules[3].condition);
    cr_assert_eq(r->rules[2].line, 8);
    cr_assert_eq(r->rules[2].column, 5);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, sessions_take_all_their_keys) {
    struct wend_ruleset *r =
        load(SHORTEST "journeys: [{name: a}, {name: b}]\nsessions: {gap: none, max_duration: 4h, "
                      "cut_on: [x, y], cut_at_midnight: true, timezone: '+02:00', key: k, "
                      "goal: b}\n");
    cr_assert_eq(r->sessions.gap_us, WEND_NO_LIMIT_US);
    cr_assert_eq(r->sessions.max_duration_us, 240 * MINUTE_US);
    cr_assert_eq(r->sessions.cut_field_count, 2);
    cr_assert_str_eq(field_name(r, r->sessions.cut_fields[1]), "y");
    cr_assert(r->sessions.cut_at_midnight);
    cr_assert(is_text(r->sessions.timezone, "+02:00"));
    cr_assert_str_eq(field_name(r, r->sessions.key_field), "k");
    cr_assert_eq(r->sessions.goal_journey, 1);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, journeys_take_all_their_keys) {
    struct wend_ruleset *r =
        load(SHORTEST "journeys:\n  - name: buy\n    start: [p, q]\n    goal: g\n    stages:\n"
                      "      - look: [p, p, q]\n      - {name: pay, touchpoints: g}\n"
                      "    funnel: strict\n    timeout: none\n    within: 1h\n"
                      "    after_goal: continue\n    per: session\n  - {name: any, funnel: any}\n");
    const struct wend_journey_rule *j = &r->journeys[0];
    cr_assert_eq(r->journey_count, 2);
    cr_assert_eq(j->start_count, 2);
    cr_assert(is_text(j->start[1], "q"));
    cr_assert_eq(j->goal_count, 1);
    cr_assert(is_text(j->goal[0], "g"));
    cr_assert_eq(j->stage_count, 2);
    cr_assert(is_text(j->stages[0].name, "look"));
    cr_assert_eq(j->stages[0].touchpoint_count, 3);
    cr_assert(is_text(j->stages[1].name, "pay"));
    cr_assert(is_text(j->stages[1].touchpoints[0], "g"));
    cr_assert_eq(j->funnel, WEND_FUNNEL_STRICT);
    cr_assert_eq(j->timeout_us, WEND_NO_LIMIT_US);
    cr_assert_eq(j->within_us, 60 * MINUTE_US);
    cr_assert(j->after_goal_continue);
    cr_assert(j->per_session);
    cr_assert_eq(r->journeys[1].funnel, WEND_FUNNEL_ANY);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, segments_are_fields_or_names_for_fields) {
    struct wend_ruleset *r = load(SHORTEST "segments: [device, {country: /geo/country}]\n");
    cr_assert_eq(r->segment_count, 2);
    cr_assert(is_text(r->segments[0].name, "device"));
    cr_assert_str_eq(field_name(r, r->segments[0].field), "device");
    cr_assert(is_text(r->segments[1].name, "country"));
    cr_assert_str_eq(field_name(r, r->segments[1].field), "/geo/country");
    wend__ruleset_destroy(r);
    r = load(SHORTEST "segments: device\n");
    cr_assert_eq(r->segment_count, 1);
    wend__ruleset_destroy(r);
}

Test(definitions_keys, a_byte_order_mark_and_crlf_do_no_harm) {
    struct wend_ruleset *r = load("\xEF\xBB\xBFtime: t\r\ncustomer: c\r\n");
    cr_assert_str_eq(field_name(r, r->time_field), "t");
    wend__ruleset_destroy(r);
}
