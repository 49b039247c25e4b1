#include "base/memory.h"
#include "decode_fixture.h"

static const struct wend_format csv = {
    .kind = WEND_FORMAT_DELIMITED, .separator = ',', .header = WEND_HEADER_YES};

struct row {
    const char *text;      /* one record behind the header a,b,c */
    const char *values[3]; /* NULL: absent */
    bool is_rejected;
};

static void expect_rows(const struct row *rows, size_t count) {
    static const char *const names[] = {"a", "b", "c", NULL};
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    for (size_t i = 0; i < count; i++) {
        char text[256];
        int len = snprintf(text, sizeof text, "a,b,c\n%s", rows[i].text);
        fixture_decode(fixture, &csv, names, text, (size_t)len);
        cr_assert_eq(fixture->batch.record_count, 1, "%s", rows[i].text);
        cr_assert_eq(fixture->records[0].reject == WEND_REJECT_SHAPE, rows[i].is_rejected, "%s",
                     rows[i].text);
        for (uint32_t f = 0; f < 3; f++) {
            expect_value(fixture, 0, f, rows[i].values[f]);
        }
        fixture_close(fixture);
    }
    wend__free(fixture);
}

Test(decode_delimited, fields_are_split_and_unquoted_by_rfc_4180) {
    static const struct row rows[] = {
        {"1,2,3\n", {"1", "2", "3"}, false},
        {"1,2,3", {"1", "2", "3"}, false},
        {"1,2,3\r\n", {"1", "2", "3"}, false},
        {"1,2,3\r", {"1", "2", "3"}, false},
        {",,\n", {NULL, NULL, NULL}, false},
        {"\"\",\"\",x", {NULL, NULL, "x"}, false},
        {" 1 ,\t,  ", {" 1 ", "\t", "  "}, false},
        {"\"1\",\"2\",\"3\"\n", {"1", "2", "3"}, false},
        {"\"1,1\",\"2\n2\",\"3\r\n3\"\n", {"1,1", "2\n2", "3\r\n3"}, false},
        {"\"a\"\"b\",\"\"\"\",\"\"\"x\"\"\"\n", {"a\"b", "\"", "\"x\""}, false},
        {"a\"b,c\"\"d,\"e\"\n", {"a\"b", "c\"\"d", "e"}, false},
        {"x, \"y\",z\"\n", {"x", " \"y\"", "z\""}, false},
        {"\xff,\x01,\xc3\xa9\n", {"\xff", "\x01", "\xc3\xa9"}, false},
        {"-,NULL,0\n", {"-", "NULL", "0"}, false},
    };
    expect_rows(rows, sizeof rows / sizeof *rows);
}

Test(decode_delimited, records_of_another_shape_are_rejected) {
    static const struct row rows[] = {
        {"1\n", {NULL, NULL, NULL}, true},           {"1,2\n", {NULL, NULL, NULL}, true},
        {"1,2,3,4\n", {NULL, NULL, NULL}, true},     {"1,2,3,\n", {NULL, NULL, NULL}, true},
        {"\"1\"x,2,3\n", {NULL, NULL, NULL}, true},  {"\"1\" ,2,3\n", {NULL, NULL, NULL}, true},
        {"1,2,\"3\n", {NULL, NULL, NULL}, true},     {"1,2,\"\n", {NULL, NULL, NULL}, true},
        {"1,2,\"3\"\"\n", {NULL, NULL, NULL}, true}, {" \n", {NULL, NULL, NULL}, true},
    };
    expect_rows(rows, sizeof rows / sizeof *rows);
}

Test(decode_delimited, a_zero_byte_is_a_byte_like_others) {
    static const char *const names[] = {"a", "b", NULL};
    static const char text[] = "a,b\nx\0y,\0\n";
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    fixture_decode(fixture, &csv, names, text, sizeof text - 1);
    cr_assert_eq(fixture->batch.record_count, 1);
    cr_assert(wend__bytes_equal(fixture_value(fixture, 0, 0), wend__bytes("x\0y", 3)));
    cr_assert(wend__bytes_equal(fixture_value(fixture, 0, 1), wend__bytes("\0", 1)));
    fixture_close(fixture);
    wend__free(fixture);
}

Test(decode_delimited, empty_lines_are_no_records) {
    static const char *const names[] = {"a", NULL};
    static const char text[] = "\r\n\na,b\n\n1,2\r\n\r\n\n3,4\n";
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    fixture_decode(fixture, &csv, names, text, sizeof text - 1);
    cr_assert_eq(fixture->detected.data_offset, 7);
    cr_assert_eq(fixture->batch.record_count, 2);
    expect_value(fixture, 0, 0, "1");
    expect_value(fixture, 1, 0, "3");
    fixture_close(fixture);
    wend__free(fixture);
}

Test(decode_delimited, any_byte_can_separate) {
    static const uint8_t separators[] = {'\t', ';', '|', ' ', 0x01, 'x', 0xFE, 0};
    static const char *const names[] = {"a", "b", NULL};
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    for (size_t i = 0; separators[i] != 0; i++) {
        struct wend_format format = csv;
        char text[64];
        format.separator = separators[i];
        int len = snprintf(text, sizeof text, "a%cb\n1,1%c\"2%c2\"\n", separators[i], separators[i],
                           separators[i]);
        fixture_decode(fixture, &format, names, text, (size_t)len);
        cr_assert_eq(fixture->batch.record_count, 1);
        expect_value(fixture, 0, 0, "1,1");
        char expected[] = {'2', (char)separators[i], '2', 0};
        expect_value(fixture, 0, 1, expected);
        fixture_close(fixture);
    }
    wend__free(fixture);
}

Test(decode_delimited, the_first_of_repeated_column_names_counts) {
    static const char *const names[] = {"a", "b", "column_3", NULL};
    static const char text[] = "a,b,,a,\"b\"\n1,2,3,4,5\n";
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    fixture_decode(fixture, &csv, names, text, sizeof text - 1);
    cr_assert_eq(fixture->detected.duplicate_count, 2);
    cr_assert(strstr(fixture->detected.description, "2 repeated column names") != NULL, "%s",
              fixture->detected.description);
    expect_value(fixture, 0, 0, "1");
    expect_value(fixture, 0, 1, "2");
    expect_value(fixture, 0, 2, "3");
    fixture_close(fixture);
    wend__free(fixture);
}

Test(decode_delimited, one_decoder_serves_inputs_of_all_formats) {
    static const struct wend_field fields[] = {{.name = {(const uint8_t *)"host", 4}},
                                               {.name = {(const uint8_t *)"x", 1}}};
    static const char *const texts[] = {
        "x,host\n1,h1\n", "host;y;x\nh2;0;2\n", "{\"x\":3,\"host\":\"h3\"}\n",
        "h4 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 1\n", "host\tx\nh5\t5\n"};
    static const char *const expected[][2] = {
        {"h1", "1"}, {"h2", "2"}, {"h3", "3"}, {"h4", NULL}, {"h5", "5"}};
    static const struct wend_format any = {0};
    struct wend_decoder *decoder;
    cr_assert_eq(wend__decoder_create(fields, 2, &decoder, NULL), WEND_OK);
    for (size_t i = 0; i < 5; i++) {
        struct wend_detected detected;
        struct wend_record record;
        struct wend_bytes views[2];
        struct wend_batch batch = {&record, views, 0, 1, 2};
        size_t consumed;
        const uint8_t *bytes = (const uint8_t *)texts[i];
        size_t len = strlen(texts[i]);
        cr_assert_eq(wend__detect(bytes, len, true, &any, &detected, NULL), WEND_OK);
        cr_assert_eq(wend__decoder_set_input(decoder, &detected, NULL), WEND_OK);
        cr_assert_eq(wend__decoder_batch(decoder, bytes + detected.data_offset,
                                         len - detected.data_offset, &consumed, &batch, NULL),
                     WEND_OK);
        cr_assert_eq(batch.record_count, 1);
        for (int f = 0; f < 2; f++) {
            cr_assert_eq(views[f].data == NULL, expected[i][f] == NULL, "%s", texts[i]);
            cr_assert(views[f].data == NULL || wend__bytes_is(views[f], expected[i][f]));
        }
        wend__detected_deinit(&detected);
    }
    wend__decoder_destroy(decoder);
}
