/*
 * hidden.h: names of what is made beside its place, and renamed into it once it is whole.
 *
 *   PARENT/NAME                         the place
 *   PARENT/.NAME<mark><pid>-<random>    what is being made
 *
 * What a killed run leaves is found by its pid, which no longer runs.
 *
 * Threads: safe from any thread.
 */
#ifndef WEND_BASE_HIDDEN_H
#define WEND_BASE_HIDDEN_H

#include "base/bytes.h"

#define WEND_HIDDEN_TEMPORARY ".wend-tmp-"
#define WEND_HIDDEN_OLD ".wend-old-"

/* A path that no other call gives. NULL without memory; wend__free it. */
char *wend__hidden_path(const char *parent, const char *name, const char *mark);
/* Whether the directory entry `entry` is such a name, of a process that no longer runs. */
bool wend__hidden_is_leftover(const char *entry, const char *name, const char *mark);
/* Removes the files of killed runs for this place; best effort: what stays hinders nobody. */
void wend__hidden_clear_files(const char *parent, const char *name);

#endif
