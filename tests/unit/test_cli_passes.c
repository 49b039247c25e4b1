/* `wend show` over a real snapshot, with less memory than rows. */
#include "show.h"

#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wend/wend.h>

#define CUSTOMERS 40

static char directory[] = "/tmp/wend-passes-XXXXXX";

/* Customers of whom the n-th sees n % 7 + 1 of the pages p0, p1, ... */
static void write_input(void) {
    FILE *file = fopen("in.ndjson", "w");
    for (int customer = 0; customer < CUSTOMERS; customer++) {
        for (int page = 0; page <= customer % 7; page++) {
            (void)fprintf(file,
                          "{\"t\":\"2025-03-03T10:%02d:00Z\",\"c\":\"c%d\",\"e\":\"p%d\","
                          "\"d\":\"d%d\"}\n",
                          page, customer, page * customer % 11, customer % 3);
        }
    }
    cr_assert_eq(fclose(file), 0);
}

static void begin(void) {
    static const char text[] = "version: 1\nformat: ndjson\ntime: t\ncustomer: c\nevent: e\n"
                               "segments: [d]\n";
    static const char *const inputs[] = {"in.ndjson"};
    struct wend_definitions *definitions;
    struct wend_replay_options options;
    struct wend_result *result;
    struct wend_error error = {0};
    cr_assert_not_null(mkdtemp(directory));
    cr_assert_eq(chdir(directory), 0);
    write_input();
    cr_assert_eq(wend_definitions_load_text(text, strlen(text), "text", &definitions, &error),
                 WEND_OK, "%s", error.text);
    wend_replay_options_init(&options);
    options.inputs = inputs;
    options.input_count = 1;
    options.definitions = definitions;
    options.output = "out";
    options.threads = 1;
    options.tables = WEND_TABLES_ALL;
    cr_assert_eq(wend_replay_run(&options, &result, &error), WEND_OK, "%s", error.text);
    wend_result_destroy(result);
    wend_definitions_destroy(definitions);
}

static void end(void) {
    char command[64];
    (void)snprintf(command, sizeof command, "rm -rf %s", directory);
    cr_assert_eq(system(command), 0);
}

TestSuite(cli_passes, .init = begin, .fini = end);

/* What the command prints, to be freed. */
static char *printed(const char *table, const char *format, uint64_t kept_max) {
    static atomic_bool stop;
    char *const argv[] = {"wend",  "show", "out",      (char *)(uintptr_t)table,
                          "--top", "all",  "--format", (char *)(uintptr_t)format};
    struct wend_cli_arguments arguments;
    struct wend_error error = {0};
    struct wend_cli_context context = {.arguments = &arguments, .quiet = true, .stop = &stop};
    cr_assert_eq(wend__cli_parse(8, argv, &arguments, &error), WEND_OK, "%s", error.text);
    int before = dup(STDOUT_FILENO);
    int file = open("printed", O_RDWR | O_CREAT | O_TRUNC, 0600);
    cr_assert_eq(dup2(file, STDOUT_FILENO), STDOUT_FILENO);
    enum wend_status status = wend__cli_show_within(&context, kept_max, &error);
    cr_assert_eq(dup2(before, STDOUT_FILENO), STDOUT_FILENO);
    cr_assert_eq(status, WEND_OK, "%s", error.text);
    off_t size = lseek(file, 0, SEEK_END);
    char *text = calloc(1, (size_t)size + 1);
    cr_assert_eq(pread(file, text, (size_t)size, 0), size);
    (void)close(file);
    (void)close(before);
    wend__cli_arguments_deinit(&arguments);
    return text;
}

Test(cli_passes, rows_are_the_same_however_few_are_kept_at_once) {
    static const char *const tables[] = {"paths", "flow", "touchpoints", "sessions"};
    static const char *const formats[] = {"csv", "json"};
    for (size_t i = 0; i < 8; i++) {
        char *all = printed(tables[i / 2], formats[i % 2], 1000);
        for (uint64_t kept_max = 1; kept_max < 40; kept_max += 6) {
            char *some = printed(tables[i / 2], formats[i % 2], kept_max);
            cr_assert_str_eq(some, all);
            free(some);
        }
        free(all);
    }
}

Test(cli_passes, a_table_for_people_comes_in_pieces) {
    char *text = printed("sessions", "table", 15);
    size_t headers = 0;
    for (const char *at = text; (at = strstr(at, "customer_id")) != NULL; at++) {
        headers++;
    }
    cr_assert_eq(headers, (CUSTOMERS + 14) / 15);
    free(text);
}
