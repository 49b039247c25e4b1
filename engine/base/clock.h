/* clock.h: the two clocks. Results never depend on them but for `now` at the start of a run. */
#ifndef WEND_BASE_CLOCK_H
#define WEND_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t wend__clock_us(clockid_t clock) {
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Microseconds since 1970-01-01 UTC. */
static inline int64_t wend__clock_wall_us(void) {
    return wend__clock_us(CLOCK_REALTIME);
}

/* Microseconds that only run forward, for rates and progress. */
static inline int64_t wend__clock_monotonic_us(void) {
    return wend__clock_us(CLOCK_MONOTONIC);
}

#endif
