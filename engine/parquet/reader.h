/*
 * reader.h: a Parquet file, read row by row.
 *
 * It reads what wend writes and what DuckDB, pyarrow, Polars and Spark write by default for flat
 * columns and lists of one level: V1 and V2 pages; PLAIN, dictionaries, RLE, DELTA_BINARY_PACKED,
 * DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY, BYTE_STREAM_SPLIT; uncompressed, SNAPPY, GZIP, ZSTD;
 * physical types BOOLEAN to FIXED_LEN_BYTE_ARRAY. What it does not read it refuses by name. Bytes
 * come from strangers: everything is checked, nothing is trusted, sizes are bounded by the file's.
 * Texts are given as they stand: they may not be UTF-8.
 *
 * Memory: one page (at most 1 GiB) and one dictionary for each field that is not skipped, and the
 * largest list (at most 64 MiB) of each list.
 *
 * Threads: one at a time for each reader.
 */
#ifndef WEND_PARQUET_READER_H
#define WEND_PARQUET_READER_H

#include "base/bytes.h"
#include "base/int128.h"
#include "base/status.h"

struct wend_parquet_reader;

enum wend_parquet_value_kind {
    WEND_PARQUET_VALUE_BOOL,
    WEND_PARQUET_VALUE_INT64,  /* INT32 and INT64, timestamps in microseconds, decimals to 18 */
    WEND_PARQUET_VALUE_DOUBLE, /* FLOAT and DOUBLE */
    WEND_PARQUET_VALUE_INT128, /* decimals as bytes, up to 16; UINT_64, with scale 0 */
    WEND_PARQUET_VALUE_BYTES,  /* texts and binaries */
    WEND_PARQUET_VALUE_LIST    /* of texts or binaries */
};

struct wend_parquet_field {
    const char *name;
    enum wend_parquet_value_kind kind;
    bool is_text; /* BYTES: annotated as UTF-8 */
    /* INT64: microseconds since 1970 UTC; millis, nanos and INT96 are converted, nanos rounded
     * down. A clock without a time zone is taken for UTC. */
    bool is_timestamp;
    bool is_date;  /* INT64: days since 1970-01-01 */
    int32_t scale; /* INT64, INT128: digits behind the point of a decimal; -1: no decimal */
    bool is_nullable;
    /* What the reader does not know of it, such as "a struct"; NULL where it can be read. Such a
     * field has to be skipped: the first row is refused otherwise. `kind` means nothing then. */
    const char *unsupported;
};

struct wend_parquet_value {
    bool is_null;
    bool boolean;
    int64_t integer;
    double number;
    wend_int128 big;
    struct wend_bytes bytes;        /* valid until the next row */
    const struct wend_bytes *items; /* of a list, valid until the next row; a null is absent */
    uint32_t item_count;
};

/* WEND_ERROR_IO: it cannot be read, or is no Parquet file or a damaged one (the text says where);
 * WEND_ERROR_USAGE: it uses what this reader does not know (the text names it). */
WEND_MUST_CHECK enum wend_status wend__parquet_reader_open(const char *path,
                                                           struct wend_parquet_reader **reader,
                                                           struct wend_error *error);
/* The same of bytes in memory, which are borrowed. */
WEND_MUST_CHECK enum wend_status
wend__parquet_reader_open_memory(struct wend_bytes file, struct wend_parquet_reader **reader,
                                 struct wend_error *error);
void wend__parquet_reader_close(struct wend_parquet_reader *reader);

uint64_t wend__parquet_reader_row_count(const struct wend_parquet_reader *reader);
uint32_t wend__parquet_reader_field_count(const struct wend_parquet_reader *reader);
const struct wend_parquet_field *
wend__parquet_reader_field(const struct wend_parquet_reader *reader, uint32_t index);
/* The field called `name`, or UINT32_MAX. */
uint32_t wend__parquet_reader_find(const struct wend_parquet_reader *reader, const char *name);
/* The value of a key in the file's metadata, NULL where there is none. */
const char *wend__parquet_reader_metadata(const struct wend_parquet_reader *reader,
                                          const char *key);

/* Leaves a field out of the reading (before the first row): its values are then null. */
void wend__parquet_reader_skip(struct wend_parquet_reader *reader, uint32_t index);

/* Goes to the next row (the first call: the first one). Errors as open; page checksums are checked
 * where they are there. A call after a failed one fails the same way. */
WEND_MUST_CHECK enum wend_status wend__parquet_reader_next(struct wend_parquet_reader *reader,
                                                           bool *found, struct wend_error *error);
const struct wend_parquet_value *
wend__parquet_reader_value(const struct wend_parquet_reader *reader, uint32_t index);

#endif
