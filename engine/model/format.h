/*
 * format.h: how the records of an input are written.
 *
 * `struct wend_format` is what the definitions say (or leave to detection); `engine/decode` fills
 * the gaps for each input. Everything is borrowed from the ruleset that holds it.
 */
#ifndef WEND_MODEL_FORMAT_H
#define WEND_MODEL_FORMAT_H

#include "base/bytes.h"

enum wend_format_kind {
    WEND_FORMAT_AUTO,      /* found out from the first bytes of each input */
    WEND_FORMAT_NDJSON,    /* one JSON object a line */
    WEND_FORMAT_DELIMITED, /* CSV, TSV: RFC 4180 with any one-byte separator */
    WEND_FORMAT_ACCESS_LOG /* Apache and nginx: common, combined, with or without vhost */
};

enum wend_header_kind {
    WEND_HEADER_AUTO, /* the first record is a header when detection says so */
    WEND_HEADER_YES,
    WEND_HEADER_NO /* names come from `columns`, or are column_1, column_2, ... */
};

enum wend_time_unit {
    WEND_TIME_UNIT_AUTO, /* inferred once an input, from its first number of at least 10^8 */
    WEND_TIME_UNIT_SECONDS,
    WEND_TIME_UNIT_MILLISECONDS,
    WEND_TIME_UNIT_MICROSECONDS,
    WEND_TIME_UNIT_NANOSECONDS
};

struct wend_format {
    enum wend_format_kind kind;
    enum wend_header_kind header; /* DELIMITED only */
    uint8_t separator;            /* DELIMITED only; 0: detected */
    struct wend_bytes *columns;   /* DELIMITED without header: declared names, or NULL */
    uint32_t column_count;
    uint32_t max_record_bytes;
    bool is_cloudevents; /* NDJSON: a message may have its event's attributes as headers */
};

#endif
