#include "snapshot/checkpoint_file.h"

#include "base/io.h"
#include "base/memory.h"
#include "snapshot/staging.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>

/* Fast: a checkpoint is written often, and read once. */
enum { LEVEL = 1, CHUNK_BYTES = 1 << 20 };

static const uint64_t magic = UINT64_C(0x3130746e656d6f77); /* and version */

struct output {
    const char *path;
    int descriptor;
    ZSTD_CCtx *compressor;
    uint8_t *chunk;
    void *hash_block; /* holds `hash`, which is aligned to 64 */
    XXH3_state_t *hash;
    uint64_t bytes;
};

static enum wend_status put(struct output *out, const void *data, size_t len,
                            struct wend_error *error) {
    wend__io_step();
    int number = wend__io_write(out->descriptor, data, len);
    if (number != 0) {
        return wend__fail_os(error, "write", out->path, number);
    }
    (void)XXH3_128bits_update(out->hash, data, len);
    out->bytes += len;
    return WEND_OK;
}

static enum wend_status compress(struct output *out, struct wend_bytes bytes,
                                 ZSTD_EndDirective directive, struct wend_error *error) {
    ZSTD_inBuffer in = {bytes.data, bytes.len, 0};
    for (;;) {
        ZSTD_outBuffer to = {out->chunk, CHUNK_BYTES, 0};
        size_t left = ZSTD_compressStream2(out->compressor, &to, &in, directive);
        if (ZSTD_isError(left)) {
            return wend__fail_memory(error);
        }
        if (to.pos > 0) {
            WEND_TRY(put(out, out->chunk, to.pos, error));
        }
        if (directive == ZSTD_e_end ? left == 0 : in.pos == in.size) {
            return WEND_OK;
        }
    }
}

static enum wend_status write_all(struct output *out, const struct wend_bytes *parts,
                                  size_t part_count, struct wend_error *error) {
    WEND_TRY(put(out, &magic, sizeof magic, error));
    for (size_t i = 0; i < part_count; i++) {
        WEND_TRY(compress(out, parts[i], ZSTD_e_continue, error));
    }
    WEND_TRY(compress(out, wend__bytes("", 0), ZSTD_e_end, error));
    wend__io_step();
    int number = wend__io_sync(out->descriptor);
    return number == 0 ? WEND_OK : wend__fail_os(error, "write to disk", out->path, number);
}

static bool make_output(struct output *out) {
    out->compressor = ZSTD_createCCtx();
    out->chunk = wend__alloc(CHUNK_BYTES);
    out->hash_block = wend__alloc(sizeof *out->hash + 63);
    if (out->compressor == NULL || out->chunk == NULL || out->hash_block == NULL) {
        return false;
    }
    out->hash = (void *)(((uintptr_t)out->hash_block + 63) & ~(uintptr_t)63);
    (void)XXH3_128bits_reset(out->hash);
    return !ZSTD_isError(ZSTD_CCtx_setParameter(out->compressor, ZSTD_c_compressionLevel, LEVEL));
}

enum wend_status wend__checkpoint_write(const char *path, const struct wend_bytes *parts,
                                        size_t part_count, struct wend_checkpoint_ref *ref,
                                        struct wend_error *error) {
    struct output out = {.path = path, .descriptor = -1};
    enum wend_status status = make_output(&out) ? WEND_OK : wend__fail_memory(error);
    if (status == WEND_OK) {
        wend__io_step();
        int number = wend__io_create_new(path, &out.descriptor);
        status = number == 0 ? WEND_OK : wend__fail_os(error, "make", path, number);
    }
    if (status == WEND_OK) {
        status = write_all(&out, parts, part_count, error);
    }
    if (status == WEND_OK) {
        XXH128_hash_t hash = XXH3_128bits_digest(out.hash);
        *ref = (struct wend_checkpoint_ref){out.bytes, {hash.high64, hash.low64}};
    }
    if (out.descriptor >= 0) {
        (void)close(out.descriptor);
        if (status != WEND_OK) {
            (void)wend__io_remove(path);
        }
    }
    (void)ZSTD_freeCCtx(out.compressor);
    wend__free(out.chunk);
    wend__free(out.hash_block);
    return status;
}

static enum wend_status fail_damaged(const char *path, struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_IO, "%s is damaged: it is not what its checkpoint says",
                      path);
}

static enum wend_status read_whole(const char *path, uint8_t *bytes, size_t len,
                                   struct wend_error *error) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return wend__fail_os(error, "open", path, errno);
    }
    size_t got = 0;
    int number = wend__io_read_at(descriptor, bytes, len, 0, &got);
    (void)close(descriptor);
    if (number != 0) {
        return wend__fail_os(error, "read", path, number);
    }
    return got == len ? WEND_OK : fail_damaged(path, error);
}

static enum wend_status expand(const char *path, const uint8_t *bytes, size_t len,
                               struct wend_buffer *out, struct wend_error *error) {
    ZSTD_DCtx *context = ZSTD_createDCtx();
    ZSTD_inBuffer in = {bytes, len, 0};
    size_t left = 1;
    enum wend_status status = context == NULL ? wend__fail_memory(error) : WEND_OK;
    while (status == WEND_OK && left != 0) {
        if (!wend__buffer_reserve(out, CHUNK_BYTES)) {
            status = wend__fail_memory(error);
            break;
        }
        ZSTD_outBuffer to = {out->data + out->len, out->capacity - out->len, 0};
        left = ZSTD_decompressStream(context, &to, &in);
        out->len += to.pos;
        if (ZSTD_isError(left) || (left != 0 && to.pos == 0 && in.pos == in.size)) {
            status = fail_damaged(path, error);
        }
    }
    (void)ZSTD_freeDCtx(context);
    return status;
}

enum wend_status wend__checkpoint_read(const char *path, const struct wend_checkpoint_ref *ref,
                                       struct wend_buffer *out, struct wend_error *error) {
    if (ref->bytes <= sizeof magic || ref->bytes > SIZE_MAX / 2) {
        return fail_damaged(path, error);
    }
    size_t len = (size_t)ref->bytes;
    uint8_t *bytes = wend__alloc(len);
    if (bytes == NULL) {
        return wend__fail_memory(error);
    }
    enum wend_status status = read_whole(path, bytes, len, error);
    if (status == WEND_OK) {
        struct wend_hash128 hash = wend__hash128(wend__bytes(bytes, len), 0);
        bool is_same = hash.high == ref->checksum.high && hash.low == ref->checksum.low &&
                       memcmp(bytes, &magic, sizeof magic) == 0;
        status = is_same ? expand(path, bytes + sizeof magic, len - sizeof magic, out, error)
                         : fail_damaged(path, error);
    }
    wend__free(bytes);
    return status;
}
