/* Rows in PostgreSQL's binary COPY form, to the byte. */
#include "base/memory.h"
#include "postgres/copy_row.h"

#include <criterion/criterion.h>

static struct wend_parquet_value values[4];

static const struct wend_parquet_value *value_at(void *context, uint32_t column) {
    (void)context;
    return &values[column];
}

/* The row of one column, and how many texts were mended. */
static struct wend_buffer row_of(enum wend_column_type type, uint64_t *replaced) {
    struct wend_sql_columns columns = {.count = 1};
    struct wend_buffer out = {0};
    columns.columns[0] = (struct wend_sql_column){.type = type, .source = 0};
    *replaced = 0;
    cr_assert(wend__copy_row(&out, &columns, value_at, NULL, replaced));
    return out;
}

static void expect(enum wend_column_type type, const char *bytes, size_t len, uint64_t mended) {
    uint64_t replaced;
    struct wend_buffer out = row_of(type, &replaced);
    cr_expect_eq(out.len, len, "%zu bytes", out.len);
    cr_expect_arr_eq(out.data, bytes, len < out.len ? len : out.len);
    cr_expect_eq(replaced, mended);
    wend__buffer_deinit(&out);
}
#define EXPECT(type, literal, mended) expect((type), (literal), sizeof(literal) - 1, (mended))

Test(copy_row, a_null_has_the_length_minus_one) {
    values[0] = (struct wend_parquet_value){.is_null = true};
    EXPECT(WEND_COLUMN_TEXT, "\0\1\377\377\377\377", 0);
    EXPECT(WEND_COLUMN_VALUE_SUM, "\0\1\377\377\377\377", 0);
}

Test(copy_row, integers_and_doubles_are_big_endian) {
    values[0] = (struct wend_parquet_value){.integer = -2, .number = 1.5};
    EXPECT(WEND_COLUMN_COUNT, "\0\1\0\0\0\10\377\377\377\377\377\377\377\376", 0);
    EXPECT(WEND_COLUMN_SECONDS, "\0\1\0\0\0\10\77\370\0\0\0\0\0\0", 0);
}

Test(copy_row, times_count_from_2000) {
    values[0] = (struct wend_parquet_value){.integer = INT64_C(946684800000001)};
    EXPECT(WEND_COLUMN_TIME, "\0\1\0\0\0\10\0\0\0\0\0\0\0\1", 0);
}

Test(copy_row, values_are_numerics_with_four_decimals) {
    values[0] = (struct wend_parquet_value){.integer = 0};
    EXPECT(WEND_COLUMN_VALUE, "\0\1\0\0\0\10\0\0\0\0\0\0\0\4", 0);
    values[0].integer = -1; /* -0.0001 */
    EXPECT(WEND_COLUMN_VALUE, "\0\1\0\0\0\12\0\1\377\377\100\0\0\4\0\1", 0);
    values[0].integer = 123456789; /* 12345.6789: 1 2345 . 6789 */
    EXPECT(WEND_COLUMN_VALUE, "\0\1\0\0\0\16\0\3\0\1\0\0\0\4\0\1\11\51\32\205", 0);
}

Test(copy_row, a_sum_of_128_bits_has_room) {
    /* 2^127 - 1 = 170 1411 8346 0469 2317 3168 7303 7158 8410 5727 */
    values[0] = (struct wend_parquet_value){.big = (wend_int128)(((wend_uint128)1 << 127) - 1)};
    EXPECT(WEND_COLUMN_VALUE_SUM,
           "\0\1\0\0\0\34\0\12\0\10\0\0\0\4\0\252\5\203\40\232\1\325\11\15\14\140\34\207\33\366"
           "\40\332\26\137",
           0);
    values[0].big = -values[0].big - 1;
    uint64_t replaced;
    struct wend_buffer out = row_of(WEND_COLUMN_VALUE_SUM, &replaced);
    cr_expect_eq(out.data[10], 0x40, "the sign");
    cr_expect_eq(out.data[out.len - 1], 0137 + 1, "the last digit: 5728");
    wend__buffer_deinit(&out);
}

Test(copy_row, what_postgres_cannot_hold_is_replaced_and_counted) {
    values[0] = (struct wend_parquet_value){.bytes = wend__bytes("a\0b", 3)};
    EXPECT(WEND_COLUMN_TEXT, "\0\1\0\0\0\5a\357\277\275b", 1);
    values[0].bytes = wend__bytes("\0\377", 2);
    EXPECT(WEND_COLUMN_TEXT, "\0\1\0\0\0\6\357\277\275\357\277\275", 1);
    values[0].bytes = wend__bytes_text("");
    EXPECT(WEND_COLUMN_TEXT, "\0\1\0\0\0\0", 0);
}

Test(copy_row, lists_have_one_dimension_or_none) {
    const struct wend_bytes items[] = {wend__bytes_text("x"), WEND_BYTES_ABSENT};
    values[0] = (struct wend_parquet_value){.items = items, .item_count = 0};
    EXPECT(WEND_COLUMN_TEXT_LIST, "\0\1\0\0\0\14\0\0\0\0\0\0\0\0\0\0\0\31", 0);
    values[0].item_count = 2;
    EXPECT(WEND_COLUMN_TEXT_LIST,
           "\0\1\0\0\0\35\0\0\0\1\0\0\0\1\0\0\0\31\0\0\0\2\0\0\0\1\0\0\0\1x\377\377\377\377", 0);
}

Test(copy_row, header_and_trailer_are_those_of_the_manual) {
    struct wend_buffer out = {0};
    cr_assert(wend__copy_header(&out));
    cr_assert(wend__copy_trailer(&out));
    cr_expect_eq(out.len, 21);
    cr_expect_arr_eq(out.data, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\377\377", 21);
    wend__buffer_deinit(&out);
}

Test(copy_row, an_allocation_that_fails_is_a_failure) {
    values[0] = (struct wend_parquet_value){.bytes = wend__bytes("a\0b", 3)};
    struct wend_sql_columns columns = {.count = 1};
    uint64_t replaced = 0;
    columns.columns[0] = (struct wend_sql_column){.type = WEND_COLUMN_TEXT};
    for (uint64_t n = 1; n < 10; n++) {
        struct wend_buffer out = {0};
        uint64_t before = wend__memory_count();
        wend__memory_fail_at(n);
        bool done = wend__copy_row(&out, &columns, value_at, NULL, &replaced);
        wend__memory_fail_at(0);
        wend__buffer_deinit(&out);
        cr_expect_eq(done, wend__memory_count() - before < n, "allocation %d", (int)n);
    }
}
