/* Stage one with what every processor has: SSE2 on x86-64, else plain C. */
#include "decode/index_levels.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define BODY_TARGET
#define BODY_NAME wend__index_portable
#define BODY_DELIMITED wend__index_delimited_portable

struct block_masks;
struct block_escapes;
struct quoting_masks;
static inline void block_masks(const uint8_t *block, struct block_masks *masks);
static inline void block_escapes(const uint8_t *block, struct block_escapes *kinds);
static inline uint32_t block_utf8(const uint8_t *block);
static inline void block_cells(const uint8_t *block, uint8_t separator,
                               struct quoting_masks *masks);
static inline void block_quotes(uint16_t *out, uint64_t mask, uint32_t at);

#include "decode/index_body.h"

static inline void block_masks(const uint8_t *block, struct block_masks *masks) {
    *masks = (struct block_masks){0};
#if defined(__SSE2__)
    for (int i = 0; i < 64; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(block + i));
        __m128i least = _mm_min_epu8(bytes, _mm_set1_epi8(0x1F));
        uint64_t quote = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
        uint64_t slash = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
        uint64_t newline = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
        uint64_t control = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, least));
        uint64_t high = (unsigned)_mm_movemask_epi8(bytes);
        masks->quote |= quote << i;
        masks->backslash |= slash << i;
        masks->newline |= newline << i;
        masks->control |= control << i;
        masks->high |= high << i;
    }
#else
    for (int i = 0; i < 64; i++) {
        uint8_t c = block[i];
        masks->quote |= (uint64_t)(c == '"') << i;
        masks->backslash |= (uint64_t)(c == '\\') << i;
        masks->newline |= (uint64_t)(c == '\n') << i;
        masks->control |= (uint64_t)(c < 0x20) << i;
        masks->high |= (uint64_t)(c >= 0x80) << i;
    }
#endif
}

/* Few blocks have escapes, so a table does. */
static inline void block_escapes(const uint8_t *block, struct block_escapes *kinds) {
    enum { SIMPLE = 1, HEX = 2, U = 4 };
    static const uint8_t table[256] = {
        ['"'] = SIMPLE, ['\\'] = SIMPLE, ['/'] = SIMPLE, ['b'] = SIMPLE | HEX, ['f'] = SIMPLE | HEX,
        ['n'] = SIMPLE, ['r'] = SIMPLE,  ['t'] = SIMPLE, ['u'] = SIMPLE | U,   ['0'] = HEX,
        ['1'] = HEX,    ['2'] = HEX,     ['3'] = HEX,    ['4'] = HEX,          ['5'] = HEX,
        ['6'] = HEX,    ['7'] = HEX,     ['8'] = HEX,    ['9'] = HEX,          ['a'] = HEX,
        ['c'] = HEX,    ['d'] = HEX,     ['e'] = HEX,    ['A'] = HEX,          ['B'] = HEX,
        ['C'] = HEX,    ['D'] = HEX,     ['E'] = HEX,    ['F'] = HEX};
    *kinds = (struct block_escapes){0};
    for (int i = 0; i < 64; i++) {
        uint64_t kind = table[block[i]];
        kinds->simple |= (kind & 1) << i;
        kinds->hex |= (kind >> 1 & 1) << i;
        kinds->u |= (kind >> 2) << i;
    }
}

/* Left to the second stage, which knows the line. */
static inline uint32_t block_utf8(const uint8_t *block) {
    (void)block;
    return WEND_INDEX_HIGH;
}

static inline void block_cells(const uint8_t *block, uint8_t separator,
                               struct quoting_masks *masks) {
    quoting_cells(block, separator, masks);
}

static inline void block_quotes(uint16_t *out, uint64_t mask, uint32_t at) {
    for (; mask != 0; mask &= mask - 1) {
        *out++ = (uint16_t)(at + (unsigned)__builtin_ctzll(mask));
    }
}

void wend__index_build(struct wend_index *index, const uint8_t *bytes, size_t len, bool is_end,
                       uint32_t max_lines) {
#if defined(__x86_64__)
    if (index->level == WEND_SIMD_AVX512) {
        wend__index_avx512(index, bytes, len, is_end, max_lines);
        return;
    }
    if (index->level == WEND_SIMD_AVX2) {
        wend__index_avx2(index, bytes, len, is_end, max_lines);
        return;
    }
#endif
    wend__index_portable(index, bytes, len, is_end, max_lines);
}

void wend__index_build_delimited(struct wend_index *index, const uint8_t *bytes, size_t len,
                                 bool is_end, uint32_t max_lines, uint8_t separator) {
#if defined(__x86_64__)
    if (index->level == WEND_SIMD_AVX512) {
        wend__index_delimited_avx512(index, bytes, len, is_end, max_lines, separator);
        return;
    }
    if (index->level == WEND_SIMD_AVX2) {
        wend__index_delimited_avx2(index, bytes, len, is_end, max_lines, separator);
        return;
    }
#endif
    wend__index_delimited_portable(index, bytes, len, is_end, max_lines, separator);
}
