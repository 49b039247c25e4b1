/* Behaviour of engine/ds/sortkey.h: the order of keys is the order of their parts. */
#include "base/memory.h"
#include "ds/sortkey.h"
#include "random.h"

#include <criterion/criterion.h>

/* A row of parts: nullable text, number, text, small number. */
struct parts {
    struct wend_bytes segment; /* may be absent */
    int64_t number;
    struct wend_bytes text;
    uint32_t small;
};

static int compare_parts(const struct parts *a, const struct parts *b) {
    if ((a->segment.data == NULL) != (b->segment.data == NULL)) {
        return a->segment.data == NULL ? -1 : 1;
    }
    int order = a->segment.data == NULL ? 0 : wend__bytes_compare(a->segment, b->segment);
    if (order == 0) {
        order = (a->number > b->number) - (a->number < b->number);
    }
    if (order == 0) {
        order = wend__bytes_compare(a->text, b->text);
    }
    return order != 0 ? order : (a->small > b->small) - (a->small < b->small);
}

static struct wend_buffer encoded(const struct parts *parts) {
    struct wend_buffer key = {0};
    cr_assert(wend__sortkey_append_nullable_text(&key, parts->segment));
    cr_assert(wend__sortkey_append_int64(&key, parts->number));
    cr_assert(wend__sortkey_append_text(&key, parts->text));
    cr_assert(wend__sortkey_append_uint32(&key, parts->small));
    return key;
}

static const struct wend_bytes texts[] = {
    {NULL, 0},
    {(const uint8_t *)"", 0},
    {(const uint8_t *)"\0", 1},
    {(const uint8_t *)"\0\0", 2},
    {(const uint8_t *)"\0\xff", 2},
    {(const uint8_t *)"\x01", 1},
    {(const uint8_t *)"a", 1},
    {(const uint8_t *)"a\0", 2},
    {(const uint8_t *)"a\0b", 3},
    {(const uint8_t *)"a\x01", 2},
    {(const uint8_t *)"ab", 2},
    {(const uint8_t *)"\xff", 1},
    {(const uint8_t *)"\xff\0\xff", 3},
};
static const int64_t numbers[] = {INT64_MIN, -1, 0, 1, 255, 256, INT64_MAX};
static const uint32_t smalls[] = {0, 1, 0xFF, 0x100, UINT32_MAX};

enum { TEXTS = sizeof texts / sizeof *texts, NUMBERS = 7, SMALLS = 5 };

static struct parts random_parts(uint64_t *state) {
    return (struct parts){.segment = texts[random_below(state, TEXTS)],
                          .number = numbers[random_below(state, NUMBERS)],
                          .text = texts[1 + random_below(state, TEXTS - 1)],
                          .small = smalls[random_below(state, SMALLS)]};
}

Test(sortkey, keys_sort_as_their_parts) {
    uint64_t state = 1;
    for (int i = 0; i < 100000; i++) {
        struct parts a = random_parts(&state);
        struct parts b = random_parts(&state);
        if (random_below(&state, 2) == 0) {
            b.segment = a.segment;
            b.number = a.number;
        }
        struct wend_buffer left = encoded(&a);
        struct wend_buffer right = encoded(&b);
        int wanted = compare_parts(&a, &b);
        int got = wend__bytes_compare(wend__buffer_view(&left), wend__buffer_view(&right));
        cr_assert_eq((got > 0) - (got < 0), (wanted > 0) - (wanted < 0));
        wend__buffer_deinit(&left);
        wend__buffer_deinit(&right);
    }
}

Test(sortkey, parts_read_back) {
    uint64_t state = 2;
    for (int i = 0; i < 1000; i++) {
        struct parts parts = random_parts(&state);
        struct wend_buffer key = encoded(&parts);
        struct wend_bytes rest = wend__buffer_view(&key);
        struct wend_buffer text = {0};
        bool present = false;
        cr_assert_eq(wend__sortkey_read_present(&rest, &present), WEND_SORTKEY_OK);
        cr_assert_eq(present, parts.segment.data != NULL);
        if (present) {
            cr_assert_eq(wend__sortkey_read_text(&rest, &text), WEND_SORTKEY_OK);
            cr_assert(wend__bytes_equal(wend__buffer_view(&text), parts.segment));
        }
        int64_t number;
        cr_assert_eq(wend__sortkey_read_int64(&rest, &number), WEND_SORTKEY_OK);
        cr_assert_eq(number, parts.number);
        wend__buffer_clear(&text);
        cr_assert_eq(wend__sortkey_read_text(&rest, &text), WEND_SORTKEY_OK);
        cr_assert(wend__bytes_equal(wend__buffer_view(&text), parts.text));
        uint32_t small;
        cr_assert_eq(wend__sortkey_read_uint32(&rest, &small), WEND_SORTKEY_OK);
        cr_assert_eq(small, parts.small);
        cr_assert_eq(rest.len, 0);
        wend__buffer_deinit(&text);
        wend__buffer_deinit(&key);
    }
}

Test(sortkey, the_bytes_are_the_documented_ones) {
    struct wend_buffer key = {0};
    cr_assert(wend__sortkey_append_null(&key));
    cr_assert(wend__sortkey_append_nullable_text(&key, wend__bytes("x\0y", 3)));
    cr_assert(wend__sortkey_append_int64(&key, -2));
    cr_assert(wend__sortkey_append_uint32(&key, 0x01020304));
    static const char wanted[] = "\0"
                                 "\x01x\0\xffy\0\0"
                                 "\x7f\xff\xff\xff\xff\xff\xff\xfe"
                                 "\x01\x02\x03\x04";
    cr_assert(wend__bytes_equal(wend__buffer_view(&key), wend__bytes(wanted, sizeof wanted - 1)));
    wend__buffer_deinit(&key);
}

Test(sortkey, a_key_that_ends_early_or_has_another_mark_is_damaged) {
    static const char *const bad_texts[] = {"", "abc", "abc\0", "a\0\x01\0\0"};
    static const size_t lens[] = {0, 3, 4, 5};
    struct wend_buffer text = {0};
    for (size_t i = 0; i < 4; i++) {
        struct wend_bytes key = wend__bytes(bad_texts[i], lens[i]);
        cr_assert_eq(wend__sortkey_read_text(&key, &text), WEND_SORTKEY_DAMAGED, "%zu", i);
        cr_assert_eq(key.len, lens[i]);
        cr_assert_eq(text.len, 0);
    }
    struct wend_bytes few = wend__bytes("\x02zz", 3);
    int64_t number;
    uint32_t small;
    bool present;
    cr_assert_eq(wend__sortkey_read_int64(&few, &number), WEND_SORTKEY_DAMAGED);
    cr_assert_eq(wend__sortkey_read_uint32(&few, &small), WEND_SORTKEY_DAMAGED);
    cr_assert_eq(wend__sortkey_read_present(&few, &present), WEND_SORTKEY_DAMAGED);
    cr_assert_eq(few.len, 3);
    wend__buffer_deinit(&text);
}

Test(sortkey, without_memory_the_key_is_what_it_was) {
    struct wend_bytes text = wend__bytes("0123456\0"
                                         "9012345\0"
                                         "89",
                                         18);
    for (uint64_t n = 1; n <= 3; n++) {
        struct wend_buffer key = {0};
        cr_assert(wend__buffer_append_text(&key, "abcd"));
        wend__memory_fail_at(n);
        bool appended = wend__sortkey_append_nullable_text(&key, text);
        wend__memory_fail_at(0);
        cr_assert(n == 3 || !appended);
        cr_assert(appended || key.len == 4);
        wend__buffer_deinit(&key);
    }
}
