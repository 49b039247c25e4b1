/* Comparing the pieces of a shape with a line; all are compared, for a mismatch is rare. */
#include "decode/shape.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define TARGET_AVX512                                                                              \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,bmi2,popcnt")))
#endif

static inline const uint8_t *piece_at(const struct wend_shape_piece *piece,
                                      const struct wend_line *line) {
    return line->window + line->quotes[piece->place.quote] + piece->place.delta;
}

bool wend__shape_pieces_portable(const struct wend_shape *shape, const struct wend_line *line) {
    uint32_t differing = 0;
    for (uint32_t i = 0; i < shape->piece_count; i++) {
        const struct wend_shape_piece *piece = &shape->pieces[i];
        const uint8_t *at = piece_at(piece, line);
#if defined(__SSE2__)
        const __m128i *bytes = (const __m128i *)(const void *)piece->bytes;
        const __m128i *found = (const __m128i *)(const void *)at;
        uint32_t low = (uint32_t)_mm_movemask_epi8(
            _mm_cmpeq_epi8(_mm_loadu_si128(bytes), _mm_loadu_si128(found)));
        uint32_t high = (uint32_t)_mm_movemask_epi8(
            _mm_cmpeq_epi8(_mm_loadu_si128(bytes + 1), _mm_loadu_si128(found + 1)));
        differing |= ~(low | high << 16) & piece->mask;
#else
        size_t len = (size_t)__builtin_popcount(piece->mask);
        differing |= memcmp(at, piece->bytes, len) != 0;
#endif
    }
    return differing == 0;
}

#if defined(__x86_64__)
TARGET_AVX2 bool wend__shape_pieces_avx2(const struct wend_shape *shape,
                                         const struct wend_line *line) {
    uint32_t differing = 0;
    for (uint32_t i = 0; i < shape->piece_count; i++) {
        const struct wend_shape_piece *piece = &shape->pieces[i];
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)piece->bytes);
        __m256i found = _mm256_loadu_si256((const __m256i *)(const void *)piece_at(piece, line));
        uint32_t equal = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, found));
        differing |= ~equal & piece->mask;
    }
    return differing == 0;
}

TARGET_AVX512 bool wend__shape_pieces_avx512(const struct wend_shape *shape,
                                             const struct wend_line *line) {
    uint32_t differing = 0;
    for (uint32_t i = 0; i < shape->piece_count; i++) {
        const struct wend_shape_piece *piece = &shape->pieces[i];
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)piece->bytes);
        __m256i found = _mm256_loadu_si256((const __m256i *)(const void *)piece_at(piece, line));
        differing |= _mm256_mask_cmpneq_epi8_mask(piece->mask, bytes, found);
    }
    return differing == 0;
}
#endif
