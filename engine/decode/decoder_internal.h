/*
 * decoder_internal.h: what the formats of engine/decode share; not included from outside.
 */
#ifndef WEND_DECODE_DECODER_INTERNAL_H
#define WEND_DECODE_DECODER_INTERNAL_H

#include "base/simd.h"
#include "decode/decoder.h"
#include "decode/index.h"
#include "decode/json.h"
#include "decode/message_fields.h"

/* One field of a delimited record, without its outer quotes. */
struct wend_cell {
    struct wend_bytes text;
    bool is_doubled; /* quotes inside are still written twice */
};

/* Which field of the ruleset a value goes to. */
struct wend_target {
    uint32_t field;
    uint32_t source; /* JSON node, column, or enum wend_access_log_field */
};

struct wend_ndjson;

struct wend_decoder {
    enum wend_simd level;
    const struct wend_field *fields;
    uint32_t field_count;
    const struct wend_detected *detected; /* NULL before the first input */
    struct wend_target *targets;          /* room for field_count; of the format at hand */
    uint32_t target_count;
    uint32_t wanted;                             /* access logs: one bit for each wanted source */
    struct wend_message_target *message_targets; /* what messages have beside their payloads */
    uint32_t message_target_count;
    bool is_plain;             /* takes records by themselves only: what the fast path is held to */
    struct wend_index *index;  /* of the window at hand; NULL before the first input */
    struct wend_arena scratch; /* unescaped texts of the batch */
    bool is_out_of_memory;

    /* NDJSON */
    uint32_t *json_nodes; /* node of each field */
    bool has_json;
    struct wend_json json;
    struct wend_ndjson *ndjson; /* NULL: only the parser is used */

    /* DELIMITED: the fields of the record at hand */
    struct wend_cell *cells;
    uint32_t cell_capacity;
};

/*
 * One record of a block. `end` is behind its last byte, without the line end; `limit` is how far
 * may be read. True when it has the right shape; then the row's wanted fields are set. The row is
 * all absent before.
 */
bool wend__ndjson_record(struct wend_decoder *decoder, const uint8_t *at, const uint8_t *end,
                         const uint8_t *limit, struct wend_bytes *row);
bool wend__delimited_record(struct wend_decoder *decoder, const uint8_t *at, const uint8_t *end,
                            struct wend_bytes *row);
bool wend__access_log_record(struct wend_decoder *decoder, const uint8_t *at, const uint8_t *end,
                             struct wend_bytes *row);

/* What the fast path of NDJSON needs; freed with wend__free. WEND_ERROR_MEMORY. */
WEND_MUST_CHECK enum wend_status
wend__ndjson_create(enum wend_simd level, struct wend_ndjson **ndjson, struct wend_error *error);

/*
 * Decodes records from the front of `bytes` until the batch is full, the bytes are used up or a
 * line is too long for a window; returns how many bytes they took. Offsets count from `origin`.
 */
size_t wend__windows_batch(struct wend_decoder *decoder, const uint8_t *bytes, size_t len,
                           const uint8_t *origin, struct wend_batch *batch);

/*
 * Take the record that starts with a line of a window, which is not longer than the line but in
 * delimited text; there the result is behind its end.
 */
void wend__ndjson_line(struct wend_decoder *decoder, const struct wend_line *line, uint64_t offset,
                       struct wend_batch *batch);
void wend__access_log_line(struct wend_decoder *decoder, const struct wend_line *line,
                           uint64_t offset, struct wend_batch *batch);
const uint8_t *wend__delimited_line(struct wend_decoder *decoder, const struct wend_line *line,
                                    uint64_t offset, struct wend_batch *batch);

/* Sets the row's wanted fields to what the captures hold. */
void wend__ndjson_values(struct wend_decoder *decoder, struct wend_bytes *row);

/* Decodes the record [at, end) of any format into the batch, unless it is blank. */
void wend__decoder_add(struct wend_decoder *decoder, const uint8_t *at, const uint8_t *end,
                       const uint8_t *limit, uint64_t offset, struct wend_batch *batch);
/* At the end of a batch: WEND_ERROR_MEMORY when some text of it found no room. */
WEND_MUST_CHECK enum wend_status wend__decoder_check_memory(struct wend_decoder *decoder,
                                                            struct wend_error *error);

/* The fields of the batch's next record, all absent. */
static inline struct wend_bytes *wend__decoder_row(struct wend_batch *batch) {
    struct wend_bytes *row = batch->fields + (size_t)batch->record_count * batch->field_count;
    for (uint32_t i = 0; i < batch->field_count; i++) {
        row[i] = WEND_BYTES_ABSENT;
    }
    return row;
}

/* Adds a good record that is just the line; returns its fields, all absent. */
static inline struct wend_bytes *wend__decoder_take(const struct wend_line *line, uint64_t offset,
                                                    struct wend_batch *batch) {
    struct wend_bytes *row = wend__decoder_row(batch);
    batch->records[batch->record_count++] =
        (struct wend_record){wend__bytes(line->start, (size_t)(line->end - line->start)), offset,
                             WEND_REJECT_NONE, WEND_FLAW_NONE};
    return row;
}

/* Behind the line end of the record at `at`; a block's end is an input's end (see chunker.h). */
const uint8_t *wend__decoder_record_end(const struct wend_detected *detected, const uint8_t *at,
                                        const uint8_t *limit);

/* How far a DELIMITED record reaches. */
enum wend_extent {
    WEND_EXTENT_WHOLE,   /* it ends in the bytes at hand */
    WEND_EXTENT_PARTIAL, /* more bytes are needed */
    WEND_EXTENT_CUT      /* longer than max_record, and its end is not in the bytes at hand */
};

/*
 * Looks for the end of the DELIMITED record that starts at `bytes`; the rules are those of
 * chunker.h.
 * `*scanned` and `*in_quotes` (0 and false to start) carry the search on when more bytes are there;
 * with WHOLE, `*end` is behind the record's line end.
 */
enum wend_extent wend__delimited_extent(const uint8_t *bytes, size_t len, bool is_end,
                                        uint8_t separator, size_t max_record, size_t *scanned,
                                        bool *in_quotes, size_t *end);

/*
 * Splits a DELIMITED record, its line end taken off, into cells; `*count` is how many there are, of
 * which the first `capacity` are stored. False when a quoted field is not closed or goes on behind
 * its closing quote.
 */
bool wend__delimited_split(const uint8_t *at, const uint8_t *end, uint8_t separator,
                           struct wend_cell *cells, uint32_t capacity, uint32_t *count);
/* Writes `text` with each pair of quotes as one into out[text.len]; returns the length. */
size_t wend__delimited_unquote(struct wend_bytes text, uint8_t *out);

/* The word [at, end) of an access log; `-` and nothing are absent, everywhere. */
struct wend_bytes wend__access_log_present(const uint8_t *at, const uint8_t *end);
/* Takes digits or `-`, with the blank before them; a blank or the line's end must follow. */
bool wend__access_log_number(const uint8_t **at, const uint8_t *end, struct wend_bytes *word);
/* The `[` of the time: the first one behind a blank; NULL for none. */
const uint8_t *wend__access_log_find_time(const uint8_t *at, const uint8_t *end);
/*
 * The words before ` [`: host ident user, or vhost host ident user. A user may hold blanks (Apache
 * writes the name as it was given); then the word behind the host is the ident, nearly always `-`,
 * which tells the two apart. False when they are something else.
 */
bool wend__access_log_prefix(const uint8_t *at, const uint8_t *end,
                             struct wend_bytes words[WEND_LOG_FIELD_COUNT]);

/*
 * The words of one access-log line, as written; `-` and empty ones are absent, and so are those cut
 * from the request. False: not such a line.
 */
bool wend__access_log_split(const uint8_t *at, const uint8_t *end,
                            struct wend_bytes words[WEND_LOG_FIELD_COUNT]);
/* Takes the escapes out of a word, into `scratch` if there are any. False without memory. */
bool wend__access_log_unescape(struct wend_arena *scratch, struct wend_bytes *text);
/* Cuts method, target, path and protocol from an unescaped request. */
void wend__access_log_request(struct wend_bytes words[WEND_LOG_FIELD_COUNT]);

/* The content of [at, next), which may end with LF, CRLF, CR or nothing. */
static inline const uint8_t *wend__without_line_end(const uint8_t *at, const uint8_t *next) {
    if (next > at && next[-1] == '\n') {
        next--;
    }
    return next > at && next[-1] == '\r' ? next - 1 : next;
}

/* Only blanks, tabs and CR. */
static inline bool wend__is_blank_line(const uint8_t *at, const uint8_t *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r')) {
        at++;
    }
    return at == end;
}

#endif
