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
        struct wend_bytes text = cell->text;
        if (text.len == 0) {
            continue;
        }
        if (cell->is_doubled) {
            uint8_t *out = wend__arena_alloc(&decoder->scratch, text.len);
            if (out == NULL) {
                decoder->is_out_of_memory = true;
                continue;
            }
            text = (struct wend_bytes){out, wend__delimited_unquote(text, out)};
        }
        row[decoder->targets[i].field] = text;
    }
    return true;
}
