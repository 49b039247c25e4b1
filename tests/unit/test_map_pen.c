/* What a map writes: strangers' names, numbers, texts that fit; and its sums. */
#include "map/pen.h"
#include "map/sums.h"

#include <criterion/criterion.h>

static struct wend_buffer out;
static struct wend_pen pen;

static void begin(void) {
    out = (struct wend_buffer){0};
    pen = (struct wend_pen){&out, false};
}

static void end(void) {
    wend__buffer_deinit(&out);
}

TestSuite(map_pen, .init = begin, .fini = end);

static void expect(const char *wanted) {
    cr_assert_not(pen.failed);
    cr_expect(wend__bytes_is(wend__buffer_view(&out), wanted), "%.*s is not %s", (int)out.len,
              (const char *)out.data, wanted);
    wend__buffer_clear(&out);
}

static void text(const char *name) {
    wend__pen_text(&pen, wend__bytes_text(name), 0);
}

Test(map_pen, markup_in_names_is_escaped) {
    text("</script><b a='1' c=\"2\">&amp;");
    expect("&lt;/script&gt;&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;");
}

Test(map_pen, what_turns_or_controls_is_replaced) {
    text("a\xE2\x80\xAE"
         "b\x01\x1B[0m\xC2\x85\xE2\x80\xA8"
         "c");
    expect("a\xEF\xBF\xBD"
           "b\xEF\xBF\xBD\xEF\xBF\xBD[0m\xEF\xBF\xBD\xEF\xBF\xBD"
           "c");
}

Test(map_pen, invalid_text_becomes_valid) {
    text("a\xFF\xC3");
    expect("a\xEF\xBF\xBD\xEF\xBF\xBD");
}

Test(map_pen, other_scripts_and_emoji_stay) {
    text("\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xF0\x9F\x9B\x92");
    expect("\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xF0\x9F\x9B\x92");
}

Test(map_pen, a_long_name_is_cut_in_the_middle_between_characters) {
    wend__pen_text(&pen, wend__bytes_text("\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4"), 6);
    expect("\xC3\xA4\xE2\x80\xA6\xC3\xA4");
}

Test(map_pen, a_name_that_fits_is_whole_and_another_keeps_both_ends) {
    wend__pen_fit(&pen, wend__bytes_text("cart"), 100, 14);
    expect("cart");
    const char *name = "/presentations/logstash/images/face.png";
    wend__pen_fit(&pen, wend__bytes_text(name), 100, 14);
    cr_expect_eq(out.data[0], '/');
    cr_expect_eq(memcmp(out.data + out.len - 2, "ng", 2), 0);
    cr_expect_leq(wend__pen_width(wend__buffer_view(&out), 14), 100);
    cr_expect_lt(out.len, strlen(name));
}

Test(map_pen, names_of_any_length_end) {
    static char name[5000];
    memset(name, 'x', sizeof name - 1);
    wend__pen_fit(&pen, wend__bytes_text(name), 1, 14);
    expect("\xE2\x80\xA6");
}

Test(map_pen, counts_have_commas) {
    const int64_t counts[] = {0, 7, 999, 1000, 1234567, -1234};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        wend__pen_count(&pen, counts[i]);
        wend__pen_put(&pen, " ");
    }
    expect("0 7 999 1,000 1,234,567 -1,234 ");
}

Test(map_pen, shares_keep_two_digits) {
    wend__pen_share(&pen, 1, 1);
    wend__pen_put(&pen, "|");
    wend__pen_share(&pen, 45, 1000);
    wend__pen_put(&pen, "|");
    wend__pen_share(&pen, 1, 4500);
    wend__pen_put(&pen, "|");
    wend__pen_share(&pen, 0, 5);
    wend__pen_put(&pen, "|");
    wend__pen_share(&pen, 0, 0);
    expect("100 %|4.5 %|0.022 %|0 %|\xE2\x80\x93");
}

Test(map_pen, times_have_the_unit_that_says_most) {
    const double times[] = {0, 3.25, 59.9, 60, 3600, 90000, 8640000};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        wend__pen_seconds(&pen, times[i]);
        wend__pen_put(&pen, "|");
    }
    expect("0.0 s|3.2 s|60 s|1.0 min|1.0 h|1.0 d|100 d|");
}

Test(map_pen, coordinates_are_short) {
    wend__pen_attribute(&pen, "x", 12.04);
    wend__pen_attribute(&pen, "y", -0.01);
    wend__pen_attribute(&pen, "z", 3.25);
    expect(" x=\"12\" y=\"0\" z=\"3.3\"");
}

Test(map_sums, equal_keys_are_added_and_sorted_by_value_then_key) {
    struct wend_map_sums sums = {0};
    for (uint32_t i = 0; i < 1000; i++) {
        const uint32_t key[WEND_MAP_KEYS] = {i % 100, 7};
        struct wend_map_sum *sum = wend__map_sums_at(&sums, key);
        cr_assert_not_null(sum);
        sum->value[0] += i % 100 < 50 ? 1 : 2;
    }
    cr_assert_eq(sums.count, 100);
    const uint32_t missing[WEND_MAP_KEYS] = {100, 7};
    cr_expect_null(wend__map_sums_find(&sums, missing));
    wend__map_sums_sort(&sums);
    cr_expect_eq(sums.items[0].key[0], 50);
    cr_expect_eq(sums.items[0].value[0], 20);
    cr_expect_eq(sums.items[50].key[0], 0);
    wend__map_sums_deinit(&sums);
}
