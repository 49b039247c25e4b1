/*
 * tally_fixture.h: units written as text, and rows read back as text.
 *
 * An event is `POINT[:VALUE][/SEGMENT][@TIME]`: a touchpoint's name or `-` for none, its value in
 * 1/10000, its value of the segment field, its time in microseconds (default: 1 after the one
 * before). Times below 128 are exact in a sketch, so that the rows here are exact, too.
 *
 * The rules: journey `buy` with the stages see (a, b), cart (c), pay (d) and the goal d; journey
 * `any` without stages whose goal is e; segment field `device`, only when asked for.
 *
 * A row is `SCOPE[ @WINDOW][ /SEGMENT] | KEY PARTS = COUNTS[ value N][ time N][ {TIMES}]`.
 */
#ifndef WEND_UNIT_TALLY_FIXTURE_H
#define WEND_UNIT_TALLY_FIXTURE_H

#include "tally/tally.h"

enum { TEST_SESSION = 0, TEST_BUY = 1, TEST_ANY = 2 };

struct tally_fixture {
    struct wend_ruleset ruleset;
    struct wend_journey_rule journeys[2];
    struct wend_hit_layout layout;
    struct wend_touchpoints touchpoints;
    struct wend_strings segment_values;
    struct wend_budget budget;
    struct wend_tally *tally;
    uint32_t tables;
};

/* A unit ready to be handed over; `hits` is freed by `free_unit`. */
struct test_unit {
    struct wend_unit unit;
    uint8_t *hits;
};

/* Ruleset and strings; change the ruleset, then call `create_tally`. */
void init_fixture(struct tally_fixture *fixture, bool has_segment);
void create_tally(struct tally_fixture *fixture, size_t budget_bytes);
void deinit_fixture(struct tally_fixture *fixture);

/* Ids as this worker has them; made at first sight. */
uint32_t touchpoint_id(struct tally_fixture *fixture, const char *name);
uint32_t segment_number(struct tally_fixture *fixture, const char *value);

struct test_unit make_unit(struct tally_fixture *fixture, uint32_t scope, enum wend_outcome outcome,
                           const char *events);
void free_unit(struct test_unit *unit);
/* Makes and counts a unit; its outcome follows from its first goal, else it is abandoned. */
void add_unit(struct tally_fixture *fixture, uint32_t scope, const char *events);
void add_unit_as(struct tally_fixture *fixture, uint32_t scope, enum wend_outcome outcome,
                 const char *events);

/* A row as text, to be freed. */
char *row_text(const struct tally_fixture *fixture, enum wend_table_id table, struct wend_bytes key,
               struct wend_bytes payload);
/* All rows of sorted runs, a line each, to be freed. */
char *all_rows(const struct tally_fixture *fixture, enum wend_table_id table,
               struct wend_runs *runs);
/* Finishes the tally when needed and compares all rows of a table, one line each. */
void expect_rows(struct tally_fixture *fixture, enum wend_table_id table, const char *expected);

#endif
