/*
 * Events of many customers with one session each, whose paths are nearly all different: for merging
 * snapshots. Half of the paths are the same for every seed.
 *
 * Usage: many_paths PATHS SEED >FILE
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define STEPS 5
#define NAMES 40

static uint64_t mix(uint64_t value) {
    value = (value ^ value >> 31) * UINT64_C(0x7FB5D329728EA185);
    value = (value ^ value >> 27) * UINT64_C(0x81DADEF4BC2DD44D);
    return value ^ value >> 33;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        (void)fprintf(stderr, "usage: many_paths PATHS SEED >FILE\n");
        return 2;
    }
    uint64_t paths = strtoull(argv[1], NULL, 10);
    uint64_t seed = strtoull(argv[2], NULL, 10);
    for (uint64_t path = 0; path < paths; path++) {
        uint64_t value = mix((path % 2 == 0 ? 0 : seed << 40) + path + 1);
        unsigned name = NAMES;
        for (unsigned step = 0; step < STEPS; step++) {
            unsigned next = (unsigned)(value % (NAMES - 1));
            name = next + (next >= name); /* never twice in a row */
            value /= NAMES - 1;
            printf("{\"time\":\"2025-03-06T%02u:%02u:%02u.000Z\",\"user_id\":\"s%" PRIu64
                   "c%" PRIu64 "\",\"event\":\"touchpoint_%u\"}\n",
                   (unsigned)(path / 3600 % 24), (unsigned)(path / 60 % 60), (unsigned)(path % 60),
                   seed, path, name);
        }
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
