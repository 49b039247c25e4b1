/* The parts of the reader one by one: runs, differences, Snappy, Thrift, conversions. */
#include "parquet/column_reader.h"
#include "parquet/thrift_reader.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define BYTES(text) wend__bytes(text, sizeof(text) - 1)

static void expect_hybrid(struct wend_bytes bytes, uint32_t width, const uint32_t *expected,
                          size_t count, bool ends) {
    struct wend_parquet_hybrid hybrid;
    uint32_t value;
    wend__parquet_hybrid_init(&hybrid, bytes, width);
    for (size_t i = 0; i < count; i++) {
        cr_assert(wend__parquet_hybrid_next(&hybrid, &value), "value %zu", i);
        cr_expect_eq(value, expected[i], "value %zu is %u", i, value);
    }
    cr_expect_eq(wend__parquet_hybrid_next(&hybrid, &value), !ends);
}

Test(parquet_hybrid, packed_and_repeated_runs_follow_each_other) {
    static const uint32_t values[] = {0, 1, 2, 3, 4, 5, 6, 7, 5, 5, 5, 0, 1, 2, 3, 4, 5, 6, 7};
    expect_hybrid(BYTES("\x03\x88\xC6\xFA\x06\x05\x00\x05\x03\x88\xC6\xFA"), 3, values, 19, true);
    static const uint32_t wide[] = {0xDEADBEEF, 0xDEADBEEF};
    expect_hybrid(BYTES("\x04\xEF\xBE\xAD\xDE"), 32, wide, 2, true);
    static const uint32_t zeros[] = {0, 0, 0, 0};
    expect_hybrid(BYTES("\x08"), 0, zeros, 4, true);
    expect_hybrid(BYTES("\x03"), 0, zeros, 4, false);
}

Test(parquet_hybrid, a_last_group_that_is_cut_short_holds_its_whole_values) {
    static const uint32_t values[] = {0, 1, 2, 3, 4};
    expect_hybrid(BYTES("\x03\x88\xC6"), 3, values, 5, true);
    expect_hybrid(BYTES("\x05\x88\xC6"), 3, values, 5, true);
}

Test(parquet_hybrid, broken_runs_end_the_values) {
    expect_hybrid(BYTES(""), 3, NULL, 0, true);
    expect_hybrid(BYTES("\x80\x80\x80\x80\x80\x01"), 3, NULL, 0, true); /* a head of 36 bits */
    expect_hybrid(BYTES("\xFF\xFF\xFF\xFF\x1F"), 3, NULL, 0, true);     /* above 32 bits */
    expect_hybrid(BYTES("\x04"), 3, NULL, 0, true);                     /* no value */
    expect_hybrid(BYTES("\x04\x08"), 3, NULL, 0, true);                 /* 8 has 4 bits */
    expect_hybrid(BYTES("\x00\x01\x00\x01"), 3, NULL, 0, true);         /* empty runs only */
}

static bool read_delta(struct wend_bytes bytes, const int64_t *expected, size_t count) {
    struct wend_parquet_delta delta;
    const uint8_t *end;
    bool works = wend__parquet_delta_init(&delta, bytes, count) && delta.value_count == count &&
                 wend__parquet_delta_end(&delta, &end) && end == bytes.data + bytes.len;
    for (size_t i = 0; works && i < count; i++) {
        uint64_t value;
        works = wend__parquet_delta_next(&delta, &value) && (int64_t)value == expected[i];
    }
    return works;
}

Test(parquet_delta, the_examples_of_the_format_are_read) {
    static const int64_t up[] = {1, 2, 3, 4, 5};
    static const int64_t down[] = {7, 5, 3, 1, 2, 3, 4, 5};
    cr_expect(read_delta(BYTES("\x80\x01\x04\x05\x02\x02\x00\x00\x00\x00"), up, 5));
    cr_expect(
        read_delta(BYTES("\x80\x01\x04\x08\x0E\x03\x02\x00\x00\x00\xC0\x3F\0\0\0\0\0\0"), down, 8));
    cr_expect(read_delta(BYTES("\x80\x01\x04\x00\x00"), NULL, 0));
    cr_expect(read_delta(BYTES("\x80\x01\x04\x01\x0D"), (const int64_t[]){-7}, 1));
}

Test(parquet_delta, differences_wrap_around) {
    static const int64_t extremes[] = {INT64_MAX, INT64_MIN};
    cr_expect(read_delta(BYTES("\x80\x01\x04\x02\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x02"
                               "\x00\x00\x00\x00"),
                         extremes, 2));
}

Test(parquet_delta, heads_and_widths_that_cannot_be_are_refused) {
    static const int64_t up[] = {1, 2, 3, 4, 5};
    cr_expect(!read_delta(BYTES("\x7F\x04\x05\x02"), up, 5));     /* block of 127 */
    cr_expect(!read_delta(BYTES("\x00\x04\x05\x02"), up, 5));     /* of 0 */
    cr_expect(!read_delta(BYTES("\x80\x01\x00\x05\x02"), up, 5)); /* no miniblock */
    cr_expect(!read_delta(BYTES("\x80\x01\x08\x05\x02"), up, 5)); /* of 16 values */
    cr_expect(!read_delta(BYTES("\x80\x01\x04\x06\x02"), up, 5)); /* too many values */
    cr_expect(!read_delta(BYTES("\x80\x01\x04\x05\x02\x02\x41\0\0\0"), up, 5)); /* 65 bits */
    cr_expect(!read_delta(BYTES("\x80\x01\x04\x05\x02\x02\x00\x00"), up, 5));
    cr_expect(!read_delta(BYTES("\x80\x01\x04\x05"), up, 5));
    cr_expect(!read_delta(BYTES("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"), up, 5));
}

static bool unpack_snappy(struct wend_bytes stored, const char *expected) {
    size_t len = strlen(expected);
    uint8_t *out = malloc(len + 1); /* of just the size, for the sanitizers */
    cr_assert_not_null(out);
    bool works = wend__parquet_snappy_decode(stored, out, len) && memcmp(out, expected, len) == 0;
    free(out);
    return works;
}

Test(parquet_snappy, literals_and_copies_are_unpacked) {
    cr_expect(unpack_snappy(BYTES("\x00"), ""));
    cr_expect(unpack_snappy(BYTES("\x03\x08"
                                  "abc"),
                            "abc"));
    cr_expect(unpack_snappy(BYTES("\x0A\x04"
                                  "ab\x11\x02"),
                            "ababababab")); /* 8 bytes from 2 bytes back */
    cr_expect(unpack_snappy(BYTES("\x06\x08"
                                  "abc\x0A\x03\x00"),
                            "abcabc"));
    cr_expect(unpack_snappy(BYTES("\x06\x08"
                                  "abc\x0B\x03\x00\x00\x00"),
                            "abcabc"));
    cr_expect(unpack_snappy(BYTES("\x03\xF0\x02"
                                  "abc"),
                            "abc"));
    cr_expect(unpack_snappy(BYTES("\x03\xFC\x02\x00\x00\x00"
                                  "abc"),
                            "abc"));
}

Test(parquet_snappy, damage_is_refused) {
    cr_expect(!unpack_snappy(BYTES(""), ""));
    cr_expect(!unpack_snappy(BYTES("\x80\x80\x80\x80\x80\x00"), ""));
    cr_expect(!unpack_snappy(BYTES("\x04\x08"
                                   "abc"),
                             "abc")); /* another length */
    cr_expect(!unpack_snappy(BYTES("\x03\x08"
                                   "ab"),
                             "abc"));
    cr_expect(!unpack_snappy(BYTES("\x03\x04"
                                   "ab"),
                             "abc")); /* too few */
    cr_expect(!unpack_snappy(BYTES("\x03\x08"
                                   "abc\x00x"),
                             "abc")); /* too many */
    cr_expect(!unpack_snappy(BYTES("\x06\x08"
                                   "abc\x0A\x04\x00"),
                             "abcabc")); /* from before the start */
    cr_expect(!unpack_snappy(BYTES("\x06\x08"
                                   "abc\x0A\x00\x00"),
                             "abcabc"));
    cr_expect(!unpack_snappy(BYTES("\x06\x08"
                                   "abc\x0A\x03"),
                             "abcabc"));
    cr_expect(!unpack_snappy(BYTES("\x05\x08"
                                   "abc\x0A\x03\x00"),
                             "abcab"));
    cr_expect(!unpack_snappy(BYTES("\x03\xFC\xFF\xFF\xFF\xFF"
                                   "abc"),
                             "abc"));
    cr_expect(!unpack_snappy(BYTES("\x03\xFC\x02"), "abc"));
}

static struct wend_thrift_reader skip_all(struct wend_bytes bytes) {
    struct wend_thrift_reader reader;
    struct wend_thrift_field field;
    wend__thrift_reader_init(&reader, bytes);
    wend__thrift_open(&reader, WEND_THRIFT_STRUCT);
    while (wend__thrift_next(&reader, &field)) {
        wend__thrift_skip(&reader, field.type);
    }
    return reader;
}

/* A field of each type: true, false, byte, i16, i32, i64, double, binary, list of bool, set of
 * struct, map of i32 to binary, empty map, struct with a long id. */
static const char every_type[] = "\x11\x12\x13\x7F\x14\x02\x15\x80\x01\x16\x03\x17"
                                 "12345678\x18\x03"
                                 "abc\x19\x31\x01\x02\x01\x1A\x2C\x00\x15\x02\x00\x1B\x02\x58\x02"
                                 "\x01x\x04\x00\x1B\x00\x1C\x05\x80\x7D\x02\x00\x00";

Test(parquet_thrift, fields_of_every_type_are_skipped) {
    struct wend_thrift_reader reader = skip_all(BYTES(every_type));
    cr_expect(!reader.failed);
    cr_expect_eq(reader.at, sizeof every_type - 1);
    cr_expect_eq(reader.depth, 0);
}

Test(parquet_thrift, bytes_that_end_early_are_told_from_damaged_ones) {
    for (size_t len = 0; len + 1 < sizeof every_type; len++) {
        struct wend_thrift_reader reader = skip_all(wend__bytes(every_type, len));
        cr_expect(reader.failed && reader.is_too_short, "%zu bytes", len);
    }
    struct wend_thrift_reader reader = skip_all(BYTES("\x1D\x00"));
    cr_expect(reader.failed && !reader.is_too_short);
}

Test(parquet_thrift, containers_in_containers_end_at_the_limit) {
    uint8_t bytes[64];
    memset(bytes, 0x19, sizeof bytes); /* a list of one list of one list ... */
    cr_expect(skip_all(wend__bytes(bytes, sizeof bytes)).failed);
    memset(bytes, 0x1C, sizeof bytes); /* a struct in a struct in a struct ... */
    cr_expect(!skip_all(wend__bytes(bytes, sizeof bytes)).is_too_short);
}

Test(parquet_thrift, counts_beyond_the_bytes_that_are_left_are_refused) {
    cr_expect(skip_all(BYTES("\x19\xF1\xFF\xFF\xFF\xFF\x0F\x01\x00")).failed);
    cr_expect(skip_all(BYTES("\x1B\xFF\xFF\xFF\xFF\x0F\x55\x01\x00")).failed);
    cr_expect(skip_all(BYTES("\x18\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x00")).failed);
    cr_expect(skip_all(BYTES("\x16\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F\x00")).failed);
}

static bool convert(enum wend_parquet_physical physical, enum wend_parquet_conversion conversion,
                    struct wend_bytes raw, struct wend_parquet_value *value) {
    struct wend_parquet_leaf leaf = {.physical = physical, .conversion = conversion};
    *value = (struct wend_parquet_value){0};
    return wend__parquet_value_convert(&leaf, raw, value) == NULL;
}

Test(parquet_convert, times_become_microseconds_and_overflow_is_damage) {
    struct wend_parquet_value value;
    uint8_t raw[12];
    wend__store_le64(raw, (uint64_t)INT64_C(-1));
    cr_expect(convert(WEND_PHYSICAL_INT64, WEND_CONVERSION_NANOS, wend__bytes(raw, 8), &value));
    cr_expect_eq(value.integer, -1);
    cr_expect(convert(WEND_PHYSICAL_INT64, WEND_CONVERSION_MILLIS, wend__bytes(raw, 8), &value));
    cr_expect_eq(value.integer, -1000);
    wend__store_le64(raw, (uint64_t)INT64_MAX);
    cr_expect(!convert(WEND_PHYSICAL_INT64, WEND_CONVERSION_MILLIS, wend__bytes(raw, 8), &value));
    wend__store_le64(raw, 5000);
    wend__store_le32(raw + 8, 2440589);
    cr_expect(convert(WEND_PHYSICAL_INT96, WEND_CONVERSION_NONE, wend__bytes(raw, 12), &value));
    cr_expect_eq(value.integer, INT64_C(86400000005));
    wend__store_le32(raw + 8, UINT32_MAX);
    cr_expect(!convert(WEND_PHYSICAL_INT96, WEND_CONVERSION_NONE, wend__bytes(raw, 12), &value));
}

Test(parquet_convert, decimals_are_big_endian_with_a_sign) {
    struct wend_parquet_value value;
    enum wend_parquet_physical bytes = WEND_PHYSICAL_BYTE_ARRAY;
    cr_expect(convert(bytes, WEND_CONVERSION_DECIMAL, BYTES("\xFF\x7F"), &value));
    cr_expect(value.big == -129);
    cr_expect(convert(bytes, WEND_CONVERSION_DECIMAL, BYTES("\x01\x00\x00\x00\x00\x00\x00\x00\x00"),
                      &value));
    cr_expect(value.big == (wend_int128)1 << 64);
    cr_expect(!convert(bytes, WEND_CONVERSION_DECIMAL, BYTES(""), &value));
    cr_expect(!convert(bytes, WEND_CONVERSION_DECIMAL, BYTES("12345678901234567"), &value));
}
