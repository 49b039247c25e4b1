/*
 * rowsort.h: sorts rows by key, in the order of wend__bytes_compare, keeping the order of equals.
 *
 * It moves 16-byte items, each with 8 bytes of its key at hand, and looks at the keys themselves
 * only where these 8 bytes are equal. Keys with long common beginnings (scope, window, segments)
 * cost one pass for each 8 shared bytes. No recursion, no worst case beyond the bytes of the keys.
 *
 * Threads: none of its own.
 */
#ifndef WEND_DS_ROWSORT_H
#define WEND_DS_ROWSORT_H

#include "ds/row.h"

struct wend_sort_item {
    uint64_t word; /* the sort's own; need not be set */
    const uint8_t *row;
};

/* Sorts `count` items; `scratch` has room for as many. False without memory (a little is needed
 * for bookkeeping); the items are then all there, in some order. */
bool wend__rowsort(struct wend_sort_item *items, struct wend_sort_item *scratch, size_t count);

#endif
