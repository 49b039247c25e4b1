/*
 * Bounded lateness: hits that are folded as soon as nobody can change them give the same tables, to
 * the byte, as hits that all wait for the end; for any number of threads, blocks and definitions.
 */
#include "run_fixture.h"

enum { EVENTS = 6000, CUSTOMERS = 60 };

static uint64_t random_state = 1;

static uint32_t random_below(uint32_t limit) {
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(random_state >> 33) % limit;
}

/* Times run forward, less than `jitter` s out of order; silences of a customer are around every
 * limit. They are multiples of `grain` s: a coarse one makes silences of just a limit common. */
static void make_input(const struct run_fixture *fixture, const char *path, uint32_t grain,
                       uint32_t jitter) {
    static const char *const names[] = {"ad", "page", "cart", "buy", "help"};
    static const char *const devices[] = {"mobile", "desktop", ""};
    struct wend_buffer text = {0};
    uint64_t now = 1740000000;
    fixture_check(wend__buffer_append_text(&text, "t,c,e,d,v\n"), "memory");
    for (unsigned i = 0; i < EVENTS; i++) {
        now += random_below(120) == 0 ? 3600 : random_below(40);
        unsigned long long time = (now - random_below(jitter)) / grain * grain;
        fixture_check(wend__buffer_append_format(&text, "%llu,c%u,%s,%s,%u\n", time,
                                                 random_below(CUSTOMERS), names[random_below(5)],
                                                 devices[random_below(3)], random_below(100)),
                      "memory");
    }
    struct run_fixture place = *fixture;
    (void)snprintf(place.input, sizeof place.input, "%s", path);
    fixture_write(&place, wend__buffer_view(&text));
    wend__buffer_deinit(&text);
}

static void run(const struct run_fixture *fixture, const char *output, int64_t lateness_us,
                uint32_t threads, uint64_t settle_hits) {
    char second[300];
    (void)snprintf(second, sizeof second, "%s-2", fixture->input);
    const char *inputs[] = {fixture->input, second};
    struct wend_run_options options = fixture_options(fixture, inputs);
    options.input_count = 2;
    options.output = output;
    options.replaces = true;
    options.threads = threads;
    options.block_bytes = threads == 1 ? 1024 : 4096;
    options.lateness_us = lateness_us;
    options.settle_hits = settle_hits;
    struct wend_run_result *result = NULL;
    struct wend_error error = {0};
    enum wend_status status = wend__run(&options, &result, &error);
    fixture_check(status == WEND_OK, error.text);
    wend__run_result_destroy(result);
}

static const char *const definitions[] = {
    "sessions: {gap: 10m}\n",
    "sessions: {gap: 10m, key: d}\nsegments: [d]\nwindow: 1h\n",
    "sessions: {gap: 10m, max_duration: 15m, cut_on: d}\njourneys:\n"
    "  - {name: j, goal: buy, timeout: 1h, stages: [{a: [ad, page]}, {b: cart}, {c: buy}]}\n",
    "journeys:\n  - {name: k, start: page, goal: buy, timeout: 20m, within: 40m, "
    "after_goal: continue, stages: [{a: page}, {b: buy}], funnel: strict}\n"
    "  - {name: l, goal: cart, per: session, timeout: none}\nsegments: [d]\n",
    "journeys:\n  - {name: m, goal: buy, timeout: none}\n", /* nothing is over before the end */
};

/* With a bound that is wide enough nothing is late, and the tables are those without a bound. A
 * jitter of minutes brings many an event that joins what would else be over. */
static const struct {
    uint32_t grain;
    uint32_t jitter;
    int64_t lateness_us;
    int64_t other_us;
} rounds[] = {{1, 20, 25000000, WEND_LATENESS_UNLIMITED},
              {1, 20, 5000000, 5000000},
              {600, 900, 1200000000, WEND_LATENESS_UNLIMITED},
              {60, 900, 960000000, WEND_LATENESS_UNLIMITED},
              {60, 900, 600000000, 600000000}};

int main(void) {
    struct run_fixture fixture;
    char text[1024];
    char settled[512];
    char second[300];
    fixture_open(&fixture, "format: csv\ntime: t\ncustomer: c\n");
    (void)snprintf(settled, sizeof settled, "%s/settled", fixture.folder);
    (void)snprintf(second, sizeof second, "%s-2", fixture.input);
    for (size_t d = 0; d < sizeof definitions / sizeof *definitions; d++) {
        (void)snprintf(
            text, sizeof text,
            "format: csv\ntime: {field: t, unit: s}\ncustomer: c\nevent: e\nvalue: v\n%s",
            definitions[d]);
        fixture_definitions(&fixture, text);
        for (uint32_t round = 0; round < sizeof rounds / sizeof *rounds; round++) {
            make_input(&fixture, fixture.input, rounds[round].grain, rounds[round].jitter);
            make_input(&fixture, second, rounds[round].grain, rounds[round].jitter);
            run(&fixture, fixture.output, rounds[round].other_us, 1, UINT64_MAX);
            run(&fixture, settled, rounds[round].lateness_us, 1 + round % 4, 1);
            fixture_check(fixture_same_tables(fixture.output, settled), "another table");
        }
    }
    fixture_close(&fixture);
    return 0;
}
