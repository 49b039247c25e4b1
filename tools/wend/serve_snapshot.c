#define _XOPEN_SOURCE 700 /* realpath */
/* Which snapshot is served: the directory itself, where its entry `current` leads, or the newest
 * window that a stream has published in it. */
#include "serve.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <wend/snapshot.h>

#define TRIES 3

/* What tells a manifest from one that took its place. */
struct identity {
    char *directory; /* without links; heap */
    struct stat manifest;
};

static bool look_in(const char *directory, struct identity *found) {
    struct wend_cli_text path = {0};
    found->directory = realpath(directory, NULL);
    if (found->directory != NULL) {
        wend__cli_text_add_format(&path, "%s/manifest.json", found->directory);
    }
    bool is_there = found->directory != NULL && stat(path.data, &found->manifest) == 0 &&
                    S_ISREG(found->manifest.st_mode);
    if (!is_there) {
        free(found->directory);
        found->directory = NULL;
    }
    wend__cli_text_deinit(&path);
    return is_there;
}

/* The link `current` is followed once, so that all files are of one snapshot. */
static bool find(const struct wend_cli_served *served, struct identity *found) {
    struct wend_cli_text path = {0};
    char window[21];
    bool is_there = look_in(served->directory, found);
    if (!is_there) {
        wend__cli_text_add_format(&path, "%s/current", served->directory);
        is_there = look_in(path.data, found);
    }
    if (!is_there && wend__cli_newest_window(served->directory, window)) {
        wend__cli_text_clear(&path);
        wend__cli_text_add_format(&path, "%s/%s", served->directory, window);
        is_there = look_in(path.data, found);
    }
    wend__cli_text_deinit(&path);
    return is_there;
}

static bool is_same(const struct identity *a, const struct identity *b) {
    return strcmp(a->directory, b->directory) == 0 && a->manifest.st_ino == b->manifest.st_ino &&
           a->manifest.st_dev == b->manifest.st_dev && a->manifest.st_size == b->manifest.st_size &&
           a->manifest.st_mtim.tv_sec == b->manifest.st_mtim.tv_sec &&
           a->manifest.st_mtim.tv_nsec == b->manifest.st_mtim.tv_nsec;
}

static enum wend_status no_snapshot(const struct wend_cli_served *served,
                                    struct wend_error *error) {
    return wend__cli_error(error, WEND_ERROR_IO,
                           "there is no snapshot yet\n%s needs a manifest.json, an entry `current` "
                           "that leads to a snapshot, or a window of a stream.",
                           served->directory);
}

static enum wend_status try_with(const struct identity *present, wend_cli_served_call *call,
                                 void *context, struct wend_error *error) {
    struct wend_snapshot *snapshot = NULL;
    enum wend_status status = wend_snapshot_open(present->directory, &snapshot, error);
    if (status != WEND_OK) {
        return WEND_ERROR_IO; /* whatever it is, the question is not to blame */
    }
    status = call(context, snapshot, error);
    wend_snapshot_close(snapshot);
    return status;
}

enum wend_status wend__cli_served_with(const struct wend_cli_served *served,
                                       wend_cli_served_call *call, void *context,
                                       struct wend_error *error) {
    for (int i = 0; i < TRIES; i++) {
        struct identity before;
        struct identity after;
        if (!find(served, &before)) {
            return no_snapshot(served, error);
        }
        enum wend_status status = try_with(&before, call, context, error);
        bool is_present = find(served, &after);
        bool is_kept = is_present && is_same(&before, &after);
        free(before.directory);
        free(after.directory);
        if (is_kept || status == WEND_ERROR_CANCELLED) {
            return status;
        }
    }
    return wend__cli_error(error, WEND_ERROR_IO,
                           "the snapshot was replaced while it was read\nAsk again.");
}

enum wend_status wend__cli_served_look(void *context, const struct wend_snapshot *snapshot,
                                       struct wend_error *error) {
    (void)context;
    (void)snapshot;
    (void)error;
    return WEND_OK;
}

bool wend__cli_served_is_ready(void *context, struct wend_answer *reason) {
    struct wend_error error = {0};
    if (wend__cli_served_with(context, wend__cli_served_look, NULL, &error) == WEND_OK) {
        return true;
    }
    (void)wend__answer_add(reason, error.text, strlen(error.text));
    return false;
}

struct numbers {
    const char *names[32];
    uint64_t rows[32];
    uint64_t bytes[32];
    size_t count;
};

static const char *known_name(const char *name) {
    for (size_t i = 0; wend_snapshot_known_table(i) != NULL; i++) {
        if (strcmp(wend_snapshot_known_table(i), name) == 0) {
            return wend_snapshot_known_table(i);
        }
    }
    return NULL;
}

static enum wend_status take_numbers(void *context, const struct wend_snapshot *snapshot,
                                     struct wend_error *error) {
    struct numbers *numbers = context;
    (void)error;
    numbers->count = 0;
    for (size_t i = 0; i < wend_snapshot_table_count(snapshot) && i < 32; i++) {
        /* A name that stays when the snapshot is closed. */
        numbers->names[i] = known_name(wend_snapshot_table_name(snapshot, i));
        numbers->rows[i] = wend_snapshot_table_rows(snapshot, i);
        numbers->bytes[i] = wend_snapshot_table_bytes(snapshot, i);
        numbers->count++;
    }
    return WEND_OK;
}

void wend__cli_served_metrics(void *context, struct wend_answer *answer) {
    struct numbers numbers = {.count = 0};
    struct wend_error error = {0};
    struct identity present;
    bool is_ready = wend__cli_served_with(context, take_numbers, &numbers, &error) == WEND_OK;
    wend__answer_gauge(answer, "wend_snapshot_ready", "1 when there is a snapshot to serve.");
    wend__answer_sample(answer, NULL, NULL, is_ready ? 1 : 0);
    if (!is_ready) {
        return;
    }
    wend__answer_gauge(answer, "wend_snapshot_rows", "Rows of the table.");
    for (size_t i = 0; i < numbers.count; i++) {
        wend__answer_sample(answer, "table", numbers.names[i], (double)numbers.rows[i]);
    }
    wend__answer_gauge(answer, "wend_snapshot_bytes", "Bytes of the table's files.");
    for (size_t i = 0; i < numbers.count; i++) {
        wend__answer_sample(answer, "table", numbers.names[i], (double)numbers.bytes[i]);
    }
    if (find(context, &present)) {
        struct timespec now;
        (void)clock_gettime(CLOCK_REALTIME, &now);
        double age = (double)(now.tv_sec - present.manifest.st_mtim.tv_sec);
        wend__answer_gauge(answer, "wend_snapshot_age_seconds",
                           "Time since the snapshot was written.");
        wend__answer_sample(answer, NULL, NULL, age > 0 ? age : 0);
        free(present.directory);
    }
}
