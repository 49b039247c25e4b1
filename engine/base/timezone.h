/*
 * timezone.h: the local time of an instant in a named zone.
 *
 * Zones: "UTC"; a fixed offset such as +02:00, -0530 or +02; a name of the IANA data base such as
 * Europe/Berlin, read from the folder TZDIR, else /usr/share/zoneinfo (TZif version 2 and later,
 * RFC 8536). Nothing of the process's own time zone is used or changed.
 *
 * Valid for instants from 1678 to 2261 (WEND_TIME_MIN_US, WEND_TIME_END_US); outside of them the
 * nearest offset is answered. Zones that count leap seconds ("right/...") are refused.
 *
 * Threads: after `open` a zone never changes and may be used by all.
 */
#ifndef WEND_BASE_TIMEZONE_H
#define WEND_BASE_TIMEZONE_H

#include "base/bytes.h"
#include "base/status.h"

struct wend_timezone;

/*
 * WEND_ERROR_USAGE: no such zone (the text says what may have been meant), or its data is damaged;
 * WEND_ERROR_IO: its file cannot be read, or there is no time zone data at all;
 * WEND_ERROR_MEMORY.
 */
enum wend_status wend__timezone_open(struct wend_bytes name, struct wend_timezone **timezone,
                                     struct wend_error *error);
/* NULL is fine. */
void wend__timezone_close(struct wend_timezone *timezone);

/* Local time minus UTC, in seconds, at an instant in microseconds since 1970-01-01 UTC. */
int32_t wend__timezone_offset_seconds(const struct wend_timezone *timezone, int64_t ts_us);

/* The local day of the instant: days since 1970-01-01. 00:00:00 is the first second of a day. */
int64_t wend__timezone_local_day(const struct wend_timezone *timezone, int64_t ts_us);

#endif
