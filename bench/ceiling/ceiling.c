/*
 * What reading costs alone, in blocks of 1 MiB: of a plain file, and of one that libzstd or isa-l
 * decompresses as a stream. Prints the bytes that came out.
 *
 * Usage: ceiling plain|zstd|gzip FILE
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <isa-l/igzip_lib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#define BLOCK (1U << 20)

static uint8_t in[BLOCK];
static uint8_t out[BLOCK];

static void stop(const char *what) {
    (void)fprintf(stderr, "ceiling: %s\n", what);
    exit(1);
}

static size_t fill(int file) {
    ssize_t got;
    do {
        got = read(file, in, sizeof in);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        stop("cannot read");
    }
    return (size_t)got;
}

static uint64_t read_plain(int file) {
    uint64_t bytes = 0;
    for (size_t got = fill(file); got > 0; got = fill(file)) {
        bytes += got;
    }
    return bytes;
}

static uint64_t read_zstd(int file) {
    ZSTD_DCtx *context = ZSTD_createDCtx();
    uint64_t bytes = 0;
    for (size_t got = fill(file); got > 0; got = fill(file)) {
        ZSTD_inBuffer from = {in, got, 0};
        ZSTD_outBuffer to;
        do {
            to = (ZSTD_outBuffer){out, sizeof out, 0};
            if (ZSTD_isError(ZSTD_decompressStream(context, &to, &from))) {
                stop("not a zstd file");
            }
            bytes += to.pos;
        } while (from.pos < from.size || to.pos == to.size);
    }
    (void)ZSTD_freeDCtx(context);
    return bytes;
}

static uint64_t read_gzip(int file) {
    static struct inflate_state state;
    uint64_t bytes = 0;
    isal_inflate_init(&state);
    state.crc_flag = ISAL_GZIP;
    for (size_t got = fill(file); got > 0; got = fill(file)) {
        state.next_in = in;
        state.avail_in = (uint32_t)got;
        do {
            state.next_out = out;
            state.avail_out = sizeof out;
            if (isal_inflate(&state) != ISAL_DECOMP_OK) {
                stop("not a gzip file");
            }
            bytes += sizeof out - state.avail_out;
        } while (state.avail_out == 0 ||
                 (state.avail_in > 0 && state.block_state != ISAL_BLOCK_FINISH));
    }
    return bytes;
}

int main(int argc, char **argv) {
    int file = argc == 3 ? open(argv[2], O_RDONLY) : -1;
    if (file < 0) {
        stop("usage: ceiling plain|zstd|gzip FILE");
    }
    uint64_t bytes = strcmp(argv[1], "zstd") == 0   ? read_zstd(file)
                     : strcmp(argv[1], "gzip") == 0 ? read_gzip(file)
                                                    : read_plain(file);
    (void)close(file);
    printf("%" PRIu64 "\n", bytes);
    return bytes > 0 ? 0 : 1;
}
