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
    struct wend_shapes shapes;
    struct wend_walk_values values;
};

enum wend_status wend__ndjson_create(enum wend_simd level, struct wend_ndjson **ndjson,
                                     struct wend_error *error) {
    *ndjson = wend__alloc(sizeof **ndjson);
    if (*ndjson == NULL) {
        return wend__fail_memory(error);
    }
    wend__shapes_init(&(*ndjson)->shapes, level);
    return WEND_OK;
}

/* The captures of a line, found by its shape or the walker. */
static bool capture_line(struct wend_decoder *decoder, const struct wend_line *line) {
    struct wend_ndjson *ndjson = decoder->ndjson;
    bool is_on = line->limit - line->end >= (ptrdiff_t)WEND_SHAPE_REACH &&
                 wend__shapes_are_on(&ndjson->shapes);
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

void wend__ndjson_line(struct wend_decoder *decoder, const struct wend_line *line, uint64_t offset,
                       struct wend_batch *batch) {
    size_t size = (size_t)(line->end - line->start);
    bool is_fast = line->quote_count % 2 == 0 && (line->flags & WEND_INDEX_BAD) == 0 &&
                   size <= decoder->detected->max_record_bytes && size > 0;
    if (is_fast && (line->flags & WEND_INDEX_HIGH) != 0) {
        is_fast = wend__utf8_is_valid(wend__bytes(line->start, size));
    }
    if (!is_fast || !capture_line(decoder, line)) {
        wend__decoder_add(decoder, line->start, line->end, line->limit, offset, batch);
        return;
    }
    wend__ndjson_values(decoder, wend__decoder_take(line, offset, batch));
}
