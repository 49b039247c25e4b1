/* Behaviour of engine/tally when memory is short, and when several workers share the units. */
#include "base/memory.h"
#include "random.h"
#include "tally_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { TOUCHPOINTS = 40, EVENTS_MAX = 12 };

static void random_events(uint64_t *state, char *out, size_t size) {
    size_t count = 1 + random_below(state, EVENTS_MAX);
    uint64_t time = random_below(state, 1000);
    for (size_t i = 0, at = 0; i < count && at < size; i++) {
        uint64_t point = random_below(state, TOUCHPOINTS + 6);
        time += random_below(state, 2000);
        at += (size_t)snprintf(out + at, size - at, i == 0 ? "" : " ");
        if (point < 5) {
            at += (size_t)snprintf(out + at, size - at, "%c:3", 'a' + (int)point);
        } else if (point < TOUCHPOINTS) {
            at += (size_t)snprintf(out + at, size - at, "page%llu", (unsigned long long)point);
        } else {
            at += (size_t)snprintf(out + at, size - at, "-");
        }
        at += (size_t)snprintf(out + at, size - at, "@%llu/v%llu", (unsigned long long)time,
                               (unsigned long long)random_below(state, 3));
    }
}

/* Units `begin` to `end` of the sequence of `seed`, those of `part` of `part_count` only. */
static void add_units(struct tally_fixture *fixture, uint64_t seed, size_t count, size_t part,
                      size_t part_count) {
    uint64_t state = seed;
    for (size_t i = 0; i < count; i++) {
        char events[512];
        random_events(&state, events, sizeof events);
        uint32_t scope = (uint32_t)random_below(&state, 3);
        struct test_unit made = make_unit(fixture, scope, WEND_OUTCOME_ABANDONED, events);
        made.unit.ordinal = (uint32_t)i; /* so that no two ids are equal */
        if (i % part_count == part) {
            cr_assert_eq(wend__tally_unit(fixture->tally, &made.unit, NULL), WEND_OK);
        }
        free_unit(&made);
    }
}

/* All rows of runs as bytes: lengths, keys and payloads. */
static struct wend_buffer dump(struct wend_runs *runs) {
    struct wend_buffer out = {0};
    for (;;) {
        struct wend_bytes key;
        struct wend_bytes payload;
        cr_assert_eq(wend__runs_next(runs, &key, &payload, NULL), WEND_OK);
        if (key.data == NULL) {
            return out;
        }
        cr_assert(wend__buffer_append(&out, &key.len, sizeof key.len) &&
                  wend__buffer_append(&out, key.data, key.len) &&
                  wend__buffer_append(&out, payload.data, payload.len));
    }
}

struct dumps {
    struct wend_buffer tables[WEND_TABLE_COUNT];
    uint64_t spilled_bytes;
    size_t peak;
};

static struct dumps dump_all(struct tally_fixture *fixture) {
    struct dumps dumps = {0};
    for (uint32_t table = 0; table < WEND_TABLE_COUNT; table++) {
        struct wend_runs *runs = wend__tally_rows(fixture->tally, (enum wend_table_id)table);
        dumps.spilled_bytes += wend__runs_spilled_bytes(runs);
        dumps.tables[table] = dump(runs);
    }
    dumps.peak = atomic_load(&fixture->budget.peak);
    return dumps;
}

static void compare_and_free(struct dumps *a, struct dumps *b) {
    for (uint32_t table = 0; table < WEND_TABLE_COUNT; table++) {
        cr_assert(a->tables[table].len > 0, "table %u has rows", table);
        cr_assert(wend__bytes_equal(wend__buffer_view(&a->tables[table]),
                                    wend__buffer_view(&b->tables[table])),
                  "table %u differs", table);
        wend__buffer_deinit(&a->tables[table]);
        wend__buffer_deinit(&b->tables[table]);
    }
}

static struct dumps run_with(size_t budget_bytes, size_t count) {
    struct tally_fixture fixture;
    init_fixture(&fixture, true);
    fixture.ruleset.window_us = 500;
    create_tally(&fixture, budget_bytes);
    add_units(&fixture, 1, count, 0, 1);
    cr_assert_eq(wend__tally_finish(fixture.tally, NULL), WEND_OK);
    struct dumps dumps = dump_all(&fixture);
    deinit_fixture(&fixture);
    return dumps;
}

Test(tally_memory, a_budget_of_nothing_gives_the_same_rows) {
    struct dumps expected = run_with(SIZE_MAX, 3000);
    struct dumps found = run_with(1, 3000);
    cr_assert_eq(expected.spilled_bytes, 0);
    cr_assert_gt(found.spilled_bytes, 0);
    compare_and_free(&expected, &found);
}

Test(tally_memory, a_budget_of_some_flushes_gives_the_same_rows_and_is_kept) {
    static const size_t budgets[] = {300 * 1000, 1000 * 1000, 3 * 1000 * 1000};
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++) {
        struct dumps expected = run_with(SIZE_MAX, 5000);
        struct dumps found = run_with(budgets[i], 5000);
        cr_assert_gt(found.spilled_bytes, 0, "budget %zu", budgets[i]);
        /* What is taken in any case: a step of the tables, the view, a chunk and a row of sort
         * items for each table, and at the end a read buffer for each run. */
        cr_assert_lt(found.peak, budgets[i] + budgets[i] / 2 + 1500 * 1000, "budget %zu",
                     budgets[i]);
        compare_and_free(&expected, &found);
    }
}

/* Folds the rows of two tallies. */
static struct wend_buffer merge(struct tally_fixture *a, struct tally_fixture *b,
                                enum wend_table_id table) {
    struct wend_payload_shape shape = wend__schemas[table].shape;
    struct wend_runs_options options = {.directory = "/tmp", .memory_bytes = 1 << 30};
    if (table < WEND_AGGREGATE_COUNT) {
        options.combine = wend__payload_combine;
        options.context = &shape;
    }
    struct wend_runs *merged;
    cr_assert_eq(wend__runs_create(&options, &merged, NULL), WEND_OK);
    struct tally_fixture *fixtures[] = {a, b};
    for (size_t i = 0; i < 2; i++) {
        struct wend_runs *runs = wend__tally_rows(fixtures[i]->tally, table);
        struct wend_bytes key;
        struct wend_bytes payload;
        for (;;) {
            cr_assert_eq(wend__runs_next(runs, &key, &payload, NULL), WEND_OK);
            if (key.data == NULL) {
                break;
            }
            cr_assert_eq(wend__runs_add(merged, key, payload, NULL), WEND_OK);
        }
    }
    cr_assert_eq(wend__runs_finish(merged, NULL), WEND_OK);
    struct wend_buffer out = dump(merged);
    wend__runs_destroy(merged);
    return out;
}

static void start_part(struct tally_fixture *fixture, size_t part, bool renumber) {
    init_fixture(fixture, true);
    if (renumber) {
        for (int point = TOUCHPOINTS; point-- > 0;) {
            char name[16];
            (void)snprintf(name, sizeof name, "page%d", point);
            (void)touchpoint_id(fixture, name);
        }
        (void)segment_number(fixture, "v2");
        (void)segment_number(fixture, "other");
    }
    fixture->ruleset.window_us = 500;
    create_tally(fixture, SIZE_MAX);
    add_units(fixture, 1, 3000, part, 2);
    cr_assert_eq(wend__tally_finish(fixture->tally, NULL), WEND_OK);
}

Test(tally_memory, two_workers_with_other_numbers_merge_to_what_one_says) {
    struct dumps expected = run_with(SIZE_MAX, 3000);
    struct tally_fixture first;
    struct tally_fixture second;
    start_part(&first, 0, false);
    start_part(&second, 1, true);
    struct dumps found = {0};
    for (uint32_t table = 0; table < WEND_TABLE_COUNT; table++) {
        found.tables[table] = merge(&first, &second, (enum wend_table_id)table);
    }
    compare_and_free(&expected, &found);
    deinit_fixture(&first);
    deinit_fixture(&second);
}

Test(tally_memory, only_wanted_tables_are_counted) {
    for (uint32_t table = 0; table < WEND_TABLE_COUNT; table++) {
        struct tally_fixture all;
        struct tally_fixture one;
        init_fixture(&all, true);
        init_fixture(&one, true);
        one.tables = 1U << table;
        create_tally(&all, SIZE_MAX);
        create_tally(&one, SIZE_MAX);
        add_units(&all, 3, 50, 0, 1);
        add_units(&one, 3, 50, 0, 1);
        cr_assert_eq(wend__tally_finish(all.tally, NULL), WEND_OK);
        cr_assert_eq(wend__tally_finish(one.tally, NULL), WEND_OK);
        struct wend_buffer a = dump(wend__tally_rows(all.tally, (enum wend_table_id)table));
        struct wend_buffer b = dump(wend__tally_rows(one.tally, (enum wend_table_id)table));
        cr_assert(wend__bytes_equal(wend__buffer_view(&a), wend__buffer_view(&b)));
        wend__buffer_deinit(&a);
        wend__buffer_deinit(&b);
        deinit_fixture(&all);
        deinit_fixture(&one);
    }
}

Test(tally_memory, nothing_is_allocated_for_a_unit_like_the_ones_before) {
    struct tally_fixture fixture;
    init_fixture(&fixture, true);
    fixture.tables = (1U << WEND_AGGREGATE_COUNT) - 1;
    create_tally(&fixture, SIZE_MAX);
    struct test_unit made =
        make_unit(&fixture, TEST_BUY, WEND_OUTCOME_CONVERTED, "a/x@0 b/y@5 - c@7 a b d:5@9");
    cr_assert_eq(wend__tally_unit(fixture.tally, &made.unit, NULL), WEND_OK);
    uint64_t before = wend__memory_count();
    for (size_t i = 0; i < 100; i++) {
        cr_assert_eq(wend__tally_unit(fixture.tally, &made.unit, NULL), WEND_OK);
    }
    cr_assert_eq(wend__memory_count(), before);
    free_unit(&made);
    deinit_fixture(&fixture);
}

/* Creates, counts and finishes; the n-th allocation fails. */
static enum wend_status run_failing(struct tally_fixture *fixture, struct test_unit *units,
                                    size_t count, uint64_t n) {
    struct wend_tally_options options = {
        .ruleset = &fixture->ruleset,
        .layout = &fixture->layout,
        .touchpoints = &fixture->touchpoints,
        .segment_values = &fixture->segment_values,
        .tables = fixture->tables,
        .budget = &fixture->budget,
        .directory = "/tmp",
        .seed = 9,
    };
    wend__memory_fail_at(n);
    enum wend_status status = wend__tally_create(&options, &fixture->tally, NULL);
    for (size_t i = 0; i < count && status == WEND_OK; i++) {
        status = wend__tally_unit(fixture->tally, &units[i].unit, NULL);
    }
    if (status == WEND_OK) {
        status = wend__tally_finish(fixture->tally, NULL);
    }
    wend__memory_fail_at(0);
    wend__tally_destroy(fixture->tally);
    fixture->tally = NULL;
    return status;
}

Test(tally_memory, every_allocation_may_fail) {
    enum { UNITS = 40 };
    struct tally_fixture fixture;
    struct test_unit units[UNITS];
    init_fixture(&fixture, true);
    wend__budget_init(&fixture.budget, 1);
    uint64_t state = 5;
    for (size_t i = 0; i < UNITS; i++) {
        char events[512];
        random_events(&state, events, sizeof events);
        units[i] = make_unit(&fixture, (uint32_t)i % 3, WEND_OUTCOME_ABANDONED, events);
    }
    uint64_t n = 1;
    while (run_failing(&fixture, units, UNITS, n) == WEND_ERROR_MEMORY) {
        cr_assert_eq(atomic_load(&fixture.budget.used), 0, "allocation %llu",
                     (unsigned long long)n);
        n++;
    }
    cr_assert_gt(n, 100, "failed %llu times", (unsigned long long)n);
    cr_assert_eq(run_failing(&fixture, units, UNITS, 0), WEND_OK);
    for (size_t i = 0; i < UNITS; i++) {
        free_unit(&units[i]);
    }
    deinit_fixture(&fixture);
}
