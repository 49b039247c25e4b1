#include "parquet/reader.h"

#include "base/memory.h"
#include "parquet/column_reader.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Length and magic bytes at the end of a file. */
#define TAIL_BYTES (4U + WEND_PARQUET_MAGIC_BYTES)
#define FILE_BYTES_MIN (WEND_PARQUET_MAGIC_BYTES + TAIL_BYTES)

struct wend_parquet_reader {
    struct wend_parquet_metadata metadata;
    struct wend_parquet_read_tools tools;
    struct wend_parquet_column_reader *columns; /* per field, as is what follows */
    struct wend_parquet_value *values;
    bool *is_skipped;
    char *name;
    size_t next_group;
    uint64_t rows_left; /* of the file */
    uint64_t group_rows_left;
    bool has_failed;
    struct wend_error failure; /* the first; it stays */
};

static enum wend_status refuse(const struct wend_parquet_input *input, const char *what,
                               struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_IO, "%s is no Parquet file: %s", input->name, what);
}

/* Checks the magic bytes at both ends; `*footer` views the Thrift bytes before the tail. */
static enum wend_status read_footer_bytes(struct wend_parquet_read_tools *tools,
                                          struct wend_bytes *footer, struct wend_error *error) {
    const struct wend_parquet_input *input = &tools->input;
    struct wend_bytes bytes = WEND_BYTES_ABSENT;
    if (input->len < FILE_BYTES_MIN) {
        return refuse(input, "it is too short", error);
    }
    WEND_TRY(
        wend__parquet_input_read(input, 0, WEND_PARQUET_MAGIC_BYTES, &tools->head, &bytes, error));
    if (!wend__bytes_is(bytes, WEND_PARQUET_MAGIC) && !wend__bytes_is(bytes, "PARE")) {
        return refuse(input, "it does not begin with PAR1", error);
    }
    WEND_TRY(wend__parquet_input_read(input, input->len - TAIL_BYTES, TAIL_BYTES, &tools->head,
                                      &bytes, error));
    uint32_t footer_len = wend__load_le32(bytes.data);
    struct wend_bytes magic = wend__bytes(bytes.data + 4, WEND_PARQUET_MAGIC_BYTES);
    if (wend__bytes_is(magic, "PARE")) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "%s is encrypted, which is not read; decrypt it first", input->name);
    }
    if (!wend__bytes_is(magic, WEND_PARQUET_MAGIC)) {
        return refuse(input, "it does not end with PAR1, and may be cut off", error);
    }
    if (footer_len > input->len - FILE_BYTES_MIN) {
        return refuse(input, "its footer is longer than it", error);
    }
    return wend__parquet_input_read(input, input->len - TAIL_BYTES - footer_len, footer_len,
                                    &tools->stored, footer, error);
}

static enum wend_status read_metadata(struct wend_parquet_reader *reader,
                                      struct wend_error *error) {
    struct wend_bytes footer = WEND_BYTES_ABSENT;
    WEND_TRY(read_footer_bytes(&reader->tools, &footer, error));
    uint64_t data_end = reader->tools.input.len - TAIL_BYTES - footer.len;
    WEND_TRY(wend__parquet_footer_read(&reader->metadata, footer, data_end,
                                       reader->tools.input.name, error));
    reader->rows_left = reader->metadata.row_count;
    /* The footer may have been long; pages are not. */
    wend__buffer_deinit(&reader->tools.stored);
    size_t count = (size_t)reader->metadata.field_count + 1;
    reader->columns = wend__alloc_zeroed(count, sizeof *reader->columns);
    reader->values = wend__alloc_zeroed(count, sizeof *reader->values);
    reader->is_skipped = wend__alloc_zeroed(count, sizeof *reader->is_skipped);
    if (reader->columns == NULL || reader->values == NULL || reader->is_skipped == NULL) {
        return wend__fail_memory(error);
    }
    return WEND_OK;
}

static enum wend_status open_file(struct wend_parquet_input *input, struct wend_error *error) {
    struct stat status;
    input->descriptor = open(input->name, O_RDONLY | O_CLOEXEC);
    if (input->descriptor < 0 || fstat(input->descriptor, &status) != 0) {
        return wend__fail(error, WEND_ERROR_IO, "cannot open %s: %s", input->name, strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        return wend__fail(error, WEND_ERROR_IO,
                          "%s is not a file with an end, as a Parquet file must be", input->name);
    }
    input->len = (uint64_t)status.st_size;
    return WEND_OK;
}

static enum wend_status open_reader(const char *path, struct wend_bytes memory,
                                    struct wend_parquet_reader **reader, struct wend_error *error) {
    *reader = NULL;
    struct wend_parquet_reader *opened = wend__alloc_zeroed(1, sizeof *opened);
    if (opened == NULL) {
        return wend__fail_memory(error);
    }
    const char *name = path != NULL ? path : "the Parquet data";
    opened->tools.input =
        (struct wend_parquet_input){.descriptor = -1, .memory = memory, .len = memory.len};
    opened->name = wend__copy_text(name, strlen(name));
    opened->tools.input.name = opened->name;
    if (opened->name == NULL) {
        wend__parquet_reader_close(opened);
        return wend__fail_memory(error);
    }
    enum wend_status status = path != NULL ? open_file(&opened->tools.input, error) : WEND_OK;
    if (status == WEND_OK) {
        status = read_metadata(opened, error);
    }
    if (status != WEND_OK) {
        wend__parquet_reader_close(opened);
        return status;
    }
    *reader = opened;
    return WEND_OK;
}

enum wend_status wend__parquet_reader_open(const char *path, struct wend_parquet_reader **reader,
                                           struct wend_error *error) {
    return open_reader(path, wend__bytes("", 0), reader, error);
}

enum wend_status wend__parquet_reader_open_memory(struct wend_bytes file,
                                                  struct wend_parquet_reader **reader,
                                                  struct wend_error *error) {
    return open_reader(NULL, file, reader, error);
}

void wend__parquet_reader_close(struct wend_parquet_reader *reader) {
    if (reader == NULL) {
        return;
    }
    for (uint32_t i = 0; reader->columns != NULL && i < reader->metadata.field_count; i++) {
        wend__parquet_column_deinit(&reader->columns[i]);
    }
    wend__free(reader->columns);
    wend__free(reader->values);
    wend__free(reader->is_skipped);
    wend__parquet_metadata_deinit(&reader->metadata);
    wend__parquet_decompressor_deinit(&reader->tools.decompressor);
    wend__buffer_deinit(&reader->tools.head);
    wend__buffer_deinit(&reader->tools.stored);
    if (reader->tools.input.descriptor >= 0) {
        (void)close(reader->tools.input.descriptor);
    }
    wend__free(reader->name);
    wend__free(reader);
}

uint64_t wend__parquet_reader_row_count(const struct wend_parquet_reader *reader) {
    return reader->metadata.row_count;
}

uint32_t wend__parquet_reader_field_count(const struct wend_parquet_reader *reader) {
    return reader->metadata.field_count;
}

const struct wend_parquet_field *
wend__parquet_reader_field(const struct wend_parquet_reader *reader, uint32_t index) {
    assert(index < reader->metadata.field_count);
    return &reader->metadata.fields[index];
}

uint32_t wend__parquet_reader_find(const struct wend_parquet_reader *reader, const char *name) {
    for (uint32_t i = 0; i < reader->metadata.field_count; i++) {
        if (strcmp(reader->metadata.fields[i].name, name) == 0) {
            return i;
        }
    }
    return UINT32_MAX;
}

const char *wend__parquet_reader_metadata(const struct wend_parquet_reader *reader,
                                          const char *key) {
    for (uint32_t i = 0; i < reader->metadata.key_text_count; i++) {
        if (strcmp(reader->metadata.key_texts[i].key, key) == 0) {
            return reader->metadata.key_texts[i].value;
        }
    }
    return NULL;
}

void wend__parquet_reader_skip(struct wend_parquet_reader *reader, uint32_t index) {
    assert(index < reader->metadata.field_count && reader->next_group == 0);
    reader->is_skipped[index] = true;
    reader->values[index] = (struct wend_parquet_value){.is_null = true};
}

/* Opens all columns in the next group that has rows; there must be one. */
static enum wend_status open_group(struct wend_parquet_reader *reader, struct wend_error *error) {
    const struct wend_parquet_metadata *metadata = &reader->metadata;
    while (metadata->groups[reader->next_group].row_count == 0) {
        reader->next_group++;
    }
    const struct wend_parquet_chunk_place *places =
        metadata->chunks + reader->next_group * metadata->leaf_count;
    reader->group_rows_left = metadata->groups[reader->next_group++].row_count;
    for (uint32_t i = 0; i < metadata->field_count; i++) {
        const struct wend_parquet_field *field = &metadata->fields[i];
        if (reader->is_skipped[i]) {
            continue;
        }
        if (field->unsupported != NULL) {
            return wend__fail(error, WEND_ERROR_USAGE, "%s: column %s is %s, which is not read",
                              reader->name, field->name, field->unsupported);
        }
        WEND_TRY(wend__parquet_column_open(&reader->columns[i], &reader->tools,
                                           &metadata->leaves[i], field->name,
                                           &places[metadata->leaf_indexes[i]], error));
    }
    return WEND_OK;
}

static enum wend_status read_row(struct wend_parquet_reader *reader, struct wend_error *error) {
    if (reader->group_rows_left == 0) {
        WEND_TRY(open_group(reader, error));
    }
    reader->group_rows_left--;
    for (uint32_t i = 0; i < reader->metadata.field_count; i++) {
        if (reader->is_skipped[i]) {
            continue;
        }
        WEND_TRY(wend__parquet_column_next(&reader->columns[i], &reader->tools, &reader->values[i],
                                           error));
        if (reader->group_rows_left == 0) {
            WEND_TRY(wend__parquet_column_end(&reader->columns[i], &reader->tools, error));
        }
    }
    return WEND_OK;
}

/* A failed reader does not go on: its columns no longer stand in the same row. */
static enum wend_status report(const struct wend_parquet_reader *reader, struct wend_error *error) {
    if (error != NULL) {
        *error = reader->failure;
    }
    return reader->failure.status;
}

enum wend_status wend__parquet_reader_next(struct wend_parquet_reader *reader, bool *found,
                                           struct wend_error *error) {
    *found = false;
    if (reader->has_failed) {
        return report(reader, error);
    }
    if (reader->rows_left == 0) {
        return WEND_OK;
    }
    if (read_row(reader, &reader->failure) != WEND_OK) {
        reader->has_failed = true;
        return report(reader, error);
    }
    reader->rows_left--;
    *found = true;
    return WEND_OK;
}

const struct wend_parquet_value *
wend__parquet_reader_value(const struct wend_parquet_reader *reader, uint32_t index) {
    assert(index < reader->metadata.field_count);
    return &reader->values[index];
}
