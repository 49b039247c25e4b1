/*
 * index_body.h: the loop of index.h, written once and compiled for each level.
 *
 * A file that includes it defines before:
 *   BODY_TARGET   the attribute of the level's functions
 *   BODY_NAME     the function's name; BODY_DELIMITED that of the one for delimited text
 * and functions that work on one block of 64 bytes:
 *   block_masks   the bytes that matter, one bit each
 *   block_escapes the bytes that may follow a backslash, the `u` and the hexadecimal digits
 *   block_utf8    whether its UTF-8 is ill-formed; the three bytes before may be read
 *   block_cells   of delimited text the bytes that matter
 *   block_quotes  stores the places of a mask's bits
 */
#ifndef WEND_DECODE_INDEX_BODY_H
#define WEND_DECODE_INDEX_BODY_H

#include "decode/index.h"
#include "decode/quoting.h"

struct block_masks {
    uint64_t quote;
    uint64_t backslash;
    uint64_t newline;
    uint64_t control; /* below 0x20, newlines too */
    uint64_t high;    /* from 0x80 */
};

struct block_escapes {
    uint64_t simple; /* may stand behind a backslash */
    uint64_t u;
    uint64_t hex;
};

/* What one block hands to the next. */
struct block_carry {
    uint64_t escaped; /* its first byte is escaped */
    uint64_t hex;     /* of its first bytes these must be hexadecimal digits */
    uint64_t high;    /* the last three bytes: bits 0 to 2 */
    uint32_t flags;   /* of the line that goes on */
};

/*
 * The bytes behind a backslash that is not escaped itself. In a run of backslashes every second one
 * is escaped: adding the runs' odd starts to the runs carries through exactly those that start at
 * an odd place, and shows where such a run ends.
 */
static inline uint64_t block_escaped(uint64_t backslash, uint64_t *carry) {
    const uint64_t even = UINT64_C(0x5555555555555555);
    backslash &= ~*carry;
    uint64_t follows = backslash << 1 | *carry;
    uint64_t odd_starts = backslash & ~even & ~follows;
    uint64_t sum = odd_starts + backslash;
    *carry = sum < odd_starts;
    return (even ^ sum << 1) & follows;
}

/* A CR right before a LF belongs to the line end; any other control character is none of JSON's,
 * but for a TAB or CR between tokens, which only the parser allows. */
static inline uint64_t block_bad_controls(uint64_t control, uint64_t newline, const uint8_t *block,
                                          bool newline_follows) {
    uint64_t bad = 0;
    uint64_t line_ends = newline >> 1 | (uint64_t)newline_follows << 63;
    for (uint64_t left = control & ~newline; left != 0; left &= left - 1) {
        int bit = __builtin_ctzll(left);
        bad |= block[bit] == '\r' ? ~line_ends & (UINT64_C(1) << bit) : UINT64_C(1) << bit;
    }
    return bad;
}

#endif

#ifdef BODY_NAME

BODY_TARGET static inline uint64_t bad_escapes(const uint8_t *block, uint64_t escaped,
                                               struct block_carry *carry) {
    struct block_escapes kinds;
    block_escapes(block, &kinds);
    uint64_t u = escaped & kinds.u;
    uint64_t digits = u << 1 | u << 2 | u << 3 | u << 4 | carry->hex;
    carry->hex = u >> 63 | u >> 62 | u >> 61 | u >> 60;
    return (escaped & ~kinds.simple) | (digits & ~kinds.hex);
}

BODY_TARGET static inline uint32_t block_flags(const struct block_masks *masks,
                                               const uint8_t *block, uint64_t escaped,
                                               bool newline_follows, struct block_carry *carry) {
    uint64_t bad = 0;
    uint32_t flags = 0;
    if (masks->control != masks->newline) {
        bad = block_bad_controls(masks->control, masks->newline, block, newline_follows);
    }
    if ((escaped | carry->hex) != 0) {
        bad |= bad_escapes(block, escaped, carry);
    }
    if ((masks->high | carry->high) != 0) {
        flags |= block_utf8(block);
    }
    carry->high = masks->high >> 61;
    flags |= bad != 0 ? WEND_INDEX_BAD : 0;
    return flags | (masks->backslash != 0 ? WEND_INDEX_ESCAPES : 0);
}

/* The first block, before which nothing may be read, and the last: a copy with 16 bytes of what
 * is before and, behind the input, a LF and blanks. */
static const uint8_t *block_copy(uint8_t copy[16 + 64], const uint8_t *bytes, size_t len,
                                 size_t at) {
    size_t before = at < 16 ? at : 16;
    size_t size = len - at < 64 ? len - at : 64;
    memset(copy, ' ', 16 + 64);
    if (before > 0) {
        memcpy(copy + 16 - before, bytes + at - before, before);
    }
    if (size > 0) {
        memcpy(copy + 16, bytes + at, size);
    }
    if (size < 64) {
        copy[16 + size] = '\n';
    }
    return copy + 16;
}

/* Adds the lines that end in a block; `carry` are the flags of the one that goes on. */
BODY_TARGET static inline uint32_t add_lines(struct wend_index *index, uint32_t line_count,
                                             const struct block_masks *masks, size_t at,
                                             uint32_t quote_count, uint32_t flags,
                                             uint32_t *carry) {
    uint32_t line_flags = flags | *carry;
    for (uint64_t left = masks->newline; left != 0; left &= left - 1) {
        int bit = __builtin_ctzll(left);
        uint64_t before = masks->quote & ~(UINT64_MAX << bit);
        index->lines[line_count++] = (struct wend_index_line){
            (uint16_t)(at + (unsigned)bit),
            (uint16_t)(quote_count + (unsigned)__builtin_popcountll(before)), line_flags};
        line_flags = flags;
    }
    *carry = line_flags;
    return line_count;
}

/* A LF was put behind the input; it ends nothing where the input ends with one: 1. */
static inline uint32_t ends_twice(const struct wend_index *index, uint32_t line_count,
                                  const uint8_t *bytes, size_t len, bool is_end) {
    return is_end && line_count > 0 && index->lines[line_count - 1].end == len &&
           (len == 0 || bytes[len - 1] == '\n');
}

BODY_TARGET void BODY_NAME(struct wend_index *index, const uint8_t *bytes, size_t len, bool is_end,
                           uint32_t max_lines);

BODY_TARGET void BODY_NAME(struct wend_index *index, const uint8_t *bytes, size_t len, bool is_end,
                           uint32_t max_lines) {
    struct block_carry carry = {0};
    uint32_t line_count = 0;
    uint32_t quote_count = 0;
    uint8_t copy[16 + 64];
    size_t block_count = len / 64 + is_end;
    for (size_t b = 0; b < block_count && line_count < max_lines; b++) {
        size_t at = b * 64;
        bool is_whole = at > 0 && len - at >= 64;
        const uint8_t *block = is_whole ? bytes + at : block_copy(copy, bytes, len, at);
        struct block_masks masks;
        block_masks(block, &masks);
        uint64_t escaped = carry.escaped;
        index->backslashes[b] = masks.backslash;
        if (masks.backslash != 0) {
            escaped = block_escaped(masks.backslash, &carry.escaped);
            masks.quote &= ~escaped;
        } else {
            masks.quote &= ~escaped;
            carry.escaped = 0;
        }
        bool newline_follows = at + 64 >= len || bytes[at + 64] == '\n';
        uint32_t flags = block_flags(&masks, block, escaped, newline_follows, &carry);
        block_quotes(index->quotes + quote_count, masks.quote, (uint32_t)at);
        line_count = add_lines(index, line_count, &masks, at, quote_count, flags, &carry.flags);
        quote_count += (unsigned)__builtin_popcountll(masks.quote);
    }
    index->line_count = line_count - ends_twice(index, line_count, bytes, len, is_end);
}

BODY_TARGET void BODY_DELIMITED(struct wend_index *index, const uint8_t *bytes, size_t len,
                                bool is_end, uint32_t max_lines, uint8_t separator);

BODY_TARGET void BODY_DELIMITED(struct wend_index *index, const uint8_t *bytes, size_t len,
                                bool is_end, uint32_t max_lines, uint8_t separator) {
    uint32_t line_count = 0;
    uint32_t quote_count = 0;
    uint32_t carry = 0;
    uint8_t copy[16 + 64];
    struct quoting quoting = {.starts = 1};
    size_t block_count = len / 64 + is_end;
    bool is_known = true;
    for (size_t b = 0; b < block_count && line_count < max_lines && is_known; b++) {
        size_t at = b * 64;
        const uint8_t *block = len - at >= 64 ? bytes + at : block_copy(copy, bytes, len, at);
        struct quoting_masks cells;
        block_cells(block, separator, &cells);
        if (block == copy + 16) {
            /* Nothing behind the input's end is a separator, whichever byte that is. */
            cells.separator &= ~(UINT64_MAX << (len - at));
        }
        bool lf_follows = at + 64 >= len || bytes[at + 64] == '\n';
        is_known = quoting_step(&quoting, &cells, block, lf_follows);
        struct block_masks masks = {.quote = cells.separator, .newline = cells.newline};
        block_quotes(index->quotes + quote_count, masks.quote, (uint32_t)at);
        line_count = add_lines(index, line_count, &masks, at, quote_count, 0, &carry);
        quote_count += (unsigned)__builtin_popcountll(masks.quote);
    }
    index->line_count = line_count - ends_twice(index, line_count, bytes, len, is_end);
}

#endif
