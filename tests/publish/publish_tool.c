/*
 * publish_tool DIR CONNINFO: publishes a snapshot, or a folder of windows, with the n-th allocation
 * failing, for n = 1, 2, ... until none fails. Each attempt must say that memory is out, or work,
 * perhaps with a note about what comes after the publishing; what the database holds in the end is
 * the caller's to look at. Prints how many attempts failed.
 */
#include "base/memory.h"

#include <stdio.h>
#include <wend/publish.h>

static void note(void *context, const char *text) {
    (void)text;
    *(bool *)context = true;
}

static enum wend_status publish(const char *directory, struct wend_snapshot *snapshot,
                                const struct wend_publish_options *options,
                                struct wend_error *error) {
    struct wend_published published;
    struct wend_windows_published windows;
    return snapshot != NULL ? wend_publish_postgres(snapshot, options, &published, error)
                            : wend_publish_windows(directory, options, &windows, error);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        return 2;
    }
    for (uint64_t n = 1;; n++) {
        bool is_noted = false;
        struct wend_publish_options options = {
            .conninfo = argv[2], .note = note, .context = &is_noted};
        struct wend_snapshot *snapshot = NULL;
        struct wend_error error = {0};
        bool is_folder = wend_publish_count_windows(argv[1]) > 0;
        if (!is_folder && wend_snapshot_open(argv[1], &snapshot, &error) != WEND_OK) {
            return 2;
        }
        uint64_t before = wend__memory_count();
        wend__memory_fail_at(n);
        enum wend_status status = publish(argv[1], snapshot, &options, &error);
        wend__memory_fail_at(0);
        bool has_failed = wend__memory_count() - before >= n;
        wend_snapshot_close(snapshot);
        enum wend_status wanted = has_failed && !is_noted ? WEND_ERROR_MEMORY : WEND_OK;
        if (status != wanted) {
            (void)fprintf(stderr, "allocation %llu: %s: %s\n", (unsigned long long)n,
                          wend_status_name(status), error.text);
            return 1;
        }
        if (!has_failed) {
            (void)printf("%llu\n", (unsigned long long)(n - 1));
            return 0;
        }
    }
}
