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

struct wend_parquet_decompressor {
    void *zstd;    /* a ZSTD_DCtx, made when it is first needed */
    void *inflate; /* a struct inflate_state, likewise */
};

void wend__parquet_decompressor_deinit(struct wend_parquet_decompressor *decompressor);
/* Gets ready for a codec; WEND_ERROR_USAGE: it is none that is read. */
enum wend_status wend__parquet_decompressor_prepare(struct wend_parquet_decompressor *decompressor,
                                                    int32_t codec, struct wend_error *error);
/* Whether `stored_bytes` can become as many as `raw_bytes`: no room is made for a claim that no
 * stream of the codec can fulfil. */
bool wend__parquet_codec_is_plausible(int32_t codec, uint64_t stored_bytes, uint64_t raw_bytes);
/* Fills all of `out`. False: the bytes are damaged, or become more or fewer. */
bool wend__parquet_decompress(struct wend_parquet_decompressor *decompressor, int32_t codec,
                              struct wend_bytes stored, uint8_t *out, size_t out_len);

/* snappy.c: google/snappy, format_description.txt: a block, as wend__parquet_decompress. */
bool wend__parquet_snappy_decode(struct wend_bytes stored, uint8_t *out, size_t out_len);

#endif
