/*
 * run_outcomes.h: journeys that were decided, to a topic, behind the checkpoints that have them.
 *
 *   the writer: rows of journeys --> outbox, a file --> manifest (the commit) --submit--> a queue
 *                                      ^                                                   |
 *   recovery: what no manifest since has left out --submit--------------------------------->
 *                                                                                          |
 *   the sender: reads a file --> topic --> all acknowledged: the next manifest leaves it out
 *
 * So nothing is sent that a recovery could take back, what was not acknowledged is sent again, and
 * who drops journey ids that it has seen has each journey once. In memory is one outbox, and what
 * librdkafka's queue holds; when too much waits on the disk the shards take no messages.
 *
 * Threads: the sender is one of its own. `collect` and `submit` by the writer, or before it is
 * started; `is_full` by any; all else by the thread that called the run.
 */
#ifndef WEND_PIPELINE_RUN_OUTCOMES_H
#define WEND_PIPELINE_RUN_OUTCOMES_H

#include "pipeline/run_shards.h"

/* What may wait on the disk: files, and bytes of them. A file has what one checkpoint of one
 * partition has decided. */
#define WEND_OUTCOMES_FILES_MAX 1000U
#define WEND_OUTCOMES_BYTES_MAX (UINT64_C(1) << 30)

/* Makes `run->shards->outcomes` if a topic is named: connects, and starts the sender.
 * WEND_ERROR_USAGE: no journeys, no bound of lateness, settings; WEND_ERROR_IO: the topic. */
WEND_MUST_CHECK enum wend_status wend__outcomes_open(struct wend_run_state *run,
                                                     struct wend_error *error);
/* Gives up what is under way; it stands in the state. */
void wend__outcomes_close(struct wend_run_state *run);

/* Appends the messages of rows of `journeys`, as they lie in a part, to the job's outbox. */
WEND_MUST_CHECK enum wend_status wend__outcomes_collect(struct wend_run_shard *shard,
                                                        struct wend_bytes rows,
                                                        struct wend_error *error);
/* An outbox that stands in a manifest. Without a topic nothing is done. */
WEND_MUST_CHECK enum wend_status wend__outcomes_submit(struct wend_run_shard *shard,
                                                       const struct wend_checkpoint_outbox *outbox,
                                                       struct wend_error *error);
/* The shard is somebody else's now, who sends what waits. */
void wend__outcomes_forget(struct wend_run_shard *shard);
/* Whether so much waits that no more is to be taken. */
bool wend__outcomes_is_full(const struct wend_run_state *run);
/* Tells what has gone wrong meanwhile. */
void wend__outcomes_tell(const struct wend_run_state *run);
/* Behind the last checkpoints: waits as long as something is taken, and says what is left. */
void wend__outcomes_finish(struct wend_run_state *run);
/* An outbox that cannot be read; behind the ingest phase. */
enum wend_status wend__outcomes_result(const struct wend_run_state *run, struct wend_error *error);

#endif
