/*
 * bench.h: times a piece of work several times and prints one line.
 *
 *   name                                  items      ns/item  (least - most)   M items/s
 *   ring 8 B, batch 64                 10000000         5.31  (5.11 - 7.02)        188.3
 *
 * The figure is the median of the rounds; the spread beside it tells how far to trust it. One
 * round before the first is not counted: it warms caches and takes the memory. With --rounds N
 * before anything else N rounds are run in place of 5; other arguments choose the lines whose name
 * contains one of them.
 *
 * Threads: one at a time.
 */
#ifndef WEND_BENCH_BENCH_H
#define WEND_BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BENCH_ROUNDS_MAX = 101 };

/* A bench of one thread may define it as CLOCK_THREAD_CPUTIME_ID: other work then counts less. */
#ifndef BENCH_CLOCK
#define BENCH_CLOCK CLOCK_MONOTONIC
#endif

struct bench {
    uint32_t rounds;
    char **wanted; /* up to a NULL; none: all */
};

static inline struct bench bench_start(int argc, char **argv) {
    struct bench bench = {.rounds = 5, .wanted = argv + 1};
    if (argc > 2 && strcmp(argv[1], "--rounds") == 0) {
        long rounds = strtol(argv[2], NULL, 10);
        bench.rounds = rounds < 1                  ? 1
                       : rounds > BENCH_ROUNDS_MAX ? BENCH_ROUNDS_MAX
                                                   : (uint32_t)rounds;
        bench.wanted = argv + 3;
    }
    printf("%-40s %10s %12s  %-20s %12s\n", "name", "items", "ns/item", "(least - most)",
           "M items/s");
    return bench;
}

static inline bool bench_wants(const struct bench *bench, const char *name) {
    for (char **wanted = bench->wanted; *wanted != NULL; wanted++) {
        if (strstr(name, *wanted) != NULL) {
            return true;
        }
    }
    return bench->wanted[0] == NULL;
}

static inline uint64_t bench_now_ns(void) {
    struct timespec now;
    (void)clock_gettime(BENCH_CLOCK, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static inline int bench_ascending(const void *a, const void *b) {
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

/* A line; sorts the rounds' nanoseconds an item. */
static inline void bench_print(const char *name, uint64_t items, double *ns, uint32_t rounds) {
    char spread[64];
    qsort(ns, rounds, sizeof *ns, bench_ascending);
    double median = ns[rounds / 2];
    (void)snprintf(spread, sizeof spread, "(%.2f - %.2f)", ns[0], ns[rounds - 1]);
    printf("%-40s %10llu %12.2f  %-20s %12.1f\n", name, (unsigned long long)items, median, spread,
           1000.0 / median);
    (void)fflush(stdout);
}

/*
 * Times `body(context)`, which works on `items` items. `prepare` (NULL: nothing) runs before each
 * round, outside of the time.
 */
static inline void bench_run(const struct bench *bench, const char *name, uint64_t items,
                             void (*prepare)(void *), void (*body)(void *), void *context) {
    double ns[BENCH_ROUNDS_MAX];
    if (!bench_wants(bench, name)) {
        return;
    }
    for (uint32_t round = 0; round <= bench->rounds; round++) {
        if (prepare != NULL) {
            prepare(context);
        }
        uint64_t begin = bench_now_ns();
        body(context);
        uint64_t end = bench_now_ns();
        ns[round == 0 ? 0 : round - 1] = (double)(end - begin) / (double)items;
    }
    bench_print(name, items, ns, bench->rounds);
}

/* Ends the program when `done` is false: a bench that fails must not print figures. */
static inline void bench_check(bool done, const char *what) {
    if (!done) {
        (void)fprintf(stderr, "bench: %s failed\n", what);
        exit(1);
    }
}

/* Seeded numbers: SplitMix64 (Sebastiano Vigna, public domain). */
static inline uint64_t bench_random(uint64_t *state) {
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

#endif
