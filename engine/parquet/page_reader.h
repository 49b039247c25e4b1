/*
 * page_reader.h: the pages of one chunk: found, checked against their checksum, decompressed.
 *
 *     | header | levels, values | header | levels, values | ...
 *
 * Threads: one at a time for each set of tools and the chunks that use it.
 */
#ifndef WEND_PARQUET_PAGE_READER_H
#define WEND_PARQUET_PAGE_READER_H

#include "base/buffer.h"
#include "parquet/codec.h"
#include "parquet/decode_values.h"
#include "parquet/footer_reader.h"

/* A page, and what is allocated for it, has at most this many bytes. */
#define WEND_PARQUET_PAGE_BYTES_MAX (UINT32_C(1) << 30)

/* A file that is read by places, or memory. */
struct wend_parquet_input {
    const char *name; /* for texts */
    int descriptor;   /* -1: `memory` */
    struct wend_bytes memory;
    uint64_t len;
};

/* `len` bytes at `offset`, which are inside of the input: a view of memory, or of `buffer`, which
 * they replace. */
enum wend_status wend__parquet_input_read(const struct wend_parquet_input *input, uint64_t offset,
                                          size_t len, struct wend_buffer *buffer,
                                          struct wend_bytes *bytes, struct wend_error *error);

/* What the columns of a reader share. */
struct wend_parquet_read_tools {
    struct wend_parquet_input input;
    struct wend_parquet_decompressor decompressor;
    struct wend_buffer head;   /* scratch: the bytes in which a header is looked for */
    struct wend_buffer stored; /* scratch: a page as it is in the file */
};

struct wend_parquet_page_header {
    int32_t type;
    uint32_t raw_bytes;
    uint32_t stored_bytes;
    bool has_checksum;
    uint32_t checksum;
    uint32_t entry_count; /* or the values of a dictionary */
    int32_t encoding;
    int32_t definition_encoding; /* of V1 */
    int32_t repetition_encoding;
    uint32_t definition_bytes; /* of V2 */
    uint32_t repetition_bytes;
    bool is_compressed;
};

enum wend_parquet_header_result {
    WEND_PARQUET_HEADER_OK,
    WEND_PARQUET_HEADER_SHORT, /* more bytes may make it one */
    WEND_PARQUET_HEADER_DAMAGED
};

/* Reads a header at the start of `bytes`; `*header_bytes` is its length. */
enum wend_parquet_header_result
wend__parquet_page_header_read(struct wend_bytes bytes, struct wend_parquet_page_header *header,
                               size_t *header_bytes);

/* A chunk that is being read page by page. */
struct wend_parquet_page_source {
    const char *column; /* its name, for texts */
    struct wend_parquet_chunk_place place;
    uint64_t at;          /* of the next header */
    uint64_t page_offset; /* of the header that was read last, for texts */
};

/* WEND_ERROR_IO that names column and place, or WEND_ERROR_USAGE that names what is not read. */
enum wend_status wend__parquet_page_damaged(const struct wend_parquet_page_source *source,
                                            const struct wend_parquet_read_tools *tools,
                                            const char *what, struct wend_error *error);
enum wend_status wend__parquet_page_refused(const struct wend_parquet_page_source *source,
                                            const struct wend_parquet_read_tools *tools,
                                            const char *what, int number, struct wend_error *error);

/* Reads the next data or dictionary page; its body replaces that of `data` or `dictionary`. */
enum wend_status wend__parquet_page_next(struct wend_parquet_page_source *source,
                                         struct wend_parquet_read_tools *tools,
                                         struct wend_parquet_page_header *header,
                                         struct wend_buffer *data, struct wend_buffer *dictionary,
                                         struct wend_error *error);

#endif
