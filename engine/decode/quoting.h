/*
 * quoting.h: what is inside of quotes in delimited text, 64 bytes at a time.
 *
 * Taking each quote as the start or the end of quoted text by turns is right as long as each one
 * that starts some stands where a field starts (or right behind one that ends some: a doubled
 * quote), and behind each one that ends some a field ends. So far everything is known; at the first
 * byte of another kind, like the inch in `5" pipe`, the bits end, and the ways that go byte by byte
 * take over.
 *
 *   a,"b ""c"", d",e
 *     ^   ^^^^^        starts
 *     ^~~~ ^~~ ~~~     inside: separators and line ends there are text
 * Threads: pure functions.
 */
#ifndef WEND_DECODE_QUOTING_H
#define WEND_DECODE_QUOTING_H

#include "base/bytes.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* What one block hands to the next. {0, 1, 0} where a record starts. */
struct quoting {
    uint64_t inside; /* all ones: its first byte is quoted */
    uint64_t starts; /* bit 0: its first byte may be a quote that starts quoted text */
    uint64_t ended;  /* bit 0: the byte before it is a quote that ends some */
};

/* The bytes of a block. */
struct quoting_masks {
    uint64_t separator;
    uint64_t newline;
    uint64_t quote;
};

/* The bytes of a block that are `wanted`. */
static inline uint64_t quoting_equals(const uint8_t *block, uint8_t wanted) {
    uint64_t found = 0;
#if defined(__SSE2__)
    for (int i = 0; i < 64; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(block + i));
        __m128i equal = _mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)wanted));
        found |= (uint64_t)(unsigned)_mm_movemask_epi8(equal) << i;
    }
#else
    for (int i = 0; i < 64; i++) {
        found |= (uint64_t)(block[i] == wanted) << i;
    }
#endif
    return found;
}

/* The masks of a block, with what every processor has. */
static inline void quoting_cells(const uint8_t *block, uint8_t separator,
                                 struct quoting_masks *masks) {
    masks->separator = quoting_equals(block, separator);
    masks->newline = quoting_equals(block, '\n');
    masks->quote = quoting_equals(block, '"');
}

/* Bit i: whether an odd number of bits up to i are set. */
static inline uint64_t quoting_parity(uint64_t bits) {
    for (int shift = 1; shift < 64; shift *= 2) {
        bits ^= bits << shift;
    }
    return bits;
}

/* CR and LF may follow a quote; `lf_follows` is what stands behind the block. */
static inline uint64_t quoting_without_crlf(uint64_t bits, const uint8_t *block, bool lf_follows) {
    uint64_t kept = bits;
    for (uint64_t left = bits; left != 0; left &= left - 1) {
        int bit = __builtin_ctzll(left);
        bool has_lf = bit == 63 ? lf_follows : block[bit + 1] == '\n';
        kept ^= (uint64_t)(block[bit] == '\r' && has_lf) << bit;
    }
    return kept;
}

/*
 * Takes quoted separators and line ends out of the masks of a block; false when some byte ends what
 * can be told by bits. Then the masks end before it.
 */
static inline bool quoting_step(struct quoting *quoting, struct quoting_masks *masks,
                                const uint8_t *block, bool lf_follows) {
    if ((masks->quote | quoting->inside | quoting->ended) == 0) {
        quoting->starts = (masks->separator | masks->newline) >> 63;
        return true;
    }
    uint64_t inside = quoting_parity(masks->quote) ^ quoting->inside;
    uint64_t separator = masks->separator & ~inside;
    uint64_t newline = masks->newline & ~inside;
    uint64_t ends = masks->quote & ~inside;
    uint64_t starts = separator | newline | ends;
    uint64_t wrong = masks->quote & inside & ~(starts << 1 | quoting->starts);
    uint64_t behind = (ends << 1 | quoting->ended) & ~(separator | newline | masks->quote);
    wrong |= quoting_without_crlf(behind, block, lf_follows);
    *quoting = (struct quoting){(uint64_t)0 - (inside >> 63), starts >> 63, ends >> 63};
    uint64_t known = wrong == 0 ? UINT64_MAX : (wrong & (0 - wrong)) - 1;
    masks->separator = separator & known;
    masks->newline = newline & known;
    return wrong == 0;
}

#endif
