#include "base/memory.h"
#include "decode_fixture.h"

static const struct wend_format any = {0};

struct sight {
    const char *text;
    enum wend_format_kind kind;
    uint8_t separator;
    bool has_header;
    uint32_t column_count;
    size_t data_offset;
    const char *words; /* stand in the description */
};

#define LOG "h - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 1"

static const struct sight sights[] = {
    {"", WEND_FORMAT_AUTO, 0, false, 0, 0, "empty"},
    {"\n\r\n", WEND_FORMAT_AUTO, 0, false, 0, 0, "empty"},
    {"\xef\xbb\xbf", WEND_FORMAT_AUTO, 0, false, 0, 3, "empty"},
    {"{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", WEND_FORMAT_NDJSON, 0, false, 0, 0,
     "NDJSON; certainty 99 %"},
    {"\xef\xbb\xbf{\"a\":1}\n", WEND_FORMAT_NDJSON, 0, false, 0, 3, "NDJSON; certainty 90 %"},
    {"garbage\n{\"a\":1}\n\n{\"a\":2}\n", WEND_FORMAT_NDJSON, 0, false, 0, 0, "NDJSON"},
    {"{\"a\":1", WEND_FORMAT_NDJSON, 0, false, 0, 0, "NDJSON"},
    {"{\"a\":1,}\n{\"a\":2,}\n", WEND_FORMAT_NDJSON, 0, false, 0, 0, "certainty 30 %"},
    {"{\"time_local\":\"x\",\"remote_addr\":\"::1\",\"status\":\"200\",\"request\":\"GET / "
     "HTTP/1.1\"}\n",
     WEND_FORMAT_NDJSON, 0, false, 0, 0, "NDJSON, an access log of nginx"},
    {"{\"ts\":1.5,\"request\":{\"uri\":\"/\",\"method\":\"GET\"},\"status\":200}\n",
     WEND_FORMAT_NDJSON, 0, false, 0, 0, "NDJSON, an access log of Caddy"},
    {LOG "\n" LOG "\n" LOG "\n", WEND_FORMAT_ACCESS_LOG, 0, false, 0, 0,
     "access log, common; certainty 99 %"},
    {LOG " \"-\" \"A\"\n", WEND_FORMAT_ACCESS_LOG, 0, false, 0, 0, "access log, combined"},
    {"v:80 " LOG " \"-\" \"A\"\n", WEND_FORMAT_ACCESS_LOG, 0, false, 0, 0,
     "access log, combined with virtual host"},
    {"a,b\n1,2\n3,4\n", WEND_FORMAT_DELIMITED, ',', true, 2, 4,
     "CSV, separator ',', header with 2 columns; certainty 98 %"},
    {"\xef\xbb\xbf\"a\",b\r\n1,2\r\n", WEND_FORMAT_DELIMITED, ',', true, 2, 10, "CSV"},
    {"a\tb\n1\t2\n", WEND_FORMAT_DELIMITED, '\t', true, 2, 4, "TSV, separator tab"},
    {"a;b;c\n1,5;2,5;x\n2,5;3,5;y\n", WEND_FORMAT_DELIMITED, ';', true, 3, 6, "separator ';'"},
    {"a|b\nx|2024-01-01\n", WEND_FORMAT_DELIMITED, '|', true, 2, 4, "separator '|'"},
    {"a\x01"
     "b\nx\x01"
     "2\n",
     WEND_FORMAT_DELIMITED, 1, true, 2, 4, "separator \\x01"},
    {"u1,2024-01-01,home\nu2,2024-01-02,cart\n", WEND_FORMAT_DELIMITED, ',', false, 3, 0,
     "no header, 3 columns"},
    {"u1,home\nu2,cart\nu1,home\n", WEND_FORMAT_DELIMITED, ',', false, 2, 0, "certainty 70 %"},
    {"u,v\nx,y\n", WEND_FORMAT_DELIMITED, ',', true, 2, 4, "certainty 70 %"},
    {"id,page\n7,http://h/\n", WEND_FORMAT_DELIMITED, ',', true, 2, 8, "header"},
    {"t,j\n1,\"{\"\"a\"\":1,\"\"b\"\":[1,2]}\"\n", WEND_FORMAT_DELIMITED, ',', true, 2, 4,
     "2 columns"},
    {"\"a\nb\",c\n1,2\n", WEND_FORMAT_DELIMITED, ',', true, 2, 8, "2 columns"}};

Test(decode_detect, formats_are_told_by_their_first_lines) {
    for (size_t i = 0; i < sizeof sights / sizeof *sights; i++) {
        const struct sight *sight = &sights[i];
        struct guarded head = guard(sight->text, strlen(sight->text));
        struct wend_detected detected;
        struct wend_error error = {0};
        cr_assert_eq(wend__detect(head.bytes, strlen(sight->text), true, &any, &detected, &error),
                     WEND_OK, "%s: %s", sight->text, error.text);
        cr_assert_eq(detected.kind, sight->kind, "%s", sight->text);
        cr_assert_eq(detected.separator, sight->separator, "%s", sight->text);
        cr_assert_eq(detected.has_header, sight->has_header, "%s", sight->text);
        cr_assert_eq(detected.column_count, sight->column_count, "%s", sight->text);
        cr_assert_eq(detected.data_offset, sight->data_offset, "%s", sight->text);
        cr_assert(strstr(detected.description, sight->words) != NULL, "%s: %s", sight->text,
                  detected.description);
        wend__detected_deinit(&detected);
        unguard(&head);
    }
}

struct refusal {
    const char *bytes;
    size_t len;
    const char *words;
};

#define BYTES(text) text, sizeof(text) - 1

static const struct refusal refusals[] = {
    {BYTES("\xff\xfe{\0\"\0"), "UTF-16"},
    {BYTES("\xfe\xff\0{\0\""), "iconv -f UTF-16 -t UTF-8"},
    {BYTES("\xff\xfe\0\0a\0\0\0"), "UTF-32"},
    {BYTES("a\0,\0b\0\n\0c\0,\0d\0\n\0e\0,\0f\0\n\0"), "UTF-16LE"},
    {BYTES("\0a\0,\0b\0\n\0c\0,\0d\0\n\0e\0,\0f\0\n"), "UTF-16BE"},
    {BYTES("PAR1\x15\x04\x15"), "Parquet"},
    {BYTES("\x1f\x8b\x08\0\0\0"), "gzip"},
    {BYTES("PK\x03\x04\x14\0"), "zip"},
    {BYTES("\x02\x03\x04\x05\x06\x07\x08 abc"), "binary"},
    {BYTES("[{\"a\":1},\n{\"a\":2}]\n"), "jq -c '.[]'"},
    {BYTES("{\n  \"a\": 1,\n  \"b\": 2\n}\n{\n  \"a\": 2\n}\n"), "jq -c ."},
    {BYTES("<?xml version=\"1.0\"?>\n<log>\n"), "XML"},
    {BYTES("<!DOCTYPE html>\n<html>\n"), "HTML"},
    {BYTES("#Version: 1.0\n#Fields: date time\n"), "W3C"},
    {BYTES("once upon a time\nthere was a log\nwithout any form\n"), "declare format"}};

Test(decode_detect, what_cannot_be_read_is_named_with_a_remedy) {
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct guarded head = guard(refusals[i].bytes, refusals[i].len);
        struct wend_detected detected;
        struct wend_error error = {0};
        cr_assert_eq(wend__detect(head.bytes, refusals[i].len, true, &any, &detected, &error),
                     WEND_ERROR_USAGE, "case %zu is %s", i, detected.description);
        cr_assert(strstr(error.text, refusals[i].words) != NULL, "%s", error.text);
        wend__detected_deinit(&detected);
        unguard(&head);
    }
}

static enum wend_status detect(const struct wend_format *format, const char *text, bool complete,
                               struct wend_detected *detected, struct wend_error *error) {
    return wend__detect((const uint8_t *)text, strlen(text), complete, format, detected, error);
}

Test(decode_detect, a_declared_kind_is_kept_and_only_its_gaps_are_filled) {
    struct wend_detected detected;
    struct wend_format format = {.kind = WEND_FORMAT_DELIMITED};
    cr_assert_eq(detect(&format, "{\"a\";1}\n{\"b\";2}\n", true, &detected, NULL), WEND_OK);
    cr_assert_eq(detected.kind, WEND_FORMAT_DELIMITED);
    cr_assert_eq(detected.separator, ';');
    wend__detected_deinit(&detected);
    format.separator = ',';
    format.header = WEND_HEADER_YES;
    cr_assert_eq(detect(&format, "1;2\n3;4\n", true, &detected, NULL), WEND_OK);
    cr_assert_eq(detected.separator, ',');
    cr_assert_eq(detected.column_count, 1);
    cr_assert_eq(detected.confidence, 100);
    cr_assert_str_eq(detected.description,
                     "CSV, separator ',', header with 1 columns; as declared");
    wend__detected_deinit(&detected);
    format = (struct wend_format){.kind = WEND_FORMAT_NDJSON, .max_record_bytes = 77};
    cr_assert_eq(detect(&format, "a,b\n1,2\n", true, &detected, NULL), WEND_OK);
    cr_assert_eq(detected.kind, WEND_FORMAT_NDJSON);
    cr_assert_eq(detected.max_record_bytes, 77);
    cr_assert_str_eq(detected.description, "NDJSON; as declared");
    wend__detected_deinit(&detected);
    format = (struct wend_format){.kind = WEND_FORMAT_ACCESS_LOG};
    cr_assert_eq(detect(&format, "\x02\x03\x04\x05\x06\x07", true, &detected, NULL), WEND_OK);
    cr_assert_eq(detected.kind, WEND_FORMAT_ACCESS_LOG);
    wend__detected_deinit(&detected);
}

static struct wend_bytes declared_names[] = {{(const uint8_t *)"x", 1}, {(const uint8_t *)"y", 1}};

Test(decode_detect, declared_columns_name_the_fields_and_a_header_that_repeats_them_is_skipped) {
    struct wend_format format = {
        .kind = WEND_FORMAT_DELIMITED, .columns = declared_names, .column_count = 2};
    struct wend_detected detected;
    cr_assert_eq(detect(&format, "a,b\nc,d\n", true, &detected, NULL), WEND_OK);
    cr_assert_not(detected.has_header);
    cr_assert_eq(detected.data_offset, 0);
    cr_assert_eq(wend__detected_column(&detected, wend__bytes_text("y")), 1);
    cr_assert_eq(wend__detected_column(&detected, wend__bytes_text("a")), UINT32_MAX);
    wend__detected_deinit(&detected);
    cr_assert_eq(detect(&format, "x,y\nc,d\n", true, &detected, NULL), WEND_OK);
    cr_assert(detected.has_header);
    cr_assert_eq(detected.data_offset, 4);
    wend__detected_deinit(&detected);
    /* More columns than declared, throughout: newer versions of a format append some. */
    cr_assert_eq(detect(&format, "1,2,3\n4,5,6\n", true, &detected, NULL), WEND_OK);
    cr_assert_eq(detected.column_count, 3);
    cr_assert_eq(wend__detected_column(&detected, wend__bytes_text("column_3")), 2);
    wend__detected_deinit(&detected);
    cr_assert_eq(detect(&format, "", true, &detected, NULL), WEND_OK);
    cr_assert_eq(detected.column_count, 2);
    wend__detected_deinit(&detected);
}

Test(decode_detect, contradictions_and_endless_headers_are_errors) {
    struct wend_detected detected;
    struct wend_error error = {0};
    struct wend_format format = {.kind = WEND_FORMAT_DELIMITED, .separator = '"'};
    cr_assert_eq(detect(&format, "a\n", true, &detected, &error), WEND_ERROR_USAGE);
    wend__detected_deinit(&detected);
    format.separator = ',';
    format.header = WEND_HEADER_YES;
    cr_assert_eq(detect(&format, "a,b,c,d", false, &detected, &error), WEND_ERROR_LIMIT);
    wend__detected_deinit(&detected);
    cr_assert_eq(detect(&format, "a,\"b\n1,2\n", true, &detected, &error), WEND_ERROR_USAGE);
    cr_assert(strstr(error.text, "not closed") != NULL);
    wend__detected_deinit(&detected);
}

Test(decode_detect, a_head_that_ends_inside_a_record_is_judged_by_its_whole_ones) {
    struct wend_detected detected;
    cr_assert_eq(detect(&any, "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a", false, &detected, NULL),
                 WEND_OK);
    cr_assert_eq(detected.confidence, 99);
    wend__detected_deinit(&detected);
    cr_assert_eq(detect(&any, "a,b\n1,2\n3,4\n5", false, &detected, NULL), WEND_OK);
    cr_assert_eq(detected.column_count, 2);
    cr_assert_eq(detected.confidence, 98);
    wend__detected_deinit(&detected);
    cr_assert_eq(detect(&any, "{\"a\":\"endless", false, &detected, NULL), WEND_OK);
    cr_assert_eq(detected.kind, WEND_FORMAT_NDJSON);
    wend__detected_deinit(&detected);
}

Test(decode_detect, each_allocation_may_fail_and_nothing_leaks) {
    static const char text[] = "a,\"b\"\"c\",a\n1,2,3\n";
    uint32_t failures = 0;
    for (uint64_t n = 1;; n++) {
        struct wend_detected detected;
        wend__memory_fail_at(n);
        enum wend_status status = detect(&any, text, true, &detected, NULL);
        wend__memory_fail_at(0);
        wend__detected_deinit(&detected);
        if (status == WEND_OK) {
            break;
        }
        cr_assert_eq(status, WEND_ERROR_MEMORY);
        failures++;
    }
    cr_assert_geq(failures, 2);
}
