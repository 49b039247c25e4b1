/*
 * at_level.c: runs a test with one level of instructions.
 *
 * Usage: at_level LEVEL COMMAND [ARGUMENT...]
 *
 * COMMAND runs with WEND_SIMD=LEVEL; where the processor lacks the level, nothing runs, and the
 * exit code 77 tells ctest so.
 */
#include "base/simd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc < 3 || setenv("WEND_SIMD", argv[1], 1) != 0) {
        fprintf(stderr, "usage: at_level LEVEL COMMAND [ARGUMENT...]\n");
        return 2;
    }
    const char *taken = wend__simd_name(wend__simd_choose());
    if (strcmp(taken, argv[1]) != 0) {
        printf("skip  the processor lacks %s; its best is %s\n0 passed, 0 failed, 1 skipped\n",
               argv[1], taken);
        return 77;
    }
    (void)execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 1;
}
