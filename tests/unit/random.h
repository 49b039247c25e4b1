/* random.h: seeded numbers for tests: SplitMix64 (Sebastiano Vigna, public domain). */
#ifndef WEND_TESTS_UNIT_RANDOM_H
#define WEND_TESTS_UNIT_RANDOM_H

#include <stdint.h>

/* The next number of the sequence that `*state` started as a seed. */
static inline uint64_t next_random(uint64_t *state) {
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* A number from 0 up to, not including, `end`. */
static inline uint64_t random_below(uint64_t *state, uint64_t end) {
    return next_random(state) % end;
}

#endif
