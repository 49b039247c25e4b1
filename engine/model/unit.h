/*
 * unit.h: a session or a journey that has ended, as `engine/session` hands it to `engine/tally`.
 *
 * A unit is its hits, in order, and what folding found out about them. Everything that the tables
 * say of a unit (path, stages, goals, switches, value) follows from its hits and from the roles of
 * their touchpoints; it is worked out by the tally, once.
 *
 * Threads: a unit and its hits live for the call that hands them over.
 */
#ifndef WEND_MODEL_UNIT_H
#define WEND_MODEL_UNIT_H

#include "model/hit.h"

#include <wend/status.h>

enum wend_outcome { WEND_OUTCOME_CONVERTED, WEND_OUTCOME_ABANDONED, WEND_OUTCOME_OPEN };

#define WEND_SCOPE_SESSION 0U /* scope 1 + j is journey j of the ruleset */

struct wend_unit {
    uint32_t scope;
    enum wend_outcome outcome;
    const uint8_t *hits; /* hit_count hits of the run's layout, ascending by (time, position) */
    size_t hit_count;    /* at least 1 */
    size_t first_goal;   /* index of the first goal hit; hit_count: there is none */
    int64_t closes_us;   /* a watermark that has reached this knows that nothing of it can change;
                            INT64_MAX: only the end of the input does */
    int64_t decided_us;  /* the moment that decides it, for its window */
    uint32_t ordinal;    /* among the customer's units of this scope with the same start time */
    uint32_t session_count;     /* of a journey: sessions that its hits lie in; of a session 1 */
    struct wend_bytes customer; /* absent when nobody asked for customer ids or unit ids */
};

/* Takes one unit; a failure stops the folding and is passed on. */
typedef enum wend_status wend_unit_sink(void *context, const struct wend_unit *unit,
                                        struct wend_error *error);

#endif
