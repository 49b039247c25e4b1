/*
 * time_words.h: the commonest forms of time stamps, eight bytes at a time; not included from
 * outside.
 *
 * Only yes is an answer: whatever these do not take is for wend__time_parse_plain to judge.
 */
#ifndef WEND_DECODE_TIME_WORDS_H
#define WEND_DECODE_TIME_WORDS_H

#include "base/limits.h"
#include "decode/time.h"

/*
 * True, and `*ts_us` set, for a text that is exactly one of
 *   2019-10-01T07:05:09Z, 2019-10-01T07:05:09.123Z   or with a blank in place of the T
 *   10/Oct/2000:13:55:36 -0700
 *   a number of 9 to 16 digits and nothing else, when the unit is known
 */
bool wend__time_words(struct wend_bytes text, const struct wend_time_state *state, int64_t *ts_us);

/* All forms, byte by byte. */
enum wend_time_result wend__time_parse_plain(struct wend_bytes text,
                                             const struct wend_time_state *state, int64_t *ts_us);

/* The unit that stands for the size of a number; AUTO for one below 10^8. */
static inline enum wend_time_unit wend__time_unit_of_size(uint64_t whole) {
    if (whole < UINT64_C(100000000)) {
        return WEND_TIME_UNIT_AUTO;
    }
    if (whole < UINT64_C(100000000000)) {
        return WEND_TIME_UNIT_SECONDS;
    }
    if (whole < UINT64_C(100000000000000)) {
        return WEND_TIME_UNIT_MILLISECONDS;
    }
    return whole < UINT64_C(100000000000000000) ? WEND_TIME_UNIT_MICROSECONDS
                                                : WEND_TIME_UNIT_NANOSECONDS;
}

static inline bool wend__time_in_range(int64_t ts_us) {
    return ts_us >= WEND_TIME_MIN_US && ts_us < WEND_TIME_END_US;
}

#endif
