/* Snapshots through the public interface: reading, checking, merging. */
#include "api_fixture.h"

#include "parquet/reader.h"

static const char *input = "events";

static void write_snapshot(const char *path, const char *output) {
    struct wend_replay_options options = api_options(&path);
    struct wend_result *result = NULL;
    struct wend_error error = {0};
    options.output = output;
    options.tables = WEND_TABLES_ALL;
    cr_assert_eq(wend_replay_run(&options, &result, &error), WEND_OK, "%s", error.text);
    wend_result_destroy(result);
}

static struct wend_snapshot *snapshot;

static void begin(void) {
    begin_api();
    write_snapshot(input, "out");
    cr_assert_eq(wend_snapshot_open("out", &snapshot, NULL), WEND_OK);
}

static void end(void) {
    wend_snapshot_close(snapshot);
    end_api();
}

TestSuite(api_snapshot, .init = begin, .fini = end, .timeout = 60);

static size_t table_named(const char *name) {
    for (size_t i = 0; i < wend_snapshot_table_count(snapshot); i++) {
        if (strcmp(wend_snapshot_table_name(snapshot, i), name) == 0) {
            return i;
        }
    }
    cr_assert(false, "no table %s", name);
    return 0;
}

static struct wend_cursor *open_cursor(const char *table) {
    struct wend_cursor *cursor = NULL;
    cr_assert_eq(wend_cursor_open(snapshot, table_named(table), &cursor, NULL), WEND_OK);
    return cursor;
}

static struct wend_value value_of(const struct wend_cursor *cursor, const char *column) {
    for (size_t i = 0; i < wend_cursor_column_count(cursor); i++) {
        if (strcmp(wend_cursor_column_name(cursor, i), column) == 0) {
            struct wend_value value = wend_cursor_value(cursor, i);
            cr_expect_eq(value.type, wend_cursor_column_type(cursor, i));
            cr_expect_not_null(wend_cursor_column_description(cursor, i));
            return value;
        }
    }
    cr_assert(false, "no column %s", column);
    return (struct wend_value){0};
}

static bool is_text(struct wend_value value, const char *wanted) {
    return !value.is_null && wend__bytes_is(wend__bytes(value.text.data, value.text.len), wanted);
}

/* Goes to the row whose text column has `wanted`. */
static void find_row(struct wend_cursor *cursor, const char *scope, const char *column,
                     const char *wanted) {
    bool found = true;
    while (found) {
        cr_assert_eq(wend_cursor_next(cursor, &found, NULL), WEND_OK);
        if (found && is_text(value_of(cursor, "scope"), scope) &&
            is_text(value_of(cursor, column), wanted)) {
            return;
        }
    }
    cr_assert(false, "no row with %s %s", column, wanted);
}

Test(api_snapshot, a_snapshot_tells_its_tables_scopes_and_segments) {
    static const char *const names[] = {"paths",    "transitions", "flow",
                                        "stages",   "abandonment", "touchpoints",
                                        "switches", "sessions",    "journeys"};
    cr_assert_eq(wend_snapshot_table_count(snapshot), 9);
    for (size_t i = 0; i < 9; i++) {
        cr_expect_str_eq(wend_snapshot_table_name(snapshot, i), names[i]);
        cr_expect_str_eq(wend_snapshot_known_table(i), names[i]);
        cr_expect_not_null(wend_snapshot_table_description(snapshot, i));
        cr_expect_not_null(wend_snapshot_table_order(snapshot, i));
        cr_expect_gt(wend_snapshot_table_bytes(snapshot, i), 0);
    }
    cr_expect_null(wend_snapshot_known_table(9));
    cr_expect_str_eq(wend_snapshot_table_order(snapshot, 0), "units");
    cr_expect_eq(wend_snapshot_table_rows(snapshot, table_named("journeys")), 4);
    cr_expect_str_eq(wend_snapshot_scope(snapshot, 0), "session");
    cr_expect_str_eq(wend_snapshot_scope(snapshot, 1), "order");
    cr_expect_null(wend_snapshot_scope(snapshot, 2));
    cr_expect_str_eq(wend_snapshot_segment(snapshot, 0), "s");
    cr_expect_null(wend_snapshot_segment(snapshot, 1));
    cr_expect_eq(wend_snapshot_window_us(snapshot), 0);
}

Test(api_snapshot, the_tables_that_were_not_written_are_left_out) {
    struct wend_replay_options options = api_options(&input);
    struct wend_result *result = NULL;
    options.output = "few";
    options.tables = WEND_TABLES_STAGES | WEND_TABLES_SESSIONS;
    cr_assert_eq(wend_replay_run(&options, &result, NULL), WEND_OK);
    wend_result_destroy(result);
    wend_snapshot_close(snapshot);
    cr_assert_eq(wend_snapshot_open("few", &snapshot, NULL), WEND_OK);
    cr_assert_eq(wend_snapshot_table_count(snapshot), 2);
    cr_expect_str_eq(wend_snapshot_table_name(snapshot, 0), "stages");
    cr_expect_str_eq(wend_snapshot_table_name(snapshot, 1), "sessions");
    cr_expect_eq(wend_snapshot_table_rows(snapshot, 1), 4);
}

Test(api_snapshot, rows_have_texts_lists_counts_decimals_and_sketches) {
    struct wend_cursor *cursor = open_cursor("paths");
    find_row(cursor, "order", "path", "home > buy");
    cr_expect(is_text(value_of(cursor, "s"), "x"));
    cr_expect(value_of(cursor, "window_start").is_null);
    struct wend_value steps = value_of(cursor, "path_steps");
    cr_assert_eq(steps.type, WEND_VALUE_TEXT_LIST);
    cr_assert_eq(steps.item_count, 2);
    cr_expect(wend__bytes_is(wend__bytes(steps.items[1].data, steps.items[1].len), "buy"));
    cr_expect_eq(value_of(cursor, "units").integer, 1);
    struct wend_value sum = value_of(cursor, "value_sum");
    cr_expect_eq(sum.type, WEND_VALUE_DECIMAL);
    cr_expect_eq(sum.high, 0);
    cr_expect_eq(sum.low, 125000);
    cr_expect_float_eq(value_of(cursor, "duration_s_sum").number, 10, 1e-9);
    cr_expect_eq(value_of(cursor, "duration_s_sketch").type, WEND_VALUE_BINARY);
    find_row(cursor, "order", "path", "home > buy"); /* of the other segment: -1.0000 */
    sum = value_of(cursor, "value_sum");
    cr_expect_eq(sum.high, -1);
    cr_expect_eq(sum.low, (uint64_t)-10000);
    wend_cursor_close(cursor);
    wend_cursor_close(NULL);
}

Test(api_snapshot, detail_rows_have_times_and_nulls) {
    struct wend_cursor *cursor = open_cursor("journeys");
    find_row(cursor, "order", "customer_id", "a");
    cr_expect_eq(value_of(cursor, "started_at").type, WEND_VALUE_TIME);
    cr_expect_eq(value_of(cursor, "started_at").integer, INT64_C(1735689600000000));
    cr_expect_eq(value_of(cursor, "converted_at").integer, INT64_C(1735689610000000));
    cr_expect_eq(value_of(cursor, "value").low, 125000);
    find_row(cursor, "order", "customer_id", "d");
    cr_expect(value_of(cursor, "converted_at").is_null);
    cr_expect(value_of(cursor, "s").is_null);
    wend_cursor_close(cursor);
}

/* Every column of every row can be asked for, and the count is that of the manifest. */
Test(api_snapshot, a_cursor_goes_over_all_rows_and_then_says_so) {
    for (size_t table = 0; table < wend_snapshot_table_count(snapshot); table++) {
        struct wend_cursor *cursor = NULL;
        uint64_t rows = 0;
        bool found = true;
        cr_assert_eq(wend_cursor_open(snapshot, table, &cursor, NULL), WEND_OK);
        while (found) {
            cr_assert_eq(wend_cursor_next(cursor, &found, NULL), WEND_OK);
            rows += found;
            for (size_t i = 0; found && i < wend_cursor_column_count(cursor); i++) {
                cr_expect_eq(wend_cursor_value(cursor, i).type, wend_cursor_column_type(cursor, i));
                cr_expect_not_null(wend_cursor_column_description(cursor, i));
            }
        }
        cr_expect_eq(rows, wend_snapshot_table_rows(snapshot, table));
        cr_assert_eq(wend_cursor_next(cursor, &found, NULL), WEND_OK);
        cr_expect_not(found);
        wend_cursor_close(cursor);
    }
}

static void damage(const char *path, off_t offset) {
    uint8_t byte;
    int descriptor = open(path, O_RDWR);
    cr_assert_geq(descriptor, 0);
    cr_assert_eq(pread(descriptor, &byte, 1, offset), 1);
    byte ^= 0x55;
    cr_assert_eq(pwrite(descriptor, &byte, 1, offset), 1);
    (void)close(descriptor);
}

Test(api_snapshot, a_damaged_table_is_an_error_of_its_rows) {
    struct wend_cursor *cursor = NULL;
    bool found = true;
    damage("out/paths/part-00000.parquet", 30);
    enum wend_status status = wend_cursor_open(snapshot, 0, &cursor, NULL);
    while (status == WEND_OK && found) {
        status = wend_cursor_next(cursor, &found, NULL);
    }
    cr_expect_eq(status, WEND_ERROR_IO);
    wend_cursor_close(cursor);
}

Test(api_snapshot, what_is_no_snapshot_is_refused) {
    struct wend_snapshot *other = snapshot;
    struct wend_error error = {0};
    cr_expect_eq(wend_snapshot_open("events", &other, &error), WEND_ERROR_USAGE, "%s", error.text);
    cr_expect_null(other);
    cr_expect_neq(wend_snapshot_open("gone", &other, &error), WEND_OK);
    wend_snapshot_close(NULL);
}

static bool count_finding(void *context, const char *text) {
    unsigned *count = context;
    cr_expect_not_null(strstr(text, "paths/part-00000.parquet"), "%s", text);
    ++*count;
    return false;
}

Test(api_snapshot, a_check_finds_nothing_until_a_byte_changes) {
    struct wend_verified verified = {0};
    unsigned count = 0;
    cr_assert_eq(wend_snapshot_verify(snapshot, count_finding, &count, &verified, NULL), WEND_OK);
    cr_expect_eq(verified.findings, 0);
    cr_expect_eq(verified.files, 9);
    cr_expect_gt(verified.checks, 20);
    cr_expect_gt(verified.rows, 20);
    cr_expect_gt(verified.bytes, 1000);
    cr_expect_eq(count, 0);
    damage("out/paths/part-00000.parquet", 30);
    cr_assert_eq(wend_snapshot_verify(snapshot, count_finding, &count, &verified, NULL), WEND_OK);
    cr_expect_gt(verified.findings, 0);
    cr_expect_eq(count, 1); /* and then it was told to stop */
}

Test(api_snapshot, a_merge_adds_up) {
    static const char more[] = "{\"t\":\"2025-01-05T00:00:00Z\",\"c\":\"g\",\"e\":\"home\"}\n";
    static const char *const parts[] = {"out", "second"};
    struct wend_snapshot_merge_options options = {.output = "both", .memory_bytes = 1 << 20};
    write_at("more", more, sizeof more - 1);
    write_snapshot("more", "second");
    cr_assert_eq(wend_snapshot_merge(parts, 2, &options, NULL), WEND_OK);
    cr_expect_eq(wend_snapshot_merge(parts, 2, &options, NULL), WEND_ERROR_USAGE); /* is there */
    options.replace = true;
    options.memory_bytes = 0;
    cr_assert_eq(wend_snapshot_merge(parts, 2, &options, NULL), WEND_OK);
    wend_snapshot_close(snapshot);
    cr_assert_eq(wend_snapshot_open("both", &snapshot, NULL), WEND_OK);
    cr_expect_eq(wend_snapshot_table_rows(snapshot, table_named("journeys")), 5);
    struct wend_cursor *cursor = open_cursor("touchpoints");
    find_row(cursor, "order", "touchpoint", "home"); /* without segment: nulls come first */
    cr_expect_eq(value_of(cursor, "events").integer, 3);
    wend_cursor_close(cursor);
}

Test(api_snapshot, snapshots_of_other_definitions_are_not_merged) {
    static const char *const parts[] = {"out", "second"};
    struct wend_snapshot_merge_options options = {.output = "both"};
    struct wend_error error = {0};
    wend_definitions_destroy(definitions);
    definitions = load_definitions("time: t\ncustomer: c\nevent: e\n");
    write_snapshot(input, "second");
    cr_expect_eq(wend_snapshot_merge(parts, 2, &options, &error), WEND_ERROR_USAGE);
    cr_expect_not(is_there("both"));
}

Test(api_snapshot, no_memory_while_reading_is_an_error_and_leaks_nothing) {
    bool succeeded = false;
    for (uint64_t n = 1; !succeeded; n++) {
        struct wend_snapshot *opened = NULL;
        struct wend_cursor *cursor = NULL;
        bool found = true;
        wend__memory_fail_at(n);
        enum wend_status status = wend_snapshot_open("out", &opened, NULL);
        if (status == WEND_OK) {
            status = wend_cursor_open(opened, 0, &cursor, NULL);
        }
        while (status == WEND_OK && found) {
            status = wend_cursor_next(cursor, &found, NULL);
        }
        wend_cursor_close(cursor);
        wend_snapshot_close(opened);
        succeeded = status == WEND_OK;
        cr_expect(succeeded || status == WEND_ERROR_MEMORY, "allocation %d: %d", (int)n, status);
        cr_assert_lt(n, 5000);
    }
    wend__memory_fail_at(0);
}

static bool keep_bytes(void *context, const void *bytes, size_t len) {
    return wend__buffer_append(context, bytes, len);
}

static bool keep_nothing(void *context, const void *bytes, size_t len) {
    (void)context;
    (void)bytes;
    (void)len;
    return false;
}

/* All columns of the table, and every second row. */
static enum wend_status export_half(const char *table, wend_write_call *write, void *context,
                                    uint64_t *rows) {
    struct wend_cursor *cursor = open_cursor(table);
    struct wend_export *export = NULL;
    size_t columns[32];
    size_t count = wend_cursor_column_count(cursor);
    bool found = true;
    *rows = 0;
    cr_assert_lt(count, 32);
    for (size_t i = 0; i < count; i++) {
        columns[i] = count - 1 - i;
    }
    enum wend_status status =
        wend_export_open(cursor, columns, count, write, context, &export, NULL);
    for (uint64_t i = 0; status == WEND_OK && found; i++) {
        status = wend_cursor_next(cursor, &found, NULL);
        if (status == WEND_OK && found && i % 2 == 0) {
            status = wend_export_row(export, NULL);
            *rows += 1;
        }
    }
    status = status == WEND_OK ? wend_export_finish(export, NULL) : status;
    wend_export_close(export);
    wend_cursor_close(cursor);
    return status;
}

Test(api_snapshot, rows_of_a_cursor_become_a_parquet_file_of_their_own) {
    for (size_t i = 0; i < wend_snapshot_table_count(snapshot); i++) {
        const char *table = wend_snapshot_table_name(snapshot, i);
        struct wend_buffer bytes = {0};
        struct wend_parquet_reader *reader = NULL;
        uint64_t rows;
        cr_assert_eq(export_half(table, keep_bytes, &bytes, &rows), WEND_OK, "%s", table);
        cr_assert_eq(wend__parquet_reader_open_memory(wend__buffer_view(&bytes), &reader, NULL),
                     WEND_OK);
        cr_expect_eq(wend__parquet_reader_row_count(reader), rows);
        struct wend_cursor *cursor = open_cursor(table);
        uint32_t last = wend__parquet_reader_field_count(reader) - 1;
        bool found = true;
        for (uint64_t k = 0; k < rows; k++) {
            cr_assert_eq(wend__parquet_reader_next(reader, &found, NULL), WEND_OK);
            cr_assert(found);
            cr_assert_eq(wend_cursor_next(cursor, &found, NULL), WEND_OK);
            struct wend_value scope = value_of(cursor, "scope");
            const struct wend_parquet_value *same = wend__parquet_reader_value(reader, last);
            cr_expect(wend__bytes_equal(same->bytes, wend__bytes(scope.text.data, scope.text.len)));
            cr_assert_eq(wend_cursor_next(cursor, &found, NULL), WEND_OK);
        }
        wend_cursor_close(cursor);
        wend__parquet_reader_close(reader);
        wend__buffer_deinit(&bytes);
    }
}

Test(api_snapshot, a_file_that_cannot_be_written_ends_the_export) {
    uint64_t rows;
    cr_expect_eq(export_half("paths", keep_nothing, NULL, &rows), WEND_ERROR_CANCELLED);
}

Test(api_snapshot, every_failed_allocation_of_an_export_is_told) {
    bool succeeded = false;
    for (uint64_t n = 1; !succeeded; n++) {
        struct wend_cursor *cursor = open_cursor("paths");
        struct wend_export *export = NULL;
        const size_t columns[] = {0, 3, 4};
        struct wend_buffer bytes = {0};
        bool found = false;
        cr_assert_eq(wend_cursor_next(cursor, &found, NULL), WEND_OK);
        wend__memory_fail_at(n);
        enum wend_status status =
            wend_export_open(cursor, columns, 3, keep_bytes, &bytes, &export, NULL);
        status = status == WEND_OK ? wend_export_row(export, NULL) : status;
        status = status == WEND_OK ? wend_export_finish(export, NULL) : status;
        wend__memory_fail_at(0);
        wend_export_close(export);
        wend_cursor_close(cursor);
        wend__buffer_deinit(&bytes);
        succeeded = status == WEND_OK;
        /* The buffer of the test may be what has no memory: the export is then stopped. */
        cr_expect(succeeded || status == WEND_ERROR_MEMORY || status == WEND_ERROR_CANCELLED);
        cr_assert_lt(n, 5000);
    }
}

Test(api_snapshot, statuses_and_versions_have_names) {
    static const char *const names[] = {"ok",    "empty",  "usage",    "io",
                                        "limit", "memory", "cancelled"};
    for (int i = 0; i < 7; i++) {
        cr_expect_str_eq(wend_status_name((enum wend_status)i), names[i]);
    }
    cr_expect_not_null(wend_status_name((enum wend_status)99));
    cr_expect_eq(strncmp(wend_version(), "0.", 2), 0);
}
