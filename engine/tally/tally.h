/*
 * tally.h: units to counts: the aggregates behind all nine tables.
 *
 * One tally a worker. It takes units one by one, works out what each says (steps, goals, stages,
 * switches), and counts it in flat hash tables keyed by the worker's own numbers. At the end, and
 * whenever the budget has no room, what was counted leaves as rows (model/schema.h) into sorted
 * runs (ds/runs.h), where rows of equal key are folded: the result does not depend on when that
 * happened.
 *
 * Threads: one at a time. Several may share a budget.
 */
#ifndef WEND_TALLY_TALLY_H
#define WEND_TALLY_TALLY_H

#include "base/memory.h"
#include "ds/runs.h"
#include "model/schema.h"
#include "model/touchpoints.h"
#include "model/unit.h"

struct wend_tally;

struct wend_tally_options {
    const struct wend_ruleset *ruleset; /* all pointers are borrowed */
    const struct wend_hit_layout *layout;
    const struct wend_touchpoints *touchpoints; /* whose ids the hits carry */
    const struct wend_strings *segment_values;  /* whose ids (+ 1) the hits carry */
    uint32_t tables;                            /* bits 1 << enum wend_table_id: what is wanted */
    struct wend_budget *budget;
    const char *directory; /* for temporary files */
    uint64_t seed;         /* the secret seed of the run */
};

WEND_MUST_CHECK enum wend_status wend__tally_create(const struct wend_tally_options *options,
                                                    struct wend_tally **tally,
                                                    struct wend_error *error);
void wend__tally_destroy(struct wend_tally *tally);

/* Counts a unit; a `wend_unit_sink` with the tally as context. WEND_ERROR_IO: the disk refuses a
 * spill; WEND_ERROR_MEMORY; WEND_ERROR_LIMIT: a count beyond what a sketch holds. */
enum wend_status wend__tally_unit(void *context, const struct wend_unit *unit,
                                  struct wend_error *error);

/* No more units: everything goes to the runs, which are made ready for `next`. */
WEND_MUST_CHECK enum wend_status wend__tally_finish(struct wend_tally *tally,
                                                    struct wend_error *error);

/* The rows of a wanted table, ascending by key, once; belongs to the tally. After `finish` only. */
struct wend_runs *wend__tally_rows(struct wend_tally *tally, enum wend_table_id table);

#endif
