#include "parquet/writer.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "parquet/footer_writer.h"

#include <assert.h>
#include <math.h>

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
    uint64_t offset; /* bytes that the sink has taken */
    uint64_t group_rows;
    uint64_t row_count;
    bool has_failed;
    bool is_finished;
    struct wend_error failure; /* the first one */
};

static enum wend_status check_columns(const struct wend_parquet_column *columns,
                                      uint32_t column_count, struct wend_error *error) {
    if (column_count == 0 || column_count > WEND_PARQUET_COLUMNS_MAX) {
        return wend__fail(error, WEND_ERROR_USAGE, "a Parquet file has 1 to %u columns, not %u",
                          WEND_PARQUET_COLUMNS_MAX, column_count);
    }
    for (uint32_t i = 0; i < column_count; i++) {
        if (!wend__utf8_is_valid(wend__bytes_text(columns[i].name))) {
            return wend__fail(error, WEND_ERROR_USAGE, "the name of column %u is not UTF-8", i);
        }
        if (columns[i].type == WEND_PARQUET_TEXT_LIST && columns[i].is_nullable) {
            return wend__fail(error, WEND_ERROR_USAGE, "column %s: a list cannot be null",
                              columns[i].name);
        }
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(columns[i].name, columns[j].name) == 0) {
                return wend__fail(error, WEND_ERROR_USAGE, "there are two columns %s",
                                  columns[i].name);
            }
        }
    }
    return WEND_OK;
}

static void fill_defaults(struct wend_parquet_options *options) {
    options->zstd_level = options->zstd_level == 0 ? 3 : options->zstd_level;
    options->row_group_rows = options->row_group_rows == 0 ? 1000000 : options->row_group_rows;
    options->row_group_bytes =
        options->row_group_bytes == 0 ? UINT64_C(128) << 20 : options->row_group_bytes;
    options->page_rows = options->page_rows == 0 ? 20000 : options->page_rows;
    options->page_bytes = options->page_bytes == 0 ? UINT32_C(1) << 20 : options->page_bytes;
    options->dictionary_bytes =
        options->dictionary_bytes == 0 ? UINT32_C(1) << 20 : options->dictionary_bytes;
    options->dictionary_entries =
        options->dictionary_entries == 0 ? 65536 : options->dictionary_entries;
    if (options->created_by == NULL) {
        options->created_by = "wend version 0.0.0 (build unknown)";
    }
}

static char *copy_text(const char *text) {
    return wend__copy_text(text, strlen(text));
}

static bool copy_columns(struct wend_parquet_writer *writer,
                         const struct wend_parquet_column *columns, uint32_t column_count) {
    writer->columns = wend__alloc_zeroed(column_count, sizeof *writer->columns);
    writer->chunks = wend__alloc_zeroed(column_count, sizeof *writer->chunks);
    if (writer->columns == NULL || writer->chunks == NULL) {
        return false;
    }
    writer->column_count = column_count;
    for (uint32_t i = 0; i < column_count; i++) {
        writer->columns[i] = columns[i];
        writer->columns[i].name = copy_text(columns[i].name);
        if (writer->columns[i].name == NULL) {
            return false;
        }
    }
    return true;
}

static bool copy_options(struct wend_parquet_writer *writer,
                         const struct wend_parquet_options *given) {
    struct wend_parquet_options *options = &writer->tools.options;
    *options = given == NULL ? (struct wend_parquet_options){0} : *given;
    fill_defaults(options);
    options->created_by = writer->created_by = copy_text(options->created_by);
    writer->key_values = wend__alloc_zeroed(options->key_value_count, sizeof *writer->key_values);
    writer->sorting_columns =
        wend__alloc_zeroed(options->sorting_column_count, sizeof *writer->sorting_columns);
    if (writer->created_by == NULL || writer->key_values == NULL ||
        writer->sorting_columns == NULL) {
        options->key_value_count = 0;
        return false;
    }
    bool is_copied = true;
    for (uint32_t i = 0; i < options->key_value_count; i++) {
        writer->key_values[i].key = copy_text(options->key_values[i].key);
        writer->key_values[i].value = copy_text(options->key_values[i].value);
        is_copied =
            is_copied && writer->key_values[i].key != NULL && writer->key_values[i].value != NULL;
    }
    for (uint32_t i = 0; i < options->sorting_column_count; i++) {
        writer->sorting_columns[i] = options->sorting_columns[i];
    }
    options->key_values = writer->key_values;
    options->sorting_columns = writer->sorting_columns;
    return is_copied;
}

static enum wend_status send(struct wend_parquet_writer *writer, struct wend_bytes bytes,
                             struct wend_error *error) {
    if (bytes.len == 0) {
        return WEND_OK;
    }
    WEND_TRY(writer->sink.write(writer->sink.context, bytes.data, bytes.len, error));
    writer->offset += bytes.len;
    return WEND_OK;
}

static enum wend_status init(struct wend_parquet_writer *writer,
                             const struct wend_parquet_column *columns, uint32_t column_count,
                             const struct wend_parquet_options *options, struct wend_error *error) {
    if (!copy_options(writer, options) || !copy_columns(writer, columns, column_count)) {
        return wend__fail_memory(error);
    }
    options = &writer->tools.options;
    for (uint32_t i = 0; i < options->sorting_column_count; i++) {
        if (options->sorting_columns[i] >= column_count) {
            return wend__fail(error, WEND_ERROR_USAGE, "there is no column %u to sort by",
                              options->sorting_columns[i]);
        }
    }
    WEND_TRY(wend__parquet_compressor_init(&writer->tools.compressor, options->zstd_level, error));
    for (uint32_t i = 0; i < column_count; i++) {
        WEND_TRY(wend__parquet_chunk_init(&writer->chunks[i], &columns[i], options, error));
    }
    writer->footer = (struct wend_parquet_footer){
        .columns = writer->columns, .column_count = column_count, .options = options};
    return send(writer, wend__bytes_text(WEND_PARQUET_MAGIC), error);
}

enum wend_status wend__parquet_writer_create(const struct wend_parquet_column *columns,
                                             uint32_t column_count,
                                             const struct wend_parquet_options *options,
                                             struct wend_parquet_sink sink,
                                             struct wend_parquet_writer **writer,
                                             struct wend_error *error) {
    *writer = NULL;
    WEND_TRY(check_columns(columns, column_count, error));
    struct wend_parquet_writer *created = wend__alloc_zeroed(1, sizeof *created);
    if (created == NULL) {
        return wend__fail_memory(error);
    }
    created->sink = sink;
    enum wend_status status = init(created, columns, column_count, options, error);
    if (status != WEND_OK) {
        wend__parquet_writer_destroy(created);
        return status;
    }
    *writer = created;
    return WEND_OK;
}

void wend__parquet_writer_destroy(struct wend_parquet_writer *writer) {
    if (writer == NULL) {
        return;
    }
    for (uint32_t i = 0; i < writer->column_count; i++) {
        wend__free((void *)(uintptr_t)writer->columns[i].name);
        wend__parquet_chunk_deinit(&writer->chunks[i]);
    }
    for (uint32_t i = 0; i < writer->tools.options.key_value_count; i++) {
        wend__free((void *)(uintptr_t)writer->key_values[i].key);
        wend__free((void *)(uintptr_t)writer->key_values[i].value);
    }
    wend__free(writer->columns);
    wend__free(writer->chunks);
    wend__free(writer->created_by);
    wend__free(writer->key_values);
    wend__free(writer->sorting_columns);
    wend__parquet_compressor_deinit(&writer->tools.compressor);
    wend__buffer_deinit(&writer->tools.body);
    wend__buffer_deinit(&writer->tools.compressed);
    wend__buffer_deinit(&writer->tools.text);
    wend__parquet_footer_deinit(&writer->footer);
    wend__free(writer);
}

/* Keeps the first failure; what follows is ignored. */
static void note_status(struct wend_parquet_writer *writer, enum wend_status status) {
    if (status != WEND_OK) {
        writer->has_failed = true;
        writer->failure.status = status;
    }
}

static enum wend_status report(const struct wend_parquet_writer *writer, struct wend_error *error) {
    if (error != NULL) {
        *error = writer->failure;
    }
    return writer->failure.status;
}

static struct wend_parquet_chunk_writer *chunk_of(struct wend_parquet_writer *writer,
                                                  uint32_t column) {
    assert(column < writer->column_count && !writer->is_finished);
    return &writer->chunks[column];
}

static void put(struct wend_parquet_writer *writer, struct wend_parquet_chunk_writer *chunk,
                struct wend_bytes value) {
    if (!writer->has_failed) {
        note_status(writer,
                    wend__parquet_chunk_put(chunk, &writer->tools, value, &writer->failure));
    }
}

static void put_fixed(struct wend_parquet_writer *writer, struct wend_parquet_chunk_writer *chunk,
                      uint64_t bits) {
    uint8_t bytes[8];
    wend__store_le64(bytes, bits);
    put(writer, chunk, wend__bytes(bytes, sizeof bytes));
}

void wend__parquet_put_int64(struct wend_parquet_writer *writer, uint32_t column, int64_t value) {
    struct wend_parquet_chunk_writer *chunk = chunk_of(writer, column);
    assert(chunk->type == WEND_PARQUET_INT64 || chunk->type == WEND_PARQUET_TIMESTAMP_US);
    put_fixed(writer, chunk, (uint64_t)value);
}

void wend__parquet_put_double(struct wend_parquet_writer *writer, uint32_t column, double value) {
    struct wend_parquet_chunk_writer *chunk = chunk_of(writer, column);
    assert(chunk->type == WEND_PARQUET_DOUBLE);
    if (isnan(value) && chunk->is_nullable) {
        wend__parquet_put_null(writer, column);
        return;
    }
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_fixed(writer, chunk, bits);
}

/* True when a value of `len` bytes fits; else the failure is kept. */
static bool check_len(struct wend_parquet_writer *writer, uint32_t column, size_t len) {
    if (len <= WEND_PARQUET_VALUE_BYTES_MAX) {
        return true;
    }
    if (!writer->has_failed) {
        note_status(writer,
                    wend__fail(&writer->failure, WEND_ERROR_LIMIT,
                               "column %s: a value of %zu bytes is too long; at most %u",
                               writer->columns[column].name, len, WEND_PARQUET_VALUE_BYTES_MAX));
    }
    return false;
}

void wend__parquet_put_text(struct wend_parquet_writer *writer, uint32_t column,
                            struct wend_bytes value) {
    struct wend_parquet_chunk_writer *chunk = chunk_of(writer, column);
    assert(chunk->type == WEND_PARQUET_TEXT);
    if (check_len(writer, column, value.len)) {
        put(writer, chunk, value);
    }
}

void wend__parquet_put_binary(struct wend_parquet_writer *writer, uint32_t column,
                              struct wend_bytes value) {
    struct wend_parquet_chunk_writer *chunk = chunk_of(writer, column);
    assert(chunk->type == WEND_PARQUET_BINARY);
    if (check_len(writer, column, value.len)) {
        put(writer, chunk, value);
    }
}

void wend__parquet_put_decimal18(struct wend_parquet_writer *writer, uint32_t column,
                                 int64_t value) {
    struct wend_parquet_chunk_writer *chunk = chunk_of(writer, column);
    assert(chunk->type == WEND_PARQUET_DECIMAL18_4);
    put_fixed(writer, chunk, (uint64_t)value);
}

void wend__parquet_put_decimal38(struct wend_parquet_writer *writer, uint32_t column,
                                 wend_int128 value) {
    struct wend_parquet_chunk_writer *chunk = chunk_of(writer, column);
    assert(chunk->type == WEND_PARQUET_DECIMAL38_4);
    wend_uint128 bits = (wend_uint128)value;
    uint8_t bytes[16];
    for (unsigned i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(bits >> (8 * (15 - i)));
    }
    put(writer, chunk, wend__bytes(bytes, sizeof bytes));
}

void wend__parquet_put_list(struct wend_parquet_writer *writer, uint32_t column,
                            const struct wend_bytes *items, uint32_t count) {
    struct wend_parquet_chunk_writer *chunk = chunk_of(writer, column);
    size_t len = 0;
    for (uint32_t i = 0; i < count && len <= WEND_PARQUET_VALUE_BYTES_MAX; i++) {
        len = items[i].len > WEND_PARQUET_VALUE_BYTES_MAX ? items[i].len : len + items[i].len + 4;
    }
    if (check_len(writer, column, len) && !writer->has_failed) {
        note_status(writer, wend__parquet_chunk_put_list(chunk, &writer->tools, items, count,
                                                         &writer->failure));
    }
}

void wend__parquet_put_null(struct wend_parquet_writer *writer, uint32_t column) {
    struct wend_parquet_chunk_writer *chunk = chunk_of(writer, column);
    if (!writer->has_failed) {
        note_status(writer, wend__parquet_chunk_put_null(chunk, &writer->tools, &writer->failure));
    }
}

static enum wend_status flush_chunk(struct wend_parquet_writer *writer,
                                    struct wend_parquet_chunk_writer *chunk,
                                    struct wend_error *error) {
    WEND_TRY(wend__parquet_chunk_finish(chunk, &writer->tools, error));
    assert(chunk->row_count == writer->group_rows);
    uint64_t offset = writer->offset;
    WEND_TRY(send(writer, wend__buffer_view(&chunk->dictionary_page), error));
    WEND_TRY(send(writer, wend__buffer_view(&chunk->pages), error));
    struct wend_parquet_place bloom = {.offset = writer->offset};
    if (chunk->bloom.words != NULL) {
        struct wend_buffer *scratch = &writer->tools.body;
        wend__buffer_clear(scratch);
        if (!wend__parquet_bloom_write(&chunk->bloom, scratch)) {
            return wend__fail_memory(error);
        }
        bloom.len = (uint32_t)scratch->len;
        WEND_TRY(send(writer, wend__buffer_view(scratch), error));
    }
    if (!wend__parquet_footer_add_chunk(&writer->footer, chunk, offset, bloom)) {
        return wend__fail_memory(error);
    }
    wend__parquet_chunk_clear(chunk);
    return WEND_OK;
}

static enum wend_status flush_group(struct wend_parquet_writer *writer, struct wend_error *error) {
    if (!wend__parquet_footer_add_group(&writer->footer, writer->group_rows, writer->offset)) {
        return wend__fail_memory(error);
    }
    for (uint32_t i = 0; i < writer->column_count; i++) {
        WEND_TRY(flush_chunk(writer, &writer->chunks[i], error));
    }
    writer->group_rows = 0;
    return WEND_OK;
}

/* What the row group takes before compression, but for the pages in progress. */
static uint64_t group_bytes(const struct wend_parquet_writer *writer) {
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < writer->column_count; i++) {
        bytes += writer->chunks[i].raw_bytes + writer->chunks[i].dictionary.plain.len;
    }
    return bytes;
}

enum wend_status wend__parquet_end_row(struct wend_parquet_writer *writer,
                                       struct wend_error *error) {
    if (writer->has_failed) {
        return report(writer, error);
    }
    for (uint32_t i = 0; i < writer->column_count; i++) {
        assert(writer->chunks[i].has_row && "every column needs a value before the row ends");
        writer->chunks[i].has_row = false;
    }
    writer->group_rows++;
    writer->row_count++;
    const struct wend_parquet_options *options = &writer->tools.options;
    if (writer->group_rows >= options->row_group_rows ||
        group_bytes(writer) >= options->row_group_bytes) {
        note_status(writer, flush_group(writer, &writer->failure));
    }
    return writer->has_failed ? report(writer, error) : WEND_OK;
}

static enum wend_status finish(struct wend_parquet_writer *writer, struct wend_error *error) {
    if (writer->group_rows > 0) {
        WEND_TRY(flush_group(writer, error));
    }
    uint64_t index_offset = writer->offset;
    WEND_TRY(send(writer, wend__buffer_view(&writer->footer.column_indexes), error));
    WEND_TRY(send(writer, wend__buffer_view(&writer->footer.offset_indexes), error));
    struct wend_buffer *scratch = &writer->tools.body;
    wend__buffer_clear(scratch);
    if (!wend__parquet_footer_write(&writer->footer, index_offset, scratch)) {
        return wend__fail_memory(error);
    }
    return send(writer, wend__buffer_view(scratch), error);
}

enum wend_status wend__parquet_finish(struct wend_parquet_writer *writer,
                                      struct wend_parquet_summary *summary,
                                      struct wend_error *error) {
    assert(!writer->is_finished);
    if (!writer->has_failed) {
        note_status(writer, finish(writer, &writer->failure));
    }
    writer->is_finished = true;
    if (writer->has_failed) {
        return report(writer, error);
    }
    if (summary != NULL) {
        *summary = (struct wend_parquet_summary){
            .rows = writer->row_count,
            .bytes = writer->offset,
            .row_groups = (uint32_t)writer->footer.group_count,
        };
    }
    return WEND_OK;
}
