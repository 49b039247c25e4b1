/* Rejected records from the workers' rows to the reject file. */
#include "source_fixture.h"

#include "ds/runs.h"
#include "pipeline/rejects_file.h"
#include "worker/block_reader.h"
#include "worker/rejects.h"

enum { WORKERS = 2 };

static struct wend_runs *runs[WORKERS];
static struct wend_block_reader *reader;

/* Two streams are known: "a" from position 1, and one with a hostile name behind it. */
static void begin(void) {
    make_folder();
    cr_assert_eq(chdir(fixture_folder), 0);
    write_at("a", "{\"a\":1}\n", 8);
    write_at("q\"\\\x01\xff", "{\"a\":1}\n", 8);
    static const struct wend_input inputs[] = {{"a", 0}, {"q\"\\\x01\xff", 0}};
    static const struct wend_format format = {.max_record_bytes = 1 << 20};
    struct wend_block_reader_options options = {.inputs = inputs,
                                                .input_count = 2,
                                                .format = &format,
                                                .block_bytes = 64,
                                                .thread_count = 1};
    cr_assert_eq(wend__block_reader_create(&options, &reader, NULL), WEND_OK);
    struct wend_block block = {0};
    bool found = true;
    while (found) {
        cr_assert_eq(wend__block_reader_next(reader, 0, &block, &found, NULL), WEND_OK);
    }
    wend__block_deinit(&block);
    for (size_t i = 0; i < WORKERS; i++) {
        struct wend_runs_options rows = {.directory = fixture_folder, .memory_bytes = 4096};
        cr_assert_eq(wend__runs_create(&rows, &runs[i], NULL), WEND_OK);
    }
}

static void end(void) {
    for (size_t i = 0; i < WORKERS; i++) {
        wend__runs_destroy(runs[i]);
    }
    wend__block_reader_destroy(reader);
    (void)wend__io_remove_tree(fixture_folder);
    expect_no_leak();
}

TestSuite(rejects_file, .init = begin, .fini = end, .timeout = 60);

static void add(size_t worker, uint64_t position, uint32_t stream, uint32_t reason,
                struct wend_bytes raw) {
    struct wend_buffer scratch = {0};
    struct wend_rejected rejected = {position, stream, reason, WEND_FLAW_NONE, raw};
    cr_assert_eq(wend__rejects_add(runs[worker], &rejected, &scratch, NULL), WEND_OK);
    wend__buffer_deinit(&scratch);
}

static bool is_stopped(void *context) {
    return context != NULL;
}

/* Writes finished runs, publishes the file, and tidies up, as a run does. */
static enum wend_status write_runs(const char *path, bool stops, struct wend_error *error) {
    struct wend_rejects_file file = {0};
    struct wend_source_watch watch = {.is_stopped = is_stopped, .context = stops ? &file : NULL};
    enum wend_status status = wend__rejects_file_write(
        &file, path, runs, WORKERS, wend__block_reader_streams(reader), &watch, error);
    if (status == WEND_OK) {
        status = wend__rejects_file_publish(&file, error);
    }
    wend__rejects_file_deinit(&file);
    return status;
}

static void finish_runs(void) {
    for (size_t i = 0; i < WORKERS; i++) {
        cr_assert_eq(wend__runs_finish(runs[i], NULL), WEND_OK);
    }
}

static enum wend_status write_file(const char *path, struct wend_error *error) {
    finish_runs();
    return write_runs(path, false, error);
}

static struct wend_buffer read_file(const char *path) {
    struct wend_buffer bytes = {0};
    size_t got;
    int descriptor = open(path, O_RDONLY);
    cr_assert_geq(descriptor, 0);
    cr_assert(wend__buffer_reserve(&bytes, 1 << 22));
    cr_assert_eq(wend__io_read_at(descriptor, bytes.data, (1 << 22) - 1, 0, &got), 0);
    bytes.data[got] = '\0';
    bytes.len = got;
    (void)close(descriptor);
    return bytes;
}

static void expect_file(const char *wanted) {
    struct wend_error error = {0};
    cr_assert_eq(write_file("out", &error), WEND_OK, "%s", error.text);
    struct wend_buffer found = read_file("out");
    cr_expect_str_eq((const char *)found.data, wanted);
    wend__buffer_deinit(&found);
}

Test(rejects_file, records_stand_in_input_order_whoever_rejected_them) {
    add(1, 1, 0, WEND_REJECT_SHAPE, wend__bytes_text("first"));
    add(0, 17, 1, WEND_REASON_LATE, wend__bytes_text("fifth"));
    add(0, 4, 0, WEND_REJECT_CUSTOMER, wend__bytes_text("third"));
    add(0, 3, 0, WEND_REJECT_TIME, wend__bytes_text("second"));
    add(1, 8, 0, WEND_REJECT_FUTURE, wend__bytes_text("fourth"));
    uint64_t second = wend__block_reader_stream(reader, 1)->position;
    char wanted[1024];
    (void)snprintf(wanted, sizeof wanted,
                   "{\"input\":\"a\",\"offset\":0,\"reason\":\"shape\",\"record\":\"first\"}\n"
                   "{\"input\":\"a\",\"offset\":2,\"reason\":\"time\",\"record\":\"second\"}\n"
                   "{\"input\":\"a\",\"offset\":3,\"reason\":\"customer\",\"record\":\"third\"}\n"
                   "{\"input\":\"a\",\"offset\":7,\"reason\":\"future\",\"record\":\"fourth\"}\n"
                   "{\"input\":\"q\\\"\\\\\\u0001\xef\xbf\xbd\",\"offset\":%d,\"reason\":\"late\","
                   "\"record\":\"fifth\"}\n",
                   (int)(17 - second));
    expect_file(wanted);
}

Test(rejects_file, a_record_is_escaped_as_json) {
    add(0, 1, 0, WEND_REJECT_SHAPE, wend__bytes("\"\\\n\t\x7f\0/\xc3\xa9", 9));
    expect_file("{\"input\":\"a\",\"offset\":0,\"reason\":\"shape\","
                "\"record\":\"\\\"\\\\\\u000a\\u0009\\u007f\\u0000/\xc3\xa9\"}\n");
}

Test(rejects_file, a_record_that_is_no_utf_8_stands_in_base64) {
    add(0, 1, 0, WEND_REJECT_SHAPE, wend__bytes_text("\xff"));
    add(0, 2, 0, WEND_REJECT_SHAPE, wend__bytes_text("\xff\xfe"));
    add(0, 3, 0, WEND_REJECT_SHAPE, wend__bytes_text("\xff\xfe\x01"));
    add(0, 4, 0, WEND_REJECT_SHAPE, wend__bytes_text("ab\xc3(~?>"));
    expect_file("{\"input\":\"a\",\"offset\":0,\"reason\":\"shape\",\"record_base64\":\"/w==\"}\n"
                "{\"input\":\"a\",\"offset\":1,\"reason\":\"shape\",\"record_base64\":\"//4=\"}\n"
                "{\"input\":\"a\",\"offset\":2,\"reason\":\"shape\",\"record_base64\":\"//4B\"}\n"
                "{\"input\":\"a\",\"offset\":3,\"reason\":\"shape\",\"record_base64\":"
                "\"YWLDKH4/Pg==\"}\n");
}

Test(rejects_file, nothing_rejected_makes_an_empty_file) {
    expect_file("");
}

Test(rejects_file, more_than_a_buffer_and_than_memory_comes_whole) {
    enum { RECORDS = 3000 };
    char raw[201];
    memset(raw, 'r', 200);
    for (unsigned i = 0; i < RECORDS; i++) {
        add(i % WORKERS, 1 + i, 0, WEND_REJECT_SHAPE, wend__bytes(raw, 200));
    }
    cr_assert_eq(write_file("out", NULL), WEND_OK);
    cr_expect_gt(wend__runs_spilled_bytes(runs[0]), 0);
    struct wend_buffer found = read_file("out");
    size_t lines_found = 0;
    for (size_t i = 0; i < found.len; i++) {
        lines_found += found.data[i] == '\n';
    }
    cr_expect_eq(lines_found, RECORDS);
    wend__buffer_deinit(&found);
}

Test(rejects_file, the_file_replaces_an_old_one_and_has_the_usual_permissions) {
    struct stat status;
    write_at("out", "old", 3);
    (void)umask(027);
    add(0, 1, 0, WEND_REJECT_SHAPE, wend__bytes_text("x"));
    expect_file("{\"input\":\"a\",\"offset\":0,\"reason\":\"shape\",\"record\":\"x\"}\n");
    cr_assert_eq(stat("out", &status), 0);
    cr_expect_eq(status.st_mode & 0777, 0640);
}

Test(rejects_file, a_fifo_is_written_to_and_stays_one) {
    struct stat status;
    char text[256] = "";
    cr_assert_eq(mkfifo("out", 0600), 0);
    int reading = open("out", O_RDWR);
    add(0, 1, 0, WEND_REJECT_SHAPE, wend__bytes_text("x"));
    cr_assert_eq(write_file("out", NULL), WEND_OK);
    cr_assert_gt(read(reading, text, sizeof text - 1), 0);
    cr_expect_str_eq(text,
                     "{\"input\":\"a\",\"offset\":0,\"reason\":\"shape\",\"record\":\"x\"}\n");
    cr_assert_eq(stat("out", &status), 0);
    cr_expect(S_ISFIFO(status.st_mode));
    (void)close(reading);
}

Test(rejects_file, a_full_disk_is_told_with_the_path) {
    struct wend_error error = {0};
    add(0, 1, 0, WEND_REJECT_SHAPE, wend__bytes_text("x"));
    cr_expect_eq(write_file("/dev/full", &error), WEND_ERROR_IO);
    cr_expect_str_eq(error.text, "cannot write the reject file /dev/full: No space left on device; "
                                 "free space or choose another place, then run again");
}

Test(rejects_file, a_failed_write_leaves_the_old_file_and_nothing_else) {
    write_at("out", "old", 3);
    add(0, 1, 0, WEND_REJECT_SHAPE, wend__bytes_text("x"));
    wend__io_fail_write_at(1, 28);
    cr_expect_eq(write_file("out", NULL), WEND_ERROR_IO);
    struct wend_buffer found = read_file("out");
    cr_expect_str_eq((const char *)found.data, "old");
    wend__buffer_deinit(&found);
    cr_assert_eq(unlink("out") | unlink("a") | unlink("q\"\\\x01\xff"), 0);
    cr_expect_eq(rmdir(fixture_folder), 0);
}

Test(rejects_file, a_stopped_run_leaves_no_file) {
    add(0, 1, 0, WEND_REJECT_SHAPE, wend__bytes_text("x"));
    finish_runs();
    cr_expect_eq(write_runs("out", true, NULL), WEND_ERROR_CANCELLED);
    cr_assert_eq(unlink("a") | unlink("q\"\\\x01\xff"), 0);
    cr_expect_eq(rmdir(fixture_folder), 0);
}

Test(rejects_file, a_folder_that_is_not_there_or_a_folder_itself_is_refused) {
    struct wend_error error = {0};
    cr_expect_eq(write_file("no/out", &error), WEND_ERROR_IO);
    cr_expect_not_null(strstr(error.text, "No such file"));
    cr_expect_eq(write_runs(".", false, &error), WEND_ERROR_IO);
}

Test(rejects_file, a_damaged_row_is_refused) {
    struct wend_rejected rejected;
    struct wend_bytes key = wend__bytes("\x80\0\0\0\0\0\0\1", 8);
    static const uint32_t heads[] = {0, 99};
    cr_expect_not(wend__rejects_read(wend__bytes("x", 1), wend__bytes(heads, 8), &rejected));
    cr_expect_not(wend__rejects_read(key, wend__bytes(heads, 7), &rejected));
    cr_expect_not(wend__rejects_read(key, wend__bytes(heads, 8), &rejected));
    cr_expect_str_eq(wend__reject_name(99), "unknown");
    cr_assert_eq(wend__runs_add(runs[0], wend__bytes("x", 1), wend__bytes("x", 1), NULL), WEND_OK);
    cr_expect_eq(write_file("out", NULL), WEND_ERROR_IO);
    cr_expect_eq(access("out", F_OK), -1);
}

/* Rows can be read once, so that each attempt has its own. */
Test(rejects_file, no_memory_is_told_as_such_and_leaves_no_file) {
    uint64_t used = 1;
    for (uint64_t n = 1; n <= used; n++) {
        for (size_t i = 0; i < WORKERS; i++) {
            struct wend_runs_options rows = {.directory = fixture_folder, .memory_bytes = 4096};
            wend__runs_destroy(runs[i]);
            cr_assert_eq(wend__runs_create(&rows, &runs[i], NULL), WEND_OK);
        }
        add(0, 1, 0, WEND_REJECT_SHAPE, wend__bytes_text("x"));
        add(1, 2, 1, WEND_REJECT_SHAPE, wend__bytes_text("\xff"));
        finish_runs();
        uint64_t before = wend__memory_count();
        wend__memory_fail_at(n);
        enum wend_status status = write_runs("out", false, NULL);
        wend__memory_fail_at(0);
        used = wend__memory_count() - before;
        if (n <= used) {
            cr_expect_eq(status, WEND_ERROR_MEMORY, "allocation %d", (int)n);
            cr_expect_eq(access("out", F_OK), -1);
            used = n + 1;
        }
    }
    cr_expect_eq(access("out", F_OK), 0);
    cr_expect_gt(used, 4);
}
