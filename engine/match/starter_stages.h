/*
 * starter_stages.h: journeys of a kind, and which event names belong into which of their stages.
 *
 * An event name is split into words (at all but letters and digits, and where a capital follows a
 * small letter); a name belongs to the last stage that has a word which one of its words begins
 * with. Names of failures ("payment_error") belong to none.
 *
 * Threads: none of its own.
 */
#ifndef WEND_MATCH_STARTER_STAGES_H
#define WEND_MATCH_STARTER_STAGES_H

#include "base/bytes.h"

#include <stdint.h>

enum { WEND_TEMPLATE_STAGES = 5 };
#define WEND_NO_STAGE UINT32_MAX

struct wend_journey_template {
    const char *name;
    const char *purpose; /* for people */
    const char *timeout;
    uint32_t goal; /* index of the stage whose touchpoints are the goal */
    bool goes_on;  /* after_goal: continue */
    uint32_t stage_count;
    struct {
        const char *name;
        const char *words; /* separated by blanks, lower case */
    } stages[WEND_TEMPLATE_STAGES];
};

/* NULL when there is no such template. */
const struct wend_journey_template *wend__starter_template(const char *name);

/* The stage of an event name, WEND_NO_STAGE for none. */
uint32_t wend__starter_stage(const struct wend_journey_template *journey, struct wend_bytes event);

#endif
