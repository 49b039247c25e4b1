/*
 * NDJSON, the fast way: index, shape or walker, and the parser for the rest.
 *
 *   window --index.h--> lines and quotes --shape.h--> values
 *                                        \-walk.h---> values
 *                                        \-json.h---> values, or the verdict that it is no record
 *
 * All but the parser may only say yes, so verdicts are the parser's whatever the level.
 */
#include "base/memory.h"
#include "base/status.h"
#include "base/utf8.h"
#include "decode/decoder_internal.h"
#include "decode/shape.h"

struct wend_ndjson {
    struct wend_index index;
    struct wend_shapes shapes;
    struct wend_walk_values values;
};

enum wend_status wend__ndjson_create(enum wend_simd level, struct wend_ndjson **ndjson,
                                     struct wend_error *error) {
    *ndjson = wend__alloc(sizeof **ndjson);
    if (*ndjson == NULL) {
        return wend__fail_memory(error);
    }
    (*ndjson)->index.level = level;
    wend__shapes_init(&(*ndjson)->shapes, level);
    return WEND_OK;
}

/* The captures of a line, found by its shape or the walker. */
static bool capture_line(struct wend_decoder *decoder, const struct wend_line *line,
                         const uint8_t *limit) {
    struct wend_ndjson *ndjson = decoder->ndjson;
    bool is_on =
        limit - line->end >= (ptrdiff_t)WEND_SHAPE_REACH && wend__shapes_are_on(&ndjson->shapes);
    if (is_on && wend__shapes_match(&ndjson->shapes, &decoder->json, line)) {
        return true;
    }
    ndjson->values.count = 0;
    if (!wend__walk_line(&decoder->json, line, is_on ? &ndjson->values : NULL)) {
        return false;
    }
    if (is_on) {
        wend__shapes_learn(&ndjson->shapes, line, &ndjson->values);
    }
    return true;
}

/* Takes line `number` of the window at `window`, which starts at `start`; `quote` is its first. */
static void take_line(struct wend_decoder *decoder, const uint8_t *window, uint32_t number,
                      const uint8_t *start, uint32_t quote, const uint8_t *limit, uint64_t offset,
                      struct wend_batch *batch) {
    const struct wend_index *index = &decoder->ndjson->index;
    const struct wend_index_line *found = &index->lines[number];
    const uint8_t *end = window + found->end;
    end -= end > start && end[-1] == '\r';
    struct wend_line line = {index,
                             window,
                             index->quotes + quote,
                             (uint32_t)found->quote_end - quote,
                             start,
                             end,
                             (found->flags & WEND_INDEX_ESCAPES) != 0};
    size_t size = (size_t)(end - start);
    bool is_fast = line.quote_count % 2 == 0 && (found->flags & WEND_INDEX_BAD) == 0 &&
                   size <= decoder->detected->max_record_bytes && size > 0;
    if (is_fast && (found->flags & WEND_INDEX_HIGH) != 0) {
        is_fast = wend__utf8_is_valid(wend__bytes(start, size));
    }
    if (!is_fast || !capture_line(decoder, &line, limit)) {
        wend__decoder_add(decoder, start, end, limit, offset, batch);
        return;
    }
    struct wend_bytes *row = wend__decoder_row(batch);
    batch->records[batch->record_count++] =
        (struct wend_record){wend__bytes(start, size), offset, WEND_REJECT_NONE};
    wend__ndjson_values(decoder, row);
}

size_t wend__ndjson_batch(struct wend_decoder *decoder, const uint8_t *bytes, size_t len,
                          const uint8_t *origin, struct wend_batch *batch) {
    struct wend_index *index = &decoder->ndjson->index;
    size_t at = 0;
    while (at < len && batch->record_count < batch->record_capacity) {
        size_t window = len - at < WEND_INDEX_WINDOW ? len - at : WEND_INDEX_WINDOW;
        uint32_t room = batch->record_capacity - batch->record_count;
        wend__index_build(index, bytes + at, window, window == len - at,
                          room < WEND_INDEX_LINES ? room : WEND_INDEX_LINES);
        if (index->line_count == 0) {
            return at; /* a line longer than the window */
        }
        const uint8_t *base = bytes + at;
        const uint8_t *start = base;
        uint32_t quote = 0;
        for (uint32_t i = 0; i < index->line_count && batch->record_count < batch->record_capacity;
             i++) {
            take_line(decoder, base, i, start, quote, bytes + len, (uint64_t)(start - origin),
                      batch);
            quote = index->lines[i].quote_end;
            start = base + index->lines[i].end;
            start += start < bytes + len;
        }
        at = (size_t)(start - bytes);
    }
    return at;
}
