/* The records of this suite are taken for granted: a field is found by its text. */
#include "records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void stop(const char *what) {
    (void)fprintf(stderr, "reference: %s\n", what);
    exit(1);
}

static int64_t days_before(int year, int month, int day) {
    static const int before[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int leaps = (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400 - 477;
    int64_t days = (int64_t)(year - 1970) * 365 + leaps + before[month - 1] + day - 1;
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days + (leap && month > 2 ? 1 : 0);
}

static int digits_at(const char *at, int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
        if (at[i] < '0' || at[i] > '9') {
            stop("a time that is none");
        }
        value = value * 10 + at[i] - '0';
    }
    return value;
}

static int64_t clock_us(const char *at) {
    return (digits_at(at, 2) * INT64_C(3600) + digits_at(at + 3, 2) * 60 + digits_at(at + 6, 2)) *
           1000000;
}

int64_t iso_time(const char *at) {
    int64_t days = days_before(digits_at(at, 4), digits_at(at + 5, 2), digits_at(at + 8, 2));
    return days * INT64_C(86400000000) + clock_us(at + 11) + digits_at(at + 20, 3) * 1000;
}

int64_t log_time(const char *at) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int month = 0;
    while (month < 12 && memcmp(at + 3, months + (size_t)month * 3, 3) != 0) {
        month++;
    }
    int64_t days = days_before(digits_at(at + 7, 4), month + 1, digits_at(at, 2));
    return days * INT64_C(86400000000) + clock_us(at + 12);
}

struct text between(const char *line, const char *before, char end) {
    const char *start = strstr(line, before);
    if (start == NULL) {
        stop("a record without a field that all have");
    }
    start += strlen(before);
    const char *stop_at = strchr(start, end);
    return (struct text){start, stop_at == NULL ? strlen(start) : (size_t)(stop_at - start)};
}
