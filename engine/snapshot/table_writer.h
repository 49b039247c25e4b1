/*
 * table_writer.h: the rows of one table to its Parquet file.
 *
 * Threads: one at a time.
 */
#ifndef WEND_SNAPSHOT_TABLE_WRITER_H
#define WEND_SNAPSHOT_TABLE_WRITER_H

#include "parquet/writer.h"
#include "snapshot/customer_ids.h"
#include "snapshot/row_values.h"
#include "snapshot/staging.h"

#define WEND_TABLE_FILE_NAME "part-00000.parquet"

struct wend_table_file {
    uint64_t rows;
    uint64_t bytes;
    struct wend_hash128 checksum;
};

/* Zero-initialise to start. */
struct wend_table_writer {
    enum wend_table_id table;
    const struct wend_bytes *scopes; /* borrowed */
    uint32_t scope_count;
    struct wend_customer_namer *namer; /* borrowed */
    struct wend_staged_file file;
    struct wend_parquet_writer *parquet;
    struct wend_row_values row;
    uint64_t lost_values; /* rows of sessions and journeys whose value is null: it has no room */
    /* Rows of abandonment whose group is not complete: (key len, payload len, key, payload) each;
     * their shares need the sum. */
    struct wend_buffer waiting;
    struct wend_buffer waiting_group; /* the part of the key that they share */
    uint64_t waiting_abandoned;
};

struct wend_table_writer_options {
    enum wend_table_id table;
    const struct wend_staging *staging;
    char *const *segments; /* names: UTF-8, zero-terminated */
    uint32_t segment_count;
    const struct wend_bytes *scopes;
    uint32_t scope_count;
    struct wend_customer_namer *namer;
    uint32_t threads;
};

/* After a failure of any call only `deinit` is allowed. Errors: see snapshot_writer.h. */
enum wend_status wend__table_writer_open(struct wend_table_writer *writer,
                                         const struct wend_table_writer_options *options,
                                         struct wend_error *error);
enum wend_status wend__table_writer_row(struct wend_table_writer *writer, struct wend_bytes key,
                                        struct wend_bytes payload, struct wend_error *error);
enum wend_status wend__table_writer_finish(struct wend_table_writer *writer,
                                           struct wend_table_file *file, struct wend_error *error);
void wend__table_writer_deinit(struct wend_table_writer *writer);

/* A row of sessions or journeys (detail_writer.c). */
enum wend_status wend__detail_writer_row(struct wend_table_writer *writer, struct wend_bytes key,
                                         struct wend_bytes payload, struct wend_error *error);
/* Puts the values of `writer->row`. */
enum wend_status wend__table_writer_put(struct wend_table_writer *writer, struct wend_error *error);

#endif
