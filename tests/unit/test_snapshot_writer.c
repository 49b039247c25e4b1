/* Behaviour of the snapshot writer: atomic publishing, failures, what killed runs leave. */
#include "snapshot_world.h"

#include "base/io.h"
#include "base/memory.h"
#include "snapshot/derived.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static char place[80];

static void make_folder(void) {
    world_make_directory(folder);
    (void)snprintf(place, sizeof place, "%s/snap", folder);
}

static void remove_folder(void) {
    cr_assert_eq(wend__io_remove_tree(folder), 0);
}

TestSuite(snapshot_writer, .init = make_folder, .fini = remove_folder);

static json_t *load_manifest(void) {
    char path[128];
    (void)snprintf(path, sizeof path, "%s/manifest.json", place);
    json_error_t error;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    cr_assert_not_null(root, "%s", error.text);
    return root;
}

static enum wend_status write_world(struct world_options options, struct wend_error *error) {
    options.directory = place;
    return world_write(world_units, world_unit_count, &options, error);
}

Test(snapshot_writer, a_snapshot_is_a_manifest_and_a_folder_for_each_table) {
    cr_assert_eq(write_world((struct world_options){0}, NULL), WEND_OK);
    cr_assert_str_eq(world_list(folder), "snap");
    cr_assert_str_eq(world_list(place),
                     "abandonment flow journeys manifest.json paths sessions stages switches "
                     "touchpoints transitions");
    (void)snprintf(place + strlen(place), 16, "/paths");
    cr_assert_str_eq(world_list(place), "part-00000.parquet");
}

Test(snapshot_writer, the_manifest_has_its_keys_in_order) {
    cr_assert_eq(write_world((struct world_options){0}, NULL), WEND_OK);
    json_t *root = load_manifest();
    static const char *const keys[] = {
        "format",      "format_version", "engine_version", "snapshot_id",
        "definitions", "scopes",         "segments",       "customer_ids",
        "now",         "watermark",      "lateness",       "window",
        "close_all",   "inputs",         "files",          "counters"};
    size_t at = 0;
    const char *key;
    json_t *value;
    json_object_foreach(root, key, value) {
        cr_assert(at < sizeof keys / sizeof *keys);
        cr_assert_str_eq(key, keys[at++]);
    }
    cr_assert_eq(at, sizeof keys / sizeof *keys);
    cr_assert_str_eq(json_string_value(json_object_get(root, "now")),
                     "1970-01-21T00:00:00.000000Z");
    cr_assert_str_eq(json_string_value(json_object_get(root, "lateness")), "unlimited");
    json_t *files = json_object_get(root, "files");
    cr_assert_eq(json_array_size(files), WEND_TABLE_COUNT);
    json_t *buy =
        json_object_get(json_object_get(json_object_get(root, "counters"), "journeys"), "buy");
    cr_assert_eq(json_integer_value(json_object_get(buy, "open")), 2);
    json_decref(root);
}

Test(snapshot_writer, names_that_are_no_utf8_are_cleaned) {
    cr_assert_eq(write_world((struct world_options){.input_name = "a\xff.log"}, NULL), WEND_OK);
    json_t *root = load_manifest();
    json_t *input = json_array_get(json_object_get(root, "inputs"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(input, "name")), "a\xEF\xBF\xBD.log");
    json_decref(root);
}

static char *read_whole(const char *directory, const char *name, size_t *len) {
    static char content[1 << 20];
    char path[192];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    *len = fread(content, 1, sizeof content, file);
    (void)fclose(file);
    return content;
}

Test(snapshot_writer, the_manifest_knows_size_and_checksum_of_each_file) {
    cr_assert_eq(write_world((struct world_options){0}, NULL), WEND_OK);
    json_t *root = load_manifest();
    size_t index;
    json_t *file;
    json_array_foreach(json_object_get(root, "files"), index, file) {
        size_t len;
        char *bytes = read_whole(place, json_string_value(json_object_get(file, "path")), &len);
        cr_assert_eq((size_t)json_integer_value(json_object_get(file, "bytes")), len);
        char hex[WEND_HASH_HEX_LEN + 1] = {0};
        wend__hash128_format(wend__hash128(wend__bytes(bytes, len), 0), hex);
        cr_assert_str_eq(json_string_value(json_object_get(file, "xxh3_128")), hex);
    }
    json_decref(root);
}

Test(snapshot_writer, equal_rows_give_equal_bytes) {
    cr_assert_eq(write_world((struct world_options){0}, NULL), WEND_OK);
    size_t len;
    char *text = read_whole(place, "manifest.json", &len);
    char *before = wend__copy_text(text, len);
    cr_assert_eq(write_world((struct world_options){.replaces = true}, NULL), WEND_OK);
    size_t again;
    text = read_whole(place, "manifest.json", &again);
    cr_assert_eq(again, len);
    cr_assert_arr_eq(text, before, len);
    wend__free(before);
}

Test(snapshot_writer, only_the_wanted_tables_are_there) {
    uint32_t tables = 1U << WEND_TABLE_PATHS | 1U << WEND_TABLE_FLOW;
    cr_assert_eq(write_world((struct world_options){.tables = tables}, NULL), WEND_OK);
    cr_assert_str_eq(world_list(place), "flow manifest.json paths");
}

Test(snapshot_writer, a_table_without_rows_has_a_file) {
    struct world_options options = {.directory = place};
    cr_assert_eq(world_write(NULL, 0, &options, NULL), WEND_OK);
    json_t *root = load_manifest();
    cr_assert_eq(json_array_size(json_object_get(root, "files")), WEND_TABLE_COUNT);
    cr_assert(json_is_null(json_object_get(root, "watermark")));
    json_decref(root);
}

Test(snapshot_writer, parents_are_made_and_slashes_at_the_end_do_not_matter) {
    (void)snprintf(place + strlen(place), 16, "/a/b//");
    cr_assert_eq(write_world((struct world_options){0}, NULL), WEND_OK);
    (void)snprintf(place, sizeof place, "%s/snap/a", folder);
    cr_assert_str_eq(world_list(place), "b");
}

Test(snapshot_writer, what_is_there_is_replaced_only_on_request) {
    cr_assert_eq(write_world((struct world_options){0}, NULL), WEND_OK);
    struct wend_error error = {0};
    cr_assert_eq(write_world((struct world_options){0}, &error), WEND_ERROR_USAGE);
    cr_assert(strstr(error.text, "already there") != NULL);
    uint32_t tables = 1U << WEND_TABLE_PATHS;
    cr_assert_eq(write_world((struct world_options){.replaces = true, .tables = tables}, NULL),
                 WEND_OK);
    cr_assert_str_eq(world_list(place), "manifest.json paths");
    cr_assert_str_eq(world_list(folder), "snap");
}

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert(fputs(text, file) >= 0);
    (void)fclose(file);
}

Test(snapshot_writer, what_is_no_snapshot_is_never_replaced) {
    char path[128];
    cr_assert_eq(mkdir(place, 0777), 0);
    (void)snprintf(path, sizeof path, "%s/manifest.json", place);
    write_text(path, "{\"name\": \"somebody's web page\"}");
    struct wend_error error = {0};
    cr_assert_eq(write_world((struct world_options){.replaces = true}, &error), WEND_ERROR_USAGE);
    cr_assert(strstr(error.text, "no snapshot") != NULL);
    cr_assert_str_eq(world_list(place), "manifest.json");
}

Test(snapshot_writer, a_file_in_the_place_is_refused) {
    write_text(place, "x");
    cr_assert_eq(write_world((struct world_options){.replaces = true}, NULL), WEND_ERROR_USAGE);
}

Test(snapshot_writer, a_link_stays_and_its_target_is_replaced) {
    char link[128];
    cr_assert_eq(write_world((struct world_options){0}, NULL), WEND_OK);
    (void)snprintf(link, sizeof link, "%s/latest", folder);
    cr_assert_eq(symlink("snap", link), 0);
    struct world_options options = {
        .directory = link, .replaces = true, .tables = 1U << WEND_TABLE_PATHS};
    cr_assert_eq(world_write(world_units, world_unit_count, &options, NULL), WEND_OK);
    cr_assert_str_eq(world_list(place), "manifest.json paths");
    struct stat status;
    cr_assert_eq(lstat(link, &status), 0);
    cr_assert(S_ISLNK(status.st_mode));
}

Test(snapshot_writer, every_failing_write_leaves_nothing) {
    uint64_t before = wend__io_write_count();
    cr_assert_eq(write_world((struct world_options){0}, NULL), WEND_OK);
    uint64_t writes = wend__io_write_count() - before;
    cr_assert_eq(wend__io_remove_tree(place), 0);
    cr_assert(writes > 10);
    for (uint64_t n = 1; n <= writes; n++) {
        struct wend_error error = {0};
        wend__io_fail_write_at(n, ENOSPC);
        enum wend_status status = write_world((struct world_options){0}, &error);
        wend__io_fail_write_at(0, 0);
        cr_assert_eq(status, WEND_ERROR_IO, "write %llu", (unsigned long long)n);
        cr_assert(strstr(error.text, "No space left") != NULL, "%s", error.text);
        cr_assert(strstr(error.text, "make room") != NULL, "%s", error.text);
        cr_assert_str_eq(world_list(folder), "");
    }
}

Test(snapshot_writer, every_failing_write_keeps_the_old_snapshot) {
    cr_assert_eq(write_world((struct world_options){0}, NULL), WEND_OK);
    struct world_options options = {.replaces = true, .tables = 1U << WEND_TABLE_PATHS};
    enum wend_status status = WEND_ERROR_IO;
    for (uint64_t n = 1; status != WEND_OK; n++) {
        wend__io_fail_write_at(n, EIO);
        status = write_world(options, NULL);
        wend__io_fail_write_at(0, 0);
        cr_assert_str_eq(world_list(folder), "snap");
        (void)world_list(place);
        cr_assert_eq(strstr(world_list(place), "stages") != NULL, status != WEND_OK);
    }
}

/* Failing allocations of the runs that feed the test are its own business: only the writer's. */
static enum wend_status write_one_table(void) {
    struct wend_bytes scopes[] = {wend__bytes_text("session")};
    struct wend_bytes segments[] = {wend__bytes_text("device")};
    struct wend_snapshot_options options = {.directory = place,
                                            .segments = segments,
                                            .segment_count = 1,
                                            .scopes = scopes,
                                            .scope_count = 1};
    struct wend_manifest manifest = {.definitions_name = "x"};
    struct wend_snapshot_writer *writer;
    uint8_t key[] = "session\0\0\0\0a\0\0";
    uint8_t payload[16] = {1};
    struct wend_bytes bytes = wend__bytes(payload, sizeof payload);
    WEND_TRY(wend__snapshot_writer_open(&options, &writer, NULL));
    enum wend_status status = wend__snapshot_writer_begin(writer, WEND_TABLE_ABANDONMENT, NULL);
    if (status == WEND_OK) {
        /* scope, no window, no segment, touchpoint, no stage */
        status = wend__snapshot_writer_row(writer, wend__bytes(key, 15), bytes, NULL);
    }
    if (status == WEND_OK) {
        status = wend__snapshot_writer_end(writer, NULL);
    }
    if (status == WEND_OK) {
        status = wend__snapshot_writer_publish(writer, &manifest, NULL);
    }
    wend__snapshot_writer_destroy(writer);
    return status;
}

Test(snapshot_writer, every_failing_allocation_is_reported_and_leaves_nothing) {
    uint64_t before = wend__memory_count();
    cr_assert_eq(write_one_table(), WEND_OK);
    uint64_t allocations = wend__memory_count() - before;
    cr_assert_eq(wend__io_remove_tree(place), 0);
    cr_assert(allocations > 50);
    for (uint64_t n = 1; n <= allocations; n++) {
        wend__memory_fail_at(n);
        enum wend_status status = write_one_table();
        wend__memory_fail_at(0);
        if (status == WEND_OK) { /* behind the last rename */
            cr_assert_eq(wend__io_remove_tree(place), 0);
            continue;
        }
        cr_assert_eq(status, WEND_ERROR_MEMORY, "allocation %llu", (unsigned long long)n);
        cr_assert_str_eq(world_list(folder), "", "allocation %llu", (unsigned long long)n);
    }
}

/* -- What killed runs leave -------------------------------------------------------------------- */

static long dead_pid(void) {
    pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    cr_assert_eq(waitpid(child, NULL, 0), child);
    return (long)child;
}

static void leave(const char *mark, long pid) {
    char path[160];
    (void)snprintf(path, sizeof path, "%s/.snap.wend-%s-%ld-0a1b2c3d", folder, mark, pid);
    cr_assert_eq(mkdir(path, 0777), 0);
    (void)snprintf(path + strlen(path), 16, "/paths");
    cr_assert_eq(mkdir(path, 0777), 0);
}

Test(snapshot_writer, what_a_killed_run_left_is_removed) {
    leave("tmp", dead_pid());
    cr_assert_eq(write_world((struct world_options){0}, NULL), WEND_OK);
    cr_assert_str_eq(world_list(folder), "snap");
}

Test(snapshot_writer, what_a_running_one_writes_is_left_alone) {
    leave("tmp", (long)getppid());
    char name[64];
    (void)snprintf(name, sizeof name, ".snap.wend-tmp-%ld-0a1b2c3d snap", (long)getppid());
    cr_assert_eq(write_world((struct world_options){0}, NULL), WEND_OK);
    cr_assert_str_eq(world_list(folder), name);
}

Test(snapshot_writer, other_hidden_names_are_left_alone) {
    char path[160];
    (void)snprintf(path, sizeof path, "%s/.snap2.wend-tmp-%ld-1", folder, dead_pid());
    cr_assert_eq(mkdir(path, 0777), 0);
    (void)snprintf(path, sizeof path, "%s/.snap.wend-tmp-x", folder);
    cr_assert_eq(mkdir(path, 0777), 0);
    cr_assert_eq(write_world((struct world_options){0}, NULL), WEND_OK);
    cr_assert_eq(strncmp(world_list(folder), ".snap.wend-tmp-x .snap2.wend-tmp-", 33), 0);
}

Test(snapshot_writer, an_old_snapshot_without_its_successor_is_put_back) {
    leave("old", dead_pid());
    struct wend_error error = {0};
    cr_assert_eq(write_world((struct world_options){0}, &error), WEND_ERROR_USAGE);
    cr_assert_str_eq(world_list(folder), "snap");
    cr_assert_str_eq(world_list(place), "paths");
}
