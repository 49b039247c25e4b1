#include "matcher_fixture.h"
#include "random.h"

/* Rules of every kind over three fields and a path. */
static void start_rules(struct matcher_fixture *f) {
    fixture_start(f);
    uint32_t event = plain(f, "event");
    uint32_t url = plain(f, "url");
    uint32_t amount = plain(f, "amount");
    uint32_t path = add_field(f, "path", WEND_FIELD_URL_PATH, url);
    add_rule(f, "order", condition(f, WEND_TEST_EQUALS, event, "a"));
    add_rule(f, "big", condition(f, WEND_TEST_GREATER, amount, "5"));
    add_rule(f, "deep", condition(f, WEND_TEST_REGEX, path, "^/a/[0-9]+$"));
    add_rule(f, "glob", condition(f, WEND_TEST_GLOB, path, "/b*?"));
    add_data_rule(
        f, make_template(f, (struct piece[]){{NULL, event}, {" ", 0}, {NULL, path}, {NULL, ~0U}}),
        condition(f, WEND_TEST_PREFIX, path, "/c"));
    add_data_rule(f, field_template(f, event), condition(f, WEND_TEST_PRESENT, amount, ""));
}

static const char *random_text(uint64_t *state, char *text) {
    static const char letters[] = "/abc>\xC3\xA9\xFF"
                                  "1";
    size_t len = random_below(state, 5);
    if (len == 0) {
        return NULL;
    }
    for (size_t i = 0; i < len; i++) {
        text[i] = letters[random_below(state, sizeof letters - 1)];
    }
    text[len] = '\0';
    return text;
}

/* The name and the rule of the present record. */
static uint32_t answer(struct matcher_fixture *f, char *name, size_t size) {
    (void)snprintf(name, size, "%s", touchpoint_name(f));
    return wend__matcher_last_rule(f->matcher);
}

Test(matcher_memo, answers_are_those_of_the_rules_on_random_records) {
    struct matcher_fixture with;
    struct matcher_fixture without;
    start_rules(&with);
    start_rules(&without);
    fixture_open_seeded(&with, 1);
    fixture_open_seeded(&without, 2);
    cr_assert(with.matcher->use_memo);
    without.matcher->use_memo = false;
    uint64_t state = 3;
    for (int round = 0; round < 100000; round++) {
        char texts[3][8];
        const char *values[3];
        for (int i = 0; i < 3; i++) {
            values[i] = random_text(&state, texts[i]);
        }
        if (random_below(&state, 4) == 0) {
            values[2] = random_below(&state, 2) == 0 ? "7" : "3";
        }
        char names[2][256];
        begin(&with, values);
        begin(&without, values);
        uint32_t rules[2] = {answer(&with, names[0], 256), answer(&without, names[1], 256)};
        cr_assert_eq(rules[0], rules[1]);
        cr_assert_str_eq(names[0], names[1]);
        cr_assert_eq(with.out.hit.touchpoint, without.out.hit.touchpoint);
    }
    cr_assert_gt(with.matcher->memo.entry_count, 1000);
    fixture_stop(&with);
    fixture_stop(&without);
}

Test(matcher_memo, plain_event_names_give_what_a_rule_for_all_of_them_gives) {
    struct matcher_fixture direct;
    struct matcher_fixture ruled;
    fixture_start(&direct);
    direct.ruleset.event = field_template(&direct, plain(&direct, "event"));
    fixture_start(&ruled);
    add_data_rule(&ruled, field_template(&ruled, plain(&ruled, "event")), NULL);
    fixture_open_seeded(&direct, 1);
    fixture_open_seeded(&ruled, 2);
    uint64_t state = 5;
    for (int round = 0; round < 50000; round++) {
        char text[8];
        const char *value = random_text(&state, text);
        char names[2][256];
        begin(&direct, &value);
        begin(&ruled, &value);
        (void)answer(&direct, names[0], 256);
        (void)answer(&ruled, names[1], 256);
        cr_assert_str_eq(names[0], names[1]);
        cr_assert_eq(direct.out.hit.touchpoint, ruled.out.hit.touchpoint);
    }
    fixture_stop(&direct);
    fixture_stop(&ruled);
}

Test(matcher_memo, where_a_value_ends_and_which_is_absent_matters) {
    struct matcher_fixture f;
    fixture_start(&f);
    uint32_t a = plain(&f, "a");
    uint32_t b = plain(&f, "b");
    add_data_rule(
        &f, make_template(&f, (struct piece[]){{NULL, a}, {"|", 0}, {NULL, b}, {NULL, ~0U}}), NULL);
    add_data_rule(&f, field_template(&f, a), NULL);
    add_data_rule(&f, field_template(&f, b), NULL);
    fixture_open(&f);
    for (int round = 0; round < 2; round++) {
        expect_touchpoint(&f, VALUES("xy", "z"), "xy|z");
        expect_touchpoint(&f, VALUES("x", "yz"), "x|yz");
        expect_touchpoint(&f, VALUES("xyz", NULL), "xyz");
        expect_touchpoint(&f, VALUES(NULL, "xyz"), "xyz");
        expect_touchpoint(&f, VALUES(NULL, NULL), "");
    }
    cr_assert_eq(f.matcher->memo.entry_count, 5);
    fixture_stop(&f);
}

/* One field, so that a key of n bytes takes 4 + n. */
static void memo_of_one(struct wend_memo *memo) {
    static const uint32_t fields[] = {0};
    wend__memo_init(memo, 9, fields, 1);
}

static void remember(struct wend_memo *memo, struct wend_bytes value, uint32_t touchpoint) {
    uint32_t tag;
    struct wend_memo_answer found;
    cr_assert(wend__memo_tag(memo, &value, &tag));
    cr_assert(!wend__memo_find(memo, &value, tag, &found));
    wend__memo_add(memo, &value, tag, (struct wend_memo_answer){touchpoint, 1});
    cr_assert(wend__memo_find(memo, &value, tag, &found));
    cr_assert_eq(found.touchpoint, touchpoint);
}

Test(matcher_memo, a_flood_of_values_stays_within_entries_and_bytes) {
    struct wend_memo memo;
    memo_of_one(&memo);
    for (uint32_t n = 0; n < 3 * WEND_MEMO_MAX_ENTRIES; n++) {
        char text[16];
        int len = snprintf(text, sizeof text, "name %u", (unsigned)n);
        remember(&memo, wend__bytes(text, (size_t)len), n);
        cr_assert_leq(memo.entry_count, WEND_MEMO_MAX_ENTRIES);
    }
    cr_assert_eq(memo.slot_count, 2 * WEND_MEMO_MAX_ENTRIES);
    static char wide[WEND_MEMO_MAX_VALUE_BYTES];
    for (uint32_t n = 0; n < 10000; n++) {
        memcpy(wide, &n, sizeof n);
        remember(&memo, wend__bytes(wide, sizeof wide), n);
        cr_assert_leq(memo.keys.len, WEND_MEMO_MAX_KEY_BYTES);
    }
    cr_assert_leq(memo.keys.capacity, WEND_MEMO_MAX_KEY_BYTES);
    wend__memo_deinit(&memo);
}

Test(matcher_memo, equal_tags_are_told_apart_by_their_values) {
    struct wend_memo memo;
    memo_of_one(&memo);
    struct wend_bytes a = wend__bytes_text("a");
    struct wend_bytes b = wend__bytes_text("b");
    struct wend_memo_answer found;
    wend__memo_add(&memo, &a, 7, (struct wend_memo_answer){1, 0});
    cr_assert(!wend__memo_find(&memo, &b, 7, &found));
    wend__memo_add(&memo, &b, 7, (struct wend_memo_answer){2, 0});
    cr_assert(wend__memo_find(&memo, &b, 7, &found));
    cr_assert_eq(found.touchpoint, 2);
    cr_assert(wend__memo_find(&memo, &a, 7, &found));
    cr_assert_eq(found.touchpoint, 1);
    wend__memo_deinit(&memo);
}

Test(matcher_memo, a_value_of_a_mebibyte_is_matched_but_not_remembered) {
    struct matcher_fixture f;
    start_rules(&f);
    fixture_open(&f);
    enum { LEN = 1 << 20 };
    char *text = wend__alloc(LEN + 1);
    memset(text, '7', LEN);
    memcpy(text, "/a/", 3);
    text[LEN] = '\0';
    text[16 << 10] = '\0'; /* as much as a regular expression sees */
    expect_touchpoint(&f, VALUES(NULL, text, NULL), "deep");
    text[16 << 10] = '7';
    memcpy(text, "/b/", 3);
    expect_touchpoint(&f, VALUES(NULL, text, NULL), "glob");
    memcpy(text, "/c>", 3);
    begin(&f, VALUES("x", text, NULL));
    uint32_t id = match_hit(&f)->touchpoint;
    cr_assert_eq(wend__strings_get(wend__matcher_names(f.matcher), id).len, LEN + 4);
    cr_assert_eq(f.matcher->memo.entry_count, 0);
    wend__free(text);
    fixture_stop(&f);
}

Test(matcher_memo, repeated_values_take_no_memory) {
    struct matcher_fixture f;
    start_rules(&f);
    fixture_open(&f);
    static const char *const records[][3] = {{"a", NULL, NULL},
                                             {"b", "http://H/c/1?x=%41", NULL},
                                             {"x>y", "/z", "1"},
                                             {NULL, "/a/5", "9"}};
    uint64_t before = 0;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 4; i++) {
            begin(&f, records[i]);
            (void)match_hit(&f);
        }
        cr_assert(round < 2 || wend__memory_count() == before);
        before = wend__memory_count();
    }
    fixture_stop(&f);
}

/* Creates, matches two records and destroys; each allocation may fail. */
static enum wend_status one_life(struct matcher_fixture *f) {
    struct wend_error error = {0};
    enum wend_status status = wend__matcher_create(&f->ruleset, &f->layout, 1, &f->matcher, &error);
    for (uint32_t i = 0; status == WEND_OK && i < 2; i++) {
        f->row[0] = wend__bytes_text(i == 0 ? "x>y" : "a");
        f->row[1] = wend__bytes_text(i == 0 ? "http://HOST/c/1?q=%41" : "/a/1");
        f->row[2] = wend__bytes_text("1");
        struct wend_bytes customer;
        status =
            wend__matcher_begin(f->matcher, f->row) && wend__matcher_customer(f->matcher, &customer)
                ? wend__matcher_hit(f->matcher, &f->out.hit, &error)
                : WEND_ERROR_MEMORY;
    }
    wend__matcher_destroy(f->matcher);
    f->matcher = NULL;
    return status;
}

Test(matcher_memo, each_failing_allocation_is_reported_or_does_without) {
    struct matcher_fixture f;
    start_rules(&f);
    (void)add_field(&f, "host", WEND_FIELD_URL_HOST, 1);
    uint32_t query = add_field(&f, "q", WEND_FIELD_URL_QUERY, 1);
    f.fields[query].parameter = wend__bytes_text("q");
    uint32_t both[2] = {1, 1};
    uint32_t joined = add_field(&f, "joined", WEND_FIELD_JOIN, 0);
    f.fields[joined].sources = both;
    f.fields[joined].source_count = 2;
    f.ruleset.segments[0] = (struct wend_segment_rule){wend__bytes_text("s"), 0};
    f.ruleset.segment_count = 1;
    f.customer[0] =
        make_template(&f, (struct piece[]){{"c ", 0}, {NULL, 0}, {NULL, WEND_NO_FIELD}});
    f.ruleset.customer_count = 1;
    wend__hit_layout_init(&f.layout, &f.ruleset);
    uint64_t before = wend__memory_count();
    cr_assert_eq(one_life(&f), WEND_OK);
    uint64_t count = wend__memory_count() - before;
    uint32_t failures = 0;
    for (uint64_t n = 1; n <= count; n++) {
        wend__memory_fail_at(n);
        enum wend_status status = one_life(&f);
        cr_assert(status == WEND_OK || status == WEND_ERROR_MEMORY, "allocation %llu",
                  (unsigned long long)n);
        failures += status == WEND_ERROR_MEMORY;
    }
    wend__memory_fail_at(0);
    cr_assert_geq(failures, count - 3, "%u of %u", failures, (unsigned)count); /* not the memo */
    fixture_stop(&f);
}
