/*
 * snapshot_files.h: what verifying and merging need of an open snapshot beside its public side.
 *
 * Threads: one at a time.
 */
#ifndef WEND_SNAPSHOT_SNAPSHOT_FILES_H
#define WEND_SNAPSHOT_SNAPSHOT_FILES_H

#include "snapshot/snapshot_reader.h"
#include "snapshot/staging.h"

/* The path of a file of the snapshot; the caller frees it. NULL without memory. */
char *wend__snapshot_file_path(const struct wend_snapshot *snapshot, const char *name);
const char *wend__snapshot_directory(const struct wend_snapshot *snapshot);
struct wend_hash128 wend__snapshot_id(const struct wend_snapshot *snapshot);

#endif
