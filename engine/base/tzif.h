/*
 * tzif.h: time zone data of RFC 8536 (TZif version 2 and later) as one ascending list of changes.
 *
 * The changes that the file lists are followed by those that its footer, a rule such as
 * "CET-1CEST,M3.5.0,M10.5.0/3", makes up to the end of 2262, so that a look-up is one search.
 * Input is checked in full. Threads: none of its own.
 */
#ifndef WEND_BASE_TZIF_H
#define WEND_BASE_TZIF_H

#include "base/bytes.h"
#include "base/status.h"

/* From `time` on (seconds since 1970-01-01 UTC) local time is UTC + `offset` seconds. */
struct wend_zone_change {
    int64_t time;
    int32_t offset;
};

/* Zero-initialise to start; `deinit` frees. */
struct wend_zone_changes {
    struct wend_zone_change *changes; /* ascending; of equal times the last counts */
    size_t count;
    size_t capacity;
    int32_t offset_before; /* before the first change */
};

/* Without memory false. */
bool wend__zone_changes_append(struct wend_zone_changes *zone, int64_t time, int32_t offset);
void wend__zone_changes_deinit(struct wend_zone_changes *zone);

/*
 * Reads a whole file into a zeroed list. WEND_ERROR_USAGE: damaged, of version 1, or with leap
 * seconds; `name` is the zone's, for the text.
 */
enum wend_status wend__tzif_parse(struct wend_bytes file, struct wend_bytes name,
                                  struct wend_zone_changes *zone, struct wend_error *error);

/*
 * Appends the changes that a rule makes behind the last one there is, or from 1677 on; an empty
 * rule makes none. The syntax is that of the POSIX variable TZ with the extensions of RFC 8536
 * (hours from -167 to 167); a zone with summer time must say when it is.
 */
enum wend_zone_rule_result { WEND_ZONE_RULE_OK, WEND_ZONE_RULE_BAD, WEND_ZONE_RULE_NO_MEMORY };
enum wend_zone_rule_result wend__zone_rule_expand(struct wend_bytes text,
                                                  struct wend_zone_changes *zone);

#endif
