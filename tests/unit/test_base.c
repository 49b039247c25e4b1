/* Behaviour of engine/base: numbers, UTF-8, names, files. */
#include "base/hidden.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/processor.h"
#include "base/utf8.h"
#include "model/ruleset.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t decimal(const char *text) {
    int64_t value = INT64_MIN;
    return wend__decimal4_parse(wend__bytes_text(text), &value) ? value : INT64_MIN;
}

Test(number, value_keeps_four_digits_and_rounds_half_to_even) {
    cr_assert_eq(decimal("35.79"), 357900);
    cr_assert_eq(decimal("0.00005"), 0);
    cr_assert_eq(decimal("0.00015"), 2);
    cr_assert_eq(decimal("0.00025"), 2);
    cr_assert_eq(decimal("0.000250000001"), 3);
    cr_assert_eq(decimal("-0.00015"), -2);
    cr_assert_eq(decimal("1.5e3"), 15000000);
    cr_assert_eq(decimal("15E-5"), 2);
    cr_assert_eq(decimal("1e-30"), 0);
    cr_assert_eq(decimal("99999999999999.9999"), INT64_C(999999999999999999));
}

Test(number, what_is_no_json_number_or_too_large_is_no_value) {
    const char *bad[] = {"",
                         "-",
                         "+1",
                         "01",
                         ".5",
                         "1.",
                         "1e",
                         "0x10",
                         "1 ",
                         "NaN",
                         "1,5",
                         "100000000000000",
                         "99999999999999.99995",
                         "1e99"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert_eq(decimal(bad[i]), INT64_MIN, "%s", bad[i]);
    }
}

Test(number, decimals_are_written_with_four_digits) {
    struct wend_buffer out = {0};
    cr_assert(wend__append_decimal4(&out, -(wend_int128)123400));
    cr_assert(wend__append_decimal4(&out, 7));
    cr_assert(wend__bytes_is(wend__buffer_view(&out), "-12.34000.0007"));
    wend__buffer_deinit(&out);
}

Test(utf8, each_maximal_ill_formed_part_becomes_one_replacement) {
    struct wend_buffer out = {0};
    cr_assert(
        wend__utf8_append_clean(&out, wend__bytes_text("a\xE2\x82z\xED\xA0\x80\xF0\x9F\x98\x80")));
    cr_assert(wend__bytes_is(wend__buffer_view(&out),
                             "a\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xF0\x9F\x98\x80"));
    wend__buffer_deinit(&out);
}

Test(names, marks_and_reserved_names_are_rewritten) {
    struct wend_buffer out = {0};
    cr_assert(wend__name_clean(wend__bytes_text("a > b"), &out));
    cr_assert(wend__bytes_is(wend__buffer_view(&out), "a \xE2\x80\xBA b"));
    cr_assert(wend__name_clean(wend__bytes_text("(exit)"), &out));
    cr_assert(wend__bytes_is(wend__buffer_view(&out), "(exit)_"));
    cr_assert(wend__name_is_clean(wend__bytes_text("home")));
    cr_assert_not(wend__name_is_clean(wend__bytes_text("(none)")));
    wend__buffer_deinit(&out);
}

Test(arena, blocks_keep_their_bytes_and_alignment) {
    struct wend_arena arena = {0};
    uint8_t *first = wend__arena_alloc(&arena, 10);
    memset(first, 7, 10);
    (void)wend__arena_copy(&arena, "xyz", 3);
    uint64_t *second = wend__arena_alloc(&arena, 8);
    cr_assert_eq((uintptr_t)second % 16, 0);
    uint8_t *large = wend__arena_alloc(&arena, 1 << 20);
    memset(large, 1, 1 << 20);
    cr_assert_eq(first[9], 7);
    wend__arena_clear(&arena);
    cr_assert_not_null(wend__arena_alloc(&arena, 100));
    wend__arena_deinit(&arena);
}

Test(budget, charges_only_what_fits) {
    struct wend_budget budget;
    wend__budget_init(&budget, 100);
    cr_assert(wend__budget_charge(&budget, 60));
    cr_assert_not(wend__budget_charge(&budget, 41));
    cr_assert(wend__budget_charge(&budget, 40));
    wend__budget_release(&budget, 100);
    cr_assert_eq(budget.used, 0);
    cr_assert_eq(budget.peak, 100);
}

Test(io, directories_are_made_and_removed_whole) {
    char root[] = "/tmp/wend-io-XXXXXX";
    cr_assert_not_null(mkdtemp(root));
    char path[128];
    (void)snprintf(path, sizeof path, "%s/a/b/c", root);
    cr_assert_eq(wend__io_make_directories(path), 0);
    (void)snprintf(path, sizeof path, "%s/a/file", root);
    cr_assert_eq(symlink("/etc", path), 0);
    cr_assert_eq(wend__io_remove_tree(root), 0);
    struct stat status;
    cr_assert_neq(stat(root, &status), 0);
    cr_assert_eq(stat("/etc", &status), 0);
}

Test(io, the_chosen_write_fails) {
    int descriptor;
    cr_assert_eq(wend__io_open_temporary("/tmp", &descriptor), 0);
    wend__io_fail_write_at(2, ENOSPC);
    cr_assert_eq(wend__io_write(descriptor, "a", 1), 0);
    cr_assert_eq(wend__io_write(descriptor, "b", 1), ENOSPC);
    cr_assert_eq(wend__io_write(descriptor, "c", 1), 0);
    close(descriptor);
}

static void expect_content(const char *path, const char *wanted) {
    char text[32] = "";
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    cr_expect_str_eq(text, wanted);
}

Test(io, a_file_is_replaced_whole_or_not_at_all) {
    char root[] = "/tmp/wend-io-XXXXXX";
    char path[128];
    char hidden[128];
    cr_assert_not_null(mkdtemp(root));
    (void)snprintf(path, sizeof path, "%s/record", root);
    (void)snprintf(hidden, sizeof hidden, "%s/record.new", root);
    cr_assert_eq(wend__io_replace(path, hidden, "one", 3), 0);
    expect_content(path, "one");
    /* What a process that was killed has left is no hindrance. */
    int descriptor;
    cr_assert_eq(wend__io_create_new(hidden, &descriptor), 0);
    cr_assert_eq(wend__io_write(descriptor, "rubbish", 7), 0);
    close(descriptor);
    cr_assert_eq(wend__io_replace(path, hidden, "two", 3), 0);
    expect_content(path, "two");
    wend__io_fail_write_at(1, ENOSPC);
    cr_assert_eq(wend__io_replace(path, hidden, "three", 5), ENOSPC);
    expect_content(path, "two");
    struct stat status;
    cr_expect_neq(stat(hidden, &status), 0);
    cr_assert_eq(wend__io_remove_tree(root), 0);
}

Test(base, hidden_names_of_the_dead_are_told_from_those_of_the_living) {
    char *path = wend__hidden_path("/tmp", "out", WEND_HIDDEN_TEMPORARY);
    char *other = wend__hidden_path("/tmp", "out", WEND_HIDDEN_TEMPORARY);
    cr_assert_str_neq(path, other);
    cr_assert_eq(strncmp(path, "/tmp/.out.wend-tmp-", 19), 0);
    cr_assert_not(wend__hidden_is_leftover(path + 5, "out", WEND_HIDDEN_TEMPORARY));
    wend__free(path);
    wend__free(other);
    pid_t dead = fork();
    if (dead == 0) {
        _exit(0);
    }
    cr_assert_eq(waitpid(dead, NULL, 0), dead);
    char name[64];
    (void)snprintf(name, sizeof name, ".out.wend-tmp-%ld-0a", (long)dead);
    cr_assert(wend__hidden_is_leftover(name, "out", WEND_HIDDEN_TEMPORARY));
    cr_assert_not(wend__hidden_is_leftover(name, "out", WEND_HIDDEN_OLD));
    cr_assert_not(wend__hidden_is_leftover(name, "ou", WEND_HIDDEN_TEMPORARY));
    cr_assert_not(wend__hidden_is_leftover(name + 1, "out", WEND_HIDDEN_TEMPORARY));
    cr_assert_not(wend__hidden_is_leftover(".out.wend-tmp-x-1", "out", WEND_HIDDEN_TEMPORARY));
}

/* The processors of the calling thread, as the kernel lists them. */
static void read_allowed(char *text, size_t capacity) {
    FILE *status = fopen("/proc/thread-self/status", "r");
    cr_assert_not_null(status);
    char line[256];
    *text = '\0';
    while (fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, "Cpus_allowed_list:", 18) == 0) {
            (void)snprintf(text, capacity, "%s", line + 18);
        }
    }
    (void)fclose(status);
}

Test(base, a_pinned_thread_has_one_processor_whatever_its_index) {
    char allowed[256];
    cr_assert_eq(wend__processor_pin(1000001), 0);
    read_allowed(allowed, sizeof allowed);
    cr_assert(strlen(allowed) > 1 && strpbrk(allowed, ",-") == NULL, "%s", allowed);
    cr_assert_eq(wend__processor_pin(0), 0); /* of the one that is left */
    char again[256];
    read_allowed(again, sizeof again);
    cr_assert_str_eq(again, allowed);
}
