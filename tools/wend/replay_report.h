/*
 * replay_report.h: from the engine's result to the report that is printed.
 *
 * Threads: one at a time.
 */
#ifndef WEND_TOOLS_REPLAY_REPORT_H
#define WEND_TOOLS_REPLAY_REPORT_H

#include "report.h"

#include <wend/replay.h>

/* A report and what it points to beside the result. */
struct wend_cli_replay_report {
    struct wend_cli_report report;
    struct wend_cli_report_input *inputs;
    struct wend_cli_text *formats;    /* of the inputs */
    struct wend_cli_text assumptions; /* its lines, zero-terminated */
    const char **assumption_lines;
    struct wend_cli_report_scope *scopes;
    struct wend_cli_report_row *rows;
    struct wend_cli_text lateness;
};

/* `result` must outlive the report. `snapshot` and `rejects` as in struct wend_cli_report. */
void wend__cli_replay_report_init(struct wend_cli_replay_report *replay,
                                  const struct wend_result *result, const char *snapshot,
                                  const char *rejects);
void wend__cli_replay_report_deinit(struct wend_cli_replay_report *replay);

#endif
