/*
 * Columns that several threads encode give the same Parquet file, to the byte, as one thread: with
 * row groups that end by rows and by bytes, dictionaries that are left, and a sink that fails.
 */
#include "run_fixture.h"

#include "parquet/writer.h"

enum { ROWS = 20000, MANY_ROWS = 60000 };

struct sink_state {
    struct wend_buffer file;
    uint64_t writes_left; /* then the disk is full */
};

static enum wend_status collect(void *context, const void *data, size_t len,
                                struct wend_error *error) {
    struct sink_state *state = context;
    if (state->writes_left == 0) {
        return wend__fail(error, WEND_ERROR_IO, "disk full");
    }
    state->writes_left--;
    return wend__buffer_append(&state->file, data, len) ? WEND_OK : wend__fail_memory(error);
}

static const struct wend_parquet_column columns[] = {
    {"group", WEND_PARQUET_TEXT, true, false},      {"id", WEND_PARQUET_TEXT, false, true},
    {"steps", WEND_PARQUET_TEXT_LIST, false, true}, {"count", WEND_PARQUET_INT64, false, false},
    {"share", WEND_PARQUET_DOUBLE, true, false},    {"sum", WEND_PARQUET_DECIMAL38_4, true, false},
    {"sketch", WEND_PARQUET_BINARY, true, false},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static uint64_t random_state;

static uint32_t random_below(uint32_t limit) {
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(random_state >> 33) % limit;
}

static enum wend_status put_row(struct wend_parquet_writer *writer, uint32_t row,
                                struct wend_error *error) {
    static const char *const names[] = {"home", "cart", "\xff\xfe", "checkout/pay", "x"};
    char id[32];
    struct wend_bytes items[9];
    uint32_t count = random_below(9);
    for (uint32_t i = 0; i < count; i++) {
        items[i] = wend__bytes_text(names[random_below(5)]);
    }
    int len = snprintf(id, sizeof id, "%016llx", (unsigned long long)random_state);
    if (random_below(7) == 0) {
        wend__parquet_put_null(writer, 0);
    } else {
        wend__parquet_put_text(writer, 0, wend__bytes_text(names[row / 5000 % 5]));
    }
    wend__parquet_put_text(writer, 1, wend__bytes(id, (size_t)len));
    wend__parquet_put_list(writer, 2, items, count);
    wend__parquet_put_int64(writer, 3, random_below(row + 1));
    wend__parquet_put_double(writer, 4, random_below(100) == 0 ? 0.0 / 0.0 : random_below(50));
    wend__parquet_put_decimal38(writer, 5, (wend_int128)random_below(1000) << 60);
    wend__parquet_put_binary(writer, 6, wend__bytes(id, random_below(16)));
    return wend__parquet_end_row(writer, error);
}

static enum wend_status write_file(struct sink_state *state, struct wend_parquet_options options,
                                   uint32_t row_count, uint32_t *group_count) {
    struct wend_parquet_sink sink = {collect, state};
    struct wend_parquet_writer *writer;
    struct wend_parquet_summary summary = {0};
    struct wend_error error = {0};
    random_state = 7;
    enum wend_status status =
        wend__parquet_writer_create(columns, COLUMNS, &options, sink, &writer, &error);
    for (uint32_t row = 0; status == WEND_OK && row < row_count; row++) {
        status = put_row(writer, row, &error);
    }
    if (status == WEND_OK) {
        status = wend__parquet_finish(writer, &summary, &error);
    }
    fixture_check(status == WEND_OK || strcmp(error.text, "disk full") == 0, error.text);
    wend__parquet_writer_destroy(writer);
    *group_count = summary.row_groups;
    return status;
}

static void expect_the_same(struct wend_parquet_options options, uint32_t row_count,
                            uint32_t groups_min) {
    struct sink_state wanted = {.writes_left = UINT64_MAX};
    uint32_t groups;
    options.threads = 1;
    fixture_check(write_file(&wanted, options, row_count, &groups) == WEND_OK, "one thread failed");
    fixture_check(groups >= groups_min, "there are fewer row groups than the test means");
    for (uint32_t threads = 2; threads <= 5; threads += 3) {
        struct sink_state state = {.writes_left = UINT64_MAX};
        options.threads = threads;
        fixture_check(write_file(&state, options, row_count, &groups) == WEND_OK,
                      "several threads failed");
        fixture_check(
            wend__bytes_equal(wend__buffer_view(&state.file), wend__buffer_view(&wanted.file)),
            "the file depends on the threads");
        wend__buffer_deinit(&state.file);
    }
    wend__buffer_deinit(&wanted.file);
}

int main(void) {
    expect_the_same((struct wend_parquet_options){0}, ROWS, 1);
    expect_the_same((struct wend_parquet_options){.page_rows = 100, .row_group_rows = 4096}, ROWS,
                    5);
    expect_the_same((struct wend_parquet_options){.page_rows = 3000, .row_group_rows = 9999}, ROWS,
                    3);
    /* Groups so large that the first batches fit in by any bound, and the last ones may not. */
    expect_the_same((struct wend_parquet_options){.page_bytes = 5000, .row_group_bytes = 2200000},
                    MANY_ROWS, 2);
    expect_the_same((struct wend_parquet_options){.page_rows = 700,
                                                  .dictionary_bytes = 20000,
                                                  .row_group_bytes = 2500000},
                    MANY_ROWS, 2);
    for (uint64_t writes = 1; writes < 12; writes++) {
        struct sink_state state = {.writes_left = writes};
        struct wend_parquet_options options = {.threads = 3, .row_group_rows = 9000};
        uint32_t groups;
        fixture_check(write_file(&state, options, ROWS, &groups) == WEND_ERROR_IO, "no failure");
        wend__buffer_deinit(&state.file);
    }
    return 0;
}
