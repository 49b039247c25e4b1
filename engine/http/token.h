/*
 * token.h: the secret that a client shows.
 *
 * Threads: any for a token that was loaded.
 */
#ifndef WEND_HTTP_TOKEN_H
#define WEND_HTTP_TOKEN_H

#include "base/status.h"

#include <stddef.h>

#define WEND_TOKEN_BYTES_MIN 16U
#define WEND_TOKEN_BYTES_MAX 1024U

struct wend_token {
    size_t len; /* 0: none */
    char text[WEND_TOKEN_BYTES_MAX + 1];
};

/*
 * Loads what `reference` names: `@FILE` (line ends behind it are none of it) or `$NAME`. A token
 * itself is refused: everybody on the machine sees the arguments of a process. WEND_ERROR_USAGE:
 * no reference, not set, shorter than WEND_TOKEN_BYTES_MIN, or of other than visible ASCII;
 * WEND_ERROR_IO. No text of an error contains it.
 */
WEND_MUST_CHECK enum wend_status wend__token_load(const char *reference, struct wend_token *token,
                                                  struct wend_error *error);
/* Overwrites it. */
void wend__token_wipe(struct wend_token *token);
/* Whether the value of an Authorization header shows it ("Bearer TOKEN"). The time that this takes
 * depends on the lengths only. `header` NULL: there was none. */
bool wend__token_fits(const struct wend_token *token, const char *header);

#endif
