/* run_world.h: whole runs of small texts in a folder of their own, for tests. */
#ifndef WEND_TESTS_RUN_WORLD_H
#define WEND_TESTS_RUN_WORLD_H

#include "../thread/run_fixture.h"
#include "source_fixture.h"

#include <dirent.h>

static struct run_fixture world;

static inline void begin_world(void) {
    fixture_open(&world, "time: t\ncustomer: c\nevent: e\n");
    cr_assert_eq(chdir(world.folder), 0);
}

static inline void end_world(void) {
    fixture_close(&world);
    expect_no_leak();
}

/* The file `name` of the world's folder, which is the working directory. */
static inline void put(const char *name, const char *content) {
    write_at(name, content, strlen(content));
}

/* Options of a run of the inputs, which end with NULL: one thread, no snapshot. */
static inline struct wend_run_options options_for(const char *const *inputs) {
    struct wend_run_options options = fixture_options(&world, inputs);
    for (options.input_count = 0; inputs[options.input_count] != NULL; options.input_count++) {
    }
    options.threads = 1;
    return options;
}

static inline struct wend_run_result *run_well(const struct wend_run_options *options) {
    struct wend_run_result *result = NULL;
    struct wend_error error = {0};
    enum wend_status status = wend__run(options, &result, &error);
    cr_assert_eq(status, WEND_OK, "%s", error.text);
    return result;
}

/* What lies in the working directory, counted; hidden names too. */
static inline size_t count_entries(void) {
    size_t count = 0;
    DIR *directory = opendir(".");
    cr_assert_not_null(directory);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    (void)closedir(directory);
    return count;
}

#endif
