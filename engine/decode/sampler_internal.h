/*
 * sampler_internal.h: the gathering half of sampling; not included from outside engine/decode.
 */
#ifndef WEND_DECODE_SAMPLER_INTERNAL_H
#define WEND_DECODE_SAMPLER_INTERNAL_H

#include "base/buffer.h"
#include "decode/decoder_internal.h"
#include "decode/sampler.h"
#include "ds/strings.h"

/* What is counted of a field while the records go by. */
struct wend_field_counts {
    uint64_t count;
    uint64_t number_count;
    uint64_t time_count;
    uint64_t last_record; /* number of the record that counted last, from 1 */
};

/* Names and values are interned; a value's key is the field's number (4 bytes) and its text. */
struct wend_sampler {
    const struct wend_detected *detected;
    struct wend_strings names;
    struct wend_strings values;
    struct wend_field_counts *fields;
    size_t field_capacity;
    uint64_t *value_counts;
    size_t value_capacity;
    uint64_t record_number;
    struct wend_buffer name;
    struct wend_buffer key;
    struct wend_arena scratch;
    struct wend_json json;
};

/* Counts `value` for the field `name`. False without memory. */
bool wend__sampler_count(struct wend_sampler *sampler, struct wend_bytes name,
                         struct wend_bytes value);

/* Counts all scalars of a record that is known to be a valid JSON object. False without memory. */
bool wend__sampler_json(struct wend_sampler *sampler, const uint8_t *at, const uint8_t *end);

#endif
