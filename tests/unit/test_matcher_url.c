#include "match/match_url.h"

#include <criterion/criterion.h>

static void expect(const char *what, struct wend_bytes found, const char *expected) {
    if (expected == NULL) {
        cr_assert_null(found.data, "%s is \"%.*s\"", what, (int)found.len,
                       (const char *)found.data);
        return;
    }
    cr_assert_not_null(found.data, "%s is absent, not \"%s\"", what, expected);
    cr_assert(wend__bytes_is(found, expected), "%s is \"%.*s\", not \"%s\"", what, (int)found.len,
              (const char *)found.data, expected);
}

static void expect_parts(const char *url, const char *host, const char *path) {
    struct wend_buffer scratch = {0};
    struct wend_bytes found;
    cr_assert(wend__url_host(wend__bytes_text(url), &scratch, &found));
    expect(url, found, host);
    expect(url, wend__url_path(wend__bytes_text(url)), path);
    wend__buffer_deinit(&scratch);
}

static void expect_query(const char *url, const char *name, const char *value) {
    struct wend_buffer scratch = {0};
    struct wend_bytes found;
    cr_assert(wend__url_query(wend__bytes_text(url), wend__bytes_text(name), &scratch, &found));
    expect(url, found, value);
    wend__buffer_deinit(&scratch);
}

Test(matcher_url, a_full_url_has_a_lower_case_host_and_a_path_as_written) {
    expect_parts("https://user:pw@Shop.EXAMPLE:8080/A/b%20c;d?x=1#top", "shop.example",
                 "/A/b%20c;d");
    expect_parts("HTTP://h", "h", NULL);
    expect_parts("svn+ssh://a.b/c", "a.b", "/c");
    expect_parts("//cdn.example/x.js", "cdn.example", "/x.js");
}

Test(matcher_url, a_path_alone_has_no_host) {
    expect_parts("/cart?step=2", NULL, "/cart");
    expect_parts("cart/1#x", NULL, "cart/1");
    expect_parts("/a//b", NULL, "/a//b");
    expect_parts("mailto:a@b", NULL, "mailto:a@b");
    expect_parts("1http://x/y", NULL, "1http://x/y");
    expect_parts("?x=http://h/p", NULL, NULL);
    expect_parts("#http://h/p", NULL, NULL);
    expect_parts("http:", NULL, "http:");
    expect_parts("http:/", NULL, "http:/");
    expect_parts("", NULL, NULL);
    expect_parts("/", NULL, "/");
}

Test(matcher_url, user_and_port_are_cut_off_the_host) {
    expect_parts("http://a@b@Host:/", "host", "/");
    expect_parts("http://[::1]:80/", "[::1]", "/");
    expect_parts("http://[2001:DB8::1]/", "[2001:db8::1]", "/");
    expect_parts("http://host:80x/", "host:80x", "/");
    expect_parts("http://123/", "123", "/");
    expect_parts("http://:80/", NULL, "/");
    expect_parts("http://u@/", NULL, "/");
    expect_parts("http:///p", NULL, "/p");
    expect_parts("http://h?x", "h", NULL);
    expect_parts("http://h#x/y", "h", NULL);
}

Test(matcher_url, only_ascii_letters_of_a_host_change_case) {
    expect_parts("http://\xC3\x84Z\xFF/", "\xC3\x84z\xFF", "/");
}

Test(matcher_url, the_first_parameter_of_a_name_counts) {
    expect_query("/p?a=1&b=2&a=3", "a", "1");
    expect_query("/p?a=1&b=2", "b", "2");
    expect_query("/p?a=&a=3", "a", NULL);
    expect_query("/p?a&b=2", "a", NULL);
    expect_query("/p?aa=1", "a", NULL);
    expect_query("/p?a=1=2", "a", "1=2");
    expect_query("/p?&&b=x", "b", "x");
    expect_query("/p?x=?a=1&a=2", "a", "2");
    expect_query("/p", "a", NULL);
    expect_query("/p?", "a", NULL);
    expect_query("/p#?a=1", "a", NULL);
    expect_query("/p?a=1#b&a=2", "a", "1");
    expect_query("?%61=1&a=2", "a", "2");
}

Test(matcher_url, parameters_are_percent_decoded_and_a_plus_stays) {
    expect_query("?q=a%20b+c", "q", "a b+c");
    expect_query("?q=%C3%A4%2f", "q", "\xC3\xA4/");
    expect_query("?q=100%&x", "q", "100%");
    expect_query("?q=%4", "q", "%4");
    expect_query("?q=%zz%41", "q", "%zzA");
    expect_query("?q=%%41", "q", "%A");
    expect_query("?q=%2541", "q", "%41");
}

Test(matcher_url, a_decoded_zero_byte_is_a_byte) {
    struct wend_buffer scratch = {0};
    struct wend_bytes found;
    cr_assert(wend__url_query(wend__bytes_text("?q=%00"), wend__bytes_text("q"), &scratch, &found));
    cr_assert_eq(found.len, 1);
    cr_assert_eq(found.data[0], 0);
    wend__buffer_deinit(&scratch);
}
