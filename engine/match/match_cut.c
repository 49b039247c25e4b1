#include "match/match_cut.h"

struct request {
    struct wend_bytes method;
    struct wend_bytes target;
};

static bool is_method(struct wend_bytes word) {
    for (size_t i = 0; i < word.len; i++) {
        uint8_t c = word.data[i];
        if ((uint8_t)(c - 'A') >= 26 && c != '-' && c != '_') {
            return false;
        }
    }
    return word.len > 0 && !wend__bytes_is(word, "-");
}

/* Both parts, or none. */
static struct request split(struct wend_bytes text) {
    static const char protocol[] = "HTTP/";
    size_t protocol_len = sizeof protocol - 1;
    struct request request = {WEND_BYTES_ABSENT, WEND_BYTES_ABSENT};
    const uint8_t *blank = text.len == 0 ? NULL : memchr(text.data, ' ', text.len);
    size_t first = blank == NULL ? text.len : (size_t)(blank - text.data);
    size_t last = text.len;
    while (last > first && text.data[last - 1] != ' ') {
        last--;
    }
    /* A target of at least one byte stands between two blanks. */
    if (last < first + 3 || text.len - last < protocol_len ||
        memcmp(text.data + last, protocol, protocol_len) != 0 ||
        !is_method(wend__bytes(text.data, first))) {
        return request;
    }
    request.method = wend__bytes(text.data, first);
    request.target = wend__bytes(text.data + first + 1, last - first - 2);
    return request;
}

struct wend_bytes wend__request_method(struct wend_bytes request) {
    return split(request).method;
}

struct wend_bytes wend__request_target(struct wend_bytes request) {
    return split(request).target;
}

struct wend_bytes wend__address_host(struct wend_bytes address) {
    size_t end = address.len;
    while (end > 0 && (uint8_t)(address.data[end - 1] - '0') < 10) {
        end--;
    }
    bool has_port = end > 0 && end < address.len && address.data[end - 1] == ':';
    size_t len = has_port ? end - 1 : address.len;
    bool is_bare = len > 0 && address.data[len - 1] != ']';
    if (has_port && is_bare && memchr(address.data, ':', len) != NULL) {
        len = address.len; /* IPv6 without brackets has no port */
    }
    if (len == 0 || (len == 1 && address.data[0] == '-')) {
        return WEND_BYTES_ABSENT;
    }
    return wend__bytes(address.data, len);
}
