/*
 * counters.h: what became of the records, as the manifest and the report state it.
 *
 * Each thread counts into its own; they are added up at the end, and then
 * read = accepted + filtered + rejected + late + duplicate.
 * Threads: one at a time.
 */
#ifndef WEND_MODEL_COUNTERS_H
#define WEND_MODEL_COUNTERS_H

#include "base/limits.h"
#include "model/batch.h"
#include "model/unit.h"

#define WEND_OUTCOME_KINDS 3U

struct wend_counters {
    uint64_t read;
    uint64_t accepted;
    uint64_t filtered;
    uint64_t rejected[WEND_REJECT_COUNT]; /* by enum wend_reject; [WEND_REJECT_NONE] stays 0 */
    uint64_t late;
    uint64_t duplicate;
    uint64_t unmatched; /* of the accepted */
    uint64_t bad_value; /* of the accepted */
    uint64_t sessions;
    uint64_t units[1 + WEND_MAX_JOURNEYS][WEND_OUTCOME_KINDS]; /* by scope and outcome */
};

void wend__counters_add(struct wend_counters *sum, const struct wend_counters *more);
/* All rejected records. */
uint64_t wend__counters_rejected(const struct wend_counters *counters);
/* The rule at the top; a broken one is a fault of the engine. */
bool wend__counters_balance(const struct wend_counters *counters);

#endif
