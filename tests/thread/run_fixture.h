/* run_fixture.h: a small replay in a folder of its own, for tests of whole runs. */
#ifndef WEND_TESTS_RUN_FIXTURE_H
#define WEND_TESTS_RUN_FIXTURE_H

#include "base/io.h"
#include "base/memory.h"
#include "match/definitions.h"
#include "pipeline/run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct run_fixture {
    char folder[256];
    char input[288];
    char output[288];
    struct wend_ruleset *ruleset;
};

static inline void fixture_check(bool holds, const char *what) {
    if (!holds) {
        (void)fprintf(stderr, "test: %s\n", what);
        abort();
    }
}

static inline void fixture_definitions(struct run_fixture *fixture, const char *text) {
    struct wend_warnings warnings = {0};
    struct wend_error error = {0};
    wend__ruleset_destroy(fixture->ruleset);
    fixture->ruleset = NULL;
    enum wend_status status = wend__definitions_load(wend__bytes_text(text), "test.yaml", NULL,
                                                     &fixture->ruleset, &warnings, &error);
    fixture_check(status == WEND_OK, error.text);
    wend__warnings_deinit(&warnings);
}

static inline void fixture_open(struct run_fixture *fixture, const char *definitions) {
    *fixture = (struct run_fixture){0};
    const char *place = getenv("TMPDIR");
    (void)snprintf(fixture->folder, sizeof fixture->folder, "%s/wend-run-XXXXXX",
                   place == NULL ? "/tmp" : place);
    fixture_check(mkdtemp(fixture->folder) != NULL, "cannot make a folder");
    (void)snprintf(fixture->input, sizeof fixture->input, "%s/events", fixture->folder);
    (void)snprintf(fixture->output, sizeof fixture->output, "%s/out", fixture->folder);
    fixture_definitions(fixture, definitions);
}

static inline void fixture_close(struct run_fixture *fixture) {
    wend__ruleset_destroy(fixture->ruleset);
    (void)wend__io_remove_tree(fixture->folder);
}

static inline void fixture_write(const struct run_fixture *fixture, struct wend_bytes bytes) {
    int descriptor = open(fixture->input, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    fixture_check(descriptor >= 0, "cannot write the input");
    fixture_check(wend__io_write(descriptor, bytes.data, bytes.len) == 0, "cannot write the input");
    (void)close(descriptor);
}

/* Options of a run of the fixture's input; times are of 2025. */
static inline struct wend_run_options fixture_options(const struct run_fixture *fixture,
                                                      const char *const *input) {
    return (struct wend_run_options){
        .inputs = input,
        .input_count = 1,
        .ruleset = fixture->ruleset,
        .tables = (1U << WEND_TABLE_COUNT) - 1,
        .top = 5,
        .lateness_us = WEND_RUN_LATENESS_AS_DEFINED,
        .now_us = INT64_C(1767225600000000),
        .threads = 2,
        .memory_bytes = UINT64_C(64) << 20,
        .directory = fixture->folder,
    };
}

/* Reads a table's file of a snapshot; the caller frees. */
static inline struct wend_buffer fixture_table(const char *snapshot, enum wend_table_id table) {
    char path[1024];
    struct wend_buffer bytes = {0};
    (void)snprintf(path, sizeof path, "%s/%s/part-00000.parquet", snapshot,
                   wend__schemas[table].name);
    FILE *file = fopen(path, "rb");
    fixture_check(file != NULL, path);
    size_t got = 1;
    while (got > 0) {
        fixture_check(wend__buffer_reserve(&bytes, 65536), "memory");
        got = fread(bytes.data + bytes.len, 1, 65536, file);
        bytes.len += got;
    }
    (void)fclose(file);
    return bytes;
}

static inline bool fixture_same_tables(const char *a, const char *b) {
    bool same = true;
    for (unsigned table = 0; table < WEND_TABLE_COUNT; table++) {
        struct wend_buffer one = fixture_table(a, (enum wend_table_id)table);
        struct wend_buffer two = fixture_table(b, (enum wend_table_id)table);
        same = same && wend__bytes_equal(wend__buffer_view(&one), wend__buffer_view(&two));
        wend__buffer_deinit(&one);
        wend__buffer_deinit(&two);
    }
    return same;
}

#endif
