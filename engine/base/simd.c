#include "base/simd.h"

#include <stdlib.h>
#include <string.h>

static enum wend_simd best_level(void) {
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2")) {
        return WEND_SIMD_PORTABLE;
    }
    if (!__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512vl") ||
        !__builtin_cpu_supports("avx512vbmi2")) {
        return WEND_SIMD_AVX2;
    }
    return WEND_SIMD_AVX512;
#else
    return WEND_SIMD_PORTABLE;
#endif
}

const char *wend__simd_name(enum wend_simd level) {
    static const char *const names[WEND_SIMD_COUNT] = {"portable", "avx2", "avx512"};
    return names[level];
}

enum wend_simd wend__simd_choose(void) {
    enum wend_simd best = best_level();
    const char *wanted = getenv("WEND_SIMD");
    for (int level = 0; wanted != NULL && level <= (int)best; level++) {
        if (strcmp(wanted, wend__simd_name((enum wend_simd)level)) == 0) {
            return (enum wend_simd)level;
        }
    }
    return best;
}
