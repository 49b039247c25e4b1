/* Hits gathered by slice, taken again by customer, and folded into sessions: 10 hits a customer. */
#include "bench.h"

#include "session/folder.h"
#include "session/slices.h"

enum { HITS = 4 * 1000 * 1000, CUSTOMERS = 400 * 1000, TOUCHPOINTS = 100 };

struct work {
    struct wend_ruleset ruleset;
    struct wend_journey_rule journey;
    struct wend_hit_layout layout;
    struct wend_touchpoints touchpoints;
    struct wend_budget budget;
    struct wend_slices *slices;
    struct wend_folder *folder;
    struct wend_counters counters;
    struct wend_hit *arrivals; /* HITS of them */
    uint64_t hits;             /* that the sinks saw */
};

static enum wend_status count_unit(void *context, const struct wend_unit *unit,
                                   struct wend_error *error) {
    struct work *work = context;
    (void)error;
    work->hits += unit->scope == WEND_SCOPE_SESSION ? unit->hit_count : 0;
    return WEND_OK;
}

static enum wend_status count_customer(void *context, const uint8_t *hits, size_t hit_count,
                                       struct wend_bytes customer, struct wend_error *error) {
    struct work *work = context;
    (void)hits;
    (void)customer;
    (void)error;
    work->hits += hit_count;
    return WEND_OK;
}

static enum wend_status fold_customer(void *context, const uint8_t *hits, size_t hit_count,
                                      struct wend_bytes customer, struct wend_error *error) {
    struct work *work = context;
    return wend__folder_customer(work->folder, hits, hit_count, customer, &work->counters, error);
}

static void begin(void *context) {
    struct work *work = context;
    wend__slices_destroy(work->slices);
    struct wend_slices_options options = {
        .layout = &work->layout, .budget = &work->budget, .directory = "/tmp"};
    bench_check(wend__slices_create(&options, &work->slices, NULL) == WEND_OK, "create");
    work->hits = 0;
}

static void add_all(void *context) {
    struct work *work = context;
    for (size_t i = 0; i < HITS; i++) {
        if (wend__slices_add(work->slices, &work->arrivals[i], NULL) != WEND_OK) {
            bench_check(false, "add");
        }
    }
}

static void begin_and_add(void *context) {
    begin(context);
    add_all(context);
}

static void take_all(struct work *work, wend_customer_sink *sink) {
    for (uint32_t slice = 0; slice < WEND_SLICE_COUNT; slice++) {
        bench_check(wend__slices_take(work->slices, slice, sink, work, NULL) == WEND_OK, "take");
    }
    bench_check(work->hits == HITS, "count");
}

static void group_all(void *context) {
    take_all(context, count_customer);
}

static void fold_all(void *context) {
    take_all(context, fold_customer);
}

static void add_and_fold(void *context) {
    add_all(context);
    fold_all(context);
}

static void run_lines(struct bench *bench, struct work *work, const char *what) {
    char name[64];
    (void)snprintf(name, sizeof name, "%s, add", what);
    bench_run(bench, name, HITS, begin, add_all, work);
    (void)snprintf(name, sizeof name, "%s, take", what);
    bench_run(bench, name, HITS, begin_and_add, group_all, work);
    (void)snprintf(name, sizeof name, "%s, take and fold", what);
    bench_run(bench, name, HITS, begin_and_add, fold_all, work);
    (void)snprintf(name, sizeof name, "%s, all", what);
    bench_run(bench, name, HITS, begin, add_and_fold, work);
}

int main(int argc, char **argv) {
    struct bench bench = bench_start(argc, argv);
    struct work work = {.arrivals = malloc(HITS * sizeof *work.arrivals)};
    bench_check(work.arrivals != NULL, "memory");
    work.ruleset = (struct wend_ruleset){
        .id_field = WEND_NO_FIELD,
        .value_field = WEND_NO_FIELD,
        .sessions = {.gap_us = 30 * 60 * WEND_US_PER_SECOND,
                     .max_duration_us = WEND_NO_LIMIT_US,
                     .key_field = WEND_NO_FIELD,
                     .goal_journey = WEND_NO_JOURNEY},
    };
    struct wend_bytes goal = wend__bytes_text("7");
    work.journey = (struct wend_journey_rule){.goal = &goal,
                                              .goal_count = 1,
                                              .timeout_us = WEND_US_PER_DAY,
                                              .within_us = WEND_NO_LIMIT_US};
    work.ruleset.journeys = &work.journey;
    wend__hit_layout_init(&work.layout, &work.ruleset);
    for (uint32_t arrival = 0; arrival < 3; arrival++) {
        static const char *const names[] = {"in order of time", "in any order",
                                            "in any order, and a journey"};
        work.ruleset.journey_count = arrival == 2 ? 1 : 0;
        wend__touchpoints_init(&work.touchpoints, &work.ruleset, 1);
        for (uint32_t i = 0; i < TOUCHPOINTS; i++) {
            char text[16];
            (void)snprintf(text, sizeof text, "%u", (unsigned)i);
            uint32_t id;
            bench_check(wend__touchpoints_intern(&work.touchpoints, wend__bytes_text(text), &id),
                        "memory");
        }
        uint64_t state = 1;
        for (size_t i = 0; i < HITS; i++) {
            uint64_t customer = bench_random(&state) % CUSTOMERS;
            int64_t ts_us = (int64_t)i * 100000;
            work.arrivals[i] = (struct wend_hit){
                .customer = wend__hash128(wend__bytes(&customer, sizeof customer), 1),
                .ts_us = arrival == 0 ? ts_us : (int64_t)(bench_random(&state) % HITS) * 100000,
                .position = i,
                .touchpoint = (uint32_t)(bench_random(&state) % TOUCHPOINTS)};
        }
        wend__budget_init(&work.budget, SIZE_MAX);
        struct wend_folder_options options = {.ruleset = &work.ruleset,
                                              .layout = &work.layout,
                                              .touchpoints = &work.touchpoints,
                                              .watermark_us = (int64_t)HITS * 100000,
                                              .sink = count_unit,
                                              .sink_context = &work};
        bench_check(wend__folder_create(&options, &work.folder, NULL) == WEND_OK, "create");
        run_lines(&bench, &work, names[arrival]);
        wend__folder_destroy(work.folder);
        wend__slices_destroy(work.slices);
        work.slices = NULL;
        wend__touchpoints_deinit(&work.touchpoints);
    }
    free(work.arrivals);
    return 0;
}
