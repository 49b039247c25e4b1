/* Rows of several workers merged, and the first ones of them by count. */
#include "random.h"
#include "source_fixture.h"

#include "ds/sortkey.h"
#include "pipeline/row_merge.h"
#include "pipeline/top_lists.h"

static void end(void) {
    (void)wend__io_remove_tree(fixture_folder);
    expect_no_leak();
}

TestSuite(row_merge, .init = make_folder, .fini = end, .timeout = 60);
TestSuite(top_lists, .init = make_folder, .fini = end, .timeout = 60);

/* Finished rows of one worker: "key=payload" each. */
static struct wend_runs *make_runs(const char *const *rows, wend_combine combine) {
    struct wend_runs_options options = {
        .directory = fixture_folder, .memory_bytes = 1 << 16, .combine = combine};
    struct wend_runs *runs = NULL;
    cr_assert_eq(wend__runs_create(&options, &runs, NULL), WEND_OK);
    for (; *rows != NULL; rows++) {
        const char *equals = strchr(*rows, '=');
        cr_assert_eq(wend__runs_add(runs, wend__bytes(*rows, (size_t)(equals - *rows)),
                                    wend__bytes_text(equals + 1), NULL),
                     WEND_OK);
    }
    cr_assert_eq(wend__runs_finish(runs, NULL), WEND_OK);
    return runs;
}

static enum wend_status concatenate(void *context, struct wend_buffer *accumulated,
                                    struct wend_bytes payload, struct wend_error *error) {
    (void)context;
    (void)error;
    return wend__buffer_append(accumulated, payload.data, payload.len) ? WEND_OK
                                                                       : WEND_ERROR_MEMORY;
}

static void expect_merged(struct wend_runs *const *runs, uint32_t count, wend_combine combine,
                          const char *wanted) {
    struct wend_row_merge merge = {0};
    struct wend_buffer log = {0};
    cr_assert_eq(wend__row_merge_open(&merge, runs, count, combine, NULL, NULL), WEND_OK);
    for (;;) {
        struct wend_bytes key;
        struct wend_bytes payload;
        cr_assert_eq(wend__row_merge_next(&merge, &key, &payload, NULL), WEND_OK);
        if (key.data == NULL) {
            break;
        }
        cr_assert(wend__buffer_append_format(&log, "%.*s=%.*s ", (int)key.len,
                                             (const char *)key.data, (int)payload.len,
                                             (const char *)payload.data));
    }
    cr_assert(wend__buffer_append(&log, "", 1));
    cr_expect_str_eq((const char *)log.data, wanted);
    wend__buffer_deinit(&log);
    wend__row_merge_deinit(&merge);
}

static void destroy_all(struct wend_runs **runs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        wend__runs_destroy(runs[i]);
    }
}

static const char *const first_rows[] = {"b=1", "a=2", "d=3", NULL};
static const char *const second_rows[] = {NULL};
static const char *const third_rows[] = {"d=4", "b=5", "c=6", NULL};

Test(row_merge, rows_of_equal_key_are_folded_in_the_order_of_the_workers) {
    struct wend_runs *runs[] = {make_runs(first_rows, concatenate),
                                make_runs(second_rows, concatenate),
                                make_runs(third_rows, concatenate)};
    expect_merged(runs, 3, concatenate, "a=2 b=15 c=6 d=34 ");
    destroy_all(runs, 3);
}

Test(row_merge, without_a_fold_all_rows_come_by_key_then_worker) {
    struct wend_runs *runs[] = {make_runs(third_rows, NULL), make_runs(first_rows, NULL)};
    expect_merged(runs, 2, NULL, "a=2 b=5 b=1 c=6 d=4 d=3 ");
    destroy_all(runs, 2);
}

Test(row_merge, no_rows_merge_to_none) {
    struct wend_runs *runs[] = {make_runs(second_rows, NULL)};
    expect_merged(runs, 1, NULL, "");
    destroy_all(runs, 1);
}

/* A row of a table: scope, window and segment where there are any, name, stage, three counts. */
struct row {
    const char *scope;
    int64_t window; /* 0: none */
    const char *segment;
    const char *name;
    const char *stage;
    uint64_t counts[3];
};

static const struct wend_bytes scopes[] = {{(const uint8_t *)"session", 7},
                                           {(const uint8_t *)"buy", 3}};

static struct wend_top_lists_options options_of(uint32_t limit, bool is_grouped) {
    return (struct wend_top_lists_options){.scopes = scopes,
                                           .scope_count = 2,
                                           .segment_count = is_grouped ? 1 : 0,
                                           .has_windows = is_grouped,
                                           .limit = limit,
                                           .directory = fixture_folder};
}

static enum wend_status add(struct wend_top_lists *lists, enum wend_table_id table,
                            const struct row *row, bool is_grouped) {
    struct wend_buffer key = {0};
    struct wend_buffer payload = {0};
    struct wend_bytes segment =
        row->segment == NULL ? WEND_BYTES_ABSENT : wend__bytes_text(row->segment);
    struct wend_payload counts = {.counts = {row->counts[0], row->counts[1], row->counts[2]}};
    cr_assert(wend__key_append_group(&key, wend__bytes_text(row->scope), row->window != 0,
                                     row->window, &segment, is_grouped ? 1 : 0));
    cr_assert(wend__sortkey_append_text(&key, wend__bytes_text(row->name)));
    if (table == WEND_TABLE_ABANDONMENT) {
        cr_assert(wend__sortkey_append_nullable_text(
            &key, row->stage == NULL ? WEND_BYTES_ABSENT : wend__bytes_text(row->stage)));
    }
    cr_assert(wend__payload_write(&payload, &wend__schemas[table].shape, &counts, NULL));
    enum wend_status status = wend__top_lists_add(lists, table, wend__buffer_view(&key),
                                                  wend__buffer_view(&payload), NULL);
    wend__buffer_deinit(&key);
    wend__buffer_deinit(&payload);
    return status;
}

/* Adds all rows to new lists. */
static struct wend_top_lists *fill(enum wend_table_id table, const struct row *rows, size_t count,
                                   uint32_t limit, bool is_grouped) {
    struct wend_top_lists_options options = options_of(limit, is_grouped);
    struct wend_top_lists *lists = NULL;
    cr_assert_eq(wend__top_lists_create(&options, &lists, NULL), WEND_OK);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(add(lists, table, &rows[i], is_grouped), WEND_OK);
    }
    cr_assert_eq(wend__top_lists_end(lists, table, NULL), WEND_OK);
    return lists;
}

/* "NAME(STAGE) UNITS/CONVERTED/ABANDONED" of each row of a list. */
static void expect_list(const struct wend_top_lists *lists, enum wend_table_id table,
                        uint32_t scope, const char *wanted) {
    const struct wend_top_list *list = wend__top_list(lists, table, scope);
    struct wend_buffer log = {0};
    for (uint32_t i = 0; i < list->count; i++) {
        const struct wend_top_row *row = &list->rows[i];
        cr_assert(wend__buffer_append_format(
            &log, "%.*s(%.*s) %d/%d/%d ", (int)row->name.len, (const char *)row->name.data,
            (int)row->stage.len, row->stage.data == NULL ? "" : (const char *)row->stage.data,
            (int)row->units, (int)row->converted, (int)row->abandoned));
    }
    cr_assert(wend__buffer_append(&log, "", 1));
    cr_expect_str_eq((const char *)log.data, wanted);
    wend__buffer_deinit(&log);
}

static const struct row paths[] = {
    {"buy", 0, NULL, "z", NULL, {9, 9, 0}},     {"session", 0, NULL, "a", NULL, {2, 1, 1}},
    {"session", 0, NULL, "c", NULL, {7, 0, 5}}, {"session", 0, NULL, "d", NULL, {7, 3, 4}},
    {"session", 0, NULL, "b", NULL, {7, 2, 2}}, {"session", 0, NULL, "e", NULL, {1, 0, 0}},
};

Test(top_lists, paths_stand_by_units_then_by_name) {
    struct wend_top_lists *lists = fill(WEND_TABLE_PATHS, paths, 6, 4, false);
    expect_list(lists, WEND_TABLE_PATHS, 0, "b() 7/2/2 c() 7/0/5 d() 7/3/4 a() 2/1/1 ");
    expect_list(lists, WEND_TABLE_PATHS, 1, "z() 9/9/0 ");
    expect_list(lists, WEND_TABLE_ABANDONMENT, 0, "");
    wend__top_lists_destroy(lists);
}

Test(top_lists, equal_rows_are_chosen_by_name_whatever_their_order) {
    struct row rows[] = {paths[3], paths[4], paths[2]};
    struct wend_top_lists *lists = fill(WEND_TABLE_PATHS, rows, 3, 2, false);
    expect_list(lists, WEND_TABLE_PATHS, 0, "b() 7/2/2 c() 7/0/5 ");
    wend__top_lists_destroy(lists);
}

Test(top_lists, points_stand_by_abandoned_and_those_with_none_are_left_out) {
    static const struct row points[] = {{"session", 0, NULL, "a", NULL, {0, 90, 0}},
                                        {"session", 0, NULL, "b", "cart", {3, 5, 0}},
                                        {"session", 0, NULL, "c", NULL, {4, 4, 0}}};
    struct wend_top_lists *lists = fill(WEND_TABLE_ABANDONMENT, points, 3, 9, false);
    expect_list(lists, WEND_TABLE_ABANDONMENT, 0, "c() 4/0/4 b(cart) 5/0/3 ");
    wend__top_lists_destroy(lists);
}

Test(top_lists, windows_and_segments_are_added_up) {
    static const struct row rows[] = {
        {"session", 5, NULL, "a", NULL, {1, 1, 0}},  {"session", 5, "x", "b", NULL, {2, 0, 2}},
        {"session", 6, "x", "b", NULL, {3, 1, 2}},   {"session", 6, "y", "a", NULL, {1, 0, 1}},
        {"session", -7, "y", "b", NULL, {1, 0, 0}},  {"buy", 6, "x", "b", NULL, {9, 0, 9}},
        {"session", 0, NULL, "c", NULL, {20, 0, 0}},
    };
    struct wend_top_lists *lists = fill(WEND_TABLE_PATHS, rows, 7, 5, true);
    expect_list(lists, WEND_TABLE_PATHS, 0, "c() 20/0/0 b() 6/1/4 a() 2/1/1 ");
    expect_list(lists, WEND_TABLE_PATHS, 1, "b() 9/0/9 ");
    wend__top_lists_destroy(lists);
}

/* The list that a model of sums makes, as `expect_list` writes it. */
static void model_list(const uint64_t *units, size_t name_count, uint32_t limit, char text[256]) {
    bool taken[32] = {false};
    size_t at = 0;
    text[0] = '\0';
    for (uint32_t row = 0; row < limit; row++) {
        size_t best = name_count;
        for (size_t i = 0; i < name_count; i++) {
            bool is_better = !taken[i] && units[i] > 0;
            best = is_better && (best == name_count || units[i] > units[best]) ? i : best;
        }
        if (best == name_count) {
            return;
        }
        taken[best] = true;
        at += (size_t)snprintf(text + at, 256 - at, "%c() %d/0/0 ", (char)('A' + (int)best),
                               (int)units[best]);
    }
}

/* Paths come into the list, leave it for others and come back, as their sums grow. */
Test(top_lists, sums_that_overtake_each_other_make_the_list_of_their_ends) {
    enum { NAMES = 26, ROWS = 200, LIMIT = 4 };
    uint64_t state = 1;
    for (int round = 0; round < 200; round++) {
        struct row rows[ROWS];
        static char names[NAMES][2];
        uint64_t units[NAMES] = {0};
        for (size_t i = 0; i < ROWS; i++) {
            uint32_t name = (uint32_t)random_below(&state, NAMES);
            names[name][0] = (char)('A' + name);
            uint64_t count = 1 + random_below(&state, 9);
            rows[i] = (struct row){"session", (int64_t)(1 + i), "x", names[name], NULL, {count}};
            units[name] += count;
        }
        char wanted[256];
        model_list(units, NAMES, LIMIT, wanted);
        struct wend_top_lists *lists = fill(WEND_TABLE_PATHS, rows, ROWS, LIMIT, true);
        expect_list(lists, WEND_TABLE_PATHS, 0, wanted);
        wend__top_lists_destroy(lists);
    }
}

/* More than are added up in memory: those that come late are sorted. */
Test(top_lists, paths_beyond_the_table_are_added_up_too) {
    enum { PATHS = 270 * 1000 };
    struct wend_top_lists_options options = options_of(3, true);
    struct wend_top_lists *lists = NULL;
    cr_assert_eq(wend__top_lists_create(&options, &lists, NULL), WEND_OK);
    for (int window = 1; window <= 2; window++) {
        for (uint64_t i = 0; i < PATHS; i++) {
            char name[24];
            uint64_t units = i == PATHS - 1 ? 5 : i == 7 ? 4 : i == PATHS - 9 ? 3 : 1;
            (void)snprintf(name, sizeof name, "p%d", (int)i);
            struct row row = {"session", window, "x", name, NULL, {units, 1, 0}};
            cr_assert_eq(add(lists, WEND_TABLE_PATHS, &row, true), WEND_OK);
        }
    }
    cr_assert_eq(wend__top_lists_end(lists, WEND_TABLE_PATHS, NULL), WEND_OK);
    expect_list(lists, WEND_TABLE_PATHS, 0, "p269999() 10/2/0 p7() 8/2/0 p269991() 6/2/0 ");
    wend__top_lists_destroy(lists);
}

Test(top_lists, points_of_several_segments_are_added_up_with_their_stage) {
    static const struct row rows[] = {{"buy", 5, "x", "p", "pay", {1, 2, 0}},
                                      {"buy", 5, "y", "p", "pay", {2, 3, 0}}};
    struct wend_top_lists *lists = fill(WEND_TABLE_ABANDONMENT, rows, 2, 5, true);
    expect_list(lists, WEND_TABLE_ABANDONMENT, 1, "p(pay) 5/0/3 ");
    wend__top_lists_destroy(lists);
}

Test(top_lists, a_limit_of_none_keeps_nothing) {
    struct wend_top_lists *lists = fill(WEND_TABLE_PATHS, paths, 6, 0, false);
    expect_list(lists, WEND_TABLE_PATHS, 0, "");
    wend__top_lists_destroy(lists);
}

Test(top_lists, a_damaged_row_is_refused) {
    struct wend_top_lists_options options = options_of(3, false);
    struct wend_top_lists *lists = NULL;
    struct wend_bytes damaged = wend__bytes("x", 1);
    struct wend_buffer payload = {0};
    struct row unknown = paths[0];
    unknown.scope = "nobody";
    cr_assert_eq(wend__top_lists_create(&options, &lists, NULL), WEND_OK);
    cr_assert(wend__payload_write(&payload, &wend__schemas[WEND_TABLE_PATHS].shape,
                                  &(struct wend_payload){0}, NULL));
    cr_expect_eq(wend__top_lists_add(lists, WEND_TABLE_PATHS, damaged, damaged, NULL),
                 WEND_ERROR_IO);
    cr_expect_eq(
        wend__top_lists_add(lists, WEND_TABLE_PATHS, damaged, wend__buffer_view(&payload), NULL),
        WEND_ERROR_IO);
    cr_expect_eq(add(lists, WEND_TABLE_PATHS, &unknown, false), WEND_ERROR_IO);
    wend__buffer_deinit(&payload);
    wend__top_lists_destroy(lists);
    wend__top_lists_destroy(NULL);
}

/* `fail_at` 0: nothing fails. The rows themselves are made outside. */
static enum wend_status fill_failing(uint64_t fail_at, uint64_t *used) {
    struct wend_top_lists_options options = options_of(3, true);
    struct wend_top_lists *lists = NULL;
    struct wend_buffer key = {0};
    struct wend_buffer payload = {0};
    struct wend_bytes segment = wend__bytes_text("x");
    cr_assert(wend__key_append_group(&key, scopes[1], true, 5, &segment, 1));
    cr_assert(wend__sortkey_append_text(&key, wend__bytes_text("name")));
    cr_assert(wend__sortkey_append_nullable_text(&key, wend__bytes_text("stage")));
    cr_assert(wend__payload_write(&payload, &wend__schemas[WEND_TABLE_ABANDONMENT].shape,
                                  &(struct wend_payload){.counts = {1, 1}}, NULL));
    uint64_t before = wend__memory_count();
    wend__memory_fail_at(fail_at);
    enum wend_status status = wend__top_lists_create(&options, &lists, NULL);
    if (status == WEND_OK) {
        status = wend__top_lists_add(lists, WEND_TABLE_ABANDONMENT, wend__buffer_view(&key),
                                     wend__buffer_view(&payload), NULL);
    }
    if (status == WEND_OK) {
        status = wend__top_lists_end(lists, WEND_TABLE_ABANDONMENT, NULL);
    }
    *used = wend__memory_count() - before;
    wend__memory_fail_at(0);
    wend__buffer_deinit(&key);
    wend__buffer_deinit(&payload);
    wend__top_lists_destroy(lists);
    return status;
}

Test(top_lists, no_memory_is_told_as_such_and_leaks_nothing) {
    uint64_t needed = 0;
    uint64_t used = 0;
    cr_assert_eq(fill_failing(0, &needed), WEND_OK);
    for (uint64_t n = 1; n <= needed; n++) {
        cr_expect_eq(fill_failing(n, &used), WEND_ERROR_MEMORY, "allocation %d", (int)n);
    }
}
