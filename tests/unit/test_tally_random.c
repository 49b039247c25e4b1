/*
 * Behaviour of engine/tally on random units, against a plain model: rows are found by their text,
 * and every count is a loop over the events.
 */
#include "random.h"
#include "tally_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    CASES = 300,
    UNITS_MAX = 12,
    SHORT = 9,
    EVENTS_MAX = 150,
    ROWS_MAX = 4096,
    TIMES_MAX = 2048
};

static const char *const names[] = {"a", "b", "c", "d", "e", "x"};
enum { NAMES = 6, NO_NAME = NAMES };
static const char *const values[] = {"p", "q", "r"};
enum { VALUES = 3, NO_VALUE = VALUES };

struct event {
    uint32_t point;
    uint32_t segment;
    int64_t value;
    int64_t time;
};

struct model_unit {
    uint32_t scope;
    enum wend_outcome outcome;
    struct event events[EVENTS_MAX];
    size_t count;
    /* Worked out from the events: */
    uint32_t steps[EVENTS_MAX];
    int64_t step_times[EVENTS_MAX];
    size_t step_count;
    size_t goal; /* event; `count`: none */
    char group[64];
};

struct row {
    char key[1280];
    uint64_t counts[7];
    int64_t value;
    int64_t time;
    int64_t times[TIMES_MAX];
    size_t time_count;
    size_t last_unit;
};

struct model {
    struct tally_fixture fixture;
    struct model_unit units[UNITS_MAX];
    size_t unit_count;
    struct row *rows; /* of the table at hand */
    size_t row_count;
};

static bool is_goal(const struct model_unit *unit, uint32_t point) {
    bool buy = point == 3;
    bool any = point == 4;
    return unit->scope == TEST_SESSION ? buy || any : unit->scope == TEST_BUY ? buy : any;
}

static void make_model_unit(uint64_t *state, struct model_unit *unit) {
    *unit = (struct model_unit){.scope = (uint32_t)random_below(state, 3)};
    /* A few have more steps than the tally keeps of a trail. */
    bool is_long = random_below(state, 12) == 0;
    unit->count = 1 + random_below(state, is_long ? EVENTS_MAX : SHORT);
    int64_t time = (int64_t)random_below(state, 40) - 20;
    for (size_t i = 0; i < unit->count; i++) {
        time += is_long ? random_below(state, 3) == 0 : (int64_t)random_below(state, 5);
        unit->events[i] = (struct event){
            .point = (uint32_t)random_below(state, NAMES + 1),
            .segment = (uint32_t)random_below(state, VALUES + 1),
            .value = (int64_t)random_below(state, 3) * 7 - 5,
            .time = time,
        };
    }
    unit->goal = unit->count;
    for (size_t i = unit->count; i-- > 0;) {
        unit->goal = is_goal(unit, unit->events[i].point) ? i : unit->goal;
    }
    unit->outcome = unit->goal < unit->count      ? WEND_OUTCOME_CONVERTED
                    : random_below(state, 4) == 0 ? WEND_OUTCOME_OPEN
                                                  : WEND_OUTCOME_ABANDONED;
}

static void add_to_tally(struct model *model, const struct model_unit *unit) {
    char text[32 * EVENTS_MAX] = "";
    size_t at = 0;
    for (size_t i = 0; i < unit->count; i++) {
        const struct event *event = &unit->events[i];
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%s:%lld@%lld", i == 0 ? "" : " ",
                               event->point == NO_NAME ? "-" : names[event->point],
                               (long long)event->value, (long long)event->time);
        if (event->segment != NO_VALUE) {
            at += (size_t)snprintf(text + at, sizeof text - at, "/%s", values[event->segment]);
        }
    }
    add_unit_as(&model->fixture, unit->scope, unit->outcome, text);
}

/* Steps, and the text of scope, window and segment. */
static void work_out(const struct model *model, struct model_unit *unit) {
    static const char *const scopes[] = {"session", "buy", "any"};
    for (size_t i = 0; i < unit->count; i++) {
        uint32_t point = unit->events[i].point;
        bool repeats = unit->step_count > 0 && unit->steps[unit->step_count - 1] == point;
        if (point != NO_NAME && !(repeats && model->fixture.ruleset.collapse)) {
            unit->steps[unit->step_count] = point;
            unit->step_times[unit->step_count++] = unit->events[i].time;
        }
    }
    size_t at = (size_t)snprintf(unit->group, sizeof unit->group, "%s", scopes[unit->scope]);
    int64_t window = model->fixture.ruleset.window_us;
    if (window > 0) {
        int64_t start = unit->events[unit->count - 1].time + 1000 * window;
        at += (size_t)snprintf(unit->group + at, sizeof unit->group - at, " @%lld",
                               (long long)(start / window * window - 1000 * window));
    }
    uint32_t segment = NO_VALUE;
    for (size_t i = unit->count; i-- > 0;) {
        segment = unit->events[i].segment == NO_VALUE ? segment : unit->events[i].segment;
    }
    (void)snprintf(unit->group + at, sizeof unit->group - at, " /%s",
                   segment == NO_VALUE ? "null" : values[segment]);
}

/* The row of a unit's group with these key parts. */
static struct row *row_of(struct model *model, const struct model_unit *unit, const char *parts) {
    char key[1280];
    (void)snprintf(key, sizeof key, "%s | %s", unit->group, parts);
    for (size_t i = 0; i < model->row_count; i++) {
        if (strcmp(model->rows[i].key, key) == 0) {
            return &model->rows[i];
        }
    }
    cr_assert(model->row_count < ROWS_MAX);
    struct row *row = &model->rows[model->row_count++];
    *row = (struct row){.last_unit = SIZE_MAX};
    memcpy(row->key, key, sizeof key);
    return row;
}

static void add_time(struct row *row, int64_t time) {
    cr_assert(row->time_count < TIMES_MAX);
    row->time += time;
    row->times[row->time_count++] = time;
}

static int ascending(const void *a, const void *b) {
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* One line, in the form of the fixture. */
static char *line_of(struct row *row, enum wend_table_id table) {
    const struct wend_payload_shape *shape = &wend__schemas[table].shape;
    struct wend_buffer out = {0};
    cr_assert(wend__buffer_append_format(&out, "%s =", row->key));
    for (uint32_t i = 0; i < shape->count_count; i++) {
        cr_assert(wend__buffer_append_format(&out, " %llu", (unsigned long long)row->counts[i]));
    }
    if (shape->has_value_sum) {
        cr_assert(wend__buffer_append_format(&out, " value %lld", (long long)row->value));
    }
    if (shape->has_time_sum) {
        cr_assert(wend__buffer_append_format(&out, " time %lld", (long long)row->time));
    }
    if (shape->has_sketch) {
        qsort(row->times, row->time_count, sizeof *row->times, ascending);
        cr_assert(wend__buffer_append_text(&out, " {"));
        for (size_t i = 0; i < row->time_count; i++) {
            cr_assert(wend__buffer_append_format(&out, "%s%lld", i == 0 ? "" : " ",
                                                 (long long)row->times[i]));
        }
        cr_assert(wend__buffer_append_text(&out, "}"));
    }
    cr_assert(wend__buffer_append(&out, "", 1));
    return (char *)out.data;
}

/* The rows of the tally and those of the model, as sets. */
static void compare(struct model *model, enum wend_table_id table, uint64_t seed) {
    char *found = all_rows(&model->fixture, table, wend__tally_rows(model->fixture.tally, table));
    char *lines[ROWS_MAX];
    char *expected[ROWS_MAX];
    size_t count = 0;
    char *rest = NULL;
    for (char *line = strtok_r(found, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        lines[count++] = line;
    }
    cr_assert_eq(count, model->row_count, "seed %llu, table %d: %zu rows, not %zu",
                 (unsigned long long)seed, (int)table, count, model->row_count);
    for (size_t i = 0; i < count; i++) {
        expected[i] = line_of(&model->rows[i], table);
    }
    qsort(lines, count, sizeof *lines, by_text);
    qsort(expected, count, sizeof *expected, by_text);
    for (size_t i = 0; i < count; i++) {
        cr_assert_str_eq(lines[i], expected[i], "seed %llu: %s, not %s", (unsigned long long)seed,
                         lines[i], expected[i]);
        free(expected[i]);
    }
    free(found);
    model->row_count = 0;
}

static void model_paths(struct model *model, const struct model_unit *unit, size_t number) {
    size_t most = model->fixture.ruleset.max_steps;
    char path[1024] = "";
    size_t at = 0;
    for (size_t i = 0; i < unit->step_count; i++) {
        bool cut = unit->step_count > most;
        if (cut && i > most - 2 && i + 1 < unit->step_count) {
            continue;
        }
        at += (size_t)snprintf(path + at, sizeof path - at, "%s%s", i == 0 ? "" : " > ",
                               cut && i == most - 2 ? "\xE2\x80\xA6" : names[unit->steps[i]]);
    }
    struct row *row = row_of(model, unit, unit->step_count == 0 ? "(none)" : path);
    row->counts[0] += 1;
    row->counts[1 + unit->outcome] += 1;
    for (size_t i = 0; i < unit->count; i++) {
        row->value += is_goal(unit, unit->events[i].point) ? unit->events[i].value : 0;
    }
    add_time(row, unit->events[unit->count - 1].time - unit->events[0].time);
    (void)number;
}

static void model_transitions(struct model *model, const struct model_unit *unit, size_t number) {
    for (size_t i = 0; unit->step_count > 0 && i <= unit->step_count; i++) {
        char parts[64];
        (void)snprintf(parts, sizeof parts, "%s %s", i == 0 ? "(entry)" : names[unit->steps[i - 1]],
                       i == unit->step_count ? "(exit)" : names[unit->steps[i]]);
        struct row *row = row_of(model, unit, parts);
        row->counts[0] += 1;
        row->counts[1] += row->last_unit != number;
        row->last_unit = number;
        if (i > 0 && i < unit->step_count) {
            add_time(row, unit->step_times[i] - unit->step_times[i - 1]);
        }
    }
}

static void model_flow_from(struct model *model, const struct model_unit *unit, const char *anchor,
                            const uint32_t *steps, size_t count) {
    size_t depth = model->fixture.ruleset.flow_depth;
    for (size_t i = 0; i < count && i < depth; i++) {
        const char *end = strcmp(anchor, "goal") == 0 ? "(entry)" : "(exit)";
        const char *to = i + 1 == count ? end : i + 1 == depth ? "(more)" : names[steps[i + 1]];
        char parts[64];
        (void)snprintf(parts, sizeof parts, "%s %zu %s %s", anchor, i + 1, names[steps[i]], to);
        row_of(model, unit, parts)->counts[0] += 1;
    }
}

static void model_flow(struct model *model, const struct model_unit *unit, size_t number) {
    uint32_t backwards[EVENTS_MAX];
    model_flow_from(model, unit, "start", unit->steps, unit->step_count);
    if (unit->goal < unit->count) {
        /* The path up to the goal, for itself. */
        struct model_unit before = *unit;
        before.count = unit->goal + 1;
        before.step_count = 0;
        work_out(model, &before);
        for (size_t i = 0; i < before.step_count; i++) {
            backwards[i] = before.steps[before.step_count - 1 - i];
        }
        model_flow_from(model, unit, "goal", backwards, before.step_count);
    }
    (void)number;
}

static void point_parts(const struct model_unit *unit, uint32_t point, char *parts, size_t size) {
    static const char *const stages[] = {"see", "see", "cart", "pay", "null", "null", "null"};
    (void)snprintf(parts, size, "%s %s", point == NO_NAME ? "(none)" : names[point],
                   unit->scope == TEST_BUY ? stages[point] : "null");
}

static uint32_t first_point(const struct model_unit *unit, size_t begin, size_t end) {
    while (begin < end && unit->events[begin].point == NO_NAME) {
        begin++;
    }
    return begin < end ? unit->events[begin].point : NO_NAME;
}

static uint32_t last_point(const struct model_unit *unit, size_t end) {
    while (end > 0 && unit->events[end - 1].point == NO_NAME) {
        end--;
    }
    return end > 0 ? unit->events[end - 1].point : NO_NAME;
}

static void model_abandonment(struct model *model, const struct model_unit *unit, size_t number) {
    for (uint32_t point = 0; point <= NO_NAME; point++) {
        bool holds = point == NO_NAME && unit->step_count == 0;
        for (size_t i = 0; i < unit->count && point != NO_NAME; i++) {
            holds = holds || unit->events[i].point == point;
        }
        if (holds) {
            char parts[64];
            point_parts(unit, point, parts, sizeof parts);
            struct row *row = row_of(model, unit, parts);
            row->counts[0] +=
                unit->outcome == WEND_OUTCOME_ABANDONED && last_point(unit, unit->count) == point;
            row->counts[1] += 1;
        }
    }
    (void)number;
}

static void model_touchpoints(struct model *model, const struct model_unit *unit, size_t number) {
    for (size_t i = 0; i < unit->count; i++) {
        uint32_t point = unit->events[i].point;
        char parts[64];
        if (point == NO_NAME) {
            continue;
        }
        point_parts(unit, point, parts, sizeof parts);
        struct row *row = row_of(model, unit, parts);
        row->counts[0] += 1;
        row->value += is_goal(unit, point) ? unit->events[i].value : 0;
        if (row->last_unit == number) {
            continue;
        }
        row->last_unit = number;
        bool converted = unit->goal < unit->count;
        bool alone = converted && first_point(unit, 0, unit->goal) == NO_NAME;
        row->counts[1] += 1;
        row->counts[2] += first_point(unit, 0, unit->count) == point;
        row->counts[3] += last_point(unit, unit->count) == point;
        row->counts[4] += converted;
        row->counts[5] += converted && (alone ? point == unit->events[unit->goal].point
                                              : point == first_point(unit, 0, unit->goal));
        row->counts[6] += converted && (alone ? point == unit->events[unit->goal].point
                                              : point == last_point(unit, unit->goal));
    }
}

static void model_switches(struct model *model, const struct model_unit *unit, size_t number) {
    for (size_t i = 1; i < unit->count && unit->step_count > 0; i++) {
        uint32_t from = unit->events[i - 1].segment;
        uint32_t to = unit->events[i].segment;
        if (from == to || from == NO_VALUE || to == NO_VALUE) {
            continue;
        }
        uint32_t before = last_point(unit, i);
        uint32_t behind = first_point(unit, i, unit->count);
        char parts[64];
        (void)snprintf(parts, sizeof parts, "device %s %s %s %s", values[from], values[to],
                       before == NO_NAME ? "(entry)" : names[before],
                       behind == NO_NAME ? "(exit)" : names[behind]);
        struct row *row = row_of(model, unit, parts);
        row->counts[0] += 1;
        add_time(row, unit->events[i].time - unit->events[i - 1].time);
        if (row->last_unit != number) {
            row->last_unit = number;
            row->counts[1] += 1;
            row->counts[2] += unit->outcome == WEND_OUTCOME_CONVERTED;
            row->counts[3] += unit->outcome == WEND_OUTCOME_ABANDONED;
        }
    }
}

/* Random rules, random units; then one table of both. */
static void run_case(struct model *model, uint64_t seed, enum wend_table_id table,
                     void (*count)(struct model *, const struct model_unit *, size_t)) {
    uint64_t state = seed;
    init_fixture(&model->fixture, true);
    struct wend_ruleset *ruleset = &model->fixture.ruleset;
    ruleset->collapse = random_below(&state, 3) > 0;
    ruleset->max_steps = random_below(&state, 4) == 0 ? 90 : 3 + (uint32_t)random_below(&state, 4);
    ruleset->flow_depth = (uint32_t)random_below(&state, 6);
    ruleset->window_us = random_below(&state, 2) == 0 ? 0 : 1 + (int64_t)random_below(&state, 30);
    create_tally(&model->fixture, SIZE_MAX);
    model->unit_count = random_below(&state, UNITS_MAX + 1);
    for (size_t i = 0; i < model->unit_count; i++) {
        make_model_unit(&state, &model->units[i]);
        add_to_tally(model, &model->units[i]);
        work_out(model, &model->units[i]);
        count(model, &model->units[i], i);
    }
    cr_assert_eq(wend__tally_finish(model->fixture.tally, NULL), WEND_OK);
    compare(model, table, seed);
    deinit_fixture(&model->fixture);
}

static void run_cases(enum wend_table_id table,
                      void (*count)(struct model *, const struct model_unit *, size_t)) {
    struct model *model = calloc(1, sizeof *model);
    model->rows = calloc(ROWS_MAX, sizeof *model->rows);
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        run_case(model, seed, table, count);
    }
    free(model->rows);
    free(model);
}

Test(tally_random, paths_are_those_of_the_model) {
    run_cases(WEND_TABLE_PATHS, model_paths);
}

Test(tally_random, transitions_are_those_of_the_model) {
    run_cases(WEND_TABLE_TRANSITIONS, model_transitions);
}

Test(tally_random, flow_is_that_of_the_model) {
    run_cases(WEND_TABLE_FLOW, model_flow);
}

Test(tally_random, abandonment_is_that_of_the_model) {
    run_cases(WEND_TABLE_ABANDONMENT, model_abandonment);
}

Test(tally_random, touchpoints_are_those_of_the_model) {
    run_cases(WEND_TABLE_TOUCHPOINTS, model_touchpoints);
}

Test(tally_random, switches_are_those_of_the_model) {
    run_cases(WEND_TABLE_SWITCHES, model_switches);
}
