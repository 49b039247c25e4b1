/*
 * snapshot_internal.h: a snapshot writer that takes customer ids as they are.
 *
 * Merging copies ids that were made before: `options->customer_ids` is only what the manifest says.
 * Threads: one at a time.
 */
#ifndef WEND_SNAPSHOT_SNAPSHOT_INTERNAL_H
#define WEND_SNAPSHOT_SNAPSHOT_INTERNAL_H

#include "snapshot/snapshot_writer.h"

enum wend_status wend__snapshot_writer_open_copy(const struct wend_snapshot_options *options,
                                                 struct wend_snapshot_writer **writer,
                                                 struct wend_error *error);

#endif
