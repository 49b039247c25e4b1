/* Several snapshots of the same definitions to one; see snapshot_reader.h. */
#include "base/memory.h"
#include "ds/runs.h"
#include "model/ruleset.h"
#include "snapshot/row_reader.h"
#include "snapshot/snapshot_files.h"
#include "snapshot/snapshot_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#define MERGE_MEMORY_BYTES ((size_t)1 << 30)
#define LOOK_EVERY_ROWS 4096U

struct part {
    struct wend_snapshot *snapshot;
};

struct merge {
    struct part *parts; /* in an order that does not depend on that of the call */
    size_t count;
    struct wend_manifest_input *inputs;
    struct wend_manifest manifest;
    const struct wend_merge_options *options;
    uint64_t done_rows; /* read from the parts */
    uint64_t total_rows;
};

static enum wend_status check_distinct(const char *const *directories, size_t count,
                                       struct wend_error *error) {
    struct stat *places = wend__alloc_zeroed(count, sizeof *places);
    if (places == NULL) {
        return wend__fail_memory(error);
    }
    enum wend_status status = WEND_OK;
    for (size_t i = 0; i < count && status == WEND_OK; i++) {
        if (stat(directories[i], &places[i]) != 0) {
            status = wend__fail_os(error, "look at", directories[i], errno);
        }
        for (size_t j = 0; j < i && status == WEND_OK; j++) {
            if (places[i].st_dev == places[j].st_dev && places[i].st_ino == places[j].st_ino) {
                status = wend__fail(error, WEND_ERROR_USAGE,
                                    "%s and %s are the same directory, which would count twice; "
                                    "name it once",
                                    directories[j], directories[i]);
            }
        }
    }
    wend__free(places);
    return status;
}

static bool same_names(const struct wend_bytes *a, uint32_t a_count, const struct wend_bytes *b,
                       uint32_t b_count) {
    bool is_same = a_count == b_count;
    for (uint32_t i = 0; is_same && i < a_count; i++) {
        is_same = wend__bytes_equal(a[i], b[i]);
    }
    return is_same;
}

static bool same_tables(const struct wend_snapshot *a, const struct wend_snapshot *b) {
    bool is_same = true;
    for (unsigned i = 0; i < WEND_TABLE_COUNT; i++) {
        is_same = is_same && wend__snapshot_has_table(a, (enum wend_table_id)i) ==
                                 wend__snapshot_has_table(b, (enum wend_table_id)i);
    }
    return is_same;
}

/* What must be the same for two snapshots to be added up. */
static enum wend_status check_same(const struct wend_snapshot *a, const struct wend_snapshot *b,
                                   struct wend_error *error) {
    const struct wend_manifest *left = wend__snapshot_manifest(a);
    const struct wend_manifest *right = wend__snapshot_manifest(b);
    const struct wend_snapshot_options *x = wend__snapshot_options(a);
    const struct wend_snapshot_options *y = wend__snapshot_options(b);
    const char *what = NULL;
    if (left->definitions_hash.high != right->definitions_hash.high ||
        left->definitions_hash.low != right->definitions_hash.low ||
        !same_names(x->scopes, x->scope_count, y->scopes, y->scope_count)) {
        what = "definitions";
    } else if (!same_names(x->segments, x->segment_count, y->segments, y->segment_count)) {
        what = "segments";
    } else if (left->window_us != right->window_us) {
        what = "windows";
    } else if (!same_tables(a, b)) {
        what = "tables";
    } else if (x->customer_ids != y->customer_ids) {
        what = "ways of writing customer ids";
    }
    if (what == NULL) {
        return WEND_OK;
    }
    return wend__fail(error, WEND_ERROR_USAGE,
                      "%s and %s have different %s; make one of them anew like the other",
                      wend__snapshot_directory(a), wend__snapshot_directory(b), what);
}

static int compare_parts(const void *a, const void *b) {
    struct wend_hash128 x = wend__snapshot_id(((const struct part *)a)->snapshot);
    struct wend_hash128 y = wend__snapshot_id(((const struct part *)b)->snapshot);
    if (x.high != y.high) {
        return x.high < y.high ? -1 : 1;
    }
    return (x.low > y.low) - (x.low < y.low);
}

static enum wend_status open_all(struct merge *merge, const char *const *directories, size_t count,
                                 struct wend_error *error) {
    merge->parts = wend__alloc_zeroed(count, sizeof *merge->parts);
    if (merge->parts == NULL) {
        return wend__fail_memory(error);
    }
    for (; merge->count < count; merge->count++) {
        struct part *part = &merge->parts[merge->count];
        WEND_TRY(wend__snapshot_open(directories[merge->count], &part->snapshot, error));
    }
    WEND_TRY(check_distinct(directories, count, error));
    for (size_t i = 1; i < count; i++) {
        WEND_TRY(check_same(merge->parts[0].snapshot, merge->parts[i].snapshot, error));
    }
    /* By content: rows of equal time and id keep the order in which they are added. */
    qsort(merge->parts, count, sizeof *merge->parts, compare_parts);
    return WEND_OK;
}

static int compare_texts(const char *a, const char *b) {
    return a == NULL || b == NULL ? (a != NULL) - (b != NULL) : strcmp(a, b);
}

static int compare_inputs(const void *a, const void *b) {
    const struct wend_manifest_input *x = a;
    const struct wend_manifest_input *y = b;
    int order = compare_texts(x->name, y->name);
    order = order != 0 ? order : compare_texts(x->format, y->format);
    order = order != 0 ? order : compare_texts(x->wrapper, y->wrapper);
    order = order != 0 ? order
                       : (x->begin_offset > y->begin_offset) - (x->begin_offset < y->begin_offset);
    order = order != 0 ? order : (x->bytes > y->bytes) - (x->bytes < y->bytes);
    return order != 0 ? order : compare_texts(x->trouble, y->trouble);
}

static void add_manifest(struct wend_manifest *sum, const struct wend_manifest *more) {
    if (compare_texts(more->definitions_name, sum->definitions_name) < 0) {
        sum->definitions_name = more->definitions_name;
    }
    sum->now_us = more->now_us > sum->now_us ? more->now_us : sum->now_us;
    if (more->has_watermark && (!sum->has_watermark || more->watermark_us > sum->watermark_us)) {
        sum->has_watermark = true;
        sum->watermark_us = more->watermark_us;
    }
    if (more->lateness_us == WEND_LATENESS_UNLIMITED) {
        sum->lateness_us = WEND_LATENESS_UNLIMITED;
    } else if (sum->lateness_us != WEND_LATENESS_UNLIMITED &&
               more->lateness_us > sum->lateness_us) {
        sum->lateness_us = more->lateness_us;
    }
    sum->close_all = sum->close_all || more->close_all;
    wend__counters_add(&sum->counters, &more->counters);
}

static enum wend_status merge_manifests(struct merge *merge, struct wend_error *error) {
    size_t input_count = 0;
    for (size_t i = 0; i < merge->count; i++) {
        input_count += wend__snapshot_manifest(merge->parts[i].snapshot)->input_count;
    }
    merge->inputs = wend__alloc_zeroed(input_count, sizeof *merge->inputs);
    if (merge->inputs == NULL) {
        return wend__fail_memory(error);
    }
    merge->manifest = *wend__snapshot_manifest(merge->parts[0].snapshot);
    size_t at = 0;
    for (size_t i = 0; i < merge->count; i++) {
        const struct wend_manifest *manifest = wend__snapshot_manifest(merge->parts[i].snapshot);
        for (size_t j = 0; j < manifest->input_count; j++) {
            merge->inputs[at++] = manifest->inputs[j];
        }
        if (i > 0) {
            add_manifest(&merge->manifest, manifest);
        }
    }
    qsort(merge->inputs, input_count, sizeof *merge->inputs, compare_inputs);
    merge->manifest.inputs = merge->inputs;
    merge->manifest.input_count = input_count;
    return WEND_OK;
}

static uint64_t count_rows(const struct merge *merge) {
    uint64_t rows = 0;
    for (size_t i = 0; i < merge->count; i++) {
        const struct wend_snapshot *snapshot = merge->parts[i].snapshot;
        for (size_t j = 0; j < wend__snapshot_file_count(snapshot); j++) {
            rows += wend__snapshot_file(snapshot, j)->rows;
        }
    }
    return rows;
}

/* Tells how far it is, when `row` is one of the rows at which that is done. */
static enum wend_status look_around(const struct merge *merge, uint64_t row,
                                    struct wend_error *error) {
    const struct wend_merge_options *options = merge->options;
    if (options->progress == NULL || row % LOOK_EVERY_ROWS != 0 ||
        options->progress(options->progress_context, merge->done_rows, merge->total_rows)) {
        return WEND_OK;
    }
    return wend__fail(error, WEND_ERROR_CANCELLED, "the merge was stopped");
}

static enum wend_status add_rows(struct merge *merge, struct wend_runs *runs,
                                 const struct wend_snapshot *snapshot, enum wend_table_id table,
                                 struct wend_error *error) {
    struct wend_row_reader reader;
    bool found = true;
    enum wend_status status = wend__row_reader_open(&reader, snapshot, table, error);
    if (status == WEND_OK) {
        wend__row_reader_skip_derived(&reader);
    }
    while (status == WEND_OK && found) {
        status = wend__row_reader_next(&reader, &found, error);
        if (status == WEND_OK && found) {
            status = wend__runs_add(runs, wend__buffer_view(&reader.key),
                                    wend__buffer_view(&reader.payload), error);
        }
        if (status == WEND_OK && found) {
            status = look_around(merge, merge->done_rows++, error);
        }
    }
    wend__row_reader_close(&reader);
    return status;
}

static enum wend_status fill_table(struct merge *merge, struct wend_runs *runs,
                                   enum wend_table_id table, struct wend_snapshot_writer *writer,
                                   struct wend_error *error) {
    for (size_t i = 0; i < merge->count; i++) {
        WEND_TRY(add_rows(merge, runs, merge->parts[i].snapshot, table, error));
    }
    WEND_TRY(wend__runs_finish(runs, error));
    WEND_TRY(wend__snapshot_writer_begin(writer, table, error));
    for (uint64_t row = 0;; row++) {
        struct wend_bytes key;
        struct wend_bytes payload;
        WEND_TRY(look_around(merge, row, error));
        WEND_TRY(wend__runs_next(runs, &key, &payload, error));
        if (key.data == NULL) {
            return wend__snapshot_writer_end(writer, error);
        }
        WEND_TRY(wend__snapshot_writer_row(writer, key, payload, error));
    }
}

static enum wend_status merge_table(struct merge *merge, enum wend_table_id table,
                                    struct wend_snapshot_writer *writer, struct wend_error *error) {
    const struct wend_merge_options *options = merge->options;
    struct wend_payload_shape shape = wend__schemas[table].shape;
    struct wend_runs_options runs_options = {
        .directory = options->temp_directory == NULL ? "/tmp" : options->temp_directory,
        .memory_bytes = options->memory_bytes == 0 ? MERGE_MEMORY_BYTES : options->memory_bytes,
        .combine = table < WEND_TABLE_SESSIONS ? wend__payload_combine : NULL,
        .context = &shape,
    };
    struct wend_runs *runs;
    WEND_TRY(wend__runs_create(&runs_options, &runs, error));
    enum wend_status status = fill_table(merge, runs, table, writer, error);
    wend__runs_destroy(runs);
    return status;
}

static enum wend_status write_merged(struct merge *merge, struct wend_error *error) {
    struct wend_snapshot_options options = *wend__snapshot_options(merge->parts[0].snapshot);
    struct wend_snapshot_writer *writer;
    options.directory = merge->options->directory;
    options.replaces = merge->options->replaces;
    WEND_TRY(wend__snapshot_writer_open_copy(&options, &writer, error));
    enum wend_status status = WEND_OK;
    for (unsigned i = 0; i < WEND_TABLE_COUNT && status == WEND_OK; i++) {
        if (wend__snapshot_has_table(merge->parts[0].snapshot, (enum wend_table_id)i)) {
            status = merge_table(merge, (enum wend_table_id)i, writer, error);
        }
    }
    if (status == WEND_OK) {
        status = wend__snapshot_writer_publish(writer, &merge->manifest, error);
    }
    wend__snapshot_writer_destroy(writer);
    return status;
}

enum wend_status wend__snapshot_merge(const char *const *directories, size_t directory_count,
                                      const struct wend_merge_options *options,
                                      struct wend_error *error) {
    if (directory_count == 0) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "there is no snapshot to merge; name at least one");
    }
    struct merge merge = {.options = options};
    enum wend_status status = open_all(&merge, directories, directory_count, error);
    if (status == WEND_OK) {
        merge.total_rows = count_rows(&merge);
        status = merge_manifests(&merge, error);
    }
    if (status == WEND_OK) {
        status = write_merged(&merge, error);
    }
    for (size_t i = 0; i < merge.count; i++) {
        wend__snapshot_close(merge.parts[i].snapshot);
    }
    wend__free(merge.parts);
    wend__free(merge.inputs);
    return status;
}
