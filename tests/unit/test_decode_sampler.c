#include "base/memory.h"
#include "decode/preset.h"
#include "decode/sampler.h"
#include "decode_fixture.h"

static const struct wend_format any = {0};

struct sampling {
    struct wend_detected detected;
    struct wend_sampled sampled;
};

static void sample_as(struct sampling *sampling, const struct wend_format *format, const char *text,
                      bool complete) {
    struct guarded head = guard(text, strlen(text));
    struct wend_error error = {0};
    cr_assert_eq(
        wend__detect(head.bytes, strlen(text), complete, format, &sampling->detected, &error),
        WEND_OK, "%s", error.text);
    cr_assert_eq(wend__sample_fields(head.bytes, strlen(text), complete, &sampling->detected,
                                     wend__bytes_text("in.log"), 7, &sampling->sampled, &error),
                 WEND_OK);
    unguard(&head);
}

static void forget(struct sampling *sampling) {
    wend__sampled_deinit(&sampling->sampled);
    wend__detected_deinit(&sampling->detected);
}

static const struct wend_sample_field *find(const struct sampling *sampling, const char *name) {
    const struct wend_sample *sample = &sampling->sampled.sample;
    for (uint32_t i = 0; i < sample->field_count; i++) {
        if (wend__bytes_is(sample->fields[i].name, name)) {
            return &sample->fields[i];
        }
    }
    return NULL;
}

Test(decode_sampler, columns_are_counted_in_their_order_also_empty_ones) {
    struct sampling sampling;
    sample_as(&sampling, &any,
              "user,time,page,none\nu1,2024-01-01,home,\n\nu2,2024-01-02,\"ho\"\"me\",\nbad\n"
              "u1,soon,home,\n9,1700000000,,\n",
              true);
    const struct wend_sample *sample = &sampling.sampled.sample;
    cr_assert(wend__bytes_is(sample->source_name, "in.log"));
    cr_assert_eq(sample->format.kind, WEND_FORMAT_DELIMITED);
    cr_assert_eq(sample->format.header, WEND_HEADER_YES);
    cr_assert_eq(sample->record_count, 4);
    cr_assert_eq(sample->field_count, 4);
    static const char *const names[] = {"user", "time", "page", "none"};
    static const uint64_t counts[] = {4, 4, 3, 0};
    static const uint64_t numbers[] = {1, 1, 0, 0};
    static const uint64_t times[] = {0, 3, 0, 0};
    static const uint64_t distinct[] = {3, 4, 2, 0};
    for (uint32_t i = 0; i < 4; i++) {
        cr_assert(wend__bytes_is(sample->fields[i].name, names[i]));
        cr_assert_eq(sample->fields[i].count, counts[i]);
        cr_assert_eq(sample->fields[i].number_count, numbers[i]);
        cr_assert_eq(sample->fields[i].time_count, times[i], "%s", names[i]);
        cr_assert_eq(sample->fields[i].distinct_count, distinct[i]);
        cr_assert_eq(sample->fields[i].value_count, distinct[i]);
    }
    cr_assert(wend__bytes_is(sample->fields[0].values[0].value, "u1"));
    cr_assert_eq(sample->fields[0].values[0].count, 2);
    cr_assert(wend__bytes_is(sample->fields[0].values[1].value, "9"));
    cr_assert(wend__bytes_is(sample->fields[2].values[1].value, "ho\"me"));
    forget(&sampling);
}

Test(decode_sampler, json_scalars_are_named_by_pointers_to_a_depth_of_four) {
    struct sampling sampling;
    sample_as(
        &sampling, &any,
        "{\"a\":1,\"b\":{\"c\":\"x\",\"d\":{\"e\":{\"f\":true,\"g\":{\"h\":1}}}},\"n\":null,"
        "\"s\":\"\",\"l\":[1,2],\"x/y~z\":5,\"/p\":6,\"\":7,\"k\\u0065y\":\"v\\n\"}\n"
        "{\"a\":2,\"a\":3}\nnot json\n"
        "{\"p\":[{\"key\":\"u/v\",\"value\":{\"s\":\"U\"}},{\"name\":\"w\",\"v\":2},{\"z\":1},"
        "{\"value\":3,\"key\":\"t\"}]}\n{\"torn",
        false);
    const struct wend_sample *sample = &sampling.sampled.sample;
    cr_assert_eq(sample->record_count, 3);
    static const struct {
        const char *name;
        const char *value;
    } expected[] = {{"a", "1"},
                    {"/b/c", "x"},
                    {"/b/d/e/f", "true"},
                    {"x/y~z", "5"},
                    {"/~1p", "6"},
                    {"/", "7"},
                    {"key", "v\n"},
                    {"/p/[key=u~1v]/value/s", "U"},
                    {"/p/[name=w]/v", "2"},
                    {"/p/[key=t]/value", "3"}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct wend_sample_field *field = find(&sampling, expected[i].name);
        cr_assert_not_null(field, "%s", expected[i].name);
        cr_assert(wend__bytes_is(field->values[0].value, expected[i].value), "%s",
                  expected[i].name);
    }
    cr_assert_eq(find(&sampling, "a")->count, 2, "once a record");
    static const char *const missing[] = {"n", "s", "l", "/l/0", "b", "/b/d/e/g/h", "/p/2/z"};
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        cr_assert_null(find(&sampling, missing[i]), "%s", missing[i]);
    }
    forget(&sampling);
}

Test(decode_sampler, names_of_a_sample_are_fields_that_the_decoder_finds) {
    static const char text[] = "{\"a\":1,\"/p\":6,\"x/y~z\":5,\"b\":{\"c/"
                               "d\":{\"~e\":2}},\"q\":[{\"key\":\"a/b~\",\"value\":{\"s\":3}},"
                               "{\"name\":\"]=[\",\"v\":4}]}\n";
    struct sampling sampling;
    sample_as(&sampling, &any, text, true);
    const struct wend_sample *sample = &sampling.sampled.sample;
    cr_assert_eq(sample->field_count, 8);
    const char *names[9] = {NULL};
    for (uint32_t i = 0; i < 8; i++) {
        names[i] = wend__copy_text(sample->fields[i].name.data, sample->fields[i].name.len);
    }
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    fixture_decode(fixture, &any, names, text, sizeof text - 1);
    for (uint32_t i = 0; i < 8; i++) {
        cr_assert(
            wend__bytes_equal(fixture_value(fixture, 0, i), sample->fields[i].values[0].value),
            "%s", names[i]);
    }
    fixture_close(fixture);
    wend__free(fixture);
    for (uint32_t i = 0; i < 8; i++) {
        wend__free((void *)(uintptr_t)names[i]);
    }
    forget(&sampling);
}

Test(decode_sampler, access_logs_have_the_fields_that_occur) {
    struct sampling sampling;
    sample_as(&sampling, &any,
              "h - - [10/Oct/2000:13:55:36 -0700] \"GET /a?b HTTP/1.0\" 200 1\n"
              "h - - [10/Oct/2000:13:55:37 -0700] \"GET /\\x22 HTTP/1.0\" 200 -\n",
              true);
    cr_assert_eq(sampling.sampled.sample.record_count, 2);
    cr_assert_eq(find(&sampling, "time")->time_count, 2);
    cr_assert_eq(find(&sampling, "bytes")->count, 1);
    cr_assert_eq(find(&sampling, "path")->distinct_count, 2);
    cr_assert(wend__bytes_is(find(&sampling, "path")->values[0].value, "/\""));
    cr_assert_null(find(&sampling, "agent"));
    forget(&sampling);
}

Test(decode_sampler, many_values_keep_the_most_frequent_and_an_exact_count) {
    enum { LINES = 500 };
    char *text = wend__alloc(64 * 1024);
    size_t len = (size_t)snprintf(text, 64 * 1024, "t,v\n");
    for (int i = 0; i < LINES; i++) {
        len += (size_t)snprintf(text + len, 64 * 1024 - len, "2024-01-01,%s%d\n", "v", i);
    }
    for (int i = 0; i < 70; i++) {
        len += (size_t)snprintf(text + len, 64 * 1024 - len, "2024-01-01,often\n");
    }
    struct sampling sampling;
    sample_as(&sampling, &any, text, true);
    const struct wend_sample_field *field = find(&sampling, "v");
    cr_assert_eq(field->distinct_count, LINES + 1);
    cr_assert_eq(field->value_count, WEND_SAMPLE_VALUES);
    cr_assert(wend__bytes_is(field->values[0].value, "often"));
    cr_assert_eq(field->values[0].count, 70);
    cr_assert(wend__bytes_is(field->values[1].value, "v0"));
    forget(&sampling);
    wend__free(text);
}

Test(decode_sampler, endless_different_keys_stop_at_a_bound) {
    char *text = wend__alloc(200 * 1024);
    size_t len = 0;
    for (int i = 0; i < 5000; i++) {
        len += (size_t)snprintf(text + len, 200 * 1024 - len, "{\"k%d\":%d,\"z\":1}\n", i, i);
    }
    struct sampling sampling;
    sample_as(&sampling, &any, text, true);
    cr_assert_eq(sampling.sampled.sample.field_count, WEND_SAMPLE_MAX_FIELDS);
    cr_assert_eq(find(&sampling, "z")->count, 5000);
    forget(&sampling);
    wend__free(text);
}

Test(decode_sampler, an_empty_input_has_no_fields) {
    struct sampling sampling;
    sample_as(&sampling, &any, "", true);
    cr_assert_eq(sampling.sampled.sample.record_count, 0);
    cr_assert_eq(sampling.sampled.sample.field_count, 0);
    cr_assert_null(sampling.sampled.sample.preset.data);
    forget(&sampling);
}

Test(decode_sampler, each_allocation_may_fail_and_nothing_leaks) {
    static const char text[] =
        "{\"a\":{\"b\\n\":\"x\\ny\"},\"p\":[{\"k\\u0065y\":\"\\t\",\"v\":1}]}\n";
    struct wend_detected detected = {.kind = WEND_FORMAT_NDJSON, .max_record_bytes = 4096};
    uint32_t failures = 0;
    for (uint64_t n = 1;; n++) {
        struct wend_sampled sampled;
        wend__memory_fail_at(n);
        enum wend_status status =
            wend__sample_fields((const uint8_t *)text, sizeof text - 1, true, &detected,
                                wend__bytes_text("x"), 1, &sampled, NULL);
        wend__memory_fail_at(0);
        wend__sampled_deinit(&sampled);
        if (status == WEND_OK) {
            break;
        }
        cr_assert_eq(status, WEND_ERROR_MEMORY);
        failures++;
    }
    cr_assert_geq(failures, 8);
}

Test(decode_preset, presets_are_found_by_name) {
    static const char *const names[] = {
        "adobe-feed", "amplitude",  "aws-alb", "caddy",       "cloudevents", "ga4",      "matomo",
        "mixpanel",   "nginx-json", "posthog", "rudderstack", "segment",     "snowplow", NULL};
    size_t count = 0;
    for (; wend__preset_name_list[count] != NULL; count++) {
        cr_assert_str_eq(wend__preset_name_list[count], names[count]);
        const char *text = wend__preset_find(names[count]);
        cr_assert_not_null(text);
        cr_assert_not_null(strstr(text, "\nformat:"));
        bool is_told = strcmp(names[count], "matomo") == 0 || /* its log is like any other */
                       strcmp(names[count], "aws-alb") == 0;  /* its columns have no names */
        cr_assert_eq(strstr(text, "\n# detect: ") == NULL, is_told);
        cr_assert_eq(text[strlen(text) - 1], '\n');
    }
    cr_assert_eq(count, 13);
    cr_assert_null(wend__preset_find("piwik"));
    cr_assert_null(wend__preset_find(""));
}

struct recognition {
    const char *text;
    const char *preset;
};

static const struct recognition recognitions[] = {
    {"{\"messageId\":\"1\",\"type\":\"track\",\"anonymousId\":\"a\",\"event\":\"x\"}\n", "segment"},
    {"{\"messageId\":\"1\",\"type\":\"track\",\"originalTimestamp\":\"x\",\"userId\":\"u\"}\n",
     "segment"},
    {"{\"messageId\":\"1\",\"type\":\"page\",\"anonymousId\":\"a\",\"rudderId\":\"r\"}\n",
     "rudderstack"},
    {"{\"messageId\":\"1\",\"type\":\"page\",\"anonymousId\":\"a\",\"context\":{\"sessionId\":5}}"
     "\n",
     "rudderstack"},
    {"{\"event_timestamp\":\"1\",\"event_name\":\"e\",\"user_pseudo_id\":\"u\"}\n", "ga4"},
    {"{\"remote_addr\":\"::1\",\"status\":200,\"request_uri\":\"/\"}\n", "nginx-json"},
    {"{\"ts\":1.5,\"request\":{\"uri\":\"/\",\"method\":\"GET\"}}\n", "caddy"},
    {"{\"uuid\":\"1\",\"event\":\"e\",\"distinct_id\":\"u\",\"timestamp\":\"t\"}\n", "posthog"},
    {"{\"event\":\"e\",\"properties\":{\"time\":1,\"distinct_id\":\"u\"}}\n", "mixpanel"},
    {"{\"event_type\":\"e\",\"event_time\":\"t\",\"amplitude_id\":7}\n", "amplitude"},
    {"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\"}\n", "cloudevents"},
    {"hit_time_gmt\tpost_visid_high\tpost_visid_low\n1740996000\t1\t2\n", "adobe-feed"},
    {"{\"messageId\":\"1\"}\n", NULL},
    {"a,b\n1,2\n", NULL}};

Test(decode_preset, known_formats_are_recognised_by_their_fields) {
    for (size_t i = 0; i < sizeof recognitions / sizeof *recognitions; i++) {
        struct sampling sampling;
        sample_as(&sampling, &any, recognitions[i].text, true);
        struct wend_bytes preset = sampling.sampled.sample.preset;
        const char *expected = recognitions[i].preset;
        cr_assert_eq(preset.data == NULL, expected == NULL, "%s", recognitions[i].text);
        cr_assert(expected == NULL || wend__bytes_is(preset, expected), "%s", recognitions[i].text);
        forget(&sampling);
    }
}

Test(decode_preset, enriched_snowplow_lines_are_recognised_by_their_131_columns) {
    char text[1024];
    size_t len = 0;
    for (int line = 0; line < 3; line++) {
        for (int i = 0; i < 131; i++) {
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", i == 0 ? "" : "\t",
                                    i == 3 ? "2026-01-02 03:04:05.678" : "");
        }
        text[len++] = '\n';
    }
    text[len] = '\0';
    struct sampling sampling;
    sample_as(&sampling, &any, text, true);
    cr_assert_eq(sampling.sampled.sample.field_count, 131);
    cr_assert(wend__bytes_is(sampling.sampled.sample.preset, "snowplow"));
    forget(&sampling);
}
