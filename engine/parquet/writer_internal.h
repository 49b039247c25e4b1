/*
 * writer_internal.h: the inside of a writer; for writer.c and writer_create.c only.
 *
 * Threads: as writer.h.
 */
#ifndef WEND_PARQUET_WRITER_INTERNAL_H
#define WEND_PARQUET_WRITER_INTERNAL_H

#include "parquet/crew.h"
#include "parquet/footer_writer.h"
#include "parquet/row_batch.h"

struct wend_parquet_writer {
    struct wend_parquet_column *columns; /* names are copies */
    struct wend_parquet_chunk_writer *chunks;
    uint32_t column_count;
    char *created_by;
    struct wend_parquet_key_value *key_values; /* copies */
    uint32_t *sorting_columns;
    struct wend_parquet_page_tools tools; /* its options point to the copies */
    struct wend_parquet_footer footer;
    struct wend_parquet_sink sink;
    /* With several threads rows are gathered: one batch is filled while the crew has the other. */
    bool gathers;
    struct wend_parquet_row_batch batches[2];
    struct wend_parquet_row_batch *filling;
    struct wend_parquet_crew *crew; /* from the first full batch on */
    uint64_t offset;                /* bytes that the sink has taken */
    uint64_t group_rows;            /* that were encoded, or posted to the crew */
    uint64_t row_count;
    bool has_failed;
    bool is_finished;
    struct wend_error failure; /* the first one */
};

/* writer.c: gives bytes to the sink and counts them. */
enum wend_status wend__parquet_send(struct wend_parquet_writer *writer, struct wend_bytes bytes,
                                    struct wend_error *error);

#endif
