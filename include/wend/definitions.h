/*
 * definitions.h: what an event, a touchpoint, a session and a journey are, for one kind of data.
 *
 * Definitions come from a YAML file (its reference: the file README.md in the folder engine/match
 * of the sources), from a text, or are inferred from what an input holds. They never change once
 * loaded.
 *
 * Threads: a loaded object may be used by any number of threads.
 */
#ifndef WEND_DEFINITIONS_H
#define WEND_DEFINITIONS_H

#include <stddef.h>
#include <wend/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct wend_definitions;

/*
 * Loads the definition file `path`. On failure `*definitions` is NULL, and `error` has file, line
 * and column where there is a position. WEND_ERROR_USAGE: the file is not valid; WEND_ERROR_IO: it
 * cannot be read; WEND_ERROR_MEMORY.
 */
WEND_API WEND_MUST_CHECK enum wend_status
wend_definitions_load_file(const char *path, struct wend_definitions **definitions,
                           struct wend_error *error);

/* The same of a text of `len` bytes; `name` stands for the file in messages. Both are copied. */
WEND_API WEND_MUST_CHECK enum wend_status
wend_definitions_load_text(const char *text, size_t len, const char *name,
                           struct wend_definitions **definitions, struct wend_error *error);

/*
 * Infers definitions from the first records of the input `path` (a file, or the first file of a
 * directory or glob). `format`: NULL or "auto", "ndjson", "csv", "access-log".
 * WEND_ERROR_EMPTY: nothing looks like a time or a customer; WEND_ERROR_USAGE: no known format;
 * WEND_ERROR_IO; WEND_ERROR_MEMORY.
 */
WEND_API WEND_MUST_CHECK enum wend_status
wend_definitions_infer(const char *path, const char *format, struct wend_definitions **definitions,
                       struct wend_error *error);

/* Accepts NULL. Nothing that uses the definitions may be left. */
WEND_API void wend_definitions_destroy(struct wend_definitions *definitions);

/* What is valid but suspicious: lines "FILE:LINE:COLUMN: text", each with a newline; "" for
 * nothing. Owned by the definitions. */
WEND_API const char *wend_definitions_warnings(const struct wend_definitions *definitions);

/* What inference assumed, a line each with a newline; "" for definitions that were loaded. */
WEND_API const char *wend_definitions_assumptions(const struct wend_definitions *definitions);

/* The text that was loaded or inferred (YAML), zero-terminated. */
WEND_API const char *wend_definitions_text(const struct wend_definitions *definitions);

#ifdef __cplusplus
}
#endif
#endif
