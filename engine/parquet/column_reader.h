/*
 * column_reader.h: one column of a row group, row by row.
 *
 * It holds one page and one dictionary, both decompressed; views that it gives point into them or,
 * for lists, into copies: a list may go on in the next page.
 *
 * Threads: one at a time for each set of tools and the columns that use it.
 */
#ifndef WEND_PARQUET_COLUMN_READER_H
#define WEND_PARQUET_COLUMN_READER_H

#include "parquet/page_reader.h"

/* Texts of one list, and what is kept for each of them. */
#define WEND_PARQUET_LIST_BYTES_MAX (UINT32_C(64) << 20)

struct wend_parquet_column_reader {
    const struct wend_parquet_leaf *leaf;
    struct wend_parquet_page_source source;
    uint64_t entries_left;      /* of the chunk, in pages that are not yet read */
    uint32_t page_entries_left; /* of the page in progress */
    bool has_repetition;        /* `repetition` is that of the next entry */
    uint32_t repetition;
    struct wend_parquet_hybrid definitions;
    struct wend_parquet_hybrid repetitions;
    struct wend_parquet_values values;
    struct wend_parquet_lookup lookup;
    struct wend_buffer body;
    /* The list in progress: its texts back to back, and their views. */
    struct wend_buffer list_bytes;
    struct wend_bytes *items;
    size_t item_count;
    size_t item_capacity;
};

/* Zero-initialise the column before its first row group; `deinit` accepts that. */
void wend__parquet_column_deinit(struct wend_parquet_column_reader *column);
/* Starts a chunk of the leaf called `name`; both are borrowed. */
enum wend_status wend__parquet_column_open(struct wend_parquet_column_reader *column,
                                           struct wend_parquet_read_tools *tools,
                                           const struct wend_parquet_leaf *leaf, const char *name,
                                           const struct wend_parquet_chunk_place *place,
                                           struct wend_error *error);
/* The value of the next row. */
enum wend_status wend__parquet_column_next(struct wend_parquet_column_reader *column,
                                           struct wend_parquet_read_tools *tools,
                                           struct wend_parquet_value *value,
                                           struct wend_error *error);
/* Checks that the chunk has no row more. */
enum wend_status wend__parquet_column_end(struct wend_parquet_column_reader *column,
                                          struct wend_parquet_read_tools *tools,
                                          struct wend_error *error);

/* convert_value.c: what the bytes of a value mean. NULL: done; else what is wrong with them. */
const char *wend__parquet_value_convert(const struct wend_parquet_leaf *leaf, struct wend_bytes raw,
                                        struct wend_parquet_value *value);

#endif
