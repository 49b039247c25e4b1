/*
 * sample.h: what the first records of an input look like.
 *
 * Filled by `engine/decode` from a sample of the records, read by `engine/match` to infer
 * definitions where the user gave none, and to write a starter definition file. It holds what was
 * seen, no judgement of what it means.
 *
 * Everything is borrowed from whoever filled it. Threads: constant once filled.
 */
#ifndef WEND_MODEL_SAMPLE_H
#define WEND_MODEL_SAMPLE_H

#include "model/format.h"

/* Values kept for each field: the most frequent of those that were counted. */
#define WEND_SAMPLE_VALUES 64U

struct wend_sample_value {
    struct wend_bytes value;
    uint64_t count;
};

/* One field of the records, by the name a definition file would use for it. */
struct wend_sample_field {
    struct wend_bytes name;  /* column, top-level key, or JSON pointer ("/context/page/path") */
    uint64_t count;          /* records in which it is present (not empty, not null) */
    uint64_t number_count;   /* of these: a number of the JSON grammar */
    uint64_t time_count;     /* of these: a date and time as text, or a number that reads as an
                                epoch time, 10^8 or more in one of the accepted units */
    uint64_t distinct_count; /* distinct values; exact up to the sampler's bound, then the bound */
    const struct wend_sample_value *values; /* by count descending, then bytes */
    uint32_t value_count;                   /* at most WEND_SAMPLE_VALUES */
};

struct wend_sample {
    struct wend_bytes source_name; /* of the input, for messages */
    struct wend_format format;     /* as detected or declared; `kind` is never AUTO */
    struct wend_bytes preset;      /* the known format that the fields look like, or absent */
    uint64_t record_count;         /* records that could be parsed */
    const struct wend_sample_field *fields; /* in the order of the columns, or of first sight */
    uint32_t field_count;
};

#endif
