/*
 * Fewer parts: else a shard that has run for months would have one for each of its checkpoints, and
 * each manifest would name them all.
 *
 *   [ large ][ medium ][ 1 ][ 1 ][ 1 ] + new rows  -->  [ large ][ medium ][ 4 ]
 *
 * Parts at the end of the list are folded into the new one as long as each has no more than twice
 * what stands behind it: so their number grows with the logarithm of what they hold, and a row is
 * written anew as many times at most.
 */
#include "base/memory.h"
#include "pipeline/run_windows.h"

/* Fewer are left as they are, and so is what would take long: compressed bytes. */
enum { MERGE_PARTS_MIN = 8, MERGE_BYTES_MAX = 8 << 20 };

/* A `wend_part_wants`: of windows that are not published. */
static bool is_needed(void *context, int64_t window_us) {
    const struct wend_run_state *run = context;
    return window_us + run->options->ruleset->window_us > wend__run_windows_until(run);
}

/* Parts whose windows are all published need not be carried on. */
static void drop_published(const struct wend_run_state *run, struct wend_checkpoint *head) {
    size_t kept = 0;
    for (size_t i = 0; i < head->part_count; i++) {
        const struct wend_checkpoint_part *part = &head->parts[i];
        if (run->options->ruleset->window_us == 0 ||
            is_needed((void *)(uintptr_t)run, part->last_window_us)) {
            head->parts[kept++] = *part;
        }
    }
    head->part_count = kept;
}

/* How many of the last parts are folded into the new one. */
static size_t count_small(const struct wend_checkpoint *head) {
    uint64_t bytes = 0;
    size_t count = 0;
    while (count < head->part_count) {
        uint64_t more = head->parts[head->part_count - count - 1].ref.bytes;
        if ((count > 0 && more > 2 * bytes) || bytes + more > MERGE_BYTES_MAX) {
            break;
        }
        bytes += more;
        count++;
    }
    return count < MERGE_PARTS_MIN ? 0 : count;
}

static bool is_computed(const struct wend_run_state *run, unsigned table) {
    return (run->plan.tables >> table & 1) != 0;
}

static enum wend_status add_bytes(const struct wend_run_state *run, struct wend_bytes part,
                                  struct wend_runs *const *runs, struct wend_error *error) {
    wend_part_wants *wants = run->options->ruleset->window_us > 0 ? is_needed : NULL;
    for (unsigned table = 0; table < WEND_TABLE_COUNT; table++) {
        if (is_computed(run, table)) {
            WEND_TRY(wend__part_add_to(part, (enum wend_table_id)table, wants,
                                       (void *)(uintptr_t)run, runs[table], error));
        }
    }
    return WEND_OK;
}

static enum wend_status add_part(const struct wend_run_shard *shard,
                                 const struct wend_checkpoint_part *part,
                                 struct wend_runs *const *runs, struct wend_error *error) {
    struct wend_buffer bytes = {0};
    char *path = wend__chain_path(&shard->chain, part->name);
    enum wend_status status = path == NULL ? wend__fail_memory(error)
                                           : wend__checkpoint_read(path, &part->ref, &bytes, error);
    if (status == WEND_OK) {
        status = add_bytes(shard->run, wend__buffer_view(&bytes), runs, error);
    }
    wend__buffer_deinit(&bytes);
    wend__free(path);
    return status;
}

static enum wend_status gather(const struct wend_run_shard *shard, size_t count,
                               struct wend_runs **runs, struct wend_error *error) {
    const struct wend_checkpoint *head = &shard->chain.head;
    for (unsigned table = 0; table < WEND_TABLE_COUNT; table++) {
        if (is_computed(shard->run, table)) {
            WEND_TRY(wend__run_shards_make_runs(shard->run, (enum wend_table_id)table, &runs[table],
                                                error));
        }
    }
    for (size_t i = head->part_count - count; i < head->part_count; i++) {
        WEND_TRY(add_part(shard, &head->parts[i], runs, error));
    }
    return add_bytes(shard->run, wend__buffer_view(&shard->job.rows), runs, error);
}

/* All rows in the place of the job's. */
static enum wend_status merge(struct wend_run_shard *shard, size_t count, struct wend_buffer *rows,
                              struct wend_part_windows *windows, struct wend_error *error) {
    struct wend_runs *runs[WEND_TABLE_COUNT] = {0};
    enum wend_status status = gather(shard, count, runs, error);
    for (unsigned table = 0; table < WEND_TABLE_COUNT; table++) {
        if (status == WEND_OK && runs[table] != NULL) {
            status = wend__runs_finish(runs[table], error);
        }
        if (status == WEND_OK && runs[table] != NULL) {
            bool has_windows = shard->run->options->ruleset->window_us > 0;
            status = wend__part_append(rows, (enum wend_table_id)table, runs[table], has_windows,
                                       windows, error);
        }
        wend__runs_destroy(runs[table]);
    }
    return status;
}

enum wend_status wend__run_shard_merge_parts(struct wend_run_shard *shard,
                                             struct wend_error *error) {
    struct wend_checkpoint_job *job = &shard->job;
    if (job->is_merged) {
        return WEND_OK;
    }
    drop_published(shard->run, &shard->chain.head);
    size_t count = job->rows.len > 0 ? count_small(&shard->chain.head) : 0;
    if (count > 0) {
        struct wend_buffer rows = {0};
        struct wend_part_windows windows = {INT64_MAX, INT64_MIN};
        enum wend_status status = merge(shard, count, &rows, &windows, error);
        if (status != WEND_OK) {
            wend__buffer_deinit(&rows);
        } else {
            wend__buffer_deinit(&job->rows);
            job->rows = rows;
            job->windows = windows;
        }
        if (status == WEND_ERROR_IO) {
            count = 0; /* a damaged one, or no room: the next checkpoint may do it */
        } else if (status != WEND_OK) {
            return status;
        }
    }
    job->replaces = count;
    job->is_merged = true;
    return WEND_OK;
}
