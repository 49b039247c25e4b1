/*
 * parquet_fixture.h: Parquet files of one column, page by page, for what wend's writer never makes.
 */
#ifndef WEND_TESTS_PARQUET_FIXTURE_H
#define WEND_TESTS_PARQUET_FIXTURE_H

#include "parquet/codec.h"
#include "parquet/reader.h"
#include "parquet/thrift.h"

#include <criterion/criterion.h>

/* What the footer says; the pages stand in `file` behind the magic bytes. */
struct made_file {
    struct wend_buffer file;
    enum wend_parquet_physical physical;
    enum wend_parquet_repetition repetition;
    int32_t width;
    int32_t converted; /* -1: none */
    int32_t codec;
    int64_t entry_count;
    int64_t row_count;
    int64_t begin; /* 0: where the pages begin */
    int64_t bytes; /* 0: up to where they end */
    bool is_in_other_file;
    bool is_encrypted;
};

static inline struct made_file make_file(enum wend_parquet_physical physical, int64_t count) {
    struct made_file made = {
        .physical = physical, .converted = -1, .entry_count = count, .row_count = count};
    cr_assert(wend__buffer_append_text(&made.file, WEND_PARQUET_MAGIC));
    return made;
}

static inline void start_header(struct wend_thrift_writer *thrift, struct made_file *made,
                                enum wend_parquet_page_type type, size_t raw_bytes,
                                struct wend_bytes body) {
    wend__thrift_writer_init(thrift, &made->file);
    wend__thrift_begin(thrift);
    wend__thrift_write_i32(thrift, 1, (int32_t)type);
    wend__thrift_write_i32(thrift, 2, (int32_t)raw_bytes);
    wend__thrift_write_i32(thrift, 3, (int32_t)body.len);
}

static inline void end_header(struct wend_thrift_writer *thrift, struct made_file *made,
                              struct wend_bytes body) {
    wend__thrift_end(thrift);
    wend__thrift_end(thrift);
    cr_assert(!thrift->failed && wend__buffer_append(&made->file, body.data, body.len));
}

/* A V1 data page; `raw_bytes` is the length that the header claims. */
static inline void add_page_of(struct made_file *made, int32_t encoding, int32_t level_encoding,
                               int32_t count, size_t raw_bytes, struct wend_bytes body) {
    struct wend_thrift_writer thrift;
    start_header(&thrift, made, WEND_PAGE_DATA, raw_bytes, body);
    wend__thrift_begin_field(&thrift, 5);
    wend__thrift_write_i32(&thrift, 1, count);
    wend__thrift_write_i32(&thrift, 2, encoding);
    wend__thrift_write_i32(&thrift, 3, level_encoding);
    wend__thrift_write_i32(&thrift, 4, level_encoding);
    end_header(&thrift, made, body);
}

static inline void add_page(struct made_file *made, int32_t encoding, int32_t count,
                            const void *body, size_t len) {
    add_page_of(made, encoding, WEND_ENCODING_RLE, count, len, wend__bytes(body, len));
}

static inline void add_dictionary(struct made_file *made, int32_t count, const void *body,
                                  size_t len) {
    struct wend_thrift_writer thrift;
    start_header(&thrift, made, WEND_PAGE_DICTIONARY, len, wend__bytes(body, len));
    wend__thrift_begin_field(&thrift, 7);
    wend__thrift_write_i32(&thrift, 1, count);
    wend__thrift_write_i32(&thrift, 2, WEND_ENCODING_PLAIN);
    end_header(&thrift, made, wend__bytes(body, len));
}

static inline void add_page_v2(struct made_file *made, int32_t encoding, int32_t count,
                               int32_t level_bytes, bool is_compressed, size_t raw_bytes,
                               const void *body, size_t len) {
    struct wend_thrift_writer thrift;
    start_header(&thrift, made, WEND_PAGE_DATA_V2, raw_bytes, wend__bytes(body, len));
    wend__thrift_begin_field(&thrift, 8);
    wend__thrift_write_i32(&thrift, 1, count);
    wend__thrift_write_i32(&thrift, 2, 0);
    wend__thrift_write_i32(&thrift, 3, count);
    wend__thrift_write_i32(&thrift, 4, encoding);
    wend__thrift_write_i32(&thrift, 5, level_bytes);
    wend__thrift_write_i32(&thrift, 6, 0);
    wend__thrift_write_bool(&thrift, 7, is_compressed);
    end_header(&thrift, made, wend__bytes(body, len));
}

static inline void write_made_schema(struct wend_thrift_writer *thrift,
                                     const struct made_file *made) {
    wend__thrift_write_list(thrift, 2, WEND_THRIFT_STRUCT, 2);
    wend__thrift_begin(thrift);
    wend__thrift_write_binary(thrift, 4, wend__bytes_text("schema"));
    wend__thrift_write_i32(thrift, 5, 1);
    wend__thrift_end(thrift);
    wend__thrift_begin(thrift);
    wend__thrift_write_i32(thrift, 1, (int32_t)made->physical);
    wend__thrift_write_i32(thrift, 2, made->width);
    wend__thrift_write_i32(thrift, 3, (int32_t)made->repetition);
    wend__thrift_write_binary(thrift, 4, wend__bytes_text("made"));
    if (made->converted >= 0) {
        wend__thrift_write_i32(thrift, 6, made->converted);
    }
    wend__thrift_end(thrift);
}

static inline void write_made_chunk(struct wend_thrift_writer *thrift, const struct made_file *made,
                                    int64_t page_end) {
    int64_t begin = made->begin == 0 ? (int64_t)WEND_PARQUET_MAGIC_BYTES : made->begin;
    wend__thrift_begin(thrift);
    if (made->is_in_other_file) {
        wend__thrift_write_binary(thrift, 1, wend__bytes_text("other.parquet"));
    }
    wend__thrift_begin_field(thrift, 3);
    wend__thrift_write_i32(thrift, 1, (int32_t)made->physical);
    wend__thrift_write_i32(thrift, 4, made->codec);
    wend__thrift_write_i64(thrift, 5, made->entry_count);
    wend__thrift_write_i64(thrift, 7, made->bytes == 0 ? page_end - begin : made->bytes);
    wend__thrift_write_i64(thrift, 9, begin);
    wend__thrift_end(thrift);
    if (made->is_encrypted) {
        wend__thrift_write_empty(thrift, 8);
    }
    wend__thrift_end(thrift);
}

/* Writes the footer and opens the file, which must work. */
static inline enum wend_status
open_made(struct made_file *made, struct wend_parquet_reader **reader, struct wend_error *error) {
    struct wend_thrift_writer thrift;
    size_t footer_at = made->file.len;
    wend__thrift_writer_init(&thrift, &made->file);
    wend__thrift_begin(&thrift);
    wend__thrift_write_i32(&thrift, 1, 1);
    write_made_schema(&thrift, made);
    wend__thrift_write_i64(&thrift, 3, made->row_count);
    wend__thrift_write_list(&thrift, 4, WEND_THRIFT_STRUCT, 1);
    wend__thrift_begin(&thrift);
    wend__thrift_write_list(&thrift, 1, WEND_THRIFT_STRUCT, 1);
    write_made_chunk(&thrift, made, (int64_t)footer_at);
    wend__thrift_write_i64(&thrift, 3, made->row_count);
    wend__thrift_end(&thrift);
    wend__thrift_end(&thrift);
    uint8_t len[4];
    wend__store_le32(len, (uint32_t)(made->file.len - footer_at));
    cr_assert(!thrift.failed && wend__buffer_append(&made->file, len, sizeof len) &&
              wend__buffer_append_text(&made->file, WEND_PARQUET_MAGIC));
    return wend__parquet_reader_open_memory(wend__buffer_view(&made->file), reader, error);
}

static inline void close_made(struct made_file *made, struct wend_parquet_reader *reader) {
    wend__parquet_reader_close(reader);
    wend__buffer_deinit(&made->file);
}

/* Reads a file to its end, whatever is in it. */
static inline enum wend_status read_made(struct made_file *made, struct wend_error *error) {
    struct wend_parquet_reader *reader;
    bool found = true;
    enum wend_status status = open_made(made, &reader, error);
    while (status == WEND_OK && found) {
        status = wend__parquet_reader_next(reader, &found, error);
    }
    close_made(made, reader);
    return status;
}

/* The next row, which must be there. */
static inline const struct wend_parquet_value *next_made(struct wend_parquet_reader *reader) {
    bool found;
    struct wend_error error = {0};
    cr_assert_eq(wend__parquet_reader_next(reader, &found, &error), WEND_OK, "%s", error.text);
    cr_assert(found);
    return wend__parquet_reader_value(reader, 0);
}

static inline void expect_refused(struct made_file *made, enum wend_status expected,
                                  const char *text) {
    struct wend_error error = {0};
    cr_expect_eq(read_made(made, &error), expected, "%s: %s", text, error.text);
    cr_expect(strstr(error.text, text) != NULL, "\"%s\" lacks \"%s\"", error.text, text);
}

#endif
