/*
 * time_text.h: a time as ISO 8601 text, which time.h reads back; the twin of time.h.
 *
 * Threads: no shared state.
 */
#ifndef WEND_DECODE_TIME_TEXT_H
#define WEND_DECODE_TIME_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define WEND_TIME_TEXT_BYTES 32U

/*
 * Writes `ts_us` as 2024-05-01T12:00:00.123456Z with `digits` digits of the second (0, 3 or 6;
 * what is finer is cut off) and returns the length; `out` is not zero-terminated. 0 for a time
 * outside of the years 1678 to 2261, which time.h does not read.
 */
size_t wend__time_text(int64_t ts_us, unsigned digits, char out[WEND_TIME_TEXT_BYTES]);
/* The same for a day since 1970-01-01: 2024-05-01. */
size_t wend__date_text(int64_t day, char out[WEND_TIME_TEXT_BYTES]);

#endif
