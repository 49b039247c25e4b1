/*
 * timezone_names.h: which zone a wrong name may have meant.
 *
 * Threads: none of its own.
 */
#ifndef WEND_BASE_TIMEZONE_NAMES_H
#define WEND_BASE_TIMEZONE_NAMES_H

#include "base/buffer.h"

/* The whole file into an empty buffer: 0, or an errno value; EFBIG above `most` bytes, EISDIR for
 * what is no plain file. */
int wend__timezone_read_file(const char *path, size_t most, struct wend_buffer *content);

/*
 * Copies the known zone that is nearest to `name` into `nearest` (zero-terminated, at most
 * `nearest_bytes`), comparing without regard to case with whole names ("Europe/Berln") and with
 * their last parts ("Berlin"). False when nothing is near; `directory`: the time zone data.
 */
bool wend__timezone_nearest(const char *directory, struct wend_bytes name, char *nearest,
                            size_t nearest_bytes);

#endif
