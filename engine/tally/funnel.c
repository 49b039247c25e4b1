#include "tally/funnel.h"

#include <assert.h>

_Static_assert(WEND_MAX_STAGES <= 64, "the stages that occur are bits of one word");

/* The first event behind the last match is always the best one: whatever follows a later choice
 * follows this one too. */
static void match_ordered(const struct wend_stage_event *events, size_t event_count,
                          uint32_t stage_count, struct wend_funnel *funnel) {
    int64_t last_us = 0;
    for (size_t i = 0; i < event_count && funnel->furthest < stage_count; i++) {
        if (events[i].stage == funnel->furthest + 1) {
            if (funnel->furthest > 0) {
                funnel->to_next_us[funnel->furthest - 1] = events[i].ts_us - last_us;
            }
            last_us = events[i].ts_us;
            funnel->furthest += 1;
        }
    }
}

static void match_any(const struct wend_stage_event *events, size_t event_count,
                      uint32_t stage_count, struct wend_funnel *funnel) {
    int64_t first_us[WEND_MAX_STAGES];
    uint64_t seen = 0;
    for (size_t i = 0; i < event_count && seen != funnel->visited; i++) {
        uint64_t bit = UINT64_C(1) << (events[i].stage - 1);
        if ((seen & bit) == 0) {
            seen |= bit;
            first_us[events[i].stage - 1] = events[i].ts_us;
        }
    }
    while (funnel->furthest < stage_count && (seen >> funnel->furthest & 1) != 0) {
        funnel->furthest += 1;
    }
    for (uint32_t k = 1; k < funnel->furthest; k++) {
        int64_t us = first_us[k] - first_us[k - 1];
        funnel->to_next_us[k - 1] = us < 0 ? WEND_FUNNEL_NO_TIME : us;
    }
}

/*
 * Runs of one stage follow each other; a chain is neighbouring runs of stages 1, 2, 3 and so on.
 * Each of its events is the first of its run: another one would have an event of its own stage
 * between itself and its predecessor. So one chain at a time is possible, and `chain` is how far
 * the one that ends in the current run has come.
 */
static void match_strict(const struct wend_stage_event *events, size_t event_count,
                         struct wend_funnel *funnel) {
    uint32_t chain = 0;
    uint32_t run_stage = 0;
    int64_t run_us = 0;
    for (size_t i = 0; i < event_count; i++) {
        if (events[i].stage == run_stage) {
            continue;
        }
        if (events[i].stage == chain + 1) {
            chain += 1;
        } else {
            chain = events[i].stage == 1 ? 1 : 0;
        }
        if (chain > funnel->furthest) {
            funnel->furthest = chain;
            if (chain > 1) {
                funnel->to_next_us[chain - 2] = events[i].ts_us - run_us;
            }
        }
        run_stage = events[i].stage;
        run_us = events[i].ts_us;
    }
}

void wend__funnel_match(const struct wend_stage_event *events, size_t event_count,
                        uint32_t stage_count, enum wend_funnel_mode mode,
                        struct wend_funnel *funnel) {
    assert(stage_count <= WEND_MAX_STAGES);
    funnel->furthest = 0;
    funnel->visited = 0;
    for (size_t i = 0; i < event_count; i++) {
        assert(events[i].stage >= 1 && events[i].stage <= stage_count);
        funnel->visited |= UINT64_C(1) << (events[i].stage - 1);
    }
    switch (mode) {
    case WEND_FUNNEL_ORDERED:
        match_ordered(events, event_count, stage_count, funnel);
        break;
    case WEND_FUNNEL_ANY:
        match_any(events, event_count, stage_count, funnel);
        break;
    case WEND_FUNNEL_STRICT:
        match_strict(events, event_count, funnel);
        break;
    }
}
