/*
 * The folder alone: customers' hits that lie in order are folded into sessions, and into a journey.
 * Eight hits a customer, in one session, in two, or a session each.
 */
#define BENCH_CLOCK CLOCK_THREAD_CPUTIME_ID
#include "bench.h"

#include "session/folder.h"

enum { CUSTOMERS = 20000, HITS = 8, TOUCHPOINTS = 40, REPEATS = 10 };

struct work {
    struct wend_ruleset ruleset;
    struct wend_journey_rule journey;
    struct wend_hit_layout layout;
    struct wend_touchpoints touchpoints;
    struct wend_folder *folder;
    struct wend_counters counters;
    struct wend_hit *hits;
    uint64_t seen;
};

static enum wend_status take_unit(void *context, const struct wend_unit *unit,
                                  struct wend_error *error) {
    struct work *work = context;
    (void)error;
    work->seen += unit->scope == WEND_SCOPE_SESSION ? unit->hit_count : 0;
    return WEND_OK;
}

static void fold_all(void *context) {
    struct work *work = context;
    work->seen = 0;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        for (size_t i = 0; i < CUSTOMERS; i++) {
            const void *hits = &work->hits[i * HITS];
            bench_check(wend__folder_customer(work->folder, hits, HITS, WEND_BYTES_ABSENT,
                                              &work->counters, NULL) == WEND_OK,
                        "fold");
        }
    }
    bench_check(work->seen == (uint64_t)REPEATS * CUSTOMERS * HITS, "count");
}

/* The customer's `sessions` are of equally many hits, half a minute apart. */
static void make_hits(struct work *work, uint32_t sessions) {
    uint64_t state = 1;
    for (size_t i = 0; i < (size_t)CUSTOMERS * HITS; i++) {
        size_t hit = i % HITS;
        int64_t session = (int64_t)(hit * sessions / HITS);
        work->hits[i] = (struct wend_hit){
            .customer = {i / HITS, 0},
            .ts_us = ((int64_t)hit * 30 + session * 3600) * WEND_US_PER_SECOND,
            .position = i,
            .touchpoint = (uint32_t)(bench_random(&state) % TOUCHPOINTS),
        };
    }
}

static void init(struct work *work) {
    static struct wend_bytes goal;
    goal = wend__bytes_text("7");
    work->journey = (struct wend_journey_rule){.goal = &goal,
                                               .goal_count = 1,
                                               .timeout_us = WEND_US_PER_DAY,
                                               .within_us = WEND_NO_LIMIT_US};
    work->ruleset = (struct wend_ruleset){
        .id_field = WEND_NO_FIELD,
        .value_field = WEND_NO_FIELD,
        .sessions = {.gap_us = 30 * 60 * WEND_US_PER_SECOND,
                     .max_duration_us = WEND_NO_LIMIT_US,
                     .key_field = WEND_NO_FIELD,
                     .goal_journey = WEND_NO_JOURNEY},
        .journeys = &work->journey,
    };
    wend__hit_layout_init(&work->layout, &work->ruleset);
    work->hits = malloc((size_t)CUSTOMERS * HITS * sizeof *work->hits);
    bench_check(work->hits != NULL && work->layout.bytes == sizeof *work->hits, "memory");
}

static void open_folder(struct work *work, uint32_t journeys) {
    work->ruleset.journey_count = journeys;
    wend__touchpoints_init(&work->touchpoints, &work->ruleset, 1);
    for (uint32_t i = 0; i < TOUCHPOINTS; i++) {
        char text[16];
        uint32_t id;
        (void)snprintf(text, sizeof text, "%u", (unsigned)i);
        bench_check(wend__touchpoints_intern(&work->touchpoints, wend__bytes_text(text), &id),
                    "memory");
    }
    struct wend_folder_options options = {.ruleset = &work->ruleset,
                                          .layout = &work->layout,
                                          .touchpoints = &work->touchpoints,
                                          .watermark_us = WEND_US_PER_DAY * 2,
                                          .sink = take_unit,
                                          .sink_context = work};
    bench_check(wend__folder_create(&options, &work->folder, NULL) == WEND_OK, "create");
}

int main(int argc, char **argv) {
    struct bench bench = bench_start(argc, argv);
    static struct work work;
    static const uint32_t sessions[] = {1, 2, 8};
    init(&work);
    for (uint32_t journeys = 0; journeys < 2; journeys++) {
        open_folder(&work, journeys);
        for (size_t i = 0; i < 3; i++) {
            char name[64];
            (void)snprintf(name, sizeof name, "fold 8 hits, %u sessions%s", (unsigned)sessions[i],
                           journeys > 0 ? ", a journey" : "");
            make_hits(&work, sessions[i]);
            bench_run(&bench, name, (uint64_t)REPEATS * CUSTOMERS * HITS, NULL, fold_all, &work);
        }
        wend__folder_destroy(work.folder);
        wend__touchpoints_deinit(&work.touchpoints);
    }
    free(work.hits);
    return 0;
}
