/* The public handing on of snapshots: translation only. */
#include "api/cli.h"
#include "base/memory.h"
#include "base/status.h"
#include "pipeline/publish_windows.h"
#include "snapshot/window_folders.h"

#include <wend/publish.h>

static struct wend_postgres_options postgres_options(const struct wend_publish_options *options) {
    return (struct wend_postgres_options){
        .conninfo = options->conninfo,
        .schema = options->schema == NULL ? WEND_PUBLISH_SCHEMA : options->schema,
        .again = options->again,
        .progress = options->progress,
        .note = options->note,
        .context = options->context,
    };
}

enum wend_status wend_publish_postgres(const struct wend_snapshot *snapshot,
                                       const struct wend_publish_options *options,
                                       struct wend_published *published, struct wend_error *error) {
    struct wend_postgres_options postgres = postgres_options(options);
    struct wend_postgres_published done;
    *published = (struct wend_published){0};
    WEND_TRY(wend__snapshot_publish(snapshot, &postgres, &done, error));
    published->was_there = done.was_there;
    published->publish_id = done.publish_id;
    published->table_count = done.table_count;
    published->row_count = done.row_count;
    published->replaced_texts = done.replaced_texts;
    _Static_assert(sizeof published->place == sizeof done.place &&
                       sizeof published->published_at == sizeof done.published_at,
                   "one size of texts");
    memcpy(published->place, done.place, sizeof done.place);
    memcpy(published->published_at, done.published_at, sizeof done.published_at);
    wend__snapshot_id_text(snapshot, published->snapshot_id);
    return WEND_OK;
}

size_t wend_publish_count_windows(const char *directory) {
    struct wend_window_folders folders;
    if (wend__window_folders(directory, &folders, NULL) != WEND_OK) {
        return 0;
    }
    wend__free(folders.windows_us);
    return folders.count;
}

enum wend_status wend_publish_windows(const char *directory,
                                      const struct wend_publish_options *options,
                                      struct wend_windows_published *published,
                                      struct wend_error *error) {
    struct wend_postgres_options postgres = postgres_options(options);
    struct wend_windows_done done;
    enum wend_status status = wend__windows_publish(directory, &postgres, &done, error);
    *published = (struct wend_windows_published){
        .window_count = done.window_count,
        .published_count = done.published_count,
        .row_count = done.row_count,
        .replaced_texts = done.replaced_texts,
    };
    _Static_assert(sizeof published->place == sizeof done.place &&
                       sizeof published->window == sizeof done.window,
                   "one size of texts");
    memcpy(published->place, done.place, sizeof done.place);
    memcpy(published->window, done.window, sizeof done.window);
    return status;
}

enum wend_status wend_publish_views(const struct wend_snapshot *snapshot, const char *engine,
                                    const char *location, const char *schema, char **text,
                                    struct wend_error *error) {
    struct wend_buffer out = {0};
    *text = NULL;
    enum wend_status status = wend__snapshot_views(snapshot, engine, location, schema, &out, error);
    if (status == WEND_OK) {
        *text = wend__copy_text(wend__buffer_view(&out).data, out.len);
        status = *text == NULL ? wend__fail_memory(error) : WEND_OK;
    }
    wend__buffer_deinit(&out);
    return status;
}

void wend_publish_text_free(char *text) {
    wend__free(text);
}

int wend__cli_postgres_version(void) {
    return wend__postgres_version();
}
