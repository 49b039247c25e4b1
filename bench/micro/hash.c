/* The hashes of base/hash.h: keys as long as customer ids are, and keys of a few words. */
#define BENCH_CLOCK CLOCK_THREAD_CPUTIME_ID
#include "bench.h"

#include "base/hash.h"

enum { KEYS = 4096, REPEATS = 1000, KEY_MAX = 64 };

struct work {
    uint8_t bytes[KEYS][KEY_MAX];
    size_t len;
    uint64_t sum;
};

static void hash_128(void *context) {
    struct work *work = context;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        for (size_t i = 0; i < KEYS; i++) {
            struct wend_hash128 hash = wend__hash128(wend__bytes(work->bytes[i], work->len), 7);
            work->sum += hash.high ^ hash.low;
        }
    }
}

static void hash_64(void *context) {
    struct work *work = context;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        for (size_t i = 0; i < KEYS; i++) {
            work->sum += wend__hash64(wend__bytes(work->bytes[i], work->len), 7);
        }
    }
}

static void hash_words(void *context) {
    struct work *work = context;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        for (size_t i = 0; i < KEYS; i++) {
            work->sum += wend__hash_words(work->bytes[i], work->len, 7);
        }
    }
}

int main(int argc, char **argv) {
    struct bench bench = bench_start(argc, argv);
    static struct work work;
    static const size_t lens[] = {8, 16, 36};
    uint64_t state = 1;
    for (size_t i = 0; i < sizeof work.bytes / 8; i++) {
        uint64_t draw = bench_random(&state);
        memcpy((uint8_t *)work.bytes + i * 8, &draw, 8);
    }
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        char name[64];
        work.len = lens[i];
        (void)snprintf(name, sizeof name, "hash128, %zu B", work.len);
        bench_run(&bench, name, (uint64_t)KEYS * REPEATS, NULL, hash_128, &work);
        (void)snprintf(name, sizeof name, "hash64, %zu B", work.len);
        bench_run(&bench, name, (uint64_t)KEYS * REPEATS, NULL, hash_64, &work);
        (void)snprintf(name, sizeof name, "hash of words, %zu B", work.len);
        bench_run(&bench, name, (uint64_t)KEYS * REPEATS, NULL, hash_words, &work);
    }
    bench_check(work.sum != 0, "hash");
    return 0;
}
