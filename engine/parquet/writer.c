#include "parquet/writer.h"

#include "parquet/writer_internal.h"

#include <assert.h>
#include <math.h>

enum wend_status wend__parquet_send(struct wend_parquet_writer *writer, struct wend_bytes bytes,
                                    struct wend_error *error) {
    if (bytes.len == 0) {
        return WEND_OK;
    }
    WEND_TRY(writer->sink.write(writer->sink.context, bytes.data, bytes.len, error));
    writer->offset += bytes.len;
    return WEND_OK;
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

static struct wend_parquet_batch_column *
gathered_column(struct wend_parquet_writer *writer, const struct wend_parquet_chunk_writer *chunk) {
    return &writer->filling->columns[chunk - writer->chunks];
}

static void note_gathered(struct wend_parquet_writer *writer, bool done) {
    if (!done) {
        note_status(writer, wend__fail_memory(&writer->failure));
    }
}

static void put(struct wend_parquet_writer *writer, struct wend_parquet_chunk_writer *chunk,
                struct wend_bytes value) {
    if (writer->has_failed) {
        return;
    }
    if (writer->gathers) {
        note_gathered(writer, wend__parquet_batch_put(gathered_column(writer, chunk), value));
        return;
    }
    note_status(writer, wend__parquet_chunk_put(chunk, &writer->tools, value, &writer->failure));
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
    if (!check_len(writer, column, len) || writer->has_failed) {
        return;
    }
    if (writer->gathers) {
        note_gathered(writer,
                      wend__parquet_batch_put_list(gathered_column(writer, chunk), items, count));
        return;
    }
    note_status(writer, wend__parquet_chunk_put_list(chunk, &writer->tools, items, count,
                                                     &writer->failure));
}

void wend__parquet_put_null(struct wend_parquet_writer *writer, uint32_t column) {
    struct wend_parquet_chunk_writer *chunk = chunk_of(writer, column);
    if (writer->has_failed) {
        return;
    }
    if (writer->gathers) {
        note_gathered(writer, wend__parquet_batch_put_null(gathered_column(writer, chunk)));
        return;
    }
    note_status(writer, wend__parquet_chunk_put_null(chunk, &writer->tools, &writer->failure));
}

static enum wend_status flush_chunk(struct wend_parquet_writer *writer,
                                    struct wend_parquet_chunk_writer *chunk,
                                    struct wend_error *error) {
    WEND_TRY(wend__parquet_chunk_finish(chunk, &writer->tools, error));
    assert(chunk->row_count == writer->group_rows);
    uint64_t offset = writer->offset;
    WEND_TRY(wend__parquet_send(writer, wend__buffer_view(&chunk->dictionary_page), error));
    WEND_TRY(wend__parquet_send(writer, wend__buffer_view(&chunk->pages), error));
    struct wend_parquet_place bloom = {.offset = writer->offset};
    if (chunk->bloom.words != NULL) {
        struct wend_buffer *scratch = &writer->tools.body;
        wend__buffer_clear(scratch);
        if (!wend__parquet_bloom_write(&chunk->bloom, scratch)) {
            return wend__fail_memory(error);
        }
        bloom.len = (uint32_t)scratch->len;
        WEND_TRY(wend__parquet_send(writer, wend__buffer_view(scratch), error));
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

/* One more row is in all chunks. */
static enum wend_status count_row(struct wend_parquet_writer *writer, struct wend_error *error) {
    const struct wend_parquet_options *options = &writer->tools.options;
    writer->group_rows++;
    return writer->group_rows >= options->row_group_rows ||
                   group_bytes(writer) >= options->row_group_bytes
               ? flush_group(writer, error)
               : WEND_OK;
}

/* True when the row group cannot be full before the filled batch is in it. */
static bool has_group_room(const struct wend_parquet_writer *writer) {
    const struct wend_parquet_options *options = &writer->tools.options;
    uint64_t bytes = group_bytes(writer);
    for (uint32_t i = 0; i < writer->column_count; i++) {
        bytes +=
            wend__parquet_batch_bound(&writer->filling->columns[i], &writer->chunks[i], options);
    }
    return bytes < options->row_group_bytes &&
           writer->group_rows + writer->filling->row_count < options->row_group_rows;
}

/* Encodes the filled batch row by row, for the sake of the row where the group ends. */
static enum wend_status encode_rows(struct wend_parquet_writer *writer, struct wend_error *error) {
    struct wend_parquet_row_batch *batch = writer->filling;
    for (uint32_t row = 0; row < batch->row_count; row++) {
        for (uint32_t i = 0; i < writer->column_count; i++) {
            WEND_TRY(wend__parquet_batch_encode_row(&batch->columns[i], &writer->chunks[i],
                                                    &writer->tools, error));
        }
        WEND_TRY(count_row(writer, error));
    }
    wend__parquet_batch_clear(batch);
    return WEND_OK;
}

/* Hands the filled batch over to the crew, which is done with the one before it by then. */
static enum wend_status encode_batch(struct wend_parquet_writer *writer, struct wend_error *error) {
    if (writer->crew == NULL) {
        WEND_TRY(wend__parquet_crew_create(writer->tools.options.threads - 1,
                                           &writer->tools.options, writer->chunks, &writer->crew,
                                           error));
    }
    WEND_TRY(wend__parquet_crew_finish(writer->crew, &writer->tools, error));
    if (!has_group_room(writer)) {
        return encode_rows(writer, error);
    }
    wend__parquet_crew_post(writer->crew, writer->filling);
    writer->group_rows += writer->filling->row_count;
    writer->filling = &writer->batches[writer->filling == &writer->batches[0] ? 1 : 0];
    return WEND_OK;
}

static enum wend_status end_gathered_row(struct wend_parquet_writer *writer,
                                         struct wend_error *error) {
    struct wend_parquet_row_batch *batch = writer->filling;
    batch->row_count++;
    for (uint32_t i = 0; i < writer->column_count; i++) {
        assert(wend__parquet_batch_rows(&batch->columns[i], &writer->chunks[i]) ==
                   batch->row_count &&
               "every column needs one value before the row ends");
    }
    return wend__parquet_batch_is_full(batch) ? encode_batch(writer, error) : WEND_OK;
}

enum wend_status wend__parquet_end_row(struct wend_parquet_writer *writer,
                                       struct wend_error *error) {
    if (writer->has_failed) {
        return report(writer, error);
    }
    writer->row_count++;
    if (writer->gathers) {
        note_status(writer, end_gathered_row(writer, &writer->failure));
        return writer->has_failed ? report(writer, error) : WEND_OK;
    }
    for (uint32_t i = 0; i < writer->column_count; i++) {
        assert(writer->chunks[i].has_row && "every column needs a value before the row ends");
        writer->chunks[i].has_row = false;
    }
    note_status(writer, count_row(writer, &writer->failure));
    return writer->has_failed ? report(writer, error) : WEND_OK;
}

/* All rows are in the chunks behind it. */
static enum wend_status finish_gathered(struct wend_parquet_writer *writer,
                                        struct wend_error *error) {
    if (writer->crew == NULL) {
        return encode_rows(writer, error);
    }
    WEND_TRY(encode_batch(writer, error));
    return wend__parquet_crew_finish(writer->crew, &writer->tools, error);
}

static enum wend_status finish(struct wend_parquet_writer *writer, struct wend_error *error) {
    if (writer->gathers) {
        WEND_TRY(finish_gathered(writer, error));
    }
    if (writer->group_rows > 0) {
        WEND_TRY(flush_group(writer, error));
    }
    uint64_t index_offset = writer->offset;
    WEND_TRY(wend__parquet_send(writer, wend__buffer_view(&writer->footer.column_indexes), error));
    WEND_TRY(wend__parquet_send(writer, wend__buffer_view(&writer->footer.offset_indexes), error));
    struct wend_buffer *scratch = &writer->tools.body;
    wend__buffer_clear(scratch);
    if (!wend__parquet_footer_write(&writer->footer, index_offset, scratch)) {
        return wend__fail_memory(error);
    }
    return wend__parquet_send(writer, wend__buffer_view(scratch), error);
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
