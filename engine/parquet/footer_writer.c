#include "parquet/footer_writer.h"

#include "base/memory.h"

#include <assert.h>

/* +1, -1 or 0: the pages' bounds never fall, never rise, or neither. */
enum boundary_order { BOUNDARY_UNORDERED = 0, BOUNDARY_ASCENDING = 1, BOUNDARY_DESCENDING = 2 };

static enum boundary_order boundary_order(const struct wend_parquet_chunk_writer *chunk) {
    bool is_ascending = true;
    bool is_descending = true;
    const struct wend_parquet_bounds *before = NULL;
    for (size_t i = 0; i < chunk->note_count; i++) {
        const struct wend_parquet_page_note *note = &chunk->notes[i];
        if (note->is_all_null) {
            continue;
        }
        if (before != NULL) {
            int min_order =
                wend__parquet_order_compare(chunk->order, wend__parquet_bounds_min(before),
                                            wend__parquet_bounds_min(&note->bounds));
            int max_order =
                wend__parquet_order_compare(chunk->order, wend__parquet_bounds_max(before),
                                            wend__parquet_bounds_max(&note->bounds));
            is_ascending = is_ascending && min_order <= 0 && max_order <= 0;
            is_descending = is_descending && min_order >= 0 && max_order >= 0;
        }
        before = &note->bounds;
    }
    return is_ascending    ? BOUNDARY_ASCENDING
           : is_descending ? BOUNDARY_DESCENDING
                           : BOUNDARY_UNORDERED;
}

static bool write_column_index(const struct wend_parquet_chunk_writer *chunk,
                               struct wend_buffer *out) {
    struct wend_thrift_writer thrift;
    wend__thrift_writer_init(&thrift, out);
    wend__thrift_begin(&thrift); /* ColumnIndex */
    wend__thrift_write_list(&thrift, 1, WEND_THRIFT_TRUE, chunk->note_count);
    for (size_t i = 0; i < chunk->note_count; i++) {
        wend__thrift_item_bool(&thrift, chunk->notes[i].is_all_null);
    }
    /* Absent bounds have length 0, which is what a page of nulls must show. */
    wend__thrift_write_list(&thrift, 2, WEND_THRIFT_BINARY, chunk->note_count);
    for (size_t i = 0; i < chunk->note_count; i++) {
        wend__thrift_item_binary(&thrift, wend__parquet_bounds_min(&chunk->notes[i].bounds));
    }
    wend__thrift_write_list(&thrift, 3, WEND_THRIFT_BINARY, chunk->note_count);
    for (size_t i = 0; i < chunk->note_count; i++) {
        wend__thrift_item_binary(&thrift, wend__parquet_bounds_max(&chunk->notes[i].bounds));
    }
    wend__thrift_write_i32(&thrift, 4, (int32_t)boundary_order(chunk));
    wend__thrift_write_list(&thrift, 5, WEND_THRIFT_I64, chunk->note_count);
    for (size_t i = 0; i < chunk->note_count; i++) {
        wend__thrift_item_int(&thrift, (int64_t)chunk->notes[i].null_count);
    }
    wend__thrift_end(&thrift);
    return !thrift.failed;
}

static bool write_offset_index(const struct wend_parquet_chunk_writer *chunk, uint64_t data_offset,
                               struct wend_buffer *out) {
    struct wend_thrift_writer thrift;
    wend__thrift_writer_init(&thrift, out);
    wend__thrift_begin(&thrift); /* OffsetIndex */
    wend__thrift_write_list(&thrift, 1, WEND_THRIFT_STRUCT, chunk->note_count);
    for (size_t i = 0; i < chunk->note_count; i++) {
        const struct wend_parquet_page_note *note = &chunk->notes[i];
        wend__thrift_begin(&thrift); /* PageLocation */
        wend__thrift_write_i64(&thrift, 1, (int64_t)(data_offset + note->offset));
        wend__thrift_write_i32(&thrift, 2, (int32_t)note->total_bytes);
        wend__thrift_write_i64(&thrift, 3, (int64_t)note->first_row);
        wend__thrift_end(&thrift);
    }
    wend__thrift_end(&thrift);
    return !thrift.failed;
}

bool wend__parquet_footer_add_chunk(struct wend_parquet_footer *footer,
                                    const struct wend_parquet_chunk_writer *chunk, uint64_t offset,
                                    struct wend_parquet_place bloom) {
    void *chunks = footer->chunks;
    bool reserved = wend__reserve(&chunks, &footer->chunk_capacity, footer->chunk_count + 1,
                                  sizeof *footer->chunks);
    footer->chunks = chunks;
    if (!reserved) {
        return false;
    }
    size_t dictionary_bytes = chunk->dictionary_page.len;
    struct wend_parquet_chunk_note note = {
        .dictionary_offset = dictionary_bytes > 0 ? offset : 0,
        .data_offset = offset + dictionary_bytes,
        .entry_count = chunk->entry_count,
        .null_count = chunk->null_count,
        .raw_bytes = chunk->raw_bytes,
        .compressed_bytes = dictionary_bytes + chunk->pages.len,
        .dictionary_coded_pages = chunk->dictionary_coded_pages,
        .plain_pages = (uint32_t)chunk->note_count - chunk->dictionary_coded_pages,
        .has_bounds = chunk->has_bounds && chunk->bounds.is_present,
        .bounds = chunk->bounds,
        .bloom = bloom,
        .column_index.offset = footer->column_indexes.len,
        .offset_index.offset = footer->offset_indexes.len,
    };
    if ((chunk->has_bounds && !write_column_index(chunk, &footer->column_indexes)) ||
        !write_offset_index(chunk, note.data_offset, &footer->offset_indexes)) {
        return false;
    }
    note.column_index.len = (uint32_t)(footer->column_indexes.len - note.column_index.offset);
    note.offset_index.len = (uint32_t)(footer->offset_indexes.len - note.offset_index.offset);
    footer->chunks[footer->chunk_count++] = note;
    return true;
}

bool wend__parquet_footer_add_group(struct wend_parquet_footer *footer, uint64_t row_count,
                                    uint64_t offset) {
    void *groups = footer->groups;
    bool reserved = wend__reserve(&groups, &footer->group_capacity, footer->group_count + 1,
                                  sizeof *footer->groups);
    footer->groups = groups;
    if (reserved) {
        footer->groups[footer->group_count++] = (struct wend_parquet_group_note){row_count, offset};
    }
    return reserved;
}

static void write_statistics(struct wend_thrift_writer *thrift,
                             const struct wend_parquet_chunk_note *note) {
    wend__thrift_begin_field(thrift, 12);
    wend__thrift_write_i64(thrift, 3, (int64_t)note->null_count);
    if (note->has_bounds) {
        wend__thrift_write_binary(thrift, 5, wend__parquet_bounds_max(&note->bounds));
        wend__thrift_write_binary(thrift, 6, wend__parquet_bounds_min(&note->bounds));
        wend__thrift_write_bool(thrift, 7, note->bounds.is_max_exact);
        wend__thrift_write_bool(thrift, 8, note->bounds.is_min_exact);
    }
    wend__thrift_end(thrift);
}

static void write_encoding_count(struct wend_thrift_writer *thrift,
                                 enum wend_parquet_page_type type,
                                 enum wend_parquet_encoding encoding, uint32_t page_count) {
    if (page_count == 0) {
        return;
    }
    wend__thrift_begin(thrift); /* PageEncodingStats */
    wend__thrift_write_i32(thrift, 1, (int32_t)type);
    wend__thrift_write_i32(thrift, 2, (int32_t)encoding);
    wend__thrift_write_i32(thrift, 3, (int32_t)page_count);
    wend__thrift_end(thrift);
}

static void write_encodings(struct wend_thrift_writer *thrift,
                            const struct wend_parquet_chunk_note *note) {
    bool has_dictionary = note->dictionary_coded_pages > 0;
    bool has_plain = note->plain_pages > 0;
    wend__thrift_write_list(thrift, 2, WEND_THRIFT_I32, 1U + has_dictionary + has_plain);
    if (has_dictionary) {
        wend__thrift_item_int(thrift, WEND_ENCODING_PLAIN_DICTIONARY);
    }
    if (has_plain) {
        wend__thrift_item_int(thrift, WEND_ENCODING_PLAIN);
    }
    wend__thrift_item_int(thrift, WEND_ENCODING_RLE);
}

static void write_path(struct wend_thrift_writer *thrift,
                       const struct wend_parquet_column *column) {
    bool is_list = column->type == WEND_PARQUET_TEXT_LIST;
    wend__thrift_write_list(thrift, 3, WEND_THRIFT_BINARY, is_list ? 3 : 1);
    wend__thrift_item_binary(thrift, wend__bytes_text(column->name));
    if (is_list) {
        wend__thrift_item_binary(thrift, wend__bytes_text("list"));
        wend__thrift_item_binary(thrift, wend__bytes_text("element"));
    }
}

static void write_column_metadata(struct wend_thrift_writer *thrift,
                                  const struct wend_parquet_column *column,
                                  const struct wend_parquet_chunk_note *note) {
    wend__thrift_begin_field(thrift, 3); /* ColumnMetaData */
    wend__thrift_write_i32(thrift, 1, (int32_t)wend__parquet_schema_physical(column->type));
    write_encodings(thrift, note);
    write_path(thrift, column);
    wend__thrift_write_i32(thrift, 4, WEND_CODEC_ZSTD);
    wend__thrift_write_i64(thrift, 5, (int64_t)note->entry_count);
    wend__thrift_write_i64(thrift, 6, (int64_t)note->raw_bytes);
    wend__thrift_write_i64(thrift, 7, (int64_t)note->compressed_bytes);
    wend__thrift_write_i64(thrift, 9, (int64_t)note->data_offset);
    if (note->dictionary_offset > 0) {
        wend__thrift_write_i64(thrift, 11, (int64_t)note->dictionary_offset);
    }
    write_statistics(thrift, note);
    /* Without these parquet-java neither filters by dictionary nor splits files. */
    size_t kinds = (note->dictionary_coded_pages > 0 ? 2U : 0U) + (note->plain_pages > 0);
    wend__thrift_write_list(thrift, 13, WEND_THRIFT_STRUCT, kinds);
    write_encoding_count(thrift, WEND_PAGE_DICTIONARY, WEND_ENCODING_PLAIN_DICTIONARY,
                         note->dictionary_coded_pages > 0);
    write_encoding_count(thrift, WEND_PAGE_DATA, WEND_ENCODING_PLAIN_DICTIONARY,
                         note->dictionary_coded_pages);
    write_encoding_count(thrift, WEND_PAGE_DATA, WEND_ENCODING_PLAIN, note->plain_pages);
    if (note->bloom.len > 0) {
        wend__thrift_write_i64(thrift, 14, (int64_t)note->bloom.offset);
        wend__thrift_write_i32(thrift, 15, (int32_t)note->bloom.len);
    }
    wend__thrift_end(thrift);
}

static void write_chunk(struct wend_thrift_writer *thrift, const struct wend_parquet_footer *footer,
                        uint32_t column, const struct wend_parquet_chunk_note *note,
                        uint64_t index_offset) {
    wend__thrift_begin(thrift); /* ColumnChunk */
    wend__thrift_write_i64(thrift, 2, 0);
    write_column_metadata(thrift, &footer->columns[column], note);
    uint64_t offset_indexes_at = index_offset + footer->column_indexes.len;
    wend__thrift_write_i64(thrift, 4, (int64_t)(offset_indexes_at + note->offset_index.offset));
    wend__thrift_write_i32(thrift, 5, (int32_t)note->offset_index.len);
    if (note->column_index.len > 0) {
        wend__thrift_write_i64(thrift, 6, (int64_t)(index_offset + note->column_index.offset));
        wend__thrift_write_i32(thrift, 7, (int32_t)note->column_index.len);
    }
    wend__thrift_end(thrift);
}

static void write_sorting_columns(struct wend_thrift_writer *thrift,
                                  const struct wend_parquet_options *options) {
    if (options->sorting_column_count == 0) {
        return;
    }
    wend__thrift_write_list(thrift, 4, WEND_THRIFT_STRUCT, options->sorting_column_count);
    for (uint32_t i = 0; i < options->sorting_column_count; i++) {
        wend__thrift_begin(thrift); /* SortingColumn */
        wend__thrift_write_i32(thrift, 1, (int32_t)options->sorting_columns[i]);
        wend__thrift_write_bool(thrift, 2, false); /* ascending */
        wend__thrift_write_bool(thrift, 3, true);  /* nulls first */
        wend__thrift_end(thrift);
    }
}

static void write_group(struct wend_thrift_writer *thrift, const struct wend_parquet_footer *footer,
                        size_t group, uint64_t index_offset) {
    const struct wend_parquet_chunk_note *notes = footer->chunks + group * footer->column_count;
    uint64_t raw_bytes = 0;
    uint64_t compressed_bytes = 0;
    wend__thrift_begin(thrift); /* RowGroup */
    wend__thrift_write_list(thrift, 1, WEND_THRIFT_STRUCT, footer->column_count);
    for (uint32_t column = 0; column < footer->column_count; column++) {
        write_chunk(thrift, footer, column, &notes[column], index_offset);
        raw_bytes += notes[column].raw_bytes;
        compressed_bytes += notes[column].compressed_bytes;
    }
    wend__thrift_write_i64(thrift, 2, (int64_t)raw_bytes);
    wend__thrift_write_i64(thrift, 3, (int64_t)footer->groups[group].row_count);
    write_sorting_columns(thrift, footer->options);
    wend__thrift_write_i64(thrift, 5, (int64_t)footer->groups[group].offset);
    wend__thrift_write_i64(thrift, 6, (int64_t)compressed_bytes);
    if (group <= INT16_MAX) {
        wend__thrift_write_i16(thrift, 7, (int16_t)group);
    }
    wend__thrift_end(thrift);
}

static void write_key_values(struct wend_thrift_writer *thrift,
                             const struct wend_parquet_options *options) {
    if (options->key_value_count == 0) {
        return;
    }
    wend__thrift_write_list(thrift, 5, WEND_THRIFT_STRUCT, options->key_value_count);
    for (uint32_t i = 0; i < options->key_value_count; i++) {
        wend__thrift_begin(thrift); /* KeyValue */
        wend__thrift_write_binary(thrift, 1, wend__bytes_text(options->key_values[i].key));
        wend__thrift_write_binary(thrift, 2, wend__bytes_text(options->key_values[i].value));
        wend__thrift_end(thrift);
    }
}

bool wend__parquet_footer_write(const struct wend_parquet_footer *footer, uint64_t index_offset,
                                struct wend_buffer *out) {
    size_t start = out->len;
    uint64_t row_count = 0;
    for (size_t i = 0; i < footer->group_count; i++) {
        row_count += footer->groups[i].row_count;
    }
    struct wend_thrift_writer thrift;
    wend__thrift_writer_init(&thrift, out);
    wend__thrift_begin(&thrift); /* FileMetaData */
    wend__thrift_write_i32(&thrift, 1, 1);
    wend__parquet_schema_write(&thrift, footer->columns, footer->column_count);
    wend__thrift_write_i64(&thrift, 3, (int64_t)row_count);
    wend__thrift_write_list(&thrift, 4, WEND_THRIFT_STRUCT, footer->group_count);
    for (size_t i = 0; i < footer->group_count; i++) {
        write_group(&thrift, footer, i, index_offset);
    }
    write_key_values(&thrift, footer->options);
    wend__thrift_write_binary(&thrift, 6, wend__bytes_text(footer->options->created_by));
    /* Without an order for each leaf the minimum and maximum are undefined. */
    wend__thrift_write_list(&thrift, 7, WEND_THRIFT_STRUCT, footer->column_count);
    for (uint32_t i = 0; i < footer->column_count; i++) {
        wend__thrift_begin(&thrift); /* ColumnOrder */
        wend__thrift_write_empty(&thrift, 1);
        wend__thrift_end(&thrift);
    }
    wend__thrift_end(&thrift);
    uint8_t footer_bytes[4];
    if (thrift.failed || out->len - start > UINT32_MAX) {
        return false;
    }
    wend__store_le32(footer_bytes, (uint32_t)(out->len - start));
    return wend__buffer_append(out, footer_bytes, sizeof footer_bytes) &&
           wend__buffer_append_text(out, WEND_PARQUET_MAGIC);
}

void wend__parquet_footer_deinit(struct wend_parquet_footer *footer) {
    wend__free(footer->groups);
    wend__free(footer->chunks);
    wend__buffer_deinit(&footer->column_indexes);
    wend__buffer_deinit(&footer->offset_indexes);
    *footer = (struct wend_parquet_footer){0};
}
