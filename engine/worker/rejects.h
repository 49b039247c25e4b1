/*
 * rejects.h: rejected and late records on their way to the reject file.
 *
 *   key:      position in the run (ds/sortkey.h, int64)
 *   payload:  stream index: 4 | reason: 4 | flaw: 4 | raw bytes
 *
 * They are collected in sorted runs, so that the file has them in input order for any thread count.
 * Threads: none of its own.
 */
#ifndef WEND_WORKER_REJECTS_H
#define WEND_WORKER_REJECTS_H

#include "ds/runs.h"
#include "model/batch.h"

/* Behind the reasons of enum wend_reject. */
#define WEND_REASON_LATE ((uint32_t)WEND_REJECT_COUNT)

struct wend_rejected {
    uint64_t position;
    uint32_t stream_index;
    uint32_t reason;
    uint32_t flaw; /* enum wend_flaw */
    struct wend_bytes raw;
};

/* `scratch`: for the row, cleared. */
WEND_MUST_CHECK enum wend_status wend__rejects_add(struct wend_runs *runs,
                                                   const struct wend_rejected *rejected,
                                                   struct wend_buffer *scratch,
                                                   struct wend_error *error);
/* Takes a row apart; `raw` points into it. False when it is no such row. */
bool wend__rejects_read(struct wend_bytes key, struct wend_bytes payload,
                        struct wend_rejected *rejected);
/* "shape", "time", "customer", "future" or "late". */
const char *wend__reject_name(uint32_t reason);
/* What people are told about a flaw; NULL for none. */
const char *wend__flaw_text(uint32_t flaw);

#endif
