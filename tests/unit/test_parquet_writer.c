/* Behaviour of the Parquet writer that shows without a reader. */
#include "base/memory.h"
#include "parquet/bounds.h"
#include "parquet/encode.h"
#include "parquet/writer.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

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
    {"text", WEND_PARQUET_TEXT, true, true},
    {"count", WEND_PARQUET_INT64, false, false},
    {"sum", WEND_PARQUET_DECIMAL38_4, true, false},
    {"steps", WEND_PARQUET_TEXT_LIST, false, false},
};
#define COLUMNS (sizeof columns / sizeof *columns)

static enum wend_status put_rows(struct wend_parquet_writer *writer, uint32_t row_count,
                                 struct wend_error *error) {
    for (uint32_t row = 0; row < row_count; row++) {
        char text[16];
        int len = snprintf(text, sizeof text, "t%u", row * 7919 % 1000);
        struct wend_bytes items[] = {wend__bytes(text, (size_t)len), wend__bytes_text("x")};
        if (row % 3 == 0) {
            wend__parquet_put_null(writer, 0);
        } else {
            wend__parquet_put_text(writer, 0, items[0]);
        }
        wend__parquet_put_int64(writer, 1, (int64_t)row);
        wend__parquet_put_decimal38(writer, 2, (wend_int128)row << 80);
        wend__parquet_put_list(writer, 3, items, row % 3);
        WEND_TRY(wend__parquet_end_row(writer, error));
    }
    return WEND_OK;
}

static enum wend_status write_by_threads(struct sink_state *state, uint64_t hash_seed,
                                         uint32_t row_count, uint32_t threads,
                                         struct wend_error *error) {
    uint32_t group_rows = threads == 1 ? 400 : 6000;
    struct wend_parquet_options options = {.page_rows = 50,
                                           .row_group_rows = group_rows,
                                           .dictionary_bytes = 2000,
                                           .hash_seed = hash_seed,
                                           .threads = threads};
    struct wend_parquet_sink sink = {collect, state};
    struct wend_parquet_writer *writer;
    WEND_TRY(wend__parquet_writer_create(columns, COLUMNS, &options, sink, &writer, error));
    enum wend_status status = put_rows(writer, row_count, error);
    struct wend_parquet_summary summary = {0};
    if (status == WEND_OK) {
        status = wend__parquet_finish(writer, &summary, error);
    }
    if (status == WEND_OK) {
        cr_assert_eq(summary.rows, row_count);
        cr_assert_eq(summary.bytes, state->file.len);
        cr_assert_eq(summary.row_groups, (row_count + group_rows - 1) / group_rows);
    }
    wend__parquet_writer_destroy(writer);
    return status;
}

static enum wend_status write_file(struct sink_state *state, uint64_t hash_seed, uint32_t row_count,
                                   struct wend_error *error) {
    return write_by_threads(state, hash_seed, row_count, 1, error);
}

Test(parquet_writer, the_same_rows_give_the_same_bytes_whatever_the_hash_seed) {
    struct sink_state first = {.writes_left = UINT64_MAX};
    struct sink_state second = {.writes_left = UINT64_MAX};
    cr_assert_eq(write_file(&first, 1, 1000, NULL), WEND_OK);
    cr_assert_eq(write_file(&second, UINT64_C(0x123456789abcdef0), 1000, NULL), WEND_OK);
    cr_assert(first.file.len > 8);
    cr_assert(wend__bytes_equal(wend__buffer_view(&first.file), wend__buffer_view(&second.file)));
    cr_assert_arr_eq(first.file.data, "PAR1", 4);
    cr_assert_arr_eq(first.file.data + first.file.len - 4, "PAR1", 4);
    wend__buffer_deinit(&first.file);
    wend__buffer_deinit(&second.file);
}

Test(parquet_writer, every_failing_allocation_is_reported_as_memory) {
    struct sink_state state = {.writes_left = UINT64_MAX};
    uint64_t before = wend__memory_count();
    cr_assert_eq(write_file(&state, 0, 450, NULL), WEND_OK);
    uint64_t allocations = wend__memory_count() - before;
    cr_assert(allocations > 50);
    for (uint64_t n = 1; n <= allocations; n++) {
        wend__buffer_deinit(&state.file);
        struct wend_error error = {0};
        wend__memory_fail_at(n);
        enum wend_status status = write_file(&state, 0, 450, &error);
        wend__memory_fail_at(0);
        cr_assert_eq(status, WEND_ERROR_MEMORY, "allocation %llu", (unsigned long long)n);
        cr_assert_eq(error.status, WEND_ERROR_MEMORY);
    }
    wend__buffer_deinit(&state.file);
}

/* Enough rows for a batch that the crew encodes and one that crosses the end of a row group. How
 * much is allocated depends a little on who encodes what: the last failures may not be met. */
Test(parquet_writer, every_failing_allocation_of_several_threads_is_reported_as_memory) {
    struct sink_state state = {.writes_left = UINT64_MAX};
    uint64_t before = wend__memory_count();
    cr_assert_eq(write_by_threads(&state, 0, 8500, 3, NULL), WEND_OK);
    uint64_t allocations = wend__memory_count() - before;
    cr_assert(allocations > 100);
    for (uint64_t n = 1; n <= allocations; n++) {
        wend__buffer_deinit(&state.file);
        struct wend_error error = {0};
        before = wend__memory_count();
        wend__memory_fail_at(n);
        enum wend_status status = write_by_threads(&state, 0, 8500, 3, &error);
        wend__memory_fail_at(0);
        bool is_met = wend__memory_count() - before >= n;
        cr_assert_eq(status, is_met ? WEND_ERROR_MEMORY : WEND_OK, "allocation %llu",
                     (unsigned long long)n);
        cr_assert_eq(error.status, status);
    }
    wend__buffer_deinit(&state.file);
}

Test(parquet_writer, every_failing_write_is_reported_with_its_text) {
    struct sink_state state = {.writes_left = UINT64_MAX};
    cr_assert_eq(write_file(&state, 0, 450, NULL), WEND_OK);
    uint64_t writes = UINT64_MAX - state.writes_left;
    cr_assert(writes > 5);
    for (uint64_t n = 0; n < writes; n++) {
        wend__buffer_deinit(&state.file);
        state.writes_left = n;
        struct wend_error error = {0};
        cr_assert_eq(write_file(&state, 0, 450, &error), WEND_ERROR_IO);
        cr_assert_str_eq(error.text, "disk full");
    }
    wend__buffer_deinit(&state.file);
}

static enum wend_status create_only(const struct wend_parquet_column *wrong, uint32_t count,
                                    const struct wend_parquet_options *options) {
    struct sink_state state = {.writes_left = UINT64_MAX};
    struct wend_parquet_sink sink = {collect, &state};
    struct wend_parquet_writer *writer;
    struct wend_error error = {0};
    enum wend_status status =
        wend__parquet_writer_create(wrong, count, options, sink, &writer, &error);
    cr_assert_eq(status, error.status);
    cr_assert((writer != NULL) == (status == WEND_OK));
    wend__parquet_writer_destroy(writer);
    wend__buffer_deinit(&state.file);
    return status;
}

Test(parquet_writer, columns_and_options_that_no_file_can_have_are_refused) {
    struct wend_parquet_column twice[] = {{"a", WEND_PARQUET_INT64, false, false},
                                          {"a", WEND_PARQUET_TEXT, false, false}};
    struct wend_parquet_column null_list = {"a", WEND_PARQUET_TEXT_LIST, true, false};
    struct wend_parquet_column bad_name = {"\xFF", WEND_PARQUET_INT64, false, false};
    uint32_t nowhere = COLUMNS;
    struct wend_parquet_options bad_order = {.sorting_columns = &nowhere,
                                             .sorting_column_count = 1};
    struct wend_parquet_options bad_level = {.zstd_level = 1000};
    cr_assert_eq(create_only(columns, COLUMNS, NULL), WEND_OK);
    cr_assert_eq(create_only(columns, 0, NULL), WEND_ERROR_USAGE);
    cr_assert_eq(create_only(twice, 2, NULL), WEND_ERROR_USAGE);
    cr_assert_eq(create_only(&null_list, 1, NULL), WEND_ERROR_USAGE);
    cr_assert_eq(create_only(&bad_name, 1, NULL), WEND_ERROR_USAGE);
    cr_assert_eq(create_only(columns, COLUMNS, &bad_order), WEND_ERROR_USAGE);
    cr_assert_eq(create_only(columns, COLUMNS, &bad_level), WEND_ERROR_USAGE);
}

Test(parquet_writer, a_value_above_the_limit_is_refused_and_names_its_column) {
    struct sink_state state = {.writes_left = UINT64_MAX};
    struct wend_parquet_sink sink = {collect, &state};
    struct wend_parquet_writer *writer;
    struct wend_error error = {0};
    cr_assert_eq(wend__parquet_writer_create(columns, 1, NULL, sink, &writer, NULL), WEND_OK);
    uint8_t byte = 'x'; /* the length alone decides: the bytes are not looked at */
    wend__parquet_put_text(writer, 0, wend__bytes(&byte, WEND_PARQUET_VALUE_BYTES_MAX + 1U));
    cr_assert_eq(wend__parquet_end_row(writer, &error), WEND_ERROR_LIMIT);
    cr_assert(strstr(error.text, "column text") != NULL);
    cr_assert_eq(wend__parquet_finish(writer, NULL, &error), WEND_ERROR_LIMIT);
    wend__parquet_writer_destroy(writer);
    wend__buffer_deinit(&state.file);
}

static void check_max(const char *text, size_t repeats, const char *tail, const char *expected_end,
                      bool is_present) {
    struct wend_buffer value = {0};
    for (size_t i = 0; i < repeats; i++) {
        cr_assert(wend__buffer_append_text(&value, text));
    }
    cr_assert(wend__buffer_append_text(&value, tail));
    struct wend_parquet_range range = {0};
    struct wend_parquet_bounds bounds;
    wend__parquet_range_add(&range, WEND_ORDER_TEXT, wend__buffer_view(&value));
    wend__parquet_bounds_of(&range, WEND_ORDER_TEXT, &bounds);
    cr_assert_eq(bounds.is_present, is_present);
    if (is_present) {
        size_t end_len = strlen(expected_end);
        cr_assert(bounds.max_len >= end_len);
        cr_assert_arr_eq(bounds.max + bounds.max_len - end_len, expected_end, end_len);
        cr_assert(
            wend__bytes_compare(wend__parquet_bounds_max(&bounds), wend__buffer_view(&value)) >= 0);
        cr_assert(
            wend__bytes_compare(wend__parquet_bounds_min(&bounds), wend__buffer_view(&value)) <= 0);
        cr_assert_eq(bounds.is_max_exact, value.len <= WEND_PARQUET_BOUND_BYTES);
        cr_assert_eq(bounds.is_min_exact, value.len <= WEND_PARQUET_BOUND_BYTES);
    }
    wend__buffer_deinit(&value);
}

Test(parquet_bounds, long_texts_are_cut_at_a_code_point_and_the_maximum_is_raised) {
    check_max("a", 64, "", "a", true);
    check_max("a", 64, "b", "aab", true);
    check_max("\xC3\xA9", 32, "z", "\xC3\xAA", true);
    check_max("\xC3\xA9", 31, "z\xC3\xA9z", "\xA9{", true);    /* 63 bytes fit, not the 65th */
    check_max("a", 63, "\xED\x9F\xBF", "ab", true);            /* the cut falls before U+D7FF */
    check_max("a", 61, "\xED\x9F\xBFz", "\xEE\x80\x80", true); /* no surrogates: U+E000 follows */
    check_max("a", 60, "\xF4\x8F\xBF\xBFz", "ab", true);       /* U+10FFFF cannot be raised */
    check_max("a", 62, "\x7F\x7Fz", "\x7F\xC2\x80", true);     /* a byte longer than the cut */
    check_max("\xF4\x8F\xBF\xBF", 17, "", "", false);          /* nothing can */
}

Test(parquet_bounds, nan_is_passed_over_and_zeros_get_both_signs) {
    double values[] = {0.0, -0.0, (double)NAN};
    struct wend_parquet_range range = {0};
    struct wend_parquet_bounds bounds;
    wend__parquet_range_add(&range, WEND_ORDER_DOUBLE, wend__bytes(&values[2], 8));
    wend__parquet_bounds_of(&range, WEND_ORDER_DOUBLE, &bounds);
    cr_assert(!bounds.is_present);
    wend__parquet_range_add(&range, WEND_ORDER_DOUBLE, wend__bytes(&values[0], 8));
    wend__parquet_range_add(&range, WEND_ORDER_DOUBLE, wend__bytes(&values[2], 8));
    wend__parquet_bounds_of(&range, WEND_ORDER_DOUBLE, &bounds);
    cr_assert(bounds.is_present);
    cr_assert_eq(bounds.min[7], 0x80);
    cr_assert_eq(bounds.max[7], 0x00);
}

Test(parquet_encode, bit_packed_runs_hold_whole_groups_and_long_runs_are_repeated) {
    struct wend_parquet_codes codes = {0};
    struct wend_buffer out = {0};
    for (uint32_t i = 0; i < 8; i++) {
        cr_assert(wend__parquet_codes_push(&codes, i));
    }
    cr_assert(wend__parquet_encode_codes(&out, &codes, 3));
    /* The example of Encodings.md: 0 to 7 in 3 bits are 88 C6 FA. */
    cr_assert_eq(out.len, 4);
    cr_assert_arr_eq(out.data, "\x03\x88\xC6\xFA", 4);
    codes.count = 0;
    wend__buffer_clear(&out);
    for (uint32_t i = 0; i < 100; i++) {
        cr_assert(wend__parquet_codes_push(&codes, 5));
    }
    cr_assert(wend__parquet_codes_push(&codes, 1));
    cr_assert(wend__parquet_encode_codes(&out, &codes, 3));
    cr_assert_eq(out.len, 7);
    cr_assert_arr_eq(out.data, "\xC8\x01\x05\x03\x01\x00\x00", 7);
    wend__parquet_codes_deinit(&codes);
    wend__buffer_deinit(&out);
}
