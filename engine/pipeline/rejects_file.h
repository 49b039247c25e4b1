/*
 * rejects_file.h: the rejected and late records of a run as a file, one JSON object a line.
 *
 *   {"input":"a.ndjson","offset":1234,"reason":"time","record":"..."}
 *   {"topic":"clicks","partition":3,"offset":56,"reason":"time","record":"..."}
 *
 * A flaw of the shape that has a name stands as "detail" behind the reason. `offset` is that of the
 * record's first byte in the uncompressed input, or that of the message. A record that is no valid
 * UTF-8 stands as "record_base64" instead. A record above max_record is there with its first bytes.
 *
 * Threads: one at a time.
 */
#ifndef WEND_PIPELINE_REJECTS_FILE_H
#define WEND_PIPELINE_REJECTS_FILE_H

#include "ds/runs.h"
#include "source/source.h"
#include "worker/stream_state.h"

/* Zero-initialise to start. */
struct wend_rejects_file {
    const char *path; /* borrowed */
    char *temporary;  /* beside it, complete, until it is published; NULL: none */
};

/*
 * Writes all rows (worker/rejects.h) of the workers' finished runs, of `streams`, beside `path`, or
 * to `path` itself when it is something else than a file (a pipe, a terminal); then `watch` is
 * asked while that takes no bytes. WEND_ERROR_IO, WEND_ERROR_MEMORY, WEND_ERROR_CANCELLED.
 */
WEND_MUST_CHECK enum wend_status
wend__rejects_file_write(struct wend_rejects_file *file, const char *path,
                         struct wend_runs *const *runs, uint32_t run_count,
                         struct wend_stream_state *const *streams,
                         const struct wend_source_watch *watch, struct wend_error *error);
/* Renames what was written into its place. Nothing to do is fine. */
WEND_MUST_CHECK enum wend_status wend__rejects_file_publish(struct wend_rejects_file *file,
                                                            struct wend_error *error);
/* Removes what was not published. */
void wend__rejects_file_deinit(struct wend_rejects_file *file);

#endif
