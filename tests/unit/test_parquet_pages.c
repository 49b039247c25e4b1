/* Pages made by hand: encodings that wend does not write, and what is refused. */
#include "parquet_fixture.h"

#define BYTES(text) wend__bytes(text, sizeof(text) - 1)

static void expect_texts(struct made_file *made, const char *const *expected, size_t count) {
    struct wend_parquet_reader *reader;
    struct wend_error error = {0};
    cr_assert_eq(open_made(made, &reader, &error), WEND_OK, "%s", error.text);
    for (size_t i = 0; i < count; i++) {
        const struct wend_parquet_value *value = next_made(reader);
        cr_expect_eq(value->is_null, expected[i] == NULL);
        cr_expect(value->is_null || wend__bytes_is(value->bytes, expected[i]), "value %zu", i);
    }
    bool found = true;
    cr_expect_eq(wend__parquet_reader_next(reader, &found, &error), WEND_OK, "%s", error.text);
    cr_expect(!found);
    close_made(made, reader);
}

Test(parquet_pages, texts_come_from_delta_lengths_and_delta_prefixes) {
    static const char *const texts[] = {"axis", "axle", "", "babble", "babyhood"};
    struct made_file made = make_file(WEND_PHYSICAL_BYTE_ARRAY, 5);
    /* Differences 0 -4 6 2 with the smallest -4: 4 0 10 6 in 4 bits. */
    struct wend_buffer body = {0};
    cr_assert(wend__buffer_append(&body, "\x80\x01\x04\x05\x08\x07\x04\x00\x00\x00\x04\x6A", 12));
    cr_assert(wend__buffer_append(&body, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 14));
    cr_assert(wend__buffer_append_text(&body, "axisaxlebabblebabyhood"));
    add_page(&made, WEND_ENCODING_DELTA_LENGTH_BYTE_ARRAY, 5, body.data, body.len);
    expect_texts(&made, texts, 5);
    /* Prefixes 0 2 0 0 3: differences 2 -2 0 3, smallest -2: 4 0 2 5. Ends 4 2 0 6 5: -2 -2 6 -1,
     * smallest -2: 0 0 8 1. */
    made = make_file(WEND_PHYSICAL_BYTE_ARRAY, 5);
    wend__buffer_clear(&body);
    cr_assert(wend__buffer_append(&body, "\x80\x01\x04\x05\x00\x03\x04\x00\x00\x00\x04\x52", 12));
    cr_assert(wend__buffer_append(&body, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 14));
    cr_assert(wend__buffer_append(&body, "\x80\x01\x04\x05\x08\x03\x04\x00\x00\x00\x00\x18", 12));
    cr_assert(wend__buffer_append(&body, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 14));
    cr_assert(wend__buffer_append_text(&body, "axislebabbleyhood"));
    add_page(&made, WEND_ENCODING_DELTA_BYTE_ARRAY, 5, body.data, body.len);
    expect_texts(&made, texts, 5);
    /* A prefix that is longer than the text before it. */
    made = make_file(WEND_PHYSICAL_BYTE_ARRAY, 1);
    add_page(&made, WEND_ENCODING_DELTA_BYTE_ARRAY, 1, "\x80\x01\x04\x01\x02\x80\x01\x04\x01\x02x",
             11);
    expect_refused(&made, WEND_ERROR_IO, "column made, page at byte 4: its values are damaged");
    wend__buffer_deinit(&body);
}

Test(parquet_pages, numbers_come_from_split_streams_and_booleans_from_runs) {
    struct wend_parquet_reader *reader;
    struct made_file made = make_file(WEND_PHYSICAL_INT32, 2);
    add_page(&made, WEND_ENCODING_BYTE_STREAM_SPLIT, 2, "\x01\xFE\x02\xFF\x03\xFF\x04\xFF", 8);
    cr_assert_eq(open_made(&made, &reader, NULL), WEND_OK);
    cr_expect_eq(next_made(reader)->integer, 0x04030201);
    cr_expect_eq(next_made(reader)->integer, -2);
    close_made(&made, reader);
    made = make_file(WEND_PHYSICAL_BOOLEAN, 3);
    add_page(&made, WEND_ENCODING_RLE, 2, "\x02\x00\x00\x00\x04\x01", 6);
    add_page(&made, WEND_ENCODING_PLAIN, 1, "\xFE", 1);
    cr_assert_eq(open_made(&made, &reader, NULL), WEND_OK);
    cr_expect(next_made(reader)->boolean);
    cr_expect(next_made(reader)->boolean);
    cr_expect(!next_made(reader)->boolean);
    close_made(&made, reader);
}

Test(parquet_pages, v2_pages_may_be_without_compression_or_without_values) {
    static const char *const texts[] = {"a", NULL, NULL, NULL};
    struct made_file made = make_file(WEND_PHYSICAL_BYTE_ARRAY, 4);
    made.repetition = WEND_REPETITION_OPTIONAL;
    made.codec = WEND_CODEC_ZSTD;
    add_page_v2(&made, WEND_ENCODING_PLAIN, 2, 2, false, 7, "\x03\x01\x01\x00\x00\x00\x61", 7);
    add_page_v2(&made, WEND_ENCODING_RLE_DICTIONARY, 1, 2, true, 2, "\x02\x00", 2);
    add_page_v2(&made, WEND_ENCODING_PLAIN, 1, 2, true, 2, "\x02\x00rest", 6);
    expect_texts(&made, texts, 4);
}

Test(parquet_pages, a_repeated_text_is_a_list) {
    struct wend_parquet_reader *reader;
    struct made_file made = make_file(WEND_PHYSICAL_BYTE_ARRAY, 4);
    made.repetition = WEND_REPETITION_REPEATED;
    made.row_count = 2;
    /* Two entries of one list in this page, its third in the next, then an empty list. */
    add_page(&made, WEND_ENCODING_PLAIN, 2,
             "\x02\0\0\0\x03\x02\x02\0\0\0\x04\x01\x01\0\0\0\x61\x00\0\0\0", 21);
    add_page(&made, WEND_ENCODING_PLAIN, 2, "\x02\0\0\0\x03\x01\x02\0\0\0\x03\x01\x01\0\0\0\x63",
             17);
    cr_assert_eq(open_made(&made, &reader, NULL), WEND_OK);
    const struct wend_parquet_value *value = next_made(reader);
    cr_assert_eq(value->item_count, 3);
    cr_expect(wend__bytes_is(value->items[0], "a"));
    cr_expect(wend__bytes_is(value->items[1], "") && value->items[1].data != NULL);
    cr_expect(wend__bytes_is(value->items[2], "c"));
    value = next_made(reader);
    cr_expect(!value->is_null && value->item_count == 0);
    close_made(&made, reader);
}

Test(parquet_pages, a_list_of_endless_runs_ends_at_the_limit) {
    struct made_file made = make_file(WEND_PHYSICAL_BYTE_ARRAY, INT32_MAX);
    made.repetition = WEND_REPETITION_REPEATED;
    made.row_count = 1;
    add_dictionary(&made, 1, "\x01\x00\x00\x00x", 5);
    /* A 0, then 2^31 - 8 times 1; definitions 1; codes of no bits. */
    add_page(&made, WEND_ENCODING_RLE_DICTIONARY, INT32_MAX,
             "\x08\0\0\0\x02\x00\xF0\xFF\xFF\xFF\x0F\x01\x06\0\0\0\xFE\xFF\xFF\xFF\x0F\x01\x00"
             "\xFE\xFF\xFF\xFF\x0F",
             28);
    expect_refused(&made, WEND_ERROR_USAGE, "column made has a list of more than");
}

static struct made_file plain_numbers(int64_t count) {
    static const uint8_t zeros[64];
    struct made_file made = make_file(WEND_PHYSICAL_INT64, count);
    add_page(&made, WEND_ENCODING_PLAIN, (int32_t)count, zeros, (size_t)count * 8);
    return made;
}

Test(parquet_pages, counts_and_places_that_do_not_fit_are_refused) {
    struct made_file made = plain_numbers(3);
    made.row_count = 2;
    expect_refused(&made, WEND_ERROR_IO, "more rows than its row group");
    made = plain_numbers(3);
    made.row_count = 4;
    expect_refused(&made, WEND_ERROR_IO, "fewer rows than its row group");
    made = plain_numbers(3);
    made.entry_count = 2;
    expect_refused(&made, WEND_ERROR_IO, "more values than its column");
    made = plain_numbers(3);
    made.entry_count = 4;
    made.row_count = 4;
    expect_refused(&made, WEND_ERROR_IO, "a page is missing");
    made = plain_numbers(3);
    made.begin = INT64_MAX;
    expect_refused(&made, WEND_ERROR_IO, "outside of the file");
    made = plain_numbers(3);
    made.bytes = INT64_MAX;
    expect_refused(&made, WEND_ERROR_IO, "outside of the file");
    made = plain_numbers(3);
    made.bytes = 20;
    expect_refused(&made, WEND_ERROR_IO, "longer than its column");
    made = make_file(WEND_PHYSICAL_INT64, 2);
    add_page(&made, WEND_ENCODING_PLAIN, 2, "1234567812345", 13);
    expect_refused(&made, WEND_ERROR_IO, "its values are damaged");
    made = make_file(WEND_PHYSICAL_INT64, 1);
    add_page(&made, WEND_ENCODING_RLE_DICTIONARY, 1, "\x01\x02\x01", 3);
    expect_refused(&made, WEND_ERROR_IO, "its values are damaged"); /* no dictionary */
    made = make_file(WEND_PHYSICAL_INT64, 1);
    add_dictionary(&made, 1, "12345678", 8);
    add_page(&made, WEND_ENCODING_RLE_DICTIONARY, 1, "\x01\x02\x01", 3);
    expect_refused(&made, WEND_ERROR_IO, "its values are damaged"); /* code 1 of 1 */
    made = make_file(WEND_PHYSICAL_INT64, 1);
    add_dictionary(&made, 2, "12345678", 8);
    expect_refused(&made, WEND_ERROR_IO, "its dictionary is damaged");
}

Test(parquet_pages, what_is_not_known_is_refused_by_name) {
    struct made_file made = plain_numbers(1);
    made.codec = 4;
    expect_refused(&made, WEND_ERROR_USAGE, "BROTLI");
    made = plain_numbers(1);
    made.is_in_other_file = true;
    expect_refused(&made, WEND_ERROR_USAGE, "column made is in another file");
    made = plain_numbers(1);
    made.is_encrypted = true;
    expect_refused(&made, WEND_ERROR_USAGE, "column made is encrypted");
    made = make_file(WEND_PHYSICAL_INT64, 1);
    add_page(&made, 10, 1, "12345678", 8);
    expect_refused(&made, WEND_ERROR_USAGE, "the encoding 10");
    made = make_file(WEND_PHYSICAL_INT64, 1);
    made.repetition = WEND_REPETITION_OPTIONAL;
    add_page_of(&made, WEND_ENCODING_PLAIN, WEND_ENCODING_BIT_PACKED, 1, 9,
                BYTES("\x01"
                      "12345678"));
    expect_refused(&made, WEND_ERROR_USAGE, "the encoding of levels 4");
    made = make_file(WEND_PHYSICAL_FIXED, 1);
    made.width = 17;
    made.converted = WEND_CONVERTED_DECIMAL;
    add_page(&made, WEND_ENCODING_PLAIN, 1, "12345678901234567", 17);
    expect_refused(&made, WEND_ERROR_USAGE, "a decimal of more than 38 digits");
}

Test(parquet_pages, lengths_that_no_stream_can_have_are_refused_without_making_room) {
    static const int32_t codecs[] = {WEND_CODEC_UNCOMPRESSED, WEND_CODEC_SNAPPY, WEND_CODEC_GZIP,
                                     WEND_CODEC_ZSTD};
    for (size_t i = 0; i < 4; i++) {
        struct made_file made = make_file(WEND_PHYSICAL_INT64, 1);
        made.codec = codecs[i];
        add_page_of(&made, WEND_ENCODING_PLAIN, WEND_ENCODING_RLE, 1, INT32_MAX, BYTES("12345678"));
        expect_refused(&made, WEND_ERROR_IO, "its length cannot be");
        made = make_file(WEND_PHYSICAL_INT64, 1);
        made.codec = codecs[i];
        add_page_of(&made, WEND_ENCODING_PLAIN, WEND_ENCODING_RLE, 1, 8, BYTES("garbage!"));
        if (codecs[i] != WEND_CODEC_UNCOMPRESSED) {
            expect_refused(&made, WEND_ERROR_IO, "it cannot be decompressed");
        } else {
            wend__buffer_deinit(&made.file);
        }
    }
}
