/*
 * detect_internal.h: the parts of detection; not included from outside engine/decode.
 *
 * Terms: *head* as in detected.h, here behind the byte-order mark; *whole* records are those whose
 * end is in the head, or all when the head is the whole input.
 */
#ifndef WEND_DECODE_DETECT_INTERNAL_H
#define WEND_DECODE_DETECT_INTERNAL_H

#include "decode/decoder_internal.h"
#include "decode/detected.h"

/* More records than this do not make detection surer. */
#define WEND_DETECT_RECORDS 200U

struct wend_head {
    const uint8_t *at;
    const uint8_t *end;
    bool is_complete;
};

/*
 * USAGE when the head is nothing that wend reads as text: UTF-16 or UTF-32, a known binary format,
 * or (unless `is_declared`) mostly control characters.
 */
WEND_MUST_CHECK enum wend_status wend__detect_refuse_binary(const uint8_t *head, size_t len,
                                                            bool is_declared,
                                                            struct wend_error *error);

/* USAGE for text of another kind: XML, one JSON array, a W3C log; names it and what helps. */
WEND_MUST_CHECK enum wend_status wend__detect_refuse_text(const struct wend_head *head,
                                                          struct wend_error *error);

/*
 * Separator, header, columns and data offset (counted from head->at) of delimited text. False in
 * `*is_likely` when it does not look like any; then nothing is filled.
 */
WEND_MUST_CHECK enum wend_status wend__detect_delimited(const struct wend_head *head,
                                                        const struct wend_format *format,
                                                        struct wend_detected *detected,
                                                        bool *is_likely, struct wend_error *error);

/* The first record of delimited text at `at` that is not blank: [*start, result), line end
 * included. */
const uint8_t *wend__detect_next_record(const struct wend_head *head, const uint8_t **start,
                                        uint8_t separator, size_t max_record);

#endif
