/* The flat table as the aggregates use it: keys of three numbers, values of 48 bytes. */
#include "bench.h"

#include "ds/table.h"

enum { LOOKUPS = 4 * 1000 * 1000 };

struct key {
    uint32_t group;
    uint32_t from;
    uint32_t to;
};

struct value {
    uint64_t count;
    uint64_t rest[5];
};

struct lookups {
    struct wend_table table;
    struct key *keys; /* LOOKUPS of them, drawn from the distinct ones */
};

static void empty_table(void *context) {
    struct lookups *lookups = context;
    wend__table_deinit(&lookups->table);
}

static void count_all(void *context) {
    struct lookups *lookups = context;
    for (size_t i = 0; i < LOOKUPS; i++) {
        size_t index;
        bench_check(wend__table_find_or_add(&lookups->table, &lookups->keys[i], &index), "memory");
        struct value *value = wend__table_value(&lookups->table, index);
        value->count += 1;
    }
}

int main(int argc, char **argv) {
    struct bench bench = bench_start(argc, argv);
    static const uint32_t distinct[] = {1600, 100000, 2000000};
    struct lookups lookups = {.keys = malloc(LOOKUPS * sizeof(struct key))};
    bench_check(lookups.keys != NULL, "memory");
    wend__table_init(&lookups.table, sizeof(struct key), sizeof(struct value), 7);
    for (size_t d = 0; d < 3; d++) {
        uint64_t state = 1;
        for (size_t i = 0; i < LOOKUPS; i++) {
            uint32_t number = (uint32_t)(bench_random(&state) % distinct[d]);
            lookups.keys[i] = (struct key){number / 40000, number / 200 % 200, number % 200};
        }
        char name[64];
        (void)snprintf(name, sizeof name, "table %u keys, filling", (unsigned)distinct[d]);
        bench_run(&bench, name, LOOKUPS, empty_table, count_all, &lookups);
        (void)snprintf(name, sizeof name, "table %u keys, counting", (unsigned)distinct[d]);
        bench_run(&bench, name, LOOKUPS, NULL, count_all, &lookups);
        wend__table_deinit(&lookups.table);
    }
    free(lookups.keys);
    return 0;
}
