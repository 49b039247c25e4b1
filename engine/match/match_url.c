#include "match/match_url.h"

struct url_parts {
    struct wend_bytes authority;
    struct wend_bytes path;
    struct wend_bytes query;
};

static bool is_letter(uint8_t c) {
    return (uint8_t)((c | 0x20) - 'a') < 26;
}

static bool is_scheme_byte(uint8_t c) {
    return is_letter(c) || (uint8_t)(c - '0') < 10 || c == '+' || c == '.' || c == '-';
}

/* Where the authority starts: behind `//` or `scheme://`; 0 when there is none. */
static size_t authority_start(struct wend_bytes url) {
    size_t at = 0;
    if (url.len > 0 && is_letter(url.data[0])) {
        while (at < url.len && is_scheme_byte(url.data[at])) {
            at++;
        }
        if (at == url.len || url.data[at] != ':') {
            return 0;
        }
        at++;
    }
    return url.len - at >= 2 && url.data[at] == '/' && url.data[at + 1] == '/' ? at + 2 : 0;
}

/* The part from `at` up to the first `stop`, or the end. */
static size_t find(struct wend_bytes bytes, size_t at, uint8_t stop) {
    const uint8_t *found = at == bytes.len ? NULL : memchr(bytes.data + at, stop, bytes.len - at);
    return found == NULL ? bytes.len : (size_t)(found - bytes.data);
}

static struct url_parts split(struct wend_bytes url) {
    struct url_parts parts = {0};
    url.len = find(url, 0, '#');
    size_t question = find(url, 0, '?');
    if (question < url.len) {
        parts.query = wend__bytes(url.data + question + 1, url.len - question - 1);
        url.len = question;
    }
    size_t at = authority_start(url);
    if (at > 0) {
        size_t slash = find(url, at, '/');
        parts.authority = wend__bytes(url.data + at, slash - at);
        at = slash;
    }
    parts.path = wend__bytes(url.data + at, url.len - at);
    return parts;
}

static struct wend_bytes absent_if_empty(struct wend_bytes bytes) {
    return bytes.len == 0 ? WEND_BYTES_ABSENT : bytes;
}

struct wend_bytes wend__url_path(struct wend_bytes url) {
    return absent_if_empty(split(url).path);
}

/* `user@host:port` without user and port. */
static struct wend_bytes bare_host(struct wend_bytes authority) {
    size_t start = authority.len;
    while (start > 0 && authority.data[start - 1] != '@') {
        start--;
    }
    size_t end = authority.len;
    while (end > start && (uint8_t)(authority.data[end - 1] - '0') < 10) {
        end--;
    }
    end = end > start && authority.data[end - 1] == ':' ? end - 1 : authority.len;
    return end == start ? WEND_BYTES_ABSENT : wend__bytes(authority.data + start, end - start);
}

bool wend__url_host(struct wend_bytes url, struct wend_buffer *scratch, struct wend_bytes *host) {
    *host = bare_host(split(url).authority);
    size_t at = 0;
    while (at < host->len && (uint8_t)(host->data[at] - 'A') >= 26) {
        at++;
    }
    if (at == host->len) {
        return true;
    }
    wend__buffer_clear(scratch);
    if (!wend__buffer_append(scratch, host->data, host->len)) {
        return false;
    }
    for (; at < scratch->len; at++) {
        if ((uint8_t)(scratch->data[at] - 'A') < 26) {
            scratch->data[at] |= 0x20;
        }
    }
    *host = wend__buffer_view(scratch);
    return true;
}

static int hex_digit(uint8_t c) {
    if ((uint8_t)(c - '0') < 10) {
        return c - '0';
    }
    c |= 0x20;
    return (uint8_t)(c - 'a') < 6 ? c - 'a' + 10 : -1;
}

static bool percent_decode(struct wend_bytes *value, struct wend_buffer *scratch) {
    size_t at = find(*value, 0, '%');
    if (at == value->len) {
        return true;
    }
    wend__buffer_clear(scratch);
    if (!wend__buffer_reserve(scratch, value->len)) {
        return false;
    }
    memcpy(scratch->data, value->data, at);
    size_t len = at;
    while (at < value->len) {
        uint8_t c = value->data[at++];
        if (c == '%' && value->len - at >= 2) {
            int high = hex_digit(value->data[at]);
            int low = hex_digit(value->data[at + 1]);
            if (high >= 0 && low >= 0) {
                c = (uint8_t)(high << 4 | low);
                at += 2;
            }
        }
        scratch->data[len++] = c;
    }
    scratch->len = len;
    *value = wend__buffer_view(scratch);
    return true;
}

bool wend__url_query(struct wend_bytes url, struct wend_bytes name, struct wend_buffer *scratch,
                     struct wend_bytes *value) {
    struct wend_bytes query = split(url).query;
    *value = WEND_BYTES_ABSENT;
    for (size_t at = 0; at < query.len;) {
        size_t end = find(query, at, '&');
        struct wend_bytes pair = wend__bytes(query.data + at, end - at);
        size_t equals = find(pair, 0, '=');
        if (wend__bytes_equal(wend__bytes(pair.data, equals), name)) {
            if (pair.len - equals > 1) {
                *value = wend__bytes(pair.data + equals + 1, pair.len - equals - 1);
                return percent_decode(value, scratch);
            }
            return true;
        }
        at = end + 1;
    }
    return true;
}
