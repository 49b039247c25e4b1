/*
 * The fast path against the ways that take records by themselves, at every level of instructions,
 * on bytes that fill their pages from the first to the last and have pages that cannot be read on
 * both sides.
 */
#include "base/hash.h"
#include "base/memory.h"
#include "decode/decoder_internal.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FIELDS = 6, RECORDS = 100, MAX_RECORD = 100000 };

static const char *const names[FIELDS] = {"a", "b", "/c/d", "/c/e/0", "time", "k"};

static const char *const log_names[FIELDS] = {"host", "user", "time", "status", "agent", "path"};
static const struct wend_detected ndjson = {.kind = WEND_FORMAT_NDJSON,
                                            .max_record_bytes = MAX_RECORD};

/* Bytes between two pages that cannot be read; `at_end` puts them before the second. */
struct fenced {
    uint8_t *memory;
    size_t size;
    uint8_t *bytes;
};

static struct fenced fence(const char *text, size_t len, bool at_end) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t inner = (len + page) / page * page;
    struct fenced fenced = {.size = inner + 2 * page};
    void *memory = NULL;
    cr_assert_eq(posix_memalign(&memory, page, fenced.size), 0);
    fenced.memory = memory;
    fenced.bytes = fenced.memory + page + (at_end ? inner - len : 0);
    memcpy(fenced.bytes, text, len);
    cr_assert_eq(mprotect(fenced.memory, page, PROT_NONE), 0);
    cr_assert_eq(mprotect(fenced.memory + page + inner, page, PROT_NONE), 0);
    return fenced;
}

static void unfence(struct fenced *fenced) {
    cr_assert_eq(mprotect(fenced->memory, fenced->size, PROT_READ | PROT_WRITE), 0);
    free(fenced->memory);
}

/* One hash over the places, verdicts and values of all records. `level` NULL: the parser alone. */
static uint64_t decoded(const struct wend_detected *detected, const char *level,
                        const uint8_t *bytes, size_t len, uint64_t *count) {
    struct wend_field fields[FIELDS] = {0};
    for (uint32_t i = 0; i < FIELDS; i++) {
        fields[i].name =
            wend__bytes_text(detected->kind == WEND_FORMAT_ACCESS_LOG ? log_names[i] : names[i]);
    }
    struct wend_decoder *decoder = NULL;
    cr_assert_eq(setenv("WEND_SIMD", level == NULL ? "" : level, 1), 0);
    cr_assert_eq(wend__decoder_create(fields, FIELDS, &decoder, NULL), WEND_OK);
    cr_assert_eq(wend__decoder_set_input(decoder, detected, NULL), WEND_OK);
    decoder->is_plain = level == NULL;
    static struct wend_record records[RECORDS];
    static struct wend_bytes views[RECORDS * FIELDS];
    struct wend_batch batch = {records, views, 0, RECORDS, FIELDS};
    uint64_t hash = 0;
    size_t consumed = 0;
    for (size_t at = 0; at < len; at += consumed) {
        cr_assert_eq(wend__decoder_batch(decoder, bytes + at, len - at, &consumed, &batch, NULL),
                     WEND_OK);
        cr_assert_gt(consumed, 0);
        for (uint32_t i = 0; i < batch.record_count; i++) {
            hash = wend__hash_mix(hash ^ (at + records[i].offset)) + (uint64_t)records[i].reject;
            hash = wend__hash_mix(hash ^ records[i].raw.len);
            for (uint32_t f = 0; f < FIELDS; f++) {
                struct wend_bytes value = views[i * FIELDS + f];
                hash = wend__hash_mix(hash ^ wend__hash64(value, f)) + (value.data == NULL);
            }
        }
        *count += batch.record_count;
    }
    wend__decoder_destroy(decoder);
    return hash;
}

static void expect_same_as(const struct wend_detected *detected, const char *text, size_t len) {
    for (int at_end = 0; at_end < 2; at_end++) {
        struct fenced fenced = fence(text, len, at_end != 0);
        uint64_t wanted_count = 0;
        uint64_t wanted = decoded(detected, NULL, fenced.bytes, len, &wanted_count);
        for (int level = 0; level < (int)WEND_SIMD_COUNT; level++) {
            const char *name = wend__simd_name((enum wend_simd)level);
            uint64_t count = 0;
            uint64_t hash = decoded(detected, name, fenced.bytes, len, &count);
            cr_assert_eq(count, wanted_count, "%s: %s", name, len < 2000 ? text : "(long)");
            cr_assert_eq(hash, wanted, "%s: %s", name, len < 2000 ? text : "(long)");
        }
        unfence(&fenced);
    }
}

static void expect_same(const char *text, size_t len) {
    expect_same_as(&ndjson, text, len);
}

static void expect_same_text(const char *text) {
    expect_same(text, strlen(text));
}

Test(decode_shapes, a_learnt_long_key_is_not_looked_for_behind_the_block) {
    char text[4096];
    char key[1001];
    memset(key, 'k', 1000);
    key[1000] = 0;
    for (int len = 0; len <= 1000; len += 100) {
        (void)snprintf(text, sizeof text, "{\"a\":\"x\",\"%.*s\":1}\n{\"a\":\"x\",\"%.*s\":1}\n%s",
                       len, key, len, key,
                       "{\"a\":\"x\",\"k\":1}\n                                          ");
        expect_same_text(text);
    }
}

Test(decode_shapes, learnt_blanks_are_not_looked_for_before_the_block) {
    char text[8192];
    char line[1024];
    for (int blanks = 0; blanks <= 600; blanks += 60) {
        (void)snprintf(line, sizeof line, "{\"a\":1%*s,\"b\":2}\n", blanks, "");
        (void)snprintf(text, sizeof text, "{\"a\":1,\"b\":2}\n%s%s%s%s{\"a\":\"x\"}\n%*s", line,
                       line, line, line, 300, "");
        expect_same_text(text);
        /* A block of its own for each line: the first line of one has nothing before it. */
        (void)snprintf(text, sizeof text, "%s%s{\"a\":1,\"b\":2}\n%*s\n", line, line, 300, "");
        expect_same_text(text);
    }
}

/* The decoder has learnt a shape in one block, and meets the next block's first line. */
Test(decode_shapes, what_was_learnt_in_one_block_reads_nothing_outside_of_the_next) {
    static const char *const firsts[] = {
        "{\"a\":[[[[[[[[1]]]]]]]],\"b\":2}\n", "{\"a\":1                     ,\"b\":2}\n",
        "{\"c\":{\"x\":{\"y\":{\"z\":1}}},\"b\":2}\n", "   {  \"a\"  :  1  ,  \"b\"  :  2  }  \n"};
    static const char *const seconds[] = {"{\"a\":1,\"b\":2}\n", "{\"a\":\"x\"}\n{\"b\":1}\n",
                                          "{\"c\":{\"x\":{\"y\":{\"z\":1}}},\"b\":2}\n",
                                          "{\"a\":\"\",\"\":\"\"}\n"};
    char text[4096];
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
        for (size_t j = 0; j < sizeof seconds / sizeof *seconds; j++) {
            struct wend_field fields[FIELDS] = {0};
            for (uint32_t f = 0; f < FIELDS; f++) {
                fields[f].name = wend__bytes_text(names[f]);
            }
            struct wend_detected detected = {.kind = WEND_FORMAT_NDJSON,
                                             .max_record_bytes = MAX_RECORD};
            struct wend_decoder *decoder = NULL;
            struct wend_record records[RECORDS];
            struct wend_bytes views[RECORDS * FIELDS];
            struct wend_batch batch = {records, views, 0, RECORDS, FIELDS};
            cr_assert_eq(wend__decoder_create(fields, FIELDS, &decoder, NULL), WEND_OK);
            cr_assert_eq(wend__decoder_set_input(decoder, &detected, NULL), WEND_OK);
            for (int round = 0; round < 2; round++) {
                const char *line = round == 0 ? firsts[i] : seconds[j];
                int len = snprintf(text, sizeof text, "%s%s%400s\n", line, line, "");
                struct fenced fenced = fence(text, (size_t)len, round == 0);
                size_t consumed = 0;
                cr_assert_eq(wend__decoder_batch(decoder, fenced.bytes, (size_t)len, &consumed,
                                                 &batch, NULL),
                             WEND_OK);
                cr_assert_eq(consumed, (size_t)len);
                unfence(&fenced);
            }
            wend__decoder_destroy(decoder);
        }
    }
}

/* The index works in windows of 65472 bytes, and in blocks of 64. */
Test(decode_shapes, lines_over_the_borders_of_blocks_and_windows_are_read_alike) {
    static const char *const parts[] = {
        "\\\"", "\\\\\\\"", "\\u00e9", "\xc3\xa9", "\xf0\x9f\x98\x80", "\xe2\x82", "\r", "\t", "x"};
    static const char *const ends[] = {"\n", "\r\n", "\r\r\n", "\\\n", "\"\n"};
    size_t capacity = 200000;
    char *text = wend__alloc(capacity);
    cr_assert_not_null(text);
    for (size_t shift = 65400; shift < 65480; shift++) {
        size_t len = 0;
        size_t part = shift % (sizeof parts / sizeof *parts);
        size_t end = shift / 3 % (sizeof ends / sizeof *ends);
        while (len < shift - 100) {
            len += (size_t)snprintf(text + len, capacity - len, "{\"a\":\"%zu\",\"b\":%zu}\n", len,
                                    len);
        }
        len += (size_t)snprintf(text + len, capacity - len, "{\"a\":\"");
        while (len < shift - 8) {
            text[len++] = 'y';
        }
        for (int i = 0; i < 12; i++) {
            len += (size_t)snprintf(text + len, capacity - len, "%s", parts[part]);
        }
        len += (size_t)snprintf(text + len, capacity - len, "\",\"b\":\"z\"}%s", ends[end]);
        for (int i = 0; i < 40; i++) {
            len += (size_t)snprintf(text + len, capacity - len, "{\"a\":\"%zu\",\"b\":%d}%s", len,
                                    i, i % 7 == 0 ? "\r\n" : "\n");
        }
        expect_same(text, len - shift % 2);
    }
    wend__free(text);
}

Test(decode_shapes, a_line_longer_than_a_window_is_read_between_short_ones) {
    static const size_t lengths[] = {65400, 65440, 65471, 65472, 65473, 65536, 99000, 131000};
    size_t capacity = 300000;
    char *text = wend__alloc(capacity);
    cr_assert_not_null(text);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t len = (size_t)snprintf(text, capacity, "{\"a\":\"1\",\"b\":2}\n{\"a\":\"");
        memset(text + len, 'y', lengths[i]);
        len += lengths[i];
        len += (size_t)snprintf(text + len, capacity - len, "\",\"b\":3}\n{\"a\":\"5\",\"b\":6}");
        expect_same(text, len);
    }
    wend__free(text);
}

static uint64_t next_number(uint64_t *state) {
    *state += UINT64_C(0x9e3779b97f4a7c15);
    return wend__hash_mix(*state);
}

/* A line of one of a few shapes, so that shapes are learnt, meet their lines, and their near
 * misses. */
static size_t put_line(char *out, size_t room, uint64_t *seed) {
    static const char *const scalars[] = {"0",    "-1.5e3", "12345678901234567890",
                                          "true", "null",   "01",
                                          "1.",   "-",      "1e",
                                          "1 ",   "[1,2]",  "{}",
                                          "\"\"", "tru",    "9.95",
                                          "7",    "[]",     "0.0",
                                          "+1"};
    static const char *const texts[] = {"",
                                        "x",
                                        "view",
                                        "\\n",
                                        "\\\\",
                                        "\\\"",
                                        "\xc3\xa9",
                                        "\xff",
                                        "\\ud83d",
                                        ("a longer text, which is over a block of 64 bytes, "
                                         "whatever its start is"),
                                        "\\u12",
                                        "/p/1?x=\\/"};
    static const char *const shapes[] = {"{\"a\":\"%s\",\"b\":%s,\"time\":\"%s\"}",
                                         "{\"b\":%2$s,\"a\":\"%1$s\",\"c\":{\"d\":\"%3$s\"}}",
                                         "{\"c\":{\"d\":\"%1$s\",\"e\":[%2$s,2]},\"a\":\"%3$s\"}",
                                         "{\"a\": \"%s\", \"k\": %s, \"b\": \"%s\"}",
                                         "{\"a\":\"%s\",\"a\":%s,\"k\":\"%s\"}",
                                         "{\"k\":\"%1$s\",\"c\":{\"e\":[\"%3$s\",%2$s]}}"};
    const char *first = texts[next_number(seed) % 12];
    const char *scalar = scalars[next_number(seed) % 19];
    const char *second = texts[next_number(seed) % 12];
    switch (next_number(seed) % 6) {
    case 0:
        return (size_t)snprintf(out, room, shapes[0], first, scalar, second);
    case 1:
        return (size_t)snprintf(out, room, shapes[1], first, scalar, second);
    default:
        return (size_t)snprintf(out, room, shapes[next_number(seed) % 6], first, scalar, second);
    }
}

Test(decode_shapes, random_lines_and_damaged_ones_are_read_alike) {
    static char text[140000];
    for (uint64_t seed = 1; seed <= 12; seed++) {
        uint64_t state = seed;
        size_t len = 0;
        size_t wanted = 1000 + next_number(&state) % 130000;
        while (len < wanted) {
            size_t start = len;
            len += put_line(text + len, sizeof text - len, &state);
            if (next_number(&state) % 4 == 0) {
                text[start + next_number(&state) % (len - start)] = (char)next_number(&state);
            }
            len += (size_t)snprintf(text + len, sizeof text - len, "%s",
                                    next_number(&state) % 9 == 0 ? "\r\n" : "\n");
        }
        expect_same(text, len - next_number(&state) % 3);
    }
}

/* -- Delimited text and access logs --------------------------------------------------------------
 */

static char column_a[] = "a";
static char column_b[] = "b";
static char column_time[] = "time";
static char column_k[] = "k";

static struct wend_detected detected_csv(uint8_t separator, uint32_t max_record) {
    static struct wend_bytes columns[4];
    columns[0] = wend__bytes_text(column_a);
    columns[1] = wend__bytes_text(column_b);
    columns[2] = wend__bytes_text(column_time);
    columns[3] = wend__bytes_text(column_k);
    return (struct wend_detected){.kind = WEND_FORMAT_DELIMITED,
                                  .separator = separator,
                                  .max_record_bytes = max_record,
                                  .columns = columns,
                                  .column_count = 4};
}

/* Fields of `parts`, from which `*state` draws, with separators and line ends between them. */
static size_t draw_text(char *text, size_t room, const char *const *parts, size_t part_count,
                        uint64_t *state) {
    size_t len = 0;
    size_t wanted =
        next_number(state) % 3 == 0 ? next_number(state) % 140000 : next_number(state) % 400;
    while (len < wanted) {
        len +=
            (size_t)snprintf(text + len, room - len, "%s", parts[next_number(state) % part_count]);
    }
    return len;
}

Test(decode_shapes, delimited_text_is_read_alike_whatever_its_quotes) {
    static const char *const plain[] = {"1,2,3,4\n", "a,\"b\",c,d\r\n", "\"x,\"\"y\"\"\",,,\n",
                                        "\"two\nlines\",2,\"\",4\n",
                                        "long text of a field,b,c,d\n"};
    static const char *const parts[] = {"1,2,3,4\n",   "a,\"b\",c,d\n",
                                        ",",           ",",
                                        ",",           "\n",
                                        "\r\n",        "\"",
                                        "\"\"",        "\",\"",
                                        "\r",          "x",
                                        "\"\n",        "\n\"",
                                        "yy",          "5\" pipe,b,c,d\n",
                                        "1,2,3,4,5\n", "\t"};
    static char text[150000];
    for (uint64_t seed = 1; seed <= 300; seed++) {
        uint64_t state = seed;
        bool is_plain = seed % 3 == 0;
        size_t len = draw_text(
            text, sizeof text, is_plain ? plain : parts,
            is_plain ? sizeof plain / sizeof *plain : sizeof parts / sizeof *parts, &state);
        struct wend_detected detected =
            detected_csv(seed % 7 == 0 ? '\t' : ',', seed % 2 == 0 ? 40 : MAX_RECORD);
        expect_same_as(&detected, text, len);
    }
}

Test(decode_shapes, quoted_fields_over_the_borders_of_blocks_are_read_alike) {
    static const char *const middles[] = {"\"\"\"\"", "\"\n\"", "\",\"", "\"\r\n", "\"\"x\"\""};
    struct wend_detected detected = detected_csv(',', MAX_RECORD);
    char text[512];
    for (int shift = 0; shift < 140; shift++) {
        for (size_t i = 0; i < sizeof middles / sizeof *middles; i++) {
            int len = snprintf(text, sizeof text, "a,b,%*s,d\n1,\"x%sy\",3,\"4\"\r\n5,6,7,\"8\"",
                               shift, "", middles[i]);
            expect_same_as(&detected, text, (size_t)len);
            expect_same_as(&detected, text, (size_t)len - 1);
        }
    }
}

Test(decode_shapes, access_logs_are_read_alike) {
    static const char *const lines[] = {
        "1.0.0.1 - - [06/Mar/2025:00:00:17 +0000] \"GET /a HTTP/1\" 200 1 \"-\" \"A (X; Y) [z]\"\n",
        "h - frank [06/Mar/2025:00:00:17 +0000] \"GET / HTTP/1.0\" 200 -\n",
        "h:80 1.2.3.4 - u v [06/Mar/2025:00:00:17 +0000] \"-\" 400 0 \"\" \"\" \"more\" 1\r\n",
        "a[b - - [x [06/Mar/2025:00:00:17 +000] \"GET /\\\"x HTTP/1.1\" 200 1 \"r\" \"a\\x41\"\n"};
    static char text[150000];
    const struct wend_detected detected = {.kind = WEND_FORMAT_ACCESS_LOG, .max_record_bytes = 300};
    for (uint64_t seed = 1; seed <= 150; seed++) {
        uint64_t state = seed;
        size_t len = draw_text(text, sizeof text, lines, sizeof lines / sizeof *lines, &state);
        for (size_t i = 0; i < len / 100; i++) {
            static const char bytes[] = "\"[] -\\\n9x";
            text[next_number(&state) % len] = bytes[next_number(&state) % (sizeof bytes - 1)];
        }
        expect_same_as(&detected, text, len);
    }
}
