/*
 * json.h: one JSON object, written member by member on one line.
 *
 * Commas follow from what stands last in the text: call `begin` for an object, then a member at a
 * time, then add "}".
 *
 * Threads: pure functions.
 */
#ifndef WEND_TOOLS_JSON_H
#define WEND_TOOLS_JSON_H

#include "text.h"

/* "{", behind a comma where another object stands before it. */
void wend__cli_json_begin(struct wend_cli_text *out);
/* The name of a member and its colon. */
void wend__cli_json_key(struct wend_cli_text *out, const char *name);
void wend__cli_json_count(struct wend_cli_text *out, const char *name, uint64_t count);
void wend__cli_json_flag(struct wend_cli_text *out, const char *name, bool flag);
/* `value` NULL: null. */
void wend__cli_json_text(struct wend_cli_text *out, const char *name, const char *value,
                         size_t len);
void wend__cli_json_word(struct wend_cli_text *out, const char *name, const char *value);
/* A list of texts: the lines of `lines`, which may be NULL. */
void wend__cli_json_lines(struct wend_cli_text *out, const char *name, const char *lines);

#endif
