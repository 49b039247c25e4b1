/*
 * width.h: UTF-8 code points and how many terminal cells they take.
 *
 * By the Unicode 14 tables (General_Category, East_Asian_Width): combining marks take none, wide
 * and fullwidth characters two, all others one. The C library's wcwidth() depends on the locale of
 * the machine; this does not.
 *
 * Threads: pure functions.
 */
#ifndef WEND_TOOLS_WIDTH_H
#define WEND_TOOLS_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEND_CLI_INVALID UINT32_MAX

struct wend_cli_range {
    uint32_t first;
    uint32_t last;
};

/* Sorted, disjoint; see width_table.c. */
extern const struct wend_cli_range wend__cli_zero_width[];
extern const size_t wend__cli_zero_width_count;
extern const struct wend_cli_range wend__cli_double_width[];
extern const size_t wend__cli_double_width_count;

/*
 * Takes one code point off `bytes` (at least 1): returns its length in bytes. An ill-formed part
 * gives WEND_CLI_INVALID and the length of the maximal part that could not become a character.
 */
size_t wend__cli_decode(const uint8_t *bytes, size_t len, uint32_t *point);

/* Control and formatting characters (categories Cc, Cf, Zl, Zp), but for the two zero-width
 * joiners, which scripts need. */
bool wend__cli_is_hidden(uint32_t point);

/* Cells of `len` bytes of UTF-8; an ill-formed part counts one. */
size_t wend__cli_width(const char *text, size_t len);

/* Length in bytes of the longest prefix of at most `columns` cells; `*used` gets its cells. */
size_t wend__cli_prefix(const char *text, size_t len, size_t columns, size_t *used);
/* The same for the longest suffix; it never starts with a combining mark. */
size_t wend__cli_suffix(const char *text, size_t len, size_t columns, size_t *used);

#endif
