/*
 * index.h: where the quotes and the lines of a piece of NDJSON are, found 64 bytes at a time.
 *
 * It is the first stage of the fast path (ndjson.c). Beside the places it checks everything that
 * can be checked without knowing what is a string: escapes, control characters, UTF-8. What is left
 * to the second stage is the grammar between the quotes.
 *
 *   {"a":"x\"y","b":1}\n        a quote behind a backslash is none: it is not listed
 *    ^ ^ ^    ^ ^ ^   ^
 *    quotes           lines[0].end
 *
 * Terms: *window* = the bytes that are indexed at once; it starts at a record, and places count
 * from its start. In a line with an even number of quotes they open and close strings by turns, for
 * a line end is never a part of a string.
 * Threads: one at a time.
 */
#ifndef WEND_DECODE_INDEX_H
#define WEND_DECODE_INDEX_H

#include "base/bytes.h"
#include "base/simd.h"

/* Places are 16 bits wide: all blocks of 64 bytes below 2^16 but the last. */
#define WEND_INDEX_WINDOW 65472U
/* Room behind the last place, for a whole block is stored at once. */
#define WEND_INDEX_SLACK 64U
#define WEND_INDEX_LINES 256U

enum wend_index_flag {
    WEND_INDEX_BAD = 1,     /* may be invalid, and may be not: only the parser tells */
    WEND_INDEX_ESCAPES = 2, /* a backslash is in it, or near */
    WEND_INDEX_HIGH = 4     /* bytes from 0x80, not checked */
};

struct wend_index_line {
    uint16_t end;       /* of its LF, or of the window's end */
    uint16_t quote_end; /* quotes up to here */
    uint32_t flags;
};

struct wend_index {
    enum wend_simd level;
    uint32_t line_count;
    struct wend_index_line lines[WEND_INDEX_LINES + WEND_INDEX_SLACK];
    uint16_t quotes[WEND_INDEX_WINDOW + 2 * WEND_INDEX_SLACK];
    uint64_t backslashes[WEND_INDEX_WINDOW / 64 + 2]; /* one bit a byte */
};

/*
 * Indexes the window [bytes, bytes + len) up to the block in which line `max_lines` (at most
 * WEND_INDEX_LINES) ends. `len` is at most WEND_INDEX_WINDOW. Unless `is_end`, `len` is a multiple
 * of 64 and the rest of the last line is left out; with it, the last line may lack its LF. Nothing
 * outside the window is read.
 */
void wend__index_build(struct wend_index *index, const uint8_t *bytes, size_t len, bool is_end,
                       uint32_t max_lines);

/*
 * The same for delimited text: a line is a record, and `quotes` are the places of its separators;
 * those that are quoted do not count (quoting.h), and there are no flags. The window must start
 * where a record starts; it ends before a line whose quotes are not plain.
 */
void wend__index_build_delimited(struct wend_index *index, const uint8_t *bytes, size_t len,
                                 bool is_end, uint32_t max_lines, uint8_t separator);

/* A line of a window. */
struct wend_line {
    const struct wend_index *index;
    const uint8_t *window;
    const uint16_t *quotes; /* of the line; of delimited text its separators */
    uint32_t quote_count;
    uint32_t flags;
    const uint8_t *start;
    const uint8_t *end;   /* without the line end */
    const uint8_t *next;  /* behind the line end */
    const uint8_t *limit; /* how far may be read */
};

/* Whether a backslash stands in [start, end) of the window. */
static inline bool wend__index_has_backslash(const struct wend_index *index, size_t start,
                                             size_t end) {
    size_t word = start / 64;
    uint64_t bits = index->backslashes[word] & (UINT64_MAX << start % 64);
    while (word < end / 64) {
        if (bits != 0) {
            return true;
        }
        bits = index->backslashes[++word];
    }
    return (bits & ~(UINT64_MAX << end % 64)) != 0;
}

#endif
