/*
 * directory.h: the files of a directory and of all directories in it.
 *
 * Threads: none of its own.
 */
#ifndef WEND_SOURCE_DIRECTORY_H
#define WEND_SOURCE_DIRECTORY_H

#include <sys/stat.h>

#include "base/status.h"

/* Who is told of each entry that is no directory; `status` is of what a link leads to. */
struct wend_directory_visitor {
    enum wend_status (*visit)(void *context, const char *path, const struct stat *status,
                              bool is_link, struct wend_error *error);
    void *context;
};

/* Visits in any order. WEND_ERROR_IO: something cannot be looked at; the visitor's failures. */
WEND_MUST_CHECK enum wend_status wend__directory_walk(const char *path,
                                                      const struct wend_directory_visitor *visitor,
                                                      struct wend_error *error);

#endif
