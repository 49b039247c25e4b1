/*
 * calendar.h: days and times of the Gregorian calendar, in UTC.
 *
 * Threads: no shared state.
 */
#ifndef WEND_BASE_CALENDAR_H
#define WEND_BASE_CALENDAR_H

#include <stdint.h>

/*
 * Days since 1970-01-01; `month` and `day` count from 1. Years are counted from March, so that the
 * leap day is a year's last; 719468 is the day number of 1970-01-01 when 0000-03-01 has 0.
 */
static inline int64_t wend__days_since_1970(int64_t year, int64_t month, int64_t day) {
    int64_t march_year = month <= 2 ? year - 1 : year;
    int64_t era = (march_year >= 0 ? march_year : march_year - 399) / 400;
    int64_t year_of_era = march_year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

#define WEND_TIME_TEXT_BYTES 48U
/* RFC 3339 with `digits` (3 or 6) of the second, zero-terminated: 1970-01-01T00:00:00.000000Z. What
 * is finer is cut off. */
void wend__time_format(int64_t ts_us, int digits, char text[WEND_TIME_TEXT_BYTES]);

#endif
