/*
 * nearest.h: "did you mean": the known name that is nearest to a wrong one, and names in messages.
 *
 * Distance counts changed, missing, added and swapped neighbouring letters, without regard to the
 * case of ASCII letters. A quarter of the letters may be wrong, at least one, more than two letters
 * are needed for two.
 * Threads: none of its own.
 */
#ifndef WEND_MATCH_NEAREST_H
#define WEND_MATCH_NEAREST_H

#include "base/bytes.h"

enum { WEND_SHOWN_BYTES = 72, WEND_HINT_BYTES = 104 };

/* A text fit for a message: cut short where it is long, control characters as `?`. */
struct wend_shown {
    char text[WEND_SHOWN_BYTES];
};

struct wend_shown wend__shown(struct wend_bytes text);

struct wend_nearest {
    struct wend_bytes name;
    struct wend_bytes best; /* absent: nothing near so far; borrowed from what was offered */
    size_t distance;        /* of the best; before, the first that is too far */
};

/* A search for what `name` (borrowed) may have meant. */
struct wend_nearest wend__nearest_to(struct wend_bytes name);
void wend__nearest_offer(struct wend_nearest *nearest, struct wend_bytes candidate);

/* "; did you mean `X`?", or "" when nothing is near. */
struct wend_hint {
    char text[WEND_HINT_BYTES];
};

struct wend_hint wend__nearest_hint(const struct wend_nearest *nearest);
/* The same for a NULL-terminated list of names. */
struct wend_hint wend__nearest_of(struct wend_bytes name, const char *const *candidates);

#endif
