#include "parquet/chunk_writer.h"

#include "parquet/thrift.h"

#include <assert.h>

struct page {
    enum wend_parquet_page_type type;
    enum wend_parquet_encoding encoding;
    uint64_t entry_count;
};

/* Appends header and body to `out`. */
static bool append_page(struct wend_buffer *out, const struct page *page, size_t raw_bytes,
                        struct wend_bytes body, size_t *header_bytes) {
    size_t start = out->len;
    struct wend_thrift_writer thrift;
    wend__thrift_writer_init(&thrift, out);
    wend__thrift_begin(&thrift); /* PageHeader */
    wend__thrift_write_i32(&thrift, 1, (int32_t)page->type);
    wend__thrift_write_i32(&thrift, 2, (int32_t)raw_bytes);
    wend__thrift_write_i32(&thrift, 3, (int32_t)body.len);
    wend__thrift_write_i32(&thrift, 4, (int32_t)wend__parquet_checksum(body));
    if (page->type == WEND_PAGE_DICTIONARY) {
        wend__thrift_begin_field(&thrift, 7); /* DictionaryPageHeader */
        wend__thrift_write_i32(&thrift, 1, (int32_t)page->entry_count);
        wend__thrift_write_i32(&thrift, 2, (int32_t)page->encoding);
        wend__thrift_write_bool(&thrift, 3, false);
    } else {
        wend__thrift_begin_field(&thrift, 5); /* DataPageHeader */
        wend__thrift_write_i32(&thrift, 1, (int32_t)page->entry_count);
        wend__thrift_write_i32(&thrift, 2, (int32_t)page->encoding);
        wend__thrift_write_i32(&thrift, 3, WEND_ENCODING_RLE);
        wend__thrift_write_i32(&thrift, 4, WEND_ENCODING_RLE);
    }
    wend__thrift_end(&thrift);
    wend__thrift_end(&thrift);
    *header_bytes = out->len - start;
    return !thrift.failed && wend__buffer_append(out, body.data, body.len);
}

/* Compresses `raw` and appends it as a page to `out`. */
static enum wend_status write_page(struct wend_parquet_chunk_writer *chunk,
                                   struct wend_parquet_page_tools *tools, struct wend_buffer *out,
                                   const struct page *page, struct wend_bytes raw,
                                   struct wend_error *error) {
    if (raw.len > INT32_MAX || page->entry_count > INT32_MAX) {
        return wend__fail(error, WEND_ERROR_LIMIT,
                          "a Parquet page would take %zu bytes; the format ends at 2 GiB", raw.len);
    }
    WEND_TRY(wend__parquet_compress(&tools->compressor, raw, &tools->compressed, error));
    struct wend_bytes body = wend__buffer_view(&tools->compressed);
    size_t header_bytes;
    if (body.len > INT32_MAX || !append_page(out, page, raw.len, body, &header_bytes)) {
        return wend__fail_memory(error);
    }
    chunk->raw_bytes += header_bytes + raw.len;
    return WEND_OK;
}

/* Values that show whether a dictionary pays, when more pages may come. */
#define SAMPLE_VALUES 1000U

static uint32_t code_width(const struct wend_parquet_chunk_writer *chunk) {
    return wend__parquet_bit_width(chunk->dictionary.count == 0 ? 0 : chunk->dictionary.count - 1);
}

/* A dictionary that takes as much as the values it stands for is dropped, unless a page uses it. */
static bool is_dictionary_useless(const struct wend_parquet_chunk_writer *chunk, bool is_last) {
    if (chunk->dictionary_coded_pages > 0 || (chunk->codes.count < SAMPLE_VALUES && !is_last)) {
        return false;
    }
    uint64_t coded_bytes = chunk->dictionary.plain.len + chunk->codes.count * code_width(chunk) / 8;
    return coded_bytes >= chunk->page_plain_bytes;
}

/* A page without values has nothing to look up. */
static bool is_coded(const struct wend_parquet_chunk_writer *chunk) {
    return chunk->uses_dictionary && chunk->codes.count > 0;
}

/* Looks at each distinct value of the page once. */
static void range_of_codes(struct wend_parquet_chunk_writer *chunk,
                           struct wend_parquet_range *range) {
    uint32_t page_number = (uint32_t)chunk->note_count;
    for (size_t i = 0; i < chunk->codes.count; i++) {
        uint32_t code = chunk->codes.items[i];
        if (chunk->last_pages.items[code] != page_number) {
            chunk->last_pages.items[code] = page_number;
            wend__parquet_range_add(range, chunk->order,
                                    wend__parquet_dictionary_value(&chunk->dictionary, code));
        }
    }
}

static void range_of_values(const struct wend_parquet_chunk_writer *chunk,
                            struct wend_parquet_range *range) {
    const struct wend_buffer *values = &chunk->values;
    if (chunk->order == WEND_ORDER_INT64) {
        wend__parquet_range_add_int64(range, values->data, values->len / 8);
        return;
    }
    size_t at = 0;
    while (at < values->len) {
        size_t len = chunk->width;
        if (len == 0) {
            len = wend__load_le32(values->data + at);
            at += 4;
        }
        wend__parquet_range_add(range, chunk->order, wend__bytes(values->data + at, len));
        at += len;
    }
}

/* The bounds of the page in progress; without them for a value, the chunk loses its own. */
static void note_bounds(struct wend_parquet_chunk_writer *chunk,
                        struct wend_parquet_page_note *note) {
    if (!chunk->has_bounds || note->is_all_null) {
        return;
    }
    struct wend_parquet_range range = {0};
    if (chunk->uses_dictionary) {
        range_of_codes(chunk, &range);
    } else {
        range_of_values(chunk, &range);
    }
    wend__parquet_bounds_of(&range, chunk->order, &note->bounds);
    if (note->bounds.is_present) {
        wend__parquet_bounds_merge(&chunk->bounds, chunk->order, &note->bounds);
    } else {
        chunk->has_bounds = false;
    }
}

/* The body before compression: levels, then values. A view of `values` where that is all. */
static enum wend_status make_body(struct wend_parquet_chunk_writer *chunk, struct wend_buffer *body,
                                  struct wend_bytes *raw, struct wend_error *error) {
    bool is_list = chunk->type == WEND_PARQUET_TEXT_LIST;
    if (!is_list && !chunk->is_nullable && !is_coded(chunk)) {
        *raw = wend__buffer_view(&chunk->values);
        return WEND_OK;
    }
    wend__buffer_clear(body);
    if ((is_list && !wend__parquet_encode_levels(body, &chunk->repetition)) ||
        ((is_list || chunk->is_nullable) &&
         !wend__parquet_encode_levels(body, &chunk->definition))) {
        return wend__fail_memory(error);
    }
    if (is_coded(chunk)) {
        uint32_t bit_width = code_width(chunk);
        uint8_t width_byte = (uint8_t)bit_width;
        if (!wend__buffer_append(body, &width_byte, 1) ||
            !wend__parquet_encode_codes(body, &chunk->codes, bit_width)) {
            return wend__fail_memory(error);
        }
    } else if (!wend__buffer_append(body, chunk->values.data, chunk->values.len)) {
        return wend__fail_memory(error);
    }
    *raw = wend__buffer_view(body);
    return WEND_OK;
}

/* The page is in `pages`: counts it to the chunk and empties it. */
static void start_next_page(struct wend_parquet_chunk_writer *chunk,
                            const struct wend_parquet_page_note *note) {
    chunk->notes[chunk->note_count++] = *note;
    chunk->dictionary_coded_pages += is_coded(chunk) ? 1 : 0;
    chunk->row_count += chunk->page_rows;
    chunk->entry_count += chunk->page_entries;
    chunk->null_count += chunk->page_nulls;
    chunk->codes.count = 0;
    wend__buffer_clear(&chunk->values);
    chunk->definition.count = 0;
    chunk->repetition.count = 0;
    chunk->page_rows = 0;
    chunk->page_entries = 0;
    chunk->page_nulls = 0;
    chunk->page_plain_bytes = 0;
}

enum wend_status wend__parquet_page_cut(struct wend_parquet_chunk_writer *chunk,
                                        struct wend_parquet_page_tools *tools, bool is_last,
                                        struct wend_error *error) {
    assert(chunk->page_rows > 0);
    if (chunk->uses_dictionary && is_dictionary_useless(chunk, is_last)) {
        WEND_TRY(wend__parquet_chunk_leave_dictionary(chunk, error));
    }
    void *notes = chunk->notes;
    bool reserved =
        wend__reserve(&notes, &chunk->note_capacity, chunk->note_count + 1, sizeof *chunk->notes);
    chunk->notes = notes;
    if (!reserved) {
        return wend__fail_memory(error);
    }
    struct wend_parquet_page_note note = {
        .offset = chunk->pages.len,
        .first_row = chunk->row_count,
        .null_count = chunk->page_nulls,
        .is_all_null = chunk->page_nulls == chunk->page_entries,
    };
    note_bounds(chunk, &note);
    struct wend_bytes raw = {0};
    WEND_TRY(make_body(chunk, &tools->body, &raw, error));
    struct page page = {
        .type = WEND_PAGE_DATA,
        .encoding = is_coded(chunk) ? WEND_ENCODING_PLAIN_DICTIONARY : WEND_ENCODING_PLAIN,
        .entry_count = chunk->page_entries,
    };
    WEND_TRY(write_page(chunk, tools, &chunk->pages, &page, raw, error));
    note.total_bytes = (uint32_t)(chunk->pages.len - note.offset);
    start_next_page(chunk, &note);
    return WEND_OK;
}

enum wend_status wend__parquet_page_dictionary(struct wend_parquet_chunk_writer *chunk,
                                               struct wend_parquet_page_tools *tools,
                                               struct wend_error *error) {
    struct page page = {
        .type = WEND_PAGE_DICTIONARY,
        .encoding = WEND_ENCODING_PLAIN_DICTIONARY,
        .entry_count = chunk->dictionary.count,
    };
    return write_page(chunk, tools, &chunk->dictionary_page, &page,
                      wend__buffer_view(&chunk->dictionary.plain), error);
}
