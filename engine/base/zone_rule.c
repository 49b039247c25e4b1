/*
 * The rule of a zone's future: "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX, environment variable TZ; its
 * hours reach to 167 in RFC 8536, 3.3.1). Offsets count westwards: CET-1 is UTC+1.
 */
#include "base/limits.h"
#include "base/tzif.h"

enum {
    FIRST_YEAR = 1677, /* whatever holds on 1678-01-01 began before */
    LAST_YEAR = 2262,
    HOUR = 3600,
    DAY = 86400
};

enum day_kind { DAY_MONTH_WEEK, DAY_WITHOUT_LEAP, DAY_OF_YEAR };

/* When in a year, by the clock that is then in force. */
struct moment {
    enum day_kind kind;
    int32_t month; /* MONTH_WEEK: 1-12 */
    int32_t week;  /* 1-5, 5: the last */
    int32_t day;   /* weekday from Sunday = 0; or day: 1-365 WITHOUT_LEAP, 0-365 OF_YEAR */
    int32_t seconds;
};

struct rule {
    int32_t standard; /* offset eastwards in seconds */
    bool has_summer;
    int32_t summer;
    struct moment summer_begin;
    struct moment summer_end;
};

static int peek(const struct wend_bytes *text) {
    return text->len == 0 ? -1 : text->data[0];
}

static bool accept(struct wend_bytes *text, char wanted) {
    if (peek(text) != wanted) {
        return false;
    }
    *text = wend__bytes(text->data + 1, text->len - 1);
    return true;
}

static bool is_letter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(int c) {
    return c >= '0' && c <= '9';
}

/* A name: three letters or more, or such with digits and signs in < >. */
static bool parse_name(struct wend_bytes *text) {
    bool quoted = accept(text, '<');
    size_t len = 0;
    for (; len < text->len; len++) {
        int c = text->data[len];
        if (!is_letter(c) && !(quoted && (is_digit(c) || c == '+' || c == '-'))) {
            break;
        }
    }
    *text = wend__bytes(text->data + len, text->len - len);
    return len >= 3 && (!quoted || accept(text, '>'));
}

/* One to three digits, from `low` to `high`. */
static bool parse_number(struct wend_bytes *text, int32_t low, int32_t high, int32_t *number) {
    size_t len = 0;
    *number = 0;
    while (len < text->len && len < 3 && is_digit(text->data[len])) {
        *number = *number * 10 + text->data[len] - '0';
        len += 1;
    }
    *text = wend__bytes(text->data + len, text->len - len);
    return len > 0 && *number >= low && *number <= high;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool parse_clock(struct wend_bytes *text, int32_t hours_max, int32_t *seconds) {
    bool negative = accept(text, '-');
    if (!negative) {
        (void)accept(text, '+');
    }
    int32_t parts[3] = {0};
    bool parsed = parse_number(text, 0, hours_max, &parts[0]);
    for (size_t i = 1; i < 3 && parsed && accept(text, ':'); i++) {
        parsed = parse_number(text, 0, 59, &parts[i]);
    }
    *seconds = parts[0] * HOUR + parts[1] * 60 + parts[2];
    *seconds = negative ? -*seconds : *seconds;
    return parsed;
}

static bool parse_moment(struct wend_bytes *text, struct moment *moment) {
    *moment = (struct moment){.seconds = 2 * HOUR};
    bool parsed;
    if (accept(text, 'M')) {
        moment->kind = DAY_MONTH_WEEK;
        parsed = parse_number(text, 1, 12, &moment->month) && accept(text, '.') &&
                 parse_number(text, 1, 5, &moment->week) && accept(text, '.') &&
                 parse_number(text, 0, 6, &moment->day);
    } else if (accept(text, 'J')) {
        moment->kind = DAY_WITHOUT_LEAP;
        parsed = parse_number(text, 1, 365, &moment->day);
    } else {
        moment->kind = DAY_OF_YEAR;
        parsed = parse_number(text, 0, 365, &moment->day);
    }
    return parsed && (!accept(text, '/') || parse_clock(text, 167, &moment->seconds));
}

static bool parse_rule(struct wend_bytes text, struct rule *rule) {
    *rule = (struct rule){0};
    int32_t west;
    if (!parse_name(&text) || !parse_clock(&text, 24, &west)) {
        return false;
    }
    rule->standard = -west;
    if (text.len == 0) {
        return true;
    }
    rule->has_summer = true;
    rule->summer = rule->standard + HOUR;
    if (!parse_name(&text)) {
        return false;
    }
    if (peek(&text) != ',') {
        if (!parse_clock(&text, 24, &west)) {
            return false;
        }
        rule->summer = -west;
    }
    return accept(&text, ',') && parse_moment(&text, &rule->summer_begin) && accept(&text, ',') &&
           parse_moment(&text, &rule->summer_end) && text.len == 0;
}

static bool is_leap(int32_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970-01-01 to January 1 of a year after year 0. */
static int64_t year_start(int32_t year) {
    int64_t before = year - 1;
    return 365 * before + before / 4 - before / 100 + before / 400 - 719162;
}

static int64_t moment_day(const struct moment *moment, int32_t year) {
    static const int32_t starts[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    int64_t first = year_start(year);
    bool leap = is_leap(year);
    if (moment->kind == DAY_OF_YEAR) {
        return first + moment->day;
    }
    if (moment->kind == DAY_WITHOUT_LEAP) {
        return first + moment->day - 1 + (leap && moment->day >= 60);
    }
    int64_t month_first = first + starts[moment->month - 1] + (leap && moment->month > 2);
    int64_t month_end = first + starts[moment->month] + (leap && moment->month > 1);
    /* 1970-01-01 was a Thursday; the sum is positive for all years here. */
    int64_t weekday = (month_first + 4 + INT64_C(7) * 30000) % 7;
    int64_t day = month_first + (moment->day - weekday + 7) % 7 + 7 * (moment->week - 1);
    return day < month_end ? day : day - 7;
}

static int64_t moment_time(const struct moment *moment, int32_t year, int32_t offset_before) {
    return moment_day(moment, year) * DAY + moment->seconds - offset_before;
}

/* Brings the changes from `begin` on into order; they nearly are. Equal ones keep theirs: where
 * summer ends at the instant it begins again, it goes on. */
static void sort_changes(struct wend_zone_changes *zone, size_t begin) {
    for (size_t i = begin + 1; i < zone->count; i++) {
        struct wend_zone_change change = zone->changes[i];
        size_t at = i;
        for (; at > begin && zone->changes[at - 1].time > change.time; at--) {
            zone->changes[at] = zone->changes[at - 1];
        }
        zone->changes[at] = change;
    }
}

static int32_t year_of(int64_t time) {
    int32_t year = FIRST_YEAR;
    while (year < LAST_YEAR && year_start(year + 1) * DAY <= time) {
        year += 1;
    }
    return year;
}

enum wend_zone_rule_result wend__zone_rule_expand(struct wend_bytes text,
                                                  struct wend_zone_changes *zone) {
    struct rule rule;
    if (text.len == 0) {
        return WEND_ZONE_RULE_OK;
    }
    if (!parse_rule(text, &rule)) {
        return WEND_ZONE_RULE_BAD;
    }
    size_t begin = zone->count;
    int64_t last = begin == 0 ? INT64_MIN : zone->changes[begin - 1].time;
    if (!rule.has_summer) {
        if (begin == 0) {
            zone->offset_before = rule.standard;
        }
        return WEND_ZONE_RULE_OK;
    }
    for (int32_t year = year_of(last); year <= LAST_YEAR; year++) {
        struct wend_zone_change pair[] = {
            {moment_time(&rule.summer_end, year, rule.summer), rule.standard},
            {moment_time(&rule.summer_begin, year, rule.standard), rule.summer}};
        /* In the order of the year: see sort_changes for equal times. */
        size_t first = pair[1].time < pair[0].time;
        for (size_t i = 0; i < 2; i++) {
            const struct wend_zone_change *change = &pair[i == 0 ? first : 1 - first];
            if (change->time > last &&
                !wend__zone_changes_append(zone, change->time, change->offset)) {
                return WEND_ZONE_RULE_NO_MEMORY;
            }
        }
    }
    sort_changes(zone, begin);
    return WEND_ZONE_RULE_OK;
}
