/*
 * replay_api.h: public replay options to those of a run; for replay_api.c, stream_api.c and
 * feed.c only.
 *
 * Threads: none of its own.
 */
#ifndef WEND_API_REPLAY_API_H
#define WEND_API_REPLAY_API_H

#include "pipeline/run.h"

#include <wend/replay.h>

/* Replays `inputs` (with `kafka`, its messages instead, by the rules of `ruleset`) with
 * `definitions`, which the result does not own. `opened`: the first of them, when it was looked at,
 * or NULL. */
WEND_MUST_CHECK enum wend_status
wend__replay_inputs(const struct wend_replay_options *options, const char *const *inputs,
                    size_t input_count, struct wend_opened_stream *opened,
                    const struct wend_run_kafka *kafka, const struct wend_ruleset *ruleset,
                    const struct wend_definitions *definitions, struct wend_result **result,
                    struct wend_error *error);

#endif
