/*
 * value.h: a value of a snapshot as text: exact for programs, short for people.
 *
 * For programs: decimals exact, doubles as the shortest text that reads back the same, times as
 * RFC 3339 in UTC, lists as JSON arrays, binary as base64. For people: doubles rounded, rates and
 * shares in percent, decimals with two digits at least, a midnight as its date.
 *
 * Threads: pure functions.
 */
#ifndef WEND_TOOLS_VALUE_H
#define WEND_TOOLS_VALUE_H

#include "table.h"

#include <wend/snapshot.h>

enum wend_cli_style {
    WEND_CLI_FOR_PROGRAMS,
    WEND_CLI_FOR_PEOPLE,
    WEND_CLI_FOR_PEOPLE_PERCENT /* a double from 0 to 1 */
};

/* Appends the value and returns what it is; nothing for null (and for what is no number). */
enum wend_cli_cell_kind wend__cli_value_add(const struct wend_value *value,
                                            enum wend_cli_style style, struct wend_cli_text *out);

/* "2025-03-03T10:00:00Z", with 3 or 6 digits behind the second where it has them. */
void wend__cli_time_add(int64_t ts_us, struct wend_cli_text *out);
/* `high` * 2^64 + `low` in 1/10000, with at least `digits_min` (0 to 4) digits behind the point. */
void wend__cli_decimal_add(int64_t high, uint64_t low, unsigned digits_min,
                           struct wend_cli_text *out);
/* "25.0 %"; what is there is never shown as 0. */
void wend__cli_percent_add(uint64_t part, uint64_t whole, struct wend_cli_text *out);
/* "1h30m": whole units, the largest first; "0s". */
void wend__cli_duration_add(int64_t us, struct wend_cli_text *out);

#endif
