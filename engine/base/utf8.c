#include "base/utf8.h"

/*
 * Length of the well-formed sequence at `p`, or 0; then `*bad_len` is the length of the maximal
 * ill-formed part. Table 3-7 of the Unicode standard, written as ranges of the second byte.
 */
static size_t sequence(const uint8_t *p, size_t left, size_t *bad_len) {
    uint8_t first = p[0];
    *bad_len = 1;
    if (first < 0x80) {
        return 1;
    }
    size_t len = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4) {
        return 0;
    }
    uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    for (size_t i = 1; i < len; i++) {
        if (i >= left || p[i] < low || p[i] > high) {
            *bad_len = i;
            return 0;
        }
        low = 0x80;
        high = 0xBF;
    }
    return len;
}

static size_t ascii_prefix(const uint8_t *p, size_t left) {
    size_t at = 0;
    while (left - at >= 8) {
        uint64_t word;
        memcpy(&word, p + at, sizeof word);
        if ((word & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
        at += 8;
    }
    while (at < left && p[at] < 0x80) {
        at++;
    }
    return at;
}

size_t wend__utf8_valid_prefix(struct wend_bytes bytes) {
    size_t at = 0;
    while (at < bytes.len) {
        at += ascii_prefix(bytes.data + at, bytes.len - at);
        if (at == bytes.len) {
            break;
        }
        size_t bad_len;
        size_t len = sequence(bytes.data + at, bytes.len - at, &bad_len);
        if (len == 0) {
            return at;
        }
        at += len;
    }
    return at;
}

bool wend__utf8_append_clean(struct wend_buffer *out, struct wend_bytes bytes) {
    size_t at = 0;
    while (at < bytes.len) {
        struct wend_bytes rest = {bytes.data + at, bytes.len - at};
        size_t good = wend__utf8_valid_prefix(rest);
        if (!wend__buffer_append(out, rest.data, good)) {
            return false;
        }
        at += good;
        if (at < bytes.len) {
            size_t bad_len;
            (void)sequence(bytes.data + at, bytes.len - at, &bad_len);
            if (!wend__buffer_append(out, "\xEF\xBF\xBD", 3)) {
                return false;
            }
            at += bad_len;
        }
    }
    return true;
}

size_t wend__utf8_encode(uint32_t c, uint8_t out[4]) {
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (uint8_t)(0xC0 | (c >> 6));
        out[1] = (uint8_t)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (uint8_t)(0xE0 | (c >> 12));
        out[1] = (uint8_t)(0x80 | ((c >> 6) & 0x3F));
        out[2] = (uint8_t)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | (c >> 18));
    out[1] = (uint8_t)(0x80 | ((c >> 12) & 0x3F));
    out[2] = (uint8_t)(0x80 | ((c >> 6) & 0x3F));
    out[3] = (uint8_t)(0x80 | (c & 0x3F));
    return 4;
}
