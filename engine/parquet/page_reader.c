#include "parquet/page_reader.h"

#include "base/io.h"

#include <inttypes.h>

/* Enough for a header with short statistics; it is doubled up to the limit for longer ones. */
#define HEAD_BYTES 1024U
#define HEAD_BYTES_MAX (UINT32_C(16) << 20)

enum wend_status wend__parquet_input_read(const struct wend_parquet_input *input, uint64_t offset,
                                          size_t len, struct wend_buffer *buffer,
                                          struct wend_bytes *bytes, struct wend_error *error) {
    if (input->descriptor < 0) {
        *bytes = wend__bytes(input->memory.data + offset, len);
        return WEND_OK;
    }
    wend__buffer_clear(buffer);
    if (!wend__buffer_reserve(buffer, len)) {
        return wend__fail_memory(error);
    }
    size_t got;
    int failure = wend__io_read_at(input->descriptor, buffer->data, len, offset, &got);
    if (failure != 0) {
        return wend__fail(error, WEND_ERROR_IO, "cannot read %s: %s", input->name,
                          strerror(failure));
    }
    if (got < len) {
        return wend__fail(error, WEND_ERROR_IO, "%s became shorter while it was read", input->name);
    }
    buffer->len = len;
    *bytes = wend__buffer_view(buffer);
    return WEND_OK;
}

/* An i32 that counts something. */
static uint32_t read_count(struct wend_thrift_reader *thrift, enum wend_thrift_type type) {
    int32_t value = wend__thrift_read_i32(thrift, type);
    thrift->failed |= value < 0;
    return thrift->failed ? 0 : (uint32_t)value;
}

/* DataPageHeader and DictionaryPageHeader: they share the first two fields. */
static void read_simple(struct wend_thrift_reader *thrift, enum wend_thrift_type type,
                        struct wend_parquet_page_header *header) {
    struct wend_thrift_field field;
    bool has_count = false;
    bool has_encoding = false;
    bool is_data = header->type == WEND_PAGE_DATA;
    wend__thrift_open(thrift, type);
    while (wend__thrift_next(thrift, &field)) {
        if (field.id == 1) {
            header->entry_count = read_count(thrift, field.type);
            has_count = true;
        } else if (field.id == 2) {
            header->encoding = wend__thrift_read_i32(thrift, field.type);
            has_encoding = true;
        } else if (field.id == 3 && is_data) {
            header->definition_encoding = wend__thrift_read_i32(thrift, field.type);
        } else if (field.id == 4 && is_data) {
            header->repetition_encoding = wend__thrift_read_i32(thrift, field.type);
        } else {
            wend__thrift_skip(thrift, field.type);
        }
    }
    thrift->failed |= !has_count || !has_encoding;
}

static void read_v2(struct wend_thrift_reader *thrift, enum wend_thrift_type type,
                    struct wend_parquet_page_header *header) {
    struct wend_thrift_field field;
    uint32_t seen = 0;
    header->is_compressed = true;
    wend__thrift_open(thrift, type);
    while (wend__thrift_next(thrift, &field)) {
        seen |= field.id > 0 && field.id < 8 ? UINT32_C(1) << field.id : 0;
        switch (field.id) {
        case 1:
            header->entry_count = read_count(thrift, field.type);
            break;
        case 4:
            header->encoding = wend__thrift_read_i32(thrift, field.type);
            break;
        case 5:
            header->definition_bytes = read_count(thrift, field.type);
            break;
        case 6:
            header->repetition_bytes = read_count(thrift, field.type);
            break;
        case 7:
            header->is_compressed = wend__thrift_read_bool(thrift, field.type);
            break;
        default:
            wend__thrift_skip(thrift, field.type);
            break;
        }
    }
    thrift->failed |= (seen & 0x72U) != 0x72U; /* fields 1, 4, 5, 6 */
}

/* The header of the page's own type stands in field 5, 7 or 8. */
static void read_special(struct wend_thrift_reader *thrift, struct wend_thrift_field field,
                         struct wend_parquet_page_header *header, bool *has_special) {
    if ((field.id == 5 && header->type == WEND_PAGE_DATA) ||
        (field.id == 7 && header->type == WEND_PAGE_DICTIONARY)) {
        read_simple(thrift, field.type, header);
        *has_special = true;
    } else if (field.id == 8 && header->type == WEND_PAGE_DATA_V2) {
        read_v2(thrift, field.type, header);
        *has_special = true;
    } else {
        wend__thrift_skip(thrift, field.type);
    }
}

enum wend_parquet_header_result
wend__parquet_page_header_read(struct wend_bytes bytes, struct wend_parquet_page_header *header,
                               size_t *header_bytes) {
    struct wend_thrift_reader thrift;
    struct wend_thrift_field field;
    uint32_t seen = 0;
    bool has_special = false;
    *header = (struct wend_parquet_page_header){.definition_encoding = WEND_ENCODING_RLE,
                                                .repetition_encoding = WEND_ENCODING_RLE};
    wend__thrift_reader_init(&thrift, bytes);
    wend__thrift_open(&thrift, WEND_THRIFT_STRUCT);
    while (wend__thrift_next(&thrift, &field)) {
        seen |= field.id > 0 && field.id < 8 ? UINT32_C(1) << field.id : 0;
        switch (field.id) {
        case 1:
            header->type = (int32_t)read_count(&thrift, field.type);
            break;
        case 2:
            header->raw_bytes = read_count(&thrift, field.type);
            break;
        case 3:
            header->stored_bytes = read_count(&thrift, field.type);
            break;
        case 4:
            header->checksum = (uint32_t)wend__thrift_read_i32(&thrift, field.type);
            header->has_checksum = true;
            break;
        default:
            read_special(&thrift, field, header, &has_special);
            break;
        }
    }
    *header_bytes = thrift.at;
    if (thrift.failed) {
        return thrift.is_too_short ? WEND_PARQUET_HEADER_SHORT : WEND_PARQUET_HEADER_DAMAGED;
    }
    bool is_known = header->type == WEND_PAGE_DATA || header->type == WEND_PAGE_DICTIONARY ||
                    header->type == WEND_PAGE_DATA_V2;
    bool is_whole = (seen & 0xEU) == 0xEU && (has_special || !is_known);
    return is_whole ? WEND_PARQUET_HEADER_OK : WEND_PARQUET_HEADER_DAMAGED;
}

enum wend_status wend__parquet_page_damaged(const struct wend_parquet_page_source *source,
                                            const struct wend_parquet_read_tools *tools,
                                            const char *what, struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_IO,
                      "%s is damaged: column %s, page at byte %" PRIu64 ": %s", tools->input.name,
                      source->column, source->page_offset, what);
}

enum wend_status wend__parquet_page_refused(const struct wend_parquet_page_source *source,
                                            const struct wend_parquet_read_tools *tools,
                                            const char *what, int number,
                                            struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_USAGE,
                      "%s: column %s, page at byte %" PRIu64 ": %s %d is not read",
                      tools->input.name, source->column, source->page_offset, what, number);
}

/* Reads the header at `at`, from more and more bytes until it is whole. */
static enum wend_status read_header(struct wend_parquet_page_source *source,
                                    struct wend_parquet_read_tools *tools,
                                    struct wend_parquet_page_header *header,
                                    struct wend_error *error) {
    uint64_t left = source->place.end - source->at;
    size_t window = HEAD_BYTES;
    size_t header_bytes = 0;
    enum wend_parquet_header_result result = WEND_PARQUET_HEADER_SHORT;
    source->page_offset = source->at;
    if (left == 0) {
        return wend__parquet_page_damaged(source, tools, "a page is missing", error);
    }
    while (result == WEND_PARQUET_HEADER_SHORT) {
        struct wend_bytes bytes = WEND_BYTES_ABSENT;
        size_t len = window < left ? window : (size_t)left;
        WEND_TRY(
            wend__parquet_input_read(&tools->input, source->at, len, &tools->head, &bytes, error));
        result = wend__parquet_page_header_read(bytes, header, &header_bytes);
        if (result == WEND_PARQUET_HEADER_SHORT && (len == left || window >= HEAD_BYTES_MAX)) {
            return wend__parquet_page_damaged(source, tools, "its header has no end", error);
        }
        window *= 4;
    }
    if (result == WEND_PARQUET_HEADER_DAMAGED) {
        return wend__parquet_page_damaged(source, tools, "its header is damaged", error);
    }
    source->at += header_bytes;
    if (header->stored_bytes > source->place.end - source->at) {
        return wend__parquet_page_damaged(source, tools, "it is longer than its column", error);
    }
    return WEND_OK;
}

/* The levels of a V2 page are not compressed. */
static enum wend_status unpack(struct wend_parquet_page_source *source,
                               struct wend_parquet_read_tools *tools,
                               const struct wend_parquet_page_header *header,
                               struct wend_bytes stored, struct wend_buffer *body,
                               struct wend_error *error) {
    bool is_v2 = header->type == WEND_PAGE_DATA_V2;
    uint64_t level_bytes =
        is_v2 ? (uint64_t)header->definition_bytes + header->repetition_bytes : 0;
    int32_t codec = is_v2 && !header->is_compressed ? WEND_CODEC_UNCOMPRESSED : source->place.codec;
    if (level_bytes > stored.len || level_bytes > header->raw_bytes) {
        return wend__parquet_page_damaged(source, tools, "its levels are longer than it", error);
    }
    size_t prefix = (size_t)level_bytes;
    size_t raw_bytes = header->raw_bytes - prefix;
    struct wend_bytes packed = wend__bytes(stored.data + prefix, stored.len - prefix);
    if (header->raw_bytes > WEND_PARQUET_PAGE_BYTES_MAX ||
        (raw_bytes > 0 && !wend__parquet_codec_is_plausible(codec, packed.len, raw_bytes))) {
        return wend__parquet_page_damaged(source, tools, "its length cannot be", error);
    }
    wend__buffer_clear(body);
    if (!wend__buffer_reserve(body, (size_t)header->raw_bytes + 1) ||
        !wend__buffer_append(body, stored.data, prefix)) {
        return wend__fail_memory(error);
    }
    /* Without values there may be nothing, or an empty frame. */
    if (raw_bytes > 0 && !wend__parquet_decompress(&tools->decompressor, codec, packed,
                                                   body->data + prefix, raw_bytes)) {
        return wend__parquet_page_damaged(source, tools, "it cannot be decompressed", error);
    }
    body->len = header->raw_bytes;
    return WEND_OK;
}

enum wend_status wend__parquet_page_next(struct wend_parquet_page_source *source,
                                         struct wend_parquet_read_tools *tools,
                                         struct wend_parquet_page_header *header,
                                         struct wend_buffer *data, struct wend_buffer *dictionary,
                                         struct wend_error *error) {
    WEND_TRY(read_header(source, tools, header, error));
    while (header->type == WEND_PAGE_INDEX) {
        source->at += header->stored_bytes;
        WEND_TRY(read_header(source, tools, header, error));
    }
    if (header->type > WEND_PAGE_DATA_V2) {
        return wend__parquet_page_refused(source, tools, "the page type", header->type, error);
    }
    struct wend_bytes stored = WEND_BYTES_ABSENT;
    WEND_TRY(wend__parquet_input_read(&tools->input, source->at, header->stored_bytes,
                                      &tools->stored, &stored, error));
    source->at += header->stored_bytes;
    if (header->has_checksum && wend__parquet_checksum(stored) != header->checksum) {
        return wend__parquet_page_damaged(source, tools, "its checksum is wrong", error);
    }
    bool is_dictionary = header->type == WEND_PAGE_DICTIONARY;
    return unpack(source, tools, header, stored, is_dictionary ? dictionary : data, error);
}
