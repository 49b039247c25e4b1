/*
 * row.h: a row of sorted runs as it lies in memory and in a temporary file.
 *
 *   [ key length: 4 ][ payload length: 4 ][ key ][ payload ]      native byte order, unaligned
 *
 * Rows never leave the machine that wrote them. Threads: none of its own.
 */
#ifndef WEND_DS_ROW_H
#define WEND_DS_ROW_H

#include "base/bytes.h"

#include <assert.h>

#define WEND_ROW_HEADER_BYTES 8U

static inline uint32_t wend__row_key_len(const uint8_t *row) {
    uint32_t len;
    memcpy(&len, row, sizeof len);
    return len;
}

static inline uint32_t wend__row_payload_len(const uint8_t *row) {
    uint32_t len;
    memcpy(&len, row + 4, sizeof len);
    return len;
}

static inline const uint8_t *wend__row_key_data(const uint8_t *row) {
    return row + WEND_ROW_HEADER_BYTES;
}

static inline struct wend_bytes wend__row_key(const uint8_t *row) {
    return wend__bytes(wend__row_key_data(row), wend__row_key_len(row));
}

static inline struct wend_bytes wend__row_payload(const uint8_t *row) {
    return wend__bytes(wend__row_key_data(row) + wend__row_key_len(row),
                       wend__row_payload_len(row));
}

static inline size_t wend__row_bytes(struct wend_bytes key, struct wend_bytes payload) {
    return WEND_ROW_HEADER_BYTES + key.len + payload.len;
}

/* Writes a row of `wend__row_bytes` at `row`. */
static inline void wend__row_write(uint8_t *row, struct wend_bytes key, struct wend_bytes payload) {
    assert(key.len <= UINT32_MAX && payload.len <= UINT32_MAX);
    uint32_t lens[2] = {(uint32_t)key.len, (uint32_t)payload.len};
    memcpy(row, lens, sizeof lens);
    if (key.len > 0) {
        memcpy(row + WEND_ROW_HEADER_BYTES, key.data, key.len);
    }
    if (payload.len > 0) {
        memcpy(row + WEND_ROW_HEADER_BYTES + key.len, payload.data, payload.len);
    }
}

#endif
