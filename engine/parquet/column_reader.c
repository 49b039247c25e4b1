#include "parquet/column_reader.h"

#include "base/memory.h"
#include "parquet/encode.h"

void wend__parquet_column_deinit(struct wend_parquet_column_reader *column) {
    wend__parquet_values_deinit(&column->values);
    wend__parquet_lookup_deinit(&column->lookup);
    wend__buffer_deinit(&column->body);
    wend__buffer_deinit(&column->list_bytes);
    wend__free(column->items);
    *column = (struct wend_parquet_column_reader){0};
}

static enum wend_status damaged(const struct wend_parquet_column_reader *column,
                                const struct wend_parquet_read_tools *tools, const char *what,
                                struct wend_error *error) {
    return wend__parquet_page_damaged(&column->source, tools, what, error);
}

enum wend_status wend__parquet_column_open(struct wend_parquet_column_reader *column,
                                           struct wend_parquet_read_tools *tools,
                                           const struct wend_parquet_leaf *leaf, const char *name,
                                           const struct wend_parquet_chunk_place *place,
                                           struct wend_error *error) {
    column->leaf = leaf;
    column->source = (struct wend_parquet_page_source){
        .column = name, .place = *place, .at = place->begin, .page_offset = place->begin};
    column->entries_left = place->entry_count;
    column->page_entries_left = 0;
    column->has_repetition = false;
    column->lookup.is_present = false;
    column->values.physical = leaf->physical;
    column->values.width = leaf->width;
    if (place->is_encrypted || place->is_elsewhere) {
        return wend__fail(error, WEND_ERROR_USAGE, "%s: column %s is %s, which is not read",
                          tools->input.name, name,
                          place->is_encrypted ? "encrypted" : "in another file");
    }
    if (place->physical != (int32_t)leaf->physical) {
        return damaged(column, tools, "its type is not that of the schema", error);
    }
    return wend__parquet_decompressor_prepare(&tools->decompressor, place->codec, error);
}

static enum wend_status take_dictionary(struct wend_parquet_column_reader *column,
                                        struct wend_parquet_read_tools *tools,
                                        const struct wend_parquet_page_header *header,
                                        struct wend_error *error) {
    if (header->encoding != WEND_ENCODING_PLAIN &&
        header->encoding != WEND_ENCODING_PLAIN_DICTIONARY) {
        return wend__parquet_page_refused(&column->source, tools, "the encoding of a dictionary",
                                          header->encoding, error);
    }
    enum wend_status status = wend__parquet_lookup_fill(&column->lookup, column->leaf->physical,
                                                        column->leaf->width, header->entry_count);
    if (status == WEND_ERROR_MEMORY) {
        return wend__fail_memory(error);
    }
    return status == WEND_OK ? WEND_OK : damaged(column, tools, "its dictionary is damaged", error);
}

/* Takes the levels of a V1 page off the front of `body`: a length, and the hybrid. */
static enum wend_status take_levels_v1(struct wend_parquet_column_reader *column,
                                       struct wend_parquet_read_tools *tools, int32_t encoding,
                                       uint32_t level_max, struct wend_bytes *body,
                                       struct wend_parquet_hybrid *levels,
                                       struct wend_error *error) {
    if (level_max == 0) {
        return WEND_OK;
    }
    if (encoding != WEND_ENCODING_RLE) {
        return wend__parquet_page_refused(&column->source, tools, "the encoding of levels",
                                          encoding, error);
    }
    if (body->len < 4 || wend__load_le32(body->data) > body->len - 4) {
        return damaged(column, tools, "its levels are longer than it", error);
    }
    size_t len = wend__load_le32(body->data);
    wend__parquet_hybrid_init(levels, wend__bytes(body->data + 4, len),
                              wend__parquet_bit_width(level_max));
    *body = wend__bytes(body->data + 4 + len, body->len - 4 - len);
    return WEND_OK;
}

static void take_levels_v2(struct wend_parquet_column_reader *column,
                           const struct wend_parquet_page_header *header, struct wend_bytes *body) {
    size_t repetition_len = header->repetition_bytes;
    size_t definition_len = header->definition_bytes;
    wend__parquet_hybrid_init(&column->repetitions, wend__bytes(body->data, repetition_len),
                              wend__parquet_bit_width(column->leaf->repetition_max));
    wend__parquet_hybrid_init(&column->definitions,
                              wend__bytes(body->data + repetition_len, definition_len),
                              wend__parquet_bit_width(column->leaf->definition_max));
    size_t levels_len = repetition_len + definition_len;
    *body = wend__bytes(body->data + levels_len, body->len - levels_len);
}

static enum wend_status start_page(struct wend_parquet_column_reader *column,
                                   struct wend_parquet_read_tools *tools,
                                   const struct wend_parquet_page_header *header,
                                   struct wend_error *error) {
    struct wend_bytes body = wend__buffer_view(&column->body);
    if (header->entry_count > column->entries_left) {
        return damaged(column, tools, "it has more values than its column", error);
    }
    if (!wend__parquet_values_know(column->leaf->physical, header->encoding)) {
        return wend__parquet_page_refused(&column->source, tools, "the encoding", header->encoding,
                                          error);
    }
    if (header->type == WEND_PAGE_DATA_V2) {
        take_levels_v2(column, header, &body);
    } else {
        WEND_TRY(take_levels_v1(column, tools, header->repetition_encoding,
                                column->leaf->repetition_max, &body, &column->repetitions, error));
        WEND_TRY(take_levels_v1(column, tools, header->definition_encoding,
                                column->leaf->definition_max, &body, &column->definitions, error));
    }
    if (!wend__parquet_values_start(&column->values, header->encoding, body, header->entry_count,
                                    &column->lookup)) {
        return damaged(column, tools, "its values are damaged", error);
    }
    column->entries_left -= header->entry_count;
    column->page_entries_left = header->entry_count;
    return WEND_OK;
}

/* Reads pages until one has entries; there must be one. */
static enum wend_status load_page(struct wend_parquet_column_reader *column,
                                  struct wend_parquet_read_tools *tools, struct wend_error *error) {
    if (column->entries_left == 0) {
        return damaged(column, tools, "the column has fewer rows than its row group", error);
    }
    while (column->page_entries_left == 0) {
        struct wend_parquet_page_header header;
        bool is_first = column->source.at == column->source.place.begin;
        WEND_TRY(wend__parquet_page_next(&column->source, tools, &header, &column->body,
                                         &column->lookup.plain, error));
        if (header.type != WEND_PAGE_DICTIONARY) {
            WEND_TRY(start_page(column, tools, &header, error));
        } else if (is_first) {
            WEND_TRY(take_dictionary(column, tools, &header, error));
        } else {
            return damaged(column, tools, "a dictionary behind other pages", error);
        }
    }
    return WEND_OK;
}

/* The definition level of the next entry, which the page has. */
static enum wend_status next_definition(struct wend_parquet_column_reader *column,
                                        struct wend_parquet_read_tools *tools, uint32_t *level,
                                        struct wend_error *error) {
    column->page_entries_left--;
    *level = 0;
    if (column->leaf->definition_max > 0 &&
        (!wend__parquet_hybrid_next(&column->definitions, level) ||
         *level > column->leaf->definition_max)) {
        return damaged(column, tools, "its levels are damaged", error);
    }
    return WEND_OK;
}

static enum wend_status next_raw(struct wend_parquet_column_reader *column,
                                 struct wend_parquet_read_tools *tools, struct wend_bytes *raw,
                                 struct wend_error *error) {
    enum wend_status status = wend__parquet_values_next(&column->values, raw);
    if (status == WEND_ERROR_MEMORY) {
        return wend__fail_memory(error);
    }
    return status == WEND_OK ? WEND_OK : damaged(column, tools, "its values are damaged", error);
}

static enum wend_status next_flat(struct wend_parquet_column_reader *column,
                                  struct wend_parquet_read_tools *tools,
                                  struct wend_parquet_value *value, struct wend_error *error) {
    uint32_t level;
    if (column->page_entries_left == 0) {
        WEND_TRY(load_page(column, tools, error));
    }
    WEND_TRY(next_definition(column, tools, &level, error));
    if (level < column->leaf->definition_max) {
        *value = (struct wend_parquet_value){.is_null = true};
        return WEND_OK;
    }
    struct wend_bytes raw;
    WEND_TRY(next_raw(column, tools, &raw, error));
    value->is_null = false;
    const char *fault = wend__parquet_value_convert(column->leaf, raw, value);
    return fault == NULL ? WEND_OK : damaged(column, tools, fault, error);
}

/* Looks at the repetition level of the next entry; `*found` is false at the end of the chunk. */
static enum wend_status peek_repetition(struct wend_parquet_column_reader *column,
                                        struct wend_parquet_read_tools *tools, bool *found,
                                        struct wend_error *error) {
    *found = column->page_entries_left > 0 || column->entries_left > 0;
    if (!*found || column->has_repetition) {
        return WEND_OK;
    }
    if (column->page_entries_left == 0) {
        WEND_TRY(load_page(column, tools, error));
    }
    if (!wend__parquet_hybrid_next(&column->repetitions, &column->repetition) ||
        column->repetition > column->leaf->repetition_max) {
        return damaged(column, tools, "its levels are damaged", error);
    }
    column->has_repetition = true;
    return WEND_OK;
}

/* Copies an item: `data` holds its place in `list_bytes` until the list is whole. */
static enum wend_status add_item(struct wend_parquet_column_reader *column,
                                 struct wend_parquet_read_tools *tools, struct wend_bytes raw,
                                 struct wend_error *error) {
    uint64_t bytes = (uint64_t)column->list_bytes.len + raw.len +
                     (column->item_count + 1) * sizeof *column->items;
    if (bytes > WEND_PARQUET_LIST_BYTES_MAX) {
        return wend__fail(error, WEND_ERROR_USAGE, "%s: column %s has a list of more than %u bytes",
                          tools->input.name, column->source.column, WEND_PARQUET_LIST_BYTES_MAX);
    }
    void *items = column->items;
    bool reserved = wend__reserve(&items, &column->item_capacity, column->item_count + 1,
                                  sizeof *column->items);
    column->items = items;
    if (!reserved || !wend__buffer_append(&column->list_bytes, raw.data, raw.len)) {
        return wend__fail_memory(error);
    }
    column->items[column->item_count++] = raw;
    return WEND_OK;
}

/* The views of the items, now that `list_bytes` no longer moves. */
static void place_items(struct wend_parquet_column_reader *column) {
    const uint8_t *at = wend__buffer_view(&column->list_bytes).data;
    for (size_t i = 0; i < column->item_count; i++) {
        if (column->items[i].data != NULL) {
            column->items[i].data = at;
            at += column->items[i].len;
        }
    }
}

/* An entry of the list: an item, or at its start the empty list or no list. */
static enum wend_status take_entry(struct wend_parquet_column_reader *column,
                                   struct wend_parquet_read_tools *tools, bool is_first,
                                   bool *is_null, bool *goes_on, struct wend_error *error) {
    const struct wend_parquet_leaf *leaf = column->leaf;
    uint32_t level;
    column->has_repetition = false;
    WEND_TRY(next_definition(column, tools, &level, error));
    *goes_on = level > leaf->list_definition;
    *is_null = level < leaf->list_definition;
    if (!*goes_on) {
        return is_first ? WEND_OK : damaged(column, tools, "its levels are damaged", error);
    }
    struct wend_bytes raw = WEND_BYTES_ABSENT;
    if (level == leaf->definition_max) {
        WEND_TRY(next_raw(column, tools, &raw, error));
    }
    return add_item(column, tools, raw, error);
}

static enum wend_status next_list(struct wend_parquet_column_reader *column,
                                  struct wend_parquet_read_tools *tools,
                                  struct wend_parquet_value *value, struct wend_error *error) {
    bool found;
    bool is_null = false;
    bool goes_on = true;
    column->item_count = 0;
    wend__buffer_clear(&column->list_bytes);
    WEND_TRY(peek_repetition(column, tools, &found, error));
    if (!found || column->repetition != 0) {
        return damaged(column, tools, "a row is missing", error);
    }
    for (bool is_first = true; found && (is_first || column->repetition != 0); is_first = false) {
        if (!goes_on) {
            return damaged(column, tools, "its levels are damaged", error);
        }
        WEND_TRY(take_entry(column, tools, is_first, &is_null, &goes_on, error));
        WEND_TRY(peek_repetition(column, tools, &found, error));
    }
    place_items(column);
    *value = (struct wend_parquet_value){
        .is_null = is_null, .items = column->items, .item_count = (uint32_t)column->item_count};
    return WEND_OK;
}

enum wend_status wend__parquet_column_next(struct wend_parquet_column_reader *column,
                                           struct wend_parquet_read_tools *tools,
                                           struct wend_parquet_value *value,
                                           struct wend_error *error) {
    return column->leaf->repetition_max > 0 ? next_list(column, tools, value, error)
                                            : next_flat(column, tools, value, error);
}

enum wend_status wend__parquet_column_end(struct wend_parquet_column_reader *column,
                                          struct wend_parquet_read_tools *tools,
                                          struct wend_error *error) {
    return column->page_entries_left == 0 && column->entries_left == 0
               ? WEND_OK
               : damaged(column, tools, "the column has more rows than its row group", error);
}
