/* What wend's writer wrote comes back; damaged files never crash, nor pass as others. */
#include "base/memory.h"
#include "parquet/page_reader.h"
#include "parquet/reader.h"
#include "parquet/writer.h"
#include "random.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FIELDS = 9, LIST_MAX = 6 };

static enum wend_status collect(void *context, const void *data, size_t len,
                                struct wend_error *error) {
    return wend__buffer_append(context, data, len) ? WEND_OK : wend__fail_memory(error);
}

/* A row, from a seed and its number alone. */
struct row {
    bool is_null[FIELDS];
    int64_t integer;
    double number;
    char text[64];
    uint64_t bytes;
    size_t bytes_len;
    wend_int128 big;
    struct wend_bytes items[LIST_MAX];
    uint32_t item_count;
};

static struct row make_row(uint64_t seed, uint64_t index, bool is_nullable) {
    static const char *const words[] = {"", "home", "cart", "caf\xC3\xA9"};
    uint64_t state = seed * 1000003 + index;
    struct row row = {.integer = (int64_t)random_below(&state, 2000) - 1000};
    for (size_t i = 0; i < FIELDS - 1; i++) {
        row.is_null[i] = is_nullable && random_below(&state, 4) == 0;
    }
    if (random_below(&state, 10) == 0) {
        row.integer = (int64_t)next_random(&state) >> 8;
    }
    row.number = (double)(int64_t)next_random(&state) / 1024.0;
    /* Few words first, then ever new ones: dictionaries start and give way. */
    uint64_t distinct = index < 1500 ? random_below(&state, 20) : index;
    (void)snprintf(row.text, sizeof row.text, "/page/%llu", (unsigned long long)distinct);
    row.bytes = next_random(&state);
    row.bytes_len = random_below(&state, 9);
    row.big = (wend_int128)(int64_t)next_random(&state) * ((wend_int128)1 << 50);
    row.item_count = (uint32_t)random_below(&state, LIST_MAX);
    for (uint32_t i = 0; i < row.item_count; i++) {
        row.items[i] = wend__bytes_text(words[random_below(&state, 4)]);
    }
    return row;
}

static void put_row(struct wend_parquet_writer *writer, const struct row *row) {
    for (uint32_t i = 0; i < FIELDS; i++) {
        if (row->is_null[i]) {
            wend__parquet_put_null(writer, i);
            continue;
        }
        switch (i) {
        case 0:
        case 4:
            wend__parquet_put_int64(writer, i, row->integer);
            break;
        case 1:
            wend__parquet_put_double(writer, i, row->number);
            break;
        case 2:
        case 7:
            wend__parquet_put_text(writer, i, wend__bytes_text(i == 2 ? row->text : "same"));
            break;
        case 3:
            wend__parquet_put_binary(writer, i, wend__bytes(&row->bytes, row->bytes_len));
            break;
        case 5:
            wend__parquet_put_decimal18(writer, i, row->integer);
            break;
        case 6:
            wend__parquet_put_decimal38(writer, i, row->big);
            break;
        default:
            wend__parquet_put_list(writer, i, row->items, row->item_count);
            break;
        }
    }
}

static bool is_same_list(const struct wend_parquet_value *value, const struct row *row) {
    bool is_same = value->item_count == row->item_count;
    for (uint32_t i = 0; is_same && i < row->item_count; i++) {
        is_same = wend__bytes_equal(value->items[i], row->items[i]);
    }
    return is_same;
}

static bool is_same_row(const struct wend_parquet_reader *reader, const struct row *row) {
    bool is_same = true;
    for (uint32_t i = 0; i < FIELDS && is_same; i++) {
        const struct wend_parquet_value *value = wend__parquet_reader_value(reader, i);
        if (value->is_null || row->is_null[i]) {
            is_same = value->is_null == row->is_null[i];
        } else if (i == 0 || i == 4 || i == 5) {
            is_same = value->integer == row->integer;
        } else if (i == 1) {
            is_same = memcmp(&value->number, &row->number, sizeof row->number) == 0;
        } else if (i == 2 || i == 7) {
            is_same = wend__bytes_is(value->bytes, i == 2 ? row->text : "same");
        } else if (i == 3) {
            is_same = wend__bytes_equal(value->bytes, wend__bytes(&row->bytes, row->bytes_len));
        } else if (i == 6) {
            is_same = value->big == row->big;
        } else {
            is_same = is_same_list(value, row);
        }
    }
    return is_same;
}

struct written {
    struct wend_buffer file;
    uint64_t seed;
    uint64_t row_count;
    bool is_nullable;
};

static struct written write_rows(uint64_t seed, uint64_t row_count, bool is_nullable,
                                 const struct wend_parquet_options *options) {
    const struct wend_parquet_column columns[FIELDS] = {
        {"int64", WEND_PARQUET_INT64, is_nullable, false},
        {"double", WEND_PARQUET_DOUBLE, is_nullable, false},
        {"text", WEND_PARQUET_TEXT, is_nullable, false},
        {"binary", WEND_PARQUET_BINARY, is_nullable, false},
        {"time", WEND_PARQUET_TIMESTAMP_US, is_nullable, false},
        {"decimal18", WEND_PARQUET_DECIMAL18_4, is_nullable, false},
        {"decimal38", WEND_PARQUET_DECIMAL38_4, is_nullable, false},
        {"same", WEND_PARQUET_TEXT, is_nullable, false},
        {"list", WEND_PARQUET_TEXT_LIST, false, false},
    };
    struct written written = {.seed = seed, .row_count = row_count, .is_nullable = is_nullable};
    struct wend_parquet_sink sink = {collect, &written.file};
    struct wend_parquet_writer *writer;
    struct wend_error error = {0};
    cr_assert_eq(wend__parquet_writer_create(columns, FIELDS, options, sink, &writer, &error),
                 WEND_OK, "%s", error.text);
    for (uint64_t i = 0; i < row_count; i++) {
        struct row row = make_row(seed, i, is_nullable);
        put_row(writer, &row);
        cr_assert_eq(wend__parquet_end_row(writer, &error), WEND_OK, "%s", error.text);
    }
    cr_assert_eq(wend__parquet_finish(writer, NULL, &error), WEND_OK, "%s", error.text);
    wend__parquet_writer_destroy(writer);
    return written;
}

/* Reads all rows; `*is_same` tells whether they are those that were written. */
static enum wend_status read_rows(const struct written *written, struct wend_bytes file,
                                  bool *is_same, struct wend_error *error) {
    struct wend_parquet_reader *reader;
    *is_same = false;
    WEND_TRY(wend__parquet_reader_open_memory(file, &reader, error));
    bool fits = wend__parquet_reader_field_count(reader) == FIELDS &&
                wend__parquet_reader_row_count(reader) == written->row_count;
    uint64_t count = 0;
    bool found = true;
    enum wend_status status = WEND_OK;
    while ((status = wend__parquet_reader_next(reader, &found, error)) == WEND_OK && found) {
        struct row row = make_row(written->seed, count++, written->is_nullable);
        fits = fits && is_same_row(reader, &row);
    }
    *is_same = fits && count == written->row_count;
    wend__parquet_reader_close(reader);
    return status;
}

static void check_round_trip(uint64_t seed, uint64_t row_count, bool is_nullable,
                             const struct wend_parquet_options *options) {
    struct written written = write_rows(seed, row_count, is_nullable, options);
    struct wend_error error = {0};
    bool is_same;
    enum wend_status status =
        read_rows(&written, wend__buffer_view(&written.file), &is_same, &error);
    cr_expect_eq(status, WEND_OK, "%s", error.text);
    cr_expect(is_same);
    wend__buffer_deinit(&written.file);
}

Test(parquet_reader, rows_of_all_types_come_back_from_many_pages_and_row_groups) {
    static const struct wend_parquet_options small = {.page_rows = 100,
                                                      .row_group_rows = 900,
                                                      .page_bytes = 3000,
                                                      .dictionary_bytes = 3000,
                                                      .dictionary_entries = 300};
    check_round_trip(1, 5000, false, &small);
    check_round_trip(2, 5000, true, &small);
    check_round_trip(3, 5000, true, NULL);
}

Test(parquet_reader, files_of_no_row_and_of_one_row_come_back) {
    check_round_trip(4, 0, true, NULL);
    check_round_trip(5, 1, false, NULL);
    check_round_trip(6, 1, true, NULL);
}

Test(parquet_reader, fields_tell_names_and_types) {
    struct written written = write_rows(7, 1, true, NULL);
    struct wend_parquet_reader *reader;
    cr_assert_eq(wend__parquet_reader_open_memory(wend__buffer_view(&written.file), &reader, NULL),
                 WEND_OK);
    cr_expect_eq(wend__parquet_reader_find(reader, "decimal38"), 6);
    cr_expect_eq(wend__parquet_reader_find(reader, "decimal"), UINT32_MAX);
    const struct wend_parquet_field *time = wend__parquet_reader_field(reader, 4);
    cr_expect(time->is_timestamp && time->is_nullable && time->kind == WEND_PARQUET_VALUE_INT64);
    cr_expect(wend__parquet_reader_field(reader, 2)->is_text);
    cr_expect(!wend__parquet_reader_field(reader, 3)->is_text);
    cr_expect_eq(wend__parquet_reader_field(reader, 5)->scale, 4);
    cr_expect_eq(wend__parquet_reader_field(reader, 6)->kind, WEND_PARQUET_VALUE_INT128);
    cr_expect_eq(wend__parquet_reader_field(reader, 0)->scale, -1);
    cr_expect_eq(wend__parquet_reader_field(reader, 8)->kind, WEND_PARQUET_VALUE_LIST);
    wend__parquet_reader_close(reader);
    wend__buffer_deinit(&written.file);
}

Test(parquet_reader, metadata_of_the_file_is_found_by_key) {
    static const struct wend_parquet_key_value texts[] = {{"wend.table", "paths"}, {"empty", ""}};
    struct wend_parquet_options options = {.key_values = texts, .key_value_count = 2};
    struct written written = write_rows(8, 3, false, &options);
    struct wend_parquet_reader *reader;
    cr_assert_eq(wend__parquet_reader_open_memory(wend__buffer_view(&written.file), &reader, NULL),
                 WEND_OK);
    cr_expect_str_eq(wend__parquet_reader_metadata(reader, "wend.table"), "paths");
    cr_expect_str_eq(wend__parquet_reader_metadata(reader, "empty"), "");
    cr_expect_null(wend__parquet_reader_metadata(reader, "wend"));
    wend__parquet_reader_close(reader);
    wend__buffer_deinit(&written.file);
}

Test(parquet_reader, skipped_fields_are_null_and_the_others_stay) {
    struct written written = write_rows(9, 50, false, NULL);
    struct wend_parquet_reader *reader;
    struct wend_error error = {0};
    cr_assert_eq(wend__parquet_reader_open_memory(wend__buffer_view(&written.file), &reader, NULL),
                 WEND_OK);
    wend__parquet_reader_skip(reader, 0);
    wend__parquet_reader_skip(reader, 8);
    bool found;
    for (uint64_t i = 0; i < 50; i++) {
        struct row row = make_row(9, i, false);
        row.is_null[0] = true;
        row.is_null[8] = true;
        cr_assert_eq(wend__parquet_reader_next(reader, &found, &error), WEND_OK, "%s", error.text);
        cr_assert(found && is_same_row(reader, &row));
    }
    cr_expect_eq(wend__parquet_reader_next(reader, &found, &error), WEND_OK);
    cr_expect(!found);
    wend__parquet_reader_close(reader);
    wend__buffer_deinit(&written.file);
}

/* Writes `bytes` to a new file, whose name replaces the XXXXXX of `path`. */
static void write_temporary(char *path, struct wend_bytes bytes) {
    int descriptor = mkstemp(path);
    cr_assert_geq(descriptor, 0);
    cr_assert_eq(write(descriptor, bytes.data, bytes.len), (ssize_t)bytes.len);
    cr_assert_eq(close(descriptor), 0);
}

static enum wend_status read_path(const char *path, uint64_t *row_count, struct wend_error *error) {
    struct wend_parquet_reader *reader;
    bool found = true;
    *row_count = 0;
    WEND_TRY(wend__parquet_reader_open(path, &reader, error));
    enum wend_status status;
    while ((status = wend__parquet_reader_next(reader, &found, error)) == WEND_OK && found) {
        ++*row_count;
    }
    wend__parquet_reader_close(reader);
    return status;
}

Test(parquet_reader, a_file_is_read_by_its_path) {
    struct written written = write_rows(10, 300, true, NULL);
    char path[] = "/tmp/wend_parquet_XXXXXX";
    uint64_t row_count;
    struct wend_error error = {0};
    write_temporary(path, wend__buffer_view(&written.file));
    cr_expect_eq(read_path(path, &row_count, &error), WEND_OK, "%s", error.text);
    cr_expect_eq(row_count, 300);
    cr_assert_eq(unlink(path), 0);
    cr_expect_eq(read_path(path, &row_count, &error), WEND_ERROR_IO);
    cr_expect(strstr(error.text, path) != NULL);
    cr_expect_eq(read_path("/dev/null", &row_count, &error), WEND_ERROR_IO);
    wend__buffer_deinit(&written.file);
}

Test(parquet_reader, every_failing_allocation_is_reported_as_memory) {
    struct wend_parquet_options small = {.page_rows = 20, .row_group_rows = 60};
    struct written written = write_rows(11, 100, true, &small);
    char path[] = "/tmp/wend_parquet_XXXXXX";
    uint64_t row_count;
    write_temporary(path, wend__buffer_view(&written.file));
    uint64_t before = wend__memory_count();
    cr_assert_eq(read_path(path, &row_count, NULL), WEND_OK);
    uint64_t allocations = wend__memory_count() - before;
    cr_assert_gt(allocations, 20);
    for (uint64_t n = 1; n <= allocations; n++) {
        struct wend_error error = {0};
        wend__memory_fail_at(n);
        enum wend_status status = read_path(path, &row_count, &error);
        wend__memory_fail_at(0);
        cr_assert_eq(status, WEND_ERROR_MEMORY, "allocation %llu", (unsigned long long)n);
        cr_assert_eq(error.status, WEND_ERROR_MEMORY);
    }
    cr_assert_eq(unlink(path), 0);
    wend__buffer_deinit(&written.file);
}

/* The bytes in memory of just their size, so that a sanitizer sees a step too far. */
static enum wend_status read_exactly(const struct written *written, struct wend_bytes file,
                                     bool *is_same, struct wend_error *error) {
    uint8_t *copy = malloc(file.len + (file.len == 0));
    cr_assert_not_null(copy);
    memcpy(copy, file.data, file.len);
    enum wend_status status = read_rows(written, wend__bytes(copy, file.len), is_same, error);
    free(copy);
    return status;
}

Test(parquet_reader, a_file_that_is_cut_off_anywhere_is_refused) {
    struct written written = write_rows(12, 12, true, NULL);
    for (size_t len = 0; len < written.file.len; len++) {
        struct wend_error error = {0};
        bool is_same;
        enum wend_status status =
            read_exactly(&written, wend__bytes(written.file.data, len), &is_same, &error);
        cr_assert_eq(status, WEND_ERROR_IO, "%zu of %zu bytes", len, written.file.len);
    }
    wend__buffer_deinit(&written.file);
}

/* Marks the bytes of the bodies of pages: those that the checksums cover. */
static size_t mark_bodies(const struct written *written, bool *is_covered) {
    size_t at = WEND_PARQUET_MAGIC_BYTES;
    size_t covered = 0;
    struct wend_parquet_page_header header;
    size_t header_bytes;
    while (
        wend__parquet_page_header_read(wend__bytes(written->file.data + at, written->file.len - at),
                                       &header, &header_bytes) == WEND_PARQUET_HEADER_OK) {
        cr_assert(header.has_checksum);
        at += header_bytes;
        for (uint32_t i = 0; i < header.stored_bytes; i++) {
            is_covered[at++] = true;
        }
        covered += header.stored_bytes;
    }
    return covered;
}

Test(parquet_reader, no_flipped_byte_crashes_or_passes_its_checksum) {
    struct wend_parquet_options small = {.page_rows = 10, .row_group_rows = 20};
    struct written written = write_rows(13, 30, true, &small);
    bool *is_covered = calloc(written.file.len, sizeof *is_covered);
    cr_assert_not_null(is_covered);
    cr_assert_gt(mark_bodies(&written, is_covered), 500);
    static const uint8_t flips[] = {0x01, 0x10, 0x80, 0xFF};
    for (size_t at = 0; at < written.file.len; at++) {
        for (size_t i = 0; i < sizeof flips; i++) {
            struct wend_error error = {0};
            bool is_same;
            written.file.data[at] ^= flips[i];
            enum wend_status status =
                read_exactly(&written, wend__buffer_view(&written.file), &is_same, &error);
            written.file.data[at] ^= flips[i];
            cr_assert(status == WEND_OK || error.status == status);
            cr_assert(status != WEND_ERROR_MEMORY, "byte %zu", at);
            cr_assert(!is_covered[at] || status == WEND_ERROR_IO, "byte %zu", at);
        }
    }
    free(is_covered);
    wend__buffer_deinit(&written.file);
}
