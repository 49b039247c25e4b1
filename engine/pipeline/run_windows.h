/*
 * run_windows.h: windows of a live stream, published once every shard has passed them.
 *
 *   parts of all shards (in the state) --rows of one window--> OUTPUT/2025-06-15T15-00-00Z
 *
 * A window is a snapshot of its own: there whole or not at all, and nobody writes it again. Of
 * several processes the one with the first partition publishes; should two do so, the rename lets
 * one win, and both have the same rows. `STATE/published` tells how far it is, and where to: so the
 * rows of a window are counted either there or, by a run up to the end, with what is still open.
 *
 * Threads: the one that called the run; the writer reads `wend__run_windows_until`.
 */
#ifndef WEND_PIPELINE_RUN_WINDOWS_H
#define WEND_PIPELINE_RUN_WINDOWS_H

#include "pipeline/run_shards.h"

/* Reads what was published before; live: notes where to. WEND_ERROR_USAGE: the state publishes to
 * another place. */
WEND_MUST_CHECK enum wend_status wend__run_windows_open(struct wend_run_state *run,
                                                        struct wend_error *error);
void wend__run_windows_close(struct wend_run_state *run);
/* Whether the rows of this window have been published. */
bool wend__run_windows_has(const struct wend_run_state *run, int64_t window_us);
/* Whether any window has been. */
bool wend__run_windows_any(const struct wend_run_state *run);
/* Windows that end at or before this are published, and their rows needed no more. */
int64_t wend__run_windows_until(const struct wend_run_state *run);
/* Publishes the next window that is complete, if there is one. */
WEND_MUST_CHECK enum wend_status wend__run_windows_publish(struct wend_run_state *run,
                                                           struct wend_error *error);

#endif
