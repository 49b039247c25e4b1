/* The names of the folders of windows. */
#include "base/limits.h"
#include "base/memory.h"
#include "snapshot/window_folders.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Test(window_folders, a_name_is_the_second_where_the_window_starts) {
    char name[WEND_WINDOW_NAME_BYTES];
    cr_assert(wend__window_name(1750000000 * WEND_US_PER_SECOND, name));
    cr_expect_str_eq(name, "2025-06-15T15-06-40Z");
    cr_assert(wend__window_name(-1 * WEND_US_PER_SECOND, name));
    cr_expect_str_eq(name, "1969-12-31T23-59-59Z");
}

Test(window_folders, every_name_is_read_back) {
    /* Over all times that wend reads, in steps that hit leap days and ends of centuries. */
    for (int64_t day = -106000; day < 106000; day += 7) {
        int64_t window_us = (day * 86400 + 3661) * WEND_US_PER_SECOND;
        int64_t again_us = 0;
        char name[WEND_WINDOW_NAME_BYTES];
        cr_assert(wend__window_name(window_us, name));
        cr_assert(wend__window_parse(name, &again_us), "%s", name);
        cr_assert_eq(again_us, window_us, "%s", name);
    }
}

Test(window_folders, what_is_no_window_is_none) {
    static const char *const names[] = {
        "",
        "paths",
        "2025-06-15T15-00-00",
        "2025-06-15T15-00-00Z2",
        "2025-06-15 15-00-00Z",
        "2025-06-31T00-00-00Z",
        "2025-02-29T00-00-00Z",
        "2025-00-10T00-00-00Z",
        "2025-13-10T00-00-00Z",
        "2025-06-00T00-00-00Z",
        "2025-06-15T24-00-00Z",
        "2025-06-15T15-60-00Z",
        "0000-06-15T15-00-00Z",
        ".2025-06-15T15-00-00Z",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int64_t window_us = 0;
        cr_expect_not(wend__window_parse(names[i], &window_us), "%s", names[i]);
    }
}

static const char *make_folder(char *place) {
    static const char *const names[] = {"2025-06-15T15-00-00Z", "2024-02-29T00-00-00Z", "state",
                                        "2025-06-15T14-00-00Z"};
    char path[128];
    cr_assert_not_null(mkdtemp(place));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", place, names[i]);
        cr_assert_eq(mkdir(path, 0700), 0);
    }
    return place;
}

static void remove_folder(const char *place) {
    char command[160];
    (void)snprintf(command, sizeof command, "rm -r '%s'", place);
    cr_assert_eq(system(command), 0);
}

Test(window_folders, a_directory_gives_its_windows_by_time) {
    char place[] = "/tmp/wend-windows-XXXXXX";
    struct wend_window_folders folders;
    struct wend_error error = {0};
    cr_assert_eq(wend__window_folders(make_folder(place), &folders, &error), WEND_OK);
    remove_folder(place);
    cr_assert_eq(folders.count, 3);
    cr_expect_lt(folders.windows_us[0], folders.windows_us[1]);
    cr_expect_eq(folders.windows_us[2] - folders.windows_us[1], 3600 * WEND_US_PER_SECOND);
    wend__free(folders.windows_us);
}

Test(window_folders, without_a_directory_or_memory_it_says_so) {
    char place[] = "/tmp/wend-windows-XXXXXX";
    struct wend_window_folders folders;
    struct wend_error error = {0};
    cr_expect_eq(wend__window_folders("/nowhere/at/all", &folders, &error), WEND_ERROR_USAGE);
    cr_expect_not_null(strstr(error.text, "/nowhere/at/all"));
    make_folder(place);
    wend__memory_fail_at(1);
    cr_expect_eq(wend__window_folders(place, &folders, &error), WEND_ERROR_MEMORY);
    wend__memory_fail_at(0);
    cr_expect_eq(folders.count, 0);
    remove_folder(place);
}
