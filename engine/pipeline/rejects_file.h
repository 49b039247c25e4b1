/*
 * rejects_file.h: the rejected and late records of a run as a file, one JSON object a line.
 *
 *   {"input":"a.ndjson","offset":1234,"reason":"time","record":"..."}
 *
 * `offset` is that of the record's first byte in the uncompressed input. A record that is no valid
 * UTF-8 stands as "record_base64" instead. A record above max_record is there with its first bytes.
 *
 * Threads: one at a time.
 */
#ifndef WEND_PIPELINE_REJECTS_FILE_H
#define WEND_PIPELINE_REJECTS_FILE_H

#include "ds/runs.h"
#include "worker/block_reader.h"

/*
 * Writes all rows (worker/rejects.h) of the workers' finished runs to `path`: beside it first, then
 * renamed, unless it is something else than a file (a pipe, a terminal). WEND_ERROR_IO,
 * WEND_ERROR_MEMORY.
 */
WEND_MUST_CHECK enum wend_status
wend__rejects_file_write(const char *path, struct wend_runs *const *runs, uint32_t run_count,
                         const struct wend_block_reader *reader, struct wend_error *error);

#endif
