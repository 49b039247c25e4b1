/*
 * path_order.h: trails in the order of their rows in `paths`, found without their texts.
 *
 * The key of a row is the group's part, then the names of the steps joined by " > ", then an end
 * below all other bytes. So a path is a row of *tokens*: "NAME > " for a step with one behind it,
 * "NAME" and the end for the last one. No token is the beginning of another, for no name holds `>`;
 * hence paths have the order of the ranks of their tokens, and these take one or two bytes where
 * the text takes fifteen.
 *
 *   token 2 * step: followed by another; 2 * step + 1: the last one
 *
 * Threads: one at a time.
 */
#ifndef WEND_TALLY_PATH_ORDER_H
#define WEND_TALLY_PATH_ORDER_H

#include "tally/tally_parts.h"

struct wend_path_order {
    struct wend_buffer texts;  /* of all tokens, as they stand in keys */
    struct wend_bytes *tokens; /* views of `texts`; NONE and CUT stand behind the touchpoints */
    uint32_t *ranks;           /* of the tokens */
    uint32_t point_count;
    uint32_t rank_bytes; /* that a rank takes in `keys` */
    uint32_t *group_ranks;
    struct wend_buffer keys; /* rows (ds/row.h): ranks, and the trail as payload */
    size_t trail_count;
    struct wend_sort_item *items; /* and as many behind them, for sorting */
    size_t forced_bytes;          /* charged to the budget */
};

/* The number among the touchpoints that stands for `step`. */
static inline uint32_t wend__path_order_point(const struct wend_path_order *order, uint32_t step) {
    return step == WEND_POINT_CUT    ? order->point_count + 1
           : step == WEND_POINT_NONE ? order->point_count
                                     : step;
}

/* The steps of a trail as its row shows them: views of the trail, or made in `cut`. A path without
 * steps has WEND_POINT_NONE for one. */
const uint32_t *wend__path_order_steps(const struct wend_tally *tally,
                                       const struct wend_trail *trail,
                                       uint32_t cut[WEND_TRAIL_STEPS], size_t *count);

/* Sorts all trails of the tally. False without memory; `deinit` has to be called in any case. */
bool wend__path_order_make(struct wend_path_order *order, struct wend_tally *tally);
/* Trail number `index` of the order. */
const struct wend_trail *wend__path_order_get(const struct wend_path_order *order, size_t index);
void wend__path_order_deinit(struct wend_path_order *order, struct wend_tally *tally);

#endif
