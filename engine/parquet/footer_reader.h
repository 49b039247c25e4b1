/*
 * footer_reader.h: what the end of a file tells: its columns, where their chunks are, its metadata.
 *
 * A field is a column as the user sees it; it has one leaf where it can be read. What is read
 * later (chunks, pages) is checked against what is kept here; what is here was checked against the
 * length of the file.
 *
 * Threads: one at a time; once it was read, any number.
 */
#ifndef WEND_PARQUET_FOOTER_READER_H
#define WEND_PARQUET_FOOTER_READER_H

#include "base/arena.h"
#include "parquet/parquet_format.h"
#include "parquet/reader.h"
#include "parquet/thrift_reader.h"

/* Leaves, groups and all: beyond it a file is refused. */
#define WEND_PARQUET_SCHEMA_MAX 65536U

/* How the bytes of a value become what the reader gives. */
enum wend_parquet_conversion {
    WEND_CONVERSION_NONE, /* bool, signed integer, double or bytes, by the physical type */
    WEND_CONVERSION_UNSIGNED,
    WEND_CONVERSION_MILLIS,
    WEND_CONVERSION_NANOS,
    WEND_CONVERSION_DECIMAL /* big-endian bytes */
};

struct wend_parquet_leaf {
    enum wend_parquet_physical physical;
    uint32_t width; /* of a value as PLAIN, in bytes; 0: BOOLEAN, BYTE_ARRAY */
    enum wend_parquet_conversion conversion;
    uint32_t definition_max;
    uint32_t repetition_max;  /* 0 or 1 */
    uint32_t list_definition; /* a list is there from this level on, and has items above it */
};

/* One element of the tree that the schema is, in the order of the file: parents first. */
struct wend_parquet_element {
    struct wend_bytes name;
    enum wend_parquet_physical physical; /* NONE: a group */
    int32_t width;
    enum wend_parquet_repetition repetition;
    int32_t child_count;
    int32_t converted; /* -1: none */
    int32_t logical;   /* 0: none */
    int32_t scale;
    int32_t unit; /* of a timestamp: 1 ms, 2 us, 3 ns */
    int32_t integer_bits;
    bool integer_is_signed;
};

struct wend_parquet_chunk_place {
    uint64_t begin; /* of its first page in the file */
    uint64_t end;
    uint64_t entry_count;
    int32_t codec;
    int32_t physical;
    bool is_elsewhere; /* in another file */
    bool is_encrypted;
};

struct wend_parquet_read_group {
    uint64_t row_count;
};

struct wend_parquet_key_text {
    const char *key;
    const char *value;
};

struct wend_parquet_metadata {
    struct wend_arena arena; /* names and texts */
    struct wend_parquet_field *fields;
    struct wend_parquet_leaf *leaves; /* per field; of use where `unsupported` is NULL */
    uint32_t *leaf_indexes;           /* per field: the first leaf in the file's count */
    uint32_t field_count;
    uint32_t leaf_count; /* of the file */
    struct wend_parquet_read_group *groups;
    size_t group_count;
    size_t group_capacity;
    struct wend_parquet_chunk_place *chunks; /* group by group, `leaf_count` each */
    size_t chunk_count;
    size_t chunk_capacity;
    struct wend_parquet_key_text *key_texts;
    uint32_t key_text_count;
    uint64_t row_count;
};

/*
 * Reads the Thrift bytes of a footer; chunks must end before `data_end`. `file` names the file in
 * errors: WEND_ERROR_IO, WEND_ERROR_USAGE as in reader.h. On failure `deinit` still has to be
 * called; zero-initialise to start.
 */
enum wend_status wend__parquet_footer_read(struct wend_parquet_metadata *metadata,
                                           struct wend_bytes footer, uint64_t data_end,
                                           const char *file, struct wend_error *error);
void wend__parquet_metadata_deinit(struct wend_parquet_metadata *metadata);

/* schema_reader.c: reads one SchemaElement. */
void wend__parquet_element_read(struct wend_thrift_reader *thrift,
                                struct wend_parquet_element *element);
/* schema_reader.c: fills the fields from the elements. A fault that makes the tree no tree is told
 * by the text in `*fault`; NULL and false: no memory. */
bool wend__parquet_schema_read(struct wend_parquet_metadata *metadata,
                               const struct wend_parquet_element *elements, uint32_t count,
                               const char **fault);

#endif
