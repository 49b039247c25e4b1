/* Behaviour of merging snapshots. */
#include "snapshot_world.h"

#include "base/io.h"
#include "base/memory.h"
#include "snapshot/snapshot_reader.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static void make_folder(void) {
    world_make_directory(folder);
}

static void remove_folder(void) {
    cr_assert_eq(wend__io_remove_tree(folder), 0);
}

TestSuite(snapshot_merge, .init = make_folder, .fini = remove_folder);

/* FOLDER/NAME; eight at a time. */
static const char *place(const char *name) {
    static char places[8][96];
    static unsigned next;
    char *path = places[next++ % 8];
    (void)snprintf(path, sizeof *places, "%s/%s", folder, name);
    return path;
}

static void write_part(const char *name, size_t first, size_t count, struct world_options options) {
    options.directory = place(name);
    struct wend_error error = {0};
    cr_assert_eq(world_write(world_units + first, count, &options, &error), WEND_OK, "%s",
                 error.text);
}

static enum wend_status merge(const char *const *names, size_t count, const char *to,
                              struct wend_error *error) {
    const char *directories[4];
    for (size_t i = 0; i < count; i++) {
        directories[i] = place(names[i]);
    }
    struct wend_merge_options options = {.directory = place(to), .memory_bytes = 1 << 20};
    return wend__snapshot_merge(directories, count, &options, error);
}

static void merge_well(const char *const *names, size_t count, const char *to) {
    struct wend_error error = {0};
    cr_assert_eq(merge(names, count, to, &error), WEND_OK, "%s", error.text);
}

/* That both have the same files with the same checksums. */
static void expect_same_tables(const char *a, const char *b) {
    struct wend_snapshot *x;
    struct wend_snapshot *y;
    cr_assert_eq(wend__snapshot_open(place(a), &x, NULL), WEND_OK);
    cr_assert_eq(wend__snapshot_open(place(b), &y, NULL), WEND_OK);
    cr_assert_eq(wend__snapshot_file_count(x), wend__snapshot_file_count(y));
    for (size_t i = 0; i < wend__snapshot_file_count(x); i++) {
        const struct wend_snapshot_file *left = wend__snapshot_file(x, i);
        const struct wend_snapshot_file *right = wend__snapshot_file(y, i);
        cr_assert_str_eq(left->path, right->path);
        cr_assert_eq(left->checksum.low, right->checksum.low, "%s", left->path);
        cr_assert_eq(left->checksum.high, right->checksum.high, "%s", left->path);
    }
    wend__snapshot_close(x);
    wend__snapshot_close(y);
}

static char *read_manifest(const char *name) {
    static char text[65536];
    char path[128];
    (void)snprintf(path, sizeof path, "%s/manifest.json", place(name));
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    return text;
}

Test(snapshot_merge, one_snapshot_alone_gives_the_same_tables) {
    write_part("a", 0, world_unit_count, (struct world_options){0});
    merge_well((const char *const[]){"a"}, 1, "merged");
    expect_same_tables("a", "merged");
}

Test(snapshot_merge, parts_give_the_tables_of_the_whole) {
    struct world_options options = {.customer_ids = WEND_CUSTOMER_IDS_HASH};
    write_part("whole", 0, world_unit_count, options);
    write_part("a", 0, 3, options);
    write_part("b", 3, 5, options);
    write_part("c", 8, world_unit_count - 8, options);
    merge_well((const char *const[]){"a", "b", "c"}, 3, "merged");
    expect_same_tables("whole", "merged");
}

Test(snapshot_merge, windows_stay_apart) {
    struct world_options options = {.has_windows = true};
    write_part("whole", 0, world_unit_count, options);
    write_part("a", 0, 7, options);
    write_part("b", 7, world_unit_count - 7, options);
    merge_well((const char *const[]){"b", "a"}, 2, "merged");
    expect_same_tables("whole", "merged");
}

Test(snapshot_merge, the_order_of_the_directories_does_not_matter) {
    write_part("a", 0, 4, (struct world_options){.input_name = "x"});
    write_part("b", 4, 7, (struct world_options){.input_name = "y"});
    /* Units that are in two parts, so that rows of sessions meet. */
    write_part("c", 0, 2, (struct world_options){.input_name = "a", .read = 1000});
    merge_well((const char *const[]){"a", "b", "c"}, 3, "abc");
    char *first = wend__copy_text(read_manifest("abc"), strlen(read_manifest("abc")));
    merge_well((const char *const[]){"c", "b", "a"}, 3, "cba");
    expect_same_tables("abc", "cba");
    cr_assert_str_eq(read_manifest("cba"), first);
    wend__free(first);
}

Test(snapshot_merge, counters_are_added_and_inputs_are_sorted) {
    write_part("a", 0, 6, (struct world_options){.input_name = "second"});
    write_part("b", 6, world_unit_count - 6, (struct world_options){.input_name = "first"});
    merge_well((const char *const[]){"a", "b"}, 2, "merged");
    struct wend_snapshot *merged;
    cr_assert_eq(wend__snapshot_open(place("merged"), &merged, NULL), WEND_OK);
    const struct wend_manifest *manifest = wend__snapshot_manifest(merged);
    cr_assert_eq(manifest->input_count, 2);
    cr_assert_str_eq(manifest->inputs[0].name, "first");
    cr_assert_eq(manifest->counters.sessions, 6);
    cr_assert_eq(manifest->counters.units[1][WEND_OUTCOME_ABANDONED], 2);
    cr_assert_eq(manifest->counters.late, 2);
    cr_assert(wend__counters_balance(&manifest->counters));
    cr_assert_eq(manifest->watermark_us, 12 * INT64_C(86400000000) + 22000000);
    wend__snapshot_close(merged);
}

static void expect_refused(const char *text) {
    struct wend_error error = {0};
    cr_assert_eq(merge((const char *const[]){"a", "b"}, 2, "merged", &error), WEND_ERROR_USAGE);
    cr_assert(strstr(error.text, text) != NULL, "%s", error.text);
    cr_assert_eq(access(place("merged"), F_OK), -1);
}

Test(snapshot_merge, different_tables_are_refused) {
    write_part("a", 0, 4, (struct world_options){0});
    write_part("b", 4, 4, (struct world_options){.tables = 1});
    expect_refused("different tables");
}

Test(snapshot_merge, different_ways_of_customer_ids_are_refused) {
    write_part("a", 0, 4, (struct world_options){0});
    write_part("b", 4, 4, (struct world_options){.customer_ids = WEND_CUSTOMER_IDS_NONE});
    expect_refused("customer ids");
}

Test(snapshot_merge, different_windows_are_refused) {
    write_part("a", 0, 4, (struct world_options){0});
    write_part("b", 4, 4, (struct world_options){.has_windows = true});
    expect_refused("different windows");
}

/* Replaces a text in the manifest by one of the same length. */
static void edit_manifest(const char *name, const char *from, const char *to) {
    char *text = read_manifest(name);
    char *at = strstr(text, from);
    cr_assert_not_null(at);
    memcpy(at, to, strlen(to));
    char path[128];
    (void)snprintf(path, sizeof path, "%s/manifest.json", place(name));
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert(fputs(text, file) >= 0);
    (void)fclose(file);
}

Test(snapshot_merge, different_definitions_are_refused) {
    write_part("a", 0, 4, (struct world_options){0});
    write_part("b", 4, 4, (struct world_options){0});
    edit_manifest("b", "\"0123456789abcdef", "\"1123456789abcdef");
    expect_refused("different definitions");
}

Test(snapshot_merge, different_segments_are_refused) {
    write_part("a", 0, 4, (struct world_options){0});
    write_part("b", 4, 4, (struct world_options){0});
    edit_manifest("b", "\"device\"", "\"vendor\"");
    expect_refused("different segments");
}

Test(snapshot_merge, one_directory_twice_is_refused_by_whatever_name) {
    write_part("a", 0, 4, (struct world_options){0});
    cr_assert_eq(symlink("a", place("b")), 0);
    expect_refused("same directory");
}

struct stop_watch {
    unsigned calls;
    unsigned allowed;
    uint64_t done;
    uint64_t total;
};

static bool watch(void *context, uint64_t done_rows, uint64_t total_rows) {
    struct stop_watch *stop = context;
    stop->done = done_rows;
    stop->total = total_rows;
    return stop->calls++ < stop->allowed;
}

static enum wend_status merge_watched(struct stop_watch *stop) {
    const char *directories[] = {place("a"), place("b")};
    struct wend_merge_options options = {
        .directory = place("merged"), .progress = watch, .progress_context = stop};
    return wend__snapshot_merge(directories, 2, &options, NULL);
}

Test(snapshot_merge, progress_tells_rows_and_can_stop_it_at_any_time) {
    write_part("a", 0, 4, (struct world_options){0});
    write_part("b", 4, 4, (struct world_options){0});
    struct stop_watch stop = {.allowed = UINT32_MAX};
    cr_assert_eq(merge_watched(&stop), WEND_OK);
    cr_assert_gt(stop.calls, 2);
    cr_assert_eq(stop.done, stop.total);
    unsigned calls = stop.calls;
    for (unsigned i = 0; i < calls; i++) {
        cr_assert_eq(wend__io_remove_tree(place("merged")), 0);
        stop = (struct stop_watch){.allowed = i};
        cr_assert_eq(merge_watched(&stop), WEND_ERROR_CANCELLED);
        cr_assert_eq(stop.calls, i + 1);
        cr_assert_str_eq(world_list(folder), "a b");
    }
}

Test(snapshot_merge, no_snapshot_at_all_is_refused) {
    struct wend_error error = {0};
    cr_assert_eq(merge(NULL, 0, "merged", &error), WEND_ERROR_USAGE);
}

Test(snapshot_merge, every_failing_write_leaves_nothing) {
    write_part("a", 0, 4, (struct world_options){0});
    write_part("b", 4, 7, (struct world_options){0});
    enum wend_status status = WEND_ERROR_IO;
    for (uint64_t n = 1; status != WEND_OK; n++) {
        wend__io_fail_write_at(n, ENOSPC);
        status = merge((const char *const[]){"a", "b"}, 2, "merged", NULL);
        wend__io_fail_write_at(0, 0);
        cr_assert_str_eq(world_list(folder), status == WEND_OK ? "a b merged" : "a b");
    }
}

Test(snapshot_merge, every_failing_allocation_is_reported) {
    struct world_options options = {.tables = 1U << WEND_TABLE_STAGES | 1U << WEND_TABLE_JOURNEYS};
    write_part("a", 0, 8, options);
    write_part("b", 8, 3, options);
    uint64_t before = wend__memory_count();
    merge_well((const char *const[]){"a", "b"}, 2, "merged");
    uint64_t allocations = wend__memory_count() - before;
    for (uint64_t n = 1; n <= allocations; n++) {
        cr_assert_eq(wend__io_remove_tree(place("merged")), 0);
        wend__memory_fail_at(n);
        enum wend_status status = merge((const char *const[]){"a", "b"}, 2, "merged", NULL);
        wend__memory_fail_at(0);
        cr_assert(status == WEND_ERROR_MEMORY || status == WEND_OK, "allocation %llu: %d",
                  (unsigned long long)n, (int)status);
        cr_assert_str_eq(world_list(folder), status == WEND_OK ? "a b merged" : "a b");
    }
}

static bool goes_on_for_a_while(void *context, uint64_t done_rows, uint64_t total_rows) {
    unsigned *calls = context;
    cr_assert_leq(done_rows, total_rows);
    return (*calls)-- > 0;
}

Test(snapshot_merge, a_merge_that_is_told_to_stop_publishes_nothing) {
    write_part("a", 0, world_unit_count, (struct world_options){0});
    enum wend_status status = WEND_ERROR_CANCELLED;
    unsigned asked = 0;
    while (status == WEND_ERROR_CANCELLED) {
        cr_assert_str_eq(world_list(folder), "a");
        const char *directory = place("a");
        unsigned calls = asked++;
        struct wend_merge_options options = {.directory = place("sum"),
                                             .memory_bytes = 1 << 20,
                                             .progress = goes_on_for_a_while,
                                             .progress_context = &calls};
        struct wend_error error = {0};
        status = wend__snapshot_merge(&directory, 1, &options, &error);
    }
    cr_assert_eq(status, WEND_OK);
    cr_expect_gt(asked, WEND_TABLE_COUNT / 2, "asked only %u times", asked);
}
