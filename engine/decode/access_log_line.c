/*
 * The commonest access-log lines by the places of their quotes:
 *
 *   host ident user [dd/Mon/yyyy:hh:mm:ss +hhmm] "request" status bytes
 *   the same, and ` "referer" "agent"`
 *
 * Two quotes or six, no backslash, nothing behind. Only yes is an answer: what is anything else is
 * for access_log.c, whose words these are.
 */
#include "decode/decoder_internal.h"
#include "decode/scan.h"

enum { TIME_BYTES = 26 };

/* Whether one of the bytes of a time is `]`: two steps of 16 bytes that overlap. */
static inline bool has_close(const uint8_t *time) {
#if defined(__SSE2__)
    const __m128i wanted = _mm_set1_epi8(']');
    __m128i first = _mm_loadu_si128((const __m128i *)(const void *)time);
    __m128i last = _mm_loadu_si128((const __m128i *)(const void *)(time + TIME_BYTES - 16));
    return _mm_movemask_epi8(
               _mm_or_si128(_mm_cmpeq_epi8(first, wanted), _mm_cmpeq_epi8(last, wanted))) != 0;
#else
    return memchr(time, ']', TIME_BYTES) != NULL;
#endif
}

static inline bool has_blank(const uint8_t *at, const uint8_t *end) {
    while (at < end && *at != ' ') {
        at++;
    }
    return at < end;
}

/* The words before the time, of which ident and user mostly are `-`. */
static inline bool take_prefix(const uint8_t *start, const uint8_t *bracket,
                               struct wend_bytes words[WEND_LOG_FIELD_COUNT]) {
    static const char none[6] = " - - [";
    const uint8_t *host_end = bracket - 5;
    if (host_end > start && memcmp(host_end, none, 6) == 0 && !has_blank(start, host_end)) {
        words[WEND_LOG_HOST] = wend__access_log_present(start, host_end);
        return true;
    }
    return wend__access_log_find_time(start, bracket + 1) == bracket &&
           wend__access_log_prefix(start, bracket - 1, words);
}

static bool take_words(const struct wend_line *line,
                       struct wend_bytes words[WEND_LOG_FIELD_COUNT]) {
    const uint8_t *start = line->start;
    const uint8_t *end = line->end;
    const uint8_t *open = line->window + line->quotes[0];
    const uint8_t *close = line->window + line->quotes[1];
    if (open - start < TIME_BYTES + 10) {
        return false;
    }
    const uint8_t *time = open - 2 - TIME_BYTES;
    if (open[-1] != ' ' || open[-2] != ']' || time[-1] != '[' || time[-2] != ' ' ||
        has_close(time) || !take_prefix(start, time - 1, words)) {
        return false;
    }
    words[WEND_LOG_TIME] = wend__bytes(time, TIME_BYTES);
    words[WEND_LOG_REQUEST] = wend__access_log_present(open + 1, close);
    const uint8_t *at = close + 1;
    if (!wend__access_log_number(&at, end, &words[WEND_LOG_STATUS]) ||
        !wend__access_log_number(&at, end, &words[WEND_LOG_BYTES])) {
        return false;
    }
    if (line->quote_count == 2) {
        return at == end;
    }
    const uint16_t *quotes = line->quotes;
    const uint8_t *window = line->window;
    if (at + 1 != window + quotes[2] || *at != ' ' || quotes[4] != quotes[3] + 2 ||
        window[quotes[3] + 1] != ' ' || window + quotes[5] + 1 != end) {
        return false;
    }
    words[WEND_LOG_REFERER] = wend__access_log_present(window + quotes[2] + 1, window + quotes[3]);
    words[WEND_LOG_AGENT] = wend__access_log_present(window + quotes[4] + 1, window + quotes[5]);
    return true;
}

void wend__access_log_line(struct wend_decoder *decoder, const struct wend_line *line,
                           uint64_t offset, struct wend_batch *batch) {
    const uint32_t of_request = 1U << WEND_LOG_METHOD | 1U << WEND_LOG_TARGET |
                                1U << WEND_LOG_PATH | 1U << WEND_LOG_PROTOCOL;
    struct wend_bytes words[WEND_LOG_FIELD_COUNT] = {0};
    size_t size = (size_t)(line->end - line->start);
    if ((line->flags & WEND_INDEX_ESCAPES) != 0 ||
        (line->quote_count != 2 && line->quote_count != 6) ||
        size > decoder->detected->max_record_bytes || !take_words(line, words)) {
        wend__decoder_add(decoder, line->start, line->end, line->limit, offset, batch);
        return;
    }
    if ((decoder->wanted & of_request) != 0) {
        wend__access_log_request(words);
    }
    struct wend_bytes *row = wend__decoder_take(line, offset, batch);
    for (uint32_t i = 0; i < decoder->target_count; i++) {
        row[decoder->targets[i].field] = words[decoder->targets[i].source];
    }
}
