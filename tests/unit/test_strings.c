#include "ds/strings.h"

#include "base/memory.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct wend_bytes numbered(char *text, size_t size, unsigned n) {
    int len = snprintf(text, size, "string number %u", n);
    return wend__bytes(text, (size_t)len);
}

Test(strings, ids_run_from_zero_in_order_of_first_sight) {
    struct wend_strings strings;
    wend__strings_init(&strings, 42);
    const char *const words[] = {"home", "cart", "home", "", "a\0b", "cart", ""};
    const uint32_t expected[] = {0, 1, 0, 2, 3, 1, 2};
    const bool fresh[] = {true, true, false, true, true, false, false};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct wend_bytes bytes = i == 4 ? wend__bytes("a\0b", 3) : wend__bytes_text(words[i]);
        uint32_t id = 99;
        bool is_new = !fresh[i];
        cr_assert(wend__strings_intern(&strings, bytes, &id, &is_new));
        cr_assert_eq(id, expected[i]);
        cr_assert_eq(is_new, fresh[i]);
    }
    cr_assert_eq(strings.count, 4);
    cr_assert(wend__bytes_is(wend__strings_get(&strings, 1), "cart"));
    cr_assert_eq(wend__strings_get(&strings, 3).len, 3);
    wend__strings_deinit(&strings);
}

Test(strings, many_strings_keep_their_ids_while_the_table_grows) {
    struct wend_strings strings;
    wend__strings_init(&strings, 7);
    char text[64];
    enum { COUNT = 20000 };
    for (unsigned n = 0; n < COUNT; n++) {
        uint32_t id;
        cr_assert(wend__strings_intern(&strings, numbered(text, sizeof text, n), &id, NULL));
        cr_assert_eq(id, n);
    }
    for (unsigned n = 0; n < COUNT; n++) {
        struct wend_bytes bytes = numbered(text, sizeof text, n);
        cr_assert_eq(wend__strings_find(&strings, bytes), n);
        cr_assert(wend__bytes_equal(wend__strings_get(&strings, n), bytes));
    }
    cr_assert_eq(wend__strings_find(&strings, wend__bytes_text("absent")), WEND_STRING_NONE);
    cr_assert_gt(wend__strings_total_bytes(&strings), (size_t)COUNT * 20);
    wend__strings_deinit(&strings);
    cr_assert_eq(wend__strings_total_bytes(&strings), 0);
}

Test(strings, ids_do_not_depend_on_the_seed) {
    struct wend_strings a;
    struct wend_strings b;
    wend__strings_init(&a, 1);
    wend__strings_init(&b, 2);
    char text[64];
    for (unsigned n = 0; n < 3000; n++) {
        uint32_t first;
        uint32_t second;
        struct wend_bytes bytes = numbered(text, sizeof text, n * 7919 % 1000);
        cr_assert(wend__strings_intern(&a, bytes, &first, NULL));
        cr_assert(wend__strings_intern(&b, bytes, &second, NULL));
        cr_assert_eq(first, second);
    }
    wend__strings_deinit(&a);
    wend__strings_deinit(&b);
}

Test(strings, clear_starts_at_zero_again_and_an_empty_table_finds_nothing) {
    struct wend_strings strings;
    wend__strings_init(&strings, 3);
    cr_assert_eq(wend__strings_find(&strings, wend__bytes_text("x")), WEND_STRING_NONE);
    uint32_t id;
    cr_assert(wend__strings_intern(&strings, wend__bytes_text("x"), &id, NULL));
    cr_assert(wend__strings_intern(&strings, wend__bytes_text("y"), &id, NULL));
    wend__strings_clear(&strings);
    cr_assert_eq(wend__strings_find(&strings, wend__bytes_text("x")), WEND_STRING_NONE);
    cr_assert(wend__strings_intern(&strings, wend__bytes_text("y"), &id, NULL));
    cr_assert_eq(id, 0);
    wend__strings_deinit(&strings);
}

Test(strings, a_failed_allocation_changes_nothing) {
    char text[64];
    for (uint64_t n = 1;; n++) {
        struct wend_strings strings;
        wend__strings_init(&strings, 3);
        bool failed = false;
        wend__memory_fail_at(n);
        for (unsigned i = 0; i < 500; i++) {
            struct wend_bytes bytes = numbered(text, sizeof text, i);
            uint32_t id = 0;
            if (!wend__strings_intern(&strings, bytes, &id, NULL)) {
                cr_assert_eq(strings.count, i);
                failed = true;
                cr_assert_eq(wend__strings_find(&strings, bytes), WEND_STRING_NONE);
                cr_assert(wend__strings_intern(&strings, bytes, &id, NULL));
            }
            cr_assert_eq(id, i);
        }
        wend__memory_fail_at(0);
        wend__strings_deinit(&strings);
        if (!failed) {
            cr_assert_gt(n, 3);
            break;
        }
    }
}
