#include "parquet/footer_reader.h"

#include "base/memory.h"

struct footer {
    struct wend_parquet_metadata *metadata;
    struct wend_thrift_reader thrift;
    uint64_t data_end;
    const char *file;
    bool has_schema;
    bool has_groups;
};

static enum wend_status damaged(const struct footer *footer, const char *what,
                                struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_IO, "%s is damaged: byte %zu of its footer: %s",
                      footer->file, footer->thrift.at,
                      footer->thrift.failed ? "it is no Thrift of this format" : what);
}

static enum wend_status read_schema(struct footer *footer, enum wend_thrift_type type,
                                    struct wend_error *error) {
    struct wend_thrift_reader *thrift = &footer->thrift;
    struct wend_thrift_list list = wend__thrift_read_list(thrift, type);
    if (footer->has_schema) {
        return damaged(footer, "a second schema", error);
    }
    if (list.count > WEND_PARQUET_SCHEMA_MAX) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "%s has a schema of %u elements; at most %u are read", footer->file,
                          list.count, WEND_PARQUET_SCHEMA_MAX);
    }
    struct wend_parquet_element *elements =
        wend__alloc_zeroed((size_t)list.count + 1, sizeof *elements);
    if (elements == NULL) {
        return wend__fail_memory(error);
    }
    for (uint32_t i = 0; i < list.count && !thrift->failed; i++) {
        wend__parquet_element_read(thrift, &elements[i]);
    }
    enum wend_status status = WEND_OK;
    const char *fault;
    if (!thrift->failed &&
        !wend__parquet_schema_read(footer->metadata, elements, list.count, &fault)) {
        status = fault == NULL ? wend__fail_memory(error) : damaged(footer, fault, error);
    }
    footer->has_schema = true;
    wend__free(elements);
    return status;
}

/* ColumnMetaData. False: what it says of places and counts cannot be. */
static bool read_place(struct footer *footer, enum wend_thrift_type type,
                       struct wend_parquet_chunk_place *place) {
    struct wend_thrift_reader *thrift = &footer->thrift;
    struct wend_thrift_field field;
    int64_t entry_count = -1;
    int64_t total_bytes = -1;
    int64_t data_offset = -1;
    int64_t dictionary_offset = 0;
    wend__thrift_open(thrift, type);
    while (wend__thrift_next(thrift, &field)) {
        switch (field.id) {
        case 1:
            place->physical = wend__thrift_read_i32(thrift, field.type);
            break;
        case 4:
            place->codec = wend__thrift_read_i32(thrift, field.type);
            break;
        case 5:
            entry_count = wend__thrift_read_i64(thrift, field.type);
            break;
        case 7:
            total_bytes = wend__thrift_read_i64(thrift, field.type);
            break;
        case 9:
            data_offset = wend__thrift_read_i64(thrift, field.type);
            break;
        case 11:
            dictionary_offset = wend__thrift_read_i64(thrift, field.type);
            break;
        default:
            wend__thrift_skip(thrift, field.type);
            break;
        }
    }
    /* Some writers put 0 where there is no dictionary. */
    int64_t begin =
        dictionary_offset > 0 && dictionary_offset < data_offset ? dictionary_offset : data_offset;
    if (entry_count < 0 || total_bytes < 0 || begin < 0 || (uint64_t)begin > footer->data_end ||
        (uint64_t)total_bytes > footer->data_end - (uint64_t)begin) {
        return false;
    }
    place->begin = (uint64_t)begin;
    place->end = (uint64_t)begin + (uint64_t)total_bytes;
    place->entry_count = (uint64_t)entry_count;
    return true;
}

static enum wend_status read_chunk(struct footer *footer, struct wend_error *error) {
    struct wend_parquet_metadata *metadata = footer->metadata;
    struct wend_thrift_reader *thrift = &footer->thrift;
    struct wend_parquet_chunk_place place = {.physical = WEND_PHYSICAL_NONE};
    struct wend_thrift_field field;
    bool has_place = false;
    wend__thrift_open(thrift, WEND_THRIFT_STRUCT);
    while (wend__thrift_next(thrift, &field)) {
        if (field.id == 3) {
            has_place = read_place(footer, field.type, &place);
            if (!has_place) {
                return damaged(footer, "a column lies outside of the file", error);
            }
            continue;
        }
        place.is_elsewhere |= field.id == 1;
        place.is_encrypted |= field.id == 8 || field.id == 9;
        wend__thrift_skip(thrift, field.type);
    }
    if (!has_place && !place.is_encrypted) {
        return damaged(footer, "the place of a column is missing", error);
    }
    void *chunks = metadata->chunks;
    bool reserved = wend__reserve(&chunks, &metadata->chunk_capacity, metadata->chunk_count + 1,
                                  sizeof *metadata->chunks);
    metadata->chunks = chunks;
    if (!reserved) {
        return wend__fail_memory(error);
    }
    metadata->chunks[metadata->chunk_count++] = place;
    return WEND_OK;
}

static enum wend_status read_group(struct footer *footer, struct wend_error *error) {
    struct wend_parquet_metadata *metadata = footer->metadata;
    struct wend_thrift_reader *thrift = &footer->thrift;
    size_t first_chunk = metadata->chunk_count;
    int64_t row_count = -1;
    struct wend_thrift_field field;
    wend__thrift_open(thrift, WEND_THRIFT_STRUCT);
    while (wend__thrift_next(thrift, &field)) {
        if (field.id == 1) {
            struct wend_thrift_list list = wend__thrift_read_list(thrift, field.type);
            for (uint32_t i = 0; i < list.count && !thrift->failed; i++) {
                WEND_TRY(read_chunk(footer, error));
            }
        } else if (field.id == 3) {
            row_count = wend__thrift_read_i64(thrift, field.type);
        } else {
            wend__thrift_skip(thrift, field.type);
        }
    }
    if (thrift->failed || metadata->chunk_count - first_chunk != metadata->leaf_count ||
        row_count < 0) {
        return damaged(footer, "a row group does not fit the schema", error);
    }
    void *groups = metadata->groups;
    bool reserved = wend__reserve(&groups, &metadata->group_capacity, metadata->group_count + 1,
                                  sizeof *metadata->groups);
    metadata->groups = groups;
    if (!reserved) {
        return wend__fail_memory(error);
    }
    metadata->groups[metadata->group_count++].row_count = (uint64_t)row_count;
    return WEND_OK;
}

static enum wend_status read_groups(struct footer *footer, enum wend_thrift_type type,
                                    struct wend_error *error) {
    struct wend_thrift_list list = wend__thrift_read_list(&footer->thrift, type);
    if (!footer->has_schema || footer->has_groups) {
        return damaged(footer, "row groups without a schema, or twice", error);
    }
    footer->has_groups = true;
    for (uint32_t i = 0; i < list.count && !footer->thrift.failed; i++) {
        WEND_TRY(read_group(footer, error));
    }
    return WEND_OK;
}

static const char *copy_text(struct wend_arena *arena, struct wend_bytes text) {
    char *copy = wend__arena_alloc(arena, text.len + 1);
    if (copy != NULL) {
        memcpy(copy, text.data, text.len);
        copy[text.len] = '\0';
    }
    return copy;
}

static enum wend_status read_key_values(struct footer *footer, enum wend_thrift_type type,
                                        struct wend_error *error) {
    struct wend_parquet_metadata *metadata = footer->metadata;
    struct wend_thrift_reader *thrift = &footer->thrift;
    struct wend_thrift_list list = wend__thrift_read_list(thrift, type);
    metadata->key_text_count = 0;
    metadata->key_texts =
        wend__arena_alloc(&metadata->arena, list.count * sizeof *metadata->key_texts);
    if (metadata->key_texts == NULL) {
        return wend__fail_memory(error);
    }
    for (uint32_t i = 0; i < list.count && !thrift->failed; i++) {
        struct wend_bytes texts[2] = {wend__bytes("", 0), wend__bytes("", 0)};
        struct wend_thrift_field field;
        wend__thrift_open(thrift, WEND_THRIFT_STRUCT);
        while (wend__thrift_next(thrift, &field)) {
            if (field.id == 1 || field.id == 2) {
                texts[field.id - 1] = wend__thrift_read_binary(thrift, field.type);
            } else {
                wend__thrift_skip(thrift, field.type);
            }
        }
        const char *key = copy_text(&metadata->arena, texts[0]);
        const char *value = copy_text(&metadata->arena, texts[1]);
        if (key == NULL || value == NULL) {
            return wend__fail_memory(error);
        }
        metadata->key_texts[metadata->key_text_count].key = key;
        metadata->key_texts[metadata->key_text_count++].value = value;
    }
    return WEND_OK;
}

/* FileMetaData. */
static enum wend_status read_file(struct footer *footer, int64_t *row_count,
                                  struct wend_error *error) {
    struct wend_thrift_reader *thrift = &footer->thrift;
    struct wend_thrift_field field;
    wend__thrift_open(thrift, WEND_THRIFT_STRUCT);
    while (wend__thrift_next(thrift, &field)) {
        switch (field.id) {
        case 2:
            WEND_TRY(read_schema(footer, field.type, error));
            break;
        case 3:
            *row_count = wend__thrift_read_i64(thrift, field.type);
            break;
        case 4:
            WEND_TRY(read_groups(footer, field.type, error));
            break;
        case 5:
            WEND_TRY(read_key_values(footer, field.type, error));
            break;
        case 8:
            return wend__fail(error, WEND_ERROR_USAGE,
                              "%s is encrypted, which is not read; decrypt it first", footer->file);
        default:
            wend__thrift_skip(thrift, field.type);
            break;
        }
    }
    return WEND_OK;
}

enum wend_status wend__parquet_footer_read(struct wend_parquet_metadata *metadata,
                                           struct wend_bytes footer_bytes, uint64_t data_end,
                                           const char *file, struct wend_error *error) {
    struct footer footer = {.metadata = metadata, .data_end = data_end, .file = file};
    int64_t row_count = -1;
    wend__thrift_reader_init(&footer.thrift, footer_bytes);
    WEND_TRY(read_file(&footer, &row_count, error));
    if (footer.thrift.failed) {
        return damaged(&footer, "", error);
    }
    if (!footer.has_schema || row_count < 0) {
        return damaged(&footer, "schema or row count is missing", error);
    }
    metadata->row_count = (uint64_t)row_count;
    uint64_t left = metadata->row_count;
    for (size_t i = 0; i < metadata->group_count; i++) {
        if (metadata->groups[i].row_count > left) {
            return damaged(&footer, "the row groups have more rows than the file", error);
        }
        left -= metadata->groups[i].row_count;
    }
    return left == 0 ? WEND_OK
                     : damaged(&footer, "the row groups have fewer rows than the file", error);
}

void wend__parquet_metadata_deinit(struct wend_parquet_metadata *metadata) {
    wend__arena_deinit(&metadata->arena);
    wend__free(metadata->groups);
    wend__free(metadata->chunks);
    *metadata = (struct wend_parquet_metadata){0};
}
