/* Quantile sketches: adding to few and to many, merging, asking. */
#include "bench.h"

#include "ds/sketch.h"

#include <math.h>

enum { VALUES = 4 * 1000 * 1000, SKETCHES_MAX = 1000 * 1000 };

struct work {
    int64_t *values;
    struct wend_sketch *sketches;
    uint32_t sketch_count;
    int64_t answer; /* what was asked is used */
};

static void clear(void *context) {
    struct work *work = context;
    for (uint32_t i = 0; i < work->sketch_count; i++) {
        wend__sketch_deinit(&work->sketches[i]);
    }
}

static void add(void *context) {
    struct work *work = context;
    uint64_t state = 3;
    for (uint32_t i = 0; i < VALUES; i++) {
        uint64_t at = bench_random(&state) % work->sketch_count;
        bench_check(wend__sketch_add(&work->sketches[at], work->values[i]), "memory");
    }
}

/* Merges all into one. */
static void merge(void *context) {
    struct work *work = context;
    struct wend_sketch all = {0};
    for (uint32_t i = 0; i < work->sketch_count; i++) {
        bench_check(wend__sketch_merge(&all, &work->sketches[i]), "memory");
    }
    work->answer += wend__sketch_quantile(&all, 1, 2);
    wend__sketch_deinit(&all);
}

static void ask(void *context) {
    struct work *work = context;
    for (uint32_t i = 0; i < work->sketch_count; i++) {
        work->answer += wend__sketch_quantile(&work->sketches[i], 9, 10);
    }
}

int main(int argc, char **argv) {
    struct bench bench = bench_start(argc, argv);
    static const uint32_t counts[] = {1, 1600, 100000, SKETCHES_MAX};
    struct work work = {.values = malloc(VALUES * sizeof(int64_t)),
                        .sketches = calloc(SKETCHES_MAX, sizeof(struct wend_sketch))};
    bench_check(work.values != NULL && work.sketches != NULL, "memory");
    /* Times between clicks: half of them below 12 s, a tenth above 2 minutes. */
    uint64_t state = 2;
    for (uint32_t i = 0; i < VALUES; i++) {
        double sum = -6.0;
        for (int k = 0; k < 12; k++) {
            sum += (double)(bench_random(&state) >> 11) / 9007199254740992.0;
        }
        work.values[i] = (int64_t)(12e6 * exp(1.8 * sum));
    }
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        char name[64];
        work.sketch_count = counts[c];
        (void)snprintf(name, sizeof name, "sketch add, %u sketches", (unsigned)counts[c]);
        bench_run(&bench, name, VALUES, clear, add, &work);
        clear(&work);
        add(&work);
        size_t bytes = 0;
        for (uint32_t i = 0; i < work.sketch_count; i++) {
            bytes += sizeof work.sketches[i] + wend__sketch_heap_bytes(&work.sketches[i]);
        }
        printf("%-40s %10.1f bytes a sketch\n", "", (double)bytes / counts[c]);
        (void)snprintf(name, sizeof name, "sketch merge, %u sketches", (unsigned)counts[c]);
        bench_run(&bench, name, work.sketch_count, NULL, merge, &work);
        (void)snprintf(name, sizeof name, "sketch quantile, %u sketches", (unsigned)counts[c]);
        bench_run(&bench, name, work.sketch_count, NULL, ask, &work);
        clear(&work);
    }
    free(work.values);
    free(work.sketches);
    return work.answer == 0;
}
