/*
 * The tally: sessions of five events, the paths few or many: counted by path alone; in all
 * aggregate tables; the same followed by a flush to rows.
 */
#include "bench.h"

#include "tally/tally.h"

enum { UNITS = 1000 * 1000, EVENTS = 5, TOUCHPOINTS = 82, AGGREGATES = (1 << 7) - 1 };

struct tallies {
    struct wend_ruleset ruleset;
    struct wend_journey_rule journey;
    struct wend_hit_layout layout;
    struct wend_touchpoints touchpoints;
    struct wend_strings segment_values;
    struct wend_budget budget;
    struct wend_tally *tally;
    uint8_t *hits; /* UNITS * EVENTS */
    uint32_t scope;
    uint32_t tables;
};

/* A path is a number: its digits in base 80 are the touchpoints between the first and the last. */
static void make_hits(struct tallies *tallies, uint32_t distinct) {
    uint64_t state = 1;
    for (size_t i = 0; i < UNITS; i++) {
        uint32_t path = (uint32_t)(bench_random(&state) % distinct);
        const uint32_t points[EVENTS] = {80, path % 80, path / 80 % 80, path / 6400, 81};
        int64_t time = (int64_t)(bench_random(&state) % 86400) * 1000000;
        for (size_t e = 0; e < EVENTS; e++) {
            struct wend_hit hit = {.ts_us = time, .touchpoint = points[e]};
            memcpy(tallies->hits + (i * EVENTS + e) * tallies->layout.bytes, &hit, sizeof hit);
            time += (int64_t)(bench_random(&state) % 600) * 1000000;
        }
    }
}

static void create(void *context) {
    struct tallies *tallies = context;
    struct wend_tally_options options = {
        .ruleset = &tallies->ruleset,
        .layout = &tallies->layout,
        .touchpoints = &tallies->touchpoints,
        .segment_values = &tallies->segment_values,
        .tables = tallies->tables,
        .budget = &tallies->budget,
        .directory = "/tmp",
        .seed = 7,
    };
    wend__tally_destroy(tallies->tally);
    wend__budget_init(&tallies->budget, (size_t)4 << 30);
    bench_check(wend__tally_create(&options, &tallies->tally, NULL) == WEND_OK, "create");
}

static void count_all(void *context) {
    struct tallies *tallies = context;
    size_t unit_bytes = EVENTS * tallies->layout.bytes;
    for (size_t i = 0; i < UNITS; i++) {
        const uint8_t *hits = tallies->hits + i * unit_bytes;
        const struct wend_hit *last = wend__hit_at(&tallies->layout, hits, EVENTS - 1);
        struct wend_unit unit = {
            .scope = tallies->scope,
            .outcome = i % 4 == 0 ? WEND_OUTCOME_CONVERTED : WEND_OUTCOME_ABANDONED,
            .hits = hits,
            .hit_count = EVENTS,
            .first_goal = i % 4 == 0 ? EVENTS - 1 : EVENTS,
            .decided_us = last->ts_us,
            .session_count = 1,
        };
        bench_check(wend__tally_unit(tallies->tally, &unit, NULL) == WEND_OK, "unit");
    }
}

static void count_and_finish(void *context) {
    struct tallies *tallies = context;
    count_all(context);
    bench_check(wend__tally_finish(tallies->tally, NULL) == WEND_OK, "finish");
}

static void init(struct tallies *tallies) {
    static struct wend_bytes points[3];
    static struct wend_stage stages[3];
    for (size_t i = 0; i < 3; i++) {
        static const char *const names[] = {"page 80", "page 3", "page 81"};
        points[i] = wend__bytes_text(names[i]);
        stages[i] = (struct wend_stage){points[i], &points[i], 1};
    }
    tallies->journey = (struct wend_journey_rule){.name = wend__bytes_text("journey"),
                                                  .goal = &points[2],
                                                  .goal_count = 1,
                                                  .stages = stages,
                                                  .stage_count = 3};
    tallies->ruleset = (struct wend_ruleset){
        .id_field = WEND_NO_FIELD,
        .value_field = WEND_NO_FIELD,
        .sessions = {.key_field = WEND_NO_FIELD, .goal_journey = WEND_NO_JOURNEY},
        .journeys = &tallies->journey,
        .journey_count = 1,
        .collapse = true,
        .max_steps = WEND_DEFAULT_MAX_STEPS,
        .flow_depth = WEND_DEFAULT_FLOW_DEPTH,
    };
    wend__hit_layout_init(&tallies->layout, &tallies->ruleset);
    wend__touchpoints_init(&tallies->touchpoints, &tallies->ruleset, 7);
    wend__strings_init(&tallies->segment_values, 7);
    for (int i = 0; i < TOUCHPOINTS; i++) {
        char name[32];
        uint32_t id;
        int len = snprintf(name, sizeof name, "page %d", i);
        bench_check(
            wend__touchpoints_intern(&tallies->touchpoints, wend__bytes(name, (size_t)len), &id),
            "memory");
    }
    tallies->hits = malloc((size_t)UNITS * EVENTS * tallies->layout.bytes);
    bench_check(tallies->hits != NULL, "memory");
}

int main(int argc, char **argv) {
    struct bench bench = bench_start(argc, argv);
    static struct tallies tallies;
    static const uint32_t distinct[] = {1000, 500000};
    static const char *const scopes[] = {"sessions", "journeys"};
    init(&tallies);
    for (size_t d = 0; d < 2; d++) {
        make_hits(&tallies, distinct[d]);
        for (uint32_t scope = 0; scope < 2; scope++) {
            char name[64];
            tallies.scope = scope;
            tallies.tables = 1U << WEND_TABLE_PATHS;
            create(&tallies);
            (void)snprintf(name, sizeof name, "path count %s, %u k paths", scopes[scope],
                           (unsigned)distinct[d] / 1000);
            bench_run(&bench, name, UNITS, NULL, count_all, &tallies);
            tallies.tables = AGGREGATES;
            create(&tallies);
            (void)snprintf(name, sizeof name, "tally %s, %u k paths", scopes[scope],
                           (unsigned)distinct[d] / 1000);
            bench_run(&bench, name, UNITS, NULL, count_all, &tallies);
            (void)snprintf(name, sizeof name, "tally %s, %u k paths, rows", scopes[scope],
                           (unsigned)distinct[d] / 1000);
            bench_run(&bench, name, UNITS, create, count_and_finish, &tallies);
        }
    }
    wend__tally_destroy(tallies.tally);
    wend__touchpoints_deinit(&tallies.touchpoints);
    free(tallies.hits);
    return 0;
}
