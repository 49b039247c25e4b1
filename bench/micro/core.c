/*
 * The session core alone: hits of customers in any order go into slices; then each slice's are
 * taken by customer and folded, so that every session is closed. Making the hits is not timed.
 *
 * A customer comes every 17 minutes on average, so that one hit in six is the last of its session.
 * "counted": the paths of the sessions are counted, too; there are very many.
 */
#define BENCH_CLOCK CLOCK_THREAD_CPUTIME_ID
#include "bench.h"

#include "session/folder.h"
#include "session/slices.h"
#include "tally/tally.h"

enum { BATCH = 4096, TOUCHPOINTS = 40, MINUTES_BETWEEN = 17 };

struct work {
    struct wend_ruleset ruleset;
    struct wend_hit_layout layout;
    struct wend_touchpoints touchpoints;
    struct wend_strings segment_values;
    struct wend_budget budget;
    struct wend_slices *slices;
    struct wend_folder *folder;
    struct wend_tally *tally; /* NULL: units are looked at and forgotten */
    struct wend_counters counters;
    uint64_t hits; /* that sessions had */
};

static enum wend_status take_unit(void *context, const struct wend_unit *unit,
                                  struct wend_error *error) {
    struct work *work = context;
    work->hits += unit->hit_count;
    return work->tally == NULL ? WEND_OK : wend__tally_unit(work->tally, unit, error);
}

static enum wend_status take_customer(void *context, const uint8_t *hits, size_t hit_count,
                                      struct wend_bytes customer, struct wend_error *error) {
    struct work *work = context;
    return wend__folder_customer(work->folder, hits, hit_count, customer, &work->counters, error);
}

static void begin(struct work *work, bool counted) {
    wend__budget_init(&work->budget, SIZE_MAX);
    struct wend_slices_options slices = {
        .layout = &work->layout, .budget = &work->budget, .directory = "/tmp"};
    bench_check(wend__slices_create(&slices, &work->slices, NULL) == WEND_OK, "create");
    struct wend_folder_options folder = {.ruleset = &work->ruleset,
                                         .layout = &work->layout,
                                         .touchpoints = &work->touchpoints,
                                         .watermark_us = INT64_MAX,
                                         .sink = take_unit,
                                         .sink_context = work};
    bench_check(wend__folder_create(&folder, &work->folder, NULL) == WEND_OK, "create");
    struct wend_tally_options tally = {.ruleset = &work->ruleset,
                                       .layout = &work->layout,
                                       .touchpoints = &work->touchpoints,
                                       .segment_values = &work->segment_values,
                                       .tables = 1U << WEND_TABLE_PATHS,
                                       .budget = &work->budget,
                                       .directory = "/tmp",
                                       .seed = 7};
    if (counted) {
        bench_check(wend__tally_create(&tally, &work->tally, NULL) == WEND_OK, "create");
    }
    work->hits = 0;
}

static void end(struct work *work) {
    wend__slices_destroy(work->slices);
    wend__folder_destroy(work->folder);
    wend__tally_destroy(work->tally);
    work->tally = NULL;
}

static void draw(struct wend_hit *hits, size_t count, uint64_t first, uint64_t customers) {
    double apart_us = (double)MINUTES_BETWEEN * 60 * 1e6 / (double)customers;
    for (size_t i = 0; i < count; i++) {
        uint64_t state = first + i;
        uint64_t customer = bench_random(&state) % customers;
        hits[i] = (struct wend_hit){
            .customer = {wend__hash_mix(customer + 1), customer},
            .ts_us = (int64_t)((double)(first + i) * apart_us),
            .position = first + i,
            .touchpoint = (uint32_t)(bench_random(&state) % TOUCHPOINTS),
        };
    }
}

/* Nanoseconds a hit. */
static double run_once(struct work *work, uint64_t customers, uint64_t hit_count) {
    static struct wend_hit hits[BATCH];
    uint64_t spent_ns = 0;
    for (uint64_t first = 0; first < hit_count; first += BATCH) {
        size_t count = hit_count - first < BATCH ? (size_t)(hit_count - first) : BATCH;
        draw(hits, count, first, customers);
        uint64_t start_ns = bench_now_ns();
        for (size_t i = 0; i < count; i++) {
            if (wend__slices_add(work->slices, &hits[i], NULL) != WEND_OK) {
                bench_check(false, "add");
            }
        }
        spent_ns += bench_now_ns() - start_ns;
    }
    uint64_t start_ns = bench_now_ns();
    for (uint32_t slice = 0; slice < WEND_SLICE_COUNT; slice++) {
        bench_check(wend__slices_take(work->slices, slice, take_customer, work, NULL) == WEND_OK,
                    "take");
    }
    spent_ns += bench_now_ns() - start_ns;
    bench_check(work->hits == hit_count, "count");
    return (double)spent_ns / (double)hit_count;
}

static void run_line(const struct bench *bench, struct work *work, const char *name,
                     uint64_t customers, uint64_t hits, bool counted) {
    double ns[BENCH_ROUNDS_MAX];
    if (!bench_wants(bench, name)) {
        return;
    }
    for (uint32_t round = 0; round < bench->rounds; round++) {
        begin(work, counted);
        ns[round] = run_once(work, customers, hits);
        end(work);
    }
    bench_print(name, hits, ns, bench->rounds);
}

static void init(struct work *work) {
    work->ruleset = (struct wend_ruleset){
        .id_field = WEND_NO_FIELD,
        .value_field = WEND_NO_FIELD,
        .sessions = {.gap_us = 30 * 60 * WEND_US_PER_SECOND,
                     .max_duration_us = WEND_NO_LIMIT_US,
                     .key_field = WEND_NO_FIELD,
                     .goal_journey = WEND_NO_JOURNEY},
        .collapse = true,
        .max_steps = WEND_DEFAULT_MAX_STEPS,
        .flow_depth = WEND_DEFAULT_FLOW_DEPTH,
    };
    wend__hit_layout_init(&work->layout, &work->ruleset);
    wend__touchpoints_init(&work->touchpoints, &work->ruleset, 7);
    wend__strings_init(&work->segment_values, 7);
    for (uint32_t i = 0; i < TOUCHPOINTS; i++) {
        char text[16];
        uint32_t id;
        (void)snprintf(text, sizeof text, "%u", (unsigned)i);
        bench_check(wend__touchpoints_intern(&work->touchpoints, wend__bytes_text(text), &id),
                    "memory");
    }
}

int main(int argc, char **argv) {
    struct bench bench = bench_start(argc, argv);
    static struct work work;
    static const struct {
        const char *name;
        uint64_t customers;
        uint64_t hits;
    } lines[] = {{"10 k", 10000, 100000},
                 {"1 M", 1000000, 8000000},
                 {"10 M", 10000000, 40000000},
                 {"50 M", 50000000, 100000000}};
    init(&work);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "core of %s customers", lines[i].name);
        run_line(&bench, &work, name, lines[i].customers, lines[i].hits, false);
        (void)snprintf(name, sizeof name, "core counted, %s customers", lines[i].name);
        run_line(&bench, &work, name, lines[i].customers, lines[i].hits, true);
    }
    wend__touchpoints_deinit(&work.touchpoints);
    wend__strings_deinit(&work.segment_values);
    return 0;
}
