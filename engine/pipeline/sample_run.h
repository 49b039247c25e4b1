/*
 * sample_run.h: definitions tried on the first records of an input, record by record.
 *
 * For `wend check --sample`: the same decoding, matching and reasons for rejecting as in a run, but
 * nothing is folded.
 *
 * Threads: one.
 */
#ifndef WEND_PIPELINE_SAMPLE_RUN_H
#define WEND_PIPELINE_SAMPLE_RUN_H

#include "model/counters.h"
#include "model/hit.h"

/* What became of one record; lives for the call. */
struct wend_sample_event {
    uint64_t number; /* from 1 */
    struct wend_bytes raw;
    enum wend_reject reject;
    bool is_filtered;
    int64_t ts_us; /* neither rejected nor filtered: these are valid */
    struct wend_bytes customer;
    struct wend_bytes name;       /* of the event; absent: it has none */
    struct wend_bytes touchpoint; /* absent: unmatched */
    uint32_t rule;                /* UINT32_MAX: none */
    bool has_value;
    int64_t value;
};

/* False: no more. */
typedef bool wend_sample_sink(void *context, const struct wend_sample_event *event);

struct wend_sample_options {
    const struct wend_ruleset *ruleset;
    const char *input;
    const struct wend_format *format; /* NULL: that of the ruleset */
    uint32_t max_window_log;
    uint64_t limit; /* records */
    int64_t now_us;
};

/*
 * `counters`: read, accepted, filtered, rejected, unmatched. `description`
 * (WEND_DETECT_TEXT_BYTES): of the first stream's format. Errors as wend__run; WEND_ERROR_EMPTY
 * without any record.
 */
WEND_MUST_CHECK enum wend_status wend__sample_records(const struct wend_sample_options *options,
                                                      wend_sample_sink *sink, void *context,
                                                      struct wend_counters *counters,
                                                      char *description, struct wend_error *error);

#endif
