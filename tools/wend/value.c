#include "value.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_US INT64_C(1000000)
#define DAY_US (INT64_C(86400) * SECOND_US)

/* Quotient and remainder rounded down, so that times before 1970 come out right. */
static int64_t split(int64_t number, int64_t by, int64_t *rest) {
    int64_t quotient = number / by;
    *rest = number % by;
    if (*rest < 0) {
        *rest += by;
        quotient--;
    }
    return quotient;
}

/* YYYY-MM-DD of a day since 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms",
 * civil_from_days). */
static void add_date(int64_t days, struct wend_cli_text *out) {
    int64_t day_of_era;
    int64_t era = split(days + 719468, 146097, &day_of_era);
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153; /* months from March */
    int64_t day = day_of_year - (153 * shifted + 2) / 5 + 1;
    int64_t month = shifted + (shifted < 10 ? 3 : -9);
    int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    wend__cli_text_add_format(out, "%04" PRId64 "-%02" PRId64 "-%02" PRId64, year, month, day);
}

void wend__cli_time_add(int64_t ts_us, struct wend_cli_text *out) {
    int64_t in_day;
    add_date(split(ts_us, DAY_US, &in_day), out);
    int64_t second = in_day / SECOND_US;
    int64_t fraction = in_day % SECOND_US;
    wend__cli_text_add_format(out, "T%02" PRId64 ":%02" PRId64 ":%02" PRId64, second / 3600,
                              second / 60 % 60, second % 60);
    if (fraction % 1000 != 0) {
        wend__cli_text_add_format(out, ".%06" PRId64, fraction);
    } else if (fraction != 0) {
        wend__cli_text_add_format(out, ".%03" PRId64, fraction / 1000);
    }
    wend__cli_text_add(out, "Z");
}

static void add_time_for_people(int64_t ts_us, struct wend_cli_text *out) {
    int64_t in_day;
    int64_t day = split(ts_us, DAY_US, &in_day);
    if (in_day == 0) {
        add_date(day, out);
    } else {
        wend__cli_time_add(ts_us, out);
    }
}

/* Divides the 128-bit number in four limbs, the highest first, by ten; returns the remainder. */
static unsigned divide_by_ten(uint32_t limbs[static 4]) {
    uint64_t rest = 0;
    for (size_t i = 0; i < 4; i++) {
        uint64_t part = rest << 32 | limbs[i];
        limbs[i] = (uint32_t)(part / 10);
        rest = part % 10;
    }
    return (unsigned)rest;
}

void wend__cli_decimal_add(int64_t high, uint64_t low, unsigned digits_min,
                           struct wend_cli_text *out) {
    enum { FRACTION = 4, DIGITS = 40 };
    bool negative = high < 0;
    uint64_t top = (uint64_t)high;
    if (negative) { /* two's complement: the magnitude of the least number fits, too */
        low = ~low + 1;
        top = ~top + (low == 0 ? 1 : 0);
    }
    uint32_t limbs[4] = {(uint32_t)(top >> 32), (uint32_t)top, (uint32_t)(low >> 32),
                         (uint32_t)low};
    char digits[DIGITS]; /* from the last to the first */
    size_t count = 0;
    while (count <= FRACTION || (limbs[0] | limbs[1] | limbs[2] | limbs[3]) != 0) {
        digits[count++] = (char)('0' + divide_by_ten(limbs));
    }
    size_t skipped = 0;
    while (skipped < FRACTION - digits_min && digits[skipped] == '0') {
        skipped++;
    }
    wend__cli_text_add(out, negative ? "-" : "");
    for (size_t i = count; i > skipped; i--) {
        if (i == FRACTION) {
            wend__cli_text_add(out, ".");
        }
        wend__cli_text_add_bytes(out, &digits[i - 1], 1);
    }
}

/* 15 digits are read back the same whenever the number has a text of so few; else 17 are enough. */
static void add_shortest(double number, struct wend_cli_text *out) {
    if (fabs(number) < 1e15 && number == trunc(number)) {
        wend__cli_text_add_format(out, "%.0f", number == 0 ? 0.0 : number);
        return;
    }
    size_t start = out->len;
    for (int digits = 15; digits <= 17; digits++) {
        out->len = start;
        wend__cli_text_add_format(out, "%.*g", digits, number);
        if (strtod(out->data + start, NULL) == number) {
            break;
        }
    }
}

static void add_number_for_people(double number, struct wend_cli_text *out) {
    bool tiny = number != 0 && fabs(number) < 0.05;
    wend__cli_text_add_format(out, tiny ? "%.2g" : "%.1f", number == 0 ? 0.0 : number);
}

static void add_percent_for_people(double share, struct wend_cli_text *out) {
    bool tiny = share > 0 && share < 0.0005;
    wend__cli_text_add_format(out, tiny ? "%.2g %%" : "%.1f %%", share * 100);
}

void wend__cli_percent_add(uint64_t part, uint64_t whole, struct wend_cli_text *out) {
    add_percent_for_people(whole == 0 ? 0 : (double)part / (double)whole, out);
}

void wend__cli_duration_add(int64_t us, struct wend_cli_text *out) {
    static const struct {
        int64_t us;
        const char *name;
    } units[] = {{DAY_US, "d"},         {3600 * SECOND_US, "h"},
                 {60 * SECOND_US, "m"}, {SECOND_US, "s"},
                 {1000, "ms"},          {1, "us"}};
    size_t start = out->len;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (us >= units[i].us) {
            wend__cli_text_add_format(out, "%" PRId64 "%s", us / units[i].us, units[i].name);
            us %= units[i].us;
        }
    }
    wend__cli_text_add(out, out->len == start ? "0s" : "");
}

/* RFC 4648, section 4. */
static void add_base64(const uint8_t *bytes, size_t len, struct wend_cli_text *out) {
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        size_t there = len - i < 3 ? len - i : 3;
        uint32_t group = (uint32_t)bytes[i] << 16;
        group |= there > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= there > 2 ? (uint32_t)bytes[i + 2] : 0;
        char quad[4] = {letters[group >> 18], letters[group >> 12 & 63], letters[group >> 6 & 63],
                        letters[group & 63]};
        memset(quad + there + 1, '=', 3 - there);
        wend__cli_text_add_bytes(out, quad, 4);
    }
}

static void add_list(const struct wend_value *value, struct wend_cli_text *out) {
    wend__cli_text_add(out, "[");
    for (size_t i = 0; i < value->item_count; i++) {
        wend__cli_text_add(out, i == 0 ? "" : ",");
        wend__cli_json_string(value->items[i].data, value->items[i].len, out);
    }
    wend__cli_text_add(out, "]");
}

static enum wend_cli_cell_kind add_double(double number, enum wend_cli_style style,
                                          struct wend_cli_text *out) {
    if (!isfinite(number)) {
        return WEND_CLI_CELL_NULL;
    }
    switch (style) {
    case WEND_CLI_FOR_PROGRAMS:
        add_shortest(number, out);
        return WEND_CLI_CELL_NUMBER;
    case WEND_CLI_FOR_PEOPLE:
        add_number_for_people(number, out);
        return WEND_CLI_CELL_NUMBER;
    default:
        add_percent_for_people(number, out);
        return WEND_CLI_CELL_TEXT;
    }
}

enum wend_cli_cell_kind wend__cli_value_add(const struct wend_value *value,
                                            enum wend_cli_style style, struct wend_cli_text *out) {
    bool people = style != WEND_CLI_FOR_PROGRAMS;
    if (value->is_null) {
        return WEND_CLI_CELL_NULL;
    }
    switch (value->type) {
    case WEND_VALUE_TEXT:
        wend__cli_text_add_bytes(out, value->text.data, value->text.len);
        return WEND_CLI_CELL_TEXT;
    case WEND_VALUE_TEXT_LIST:
        add_list(value, out);
        return WEND_CLI_CELL_RAW;
    case WEND_VALUE_COUNT:
        wend__cli_text_add_format(out, "%" PRId64, value->integer);
        return WEND_CLI_CELL_NUMBER;
    case WEND_VALUE_DOUBLE:
        return add_double(value->number, style, out);
    case WEND_VALUE_TIME:
        if (people) {
            add_time_for_people(value->integer, out);
        } else {
            wend__cli_time_add(value->integer, out);
        }
        return WEND_CLI_CELL_TEXT;
    case WEND_VALUE_DECIMAL:
        wend__cli_decimal_add(value->high, value->low, people ? 2 : 0, out);
        return WEND_CLI_CELL_NUMBER;
    default:
        add_base64((const uint8_t *)value->text.data, value->text.len, out);
        return WEND_CLI_CELL_TEXT;
    }
}
