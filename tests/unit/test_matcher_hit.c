#include "matcher_fixture.h"

#include "base/number.h"

static void expect_customer(struct matcher_fixture *f, const char *const *values,
                            const char *expected) {
    struct wend_bytes customer;
    begin(f, values);
    cr_assert(wend__matcher_customer(f->matcher, &customer));
    if (expected == NULL) {
        cr_assert_null(customer.data);
    } else {
        cr_assert(wend__bytes_is(customer, expected), "%.*s, not %s", (int)customer.len,
                  (const char *)customer.data, expected);
    }
}

Test(matcher_hit, the_first_present_template_names_the_customer) {
    struct matcher_fixture f;
    fixture_start(&f);
    uint32_t user = plain(&f, "user");
    uint32_t host = plain(&f, "host");
    uint32_t agent = plain(&f, "agent");
    f.customer[0] = field_template(&f, user);
    f.customer[1] = make_template(
        &f, (struct piece[]){{NULL, host}, {"|", 0}, {NULL, agent}, {NULL, WEND_NO_FIELD}});
    f.customer[2] = field_template(&f, host);
    f.ruleset.customer_count = 3;
    fixture_open(&f);
    expect_customer(&f, VALUES("u1", "h", "a"), "u1");
    expect_customer(&f, VALUES(NULL, "h", "a"), "h|a");
    expect_customer(&f, VALUES(NULL, "h", NULL), "h");
    expect_customer(&f, VALUES(NULL, NULL, "a"), NULL);
    fixture_stop(&f);
}

Test(matcher_hit, derived_fields_build_on_those_before_them) {
    struct matcher_fixture f;
    fixture_start(&f);
    uint32_t url = plain(&f, "url");
    uint32_t referrer = plain(&f, "referrer");
    uint32_t sources[2] = {url, referrer};
    uint32_t first = add_field(&f, "any_url", WEND_FIELD_FIRST, 0);
    f.fields[first].sources = sources;
    f.fields[first].source_count = 2;
    uint32_t host = add_field(&f, "host", WEND_FIELD_URL_HOST, first);
    uint32_t path = add_field(&f, "path", WEND_FIELD_URL_PATH, first);
    uint32_t query = add_field(&f, "q", WEND_FIELD_URL_QUERY, first);
    f.fields[query].parameter = wend__bytes_text("q");
    uint32_t event = add_field(&f, "event", WEND_FIELD_EVENT, 0);
    f.ruleset.event = make_template(
        &f, (struct piece[]){{NULL, host}, {":", 0}, {NULL, path}, {NULL, WEND_NO_FIELD}});
    fixture_open(&f);

    begin(&f, VALUES(NULL, "http://Shop/p/A?q=%41"));
    cr_assert(wend__bytes_is(f.row[host], "shop"));
    cr_assert(wend__bytes_is(f.row[path], "/p/A"));
    cr_assert(wend__bytes_is(f.row[query], "A"));
    cr_assert(wend__bytes_is(f.row[event], "shop:/p/A"));
    cr_assert_str_eq(touchpoint_name(&f), "shop:/p/A");

    begin(&f, VALUES("/x", "http://Shop/p/A?q=%41"));
    cr_assert_null(f.row[host].data);
    cr_assert(wend__bytes_is(f.row[path], "/x"));
    cr_assert_null(f.row[query].data);
    cr_assert_null(f.row[event].data);
    cr_assert_str_eq(touchpoint_name(&f), "");

    begin(&f, VALUES(NULL, NULL));
    for (uint32_t i = 0; i < f.ruleset.field_count; i++) {
        cr_assert_null(f.row[i].data);
    }
    fixture_stop(&f);
}

Test(matcher_hit, a_joined_field_is_all_of_its_sources_or_absent) {
    struct matcher_fixture f;
    fixture_start(&f);
    uint32_t date = plain(&f, "date");
    uint32_t time = plain(&f, "time");
    uint32_t sources[2] = {date, time};
    uint32_t joined = add_field(&f, "when", WEND_FIELD_JOIN, 0);
    f.fields[joined].sources = sources;
    f.fields[joined].source_count = 2;
    uint32_t target = add_field(&f, "target", WEND_FIELD_REQUEST_TARGET, joined);
    fixture_open(&f);

    begin(&f, VALUES("2026-03-03", "10:00:00"));
    cr_assert(wend__bytes_is(f.row[joined], "2026-03-03 10:00:00"));
    cr_assert_null(f.row[target].data);
    begin(&f, VALUES("GET /a", "HTTP/1.1"));
    cr_assert(wend__bytes_is(f.row[joined], "GET /a HTTP/1.1"));
    cr_assert(wend__bytes_is(f.row[target], "/a"));
    begin(&f, VALUES("2026-03-03", NULL));
    cr_assert_null(f.row[joined].data);
    begin(&f, VALUES(NULL, "10:00:00"));
    cr_assert_null(f.row[joined].data);
    fixture_stop(&f);
}

/* A fixture without touchpoint list: every event name is one. */
static void start_names(struct matcher_fixture *f) {
    fixture_start(f);
    f->ruleset.event = field_template(f, plain(f, "event"));
}

Test(matcher_hit, without_a_list_every_event_name_is_a_touchpoint) {
    struct matcher_fixture f;
    start_names(&f);
    fixture_open(&f);
    static const char *const events[] = {"view", "cart", "view", NULL, "cart"};
    static const uint32_t ids[] = {0, 1, 0, WEND_TOUCHPOINT_NONE, 1};
    for (size_t i = 0; i < 5; i++) {
        begin(&f, &events[i]);
        cr_assert_eq(match_hit(&f)->touchpoint, ids[i]);
        cr_assert_eq(wend__matcher_last_rule(f.matcher), UINT32_MAX);
    }
    cr_assert_eq(wend__matcher_names(f.matcher)->count, 2);
    fixture_stop(&f);
}

Test(matcher_hit, names_from_data_are_cleaned) {
    struct matcher_fixture f;
    start_names(&f);
    fixture_open(&f);
    expect_touchpoint(&f, VALUES("a > b"), "a \xE2\x80\xBA b");
    expect_touchpoint(&f, VALUES("a \xE2\x80\xBA b"), "a \xE2\x80\xBA b");
    expect_touchpoint(&f, VALUES("(none)"), "(none)_");
    expect_touchpoint(&f, VALUES("x\xFFy"), "x\xEF\xBF\xBDy");
    expect_touchpoint(&f, VALUES("\xE2\x80\xA6"), "\xE2\x80\xA6_");
    expect_touchpoint(&f, VALUES("a > b"), "a \xE2\x80\xBA b");
    cr_assert_eq(wend__matcher_names(f.matcher)->count, 4);
    fixture_stop(&f);
}

Test(matcher_hit, without_an_event_mapping_nothing_matches) {
    struct matcher_fixture f;
    fixture_start(&f);
    (void)plain(&f, "f");
    fixture_open(&f);
    expect_touchpoint(&f, VALUES("x"), "");
    fixture_stop(&f);
}

Test(matcher_hit, the_first_rule_that_holds_and_has_a_name_wins) {
    struct matcher_fixture f;
    fixture_start(&f);
    uint32_t event = plain(&f, "event");
    uint32_t page = plain(&f, "page");
    add_rule(&f, "purchase", condition(&f, WEND_TEST_EQUALS, event, "order"));
    add_data_rule(&f, field_template(&f, page), condition(&f, WEND_TEST_PREFIX, event, "view"));
    add_rule(&f, "other view", condition(&f, WEND_TEST_PREFIX, event, "view"));
    add_rule(&f, "purchase", condition(&f, WEND_TEST_EQUALS, page, "/thanks"));
    fixture_open(&f);
    static const struct {
        const char *values[2];
        const char *name;
        uint32_t rule;
    } cases[] = {
        {{"order", "/home"}, "purchase", 0},   {{"view_page", "/home"}, "/home", 1},
        {{"view", NULL}, "other view", 2},     {{NULL, "/thanks"}, "purchase", 3},
        {{NULL, NULL}, "", UINT32_MAX},        {{"zoom", "/x"}, "", UINT32_MAX},
        {{"view", "purchase"}, "purchase", 1},
    };
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            expect_touchpoint(&f, cases[i].values, cases[i].name);
            cr_assert_eq(wend__matcher_last_rule(f.matcher), cases[i].rule, "case %zu", i);
        }
    }
    cr_assert_eq(wend__matcher_names(f.matcher)->count, 3); /* two fixed ones and /home */
    fixture_stop(&f);
}

Test(matcher_hit, a_rule_without_conditions_takes_everything) {
    struct matcher_fixture f;
    fixture_start(&f);
    (void)plain(&f, "event");
    add_rule(&f, "any", NULL);
    fixture_open(&f);
    expect_touchpoint(&f, VALUES(NULL), "any");
    fixture_stop(&f);
}

Test(matcher_hit, too_many_names_from_data_stop_with_field_and_remedy) {
    struct matcher_fixture f;
    start_names(&f);
    f.ruleset.max_touchpoints = 3;
    fixture_open(&f);
    expect_touchpoint(&f, VALUES("a"), "a");
    expect_touchpoint(&f, VALUES("b"), "b");
    expect_touchpoint(&f, VALUES("c"), "c");
    struct wend_error error = {0};
    begin(&f, VALUES("d"));
    cr_assert_eq(wend__matcher_hit(f.matcher, &f.out.hit, &error), WEND_ERROR_LIMIT);
    cr_assert_str_eq(error.text, "more than 3 touchpoint names in field `event`\n"
                                 "list under `touchpoints` what matters (by prefix, glob or "
                                 "regex, with fixed names), or raise `max_touchpoints`");
    expect_touchpoint(&f, VALUES("c"), "c");
    fixture_stop(&f);
}

Test(matcher_hit, fixed_names_do_not_count_against_the_limit) {
    struct matcher_fixture f;
    fixture_start(&f);
    uint32_t page = plain(&f, "page");
    add_rule(&f, "home", condition(&f, WEND_TEST_EQUALS, page, "/"));
    add_rule(&f, "cart", condition(&f, WEND_TEST_EQUALS, page, "/cart"));
    add_data_rule(
        &f, make_template(&f, (struct piece[]){{"page ", 0}, {NULL, page}, {NULL, WEND_NO_FIELD}}),
        condition(&f, WEND_TEST_PREFIX, page, "/p"));
    add_data_rule(&f, field_template(&f, page), NULL);
    f.ruleset.max_touchpoints = 1;
    fixture_open(&f);
    expect_touchpoint(&f, VALUES("/p1"), "page /p1");
    expect_touchpoint(&f, VALUES("/cart"), "cart");
    expect_touchpoint(&f, VALUES("home"), "home");
    begin(&f, VALUES("/p2"));
    struct wend_error error = {0};
    cr_assert_eq(wend__matcher_hit(f.matcher, &f.out.hit, &error), WEND_ERROR_LIMIT);
    cr_assert_str_eq(error.text,
                     "more than 1 touchpoint names from data, as by template "
                     "`page {page}` (touchpoint rule 3, line 7)\n"
                     "use a field with fewer values, put rules with fixed names before it, or "
                     "raise `max_touchpoints`");
    fixture_stop(&f);
}

Test(matcher_hit, values_are_decimals_and_bad_ones_are_flagged) {
    struct matcher_fixture f;
    fixture_start(&f);
    f.ruleset.value_field = plain(&f, "value");
    fixture_open(&f);
    static const struct {
        const char *text;
        uint32_t flags;
        int64_t value;
    } cases[] = {
        {"12.5", WEND_HIT_HAS_VALUE, 125000},
        {"-0.00005", WEND_HIT_HAS_VALUE, 0},
        {"0.00015", WEND_HIT_HAS_VALUE, 2},
        {"1e3", WEND_HIT_HAS_VALUE, 10000000},
        {"99999999999999.9999", WEND_HIT_HAS_VALUE, 999999999999999999},
        {"100000000000000", WEND_HIT_BAD_VALUE, 0},
        {"12,5", WEND_HIT_BAD_VALUE, 0},
        {"true", WEND_HIT_BAD_VALUE, 0},
        {NULL, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(&f, &cases[i].text);
        const struct wend_hit *hit = match_hit(&f);
        cr_assert_eq(hit->flags, cases[i].flags, "%s", cases[i].text);
        cr_assert_eq(wend__hit_value(&f.layout, hit), cases[i].value, "%s", cases[i].text);
        int64_t stored;
        memcpy(&stored, f.out.bytes + f.layout.value_offset, sizeof stored);
        cr_assert_eq(stored, cases[i].value);
    }
    fixture_stop(&f);
}

Test(matcher_hit, ids_and_tokens_are_hashes_under_the_seed) {
    struct matcher_fixture f;
    fixture_start(&f);
    f.ruleset.id_field = plain(&f, "id");
    f.ruleset.sessions.cut_fields[0] = plain(&f, "campaign");
    f.ruleset.sessions.cut_field_count = 1;
    f.ruleset.sessions.key_field = plain(&f, "device");
    fixture_open_seeded(&f, 77);
    begin(&f, VALUES("e1", NULL, "phone"));
    const struct wend_hit *hit = match_hit(&f);
    cr_assert_eq(hit->flags, WEND_HIT_HAS_ID);
    struct wend_hash128 id = wend__hash128(wend__bytes_text("e1"), 77);
    struct wend_hash128 device = wend__hash128(wend__bytes_text("phone"), 77);
    struct wend_hash128 nothing = {0};
    cr_assert_eq(f.layout.token_count, 2);
    cr_assert_eq(memcmp(wend__hit_id(&f.layout, hit), &id, sizeof id), 0);
    cr_assert_eq(memcmp(&wend__hit_tokens(&f.layout, hit)[0], &nothing, sizeof nothing), 0);
    cr_assert_eq(memcmp(&wend__hit_tokens(&f.layout, hit)[1], &device, sizeof device), 0);
    begin(&f, VALUES(NULL, "mail", NULL));
    hit = match_hit(&f);
    cr_assert_eq(hit->flags, 0);
    cr_assert_eq(memcmp(wend__hit_id(&f.layout, hit), &nothing, sizeof nothing), 0);
    cr_assert_neq(memcmp(&wend__hit_tokens(&f.layout, hit)[0], &nothing, sizeof nothing), 0);
    cr_assert_eq(memcmp(&wend__hit_tokens(&f.layout, hit)[1], &nothing, sizeof nothing), 0);
    fixture_stop(&f);
}

/* Two segments behind a value, so that the hit ends in padding or not by the count. */
static void start_segments(struct matcher_fixture *f, uint32_t count) {
    static char names[WEND_MAX_SEGMENTS][16];
    fixture_start(f);
    for (uint32_t i = 0; i < count; i++) {
        (void)snprintf(names[i], sizeof names[i], "s%u", (unsigned)i);
        f->ruleset.segments[i] =
            (struct wend_segment_rule){wend__bytes_text(names[i]), plain(f, names[i])};
    }
    f->ruleset.segment_count = count;
}

Test(matcher_hit, segment_values_are_numbered_from_one_and_repaired) {
    struct matcher_fixture f;
    start_segments(&f, 3);
    fixture_open(&f);
    begin(&f, VALUES("phone", NULL, "a\xFF"));
    const struct wend_hit *hit = match_hit(&f);
    const uint32_t *numbers = wend__hit_segments(&f.layout, hit);
    cr_assert_eq(numbers[0], 1);
    cr_assert_eq(numbers[1], WEND_SEGMENT_ABSENT);
    cr_assert_eq(numbers[2], 2);
    begin(&f, VALUES("a\xEF\xBF\xBD", "phone", "a\xFE"));
    numbers = wend__hit_segments(&f.layout, match_hit(&f));
    cr_assert_eq(numbers[0], 2);
    cr_assert_eq(numbers[1], 1);
    cr_assert_eq(numbers[2], 2);
    const struct wend_strings *values = wend__matcher_segment_values(f.matcher);
    cr_assert_eq(values->count, 2);
    cr_assert(wend__bytes_is(wend__strings_get(values, 1), "a\xEF\xBF\xBD"));
    fixture_stop(&f);
}

Test(matcher_hit, padding_is_zeroed_and_the_callers_part_of_the_head_is_kept) {
    struct matcher_fixture f;
    start_segments(&f, 1);
    fixture_open(&f);
    begin(&f, VALUES("x"));
    const struct wend_hit *hit = match_hit(&f);
    cr_assert_eq(f.layout.bytes, 48);
    static const uint8_t zeros[4];
    cr_assert_eq(memcmp(f.out.bytes + 44, zeros, 4), 0);
    cr_assert_eq(f.out.bytes[48], 0xAA);
    cr_assert_eq(hit->position, UINT64_C(0xAAAAAAAAAAAAAAAA));
    cr_assert_eq((uint64_t)hit->ts_us, UINT64_C(0xAAAAAAAAAAAAAAAA));
    cr_assert_eq(hit->customer.low, UINT64_C(0xAAAAAAAAAAAAAAAA));
    fixture_stop(&f);
}

Test(matcher_hit, too_many_segment_values_stop_with_the_name_of_the_segment) {
    struct matcher_fixture f;
    start_segments(&f, 1);
    fixture_open(&f);
    cr_assert_eq(f.matcher->segment_value_max, WEND_MAX_SEGMENT_VALUES);
    f.matcher->segment_value_max = 2;
    begin(&f, VALUES("a"));
    (void)match_hit(&f);
    begin(&f, VALUES("b"));
    (void)match_hit(&f);
    begin(&f, VALUES("c"));
    struct wend_error error = {0};
    cr_assert_eq(wend__matcher_hit(f.matcher, &f.out.hit, &error), WEND_ERROR_LIMIT);
    cr_assert_str_eq(error.text, "more than 2 segment values in `s0`\n"
                                 "segment by fields with few values");
    fixture_stop(&f);
}
