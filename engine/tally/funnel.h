/*
 * funnel.h: how far a unit came through the stages of its journey, and how long each step took.
 *
 * It looks at the events that are in a stage, in order; all others change nothing in any of the
 * three modes, so that the caller leaves them out. Stages are numbered from 1.
 *
 *   ordered   e1..ek in order, ei in stage i, each the first one behind the one before
 *   any       stages 1..k all occur; a stage counts with its first event
 *   strict    e1..ek in order, between ei and ei+1 only events of ei's own stage
 *
 * Threads: none of its own.
 */
#ifndef WEND_TALLY_FUNNEL_H
#define WEND_TALLY_FUNNEL_H

#include "model/ruleset.h"

struct wend_stage_event {
    int64_t ts_us;
    uint32_t stage; /* 1 to stage_count */
};

struct wend_funnel {
    uint32_t furthest; /* the last stage reached; 0: none */
    uint64_t visited;  /* bit k - 1: stage k occurs, in whatever order */
    /* Microseconds from ek to ek+1 at [k - 1], for k below `furthest`; WEND_FUNNEL_NO_TIME where
     * the mode has none (`any`: the next stage came first). */
    int64_t to_next_us[WEND_MAX_STAGES];
};

#define WEND_FUNNEL_NO_TIME (-1)

/* `events` ascending by time; `stage_count` at most WEND_MAX_STAGES. Linear in both. */
void wend__funnel_match(const struct wend_stage_event *events, size_t event_count,
                        uint32_t stage_count, enum wend_funnel_mode mode,
                        struct wend_funnel *funnel);

#endif
