/*
 * edit_distance.h: how far two names are from each other, for "did you mean".
 *
 * Changed, missing, added or swapped neighbouring bytes each count one (optimal string alignment);
 * case does not matter, and a blank is like `_`.
 *
 * Threads: any.
 */
#ifndef WEND_BASE_EDIT_DISTANCE_H
#define WEND_BASE_EDIT_DISTANCE_H

#include "base/bytes.h"

/* Longer ones are far from everything. It is also the longest name that file systems take. */
#define WEND_EDIT_BYTES_MAX 255U

/* SIZE_MAX when one of them is too long. */
size_t wend__edit_distance(struct wend_bytes a, struct wend_bytes b);

#endif
