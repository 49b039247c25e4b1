#include "parquet/column_reader.h"

/* The Julian day of 1970-01-01. */
#define EPOCH_JULIAN_DAY INT64_C(2440588)
#define DAY_US (INT64_C(86400) * 1000000)

/* Rounds down, so that the order of times stays. */
static int64_t nanos_to_micros(int64_t nanos) {
    return nanos / 1000 - (nanos % 1000 < 0);
}

static const char *convert_integer(enum wend_parquet_conversion conversion, int64_t integer,
                                   struct wend_parquet_value *value) {
    value->integer = integer;
    if (conversion == WEND_CONVERSION_NANOS) {
        value->integer = nanos_to_micros(integer);
    } else if (conversion == WEND_CONVERSION_MILLIS &&
               __builtin_mul_overflow(integer, 1000, &value->integer)) {
        return "a time is out of range";
    }
    return NULL;
}

/* 8 bytes of nanoseconds of the day, 4 bytes of the Julian day. */
static const char *convert_int96(const uint8_t *raw, struct wend_parquet_value *value) {
    int64_t micros = nanos_to_micros((int64_t)wend__load_le64(raw));
    int64_t day = (int64_t)wend__load_le32(raw + 8) - EPOCH_JULIAN_DAY;
    int64_t start;
    if (__builtin_mul_overflow(day, DAY_US, &start) ||
        __builtin_add_overflow(start, micros, &value->integer)) {
        return "a time is out of range";
    }
    return NULL;
}

/* Two's complement, the highest byte first. */
static const char *convert_decimal(struct wend_bytes raw, struct wend_parquet_value *value) {
    if (raw.len == 0 || raw.len > sizeof(wend_int128)) {
        return "a decimal has not 1 to 16 bytes";
    }
    wend_uint128 bits = raw.data[0] >= 0x80 ? ~(wend_uint128)0 : 0;
    for (size_t i = 0; i < raw.len; i++) {
        bits = bits << 8 | raw.data[i];
    }
    value->big = (wend_int128)bits;
    return NULL;
}

const char *wend__parquet_value_convert(const struct wend_parquet_leaf *leaf, struct wend_bytes raw,
                                        struct wend_parquet_value *value) {
    bool is_unsigned = leaf->conversion == WEND_CONVERSION_UNSIGNED;
    switch (leaf->physical) {
    case WEND_PHYSICAL_BOOLEAN:
        value->boolean = raw.data[0] != 0;
        return NULL;
    case WEND_PHYSICAL_INT32: {
        uint32_t bits = wend__load_le32(raw.data);
        value->integer = is_unsigned ? (int64_t)bits : (int32_t)bits;
        return NULL;
    }
    case WEND_PHYSICAL_INT64: {
        uint64_t bits = wend__load_le64(raw.data);
        value->big = is_unsigned ? (wend_int128)bits : 0;
        return is_unsigned ? NULL : convert_integer(leaf->conversion, (int64_t)bits, value);
    }
    case WEND_PHYSICAL_INT96:
        return convert_int96(raw.data, value);
    case WEND_PHYSICAL_FLOAT: {
        uint32_t bits = wend__load_le32(raw.data);
        float number;
        memcpy(&number, &bits, sizeof number);
        value->number = (double)number;
        return NULL;
    }
    case WEND_PHYSICAL_DOUBLE: {
        uint64_t bits = wend__load_le64(raw.data);
        memcpy(&value->number, &bits, sizeof value->number);
        return NULL;
    }
    case WEND_PHYSICAL_BYTE_ARRAY:
    case WEND_PHYSICAL_FIXED:
    case WEND_PHYSICAL_NONE:
        break;
    }
    if (leaf->conversion == WEND_CONVERSION_DECIMAL) {
        return convert_decimal(raw, value);
    }
    value->bytes = raw;
    return NULL;
}
