/* Records that come one by one, as messages, and not as lines of a file. */
#include "decode/decoder_internal.h"
#include "decode/scan.h"

/* All line ends behind the record. */
static const uint8_t *without_line_ends(const uint8_t *at, const uint8_t *end) {
    while (end > at && (end[-1] == '\n' || end[-1] == '\r')) {
        end--;
    }
    return end;
}

/* Whether a line end stands where it would end a record in a file. */
static bool holds_line_end(const struct wend_detected *detected, const uint8_t *at,
                           const uint8_t *end) {
    if (detected->kind == WEND_FORMAT_NDJSON || wend__find_byte(at, end, '\n') == NULL) {
        return false; /* between JSON's tokens it is a blank, and in its strings an error */
    }
    if (detected->kind != WEND_FORMAT_DELIMITED) {
        return true;
    }
    size_t scanned = 0;
    bool in_quotes = false;
    size_t len = 0;
    (void)wend__delimited_extent(at, (size_t)(end - at), true, detected->separator,
                                 detected->max_record_bytes, &scanned, &in_quotes, &len);
    return at + len < end;
}

static void add_message(struct wend_decoder *decoder, const struct wend_message *message,
                        size_t index, struct wend_batch *batch) {
    const struct wend_detected *detected = decoder->detected;
    const uint8_t *at = message->payload.data;
    const uint8_t *end = without_line_ends(at, at + message->payload.len);
    if (detected->kind == WEND_FORMAT_NDJSON && wend__json_skip_blank(at, end) == end) {
        return;
    }
    uint32_t before = batch->record_count;
    bool is_several = holds_line_end(detected, at, end);
    wend__decoder_add(decoder, at, end, end, index, batch);
    if (is_several && batch->record_count > before) {
        batch->record_count = before;
        (void)wend__decoder_row(batch);
        batch->records[batch->record_count++].reject = WEND_REJECT_SHAPE;
    }
}

enum wend_status wend__decoder_messages(struct wend_decoder *decoder,
                                        const struct wend_message *messages, size_t count,
                                        size_t *consumed, struct wend_batch *batch,
                                        struct wend_error *error) {
    size_t at = 0;
    batch->record_count = 0;
    wend__arena_clear(&decoder->scratch);
    while (at < count && batch->record_count < batch->record_capacity) {
        add_message(decoder, &messages[at], at, batch);
        at++;
    }
    *consumed = at;
    return wend__decoder_check_memory(decoder, error);
}
