#include "report.h"

#include <criterion/criterion.h>
#include <jansson.h>

#include <string.h>

static struct wend_cli_text out;

static void reset(void) {
    wend__cli_text_deinit(&out);
}

TestSuite(cli_report, .fini = reset);

static const struct wend_cli_report_row paths[] = {
    {.name = "home > cart > pay", .name_len = 17, .units = 600, .converted = 600},
    {.name = "home\x1B[2J", .name_len = 8, .units = 400, .abandoned = 300}};
static const struct wend_cli_report_row points[] = {
    {.name = "cart", .name_len = 4, .stage = "buy", .stage_len = 3, .units = 800, .abandoned = 200},
    {.name = "(none)", .name_len = 6, .units = 100, .abandoned = 100}};
static const struct wend_cli_report_input input = {
    .path = "in.gz", .format = "gzip, NDJSON; certainty 97 %", .sure_percent = 97};

static struct wend_cli_report_scope scopes[2];

/* A run in which all is well. */
static struct wend_cli_report sample(void) {
    scopes[0] = (struct wend_cli_report_scope){
        .name = "session", .units = 1500, .converted = 600, .abandoned = 900};
    scopes[1] = (struct wend_cli_report_scope){.name = "purchase",
                                               .units = 1000,
                                               .converted = 600,
                                               .abandoned = 300,
                                               .still_open = 100,
                                               .paths = paths,
                                               .path_count = 2,
                                               .points = points,
                                               .point_count = 2};
    return (struct wend_cli_report){.inputs = &input,
                                    .input_count = 1,
                                    .read = 10000,
                                    .accepted = 9950,
                                    .rejected = {30, 0, 15, 0},
                                    .duplicate = 5,
                                    .bytes = 5000000,
                                    .elapsed_us = 500000,
                                    .scopes = scopes,
                                    .scope_count = 2,
                                    .snapshot = "out"};
}

Test(cli_report, text_tells_all_that_happened_and_hides_no_escape) {
    struct wend_cli_report report = sample();
    struct wend_cli_terminal terminal = {.width = 80};
    wend__cli_report_text(&report, &terminal, &out);
    cr_assert_str_eq(out.data,
                     "input       in.gz: gzip, NDJSON; certainty 97 %\n"
                     "events      10,000 read, 9,950 accepted in 0.50 s "
                     "(20,000 events/s, 10.0 MB/s)\n"
                     "rejected    45 (0.45 %): shape 30, customer 15\n"
                     "duplicate   5 (0.05 %)\n"
                     "sessions    1,500: 600 converted (40.0 %), 900 abandoned\n"
                     "journeys    purchase: 1,000 in all, 600 converted (60.0 %), 300 abandoned, "
                     "100 open\n"
                     "\n"
                     "Most frequent paths of purchase\n"
                     "units   share  converted  path\n"
                     "  600  60.0 %        600  home > cart > pay\n"
                     "  400  40.0 %          0  home\\x1b[2J\n"
                     "\n"
                     "Where purchase is abandoned\n"
                     "abandoned   share  of those there  stage  touchpoint\n"
                     "      200  66.7 %          25.0 %  buy    cart\n"
                     "      100  33.3 %         100.0 %         (none)\n"
                     "\n"
                     "snapshot    out (more: wend show out)\n");
}

Test(cli_report, json_is_one_object_with_the_same_numbers) {
    struct wend_cli_report report = sample();
    wend__cli_report_json(&report, &out);
    json_error_t problem;
    json_t *root = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, &problem);
    cr_assert_not_null(root, "%s", problem.text);
    cr_assert_eq(json_integer_value(json_object_get(root, "read")), 10000);
    json_t *rejected = json_object_get(root, "rejected");
    cr_assert_eq(json_integer_value(json_object_get(rejected, "customer")), 15);
    json_t *scope = json_array_get(json_object_get(root, "scopes"), 1);
    json_t *path = json_array_get(json_object_get(scope, "top_paths"), 1);
    cr_assert_str_eq(json_string_value(json_object_get(path, "path")), "home\x1B[2J");
    cr_assert_eq(json_array_size(json_object_get(root, "notes")), 0);
    cr_assert_eq(strchr(out.data, '\n'), out.data + out.len - 1);
    json_decref(root);
}

Test(cli_report, nothing_is_noted_when_all_is_well) {
    struct wend_cli_report report = sample();
    wend__cli_report_notes(&report, &out);
    cr_assert_eq(out.len, 0);
}

Test(cli_report, notes_name_what_is_odd_and_its_remedy) {
    struct wend_cli_report report = sample();
    struct wend_cli_report_input broken = {
        .path = "b.gz", .format = "csv", .trouble = "the gzip data ends early"};
    report.inputs = &broken;
    report.rejected[0] = 1001;
    report.late = 101;
    report.lateness = "10m";
    scopes[1].still_open = 901;
    wend__cli_report_notes(&report, &out);
    static const char *const parts[] = {"b.gz: the gzip data ends early",
                                        "--rejects FILE",
                                        "lateness of 10m",
                                        "--lateness unlimited",
                                        "more journeys are open (901) than ended (900)",
                                        "--close-all"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        cr_assert_not_null(strstr(out.data, parts[i]), "<%s> lacks <%s>", out.data, parts[i]);
    }
}

Test(cli_report, a_note_begins_beyond_its_bound_and_not_on_it) {
    struct wend_cli_report report = sample();
    report.rejected[0] = 985; /* with 15 others: 10 % */
    report.accepted = 9895;
    report.late = 100; /* with 5 duplicates: 1 % */
    scopes[1].still_open = 900;
    wend__cli_report_notes(&report, &out);
    cr_assert_eq(out.len, 0, "%s", wend__cli_text_string(&out));
}

Test(cli_report, late_events_are_a_share_of_events_not_of_all_records) {
    struct wend_cli_report report = sample();
    report.read = 1000000;
    report.filtered = 990000;
    report.late = 200;
    report.lateness = "10m";
    wend__cli_report_notes(&report, &out);
    cr_assert_not_null(strstr(out.data, "2.0 % of the events came too late"), "%s", out.data);
}
