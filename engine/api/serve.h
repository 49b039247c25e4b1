/*
 * serve.h: what a server tells of a run; for serve.c and serve_metrics.c only.
 *
 * Threads: those of the server, at any time.
 */
#ifndef WEND_API_SERVE_H
#define WEND_API_SERVE_H

#include "http/metrics_text.h"
#include "model/live.h"

/* Build, events, partitions. `live` NULL: only the build. */
void wend__serve_metrics(const struct wend_live *live, struct wend_metrics_text *text);

#endif
