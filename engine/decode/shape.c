#include "decode/shape.h"

/* Whether the first byte in memory is the low one of a word. */
enum { IS_LITTLE_ENDIAN = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ };

enum { CREDIT_START = 64, CREDIT_MOST = 256, COST_OF_LEARNING = 4, PAUSE_LINES = 4096 };

void wend__shapes_init(struct wend_shapes *shapes, enum wend_simd level) {
    memset(shapes, 0, sizeof *shapes);
    shapes->level = level;
    shapes->credit = CREDIT_START;
    for (uint8_t set = 0; set < WEND_SHAPE_SETS; set++) {
        for (uint8_t way = 0; way < WEND_SHAPE_WAYS; way++) {
            shapes->order[set][way] = way;
        }
    }
}

/* By what all lines of a shape have in common and others often do not. */
static inline uint32_t set_of(const struct wend_line *line) {
    uint32_t first_key = (uint32_t)line->quotes[1] - line->quotes[0];
    return (line->quote_count / 2 + first_key * 5) % WEND_SHAPE_SETS;
}

static inline const uint8_t *place_in(struct wend_shape_place place, const struct wend_line *line) {
    const uint8_t *from =
        place.quote == line->quote_count ? line->end : line->window + line->quotes[place.quote];
    return from + place.delta;
}

static inline bool has_pieces(enum wend_simd level, const struct wend_shape *shape,
                              const struct wend_line *line) {
#if defined(__x86_64__)
    if (level == WEND_SIMD_AVX512) {
        return wend__shape_pieces_avx512(shape, line);
    }
    if (level == WEND_SIMD_AVX2) {
        return wend__shape_pieces_avx2(shape, line);
    }
#endif
    (void)level;
    return wend__shape_pieces_portable(shape, line);
}

/*
 * Whether the `len` low bytes of a word, 1 to 8, are digits, perhaps with a point among them, that
 * are a number of JSON. A byte that is no digit gets its top bit in `others` (time_words.c has the
 * trick); a carry comes only out of a byte with a top bit, and can only make the answer no.
 */
static inline bool is_plain_number(uint64_t word, size_t len) {
    uint64_t digits = word ^ UINT64_C(0x3030303030303030);
    uint64_t others = (digits | (digits + UINT64_C(0x7676767676767676))) &
                      UINT64_C(0x8080808080808080) & (UINT64_MAX >> 8 * (8 - len));
    size_t whole = len; /* digits before the point */
    if (others != 0) {
        whole = (size_t)__builtin_ctzll(others) / 8;
        if ((others & (others - 1)) != 0 || (word >> 8 * whole & 0xFF) != '.' || whole == len - 1) {
            return false;
        }
    }
    return whole == 1 || (whole > 0 && (word & 0xFF) != '0');
}

/* A short number is looked at as one word; what is none is the parser's to tell. */
static inline bool is_scalar(const uint8_t *line, const uint8_t *at, const uint8_t *end,
                             enum wend_json_kind *kind) {
    if (at >= end) {
        return false;
    }
    size_t len = (size_t)(end - at);
    if (IS_LITTLE_ENDIAN && len <= 8 && end - line >= 8) {
        uint64_t word;
        memcpy(&word, end - 8, sizeof word);
        if (is_plain_number(word >> 8 * (8 - len), len)) {
            *kind = WEND_JSON_SCALAR;
            return true;
        }
    }
    return wend__json_scalar_end(at, end, kind) == end;
}

/* The bytes behind a last scalar. */
static inline bool has_tail(const struct wend_shape *shape, const struct wend_line *line) {
    size_t tail = shape->tail_len;
    size_t size = (size_t)(line->end - line->start);
    if (tail <= 8 && size >= 8) {
        uint64_t word;
        memcpy(&word, line->end - 8, sizeof word);
        return ((word ^ shape->tail_word) & shape->tail_mask) == 0;
    }
    return size >= tail && memcmp(line->end - tail, shape->tail, tail) == 0;
}

static bool take_scalars(const struct wend_shape *shape, struct wend_json *json,
                         const struct wend_line *line) {
    for (uint32_t i = 0; i < shape->scalar_count; i++) {
        const struct wend_shape_scalar *scalar = &shape->scalars[i];
        const uint8_t *start = place_in(scalar->start, line);
        const uint8_t *end = place_in(scalar->end, line);
        enum wend_json_kind kind;
        if (!is_scalar(line->start, start, end, &kind)) {
            return false;
        }
        if (scalar->node != WEND_JSON_NONE) {
            json->kinds[scalar->node] = (uint8_t)kind;
            json->captures[scalar->node] = (struct wend_json_capture){start, (size_t)(end - start)};
        }
    }
    return true;
}

static void take_strings(const struct wend_shape *shape, struct wend_json *json,
                         const struct wend_line *line) {
    bool has_escapes = (line->flags & WEND_INDEX_ESCAPES) != 0;
    for (uint32_t i = 0; i < shape->string_count; i++) {
        const struct wend_shape_string *string = &shape->strings[i];
        size_t start = (size_t)line->quotes[string->quote] + 1;
        size_t end = line->quotes[string->quote + 1];
        bool is_escaped = has_escapes && wend__index_has_backslash(line->index, start, end);
        json->kinds[string->node] = is_escaped ? WEND_JSON_ESCAPED : WEND_JSON_TEXT;
        json->captures[string->node] =
            (struct wend_json_capture){line->window + start, end - start};
    }
}

static bool matches(enum wend_simd level, const struct wend_shape *shape, struct wend_json *json,
                    const struct wend_line *line) {
    if (shape->quote_count != line->quote_count ||
        line->window + line->quotes[0] != line->start + shape->lead ||
        place_in(shape->end, line) != line->end || !has_pieces(level, shape, line) ||
        !has_tail(shape, line)) {
        return false;
    }
    memset(json->kinds, WEND_JSON_ABSENT, json->node_count);
    if (!take_scalars(shape, json, line)) {
        return false;
    }
    take_strings(shape, json, line);
    return true;
}

bool wend__shapes_match(struct wend_shapes *shapes, struct wend_json *json,
                        const struct wend_line *line) {
    if (line->quote_count < 2) {
        return false;
    }
    uint32_t set = set_of(line);
    uint8_t *order = shapes->order[set];
    for (uint32_t i = 0; i < WEND_SHAPE_WAYS; i++) {
        uint8_t way = order[i];
        if (matches(shapes->level, &shapes->shapes[set][way], json, line)) {
            memmove(order + 1, order, i);
            order[0] = way;
            shapes->credit += shapes->credit < CREDIT_MOST;
            return true;
        }
    }
    return false;
}

/* -- Learning: seldom, so plainly written --------------------------------------------------------
 */

struct learning {
    struct wend_shape *shape;
    const struct wend_line *line;
};

static uint32_t place_of_quote(const struct wend_line *line, uint32_t quote) {
    return (uint32_t)(line->window + line->quotes[quote] - line->start);
}

/* Where `at` (counted from the line's start) is, seen from a quote. */
static struct wend_shape_place seen_from(const struct wend_line *line, uint32_t quote,
                                         uint32_t at) {
    uint32_t from = quote == line->quote_count ? (uint32_t)(line->end - line->start)
                                               : place_of_quote(line, quote);
    return (struct wend_shape_place){(uint16_t)quote, (int16_t)((int32_t)at - (int32_t)from)};
}

static void fill_piece(struct wend_shape_piece *piece, const uint8_t *bytes, uint32_t len) {
    memset(piece->bytes, 0, sizeof piece->bytes);
    memcpy(piece->bytes, bytes, len);
    piece->mask = (uint32_t)((UINT64_C(1) << len) - 1);
}

/* Whether the piece is read inside of what may be read, whichever line it is compared with. */
static bool stays_near(const struct wend_shape *shape, const struct wend_line *line,
                       struct wend_shape_place place) {
    int32_t least_start = (int32_t)shape->lead + place.quote;
    int32_t least_rest = (int32_t)line->quote_count - place.quote;
    return least_start + place.delta >= 0 &&
           place.delta + (int32_t)WEND_SHAPE_PIECE_BYTES - least_rest <= (int32_t)WEND_SHAPE_REACH;
}

/* The bytes [start, end) of the line, of which `quote` is the first quote. */
static bool add_pieces(const struct learning *learning, uint32_t start, uint32_t end,
                       uint32_t quote) {
    struct wend_shape *shape = learning->shape;
    const uint8_t *line = learning->line->start;
    if (memchr(line + start, '\\', end - start) != NULL) {
        return false;
    }
    while (start < end) {
        uint32_t len = end - start;
        len = len < WEND_SHAPE_PIECE_BYTES ? len : WEND_SHAPE_PIECE_BYTES;
        if (shape->piece_count == WEND_SHAPE_PIECES) {
            return false;
        }
        struct wend_shape_piece *piece = &shape->pieces[shape->piece_count++];
        fill_piece(piece, line + start, len);
        piece->place = seen_from(learning->line, quote, start);
        if (!stays_near(shape, learning->line, piece->place)) {
            return false;
        }
        start += len;
    }
    return true;
}

static void fill_tail(struct wend_shape *shape, const uint8_t *bytes, uint32_t len) {
    memcpy(shape->tail, bytes, len);
    shape->tail_len = len;
    if (len > 0 && len <= 8) {
        uint8_t word[8] = {0};
        memcpy(word + 8 - len, bytes, len);
        memcpy(&shape->tail_word, word, sizeof word);
        memset(word, 0, sizeof word);
        memset(word + 8 - len, 0xFF, len);
        memcpy(&shape->tail_mask, word, sizeof word);
    }
}

/* The bytes behind the last value, which ends at `start`. */
static bool add_tail(const struct learning *learning, uint32_t start, uint32_t quote) {
    const struct wend_line *line = learning->line;
    uint32_t len = (uint32_t)(line->end - line->start);
    if (quote < line->quote_count) {
        learning->shape->end = seen_from(line, quote, len);
        return add_pieces(learning, start, len, quote);
    }
    learning->shape->end = (struct wend_shape_place){(uint16_t)quote, 0};
    if (len - start > WEND_SHAPE_PIECE_BYTES) {
        return false;
    }
    fill_tail(learning->shape, line->start + start, len - start);
    return true;
}

static bool learn(const struct learning *learning, const struct wend_walk_values *values) {
    const struct wend_line *line = learning->line;
    struct wend_shape *shape = learning->shape;
    uint32_t start = 0; /* of the bytes before the next value */
    uint32_t quote = 0; /* the first in them */
    for (uint32_t i = 0; i < values->count; i++) {
        const struct wend_walk_value *value = &values->values[i];
        bool has_quote = quote < line->quote_count && place_of_quote(line, quote) < value->start;
        if (!has_quote || !add_pieces(learning, start, value->start, quote)) {
            return false;
        }
        uint32_t next = value->quote + value->is_string;
        if (!value->is_string) {
            shape->scalars[shape->scalar_count++] =
                (struct wend_shape_scalar){seen_from(line, quote, value->start),
                                           seen_from(line, next, value->end), value->node};
        } else if (value->node != WEND_JSON_NONE) {
            shape->strings[shape->string_count++] =
                (struct wend_shape_string){value->quote, value->node};
        }
        quote = next;
        start = value->end;
    }
    return add_tail(learning, start, quote);
}

void wend__shapes_learn(struct wend_shapes *shapes, const struct wend_line *line,
                        const struct wend_walk_values *values) {
    shapes->credit -= COST_OF_LEARNING;
    if (shapes->credit <= 0) {
        shapes->credit = CREDIT_START;
        shapes->pause = PAUSE_LINES;
    }
    if (line->end - line->start > INT16_MAX || line->quote_count < 2 || values->count == 0 ||
        values->count > WEND_WALK_VALUES) {
        return;
    }
    uint32_t set = set_of(line);
    uint8_t *order = shapes->order[set];
    uint8_t way = order[WEND_SHAPE_WAYS - 1];
    struct wend_shape *shape = &shapes->shapes[set][way];
    memset(shape, 0, sizeof *shape);
    shape->lead = (uint32_t)(line->window + line->quotes[0] - line->start);
    struct learning learning = {shape, line};
    if (!learn(&learning, values)) {
        return; /* without quotes it matches nothing */
    }
    shape->quote_count = line->quote_count;
    memmove(order + 1, order, WEND_SHAPE_WAYS - 1);
    order[0] = way;
}
