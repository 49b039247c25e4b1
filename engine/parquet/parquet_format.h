/*
 * parquet_format.h: the numbers of the Parquet format that both the writer and the reader use.
 *
 * The names and values are those of apache/parquet-format, src/main/thrift/parquet.thrift.
 *
 * Terms: *leaf* = a column that holds values (a list is a group with one leaf); *chunk* = one
 * leaf of one row group; *page* = the unit of compression in a chunk; *level* = a small number
 * beside each value: the definition level tells how much of the path to it is there (below the
 * maximum: a null or an empty list), the repetition level 0 starts a row, 1 goes on with its list.
 * *Entry* = one pair of levels, with a value where the definition level is the maximum.
 */
#ifndef WEND_PARQUET_PARQUET_FORMAT_H
#define WEND_PARQUET_PARQUET_FORMAT_H

#include "base/bytes.h"

#define WEND_PARQUET_MAGIC "PAR1"
#define WEND_PARQUET_MAGIC_BYTES 4U

enum wend_parquet_physical {
    WEND_PHYSICAL_BOOLEAN = 0,
    WEND_PHYSICAL_INT32 = 1,
    WEND_PHYSICAL_INT64 = 2,
    WEND_PHYSICAL_INT96 = 3,
    WEND_PHYSICAL_FLOAT = 4,
    WEND_PHYSICAL_DOUBLE = 5,
    WEND_PHYSICAL_BYTE_ARRAY = 6,
    WEND_PHYSICAL_FIXED = 7, /* FIXED_LEN_BYTE_ARRAY */
    WEND_PHYSICAL_NONE = 8   /* not of the format: a group */
};

enum wend_parquet_repetition {
    WEND_REPETITION_REQUIRED = 0,
    WEND_REPETITION_OPTIONAL = 1,
    WEND_REPETITION_REPEATED = 2
};

enum wend_parquet_codec {
    WEND_CODEC_UNCOMPRESSED = 0,
    WEND_CODEC_SNAPPY = 1,
    WEND_CODEC_GZIP = 2,
    WEND_CODEC_ZSTD = 6
};

enum wend_parquet_encoding {
    WEND_ENCODING_PLAIN = 0,
    WEND_ENCODING_PLAIN_DICTIONARY = 2,
    WEND_ENCODING_RLE = 3,
    WEND_ENCODING_BIT_PACKED = 4,
    WEND_ENCODING_DELTA_BINARY_PACKED = 5,
    WEND_ENCODING_DELTA_LENGTH_BYTE_ARRAY = 6,
    WEND_ENCODING_DELTA_BYTE_ARRAY = 7,
    WEND_ENCODING_RLE_DICTIONARY = 8,
    WEND_ENCODING_BYTE_STREAM_SPLIT = 9
};

enum wend_parquet_page_type {
    WEND_PAGE_DATA = 0,
    WEND_PAGE_INDEX = 1,
    WEND_PAGE_DICTIONARY = 2,
    WEND_PAGE_DATA_V2 = 3
};

enum wend_parquet_converted {
    WEND_CONVERTED_UTF8 = 0,
    WEND_CONVERTED_LIST = 3,
    WEND_CONVERTED_ENUM = 4,
    WEND_CONVERTED_DECIMAL = 5,
    WEND_CONVERTED_DATE = 6,
    WEND_CONVERTED_TIMESTAMP_MILLIS = 9,
    WEND_CONVERTED_TIMESTAMP_MICROS = 10,
    WEND_CONVERTED_UINT_32 = 13,
    WEND_CONVERTED_UINT_64 = 14,
    WEND_CONVERTED_JSON = 19
};

/* Field ids of the union LogicalType. */
enum wend_parquet_logical {
    WEND_LOGICAL_NONE = 0,
    WEND_LOGICAL_STRING = 1,
    WEND_LOGICAL_LIST = 3,
    WEND_LOGICAL_ENUM = 4,
    WEND_LOGICAL_DECIMAL = 5,
    WEND_LOGICAL_DATE = 6,
    WEND_LOGICAL_TIMESTAMP = 8,
    WEND_LOGICAL_INTEGER = 10,
    WEND_LOGICAL_JSON = 12,
    WEND_LOGICAL_FLOAT16 = 15
};

/* The format stores little-endian numbers; these work on a host of either order. */
static inline void wend__store_le32(uint8_t *out, uint32_t value) {
    for (unsigned i = 0; i < 4; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

static inline void wend__store_le64(uint8_t *out, uint64_t value) {
    for (unsigned i = 0; i < 8; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

static inline uint32_t wend__load_le32(const uint8_t *in) {
    return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

static inline uint64_t wend__load_le64(const uint8_t *in) {
    return (uint64_t)wend__load_le32(in) | (uint64_t)wend__load_le32(in + 4) << 32;
}

#endif
