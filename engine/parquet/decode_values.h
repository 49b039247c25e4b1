/*
 * decode_values.h: the values of a page, one after the other, whatever their encoding
 * (Encodings.md).
 *
 * A value comes as the bytes that PLAIN has for it, without a length; a BOOLEAN as one byte.
 * Threads: one at a time.
 */
#ifndef WEND_PARQUET_DECODE_VALUES_H
#define WEND_PARQUET_DECODE_VALUES_H

#include "base/buffer.h"
#include "base/status.h"
#include "parquet/decode_delta.h"
#include "parquet/decode_levels.h"
#include "parquet/parquet_format.h"

/* The values of a dictionary page. Zero-initialise to start. */
struct wend_parquet_lookup {
    bool is_present;
    uint32_t count;
    struct wend_buffer plain;   /* the page */
    struct wend_bytes *entries; /* views of it */
    size_t capacity;
};

void wend__parquet_lookup_deinit(struct wend_parquet_lookup *lookup);
/* Splits `plain`, which holds the body of the page, into `count` values. WEND_ERROR_IO without
 * text: it does not hold them. */
enum wend_status wend__parquet_lookup_fill(struct wend_parquet_lookup *lookup,
                                           enum wend_parquet_physical physical, uint32_t width,
                                           uint32_t count);

struct wend_parquet_values {
    enum wend_parquet_physical physical;
    uint32_t width;   /* of a value, 0 for BOOLEAN and BYTE_ARRAY */
    int32_t encoding; /* one of enum wend_parquet_encoding that was accepted */
    const uint8_t *at;
    const uint8_t *end;
    const struct wend_parquet_lookup *lookup;
    struct wend_parquet_hybrid hybrid;    /* codes, or booleans */
    struct wend_parquet_delta numbers;    /* numbers, or lengths of texts or of their ends */
    struct wend_parquet_delta prefix_len; /* DELTA_BYTE_ARRAY: bytes kept of the text before */
    uint64_t at_index;                    /* PLAIN booleans, BYTE_STREAM_SPLIT */
    uint64_t stream_len;                  /* BYTE_STREAM_SPLIT: values of the page */
    struct wend_buffer made;              /* a value that does not stand in the page as such */
};

void wend__parquet_values_deinit(struct wend_parquet_values *values);
/* Whether values of a type come in an encoding, and it is read. */
bool wend__parquet_values_know(enum wend_parquet_physical physical, int32_t encoding);
/* Starts a page with at most `count_max` values; `body` and `lookup` must outlive it. False: the
 * body is damaged. */
bool wend__parquet_values_start(struct wend_parquet_values *values, int32_t encoding,
                                struct wend_bytes body, uint64_t count_max,
                                const struct wend_parquet_lookup *lookup);
/* The next value, valid until the call after. WEND_ERROR_IO without text: there is none, or it is
 * damaged. */
enum wend_status wend__parquet_values_next(struct wend_parquet_values *values,
                                           struct wend_bytes *raw);

#endif
