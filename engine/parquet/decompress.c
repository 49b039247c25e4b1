#include "base/memory.h"
#include "parquet/codec.h"

#include <isa-l/igzip_lib.h>
#include <zstd.h>

void wend__parquet_decompressor_deinit(struct wend_parquet_decompressor *decompressor) {
    (void)ZSTD_freeDCtx(decompressor->zstd);
    wend__free(decompressor->inflate);
    *decompressor = (struct wend_parquet_decompressor){NULL, NULL};
}

/* For the text that refuses it; parquet.thrift, CompressionCodec. */
static const char *codec_name(int32_t codec) {
    switch (codec) {
    case 3:
        return "LZO";
    case 4:
        return "BROTLI";
    case 5:
        return "LZ4 (the old kind)";
    case 7:
        return "LZ4_RAW";
    default:
        return "of an unknown number";
    }
}

enum wend_status wend__parquet_decompressor_prepare(struct wend_parquet_decompressor *decompressor,
                                                    int32_t codec, struct wend_error *error) {
    switch (codec) {
    case WEND_CODEC_UNCOMPRESSED:
    case WEND_CODEC_SNAPPY:
        return WEND_OK;
    case WEND_CODEC_GZIP:
        if (decompressor->inflate == NULL) {
            decompressor->inflate = wend__alloc(sizeof(struct inflate_state));
        }
        return decompressor->inflate == NULL ? wend__fail_memory(error) : WEND_OK;
    case WEND_CODEC_ZSTD:
        if (decompressor->zstd == NULL) {
            decompressor->zstd = ZSTD_createDCtx();
        }
        return decompressor->zstd == NULL ? wend__fail_memory(error) : WEND_OK;
    default:
        return wend__fail(error, WEND_ERROR_USAGE,
                          "the compression %s (%d) is not read; write the file with ZSTD, SNAPPY, "
                          "GZIP or none",
                          codec_name(codec), (int)codec);
    }
}

/* Bytes that one byte can become at most: zstd's block of one repeated byte makes 128 KiB of 4
 * bytes, deflate's shortest code is 2 bits for 258 bytes, snappy's copy makes 64 bytes of 3. */
bool wend__parquet_codec_is_plausible(int32_t codec, uint64_t stored_bytes, uint64_t raw_bytes) {
    switch (codec) {
    case WEND_CODEC_SNAPPY:
        return raw_bytes / 22 <= stored_bytes;
    case WEND_CODEC_GZIP:
        return raw_bytes / 1032 <= stored_bytes;
    case WEND_CODEC_ZSTD:
        return raw_bytes / 32768 <= stored_bytes;
    default:
        return raw_bytes == stored_bytes;
    }
}

/* One member after the other (RFC 1952), until all of `stored` is used. */
static bool inflate_members(struct inflate_state *inflate, struct wend_bytes stored, uint8_t *out,
                            size_t out_len) {
    if (stored.len > UINT32_MAX || out_len > UINT32_MAX) {
        return false;
    }
    isal_inflate_init(inflate);
    inflate->next_in = (uint8_t *)(uintptr_t)stored.data; /* it is only read */
    inflate->avail_in = (uint32_t)stored.len;
    inflate->next_out = out;
    inflate->avail_out = (uint32_t)out_len;
    while (inflate->avail_in > 0) {
        isal_inflate_reset(inflate);
        inflate->crc_flag = ISAL_GZIP;
        if (isal_inflate(inflate) != ISAL_DECOMP_OK || inflate->block_state != ISAL_BLOCK_FINISH) {
            return false;
        }
    }
    return inflate->avail_out == 0;
}

bool wend__parquet_decompress(struct wend_parquet_decompressor *decompressor, int32_t codec,
                              struct wend_bytes stored, uint8_t *out, size_t out_len) {
    switch (codec) {
    case WEND_CODEC_UNCOMPRESSED:
        if (stored.len == out_len && out_len > 0) {
            memcpy(out, stored.data, out_len);
        }
        return stored.len == out_len;
    case WEND_CODEC_SNAPPY:
        return wend__parquet_snappy_decode(stored, out, out_len);
    case WEND_CODEC_GZIP:
        return inflate_members(decompressor->inflate, stored, out, out_len);
    default: {
        size_t len = ZSTD_decompressDCtx(decompressor->zstd, out, out_len, stored.data, stored.len);
        return !ZSTD_isError(len) && len == out_len;
    }
    }
}
