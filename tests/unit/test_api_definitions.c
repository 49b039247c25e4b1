/* Definitions through the public interface: files, texts, inference. */
#include "api_fixture.h"

TestSuite(api_definitions, .init = begin_api, .fini = end_api, .timeout = 60);

Test(api_definitions, a_text_is_loaded_and_kept) {
    static const char yaml[] = "time: t\ncustomer: c\nevent: e\n";
    struct wend_definitions *loaded = load_definitions(yaml);
    cr_expect_str_eq(wend_definitions_text(loaded), yaml);
    cr_expect_str_eq(wend_definitions_warnings(loaded), "");
    cr_expect_str_eq(wend_definitions_assumptions(loaded), "");
    wend_definitions_destroy(loaded);
    wend_definitions_destroy(NULL);
}

Test(api_definitions, a_file_gives_the_same_as_its_text) {
    struct wend_definitions *loaded = NULL;
    write_at("d.yaml", api_definitions, strlen(api_definitions));
    cr_assert_eq(wend_definitions_load_file("d.yaml", &loaded, NULL), WEND_OK);
    cr_expect_str_eq(wend_definitions_text(loaded), api_definitions);
    wend_definitions_destroy(loaded);
}

Test(api_definitions, a_fault_is_told_with_its_place) {
    struct wend_definitions *loaded = definitions;
    struct wend_error error = {0};
    static const char yaml[] = "time: t\ncustomer: c\nevnt: e\n";
    write_at("d.yaml", yaml, strlen(yaml));
    cr_expect_eq(wend_definitions_load_file("d.yaml", &loaded, &error), WEND_ERROR_USAGE);
    cr_expect_null(loaded);
    cr_expect_eq(error.status, WEND_ERROR_USAGE);
    cr_expect_str_eq(error.file, "d.yaml");
    cr_expect_eq(error.line, 3);
    cr_expect_eq(error.column, 1);
    cr_expect_not_null(strstr(error.text, "did you mean `event`"));
}

Test(api_definitions, what_is_suspicious_is_told_by_lines) {
    struct wend_definitions *loaded =
        load_definitions("time: t\ncustomer: c\nevent: e\ntouchpoints:\n"
                         "- {name: all}\n- {name: a, when: {e: a}}\n");
    cr_expect_str_eq(wend_definitions_warnings(loaded),
                     "test.yaml:6:3: no event gets to this touchpoint: the one on line 5 has no "
                     "conditions and takes all\n");
    wend_definitions_destroy(loaded);
}

Test(api_definitions, a_file_that_cannot_be_read_is_an_io_error) {
    static const char *const paths[] = {"gone.yaml", "."};
    for (size_t i = 0; i < 2; i++) {
        struct wend_definitions *loaded = definitions;
        struct wend_error error = {0};
        cr_expect_eq(wend_definitions_load_file(paths[i], &loaded, &error), WEND_ERROR_IO);
        cr_expect_null(loaded);
        cr_expect_not_null(strstr(error.text, "wend init INPUT"));
    }
}

Test(api_definitions, definitions_are_inferred_from_an_input) {
    static const char csv[] = "time,user_id,event\n2025-01-01,a,x\n2025-01-02,b,y\n";
    struct wend_definitions *inferred = NULL;
    write_at("shop.csv", csv, strlen(csv));
    cr_assert_eq(wend_definitions_infer("shop.csv", NULL, &inferred, NULL), WEND_OK);
    cr_expect_not_null(strstr(wend_definitions_text(inferred), "customer: user_id\n"));
    cr_expect_not_null(strstr(wend_definitions_assumptions(inferred), "customer: field"));
    wend_definitions_destroy(inferred);
}

Test(api_definitions, inference_says_why_it_cannot) {
    struct wend_definitions *inferred = definitions;
    struct wend_error error = {0};
    write_at("empty", "", 0);
    write_at("numbers", "a,b\n1,2\n", 8);
    cr_expect_eq(wend_definitions_infer("empty", NULL, &inferred, &error), WEND_ERROR_EMPTY);
    cr_expect_not_null(strstr(error.text, "no record in empty"));
    cr_expect_eq(wend_definitions_infer("numbers", "csv", &inferred, &error), WEND_ERROR_EMPTY);
    cr_expect_eq(wend_definitions_infer("gone", NULL, &inferred, &error), WEND_ERROR_IO);
    cr_expect_eq(wend_definitions_infer("events", "xml", &inferred, &error), WEND_ERROR_USAGE);
    cr_expect_not_null(strstr(error.text, "no format is called xml"));
    cr_expect_null(inferred);
}

/* The first file that has records counts, also in an archive. */
Test(api_definitions, inference_looks_behind_empty_files) {
    static const char csv[] = "time,user_id,event\n2025-01-01,a,x\n2025-01-02,b,y\n";
    struct member members[] = {{"empty", {(const uint8_t *)"", 0}},
                               {"shop.csv", {(const uint8_t *)csv, sizeof csv - 1}}};
    struct wend_buffer tar = make_archive(ARCHIVE_FORMAT_TAR_USTAR, members, 2);
    struct wend_definitions *inferred = NULL;
    cr_assert_eq(mkdir("logs", 0700), 0);
    write_at("logs/a", "", 0);
    write_at("logs/b.tar", tar.data, tar.len);
    wend__buffer_deinit(&tar);
    cr_assert_eq(wend_definitions_infer("logs", "auto", &inferred, NULL), WEND_OK);
    cr_expect_not_null(strstr(wend_definitions_text(inferred), "event: event\n"));
    wend_definitions_destroy(inferred);
}

static enum wend_status load_or_infer(bool infers) {
    struct wend_definitions *made = NULL;
    enum wend_status status = infers ? wend_definitions_infer("shop.csv", NULL, &made, NULL)
                                     : wend_definitions_load_file("d.yaml", &made, NULL);
    wend_definitions_destroy(made);
    return status;
}

Test(api_definitions, no_memory_is_an_error_and_leaks_nothing) {
    static const char csv[] = "time,user_id,event\n2025-01-01,a,x\n2025-01-02,b,y\n";
    write_at("shop.csv", csv, strlen(csv));
    write_at("d.yaml", api_definitions, strlen(api_definitions));
    for (int infers = 0; infers < 2; infers++) {
        uint64_t before = wend__memory_count();
        cr_assert_eq(load_or_infer(infers == 1), WEND_OK);
        uint64_t needed = wend__memory_count() - before;
        for (uint64_t n = 1; n <= needed; n++) {
            wend__memory_fail_at(n);
            cr_expect_eq(load_or_infer(infers == 1), WEND_ERROR_MEMORY, "allocation %d", (int)n);
        }
        wend__memory_fail_at(0);
    }
}
