#include "commands.h"
#include "help.h"
#include "width.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct wend_cli_arguments arguments;
static struct wend_error error;

static enum wend_status parse(const char *first, const char *second, const char *third,
                              const char *fourth) {
    const char *words[] = {"wend", first, second, third, fourth};
    int count = 1;
    while (count < 5 && words[count] != NULL) {
        count++;
    }
    char *argv[5];
    memcpy(argv, words, sizeof argv);
    return wend__cli_parse(count, argv, &arguments, &error);
}

static void reset(void) {
    wend__cli_arguments_deinit(&arguments);
}

TestSuite(cli_options, .fini = reset);

static const struct wend_cli_value *value(enum wend_cli_option_id id) {
    return &arguments.values[id];
}

Test(cli_options, values_come_with_blank_equals_sign_or_attached) {
    cr_assert_eq(parse("replay", "--threads", "3", "in"), WEND_OK);
    cr_assert_eq(value(WEND_CLI_THREADS)->number, 3);
    reset();
    cr_assert_eq(parse("replay", "--threads=4", "in", NULL), WEND_OK);
    cr_assert_eq(value(WEND_CLI_THREADS)->number, 4);
    reset();
    cr_assert_eq(parse("replay", "-j5", "in", NULL), WEND_OK);
    cr_assert_eq(value(WEND_CLI_THREADS)->number, 5);
    reset();
    cr_assert_eq(parse("replay", "-qj=6", "in", NULL), WEND_OK);
    cr_assert_eq(value(WEND_CLI_THREADS)->number, 6);
    cr_assert(value(WEND_CLI_QUIET)->given);
}

Test(cli_options, options_may_follow_operands_and_the_last_use_holds) {
    cr_assert_eq(parse("replay", "in", "-j2", "-j3"), WEND_OK);
    cr_assert_eq(arguments.operand_count, 1);
    cr_assert_str_eq(arguments.operands[0], "in");
    cr_assert_eq(value(WEND_CLI_THREADS)->number, 3);
}

Test(cli_options, two_dashes_end_the_options_and_one_is_an_operand) {
    cr_assert_eq(parse("replay", "--", "--threads", "-"), WEND_OK);
    cr_assert_eq(arguments.operand_count, 2);
    cr_assert_str_eq(arguments.operands[0], "--threads");
    reset();
    cr_assert_eq(parse("replay", "-", NULL, NULL), WEND_OK);
    cr_assert_str_eq(arguments.operands[0], "-");
}

Test(cli_options, repeatable_pairs_are_all_kept_in_order) {
    cr_assert_eq(parse("show", "out", "-wdevice=mobile", "--where=channel="), WEND_OK);
    cr_assert_eq(arguments.pair_count, 2);
    cr_assert_str_eq(arguments.pairs[0], "device=mobile");
    cr_assert_str_eq(arguments.pairs[1], "channel=");
}

Test(cli_options, the_same_name_means_what_the_command_says) {
    cr_assert_eq(parse("show", "out", "--format", "csv"), WEND_OK);
    cr_assert_str_eq(value(WEND_CLI_SHOW_FORMAT)->text, "csv");
    reset();
    cr_assert_eq(parse("replay", "in", "--format", "access-log"), WEND_OK);
    cr_assert_str_eq(value(WEND_CLI_INPUT_FORMAT)->text, "access-log");
    reset();
    cr_assert_eq(parse("show", "out", "--format", "access-log"), WEND_ERROR_USAGE);
}

static void assert_error(const char *part) {
    cr_assert_eq(error.status, WEND_ERROR_USAGE);
    cr_assert_not_null(strstr(error.text, part), "<%s> lacks <%s>", error.text, part);
}

Test(cli_options, errors_say_what_was_meant_and_what_to_do_next) {
    static const struct {
        const char *words[4];
        const char *part;
    } cases[] = {
        {{"replya", "in"}, "did you mean `wend replay`?"},
        {{"events.ndjson"}, "to read a log: `wend replay events.ndjson`"},
        {{"replay", "--treads", "in"}, "did you mean --threads?"},
        {{"replay", "--def", "in"}, "did you mean --definitions?"},
        {{"replay", "--scope", "in"}, "it belongs to wend show"},
        {{"--top", "3"}, "behind the command"},
        {{"replay", "--xyzzy"}, "Try `wend replay -h`."},
        {{"replay", "-Z"}, "unknown option -Z"},
        {{"replay"}, "needs an input"},
        {{"replay", "in", "-o"}, "-o needs a value: -o DIR"},
        {{"replay", "in", "--threads"}, "--threads needs a value"},
        {{"replay", "in", "--replace=yes"}, "takes no value"},
        {{"replay", "in", "--threads=many"}, "Example: --threads 20"},
        {{"replay", "in", "--threads=0"}, "from 1 to 64"},
        {{"replay", "in", "--memory=1x"}, "Example: --memory 512MiB"},
        {{"replay", "in", "--memory=1K"}, "from 1 MiB to 64 TiB"},
        {{"replay", "in", "--lateness=5"}, "a duration with a unit, or unlimited"},
        {{"replay", "in", "--now=tomorrow"}, "Example: --now 2025"},
        {{"replay", "in", "--tables=path"}, "did you mean paths?"},
        {{"replay", "in", "--output="}, "nothing is not a directory"},
        {{"show", "out", "paths", "more"}, "unexpected argument more"},
        {{"show", "out", "-wdevice"}, "is not FIELD=VALUE"},
        {{"show", "out", "--columns=a,,b"}, "empty name"},
        {{"merge", "a", "b"}, "needs -o DIR"},
        {{"generate", "--late=2"}, "from 0 to 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const *words = cases[i].words;
        cr_assert_eq(parse(words[0], words[1], words[2], words[3]), WEND_ERROR_USAGE, "case %zu",
                     i);
        assert_error(cases[i].part);
        reset();
    }
}

Test(cli_options, help_stops_the_reading_and_tells_short_from_long) {
    cr_assert_eq(parse("replay", "-h", "--nonsense", NULL), WEND_OK);
    cr_assert(value(WEND_CLI_HELP_OPTION)->given);
    cr_assert_not(arguments.long_help);
    reset();
    cr_assert_eq(parse("replay", "--help", NULL, NULL), WEND_OK);
    cr_assert(arguments.long_help);
}

static enum wend_status convert(enum wend_cli_option_id id, const char *text, uint64_t *number) {
    struct wend_cli_value converted = {0};
    enum wend_status status =
        wend__cli_value_parse(&wend__cli_options[id], text, &converted, &error);
    *number = converted.number;
    return status;
}

static void assert_value(enum wend_cli_option_id id, const char *text, uint64_t expected) {
    uint64_t number;
    cr_assert_eq(convert(id, text, &number), WEND_OK, "%s: %s", text, error.text);
    cr_assert_eq(number, expected, "%s gives %llu", text, (unsigned long long)number);
}

static void assert_refused(enum wend_cli_option_id id, const char *text) {
    uint64_t number;
    cr_assert_eq(convert(id, text, &number), WEND_ERROR_USAGE, "%s is taken", text);
}

Test(cli_options, counts_may_have_underscores_between_digits) {
    assert_value(WEND_CLI_EVENTS, "10_000_000", 10000000);
    assert_refused(WEND_CLI_EVENTS, "10_");
    assert_refused(WEND_CLI_EVENTS, "_1");
    assert_refused(WEND_CLI_EVENTS, "-1");
    assert_refused(WEND_CLI_EVENTS, "1e6");
    assert_refused(WEND_CLI_EVENTS, "99999999999999999999");
}

Test(cli_options, sizes_and_durations_know_their_units) {
    assert_value(WEND_CLI_MEMORY, "512MiB", UINT64_C(512) << 20);
    assert_value(WEND_CLI_MEMORY, "4G", UINT64_C(4) << 30);
    assert_value(WEND_CLI_BLOCK_SIZE, "2048", 2048);
    assert_refused(WEND_CLI_MEMORY, "512mib");
    assert_refused(WEND_CLI_MEMORY, "18446744073709551615K");
    assert_value(WEND_CLI_LATENESS, "1h30m", UINT64_C(5400000000));
    assert_value(WEND_CLI_LATENESS, "250ms", 250000);
    assert_value(WEND_CLI_LATENESS, "0", 0);
    assert_value(WEND_CLI_LATENESS, "unlimited", UINT64_MAX);
    assert_refused(WEND_CLI_LATENESS, "h");
    assert_refused(WEND_CLI_LATENESS, "1y");
    assert_refused(WEND_CLI_LATENESS, "999999999999999d");
    assert_value(WEND_CLI_DISORDER, "30", 30000000);
}

Test(cli_options, shares_are_fractions_or_percent) {
    assert_value(WEND_CLI_LATE, "0.001", 1000);
    assert_value(WEND_CLI_LATE, "0.1%", 1000);
    assert_value(WEND_CLI_LATE, "1", 1000000);
    assert_value(WEND_CLI_LATE, "100%", 1000000);
    assert_refused(WEND_CLI_LATE, "1.1");
    assert_refused(WEND_CLI_LATE, "%");
    assert_refused(WEND_CLI_LATE, "1%%");
}

Test(cli_options, times_are_utc_and_must_exist) {
    assert_value(WEND_CLI_NOW, "1970-01-02", UINT64_C(86400000000));
    assert_value(WEND_CLI_NOW, "2000-02-29T12:30Z", UINT64_C(951827400000000));
    assert_value(WEND_CLI_NOW, "2025-03-03 12:00:59", UINT64_C(1741003259000000));
    assert_value(WEND_CLI_NOW, "1969-12-31T23:59:59Z", (uint64_t)INT64_C(-1000000));
    assert_refused(WEND_CLI_NOW, "2025-02-29");
    assert_refused(WEND_CLI_NOW, "2025-13-01");
    assert_refused(WEND_CLI_NOW, "2025-01-01T24:00Z");
    assert_refused(WEND_CLI_NOW, "2025-1-1");
    assert_refused(WEND_CLI_NOW, "9999-01-01");
}

Test(cli_options, lists_become_bit_sets_of_their_choices) {
    assert_value(WEND_CLI_DEVICES, "mobile,desktop", 3);
    assert_refused(WEND_CLI_DEVICES, "mobile,");
    assert_refused(WEND_CLI_DEVICES, "");
}

Test(cli_options, nearest_word_is_near) {
    static const char *const words[] = {"replay", "show", "check", "verify"};
    cr_assert_str_eq(wend__cli_nearest("shwo", words, 4), "show");
    cr_assert_str_eq(wend__cli_nearest("chek", words, 4), "check");
    cr_assert_str_eq(wend__cli_nearest("veri", words, 4), "verify");
    cr_assert_null(wend__cli_nearest("xylophone", words, 4));
    cr_assert_null(wend__cli_nearest("", words, 4));
    char endless[5000];
    memset(endless, 'a', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    cr_assert_null(wend__cli_nearest(endless, words, 4));
}

/* What the help, the completions and the parser rely on. */
Test(cli_options, every_row_of_the_table_is_well_formed) {
    for (size_t i = 0; i < WEND_CLI_OPTION_COUNT; i++) {
        const struct wend_cli_option *row = &wend__cli_options[i];
        cr_assert_not_null(row->name, "row %zu is missing", i);
        cr_assert_eq(strspn(row->name, "abcdefghijklmnopqrstuvwxyz-"), strlen(row->name));
        cr_assert_not_null(row->summary);
        cr_assert_neq(row->summary[strlen(row->summary) - 1], '.', "--%s", row->name);
        cr_assert_leq(strlen(row->summary), 72, "--%s", row->name);
        cr_assert_neq(row->commands, 0, "--%s", row->name);
        cr_assert_eq(row->kind == WEND_CLI_FLAG, row->value_name == NULL, "--%s", row->name);
        cr_assert(row->kind != WEND_CLI_CHOICE || row->choices != NULL, "--%s", row->name);
        for (size_t other = 0; other < i; other++) {
            const struct wend_cli_option *before = &wend__cli_options[other];
            bool shared = (before->commands & row->commands) != 0;
            cr_assert_not(shared && strcmp(before->name, row->name) == 0, "--%s twice", row->name);
            cr_assert_not(shared && row->letter != 0 && before->letter == row->letter, "-%c twice",
                          row->letter);
        }
    }
}

Test(cli_options, help_fits_its_width_and_names_every_option) {
    for (int id = WEND_CLI_TOP; id < WEND_CLI_COMMAND_COUNT; id++) {
        struct wend_cli_text out = {0};
        wend__cli_help((enum wend_cli_command_id)id, false, false, 80, &out);
        for (const char *at = out.data; *at != '\0';) {
            size_t len = strcspn(at, "\n");
            cr_assert_leq(wend__cli_width(at, len), 80, "%.*s", (int)len, at);
            at += len + 1;
        }
        for (size_t i = 0; i < WEND_CLI_OPTION_COUNT; i++) {
            char name[64];
            (void)snprintf(name, sizeof name, "--%s", wend__cli_options[i].name);
            cr_assert(
                !wend__cli_option_belongs(&wend__cli_options[i], (enum wend_cli_command_id)id) ||
                strstr(out.data, name) != NULL);
        }
        wend__cli_text_deinit(&out);
    }
}

Test(cli_options, errors_show_the_line_with_a_caret_and_no_raw_escapes) {
    char path[] = "/tmp/wend-cli-XXXXXX";
    int descriptor = mkstemp(path);
    static const char content[] = "one\ntime: \x1B[31mx\n";
    cr_assert_eq(write(descriptor, content, sizeof content - 1), (ssize_t)sizeof content - 1);
    (void)close(descriptor);
    struct wend_error at = {.status = WEND_ERROR_USAGE, .line = 2, .column = 7};
    (void)snprintf(at.file, sizeof at.file, "%s", path);
    (void)snprintf(at.text, sizeof at.text, "odd \x1B[2J time");
    struct wend_cli_text out = {0};
    wend__cli_error_text(&at, false, &out);
    (void)unlink(path);
    char expected[256];
    (void)snprintf(expected, sizeof expected,
                   "wend: %s:2:7: odd \\x1b[2J time\n  time: \\x1b[31mx\n        ^\n", path);
    cr_assert_str_eq(out.data, expected);
    wend__cli_text_deinit(&out);
}

Test(cli_options, exit_codes_are_those_that_the_manual_lists) {
    cr_assert_eq(wend__cli_exit_code(WEND_OK), 0);
    cr_assert_eq(wend__cli_exit_code(WEND_ERROR_EMPTY), 1);
    cr_assert_eq(wend__cli_exit_code(WEND_ERROR_LIMIT), 4);
    cr_assert_eq(wend__cli_exit_code(WEND_ERROR_MEMORY), 4);
    cr_assert_eq(wend__cli_exit_code(WEND_ERROR_CANCELLED), 130);
}
