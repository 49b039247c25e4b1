#include "parquet/decode_values.h"

#include "base/memory.h"

void wend__parquet_lookup_deinit(struct wend_parquet_lookup *lookup) {
    wend__buffer_deinit(&lookup->plain);
    wend__free(lookup->entries);
    *lookup = (struct wend_parquet_lookup){0};
}

/* The next value as PLAIN: `width` bytes, or a length and as many bytes. */
static bool take_plain(const uint8_t **at, const uint8_t *end, uint32_t width,
                       struct wend_bytes *raw) {
    size_t left = (size_t)(end - *at);
    size_t len = width;
    if (width == 0) {
        if (left < 4) {
            return false;
        }
        len = wend__load_le32(*at);
        *at += 4;
        left -= 4;
    }
    if (len > left) {
        return false;
    }
    *raw = wend__bytes(*at, len);
    *at += len;
    return true;
}

enum wend_status wend__parquet_lookup_fill(struct wend_parquet_lookup *lookup,
                                           enum wend_parquet_physical physical, uint32_t width,
                                           uint32_t count) {
    struct wend_bytes plain = wend__buffer_view(&lookup->plain);
    if (physical == WEND_PHYSICAL_BOOLEAN || count > plain.len / (width == 0 ? 4 : width)) {
        return WEND_ERROR_IO;
    }
    void *entries = lookup->entries;
    bool reserved =
        wend__reserve(&entries, &lookup->capacity, (size_t)count + 1, sizeof *lookup->entries);
    lookup->entries = entries;
    if (!reserved) {
        return WEND_ERROR_MEMORY;
    }
    const uint8_t *at = plain.data;
    for (uint32_t i = 0; i < count; i++) {
        if (!take_plain(&at, plain.data + plain.len, width, &lookup->entries[i])) {
            return WEND_ERROR_IO;
        }
    }
    lookup->count = count;
    lookup->is_present = true;
    return WEND_OK;
}

void wend__parquet_values_deinit(struct wend_parquet_values *values) {
    wend__buffer_deinit(&values->made);
    *values = (struct wend_parquet_values){0};
}

static bool is_number(enum wend_parquet_physical physical) {
    return physical == WEND_PHYSICAL_INT32 || physical == WEND_PHYSICAL_INT64;
}

bool wend__parquet_values_know(enum wend_parquet_physical physical, int32_t encoding) {
    bool is_bytes = physical == WEND_PHYSICAL_BYTE_ARRAY || physical == WEND_PHYSICAL_FIXED;
    switch (encoding) {
    case WEND_ENCODING_PLAIN:
        return true;
    case WEND_ENCODING_PLAIN_DICTIONARY:
    case WEND_ENCODING_RLE_DICTIONARY:
        return physical != WEND_PHYSICAL_BOOLEAN;
    case WEND_ENCODING_RLE:
        return physical == WEND_PHYSICAL_BOOLEAN;
    case WEND_ENCODING_DELTA_BINARY_PACKED:
        return is_number(physical);
    case WEND_ENCODING_DELTA_LENGTH_BYTE_ARRAY:
        return physical == WEND_PHYSICAL_BYTE_ARRAY;
    case WEND_ENCODING_DELTA_BYTE_ARRAY:
        return is_bytes;
    case WEND_ENCODING_BYTE_STREAM_SPLIT:
        return is_number(physical) || physical == WEND_PHYSICAL_FLOAT ||
               physical == WEND_PHYSICAL_DOUBLE || physical == WEND_PHYSICAL_FIXED;
    default:
        return false;
    }
}

/* Byte 0 is the width of the codes. */
static bool start_codes(struct wend_parquet_values *values, struct wend_bytes body) {
    if (body.data[0] > 32 || !values->lookup->is_present) {
        return false;
    }
    wend__parquet_hybrid_init(&values->hybrid, wend__bytes(body.data + 1, body.len - 1),
                              body.data[0]);
    return true;
}

/* The hybrid of booleans has its length in front. */
static bool start_booleans(struct wend_parquet_values *values, struct wend_bytes body) {
    if (body.len < 4 || wend__load_le32(body.data) > body.len - 4) {
        return false;
    }
    wend__parquet_hybrid_init(&values->hybrid,
                              wend__bytes(body.data + 4, wend__load_le32(body.data)), 1);
    return true;
}

/* Lengths, and behind them the bytes of all texts. */
static bool start_lengths(struct wend_parquet_values *values, uint64_t count_max) {
    struct wend_bytes body = wend__bytes(values->at, (size_t)(values->end - values->at));
    return wend__parquet_delta_init(&values->numbers, body, count_max) &&
           wend__parquet_delta_end(&values->numbers, &values->at);
}

/* Lengths of what is kept of the text before, then the rest as with `start_lengths`. */
static bool start_prefixes(struct wend_parquet_values *values, struct wend_bytes body,
                           uint64_t count_max) {
    wend__buffer_clear(&values->made);
    return wend__parquet_delta_init(&values->prefix_len, body, count_max) &&
           wend__parquet_delta_end(&values->prefix_len, &values->at) &&
           start_lengths(values, count_max);
}

bool wend__parquet_values_start(struct wend_parquet_values *values, int32_t encoding,
                                struct wend_bytes body, uint64_t count_max,
                                const struct wend_parquet_lookup *lookup) {
    values->encoding = encoding;
    values->at = body.data;
    values->end = body.data + body.len;
    values->lookup = lookup;
    values->at_index = 0;
    if (body.len == 0) { /* a page of nulls; a value that is asked for is missing */
        values->encoding = WEND_ENCODING_PLAIN;
        return true;
    }
    switch (encoding) {
    case WEND_ENCODING_PLAIN_DICTIONARY:
    case WEND_ENCODING_RLE_DICTIONARY:
        return start_codes(values, body);
    case WEND_ENCODING_RLE:
        return start_booleans(values, body);
    case WEND_ENCODING_DELTA_BINARY_PACKED:
        return wend__parquet_delta_init(&values->numbers, body, count_max);
    case WEND_ENCODING_DELTA_LENGTH_BYTE_ARRAY:
        return start_lengths(values, count_max);
    case WEND_ENCODING_DELTA_BYTE_ARRAY:
        return start_prefixes(values, body, count_max);
    case WEND_ENCODING_BYTE_STREAM_SPLIT:
        values->stream_len = body.len / values->width;
        return body.len % values->width == 0;
    default:
        return true;
    }
}

static enum wend_status next_code(struct wend_parquet_values *values, struct wend_bytes *raw) {
    uint32_t code;
    if (!wend__parquet_hybrid_next(&values->hybrid, &code) || code >= values->lookup->count) {
        return WEND_ERROR_IO;
    }
    *raw = values->lookup->entries[code];
    return WEND_OK;
}

/* A value of `len` bytes that the caller fills. */
static bool make(struct wend_parquet_values *values, size_t len, struct wend_bytes *raw) {
    wend__buffer_clear(&values->made);
    if (!wend__buffer_reserve(&values->made, len)) {
        return false;
    }
    *raw = wend__bytes(values->made.data, len);
    return true;
}

static enum wend_status next_boolean(struct wend_parquet_values *values, struct wend_bytes *raw) {
    static const uint8_t bits[] = {0, 1};
    uint32_t bit;
    if (values->encoding == WEND_ENCODING_RLE) {
        if (!wend__parquet_hybrid_next(&values->hybrid, &bit)) {
            return WEND_ERROR_IO;
        }
    } else {
        uint64_t index = values->at_index++;
        if (index / 8 >= (uint64_t)(values->end - values->at)) {
            return WEND_ERROR_IO;
        }
        bit = (uint32_t)values->at[index / 8] >> (index % 8) & 1U;
    }
    *raw = wend__bytes(&bits[bit], 1);
    return WEND_OK;
}

static enum wend_status next_number(struct wend_parquet_values *values, struct wend_bytes *raw) {
    uint64_t number;
    uint8_t bytes[8];
    if (!wend__parquet_delta_next(&values->numbers, &number)) {
        return WEND_ERROR_IO;
    }
    if (!make(values, sizeof bytes, raw)) {
        return WEND_ERROR_MEMORY;
    }
    wend__store_le64(bytes, number);
    memcpy(values->made.data, bytes, sizeof bytes);
    raw->len = values->width;
    return WEND_OK;
}

static enum wend_status next_split(struct wend_parquet_values *values, struct wend_bytes *raw) {
    if (values->at_index >= values->stream_len) {
        return WEND_ERROR_IO;
    }
    if (!make(values, values->width, raw)) {
        return WEND_ERROR_MEMORY;
    }
    const uint8_t *from = values->at + values->at_index++;
    for (size_t i = 0; i < values->width; i++) {
        values->made.data[i] = from[i * values->stream_len];
    }
    return WEND_OK;
}

/* Bytes of the next length; `*raw` views the page. */
static bool take_text(struct wend_parquet_values *values, struct wend_bytes *raw) {
    uint64_t len;
    if (!wend__parquet_delta_next(&values->numbers, &len)) {
        return false;
    }
    len &= UINT32_MAX; /* the arithmetic is that of 32 bits; a negative length is too long */
    if (len > (uint64_t)(values->end - values->at)) {
        return false;
    }
    *raw = wend__bytes(values->at, (size_t)len);
    values->at += len;
    return true;
}

static enum wend_status next_prefixed(struct wend_parquet_values *values, struct wend_bytes *raw) {
    uint64_t kept;
    struct wend_bytes rest;
    if (!wend__parquet_delta_next(&values->prefix_len, &kept) || !take_text(values, &rest)) {
        return WEND_ERROR_IO;
    }
    kept &= UINT32_MAX;
    if (kept > values->made.len) {
        return WEND_ERROR_IO;
    }
    values->made.len = (size_t)kept;
    if (!wend__buffer_append(&values->made, rest.data, rest.len)) {
        return WEND_ERROR_MEMORY;
    }
    *raw = wend__buffer_view(&values->made);
    return values->width == 0 || raw->len == values->width ? WEND_OK : WEND_ERROR_IO;
}

enum wend_status wend__parquet_values_next(struct wend_parquet_values *values,
                                           struct wend_bytes *raw) {
    if (values->physical == WEND_PHYSICAL_BOOLEAN) {
        return next_boolean(values, raw);
    }
    switch (values->encoding) {
    case WEND_ENCODING_PLAIN_DICTIONARY:
    case WEND_ENCODING_RLE_DICTIONARY:
        return next_code(values, raw);
    case WEND_ENCODING_DELTA_BINARY_PACKED:
        return next_number(values, raw);
    case WEND_ENCODING_DELTA_LENGTH_BYTE_ARRAY:
        return take_text(values, raw) ? WEND_OK : WEND_ERROR_IO;
    case WEND_ENCODING_DELTA_BYTE_ARRAY:
        return next_prefixed(values, raw);
    case WEND_ENCODING_BYTE_STREAM_SPLIT:
        return next_split(values, raw);
    default:
        return take_plain(&values->at, values->end, values->width, raw) ? WEND_OK : WEND_ERROR_IO;
    }
}
