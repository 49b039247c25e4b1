/*
 * pen.h: writing SVG and HTML: escaped names, numbers as people read them, texts that fit.
 *
 * Names come from strangers. They are escaped for text and for attributes alike; control
 * characters, and those that turn the direction of writing, become U+FFFD. The texts between are
 * well-formed as XML and as HTML.
 *
 * After a failure (no memory) a pen writes nothing more; the caller looks at `failed` at the end.
 * Threads: one at a time.
 */
#ifndef WEND_MAP_PEN_H
#define WEND_MAP_PEN_H

#include "base/buffer.h"

struct wend_pen {
    struct wend_buffer *out;
    bool failed;
};

void wend__pen_put(struct wend_pen *pen, const char *markup);
void wend__pen_format(struct wend_pen *pen, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A number for an attribute: at most one digit behind the point. */
void wend__pen_number(struct wend_pen *pen, double number);
/* `name="12.5"` with a blank in front. */
void wend__pen_attribute(struct wend_pen *pen, const char *name, double number);
/* Escaped; what is longer than `bytes_max` (0: no bound) is cut in the middle. */
void wend__pen_text(struct wend_pen *pen, struct wend_bytes text, size_t bytes_max);
/* The same, cut to what fits into `width` at a font size of `size`, both in units of the drawing.
 */
void wend__pen_fit(struct wend_pen *pen, struct wend_bytes text, double width, double size);
/* About how wide a text is, rather more than less: fonts differ. */
double wend__pen_width(struct wend_bytes text, double size);

/* 12,345 */
void wend__pen_count(struct wend_pen *pen, int64_t count);
/* "45 %", "4.5 %", "0.04 %"; a dash when `of` is 0. */
void wend__pen_share(struct wend_pen *pen, int64_t part, int64_t of);
/* "45 s", "3.4 min", "5.2 h", "2.1 d" */
void wend__pen_seconds(struct wend_pen *pen, double seconds);

#endif
