/*
 * folder_fixture.h: small customers for the folder, and its units as text.
 *
 * A unit reads `0,1,2 c@20 g1 #1 s2`: the numbers of its events, its outcome (c, a, o), the moment
 * that decides it, the first goal as an index of its hits, the ordinal if not 0, the sessions if
 * not 1. Units of a scope are joined by " | " in the order of their first events.
 */
#ifndef WEND_TESTS_UNIT_FOLDER_FIXTURE_H
#define WEND_TESTS_UNIT_FOLDER_FIXTURE_H

#include "base/memory.h"
#include "base/timezone.h"
#include "session/folder.h"

#include <criterion/criterion.h>

#include <stdio.h>

#define NONE WEND_NO_LIMIT_US

enum { LETTERS = 6, EVENTS_MAX = 64, UNITS_MAX = 512, CUTS = 2, TEXT_BYTES = 8192 };

struct event {
    int64_t ts;
    char touchpoint; /* 'a' to 'f'; 0: none */
    uint32_t id;     /* 0: none */
    uint32_t cuts[CUTS];
    uint32_t key; /* 0: absent */
    bool is_bad;
};

struct seen {
    uint32_t scope;
    size_t events[EVENTS_MAX];
    size_t event_count;
    int64_t start;
    enum wend_outcome outcome;
    size_t first_goal;
    int64_t decided;
    uint32_t ordinal;
    uint32_t session_count;
};

struct fixture {
    struct wend_ruleset ruleset;
    struct wend_journey_rule journeys[WEND_MAX_JOURNEYS];
    struct wend_bytes names[WEND_MAX_JOURNEYS][2][LETTERS];
    struct wend_timezone *timezone;
    bool has_watermark; /* else that of the last event */
    int64_t watermark;
    bool close_all;

    struct wend_counters counters;
    struct seen *units;
    size_t unit_count;
    size_t sink_calls;
    size_t fail_sink_at;
    char text[TEXT_BYTES];
};

/* Without journeys, one endless session. */
static inline struct fixture *fixture_new(void) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    cr_assert_not_null(fixture);
    fixture->units = calloc(UNITS_MAX, sizeof *fixture->units);
    cr_assert_not_null(fixture->units);
    fixture->ruleset = (struct wend_ruleset){
        .id_field = WEND_NO_FIELD,
        .value_field = WEND_NO_FIELD,
        .sessions = {.gap_us = NONE,
                     .max_duration_us = NONE,
                     .key_field = WEND_NO_FIELD,
                     .goal_journey = WEND_NO_JOURNEY},
        .journeys = fixture->journeys,
    };
    return fixture;
}

static inline void fixture_free(struct fixture *fixture) {
    wend__timezone_close(fixture->timezone);
    free(fixture->units);
    free(fixture);
}

static inline uint32_t set_letters(struct wend_bytes *names, const char *letters) {
    static const char alphabet[] = "abcdef";
    uint32_t count = 0;
    for (; letters[count] != '\0'; count++) {
        names[count] = wend__bytes(alphabet + (letters[count] - 'a'), 1);
    }
    return count;
}

/* Adds a journey that starts at one of the letters (none: anywhere) and ends at a goal. */
static inline struct wend_journey_rule *add_journey(struct fixture *fixture, const char *start,
                                                    const char *goal) {
    uint32_t j = fixture->ruleset.journey_count++;
    struct wend_journey_rule *rule = &fixture->journeys[j];
    *rule = (struct wend_journey_rule){.start = fixture->names[j][0],
                                       .goal = fixture->names[j][1],
                                       .timeout_us = NONE,
                                       .within_us = NONE};
    rule->start_count = set_letters(rule->start, start);
    rule->goal_count = set_letters(rule->goal, goal);
    return rule;
}

static inline enum wend_status record(void *context, const struct wend_unit *unit,
                                      struct wend_error *error) {
    struct fixture *fixture = context;
    if (++fixture->sink_calls == fixture->fail_sink_at) {
        return wend__fail(error, WEND_ERROR_CANCELLED, "enough");
    }
    if (fixture->unit_count == UNITS_MAX) {
        return WEND_OK;
    }
    struct seen *seen = &fixture->units[fixture->unit_count++];
    struct wend_hit_layout layout;
    wend__hit_layout_init(&layout, &fixture->ruleset);
    *seen = (struct seen){.scope = unit->scope,
                          .event_count = unit->hit_count,
                          .start = wend__hit_at(&layout, unit->hits, 0)->ts_us,
                          .outcome = unit->outcome,
                          .first_goal = unit->first_goal,
                          .decided = unit->decided_us,
                          .ordinal = unit->ordinal,
                          .session_count = unit->session_count};
    for (size_t i = 0; i < unit->hit_count && i < EVENTS_MAX; i++) {
        seen->events[i] = (size_t)wend__hit_at(&layout, unit->hits, i)->position;
    }
    cr_assert(wend__bytes_is(unit->customer, "ann"));
    return WEND_OK;
}

static inline struct wend_hash128 token_of(uint32_t number) {
    return number == 0 ? (struct wend_hash128){0, 0}
                       : wend__hash128(wend__bytes(&number, sizeof number), 3);
}

static inline void write_hit(const struct wend_ruleset *ruleset,
                             const struct wend_hit_layout *layout, const struct event *event,
                             uint64_t position, uint8_t *to) {
    memset(to, 0, layout->bytes);
    struct wend_hit hit = {
        .customer = {1, 2},
        .ts_us = event->ts,
        .position = position,
        .touchpoint =
            event->touchpoint == 0 ? WEND_TOUCHPOINT_NONE : (uint32_t)(event->touchpoint - 'a'),
        .flags =
            (event->is_bad ? WEND_HIT_BAD_VALUE : 0U) | (event->id != 0 ? WEND_HIT_HAS_ID : 0U),
    };
    if (!layout->has_id) {
        hit.flags &= ~(unsigned)WEND_HIT_HAS_ID;
    }
    memcpy(to, &hit, sizeof hit);
    struct wend_hash128 token = token_of(event->id);
    if (layout->has_id) {
        memcpy(to + layout->id_offset, &token, sizeof token);
    }
    uint32_t cut_count = ruleset->sessions.cut_field_count;
    for (uint32_t f = 0; f < layout->token_count; f++) {
        token = token_of(f < cut_count ? event->cuts[f] : event->key);
        memcpy(to + layout->token_offset + f * sizeof token, &token, sizeof token);
    }
}

/* Folds the events, which must be in order, as one customer. */
static inline enum wend_status fold_status(struct fixture *fixture, const struct event *events,
                                           size_t count, struct wend_error *error) {
    const struct wend_ruleset *ruleset = &fixture->ruleset;
    struct wend_hit_layout layout;
    wend__hit_layout_init(&layout, ruleset);
    struct wend_touchpoints touchpoints;
    wend__touchpoints_init(&touchpoints, ruleset, 9);
    uint8_t *hits = malloc(count * layout.bytes + 1);
    cr_assert_not_null(hits);
    for (size_t i = 0; i < count; i++) {
        write_hit(ruleset, &layout, &events[i], i, hits + i * layout.bytes);
    }
    fixture->unit_count = 0;
    fixture->sink_calls = 0;
    fixture->counters = (struct wend_counters){0};
    struct wend_folder_options options = {
        .ruleset = ruleset,
        .layout = &layout,
        .touchpoints = &touchpoints,
        .timezone = fixture->timezone,
        .watermark_us = fixture->has_watermark ? fixture->watermark
                        : count == 0           ? 0
                                               : events[count - 1].ts,
        .close_all = fixture->close_all,
        .sink = record,
        .sink_context = fixture,
    };
    struct wend_folder *folder = NULL;
    bool is_interned = true;
    for (uint32_t i = 0; i < LETTERS; i++) {
        char letter = (char)('a' + i);
        uint32_t id;
        is_interned =
            is_interned && wend__touchpoints_intern(&touchpoints, wend__bytes(&letter, 1), &id);
    }
    enum wend_status status =
        is_interned ? wend__folder_create(&options, &folder, error) : wend__fail_memory(error);
    if (status == WEND_OK) {
        status = wend__folder_customer(folder, hits, count, wend__bytes_text("ann"),
                                       &fixture->counters, error);
    }
    wend__folder_destroy(folder);
    wend__touchpoints_deinit(&touchpoints);
    free(hits);
    return status;
}

static inline void fold(struct fixture *fixture, const struct event *events, size_t count) {
    struct wend_error error = {0};
    cr_assert_eq(fold_status(fixture, events, count, &error), WEND_OK, "%s", error.text);
}

static inline int seen_ascending(const void *a, const void *b) {
    const struct seen *left = a;
    const struct seen *right = b;
    if (left->scope != right->scope) {
        return left->scope < right->scope ? -1 : 1;
    }
    return (left->events[0] > right->events[0]) - (left->events[0] < right->events[0]);
}

/* The units of one scope as text. */
static inline const char *units_text(struct seen *units, size_t unit_count, uint32_t scope,
                                     char *text) {
    qsort(units, unit_count, sizeof *units, seen_ascending);
    size_t at = 0;
    text[0] = '\0';
#define PRINT(...)                                                                                 \
    at += (size_t)snprintf(text + at, at < TEXT_BYTES ? TEXT_BYTES - at : 0, __VA_ARGS__)
    for (size_t u = 0; u < unit_count; u++) {
        const struct seen *unit = &units[u];
        if (unit->scope != scope) {
            continue;
        }
        PRINT("%s", at == 0 ? "" : " | ");
        for (size_t i = 0; i < unit->event_count && i < EVENTS_MAX; i++) {
            PRINT("%s%zu", i == 0 ? "" : ",", unit->events[i]);
        }
        PRINT(" %c@%lld", "cao"[unit->outcome], (long long)unit -> decided);
        if (unit->first_goal != unit->event_count) {
            PRINT(" g%zu", unit->first_goal);
        }
        if (unit->ordinal != 0) {
            PRINT(" #%u", unit->ordinal);
        }
        if (unit->session_count != 1) {
            PRINT(" s%u", unit->session_count);
        }
    }
#undef PRINT
    cr_assert_lt(at, TEXT_BYTES);
    return text;
}

static inline const char *seen_text(struct fixture *fixture, uint32_t scope) {
    return units_text(fixture->units, fixture->unit_count, scope, fixture->text);
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Folds the events and compares the sessions, or the first journey's units, with the text. */
#define EXPECT_SESSIONS(fixture, events, expected)                                                 \
    do {                                                                                           \
        fold((fixture), (events), COUNT(events));                                                  \
        cr_assert_str_eq(seen_text((fixture), WEND_SCOPE_SESSION), (expected));                    \
    } while (0)
#define EXPECT_JOURNEYS(fixture, events, expected)                                                 \
    do {                                                                                           \
        fold((fixture), (events), COUNT(events));                                                  \
        cr_assert_str_eq(seen_text((fixture), 1), (expected));                                     \
    } while (0)

#endif
