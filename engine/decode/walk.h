/*
 * walk.h: the second stage of the fast path: one line by the places of its quotes.
 *
 * The walker checks the grammar between the strings, which the index (index.h) has checked inside,
 * and captures the wanted values as the parser does (json.h). It may only say yes: whatever it does
 * not know is the parser's.
 * Threads: one at a time.
 */
#ifndef WEND_DECODE_WALK_H
#define WEND_DECODE_WALK_H

#include "decode/index.h"
#include "decode/json.h"

#define WEND_WALK_VALUES 48U

/* Where a value stands in a line, for learning a shape. */
struct wend_walk_value {
    uint32_t start; /* counted from the line's; of a string behind its quote */
    uint32_t end;
    uint32_t quote; /* number of the opening quote; of other values that of the next quote */
    bool is_string;
    uint32_t node; /* WEND_JSON_NONE: not wanted, or a later key has taken its place */
};

struct wend_walk_values {
    uint32_t count; /* above WEND_WALK_VALUES: there are more than are kept */
    struct wend_walk_value values[WEND_WALK_VALUES];
};

/*
 * True: the line, which must not be marked BAD and have an even number of quotes, is one valid
 * object, and the captures hold its values. `values` NULL: nothing is
 * to be learnt. The tree of `json` must be without selectors.
 */
bool wend__walk_line(struct wend_json *json, const struct wend_line *line,
                     struct wend_walk_values *values);

#endif
