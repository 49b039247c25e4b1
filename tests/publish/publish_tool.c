/*
 * publish_tool DIR CONNINFO: publishes with the n-th allocation failing, for n = 1, 2, ... until
 * none fails. Each attempt must say that memory is out, or work; what the database holds in the end
 * is the caller's to look at. Prints how many attempts failed.
 */
#include "base/memory.h"

#include <stdio.h>
#include <wend/publish.h>

int main(int argc, char **argv) {
    if (argc != 3) {
        return 2;
    }
    for (uint64_t n = 1;; n++) {
        struct wend_publish_options options = {.conninfo = argv[2]};
        struct wend_published published;
        struct wend_snapshot *snapshot = NULL;
        struct wend_error error = {0};
        if (wend_snapshot_open(argv[1], &snapshot, &error) != WEND_OK) {
            return 2;
        }
        uint64_t before = wend__memory_count();
        wend__memory_fail_at(n);
        enum wend_status status = wend_publish_postgres(snapshot, &options, &published, &error);
        wend__memory_fail_at(0);
        bool has_failed = wend__memory_count() - before >= n;
        wend_snapshot_close(snapshot);
        if (status != (has_failed ? WEND_ERROR_MEMORY : WEND_OK)) {
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
