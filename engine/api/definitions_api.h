/*
 * definitions_api.h: what is behind `struct wend_definitions`.
 *
 * Threads: constant once made.
 */
#ifndef WEND_API_DEFINITIONS_API_H
#define WEND_API_DEFINITIONS_API_H

#include "pipeline/look.h"

#include <wend/definitions.h>

struct wend_definitions {
    struct wend_ruleset *ruleset;
    struct wend_warnings warnings;  /* text ends with a zero byte that is not counted */
    struct wend_buffer assumptions; /* the same */
    struct wend_buffer text;        /* the same */
    bool detects_format; /* inferred without a preset: each input's format is found out by itself */
};

/* wend_definitions_infer with the options of the source, and the stream that was looked at, if
 * wanted (wend__look_at). */
WEND_MUST_CHECK enum wend_status
wend__definitions_infer_input(const char *path, const char *format,
                              const struct wend_source_options *options,
                              struct wend_opened_stream *opened,
                              struct wend_definitions **definitions, struct wend_error *error);

#endif
