#include "base/memory.h"
#include "decode_fixture.h"

static const struct wend_format ndjson = {.kind = WEND_FORMAT_NDJSON};

struct lookup {
    const char *field;
    const char *text;
    const char *expected; /* NULL: absent */
};

static void expect_lookups(const struct lookup *lookups, size_t count) {
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    for (size_t i = 0; i < count; i++) {
        const char *const names[] = {lookups[i].field, NULL};
        fixture_decode(fixture, &ndjson, names, lookups[i].text, strlen(lookups[i].text));
        cr_assert_eq(fixture->batch.record_count, 1);
        cr_assert_eq(fixture->records[0].reject, WEND_REJECT_NONE, "%s", lookups[i].text);
        struct wend_bytes value = fixture_value(fixture, 0, 0);
        const char *expected = lookups[i].expected;
        bool is_same = expected == NULL ? value.data == NULL
                                        : value.data != NULL && wend__bytes_is(value, expected);
        cr_assert(is_same, "%s of %s is %s%.*s", lookups[i].field, lookups[i].text,
                  value.data == NULL ? "absent" : "", (int)value.len, (const char *)value.data);
        fixture_close(fixture);
    }
    wend__free(fixture);
}

#define LOOKUPS(table) expect_lookups(table, sizeof(table) / sizeof *(table))

Test(decode_paths, top_level_keys_give_their_text_as_written) {
    static const struct lookup lookups[] = {
        {"a", "{\"a\":\"x\"}", "x"},
        {"a", "{\"b\":\"y\",\"a\":\"x\"}", "x"},
        {"a", "{\"a\":1.50e+01}", "1.50e+01"},
        {"a", "{\"a\":-0}", "-0"},
        {"a", "{\"a\":true}", "true"},
        {"a", "{\"a\":false}", "false"},
        {"a", "{\"a\":null}", NULL},
        {"a", "{\"a\":\"\"}", NULL},
        {"a", "{\"a\":{}}", NULL},
        {"a", "{\"a\":[1]}", NULL},
        {"a", "{\"b\":{\"a\":1}}", NULL},
        {"a", "{}", NULL},
        {"a", "{\"A\":1,\"a \":2,\"aa\":3,\"\":4}", NULL},
        {"a", "{\"a\":\"\xc3\xa9\"}", "\xc3\xa9"},
        {"a", "{\"a\":\" x \"}", " x "},
        {"a/b", "{\"a/b\":1}", "1"},
        {"a~1b", "{\"a~1b\":1}", "1"},
        {"[k=v]", "{\"[k=v]\":1}", "1"},
        {"\xc3\xa9", "{\"\\u00e9\":1}", "1"},
        {"ab", "{\"\\u0061b\":1}", "1"},
    };
    LOOKUPS(lookups);
}

Test(decode_paths, escapes_are_taken_out_and_lone_surrogates_replaced) {
    static const struct lookup lookups[] = {
        {"a", "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "\"\\/\b\f\n\r\t"},
        {"a", "{\"a\":\"x\\u0041y\"}", "xAy"},
        {"a", "{\"a\":\"\\u00e9\\u20AC\"}", "\xc3\xa9\xe2\x82\xac"},
        {"a", "{\"a\":\"\\ud83d\\ude00\"}", "\xf0\x9f\x98\x80"},
        {"a", "{\"a\":\"\\ud83d\"}", "\xef\xbf\xbd"},
        {"a", "{\"a\":\"\\ude00\"}", "\xef\xbf\xbd"},
        {"a", "{\"a\":\"\\ude00\\ud83d\"}", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"a", "{\"a\":\"\\ud83d\\ud83d\\ude00\"}", "\xef\xbf\xbd\xf0\x9f\x98\x80"},
        {"a", "{\"a\":\"\\ud83dx\"}", "\xef\xbf\xbdx"},
        {"a", "{\"a\":\"\\ud83d\\n\"}", "\xef\xbf\xbd\n"},
        {"a", "{\"a\":\"http:\\/\\/x\\/y\"}", "http://x/y"},
    };
    LOOKUPS(lookups);
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    static const char *const names[] = {"a", NULL};
    fixture_decode(fixture, &ndjson, names, "{\"a\":\"x\\u0000y\"}", 16);
    struct wend_bytes value = fixture_value(fixture, 0, 0);
    cr_assert(wend__bytes_equal(value, wend__bytes("x\0y", 3)));
    fixture_close(fixture);
    wend__free(fixture);
}

Test(decode_paths, pointers_reach_into_objects_and_lists) {
    static const struct lookup lookups[] = {
        {"/a", "{\"a\":1}", "1"},
        {"/a/b", "{\"a\":{\"b\":1}}", "1"},
        {"/a/b/c", "{\"a\":{\"b\":{\"c\":\"x\"}}}", "x"},
        {"/a/b", "{\"a\":{\"b\":{\"c\":\"x\"}}}", NULL},
        {"/a/b", "{\"a\":\"b\"}", NULL},
        {"/a/0", "{\"a\":[1,2]}", "1"},
        {"/a/1", "{\"a\":[1,2]}", "2"},
        {"/a/2", "{\"a\":[1,2]}", NULL},
        {"/a/01", "{\"a\":[1,2]}", NULL},
        {"/a/-", "{\"a\":[1,2]}", NULL},
        {"/a/01", "{\"a\":{\"01\":5}}", "5"},
        {"/a/1", "{\"a\":{\"1\":5}}", "5"},
        {"/a/1/b", "{\"a\":[{\"b\":1},{\"b\":2},{\"b\":3}]}", "2"},
        {"/a/1/0", "{\"a\":[[1,2],[3,4]]}", "3"},
        {"/a/10", "{\"a\":[0,1,2,3,4,5,6,7,8,9,10,11]}", "10"},
        {"/a~1b", "{\"a/b\":1}", "1"},
        {"/a~0b", "{\"a~b\":1}", "1"},
        {"/a~01", "{\"a~1\":1}", "1"},
        {"/a~2", "{\"a~2\":1}", "1"},
        {"/", "{\"\":1}", "1"},
        {"/a/", "{\"a\":{\"\":1}}", "1"},
        {"//", "{\"\":{\"\":1}}", "1"},
    };
    LOOKUPS(lookups);
}

Test(decode_paths, the_last_of_repeated_keys_counts_with_all_below_it) {
    static const struct lookup lookups[] = {
        {"a", "{\"a\":1,\"a\":2}", "2"},
        {"a", "{\"a\":1,\"\\u0061\":2}", "2"},
        {"a", "{\"a\":1,\"a\":null}", NULL},
        {"a", "{\"a\":1,\"a\":\"\"}", NULL},
        {"a", "{\"a\":1,\"a\":{}}", NULL},
        {"/a/b", "{\"a\":{\"b\":1},\"a\":{}}", NULL},
        {"/a/b", "{\"a\":{\"b\":1},\"a\":5}", NULL},
        {"/a/b", "{\"a\":{\"b\":1},\"a\":{\"b\":2}}", "2"},
        {"/a/b", "{\"a\":{\"b\":1,\"b\":3},\"c\":{\"b\":2}}", "3"},
        {"/a/b/c", "{\"a\":{\"b\":{\"c\":1},\"b\":[]}}", NULL},
        {"/a/0", "{\"a\":[1],\"a\":[]}", NULL},
        {"/a/[k=x]/v", "{\"a\":[{\"k\":\"x\",\"v\":1}],\"a\":[]}", NULL},
        {"/a/[k=x]/v", "{\"a\":[{\"k\":\"x\",\"v\":1}],\"a\":{\"k\":\"x\",\"v\":1}}", NULL},
        {"/a/[k=x]/v", "{\"a\":[{\"k\":\"x\",\"v\":1}],\"a\":[{\"k\":\"x\",\"v\":2}]}", "2"},
    };
    LOOKUPS(lookups);
}

Test(decode_paths, a_selector_takes_the_element_whose_member_has_the_name) {
    static const struct lookup lookups[] = {
        {"/p/[key=u]/value/s",
         "{\"p\":[{\"key\":\"t\",\"value\":{\"s\":\"T\"}},{\"key\":\"u\",\"value\":{\"s\":\"U\"}}]"
         "}",
         "U"},
        {"/p/[key=u]/value/s", "{\"p\":[{\"value\":{\"s\":\"U\"},\"key\":\"u\"}]}", "U"},
        {"/p/[key=u]/value/s", "{\"p\":[{\"value\":{\"s\":\"U\"},\"key\":\"v\"}]}", NULL},
        {"/p/[key=u]/v", "{\"p\":[{\"key\":\"u\",\"v\":1},{\"key\":\"u\",\"v\":2}]}", "2"},
        {"/p/[key=u]/v", "{\"p\":[{\"key\":\"u\",\"v\":1},{\"key\":\"u\"}]}", NULL},
        {"/p/[key=u]/v", "{\"p\":[{\"key\":\"x\",\"v\":1,\"key\":\"u\"}]}", "1"},
        {"/p/[key=u]/v", "{\"p\":[{\"key\":\"u\",\"v\":1,\"key\":\"x\"}]}", NULL},
        {"/p/[name=x]/v", "{\"p\":[{\"name\":\"x\",\"v\":[1]},{\"name\":\"y\",\"v\":2}]}", NULL},
        {"/p/[name=x]/v/0", "{\"p\":[{\"name\":\"x\",\"v\":[1]},{\"name\":\"y\",\"v\":2}]}", "1"},
        {"/p/[id=7]/v", "{\"p\":[{\"id\":7,\"v\":\"seven\"}]}", "seven"},
        {"/p/[key=a~1b]/v", "{\"p\":[{\"key\":\"a\\/b\",\"v\":1}]}", "1"},
        {"/p/[key=\xc3\xa9]/v", "{\"p\":[{\"k\\u0065y\":\"\\u00e9\",\"v\":1}]}", "1"},
        {"/p/[key=]/v", "{\"p\":[{\"key\":\"\",\"v\":1}]}", "1"},
        {"/p/[key=u]/v", "{\"p\":[1,\"u\",null,[{\"key\":\"u\",\"v\":1}],{}]}", NULL},
        {"/p/[key=u]/v", "{\"p\":{\"key\":\"u\",\"v\":1}}", NULL},
        {"/p/[key=u]", "{\"p\":[{\"key\":\"u\",\"v\":1}]}", NULL},
        {"/p/[k=a]/q/[k=b]/v",
         "{\"p\":[{\"k\":\"a\",\"q\":[{\"k\":\"b\",\"v\":1}]},{\"k\":\"c\",\"q\":[{\"k\":\"b\","
         "\"v\":2}]}]}",
         "1"},
        {"/p/1/q/[k=b]/v", "{\"p\":[0,{\"q\":[{\"k\":\"b\",\"v\":\"\\u0031\"}]}]}", "1"},
    };
    LOOKUPS(lookups);
}

Test(decode_paths, many_fields_of_one_record_are_found_together) {
    static const char *const names[] = {"type",
                                        "/context/page/url",
                                        "/context/page/path",
                                        "/context/page",
                                        "/context/page/url",
                                        "/p/[key=b]/v",
                                        "/p/[key=a]/v",
                                        "/p/0/v",
                                        "/p/[id=2]/v",
                                        "user_id",
                                        "type",
                                        NULL};
    static const char text[] =
        "{\"user_id\":\"u\",\"p\":[{\"key\":\"a\",\"id\":1,\"v\":\"A\"},{\"key\":\"b\",\"id\":2,"
        "\"v\":\"B\"}],\"context\":{\"page\":{\"path\":\"/x\",\"url\":\"http:\\/\\/h\"},\"z\":1},"
        "\"type\":\"page\"}\n{\"type\":\"track\"}\n";
    static const char *const expected[] = {"page", "http://h", "/x", NULL, "http://h", "B",
                                           "A",    "A",        "B",  "u",  "page"};
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    fixture_decode(fixture, &ndjson, names, text, sizeof text - 1);
    cr_assert_eq(fixture->batch.record_count, 2);
    for (uint32_t i = 0; i < 11; i++) {
        expect_value(fixture, 0, i, expected[i]);
        expect_value(fixture, 1, i, i == 0 || i == 10 ? "track" : NULL);
    }
    fixture_close(fixture);
    wend__free(fixture);
}
