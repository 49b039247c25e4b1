#include "parquet/codec.h"

#include <isa-l/crc.h>
#include <zstd.h>

uint32_t wend__parquet_checksum(struct wend_bytes page) {
    return crc32_gzip_refl(0, page.data, page.len);
}

enum wend_status wend__parquet_compressor_init(struct wend_parquet_compressor *compressor,
                                               int level, struct wend_error *error) {
    ZSTD_CCtx *zstd = ZSTD_createCCtx();
    compressor->zstd = zstd;
    if (zstd == NULL) {
        return wend__fail_memory(error);
    }
    if (level < ZSTD_minCLevel() || level > ZSTD_maxCLevel()) {
        return wend__fail(error, WEND_ERROR_USAGE, "zstd has no level %d; take one from %d to %d",
                          level, ZSTD_minCLevel(), ZSTD_maxCLevel());
    }
    (void)ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, level);
    return WEND_OK;
}

void wend__parquet_compressor_deinit(struct wend_parquet_compressor *compressor) {
    (void)ZSTD_freeCCtx(compressor->zstd);
    compressor->zstd = NULL;
}

enum wend_status wend__parquet_compress(struct wend_parquet_compressor *compressor,
                                        struct wend_bytes body, struct wend_buffer *out,
                                        struct wend_error *error) {
    wend__buffer_clear(out);
    size_t bound = ZSTD_compressBound(body.len);
    if (ZSTD_isError(bound) || !wend__buffer_reserve(out, bound)) {
        return wend__fail_memory(error);
    }
    size_t len = ZSTD_compress2(compressor->zstd, out->data, bound, body.data, body.len);
    if (ZSTD_isError(len)) {
        /* The room suffices and the parameters are fixed: only memory is left to fail. */
        return wend__fail_memory(error);
    }
    out->len = len;
    return WEND_OK;
}
