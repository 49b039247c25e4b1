/*
 * path_units.h: holds every run to a promise of the rules: the units of a scope in the table
 * `paths` are all its units.
 *
 * Threads: one at a time.
 */
#ifndef WEND_PIPELINE_PATH_UNITS_H
#define WEND_PIPELINE_PATH_UNITS_H

#include "base/buffer.h"
#include "base/status.h"
#include "model/counters.h"

/* Start with the names of the scopes, in the order of the counters, and all else zero. */
struct wend_path_units {
    const struct wend_bytes *scopes; /* borrowed */
    uint32_t scope_count;
    uint64_t counts[1 + WEND_MAX_JOURNEYS];
    struct wend_buffer name;
};

void wend__path_units_deinit(struct wend_path_units *units);
/* Adds a row of `paths`. WEND_ERROR_IO: it is none. */
WEND_MUST_CHECK enum wend_status wend__path_units_add(struct wend_path_units *units,
                                                      struct wend_bytes key,
                                                      struct wend_bytes payload,
                                                      struct wend_error *error);
/* Behind the last row. WEND_ERROR_IO: a scope has not the units that were counted. */
WEND_MUST_CHECK enum wend_status wend__path_units_check(const struct wend_path_units *units,
                                                        const struct wend_counters *counters,
                                                        struct wend_error *error);

#endif
