/* Delimited text: RFC 4180 with any one-byte separator; a record's cells and its wanted fields. */
#include "decode/decoder_internal.h"
#include "decode/scan.h"

/*
 * The cell that opens with the quote at `at`: its closing quote, or NULL where there is none before
 * `end` or the field goes on behind it. `*is_doubled`: some quote inside is written twice.
 */
static const uint8_t *quoted_cell(const uint8_t *at, const uint8_t *end, uint8_t separator,
                                  bool *is_doubled) {
    *is_doubled = false;
    at++;
    for (;;) {
        const uint8_t *quote = wend__find_byte(at, end, '"');
        if (quote == NULL || quote + 1 == end || quote[1] == separator) {
            return quote;
        }
        if (quote[1] != '"') {
            return NULL;
        }
        *is_doubled = true;
        at = quote + 2;
    }
}

bool wend__delimited_split(const uint8_t *at, const uint8_t *end, uint8_t separator,
                           struct wend_cell *cells, uint32_t capacity, uint32_t *count) {
    *count = 0;
    for (;;) {
        struct wend_cell cell = {0};
        const uint8_t *stop;
        if (at < end && *at == '"') {
            const uint8_t *quote = quoted_cell(at, end, separator, &cell.is_doubled);
            if (quote == NULL) {
                return false;
            }
            cell.text = wend__bytes(at + 1, (size_t)(quote - at) - 1);
            stop = quote + 1;
        } else {
            stop = wend__find_byte(at, end, separator);
            stop = stop == NULL ? end : stop;
            cell.text = wend__bytes(at, (size_t)(stop - at));
        }
        if (*count < capacity) {
            cells[*count] = cell;
        }
        ++*count;
        if (stop == end) {
            return true;
        }
        at = stop + 1;
    }
}

size_t wend__delimited_unquote(struct wend_bytes text, uint8_t *out) {
    size_t used = 0;
    for (size_t i = 0; i < text.len; i++) {
        out[used++] = text.data[i];
        if (text.data[i] == '"') {
            i++;
        }
    }
    return used;
}

/* A cell's text as a value: nothing is absent, and quotes are taken out. */
static inline void set_value(struct wend_decoder *decoder, struct wend_bytes text, bool is_doubled,
                             struct wend_bytes *value) {
    if (text.len == 0) {
        return;
    }
    if (is_doubled) {
        uint8_t *out = wend__arena_alloc(&decoder->scratch, text.len);
        if (out == NULL) {
            decoder->is_out_of_memory = true;
            return;
        }
        text = (struct wend_bytes){out, wend__delimited_unquote(text, out)};
    }
    *value = text;
}

bool wend__delimited_record(struct wend_decoder *decoder, const uint8_t *at, const uint8_t *end,
                            struct wend_bytes *row) {
    const struct wend_detected *detected = decoder->detected;
    uint32_t count;
    if (!wend__delimited_split(at, end, detected->separator, decoder->cells, detected->column_count,
                               &count) ||
        count != detected->column_count) {
        return false;
    }
    for (uint32_t i = 0; i < decoder->target_count; i++) {
        const struct wend_cell *cell = &decoder->cells[decoder->targets[i].source];
        set_value(decoder, cell->text, cell->is_doubled, &row[decoder->targets[i].field]);
    }
    return true;
}

/*
 * The index has split the record, in which quotes stand as they should (quoting.h); only the cells
 * that are wanted are looked at.
 */
const uint8_t *wend__delimited_line(struct wend_decoder *decoder, const struct wend_line *line,
                                    uint64_t offset, struct wend_batch *batch) {
    const struct wend_detected *detected = decoder->detected;
    if ((size_t)(line->next - line->start) > detected->max_record_bytes) {
        /* Quotes count up to there only, so that the record may end elsewhere. */
        const uint8_t *next = wend__decoder_record_end(detected, line->start, line->limit);
        const uint8_t *end = wend__without_line_end(line->start, next);
        wend__decoder_add(decoder, line->start, end, line->limit, offset, batch);
        return next;
    }
    uint32_t last = line->quote_count;
    if (last + 1 != detected->column_count || line->start == line->end) {
        wend__decoder_add(decoder, line->start, line->end, line->limit, offset, batch);
        return line->next;
    }
    struct wend_bytes *row = wend__decoder_take(line, offset, batch);
    for (uint32_t i = 0; i < decoder->target_count; i++) {
        uint32_t cell = decoder->targets[i].source;
        const uint8_t *at = cell == 0 ? line->start : line->window + line->quotes[cell - 1] + 1;
        const uint8_t *end = cell == last ? line->end : line->window + line->quotes[cell];
        bool is_doubled = false;
        if (at < end && *at == '"') {
            at++;
            end--;
            is_doubled = wend__find_byte(at, end, '"') != NULL;
        }
        set_value(decoder, wend__bytes(at, (size_t)(end - at)), is_doubled,
                  &row[decoder->targets[i].field]);
    }
    return line->next;
}
