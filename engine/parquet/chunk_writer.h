/*
 * chunk_writer.h: one column of the row group that is being written.
 *
 * A value is turned into a dictionary code, or into its PLAIN bytes once the dictionary has grown
 * too large or does not pay. When enough rows have come the page is cut: levels and codes are
 * packed, the body is compressed, and only that is kept.
 *
 *     put -> codes + levels --cut--> body -> zstd -> `pages`: | header | body | header | body | ...
 *                  \__ dictionary ------finish-----> `dictionary_page`
 *
 * Threads: one at a time.
 */
#ifndef WEND_PARQUET_CHUNK_WRITER_H
#define WEND_PARQUET_CHUNK_WRITER_H

#include "parquet/bloom.h"
#include "parquet/bounds.h"
#include "parquet/codec.h"
#include "parquet/dictionary.h"
#include "parquet/encode.h"
#include "parquet/writer.h"

/* A cut page, for the page index. */
struct wend_parquet_page_note {
    uint64_t offset;      /* of its header in `pages` */
    uint64_t first_row;   /* in the row group */
    uint64_t null_count;  /* nulls, and empty lists */
    uint32_t total_bytes; /* header and body */
    bool is_all_null;
    struct wend_parquet_bounds bounds;
};

/* What the columns of a writer share. */
struct wend_parquet_page_tools {
    struct wend_parquet_options options; /* with defaults filled in; its pointers are not used */
    struct wend_parquet_compressor compressor;
    struct wend_buffer body;       /* scratch: a page before compression */
    struct wend_buffer compressed; /* scratch: and after it */
    struct wend_buffer text;       /* scratch: a repaired text */
};

struct wend_parquet_chunk_writer {
    enum wend_parquet_type type;
    enum wend_parquet_order order;
    uint32_t width; /* bytes of a value; 0: any length */
    bool is_nullable;
    bool has_row; /* the row in progress has its value */

    /* The page in progress. */
    struct wend_parquet_codes codes;      /* while `uses_dictionary` */
    struct wend_buffer values;            /* PLAIN, once it does not */
    struct wend_parquet_codes definition; /* nullable columns and lists */
    struct wend_parquet_codes repetition; /* lists */
    uint32_t page_rows;
    uint64_t page_entries;
    uint64_t page_nulls;
    uint64_t page_plain_bytes; /* what the values take as PLAIN */

    /* The chunk so far. */
    bool uses_dictionary; /* for the page in progress */
    bool has_bounds;      /* false: a page without them, so the chunk has none */
    struct wend_parquet_dictionary dictionary;
    struct wend_parquet_codes last_pages; /* per code: number of the page that saw it last */
    struct wend_parquet_bloom bloom;      /* `words` NULL: none */
    struct wend_buffer pages;
    struct wend_buffer dictionary_page; /* filled by `finish`; empty: none */
    struct wend_parquet_page_note *notes;
    size_t note_count;
    size_t note_capacity;
    uint32_t dictionary_coded_pages;
    uint64_t row_count;
    uint64_t entry_count;
    uint64_t null_count;
    uint64_t raw_bytes; /* pages before compression, with headers */
    struct wend_parquet_bounds bounds;
};

/* On failure `deinit` still has to be called; it accepts a zeroed chunk. */
enum wend_status wend__parquet_chunk_init(struct wend_parquet_chunk_writer *chunk,
                                          const struct wend_parquet_column *column,
                                          const struct wend_parquet_options *options,
                                          struct wend_error *error);
void wend__parquet_chunk_deinit(struct wend_parquet_chunk_writer *chunk);
/* Makes the chunk ready for the next row group. */
void wend__parquet_chunk_clear(struct wend_parquet_chunk_writer *chunk);

/* One row: a value as the bytes that PLAIN writes, without length; text must be valid UTF-8 or it
 * is repaired. */
enum wend_status wend__parquet_chunk_put(struct wend_parquet_chunk_writer *chunk,
                                         struct wend_parquet_page_tools *tools,
                                         struct wend_bytes value, struct wend_error *error);
enum wend_status wend__parquet_chunk_put_null(struct wend_parquet_chunk_writer *chunk,
                                              struct wend_parquet_page_tools *tools,
                                              struct wend_error *error);
enum wend_status wend__parquet_chunk_put_list(struct wend_parquet_chunk_writer *chunk,
                                              struct wend_parquet_page_tools *tools,
                                              const struct wend_bytes *items, uint32_t count,
                                              struct wend_error *error);

/* Cuts the last page and makes the dictionary page. The chunk has at least one row. */
enum wend_status wend__parquet_chunk_finish(struct wend_parquet_chunk_writer *chunk,
                                            struct wend_parquet_page_tools *tools,
                                            struct wend_error *error);

/* page_writer.c: cuts the page in progress, which has at least one row. `is_last`: of the chunk. */
enum wend_status wend__parquet_page_cut(struct wend_parquet_chunk_writer *chunk,
                                        struct wend_parquet_page_tools *tools, bool is_last,
                                        struct wend_error *error);
/* page_writer.c: compresses the dictionary into `dictionary_page`. */
enum wend_status wend__parquet_page_dictionary(struct wend_parquet_chunk_writer *chunk,
                                               struct wend_parquet_page_tools *tools,
                                               struct wend_error *error);
/* Turns the codes of the page in progress into PLAIN values, which the chunk keeps to from here. */
enum wend_status wend__parquet_chunk_leave_dictionary(struct wend_parquet_chunk_writer *chunk,
                                                      struct wend_error *error);

#endif
