#include "matcher_fixture.h"
#include "random.h"

static bool glob(const char *pattern, const char *text) {
    return wend__glob_matches(wend__bytes_text(pattern), wend__bytes_text(text));
}

Test(matcher_condition, a_glob_matches_the_whole_value) {
    cr_assert(glob("/product/*", "/product/1"));
    cr_assert(glob("/product/*", "/product/"));
    cr_assert(!glob("/product/*", "x/product/1"));
    cr_assert(!glob("/product", "/product/1"));
    cr_assert(glob("*", ""));
    cr_assert(glob("**", "x"));
    cr_assert(glob("", ""));
    cr_assert(!glob("", "x"));
    cr_assert(!glob("?", ""));
    cr_assert(!glob("*?", ""));
    cr_assert(glob("*b*d", "abcbd"));
    cr_assert(glob("*abc", "ababc"));
    cr_assert(!glob("*abc*abc", "abcab"));
    cr_assert(glob("a*", "a\nb"));
}

Test(matcher_condition, a_question_mark_is_one_character) {
    cr_assert(glob("?", "\xC3\xA9"));
    cr_assert(!glob("??", "\xC3\xA9"));
    cr_assert(!glob("*??", "\xE2\x82\xAC"));
    cr_assert(!glob("*?*?*", "\xF0\x9F\x98\x80"));
    cr_assert(glob("a?c", "a\xE2\x82\xAC"
                          "c"));
    cr_assert(glob("*?c", "\xE2\x82\xAC"
                          "c"));
}

Test(matcher_condition, an_ill_formed_part_is_one_character) {
    cr_assert(glob("?", "\xFF"));
    cr_assert(glob("??", "\xFF\xFE"));
    cr_assert(glob("?", "\xE2\x82"));
    cr_assert(glob("?x", "\xE2\x82x"));
    cr_assert(glob("??", "\xC0\x80"));
    cr_assert(glob("???", "\xED\xA0\x80"));
    cr_assert(!glob("?", "\xF4\x90"));
}

/* Slow and plain: characters by trial, in the manner of the definition. */
static bool glob_naive(const uint8_t *g, size_t g_len, const uint8_t *t, size_t t_len) {
    static bool table[16][16];
    memset(table, 0, sizeof table);
    table[0][0] = true;
    for (size_t i = 1; i <= g_len; i++) {
        for (size_t k = 0; k <= t_len; k++) {
            table[i][k] = g[i - 1] == '*' ? table[i - 1][k] || (k > 0 && table[i][k - 1])
                                          : k > 0 && table[i - 1][k - 1] &&
                                                (g[i - 1] == '?' || g[i - 1] == t[k - 1]);
        }
    }
    return table[g_len][t_len];
}

Test(matcher_condition, globs_agree_with_a_table_of_all_splits) {
    uint64_t state = 11;
    for (int round = 0; round < 200000; round++) {
        uint8_t g[8];
        uint8_t t[10];
        size_t g_len = random_below(&state, 8);
        size_t t_len = random_below(&state, 10);
        for (size_t i = 0; i < g_len; i++) {
            g[i] = (uint8_t) "ab*?"[random_below(&state, 4)];
        }
        for (size_t i = 0; i < t_len; i++) {
            t[i] = (uint8_t) "ab"[random_below(&state, 2)];
        }
        cr_assert_eq(wend__glob_matches(wend__bytes(g, g_len), wend__bytes(t, t_len)),
                     glob_naive(g, g_len, t, t_len), "%.*s against %.*s", (int)g_len, g, (int)t_len,
                     t);
    }
}

Test(matcher_condition, a_glob_of_many_stars_takes_no_exponential_time) {
    enum { LEN = 100000 };
    char *text = wend__alloc(LEN);
    memset(text, 'a', LEN);
    cr_assert(!wend__glob_matches(wend__bytes_text("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"),
                                  wend__bytes(text, LEN)));
    cr_assert(wend__glob_matches(wend__bytes_text("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*?"),
                                 wend__bytes(text, LEN)));
    wend__free(text);
}

/* A fixture with one field and one test on it. */
static bool holds(enum wend_test_kind kind, const char *text, const char *value) {
    struct matcher_fixture f;
    fixture_start(&f);
    uint32_t field = plain(&f, "f");
    f.ruleset.where = condition(&f, kind, field, text);
    fixture_open(&f);
    begin(&f, VALUES(value));
    bool met = wend__matcher_where(f.matcher);
    fixture_stop(&f);
    return met;
}

Test(matcher_condition, texts_are_compared_as_bytes) {
    cr_assert(holds(WEND_TEST_EQUALS, "cart", "cart"));
    cr_assert(!holds(WEND_TEST_EQUALS, "cart", "Cart"));
    cr_assert(!holds(WEND_TEST_EQUALS, "cart", "carts"));
    cr_assert(holds(WEND_TEST_PREFIX, "/p", "/p/1"));
    cr_assert(holds(WEND_TEST_PREFIX, "/p", "/p"));
    cr_assert(!holds(WEND_TEST_PREFIX, "/p", "/"));
    cr_assert(holds(WEND_TEST_PREFIX, "", "x"));
}

Test(matcher_condition, a_regular_expression_matches_any_part) {
    cr_assert(holds(WEND_TEST_REGEX, "^/p/\\d+$", "/p/12"));
    cr_assert(holds(WEND_TEST_REGEX, "\\d", "/p/12/x"));
    cr_assert(!holds(WEND_TEST_REGEX, "^\\d", "/p/12"));
    cr_assert(holds(WEND_TEST_REGEX, "^.$", "\xC3\xA9"));
    cr_assert(holds(WEND_TEST_REGEX, "b",
                    "\xFF"
                    "b"));
}

Test(matcher_condition, a_regular_expression_that_meets_a_limit_does_not_match) {
    static char text[4001];
    memset(text, 'a', sizeof text - 1);
    static const char pattern[] = "^(?:(?:a+)+x|a*)$";
    cr_assert(holds(WEND_TEST_REGEX, pattern, "aaa"));
    cr_assert(!holds(WEND_TEST_REGEX, pattern, text));
}

Test(matcher_condition, a_regular_expression_sees_the_first_16_kib) {
    static char text[16385 + 1];
    memset(text, 'a', sizeof text - 1);
    text[16384] = 'b';
    cr_assert(!holds(WEND_TEST_REGEX, "b", text));
    cr_assert(!holds(WEND_TEST_REGEX, "^a+$", text)); /* its end is not seen */
    cr_assert(holds(WEND_TEST_REGEX, "^a+", text));
    text[16384] = '\0';
    cr_assert(holds(WEND_TEST_REGEX, "^a+$", text));
    text[16383] = 'b';
    cr_assert(holds(WEND_TEST_REGEX, "b", text));
}

Test(matcher_condition, numbers_are_those_of_json) {
    cr_assert(holds(WEND_TEST_LESS, "10", "9.99"));
    cr_assert(!holds(WEND_TEST_LESS, "10", "10.0"));
    cr_assert(holds(WEND_TEST_LESS_EQUAL, "10", "1e1"));
    cr_assert(holds(WEND_TEST_GREATER, "-1", "0"));
    cr_assert(!holds(WEND_TEST_GREATER, "0", "-0"));
    cr_assert(holds(WEND_TEST_GREATER_EQUAL, "2", "2"));
    cr_assert(!holds(WEND_TEST_GREATER, "0", "+5"));
    cr_assert(!holds(WEND_TEST_GREATER, "0", "0x10"));
    cr_assert(!holds(WEND_TEST_GREATER, "0", "NaN"));
    cr_assert(!holds(WEND_TEST_LESS_EQUAL, "0", " 0"));
}

Test(matcher_condition, numbers_are_compared_to_their_last_digit) {
    static char many[502];
    cr_assert(holds(WEND_TEST_GREATER, "9007199254740992", "9007199254740993"));
    cr_assert(!holds(WEND_TEST_LESS_EQUAL, "0.1", "0.10000000000000000001"));
    cr_assert(holds(WEND_TEST_LESS, "-1e400", "-1e401"));
    cr_assert(holds(WEND_TEST_GREATER, "0", "1e-400"));
    memset(many, '0', sizeof many - 1);
    many[0] = '1';
    cr_assert(holds(WEND_TEST_LESS_EQUAL, "1e500", many));
    cr_assert(holds(WEND_TEST_GREATER_EQUAL, "1e500", many));
}

Test(matcher_condition, nothing_holds_of_an_absent_field) {
    for (int kind = WEND_TEST_EQUALS; kind <= WEND_TEST_GREATER_EQUAL; kind++) {
        cr_assert(!holds((enum wend_test_kind)kind, "0", NULL), "kind %d", kind);
    }
    cr_assert(holds(WEND_TEST_PRESENT, "", "x"));
}

Test(matcher_condition, one_of_many_texts_is_found_in_the_sorted_list) {
    struct matcher_fixture f;
    fixture_start(&f);
    uint32_t field = plain(&f, "f");
    f.ruleset.where = condition(&f, WEND_TEST_EQUALS, field, "");
    struct wend_bytes texts[] = {wend__bytes_text("a"), wend__bytes_text("aa"),
                                 wend__bytes_text("b"), wend__bytes_text("cart"),
                                 wend__bytes_text("\xC3\xA4")};
    f.tests[0].texts = texts;
    f.tests[0].text_count = 5;
    fixture_open(&f);
    for (size_t i = 0; i < 5; i++) {
        f.row[field] = texts[i];
        cr_assert(wend__matcher_begin(f.matcher, f.row));
        cr_assert(wend__matcher_where(f.matcher));
    }
    static const char *const others[] = {"", "A", "ab", "car", "carts", "z", "\xFF"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        begin(&f, VALUES(others[i]));
        cr_assert(!wend__matcher_where(f.matcher), "%s", others[i]);
    }
    fixture_stop(&f);
}

/* all: [a present, not: b = x], any: [c = y, c absent] */
Test(matcher_condition, tests_jump_to_the_end_as_any_all_and_not_want_it) {
    struct matcher_fixture f;
    fixture_start(&f);
    uint32_t a = plain(&f, "a");
    uint32_t b = plain(&f, "b");
    uint32_t c = plain(&f, "c");
    (void)condition(&f, WEND_TEST_PRESENT, a, "");
    (void)condition(&f, WEND_TEST_EQUALS, b, "x");
    (void)condition(&f, WEND_TEST_EQUALS, c, "y");
    (void)condition(&f, WEND_TEST_PRESENT, c, "");
    f.tests[0].on_true = 1;
    f.tests[1].on_true = WEND_TEST_FALSE;
    f.tests[1].on_false = 2;
    f.tests[2].on_false = 3;
    f.tests[3].on_true = WEND_TEST_FALSE;
    f.tests[3].on_false = WEND_TEST_TRUE;
    f.conditions[0].test_count = 4;
    f.ruleset.where = &f.conditions[0];
    fixture_open(&f);
    static const struct {
        const char *values[3];
        bool met;
    } cases[] = {
        {{"1", NULL, NULL}, true}, {{"1", "z", "y"}, true},   {{"1", "x", "y"}, false},
        {{NULL, "z", "y"}, false}, {{"1", NULL, "z"}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(&f, cases[i].values);
        cr_assert_eq(wend__matcher_where(f.matcher), cases[i].met, "case %zu", i);
    }
    fixture_stop(&f);
}

Test(matcher_condition, no_condition_is_always_met) {
    struct matcher_fixture f;
    fixture_start(&f);
    (void)plain(&f, "f");
    fixture_open(&f);
    begin(&f, VALUES(NULL));
    cr_assert(wend__matcher_where(f.matcher));
    struct wend_condition empty = {0};
    f.ruleset.where = &empty;
    cr_assert(wend__matcher_where(f.matcher));
    fixture_stop(&f);
}
