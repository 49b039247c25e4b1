#include "parquet/row_batch.h"

#include <assert.h>

enum {
    ROWS_MAX = 4096,     /* a fifth of a page: columns take turns often enough */
    BYTES_MAX = 1 << 20, /* two batches stay in a second-level cache or next to it */
    ENTRY_OVERHEAD = 16, /* 4 + 4 length in page and dictionary, 5 code, 2 levels */
    PAGE_OVERHEAD = 256  /* header, lengths of levels, code width */
};

static const uint32_t null_len = UINT32_MAX;

bool wend__parquet_batch_init(struct wend_parquet_row_batch *batch, uint32_t column_count) {
    *batch = (struct wend_parquet_row_batch){.column_count = column_count};
    batch->columns = wend__alloc_zeroed(column_count, sizeof *batch->columns);
    return batch->columns != NULL;
}

void wend__parquet_batch_deinit(struct wend_parquet_row_batch *batch) {
    for (uint32_t i = 0; batch->columns != NULL && i < batch->column_count; i++) {
        wend__buffer_deinit(&batch->columns[i].bytes);
        wend__parquet_codes_deinit(&batch->columns[i].lens);
        wend__parquet_codes_deinit(&batch->columns[i].counts);
        wend__free(batch->columns[i].items);
    }
    wend__free(batch->columns);
    *batch = (struct wend_parquet_row_batch){0};
}

void wend__parquet_batch_clear(struct wend_parquet_row_batch *batch) {
    for (uint32_t i = 0; i < batch->column_count; i++) {
        struct wend_parquet_batch_column *column = &batch->columns[i];
        wend__buffer_clear(&column->bytes);
        column->lens.count = 0;
        column->counts.count = 0;
        column->byte_at = 0;
        column->len_at = 0;
        column->row_at = 0;
    }
    batch->row_count = 0;
}

bool wend__parquet_batch_is_full(const struct wend_parquet_row_batch *batch) {
    size_t bytes = 0;
    for (uint32_t i = 0; i < batch->column_count; i++) {
        bytes += batch->columns[i].bytes.len;
    }
    return batch->row_count >= ROWS_MAX || bytes >= BYTES_MAX;
}

bool wend__parquet_batch_put(struct wend_parquet_batch_column *column, struct wend_bytes value) {
    assert(value.len <= WEND_PARQUET_VALUE_BYTES_MAX);
    return wend__buffer_append(&column->bytes, value.data, value.len) &&
           wend__parquet_codes_push(&column->lens, (uint32_t)value.len);
}

bool wend__parquet_batch_put_null(struct wend_parquet_batch_column *column) {
    return wend__parquet_codes_push(&column->lens, null_len);
}

bool wend__parquet_batch_put_list(struct wend_parquet_batch_column *column,
                                  const struct wend_bytes *items, uint32_t count) {
    bool done = wend__parquet_codes_push(&column->counts, count);
    for (uint32_t i = 0; done && i < count; i++) {
        done = wend__parquet_batch_put(column, items[i]);
    }
    return done;
}

/* The next value or item; its `data` is NULL for null. */
static struct wend_bytes next_value(struct wend_parquet_batch_column *column) {
    uint32_t len = column->lens.items[column->len_at++];
    if (len == null_len) {
        return WEND_BYTES_ABSENT;
    }
    struct wend_bytes all = wend__buffer_view(&column->bytes);
    struct wend_bytes value = wend__bytes(all.data + column->byte_at, len);
    column->byte_at += len;
    return value;
}

static enum wend_status encode_list(struct wend_parquet_batch_column *column,
                                    struct wend_parquet_chunk_writer *chunk,
                                    struct wend_parquet_page_tools *tools,
                                    struct wend_error *error) {
    uint32_t count = column->counts.items[column->row_at];
    void *items = column->items;
    bool reserved = wend__reserve(&items, &column->item_capacity, count, sizeof *column->items);
    column->items = items;
    if (!reserved) {
        return wend__fail_memory(error);
    }
    for (uint32_t i = 0; i < count; i++) {
        column->items[i] = next_value(column);
    }
    return wend__parquet_chunk_put_list(chunk, tools, column->items, count, error);
}

enum wend_status wend__parquet_batch_encode_row(struct wend_parquet_batch_column *column,
                                                struct wend_parquet_chunk_writer *chunk,
                                                struct wend_parquet_page_tools *tools,
                                                struct wend_error *error) {
    enum wend_status status;
    if (chunk->type == WEND_PARQUET_TEXT_LIST) {
        status = encode_list(column, chunk, tools, error);
    } else {
        struct wend_bytes value = next_value(column);
        status = value.data == NULL ? wend__parquet_chunk_put_null(chunk, tools, error)
                                    : wend__parquet_chunk_put(chunk, tools, value, error);
    }
    column->row_at++;
    chunk->has_row = false;
    return status;
}

uint64_t wend__parquet_batch_bound(const struct wend_parquet_batch_column *column,
                                   const struct wend_parquet_chunk_writer *chunk,
                                   const struct wend_parquet_options *options) {
    uint64_t entries = column->lens.count + column->counts.count;
    uint64_t plain = chunk->page_plain_bytes + column->bytes.len + 4 * entries;
    /* A page ends by its rows or by its bytes, and is not empty. */
    uint64_t pages = entries / options->page_rows + plain / options->page_bytes + 2;
    uint64_t waiting = chunk->page_plain_bytes + chunk->page_entries * ENTRY_OVERHEAD;
    uint64_t coming = 2 * (uint64_t)column->bytes.len + entries * ENTRY_OVERHEAD;
    return waiting + coming + (pages < entries + 1 ? pages : entries + 1) * PAGE_OVERHEAD;
}
