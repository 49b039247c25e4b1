/* Making and freeing a writer: columns and options are checked and copied. */
#include "base/memory.h"
#include "base/utf8.h"
#include "parquet/writer_internal.h"

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
    writer->gathers = options->threads > 1;
    writer->filling = &writer->batches[0];
    for (uint32_t i = 0; writer->gathers && i < 2; i++) {
        if (!wend__parquet_batch_init(&writer->batches[i], column_count)) {
            return wend__fail_memory(error);
        }
    }
    writer->footer = (struct wend_parquet_footer){
        .columns = writer->columns, .column_count = column_count, .options = options};
    return wend__parquet_send(writer, wend__bytes_text(WEND_PARQUET_MAGIC), error);
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
    wend__parquet_crew_destroy(writer->crew);
    wend__parquet_batch_deinit(&writer->batches[0]);
    wend__parquet_batch_deinit(&writer->batches[1]);
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
