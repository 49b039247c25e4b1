#include "snapshot/snapshot_writer.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "snapshot/manifest.h"
#include "snapshot/snapshot_internal.h"
#include "snapshot/table_writer.h"

#include <assert.h>
#include <stdio.h>

struct wend_snapshot_writer {
    struct wend_staging staging;
    struct wend_snapshot_options options; /* texts are copies; directory and key are not kept */
    struct wend_bytes *scopes;
    struct wend_bytes *segments;
    char **segment_names; /* of columns: UTF-8, zero-terminated */
    struct wend_arena arena;
    struct wend_customer_namer namer;
    struct wend_table_writer table;
    bool is_in_table;
    uint64_t lost_values; /* of the last table */
    bool is_written[WEND_TABLE_COUNT];
    struct wend_table_file files[WEND_TABLE_COUNT];
};

static bool copy_names(struct wend_snapshot_writer *writer, const struct wend_bytes *names,
                       uint32_t count, struct wend_bytes **copies) {
    *copies = wend__arena_alloc(&writer->arena, (count + 1) * sizeof **copies);
    for (uint32_t i = 0; *copies != NULL && i < count; i++) {
        const uint8_t *copy = wend__arena_copy(
            &writer->arena, names[i].data == NULL ? (const uint8_t *)"" : names[i].data,
            names[i].len);
        if (copy == NULL) {
            return false;
        }
        (*copies)[i] = wend__bytes(copy, names[i].len);
    }
    return *copies != NULL;
}

static char *column_name(struct wend_snapshot_writer *writer, struct wend_bytes name) {
    struct wend_buffer clean = {0};
    const uint8_t *copy = NULL;
    if (wend__utf8_append_clean(&clean, name) && wend__buffer_append(&clean, "", 1)) {
        copy = wend__arena_copy(&writer->arena, clean.data, clean.len);
    }
    wend__buffer_deinit(&clean);
    return (char *)(uintptr_t)copy;
}

static enum wend_status copy_options(struct wend_snapshot_writer *writer,
                                     const struct wend_snapshot_options *options,
                                     struct wend_error *error) {
    uint32_t segment_count = options->segment_count;
    if (!copy_names(writer, options->scopes, options->scope_count, &writer->scopes) ||
        !copy_names(writer, options->segments, segment_count, &writer->segments)) {
        return wend__fail_memory(error);
    }
    writer->segment_names =
        wend__arena_alloc(&writer->arena, (segment_count + 1) * sizeof *writer->segment_names);
    if (writer->segment_names == NULL) {
        return wend__fail_memory(error);
    }
    for (uint32_t i = 0; i < segment_count; i++) {
        writer->segment_names[i] = column_name(writer, options->segments[i]);
        if (writer->segment_names[i] == NULL) {
            return wend__fail_memory(error);
        }
    }
    writer->options = (struct wend_snapshot_options){
        .customer_ids = options->customer_ids,
        .segments = writer->segments,
        .segment_count = segment_count,
        .scopes = writer->scopes,
        .scope_count = options->scope_count,
        .threads = options->threads,
    };
    return WEND_OK;
}

static enum wend_status open_writer(const struct wend_snapshot_options *options,
                                    enum wend_customer_ids naming,
                                    struct wend_snapshot_writer **writer,
                                    struct wend_error *error) {
    assert(options->segment_count <= WEND_MAX_SEGMENTS);
    assert(options->scope_count <= 1 + WEND_MAX_JOURNEYS);
    *writer = NULL;
    struct wend_snapshot_writer *opened = wend__alloc_zeroed(1, sizeof *opened);
    if (opened == NULL) {
        return wend__fail_memory(error);
    }
    enum wend_status status =
        wend__customer_namer_init(&opened->namer, naming, options->key, error);
    if (status == WEND_OK) {
        status = copy_options(opened, options, error);
    }
    if (status == WEND_OK) {
        status = wend__staging_open(&opened->staging, options->directory, options->replaces, error);
    }
    if (status != WEND_OK) {
        wend__snapshot_writer_destroy(opened);
        return status;
    }
    *writer = opened;
    return WEND_OK;
}

enum wend_status wend__snapshot_writer_open(const struct wend_snapshot_options *options,
                                            struct wend_snapshot_writer **writer,
                                            struct wend_error *error) {
    return open_writer(options, options->customer_ids, writer, error);
}

enum wend_status wend__snapshot_writer_open_copy(const struct wend_snapshot_options *options,
                                                 struct wend_snapshot_writer **writer,
                                                 struct wend_error *error) {
    return open_writer(options, WEND_CUSTOMER_IDS_RAW, writer, error);
}

void wend__snapshot_writer_destroy(struct wend_snapshot_writer *writer) {
    if (writer == NULL) {
        return;
    }
    wend__table_writer_deinit(&writer->table);
    wend__staging_deinit(&writer->staging);
    wend__customer_namer_deinit(&writer->namer);
    wend__arena_deinit(&writer->arena);
    wend__free(writer);
}

enum wend_status wend__snapshot_writer_begin(struct wend_snapshot_writer *writer,
                                             enum wend_table_id table, struct wend_error *error) {
    assert((unsigned)table < WEND_TABLE_COUNT);
    assert(!writer->is_in_table && !writer->is_written[table]);
    struct wend_table_writer_options options = {
        .table = table,
        .staging = &writer->staging,
        .segments = writer->segment_names,
        .segment_count = writer->options.segment_count,
        .scopes = writer->scopes,
        .scope_count = writer->options.scope_count,
        .namer = &writer->namer,
        .threads = writer->options.threads,
    };
    writer->is_in_table = true;
    return wend__table_writer_open(&writer->table, &options, error);
}

enum wend_status wend__snapshot_writer_row(struct wend_snapshot_writer *writer,
                                           struct wend_bytes key, struct wend_bytes payload,
                                           struct wend_error *error) {
    assert(writer->is_in_table);
    return wend__table_writer_row(&writer->table, key, payload, error);
}

enum wend_status wend__snapshot_writer_end(struct wend_snapshot_writer *writer,
                                           struct wend_error *error) {
    assert(writer->is_in_table);
    enum wend_table_id table = writer->table.table;
    WEND_TRY(wend__table_writer_finish(&writer->table, &writer->files[table], error));
    writer->lost_values = writer->table.lost_values;
    wend__table_writer_deinit(&writer->table);
    writer->is_in_table = false;
    writer->is_written[table] = true;
    return WEND_OK;
}

uint64_t wend__snapshot_writer_lost_values(const struct wend_snapshot_writer *writer) {
    return writer->lost_values;
}

static enum wend_status write_manifest(struct wend_snapshot_writer *writer,
                                       const struct wend_buffer *text, struct wend_error *error) {
    struct wend_staged_file file;
    struct wend_hash128 checksum;
    WEND_TRY(wend__staged_file_open(&file, &writer->staging, NULL, WEND_MANIFEST_NAME, error));
    enum wend_status status = wend__staged_file_write(&file, text->data, text->len, error);
    if (status == WEND_OK) {
        status = wend__staged_file_finish(&file, &checksum, error);
    }
    wend__staged_file_deinit(&file);
    return status;
}

enum wend_status wend__snapshot_writer_publish(struct wend_snapshot_writer *writer,
                                               const struct wend_manifest *manifest,
                                               struct wend_error *error) {
    assert(!writer->is_in_table);
    struct wend_snapshot_file files[WEND_TABLE_COUNT];
    char paths[WEND_TABLE_COUNT][64];
    struct wend_manifest_content content = {
        .manifest = *manifest, .options = writer->options, .files = files};
    /* In the order of the tables, whatever the order in which they were written. */
    for (unsigned i = 0; i < WEND_TABLE_COUNT; i++) {
        if (!writer->is_written[i]) {
            continue;
        }
        (void)snprintf(paths[i], sizeof paths[i], "%s/%s", wend__schemas[i].name,
                       WEND_TABLE_FILE_NAME);
        files[content.file_count++] =
            (struct wend_snapshot_file){.table = (enum wend_table_id)i,
                                        .path = paths[i],
                                        .rows = writer->files[i].rows,
                                        .bytes = writer->files[i].bytes,
                                        .checksum = writer->files[i].checksum};
    }
    struct wend_buffer text = {0};
    enum wend_status status = wend__manifest_write(&content, &text, error);
    if (status == WEND_OK) {
        status = write_manifest(writer, &text, error);
    }
    wend__buffer_deinit(&text);
    return status == WEND_OK ? wend__staging_publish(&writer->staging, error) : status;
}
