/*
 * status.h: what a wend call can answer.
 *
 * A call that can fail returns `enum wend_status` and takes an optional, caller-owned
 * `struct wend_error` that tells a person what happened and what to do next. Programs decide by
 * the status and the fields, never by the text.
 *
 * Bad data in the input is no error: it is counted and skipped. "Empty", "full" and "end" are
 * results, not errors.
 *
 * Threads: a `struct wend_error` belongs to one thread at a time.
 */
#ifndef WEND_STATUS_H
#define WEND_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define WEND_API __attribute__((visibility("default")))
#define WEND_MUST_CHECK __attribute__((warn_unused_result))
#else
#define WEND_API
#define WEND_MUST_CHECK
#endif

/* The values 0 to 4 are the exit codes of the command line. */
enum wend_status {
    WEND_OK = 0,              /* done */
    WEND_ERROR_EMPTY = 1,     /* nothing usable in the input */
    WEND_ERROR_USAGE = 2,     /* wrong argument, option or definition */
    WEND_ERROR_IO = 3,        /* the operating system refused: read, write, open, disk full */
    WEND_ERROR_LIMIT = 4,     /* a stated limit was reached; the text names it and the remedy */
    WEND_ERROR_MEMORY = 5,    /* an allocation failed */
    WEND_ERROR_CANCELLED = 6, /* stopped on request; nothing was published */
};

#define WEND_ERROR_TEXT_BYTES 2048
#define WEND_ERROR_FILE_BYTES 512

/* Filled by the failing call only; zero-initialise it before the first use. */
struct wend_error {
    enum wend_status status;
    bool retryable;                   /* the same call may succeed later without any change */
    uint32_t line;                    /* 1-based line in `file`, 0: none */
    uint32_t column;                  /* 1-based byte column in that line, 0: none */
    char file[WEND_ERROR_FILE_BYTES]; /* what the position refers to, "" where none */
    char text[WEND_ERROR_TEXT_BYTES]; /* one or more lines of UTF-8, no newline at the end */
};

/* Returns a static, lower-case name such as "io" or "limit"; never NULL. */
WEND_API const char *wend_status_name(enum wend_status status);

#ifdef __cplusplus
}
#endif
#endif
