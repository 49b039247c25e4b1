#include "decode/time_words.h"

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

static inline uint64_t load(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/*
 * A word against a form in which 0 stands for a digit and anything else for itself: the digits'
 * values, and bytes of 0 where the form has something else. `*wrong` gets a top bit where a byte
 * does not fit: each byte is tested by an addition that reaches the top bit from 10 on, or from 1
 * on; a carry into the next byte comes from a byte with a top bit only, which is wrong anyway.
 */
static inline uint64_t fit(const uint8_t *at, const char form[9], uint64_t *wrong) {
    uint64_t wanted = load((const uint8_t *)form);
    uint64_t places = 0; /* 0x76 for digits, 0x7F for others: the form is known to the compiler */
    for (int i = 0; i < 8; i++) {
        places |= (uint64_t)(form[i] == '0' ? 0x76 : 0x7F) << 8 * i;
    }
    uint64_t digits = load(at) ^ wanted;
    *wrong |= (digits | (digits + places)) & UINT64_C(0x8080808080808080);
    return digits;
}

/* Two digits as a number in the byte of the first; a pair is at most 99 and carries nowhere. */
static inline uint64_t pairs(uint64_t digits) {
    return digits * 10 + (digits >> 8);
}

static inline int64_t byte_of(uint64_t word, int index) {
    return (int64_t)(word >> 8 * index & 0xFF);
}

/* Eight digits as a number: pairs, pairs of pairs, and those of these, each one multiplication. */
static inline uint64_t eight_digits(uint64_t digits) {
    uint64_t twos = pairs(digits) & UINT64_C(0x00FF00FF00FF00FF);
    uint64_t fours = (twos * (1 + (100 << 16)) >> 16) & UINT64_C(0x0000FFFF0000FFFF);
    return fours * (1 + (UINT64_C(10000) << 32)) >> 32;
}

struct date_time {
    int64_t year;
    int64_t month;
    int64_t day;
    int64_t hour;
    int64_t minute;
    int64_t second;
};

/* Years from 1678 on, so that no division is of something negative. */
static inline bool to_seconds(const struct date_time *time, int64_t *seconds) {
    static const int16_t before[16] = {0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    static const int8_t lengths[16] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (time->month > 12 || time->year < 1678) {
        return false;
    }
    bool is_leap = time->year % 4 == 0 && (time->year % 100 != 0 || time->year % 400 == 0);
    int64_t last = lengths[time->month] + (time->month == 2 && is_leap);
    if (time->day < 1 || time->day > last || time->hour > 23 || time->minute > 59 ||
        time->second > 60) {
        return false;
    }
    int64_t past = time->year - 1;
    int64_t days = past * 365 + past / 4 - past / 100 + past / 400 + before[time->month] +
                   (time->month > 2 && is_leap) + time->day - 1;
    /* 719162 is the day number of 1970-01-01 when 0001-01-01 has 0. */
    *seconds = (days - 719162) * 86400 + time->hour * 3600 + time->minute * 60 + time->second;
    return true;
}

static inline bool finish(int64_t us, int64_t *ts_us) {
    if (!wend__time_in_range(us)) {
        return false;
    }
    *ts_us = us;
    return true;
}

static inline bool iso(const uint8_t *text, size_t len, int64_t *ts_us) {
    uint64_t wrong = 0;
    uint64_t date = fit(text, "0000-00-", &wrong);
    uint64_t hour =
        text[10] == 'T' ? fit(text + 8, "00T00:00", &wrong) : fit(text + 8, "00 00:00", &wrong);
    int64_t us = 0;
    uint64_t second;
    if (len == 20) {
        second = fit(text + 12, "0:00:00Z", &wrong) >> 32; /* from the second colon on */
    } else {
        second = fit(text + 16, ":00.000Z", &wrong);
        us = byte_of(second, 4) * 100000 + byte_of(pairs(second), 5) * 1000;
    }
    if (wrong != 0) {
        return false;
    }
    date = pairs(date);
    hour = pairs(hour);
    second = pairs(second);
    struct date_time time = {byte_of(date, 0) * 100 + byte_of(date, 2),
                             byte_of(date, 5),
                             byte_of(hour, 0),
                             byte_of(hour, 3),
                             byte_of(hour, 6),
                             byte_of(second, 1)};
    int64_t seconds;
    return to_seconds(&time, &seconds) && finish(seconds * WEND_US_PER_SECOND + us, ts_us);
}

/* "Mon/" to its number: by the sum of its last two letters no month is taken for another; then the
 * letters decide. */
static inline int64_t month_of(const uint8_t *at) {
    static const struct {
        char name[4];
        int32_t month;
    } months[32] = {
        [15] = {"Jan/", 1}, [7] = {"Feb/", 2},   [19] = {"Mar/", 3}, [2] = {"Apr/", 4},
        [26] = {"May/", 5}, [3] = {"Jun/", 6},   [1] = {"Jul/", 7},  [28] = {"Aug/", 8},
        [21] = {"Sep/", 9}, [23] = {"Oct/", 10}, [5] = {"Nov/", 11}, [8] = {"Dec/", 12}};
    unsigned index = (at[1] + at[2]) % 32U;
    return memcmp(months[index].name, at, 4) == 0 ? months[index].month : 0;
}

/* dd/Mon/yyyy:hh:mm:ss +hhmm */
static inline bool access_log(const uint8_t *text, int64_t *ts_us) {
    uint64_t wrong = 0;
    uint64_t year = pairs(fit(text + 7, "0000:00:", &wrong));
    uint64_t clock = pairs(fit(text + 12, "00:00:00", &wrong));
    bool is_west = text[21] == '-';
    uint64_t zone =
        pairs(is_west ? fit(text + 18, "00 -0000", &wrong) : fit(text + 18, "00 +0000", &wrong));
    int64_t month = month_of(text + 3);
    uint8_t tens = text[0] ^ '0';
    uint8_t ones = text[1] ^ '0';
    int64_t zone_hours = byte_of(zone, 4);
    int64_t zone_minutes = byte_of(zone, 6);
    if (wrong != 0 || month == 0 || tens > 9 || ones > 9 || text[2] != '/' || zone_hours > 23 ||
        zone_minutes > 59) {
        return false;
    }
    struct date_time time = {byte_of(year, 0) * 100 + byte_of(year, 2),
                             month,
                             tens * 10 + ones,
                             byte_of(clock, 0),
                             byte_of(clock, 3),
                             byte_of(clock, 6)};
    int64_t seconds;
    if (!to_seconds(&time, &seconds)) {
        return false;
    }
    int64_t offset = (zone_hours * 60 + zone_minutes) * 60;
    return finish((seconds + (is_west ? offset : -offset)) * WEND_US_PER_SECOND, ts_us);
}

static inline bool epoch(const uint8_t *text, size_t len, const struct wend_time_state *state,
                         int64_t *ts_us) {
    static const uint64_t tens[9] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    if (text[0] == '0' || state->unit == WEND_TIME_UNIT_AUTO) {
        return false;
    }
    uint64_t wrong = 0;
    uint64_t first = fit(text, "00000000", &wrong);
    uint64_t last = fit(text + len - 8, "00000000", &wrong);
    if (wrong != 0) {
        return false;
    }
    /* What the two words share is taken from the first one only. */
    last &= UINT64_MAX << 8 * (16 - len);
    uint64_t value = eight_digits(first) * tens[len - 8] + eight_digits(last);
    if (state->is_inferred && wend__time_unit_of_size(value) != state->unit) {
        return false;
    }
    switch (state->unit) {
    case WEND_TIME_UNIT_SECONDS:
        return value < UINT64_C(9000000000000) &&
               finish((int64_t)value * WEND_US_PER_SECOND, ts_us);
    case WEND_TIME_UNIT_MILLISECONDS:
        return value < UINT64_C(9000000000000000) && finish((int64_t)value * 1000, ts_us);
    case WEND_TIME_UNIT_MICROSECONDS:
        return finish((int64_t)value, ts_us);
    case WEND_TIME_UNIT_NANOSECONDS:
        return finish((int64_t)(value / 1000), ts_us);
    case WEND_TIME_UNIT_AUTO:
    default:
        return false;
    }
}

bool wend__time_words(struct wend_bytes text, const struct wend_time_state *state, int64_t *ts_us) {
    if (text.data == NULL) {
        return false;
    }
    switch (text.len) {
    case 20:
    case 24:
        return iso(text.data, text.len, ts_us);
    case 26:
        return access_log(text.data, ts_us);
    default:
        return text.len >= 9 && text.len <= 16 && epoch(text.data, text.len, state, ts_us);
    }
}

#else

bool wend__time_words(struct wend_bytes text, const struct wend_time_state *state, int64_t *ts_us) {
    (void)text;
    (void)state;
    (void)ts_us;
    return false;
}

#endif
