/* Stage one with AVX2: a block is two vectors. */
#include "decode/index_levels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define BODY_TARGET __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define BODY_NAME wend__index_avx2
#define BODY_DELIMITED wend__index_delimited_avx2

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

struct block {
    __m256i low;
    __m256i high;
};

BODY_TARGET static inline struct block load(const uint8_t *at) {
    return (struct block){_mm256_loadu_si256((const __m256i *)(const void *)at),
                          _mm256_loadu_si256((const __m256i *)(const void *)(at + 32))};
}

BODY_TARGET static inline uint64_t top_bits(__m256i low, __m256i high) {
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
                                                     << 32;
}

BODY_TARGET static inline uint64_t equals(struct block block, char wanted) {
    __m256i all = _mm256_set1_epi8(wanted);
    return top_bits(_mm256_cmpeq_epi8(block.low, all), _mm256_cmpeq_epi8(block.high, all));
}

/* Bytes of at most `most`: the least of both is the byte itself. */
BODY_TARGET static inline uint64_t at_most(struct block block, uint8_t most) {
    __m256i all = _mm256_set1_epi8((char)most);
    return top_bits(_mm256_cmpeq_epi8(_mm256_min_epu8(block.low, all), block.low),
                    _mm256_cmpeq_epi8(_mm256_min_epu8(block.high, all), block.high));
}

BODY_TARGET static inline void block_masks(const uint8_t *block, struct block_masks *masks) {
    struct block bytes = load(block);
    masks->quote = equals(bytes, '"');
    masks->backslash = equals(bytes, '\\');
    masks->newline = equals(bytes, '\n');
    masks->control = at_most(bytes, 0x1F);
    masks->high = top_bits(bytes.low, bytes.high);
}

BODY_TARGET static inline struct block minus(struct block block, char amount) {
    __m256i all = _mm256_set1_epi8(amount);
    return (struct block){_mm256_sub_epi8(block.low, all), _mm256_sub_epi8(block.high, all)};
}

BODY_TARGET static inline void block_escapes(const uint8_t *block, struct block_escapes *kinds) {
    struct block bytes = load(block);
    __m256i bit = _mm256_set1_epi8(0x20);
    struct block lower = {_mm256_or_si256(bytes.low, bit), _mm256_or_si256(bytes.high, bit)};
    kinds->u = equals(bytes, 'u');
    kinds->simple = kinds->u | equals(bytes, '"') | equals(bytes, '\\') | equals(bytes, '/') |
                    equals(bytes, 'b') | equals(bytes, 'f') | equals(bytes, 'n') |
                    equals(bytes, 'r') | equals(bytes, 't');
    kinds->hex = at_most(minus(bytes, '0'), 9) | at_most(minus(lower, 'a'), 5);
}

BODY_TARGET static inline __m256i look_up(const uint8_t entries[16], __m256i halves) {
    __m128i table = _mm_loadu_si128((const __m128i *)(const void *)entries);
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), halves);
}

BODY_TARGET static inline __m256i utf8_faults(const uint8_t *at) {
    const __m256i half = _mm256_set1_epi8(0x0F);
    __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)at);
    __m256i before = _mm256_loadu_si256((const __m256i *)(const void *)(at - 1));
    __m256i before2 = _mm256_loadu_si256((const __m256i *)(const void *)(at - 2));
    __m256i before3 = _mm256_loadu_si256((const __m256i *)(const void *)(at - 3));
    __m256i faults = _mm256_and_si256(
        _mm256_and_si256(
            look_up(utf8_first_high, _mm256_and_si256(_mm256_srli_epi16(before, 4), half)),
            look_up(utf8_first_low, _mm256_and_si256(before, half))),
        look_up(utf8_second_high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)));
    __m256i third = _mm256_subs_epu8(before2, _mm256_set1_epi8(0x60));
    __m256i fourth = _mm256_subs_epu8(before3, _mm256_set1_epi8(0x70));
    __m256i wanted = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(wanted, faults);
}

BODY_TARGET static inline uint32_t block_utf8(const uint8_t *block) {
    __m256i faults = _mm256_or_si256(utf8_faults(block), utf8_faults(block + 32));
    return _mm256_testz_si256(faults, faults) ? 0 : WEND_INDEX_BAD;
}

BODY_TARGET static inline void block_cells(const uint8_t *block, uint8_t separator,
                                           struct quoting_masks *masks) {
    struct block bytes = load(block);
    masks->separator = equals(bytes, (char)separator);
    masks->quote = equals(bytes, '"');
    masks->newline = equals(bytes, '\n');
}

/* Eight at a time whether there are so many or not: the room behind is there, and how often the
 * loop runs can be foreseen. */
BODY_TARGET static inline void block_quotes(uint16_t *out, uint64_t mask, uint32_t at) {
    while (mask != 0) {
        for (int i = 0; i < 8; i++) {
            out[i] = (uint16_t)(at + (uint32_t)_tzcnt_u64(mask));
            mask = _blsr_u64(mask);
        }
        out += 8;
    }
}
#else
typedef int wend_no_avx2;
#endif
