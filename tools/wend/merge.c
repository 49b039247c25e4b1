/* `wend merge`: snapshots added up. */
#include "commands.h"
#include "progress.h"

#include <wend/snapshot.h>

#include <string.h>

/* "week: 3 snapshots merged, 1,234 rows (more: wend show week)" */
static enum wend_status print_merged(struct wend_cli_context *context, struct wend_error *error) {
    const char *output = context->arguments->values[WEND_CLI_OUTPUT].text;
    struct wend_snapshot *snapshot = NULL;
    enum wend_status status = wend_snapshot_open(output, &snapshot, error);
    if (status != WEND_OK) {
        return status;
    }
    size_t tables = wend_snapshot_table_count(snapshot);
    uint64_t rows = 0;
    uint64_t bytes = 0;
    for (size_t i = 0; i < tables; i++) {
        rows += wend_snapshot_table_rows(snapshot, i);
        bytes += wend_snapshot_table_bytes(snapshot, i);
    }
    wend_snapshot_close(snapshot);
    size_t count = context->arguments->operand_count;
    struct wend_cli_text out = {0};
    wend__cli_text_add_visible(&out, output, strlen(output), false);
    wend__cli_text_add_format(&out, ": %zu snapshot%s merged into %zu table%s, ", count,
                              count == 1 ? "" : "s", tables, tables == 1 ? "" : "s");
    wend__cli_text_add_count(&out, rows);
    wend__cli_text_add(&out, rows == 1 ? " row, " : " rows, ");
    wend__cli_text_add_size(&out, bytes);
    wend__cli_text_add(&out, " (more: wend show ");
    wend__cli_text_add_visible(&out, output, strlen(output), false);
    wend__cli_text_add(&out, ")\n");
    status = wend__cli_print(&out, error);
    wend__cli_text_deinit(&out);
    return status;
}

struct watcher {
    const struct wend_cli_context *context;
    struct wend_cli_progress progress;
};

static bool watch(void *opaque, uint64_t done_rows, uint64_t total_rows) {
    struct watcher *watcher = opaque;
    struct wend_cli_state state = {.done_rows = done_rows, .total_rows = total_rows};
    wend__cli_progress_update(&watcher->progress, &state);
    return !atomic_load_explicit(watcher->context->stop, memory_order_relaxed);
}

enum wend_status wend__cli_merge(struct wend_cli_context *context, struct wend_error *error) {
    const struct wend_cli_arguments *arguments = context->arguments;
    const struct wend_cli_value *values = arguments->values;
    struct watcher watcher = {.context = context};
    struct wend_snapshot_merge_options options = {
        .output = values[WEND_CLI_OUTPUT].text,
        .replace = values[WEND_CLI_REPLACE].given,
        .memory_bytes = values[WEND_CLI_MEMORY].number,
        .temp_directory = values[WEND_CLI_TEMP_DIR].text,
        .progress = watch,
        .progress_context = &watcher,
    };
    enum wend_status status = wend__cli_check_output(context, error);
    if (status == WEND_OK) {
        wend__cli_progress_start(&watcher.progress, &context->terminal, context->quiet);
        status =
            wend_snapshot_merge(arguments->operands, arguments->operand_count, &options, error);
        wend__cli_progress_end(&watcher.progress);
    }
    if (status == WEND_ERROR_CANCELLED) {
        (void)wend__cli_error(error, status, "stopped; nothing was kept");
    }
    if (status != WEND_OK || context->quiet) {
        return status;
    }
    return print_merged(context, error);
}
