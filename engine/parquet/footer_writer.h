/*
 * footer_writer.h: page indexes and the footer of a file that is being written.
 *
 * What the footer tells about a chunk is kept as a note when the chunk is written. Page indexes
 * are encoded at that time too, but stand together before the footer, so that a reader fetches
 * them in one go; until then their place is known relative to the first of them only.
 *
 *     | chunks, Bloom filters | column indexes | offset indexes | FileMetaData | len 4 | PAR1 |
 *
 * Threads: one at a time.
 */
#ifndef WEND_PARQUET_FOOTER_WRITER_H
#define WEND_PARQUET_FOOTER_WRITER_H

#include "parquet/chunk_writer.h"
#include "parquet/thrift.h"

struct wend_parquet_place {
    uint64_t offset;
    uint32_t len; /* 0: there is none */
};

struct wend_parquet_chunk_note {
    uint64_t dictionary_offset; /* in the file; 0: no dictionary page */
    uint64_t data_offset;       /* of the first data page */
    uint64_t entry_count;
    uint64_t null_count;
    uint64_t raw_bytes;
    uint64_t compressed_bytes; /* pages with their headers */
    uint32_t dictionary_coded_pages;
    uint32_t plain_pages;
    bool has_bounds;
    struct wend_parquet_bounds bounds;
    struct wend_parquet_place bloom;        /* in the file */
    struct wend_parquet_place column_index; /* relative to the first column index */
    struct wend_parquet_place offset_index; /* relative to the first offset index */
};

struct wend_parquet_group_note {
    uint64_t row_count;
    uint64_t offset; /* of its first page */
};

struct wend_parquet_footer {
    const struct wend_parquet_column *columns;
    uint32_t column_count;
    const struct wend_parquet_options *options;
    struct wend_parquet_group_note *groups;
    size_t group_count;
    size_t group_capacity;
    struct wend_parquet_chunk_note *chunks; /* group by group, column by column */
    size_t chunk_count;
    size_t chunk_capacity;
    struct wend_buffer column_indexes;
    struct wend_buffer offset_indexes;
};

/*
 * Notes a finished chunk whose first page stands at `offset` of the file, and encodes its page
 * index. False without memory.
 */
bool wend__parquet_footer_add_chunk(struct wend_parquet_footer *footer,
                                    const struct wend_parquet_chunk_writer *chunk, uint64_t offset,
                                    struct wend_parquet_place bloom);
bool wend__parquet_footer_add_group(struct wend_parquet_footer *footer, uint64_t row_count,
                                    uint64_t offset);
/* Appends FileMetaData, its length and the magic bytes; the indexes stand at `index_offset`. */
bool wend__parquet_footer_write(const struct wend_parquet_footer *footer, uint64_t index_offset,
                                struct wend_buffer *out);
void wend__parquet_footer_deinit(struct wend_parquet_footer *footer);

/* schema_writer.c: the field `schema` of FileMetaData. */
void wend__parquet_schema_write(struct wend_thrift_writer *thrift,
                                const struct wend_parquet_column *columns, uint32_t column_count);
/* The physical type of a column's leaf. */
enum wend_parquet_physical wend__parquet_schema_physical(enum wend_parquet_type type);

#endif
