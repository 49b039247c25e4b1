/* `wend publish`: a snapshot in a database, or as SQL for a query engine. */
#include "commands.h"
#include "progress.h"

#include <string.h>
#include <unistd.h>
#include <wend/publish.h>

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

/* A line above the progress, which is drawn anew below it. */
static void pass_note(void *opaque, const char *text) {
    struct watcher *watcher = opaque;
    wend__cli_progress_end(&watcher->progress);
    wend__cli_note(watcher->context, "%s", text);
    wend__cli_progress_start(&watcher->progress, &watcher->context->terminal,
                             watcher->context->quiet);
}

/* "out: 9 tables, 47,222 rows published to database wend on localhost:5432, schema wend" */
static enum wend_status print_published(struct wend_cli_context *context,
                                        const struct wend_published *published,
                                        struct wend_error *error) {
    const char *directory = context->arguments->operands[1];
    struct wend_cli_text out = {0};
    wend__cli_text_add_visible(&out, directory, strlen(directory), false);
    if (published->was_there) {
        wend__cli_text_add_format(&out,
                                  ": snapshot %.12s is there already, since %s; nothing was "
                                  "done\n",
                                  published->snapshot_id, published->published_at);
        wend__cli_text_add(&out, "In ");
        wend__cli_text_add_visible(&out, published->place, strlen(published->place), false);
        wend__cli_text_add(&out, " (to publish it nevertheless: --again)\n");
    } else {
        wend__cli_text_add_format(&out, ": %llu table%s, ",
                                  (unsigned long long)published->table_count,
                                  published->table_count == 1 ? "" : "s");
        wend__cli_text_add_count(&out, published->row_count);
        wend__cli_text_add(&out, published->row_count == 1 ? " row" : " rows");
        wend__cli_text_add(&out, " published to ");
        wend__cli_text_add_visible(&out, published->place, strlen(published->place), false);
        wend__cli_text_add(&out, "\n");
    }
    enum wend_status status = wend__cli_print(&out, error);
    wend__cli_text_deinit(&out);
    return status;
}

static void note_replaced(const struct wend_cli_context *context, uint64_t count) {
    struct wend_cli_text number = {0};
    wend__cli_text_add_count(&number, count);
    wend__cli_note(context,
                   "%s text%s zero bytes or invalid UTF-8, which PostgreSQL cannot hold; U+FFFD "
                   "stands in their place",
                   wend__cli_text_string(&number), count == 1 ? " holds" : "s hold");
    wend__cli_text_deinit(&number);
}

/* "live: 3 windows, 4,711 rows published to database ..., schema wend; 21 were there already" */
static enum wend_status print_windows(const struct wend_cli_context *context,
                                      const struct wend_windows_published *published,
                                      struct wend_error *error) {
    const char *directory = context->arguments->operands[1];
    uint64_t others = published->window_count - published->published_count;
    struct wend_cli_text out = {0};
    wend__cli_text_add_visible(&out, directory, strlen(directory), false);
    wend__cli_text_add(&out, ": ");
    wend__cli_text_add_count(&out, published->published_count);
    wend__cli_text_add(&out, published->published_count == 1 ? " window, " : " windows, ");
    wend__cli_text_add_count(&out, published->row_count);
    wend__cli_text_add(&out, published->row_count == 1 ? " row" : " rows");
    wend__cli_text_add(&out, " published to ");
    wend__cli_text_add_visible(&out, published->place, strlen(published->place), false);
    if (others > 0) {
        wend__cli_text_add(&out, "; ");
        wend__cli_text_add_count(&out, others);
        wend__cli_text_add(&out, others == 1 ? " was there already" : " were there already");
    }
    wend__cli_text_add(&out, "\n");
    enum wend_status status = wend__cli_print(&out, error);
    wend__cli_text_deinit(&out);
    return status;
}

/* What was published before a failure is there, and which window is to be looked at. */
static enum wend_status fail_window(const struct wend_windows_published *published,
                                    enum wend_status status, struct wend_error *error) {
    char text[sizeof error->text];
    if (published->window[0] == '\0') {
        return status;
    }
    memcpy(text, error->text, sizeof text);
    return wend__cli_error(error, status,
                           "window %s: %s\nWindows that were published before it: "
                           "%llu",
                           published->window, text, (unsigned long long)published->published_count);
}

static enum wend_status publish_windows(struct wend_cli_context *context,
                                        const struct wend_publish_options *options,
                                        struct wend_error *error) {
    struct watcher *watcher = options->context;
    struct wend_windows_published published;
    wend__cli_progress_start(&watcher->progress, &context->terminal, context->quiet);
    enum wend_status status =
        wend_publish_windows(context->arguments->operands[1], options, &published, error);
    wend__cli_progress_end(&watcher->progress);
    if (status != WEND_OK) {
        return fail_window(&published, status, error);
    }
    if (published.replaced_texts > 0) {
        note_replaced(context, published.replaced_texts);
    }
    return context->quiet ? WEND_OK : print_windows(context, &published, error);
}

static enum wend_status publish_snapshot(struct wend_cli_context *context,
                                         const struct wend_publish_options *options,
                                         struct wend_error *error) {
    struct watcher *watcher = options->context;
    struct wend_snapshot *snapshot = NULL;
    struct wend_published published;
    enum wend_status status =
        wend__cli_open_snapshot(context, context->arguments->operands[1], &snapshot, error);
    if (status != WEND_OK) {
        return status;
    }
    wend__cli_progress_start(&watcher->progress, &context->terminal, context->quiet);
    status = wend_publish_postgres(snapshot, options, &published, error);
    wend__cli_progress_end(&watcher->progress);
    wend_snapshot_close(snapshot);
    if (status != WEND_OK) {
        return status;
    }
    if (published.replaced_texts > 0) {
        note_replaced(context, published.replaced_texts);
    }
    return context->quiet ? WEND_OK : print_published(context, &published, error);
}

/* A folder of windows is published as such, unless it is a snapshot itself. */
static enum wend_status publish_postgres(struct wend_cli_context *context,
                                         struct wend_error *error) {
    const struct wend_cli_value *values = context->arguments->values;
    const char *directory = context->arguments->operands[1];
    struct watcher watcher = {.context = context};
    struct wend_publish_options options = {
        .conninfo = values[WEND_CLI_TO].text,
        .schema = values[WEND_CLI_SCHEMA].text,
        .again = values[WEND_CLI_AGAIN].given,
        .progress = watch,
        .note = pass_note,
        .context = &watcher,
    };
    struct wend_cli_text manifest = {0};
    wend__cli_text_add_format(&manifest, "%s/manifest.json", directory);
    bool is_snapshot = access(wend__cli_text_string(&manifest), F_OK) == 0;
    wend__cli_text_deinit(&manifest);
    return !is_snapshot && wend_publish_count_windows(directory) > 0
               ? publish_windows(context, &options, error)
               : publish_snapshot(context, &options, error);
}

static enum wend_status print_views(struct wend_cli_context *context, struct wend_error *error) {
    const struct wend_cli_value *values = context->arguments->values;
    struct wend_snapshot *snapshot = NULL;
    struct wend_cli_text out = {0};
    char *text = NULL;
    enum wend_status status =
        wend__cli_open_snapshot(context, context->arguments->operands[1], &snapshot, error);
    if (status == WEND_OK) {
        status =
            wend_publish_views(snapshot, values[WEND_CLI_ENGINE].text, values[WEND_CLI_AT].text,
                               values[WEND_CLI_SCHEMA].text, &text, error);
    }
    wend_snapshot_close(snapshot);
    if (status == WEND_OK) {
        wend__cli_text_add(&out, text);
        status = wend__cli_print(&out, error);
    }
    wend_publish_text_free(text);
    wend__cli_text_deinit(&out);
    return status;
}

enum target { TARGET_POSTGRES, TARGET_VIEWS, TARGET_DUCKDB };

static enum wend_status find_target(const struct wend_cli_arguments *arguments, enum target *target,
                                    struct wend_error *error) {
    static const char *const names[] = {"postgres", "views", "duckdb"};
    const char *word = arguments->operands[0];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], word) == 0) {
            *target = (enum target)i;
            return WEND_OK;
        }
    }
    const char *near = wend__cli_nearest(word, names, sizeof names / sizeof *names);
    return wend__cli_error(error, WEND_ERROR_USAGE,
                           "publish: no target is called %s; there are postgres, views, duckdb\n"
                           "%s%s%sTry `wend publish -h`.",
                           word, near == NULL ? "" : "Did you mean ", near == NULL ? "" : near,
                           near == NULL ? "" : "? ");
}

/* An option that the target has no use for is a mistake. */
static enum wend_status check_options(const struct wend_cli_value *values, enum target target,
                                      struct wend_error *error) {
    bool is_postgres = target == TARGET_POSTGRES;
    static const enum wend_cli_option_id of_postgres[] = {WEND_CLI_TO, WEND_CLI_AGAIN};
    static const enum wend_cli_option_id of_views[] = {WEND_CLI_ENGINE, WEND_CLI_AT};
    const enum wend_cli_option_id *others = is_postgres ? of_views : of_postgres;
    for (size_t i = 0; i < 2; i++) {
        if (values[others[i]].given) {
            return wend__cli_error(
                error, WEND_ERROR_USAGE, "publish: --%s is for %s\nTry `wend publish -h`.",
                wend__cli_options[others[i]].name, is_postgres ? "views" : "postgres");
        }
    }
    if (target == TARGET_DUCKDB && values[WEND_CLI_ENGINE].given &&
        strcmp(values[WEND_CLI_ENGINE].text, "duckdb") != 0) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "publish: for another engine it is `wend publish views DIR "
                               "--engine %s`",
                               values[WEND_CLI_ENGINE].text);
    }
    if (is_postgres && !values[WEND_CLI_TO].given) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "publish: postgres needs to know the database: --to CONNINFO, such "
                               "as --to \"host=localhost dbname=wend\"");
    }
    return WEND_OK;
}

enum wend_status wend__cli_publish(struct wend_cli_context *context, struct wend_error *error) {
    const struct wend_cli_arguments *arguments = context->arguments;
    enum target target = TARGET_POSTGRES;
    enum wend_status status = find_target(arguments, &target, error);
    if (status == WEND_OK) {
        status = check_options(arguments->values, target, error);
    }
    if (status != WEND_OK) {
        return status;
    }
    return target == TARGET_POSTGRES ? publish_postgres(context, error)
                                     : print_views(context, error);
}
