/*
 * detected.h: what is known about one input before its first record is decoded.
 *
 * Detection reads the first bytes of an input once, fills what the definitions left open and
 * explains itself in a sentence. It does not decode records and keeps nothing of the bytes.
 *
 * Terms: *head* = the first bytes of an input, uncompressed. The same input must always be given
 * the same head (WEND_DETECT_BYTES, or all of it when it is shorter), whatever the block size, or
 * two runs could see two formats.
 * Threads: detecting is safe from any thread; the result is constant and may be shared.
 */
#ifndef WEND_DECODE_DETECTED_H
#define WEND_DECODE_DETECTED_H

#include "base/arena.h"
#include "model/format.h"

#include <wend/status.h>

/* How much of an input detection wants to see: some hundred records of any usual size. */
#define WEND_DETECT_BYTES (UINT32_C(256) << 10)
#define WEND_DETECT_TEXT_BYTES 256

/* Who wrote JSON access logs, where the keys tell. */
enum wend_json_log { WEND_JSON_LOG_NONE, WEND_JSON_LOG_NGINX, WEND_JSON_LOG_CADDY };

struct wend_detected {
    enum wend_format_kind kind; /* AUTO only for an input without any record */
    enum wend_json_log json_log;
    uint8_t separator;          /* DELIMITED: never a quote, CR or LF */
    bool has_header;            /* DELIMITED: the first record names the columns */
    struct wend_bytes *columns; /* DELIMITED: column_count names, distinct; a later column of a
                                   repeated name is absent (data == NULL) */
    uint32_t column_count;      /* fields that every record must have */
    uint32_t duplicate_count;   /* columns whose name an earlier one has */
    uint32_t max_record_bytes;
    bool is_cloudevents; /* as in format.h; of messages only */
    size_t data_offset;  /* bytes before the first record: byte-order mark and header record */
    uint32_t confidence; /* percent; 100: declared */
    char description[WEND_DETECT_TEXT_BYTES]; /* one line, such as "CSV, separator ',', header with
                                                 9 columns; certainty 98 %" */
    struct wend_arena arena;                  /* the columns */
};

/*
 * Fills `detected` from the head of an input and from what `format` declares; nothing that is
 * declared is changed. `complete` says that the head is the whole input. A repeated column name is
 * told in the description: the first column of the name has the values.
 *
 * WEND_ERROR_USAGE when the head is no text that wend reads (UTF-16, binary, XML, one JSON array)
 * or no format fits, and when the declaration contradicts itself; the text says what it looks like
 * and what helps. WEND_ERROR_LIMIT when a header is longer than the head. After any result
 * `wend__detected_deinit` frees what was kept.
 */
WEND_MUST_CHECK enum wend_status wend__detect(const uint8_t *head, size_t len, bool complete,
                                              const struct wend_format *format,
                                              struct wend_detected *detected,
                                              struct wend_error *error);

void wend__detected_deinit(struct wend_detected *detected);

/* Index of the column `name`; UINT32_MAX where there is none, or no columns at all. */
uint32_t wend__detected_column(const struct wend_detected *detected, struct wend_bytes name);

#endif
