/*
 * run_publish.h: the windows of a live stream, published to PostgreSQL as they come.
 *
 *   wend__run_windows_publish --rename--> OUTPUT/2025-06-15T15-00-00Z --wake--> a thread --> tables
 *
 * The thread looks into the directory and adds what the tables do not hold yet, so that nothing is
 * to be remembered: what was missed while the server, or wend, was away is published by the next
 * look. It has no part in the run: whatever fails there is told, and tried again after a pause.
 *
 * Threads: one of its own; all calls come from the one that called the run.
 */
#ifndef WEND_PIPELINE_RUN_PUBLISH_H
#define WEND_PIPELINE_RUN_PUBLISH_H

#include "pipeline/run_shards.h"

/* Begins, where the options say so, with a look at once. WEND_ERROR_USAGE: the connection string or
 * the schema cannot be used. */
WEND_MUST_CHECK enum wend_status wend__run_publish_start(struct wend_run_state *run,
                                                         struct wend_error *error);
/* There is a new window. */
void wend__run_publish_wake(const struct wend_run_state *run);
/* Passes what the thread has to say on to the one that called. */
void wend__run_publish_tell(const struct wend_run_state *run);
/* Breaks off what is under way, which the server takes back, and joins the thread. */
void wend__run_publish_stop(struct wend_run_state *run);

#endif
