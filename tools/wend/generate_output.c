#include "generate_output.h"

#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define GZIP_WINDOW_BITS (15 + 16) /* + 16: a gzip header, whose time stays 0 */
#define PACKED_BYTES ((size_t)1 << 18)

static enum wend_status io_error(struct wend_error *error, const char *what, const char *path) {
    const char *reason = strerror(errno);
    return wend__cli_error(error, WEND_ERROR_IO, "cannot %s %s: %s%s", what,
                           strcmp(path, "-") == 0 ? "standard output" : path, reason,
                           errno == ENOSPC ? "\nMake room, or choose another place." : "");
}

static bool open_compressor(struct wend_cli_output *output) {
    if (output->compression == WEND_CLI_GZIP) {
        z_stream *stream = wend__cli_alloc(sizeof *stream);
        *stream = (z_stream){0};
        output->compressor = stream;
        return deflateInit2(stream, 6, Z_DEFLATED, GZIP_WINDOW_BITS, 8, Z_DEFAULT_STRATEGY) == Z_OK;
    }
    if (output->compression == WEND_CLI_ZSTD) {
        output->compressor = ZSTD_createCCtx();
        return output->compressor != NULL;
    }
    return true;
}

enum wend_status wend__cli_output_open(struct wend_cli_output *output, const char *path,
                                       enum wend_cli_compression compression,
                                       struct wend_error *error) {
    *output = (struct wend_cli_output){.path = path, .descriptor = -1, .compression = compression};
    if (!open_compressor(output)) {
        return wend__cli_error(error, WEND_ERROR_MEMORY, "no memory for the compressor");
    }
    output->packed_capacity = PACKED_BYTES;
    output->packed = wend__cli_alloc(output->packed_capacity);
    if (strcmp(path, "-") == 0) {
        output->descriptor = STDOUT_FILENO;
        return WEND_OK;
    }
    struct stat status;
    bool in_place = stat(path, &status) == 0 && !S_ISREG(status.st_mode);
    if (!in_place) { /* pipes and devices are written as they are */
        wend__cli_text_add_format(&output->partial, "%s.partial", path);
    }
    const char *name = in_place ? path : wend__cli_text_string(&output->partial);
    output->descriptor = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return output->descriptor < 0 ? io_error(error, "write", name) : WEND_OK;
}

static enum wend_status write_all(struct wend_cli_output *output, const void *bytes, size_t len,
                                  struct wend_error *error) {
    const uint8_t *at = bytes;
    while (len > 0 && !output->closed_by_reader) {
        ssize_t written = write(output->descriptor, at, len);
        if (written >= 0) {
            at += written;
            len -= (size_t)written;
        } else if (errno == EPIPE) {
            output->closed_by_reader = true;
        } else if (errno != EINTR) {
            return io_error(error, "write", output->path);
        }
    }
    return WEND_OK;
}

static enum wend_status pack_gzip(struct wend_cli_output *output, const void *bytes, size_t len,
                                  bool last, struct wend_error *error) {
    z_stream *stream = output->compressor;
    const uint8_t *at = bytes;
    int result = Z_OK;
    do {
        uInt part = len > (1U << 30) ? 1U << 30 : (uInt)len;
        stream->next_in = (Bytef *)(uintptr_t)at; /* zlib does not write there */
        stream->avail_in = part;
        do {
            stream->next_out = output->packed;
            stream->avail_out = (uInt)output->packed_capacity;
            result = deflate(stream, last && part == len ? Z_FINISH : Z_NO_FLUSH);
            size_t made = output->packed_capacity - stream->avail_out;
            enum wend_status status = write_all(output, output->packed, made, error);
            if (status != WEND_OK) {
                return status;
            }
        } while (stream->avail_out == 0 || (last && part == len && result != Z_STREAM_END));
        at += part;
        len -= part;
    } while (len > 0);
    return WEND_OK;
}

static enum wend_status pack_zstd(struct wend_cli_output *output, const void *bytes, size_t len,
                                  bool last, struct wend_error *error) {
    ZSTD_inBuffer in = {bytes, len, 0};
    size_t left;
    do {
        ZSTD_outBuffer out = {output->packed, output->packed_capacity, 0};
        left = ZSTD_compressStream2(output->compressor, &out, &in,
                                    last ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(left)) {
            return wend__cli_error(error, WEND_ERROR_MEMORY, "cannot compress: %s",
                                   ZSTD_getErrorName(left));
        }
        enum wend_status status = write_all(output, output->packed, out.pos, error);
        if (status != WEND_OK) {
            return status;
        }
    } while (in.pos < in.size || (last && left > 0));
    return WEND_OK;
}

static enum wend_status pack(struct wend_cli_output *output, const void *bytes, size_t len,
                             bool last, struct wend_error *error) {
    switch (output->compression) {
    case WEND_CLI_GZIP:
        return pack_gzip(output, bytes, len, last, error);
    case WEND_CLI_ZSTD:
        return pack_zstd(output, bytes, len, last, error);
    default:
        return write_all(output, bytes, len, error);
    }
}

enum wend_status wend__cli_output_write(struct wend_cli_output *output, const void *bytes,
                                        size_t len, struct wend_error *error) {
    return output->closed_by_reader ? WEND_OK : pack(output, bytes, len, false, error);
}

enum wend_status wend__cli_output_finish(struct wend_cli_output *output, struct wend_error *error) {
    enum wend_status status = pack(output, "", 0, true, error);
    if (status != WEND_OK || output->descriptor == STDOUT_FILENO) {
        return status;
    }
    int closed = close(output->descriptor);
    output->descriptor = -1;
    if (closed != 0) {
        return io_error(error, "write", output->path);
    }
    if (output->partial.len > 0) {
        if (rename(wend__cli_text_string(&output->partial), output->path) != 0) {
            return io_error(error, "write", output->path);
        }
        wend__cli_text_clear(&output->partial);
    }
    return WEND_OK;
}

void wend__cli_output_deinit(struct wend_cli_output *output) {
    if (output->descriptor > STDERR_FILENO) {
        (void)close(output->descriptor);
    }
    if (output->partial.len > 0) {
        (void)unlink(wend__cli_text_string(&output->partial));
    }
    if (output->compression == WEND_CLI_GZIP && output->compressor != NULL) {
        (void)deflateEnd(output->compressor);
        free(output->compressor);
    } else if (output->compression == WEND_CLI_ZSTD) {
        (void)ZSTD_freeCCtx(output->compressor);
    }
    free(output->packed);
    wend__cli_text_deinit(&output->partial);
    *output = (struct wend_cli_output){.descriptor = -1};
}

enum wend_status wend__cli_output_file(const char *path, const struct wend_cli_text *content,
                                       struct wend_error *error) {
    struct wend_cli_output output;
    enum wend_status status = wend__cli_output_open(&output, path, WEND_CLI_PLAIN, error);
    if (status == WEND_OK) {
        status = wend__cli_output_write(&output, content->data, content->len, error);
    }
    if (status == WEND_OK) {
        status = wend__cli_output_finish(&output, error);
    }
    wend__cli_output_deinit(&output);
    return status;
}
