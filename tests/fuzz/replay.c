/*
 * replay.c: runs the inputs of a corpus through a fuzz target, without libFuzzer.
 *
 * Usage: fuzz_NAME_replay FILE-OR-DIRECTORY...
 *
 * Each input is given whole and cut short at up to 64 places. It ends at the end of a page, and
 * the page behind cannot be read, so that reading one byte too far faults in every build.
 * A target that finds a fault aborts; the last line on stderr then names the input.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_INPUT_BYTES ((size_t)1 << 24)
#define MAX_CUTS 64U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static size_t input_count;

static void die(const char *what, const char *path) {
    fprintf(stderr, "replay: %s %s: %s\n", what, path, strerror(errno));
    exit(1);
}

/* Pages for `len` bytes with a guard behind; the bytes begin at the returned place. */
static uint8_t *map_before_guard(size_t len, void **mapping, size_t *mapping_bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t data_bytes = (len + page - 1) / page * page;
    *mapping_bytes = data_bytes + page;
    int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
    if (zero < 0) {
        die("cannot open", "/dev/zero");
    }
    *mapping = mmap(NULL, *mapping_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0);
    close(zero);
    if (*mapping == MAP_FAILED || mprotect((uint8_t *)*mapping + data_bytes, page, PROT_NONE)) {
        die("cannot map", "a guarded page");
    }
    return (uint8_t *)*mapping + data_bytes - len;
}

static void run(const uint8_t *data, size_t len) {
    void *mapping;
    size_t mapping_bytes;
    uint8_t *copy = map_before_guard(len, &mapping, &mapping_bytes);
    if (len) {
        memcpy(copy, data, len);
    }
    (void)LLVMFuzzerTestOneInput(copy, len);
    munmap(mapping, mapping_bytes);
}

static void run_file(const char *path) {
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(MAX_INPUT_BYTES);
    if (!file || !data) {
        die("cannot read", path);
    }
    size_t len = fread(data, 1, MAX_INPUT_BYTES, file);
    if (ferror(file) || len == MAX_INPUT_BYTES) {
        die("cannot read all of", path);
    }
    fclose(file);
    fprintf(stderr, "replay: %s\n", path);
    run(data, len);
    size_t step = len / MAX_CUTS + 1;
    for (size_t cut = 0; cut < len; cut += step) {
        run(data, cut);
    }
    free(data);
    input_count++;
}

static void run_directory(const char *path) {
    DIR *directory = opendir(path);
    if (!directory) {
        die("cannot open", path);
    }
    struct dirent *entry;
    while ((entry = readdir(directory))) {
        char name[4096];
        int len = snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.' && len > 0 && (size_t)len < sizeof name) {
            run_file(name);
        }
    }
    closedir(directory);
}

int main(int argument_count, char **arguments) {
    for (int i = 1; i < argument_count; i++) {
        struct stat status;
        if (stat(arguments[i], &status)) {
            die("cannot find", arguments[i]);
        }
        if (S_ISDIR(status.st_mode)) {
            run_directory(arguments[i]);
        } else {
            run_file(arguments[i]);
        }
    }
    if (input_count == 0) {
        fprintf(stderr, "replay: the corpus is empty\n");
        return 1;
    }
    printf("%zu passed, 0 failed, 0 skipped\n", input_count);
    return 0;
}
