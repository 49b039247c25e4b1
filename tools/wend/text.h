/*
 * text.h: growable text, and how a stranger's bytes become safe to show.
 *
 * Names, paths and URLs come from strangers: an escape sequence in one could rewrite the terminal
 * or hide a line. Everything that a person may read goes through `wend__cli_text_add_visible`.
 *
 * Running out of memory ends the program (exit code 4): a command line has nothing better to do.
 *
 * Terms: *visible* = without control characters, formatting characters and invalid UTF-8; they are
 * shown as `\n`, `\x1b`, `\u202e` or U+FFFD. *Columns* = cells of a terminal.
 *
 * Threads: one at a time.
 */
#ifndef WEND_TOOLS_TEXT_H
#define WEND_TOOLS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise to start. `data` is NULL while empty, else zero-terminated. */
struct wend_cli_text {
    char *data;
    size_t len;
    size_t capacity;
};

/* Heap memory that is always there: on failure the program ends. */
void *wend__cli_alloc(size_t size);
void *wend__cli_realloc(void *block, size_t size);

void wend__cli_text_deinit(struct wend_cli_text *text);
void wend__cli_text_clear(struct wend_cli_text *text);
void wend__cli_text_add(struct wend_cli_text *text, const char *added);
void wend__cli_text_add_bytes(struct wend_cli_text *text, const void *bytes, size_t len);
void wend__cli_text_add_repeated(struct wend_cli_text *text, char byte, size_t count);
void wend__cli_text_add_format(struct wend_cli_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The content as a C string; "" when empty. Valid until the next change. */
const char *wend__cli_text_string(const struct wend_cli_text *text);

/* Appends `bytes` made visible. With `keep_newlines` a line feed stays one. */
void wend__cli_text_add_visible(struct wend_cli_text *text, const void *bytes, size_t len,
                                bool keep_newlines);

/*
 * Appends `count` with a comma between each three digits: 1,234,567. `digits` is a decimal integer
 * as text, of any length, with or without a sign; anything else is appended as it is.
 */
void wend__cli_text_add_grouped(struct wend_cli_text *text, const char *digits, size_t len);
void wend__cli_text_add_count(struct wend_cli_text *text, uint64_t count);
/* "1.5 MB": powers of 1000, three significant digits. */
void wend__cli_text_add_size(struct wend_cli_text *text, uint64_t bytes);

/*
 * Appends paragraphs wrapped at `width` columns, each line indented by `indent` blanks. A blank
 * line separates paragraphs; a line that starts with two blanks is kept as it is.
 */
void wend__cli_text_add_wrapped(struct wend_cli_text *text, const char *paragraphs, size_t indent,
                                size_t width);

#endif
