/*
 * generate_output.h: bytes to a file or standard output, plain, gzip or zstd.
 *
 * A regular file is written beside its name (`NAME.partial`) and renamed when complete.
 *
 * Threads: one at a time.
 */
#ifndef WEND_TOOLS_GENERATE_OUTPUT_H
#define WEND_TOOLS_GENERATE_OUTPUT_H

#include "text.h"

#include <wend/status.h>

enum wend_cli_compression { WEND_CLI_PLAIN, WEND_CLI_GZIP, WEND_CLI_ZSTD };

struct wend_cli_output {
    const char *path;             /* the caller's; "-" is standard output */
    struct wend_cli_text partial; /* the name while it is written; empty: written in place */
    int descriptor;               /* -1: not open */
    bool closed_by_reader;        /* the pipe's reader has gone */
    enum wend_cli_compression compression;
    void *compressor;
    uint8_t *packed; /* compressed bytes, before they are written */
    size_t packed_capacity;
};

enum wend_status wend__cli_output_open(struct wend_cli_output *output, const char *path,
                                       enum wend_cli_compression compression,
                                       struct wend_error *error) WEND_MUST_CHECK;
/* After the reader of a pipe has gone, nothing is written and WEND_OK returned. */
enum wend_status wend__cli_output_write(struct wend_cli_output *output, const void *bytes,
                                        size_t len, struct wend_error *error) WEND_MUST_CHECK;
/* Writes what is left and gives the file its name. */
enum wend_status wend__cli_output_finish(struct wend_cli_output *output,
                                         struct wend_error *error) WEND_MUST_CHECK;
/* Frees all; without a finish before, the partial file is removed. */
void wend__cli_output_deinit(struct wend_cli_output *output);

/* A whole file at once, in the same way. */
enum wend_status wend__cli_output_file(const char *path, const struct wend_cli_text *content,
                                       struct wend_error *error) WEND_MUST_CHECK;

#endif
