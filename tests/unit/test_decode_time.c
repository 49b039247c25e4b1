#include "decode/time_words.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>

static const struct wend_time_state undeclared = {WEND_TIME_UNIT_AUTO, false};

static enum wend_time_result parse(const char *text, const struct wend_time_state *state,
                                   int64_t *ts_us) {
    return wend__time_parse(wend__bytes_text(text), state, ts_us);
}

struct reading {
    const char *text;
    int64_t ts_us;
};

static void expect_readings(const struct reading *readings, size_t count,
                            const struct wend_time_state *state) {
    for (size_t i = 0; i < count; i++) {
        int64_t ts_us = INT64_MIN;
        cr_assert_eq(parse(readings[i].text, state, &ts_us), WEND_TIME_OK, "%s", readings[i].text);
        cr_assert_eq(ts_us, readings[i].ts_us, "%s is %lld, not %lld", readings[i].text,
                     (long long)ts_us, (long long)readings[i].ts_us);
    }
}

static void expect_unreadable(const char *const *texts, size_t count,
                              const struct wend_time_state *state) {
    for (size_t i = 0; i < count; i++) {
        int64_t ts_us = 0;
        cr_assert_eq(parse(texts[i], state, &ts_us), WEND_TIME_UNREADABLE, "%s", texts[i]);
    }
}

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define S INT64_C(1000000)

Test(decode_time, dates_with_times_are_read_in_every_accepted_form) {
    static const struct reading readings[] = {
        {"1970-01-01", 0},
        {"1970-01-02", 86400 * S},
        {"2000-02-29", 951782400 * S},
        {"2019-10-01 00:00:00 UTC", 1569888000 * S},
        {"2019-10-01T00:00:00Z", 1569888000 * S},
        {"2019-10-01T00:00:00", 1569888000 * S},
        {"2019-10-01T00:00", 1569888000 * S},
        {"2019-10-01T0:00", 1569888000 * S},
        {"2019-10-01 7:05", 1569913500 * S},
        {"2019-10-01 07:05Z", 1569913500 * S},
        {"2019-10-01T7:05:09.5+02", 1569906309 * S + 500000},
        {"2011-10-11 13:45:40.276000+02:00", 1318333540 * S + 276000},
        {"2010-03-31T16:59:42+0200", 1270047582 * S},
        {"2010-03-31T16:59:42-02:30", 1270063782 * S},
        {"2015-09-12T00:46:58.771Z", 1442018818 * S + 771000},
        {"2015-09-12T00:46:58.123456789Z", 1442018818 * S + 123456},
        {"2015-09-12T00:46:58.1Z", 1442018818 * S + 100000},
        {"2016-12-31T23:59:60Z", 1483228800 * S},
        {"2016-12-31T23:59:60.25Z", 1483228800 * S + 250000},
        {"1969-12-31T23:59:59.9999999Z", -1},
        {"1678-01-01T00:00:00Z", WEND_TIME_MIN_US},
        {"1677-12-31T23:30:00-01:00", WEND_TIME_MIN_US + 1800 * S},
        {"2261-12-31T23:59:59.999999Z", WEND_TIME_END_US - 1},
        {"2262-01-01T00:30:00+01:00", WEND_TIME_END_US - 1800 * S},
        {"10/Oct/2000:13:55:36 -0700", 971211336 * S},
        {"17/May/2015:10:05:03 +0000", 1431857103 * S},
    };
    expect_readings(readings, COUNT(readings), &undeclared);
}

static const char *const unreadable[] = {"",
                                         " ",
                                         "-",
                                         "now",
                                         "2019",
                                         "2019-10",
                                         "2019-1-01",
                                         "2019-10-1",
                                         "2019/10/01",
                                         "2019-10-01T",
                                         "2019-10-01 ",
                                         "2019-10-01Z",
                                         "2019-10-01 UTC",
                                         "2019-10-01T10",
                                         "2019-10-01T10:",
                                         "2019-10-01T10:0",
                                         "2019-10-01T10:00:",
                                         "2019-10-01T10:00:0",
                                         "2019-10-01T10:00:00.",
                                         "2019-10-01T10:00:00.Z",
                                         "2019-10-01T10:00:00,5",
                                         "2019-10-01T10:00:00.1234567890",
                                         "2019-10-01t10:00:00",
                                         "2019-10-01T10:00:00z",
                                         "2019-10-01T10:00:00 Z",
                                         "2019-10-01T10:00:00 +02:00",
                                         "2019-10-01T10:00:00UTC",
                                         "2019-10-01T10:00:00 utc",
                                         "2019-10-01T10:00:00 GMT",
                                         "2019-10-01T10:00:00+2",
                                         "2019-10-01T10:00:00+020",
                                         "2019-10-01T10:00:00+02:",
                                         "2019-10-01T10:00:00+02:0",
                                         "2019-10-01T10:00:00+02:00:00",
                                         "2019-10-01T10:00:00+24:00",
                                         "2019-10-01T10:00:00+02:60",
                                         "2019-10-01T10:00:00Z ",
                                         " 2019-10-01T10:00:00Z",
                                         "2019-10-01  10:00:00",
                                         "2019-10-01T100:00:00",
                                         "2019-10-01T24:00:00",
                                         "2019-10-01T10:60:00",
                                         "2019-10-01T10:00:61",
                                         "2019-00-01",
                                         "2019-13-01",
                                         "2019-10-00",
                                         "2019-10-32",
                                         "2019-04-31",
                                         "2019-02-29",
                                         "1900-02-29",
                                         "2019-10-01T1:5:00",
                                         "+2019-10-01",
                                         "1677-12-31T23:59:59.999999Z",
                                         "2262-01-01T00:00:00Z",
                                         "0001-01-01",
                                         "9999-12-31",
                                         "2262-01-01",
                                         "1678-01-01T00:00:00+00:01",
                                         "10/Oct/2000:13:55:36",
                                         "10/oct/2000:13:55:36 -0700",
                                         "1/Oct/2000:13:55:36 -0700",
                                         "10/Oct/2000:13:55:36 -07:00",
                                         "10/Oct/2000:13:55:36 Z",
                                         "10/Foo/2000:13:55:36 -0700",
                                         "31/Sep/2000:13:55:36 -0700",
                                         "10/Oct/2000 13:55:36 -0700",
                                         "99999999",
                                         "0",
                                         "-1541016707796",
                                         "1e7",
                                         "0x5c0d8e00",
                                         "1541016707796x",
                                         "01541016707796",
                                         "+1541016707796",
                                         ".5",
                                         "1.",
                                         "1e",
                                         "NaN",
                                         "Infinity",
                                         "1541016707796 "};

Test(decode_time, what_is_no_accepted_form_is_unreadable) {
    expect_unreadable(unreadable, COUNT(unreadable), &undeclared);
    int64_t ts_us;
    cr_assert_eq(wend__time_parse(WEND_BYTES_ABSENT, &undeclared, &ts_us), WEND_TIME_UNREADABLE);
}

Test(decode_time, numbers_of_a_declared_unit_are_read_whatever_their_size) {
    static const struct reading seconds[] = {
        {"0", 0},           {"5", 5 * S},
        {"-1.5", -1500000}, {"1e3", 1000 * S},
        {"0.0000019", 1},   {"-0.0000019", -1},
        {"-0", 0},          {"9214646399", WEND_TIME_END_US - S},
    };
    static const struct reading milliseconds[] = {
        {"1541016707796", INT64_C(1541016707796000)},
        {"1541016707796.0", INT64_C(1541016707796000)},
        {"1541016707796.1239", INT64_C(1541016707796123)},
        {"1.541016707796E12", INT64_C(1541016707796000)},
        {"7", 7000},
    };
    static const struct reading microseconds[] = {{"1541016707796001", INT64_C(1541016707796001)},
                                                  {"1.9", 1}};
    static const struct reading nanoseconds[] = {
        {"1541016707796001999", INT64_C(1541016707796001)}, {"-1999", -1}, {"999", 0}};
    expect_readings(seconds, COUNT(seconds),
                    &(struct wend_time_state){WEND_TIME_UNIT_SECONDS, false});
    expect_readings(milliseconds, COUNT(milliseconds),
                    &(struct wend_time_state){WEND_TIME_UNIT_MILLISECONDS, false});
    expect_readings(microseconds, COUNT(microseconds),
                    &(struct wend_time_state){WEND_TIME_UNIT_MICROSECONDS, false});
    expect_readings(nanoseconds, COUNT(nanoseconds),
                    &(struct wend_time_state){WEND_TIME_UNIT_NANOSECONDS, false});
}

Test(decode_time, numbers_outside_the_accepted_years_are_unreadable) {
    static const char *const texts[] = {"9214646400", "-9214560001", "1e10",
                                        "1e400",      "1e999999999", "99999999999999999999999999",
                                        "-1e19"};
    expect_unreadable(texts, COUNT(texts),
                      &(struct wend_time_state){WEND_TIME_UNIT_SECONDS, false});
}

Test(decode_time, the_unit_is_inferred_from_the_size_of_the_first_number) {
    static const struct {
        const char *text;
        enum wend_time_unit unit;
    } cases[] = {
        {"100000000", WEND_TIME_UNIT_SECONDS},
        {"1e8", WEND_TIME_UNIT_SECONDS},
        {"99999999999.9", WEND_TIME_UNIT_SECONDS},
        {"100000000000", WEND_TIME_UNIT_MILLISECONDS},
        {"99999999999999", WEND_TIME_UNIT_MILLISECONDS},
        {"100000000000000", WEND_TIME_UNIT_MICROSECONDS},
        {"99999999999999999", WEND_TIME_UNIT_MICROSECONDS},
        {"100000000000000000", WEND_TIME_UNIT_NANOSECONDS},
        {"1e30", WEND_TIME_UNIT_NANOSECONDS},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct wend_time_state state = undeclared;
        int64_t ts_us;
        cr_assert_eq(parse(cases[i].text, &state, &ts_us), WEND_TIME_NEEDS_UNIT, "%s",
                     cases[i].text);
        cr_assert(wend__time_infer(wend__bytes_text(cases[i].text), &state));
        cr_assert_eq(state.unit, cases[i].unit, "%s", cases[i].text);
        cr_assert(state.is_inferred);
        cr_assert_neq(parse(cases[i].text, &state, &ts_us), WEND_TIME_NEEDS_UNIT);
        cr_assert_not(wend__time_infer(wend__bytes_text("100000000"), &state), "only once");
    }
    struct wend_time_state state = undeclared;
    cr_assert_not(wend__time_infer(wend__bytes_text("99999999.9"), &state));
    cr_assert_not(wend__time_infer(wend__bytes_text("-100000000"), &state));
    cr_assert_not(wend__time_infer(wend__bytes_text("2019-10-01"), &state));
    cr_assert_not(wend__time_infer(WEND_BYTES_ABSENT, &state));
    cr_assert_eq(state.unit, WEND_TIME_UNIT_AUTO);
}

Test(decode_time, a_number_of_another_size_than_the_inferred_unit_is_unreadable) {
    struct wend_time_state state = undeclared;
    cr_assert(wend__time_infer(wend__bytes_text("1541016707796"), &state));
    static const struct reading good[] = {{"1541016707796", INT64_C(1541016707796000)},
                                          {"100000000000", INT64_C(100000000000000)},
                                          {"2019-10-01", 1569888000 * S}};
    static const char *const bad[] = {"1541016707", "1541016707796000", "7", "-1541016707796",
                                      "99999999999.9"};
    expect_readings(good, COUNT(good), &state);
    expect_unreadable(bad, COUNT(bad), &state);
}

Test(decode_time, every_day_of_eight_centuries_follows_the_day_before) {
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t expected = WEND_TIME_MIN_US;
    for (int year = 1678; year < 2262; year++) {
        bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; month++) {
            int last = days[month - 1] + (month == 2 && is_leap ? 1 : 0);
            for (int day = 1; day <= last; day++) {
                char text[48];
                int64_t ts_us = 0;
                (void)snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
                cr_assert_eq(parse(text, &undeclared, &ts_us), WEND_TIME_OK);
                cr_assert_eq(ts_us, expected, "%s", text);
                expected += WEND_US_PER_DAY;
            }
        }
    }
    cr_assert_eq(expected, WEND_TIME_END_US);
}

Test(decode_time, units_have_names) {
    cr_assert_str_eq(wend__time_unit_name(WEND_TIME_UNIT_AUTO), "auto");
    cr_assert_str_eq(wend__time_unit_name(WEND_TIME_UNIT_SECONDS), "s");
    cr_assert_str_eq(wend__time_unit_name(WEND_TIME_UNIT_NANOSECONDS), "ns");
}

/* -- By words and byte by byte ------------------------------------------------------------------
 */

static void expect_same(const char *text, size_t len, const struct wend_time_state *state) {
    int64_t words_us = 0;
    int64_t plain_us = 0;
    struct wend_bytes view = wend__bytes(text, len);
    if (wend__time_words(view, state, &words_us)) {
        cr_assert_eq(wend__time_parse_plain(view, state, &plain_us), WEND_TIME_OK, "%.*s", (int)len,
                     text);
        cr_assert_eq(words_us, plain_us, "%.*s", (int)len, text);
    }
}

static const char *const forms[] = {
    "2019-12-31T23:59:59Z", "2020-02-29 00:00:00.123Z", "29/Feb/2024:13:55:36 -0730", "1541016707",
    "1541016707796",        "1541016707796123"};

Test(decode_time, the_commonest_forms_are_read_by_words) {
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct wend_time_state state = {i == 3   ? WEND_TIME_UNIT_SECONDS
                                        : i == 4 ? WEND_TIME_UNIT_MILLISECONDS
                                                 : WEND_TIME_UNIT_MICROSECONDS,
                                        true};
        int64_t ts_us;
        struct wend_bytes text = wend__bytes_text(forms[i]);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        cr_assert(wend__time_words(text, &state, &ts_us), "%s", forms[i]);
#endif
        expect_same(forms[i], text.len, &state);
    }
}

Test(decode_time, every_day_is_the_same_by_words) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char text[64];
    for (int year = 1670; year < 2270; year++) {
        for (int day = 0; day < 13 * 33; day++) {
            int len =
                snprintf(text, sizeof text, "%04d-%02d-%02dT23:59:60Z", year, day / 33, day % 33);
            expect_same(text, (size_t)len, &undeclared);
            if (day >= 33) {
                len = snprintf(text, sizeof text, "%02d/%.3s/%04d:00:00:00 +2359", day % 33,
                               months + 3 * (day / 33 - 1), year);
                expect_same(text, (size_t)len, &undeclared);
            }
        }
    }
}

Test(decode_time, damaged_texts_are_the_same_by_words) {
    static const char alphabet[] = "0123456789-+:/. TZabeJ\x7f\x80\xb0\xff";
    uint64_t draw = 1;
    char text[64];
    for (int i = 0; i < 600000; i++) {
        const char *form = forms[i % (int)COUNT(forms)];
        size_t len = strlen(form);
        memcpy(text, form, len);
        for (int j = 0; j <= i / 6 % 3; j++) {
            draw = draw * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            text[(draw >> 33) % len] = alphabet[(draw >> 48) % (sizeof alphabet - 1)];
        }
        len -= (draw >> 20) % 16 == 0;
        for (int unit = WEND_TIME_UNIT_AUTO; unit <= WEND_TIME_UNIT_NANOSECONDS; unit++) {
            struct wend_time_state state = {(enum wend_time_unit)unit, i % 2 == 0};
            expect_same(text, len, &state);
        }
    }
}
