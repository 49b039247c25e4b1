/* Behaviour of reading a snapshot: what was written comes back, and no manifest is trusted. */
#include "snapshot_world.h"

#include "base/io.h"
#include "base/memory.h"
#include "snapshot/manifest.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/stat.h>

static char folder[64];
static char place[80];

static void make_folder(void) {
    world_make_directory(folder);
    (void)snprintf(place, sizeof place, "%s/snap", folder);
    struct world_options options = {.directory = place};
    cr_assert_eq(world_write(world_units, world_unit_count, &options, NULL), WEND_OK);
}

static void remove_folder(void) {
    cr_assert_eq(wend__io_remove_tree(folder), 0);
}

TestSuite(snapshot_reader, .init = make_folder, .fini = remove_folder);

static struct wend_snapshot *open_place(void) {
    struct wend_snapshot *snapshot;
    struct wend_error error = {0};
    cr_assert_eq(wend__snapshot_open(place, &snapshot, &error), WEND_OK, "%s", error.text);
    return snapshot;
}

Test(snapshot_reader, the_manifest_comes_back) {
    struct wend_snapshot *snapshot = open_place();
    const struct wend_manifest *manifest = wend__snapshot_manifest(snapshot);
    const struct wend_snapshot_options *options = wend__snapshot_options(snapshot);
    cr_assert_str_eq(manifest->definitions_name, "world.yaml");
    cr_assert_eq(manifest->definitions_hash.low, 42);
    cr_assert_eq(manifest->now_us, 20 * INT64_C(86400000000));
    cr_assert(manifest->has_watermark);
    cr_assert_eq(manifest->watermark_us, 12 * INT64_C(86400000000) + 22000000);
    cr_assert_eq(manifest->lateness_us, -1);
    cr_assert_eq(manifest->window_us, 0);
    cr_assert_not(manifest->close_all);
    cr_assert_eq(manifest->input_count, 1);
    cr_assert_str_eq(manifest->inputs[0].format, "NDJSON");
    cr_assert_null(manifest->inputs[0].trouble);
    cr_assert_eq(manifest->counters.rejected[WEND_REJECT_TIME], 2);
    cr_assert_eq(manifest->counters.units[1][WEND_OUTCOME_OPEN], 2);
    cr_assert_eq(options->scope_count, 2);
    cr_assert(wend__bytes_is(options->segments[0], "device"));
    cr_assert(wend__snapshot_has_table(snapshot, WEND_TABLE_FLOW));
    wend__snapshot_close(snapshot);
}

Test(snapshot_reader, a_cursor_goes_over_the_rows_of_a_table) {
    struct wend_snapshot *snapshot = open_place();
    struct wend_snapshot_cursor *cursor;
    cr_assert_eq(wend__snapshot_cursor_open(snapshot, WEND_TABLE_STAGES, &cursor, NULL), WEND_OK);
    cr_assert_eq(wend__snapshot_cursor_column_count(cursor), 12);
    cr_assert_str_eq(wend__snapshot_cursor_column(cursor, 2)->name, "device");
    cr_assert_str_eq(wend__snapshot_cursor_column(cursor, 3)->name, "stage");
    bool found = true;
    uint64_t rows = 0;
    for (; found; rows += found) {
        cr_assert_eq(wend__snapshot_cursor_next(cursor, &found, NULL), WEND_OK);
        if (found) {
            cr_assert_eq(wend__snapshot_cursor_value(cursor, 4)->integer, (int64_t)(rows % 3 + 1));
        }
    }
    cr_assert_eq(rows, 6);
    /* The columns are there behind the last row, too. */
    cr_assert_str_eq(wend__snapshot_cursor_column(cursor, 0)->name, "scope");
    wend__snapshot_cursor_close(cursor);
    wend__snapshot_close(snapshot);
}

Test(snapshot_reader, a_table_that_is_not_there_is_named) {
    struct world_options options = {.directory = place, .replaces = true, .tables = 1};
    cr_assert_eq(world_write(world_units, world_unit_count, &options, NULL), WEND_OK);
    struct wend_snapshot *snapshot = open_place();
    struct wend_snapshot_cursor *cursor;
    struct wend_error error = {0};
    cr_assert_eq(wend__snapshot_cursor_open(snapshot, WEND_TABLE_FLOW, &cursor, &error),
                 WEND_ERROR_USAGE);
    cr_assert(strstr(error.text, "has no table flow") != NULL);
    cr_assert_null(cursor);
    wend__snapshot_close(snapshot);
}

static void expect_open(enum wend_status status, const char *text) {
    struct wend_snapshot *snapshot;
    struct wend_error error = {0};
    cr_assert_eq(wend__snapshot_open(place, &snapshot, &error), status, "%s", error.text);
    cr_assert(strstr(error.text, text) != NULL, "%s", error.text);
    cr_assert_null(snapshot);
}

Test(snapshot_reader, a_directory_without_manifest_is_no_snapshot) {
    (void)snprintf(place, sizeof place, "%s", folder);
    expect_open(WEND_ERROR_USAGE, "is no snapshot");
    (void)snprintf(place, sizeof place, "%s/nowhere", folder);
    expect_open(WEND_ERROR_USAGE, "is no snapshot");
}

/* -- Hostile manifests ------------------------------------------------------------------------- */

static void manifest_path(char path[128]) {
    (void)snprintf(path, 128, "%s/manifest.json", place);
}

static void write_manifest(const char *text) {
    char path[128];
    manifest_path(path);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert(fputs(text, file) >= 0);
    (void)fclose(file);
}

/* Sets `key` of the object that `steps` lead to (keys, or numbers of a list, with / between). */
static void set_value(const char *steps, const char *value) {
    char path[128];
    manifest_path(path);
    json_t *root = json_load_file(path, 0, NULL);
    cr_assert_not_null(root);
    json_t *at = root;
    char copy[128];
    (void)snprintf(copy, sizeof copy, "%s", steps);
    char *step = copy;
    for (char *slash = strchr(step, '/'); slash != NULL; slash = strchr(step, '/')) {
        *slash = '\0';
        at = json_is_array(at) ? json_array_get(at, 0) : json_object_get(at, step);
        cr_assert_not_null(at, "%s", steps);
        step = slash + 1;
    }
    if (value == NULL) {
        cr_assert_eq(json_object_del(at, step), 0, "%s", steps);
    } else {
        json_t *parsed = json_loads(value, JSON_DECODE_ANY, NULL);
        cr_assert_not_null(parsed);
        cr_assert_eq(json_object_set_new(at, step, parsed), 0);
    }
    cr_assert_eq(json_dump_file(root, path, 0), 0);
    json_decref(root);
}

Test(snapshot_reader, text_that_is_no_json_is_damaged) {
    write_manifest("{\"format\": \"wend-snapshot\", ");
    expect_open(WEND_ERROR_IO, "damaged: line 1");
    write_manifest("");
    expect_open(WEND_ERROR_IO, "damaged");
}

Test(snapshot_reader, deep_nesting_is_damaged) {
    static char text[200001];
    memset(text, '[', sizeof text - 1);
    write_manifest(text);
    expect_open(WEND_ERROR_IO, "damaged");
}

Test(snapshot_reader, json_of_something_else_is_no_snapshot) {
    write_manifest("{\"name\": \"a web page\"}");
    expect_open(WEND_ERROR_USAGE, "not that of a wend snapshot");
    write_manifest("[]");
    expect_open(WEND_ERROR_USAGE, "not that of a wend snapshot");
}

Test(snapshot_reader, a_later_format_names_the_version_that_reads_it) {
    set_value("engine_version", "\"7.1.0\"");
    set_value("format_version", "2");
    expect_open(WEND_ERROR_USAGE, "use wend 7.1.0 or later");
}

Test(snapshot_reader, keys_that_are_not_known_are_left_alone) {
    set_value("colour", "{\"of\": [\"tomorrow\"]}");
    wend__snapshot_close(open_place());
}

Test(snapshot_reader, paths_that_lead_out_are_damaged) {
    static const char *const paths[] = {
        "\"../secret\"", "\"/etc/passwd\"", "\"paths/../../x\"",
        "\"paths//x\"",  "\"./paths/x\"",   "\"..\"",
        "\"\"",          "\"paths/\"",      "\"paths/..\"",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        set_value("files/0/path", paths[i]);
        expect_open(WEND_ERROR_IO, "leads out of the snapshot");
    }
}

Test(snapshot_reader, a_file_that_stands_twice_is_damaged) {
    set_value("files/0/path", "\"flow/part-00000.parquet\"");
    expect_open(WEND_ERROR_IO, "stands twice");
}

Test(snapshot_reader, each_missing_key_is_damaged) {
    static const char *const keys[] = {
        "format_version",
        "snapshot_id",
        "definitions",
        "definitions/name",
        "definitions/hash",
        "scopes",
        "segments",
        "customer_ids",
        "now",
        "watermark",
        "lateness",
        "window",
        "close_all",
        "inputs",
        "inputs/0/name",
        "inputs/0/bytes",
        "inputs/0/trouble",
        "files",
        "files/0/table",
        "files/0/path",
        "files/0/rows",
        "files/0/bytes",
        "files/0/xxh3_128",
        "counters",
        "counters/read",
        "counters/rejected",
        "counters/rejected/shape",
        "counters/sessions",
        "counters/journeys",
        "counters/journeys/buy",
        "counters/journeys/buy/open",
        "counters/late",
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct world_options options = {.directory = place, .replaces = true};
        cr_assert_eq(world_write(world_units, world_unit_count, &options, NULL), WEND_OK);
        set_value(keys[i], NULL);
        expect_open(WEND_ERROR_IO, "is damaged");
        /* Damaged as it is, it says that it is a snapshot, so that it can be replaced. */
    }
}

Test(snapshot_reader, values_of_the_wrong_kind_are_damaged) {
    static const char *const values[][2] = {
        {"scopes", "[]"},
        {"scopes", "\"session\""},
        {"scopes", "[1]"},
        {"scopes", "[\"session\", \"session\"]"},
        {"segments", "[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\",\"j\",\"k\",\"l\","
                     "\"m\",\"n\",\"o\",\"p\",\"q\"]"},
        {"customer_ids", "\"plain\""},
        {"now", "\"yesterday\""},
        {"now", "12"},
        {"watermark", "\"0001-01-01T00:00:00Z\""},
        {"lateness", "\"limited\""},
        {"lateness", "-5"},
        {"window", "1.5"},
        {"close_all", "1"},
        {"inputs", "{}"},
        {"files/0/rows", "-1"},
        {"files/0/bytes", "1e3"},
        {"files/0/table", "\"tables\""},
        {"files/0/xxh3_128", "\"0123456789abcdef0123456789abcdeF\""},
        {"files/0/xxh3_128", "\"0123\""},
        {"counters/journeys/buy/open", "\"2\""},
        {"format_version", "0"},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct world_options options = {.directory = place, .replaces = true};
        cr_assert_eq(world_write(world_units, world_unit_count, &options, NULL), WEND_OK);
        set_value(values[i][0], values[i][1]);
        expect_open(WEND_ERROR_IO, "is damaged");
    }
}

Test(snapshot_reader, a_key_that_stands_twice_is_damaged) {
    write_manifest("{\"format\": \"x\", \"format\": \"wend-snapshot\"}");
    expect_open(WEND_ERROR_IO, "duplicate");
}

Test(snapshot_reader, a_manifest_that_is_no_file_is_refused) {
    char path[128];
    manifest_path(path);
    cr_assert_eq(remove(path), 0);
    cr_assert_eq(mkdir(path, 0777), 0);
    expect_open(WEND_ERROR_IO, "is no file");
}

Test(snapshot_reader, every_cut_of_the_manifest_is_refused) {
    static char text[65536];
    char path[128];
    manifest_path(path);
    FILE *file = fopen(path, "rb");
    size_t len = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    /* Without its last line end and brace. */
    for (size_t cut = 0; cut + 2 < len; cut += 11) {
        struct wend_arena arena = {0};
        struct wend_manifest_content content;
        cr_assert_eq(wend__manifest_read(wend__bytes(text, cut), "m", &arena, &content, NULL),
                     WEND_ERROR_IO);
        wend__arena_deinit(&arena);
    }
}

Test(snapshot_reader, every_failing_allocation_is_reported) {
    uint64_t before = wend__memory_count();
    wend__snapshot_close(open_place());
    uint64_t allocations = wend__memory_count() - before;
    cr_assert(allocations > 3);
    for (uint64_t n = 1; n <= allocations; n++) {
        struct wend_snapshot *snapshot;
        wend__memory_fail_at(n);
        enum wend_status status = wend__snapshot_open(place, &snapshot, NULL);
        wend__memory_fail_at(0);
        cr_assert_eq(status, WEND_ERROR_MEMORY, "allocation %llu", (unsigned long long)n);
        cr_assert_null(snapshot);
    }
}
