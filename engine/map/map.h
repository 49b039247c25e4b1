/*
 * map.h: the journey map of a snapshot, as a page (HTML) or a poster (SVG).
 *
 * The same snapshot and options give the same bytes. All names of the snapshot come from strangers
 * and are escaped; the page asks nothing of any network.
 *
 * Threads: one at a time for each snapshot.
 */
#ifndef WEND_MAP_MAP_H
#define WEND_MAP_MAP_H

#include "base/buffer.h"
#include "snapshot/snapshot_reader.h"

#define WEND_MAP_STEPS 6U
#define WEND_MAP_STEPS_MIN 2U
#define WEND_MAP_STEPS_MAX 20U
#define WEND_MAP_TOP 8U
#define WEND_MAP_TOP_MIN 2U
#define WEND_MAP_TOP_MAX 40U
#define WEND_MAP_IDEAL_MAX 12U /* steps of an ideal journey */
/* A view is a scope, a direction and a segment value. Forwards and backwards share all drawings
 * but one, so that half as many slices (scope and value) make the views. */
#define WEND_MAP_SLICES_MAX 12U
/* The page takes no further slice once it is this long. */
#define WEND_MAP_PAGE_BYTES 1000000U

struct wend_map_options {
    uint32_t steps;            /* step columns of the flow; 0: WEND_MAP_STEPS */
    uint32_t top;              /* touchpoints a column, rows a list; 0: WEND_MAP_TOP */
    struct wend_bytes ideal;   /* "A > B > C"; absent: the commonest path that converts */
    struct wend_bytes scope;   /* only this one; absent: all (poster: the first journey) */
    struct wend_bytes segment; /* whose values make views; absent: the first segment field */
    const char *paper;         /* poster: "A0" to "A4"; NULL: "A2" */
    struct wend_bytes tag; /* page that is served: it asks for one with another tag; or absent */
};

/* WEND_ERROR_USAGE: an unknown scope, segment or touchpoint of `ideal`, a number out of bounds, or
 * a snapshot without a table that the map needs; WEND_ERROR_EMPTY: it has no unit; WEND_ERROR_IO;
 * WEND_ERROR_MEMORY. The text is appended; after a failure `out` may hold a part of it. */
WEND_MUST_CHECK enum wend_status wend__map_page(const struct wend_snapshot *snapshot,
                                                const struct wend_map_options *options,
                                                struct wend_buffer *out, struct wend_error *error);
WEND_MUST_CHECK enum wend_status wend__map_poster(const struct wend_snapshot *snapshot,
                                                  const struct wend_map_options *options,
                                                  struct wend_buffer *out,
                                                  struct wend_error *error);

#endif
