/*
 * row_batch.h: rows on their way to the columns of a writer, kept column by column.
 *
 *   column of values   bytes: | value | value | ...    lens: | len | null | len | ...
 *   column of lists    bytes: | item | item | item |   lens: | len | len | len |   counts: | 2 | 1
 * |
 *
 * With it columns can be encoded one by one, by whatever thread, instead of row by row: each column
 * gets the same values in the same order, hence the same bytes come out.
 *
 * Threads: filled by one; then one a column at a time.
 */
#ifndef WEND_PARQUET_ROW_BATCH_H
#define WEND_PARQUET_ROW_BATCH_H

#include "parquet/chunk_writer.h"

struct wend_parquet_batch_column {
    struct wend_buffer bytes;
    struct wend_parquet_codes lens;   /* of values or items; UINT32_MAX: null */
    struct wend_parquet_codes counts; /* lists: items of each row */
    struct wend_bytes *items;         /* scratch: the list that is encoded */
    size_t item_capacity;
    size_t byte_at; /* what was encoded so far */
    size_t len_at;
    size_t row_at;
};

struct wend_parquet_row_batch {
    struct wend_parquet_batch_column *columns;
    uint32_t column_count;
    uint32_t row_count;
};

/* False without memory; `deinit` still has to be called, and accepts a zeroed batch. */
bool wend__parquet_batch_init(struct wend_parquet_row_batch *batch, uint32_t column_count);
void wend__parquet_batch_deinit(struct wend_parquet_row_batch *batch);
void wend__parquet_batch_clear(struct wend_parquet_row_batch *batch);
/* Enough rows, or enough bytes: worth encoding. */
bool wend__parquet_batch_is_full(const struct wend_parquet_row_batch *batch);

/* Copies the value of a row in; at most WEND_PARQUET_VALUE_BYTES_MAX. False without memory. */
bool wend__parquet_batch_put(struct wend_parquet_batch_column *column, struct wend_bytes value);
bool wend__parquet_batch_put_null(struct wend_parquet_batch_column *column);
bool wend__parquet_batch_put_list(struct wend_parquet_batch_column *column,
                                  const struct wend_bytes *items, uint32_t count);

/* Rows of the column, which is that of `chunk`. */
static inline size_t wend__parquet_batch_rows(const struct wend_parquet_batch_column *column,
                                              const struct wend_parquet_chunk_writer *chunk) {
    return chunk->type == WEND_PARQUET_TEXT_LIST ? column->counts.count : column->lens.count;
}

/* Puts the next row of the column into `chunk`. WEND_ERROR_MEMORY, and what a page may meet. */
enum wend_status wend__parquet_batch_encode_row(struct wend_parquet_batch_column *column,
                                                struct wend_parquet_chunk_writer *chunk,
                                                struct wend_parquet_page_tools *tools,
                                                struct wend_error *error);
/* So many bytes at most does the chunk take before compression, beyond what it takes now, at any
 * row while the column is encoded. */
uint64_t wend__parquet_batch_bound(const struct wend_parquet_batch_column *column,
                                   const struct wend_parquet_chunk_writer *chunk,
                                   const struct wend_parquet_options *options);

#endif
