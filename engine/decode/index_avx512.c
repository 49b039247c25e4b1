/* Stage one with AVX-512: a block is one vector, and places are packed by one instruction. */
#include "decode/index_levels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define BODY_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,bmi2,popcnt")))
#define BODY_NAME wend__index_avx512
#define BODY_DELIMITED wend__index_delimited_avx512

struct block_masks;
struct block_escapes;
struct quoting_masks;
BODY_TARGET static inline void block_masks(const uint8_t *block, struct block_masks *masks);
BODY_TARGET static inline void block_escapes(const uint8_t *block, struct block_escapes *kinds);
BODY_TARGET static inline uint32_t block_utf8(const uint8_t *block);
BODY_TARGET static inline void block_cells(const uint8_t *block, uint8_t separator,
                                           struct quoting_masks *masks);
BODY_TARGET static inline void block_quotes(uint16_t *out, uint64_t mask, uint32_t at);

#include "decode/index_body.h"

BODY_TARGET static inline void block_masks(const uint8_t *block, struct block_masks *masks) {
    __m512i bytes = _mm512_loadu_si512(block);
    masks->quote = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"'));
    masks->backslash = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\'));
    masks->newline = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n'));
    masks->control = _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(0x20));
    masks->high = _mm512_movepi8_mask(bytes);
}

BODY_TARGET static inline uint64_t equals(__m512i bytes, char wanted) {
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(wanted));
}

BODY_TARGET static inline void block_escapes(const uint8_t *block, struct block_escapes *kinds) {
    __m512i bytes = _mm512_loadu_si512(block);
    __m512i lower = _mm512_or_si512(bytes, _mm512_set1_epi8(0x20));
    kinds->u = equals(bytes, 'u');
    kinds->simple = kinds->u | equals(bytes, '"') | equals(bytes, '\\') | equals(bytes, '/') |
                    equals(bytes, 'b') | equals(bytes, 'f') | equals(bytes, 'n') |
                    equals(bytes, 'r') | equals(bytes, 't');
    kinds->hex =
        _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8('0')),
                               _mm512_set1_epi8(10)) |
        _mm512_cmplt_epu8_mask(_mm512_sub_epi8(lower, _mm512_set1_epi8('a')), _mm512_set1_epi8(6));
}

BODY_TARGET static inline __m512i table(const uint8_t entries[16]) {
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)entries));
}

BODY_TARGET static inline uint32_t block_utf8(const uint8_t *block) {
    const __m512i half = _mm512_set1_epi8(0x0F);
    __m512i bytes = _mm512_loadu_si512(block);
    __m512i before = _mm512_loadu_si512(block - 1);
    __m512i first_high = _mm512_and_si512(_mm512_srli_epi16(before, 4), half);
    __m512i first_low = _mm512_and_si512(before, half);
    __m512i second_high = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), half);
    __m512i faults =
        _mm512_and_si512(_mm512_and_si512(_mm512_shuffle_epi8(table(utf8_first_high), first_high),
                                          _mm512_shuffle_epi8(table(utf8_first_low), first_low)),
                         _mm512_shuffle_epi8(table(utf8_second_high), second_high));
    __m512i third = _mm512_subs_epu8(_mm512_loadu_si512(block - 2), _mm512_set1_epi8(0x60));
    __m512i fourth = _mm512_subs_epu8(_mm512_loadu_si512(block - 3), _mm512_set1_epi8(0x70));
    __m512i wanted = _mm512_and_si512(_mm512_or_si512(third, fourth), _mm512_set1_epi8((char)0x80));
    return _mm512_cmpneq_epi8_mask(wanted, faults) != 0 ? WEND_INDEX_BAD : 0;
}

BODY_TARGET static inline void block_cells(const uint8_t *block, uint8_t separator,
                                           struct quoting_masks *masks) {
    __m512i bytes = _mm512_loadu_si512(block);
    masks->separator = equals(bytes, (char)separator);
    masks->quote = equals(bytes, '"');
    masks->newline = equals(bytes, '\n');
}

BODY_TARGET static inline void block_quotes(uint16_t *out, uint64_t mask, uint32_t at) {
    const __m512i places = _mm512_set_epi8(
        63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41,
        40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18,
        17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i base = _mm512_set1_epi16((short)at);
    __m512i packed = _mm512_maskz_compress_epi8(mask, places);
    __m512i low = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(packed));
    _mm512_storeu_si512(out, _mm512_add_epi16(low, base));
    if (__builtin_popcountll(mask) > 32) {
        __m512i high = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(packed, 1));
        _mm512_storeu_si512(out + 32, _mm512_add_epi16(high, base));
    }
}
#else
typedef int wend_no_avx512;
#endif
