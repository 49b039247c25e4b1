/*
 * near_name.h: "did you mean", for a file that is not there.
 *
 * Threads: none of its own.
 */
#ifndef WEND_SOURCE_NEAR_NAME_H
#define WEND_SOURCE_NEAR_NAME_H

#include "base/buffer.h"

/*
 * Appends the path of what lies in the same directory and is called nearly as the last part of
 * `path` is, zero-terminated; nothing where nothing is near. False without memory.
 */
bool wend__near_name(const char *path, struct wend_buffer *near);

#endif
