#define _XOPEN_SOURCE 700 /* realpath */
#include "pipeline/run_windows.h"

#include "base/clock.h"
#include "base/io.h"
#include "base/memory.h"
#include "pipeline/run_publish.h"
#include "snapshot/window_folders.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_US WEND_US_PER_SECOND
enum { PATH_BYTES = 4096 };

struct wend_run_windows {
    char output[PATH_BYTES];  /* "": nothing was ever published */
    _Atomic int64_t until_us; /* relaxed; INT64_MIN: none */
    int64_t next_look_us;
};

static enum wend_status fail_path(const char *what, const char *path, int number,
                                  struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_IO, "cannot %s %s: %s", what, path, strerror(number));
}

static bool record_path(const struct wend_run_state *run, const char *suffix, char *path) {
    int len = snprintf(path, PATH_BYTES, "%s/published%s", run->shards->root, suffix);
    return len > 0 && len < PATH_BYTES;
}

static bool window_path(const struct wend_run_windows *windows, int64_t window_us, char *path) {
    char name[WEND_WINDOW_NAME_BYTES];
    if (!wend__window_name(window_us, name)) {
        return false;
    }
    int len = snprintf(path, PATH_BYTES, "%s/%s", windows->output, name);
    return len > 0 && len < PATH_BYTES;
}

/* Replaces the record at once. */
static enum wend_status write_record(const struct wend_run_state *run, int64_t until_us,
                                     struct wend_error *error) {
    char path[PATH_BYTES];
    char hidden[PATH_BYTES];
    char text[PATH_BYTES + 64];
    int len =
        snprintf(text, sizeof text, "%" PRId64 " %s\n", until_us, run->shards->windows->output);
    if (!record_path(run, "", path) || !record_path(run, ".new", hidden)) {
        return fail_path("write", run->shards->root, ENAMETOOLONG, error);
    }
    int number = wend__io_replace(path, hidden, text, (size_t)len);
    number = number == 0 ? wend__io_sync_directory(run->shards->root) : number;
    return number == 0 ? WEND_OK : fail_path("write", path, number, error);
}

static enum wend_status read_record(struct wend_run_state *run, struct wend_error *error) {
    struct wend_run_windows *windows = run->shards->windows;
    char path[PATH_BYTES];
    char text[PATH_BYTES + 64] = "";
    size_t got = 0;
    if (!record_path(run, "", path)) {
        return fail_path("read", run->shards->root, ENAMETOOLONG, error);
    }
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return errno == ENOENT ? WEND_OK : fail_path("open", path, errno, error);
    }
    int number = wend__io_read_at(descriptor, text, sizeof text - 1, 0, &got);
    (void)close(descriptor);
    char *blank = strchr(text, ' ');
    char *end = strchr(text, '\n');
    if (number != 0 || blank == NULL || end == NULL || end - blank > PATH_BYTES) {
        return fail_path("read", path, number != 0 ? number : EINVAL, error);
    }
    *end = '\0';
    atomic_store_explicit(&windows->until_us, strtoll(text, NULL, 10), memory_order_relaxed);
    (void)snprintf(windows->output, sizeof windows->output, "%s", blank + 1);
    return WEND_OK;
}

/* Live: the output as an absolute path, which stays the same for the state. */
static enum wend_status set_output(struct wend_run_state *run, struct wend_error *error) {
    struct wend_run_windows *windows = run->shards->windows;
    const char *output = run->options->output;
    char real[PATH_BYTES];
    int number = wend__io_make_directories(output);
    if (number != 0) {
        return fail_path("make the directory", output, number, error);
    }
    if (realpath(output, real) == NULL) {
        return fail_path("look at", output, errno, error);
    }
    if (windows->output[0] == '\0') {
        memcpy(windows->output, real, sizeof real);
        return write_record(run, INT64_MIN, error);
    }
    return strcmp(windows->output, real) == 0
               ? WEND_OK
               : wend__fail(error, WEND_ERROR_USAGE,
                            "this --state publishes its windows to %s; name that with -o, or begin "
                            "anew with another --state",
                            windows->output);
}

enum wend_status wend__run_windows_open(struct wend_run_state *run, struct wend_error *error) {
    struct wend_run_windows *windows = wend__alloc_zeroed(1, sizeof *windows);
    run->shards->windows = windows;
    if (windows == NULL) {
        return wend__fail_memory(error);
    }
    atomic_init(&windows->until_us, INT64_MIN);
    WEND_TRY(read_record(run, error));
    bool publishes = run->options->kafka->is_live && run->options->output != NULL;
    if (publishes && run->options->ruleset->window_us == 0) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "a live stream publishes windows; give the definitions a `window`, such "
                          "as 1h, or leave -o out");
    }
    return publishes ? set_output(run, error) : WEND_OK;
}

void wend__run_windows_close(struct wend_run_state *run) {
    wend__free(run->shards->windows);
    run->shards->windows = NULL;
}

int64_t wend__run_windows_until(const struct wend_run_state *run) {
    return atomic_load_explicit(&run->shards->windows->until_us, memory_order_relaxed);
}

bool wend__run_windows_any(const struct wend_run_state *run) {
    return run->shards->windows->output[0] != '\0';
}

bool wend__run_windows_has(const struct wend_run_state *run, int64_t window_us) {
    char path[PATH_BYTES];
    struct stat status;
    if (!wend__run_windows_any(run)) {
        return false;
    }
    return window_us + run->options->ruleset->window_us <= wend__run_windows_until(run) ||
           (window_path(run->shards->windows, window_us, path) && lstat(path, &status) == 0);
}

/* The newest checkpoints of all shards, of whatever process. */
static enum wend_status open_chains(const struct wend_run_state *run, struct wend_chain *chains,
                                    struct wend_error *error) {
    for (size_t i = 0; i < run->shards->count; i++) {
        const struct wend_kafka_partition *partition = wend__kafka_partition(run->kafka, i);
        WEND_TRY(wend__chain_open(&chains[i], run->shards->root, partition->topic,
                                  partition->partition, error));
    }
    return WEND_OK;
}

/* What is complete: the least that all have passed. */
static int64_t find_passed(const struct wend_chain *chains, size_t count) {
    int64_t passed_us = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        int64_t own_us = chains[i].has_head ? chains[i].head.passed_us : INT64_MIN;
        passed_us = own_us < passed_us ? own_us : passed_us;
    }
    return passed_us;
}

/* The first window of any part that is not published; INT64_MAX: there is none. */
static int64_t find_window(const struct wend_run_state *run, const struct wend_chain *chains) {
    int64_t length_us = run->options->ruleset->window_us;
    int64_t until_us = wend__run_windows_until(run);
    int64_t found_us = INT64_MAX;
    for (size_t i = 0; i < run->shards->count; i++) {
        for (size_t p = 0; p < chains[i].head.part_count; p++) {
            const struct wend_checkpoint_part *part = &chains[i].head.parts[p];
            int64_t first_us = part->first_window_us > until_us ? part->first_window_us : until_us;
            if (part->last_window_us >= first_us && part->last_window_us + length_us > until_us) {
                found_us = first_us < found_us ? first_us : found_us;
            }
        }
    }
    return found_us;
}

static bool covers(const struct wend_checkpoint_part *part, int64_t window_us) {
    return part->first_window_us <= window_us && window_us <= part->last_window_us;
}

/* Each part that covers the window, in memory. */
struct loaded {
    struct wend_buffer *parts;
    size_t count;
    size_t capacity;
};

static enum wend_status load_parts(const struct wend_run_state *run,
                                   const struct wend_chain *chains, int64_t window_us,
                                   struct loaded *loaded, struct wend_error *error) {
    for (size_t i = 0; i < run->shards->count; i++) {
        for (size_t p = 0; p < chains[i].head.part_count; p++) {
            const struct wend_checkpoint_part *part = &chains[i].head.parts[p];
            if (!covers(part, window_us)) {
                continue;
            }
            void *parts = loaded->parts;
            bool done =
                wend__reserve(&parts, &loaded->capacity, loaded->count + 1, sizeof *loaded->parts);
            loaded->parts = parts;
            char *path = done ? wend__chain_path(&chains[i], part->name) : NULL;
            if (path == NULL) {
                return wend__fail_memory(error);
            }
            struct wend_buffer *bytes = &loaded->parts[loaded->count++];
            *bytes = (struct wend_buffer){0};
            enum wend_status status = wend__checkpoint_read(path, &part->ref, bytes, error);
            wend__free(path);
            WEND_TRY(status);
        }
    }
    return WEND_OK;
}

/* A `wend_part_wants`: of one window. */
static bool is_window(void *context, int64_t window_us) {
    const int64_t *wanted_us = context;
    return window_us == *wanted_us;
}

static enum wend_status gather(const struct wend_run_state *run, const struct loaded *loaded,
                               enum wend_table_id table, int64_t window_us, struct wend_runs **runs,
                               struct wend_error *error) {
    WEND_TRY(wend__run_shards_make_runs(run, table, runs, error));
    for (size_t i = 0; i < loaded->count; i++) {
        WEND_TRY(wend__part_add_to(wend__buffer_view(&loaded->parts[i]), table, is_window,
                                   &window_us, *runs, error));
    }
    return wend__runs_finish(*runs, error);
}

static enum wend_status write_table(const struct wend_run_state *run, enum wend_table_id table,
                                    struct wend_runs *runs, struct wend_snapshot_writer *writer,
                                    struct wend_counters *counters, struct wend_error *error) {
    bool writes = (run->options->tables >> table & 1) != 0;
    if (writes) {
        WEND_TRY(wend__snapshot_writer_begin(writer, table, error));
    }
    for (;;) {
        struct wend_bytes key;
        struct wend_bytes payload;
        WEND_TRY(wend__runs_next(runs, &key, &payload, error));
        if (key.data == NULL) {
            return writes ? wend__snapshot_writer_end(writer, error) : WEND_OK;
        }
        if (table == WEND_TABLE_PATHS) {
            WEND_TRY(wend__run_count_units(run, key, payload, counters, error));
        }
        if (writes) {
            WEND_TRY(wend__snapshot_writer_row(writer, key, payload, error));
        }
    }
}

static enum wend_status write_tables(const struct wend_run_state *run, const struct loaded *loaded,
                                     int64_t window_us, struct wend_snapshot_writer *writer,
                                     struct wend_counters *counters, struct wend_error *error) {
    for (unsigned table = 0; table < WEND_TABLE_COUNT; table++) {
        if ((run->plan.tables >> table & 1) == 0) {
            continue;
        }
        struct wend_runs *runs = NULL;
        enum wend_status status =
            gather(run, loaded, (enum wend_table_id)table, window_us, &runs, error);
        if (status == WEND_OK) {
            status = write_table(run, (enum wend_table_id)table, runs, writer, counters, error);
        }
        wend__runs_destroy(runs);
        WEND_TRY(status);
    }
    return WEND_OK;
}

/* A window without rows is none. */
static bool has_units(const struct wend_counters *counters) {
    uint64_t units = 0;
    for (uint32_t scope = 0; scope <= WEND_MAX_JOURNEYS; scope++) {
        for (uint32_t i = 0; i < WEND_OUTCOME_KINDS; i++) {
            units += counters->units[scope][i];
        }
    }
    return units > 0;
}

static enum wend_status publish(struct wend_run_state *run, const struct loaded *loaded,
                                const char *path, int64_t window_us, struct wend_error *error) {
    const struct wend_ruleset *ruleset = run->options->ruleset;
    struct wend_bytes segments[WEND_MAX_SEGMENTS];
    struct wend_snapshot_options options;
    struct wend_snapshot_writer *writer = NULL;
    struct wend_manifest manifest = {
        .definitions_hash = ruleset->source_hash,
        .now_us = window_us + ruleset->window_us,
        .has_watermark = true,
        .watermark_us = window_us + ruleset->window_us,
        .lateness_us = run->result->lateness_us,
        .window_us = ruleset->window_us,
    };
    wend__run_snapshot_options(run, path, segments, &options);
    char *name = wend__copy_text(ruleset->source_name.data, ruleset->source_name.len);
    if (name == NULL) {
        return wend__fail_memory(error);
    }
    manifest.definitions_name = name;
    enum wend_status status = wend__snapshot_writer_open(&options, &writer, error);
    if (status == WEND_OK) {
        status = write_tables(run, loaded, window_us, writer, &manifest.counters, error);
    }
    if (status == WEND_OK && has_units(&manifest.counters)) {
        status = wend__snapshot_writer_publish(writer, &manifest, error);
    }
    wend__snapshot_writer_destroy(writer);
    wend__free(name);
    return status;
}

static enum wend_status publish_window(struct wend_run_state *run, const struct wend_chain *chains,
                                       int64_t window_us, struct wend_error *error) {
    char path[PATH_BYTES];
    struct stat there;
    struct loaded loaded = {0};
    if (!window_path(run->shards->windows, window_us, path)) {
        return fail_path("write", run->shards->windows->output, ENAMETOOLONG, error);
    }
    if (lstat(path, &there) == 0) {
        return WEND_OK;
    }
    enum wend_status status = load_parts(run, chains, window_us, &loaded, error);
    if (status == WEND_OK) {
        status = publish(run, &loaded, path, window_us, error);
        /* Another process was faster, with the same rows. */
        status = status == WEND_ERROR_USAGE && lstat(path, &there) == 0 ? WEND_OK : status;
    }
    for (size_t i = 0; i < loaded.count; i++) {
        wend__buffer_deinit(&loaded.parts[i]);
    }
    wend__free(loaded.parts);
    return status;
}

/* One window; `*did` false: none is complete. */
static enum wend_status publish_next(struct wend_run_state *run, struct wend_chain *chains,
                                     bool *did, struct wend_error *error) {
    int64_t length_us = run->options->ruleset->window_us;
    WEND_TRY(open_chains(run, chains, error));
    int64_t passed_us = find_passed(chains, run->shards->count);
    int64_t window_us = find_window(run, chains);
    *did = window_us != INT64_MAX && passed_us != INT64_MIN && window_us + length_us <= passed_us;
    if (!*did) {
        return WEND_OK;
    }
    WEND_TRY(publish_window(run, chains, window_us, error));
    WEND_TRY(write_record(run, window_us + length_us, error));
    atomic_store_explicit(&run->shards->windows->until_us, window_us + length_us,
                          memory_order_relaxed);
    wend__run_publish_wake(run);
    return WEND_OK;
}

enum wend_status wend__run_windows_publish(struct wend_run_state *run, struct wend_error *error) {
    struct wend_run_windows *windows = run->shards->windows;
    int64_t now_us = wend__clock_monotonic_us();
    bool is_due = run->options->output != NULL && run->shards->count > 0 &&
                  run->shards->items[0].shard != NULL && now_us >= windows->next_look_us;
    if (!is_due) {
        return WEND_OK;
    }
    windows->next_look_us = now_us + LOOK_US;
    struct wend_chain *chains = wend__alloc_zeroed(run->shards->count, sizeof *chains);
    bool did = false;
    if (chains == NULL) {
        return wend__fail_memory(error);
    }
    /* What another process has published meanwhile counts, too. */
    enum wend_status status = read_record(run, error);
    if (status == WEND_OK) {
        status = publish_next(run, chains, &did, error);
    }
    for (size_t i = 0; i < run->shards->count; i++) {
        wend__chain_deinit(&chains[i]);
    }
    wend__free(chains);
    windows->next_look_us = did && status == WEND_OK ? 0 : windows->next_look_us;
    return status;
}
