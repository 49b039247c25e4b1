#include "random.h"
#include "show_rows.h"
#include "show_where.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

/* ---- which rows ---- */

static bool fits(const char *text, struct wend_value value) {
    struct wend_cli_where where;
    struct wend_error error = {0};
    enum wend_status status = wend__cli_where_init(&where, 0, "field", value.type, text, &error);
    cr_assert_eq(status, WEND_OK, "%s", error.text);
    bool result = wend__cli_where_fits(&where, &value);
    wend__cli_where_deinit(&where);
    return result;
}

static bool is_refused(const char *text, enum wend_value_type type) {
    struct wend_cli_where where;
    struct wend_error error = {0};
    enum wend_status status = wend__cli_where_init(&where, 0, "field", type, text, &error);
    wend__cli_where_deinit(&where);
    return status == WEND_ERROR_USAGE && strstr(error.text, "field") != NULL;
}

Test(cli_where, texts_are_compared_byte_by_byte) {
    struct wend_value value = {.type = WEND_VALUE_TEXT, .text = {"mobile", 6}};
    cr_assert(fits("mobile", value));
    cr_assert_not(fits("Mobile", value));
    cr_assert_not(fits("mobil", value));
    cr_assert_not(fits("mobiles", value));
}

Test(cli_where, nothing_finds_what_is_absent_and_only_that) {
    struct wend_value value = {.is_null = true, .type = WEND_VALUE_TEXT};
    cr_assert(fits("", value));
    cr_assert_not(fits("x", value));
    value.type = WEND_VALUE_COUNT;
    cr_assert(fits("", value));
    cr_assert_not(fits("0", value));
    value.is_null = false;
    cr_assert_not(fits("", value));
    cr_assert(fits("0", value));
    cr_assert(fits("", (struct wend_value){.type = WEND_VALUE_TEXT_LIST}));
    cr_assert(fits("", (struct wend_value){.type = WEND_VALUE_TEXT, .text = {"", 0}}));
}

Test(cli_where, numbers_are_compared_by_what_they_are_worth) {
    struct wend_value count = {.type = WEND_VALUE_COUNT, .integer = 1200};
    cr_assert(fits("1200", count));
    cr_assert(fits("+01200.0", count));
    cr_assert_not(fits("120", count));
    cr_assert_not(fits("-1200", count));
    struct wend_value decimal = {.type = WEND_VALUE_DECIMAL, .low = 125000};
    cr_assert(fits("12.5", decimal));
    cr_assert(fits("12.5000", decimal));
    cr_assert_not(fits("12.50001", decimal));
    cr_assert(fits("-0.0", (struct wend_value){.type = WEND_VALUE_DECIMAL}));
    cr_assert(fits(".5", (struct wend_value){.type = WEND_VALUE_DECIMAL, .low = 5000}));
    struct wend_value number = {.type = WEND_VALUE_DOUBLE, .number = 0.25};
    cr_assert(fits("0.250", number));
    cr_assert(fits("25e-2", number));
    cr_assert_not(fits("0.2500001", number));
}

Test(cli_where, times_are_moments) {
    struct wend_value value = {.type = WEND_VALUE_TIME, .integer = INT64_C(1740960000000000)};
    cr_assert(fits("2025-03-03", value));
    cr_assert(fits("2025-03-03 00:00", value));
    cr_assert(fits("2025-03-03T00:00:00Z", value));
    cr_assert_not(fits("2025-03-04", value));
    value.integer += 120000;
    cr_assert(fits("2025-03-03T00:00:00.120Z", value));
    cr_assert_not(fits("2025-03-03", value));
}

Test(cli_where, a_list_fits_when_it_holds_the_value) {
    static const struct wend_value_text items[] = {{"home", 4}, {"cart", 4}};
    struct wend_value value = {.type = WEND_VALUE_TEXT_LIST, .items = items, .item_count = 2};
    cr_assert(fits("cart", value));
    cr_assert_not(fits("car", value));
}

Test(cli_where, what_cannot_be_such_a_value_is_refused) {
    cr_assert(is_refused("many", WEND_VALUE_COUNT));
    cr_assert(is_refused("-", WEND_VALUE_COUNT));
    cr_assert(is_refused(".", WEND_VALUE_DECIMAL));
    cr_assert(is_refused("1.2.3", WEND_VALUE_DECIMAL));
    cr_assert(is_refused("nan", WEND_VALUE_DOUBLE));
    cr_assert(is_refused("yesterday", WEND_VALUE_TIME));
}

/* ---- the first of them ---- */

#define OFFERED 3000U

static void offer(struct wend_cli_rows *rows, const int64_t *orders, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char name[24];
        int len = snprintf(name, sizeof name, "row %zu", i);
        struct wend_cli_cell cells[] = {{WEND_CLI_CELL_TEXT, name, (size_t)len},
                                        {.kind = WEND_CLI_CELL_NULL}};
        if (wend__cli_rows_wants(rows, orders[i], i)) {
            wend__cli_rows_add(rows, orders[i], i, (uint32_t)(i % 3), cells);
        }
    }
    wend__cli_rows_sort(rows);
}

/* How many rows come before row `index`. */
static size_t rank(const int64_t *orders, size_t count, size_t index) {
    size_t before = 0;
    for (size_t i = 0; i < count; i++) {
        before += orders[i] > orders[index] || (orders[i] == orders[index] && i < index) ? 1 : 0;
    }
    return before;
}

Test(cli_rows, keeps_the_largest_then_the_first_in_the_file) {
    static int64_t orders[OFFERED];
    uint64_t state = 1;
    for (size_t i = 0; i < OFFERED; i++) {
        orders[i] = (int64_t)(next_random(&state) % 100);
    }
    struct wend_cli_rows rows;
    wend__cli_rows_init(&rows, 50, 2);
    offer(&rows, orders, OFFERED);
    cr_assert_eq(rows.count, 50);
    for (size_t i = 0; i < rows.count; i++) {
        cr_assert_eq(rank(orders, OFFERED, (size_t)rows.rows[i].sequence), i);
    }
    wend__cli_rows_deinit(&rows);
}

Test(cli_rows, restarts_give_all_rows_in_order_once) {
    static int64_t orders[OFFERED];
    uint64_t state = 2;
    for (size_t i = 0; i < OFFERED; i++) {
        orders[i] = (int64_t)(next_random(&state) % 10);
    }
    struct wend_cli_rows rows;
    wend__cli_rows_init(&rows, 700, 2);
    size_t seen = 0;
    for (offer(&rows, orders, OFFERED); rows.count > 0; offer(&rows, orders, OFFERED)) {
        for (size_t i = 0; i < rows.count; i += 97) {
            cr_assert_eq(rank(orders, OFFERED, (size_t)rows.rows[i].sequence), seen + i);
        }
        seen += rows.count;
        wend__cli_rows_restart(&rows);
    }
    cr_assert_eq(seen, OFFERED);
    wend__cli_rows_deinit(&rows);
}

Test(cli_rows, cells_come_back_as_they_were) {
    struct wend_cli_rows rows;
    wend__cli_rows_init(&rows, 2, 3);
    struct wend_cli_cell cells[] = {{WEND_CLI_CELL_TEXT, "a\0b", 3},
                                    {.kind = WEND_CLI_CELL_NULL},
                                    {WEND_CLI_CELL_RAW, "[]", 2}};
    wend__cli_rows_add(&rows, 1, 0, 7, cells);
    struct wend_cli_cell back[3];
    wend__cli_rows_cells(&rows, 0, back);
    cr_assert_eq(rows.rows[0].group, 7);
    cr_assert_eq(back[0].len, 3);
    cr_assert_eq(memcmp(back[0].text, "a\0b", 3), 0);
    cr_assert_eq(back[1].kind, WEND_CLI_CELL_NULL);
    cr_assert_eq(back[2].kind, WEND_CLI_CELL_RAW);
    cr_assert_eq(memcmp(back[2].text, "[]", 2), 0);
    wend__cli_rows_deinit(&rows);
}

Test(cli_rows, none_are_wanted_when_none_may_be_kept) {
    struct wend_cli_rows rows;
    wend__cli_rows_init(&rows, 0, 1);
    cr_assert_not(wend__cli_rows_wants(&rows, 5, 0));
    wend__cli_rows_deinit(&rows);
}
