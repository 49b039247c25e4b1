/* Which separator, whether the first record is a header, and what the columns are called. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/status.h"
#include "decode/detect_internal.h"
#include "decode/time.h"

/* In this order: of two that fit equally well the first counts. */
static const uint8_t candidates[] = {',', '\t', ';', '|', 0x01, 0x1F, '^', '~'};

/* How well a separator fits: `fields` is the most frequent number of fields, in `agreeing` of
 * `records` records. */
struct fit {
    uint8_t separator;
    uint32_t fields;
    uint32_t agreeing;
    uint32_t records;
};

const uint8_t *wend__detect_next_record(const struct wend_head *head, const uint8_t **start,
                                        uint8_t separator, size_t max_record) {
    const uint8_t *at = *start;
    while (at < head->end) {
        size_t scanned = 0;
        bool in_quotes = false;
        size_t end = 0;
        (void)wend__delimited_extent(at, (size_t)(head->end - at), true, separator, max_record,
                                     &scanned, &in_quotes, &end);
        const uint8_t *next = at + end;
        if (wend__without_line_end(at, next) != at) {
            *start = at;
            return next;
        }
        at = next;
    }
    *start = at;
    return at;
}

/* The record may go on behind the head. */
static bool is_torn(const struct wend_head *head, const uint8_t *next) {
    return next == head->end && !head->is_complete && next[-1] != '\n';
}

static uint32_t field_count(const uint8_t *at, const uint8_t *next, uint8_t separator) {
    uint32_t count;
    if (!wend__delimited_split(at, wend__without_line_end(at, next), separator, NULL, 0, &count)) {
        return 0;
    }
    return count;
}

static struct fit measure(const struct wend_head *head, uint8_t separator, size_t max_record) {
    uint32_t counts[WEND_DETECT_RECORDS];
    struct fit fit = {.separator = separator};
    const uint8_t *at = head->at;
    while (fit.records < WEND_DETECT_RECORDS) {
        const uint8_t *next = wend__detect_next_record(head, &at, separator, max_record);
        if (at == next || (fit.records > 0 && is_torn(head, next))) {
            break;
        }
        counts[fit.records++] = field_count(at, next, separator);
        at = next;
    }
    for (uint32_t i = 0; i < fit.records; i++) {
        uint32_t agreeing = 0;
        for (uint32_t j = 0; j < fit.records; j++) {
            agreeing += counts[j] == counts[i];
        }
        if (counts[i] > 0 && agreeing > fit.agreeing) {
            fit.agreeing = agreeing;
            fit.fields = counts[i];
        }
    }
    return fit;
}

/* More agreement wins; within 5 % more fields do: "1,5" in a text with ';' agrees as well. */
static bool is_better(const struct fit *a, const struct fit *b) {
    if ((a->fields > 1) != (b->fields > 1)) {
        return a->fields > 1;
    }
    uint64_t left = (uint64_t)a->agreeing * b->records * 100;
    uint64_t right = (uint64_t)b->agreeing * a->records * 100;
    uint64_t slack = (uint64_t)a->records * b->records * 5;
    if (left > right + slack) {
        return true;
    }
    return left + slack >= right && a->fields > b->fields;
}

static struct fit choose(const struct wend_head *head, const struct wend_format *format) {
    if (format->separator != 0) {
        return measure(head, format->separator, format->max_record_bytes);
    }
    struct fit best = {0};
    for (size_t i = 0; i < sizeof candidates; i++) {
        struct fit fit = measure(head, candidates[i], format->max_record_bytes);
        if (i == 0 || is_better(&fit, &best)) {
            best = fit;
        }
    }
    return best;
}

/* Numbers, times and addresses are values; nobody calls a column so. */
static bool looks_like_value(struct wend_bytes text) {
    struct wend_number number;
    struct wend_time_state state = {WEND_TIME_UNIT_AUTO, false};
    int64_t ts_us;
    if (text.len == 0) {
        return false;
    }
    if (wend__number_parse(text, &number) ||
        wend__time_parse(text, &state, &ts_us) == WEND_TIME_OK) {
        return true;
    }
    for (size_t i = 0; i + 2 < text.len; i++) {
        if (memcmp(text.data + i, "://", 3) == 0) {
            return true;
        }
    }
    return false;
}

/* What the records behind the first one say about it. */
struct header_clues {
    bool values_above; /* the first record holds values */
    bool values_below;
    bool is_repeated; /* a text of the first record stands again in its column */
};

static struct header_clues look_for_header(const struct wend_head *head, const uint8_t *second,
                                           const struct wend_cell *first, uint32_t count,
                                           struct wend_cell *cells,
                                           const struct wend_detected *detected) {
    struct header_clues clues = {0};
    for (uint32_t i = 0; i < count; i++) {
        clues.values_above |= looks_like_value(first[i].text);
    }
    const uint8_t *at = second;
    for (uint32_t seen = 0; seen < WEND_DETECT_RECORDS; seen++) {
        const uint8_t *next =
            wend__detect_next_record(head, &at, detected->separator, detected->max_record_bytes);
        uint32_t cell_count;
        if (at == next) {
            break;
        }
        if (!is_torn(head, next) &&
            wend__delimited_split(at, wend__without_line_end(at, next), detected->separator, cells,
                                  count, &cell_count) &&
            cell_count == count) {
            for (uint32_t i = 0; i < count; i++) {
                clues.values_below |= looks_like_value(cells[i].text);
                clues.is_repeated |=
                    first[i].text.len > 0 && wend__bytes_equal(first[i].text, cells[i].text);
            }
        }
        at = next;
    }
    return clues;
}

static bool equals_declared(const struct wend_cell *cells, uint32_t count,
                            const struct wend_format *format) {
    for (uint32_t i = 0; i < count && i < format->column_count; i++) {
        if (!wend__bytes_equal(cells[i].text, format->columns[i])) {
            return false;
        }
    }
    return count == format->column_count;
}

/* Decides has_header; the surer of the clues sets the confidence. */
static void decide_header(struct wend_detected *detected, const struct wend_format *format,
                          const struct header_clues *clues, bool is_declared_header) {
    uint32_t confidence = 99;
    if (format->header != WEND_HEADER_AUTO) {
        detected->has_header = format->header == WEND_HEADER_YES;
        confidence = 100;
    } else if (format->column_count > 0) {
        detected->has_header = is_declared_header;
    } else if (clues->values_above) {
        detected->has_header = false;
        confidence = 95;
    } else {
        detected->has_header = clues->values_below || !clues->is_repeated;
        confidence = clues->values_below ? 98 : 70;
    }
    detected->confidence = detected->confidence < confidence ? detected->confidence : confidence;
}

struct named {
    struct wend_bytes name;
    uint32_t index;
};

static int compare_named(const void *left, const void *right) {
    const struct named *a = left;
    const struct named *b = right;
    int order = wend__bytes_compare(a->name, b->name);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* Takes the name of every column but the first of that name. */
static bool drop_repeated(struct wend_detected *detected) {
    struct named *sorted =
        wend__arena_alloc(&detected->arena, detected->column_count * sizeof *sorted);
    if (sorted == NULL) {
        return false;
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < detected->column_count; i++) {
        if (detected->columns[i].data != NULL) {
            sorted[count++] = (struct named){detected->columns[i], i};
        }
    }
    qsort(sorted, count, sizeof *sorted, compare_named);
    for (uint32_t i = 1; i < count; i++) {
        if (wend__bytes_equal(sorted[i].name, sorted[i - 1].name)) {
            detected->columns[sorted[i].index] = WEND_BYTES_ABSENT;
            detected->duplicate_count++;
        }
    }
    return true;
}

/* The name of column `index`: declared, from the header, or column_N. */
static struct wend_bytes name_column(struct wend_detected *detected,
                                     const struct wend_format *format,
                                     const struct wend_cell *first, uint32_t first_count,
                                     uint32_t index) {
    struct wend_bytes name = WEND_BYTES_ABSENT;
    struct wend_arena *arena = &detected->arena;
    if (index < format->column_count) {
        name = format->columns[index];
    } else if (detected->has_header && index < first_count) {
        name = first[index].text;
        uint8_t *out = name.len == 0 ? NULL : wend__arena_alloc(arena, name.len);
        if (out != NULL) {
            memcpy(out, name.data, name.len);
            size_t len = first[index].is_doubled ? wend__delimited_unquote(name, out) : name.len;
            return (struct wend_bytes){out, len};
        }
    }
    if (name.len == 0) {
        char text[32];
        int len = snprintf(text, sizeof text, "column_%u", index + 1);
        return (struct wend_bytes){wend__arena_copy(arena, text, (size_t)len), (size_t)len};
    }
    return (struct wend_bytes){wend__arena_copy(arena, name.data, name.len), name.len};
}

static enum wend_status fill_columns(struct wend_detected *detected,
                                     const struct wend_format *format,
                                     const struct wend_cell *first, uint32_t first_count,
                                     uint32_t usual_count, struct wend_error *error) {
    uint32_t count = detected->has_header ? first_count : usual_count;
    if (format->column_count > 0 && !detected->has_header && count < format->column_count) {
        count = format->column_count;
    }
    detected->column_count = count;
    detected->columns =
        wend__arena_alloc(&detected->arena, (count + 1U) * sizeof *detected->columns);
    if (detected->columns == NULL) {
        return wend__fail_memory(error);
    }
    for (uint32_t i = 0; i < count; i++) {
        detected->columns[i] = name_column(detected, format, first, first_count, i);
        if (detected->columns[i].data == NULL) {
            return wend__fail_memory(error);
        }
    }
    return drop_repeated(detected) ? WEND_OK : wend__fail_memory(error);
}

/* Reads the first record, which may be the header, and names the columns. */
static enum wend_status read_header(const struct wend_head *head, const struct wend_format *format,
                                    struct wend_detected *detected, uint32_t usual_count,
                                    struct wend_error *error) {
    const uint8_t *at = head->at;
    const uint8_t *next =
        wend__detect_next_record(head, &at, detected->separator, (size_t)(head->end - head->at));
    const uint8_t *end = wend__without_line_end(at, next);
    uint32_t first_count = 0;
    bool is_good = wend__delimited_split(at, end, detected->separator, NULL, 0, &first_count);
    struct wend_cell *first =
        wend__arena_alloc(&detected->arena, (first_count + 1U) * sizeof *first);
    struct wend_cell *cells =
        wend__arena_alloc(&detected->arena, (first_count + 1U) * sizeof *cells);
    if (first == NULL || cells == NULL) {
        return wend__fail_memory(error);
    }
    struct header_clues clues = {.values_above = true};
    if (is_good) {
        (void)wend__delimited_split(at, end, detected->separator, first, first_count, &first_count);
        clues = look_for_header(head, next, first, first_count, cells, detected);
    }
    decide_header(detected, format, &clues, is_good && equals_declared(first, first_count, format));
    if (detected->has_header) {
        if (is_torn(head, next)) {
            return wend__fail(error, WEND_ERROR_LIMIT,
                              "the first record is longer than the %zu bytes that are looked at; "
                              "if there is no header, declare format: {header: no}",
                              (size_t)(head->end - head->at));
        }
        if (!is_good) {
            return wend__fail(error, WEND_ERROR_USAGE,
                              "the header cannot be read: a quoted name is not closed, or goes on "
                              "behind its closing quote");
        }
        detected->data_offset = (size_t)(next - head->at);
    }
    return fill_columns(detected, format, first, first_count,
                        usual_count == 0 ? first_count : usual_count, error);
}

enum wend_status wend__detect_delimited(const struct wend_head *head,
                                        const struct wend_format *format,
                                        struct wend_detected *detected, bool *is_likely,
                                        struct wend_error *error) {
    struct fit fit = choose(head, format);
    bool is_declared = format->kind == WEND_FORMAT_DELIMITED;
    *is_likely = fit.fields > 1 && fit.agreeing * 10 >= fit.records * 6;
    if (!*is_likely && !is_declared) {
        return WEND_OK;
    }
    detected->kind = WEND_FORMAT_DELIMITED;
    detected->separator = *is_likely || format->separator != 0 ? fit.separator : ',';
    if (is_declared && format->separator != 0) {
        detected->confidence = 100;
    } else {
        uint32_t share = fit.records == 0 ? 0 : fit.agreeing * 98 / fit.records;
        detected->confidence = fit.records < 3 && share > 80 ? 80 : share;
    }
    if (fit.records == 0) {
        /* Nothing to look at: names and counts are those declared. */
        return fill_columns(detected, format, NULL, 0, 0, error);
    }
    return read_header(head, format, detected, fit.fields, error);
}
