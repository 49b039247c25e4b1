#include "base/memory.h"
#include "decode/preset.h"
#include "decode/sampler.h"
#include "match/starter.h"
#include "match/starter_stages.h"
#include "match/starter_text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <yaml.h>

enum { TEXT_BYTES = 1 << 16, SCALARS_MAX = 512 };

struct sampled_text {
    struct wend_detected detected;
    struct wend_sampled sampled;
};

static void sample_bytes(struct sampled_text *text, const void *bytes, size_t len) {
    struct wend_error error = {0};
    struct wend_format format = {.max_record_bytes = WEND_MAX_RECORD_BYTES};
    memset(text, 0, sizeof *text);
    cr_assert_eq(wend__detect(bytes, len, true, &format, &text->detected, &error), WEND_OK, "%s",
                 error.text);
    cr_assert_eq(wend__sample_fields(bytes, len, true, &text->detected, wend__bytes_text("events"),
                                     1, &text->sampled, &error),
                 WEND_OK);
}

static void forget(struct sampled_text *text) {
    wend__sampled_deinit(&text->sampled);
    wend__detected_deinit(&text->detected);
}

static void keep(struct wend_buffer *buffer, char *out) {
    cr_assert_lt(buffer->len, TEXT_BYTES);
    memcpy(out, wend__buffer_view(buffer).data, buffer->len);
    out[buffer->len] = '\0';
    wend__buffer_deinit(buffer);
}

static char definitions[TEXT_BYTES];
static char assumptions[TEXT_BYTES];
static struct wend_error last_error;

/* Fills the texts above. */
static enum wend_status infer(const char *input) {
    struct sampled_text text;
    struct wend_buffer buffers[2] = {{0}, {0}};
    sample_bytes(&text, input, strlen(input));
    memset(&last_error, 0, sizeof last_error);
    enum wend_status status =
        wend__definitions_infer(&text.sampled.sample, &buffers[0], &buffers[1], &last_error);
    keep(&buffers[0], definitions);
    keep(&buffers[1], assumptions);
    forget(&text);
    return status;
}

static void expect_inferred(const char *input, const char *expected) {
    cr_assert_eq(infer(input), WEND_OK, "%s", last_error.text);
    cr_assert_str_eq(definitions, expected, "got:\n%s", definitions);
}

static enum wend_status start(const void *input, size_t len, const char *template_name) {
    struct sampled_text text;
    struct wend_buffer buffer = {0};
    sample_bytes(&text, input, len);
    memset(&last_error, 0, sizeof last_error);
    enum wend_status status =
        wend__starter_write(&text.sampled.sample, template_name, &buffer, &last_error);
    keep(&buffer, definitions);
    forget(&text);
    return status;
}

/* All scalars of the text above, in order; fails where it is no YAML. */
static uint32_t scalars(struct wend_bytes *found) {
    yaml_parser_t parser;
    cr_assert(yaml_parser_initialize(&parser));
    yaml_parser_set_input_string(&parser, (const unsigned char *)definitions, strlen(definitions));
    uint32_t count = 0;
    bool ends = false;
    while (!ends) {
        yaml_event_t event;
        cr_assert(yaml_parser_parse(&parser, &event), "%s in line %zu of\n%s", parser.problem,
                  parser.problem_mark.line + 1, definitions);
        if (event.type == YAML_SCALAR_EVENT) {
            cr_assert_lt(count, SCALARS_MAX);
            size_t len = event.data.scalar.length;
            found[count++] =
                wend__bytes(wend__copy_text(event.data.scalar.value, len), len); /* to the end */
        }
        ends = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return count;
}

static void free_scalars(struct wend_bytes *found, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        wend__free((void *)(uintptr_t)found[i].data);
    }
}

static bool has_scalar(const char *wanted) {
    struct wend_bytes found[SCALARS_MAX];
    uint32_t count = scalars(found);
    bool has = false;
    for (uint32_t i = 0; i < count; i++) {
        has = has || wend__bytes_is(found[i], wanted);
    }
    free_scalars(found, count);
    return has;
}

Test(starter, the_columns_of_a_shop_are_recognised_by_their_names) {
    expect_inferred("event_time,event_type,product_id,price,user_id,user_session\n"
                    "2019-10-01 00:00:00 UTC,view,44600062,35.79,541312140,s1\n"
                    "2019-10-01 00:00:01 UTC,cart,44600062,35.79,541312140,s1\n"
                    "2019-10-01 00:00:02 UTC,view,3900821,1,554748717,s2\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: event_time\ncustomer: user_id\nevent: event_type\nvalue: price\n");
    cr_assert_str_eq(assumptions, "format: csv (separated by `,`, with a header)\n"
                                  "time: field `event_time` (date and time)\n"
                                  "customer: field `user_id` (2 different in 3 records)\n"
                                  "event: field `event_type` (2 different: view, cart)\n"
                                  "value: field `price` (summed over the events of a goal)\n");
}

Test(starter, names_are_compared_without_case_underscores_and_hyphens) {
    expect_inferred("Event-Time;USERID;eventName;Message_ID\n2024-01-01;u;a;1\n2024-01-02;u;b;2\n",
                    "format: {kind: csv, separator: \";\", header: yes}\n"
                    "time: Event-Time\ncustomer: USERID\nevent: eventName\nid: Message_ID\n");
}

Test(starter, nested_keys_are_named_by_pointer) {
    expect_inferred("{\"meta\":{\"timestamp\":1700000000},\"user\":{\"id\":7},"
                    "\"event\":{\"name\":\"a\"}}\n",
                    "format: ndjson\ntime: /meta/timestamp\ncustomer: /user/id\n"
                    "event: /event/name\n");
    cr_assert(strstr(assumptions, "time: field `/meta/timestamp` (epoch seconds)\n"));
}

Test(starter, an_access_log_needs_no_mapping) {
    expect_inferred("1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] \"GET /a?x=1 HTTP/1.0\" 200 2326\n",
                    "format: access-log\n");
}

Test(starter, a_known_format_is_named) {
    expect_inferred("{\"messageId\":\"1\",\"type\":\"track\",\"originalTimestamp\":"
                    "\"2024-01-01T00:00:00Z\",\"anonymousId\":\"a\",\"event\":\"x\"}\n",
                    "format: segment\n");
    cr_assert_str_eq(assumptions,
                     "format: segment (a known format, with its time, customer and event)\n");
}

Test(starter, a_column_of_another_name_is_the_time_when_it_is_the_only_one) {
    expect_inferred("wann,user,event\n2024-01-01 10:00,u,a\n2024-01-01 10:01,u,b\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: wann\ncustomer: user\nevent: event\n");
    cr_assert(strstr(assumptions, "(date and time; the only field that looks like a time)"));
}

Test(starter, a_name_of_time_that_holds_no_times_is_passed_over) {
    expect_inferred("time,ts,user,event\nsoon,1700000000000,u,a\nlate,1700000000001,u,b\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: ts\ncustomer: user\nevent: event\n");
}

Test(starter, without_a_time_the_fields_are_listed) {
    cr_assert_eq(infer("path,conversions\na,1\nb,2\n"), WEND_ERROR_EMPTY);
    cr_assert_str_eq(last_error.text, "no field of events is surely the time of an event; its "
                                      "fields are: path, conversions\n"
                                      "name it in a definition file with `time: FIELD`");
}

Test(starter, of_two_unnamed_times_none_is_taken) {
    cr_assert_eq(infer("a,b,user\n2024-01-01,2024-01-02,u\n2024-01-01,2024-01-02,u\n"),
                 WEND_ERROR_EMPTY);
}

Test(starter, without_a_customer_the_fields_are_listed) {
    cr_assert_eq(infer("time,x\n2024-01-01,a\n2024-01-02,b\n"), WEND_ERROR_EMPTY);
    cr_assert_str_eq(last_error.text, "no field of events names a customer; its fields are: "
                                      "time, x\nname it in a definition file with `customer: "
                                      "FIELD`");
}

Test(starter, where_the_user_is_missing_at_times_the_device_follows) {
    expect_inferred("time,user_id,device_id,event\n2024-01-01,u,d,a\n2024-01-02,,d,b\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: time\ncustomer: [user_id, device_id]\nevent: event\n");
    cr_assert(strstr(assumptions, "customer: field `user_id`, else field `device_id` ("));
}

Test(starter, a_customer_guessed_from_the_data_is_said_to_be_a_guess) {
    expect_inferred("time,wer,event\n2024-01-01,x,a\n2024-01-02,x,b\n2024-01-03,y,a\n"
                    "2024-01-04,y,a\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: time\ncustomer: wer\nevent: event\n");
    cr_assert(strstr(assumptions, "customer: field `wer` (a guess: the field with most values that "
                                  "come again; 2 different in 4 records)"));
}

Test(starter, the_sessions_of_the_input_are_customers_where_nothing_else_is) {
    expect_inferred("time,session_id,event\n2024-01-01,x,a\n2024-01-02,x,b\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: time\ncustomer: session_id\nevent: event\n");
    cr_assert(strstr(assumptions, "a guess: each session of the input is a customer"));
}

Test(starter, of_a_url_the_path_is_the_event) {
    expect_inferred("time,user,url\n2024-01-01,u,https://h/a?x=1\n2024-01-02,u,https://h/b\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "fields: {page_path: {url: url, part: path}}\n"
                    "time: time\ncustomer: user\nevent: page_path\n");
    cr_assert(strstr(assumptions, "event: field `url` (its path; 2 different)\n"));
}

Test(starter, plain_paths_are_events_as_they_are) {
    expect_inferred("time,user,path\n2024-01-01,u,/a\n2024-01-02,u,/b\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: time\ncustomer: user\nevent: path\n");
}

Test(starter, a_different_name_in_each_record_is_no_event_name) {
    char input[4096] = "time,user,page,channel\n";
    for (int i = 0; i < 40; i++) {
        size_t len = strlen(input);
        (void)snprintf(input + len, sizeof input - len, "2024-01-01,u%d,Title %d,%s\n", i % 5, i,
                       i % 2 == 0 ? "mail" : "web");
    }
    expect_inferred(input, "format: {kind: csv, separator: \",\", header: yes}\n"
                           "time: time\ncustomer: user\nevent: channel\n");
}

Test(starter, without_an_event_it_is_said_that_nothing_matches) {
    expect_inferred("time,user\n2024-01-01,u\n2024-01-02,u\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: time\ncustomer: user\n");
    cr_assert(strstr(assumptions, "event: none; no field looks like the name of an event"));
}

Test(starter, a_value_that_is_no_number_is_none) {
    expect_inferred("time,user,event,value\n2024-01-01,u,a,high\n2024-01-02,u,b,low\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: time\ncustomer: user\nevent: event\n");
}

Test(starter, an_id_that_repeats_is_none) {
    expect_inferred("time,user,event,id\n2024-01-01,u,a,1\n2024-01-02,u,b,1\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: time\ncustomer: user\nevent: event\n");
}

static const char shop[] =
    "time,user_id,event,platform,session_id\n"
    "2024-01-01,u,home,web,1\n2024-01-02,u,product_view,web,1\n2024-01-02,u,product_view,app,1\n"
    "2024-01-03,v,add_to_cart,app,2\n2024-01-04,v,payment_error,app,2\n2024-01-05,v,purchase,web,"
    "2\n";

Test(starter, a_starter_file_has_all_that_was_found_and_stages_by_word) {
    cr_assert_eq(start(shop, sizeof shop - 1, "purchase"), WEND_OK);
    cr_assert_str_eq(
        definitions,
        "# How wend reads events, from its first 6 records. Edit freely.\n\n"
        "format: {kind: csv, separator: \",\", header: yes}  # separated by `,`, with a header\n"
        "time: time                                        # date and time\n"
        "customer: user_id                                 # 2 different in 6 records\n"
        "event: event                                      # 5 different: product_view, "
        "add_to_cart, home, payment_error, purchase\n\n"
        "# Touchpoints, the most frequent first, with their records in the sample. The first rule "
        "that\n# fits counts; the last one gives every other event its own name.\n"
        "touchpoints:\n"
        "  - {name: product_view, when: {event: product_view}}    # 2\n"
        "  - {name: add_to_cart, when: {event: add_to_cart}}      # 1\n"
        "  - {name: home, when: {event: home}}                    # 1\n"
        "  - {name: purchase, when: {event: purchase}}            # 1\n"
        "  - {name: \"{event}\"}\n\n"
        "sessions:\n"
        "  gap: 30m                                  # a longer silence starts a new session\n"
        "  # key: session_id                         # the input's own sessions, also cut by the "
        "gap\n\n"
        "# Segments split every table by a field with few values. Take those that you compare "
        "by;\n# each multiplies the rows.\n# segments:\n"
        "#   - platform                              # app, web\n\n"
        "# A journey from the first look to the purchase: a customer's way, over all sessions.\n"
        "# Which touchpoints are in which stage was guessed from their names; move them as you "
        "see fit.\n"
        "journeys:\n"
        "  - name: purchase\n"
        "    timeout: 30d            # without an event for so long it ends\n"
        "    goal: [purchase]\n"
        "    stages:\n"
        "      - awareness: [home]\n"
        "      - consideration: [product_view]\n"
        "      - intent: [add_to_cart]\n"
        "      - purchase: [purchase]\n\n"
        "# window: 1d                                # rows by day in place of one for all time\n",
        "got:\n%s", definitions);
}

Test(starter, every_template_makes_a_file_also_where_no_name_fits) {
    static const char odd[] = "time,user_id,event\n2024-01-01,u,qqq\n2024-01-02,u,zzz\n";
    for (uint32_t i = 0; wend__starter_templates[i] != NULL; i++) {
        cr_assert_eq(start(shop, sizeof shop - 1, wend__starter_templates[i]), WEND_OK);
        cr_assert(has_scalar(wend__starter_templates[i]));
        cr_assert(has_scalar("stages"));
        cr_assert_eq(start(odd, sizeof odd - 1, wend__starter_templates[i]), WEND_OK);
        cr_assert(has_scalar("journeys"));
        cr_assert(!has_scalar("stages"));
        cr_assert(!has_scalar("goal"));
    }
}

Test(starter, an_unknown_template_is_refused_with_the_known_ones) {
    cr_assert_eq(start(shop, sizeof shop - 1, "sale"), WEND_ERROR_USAGE);
    cr_assert_str_eq(last_error.text, "there is no template `sale`; the templates are purchase, "
                                      "lead, engagement, retention and guest");
}

Test(starter, hostile_names_stay_one_scalar) {
    static const char input[] =
        "{\"time\":\"2024-01-01\",\"user\":\"u\",\"event\":\"a\\\"b\\\\c\"}\n"
        "{\"time\":\"2024-01-01\",\"user\":\"u\",\"event\":\"x\\ngoal: [y]\\n# z\"}\n"
        "{\"time\":\"2024-01-01\",\"user\":\"u\",\"event\":\"{event}\"}\n"
        "{\"time\":\"2024-01-01\",\"user\":\"u\",\"event\":\"a}b\"}\n"
        "{\"time\":\"2024-01-01\",\"user\":\"u\",\"event\":\"a > b\"}\n"
        "{\"time\":\"2024-01-01\",\"user\":\"u\",\"event\":\"(none)\"}\n"
        "{\"time\":\"2024-01-01\",\"user\":\"u\",\"event\":\"null\"}\n"
        "{\"time\":\"2024-01-01\",\"user\":\"u\",\"event\":\"~\"}\n"
        "{\"time\":\"2024-01-01\",\"user\":\"u\",\"event\":\"\\u0001\\u0085\\u2028\\uFEFF\"}\n"
        "{\"time\":\"2024-01-01\",\"user\":\"u\",\"event\":\" - *x &y !z\"}\n";
    cr_assert_eq(start(input, sizeof input - 1, NULL), WEND_OK);
    static const char *const expected[] = {"a\"b\\c",
                                           "x\ngoal: [y]\n# z",
                                           "{event}", /* the condition's; and the last rule's */
                                           "{{event}}",
                                           "a}b",
                                           "a > b",
                                           "a \xE2\x80\xBA b",
                                           "(none)",
                                           "(none)_",
                                           "null",
                                           "~",
                                           "\x01\xC2\x85\xE2\x80\xA8\xEF\xBB\xBF",
                                           " - *x &y !z"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        cr_assert(has_scalar(expected[i]), "%s is missing in\n%s", expected[i], definitions);
    }
    cr_assert(!has_scalar("goal"));
}

Test(starter, names_that_yaml_cannot_hold_or_nobody_reads_are_left_to_the_last_rule) {
    char input[2048] = "time,user,event\n2024-01-01,u,a\xFF\n2024-01-01,u,good\n2024-01-01,u,";
    memset(input + strlen(input), 'x', 500);
    cr_assert_eq(start(input, strlen(input), NULL), WEND_OK);
    cr_assert(has_scalar("good"));
    cr_assert(strstr(definitions, "# 2 names that are long, or no UTF-8, come by the last rule\n"));
}

Test(starter, two_spellings_of_one_clean_name_share_a_rule) {
    static const char input[] = "{\"time\":\"2024-01-01\",\"user\":\"u\",\"event\":\"a>b\"}\n"
                                "{\"time\":\"2024-01-01\",\"user\":\"u\",\"event\":\"a\xE2\x80\xBA"
                                "b\"}\n";
    cr_assert_eq(start(input, sizeof input - 1, NULL), WEND_OK);
    cr_assert(strstr(definitions, "  - {name: \"a\xE2\x80\xBA"
                                  "b\", when: {event: [\"a>b\", \"a\xE2\x80\xBA"
                                  "b\"]}}"),
              "%s", definitions);
}

Test(starter, fields_of_strangers_are_quoted_and_unusable_ones_are_not_named) {
    static const char input[] = "{\"time\":\"2024-01-01\",\"user\\nid\":\"u\",\"user: id\":\"u\","
                                "\"user_id\":\"u\",\"event\":\"a\",\"{x\":\"1\"}\n"
                                "{\"time\":\"2024-01-01\",\"user\\nid\":\"u\",\"user: id\":\"u\","
                                "\"user_id\":\"u\",\"event\":\"a\",\"{x\":\"2\"}\n";
    cr_assert_eq(start(input, sizeof input - 1, NULL), WEND_OK);
    cr_assert(has_scalar("user_id"));
    cr_assert_null(strstr(definitions, "{x"));
}

Test(starter, many_event_names_give_examples_by_folder_in_comments) {
    static char input[8192];
    size_t len = (size_t)snprintf(input, sizeof input, "time,user,path\n");
    for (int i = 0; i < 90; i++) {
        len += (size_t)snprintf(input + len, sizeof input - len, "2024-01-01,u%d,/%s/%d\n", i % 7,
                                i % 3 == 0 ? "blog" : "shop", i);
    }
    cr_assert_eq(start(input, len, NULL), WEND_OK);
    cr_assert(!has_scalar("touchpoints"));
    cr_assert(strstr(definitions, "# touchpoints:\n"
                                  "#   - {name: blog, when: {event: {prefix: /blog/}}}\n"
                                  "#   - {name: shop, when: {event: {prefix: /shop/}}}\n"
                                  "#   - {name: other, when: {event: {present: true}}}\n"));
}

Test(starter, a_segment_whose_column_is_taken_gets_another_name) {
    static const char input[] =
        "time,user,event,Stage,a.b\n2024-01-01,u,a,x,p\n2024-01-01,u,a,x,p\n"
        "2024-01-01,u,b,y,q\n2024-01-01,u,b,y,q\n";
    cr_assert_eq(start(input, sizeof input - 1, NULL), WEND_OK);
    cr_assert(strstr(definitions, "#   - {Stage_field: Stage} "));
    cr_assert(strstr(definitions, "#   - {a_b: a.b} "));
}

static const char *stage_of(const char *journey, const char *event) {
    const struct wend_journey_template *found = wend__starter_template(journey);
    uint32_t stage = wend__starter_stage(found, wend__bytes_text(event));
    return stage == WEND_NO_STAGE ? "" : found->stages[stage].name;
}

Test(starter, an_event_name_belongs_to_the_last_stage_with_one_of_its_words) {
    cr_assert_str_eq(stage_of("purchase", "product_view"), "consideration");
    cr_assert_str_eq(stage_of("purchase", "ViewProduct"), "consideration");
    cr_assert_str_eq(stage_of("purchase", "Checkout page viewed"), "intent");
    cr_assert_str_eq(stage_of("purchase", "orderCompleted"), "purchase");
    cr_assert_str_eq(stage_of("purchase", "payment_error"), "");
    cr_assert_str_eq(stage_of("purchase", "removeFromCart"), "");
    cr_assert_str_eq(stage_of("purchase", "add"), "");
    cr_assert_str_eq(stage_of("purchase", "ad"), "awareness");
    cr_assert_str_eq(stage_of("purchase", "/img/banner.png"), "");
    cr_assert_str_eq(stage_of("purchase", ""), "");
    cr_assert_str_eq(stage_of("lead", "Form Submitted"), "lead");
    cr_assert_str_eq(stage_of("guest", "checkin"), "stay");
    cr_assert_str_eq(stage_of("guest", "room_booked"), "booking");
}

Test(starter, every_template_is_found_and_its_goal_is_one_of_its_stages) {
    for (uint32_t i = 0; wend__starter_templates[i] != NULL; i++) {
        const struct wend_journey_template *found =
            wend__starter_template(wend__starter_templates[i]);
        cr_assert_not_null(found);
        cr_assert_lt(found->goal, found->stage_count);
    }
    cr_assert_null(wend__starter_template("sale"));
}

static void expect_scalar(const char *text, const char *expected) {
    struct wend_buffer out = {0};
    struct wend_writer writer = {.out = &out};
    wend__write_scalar(&writer, wend__bytes_text(text));
    cr_assert(wend__bytes_is(wend__buffer_view(&out), expected), "%.*s, not %s", (int)out.len,
              (const char *)out.data, expected);
    wend__buffer_deinit(&out);
}

Test(starter, scalars_are_plain_only_where_no_reader_can_err) {
    expect_scalar("time:timestamp", "time:timestamp");
    expect_scalar("/a/b-c.d", "/a/b-c.d");
    expect_scalar("two words", "two words");
    expect_scalar("", "\"\"");
    expect_scalar("1e5", "\"1e5\"");
    expect_scalar("No", "\"No\"");
    expect_scalar("notes", "notes");
    expect_scalar("a: b", "\"a: b\"");
    expect_scalar("a:", "\"a:\"");
    expect_scalar("a #b", "\"a #b\"");
    expect_scalar("a ", "\"a \"");
    expect_scalar("a  b", "\"a  b\"");
    expect_scalar("-a", "\"-a\"");
    expect_scalar("a,b", "\"a,b\"");
    expect_scalar("\xC3\xA4", "\"\xC3\xA4\"");
    expect_scalar("\xFF", "\"\xEF\xBF\xBD\"");
    expect_scalar("\x7F\t", "\"\\u007F\\t\"");
}

Test(starter, each_failing_allocation_is_reported) {
    struct sampled_text text;
    sample_bytes(&text, shop, sizeof shop - 1);
    for (int which = 0; which < 2; which++) {
        uint64_t count = UINT64_MAX;
        for (uint64_t n = 0; n <= count; n++) {
            struct wend_buffer buffers[2] = {{0}, {0}};
            uint64_t before = wend__memory_count();
            wend__memory_fail_at(n);
            enum wend_status status =
                which == 0
                    ? wend__starter_write(&text.sampled.sample, "purchase", &buffers[0], NULL)
                    : wend__definitions_infer(&text.sampled.sample, &buffers[0], &buffers[1], NULL);
            count = n == 0 ? wend__memory_count() - before : count;
            cr_assert_eq(status, n == 0 ? WEND_OK : WEND_ERROR_MEMORY, "allocation %llu",
                         (unsigned long long)n);
            wend__buffer_deinit(&buffers[0]);
            wend__buffer_deinit(&buffers[1]);
        }
        wend__memory_fail_at(0);
    }
    forget(&text);
}
