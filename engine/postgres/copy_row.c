#include "postgres/copy_row.h"

#include "base/utf8.h"

#define EPOCH_2000_US INT64_C(946684800000000) /* 2000-01-01 from 1970-01-01 */
#define TEXT_OID 25U                           /* the type of the elements of text[] */
#define NUMERIC_BASE 10000U
#define NUMERIC_DIGITS_MAX 12U /* of 128 bits: 39 decimal digits */
#define NUMERIC_SCALE 4U

static bool add_bytes(struct wend_buffer *out, uint64_t number, size_t len) {
    uint8_t bytes[8];
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)(number >> 8 * (len - 1 - i));
    }
    return wend__buffer_append(out, bytes, len);
}

bool wend__copy_header(struct wend_buffer *out) {
    static const char signature[11] = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', '\377', '\r', '\n', 0};
    return wend__buffer_append(out, signature, sizeof signature) && add_bytes(out, 0, 8);
}

bool wend__copy_trailer(struct wend_buffer *out) {
    return add_bytes(out, UINT16_MAX, 2);
}

/* Writes the length of what was appended since `start` into the 4 bytes in front of it. */
static bool set_length(struct wend_buffer *out, size_t start) {
    size_t len = out->len - start;
    for (size_t i = 0; i < 4; i++) {
        out->data[start - 4 + i] = (uint8_t)(len >> 8 * (3 - i));
    }
    return len <= INT32_MAX;
}

static bool add_mended(struct wend_buffer *out, struct wend_bytes text) {
    struct wend_buffer clean = {0};
    bool done = wend__utf8_append_clean(&clean, text);
    size_t from = 0;
    for (size_t i = 0; done && i < clean.len; i++) {
        if (clean.data[i] == 0) {
            done = wend__buffer_append(out, clean.data + from, i - from) &&
                   wend__buffer_append_text(out, "\xEF\xBF\xBD");
            from = i + 1;
        }
    }
    done = done &&
           (clean.len == from || wend__buffer_append(out, clean.data + from, clean.len - from));
    wend__buffer_deinit(&clean);
    return done;
}

static bool add_text(struct wend_buffer *out, struct wend_bytes text, uint64_t *replaced) {
    bool is_good = memchr(text.data, 0, text.len) == NULL && wend__utf8_is_valid(text);
    bool done = add_bytes(out, is_good ? text.len : 0, 4);
    size_t start = out->len;
    if (is_good) {
        return done && text.len <= INT32_MAX && wend__buffer_append(out, text.data, text.len);
    }
    *replaced += 1;
    return done && add_mended(out, text) && set_length(out, start);
}

/* One dimension from 1; an empty list has none. */
static bool add_list(struct wend_buffer *out, const struct wend_parquet_value *value,
                     uint64_t *replaced) {
    bool has_null = false;
    for (uint32_t i = 0; i < value->item_count; i++) {
        has_null = has_null || value->items[i].data == NULL;
    }
    bool done = add_bytes(out, 0, 4);
    size_t start = out->len;
    done = done && add_bytes(out, value->item_count > 0 ? 1 : 0, 4) &&
           add_bytes(out, has_null ? 1 : 0, 4) && add_bytes(out, TEXT_OID, 4);
    if (done && value->item_count > 0) {
        done = add_bytes(out, value->item_count, 4) && add_bytes(out, 1, 4);
    }
    for (uint32_t i = 0; done && i < value->item_count; i++) {
        done = value->items[i].data == NULL ? add_bytes(out, UINT32_MAX, 4)
                                            : add_text(out, value->items[i], replaced);
    }
    return done && set_length(out, start);
}

/*
 * An integer of 1/10000 is, in base 10000, already what a numeric with 4 decimals is: its last
 * digit has the weight -1.
 */
static bool add_numeric(struct wend_buffer *out, wend_int128 number) {
    uint16_t digits[NUMERIC_DIGITS_MAX];
    uint32_t count = 0;
    bool is_negative = number < 0;
    wend_uint128 left = is_negative ? -(wend_uint128)number : (wend_uint128)number;
    for (; left > 0; left /= NUMERIC_BASE) {
        digits[count++] = (uint16_t)(left % NUMERIC_BASE);
    }
    int64_t weight = count == 0 ? 0 : (int64_t)count - 2;
    bool done = add_bytes(out, 8 + 2 * (uint64_t)count, 4) && add_bytes(out, count, 2) &&
                add_bytes(out, (uint64_t)weight, 2) &&
                add_bytes(out, is_negative ? 0x4000 : 0, 2) && add_bytes(out, NUMERIC_SCALE, 2);
    for (uint32_t i = count; done && i > 0; i--) {
        done = add_bytes(out, digits[i - 1], 2);
    }
    return done;
}

static bool add_integer(struct wend_buffer *out, int64_t number) {
    return add_bytes(out, 8, 4) && add_bytes(out, (uint64_t)number, 8);
}

static bool add_double(struct wend_buffer *out, double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return add_bytes(out, 8, 4) && add_bytes(out, bits, 8);
}

static bool add_value(struct wend_buffer *out, enum wend_column_type type,
                      const struct wend_parquet_value *value, uint64_t *replaced) {
    if (value->is_null) {
        return add_bytes(out, UINT32_MAX, 4);
    }
    switch (type) {
    case WEND_COLUMN_TEXT:
        return add_text(out, value->bytes, replaced);
    case WEND_COLUMN_TEXT_LIST:
        return add_list(out, value, replaced);
    case WEND_COLUMN_COUNT:
        return add_integer(out, value->integer);
    case WEND_COLUMN_RATE:
    case WEND_COLUMN_SECONDS:
        return add_double(out, value->number);
    case WEND_COLUMN_TIME:
        /* A time that no clock shows wraps around; the server refuses it. */
        return add_integer(out, (int64_t)((uint64_t)value->integer - (uint64_t)EPOCH_2000_US));
    case WEND_COLUMN_VALUE:
        return add_numeric(out, value->integer);
    case WEND_COLUMN_VALUE_SUM:
        return add_numeric(out, value->big);
    case WEND_COLUMN_SKETCH:
        break;
    }
    return add_bytes(out, UINT32_MAX, 4);
}

bool wend__copy_row(struct wend_buffer *out, const struct wend_sql_columns *columns,
                    const struct wend_parquet_value *(*value)(void *context, uint32_t column),
                    void *context, uint64_t *replaced) {
    bool done = add_bytes(out, columns->count, 2);
    for (uint32_t i = 0; done && i < columns->count; i++) {
        const struct wend_sql_column *column = &columns->columns[i];
        done = add_value(out, column->type, value(context, column->source), replaced);
    }
    return done;
}
