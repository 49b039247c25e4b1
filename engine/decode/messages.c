/* Records that come one by one, as messages, and not as lines of a file. */
#include "decode/cloudevents.h"
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

static void reject(struct wend_batch *batch, enum wend_flaw flaw) {
    struct wend_record *record = &batch->records[batch->record_count];
    (void)wend__decoder_row(batch);
    record->reject = WEND_REJECT_SHAPE;
    record->flaw = flaw;
    batch->record_count++;
}

/* A message whose value alone is the record, as a line is. */
static void add_record(struct wend_decoder *decoder, const struct wend_message *message,
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
        reject(batch, WEND_FLAW_NONE);
    }
}

/* A CloudEvent whose attributes are headers; it may have no data at all. */
static void add_binary_event(struct wend_decoder *decoder, const struct wend_message *message,
                             size_t index, struct wend_batch *batch) {
    struct wend_bytes raw = message->payload;
    struct wend_bytes *row = wend__decoder_row(batch);
    enum wend_flaw flaw = WEND_FLAW_NONE;
    bool is_good = raw.len <= decoder->detected->max_record_bytes;
    raw.len = is_good ? raw.len : decoder->detected->max_record_bytes;
    batch->records[batch->record_count] =
        (struct wend_record){raw, index, WEND_REJECT_NONE, WEND_FLAW_NONE};
    is_good = is_good && wend__cloudevents_data_parse(&decoder->json, message);
    if (is_good) {
        flaw = wend__cloudevents_attributes(&decoder->json, message);
    }
    if (!is_good || flaw != WEND_FLAW_NONE) {
        reject(batch, flaw);
        return;
    }
    wend__ndjson_values(decoder, row);
    batch->record_count++;
}

static void add_message(struct wend_decoder *decoder, const struct wend_message *message,
                        size_t index, struct wend_batch *batch) {
    uint32_t before = batch->record_count;
    if (decoder->detected->is_cloudevents && wend__cloudevents_is_binary(message)) {
        add_binary_event(decoder, message, index, batch);
    } else {
        add_record(decoder, message, index, batch);
    }
    if (batch->record_count > before && decoder->message_target_count > 0 &&
        batch->records[before].reject == WEND_REJECT_NONE) {
        struct wend_bytes *row = batch->fields + (size_t)before * batch->field_count;
        decoder->is_out_of_memory |=
            !wend__message_values(message, decoder->message_targets, decoder->message_target_count,
                                  &decoder->scratch, row);
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
