/*
 * window_folders.h: the folders in which a stream publishes its windows, each a snapshot.
 *
 *   OUTPUT/2025-06-15T15-00-00Z     the window that starts at that second, in UTC
 *
 * Threads: none of its own.
 */
#ifndef WEND_SNAPSHOT_WINDOW_FOLDERS_H
#define WEND_SNAPSHOT_WINDOW_FOLDERS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEND_WINDOW_NAME_BYTES 21U /* with the zero behind it */

/* The name of a window that starts at a whole second. False: no calendar has that year. */
bool wend__window_name(int64_t window_us, char name[WEND_WINDOW_NAME_BYTES]);
/* Whether `name` is one, and of which window. */
bool wend__window_parse(const char *name, int64_t *window_us);

struct wend_window_folders {
    int64_t *windows_us; /* in ascending order; to be freed with wend__free */
    size_t count;
};

/* The windows in a directory, without a look into them. WEND_ERROR_USAGE: there is no such
 * directory; WEND_ERROR_IO: it cannot be read. */
WEND_MUST_CHECK enum wend_status wend__window_folders(const char *directory,
                                                      struct wend_window_folders *folders,
                                                      struct wend_error *error);

#endif
