/*
 * shape.h: lines that differ in their values only, recognised as a whole.
 *
 * Most producers write every record with the same keys in the same order. A *shape* is what such
 * lines have in common: the bytes between the values, learnt from a line that the walker (walk.h)
 * has found valid. A line with the same number of quotes, all of these bytes where the quotes say,
 * and valid values between them is that valid object; no key is looked up.
 *
 *   {"event":"view","price":9.95}
 *   ^^^^^^^^^^    ^^^^^^^^^^^    ^        pieces, placed by the first quote in them; the last by
 * the view          9.95         line's end
 *
 * Why that is enough: no piece holds a backslash, so every quote in it is one of the index; then
 * the quotes between two pieces are none, and what stands there is one string's inside (checked by
 * the index) or one scalar (checked here). Bytes equal, so keys, nesting and repeated keys are too.
 *
 * All pieces are compared before it is known that the line is of the shape, and so they are looked
 * for anywhere that the quotes of some other line may send them. Quote q of a line stands at least
 * q bytes behind its first one, and as many before its end as quotes follow; a shape is learnt only
 * when this keeps all reads between the line's start and WEND_SHAPE_REACH behind its end.
 *
 * Learning switches itself off for a while when fewer lines are recognised than not.
 * Threads: one at a time.
 */
#ifndef WEND_DECODE_SHAPE_H
#define WEND_DECODE_SHAPE_H

#include "decode/walk.h"

#define WEND_SHAPE_PIECES 48U
#define WEND_SHAPE_PIECE_BYTES 32U
#define WEND_SHAPE_SETS 16U
#define WEND_SHAPE_WAYS 4U
/* How far behind a line the comparison of pieces may read. */
#define WEND_SHAPE_REACH 256U

/* A place in a line: so far behind a quote (or, with the line's quote count, behind its end). */
struct wend_shape_place {
    uint16_t quote;
    int16_t delta;
};

struct wend_shape_piece {
    uint8_t bytes[WEND_SHAPE_PIECE_BYTES]; /* zero behind those that count */
    uint32_t mask;                         /* one bit for each that counts */
    struct wend_shape_place place;
};

/* A string that is wanted: what stands between two quotes. */
struct wend_shape_string {
    uint32_t quote; /* number of the opening one */
    uint32_t node;
};

/* A value that is no string, to be checked. */
struct wend_shape_scalar {
    struct wend_shape_place start;
    struct wend_shape_place end;
    uint32_t node; /* WEND_JSON_NONE: not wanted */
};

struct wend_shape {
    uint32_t quote_count;
    uint32_t lead; /* bytes before the first quote */
    struct wend_shape_place end;
    uint32_t piece_count;
    uint32_t string_count;
    uint32_t scalar_count;
    struct wend_shape_piece pieces[WEND_SHAPE_PIECES];
    /* Behind a last scalar; else empty. Up to 8 bytes also as the last ones of a word, with a mask
     * of those that count. */
    uint32_t tail_len;
    uint64_t tail_word;
    uint64_t tail_mask;
    uint8_t tail[WEND_SHAPE_PIECE_BYTES];
    struct wend_shape_string strings[WEND_WALK_VALUES];
    struct wend_shape_scalar scalars[WEND_WALK_VALUES];
};

struct wend_shapes {
    enum wend_simd level;
    int32_t credit;                                  /* at 0 learning and trying pause */
    uint32_t pause;                                  /* lines until they go on */
    uint8_t order[WEND_SHAPE_SETS][WEND_SHAPE_WAYS]; /* ways, the last used first */
    struct wend_shape shapes[WEND_SHAPE_SETS][WEND_SHAPE_WAYS];
};

void wend__shapes_init(struct wend_shapes *shapes, enum wend_simd level);

/* Whether lines are to be tried and learnt at all; counts a line. */
static inline bool wend__shapes_are_on(struct wend_shapes *shapes) {
    if (shapes->pause == 0) {
        return true;
    }
    shapes->pause--;
    return false;
}

/*
 * True when `line`, behind which WEND_SHAPE_REACH bytes may be read, has a known shape; then
 * the captures of `json` hold its values.
 */
bool wend__shapes_match(struct wend_shapes *shapes, struct wend_json *json,
                        const struct wend_line *line);

/* Keeps the shape of a valid line, where it can be kept. */
void wend__shapes_learn(struct wend_shapes *shapes, const struct wend_line *line,
                        const struct wend_walk_values *values);

/* Whether all pieces but the tail stand in the line; a version for each level. */
bool wend__shape_pieces_portable(const struct wend_shape *shape, const struct wend_line *line);
#if defined(__x86_64__)
bool wend__shape_pieces_avx2(const struct wend_shape *shape, const struct wend_line *line);
bool wend__shape_pieces_avx512(const struct wend_shape *shape, const struct wend_line *line);
#endif

#endif
