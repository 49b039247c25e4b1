/* Behaviour of engine/ds/runs.h and rowsort.h, against a sorted array of all rows. */
#include "base/io.h"
#include "base/memory.h"
#include "ds/runs.h"
#include "random.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* What was added: a key, and where in the order of adding. */
struct model_row {
    uint8_t key[80];
    size_t key_len;
    uint64_t order;
};

static int model_compare(const void *a, const void *b) {
    const struct model_row *left = a;
    const struct model_row *right = b;
    int order = wend__bytes_compare(wend__bytes(left->key, left->key_len),
                                    wend__bytes(right->key, right->key_len));
    return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

/* Keys of several kinds: few different ones, long common beginnings, zeros at the end. */
static void random_key(uint64_t *state, uint32_t kind, struct model_row *row) {
    memset(row->key, "aZ\0x"[kind % 4], sizeof row->key);
    static const uint32_t shared[] = {0, 7, 8, 20, 60};
    size_t at = kind % 8 == 7 ? random_below(state, 60) : shared[kind % 5];
    size_t more = random_below(state, kind % 3 == 0 ? 20 : 4);
    uint64_t letters = kind % 2 == 0 ? 2 : 256;
    for (size_t i = 0; i < more; i++) {
        row->key[at + i] = (uint8_t)random_below(state, letters);
    }
    row->key_len = at + more;
}

static struct model_row *random_rows(uint64_t *state, uint32_t kind, size_t count) {
    struct model_row *rows = calloc(count + 1, sizeof *rows);
    for (size_t i = 0; i < count; i++) {
        random_key(state, kind, &rows[i]);
        rows[i].order = i;
    }
    return rows;
}

Test(rowsort, rows_come_by_key_and_equal_ones_in_their_order) {
    uint64_t state = 1;
    for (uint32_t round = 0; round < 240; round++) {
        size_t count = random_below(&state, round < 120 ? 100 : 3000);
        struct model_row *rows = random_rows(&state, round, count);
        struct wend_sort_item *items = calloc(2 * count + 1, sizeof *items);
        uint8_t(*bytes)[100] = calloc(count + 1, sizeof *bytes);
        for (size_t i = 0; i < count; i++) {
            wend__row_write(bytes[i], wend__bytes(rows[i].key, rows[i].key_len),
                            wend__bytes(&rows[i].order, sizeof rows[i].order));
            items[i].row = bytes[i];
        }
        cr_assert(wend__rowsort(items, items + count, count));
        qsort(rows, count, sizeof *rows, model_compare);
        for (size_t i = 0; i < count; i++) {
            cr_assert_eq(items[i].row, bytes[rows[i].order], "round %u, row %zu", round, i);
        }
        free(rows);
        free(items);
        free(bytes);
    }
}

/* A payload is a list of 8-byte numbers; folding joins the lists, so that order shows. */
static enum wend_status join(void *context, struct wend_buffer *accumulated,
                             struct wend_bytes payload, struct wend_error *error) {
    uint64_t *folds = context;
    *folds += 1;
    return wend__buffer_append(accumulated, payload.data, payload.len) ? WEND_OK
                                                                       : wend__fail_memory(error);
}

static enum wend_status add_all(struct wend_runs *runs, const struct model_row *rows, size_t count,
                                struct wend_error *error) {
    for (size_t i = 0; i < count; i++) {
        WEND_TRY(wend__runs_add(runs, wend__bytes(rows[i].key, rows[i].key_len),
                                wend__bytes(&rows[i].order, sizeof rows[i].order), error));
    }
    return wend__runs_finish(runs, error);
}

/* Reads all; `rows` are sorted. With folding one result has the numbers of all rows of its key. */
static enum wend_status compare_all(struct wend_runs *runs, const struct model_row *rows,
                                    size_t count, struct wend_error *error) {
    size_t at = 0;
    for (;;) {
        struct wend_bytes key;
        struct wend_bytes payload;
        WEND_TRY(wend__runs_next(runs, &key, &payload, error));
        if (key.data == NULL) {
            cr_assert_eq(at, count);
            return WEND_OK;
        }
        cr_assert_eq(payload.len % 8, 0);
        for (size_t i = 0; i < payload.len / 8; i++, at++) {
            cr_assert_lt(at, count);
            cr_assert(wend__bytes_equal(key, wend__bytes(rows[at].key, rows[at].key_len)));
            cr_assert_arr_eq(payload.data + i * 8, &rows[at].order, 8);
        }
        bool more_of_key =
            at < count && wend__bytes_equal(key, wend__bytes(rows[at].key, rows[at].key_len));
        cr_assert(payload.len == 8 || !more_of_key, "a key came twice");
    }
}

static struct wend_runs_options options_for(struct wend_budget *budget, size_t memory_bytes,
                                            uint64_t *folds) {
    return (struct wend_runs_options){.directory = "/tmp",
                                      .budget = budget,
                                      .memory_bytes = memory_bytes,
                                      .combine = folds == NULL ? NULL : join,
                                      .context = folds};
}

static void check_against_model(struct model_row *rows, size_t count, size_t memory_bytes,
                                bool folding, bool wants_spill) {
    struct wend_budget budget;
    wend__budget_init(&budget, SIZE_MAX);
    uint64_t folds = 0;
    struct wend_runs_options options = options_for(&budget, memory_bytes, folding ? &folds : NULL);
    struct wend_error error = {0};
    struct wend_runs *runs;
    cr_assert_eq(wend__runs_create(&options, &runs, &error), WEND_OK);
    cr_assert_eq(add_all(runs, rows, count, &error), WEND_OK, "%s", error.text);
    cr_assert_eq(wend__runs_spilled_bytes(runs) > 0, wants_spill);
    qsort(rows, count, sizeof *rows, model_compare);
    cr_assert_eq(compare_all(runs, rows, count, &error), WEND_OK, "%s", error.text);
    wend__runs_destroy(runs);
    cr_assert_eq(budget.used, 0);
    if (count > 100) {
        cr_assert_gt(budget.peak, 0);
    }
}

Test(runs, in_memory_every_key_comes_once_and_ascending) {
    uint64_t state = 2;
    for (uint32_t round = 0; round < 60; round++) {
        size_t count = random_below(&state, 2000);
        struct model_row *rows = random_rows(&state, round, count);
        check_against_model(rows, count, 16 << 20, true, false);
        free(rows);
    }
}

Test(runs, with_spilling_the_answer_is_the_same) {
    uint64_t state = 3;
    for (uint32_t round = 0; round < 40; round++) {
        size_t count = 1000 + random_below(&state, 4000);
        struct model_row *rows = random_rows(&state, round, count);
        check_against_model(rows, count, 16 << 10, true, true);
        free(rows);
    }
}

Test(runs, without_folding_every_row_comes_in_order_of_adding) {
    uint64_t state = 4;
    for (uint32_t round = 0; round < 20; round++) {
        size_t count = 2000;
        struct model_row *rows = random_rows(&state, round, count);
        check_against_model(rows, count, round % 2 == 0 ? 16 << 10 : 1 << 20, false,
                            round % 2 == 0);
        free(rows);
    }
}

Test(runs, more_runs_than_can_be_merged_at_once_are_merged_in_rounds) {
    uint64_t state = 5;
    size_t count = 60000;
    struct model_row *rows = random_rows(&state, 6, count);
    /* About 100 rows fit in 8 KiB: some hundreds of runs. */
    check_against_model(rows, count, 8 << 10, true, true);
    free(rows);
}

Test(runs, nothing_added_gives_nothing) {
    struct model_row none;
    check_against_model(&none, 0, 1 << 20, true, false);
}

Test(runs, a_full_budget_spills_though_the_cap_is_far) {
    uint64_t state = 6;
    struct model_row *rows = random_rows(&state, 7, 3000);
    struct wend_budget budget;
    wend__budget_init(&budget, 100000);
    wend__budget_force(&budget, 80000);
    uint64_t folds = 0;
    struct wend_runs_options options = options_for(&budget, 1 << 30, &folds);
    struct wend_runs *runs;
    cr_assert_eq(wend__runs_create(&options, &runs, NULL), WEND_OK);
    cr_assert_eq(add_all(runs, rows, 3000, NULL), WEND_OK);
    cr_assert_gt(wend__runs_spilled_bytes(runs), 0);
    qsort(rows, 3000, sizeof *rows, model_compare);
    cr_assert_eq(compare_all(runs, rows, 3000, NULL), WEND_OK);
    wend__runs_destroy(runs);
    cr_assert_eq(budget.used, 80000);
    free(rows);
}

Test(runs, rows_larger_than_every_buffer_pass) {
    size_t len = 700000;
    uint8_t *large = malloc(len);
    memset(large, 'q', len);
    struct wend_runs_options options = options_for(NULL, 64 << 10, NULL);
    struct wend_runs *runs;
    cr_assert_eq(wend__runs_create(&options, &runs, NULL), WEND_OK);
    for (uint8_t i = 0; i < 5; i++) {
        large[len - 1] = (uint8_t)(4 - i);
        cr_assert_eq(wend__runs_add(runs, wend__bytes(large, len),
                                    wend__bytes(large, i * (size_t)100000), NULL),
                     WEND_OK);
        cr_assert_eq(wend__runs_add(runs, wend__bytes("a", 1), wend__bytes("", 0), NULL), WEND_OK);
    }
    cr_assert_eq(wend__runs_finish(runs, NULL), WEND_OK);
    for (size_t i = 0; i < 10; i++) {
        struct wend_bytes key;
        struct wend_bytes payload;
        cr_assert_eq(wend__runs_next(runs, &key, &payload, NULL), WEND_OK);
        cr_assert_eq(key.len, i < 5 ? 1 : len);
        cr_assert(i < 5 || (key.data[len - 1] == i - 5 && payload.len == (9 - i) * 100000));
    }
    wend__runs_destroy(runs);
    free(large);
}

/* One whole use; any call may fail, and only with `wanted`. */
static bool use(struct model_row *rows, size_t count, enum wend_status wanted) {
    struct model_row *sorted = malloc(count * sizeof *rows);
    memcpy(sorted, rows, count * sizeof *rows);
    qsort(sorted, count, sizeof *sorted, model_compare);
    uint64_t folds = 0;
    struct wend_budget budget;
    wend__budget_init(&budget, SIZE_MAX);
    struct wend_runs_options options = options_for(&budget, 8 << 10, &folds);
    struct wend_error error = {0};
    struct wend_runs *runs = NULL;
    enum wend_status status = wend__runs_create(&options, &runs, &error);
    if (status == WEND_OK) {
        status = add_all(runs, rows, count, &error);
    }
    if (status == WEND_OK) {
        status = compare_all(runs, sorted, count, &error);
    }
    wend__runs_destroy(runs);
    cr_assert_eq(budget.used, 0);
    cr_assert(status == WEND_OK || (status == wanted && error.status == wanted));
    free(sorted);
    return status == WEND_OK;
}

Test(runs, every_failed_allocation_is_reported_and_nothing_leaks) {
    uint64_t state = 7;
    size_t count = 12000;
    struct model_row *rows = random_rows(&state, 2, count);
    uint64_t before = wend__memory_count();
    cr_assert(use(rows, count, WEND_OK));
    uint64_t allocations = wend__memory_count() - before;
    cr_assert_gt(allocations, 200);
    for (uint64_t n = 1; n <= allocations; n += n < 60 || n + 60 > allocations ? 1 : 13) {
        wend__memory_fail_at(n);
        cr_assert_not(use(rows, count, WEND_ERROR_MEMORY), "%llu", (unsigned long long)n);
    }
    wend__memory_fail_at(0);
    free(rows);
}

Test(runs, every_failed_write_is_reported_and_nothing_leaks) {
    uint64_t state = 8;
    size_t count = 12000;
    struct model_row *rows = random_rows(&state, 2, count);
    uint64_t before = wend__io_write_count();
    cr_assert(use(rows, count, WEND_OK));
    uint64_t writes = wend__io_write_count() - before;
    cr_assert_gt(writes, 64);
    for (uint64_t n = 1; n <= writes; n++) {
        wend__io_fail_write_at(n, ENOSPC);
        cr_assert_not(use(rows, count, WEND_ERROR_IO), "%llu", (unsigned long long)n);
    }
    wend__io_fail_write_at(0, 0);
    free(rows);
}

Test(runs, a_missing_folder_is_named_when_the_first_spill_needs_it) {
    struct wend_runs_options options = options_for(NULL, 4 << 10, NULL);
    options.directory = "/nonexistent/folder";
    struct wend_runs *runs;
    struct wend_error error = {0};
    cr_assert_eq(wend__runs_create(&options, &runs, &error), WEND_OK);
    enum wend_status status = WEND_OK;
    for (uint32_t i = 0; i < 10000 && status == WEND_OK; i++) {
        status = wend__runs_add(runs, wend__bytes(&i, 4), wend__bytes(&i, 4), &error);
    }
    cr_assert_eq(status, WEND_ERROR_IO);
    cr_assert(strstr(error.text, "/nonexistent/folder") != NULL);
    wend__runs_destroy(runs);
}

static enum wend_status refuse(void *context, struct wend_buffer *accumulated,
                               struct wend_bytes payload, struct wend_error *error) {
    (void)context;
    (void)accumulated;
    (void)payload;
    return wend__fail(error, WEND_ERROR_LIMIT, "no");
}

Test(runs, what_the_fold_says_is_passed_on) {
    struct wend_runs_options options = options_for(NULL, 1 << 20, NULL);
    options.combine = refuse;
    struct wend_runs *runs;
    struct wend_bytes key;
    struct wend_bytes payload;
    cr_assert_eq(wend__runs_create(&options, &runs, NULL), WEND_OK);
    cr_assert_eq(wend__runs_add(runs, wend__bytes("k", 1), wend__bytes("1", 1), NULL), WEND_OK);
    cr_assert_eq(wend__runs_add(runs, wend__bytes("k", 1), wend__bytes("2", 1), NULL), WEND_OK);
    cr_assert_eq(wend__runs_finish(runs, NULL), WEND_OK);
    cr_assert_eq(wend__runs_next(runs, &key, &payload, NULL), WEND_ERROR_LIMIT);
    wend__runs_destroy(runs);
}
