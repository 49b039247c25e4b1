/*
 * crew.h: threads that encode the columns of a batch beside the one that fills the next.
 *
 *     filling thread   | fill batch 1 | fill batch 2 | help with 1 | fill batch 3 | ...
 *     crew                            | columns of batch 1 ------- | columns of 2 ...
 *
 * Each column is encoded by one thread from its first row to its last, so that no byte depends on
 * the number of threads. Where a thread cannot be had, the others do its work.
 *
 * Threads: `post` and `finish` by the one that made it.
 */
#ifndef WEND_PARQUET_CREW_H
#define WEND_PARQUET_CREW_H

#include "parquet/row_batch.h"

struct wend_parquet_crew;

/* `helper_count` threads at most, for the columns of `chunks`, which stay the caller's, as does
 * `options`. WEND_ERROR_MEMORY. */
enum wend_status wend__parquet_crew_create(uint32_t helper_count,
                                           const struct wend_parquet_options *options,
                                           struct wend_parquet_chunk_writer *chunks,
                                           struct wend_parquet_crew **crew,
                                           struct wend_error *error);
/* Waits for what is being encoded; the rest of a posted batch is dropped. Accepts NULL. */
void wend__parquet_crew_destroy(struct wend_parquet_crew *crew);

/* Begins with a batch, which nobody else may touch until `finish`. */
void wend__parquet_crew_post(struct wend_parquet_crew *crew, struct wend_parquet_row_batch *batch);
/* Takes part until the posted batch is encoded, and empties it; WEND_OK when there is none. On
 * failure, the first by column, only `destroy` is allowed. */
enum wend_status wend__parquet_crew_finish(struct wend_parquet_crew *crew,
                                           struct wend_parquet_page_tools *tools,
                                           struct wend_error *error);

#endif
