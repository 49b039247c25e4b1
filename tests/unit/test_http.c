/* Parsing and escaping of engine/http, and what a run tells of itself. */
#include "api/serve.h"
#include "base/memory.h"
#include "http/listen_address.h"
#include "http/rate_limit.h"
#include "http/server.h"
#include "http/token.h"

#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *listen_text(const char *text, bool *is_loopback) {
    static char shown[WEND_LISTEN_TEXT_BYTES];
    struct wend_listen_address address;
    if (wend__listen_address_parse(text, &address, NULL) != WEND_OK) {
        return "bad";
    }
    *is_loopback = address.is_loopback;
    wend__listen_address_text(&address, shown);
    return shown;
}

Test(listen_address, addresses_of_this_machine_are_told_from_others) {
    static const struct {
        const char *text;
        const char *shown;
        bool is_loopback;
    } cases[] = {
        {"127.0.0.1:9464", "127.0.0.1:9464", true}, {"localhost:1", "127.0.0.1:1", true},
        {"LOCALHOST:1", "127.0.0.1:1", true},       {":80", "127.0.0.1:80", true},
        {"127.8.9.1:0", "127.8.9.1:0", true},       {"[::1]:65535", "[::1]:65535", true},
        {"0.0.0.0:9464", "0.0.0.0:9464", false},    {"[::]:9464", "[::]:9464", false},
        {"10.1.2.3:9464", "10.1.2.3:9464", false},  {"[fe80::1]:9", "[fe80::1]:9", false},
        {"128.0.0.1:1", "128.0.0.1:1", false},      {"[::ffff:127.0.0.1]:1", NULL, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool is_loopback = !cases[i].is_loopback;
        const char *shown = listen_text(cases[i].text, &is_loopback);
        cr_expect_str_neq(shown, "bad", "%s", cases[i].text);
        if (cases[i].shown != NULL) {
            cr_expect_str_eq(shown, cases[i].shown, "%s", cases[i].text);
        }
        cr_expect_eq(is_loopback, cases[i].is_loopback, "%s", cases[i].text);
    }
}

Test(listen_address, what_is_no_address_with_a_port_is_refused) {
    static const char *const texts[] = {
        "",          "9464",           "127.0.0.1",      "127.0.0.1:",   "127.0.0.1:65536",
        "[::1]",     "[::1:80",        "::1:80",         "a.example:80", "127.0.0.1:80x",
        "1.2.3:80",  "127.0.0.1:-1",   "[127.0.0.1]:80", "[]:80",        "127.0.0.1:000080",
        "[::1]x:80", "localhost.x:80", "127.0.0.1 :80",  "[::1%lo]:80",  "*:80",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        bool is_loopback = false;
        cr_expect_str_eq(listen_text(texts[i], &is_loopback), "bad", "%s", texts[i]);
    }
    char longest[300];
    memset(longest, '1', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    bool is_loopback = false;
    cr_expect_str_eq(listen_text(longest, &is_loopback), "bad");
}

Test(listen_address, a_host_header_names_this_machine_or_another) {
    static const char *const local[] = {"localhost",  "localhost:9464", "127.0.0.1",
                                        "[::1]:9464", "127.0.0.1:1",    "LocalHost"};
    static const char *const others[] = {"",
                                         ":80",
                                         "evil.example",
                                         "localhost.evil.example",
                                         "10.0.0.1",
                                         "127.0.0.1.evil.example",
                                         "127.0.0.1:x",
                                         "localhost:99999",
                                         "[::1",
                                         "[::]:9464",
                                         "localhost@evil.example",
                                         "0.0.0.0"};
    for (size_t i = 0; i < sizeof local / sizeof *local; i++) {
        cr_expect(wend__host_is_local(local[i]), "%s", local[i]);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        cr_expect_not(wend__host_is_local(others[i]), "%s", others[i]);
    }
}

static enum wend_status load_variable(const char *value, struct wend_token *token,
                                      struct wend_error *error) {
    (void)setenv("WEND_TEST_TOKEN", value, 1);
    return wend__token_load("$WEND_TEST_TOKEN", token, error);
}

Test(token, fits_only_itself_as_a_bearer) {
    struct wend_token token;
    cr_assert_eq(load_variable("0123456789abcdef", &token, NULL), WEND_OK);
    cr_expect(wend__token_fits(&token, "Bearer 0123456789abcdef"));
    cr_expect(wend__token_fits(&token, "bearer  0123456789abcdef"));
    static const char *const others[] = {"",
                                         "Bearer",
                                         "Bearer ",
                                         "Bearer 0123456789abcdeX",
                                         "Bearer X123456789abcdef",
                                         "0123456789abcdef",
                                         "Bearer 0123456789abcde",
                                         "Bearer 0123456789abcdef ",
                                         "Basic 0123456789abcdef",
                                         "Bearer 0123456789abcdef0123456789abcdef"};
    cr_expect_not(wend__token_fits(&token, NULL));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        cr_expect_not(wend__token_fits(&token, others[i]), "%s", others[i]);
    }
    wend__token_wipe(&token);
    cr_expect_eq(token.text[0], '\0');
}

Test(token, short_long_or_invisible_ones_are_refused_and_never_shown) {
    char longest[WEND_TOKEN_BYTES_MAX + 2];
    memset(longest, 'q', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const char *const bad[] = {"", "qqqqqqqqqqqqqqq", "qqqqqqqqqqqq qqqqqq",
                               "qqqqqqqqqqqqqqqqq\x01", longest};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct wend_token token;
        struct wend_error error = {0};
        cr_expect_eq(load_variable(bad[i], &token, &error), WEND_ERROR_USAGE, "%zu", i);
        cr_expect_null(strstr(error.text, "qqqq"), "%s", error.text);
        cr_expect_eq(token.len, 0);
    }
    struct wend_token token;
    struct wend_error error = {0};
    cr_expect_eq(wend__token_load("qqqqqqqqqqqqqqqqqq", &token, &error), WEND_ERROR_USAGE);
    cr_expect_null(strstr(error.text, "qqqq"));
    cr_expect_eq(wend__token_load("@", &token, &error), WEND_ERROR_USAGE);
    cr_expect_eq(wend__token_load("$WEND_TEST_NOT_SET", &token, &error), WEND_ERROR_USAGE);
    cr_expect_eq(wend__token_load("@/nonexistent/token", &token, &error), WEND_ERROR_IO);
}

Test(token, of_a_file_is_without_its_line_end) {
    char path[] = "/tmp/wend-token-XXXXXX";
    int descriptor = mkstemp(path);
    cr_assert_eq(write(descriptor, "0123456789abcdef\r\n", 18), 18);
    (void)close(descriptor);
    char reference[sizeof path + 1];
    (void)snprintf(reference, sizeof reference, "@%s", path);
    struct wend_token token;
    cr_expect_eq(wend__token_load(reference, &token, NULL), WEND_OK);
    cr_expect_str_eq(token.text, "0123456789abcdef");
    (void)unlink(path);
}

Test(rate_limit, a_client_has_a_burst_and_then_the_rate) {
    static struct wend_rate_limit limit;
    struct sockaddr_in one = {.sin_family = AF_INET, .sin_addr = {1}};
    struct sockaddr_in two = {.sin_family = AF_INET, .sin_addr = {2}};
    wend__rate_limit_init(&limit, 10);
    int64_t now_us = 1000000;
    for (int i = 0; i < 20; i++) {
        cr_assert(wend__rate_limit_take(&limit, (struct sockaddr *)&one, now_us));
    }
    cr_expect_not(wend__rate_limit_take(&limit, (struct sockaddr *)&one, now_us));
    cr_expect(wend__rate_limit_take(&limit, (struct sockaddr *)&two, now_us));
    cr_expect(wend__rate_limit_take(&limit, (struct sockaddr *)&one, now_us + 100000));
    cr_expect_not(wend__rate_limit_take(&limit, (struct sockaddr *)&one, now_us + 100000));
    wend__rate_limit_init(&limit, 0);
    for (int i = 0; i < 1000; i++) {
        cr_assert(wend__rate_limit_take(&limit, NULL, now_us));
    }
}

Test(rate_limit, a_site_of_ipv6_is_one_client_and_buckets_are_bounded) {
    static struct wend_rate_limit limit;
    struct sockaddr_in6 client = {.sin6_family = AF_INET6};
    wend__rate_limit_init(&limit, 1);
    client.sin6_addr.s6_addr[0] = 0x20;
    for (uint8_t i = 0; i < 2; i++) {
        client.sin6_addr.s6_addr[15] = i;
        cr_expect(wend__rate_limit_take(&limit, (struct sockaddr *)&client, 1000));
    }
    cr_expect_not(wend__rate_limit_take(&limit, (struct sockaddr *)&client, 1000));
    /* So many others that the bucket is given away: the client is then a new one. */
    for (unsigned i = 0; i < WEND_RATE_CLIENTS; i++) {
        client.sin6_addr.s6_addr[6] = (uint8_t)(1 + i / 128);
        client.sin6_addr.s6_addr[7] = (uint8_t)(i % 128);
        cr_assert(wend__rate_limit_take(&limit, (struct sockaddr *)&client, 2000));
    }
    client.sin6_addr.s6_addr[6] = client.sin6_addr.s6_addr[7] = 0;
    cr_expect(wend__rate_limit_take(&limit, (struct sockaddr *)&client, 2000));
}

static struct wend_buffer out;

static const char *text_of(void) {
    cr_assert(wend__buffer_append(&out, "", 1));
    return (const char *)out.data;
}

Test(metrics_text, hostile_help_and_labels_stay_on_their_line) {
    struct wend_metrics_text text = {.out = &out};
    struct wend_metric_label labels[] = {{"topic", "a\"b\\c\nd}"}, {"other", "\xff\xc3\xa9"}};
    wend__metrics_family(&text, "wend_x", "One \"line\"\nand \\ two.", WEND_METRIC_GAUGE);
    wend__metrics_sample(&text, labels, 2, 1);
    cr_expect_str_eq(text_of(),
                     "# HELP wend_x One \"line\"\\nand \\\\ two.\n"
                     "# TYPE wend_x gauge\n"
                     "wend_x{topic=\"a\\\"b\\\\c\\nd}\",other=\"\xEF\xBF\xBD\xc3\xa9\"} 1\n");
    cr_expect_not(text.is_failed);
    wend__buffer_deinit(&out);
}

Test(metrics_text, numbers_are_exact_and_special_ones_have_their_names) {
    static const struct {
        double number;
        const char *text;
    } cases[] = {{0, "0"},
                 {-0.0, "0"},
                 {0.1, "0.1"},
                 {9007199254740992.0, "9.00719925474099e+15"},
                 {123456789012345.0, "123456789012345"},
                 {1.0 / 3, "0.3333333333333333"},
                 {-2.5, "-2.5"},
                 {1e300 * 1e300, "+Inf"},
                 {-1e300 * 1e300, "-Inf"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wend_metrics_text text = {.out = &out, .name = "n"};
        wend__buffer_clear(&out);
        wend__metrics_sample(&text, NULL, 0, cases[i].number);
        const char *written = text_of();
        cr_expect_eq(strtod(written + 2, NULL), cases[i].number, "%s", written);
        if (i != 3) { /* the shortest of several may be written */
            cr_expect(strncmp(written + 2, cases[i].text, strlen(cases[i].text)) == 0, "%s",
                      written);
        }
    }
    wend__buffer_deinit(&out);
}

Test(metrics_text, a_histogram_is_cumulative) {
    static const double bounds[] = {0.5, 2};
    static const uint64_t counts[] = {1, 0, 2};
    struct wend_metrics_text text = {.out = &out};
    struct wend_metric_label label = {"a", "b"};
    wend__metrics_family(&text, "wend_s", "Seconds.", WEND_METRIC_HISTOGRAM);
    wend__buffer_clear(&out);
    wend__metrics_histogram(&text, &label, 1, bounds, counts, 2, 7.5);
    cr_expect_str_eq(text_of(), "wend_s_bucket{a=\"b\",le=\"0.5\"} 1\n"
                                "wend_s_bucket{a=\"b\",le=\"2\"} 1\n"
                                "wend_s_bucket{a=\"b\",le=\"+Inf\"} 3\n"
                                "wend_s_sum{a=\"b\"} 7.5\n"
                                "wend_s_count{a=\"b\"} 3\n");
    wend__buffer_deinit(&out);
}

/* A run with two partitions, of which one has no watermark. */
static struct wend_live *make_live(void) {
    static const struct wend_live_start starts[] = {{"clicks", 0, 10, 100}, {"clicks", 1, 0, 5}};
    struct wend_live *live = wend__live_create();
    struct wend_counters counters = {.read = 50, .filtered = 3, .late = 2};
    cr_assert_not_null(live);
    cr_assert_eq(wend__live_set_partitions(live, starts, 2, NULL), WEND_OK);
    counters.rejected[WEND_REJECT_SHAPE] = 4;
    counters.rejected[WEND_REJECT_FUTURE] = 1;
    wend__live_count(live, 0, &counters);
    wend__live_count(live, 1, &counters);
    atomic_store(&live->partitions[0].next_offset, 60);
    atomic_store(&live->partitions[0].messages, 50);
    atomic_store(&live->partitions[0].mark_us, INT64_C(1750000000500000));
    return live;
}

static const struct wend_http_options loopback = {.listen = "127.0.0.1:0"};

Test(http_server, starts_and_stops_or_tells_of_each_failing_allocation) {
    enum wend_status status = WEND_ERROR_MEMORY;
    uint64_t failures = 0;
    for (uint64_t n = 1; status != WEND_OK; n++) {
        struct wend_http_server *server = NULL;
        wend__memory_fail_at(n);
        status = wend__http_start(&loopback, &server, NULL);
        wend__memory_fail_at(0);
        cr_assert_eq(server != NULL, status == WEND_OK);
        cr_assert(status == WEND_OK || status == WEND_ERROR_MEMORY);
        failures += status == WEND_OK ? 0 : 1;
        wend__http_stop(server);
    }
    cr_expect_gt(failures, 1);
    wend__http_stop(NULL);
}

Test(http_server, an_address_that_is_taken_is_told_and_the_first_server_goes_on) {
    struct wend_http_server *first = NULL;
    struct wend_http_server *second = NULL;
    struct wend_error error = {0};
    cr_assert_eq(wend__http_start(&loopback, &first, &error), WEND_OK, "%s", error.text);
    char address[WEND_LISTEN_TEXT_BYTES];
    (void)snprintf(address, sizeof address, "%s", wend__http_url(first) + strlen("http://"));
    struct wend_http_options options = {.listen = address};
    cr_expect_eq(wend__http_start(&options, &second, &error), WEND_ERROR_IO);
    cr_expect_null(second);
    cr_expect_not(wend__http_is_in_clear(first));
    wend__http_stop(first);
    cr_expect_eq(wend__http_start(&options, &second, &error), WEND_OK, "%s", error.text);
    wend__http_stop(second);
}

Test(serve_metrics, a_run_is_told_by_the_names_of_the_reference) {
    struct wend_live *live = make_live();
    struct wend_metrics_text text = {.out = &out};
    wend__serve_metrics(live, &text);
    const char *written = text_of();
    static const char *const lines[] = {
        "\nwend_events_read_total 100\n",
        "\nwend_events_accepted_total 80\n",
        "\nwend_events_filtered_total 6\n",
        "\nwend_dlq_total{reason=\"shape\"} 8\n",
        "\nwend_dlq_total{reason=\"time\"} 0\n",
        "\nwend_dlq_total{reason=\"future\"} 2\n",
        "\nwend_future_events_total 2\n",
        "\nwend_late_events_total{reason=\"lateness\"} 4\n",
        "\nwend_records_consumed_total{topic=\"clicks\",partition=\"0\"} 50\n",
        "\nwend_consumer_offset{topic=\"clicks\",partition=\"0\"} 60\n",
        "\nwend_consumer_lag{topic=\"clicks\",partition=\"0\"} 40\n",
        "\nwend_consumer_lag{topic=\"clicks\",partition=\"1\"} 5\n",
        "\nwend_watermark_seconds{topic=\"clicks\",partition=\"0\"} 1750000000.5\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        cr_expect_not_null(strstr(written, lines[i]), "%s is not in\n%s", lines[i], written);
    }
    cr_expect_null(strstr(written, "wend_watermark_seconds{topic=\"clicks\",partition=\"1\"}"));
    cr_expect_null(strstr(written, "wend_watermark_lag_seconds{topic=\"clicks\",partition=\"1\"}"));
    wend__buffer_deinit(&out);
    wend__live_destroy(live);
}

Test(serve_metrics, each_failing_allocation_is_told) {
    struct wend_live *live = make_live();
    static const struct wend_live_start starts[] = {{"a", 0, 0, 1}, {"b", 0, 0, 1}};
    for (uint64_t n = 1; n <= 3; n++) {
        struct wend_live other = {.is_reading = false};
        wend__memory_fail_at(n);
        cr_expect_eq(wend__live_set_partitions(&other, starts, 2, NULL), WEND_ERROR_MEMORY);
        cr_expect_eq(atomic_load(&other.partition_count), 0);
    }
    bool is_failed = true;
    uint64_t failures = 0;
    for (uint64_t n = 1; is_failed; n++) {
        struct wend_buffer buffer = {0};
        struct wend_metrics_text text = {.out = &buffer};
        wend__memory_fail_at(n);
        wend__serve_metrics(live, &text);
        is_failed = text.is_failed;
        failures += is_failed ? 1 : 0;
        wend__memory_fail_at(0);
        wend__buffer_deinit(&buffer);
    }
    cr_expect_gt(failures, 10);
    wend__live_destroy(live);
    wend__memory_fail_at(0);
}
