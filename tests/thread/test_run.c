/*
 * Whole runs where threads have the least room: rings of 64 slots, blocks of 4 MiB, all events of
 * one customer, long names, many strings. They must end, and say the same for any number of
 * threads.
 */
#include "run_fixture.h"

enum { EVENTS = 20000 };

static const char definitions[] = "format: csv\ntime: {field: t, unit: s}\ncustomer: c\nevent: e\n"
                                  "segments: [s]\n";

/* `customers` of them, events of `names` names, `padding` bytes behind each. */
static void make_input(const struct run_fixture *fixture, unsigned customers, unsigned names,
                       unsigned padding) {
    struct wend_buffer text = {0};
    char *filler = wend__alloc_zeroed(padding + 1, 1);
    fixture_check(filler != NULL, "memory");
    memset(filler, 'x', padding);
    fixture_check(wend__buffer_append_text(&text, "t,c,e,s\n"), "memory");
    for (unsigned i = 0; i < EVENTS; i++) {
        fixture_check(wend__buffer_append_format(&text, "%u,c%u,n%u%s,s%u\n", 1740000000 + i * 7,
                                                 i % customers, i * 31 % names, filler,
                                                 i * 17 % 40),
                      "memory");
    }
    fixture_write(fixture, wend__buffer_view(&text));
    wend__buffer_deinit(&text);
    wend__free(filler);
}

struct outcome {
    uint64_t accepted;
    uint64_t late;
    uint64_t sessions;
    uint64_t top_units;
    size_t top_len;
};

static struct outcome run(const struct run_fixture *fixture, uint32_t threads, uint32_t block_bytes,
                          int64_t lateness_us) {
    const char *input = fixture->input;
    struct wend_run_options options = fixture_options(fixture, &input);
    options.threads = threads;
    options.block_bytes = block_bytes;
    options.ring_slots = 64;
    options.lateness_us = lateness_us;
    options.output = fixture->output;
    options.replaces = true;
    struct wend_run_result *result = NULL;
    struct wend_error error = {0};
    enum wend_status status = wend__run(&options, &result, &error);
    fixture_check(status == WEND_OK, error.text);
    const struct wend_top_list *list = wend__top_list(result->lists, WEND_TABLE_PATHS, 0);
    struct outcome outcome = {
        .accepted = result->counters.accepted,
        .late = result->counters.late,
        .sessions = result->counters.sessions,
        .top_units = list->rows[0].units,
        .top_len = list->rows[0].name.len,
    };
    wend__run_result_destroy(result);
    return outcome;
}

static void compare(const struct run_fixture *fixture, int64_t lateness_us) {
    struct outcome wanted = run(fixture, 1, 4U << 20, lateness_us);
    static const uint32_t threads[] = {2, 3, 8};
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        for (unsigned small = 0; small < 2; small++) {
            struct outcome found =
                run(fixture, threads[i], small == 0 ? 4U << 20 : 4U << 10, lateness_us);
            fixture_check(memcmp(&found, &wanted, sizeof found) == 0, "another result");
        }
    }
    fixture_check(wanted.accepted + wanted.late == EVENTS, "events were lost");
}

/* A run that has too much of something fails with the same text for any number of threads. */
static void expect_limit(const struct run_fixture *fixture, const char *text) {
    for (uint32_t threads = 1; threads <= 3; threads += 2) {
        const char *input = fixture->input;
        struct wend_run_options options = fixture_options(fixture, &input);
        options.threads = threads;
        options.block_bytes = 64U << 10;
        options.memory_bytes = UINT64_C(1) << 30;
        struct wend_run_result *result = NULL;
        struct wend_error error = {0};
        fixture_check(wend__run(&options, &result, &error) == WEND_ERROR_LIMIT, "no limit");
        fixture_check(result == NULL && strcmp(error.text, text) == 0, error.text);
    }
}

/* Every thread alone stays below the limit; only all of them together are above it. */
static void check_limits(struct run_fixture *fixture) {
    fixture_definitions(fixture, "format: csv\ntime: {field: t, unit: s}\ncustomer: c\nevent: e\n"
                                 "max_touchpoints: 7999\n");
    make_input(fixture, 500, 8000, 0);
    expect_limit(fixture, "more than 7999 touchpoint names in field `e`\n"
                          "list under `touchpoints` what matters (by prefix, glob or regex, with "
                          "fixed names), or raise `max_touchpoints`");
    fixture_definitions(fixture, "format: {kind: csv, columns: [t, c], header: no}\n"
                                 "time: {field: t, unit: s}\ncustomer: c\nsegments: [c]\n");
    struct wend_buffer text = {0};
    for (unsigned i = 0; i <= WEND_MAX_SEGMENT_VALUES; i++) {
        fixture_check(wend__buffer_append_format(&text, "1740000000,%u\n", i), "memory");
    }
    fixture_write(fixture, wend__buffer_view(&text));
    wend__buffer_deinit(&text);
    expect_limit(fixture, "more than 1048576 segment values in `c`\n"
                          "segment by fields with few values");
}

int main(void) {
    struct run_fixture fixture;
    fixture_open(&fixture, definitions);
    make_input(&fixture, 1, 5, 0); /* one customer: all hits go to one owner */
    compare(&fixture, WEND_LATENESS_UNLIMITED);
    compare(&fixture, 0);               /* every block waits for its turn */
    make_input(&fixture, 500, 8000, 0); /* strings all the time */
    compare(&fixture, WEND_LATENESS_UNLIMITED);
    make_input(&fixture, 50, 3, 3000); /* a name needs more slots than a ring has */
    compare(&fixture, 1000000);
    check_limits(&fixture);
    fixture_close(&fixture);
    return 0;
}
