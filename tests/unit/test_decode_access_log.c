#include "base/memory.h"
#include "decode_fixture.h"

static const struct wend_format access_log = {.kind = WEND_FORMAT_ACCESS_LOG};

static const char *const all[] = {"host",   "ident",   "user",  "time",     "request",
                                  "method", "target",  "path",  "protocol", "status",
                                  "bytes",  "referer", "agent", "vhost",    NULL};

struct line {
    const char *text;
    const char *values[WEND_LOG_FIELD_COUNT]; /* in the order of `all`, NULL: absent */
};

#define TIME "10/Oct/2000:13:55:36 -0700"

static void expect_lines(const struct line *lines, size_t count) {
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    for (size_t i = 0; i < count; i++) {
        fixture_decode(fixture, &access_log, all, lines[i].text, strlen(lines[i].text));
        cr_assert_eq(fixture->batch.record_count, 1);
        cr_assert_eq(fixture->records[0].reject, WEND_REJECT_NONE, "%s", lines[i].text);
        for (uint32_t f = 0; f < WEND_LOG_FIELD_COUNT; f++) {
            struct wend_bytes value = fixture_value(fixture, 0, f);
            const char *expected = lines[i].values[f];
            cr_assert_eq(value.data == NULL, expected == NULL, "%s of %s", all[f], lines[i].text);
            cr_assert(expected == NULL || wend__bytes_is(value, expected), "%s of %s is %.*s",
                      all[f], lines[i].text, (int)value.len, (const char *)value.data);
        }
        fixture_close(fixture);
    }
    wend__free(fixture);
}

#define LINES(table) expect_lines(table, sizeof(table) / sizeof *(table))

static const struct line layouts[] = {
    {"127.0.0.1 - frank [" TIME "] \"GET /a.gif?x=1#y HTTP/1.0\" 200 2326",
     {"127.0.0.1", NULL, "frank", TIME, "GET /a.gif?x=1#y HTTP/1.0", "GET", "/a.gif?x=1#y",
      "/a.gif", "HTTP/1.0", "200", "2326", NULL, NULL, NULL}},
    {"h - - [" TIME "] \"GET / HTTP/1.1\" 304 - \"http://r/\" \"Agent (x; y)\"\r",
     {"h", NULL, NULL, TIME, "GET / HTTP/1.1", "GET", "/", "/", "HTTP/1.1", "304", NULL,
      "http://r/", "Agent (x; y)", NULL}},
    {"2001:db8::1 id - [" TIME "] \"POST /p HTTP/2.0\" 201 5 \"-\" \"\"",
     {"2001:db8::1", "id", NULL, TIME, "POST /p HTTP/2.0", "POST", "/p", "/p", "HTTP/2.0", "201",
      "5", NULL, NULL, NULL}},
    {"shop.example:443 10.0.0.1 - - [" TIME "] \"GET /x HTTP/1.1\" 200 1 \"-\" \"A\"",
     {"10.0.0.1", NULL, NULL, TIME, "GET /x HTTP/1.1", "GET", "/x", "/x", "HTTP/1.1", "200", "1",
      NULL, "A", "shop.example:443"}},
    {"shop.example ::1 - bob [" TIME "] \"GET /x HTTP/1.1\" 200 1",
     {"::1", NULL, "bob", TIME, "GET /x HTTP/1.1", "GET", "/x", "/x", "HTTP/1.1", "200", "1", NULL,
      NULL, "shop.example"}},
    {"h - John Smith [" TIME "] \"GET /x HTTP/1.1\" 200 1",
     {"h", NULL, "John Smith", TIME, "GET /x HTTP/1.1", "GET", "/x", "/x", "HTTP/1.1", "200", "1",
      NULL, NULL, NULL}},
    {"v h - John Q Smith [" TIME "] \"GET /x HTTP/1.1\" 200 1",
     {"h", NULL, "John Q Smith", TIME, "GET /x HTTP/1.1", "GET", "/x", "/x", "HTTP/1.1", "200", "1",
      NULL, NULL, "v"}},
    {"h - - [" TIME "] \"GET /x HTTP/1.1\" 200 1 \"-\" \"A\" \"10.1.1.1, 10.2.2.2\" 0.005 rt=1 -",
     {"h", NULL, NULL, TIME, "GET /x HTTP/1.1", "GET", "/x", "/x", "HTTP/1.1", "200", "1", NULL,
      "A", NULL}},
    {"h - - [" TIME "] \"GET /x HTTP/1.1\" 200 1 \"-\" \"A\" ",
     {"h", NULL, NULL, TIME, "GET /x HTTP/1.1", "GET", "/x", "/x", "HTTP/1.1", "200", "1", NULL,
      "A", NULL}},
    {"h - - [" TIME "] \"GET /x HTTP/1.1\" - -",
     {"h", NULL, NULL, TIME, "GET /x HTTP/1.1", "GET", "/x", "/x", "HTTP/1.1", NULL, NULL, NULL,
      NULL, NULL}}};

Test(decode_access_log, common_and_combined_lines_are_split_with_and_without_virtual_host) {
    LINES(layouts);
}

struct request {
    const char *written;
    const char *values[5]; /* request, method, target, path, protocol */
};

static const struct request requests[] = {
    {"GET / HTTP/1.1", {"GET / HTTP/1.1", "GET", "/", "/", "HTTP/1.1"}},
    {"GET /a b HTTP/1.1", {"GET /a b HTTP/1.1", "GET", "/a b", "/a b", "HTTP/1.1"}},
    {"GET /", {"GET /", "GET", "/", "/", NULL}},
    {"OPTIONS * HTTP/1.0", {"OPTIONS * HTTP/1.0", "OPTIONS", "*", "*", "HTTP/1.0"}},
    {"GET ?q HTTP/1.1", {"GET ?q HTTP/1.1", "GET", "?q", NULL, "HTTP/1.1"}},
    {"GET http://h/p?q HTTP/1.1",
     {"GET http://h/p?q HTTP/1.1", "GET", "http://h/p?q", "http://h/p", "HTTP/1.1"}},
    {"CONNECT h:443 HTTP/1.1", {"CONNECT h:443 HTTP/1.1", "CONNECT", "h:443", "h:443", "HTTP/1.1"}},
    {"GET /#f?q HTTP/1.1", {"GET /#f?q HTTP/1.1", "GET", "/#f?q", "/", "HTTP/1.1"}},
    {"GET - HTTP/1.1", {"GET - HTTP/1.1", "GET", NULL, NULL, "HTTP/1.1"}},
    {"", {NULL, NULL, NULL, NULL, NULL}},
    {"-", {NULL, NULL, NULL, NULL, NULL}},
    {"GET", {"GET", NULL, NULL, NULL, NULL}},
    {"GET ", {"GET ", NULL, NULL, NULL, NULL}},
    {"GET  HTTP/1.1", {"GET  HTTP/1.1", NULL, NULL, NULL, NULL}},
    {"hello world", {"hello world", NULL, NULL, NULL, NULL}},
    {"HELLO WORLD", {"HELLO WORLD", NULL, NULL, NULL, NULL}},
    {"HELLO WORLD AGAIN", {"HELLO WORLD AGAIN", NULL, NULL, NULL, NULL}},
    {"\\x16\\x03\\x01", {"\x16\x03\x01", NULL, NULL, NULL, NULL}},
    {"GET /\\\"q\\\" HTTP/1.1", {"GET /\"q\" HTTP/1.1", "GET", "/\"q\"", "/\"q\"", "HTTP/1.1"}},
    {"GET /\\x22q\\x5C HTTP/1.1", {"GET /\"q\\ HTTP/1.1", "GET", "/\"q\\", "/\"q\\", "HTTP/1.1"}},
    {"GET /\\\\ HTTP/1.1", {"GET /\\ HTTP/1.1", "GET", "/\\", "/\\", "HTTP/1.1"}},
    {"GET /\\xC3\\xa9 HTTP/1.1",
     {"GET /\xc3\xa9 HTTP/1.1", "GET", "/\xc3\xa9", "/\xc3\xa9", "HTTP/1.1"}},
    {"GET /\\n\\t\\q\\xZZ\\x4 HTTP/1.1",
     {"GET /\n\t\\q\\xZZ\\x4 HTTP/1.1", "GET", "/\n\t\\q\\xZZ\\x4", "/\n\t\\q\\xZZ\\x4",
      "HTTP/1.1"}}};

Test(decode_access_log, requests_are_unescaped_and_cut_and_garbage_is_kept) {
    static const char *const names[] = {"request", "method", "target", "path", "protocol", NULL};
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        char text[256];
        int len = snprintf(text, sizeof text, "h - - [" TIME "] \"%s\" 400 0 \"-\" \"-\"",
                           requests[i].written);
        fixture_decode(fixture, &access_log, names, text, (size_t)len);
        cr_assert_eq(fixture->batch.record_count, 1);
        cr_assert_eq(fixture->records[0].reject, WEND_REJECT_NONE, "%s", requests[i].written);
        for (uint32_t f = 0; f < 5; f++) {
            expect_value(fixture, 0, f, requests[i].values[f]);
        }
        fixture_close(fixture);
    }
    wend__free(fixture);
}

static const char *const torn[] = {"garbage",
                                   "h",
                                   "h - -",
                                   "h - - [",
                                   "h - - [" TIME,
                                   "h - - [" TIME "]",
                                   "h - - [" TIME "] ",
                                   "h - - [" TIME "] \"",
                                   "h - - [" TIME "] \"GET / HTTP/1.1",
                                   "h - - [" TIME "] \"GET /\"",
                                   "h - - [" TIME "] \"GET /\" ",
                                   "h - - [" TIME "] \"GET /\" 200",
                                   "h - - [" TIME "] \"GET /\" 2x0 1",
                                   "h - - [" TIME "] \"GET /\" 200 x",
                                   "h - - [" TIME "] \"GET /\" 200 1 \"r",
                                   "h - - [" TIME "] \"GET /\" 200 1 \"r\"",
                                   "h - - [" TIME "] \"GET /\" 200 1 \"r\" \"a",
                                   "h - - [" TIME "] \"GET /\" 200 1 \"r\" \"a\\\"",
                                   "h - - [" TIME "] \"GET /\" 200 1 \"r\" \"a\\",
                                   "h - - [" TIME "] \"GET /\" 200 1 \"r\" \"a\" \"b",
                                   "h - - [" TIME "] \"GET /\" 200 1 \"r\" \"a\"b",
                                   "h - - [" TIME "] \"GET /\" 200 1 rest",
                                   "h - [" TIME "] \"GET /\" 200 1",
                                   "h  - - [" TIME "] \"GET /\" 200 1",
                                   " h - - [" TIME "] \"GET /\" 200 1",
                                   "h - - [" TIME "]\"GET /\" 200 1",
                                   "h - - [" TIME "] GET / 200 1",
                                   "a b c d [" TIME "] \"GET /\" 200",
                                   "a b c d e [" TIME "] \"GET /\" 200 1",
                                   "[" TIME "] \"GET /\" 200 1",
                                   "{\"a\":1}",
                                   "\"\"\"\"\\"};

Test(decode_access_log, lines_that_are_cut_or_of_another_layout_are_rejected) {
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    for (size_t i = 0; i < sizeof torn / sizeof *torn; i++) {
        fixture_decode(fixture, &access_log, all, torn[i], strlen(torn[i]));
        cr_assert_eq(fixture->batch.record_count, 1);
        cr_assert_eq(fixture->records[0].reject, WEND_REJECT_SHAPE, "%s", torn[i]);
        expect_value(fixture, 0, WEND_LOG_HOST, NULL);
        fixture_close(fixture);
    }
    wend__free(fixture);
}

Test(decode_access_log, every_prefix_of_a_line_is_decided_without_looking_behind_it) {
    static const char text[] =
        "v:80 h - u [" TIME "] \"GET /\\x22 HTTP/1.1\" 200 1 \"r\\\"\" \"a\" \"x\"";
    static const char *const names[] = {"agent", "path", NULL};
    struct fixture *fixture = wend__alloc(sizeof *fixture);
    for (size_t len = 1; len < sizeof text; len++) {
        fixture_decode(fixture, &access_log, names, text, len);
        cr_assert_eq(fixture->batch.record_count, 1);
        fixture_close(fixture);
    }
    wend__free(fixture);
}
