#include "tally_fixture.h"

#include "ds/sortkey.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct wend_bytes text(const char *bytes) {
    return wend__bytes_text(bytes);
}

static void init_journeys(struct tally_fixture *fixture) {
    static struct wend_bytes see[2];
    static struct wend_bytes cart[1];
    static struct wend_bytes pay[1];
    static struct wend_bytes other_goal[1];
    static struct wend_stage stages[3];
    see[0] = text("a");
    see[1] = text("b");
    cart[0] = text("c");
    pay[0] = text("d");
    other_goal[0] = text("e");
    stages[0] = (struct wend_stage){text("see"), see, 2};
    stages[1] = (struct wend_stage){text("cart"), cart, 1};
    stages[2] = (struct wend_stage){text("pay"), pay, 1};
    fixture->journeys[0] = (struct wend_journey_rule){.name = text("buy"),
                                                      .goal = pay,
                                                      .goal_count = 1,
                                                      .stages = stages,
                                                      .stage_count = 3,
                                                      .timeout_us = WEND_NO_LIMIT_US,
                                                      .within_us = WEND_NO_LIMIT_US};
    fixture->journeys[1] = (struct wend_journey_rule){.name = text("any"),
                                                      .goal = other_goal,
                                                      .goal_count = 1,
                                                      .timeout_us = WEND_NO_LIMIT_US,
                                                      .within_us = WEND_NO_LIMIT_US};
}

void init_fixture(struct tally_fixture *fixture, bool has_segment) {
    *fixture = (struct tally_fixture){.tables = (1U << WEND_TABLE_COUNT) - 1};
    init_journeys(fixture);
    fixture->ruleset = (struct wend_ruleset){
        .id_field = WEND_NO_FIELD,
        .value_field = 0,
        .sessions = {.key_field = WEND_NO_FIELD, .goal_journey = WEND_NO_JOURNEY},
        .journeys = fixture->journeys,
        .journey_count = 2,
        .segment_count = has_segment ? 1 : 0,
        .collapse = true,
        .max_steps = WEND_DEFAULT_MAX_STEPS,
        .flow_depth = WEND_DEFAULT_FLOW_DEPTH,
        .max_touchpoints = WEND_MAX_TOUCHPOINTS,
    };
    fixture->ruleset.segments[0].name = text("device");
    wend__hit_layout_init(&fixture->layout, &fixture->ruleset);
    wend__touchpoints_init(&fixture->touchpoints, &fixture->ruleset, 7);
    wend__strings_init(&fixture->segment_values, 8);
}

void create_tally(struct tally_fixture *fixture, size_t budget_bytes) {
    wend__budget_init(&fixture->budget, budget_bytes);
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
    cr_assert_eq(wend__tally_create(&options, &fixture->tally, NULL), WEND_OK);
}

void deinit_fixture(struct tally_fixture *fixture) {
    wend__tally_destroy(fixture->tally);
    cr_assert_eq(atomic_load(&fixture->budget.used), 0, "all charges were released");
    wend__touchpoints_deinit(&fixture->touchpoints);
    wend__strings_deinit(&fixture->segment_values);
}

uint32_t touchpoint_id(struct tally_fixture *fixture, const char *name) {
    uint32_t id;
    cr_assert(wend__touchpoints_intern(&fixture->touchpoints, text(name), &id));
    return id;
}

uint32_t segment_number(struct tally_fixture *fixture, const char *value) {
    uint32_t id;
    cr_assert(wend__strings_intern(&fixture->segment_values, text(value), &id, NULL));
    return id + 1;
}

/* What follows `mark` in an event, up to the next mark; NULL without it. */
static char *part_of(const char *event, char mark) {
    const char *at = strchr(event, mark);
    return at == NULL ? NULL : strndup(at + 1, strcspn(at + 1, ":/@"));
}

static void fill_hit(struct tally_fixture *fixture, const char *event, int64_t time_us,
                     uint8_t *bytes) {
    struct wend_hit hit = {.ts_us = time_us, .touchpoint = WEND_TOUCHPOINT_NONE};
    char *name = strndup(event, strcspn(event, ":/@"));
    char *value = part_of(event, ':');
    char *segment = part_of(event, '/');
    char *time = part_of(event, '@');
    if (strcmp(name, "-") != 0) {
        hit.touchpoint = touchpoint_id(fixture, name);
    }
    hit.ts_us = time == NULL ? time_us : strtoll(time, NULL, 10);
    if (value != NULL) {
        int64_t number = strtoll(value, NULL, 10);
        hit.flags |= WEND_HIT_HAS_VALUE;
        memcpy(bytes + fixture->layout.value_offset, &number, sizeof number);
    }
    if (segment != NULL) {
        uint32_t number = segment_number(fixture, segment);
        memcpy(bytes + fixture->layout.segment_offset, &number, sizeof number);
    }
    memcpy(bytes, &hit, sizeof hit);
    free(name);
    free(value);
    free(segment);
    free(time);
}

static bool is_goal(const struct tally_fixture *fixture, uint32_t scope, uint32_t touchpoint) {
    if (touchpoint == WEND_TOUCHPOINT_NONE) {
        return false;
    }
    return scope == TEST_SESSION
               ? fixture->touchpoints.session_goals[touchpoint]
               : wend__touchpoints_role(&fixture->touchpoints, touchpoint, scope - 1).is_goal;
}

struct test_unit make_unit(struct tally_fixture *fixture, uint32_t scope, enum wend_outcome outcome,
                           const char *events) {
    struct test_unit made = {.unit = {.scope = scope, .outcome = outcome, .session_count = 1}};
    char *copy = strdup(events);
    char *rest = NULL;
    int64_t time_us = 0;
    made.hits = calloc(strlen(events) + 1, fixture->layout.bytes);
    for (char *event = strtok_r(copy, " ", &rest); event != NULL;
         event = strtok_r(NULL, " ", &rest)) {
        uint8_t *at = made.hits + made.unit.hit_count * fixture->layout.bytes;
        fill_hit(fixture, event, time_us, at);
        time_us = ((struct wend_hit *)(void *)at)->ts_us + 1;
        made.unit.hit_count += 1;
    }
    free(copy);
    made.unit.hits = made.hits;
    made.unit.decided_us = time_us - 1;
    made.unit.customer = text("customer");
    made.unit.first_goal = made.unit.hit_count;
    for (size_t i = made.unit.hit_count; i-- > 0;) {
        const struct wend_hit *hit = wend__hit_at(&fixture->layout, made.hits, i);
        if (is_goal(fixture, scope, hit->touchpoint)) {
            made.unit.first_goal = i;
            made.unit.outcome = WEND_OUTCOME_CONVERTED;
        }
    }
    return made;
}

void free_unit(struct test_unit *unit) {
    free(unit->hits);
}

void add_unit_as(struct tally_fixture *fixture, uint32_t scope, enum wend_outcome outcome,
                 const char *events) {
    struct test_unit made = make_unit(fixture, scope, outcome, events);
    struct wend_error error = {0};
    cr_assert_eq(wend__tally_unit(fixture->tally, &made.unit, &error), WEND_OK, "%s", error.text);
    free_unit(&made);
}

void add_unit(struct tally_fixture *fixture, uint32_t scope, const char *events) {
    add_unit_as(fixture, scope, WEND_OUTCOME_ABANDONED, events);
}

static void put_text_part(struct wend_buffer *out, struct wend_bytes *key) {
    struct wend_buffer part = {0};
    cr_assert_eq(wend__sortkey_read_text(key, &part), WEND_SORTKEY_OK);
    cr_assert(wend__buffer_append(out, part.data, part.len));
    wend__buffer_deinit(&part);
}

static void put_nullable_part(struct wend_buffer *out, struct wend_bytes *key) {
    bool present;
    cr_assert_eq(wend__sortkey_read_present(key, &present), WEND_SORTKEY_OK);
    if (present) {
        put_text_part(out, key);
    } else {
        cr_assert(wend__buffer_append_text(out, "null"));
    }
}

/* Key parts behind the segments: t text, n nullable text, u number. */
static const char *const key_forms[WEND_AGGREGATE_COUNT] = {"t",  "tt", "tutt", "ut",
                                                            "tn", "tn", "ttttt"};

static void put_key(struct wend_buffer *out, const struct tally_fixture *fixture,
                    enum wend_table_id table, struct wend_bytes key) {
    bool has_window;
    put_text_part(out, &key);
    cr_assert_eq(wend__sortkey_read_present(&key, &has_window), WEND_SORTKEY_OK);
    if (has_window) {
        int64_t window_us;
        cr_assert_eq(wend__sortkey_read_int64(&key, &window_us), WEND_SORTKEY_OK);
        cr_assert(wend__buffer_append_format(out, " @%lld", (long long)window_us));
    }
    for (uint32_t i = 0; i < fixture->ruleset.segment_count; i++) {
        cr_assert(wend__buffer_append_text(out, " /"));
        put_nullable_part(out, &key);
    }
    for (const char *form = key_forms[table]; *form != '\0'; form++) {
        cr_assert(wend__buffer_append_text(out, form == key_forms[table] ? " | " : " "));
        if (*form == 'u') {
            uint32_t number;
            cr_assert_eq(wend__sortkey_read_uint32(&key, &number), WEND_SORTKEY_OK);
            cr_assert(wend__buffer_append_format(out, "%u", (unsigned)number));
        } else if (*form == 'n') {
            put_nullable_part(out, &key);
        } else {
            put_text_part(out, &key);
        }
    }
    cr_assert_eq(key.len, 0);
}

static void put_sketch(struct wend_buffer *out, struct wend_bytes bytes) {
    struct wend_sketch sketch = {0};
    cr_assert_eq(wend__sketch_merge_serialised(&sketch, bytes, NULL), WEND_OK);
    uint32_t position = 0;
    uint32_t bucket;
    uint64_t count;
    const char *before = " {";
    while (wend__sketch_next(&sketch, &position, &bucket, &count)) {
        for (uint64_t i = 0; i < count; i++) {
            cr_assert(wend__buffer_append_format(out, "%s%lld", before,
                                                 (long long)wend__sketch_bucket_value(bucket)));
            before = " ";
        }
    }
    cr_assert(wend__buffer_append_text(out, *before == ' ' && before[1] == '{' ? " {}" : "}"));
    wend__sketch_deinit(&sketch);
}

char *row_text(const struct tally_fixture *fixture, enum wend_table_id table, struct wend_bytes key,
               struct wend_bytes payload) {
    const struct wend_payload_shape *shape = &wend__schemas[table].shape;
    struct wend_buffer out = {0};
    struct wend_payload parts;
    put_key(&out, fixture, table, key);
    cr_assert(wend__payload_read(payload, shape, &parts));
    for (uint32_t i = 0; i < shape->count_count; i++) {
        cr_assert(wend__buffer_append_format(&out, "%s%llu", i == 0 ? " = " : " ",
                                             (unsigned long long)parts.counts[i]));
    }
    if (shape->has_value_sum) {
        cr_assert(wend__buffer_append_format(&out, " value %lld", (long long)parts.value_sum));
    }
    if (shape->has_time_sum) {
        cr_assert(wend__buffer_append_format(&out, " time %lld", (long long)parts.time_sum));
    }
    if (shape->has_sketch) {
        put_sketch(&out, parts.sketch);
    }
    cr_assert(wend__buffer_append(&out, "", 1));
    return (char *)out.data;
}

char *all_rows(const struct tally_fixture *fixture, enum wend_table_id table,
               struct wend_runs *runs) {
    struct wend_buffer all = {0};
    struct wend_bytes key;
    struct wend_bytes payload;
    for (;;) {
        cr_assert_eq(wend__runs_next(runs, &key, &payload, NULL), WEND_OK);
        if (key.data == NULL) {
            break;
        }
        char *row = row_text(fixture, table, key, payload);
        cr_assert(wend__buffer_append_text(&all, row) && wend__buffer_append_text(&all, "\n"));
        free(row);
    }
    cr_assert(wend__buffer_append(&all, "", 1));
    return (char *)all.data;
}

void expect_rows(struct tally_fixture *fixture, enum wend_table_id table, const char *expected) {
    struct wend_error error = {0};
    cr_assert_eq(wend__tally_finish(fixture->tally, &error), WEND_OK, "%s", error.text);
    char *found = all_rows(fixture, table, wend__tally_rows(fixture->tally, table));
    cr_assert_str_eq(found, expected, "expected\n%sfound\n%s", expected, found);
    free(found);
}
