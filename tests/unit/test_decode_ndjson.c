#include "base/memory.h"
#include "decode/scan.h"
#include "decode_fixture.h"

static const struct wend_format ndjson = {.kind = WEND_FORMAT_NDJSON};

/* Decodes one record; true when it is accepted. */
static bool accepts(const char *text, size_t len) {
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    static const char *const names[] = {"a", "/b/c", NULL};
    fixture_decode(fixture, &ndjson, names, text, len);
    cr_assert_eq(fixture->batch.record_count, 1, "%.*s", (int)len, text);
    bool is_good = fixture->records[0].reject == WEND_REJECT_NONE;
    if (!is_good) {
        expect_value(fixture, 0, 0, NULL);
        expect_value(fixture, 0, 1, NULL);
    }
    fixture_close(fixture);
    wend__free(fixture);
    return is_good;
}

static const char *const valid[] = {"{}",
                                    " { } ",
                                    "{\"a\":1}",
                                    "\t{\"a\" : 1 , \"b\" : [ ] }\r",
                                    "{\"a\":{}}",
                                    "{\"a\":[]}",
                                    "{\"a\":[{},[],[[]],{\"b\":[1,2,{\"c\":null}]}]}",
                                    "{\"a\":0}",
                                    "{\"a\":-0}",
                                    "{\"a\":-0.0e-0}",
                                    "{\"a\":1E+2}",
                                    "{\"a\":123456789012345678901234567890.5e99999}",
                                    "{\"a\":true,\"b\":false,\"c\":null}",
                                    "{\"\":\"\"}",
                                    "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}",
                                    "{\"a\":\"\\u0000\\uFFFF\\ud83d\\uDE00\"}",
                                    "{\"a\":\"\\ud800\"}",
                                    "{\"a\":\"\x7f\"}",
                                    "{\"a\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"}",
                                    "{\"a\":1,\"a\":2}",
                                    "{\"a\":\"{[\"}",
                                    "{\"a\":\"0123456789abcdef0123456789abcdef\"}"};

Test(decode_ndjson, valid_objects_are_accepted) {
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) {
        cr_assert(accepts(valid[i], strlen(valid[i])), "%s", valid[i]);
    }
}

static const char *const invalid[] = {"{",
                                      "}",
                                      "{}}",
                                      "{}{}",
                                      "{} x",
                                      "[]",
                                      "[{}]",
                                      "1",
                                      "null",
                                      "\"a\"",
                                      "garbage",
                                      "{]",
                                      "[}",
                                      "{\"a\":[}",
                                      "{\"a\":{]}",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{,}",
                                      "{\"a\":1,,\"b\":2}",
                                      "{\"a\":1 \"b\":2}",
                                      "{\"a\" 1}",
                                      "{a:1}",
                                      "{'a':1}",
                                      "{\"a\":'b'}",
                                      "{1:2}",
                                      "{\"a\":[1,]}",
                                      "{\"a\":[,]}",
                                      "{\"a\":[1 2]}",
                                      "{\"a\":[1",
                                      "{\"a\":01}",
                                      "{\"a\":-}",
                                      "{\"a\":+1}",
                                      "{\"a\":1.}",
                                      "{\"a\":.5}",
                                      "{\"a\":1e}",
                                      "{\"a\":1e+}",
                                      "{\"a\":-01}",
                                      "{\"a\":0x1}",
                                      "{\"a\":NaN}",
                                      "{\"a\":Infinity}",
                                      "{\"a\":-Infinity}",
                                      "{\"a\":True}",
                                      "{\"a\":tru}",
                                      "{\"a\":nul}",
                                      "{\"a\":nulll}",
                                      "{\"a\":truefalse}",
                                      "{\"a\":1a}",
                                      "{\"a\":\"}",
                                      "{\"a\":\"b}",
                                      "{\"a\":\"\\x\"}",
                                      "{\"a\":\"\\u12\"}",
                                      "{\"a\":\"\\u12g4\"}",
                                      "{\"a\":\"\\\"}",
                                      "{\"a\":\"\t\"}",
                                      "{\"a\":\"\x01\"}",
                                      "{\"a\":\"\x1f\"}",
                                      "{\"\x80\":1}",
                                      "{\"a\":\"\xc3\"}",
                                      "{\"a\":\"\xc0\xaf\"}",
                                      "{\"a\":\"\xe0\x80\x80\"}",
                                      "{\"a\":\"\xed\xa0\x80\"}",
                                      "{\"a\":\"\xf4\x90\x80\x80\"}",
                                      "{\"a\":\"\xf0\x9f\x98\"}",
                                      "{\"a\":\"\xff\"}",
                                      "{\"a\":\"\xe2\x82\"}",
                                      "{\"a\":1}\x01",
                                      "{\"a\":1}//",
                                      "/**/{}",
                                      "\v{}",
                                      ("{\"a\":\xc2\xa0"
                                       "1}"),
                                      "{}\xef\xbb\xbf",
                                      "{\"a\":1",
                                      "{\"a\":\"\\",
                                      "{\"a\":\"\\u",
                                      "{\"a\":\"\\u123",
                                      "{\"a\":t",
                                      "{\"a\":-",
                                      "{\"a\":1e",
                                      "{\"a\":",
                                      "{\"a\"",
                                      "{\"a",
                                      "{\"",
                                      "{\"a\":[[[["};

Test(decode_ndjson, whatever_rfc_8259_forbids_is_a_shape_reject) {
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        cr_assert_not(accepts(invalid[i], strlen(invalid[i])), "%s", invalid[i]);
    }
    cr_assert_not(accepts("{\"a\":\"\0\"}", 9), "a raw zero byte");
    cr_assert_not(accepts("{\"a\":1}\0", 8), "a zero byte behind");
}

Test(decode_ndjson, nesting_to_1024_is_accepted_and_deeper_rejected_without_recursion) {
    for (size_t depth = 1020; depth <= 10000; depth = depth < 1030 ? depth + 1 : depth + 8970) {
        size_t inner = depth - 1; /* the top level is one */
        size_t len = 5 + inner * 2 + 1;
        char *text = wend__alloc(len);
        memcpy(text, "{\"a\":", 5);
        memset(text + 5, '[', inner);
        memset(text + 5 + inner, ']', inner);
        text[len - 1] = '}';
        cr_assert_eq(accepts(text, len), depth <= 1024, "depth %zu", depth);
        wend__free(text);
    }
}

Test(decode_ndjson, strings_of_every_length_are_checked_to_their_last_byte) {
    char text[128];
    for (size_t len = 0; len < 70; len++) {
        int total =
            snprintf(text, sizeof text, "{\"a\":\"%.*s\"}", (int)len,
                     "0123456789012345678901234567890123456789012345678901234567890123456789");
        cr_assert(accepts(text, (size_t)total));
        for (size_t at = 0; at < len; at++) {
            char saved = text[6 + at];
            text[6 + at] = '\x02';
            cr_assert_not(accepts(text, (size_t)total));
            text[6 + at] = saved;
        }
        cr_assert_not(accepts(text, (size_t)total - 1));
        cr_assert_not(accepts(text, (size_t)total - 2));
    }
}

Test(decode_ndjson, a_hundred_keys_of_similar_names_keep_their_values_apart) {
    struct wend_field fields[100];
    char names[100][16];
    char text[4096];
    int len = snprintf(text, sizeof text, "{");
    for (int i = 0; i < 100; i++) {
        (void)snprintf(names[i], sizeof names[i], "key_%d", i);
        fields[i] = (struct wend_field){.name = wend__bytes_text(names[i])};
        len += snprintf(text + len, sizeof text - (size_t)len, "%s\"key_%d\":%d", i == 0 ? "" : ",",
                        99 - i, 99 - i);
    }
    len += snprintf(text + len, sizeof text - (size_t)len, "}");
    struct wend_detected detected = {.kind = WEND_FORMAT_NDJSON, .max_record_bytes = 4096};
    struct wend_decoder *decoder;
    struct wend_record record;
    struct wend_bytes views[100];
    struct wend_batch batch = {&record, views, 0, 1, 100};
    size_t consumed;
    cr_assert_eq(wend__decoder_create(fields, 100, &decoder, NULL), WEND_OK);
    cr_assert_eq(wend__decoder_set_input(decoder, &detected, NULL), WEND_OK);
    cr_assert_eq(
        wend__decoder_batch(decoder, (uint8_t *)text, (size_t)len, &consumed, &batch, NULL),
        WEND_OK);
    for (int i = 0; i < 100; i++) {
        cr_assert(wend__bytes_is(views[i], names[i] + 4));
    }
    wend__decoder_destroy(decoder);
}

Test(decode_ndjson, a_pointer_of_more_than_64_tokens_is_a_usage_error) {
    char name[200];
    for (size_t tokens = 64; tokens <= 65; tokens++) {
        memset(name, 0, sizeof name);
        for (size_t i = 0; i < tokens; i++) {
            memcpy(name + 2 * i, "/a", 2);
        }
        struct wend_field field = {.name = wend__bytes_text(name)};
        struct wend_decoder *decoder;
        struct wend_error error = {0};
        enum wend_status status = wend__decoder_create(&field, 1, &decoder, &error);
        cr_assert_eq(status, tokens == 64 ? WEND_OK : WEND_ERROR_USAGE);
        cr_assert_eq(decoder == NULL, tokens == 65);
        wend__decoder_destroy(decoder);
    }
}

Test(decode_ndjson, blank_lines_are_no_records_and_line_ends_no_part_of_them) {
    static const char text[] = "\n{\"a\":1}\r\n \t\r\n\r\n{\"a\":2}\n\n{\"a\":3}";
    static const char *const names[] = {"a", NULL};
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    fixture_decode(fixture, &ndjson, names, text, sizeof text - 1);
    cr_assert_eq(fixture->batch.record_count, 3);
    static const uint64_t offsets[] = {1, 16, 25};
    static const char *const raws[] = {"{\"a\":1}", "{\"a\":2}", "{\"a\":3}"};
    for (uint32_t i = 0; i < 3; i++) {
        cr_assert_eq(fixture->records[i].offset, offsets[i]);
        cr_assert(wend__bytes_is(fixture->records[i].raw, raws[i]));
    }
    expect_value(fixture, 2, 0, "3");
    fixture_close(fixture);
    wend__free(fixture);
}

Test(decode_ndjson, a_record_longer_than_the_limit_is_rejected_with_its_first_bytes) {
    static const struct wend_format limited = {.kind = WEND_FORMAT_NDJSON, .max_record_bytes = 10};
    static const char *const names[] = {"a", NULL};
    static const char text[] = "{\"a\":1234}\r\n{\"a\":12345}\n{\"a\":5}\n            \n";
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    fixture_decode(fixture, &limited, names, text, sizeof text - 1);
    cr_assert_eq(fixture->batch.record_count, 4);
    cr_assert_eq(fixture->records[0].reject, WEND_REJECT_NONE);
    cr_assert_eq(fixture->records[1].reject, WEND_REJECT_SHAPE);
    cr_assert(wend__bytes_is(fixture->records[1].raw, "{\"a\":12345"));
    cr_assert_eq(fixture->records[2].reject, WEND_REJECT_NONE);
    cr_assert_eq(fixture->records[3].reject, WEND_REJECT_SHAPE, "blanks over the limit");
    fixture_close(fixture);
    wend__free(fixture);
}

Test(decode_ndjson, a_full_batch_tells_where_to_go_on) {
    static const char text[] = "{\"a\":0}\n{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n";
    static const char *const names[] = {"a", NULL};
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    fixture_open(fixture, &ndjson, names, text, sizeof text - 1);
    fixture->batch.record_capacity = 2;
    size_t at = 0;
    uint32_t seen = 0;
    while (at < sizeof text - 1) {
        size_t consumed;
        cr_assert_eq(wend__decoder_batch(fixture->decoder, fixture->guarded.bytes + at,
                                         sizeof text - 1 - at, &consumed, &fixture->batch, NULL),
                     WEND_OK);
        cr_assert_gt(consumed, 0);
        for (uint32_t i = 0; i < fixture->batch.record_count; i++) {
            char expected[2] = {(char)('0' + seen++), 0};
            expect_value(fixture, i, 0, expected);
        }
        at += consumed;
    }
    cr_assert_eq(seen, 5);
    fixture_close(fixture);
    wend__free(fixture);
}

Test(decode_ndjson, derived_fields_stay_absent) {
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    static const char *const names[] = {"a", "b", NULL};
    fixture_open(fixture, &ndjson, names, "{\"a\":1,\"b\":2}", 13);
    wend__decoder_destroy(fixture->decoder);
    fixture->fields[1].kind = WEND_FIELD_URL_PATH;
    cr_assert_eq(wend__decoder_create(fixture->fields, 2, &fixture->decoder, NULL), WEND_OK);
    cr_assert_eq(wend__decoder_set_input(fixture->decoder, &fixture->detected, NULL), WEND_OK);
    size_t consumed;
    cr_assert_eq(wend__decoder_batch(fixture->decoder, fixture->guarded.bytes, 13, &consumed,
                                     &fixture->batch, NULL),
                 WEND_OK);
    expect_value(fixture, 0, 0, "1");
    expect_value(fixture, 0, 1, NULL);
    fixture_close(fixture);
    wend__free(fixture);
}

Test(decode_ndjson, each_allocation_may_fail_and_nothing_leaks) {
    static const char text[] =
        "{\"a\":\"x\\ny\",\"p\":[{\"k\\u0065y\":\"\\u0061\",\"v\":\"\\t\"}]}";
    struct wend_field fields[] = {{.name = wend__bytes_text("a")},
                                  {.name = wend__bytes_text("/p/[key=a]/v")}};
    struct wend_detected detected = {.kind = WEND_FORMAT_NDJSON, .max_record_bytes = 4096};
    uint32_t failures = 0;
    for (uint64_t n = 1;; n++) {
        struct wend_decoder *decoder = NULL;
        struct wend_record record;
        struct wend_bytes views[2];
        struct wend_batch batch = {&record, views, 0, 1, 2};
        size_t consumed;
        wend__memory_fail_at(n);
        enum wend_status status = wend__decoder_create(fields, 2, &decoder, NULL);
        if (status == WEND_OK) {
            status = wend__decoder_set_input(decoder, &detected, NULL);
        }
        if (status == WEND_OK) {
            status = wend__decoder_batch(decoder, (const uint8_t *)text, sizeof text - 1, &consumed,
                                         &batch, NULL);
        }
        wend__memory_fail_at(0);
        wend__decoder_destroy(decoder);
        if (status == WEND_OK) {
            break;
        }
        cr_assert_eq(status, WEND_ERROR_MEMORY);
        failures++;
    }
    cr_assert_geq(failures, 5);
}

Test(decode_ndjson, the_wide_scan_stops_where_the_plain_one_does) {
    uint8_t text[80];
    for (size_t len = 0; len <= 40; len++) {
        for (size_t at = 0; at <= len; at++) {
            for (int c = 0; c < 256; c++) {
                memset(text, ' ', sizeof text);
                text[at] = (uint8_t)c;
                const uint8_t *end = text + len;
                bool stops = at < len && wend__is_json_special((uint8_t)c);
                const uint8_t *expected = stops ? text + at : end;
                cr_assert_eq(wend__scan_json_text(text, end), expected);
                cr_assert_eq(wend__scan_json_text_word(text, end), expected);
            }
        }
    }
}
