#include "value.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct wend_cli_text out;

static void reset(void) {
    wend__cli_text_deinit(&out);
}

TestSuite(cli_value, .fini = reset);

static const char *written(struct wend_value value, enum wend_cli_style style) {
    wend__cli_text_clear(&out);
    (void)wend__cli_value_add(&value, style, &out);
    return wend__cli_text_string(&out);
}

static const char *decimal(int64_t high, uint64_t low, unsigned digits_min) {
    wend__cli_text_clear(&out);
    wend__cli_decimal_add(high, low, digits_min, &out);
    return out.data;
}

static const char *moment(int64_t ts_us) {
    wend__cli_text_clear(&out);
    wend__cli_time_add(ts_us, &out);
    return out.data;
}

static const char *duration(int64_t us) {
    wend__cli_text_clear(&out);
    wend__cli_duration_add(us, &out);
    return out.data;
}

Test(cli_value, decimals_are_exact_over_all_128_bits) {
    cr_assert_str_eq(decimal(0, 0, 0), "0");
    cr_assert_str_eq(decimal(0, 125000, 0), "12.5");
    cr_assert_str_eq(decimal(0, 1, 0), "0.0001");
    cr_assert_str_eq(decimal(-1, UINT64_MAX, 0), "-0.0001");
    cr_assert_str_eq(decimal(-1, 0, 0), "-1844674407370955.1616");
    cr_assert_str_eq(decimal(INT64_MAX, UINT64_MAX, 0), "17014118346046923173168730371588410.5727");
    cr_assert_str_eq(decimal(INT64_MIN, 0, 0), "-17014118346046923173168730371588410.5728");
}

Test(cli_value, decimals_keep_the_digits_that_are_asked_for) {
    cr_assert_str_eq(decimal(0, 0, 2), "0.00");
    cr_assert_str_eq(decimal(0, 125000, 2), "12.50");
    cr_assert_str_eq(decimal(0, 125010, 2), "12.501");
    cr_assert_str_eq(decimal(0, 120000, 4), "12.0000");
}

Test(cli_value, doubles_for_programs_read_back_the_same) {
    static const double numbers[] = {0,      -0.5,     0.1,    1.0 / 3, 273.2857142857143,  1e300,
                                     5e-324, 1e15 + 1, 123456, 2.5e-7,  0.30000000000000004};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct wend_value value = {.type = WEND_VALUE_DOUBLE, .number = numbers[i]};
        const char *text = written(value, WEND_CLI_FOR_PROGRAMS);
        cr_assert_eq(strtod(text, NULL), numbers[i], "%s", text);
    }
    struct wend_value tenth = {.type = WEND_VALUE_DOUBLE, .number = 0.1};
    cr_assert_str_eq(written(tenth, WEND_CLI_FOR_PROGRAMS), "0.1");
}

Test(cli_value, what_is_no_number_is_null) {
    struct wend_value value = {.type = WEND_VALUE_DOUBLE, .number = NAN};
    cr_assert_eq(wend__cli_value_add(&value, WEND_CLI_FOR_PROGRAMS, &out), WEND_CLI_CELL_NULL);
    value.number = INFINITY;
    cr_assert_eq(wend__cli_value_add(&value, WEND_CLI_FOR_PEOPLE, &out), WEND_CLI_CELL_NULL);
    cr_assert_eq(out.len, 0);
}

Test(cli_value, doubles_for_people_are_rounded_and_never_to_nothing) {
    struct wend_value value = {.type = WEND_VALUE_DOUBLE, .number = 1234.56};
    cr_assert_str_eq(written(value, WEND_CLI_FOR_PEOPLE), "1234.6");
    value.number = 0.004;
    cr_assert_str_eq(written(value, WEND_CLI_FOR_PEOPLE), "0.004");
    cr_assert_str_eq(written(value, WEND_CLI_FOR_PEOPLE_PERCENT), "0.4 %");
    value.number = 0.00004;
    cr_assert_str_eq(written(value, WEND_CLI_FOR_PEOPLE_PERCENT), "0.004 %");
}

Test(cli_value, times_are_rfc_3339_with_the_digits_that_they_have) {
    cr_assert_str_eq(moment(0), "1970-01-01T00:00:00Z");
    cr_assert_str_eq(moment(-1), "1969-12-31T23:59:59.999999Z");
    cr_assert_str_eq(moment(INT64_C(1709164800000000)), "2024-02-29T00:00:00Z");
    cr_assert_str_eq(moment(INT64_C(1709164799120000)), "2024-02-28T23:59:59.120Z");
    cr_assert_str_eq(moment(INT64_C(951782400000000)), "2000-02-29T00:00:00Z");
    cr_assert_str_eq(moment(INT64_C(-9214560000000000)), "1678-01-01T00:00:00Z");
}

Test(cli_value, a_midnight_is_its_date_for_people) {
    struct wend_value value = {.type = WEND_VALUE_TIME, .integer = INT64_C(1709164800000000)};
    cr_assert_str_eq(written(value, WEND_CLI_FOR_PEOPLE), "2024-02-29");
    cr_assert_str_eq(written(value, WEND_CLI_FOR_PROGRAMS), "2024-02-29T00:00:00Z");
}

Test(cli_value, lists_are_json_and_binary_is_base64) {
    static const struct wend_value_text items[] = {{"a\"b", 3}, {"", 0}};
    struct wend_value list = {.type = WEND_VALUE_TEXT_LIST, .items = items, .item_count = 2};
    cr_assert_str_eq(written(list, WEND_CLI_FOR_PROGRAMS), "[\"a\\\"b\",\"\"]");
    list.item_count = 0;
    cr_assert_str_eq(written(list, WEND_CLI_FOR_PROGRAMS), "[]");
    static const char *const wanted[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE="};
    for (size_t len = 0; len < 6; len++) {
        struct wend_value binary = {.type = WEND_VALUE_BINARY, .text = {"foobar", len}};
        cr_assert_str_eq(written(binary, WEND_CLI_FOR_PROGRAMS), wanted[len]);
    }
}

Test(cli_value, null_has_no_text_whatever_its_type) {
    for (int type = WEND_VALUE_TEXT; type <= WEND_VALUE_BINARY; type++) {
        struct wend_value value = {.is_null = true, .type = (enum wend_value_type)type};
        cr_assert_eq(wend__cli_value_add(&value, WEND_CLI_FOR_PROGRAMS, &out), WEND_CLI_CELL_NULL);
    }
    cr_assert_eq(out.len, 0);
}

Test(cli_value, durations_are_whole_units) {
    cr_assert_str_eq(duration(0), "0s");
    cr_assert_str_eq(duration(INT64_C(600000000)), "10m");
    cr_assert_str_eq(duration(INT64_C(5400000000)), "1h30m");
    cr_assert_str_eq(duration(INT64_C(86400000001)), "1d1us");
    cr_assert_str_eq(duration(1500), "1ms500us");
}
