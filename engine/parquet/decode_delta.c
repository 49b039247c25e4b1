#include "parquet/decode_delta.h"

#include "parquet/parquet_format.h"

#include <assert.h>

static bool read_varint(struct wend_parquet_delta *delta, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; shift < 64 && delta->at < delta->end; shift += 7) {
        uint8_t byte = *delta->at++;
        if (shift == 63 && byte > 1) {
            return false;
        }
        *value |= (uint64_t)(byte & 0x7FU) << shift;
        if (byte < 0x80) {
            return true;
        }
    }
    return false;
}

static bool read_zigzag(struct wend_parquet_delta *delta, uint64_t *value) {
    uint64_t bits;
    if (!read_varint(delta, &bits)) {
        return false;
    }
    *value = bits >> 1 ^ (~(bits & 1) + 1);
    return true;
}

bool wend__parquet_delta_init(struct wend_parquet_delta *delta, struct wend_bytes bytes,
                              uint64_t count_max) {
    *delta = (struct wend_parquet_delta){.at = bytes.data, .end = bytes.data + bytes.len};
    uint64_t block_len;
    uint64_t miniblocks;
    if (!read_varint(delta, &block_len) || !read_varint(delta, &miniblocks) ||
        !read_varint(delta, &delta->value_count) || !read_zigzag(delta, &delta->value)) {
        return false;
    }
    /* A block is a multiple of 128 values, a miniblock one of 32. */
    if (block_len == 0 || block_len % 128 != 0 || block_len > INT32_MAX || miniblocks == 0 ||
        block_len % miniblocks != 0 || block_len / miniblocks % 32 != 0 ||
        delta->value_count > count_max) {
        return false;
    }
    delta->miniblock_count = (uint32_t)miniblocks;
    delta->miniblock_len = (uint32_t)(block_len / miniblocks);
    delta->miniblock_at = delta->miniblock_count;
    delta->left = delta->value_count;
    return true;
}

/* The next miniblock, and the head of its block. The last miniblock may lack the bytes of values
 * that do not exist. */
static bool next_miniblock(struct wend_parquet_delta *delta) {
    if (delta->miniblock_at == delta->miniblock_count) {
        if (!read_zigzag(delta, &delta->difference_min) ||
            (size_t)(delta->end - delta->at) < delta->miniblock_count) {
            return false;
        }
        delta->widths = delta->at;
        delta->at += delta->miniblock_count;
        delta->miniblock_at = 0;
    }
    delta->bit_width = delta->widths[delta->miniblock_at++];
    if (delta->bit_width > 64) {
        return false;
    }
    uint64_t len = (uint64_t)delta->miniblock_len / 8 * delta->bit_width;
    size_t available = (size_t)(delta->end - delta->at);
    delta->packed = wend__bytes(delta->at, len < available ? (size_t)len : available);
    delta->at += delta->packed.len;
    delta->packed_bit = 0;
    delta->miniblock_left = delta->miniblock_len;
    return true;
}

static bool take_packed(struct wend_parquet_delta *delta, uint64_t *packed) {
    *packed = 0;
    uint32_t width = delta->bit_width;
    if (width == 0) {
        return true;
    }
    uint64_t bit = delta->packed_bit;
    if (bit + width > (uint64_t)delta->packed.len * 8) {
        return false;
    }
    uint8_t bytes[16] = {0}; /* 64 bits that begin inside a byte take 9 */
    size_t first = (size_t)(bit / 8);
    size_t len = (size_t)((bit + width + 7) / 8) - first;
    memcpy(bytes, delta->packed.data + first, len);
    unsigned shift = (unsigned)(bit % 8);
    uint64_t value = wend__load_le64(bytes) >> shift;
    if (shift > 0) {
        value |= (uint64_t)bytes[8] << (64 - shift);
    }
    *packed = width == 64 ? value : value & ((UINT64_C(1) << width) - 1);
    delta->packed_bit = bit + width;
    return true;
}

bool wend__parquet_delta_next(struct wend_parquet_delta *delta, uint64_t *value) {
    if (delta->left == 0) {
        return false;
    }
    if (delta->left < delta->value_count) {
        uint64_t packed;
        if ((delta->miniblock_left == 0 && !next_miniblock(delta)) ||
            !take_packed(delta, &packed)) {
            return false;
        }
        delta->miniblock_left--;
        delta->value += delta->difference_min + packed;
    }
    delta->left--;
    *value = delta->value;
    return true;
}

bool wend__parquet_delta_end(const struct wend_parquet_delta *delta, const uint8_t **end) {
    struct wend_parquet_delta ahead = *delta;
    uint64_t left = ahead.value_count > 0 ? ahead.value_count - 1 : 0;
    assert(ahead.left == ahead.value_count); /* nothing was read yet */
    while (left > 0) {
        if (!next_miniblock(&ahead)) {
            return false;
        }
        left -= left < ahead.miniblock_len ? left : ahead.miniblock_len;
    }
    *end = ahead.at;
    return true;
}
