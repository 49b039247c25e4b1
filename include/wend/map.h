/*
 * map.h: the journey map of a snapshot, as a page or a poster.
 *
 * The page is one HTML file that needs no network: all views, each as drawings and tables, with a
 * small script to choose among them; it can be read without scripts, too. The poster is SVG. The
 * same snapshot and options give the same bytes.
 *
 * Threads: one call at a time for each snapshot.
 */
#ifndef WEND_MAP_H
#define WEND_MAP_H

#include <stddef.h>
#include <wend/snapshot.h>
#include <wend/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero-initialise; what is 0 or NULL has its default. */
struct wend_map_settings {
    uint32_t steps;      /* step columns of the flow, 2 to 20; default 6 */
    uint32_t top;        /* touchpoints a column and rows a list, 2 to 40; default 8 */
    const char *ideal;   /* "A > B > C", at most 12 steps; default: the commonest path that
                            converts */
    const char *scope;   /* only this one; default: all, on a poster the first journey */
    const char *segment; /* the segment field whose values make views; default: the first */
    const char *paper;   /* of a poster: "A0" to "A4"; default "A2" */
    const char *tag; /* of a page that is served: letters and digits that tell these numbers from
                        others. It asks where it came from (If-None-Match) for newer ones, and
                        shows them in its place. Default: the page asks nothing of any network */
};

/*
 * Makes a text of `*len` bytes (and a zero behind them), to be freed with
 * wend_map_free. The page takes at most 24 views, and as many as fit into 1 MB; it says how many it
 * left out. WEND_ERROR_USAGE: an unknown scope, segment field, touchpoint or paper, a number out of
 * bounds, a snapshot without a table that maps need; WEND_ERROR_EMPTY: it has no unit;
 * WEND_ERROR_IO: it is damaged; WEND_ERROR_MEMORY.
 */
WEND_API WEND_MUST_CHECK enum wend_status wend_map_page(const struct wend_snapshot *snapshot,
                                                        const struct wend_map_settings *settings,
                                                        char **text, size_t *len,
                                                        struct wend_error *error);
WEND_API WEND_MUST_CHECK enum wend_status wend_map_poster(const struct wend_snapshot *snapshot,
                                                          const struct wend_map_settings *settings,
                                                          char **text, size_t *len,
                                                          struct wend_error *error);
/* Accepts NULL. */
WEND_API void wend_map_free(char *text);

#ifdef __cplusplus
}
#endif
#endif
