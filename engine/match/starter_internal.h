/*
 * starter_internal.h: the parts of a starter file that are written by themselves.
 *
 * Threads: none of its own.
 */
#ifndef WEND_MATCH_STARTER_INTERNAL_H
#define WEND_MATCH_STARTER_INTERNAL_H

#include "match/infer.h"
#include "match/starter_stages.h"
#include "model/ruleset.h"

struct wend_starter_name {
    struct wend_bytes raw;    /* of the sample */
    struct wend_buffer clean; /* as a touchpoint's name */
    uint64_t records;
};

/* The most frequent event names. */
struct wend_starter_names {
    struct wend_starter_name items[WEND_SAMPLE_VALUES];
    uint32_t count;
    uint32_t left_out; /* too long, or no UTF-8 */
    bool is_complete;  /* the sample has few, and these are all */
};

/* `names` starts zeroed. False without memory; deinit in any case. */
bool wend__starter_names_init(struct wend_starter_names *names,
                              const struct wend_inferred *inferred);
void wend__starter_names_deinit(struct wend_starter_names *names);

/* `touchpoints`; with a journey (else NULL) only those that are in its stages are listed. */
void wend__starter_touchpoints(struct wend_writer *writer, const struct wend_starter_names *names,
                               const struct wend_inferred *inferred,
                               const struct wend_journey_template *journey);
void wend__starter_journey(struct wend_writer *writer, const struct wend_starter_names *names,
                           const struct wend_journey_template *journey);

#endif
