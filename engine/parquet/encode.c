#include "parquet/encode.h"

#include "parquet/parquet_format.h"

#include <assert.h>

#define GROUP_VALUES 8U
#define RUN_GROUPS_MAX 63U

uint32_t wend__parquet_bit_width(uint32_t largest) {
    uint32_t width = 1;
    while (width < 32 && largest >> width != 0) {
        width++;
    }
    return width;
}

static size_t put_varint(uint8_t *out, uint64_t value) {
    size_t len = 0;
    while (value >= 0x80) {
        out[len++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    out[len++] = (uint8_t)value;
    return len;
}

/* How many items from `at` on equal the one there. */
static size_t run_len(const struct wend_parquet_codes *codes, size_t at) {
    uint32_t value = codes->items[at];
    size_t end = at + 1;
    while (end < codes->count && codes->items[end] == value) {
        end++;
    }
    return end - at;
}

/* A repeated run pays when it is at least as long as a group and saves more than its header. */
static bool is_worth_a_run(size_t run, uint32_t bit_width) {
    return run >= GROUP_VALUES && run * bit_width >= 64;
}

static size_t put_repeated(uint8_t *out, uint32_t value, size_t count, uint32_t bit_width) {
    size_t len = put_varint(out, (uint64_t)count << 1);
    for (uint32_t bits = 0; bits < bit_width; bits += 8) {
        out[len++] = (uint8_t)(value >> bits);
    }
    return len;
}

/* Items [from, to) as bit-packed groups; the last group is filled up with zeros. */
static size_t put_packed(uint8_t *out, const uint32_t *items, size_t from, size_t to,
                         uint32_t bit_width) {
    size_t len = 0;
    while (from < to) {
        size_t count = to - from;
        if (count > RUN_GROUPS_MAX * GROUP_VALUES) {
            count = RUN_GROUPS_MAX * GROUP_VALUES;
        }
        size_t groups = (count + GROUP_VALUES - 1) / GROUP_VALUES;
        out[len++] = (uint8_t)(groups << 1 | 1);
        uint64_t pending = 0;
        uint32_t pending_bits = 0;
        for (size_t i = 0; i < groups * GROUP_VALUES; i++) {
            uint64_t item = i < count ? items[from + i] : 0;
            pending |= item << pending_bits;
            pending_bits += bit_width;
            while (pending_bits >= 8) {
                out[len++] = (uint8_t)pending;
                pending >>= 8;
                pending_bits -= 8;
            }
        }
        from += count;
    }
    return len;
}

/*
 * Upper bound of the output: every group of 8 costs its packed bytes, and each group may stand in
 * a run of its own with 1 byte of header; a repeated run (at most 10 + 4 bytes) replaces 8 items
 * or more, and can only be dearer than their packed form below 14 bytes.
 */
static size_t encoded_bound(size_t count, uint32_t bit_width) {
    return (count / GROUP_VALUES + 1) * (bit_width + 14);
}

bool wend__parquet_encode_codes(struct wend_buffer *out, const struct wend_parquet_codes *codes,
                                uint32_t bit_width) {
    assert(bit_width >= 1 && bit_width <= 32);
    if (!wend__buffer_reserve(out, encoded_bound(codes->count, bit_width))) {
        return false;
    }
    uint8_t *at = out->data + out->len;
    size_t packed_from = 0;
    size_t i = 0;
    while (i < codes->count) {
        size_t run = run_len(codes, i);
        if (!is_worth_a_run(run, bit_width)) {
            /* Whole groups only, so that a run is looked for where a group could start. */
            i = codes->count - i < GROUP_VALUES ? codes->count : i + GROUP_VALUES;
            continue;
        }
        at += put_packed(at, codes->items, packed_from, i, bit_width);
        at += put_repeated(at, codes->items[i], run, bit_width);
        i += run;
        packed_from = i;
    }
    at += put_packed(at, codes->items, packed_from, codes->count, bit_width);
    out->len = (size_t)(at - out->data);
    return true;
}

bool wend__parquet_encode_levels(struct wend_buffer *out, const struct wend_parquet_codes *levels) {
    uint8_t len_bytes[4] = {0};
    size_t start = out->len;
    if (!wend__buffer_append(out, len_bytes, sizeof len_bytes) ||
        !wend__parquet_encode_codes(out, levels, 1)) {
        return false;
    }
    wend__store_le32(out->data + start, (uint32_t)(out->len - start - sizeof len_bytes));
    return true;
}
