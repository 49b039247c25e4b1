#include "parquet/decode_levels.h"

#include "parquet/parquet_format.h"

#include <assert.h>

void wend__parquet_hybrid_init(struct wend_parquet_hybrid *hybrid, struct wend_bytes bytes,
                               uint32_t bit_width) {
    assert(bit_width <= 32);
    *hybrid = (struct wend_parquet_hybrid){
        .at = bytes.data, .end = bytes.data + bytes.len, .bit_width = bit_width};
}

static size_t bytes_left(const struct wend_parquet_hybrid *hybrid) {
    return (size_t)(hybrid->end - hybrid->at);
}

/* A group of 8 takes `bit_width` bytes. Some writers (DuckDB 1.3) cut the last group of a page
 * short: then it holds the values that are wholly there. */
static bool unpack_group(struct wend_parquet_hybrid *hybrid) {
    uint8_t bytes[32 + 8] = {0};
    uint32_t width = hybrid->bit_width;
    size_t len = bytes_left(hybrid) < width ? bytes_left(hybrid) : width;
    uint32_t count = len == width ? 8 : (uint32_t)(len * 8 / width);
    if (count == 0) {
        return false;
    }
    memcpy(bytes, hybrid->at, len);
    uint32_t mask = width == 32 ? UINT32_MAX : (UINT32_C(1) << width) - 1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bit = i * width;
        hybrid->group[i] = (uint32_t)(wend__load_le64(bytes + bit / 8) >> (bit % 8)) & mask;
    }
    hybrid->at += len;
    hybrid->group_at = 0;
    hybrid->group_len = count;
    hybrid->packed_left -= 8;
    return true;
}

/* The head of a run: a varint of at most 32 bits. */
static bool read_head(struct wend_parquet_hybrid *hybrid, uint64_t *head) {
    *head = 0;
    for (unsigned shift = 0; shift < 35 && hybrid->at < hybrid->end; shift += 7) {
        uint8_t byte = *hybrid->at++;
        *head |= (uint64_t)(byte & 0x7FU) << shift;
        if (byte < 0x80) {
            return *head <= UINT32_MAX;
        }
    }
    return false;
}

static bool read_repeated(struct wend_parquet_hybrid *hybrid, uint64_t count) {
    uint32_t value_bytes = (hybrid->bit_width + 7) / 8;
    if (bytes_left(hybrid) < value_bytes) {
        return false;
    }
    hybrid->repeated = 0;
    for (uint32_t i = 0; i < value_bytes; i++) {
        hybrid->repeated |= (uint32_t)*hybrid->at++ << (8 * i);
    }
    hybrid->repeated_left = count;
    return hybrid->bit_width == 32 || hybrid->repeated >> hybrid->bit_width == 0;
}

bool wend__parquet_hybrid_refill(struct wend_parquet_hybrid *hybrid) {
    while (hybrid->packed_left == 0) {
        uint64_t head;
        if (!read_head(hybrid, &head)) {
            return false;
        }
        if ((head & 1) != 0) {
            hybrid->packed_left = (head >> 1) * 8;
        } else if (!read_repeated(hybrid, head >> 1)) {
            return false;
        } else if (hybrid->repeated_left > 0) {
            return true;
        }
    }
    return unpack_group(hybrid);
}
