#include "decode/time.h"

#include "base/calendar.h"
#include "base/number.h"
#include "decode/time_words.h"

/* A text that is being read from the front. */
struct cursor {
    const uint8_t *at;
    const uint8_t *end;
};

struct civil {
    int year;
    int month; /* 1-12 */
    int day;   /* 1-31 */
    int hour;
    int minute;
    int second;         /* 0-60 */
    int microsecond;    /* 0-999,999 */
    int offset_minutes; /* east of UTC */
};

static bool is_digit(uint8_t c) {
    return (uint8_t)(c - '0') < 10;
}

static bool take_byte(struct cursor *cursor, uint8_t wanted) {
    if (cursor->at == cursor->end || *cursor->at != wanted) {
        return false;
    }
    cursor->at++;
    return true;
}

/* Exactly `count` digits. */
static bool take_digits(struct cursor *cursor, int count, int *value) {
    if (cursor->end - cursor->at < count) {
        return false;
    }
    int sum = 0;
    for (int i = 0; i < count; i++) {
        if (!is_digit(cursor->at[i])) {
            return false;
        }
        sum = sum * 10 + (cursor->at[i] - '0');
    }
    cursor->at += count;
    *value = sum;
    return true;
}

static int days_in_month(int year, int month) {
    static const int8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && is_leap ? 29 : days[month - 1];
}

static bool civil_to_us(const struct civil *civil, int64_t *ts_us) {
    if (civil->month < 1 || civil->month > 12 || civil->day < 1 ||
        civil->day > days_in_month(civil->year, civil->month) || civil->hour > 23 ||
        civil->minute > 59 || civil->second > 60) {
        return false;
    }
    int64_t seconds = wend__days_since_1970(civil->year, civil->month, civil->day) * 86400 +
                      civil->hour * 3600 + (civil->minute - civil->offset_minutes) * 60 +
                      civil->second;
    int64_t us = seconds * WEND_US_PER_SECOND + civil->microsecond;
    if (!wend__time_in_range(us)) {
        return false;
    }
    *ts_us = us;
    return true;
}

/* The digits behind the point: 1 to 9, of which 6 count. */
static bool take_fraction(struct cursor *cursor, int *microsecond) {
    int count = 0;
    int value = 0;
    while (cursor->at < cursor->end && is_digit(*cursor->at)) {
        if (count == 9) {
            return false;
        }
        if (count < 6) {
            value = value * 10 + (*cursor->at - '0');
        }
        count++;
        cursor->at++;
    }
    for (int i = count; i < 6; i++) {
        value *= 10;
    }
    *microsecond = value;
    return count > 0;
}

/* +hh, +hhmm, +hh:mm or the same with '-', up to the end of the text. */
static bool take_offset(struct cursor *cursor, int *offset_minutes) {
    bool is_west = *cursor->at == '-';
    int hours;
    int minutes = 0;
    cursor->at++;
    if (!take_digits(cursor, 2, &hours)) {
        return false;
    }
    if (cursor->at < cursor->end) {
        (void)take_byte(cursor, ':');
        if (!take_digits(cursor, 2, &minutes)) {
            return false;
        }
    }
    if (hours > 23 || minutes > 59) {
        return false;
    }
    *offset_minutes = (is_west ? -1 : 1) * (hours * 60 + minutes);
    return cursor->at == cursor->end;
}

static bool take_zone(struct cursor *cursor, int *offset_minutes) {
    if (cursor->at == cursor->end) {
        return true;
    }
    if (*cursor->at == '+' || *cursor->at == '-') {
        return take_offset(cursor, offset_minutes);
    }
    struct wend_bytes rest = {cursor->at, (size_t)(cursor->end - cursor->at)};
    return wend__bytes_is(rest, "Z") || wend__bytes_is(rest, " UTC");
}

static bool parse_iso(struct cursor cursor, int64_t *ts_us) {
    struct civil civil = {0};
    if (!take_digits(&cursor, 4, &civil.year) || !take_byte(&cursor, '-') ||
        !take_digits(&cursor, 2, &civil.month) || !take_byte(&cursor, '-') ||
        !take_digits(&cursor, 2, &civil.day)) {
        return false;
    }
    if (cursor.at == cursor.end) {
        return civil_to_us(&civil, ts_us);
    }
    if (!take_byte(&cursor, 'T') && !take_byte(&cursor, ' ')) {
        return false;
    }
    bool has_two = cursor.end - cursor.at >= 2 && is_digit(cursor.at[1]);
    if (!take_digits(&cursor, has_two ? 2 : 1, &civil.hour) || !take_byte(&cursor, ':') ||
        !take_digits(&cursor, 2, &civil.minute)) {
        return false;
    }
    if (take_byte(&cursor, ':')) {
        if (!take_digits(&cursor, 2, &civil.second)) {
            return false;
        }
        if (take_byte(&cursor, '.') && !take_fraction(&cursor, &civil.microsecond)) {
            return false;
        }
    }
    return take_zone(&cursor, &civil.offset_minutes) && civil_to_us(&civil, ts_us);
}

static bool take_month_name(struct cursor *cursor, int *month) {
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (cursor->end - cursor->at < 3) {
        return false;
    }
    for (int i = 0; i < 12; i++) {
        if (memcmp(cursor->at, names + 3 * i, 3) == 0) {
            cursor->at += 3;
            *month = i + 1;
            return true;
        }
    }
    return false;
}

/* dd/Mon/yyyy:hh:mm:ss +hhmm */
static bool parse_access_log(struct cursor cursor, int64_t *ts_us) {
    struct civil civil = {0};
    if (!take_digits(&cursor, 2, &civil.day) || !take_byte(&cursor, '/') ||
        !take_month_name(&cursor, &civil.month) || !take_byte(&cursor, '/') ||
        !take_digits(&cursor, 4, &civil.year) || !take_byte(&cursor, ':') ||
        !take_digits(&cursor, 2, &civil.hour) || !take_byte(&cursor, ':') ||
        !take_digits(&cursor, 2, &civil.minute) || !take_byte(&cursor, ':') ||
        !take_digits(&cursor, 2, &civil.second) || !take_byte(&cursor, ' ')) {
        return false;
    }
    if (cursor.end - cursor.at != 5 || (*cursor.at != '+' && *cursor.at != '-')) {
        return false;
    }
    return take_offset(&cursor, &civil.offset_minutes) && civil_to_us(&civil, ts_us);
}

static enum wend_time_unit unit_of_size(const struct wend_number *number) {
    bool negative;
    uint64_t whole;
    if (!wend__number_scale_truncated(number, 0, &negative, &whole)) {
        whole = UINT64_MAX;
        negative = number->negative;
    }
    return negative ? WEND_TIME_UNIT_AUTO : wend__time_unit_of_size(whole);
}

static enum wend_time_result parse_number(const struct wend_number *number,
                                          const struct wend_time_state *state, int64_t *ts_us) {
    if (state->unit == WEND_TIME_UNIT_AUTO || state->is_inferred) {
        enum wend_time_unit unit = unit_of_size(number);
        if (unit == WEND_TIME_UNIT_AUTO) {
            return WEND_TIME_UNREADABLE;
        }
        if (state->unit == WEND_TIME_UNIT_AUTO) {
            return WEND_TIME_NEEDS_UNIT;
        }
        if (unit != state->unit) {
            return WEND_TIME_UNREADABLE;
        }
    }
    static const int digits[] = {[WEND_TIME_UNIT_SECONDS] = 6,
                                 [WEND_TIME_UNIT_MILLISECONDS] = 3,
                                 [WEND_TIME_UNIT_MICROSECONDS] = 0,
                                 [WEND_TIME_UNIT_NANOSECONDS] = -3};
    bool negative;
    uint64_t magnitude;
    if (!wend__number_scale_truncated(number, digits[state->unit], &negative, &magnitude) ||
        magnitude > (uint64_t)INT64_MAX) {
        return WEND_TIME_UNREADABLE;
    }
    int64_t us = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    if (!wend__time_in_range(us)) {
        return WEND_TIME_UNREADABLE;
    }
    *ts_us = us;
    return WEND_TIME_OK;
}

enum wend_time_result wend__time_parse(struct wend_bytes text, const struct wend_time_state *state,
                                       int64_t *ts_us) {
    return wend__time_words(text, state, ts_us) ? WEND_TIME_OK
                                                : wend__time_parse_plain(text, state, ts_us);
}

enum wend_time_result wend__time_parse_plain(struct wend_bytes text,
                                             const struct wend_time_state *state, int64_t *ts_us) {
    if (text.data == NULL || text.len == 0) {
        return WEND_TIME_UNREADABLE;
    }
    struct cursor cursor = {text.data, text.data + text.len};
    if (text.len >= 10 && text.data[4] == '-' && text.data[7] == '-') {
        /* No number looks like this: a '-' inside one follows an 'e', and there is one only. */
        return parse_iso(cursor, ts_us) ? WEND_TIME_OK : WEND_TIME_UNREADABLE;
    }
    if (text.len == 26 && text.data[2] == '/') {
        return parse_access_log(cursor, ts_us) ? WEND_TIME_OK : WEND_TIME_UNREADABLE;
    }
    struct wend_number number;
    if (!wend__number_parse(text, &number)) {
        return WEND_TIME_UNREADABLE;
    }
    return parse_number(&number, state, ts_us);
}

bool wend__time_infer(struct wend_bytes text, struct wend_time_state *state) {
    struct wend_number number;
    if (state->unit != WEND_TIME_UNIT_AUTO || text.data == NULL ||
        !wend__number_parse(text, &number)) {
        return false;
    }
    enum wend_time_unit unit = unit_of_size(&number);
    if (unit == WEND_TIME_UNIT_AUTO) {
        return false;
    }
    *state = (struct wend_time_state){.unit = unit, .is_inferred = true};
    return true;
}

const char *wend__time_unit_name(enum wend_time_unit unit) {
    static const char *const names[] = {
        [WEND_TIME_UNIT_AUTO] = "auto",       [WEND_TIME_UNIT_SECONDS] = "s",
        [WEND_TIME_UNIT_MILLISECONDS] = "ms", [WEND_TIME_UNIT_MICROSECONDS] = "us",
        [WEND_TIME_UNIT_NANOSECONDS] = "ns",
    };
    return names[unit];
}
