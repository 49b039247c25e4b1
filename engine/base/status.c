#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

static void fill(struct wend_error *error, enum wend_status status, const char *format,
                 va_list arguments) {
    error->status = status;
    error->retryable = false;
    error->line = 0;
    error->column = 0;
    error->file[0] = '\0';
    (void)vsnprintf(error->text, sizeof error->text, format, arguments);
}

enum wend_status wend__fail(struct wend_error *error, enum wend_status status, const char *format,
                            ...) {
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        fill(error, status, format, arguments);
        va_end(arguments);
    }
    return status;
}

enum wend_status wend__fail_at(struct wend_error *error, const char *file, uint32_t line,
                               uint32_t column, const char *format, ...) {
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        fill(error, WEND_ERROR_USAGE, format, arguments);
        va_end(arguments);
        error->line = line;
        error->column = column;
        (void)snprintf(error->file, sizeof error->file, "%s", file == NULL ? "" : file);
    }
    return WEND_ERROR_USAGE;
}

enum wend_status wend__fail_memory(struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_MEMORY,
                      "out of memory; close other programs or give a lower --memory");
}

const char *wend_status_name(enum wend_status status) {
    switch (status) {
    case WEND_OK:
        return "ok";
    case WEND_ERROR_EMPTY:
        return "empty";
    case WEND_ERROR_USAGE:
        return "usage";
    case WEND_ERROR_IO:
        return "io";
    case WEND_ERROR_LIMIT:
        return "limit";
    case WEND_ERROR_MEMORY:
        return "memory";
    case WEND_ERROR_CANCELLED:
        return "cancelled";
    }
    return "unknown";
}
