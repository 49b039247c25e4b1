/* status.h: filling `struct wend_error`, and passing errors up. */
#ifndef WEND_BASE_STATUS_H
#define WEND_BASE_STATUS_H

#include <wend/status.h>

/*
 * Writes status and text into `error` (NULL: nothing is written) and returns `status`, so that a
 * failing function ends with `return wend__fail(error, WEND_ERROR_IO, "cannot open %s: %s", ...)`.
 * The position is cleared. Texts say what happened and the next step; they end without a period.
 */
enum wend_status wend__fail(struct wend_error *error, enum wend_status status, const char *format,
                            ...) __attribute__((format(printf, 3, 4)));

/* The same with a position in a text that the user wrote. */
enum wend_status wend__fail_at(struct wend_error *error, const char *file, uint32_t line,
                               uint32_t column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* "out of memory" in one place; always returns WEND_ERROR_MEMORY. */
enum wend_status wend__fail_memory(struct wend_error *error);

/* Passes a failure of `expression` to the caller. */
#define WEND_TRY(expression)                                                                       \
    do {                                                                                           \
        enum wend_status wend_try_status = (expression);                                           \
        if (wend_try_status != WEND_OK) {                                                          \
            return wend_try_status;                                                                \
        }                                                                                          \
    } while (0)

#endif
