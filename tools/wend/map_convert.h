/*
 * map_convert.h: SVG to PDF or PNG, by the program rsvg-convert (Debian: librsvg2-bin).
 *
 * Threads: one at a time.
 */
#ifndef WEND_TOOLS_MAP_CONVERT_H
#define WEND_TOOLS_MAP_CONVERT_H

#include "text.h"

#include <wend/status.h>

/* Appends the result. `format`: "pdf" or "png". WEND_ERROR_USAGE: the program is not installed (the
 * text names the package); WEND_ERROR_IO: it failed. */
enum wend_status wend__cli_convert(const char *svg, size_t len, const char *format,
                                   struct wend_cli_text *out,
                                   struct wend_error *error) WEND_MUST_CHECK;

#endif
