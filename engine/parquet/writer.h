/*
 * writer.h: a Parquet file, written row by row to a sink.
 *
 * The file is in the portable profile, which old and strict readers take: version 1, V1 pages with
 * checksum, ZSTD, dictionaries (PLAIN_DICTIONARY) that give way to PLAIN, statistics, page index,
 * encoding statistics, Bloom filters on request. It is a pure function of the columns, the
 * options, the rows and libzstd: no clock, no hash seed shows in it. It is written front to back
 * without seeking. Naming it, syncing it and renaming it are the caller's business.
 *
 * A row: one `put` for each column, in any order, then `end_row`. Puts return nothing: the first
 * failure is kept, everything after it is ignored, and `end_row` and `finish` report it.
 *
 * Memory: the compressed pages of one row group (at most about `row_group_bytes`), one page in
 * progress and one dictionary for each column, 1 MiB for each Bloom filter, and 300 bytes and the
 * page index for each chunk that was written; with `threads`, two batches of rows of 1 MiB.
 *
 * Threads: one at a time for each writer. With `threads` it starts its own once there are thousands
 * of rows, and ends them in `destroy`.
 */
#ifndef WEND_PARQUET_WRITER_H
#define WEND_PARQUET_WRITER_H

#include "base/bytes.h"
#include "base/int128.h"
#include "base/status.h"

enum wend_parquet_type {
    WEND_PARQUET_INT64,        /* INT64 without annotation */
    WEND_PARQUET_DOUBLE,       /* DOUBLE; NaN is written as null where the column allows it */
    WEND_PARQUET_TEXT,         /* BYTE_ARRAY, STRING; invalid UTF-8 is replaced by U+FFFD */
    WEND_PARQUET_BINARY,       /* BYTE_ARRAY without annotation; no minimum and maximum */
    WEND_PARQUET_TIMESTAMP_US, /* INT64, TIMESTAMP(MICROS, UTC) */
    WEND_PARQUET_DECIMAL18_4,  /* INT64, DECIMAL(18, 4) */
    WEND_PARQUET_DECIMAL38_4,  /* FIXED_LEN_BYTE_ARRAY(16), DECIMAL(38, 4) */
    WEND_PARQUET_TEXT_LIST     /* LIST of STRING, list and elements required */
};

struct wend_parquet_column {
    const char *name; /* UTF-8, zero-terminated */
    enum wend_parquet_type type;
    bool is_nullable;      /* not for TEXT_LIST */
    bool has_bloom_filter; /* worth it on ids that are looked up */
};

struct wend_parquet_key_value {
    const char *key; /* UTF-8, zero-terminated */
    const char *value;
};

#define WEND_PARQUET_COLUMNS_MAX 4096U
#define WEND_PARQUET_VALUE_BYTES_MAX (UINT32_C(64) << 20) /* of one value, or of one list */

/* 0 and NULL stand for the default of each field. */
struct wend_parquet_options {
    int zstd_level;              /* 3 */
    uint64_t row_group_rows;     /* 1,000,000 */
    uint64_t row_group_bytes;    /* 128 MiB, before compression */
    uint32_t page_rows;          /* 20,000 */
    uint32_t page_bytes;         /* 1 MiB of values as PLAIN */
    uint32_t dictionary_bytes;   /* 1 MiB; a larger one gives way to PLAIN. 1 switches off */
    uint32_t dictionary_entries; /* 65,536; for columns of fixed width */
    uint64_t hash_seed;          /* a secret of the run; never shows in the file */
    uint32_t threads;            /* 1; more encode columns side by side, to the same bytes */
    const char *created_by;      /* "<application> version <x.y.z> (build <hash>)" */
    const struct wend_parquet_key_value *key_values;
    uint32_t key_value_count;
    /* Columns by which the caller sorts the rows: ascending, nulls first. Recorded, not checked. */
    const uint32_t *sorting_columns;
    uint32_t sorting_column_count;
};

/* Takes the bytes of the file in order; a failure ends the writing. */
struct wend_parquet_sink {
    enum wend_status (*write)(void *context, const void *data, size_t len,
                              struct wend_error *error);
    void *context;
};

struct wend_parquet_summary {
    uint64_t rows;
    uint64_t bytes; /* of the whole file */
    uint32_t row_groups;
};

struct wend_parquet_writer;

/*
 * Copies columns and options (NULL: all defaults) and writes the magic bytes. On failure
 * `*writer` is NULL. WEND_ERROR_USAGE: no column, too many, a name that is not UTF-8 or stands
 * twice, a nullable list, a zstd level or a sorting column that does not exist.
 */
enum wend_status wend__parquet_writer_create(const struct wend_parquet_column *columns,
                                             uint32_t column_count,
                                             const struct wend_parquet_options *options,
                                             struct wend_parquet_sink sink,
                                             struct wend_parquet_writer **writer,
                                             struct wend_error *error);
/* Accepts NULL. Without `finish` before it what the sink has got is no Parquet file. */
void wend__parquet_writer_destroy(struct wend_parquet_writer *writer);

/* INT64 and TIMESTAMP_US (microseconds since 1970-01-01 UTC). */
void wend__parquet_put_int64(struct wend_parquet_writer *writer, uint32_t column, int64_t value);
void wend__parquet_put_double(struct wend_parquet_writer *writer, uint32_t column, double value);
/* Values longer than WEND_PARQUET_VALUE_BYTES_MAX are WEND_ERROR_LIMIT. Bytes are copied. */
void wend__parquet_put_text(struct wend_parquet_writer *writer, uint32_t column,
                            struct wend_bytes value);
void wend__parquet_put_binary(struct wend_parquet_writer *writer, uint32_t column,
                              struct wend_bytes value);
/* Integers of 1/10000; at most 18 and 38 digits. */
void wend__parquet_put_decimal18(struct wend_parquet_writer *writer, uint32_t column,
                                 int64_t value);
void wend__parquet_put_decimal38(struct wend_parquet_writer *writer, uint32_t column,
                                 wend_int128 value);
/* A list of `count` present texts; count 0 is the empty list. */
void wend__parquet_put_list(struct wend_parquet_writer *writer, uint32_t column,
                            const struct wend_bytes *items, uint32_t count);
void wend__parquet_put_null(struct wend_parquet_writer *writer, uint32_t column);

/* Ends the row; every column must have got its value. May write a row group to the sink. */
enum wend_status wend__parquet_end_row(struct wend_parquet_writer *writer,
                                       struct wend_error *error);
/* Writes what is left and the footer; `summary` may be NULL. Call it once, between rows. */
enum wend_status wend__parquet_finish(struct wend_parquet_writer *writer,
                                      struct wend_parquet_summary *summary,
                                      struct wend_error *error);

#endif
