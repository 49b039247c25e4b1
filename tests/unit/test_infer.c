#include "starter_fixture.h"

static char assumptions[TEXT_BYTES];

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

Test(infer, the_columns_of_a_shop_are_recognised_by_their_names) {
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

Test(infer, names_are_compared_without_case_underscores_and_hyphens) {
    expect_inferred("Event-Time;USERID;eventName;Message_ID\n2024-01-01;u;a;1\n2024-01-02;u;b;2\n",
                    "format: {kind: csv, separator: \";\", header: yes}\n"
                    "time: Event-Time\ncustomer: USERID\nevent: eventName\nid: Message_ID\n");
}

Test(infer, nested_keys_are_named_by_pointer) {
    expect_inferred("{\"meta\":{\"timestamp\":1700000000},\"user\":{\"id\":7},"
                    "\"event\":{\"name\":\"a\"}}\n",
                    "format: ndjson\ntime: /meta/timestamp\ncustomer: /user/id\n"
                    "event: /event/name\n");
    cr_assert(strstr(assumptions, "time: field `/meta/timestamp` (epoch seconds)\n"));
}

Test(infer, an_access_log_needs_no_mapping) {
    expect_inferred("1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] \"GET /a?x=1 HTTP/1.0\" 200 2326\n",
                    "format: access-log\n");
}

Test(infer, a_known_format_is_named) {
    expect_inferred("{\"messageId\":\"1\",\"type\":\"track\",\"originalTimestamp\":"
                    "\"2024-01-01T00:00:00Z\",\"anonymousId\":\"a\",\"event\":\"x\"}\n",
                    "format: segment\n");
    cr_assert_str_eq(assumptions,
                     "format: segment (a known format, with its time, customer and event)\n");
}

Test(infer, a_column_of_another_name_is_the_time_when_it_is_the_only_one) {
    expect_inferred("wann,user,event\n2024-01-01 10:00,u,a\n2024-01-01 10:01,u,b\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: wann\ncustomer: user\nevent: event\n");
    cr_assert(strstr(assumptions, "(date and time; the only field that looks like a time)"));
}

Test(infer, a_name_of_time_that_holds_no_times_is_passed_over) {
    expect_inferred("time,ts,user,event\nsoon,1700000000000,u,a\nlate,1700000000001,u,b\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: ts\ncustomer: user\nevent: event\n");
}

Test(infer, bad_times_are_told_and_do_not_hide_the_time) {
    expect_inferred("time,user,event\n2024-01-01,u,a\nsoon,u,b\nsoon,u,b\n2024-01-02,u,b\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: time\ncustomer: user\nevent: event\n");
    cr_assert(strstr(assumptions, "(date and time; 2 of 4 cannot be read as one)"));
    expect_inferred("time,user,event\nsoon,u,a\nsoon,u,b\n1700000000000,u,b\n1700000000001,u,b\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: time\ncustomer: user\nevent: event\n");
    cr_assert(strstr(assumptions, "(epoch milliseconds; 2 of 4 cannot be read as one)"));
    cr_assert_eq(infer("time,user,event\n2024-01-01,u,a\nsoon,u,b\nnow,u,b\n"), WEND_ERROR_EMPTY);
}

Test(infer, without_a_time_the_fields_are_listed) {
    cr_assert_eq(infer("path,conversions\na,1\nb,2\n"), WEND_ERROR_EMPTY);
    cr_assert_str_eq(last_error.text, "no field of events is surely the time of an event; its "
                                      "fields are: path, conversions\n"
                                      "name it in a definition file with `time: FIELD`");
}

Test(infer, of_two_unnamed_times_none_is_taken) {
    cr_assert_eq(infer("a,b,user\n2024-01-01,2024-01-02,u\n2024-01-01,2024-01-02,u\n"),
                 WEND_ERROR_EMPTY);
}

Test(infer, without_a_customer_the_fields_are_listed) {
    cr_assert_eq(infer("time,x\n2024-01-01,a\n2024-01-02,b\n"), WEND_ERROR_EMPTY);
    cr_assert_str_eq(last_error.text, "no field of events names a customer; its fields are: "
                                      "time, x\nname it in a definition file with `customer: "
                                      "FIELD`");
}

Test(infer, where_the_user_is_missing_at_times_the_device_follows) {
    expect_inferred("time,user_id,device_id,event\n2024-01-01,u,d,a\n2024-01-02,,d,b\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: time\ncustomer: [user_id, device_id]\nevent: event\n");
    cr_assert(strstr(assumptions, "customer: field `user_id`, else field `device_id` ("));
}

Test(infer, a_customer_guessed_from_the_data_is_said_to_be_a_guess) {
    expect_inferred("time,wer,event\n2024-01-01,x,a\n2024-01-02,x,b\n2024-01-03,y,a\n"
                    "2024-01-04,y,a\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: time\ncustomer: wer\nevent: event\n");
    cr_assert(strstr(assumptions, "customer: field `wer` (a guess: the field with most values that "
                                  "come again; 2 different in 4 records)"));
}

Test(infer, the_sessions_of_the_input_are_customers_where_nothing_else_is) {
    expect_inferred("time,session_id,event\n2024-01-01,x,a\n2024-01-02,x,b\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: time\ncustomer: session_id\nevent: event\n");
    cr_assert(strstr(assumptions, "a guess: each session of the input is a customer"));
}

Test(infer, of_a_url_the_path_is_the_event) {
    expect_inferred("time,user,url\n2024-01-01,u,https://h/a?x=1\n2024-01-02,u,https://h/b\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "fields: {page_path: {url: url, part: path}}\n"
                    "time: time\ncustomer: user\nevent: page_path\n");
    cr_assert(strstr(assumptions, "event: field `url` (its path; 2 different)\n"));
}

Test(infer, plain_paths_are_events_as_they_are) {
    expect_inferred("time,user,path\n2024-01-01,u,/a\n2024-01-02,u,/b\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: time\ncustomer: user\nevent: path\n");
}

Test(infer, a_different_name_in_each_record_is_no_event_name) {
    char input[4096] = "time,user,page,channel\n";
    for (int i = 0; i < 40; i++) {
        size_t len = strlen(input);
        (void)snprintf(input + len, sizeof input - len, "2024-01-01,u%d,Title %d,%s\n", i % 5, i,
                       i % 2 == 0 ? "mail" : "web");
    }
    expect_inferred(input, "format: {kind: csv, separator: \",\", header: yes}\n"
                           "time: time\ncustomer: user\nevent: channel\n");
}

Test(infer, without_an_event_it_is_said_that_nothing_matches) {
    expect_inferred("time,user\n2024-01-01,u\n2024-01-02,u\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: time\ncustomer: user\n");
    cr_assert(strstr(assumptions, "event: none; no field looks like the name of an event"));
}

Test(infer, a_value_that_is_no_number_is_none) {
    expect_inferred("time,user,event,value\n2024-01-01,u,a,high\n2024-01-02,u,b,low\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: time\ncustomer: user\nevent: event\n");
}

Test(infer, an_id_that_repeats_is_none) {
    expect_inferred("time,user,event,id\n2024-01-01,u,a,1\n2024-01-02,u,b,1\n",
                    "format: {kind: csv, separator: \",\", header: yes}\n"
                    "time: time\ncustomer: user\nevent: event\n");
}
