#include "pipeline/publish_windows.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "snapshot/window_folders.h"

#include <stdio.h>

struct task {
    const char *directory;
    const struct wend_postgres_options *options;
    struct wend_windows_done *done;
    struct wend_window_folders folders;
    struct wend_postgres_windows held;
    size_t next_held; /* both lists ascend */
};

static enum wend_status open_window(const struct task *task, struct wend_snapshot **snapshot,
                                    struct wend_error *error) {
    struct wend_buffer path = {0};
    bool done = wend__buffer_append_format(&path, "%s/%s", task->directory, task->done->window) &&
                wend__buffer_append(&path, "", 1);
    enum wend_status status = done ? wend__snapshot_open((const char *)path.data, snapshot, error)
                                   : wend__fail_memory(error);
    wend__buffer_deinit(&path);
    return status;
}

/* Whether the tables hold the window as it is in this snapshot. */
static bool is_held(struct task *task, int64_t window_us, const struct wend_snapshot *snapshot) {
    const struct wend_postgres_windows *held = &task->held;
    char id[WEND_SNAPSHOT_ID_DIGITS + 1];
    while (task->next_held < held->count && held->items[task->next_held].window_us < window_us) {
        task->next_held++;
    }
    if (task->next_held == held->count || held->items[task->next_held].window_us != window_us) {
        return false;
    }
    wend__snapshot_id_text(snapshot, id);
    return strcmp(held->items[task->next_held].snapshot_id, id) == 0;
}

static enum wend_status publish_one(struct task *task, int64_t window_us, bool is_last,
                                    struct wend_error *error) {
    struct wend_windows_done *done = task->done;
    struct wend_snapshot *snapshot = NULL;
    struct wend_postgres_published published = {0};
    (void)wend__window_name(window_us, done->window);
    WEND_TRY(open_window(task, &snapshot, error));
    enum wend_status status = WEND_OK;
    if (task->options->again || !is_held(task, window_us, snapshot)) {
        struct wend_postgres_options options = *task->options;
        options.is_window = true;
        options.password_is_told = true; /* when the list was asked for */
        options.window_us = window_us;
        options.more_follow = !is_last;
        status = wend__snapshot_publish(snapshot, &options, &published, error);
        done->published_count += status == WEND_OK && !published.was_there ? 1 : 0;
        done->row_count += status == WEND_OK ? published.row_count : 0;
        done->replaced_texts += status == WEND_OK ? published.replaced_texts : 0;
    }
    wend__snapshot_close(snapshot);
    return status;
}

static enum wend_status publish_all(struct task *task, struct wend_error *error) {
    struct wend_postgres_published asked;
    WEND_TRY(wend__window_folders(task->directory, &task->folders, error));
    task->done->window_count = task->folders.count;
    if (task->folders.count == 0) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "%s holds no window of a stream, such as 2025-06-15T15-00-00Z",
                          task->directory);
    }
    WEND_TRY(wend__postgres_list_windows(task->options, &asked, &task->held, error));
    memcpy(task->done->place, asked.place, sizeof asked.place);
    for (size_t i = 0; i < task->folders.count; i++) {
        WEND_TRY(
            publish_one(task, task->folders.windows_us[i], i + 1 == task->folders.count, error));
    }
    return WEND_OK;
}

enum wend_status wend__windows_publish(const char *directory,
                                       const struct wend_postgres_options *options,
                                       struct wend_windows_done *done, struct wend_error *error) {
    struct task task = {.directory = directory, .options = options, .done = done};
    *done = (struct wend_windows_done){0};
    enum wend_status status = publish_all(&task, error);
    wend__free(task.folders.windows_us);
    wend__free(task.held.items);
    return status;
}
