#include "snapshot/part_rows.h"

#include "ds/row.h"
#include "ds/sortkey.h"
#include "model/detail.h"

/* The window of a row that has one. */
static enum wend_status read_window(enum wend_table_id table, struct wend_bytes key,
                                    struct wend_bytes payload, int64_t *window_us,
                                    struct wend_error *error) {
    if (table >= WEND_AGGREGATE_COUNT) {
        struct wend_detail detail;
        if (!wend__detail_read(key, payload, &detail) || !detail.has_window) {
            return wend__fail(error, WEND_ERROR_IO, "a counted row has no window");
        }
        *window_us = detail.window_us;
        return WEND_OK;
    }
    struct wend_buffer scope = {0};
    bool is_present = false;
    enum wend_sortkey_read result = wend__sortkey_read_text(&key, &scope);
    if (result == WEND_SORTKEY_OK) {
        result = wend__sortkey_read_present(&key, &is_present);
    }
    if (result == WEND_SORTKEY_OK && is_present) {
        result = wend__sortkey_read_int64(&key, window_us);
    }
    wend__buffer_deinit(&scope);
    if (result == WEND_SORTKEY_NO_MEMORY) {
        return wend__fail_memory(error);
    }
    return result == WEND_SORTKEY_OK && is_present
               ? WEND_OK
               : wend__fail(error, WEND_ERROR_IO, "a counted row has no window");
}

static enum wend_status append_row(struct wend_buffer *part, struct wend_bytes key,
                                   struct wend_bytes payload, struct wend_error *error) {
    size_t bytes = wend__row_bytes(key, payload);
    if (!wend__buffer_reserve(part, bytes)) {
        return wend__fail_memory(error);
    }
    wend__row_write(part->data + part->len, key, payload);
    part->len += bytes;
    return WEND_OK;
}

enum wend_status wend__part_append(struct wend_buffer *part, enum wend_table_id table,
                                   struct wend_runs *runs, bool has_windows,
                                   struct wend_part_windows *windows, struct wend_error *error) {
    size_t head = part->len;
    uint32_t number = table;
    if (!wend__buffer_reserve(part, WEND_PART_HEAD_BYTES)) {
        return wend__fail_memory(error);
    }
    part->len += WEND_PART_HEAD_BYTES;
    for (;;) {
        struct wend_bytes key;
        struct wend_bytes payload;
        WEND_TRY(wend__runs_next(runs, &key, &payload, error));
        if (key.data == NULL) {
            break;
        }
        WEND_TRY(append_row(part, key, payload, error));
        if (has_windows) {
            int64_t window_us = 0;
            WEND_TRY(read_window(table, key, payload, &window_us, error));
            windows->first_us = window_us < windows->first_us ? window_us : windows->first_us;
            windows->last_us = window_us > windows->last_us ? window_us : windows->last_us;
        }
    }
    uint64_t bytes = part->len - head - WEND_PART_HEAD_BYTES;
    if (bytes == 0) {
        part->len = head; /* a table without rows leaves no trace */
        return WEND_OK;
    }
    memcpy(part->data + head, &number, sizeof number);
    memcpy(part->data + head + sizeof number, &bytes, sizeof bytes);
    return WEND_OK;
}

static enum wend_status fail_damaged(struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_IO, "the counted rows of a checkpoint are damaged");
}

static enum wend_status add_rows(struct wend_bytes rows, enum wend_table_id table,
                                 wend_part_wants *wants, void *context, struct wend_runs *runs,
                                 struct wend_error *error) {
    while (rows.len > 0) {
        size_t bytes = SIZE_MAX;
        if (rows.len >= WEND_ROW_HEADER_BYTES) {
            bytes = (size_t)WEND_ROW_HEADER_BYTES + wend__row_key_len(rows.data) +
                    wend__row_payload_len(rows.data);
        }
        if (bytes > rows.len) {
            return fail_damaged(error);
        }
        struct wend_bytes key = wend__row_key(rows.data);
        struct wend_bytes payload = wend__row_payload(rows.data);
        int64_t window_us = 0;
        if (wants != NULL) {
            WEND_TRY(read_window(table, key, payload, &window_us, error));
        }
        if (wants == NULL || wants(context, window_us)) {
            WEND_TRY(wend__runs_add(runs, key, payload, error));
        }
        rows = wend__bytes(rows.data + bytes, rows.len - bytes);
    }
    return WEND_OK;
}

enum wend_status wend__part_add_to(struct wend_bytes part, enum wend_table_id table,
                                   wend_part_wants *wants, void *context, struct wend_runs *runs,
                                   struct wend_error *error) {
    while (part.len > 0) {
        uint32_t number = 0;
        uint64_t bytes = UINT64_MAX;
        if (part.len >= WEND_PART_HEAD_BYTES) {
            memcpy(&number, part.data, sizeof number);
            memcpy(&bytes, part.data + sizeof number, sizeof bytes);
        }
        if (part.len < WEND_PART_HEAD_BYTES || bytes > part.len - WEND_PART_HEAD_BYTES) {
            return fail_damaged(error);
        }
        const uint8_t *rows = part.data + WEND_PART_HEAD_BYTES;
        if (number == (uint32_t)table) {
            WEND_TRY(
                add_rows(wend__bytes(rows, (size_t)bytes), table, wants, context, runs, error));
        }
        part = wend__bytes(rows + bytes, part.len - WEND_PART_HEAD_BYTES - (size_t)bytes);
    }
    return WEND_OK;
}
