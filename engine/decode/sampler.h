/*
 * sampler.h: which fields the first records of an input have, and what stands in them.
 *
 * For inference and for a starter definition. It reads the same head as detection, decodes every
 * whole record in it and counts fields and values exactly; it judges nothing.
 *
 * Fields: every column; the fields of access logs that occur; of JSON every scalar down to
 * WEND_SAMPLE_DEPTH tokens: top-level keys by name, deeper ones by pointer, and in a list of
 * objects that have a member `key` or `name` by `[key=NAME]`. Elements of other lists are left out.
 * Of keys that one record repeats, the first is counted. Threads: one at a time.
 */
#ifndef WEND_DECODE_SAMPLER_H
#define WEND_DECODE_SAMPLER_H

#include "base/arena.h"
#include "decode/detected.h"
#include "model/sample.h"

#define WEND_SAMPLE_DEPTH 4U
/* Distinct names beyond these are not counted: data that use values as keys have no end of them. */
#define WEND_SAMPLE_MAX_FIELDS 2000U

/* A sample with the memory that it borrows from. */
struct wend_sampled {
    struct wend_sample sample;
    struct wend_arena arena;
};

/*
 * Samples `head` (from the input's first byte; `complete` as for wend__detect) by what was
 * detected. `source_name` is copied. `seed`: the secret hash seed of the run; no result depends on
 * it. WEND_ERROR_MEMORY; after any result `wend__sampled_deinit` frees.
 */
WEND_MUST_CHECK enum wend_status wend__sample_fields(const uint8_t *head, size_t len, bool complete,
                                                     const struct wend_detected *detected,
                                                     struct wend_bytes source_name, uint64_t seed,
                                                     struct wend_sampled *sampled,
                                                     struct wend_error *error);

void wend__sampled_deinit(struct wend_sampled *sampled);

#endif
