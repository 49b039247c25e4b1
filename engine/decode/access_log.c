/*
 * Access logs of Apache and nginx:
 *
 *   [vhost] host ident user [time] "request" status bytes ["referer" "agent" [more...]]
 *
 * "common" ends behind bytes, "combined" behind agent; what a server was told to write behind that
 * is checked for its quotes only.
 */
#include "decode/decoder_internal.h"
#include "decode/scan.h"

const char *const wend__access_log_fields[WEND_LOG_FIELD_COUNT] = {
    "host", "ident",    "user",   "time",  "request", "method", "target",
    "path", "protocol", "status", "bytes", "referer", "agent",  "vhost"};

enum { MAX_PREFIX_WORDS = 16 };

struct wend_bytes wend__access_log_present(const uint8_t *at, const uint8_t *end) {
    size_t len = (size_t)(end - at);
    if (len == 0 || (len == 1 && *at == '-')) {
        return WEND_BYTES_ABSENT;
    }
    return wend__bytes(at, len);
}

/* The closing quote of the text that starts at `at`; a backslash takes the byte behind it along. */
static const uint8_t *find_quote(const uint8_t *at, const uint8_t *end) {
    for (;;) {
        const uint8_t *quote = wend__find_byte(at, end, '"');
        if (quote == NULL) {
            return NULL;
        }
        const uint8_t *backslash = wend__find_byte(at, quote, '\\');
        if (backslash == NULL) {
            return quote;
        }
        if (backslash + 1 == end) {
            return NULL;
        }
        at = backslash + 2;
    }
}

static bool take_byte(const uint8_t **at, const uint8_t *end, uint8_t wanted) {
    if (*at == end || **at != wanted) {
        return false;
    }
    ++*at;
    return true;
}

/* A quoted word, with the blank before it. */
static bool take_quoted(const uint8_t **at, const uint8_t *end, struct wend_bytes *word) {
    if (!take_byte(at, end, ' ') || !take_byte(at, end, '"')) {
        return false;
    }
    const uint8_t *quote = find_quote(*at, end);
    if (quote == NULL) {
        return false;
    }
    *word = wend__access_log_present(*at, quote);
    *at = quote + 1;
    return true;
}

bool wend__access_log_number(const uint8_t **at, const uint8_t *end, struct wend_bytes *word) {
    if (!take_byte(at, end, ' ')) {
        return false;
    }
    const uint8_t *start = *at;
    while (*at < end && (uint8_t)(**at - '0') < 10) {
        ++*at;
    }
    if (*at == start && !take_byte(at, end, '-')) {
        return false;
    }
    *word = wend__access_log_present(start, *at);
    return *at == end || **at == ' ';
}

bool wend__access_log_prefix(const uint8_t *at, const uint8_t *end,
                             struct wend_bytes words[WEND_LOG_FIELD_COUNT]) {
    const uint8_t *starts[MAX_PREFIX_WORDS];
    const uint8_t *ends[MAX_PREFIX_WORDS];
    int count = 0;
    while (count < MAX_PREFIX_WORDS) {
        const uint8_t *blank = wend__find_byte(at, end, ' ');
        starts[count] = at;
        ends[count] = blank == NULL ? end : blank;
        if (ends[count] == at) {
            return false;
        }
        count++;
        if (blank == NULL) {
            break;
        }
        at = blank + 1;
    }
    if (count < 3) {
        return false;
    }
    int host = 0;
    if (count > 3 && wend__access_log_present(starts[1], ends[1]).data != NULL) {
        words[WEND_LOG_VHOST] = wend__access_log_present(starts[0], ends[0]);
        host = 1;
        if (count > 4 && wend__access_log_present(starts[2], ends[2]).data != NULL) {
            return false;
        }
    }
    words[WEND_LOG_HOST] = wend__access_log_present(starts[host], ends[host]);
    words[WEND_LOG_IDENT] = wend__access_log_present(starts[host + 1], ends[host + 1]);
    words[WEND_LOG_USER] = wend__access_log_present(starts[host + 2], end);
    return true;
}

/* What follows the agent: words apart by blanks, each quoted one closed. */
static bool check_rest(const uint8_t *at, const uint8_t *end) {
    while (at < end) {
        if (*at != ' ') {
            return false;
        }
        at++;
        if (at < end && *at == '"') {
            const uint8_t *quote = find_quote(at + 1, end);
            if (quote == NULL) {
                return false;
            }
            at = quote + 1;
            continue;
        }
        while (at < end && *at != ' ') {
            at++;
        }
    }
    return true;
}

const uint8_t *wend__access_log_find_time(const uint8_t *at, const uint8_t *end) {
    for (;;) {
        const uint8_t *bracket = wend__find_byte(at, end, '[');
        if (bracket == NULL || (bracket > at && bracket[-1] == ' ')) {
            return bracket;
        }
        at = bracket + 1;
    }
}

bool wend__access_log_split(const uint8_t *at, const uint8_t *end,
                            struct wend_bytes words[WEND_LOG_FIELD_COUNT]) {
    for (int i = 0; i < WEND_LOG_FIELD_COUNT; i++) {
        words[i] = WEND_BYTES_ABSENT;
    }
    while (end > at && end[-1] == ' ') {
        end--;
    }
    const uint8_t *bracket = wend__access_log_find_time(at, end);
    if (bracket == NULL || !wend__access_log_prefix(at, bracket - 1, words)) {
        return false;
    }
    const uint8_t *close = wend__find_byte(bracket + 1, end, ']');
    if (close == NULL) {
        return false;
    }
    words[WEND_LOG_TIME] = wend__access_log_present(bracket + 1, close);
    at = close + 1;
    if (!take_quoted(&at, end, &words[WEND_LOG_REQUEST]) ||
        !wend__access_log_number(&at, end, &words[WEND_LOG_STATUS]) ||
        !wend__access_log_number(&at, end, &words[WEND_LOG_BYTES])) {
        return false;
    }
    if (at == end) {
        return true;
    }
    return take_quoted(&at, end, &words[WEND_LOG_REFERER]) &&
           take_quoted(&at, end, &words[WEND_LOG_AGENT]) && check_rest(at, end);
}

static int hex_value(uint8_t c) {
    if ((uint8_t)(c - '0') < 10) {
        return c - '0';
    }
    uint8_t lower = c | 0x20;
    return (uint8_t)(lower - 'a') < 6 ? lower - 'a' + 10 : -1;
}

/* Apache's and nginx's escapes; a backslash before anything else stands for itself. */
static size_t unescape(struct wend_bytes text, uint8_t *out) {
    static const char letters[] = "\"\\bnrtv";
    static const uint8_t values[] = {'"', '\\', '\b', '\n', '\r', '\t', '\v'};
    size_t used = 0;
    size_t i = 0;
    while (i < text.len) {
        uint8_t c = text.data[i++];
        if (c == '\\' && i < text.len) {
            uint8_t letter = text.data[i];
            const char *known = letter == 0 ? NULL : strchr(letters, letter);
            if (known != NULL) {
                c = values[known - letters];
                i++;
            } else if (letter == 'x' && text.len - i >= 3 && hex_value(text.data[i + 1]) >= 0 &&
                       hex_value(text.data[i + 2]) >= 0) {
                c = (uint8_t)(hex_value(text.data[i + 1]) * 16 + hex_value(text.data[i + 2]));
                i += 3;
            }
        }
        out[used++] = c;
    }
    return used;
}

bool wend__access_log_unescape(struct wend_arena *scratch, struct wend_bytes *text) {
    if (text->data == NULL || memchr(text->data, '\\', text->len) == NULL) {
        return true;
    }
    uint8_t *out = wend__arena_alloc(scratch, text->len);
    if (out == NULL) {
        *text = WEND_BYTES_ABSENT;
        return false;
    }
    *text = (struct wend_bytes){out, unescape(*text, out)};
    return true;
}

static bool is_method(const uint8_t *at, const uint8_t *end) {
    for (const uint8_t *p = at; p < end; p++) {
        if ((uint8_t)(*p - 'A') >= 26 && *p != '-' && *p != '_') {
            return false;
        }
    }
    return end > at && end - at <= 32;
}

void wend__access_log_request(struct wend_bytes words[WEND_LOG_FIELD_COUNT]) {
    struct wend_bytes request = words[WEND_LOG_REQUEST];
    if (request.data == NULL) {
        return;
    }
    const uint8_t *end = request.data + request.len;
    const uint8_t *blank = wend__find_byte(request.data, end, ' ');
    if (blank == NULL || !is_method(request.data, blank)) {
        return;
    }
    const uint8_t *target = blank + 1;
    const uint8_t *target_end = end;
    const uint8_t *last = end;
    while (last > target && last[-1] != ' ') {
        last--;
    }
    struct wend_bytes protocol = WEND_BYTES_ABSENT;
    if (last > target && end - last >= 5 && memcmp(last, "HTTP/", 5) == 0) {
        protocol = wend__bytes(last, (size_t)(end - last));
        target_end = last - 1;
    } else if (last > target || (target < end && *target != '/' && *target != '*' &&
                                 wend__find_byte(target, end, ':') == NULL)) {
        return; /* neither "METHOD target" of HTTP/0.9 nor one with a protocol */
    }
    if (target == target_end) {
        return;
    }
    words[WEND_LOG_METHOD] = wend__access_log_present(request.data, blank);
    words[WEND_LOG_TARGET] = wend__access_log_present(target, target_end);
    words[WEND_LOG_PROTOCOL] = protocol;
    words[WEND_LOG_PATH] =
        wend__access_log_present(target, wend__find_either(target, target_end, '?', '#'));
}

bool wend__access_log_record(struct wend_decoder *decoder, const uint8_t *at, const uint8_t *end,
                             struct wend_bytes *row) {
    struct wend_bytes words[WEND_LOG_FIELD_COUNT];
    if (!wend__access_log_split(at, end, words)) {
        return false;
    }
    for (int i = 0; i < WEND_LOG_FIELD_COUNT; i++) {
        decoder->is_out_of_memory |= !wend__access_log_unescape(&decoder->scratch, &words[i]);
    }
    wend__access_log_request(words);
    for (uint32_t i = 0; i < decoder->target_count; i++) {
        row[decoder->targets[i].field] = words[decoder->targets[i].source];
    }
    return true;
}
