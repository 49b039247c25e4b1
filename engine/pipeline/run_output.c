/* What leaves a run: tables, top lists, the snapshot. */
#include "base/memory.h"
#include "ds/sortkey.h"
#include "pipeline/look.h"
#include "pipeline/path_units.h"
#include "pipeline/row_merge.h"
#include "pipeline/run_windows.h"

#include <stdio.h>

static bool wants(uint32_t tables, unsigned table) {
    return (tables >> table & 1) != 0;
}

void wend__run_snapshot_options(const struct wend_run_state *run, const char *directory,
                                struct wend_bytes *segments,
                                struct wend_snapshot_options *options) {
    const struct wend_ruleset *ruleset = run->options->ruleset;
    for (uint32_t i = 0; i < ruleset->segment_count; i++) {
        segments[i] = ruleset->segments[i].name;
    }
    *options = (struct wend_snapshot_options){
        .directory = directory,
        .customer_ids = run->options->customer_ids,
        .key = run->options->key,
        .segments = segments,
        .segment_count = ruleset->segment_count,
        .scopes = run->result->scopes,
        .scope_count = run->result->scope_count,
        .threads = run->worker_count,
    };
}

enum wend_status wend__run_count_units(const struct wend_run_state *run, struct wend_bytes key,
                                       struct wend_bytes payload, struct wend_counters *counters,
                                       struct wend_error *error) {
    struct wend_buffer scope = {0};
    struct wend_payload counts;
    bool is_read = wend__sortkey_read_text(&key, &scope) == WEND_SORTKEY_OK &&
                   wend__payload_read(payload, &wend__schemas[WEND_TABLE_PATHS].shape, &counts);
    uint32_t index = 0;
    while (is_read && index < run->result->scope_count &&
           !wend__bytes_equal(run->result->scopes[index], wend__buffer_view(&scope))) {
        index++;
    }
    wend__buffer_deinit(&scope);
    if (!is_read || index == run->result->scope_count) {
        return wend__fail(error, WEND_ERROR_IO, "a counted row is damaged");
    }
    counters->units[index][WEND_OUTCOME_CONVERTED] += counts.counts[1];
    counters->units[index][WEND_OUTCOME_ABANDONED] += counts.counts[2];
    counters->units[index][WEND_OUTCOME_OPEN] += counts.counts[3];
    counters->sessions += index == WEND_SCOPE_SESSION ? counts.counts[0] : 0;
    return WEND_OK;
}

enum wend_status wend__run_open_output(struct wend_run_state *run, struct wend_error *error) {
    const struct wend_run_options *options = run->options;
    struct wend_run_result *result = run->result;
    const struct wend_ruleset *ruleset = options->ruleset;
    if (options->kafka != NULL && options->kafka->is_live) {
        return WEND_OK; /* windows are written one by one */
    }
    if (options->top > 0) {
        struct wend_top_lists_options lists = {
            .scopes = result->scopes,
            .scope_count = result->scope_count,
            .segment_count = ruleset->segment_count,
            .has_windows = ruleset->window_us != 0,
            .limit = options->top,
            .budget = &run->budget,
            .directory = run->directory,
            .seed = wend__secret_seed(),
        };
        WEND_TRY(wend__top_lists_create(&lists, &result->lists, error));
    }
    if (options->output == NULL) {
        return WEND_OK;
    }
    struct wend_bytes segments[WEND_MAX_SEGMENTS];
    struct wend_snapshot_options snapshot;
    wend__run_snapshot_options(run, options->output, segments, &snapshot);
    snapshot.replaces = options->replaces;
    return wend__snapshot_writer_open(&snapshot, &run->writer, error);
}

static enum wend_status write_rows(struct wend_run_state *run, enum wend_table_id table,
                                   struct wend_row_merge *merge, bool writes, bool lists,
                                   struct wend_path_units *units, struct wend_error *error) {
    uint32_t tick = 0;
    /* Units that windows hold already are not in these tables. */
    bool recounts = table == WEND_TABLE_PATHS && run->shards != NULL && wend__run_windows_any(run);
    if (recounts) {
        memset(run->result->counters.units, 0, sizeof run->result->counters.units);
        run->result->counters.sessions = 0;
    }
    for (;;) {
        struct wend_bytes key;
        struct wend_bytes payload;
        WEND_TRY(wend__row_merge_next(merge, &key, &payload, error));
        if (key.data == NULL) {
            return table == WEND_TABLE_PATHS
                       ? wend__path_units_check(units, &run->result->counters, error)
                       : WEND_OK;
        }
        if (table == WEND_TABLE_PATHS) {
            WEND_TRY(wend__path_units_add(units, key, payload, error));
        }
        if (writes) {
            WEND_TRY(wend__snapshot_writer_row(run->writer, key, payload, error));
        }
        if (recounts) {
            WEND_TRY(wend__run_count_units(run, key, payload, &run->result->counters, error));
        }
        if (lists) {
            WEND_TRY(wend__top_lists_add(run->result->lists, table, key, payload, error));
        }
        if ((++tick & 0x3fff) == 0) {
            WEND_TRY(wend__run_check_stop(run, error));
        }
    }
}

/* A unit's value that has no room is no reason to stop, but one to say so. */
static enum wend_status note_lost_values(struct wend_run_state *run, enum wend_table_id table,
                                         struct wend_error *error) {
    uint64_t count = wend__snapshot_writer_lost_values(run->writer);
    if (count == 0) {
        return WEND_OK;
    }
    char text[200];
    const char *name = wend__schemas[table].name;
    int len =
        snprintf(text, sizeof text,
                 "table %s: in %llu row%s the value has more than 14 digits before the point, "
                 "and is null; check the field that `value` is read from",
                 name, (unsigned long long)count, count == 1 ? "" : "s");
    struct wend_run_result *result = run->result;
    const uint8_t *copy = wend__arena_copy(&result->arena, text, (size_t)len + 1);
    if (copy == NULL) {
        return wend__fail_memory(error);
    }
    result->notes[result->note_count++] = (const char *)copy;
    return WEND_OK;
}

static enum wend_status write_table(struct wend_run_state *run, enum wend_table_id table,
                                    struct wend_error *error) {
    bool is_listed = table == WEND_TABLE_PATHS || table == WEND_TABLE_ABANDONMENT;
    bool lists = is_listed && run->result->lists != NULL;
    bool writes = run->writer != NULL && wants(run->options->tables, table);
    if (!lists && !writes) {
        return WEND_OK;
    }
    struct wend_runs *runs[WEND_MAX_THREADS];
    uint32_t count = run->worker_count;
    struct wend_runs *gathered = NULL; /* of all shards */
    if (run->shards != NULL) {
        WEND_TRY(wend__run_shards_rows(run, table, &gathered, error));
        runs[0] = gathered;
        count = 1;
    }
    for (uint32_t i = 0; run->shards == NULL && i < count; i++) {
        runs[i] = wend__worker_rows(run->workers[i], table);
    }
    bool is_aggregate = table < WEND_AGGREGATE_COUNT;
    struct wend_row_merge merge = {0};
    enum wend_status status =
        wend__row_merge_open(&merge, runs, count, is_aggregate ? wend__payload_combine : NULL,
                             (void *)&wend__schemas[table].shape, error);
    if (status == WEND_OK && writes) {
        status = wend__snapshot_writer_begin(run->writer, table, error);
    }
    if (status == WEND_OK) {
        struct wend_path_units units = {.scopes = run->result->scopes,
                                        .scope_count = run->result->scope_count};
        status = write_rows(run, table, &merge, writes, lists, &units, error);
        wend__path_units_deinit(&units);
    }
    if (status == WEND_OK && writes) {
        status = wend__snapshot_writer_end(run->writer, error);
    }
    if (status == WEND_OK && writes) {
        status = note_lost_values(run, table, error);
    }
    if (status == WEND_OK && lists) {
        status = wend__top_lists_end(run->result->lists, table, error);
    }
    wend__row_merge_deinit(&merge);
    wend__runs_destroy(gathered);
    return status;
}

enum wend_status wend__run_write_tables(struct wend_run_state *run, struct wend_error *error) {
    run->phase = WEND_RUN_WRITE;
    for (unsigned table = 0; table < WEND_TABLE_COUNT; table++) {
        run->written_tables = table;
        WEND_TRY(wend__run_check_stop(run, error));
        WEND_TRY(write_table(run, (enum wend_table_id)table, error));
    }
    return wend__run_check_stop(run, error);
}

enum wend_status wend__run_publish(struct wend_run_state *run, struct wend_error *error) {
    const struct wend_run_result *result = run->result;
    const struct wend_ruleset *ruleset = run->options->ruleset;
    if (run->writer == NULL) {
        return WEND_OK;
    }
    struct wend_manifest_input *inputs =
        wend__alloc_zeroed(result->input_count + 1, sizeof *inputs);
    char *name = wend__copy_text(ruleset->source_name.data, ruleset->source_name.len);
    if (inputs == NULL || name == NULL) {
        wend__free(inputs);
        wend__free(name);
        return wend__fail_memory(error);
    }
    for (size_t i = 0; i < result->input_count; i++) {
        const struct wend_run_input *input = &result->inputs[i];
        inputs[i] = (struct wend_manifest_input){
            .name = input->name,
            .format = input->format,
            .wrapper = input->wrapper,
            .bytes = input->bytes,
            .trouble = input->trouble,
            .has_offsets = input->has_offsets,
            .begin_offset = input->begin_offset,
            .end_offset = input->end_offset,
            .tombstones = input->tombstones,
            .null_keys = input->null_keys,
        };
    }
    struct wend_manifest manifest = {
        .definitions_hash = ruleset->source_hash,
        .definitions_name = name,
        .inputs = inputs,
        .input_count = result->input_count,
        .now_us = run->now_us,
        .has_watermark = run->has_watermark,
        .watermark_us = run->watermark_us,
        .lateness_us = result->lateness_us,
        .window_us = ruleset->window_us,
        .close_all = run->options->close_all,
        .counters = result->counters,
    };
    enum wend_status status = wend__snapshot_writer_publish(run->writer, &manifest, error);
    wend__free(inputs);
    wend__free(name);
    return status;
}
