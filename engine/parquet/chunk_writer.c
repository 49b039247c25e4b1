#include "parquet/chunk_writer.h"

#include "base/utf8.h"

#include <assert.h>

static bool is_text(const struct wend_parquet_chunk_writer *chunk) {
    return chunk->type == WEND_PARQUET_TEXT || chunk->type == WEND_PARQUET_TEXT_LIST;
}

static void set_type(struct wend_parquet_chunk_writer *chunk, enum wend_parquet_type type) {
    chunk->type = type;
    switch (type) {
    case WEND_PARQUET_INT64:
    case WEND_PARQUET_TIMESTAMP_US:
    case WEND_PARQUET_DECIMAL18_4:
        chunk->order = WEND_ORDER_INT64;
        chunk->width = 8;
        break;
    case WEND_PARQUET_DOUBLE:
        chunk->order = WEND_ORDER_DOUBLE;
        chunk->width = 8;
        break;
    case WEND_PARQUET_DECIMAL38_4:
        chunk->order = WEND_ORDER_DECIMAL38;
        chunk->width = 16;
        break;
    case WEND_PARQUET_TEXT:
    case WEND_PARQUET_TEXT_LIST:
        chunk->order = WEND_ORDER_TEXT;
        break;
    case WEND_PARQUET_BINARY:
        chunk->order = WEND_ORDER_NONE;
        break;
    }
}

enum wend_status wend__parquet_chunk_init(struct wend_parquet_chunk_writer *chunk,
                                          const struct wend_parquet_column *column,
                                          const struct wend_parquet_options *options,
                                          struct wend_error *error) {
    *chunk = (struct wend_parquet_chunk_writer){0};
    set_type(chunk, column->type);
    chunk->is_nullable = column->is_nullable;
    wend__parquet_dictionary_init(&chunk->dictionary, chunk->width, options->hash_seed);
    if (column->has_bloom_filter && !wend__parquet_bloom_init(&chunk->bloom)) {
        return wend__fail_memory(error);
    }
    wend__parquet_chunk_clear(chunk);
    return WEND_OK;
}

void wend__parquet_chunk_deinit(struct wend_parquet_chunk_writer *chunk) {
    wend__parquet_codes_deinit(&chunk->codes);
    wend__buffer_deinit(&chunk->values);
    wend__parquet_codes_deinit(&chunk->definition);
    wend__parquet_codes_deinit(&chunk->repetition);
    wend__parquet_dictionary_deinit(&chunk->dictionary);
    wend__parquet_codes_deinit(&chunk->last_pages);
    wend__parquet_bloom_deinit(&chunk->bloom);
    wend__buffer_deinit(&chunk->pages);
    wend__buffer_deinit(&chunk->dictionary_page);
    wend__free(chunk->notes);
    *chunk = (struct wend_parquet_chunk_writer){0};
}

void wend__parquet_chunk_clear(struct wend_parquet_chunk_writer *chunk) {
    assert(chunk->page_rows == 0);
    chunk->uses_dictionary = true;
    chunk->has_bounds = chunk->order != WEND_ORDER_NONE;
    wend__parquet_dictionary_clear(&chunk->dictionary);
    chunk->last_pages.count = 0;
    if (chunk->bloom.words != NULL) {
        wend__parquet_bloom_clear(&chunk->bloom);
    }
    wend__buffer_clear(&chunk->pages);
    wend__buffer_clear(&chunk->dictionary_page);
    chunk->note_count = 0;
    chunk->dictionary_coded_pages = 0;
    chunk->row_count = 0;
    chunk->entry_count = 0;
    chunk->null_count = 0;
    chunk->raw_bytes = 0;
    chunk->bounds = (struct wend_parquet_bounds){0};
}

static bool append_plain(struct wend_parquet_chunk_writer *chunk, struct wend_bytes value) {
    struct wend_buffer *values = &chunk->values;
    if (value.len + 4 > values->capacity - values->len &&
        !wend__buffer_reserve(values, value.len + 4)) {
        return false;
    }
    if (chunk->width == 0) {
        wend__store_le32(values->data + values->len, (uint32_t)value.len);
        values->len += 4;
    }
    if (value.len > 0) {
        memcpy(values->data + values->len, value.data, value.len);
        values->len += value.len;
    }
    return true;
}

enum wend_status wend__parquet_chunk_leave_dictionary(struct wend_parquet_chunk_writer *chunk,
                                                      struct wend_error *error) {
    assert(chunk->uses_dictionary && chunk->values.len == 0);
    for (size_t i = 0; i < chunk->codes.count; i++) {
        if (!append_plain(
                chunk, wend__parquet_dictionary_value(&chunk->dictionary, chunk->codes.items[i]))) {
            return wend__fail_memory(error);
        }
    }
    chunk->codes.count = 0;
    chunk->uses_dictionary = false;
    if (chunk->dictionary_coded_pages == 0) {
        wend__parquet_dictionary_clear(&chunk->dictionary);
    }
    return WEND_OK;
}

static bool has_room(const struct wend_parquet_chunk_writer *chunk,
                     const struct wend_parquet_options *options, struct wend_bytes value) {
    if (chunk->width != 0 && chunk->dictionary.count >= options->dictionary_entries) {
        return false;
    }
    return chunk->dictionary.plain.len + 4 + value.len <= options->dictionary_bytes;
}

/* A value that the dictionary does not hold: takes it in, or leaves the dictionary behind. */
static enum wend_status keep_new(struct wend_parquet_chunk_writer *chunk,
                                 struct wend_parquet_page_tools *tools, struct wend_bytes value,
                                 uint64_t hash, struct wend_error *error) {
    if (!has_room(chunk, &tools->options, value)) {
        WEND_TRY(wend__parquet_chunk_leave_dictionary(chunk, error));
        return append_plain(chunk, value) ? WEND_OK : wend__fail_memory(error);
    }
    uint32_t code;
    if (!wend__parquet_dictionary_add(&chunk->dictionary, value, hash, &code) ||
        !wend__parquet_codes_push(&chunk->last_pages, UINT32_MAX) ||
        !wend__parquet_codes_push(&chunk->codes, code)) {
        return wend__fail_memory(error);
    }
    return WEND_OK;
}

/* Sets `*code` when the dictionary holds `value`; else `*hash`. The value before it often is the
 * same. */
static bool find_code(const struct wend_parquet_chunk_writer *chunk, struct wend_bytes value,
                      uint64_t *hash, uint32_t *code) {
    const struct wend_parquet_dictionary *dictionary = &chunk->dictionary;
    const struct wend_parquet_codes *codes = &chunk->codes;
    struct wend_parquet_recent *recent = NULL;
    if (dictionary->recent != NULL && value.len >= 8 && value.len <= 16) {
        recent = wend__parquet_dictionary_recent(dictionary, value);
        if (wend__parquet_is_recent(recent, value)) {
            *code = recent->code;
            return true;
        }
    } else if (codes->count > 0) {
        *code = codes->items[codes->count - 1];
        if (wend__bytes_equal(wend__parquet_dictionary_value(dictionary, *code), value)) {
            return true;
        }
    }
    *hash = wend__parquet_dictionary_hash(dictionary, value);
    bool found = wend__parquet_dictionary_find(dictionary, value, *hash, code);
    if (found && recent != NULL) {
        wend__parquet_note_recent(recent, value, *code);
    }
    return found;
}

/*
 * Keeps the value of one entry. What the dictionary holds was checked when it came in, so valid
 * UTF-8 is asked for once a distinct text only.
 */
static enum wend_status keep_value(struct wend_parquet_chunk_writer *chunk,
                                   struct wend_parquet_page_tools *tools, struct wend_bytes value,
                                   struct wend_error *error) {
    uint64_t hash = 0;
    uint32_t code;
    if (chunk->uses_dictionary && find_code(chunk, value, &hash, &code)) {
        chunk->page_plain_bytes += chunk->width == 0 ? value.len + 4 : value.len;
        return wend__parquet_codes_push(&chunk->codes, code) ? WEND_OK : wend__fail_memory(error);
    }
    bool is_known = false;
    if (is_text(chunk) && !wend__utf8_is_valid(value)) {
        wend__buffer_clear(&tools->text);
        if (!wend__utf8_append_clean(&tools->text, value)) {
            return wend__fail_memory(error);
        }
        value = wend__buffer_view(&tools->text);
        is_known = chunk->uses_dictionary && find_code(chunk, value, &hash, &code);
    }
    chunk->page_plain_bytes += chunk->width == 0 ? value.len + 4 : value.len;
    if (is_known) {
        return wend__parquet_codes_push(&chunk->codes, code) ? WEND_OK : wend__fail_memory(error);
    }
    if (chunk->bloom.words != NULL) {
        wend__parquet_bloom_insert(&chunk->bloom, value);
    }
    if (chunk->uses_dictionary) {
        return keep_new(chunk, tools, value, hash, error);
    }
    return append_plain(chunk, value) ? WEND_OK : wend__fail_memory(error);
}

static enum wend_status end_row(struct wend_parquet_chunk_writer *chunk,
                                struct wend_parquet_page_tools *tools, struct wend_error *error) {
    chunk->has_row = true;
    chunk->page_rows++;
    if (chunk->page_rows >= tools->options.page_rows ||
        chunk->page_plain_bytes >= tools->options.page_bytes) {
        return wend__parquet_page_cut(chunk, tools, false, error);
    }
    return WEND_OK;
}

enum wend_status wend__parquet_chunk_put(struct wend_parquet_chunk_writer *chunk,
                                         struct wend_parquet_page_tools *tools,
                                         struct wend_bytes value, struct wend_error *error) {
    assert(!chunk->has_row && chunk->type != WEND_PARQUET_TEXT_LIST);
    WEND_TRY(keep_value(chunk, tools, value, error));
    if (chunk->is_nullable && !wend__parquet_codes_push(&chunk->definition, 1)) {
        return wend__fail_memory(error);
    }
    chunk->page_entries++;
    return end_row(chunk, tools, error);
}

enum wend_status wend__parquet_chunk_put_null(struct wend_parquet_chunk_writer *chunk,
                                              struct wend_parquet_page_tools *tools,
                                              struct wend_error *error) {
    assert(!chunk->has_row && chunk->is_nullable);
    if (!wend__parquet_codes_push(&chunk->definition, 0)) {
        return wend__fail_memory(error);
    }
    chunk->page_entries++;
    chunk->page_nulls++;
    return end_row(chunk, tools, error);
}

enum wend_status wend__parquet_chunk_put_list(struct wend_parquet_chunk_writer *chunk,
                                              struct wend_parquet_page_tools *tools,
                                              const struct wend_bytes *items, uint32_t count,
                                              struct wend_error *error) {
    assert(!chunk->has_row && chunk->type == WEND_PARQUET_TEXT_LIST);
    /* An empty list is one entry without value. */
    uint32_t entries = count == 0 ? 1 : count;
    if (!wend__parquet_codes_reserve(&chunk->definition, entries) ||
        !wend__parquet_codes_reserve(&chunk->repetition, entries)) {
        return wend__fail_memory(error);
    }
    for (uint32_t i = 0; i < count; i++) {
        WEND_TRY(keep_value(chunk, tools, items[i], error));
    }
    for (uint32_t i = 0; i < entries; i++) {
        chunk->definition.items[chunk->definition.count++] = count == 0 ? 0 : 1;
        chunk->repetition.items[chunk->repetition.count++] = i == 0 ? 0 : 1;
    }
    chunk->page_entries += entries;
    chunk->page_nulls += count == 0 ? 1 : 0;
    return end_row(chunk, tools, error);
}

enum wend_status wend__parquet_chunk_finish(struct wend_parquet_chunk_writer *chunk,
                                            struct wend_parquet_page_tools *tools,
                                            struct wend_error *error) {
    if (chunk->page_rows > 0) {
        WEND_TRY(wend__parquet_page_cut(chunk, tools, true, error));
    }
    assert(chunk->note_count > 0);
    if (chunk->dictionary_coded_pages > 0) {
        WEND_TRY(wend__parquet_page_dictionary(chunk, tools, error));
    }
    return WEND_OK;
}
