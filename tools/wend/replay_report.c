#include "replay_report.h"

#include "value.h"

#include <stdlib.h>
#include <string.h>

static void add_inputs(struct wend_cli_replay_report *replay, const struct wend_result *result) {
    size_t count = result->input_count;
    replay->inputs = wend__cli_alloc(count * sizeof *replay->inputs);
    replay->formats = wend__cli_alloc(count * sizeof *replay->formats);
    for (size_t i = 0; i < count; i++) {
        const struct wend_result_input *input = &result->inputs[i];
        struct wend_cli_text *format = &replay->formats[i];
        *format = (struct wend_cli_text){0};
        if (input->wrapper != NULL && input->wrapper[0] != '\0' &&
            strcmp(input->wrapper, "plain") != 0) {
            wend__cli_text_add(format, input->wrapper);
            wend__cli_text_add(format, ", ");
        }
        wend__cli_text_add(format, input->format == NULL ? "format unknown" : input->format);
        replay->inputs[i] = (struct wend_cli_report_input){.path = input->name,
                                                           .format = format->data,
                                                           .sure_percent = input->sure_percent,
                                                           .trouble = input->trouble};
    }
    replay->report.inputs = replay->inputs;
    replay->report.input_count = count;
}

/* Cuts the text at its newlines. */
static void add_assumptions(struct wend_cli_replay_report *replay,
                            const struct wend_result *result) {
    wend__cli_text_add(&replay->assumptions, result->assumptions);
    size_t lines = 0;
    for (size_t i = 0; i < replay->assumptions.len; i++) {
        lines += replay->assumptions.data[i] == '\n' ? 1 : 0;
    }
    replay->assumption_lines = wend__cli_alloc((lines + 1) * sizeof *replay->assumption_lines);
    size_t count = 0;
    for (char *at = replay->assumptions.data; at != NULL && *at != '\0';) {
        char *end = strchr(at, '\n');
        replay->assumption_lines[count++] = at;
        if (end != NULL) {
            *end = '\0';
        }
        at = end == NULL ? NULL : end + 1;
    }
    replay->report.assumptions = replay->assumption_lines;
    replay->report.assumption_count = count;
}

static struct wend_cli_report_row *add_rows(struct wend_cli_report_row *to,
                                            const struct wend_result_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        to[i] = (struct wend_cli_report_row){.name = rows[i].name.data,
                                             .name_len = rows[i].name.len,
                                             .stage = rows[i].stage.data,
                                             .stage_len = rows[i].stage.len,
                                             .units = rows[i].units,
                                             .converted = rows[i].converted,
                                             .abandoned = rows[i].abandoned};
    }
    return to + count;
}

static void add_scopes(struct wend_cli_replay_report *replay, const struct wend_result *result) {
    size_t row_count = 0;
    for (size_t i = 0; i < result->scope_count; i++) {
        row_count += result->scopes[i].path_count + result->scopes[i].point_count;
    }
    replay->scopes = wend__cli_alloc(result->scope_count * sizeof *replay->scopes);
    replay->rows = wend__cli_alloc(row_count * sizeof *replay->rows);
    struct wend_cli_report_row *rows = replay->rows;
    for (size_t i = 0; i < result->scope_count; i++) {
        const struct wend_result_scope *scope = &result->scopes[i];
        replay->scopes[i] = (struct wend_cli_report_scope){.name = scope->name,
                                                           .units = scope->units,
                                                           .converted = scope->converted,
                                                           .abandoned = scope->abandoned,
                                                           .still_open = scope->still_open,
                                                           .paths = rows,
                                                           .path_count = scope->path_count};
        rows = add_rows(rows, scope->paths, scope->path_count);
        replay->scopes[i].points = rows;
        replay->scopes[i].point_count = scope->point_count;
        rows = add_rows(rows, scope->points, scope->point_count);
    }
    replay->report.scopes = replay->scopes;
    replay->report.scope_count = result->scope_count;
}

void wend__cli_replay_report_init(struct wend_cli_replay_report *replay,
                                  const struct wend_result *result, const char *snapshot,
                                  const char *rejects) {
    *replay = (struct wend_cli_replay_report){
        .report = {.read = result->read,
                   .accepted = result->accepted,
                   .filtered = result->filtered,
                   .rejected = {result->rejected_shape, result->rejected_time,
                                result->rejected_customer, result->rejected_future},
                   .late = result->late,
                   .duplicate = result->duplicate,
                   .unmatched = result->unmatched,
                   .bad_value = result->bad_value,
                   .bytes = result->bytes,
                   .spilled_bytes = result->spilled_bytes,
                   .peak_bytes = result->peak_bytes,
                   .elapsed_us = result->elapsed_us,
                   .snapshot = snapshot,
                   .rejects = rejects,
                   .notes = result->notes,
                   .note_count = result->note_count,
                   .warnings = result->warnings}};
    add_inputs(replay, result);
    add_assumptions(replay, result);
    add_scopes(replay, result);
    if (result->lateness_us != WEND_LATENESS_NONE) {
        wend__cli_duration_add(result->lateness_us, &replay->lateness);
        replay->report.lateness = replay->lateness.data;
    }
}

void wend__cli_replay_report_deinit(struct wend_cli_replay_report *replay) {
    for (size_t i = 0; i < replay->report.input_count; i++) {
        wend__cli_text_deinit(&replay->formats[i]);
    }
    free(replay->inputs);
    free(replay->formats);
    free(replay->assumption_lines);
    free(replay->scopes);
    free(replay->rows);
    wend__cli_text_deinit(&replay->assumptions);
    wend__cli_text_deinit(&replay->lateness);
    *replay = (struct wend_cli_replay_report){0};
}
