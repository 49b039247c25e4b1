/*
 * codec.h: compression of page bodies, and their checksum.
 *
 * Threads: one at a time for each compressor or decompressor.
 */
#ifndef WEND_PARQUET_CODEC_H
#define WEND_PARQUET_CODEC_H

#include "base/buffer.h"
#include "base/status.h"
#include "parquet/parquet_format.h"

/* CRC-32 as in zlib, of the bytes of a page as they stand in the file. */
uint32_t wend__parquet_checksum(struct wend_bytes page);

struct wend_parquet_compressor {
    void *zstd; /* a ZSTD_CCtx */
};

/* `level` is one of zstd's. */
enum wend_status wend__parquet_compressor_init(struct wend_parquet_compressor *compressor,
                                               int level, struct wend_error *error);
void wend__parquet_compressor_deinit(struct wend_parquet_compressor *compressor);
/* Replaces the content of `out` by one zstd frame with its content size. */
enum wend_status wend__parquet_compress(struct wend_parquet_compressor *compressor,
                                        struct wend_bytes body, struct wend_buffer *out,
                                        struct wend_error *error);

#endif
