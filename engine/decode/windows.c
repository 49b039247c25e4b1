/*
 * The loop of the fast path: window by window, line by line.
 *
 * A window's index says where lines end and, of each, where its quotes (NDJSON, access logs) or its
 * separators (delimited text) are.
 */
#include "decode/decoder_internal.h"

static inline const uint8_t *take_line(struct wend_decoder *decoder, const struct wend_line *line,
                                       uint64_t offset, struct wend_batch *batch) {
    switch (decoder->detected->kind) {
    case WEND_FORMAT_NDJSON:
        wend__ndjson_line(decoder, line, offset, batch);
        return line->next;
    case WEND_FORMAT_ACCESS_LOG:
        wend__access_log_line(decoder, line, offset, batch);
        return line->next;
    case WEND_FORMAT_DELIMITED:
        return wend__delimited_line(decoder, line, offset, batch);
    case WEND_FORMAT_AUTO:
    default:
        return line->next;
    }
}

/* Takes the lines of the indexed window at `base`; returns behind the last record that it took. */
static const uint8_t *take_window(struct wend_decoder *decoder, const uint8_t *base,
                                  const uint8_t *limit, const uint8_t *origin,
                                  struct wend_batch *batch) {
    const struct wend_index *index = decoder->index;
    const uint8_t *start = base;
    uint32_t mark = 0;
    uint32_t i = 0;
    while (i < index->line_count && batch->record_count < batch->record_capacity) {
        const uint8_t *line_end = base + index->lines[i].end;
        struct wend_line line = {.index = index,
                                 .window = base,
                                 .quotes = index->quotes + mark,
                                 .quote_count = (uint32_t)index->lines[i].quote_end - mark,
                                 .start = start,
                                 .end = line_end - (line_end > start && line_end[-1] == '\r'),
                                 .next = line_end + (line_end < limit),
                                 .limit = limit,
                                 .flags = index->lines[i].flags};
        start = take_line(decoder, &line, (uint64_t)(start - origin), batch);
        if (start != line.next) {
            break; /* the record ends elsewhere than its line, and so the index is none of the rest
                    */
        }
        mark = index->lines[i++].quote_end;
    }
    return start;
}

size_t wend__windows_batch(struct wend_decoder *decoder, const uint8_t *bytes, size_t len,
                           const uint8_t *origin, struct wend_batch *batch) {
    struct wend_index *index = decoder->index;
    bool is_delimited = decoder->detected->kind == WEND_FORMAT_DELIMITED;
    size_t at = 0;
    while (at < len && batch->record_count < batch->record_capacity) {
        size_t window = len - at < WEND_INDEX_WINDOW ? len - at : WEND_INDEX_WINDOW;
        uint32_t room = batch->record_capacity - batch->record_count;
        room = room < WEND_INDEX_LINES ? room : WEND_INDEX_LINES;
        if (is_delimited) {
            wend__index_build_delimited(index, bytes + at, window, window == len - at, room,
                                        decoder->detected->separator);
        } else {
            wend__index_build(index, bytes + at, window, window == len - at, room);
        }
        if (index->line_count == 0) {
            return at; /* a line longer than the window */
        }
        at = (size_t)(take_window(decoder, bytes + at, bytes + len, origin, batch) - bytes);
    }
    return at;
}
