/* The public checking and merging of snapshots: translation only. */
#include "pipeline/run.h"
#include "snapshot/snapshot_reader.h"

#include <stdlib.h>
#include <wend/snapshot.h>
#include <wend/wend.h>

enum wend_status wend_snapshot_verify(const struct wend_snapshot *snapshot,
                                      wend_finding_call *finding, void *context,
                                      struct wend_verified *verified, struct wend_error *error) {
    struct wend_snapshot_verified found;
    WEND_TRY(wend__snapshot_verify(snapshot, finding, context, &found, error));
    *verified = (struct wend_verified){
        .files = found.files,
        .rows = found.rows,
        .bytes = found.bytes,
        .checks = found.checks,
        .findings = found.findings,
    };
    return WEND_OK;
}

enum wend_status wend_snapshot_merge(const char *const *directories, size_t directory_count,
                                     const struct wend_snapshot_merge_options *options,
                                     struct wend_error *error) {
    struct wend_merge_options merge = {
        .directory = options->output,
        .replaces = options->replace,
        .memory_bytes = (size_t)(options->memory_bytes != 0 ? options->memory_bytes
                                                            : wend__default_memory_bytes()),
        .temp_directory = wend__temporary_directory(options->temp_directory),
        .progress = options->progress,
        .progress_context = options->progress_context,
    };
    return wend__snapshot_merge(directories, directory_count, &merge, error);
}

const char *wend_version(void) {
    return WEND_VERSION_TEXT;
}
