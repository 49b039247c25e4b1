/*
 * parquet_tool: what the tests of other Parquet readers need of wend's own.
 *
 *     parquet_tool samples DIRECTORY    writes sample files and their rows as JSON lines
 */
#include "parquet_samples.h"

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "samples") == 0) {
        return write_samples(argv[2]) ? 0 : 1;
    }
    fprintf(stderr, "usage: parquet_tool samples DIRECTORY\n");
    return 2;
}
