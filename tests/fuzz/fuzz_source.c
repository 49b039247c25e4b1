/* Files of any bytes: never an error, and the same streams whatever the size of the reads. */
#include "base/hash.h"
#include "base/io.h"
#include "source/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Holds in every build, also where assertions are off. */
static void require(bool condition) {
    if (!condition) {
        abort();
    }
}

/* A bomb may not take all the time: what is left of a stream is dropped. */
enum { STREAM_BYTES_MAX = 1 << 20, READ_BYTES = 1 << 16 };

/* A hash over names, wrappers, troubles and bytes of all streams. */
static uint64_t read_all(const char *path, size_t read_bytes) {
    static uint8_t buffer[READ_BYTES];
    const struct wend_source_options options = {
        .max_window_log = 20, .ratio_max = 100, .entries_max = 100};
    struct wend_source *source;
    struct wend_stream stream;
    uint64_t hash = 0;
    bool found;
    require(wend__source_open(path, &options, &source, NULL) == WEND_OK);
    require(wend__source_next(source, &found, &stream, NULL) == WEND_OK);
    while (found) {
        size_t total = 0;
        size_t got = read_bytes;
        hash = wend__hash64(wend__bytes_text(stream.name), hash);
        hash = wend__hash64(wend__bytes_text(stream.wrapper), hash);
        while (got == read_bytes && total < STREAM_BYTES_MAX) {
            require(wend__source_read(source, buffer, read_bytes, &got, NULL) == WEND_OK);
            for (size_t i = 0; i < got; i++) {
                hash = (hash ^ buffer[i]) * UINT64_C(0x9e3779b97f4a7c15);
            }
            total += got;
        }
        const char *trouble = wend__source_trouble(source);
        if (trouble != NULL && got < read_bytes) {
            require(trouble[0] != '\0');
            hash = wend__hash64(wend__bytes_text(trouble), hash);
        }
        require(wend__source_next(source, &found, &stream, NULL) == WEND_OK);
    }
    wend__source_close(source);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int descriptor = -1;
    static char path[64];
    if (descriptor < 0) {
        require(wend__io_open_temporary("/dev/shm", &descriptor) == 0 ||
                wend__io_open_temporary("/tmp", &descriptor) == 0);
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    }
    require(ftruncate(descriptor, 0) == 0 && lseek(descriptor, 0, SEEK_SET) == 0);
    require(wend__io_write(descriptor, data, size) == 0);
    uint64_t hash = read_all(path, READ_BYTES);
    require(read_all(path, 64) == hash);
    return 0;
}
