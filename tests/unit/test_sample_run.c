/* The first records of an input: looked at, and tried with definitions. */
#include "api/cli.h"
#include "api_fixture.h"

#include "pipeline/look.h"

TestSuite(sample_run, .init = begin_api, .fini = end_api, .timeout = 60);

static const struct wend_look_options anything;

/* "NUMBER:REASON" or "NUMBER:CUSTOMER/NAME/TOUCHPOINT/RULE/VALUE" of each record. */
struct sampled {
    struct wend_buffer log;
    unsigned stop_at;
};

static const char *shown(struct wend_text text) {
    static char texts[4][64];
    static unsigned next;
    char *into = texts[next++ % 4];
    (void)snprintf(into, sizeof texts[0], "%.*s", (int)text.len,
                   text.data == NULL ? "" : text.data);
    return text.data == NULL ? "-" : into;
}

static bool take(void *context, const struct wend_sampled_event *event) {
    struct sampled *sampled = context;
    bool done = wend__buffer_append_format(&sampled->log, "%d:", (int)event->number);
    if (event->reject != NULL) {
        done = done && wend__buffer_append_format(&sampled->log, "%s ", event->reject);
    } else {
        done = done && wend__buffer_append_format(&sampled->log, "%s/%s/%s/%d/%d ",
                                                  shown(event->customer), shown(event->name),
                                                  shown(event->touchpoint), (int)event->rule,
                                                  event->has_value ? (int)event->value : -1);
    }
    cr_assert(done);
    return event->number != sampled->stop_at;
}

static const char sampled_definitions[] =
    "time: t\ncustomer: c\nevent: e\nvalue: v\nwhere: {e: {not: skip}}\n"
    "touchpoints: [{name: home, when: {e: h}}, {name: \"page {e}\", when: {e: {prefix: p}}}]\n";

static const char sampled_events[] = "{\"t\":\"2025-01-01T00:00:00Z\",\"c\":\"a\",\"e\":\"h\"}\n"
                                     "{\"t\":1740000000000,\"c\":\"a\",\"e\":\"p1\",\"v\":2.5}\n"
                                     "not a record\n"
                                     "{\"t\":\"never\",\"c\":\"a\",\"e\":\"h\"}\n"
                                     "{\"t\":\"2025-01-01T00:00:00Z\",\"e\":\"h\"}\n"
                                     "{\"t\":\"2099-01-01T00:00:00Z\",\"c\":\"a\",\"e\":\"h\"}\n"
                                     "{\"t\":\"2025-01-01T00:00:00Z\",\"c\":\"a\",\"e\":\"skip\"}\n"
                                     "{\"c\":\"a\",\"e\":\"h\"}\n"
                                     "{\"t\":\"2025-01-01T00:00:00Z\",\"c\":\"b\"}\n";

static enum wend_status sample(const char *path, uint64_t limit, struct sampled *sampled,
                               struct wend_sample_summary *summary, struct wend_error *error) {
    wend_definitions_destroy(definitions);
    definitions = load_definitions(sampled_definitions);
    return wend__sample_run(definitions, path, limit, &anything, take, sampled, summary, error);
}

static void expect_log(struct sampled *sampled, const char *wanted) {
    cr_assert(wend__buffer_append(&sampled->log, "", 1));
    cr_expect_str_eq((const char *)sampled->log.data, wanted);
    wend__buffer_deinit(&sampled->log);
}

Test(sample_run, each_record_is_told_with_its_match_or_its_reason) {
    struct sampled sampled = {0};
    struct wend_sample_summary summary;
    write_at("s", sampled_events, strlen(sampled_events));
    cr_assert_eq(sample("s", 100, &sampled, &summary, NULL), WEND_OK);
    expect_log(&sampled, "1:a/h/home/0/-1 2:a/p1/page p1/1/25000 3:shape 4:time 5:customer "
                         "6:future 7:filtered 8:time 9:b/-/-/-1/-1 ");
    cr_expect_eq(summary.read, 9);
    cr_expect_eq(summary.accepted, 3);
    cr_expect_eq(summary.filtered, 1);
    cr_expect_eq(summary.unmatched, 1);
    static const uint64_t rejected[4] = {1, 2, 1, 1};
    cr_expect_arr_eq(summary.rejected, rejected, sizeof rejected);
    cr_assert_eq(summary.rule_count, 2);
    cr_expect(text_is(summary.rules[0].name, "home"));
    cr_expect(text_is(summary.rules[1].name, "page {e}"));
    cr_expect_eq(summary.rules[1].matches, 1);
    cr_expect_eq(summary.rules[1].line, 6);
    cr_expect_not_null(strstr(summary.format, "NDJSON"), "%s", summary.format);
    wend__sample_summary_deinit(&summary);
}

Test(sample_run, a_sample_ends_at_its_limit_or_when_it_is_told_to) {
    for (unsigned told = 0; told < 2; told++) {
        struct sampled sampled = {.stop_at = told == 1 ? 2 : 0};
        struct wend_sample_summary summary;
        write_at("s", sampled_events, strlen(sampled_events));
        cr_assert_eq(sample("s", told == 1 ? 100 : 2, &sampled, &summary, NULL), WEND_OK);
        expect_log(&sampled, "1:a/h/home/0/-1 2:a/p1/page p1/1/25000 ");
        cr_expect_eq(summary.read, 2);
        wend__sample_summary_deinit(&summary);
    }
}

/* Each input has its own unit of epoch numbers, as in a run. */
Test(sample_run, all_files_of_a_folder_are_one_input) {
    static const char seconds[] = "{\"t\":1740000000,\"c\":\"a\",\"e\":\"h\"}\n";
    static const char milliseconds[] = "{\"t\":1740000000000,\"c\":\"a\",\"e\":\"h\"}\n";
    struct sampled sampled = {0};
    struct wend_sample_summary summary;
    cr_assert_eq(mkdir("logs", 0700), 0);
    write_at("logs/a", seconds, sizeof seconds - 1);
    write_at("logs/b", milliseconds, sizeof milliseconds - 1);
    cr_assert_eq(sample("logs", 100, &sampled, &summary, NULL), WEND_OK);
    expect_log(&sampled, "1:a/h/home/0/-1 2:a/h/home/0/-1 ");
    wend__sample_summary_deinit(&summary);
}

Test(sample_run, an_input_without_records_is_told_with_its_reason) {
    static const struct {
        const char *path;
        enum wend_status status;
        const char *text;
    } cases[] = {{"empty", WEND_ERROR_EMPTY, "there is no record in empty"},
                 {"binary", WEND_ERROR_EMPTY, "binary: "},
                 {"gone", WEND_ERROR_IO, "gone"}};
    write_at("empty", "", 0);
    write_at("binary", "\0\1\2\3", 4);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sampled sampled = {0};
        struct wend_sample_summary summary;
        struct wend_error error = {0};
        cr_expect_eq(sample(cases[i].path, 9, &sampled, &summary, &error), cases[i].status);
        cr_expect_not_null(strstr(error.text, cases[i].text), "%s", error.text);
        cr_expect_null(summary.rules);
    }
}

Test(sample_run, a_named_format_is_taken_and_an_unknown_one_refused) {
    struct wend_look_options options = {.format = "csv"};
    struct sampled sampled = {0};
    struct wend_sample_summary summary;
    struct wend_error error = {0};
    write_at("s", sampled_events, strlen(sampled_events));
    enum wend_status status =
        wend__sample_run(definitions, "s", 1, &options, take, &sampled, &summary, &error);
    cr_expect_eq(status, WEND_OK, "%s", error.text);
    cr_expect_not_null(strstr(summary.format, "CSV"), "%s", summary.format);
    wend__sample_summary_deinit(&summary);
    wend__buffer_deinit(&sampled.log);
    options.format = "xml";
    cr_expect_eq(wend__sample_run(definitions, "s", 1, &options, take, &sampled, &summary, &error),
                 WEND_ERROR_USAGE);
}

Test(sample_run, no_memory_is_an_error_and_leaks_nothing) {
    write_at("s", sampled_events, strlen(sampled_events));
    struct wend_definitions *loaded = load_definitions(sampled_definitions);
    unsigned without = 0;
    bool failed = true;
    for (uint64_t n = 1; failed; n++) {
        struct sampled sampled = {0};
        struct wend_sample_summary summary;
        cr_assert(wend__buffer_reserve(&sampled.log, 4096));
        uint64_t before = wend__memory_count();
        wend__memory_fail_at(n);
        enum wend_status status =
            wend__sample_run(loaded, "s", 9, &anything, take, &sampled, &summary, NULL);
        wend__memory_fail_at(0);
        failed = wend__memory_count() - before >= n;
        without += failed && status == WEND_OK;
        cr_expect(status == WEND_OK || status == WEND_ERROR_MEMORY, "allocation %d", (int)n);
        wend__sample_summary_deinit(&summary);
        wend__buffer_deinit(&sampled.log);
    }
    cr_expect_leq(without, 5); /* the memo of the match */
    wend_definitions_destroy(loaded);
}

/* What `wend init` prints loads, whatever memory there is. */
Test(sample_run, a_starter_text_loads_or_there_is_no_memory_for_it) {
    static const char csv[] = "time,user_id,event\n2025-01-01,a,x\n2025-01-02,b,y\n";
    write_at("shop.csv", csv, strlen(csv));
    char *text = NULL;
    cr_assert_eq(wend__init_text("shop.csv", NULL, &anything, &text, NULL), WEND_OK);
    wend_definitions_destroy(load_definitions(text));
    wend__text_free(text);
    enum wend_status status = WEND_ERROR_MEMORY;
    for (uint64_t n = 1; status != WEND_OK; n++) {
        wend__memory_fail_at(n);
        status = wend__init_text("shop.csv", NULL, &anything, &text, NULL);
        cr_expect(status == WEND_OK || status == WEND_ERROR_MEMORY, "allocation %d", (int)n);
        wend__text_free(text);
    }
    wend__memory_fail_at(0);
    struct wend_error error = {0};
    cr_expect_neq(wend__init_text("shop.csv", "nonsense", &anything, &text, &error), WEND_OK);
    cr_expect_null(text);
}

TestSuite(look, .init = begin_api, .fini = end_api, .timeout = 60);

Test(look, the_kinds_of_formats_have_names) {
    static const struct {
        const char *name;
        enum wend_format_kind kind;
    } cases[] = {{NULL, WEND_FORMAT_AUTO},
                 {"auto", WEND_FORMAT_AUTO},
                 {"ndjson", WEND_FORMAT_NDJSON},
                 {"csv", WEND_FORMAT_DELIMITED},
                 {"access-log", WEND_FORMAT_ACCESS_LOG}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wend_format format;
        cr_assert_eq(wend__format_named(cases[i].name, &format, NULL), WEND_OK);
        cr_expect_eq(format.kind, cases[i].kind);
        cr_expect_eq(format.max_record_bytes, WEND_MAX_RECORD_BYTES);
    }
}

Test(look, an_opened_stream_stands_behind_its_head) {
    struct wend_format format;
    struct wend_look found = {0};
    struct wend_opened_stream opened = {0};
    cr_assert_eq(wend__format_named(NULL, &format, NULL), WEND_OK);
    cr_assert_eq(wend__look_at("events", &format, NULL, &found, &opened, NULL), WEND_OK);
    cr_expect_eq(found.detected.kind, WEND_FORMAT_NDJSON);
    cr_assert_not_null(opened.source);
    cr_expect_str_eq(opened.stream.name, "events");
    cr_expect(opened.is_end);
    cr_expect_eq(wend__head_len(&opened.head), strlen(api_events));
    wend__opened_stream_deinit(&opened);
    wend__look_deinit(&found);
}

Test(look, two_secret_seeds_differ) {
    cr_expect_neq(wend__secret_seed(), wend__secret_seed());
}
