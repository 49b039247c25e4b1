#include "decode/time_text.h"

#include "base/limits.h"

#include <stdio.h>

/* 1678-01-01 and 2262-01-01, in days since 1970-01-01. */
#define FIRST_DAY INT64_C(-106650)
#define LAST_DAY INT64_C(106651)
/* From 0000-03-01 to 1970-01-01, and the days of 400 years: the Gregorian calendar repeats. */
#define EPOCH_DAYS INT64_C(719468)
#define CYCLE_DAYS INT64_C(146097)

/* Years begin in March here, so that the leap day is the last of its year. */
static void date_of(int64_t day, int *year, int *month, int *day_of_month) {
    int64_t since = day + EPOCH_DAYS; /* positive in the range that is accepted */
    int64_t cycle = since / CYCLE_DAYS;
    int64_t in_cycle = since % CYCLE_DAYS;
    int64_t year_of_cycle =
        (in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / 146096) / 365;
    int64_t in_year = in_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    int64_t month_from_march = (5 * in_year + 2) / 153;
    *day_of_month = (int)(in_year - (153 * month_from_march + 2) / 5 + 1);
    *month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *year = (int)(cycle * 400 + year_of_cycle + (*month <= 2 ? 1 : 0));
}

size_t wend__date_text(int64_t day, char out[WEND_TIME_TEXT_BYTES]) {
    int year = 0;
    int month = 0;
    int day_of_month = 0;
    if (day < FIRST_DAY || day >= LAST_DAY) {
        return 0;
    }
    date_of(day, &year, &month, &day_of_month);
    return (size_t)snprintf(out, WEND_TIME_TEXT_BYTES, "%04u-%02u-%02u", (unsigned)year % 10000,
                            (unsigned)month % 100, (unsigned)day_of_month % 100);
}

size_t wend__time_text(int64_t ts_us, unsigned digits, char out[WEND_TIME_TEXT_BYTES]) {
    int64_t day = ts_us / WEND_US_PER_DAY;
    int64_t rest = ts_us % WEND_US_PER_DAY;
    if (rest < 0) {
        day--;
        rest += WEND_US_PER_DAY;
    }
    size_t len = wend__date_text(day, out);
    if (len == 0) {
        return 0;
    }
    unsigned second = (unsigned)(rest / WEND_US_PER_SECOND);
    unsigned fraction = (unsigned)(rest % WEND_US_PER_SECOND);
    len += (size_t)snprintf(out + len, WEND_TIME_TEXT_BYTES - len, "T%02u:%02u:%02u",
                            second / 3600 % 100, second / 60 % 60, second % 60);
    if (digits == 3) {
        len += (size_t)snprintf(out + len, WEND_TIME_TEXT_BYTES - len, ".%03u", fraction / 1000);
    } else if (digits == 6) {
        len += (size_t)snprintf(out + len, WEND_TIME_TEXT_BYTES - len, ".%06u", fraction);
    }
    out[len++] = 'Z';
    return len;
}
