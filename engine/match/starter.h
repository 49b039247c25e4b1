/*
 * starter.h: definitions from what an input holds.
 *
 * `wend init` writes a commented starter file for people; a run without definitions uses the same
 * inference. The lists of names that are looked for are in README.md beside this file. What is
 * inferred is a definition text, loaded as any other: there is one meaning of definitions.
 *
 * Threads: none of its own.
 */
#ifndef WEND_MATCH_STARTER_H
#define WEND_MATCH_STARTER_H

#include "match/definitions.h"
#include "model/sample.h"

/* Names of the journey templates, NULL-terminated: purchase, lead, engagement, retention, guest. */
extern const char *const wend__starter_templates[];

/*
 * Appends a commented, valid definition file. `template_name` NULL: no stages. WEND_ERROR_EMPTY
 * when no field looks like a time, or none names a customer: the text says which fields there are
 * and what to write; WEND_ERROR_USAGE for an unknown template; WEND_ERROR_MEMORY.
 */
WEND_MUST_CHECK enum wend_status wend__starter_write(const struct wend_sample *sample,
                                                     const char *template_name,
                                                     struct wend_buffer *out,
                                                     struct wend_error *error);

/*
 * The definitions of a run without a definition file: a short definition text into `text`, and what
 * was assumed as lines for people into `assumptions`, each with a newline ("time: field `ts` (epoch
 * milliseconds)"). Errors as above.
 */
WEND_MUST_CHECK enum wend_status wend__definitions_infer(const struct wend_sample *sample,
                                                         struct wend_buffer *text,
                                                         struct wend_buffer *assumptions,
                                                         struct wend_error *error);

#endif
