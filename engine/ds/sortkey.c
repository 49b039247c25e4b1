#include "ds/sortkey.h"

enum { TAG_NULL = 0x00, TAG_PRESENT = 0x01, TEXT_END = 0x00, TEXT_ZERO = 0xFF };

bool wend__sortkey_append_null(struct wend_buffer *key) {
    return wend__buffer_append(key, &(uint8_t){TAG_NULL}, 1);
}

bool wend__sortkey_append_present(struct wend_buffer *key) {
    return wend__buffer_append(key, &(uint8_t){TAG_PRESENT}, 1);
}

bool wend__sortkey_append_text(struct wend_buffer *key, struct wend_bytes text) {
    size_t before = key->len;
    struct wend_bytes rest = text;
    while (rest.len > 0) {
        const uint8_t *zero = memchr(rest.data, 0, rest.len);
        size_t plain_len = zero == NULL ? rest.len : (size_t)(zero - rest.data);
        bool appended = wend__buffer_append(key, rest.data, plain_len) &&
                        (zero == NULL || wend__buffer_append(key, (uint8_t[]){0, TEXT_ZERO}, 2));
        if (!appended) {
            key->len = before;
            return false;
        }
        size_t taken = zero == NULL ? plain_len : plain_len + 1;
        rest = wend__bytes(rest.data + taken, rest.len - taken);
    }
    if (!wend__buffer_append(key, (uint8_t[]){0, TEXT_END}, 2)) {
        key->len = before;
        return false;
    }
    return true;
}

bool wend__sortkey_append_nullable_text(struct wend_buffer *key, struct wend_bytes text) {
    if (text.data == NULL) {
        return wend__sortkey_append_null(key);
    }
    size_t before = key->len;
    bool appended = wend__sortkey_append_present(key) && wend__sortkey_append_text(key, text);
    key->len = appended ? key->len : before;
    return appended;
}

static bool append_big_endian(struct wend_buffer *key, uint64_t number, size_t byte_count) {
    uint8_t bytes[8];
    for (size_t i = 0; i < byte_count; i++) {
        bytes[i] = (uint8_t)(number >> (8 * (byte_count - 1 - i)));
    }
    return wend__buffer_append(key, bytes, byte_count);
}

bool wend__sortkey_append_int64(struct wend_buffer *key, int64_t number) {
    return append_big_endian(key, (uint64_t)number ^ UINT64_C(1) << 63, 8);
}

bool wend__sortkey_append_uint32(struct wend_buffer *key, uint32_t number) {
    return append_big_endian(key, number, 4);
}

enum wend_sortkey_read wend__sortkey_read_present(struct wend_bytes *key, bool *present) {
    if (key->len == 0 || key->data[0] > TAG_PRESENT) {
        return WEND_SORTKEY_DAMAGED;
    }
    *present = key->data[0] == TAG_PRESENT;
    *key = wend__bytes(key->data + 1, key->len - 1);
    return WEND_SORTKEY_OK;
}

enum wend_sortkey_read wend__sortkey_read_text(struct wend_bytes *key, struct wend_buffer *text) {
    size_t before = text->len;
    struct wend_bytes rest = *key;
    for (;;) {
        const uint8_t *zero = rest.len == 0 ? NULL : memchr(rest.data, 0, rest.len);
        size_t plain_len = zero == NULL ? 0 : (size_t)(zero - rest.data);
        bool marked = zero != NULL && rest.len - plain_len >= 2;
        uint8_t mark = marked ? zero[1] : 0;
        if (!marked || (mark != TEXT_END && mark != TEXT_ZERO)) {
            text->len = before;
            return WEND_SORTKEY_DAMAGED;
        }
        /* With its zero where it is an escaped one. */
        if (!wend__buffer_append(text, rest.data, plain_len + (mark == TEXT_ZERO))) {
            text->len = before;
            return WEND_SORTKEY_NO_MEMORY;
        }
        rest = wend__bytes(zero + 2, rest.len - plain_len - 2);
        if (mark == TEXT_END) {
            *key = rest;
            return WEND_SORTKEY_OK;
        }
    }
}

static bool read_big_endian(struct wend_bytes *key, uint64_t *number, size_t byte_count) {
    if (key->len < byte_count) {
        return false;
    }
    *number = 0;
    for (size_t i = 0; i < byte_count; i++) {
        *number = *number << 8 | key->data[i];
    }
    *key = wend__bytes(key->data + byte_count, key->len - byte_count);
    return true;
}

enum wend_sortkey_read wend__sortkey_read_int64(struct wend_bytes *key, int64_t *number) {
    uint64_t bits;
    if (!read_big_endian(key, &bits, 8)) {
        return WEND_SORTKEY_DAMAGED;
    }
    *number = (int64_t)(bits ^ UINT64_C(1) << 63);
    return WEND_SORTKEY_OK;
}

enum wend_sortkey_read wend__sortkey_read_uint32(struct wend_bytes *key, uint32_t *number) {
    uint64_t bits;
    if (!read_big_endian(key, &bits, 4)) {
        return WEND_SORTKEY_DAMAGED;
    }
    *number = (uint32_t)bits;
    return WEND_SORTKEY_OK;
}
