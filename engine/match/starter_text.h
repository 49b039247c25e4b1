/*
 * starter_text.h: writing texts that hold names from strangers: YAML, and lines for people.
 *
 * A writer remembers that memory ran out, so that only the end has to be checked.
 * Threads: none of its own.
 */
#ifndef WEND_MATCH_STARTER_TEXT_H
#define WEND_MATCH_STARTER_TEXT_H

#include "base/buffer.h"

struct wend_writer {
    struct wend_buffer *out;
    bool no_memory;
};

void wend__write(struct wend_writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * `text` as one YAML scalar on one line: plain where no reader can take it for anything but this
 * text, also inside of [] and {}; else in double quotes with escapes. Invalid UTF-8 becomes U+FFFD.
 */
void wend__write_scalar(struct wend_writer *writer, struct wend_bytes text);
/* The same for a place that takes templates: braces are doubled where one would open a field. */
void wend__write_name(struct wend_writer *writer, struct wend_bytes text);

/* For people: valid UTF-8 on one line, control bytes as `?`, long texts cut with `...`. */
void wend__write_shown(struct wend_writer *writer, struct wend_bytes text);

/* Blanks up to `column`, counted in characters from the last line break; at least two. */
void wend__write_pad(struct wend_writer *writer, size_t column);

#endif
