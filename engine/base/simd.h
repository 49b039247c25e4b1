/*
 * simd.h: which vector instructions the engine may use.
 *
 * Code for a level stands in functions of its own with target attributes, so that one build runs
 * everywhere. No result depends on the level. The environment variable WEND_SIMD (avx512, avx2,
 * portable) asks for one; what the processor lacks, and any other text, is not taken.
 * Threads: safe while nobody changes the environment.
 */
#ifndef WEND_BASE_SIMD_H
#define WEND_BASE_SIMD_H

enum wend_simd {
    WEND_SIMD_PORTABLE, /* the baseline of the target: SSE2 on x86-64, else plain C */
    WEND_SIMD_AVX2,     /* and BMI2 */
    WEND_SIMD_AVX512,   /* BW, VL, VBMI2: Ice Lake, Zen 4 and later */
    WEND_SIMD_COUNT
};

/* The level that WEND_SIMD asks for where the processor has it, else the best that it has. */
enum wend_simd wend__simd_choose(void);

/* "portable", "avx2", "avx512". */
const char *wend__simd_name(enum wend_simd level);

#endif
