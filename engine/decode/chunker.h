/*
 * chunker.h: where blocks may be cut so that every block holds whole records.
 *
 * The reader of an input asks, for each buffer that it has filled, how many bytes at its front are
 * whole records; it hands these to a decoder and carries the rest to the front of its next buffer:
 *
 *   buffer   | skip | take: whole records            | rest: moves to the next buffer |
 *            ^      ^ the block for the decoder      ^
 *            rest of an over-long record, nobody needs it
 *
 * Where a record ends depends on the input alone, never on the cuts: any buffer size and any fill
 * gives the same records.
 *
 * What ends a record, and why a state is needed:
 *  - NDJSON, access log: the next LF.
 *  - DELIMITED: the next LF outside quotes. A quoted field that is not closed within the record's
 *    first max_record bytes, or by the end of the input, was never meant as one: the record ends at
 *    its first line break, and reading goes on behind it.
 *  - A record of more than max_record bytes (its line end not counted) ends at the first LF behind
 *    that limit; quotes no longer count there. Its rest is never buffered: the chunker hands out
 *    its first max_record + 2 bytes as the last, unfinished record of a block, which the decoder
 *    then rejects for its size, and skips to the LF.
 *
 * The buffer must hold max_record + WEND_CHUNKER_SLACK bytes and one more; then every call on a
 * full buffer makes progress.
 * Threads: one chunker an input, one thread at a time.
 */
#ifndef WEND_DECODE_CHUNKER_H
#define WEND_DECODE_CHUNKER_H

#include "base/bytes.h"
#include "model/format.h"

/* A rest is at most this much longer than max_record: CR, and the byte that shows it is too long.
 */
#define WEND_CHUNKER_SLACK 2U

struct wend_detected;

struct wend_chunker {
    enum wend_format_kind kind;
    uint8_t separator;
    size_t max_record;
    bool is_skipping; /* inside the rest of an over-long record */
    bool in_quotes;   /* at `scanned`; DELIMITED */
    size_t scanned;   /* bytes of the rest that need no second look */
};

struct wend_chunk {
    size_t skip; /* bytes at the front to be dropped */
    size_t take; /* bytes behind them that are whole records; 0: more input is needed */
    bool is_cut; /* the last record of `take` is the first part of an over-long one */
};

/* Starts at the first record of an input (behind `data_offset`). */
void wend__chunker_init(struct wend_chunker *chunker, const struct wend_detected *detected);

/*
 * Divides the `len` bytes at `bytes`, of which `is_end` says that the input ends behind them (then
 * skip + take is len: the last record may lack its line end). The caller hands the bytes behind
 * skip + take in again, unchanged, at the front of the next call's bytes; behind a cut there are
 * such bytes too, and the next call tells how many of them to skip.
 */
struct wend_chunk wend__chunker_next(struct wend_chunker *chunker, const uint8_t *bytes, size_t len,
                                     bool is_end);

#endif
