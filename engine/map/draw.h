/*
 * draw.h: the drawings of a slice, each as SVG without its frame.
 *
 * A drawing fills the given width from (0, 0) and returns its height, both in units of about a
 * pixel; text is 12 units or more. Its colours are classes (assets/colours.css), and its nodes are
 *
 *   <g class="n" data-t="NAME" role="img"><title>what it is, in words</title>...</g>
 *
 * so that a page may add behaviour, and a reader without scripts still sees the words. Equal models
 * give equal bytes. `pen->failed` tells of a lack of memory.
 *
 * Threads: one at a time.
 */
#ifndef WEND_MAP_DRAW_H
#define WEND_MAP_DRAW_H

#include "map/map_model.h"
#include "map/pen.h"

struct wend_drawing {
    struct wend_pen *pen;
    const struct wend_map_model *model;
    const struct wend_map_slice *slice;
    double width;
    double height; /* of the flow: wanted; others: no more than about this, 0: as it comes */
    uint32_t rows; /* of each list or column, at most */
};

double wend__draw_stages(const struct wend_drawing *drawing);
/* `anchor` 0: forwards, 1: backwards. */
double wend__draw_flow(const struct wend_drawing *drawing, unsigned anchor);
double wend__draw_graph(const struct wend_drawing *drawing);
double wend__draw_drops(const struct wend_drawing *drawing);
double wend__draw_ideal(const struct wend_drawing *drawing);
double wend__draw_switches(const struct wend_drawing *drawing);
double wend__draw_times(const struct wend_drawing *drawing);

/* Helpers that all share. */
struct wend_bytes wend__map_name(const struct wend_map_model *model, uint32_t name);
const char *wend__map_units_word(const struct wend_map_slice *slice);
void wend__draw_rect(struct wend_pen *pen, const char *class, double x, double y, double width,
                     double height, double radius);
/* <text class="CLASS" x y>; the caller writes the content and `</text>`. */
void wend__draw_text_begin(struct wend_pen *pen, const char *class, double x, double y);
/* A name that fits. */
void wend__draw_name(const struct wend_drawing *drawing, const char *class, double x, double y,
                     uint32_t name, double width, double size);
/* <g class="n" data-t> with the title of a touchpoint in words; `</g>` is the caller's. */
void wend__draw_point_begin(const struct wend_drawing *drawing, uint32_t name);
/* Abandoned units of a touchpoint, sorted by them; at most `max`. Returns how many. */
size_t wend__map_drops(const struct wend_map_slice *slice, const struct wend_map_sum **drops,
                       size_t max);

#endif
