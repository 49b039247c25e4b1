#include "progress.h"
#include "table.h"
#include "width.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>

static struct wend_cli_text out;

static void reset(void) {
    wend__cli_text_deinit(&out);
}

TestSuite(cli_text, .fini = reset);
TestSuite(cli_table, .fini = reset);
TestSuite(cli_progress, .fini = reset);

static const char *visible(const char *bytes, size_t len) {
    wend__cli_text_clear(&out);
    wend__cli_text_add_visible(&out, bytes, len, false);
    return wend__cli_text_string(&out);
}

static size_t width(const char *text) {
    return wend__cli_width(text, strlen(text));
}

Test(cli_text, escape_sequences_of_strangers_never_come_through) {
    cr_assert_str_eq(visible("a\x1B[31mb", 7), "a\\x1b[31mb");
    cr_assert_str_eq(visible("a\nb\tc\rd\x7F", 8), "a\\nb\\tc\\rd\\x7f");
    cr_assert_str_eq(visible("nul\0end", 7), "nul\\x00end");
    /* C1: U+009B starts an escape sequence, too. */
    cr_assert_str_eq(visible("\xC2\x9B"
                             "2J",
                             4),
                     "\\u009b2J");
    /* U+202E turns the direction of the text around. */
    cr_assert_str_eq(visible("a\xE2\x80\xAE"
                             "b",
                             5),
                     "a\\u202eb");
}

Test(cli_text, invalid_utf8_becomes_replacement_characters) {
    cr_assert_str_eq(visible("a\xFFz", 3), "a\xEF\xBF\xBDz");
    cr_assert_str_eq(visible("\xC3", 1), "\xEF\xBF\xBD");
    cr_assert_str_eq(visible("\xED\xA0\x80", 3), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    cr_assert_str_eq(visible("\xF4\x90\x80\x80", 1), "\xEF\xBF\xBD");
    cr_assert_str_eq(visible("Gr\xC3\xB6\xC3\x9F"
                             "e",
                             7),
                     "Gr\xC3\xB6\xC3\x9F"
                     "e");
}

Test(cli_text, newlines_stay_only_where_they_are_wanted) {
    wend__cli_text_add_visible(&out, "a\nb\x1B", 4, true);
    cr_assert_str_eq(wend__cli_text_string(&out), "a\nb\\x1b");
}

Test(cli_text, width_counts_cells_not_bytes) {
    cr_assert_eq(width("abc"), 3);
    cr_assert_eq(width("Gr\u00F6\u00DFe"), 5);
    cr_assert_eq(width("e\u0301"), 1, "a combining mark takes none");
    cr_assert_eq(width("\u767D\u30B9"), 4, "wide characters take two");
    cr_assert_eq(width("\U0001F392"), 2);
    cr_assert_eq(width("a\u200Db"), 2, "a joiner takes none");
    cr_assert_eq(width("\xFF\xFF"), 2, "an ill-formed byte takes one");
}

Test(cli_text, prefix_and_suffix_never_cut_a_character) {
    size_t used;
    const char *text = "\u767D\u767Dx"; /* 2 + 2 + 1 cells, 7 bytes */
    cr_assert_eq(wend__cli_prefix(text, 7, 3, &used), 3);
    cr_assert_eq(used, 2);
    cr_assert_eq(wend__cli_suffix(text, 7, 2, &used), 1);
    cr_assert_eq(used, 1);
    const char *marked = "ae\u0301z"; /* the mark goes with the letter before it */
    cr_assert_eq(wend__cli_suffix(marked, 5, 1, &used), 1);
    cr_assert_eq(wend__cli_suffix(marked, 5, 2, &used), 4);
}

Test(cli_text, numbers_get_thousands_separators_and_other_text_does_not) {
    static const char *const cases[][2] = {{"0", "0"},
                                           {"999", "999"},
                                           {"1000", "1,000"},
                                           {"-1234567", "-1,234,567"},
                                           {"1234.5678", "1,234.5678"},
                                           {"12ab", "12ab"},
                                           {"", ""},
                                           {"99999999999999999999999", "99,999,999,999,999,999,"
                                                                       "999,999"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wend__cli_text_clear(&out);
        wend__cli_text_add_grouped(&out, cases[i][0], strlen(cases[i][0]));
        cr_assert_str_eq(wend__cli_text_string(&out), cases[i][1]);
    }
}

Test(cli_text, sizes_have_three_digits) {
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {{0, "0 B"},           {999, "999 B"},         {1000, "1.00 KB"},
                 {12345, "12.3 KB"},   {999499, "999 KB"},     {999600, "1.00 MB"},
                 {9996000, "10.0 MB"}, {UINT64_MAX, "18.4 EB"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wend__cli_text_clear(&out);
        wend__cli_text_add_size(&out, cases[i].bytes);
        cr_assert_str_eq(wend__cli_text_string(&out), cases[i].text);
    }
}

Test(cli_text, paragraphs_wrap_and_indented_lines_stay) {
    wend__cli_text_add_wrapped(&out, "one two three four\n\nnext\n  kept   as is\nlast", 2, 12);
    cr_assert_str_eq(wend__cli_text_string(&out),
                     "  one two\n  three four\n\n  next\n    kept   as is\n  last\n");
}

static struct wend_cli_cell cell(enum wend_cli_cell_kind kind, const char *text) {
    return (struct wend_cli_cell){kind, text, strlen(text)};
}

static const struct wend_cli_column columns[] = {
    {.title = "path", .shrinks = true}, {.title = "units", .right = true, .grouped = true}};

static void render(size_t columns_wide) {
    struct wend_cli_table table;
    wend__cli_table_init(&table, columns, 2);
    struct wend_cli_cell first[] = {
        cell(WEND_CLI_CELL_TEXT, "home > \u767D\u30B9 > basket > checkout > thanks"),
        cell(WEND_CLI_CELL_NUMBER, "12345")};
    struct wend_cli_cell second[] = {cell(WEND_CLI_CELL_TEXT, "a\x1B]0;x"),
                                     cell(WEND_CLI_CELL_NULL, "")};
    wend__cli_table_add(&table, first);
    wend__cli_table_add(&table, second);
    wend__cli_table_render(&table, columns_wide, false, &out);
    wend__cli_table_deinit(&table);
}

static void render_bars(size_t columns_wide) {
    const struct wend_cli_column title = {.title = "units", .right = true};
    const double shares[] = {1, 0.55, 0, 0.0001};
    struct wend_cli_table table;
    wend__cli_table_init(&table, &title, 1);
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        struct wend_cli_cell number = cell(WEND_CLI_CELL_NUMBER, "7");
        wend__cli_table_add(&table, &number);
    }
    table.shares = shares;
    wend__cli_table_render(&table, columns_wide, false, &out);
    wend__cli_table_deinit(&table);
}

Test(cli_table, bars_take_what_is_left_of_the_width_in_eighths_of_a_cell) {
    render_bars(17);
    cr_assert_str_eq(wend__cli_text_string(&out),
                     "units\n"
                     "    7  \u2588\u2588\u2588\u2588\u2588\u2588\u2588"
                     "\u2588\u2588\u2588\n"
                     "    7  \u2588\u2588\u2588\u2588\u2588\u258C\n"
                     "    7\n"
                     "    7  \u258F\n");
}

Test(cli_table, without_room_there_are_no_bars) {
    render_bars(12);
    cr_assert_str_eq(wend__cli_text_string(&out), "units\n    7\n    7\n    7\n    7\n");
}

Test(cli_table, columns_align_by_cells_and_nothing_is_cut_without_a_width) {
    render(0);
    cr_assert_str_eq(wend__cli_text_string(&out),
                     "path                                       units\n"
                     "home > \u767D\u30B9 > basket > checkout > thanks  12,345\n"
                     "a\\x1b]0;x\n"); /* absent: nothing */
}

Test(cli_table, long_cells_shrink_in_the_middle_until_the_row_fits) {
    render(30);
    const char *text = wend__cli_text_string(&out);
    for (const char *at = text; *at != '\0';) {
        size_t len = strcspn(at, "\n");
        cr_assert_leq(wend__cli_width(at, len), 30);
        at += len + 1;
    }
    cr_assert_not_null(strstr(text, "\u2026"));
    cr_assert_not_null(strstr(text, "12,345"), "numbers are never shortened");
    cr_assert_not_null(strstr(text, "thanks"), "the end stays");
    cr_assert_not_null(strstr(text, "home"), "the start stays");
}

Test(cli_table, shortening_keeps_the_width_for_every_text) {
    const char *text = "a\u0301b\u767Dc\u30B9d\U0001F392e\xFF"
                       "fgh";
    for (size_t most = 0; most < 20; most++) {
        wend__cli_text_clear(&out);
        wend__cli_shorten(text, strlen(text), most, &out);
        cr_assert_leq(wend__cli_width(wend__cli_text_string(&out), out.len), most);
    }
}

Test(cli_table, csv_quotes_only_what_needs_it) {
    struct wend_cli_cell cells[] = {
        cell(WEND_CLI_CELL_TEXT, "plain"), cell(WEND_CLI_CELL_TEXT, "a,\"b\"\nc"),
        cell(WEND_CLI_CELL_NULL, ""), cell(WEND_CLI_CELL_NUMBER, "-1.5"),
        cell(WEND_CLI_CELL_RAW, "[\"x\",\"y\"]")};
    wend__cli_csv_row(cells, 5, false, &out);
    cr_assert_str_eq(wend__cli_text_string(&out),
                     "plain,\"a,\"\"b\"\"\nc\",,-1.5,\"[\"\"x\"\",\"\"y\"\"]\"\n");
    wend__cli_text_clear(&out);
    wend__cli_csv_row(cells + 1, 1, true, &out);
    cr_assert_str_eq(wend__cli_text_string(&out), "\"a,\"\"b\"\"\\nc\"\n");
}

Test(cli_table, json_is_valid_for_any_bytes) {
    const struct wend_cli_column three[] = {{.title = "a\"b"}, {.title = "n"}, {.title = "list"}};
    struct wend_cli_cell cells[] = {cell(WEND_CLI_CELL_TEXT, "x\n\x01\x7F\\\"\xFF\u00F6\u202E"),
                                    cell(WEND_CLI_CELL_NUMBER, "12"),
                                    cell(WEND_CLI_CELL_RAW, "[]")};
    wend__cli_json_row(three, cells, 3, &out);
    cr_assert_str_eq(wend__cli_text_string(&out),
                     "{\"a\\\"b\":\"x\\n\\u0001\\u007f\\\\\\\"\xEF\xBF\xBD\u00F6\\u202e\","
                     "\"n\":12,\"list\":[]}\n");
}

static const char *progress(struct wend_cli_state state, int64_t elapsed_us, size_t most) {
    wend__cli_text_clear(&out);
    wend__cli_progress_line(&state, elapsed_us, most, &out);
    return wend__cli_text_string(&out);
}

Test(cli_progress, line_tells_share_rates_and_time_left) {
    struct wend_cli_state state = {
        .done_bytes = 500000000, .total_bytes = 2000000000, .done_events = 1234567};
    cr_assert_str_eq(progress(state, 2000000, 200),
                     " 25 % [#####...............]  500 MB of 2.00 GB  250 MB/s  617,000 events/s"
                     "  0:06 left");
}

Test(cli_progress, rows_stand_alone) {
    struct wend_cli_state state = {.done_rows = 1500, .total_rows = 6000};
    cr_assert_str_eq(progress(state, 1000000, 200),
                     " 25 % [#####...............]  1,500 of 6,000 rows"
                     "  1,500 rows/s  0:03 left");
}

Test(cli_progress, a_pipe_has_no_share_and_no_time_left) {
    struct wend_cli_state state = {.done_bytes = 500, .done_events = 3};
    cr_assert_str_eq(progress(state, 1000000, 200), "500 B  500 B/s  3 events/s");
}

Test(cli_progress, a_file_that_grows_stays_at_the_whole) {
    struct wend_cli_state state = {.done_bytes = 300, .total_bytes = 200};
    cr_assert_not_null(strstr(progress(state, 1000000, 200), "100 % [####################]"));
}

Test(cli_progress, no_time_passed_is_no_division_by_zero) {
    struct wend_cli_state state = {.done_bytes = 1, .total_bytes = 2, .done_events = 1};
    cr_assert_not_null(progress(state, 0, 200));
}

Test(cli_progress, line_fits_a_narrow_terminal) {
    struct wend_cli_state state = {.done_bytes = 5, .total_bytes = 20, .done_events = 7};
    cr_assert_leq(strlen(progress(state, 5000000, 19)), 19);
}

Test(cli_progress, colours_follow_the_terminal_no_color_and_the_option) {
    cr_assert(wend__cli_wants_color(WEND_CLI_COLOR_AUTO, true, NULL, "xterm"));
    cr_assert(wend__cli_wants_color(WEND_CLI_COLOR_AUTO, true, "", "xterm"));
    cr_assert_not(wend__cli_wants_color(WEND_CLI_COLOR_AUTO, true, "1", "xterm"));
    cr_assert_not(wend__cli_wants_color(WEND_CLI_COLOR_AUTO, false, NULL, "xterm"));
    cr_assert_not(wend__cli_wants_color(WEND_CLI_COLOR_AUTO, true, NULL, "dumb"));
    cr_assert_not(wend__cli_wants_color(WEND_CLI_COLOR_AUTO, true, NULL, NULL));
    cr_assert(wend__cli_wants_color(WEND_CLI_COLOR_ALWAYS, false, "1", NULL));
    cr_assert_not(wend__cli_wants_color(WEND_CLI_COLOR_NEVER, true, NULL, "xterm"));
}
