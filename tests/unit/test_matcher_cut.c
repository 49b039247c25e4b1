#include "match/match_cut.h"

#include <criterion/criterion.h>

static void expect(const char *what, struct wend_bytes found, const char *expected) {
    cr_assert_eq(found.data == NULL, expected == NULL, "%s", what);
    cr_assert(expected == NULL || wend__bytes_is(found, expected), "%s is \"%.*s\", not \"%s\"",
              what, (int)found.len, (const char *)found.data, expected);
}

static void expect_request(const char *text, const char *method, const char *target) {
    expect(text, wend__request_method(wend__bytes_text(text)), method);
    expect(text, wend__request_target(wend__bytes_text(text)), target);
}

static void expect_host(const char *text, const char *host) {
    expect(text, wend__address_host(wend__bytes_text(text)), host);
}

Test(matcher_cut, a_request_line_has_a_method_and_a_target_as_written) {
    expect_request("GET https://h:443/a?b=1 HTTP/1.1", "GET", "https://h:443/a?b=1");
    expect_request("M-SEARCH * HTTP/2", "M-SEARCH", "*");
    expect_request("GET /a b HTTP/1.0", "GET", "/a b");
}

Test(matcher_cut, what_is_no_request_line_has_no_parts) {
    static const char *const texts[] = {"",
                                        " ",
                                        "-",
                                        "- - -",
                                        "GET",
                                        "GET /",
                                        "GET / FTP/1",
                                        "GET  HTTP/1.1",
                                        "GET HTTP/1.1",
                                        "get / HTTP/1.1",
                                        " / HTTP/1.1",
                                        "- http://h:80- HTTP/1.1",
                                        "- http://h:80- -"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        expect_request(texts[i], NULL, NULL);
    }
}

Test(matcher_cut, a_port_is_cut_off_an_address) {
    expect_host("192.0.2.7:2817", "192.0.2.7");
    expect_host("shop.example:80", "shop.example");
    expect_host("[2001:db8::1]:443", "[2001:db8::1]");
    expect_host("[2001:db8::1]", "[2001:db8::1]");
    expect_host("2001:db8::1", "2001:db8::1");
    expect_host("192.0.2.7", "192.0.2.7");
    expect_host("192.0.2.7:", "192.0.2.7:");
    expect_host("10", "10");
}

Test(matcher_cut, nothing_and_a_dash_are_no_host) {
    expect_host("", NULL);
    expect_host("-", NULL);
    expect_host("-:80", NULL);
    expect_host(":80", NULL);
}
