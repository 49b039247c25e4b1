/*
 * time.h: time stamps as text to microseconds since 1970-01-01 UTC.
 *
 * The forms of SEMANTICS "Event" and nothing else (no month names but those of access logs, no
 * lower case t or z, no blanks around):
 *
 *   2019-10-01                              midnight
 *   2019-10-01T7:05, 2019-10-01 07:05:09.123456789   and then nothing (UTC), Z, " UTC",
 *                                           +hh, +hhmm or +hh:mm (or -)
 *   10/Oct/2000:13:55:36 -0700              access logs
 *   1541016707796, 1.541016707796e12        numbers of the JSON grammar, in some unit
 *
 * Fractions have up to 9 digits; what is finer than a microsecond is truncated. Second 60 is the
 * next minute's first. The instant must lie in the years 1678 to 2261.
 *
 * Terms: *unit* = what a number counts. It is declared, or inferred from the first number of at
 * least 10^8 in an input; that step is the caller's, for only the caller knows which record is the
 * first. An inferred unit stands for a size, too: a later number of another size, or below 10^8, is
 * unreadable. A declared unit takes any number.
 * Threads: no shared state.
 */
#ifndef WEND_DECODE_TIME_H
#define WEND_DECODE_TIME_H

#include "base/bytes.h"
#include "model/format.h"

/* One a input. {unit as declared, false} to start. */
struct wend_time_state {
    enum wend_time_unit unit; /* AUTO: neither declared nor inferred yet */
    bool is_inferred;         /* `unit` came from wend__time_infer */
};

enum wend_time_result {
    WEND_TIME_OK,
    WEND_TIME_UNREADABLE,
    WEND_TIME_NEEDS_UNIT /* a number of at least 10^8, and the unit is still AUTO */
};

/* Reads `text`; `*ts_us` is set only with OK. `state` is not changed. */
enum wend_time_result wend__time_parse(struct wend_bytes text, const struct wend_time_state *state,
                                       int64_t *ts_us);

/*
 * Infers the unit of an input from `text`, its first number of at least 10^8 (for which
 * wend__time_parse said NEEDS_UNIT): below 10^11 seconds, 10^14 milliseconds, 10^17 microseconds,
 * else nanoseconds. False, and nothing changed, when `text` is no such number or the unit is known.
 */
bool wend__time_infer(struct wend_bytes text, struct wend_time_state *state);

/* "s", "ms", "us", "ns", or "auto". */
const char *wend__time_unit_name(enum wend_time_unit unit);

#endif
