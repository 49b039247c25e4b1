#include "parquet/codec.h"

/* A reader and a writer with their ends. */
struct snappy {
    const uint8_t *in;
    const uint8_t *in_end;
    uint8_t *out; /* the next byte */
    uint8_t *out_start;
    uint8_t *out_end;
};

static size_t in_left(const struct snappy *snappy) {
    return (size_t)(snappy->in_end - snappy->in);
}

static size_t out_left(const struct snappy *snappy) {
    return (size_t)(snappy->out_end - snappy->out);
}

/* The length before compression: a varint of at most 32 bits. */
static bool read_len(struct snappy *snappy, uint64_t *len) {
    *len = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        if (in_left(snappy) == 0) {
            return false;
        }
        uint8_t byte = *snappy->in++;
        *len |= (uint64_t)(byte & 0x7FU) << shift;
        if (byte < 0x80) {
            return *len <= UINT32_MAX;
        }
    }
    return false;
}

static uint32_t read_little_endian(struct snappy *snappy, size_t len) {
    uint32_t value = 0;
    for (size_t i = 0; i < len; i++) {
        value |= (uint32_t)*snappy->in++ << (8 * i);
    }
    return value;
}

/* Tag 00: bytes as they are; a length of 61 or more stands in the 1 to 4 bytes behind the tag. */
static bool copy_literal(struct snappy *snappy, uint8_t tag) {
    size_t len = tag >> 2;
    if (len >= 60) {
        size_t len_bytes = len - 59;
        if (in_left(snappy) < len_bytes) {
            return false;
        }
        len = read_little_endian(snappy, len_bytes);
    }
    len++;
    if (len > in_left(snappy) || len > out_left(snappy)) {
        return false;
    }
    memcpy(snappy->out, snappy->in, len);
    snappy->in += len;
    snappy->out += len;
    return true;
}

/* Tags 01, 10, 11: bytes that were written before. They may overlap what they become: then the
 * bytes between repeat. */
static bool copy_again(struct snappy *snappy, uint8_t tag) {
    size_t len = (size_t)(tag >> 2) + 1;
    size_t offset_bytes = (tag & 3U) == 3 ? 4 : tag & 3U;
    if (in_left(snappy) < offset_bytes) {
        return false;
    }
    size_t offset = read_little_endian(snappy, offset_bytes);
    if (offset_bytes == 1) {
        len = (size_t)(tag >> 2 & 7U) + 4;
        offset |= (size_t)(tag >> 5) << 8;
    }
    if (offset == 0 || offset > (size_t)(snappy->out - snappy->out_start) ||
        len > out_left(snappy)) {
        return false;
    }
    const uint8_t *from = snappy->out - offset;
    if (offset >= len) {
        memcpy(snappy->out, from, len);
    } else {
        for (size_t i = 0; i < len; i++) {
            snappy->out[i] = from[i];
        }
    }
    snappy->out += len;
    return true;
}

bool wend__parquet_snappy_decode(struct wend_bytes stored, uint8_t *out, size_t out_len) {
    struct snappy snappy = {stored.data, stored.data + stored.len, out, out, out + out_len};
    uint64_t len;
    if (!read_len(&snappy, &len) || len != out_len) {
        return false;
    }
    while (in_left(&snappy) > 0) {
        uint8_t tag = *snappy.in++;
        bool copied = (tag & 3U) == 0 ? copy_literal(&snappy, tag) : copy_again(&snappy, tag);
        if (!copied) {
            return false;
        }
    }
    return out_left(&snappy) == 0;
}
