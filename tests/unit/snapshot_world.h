/*
 * snapshot_world.h: a handful of units written by hand, and the snapshot that follows from them.
 *
 * The tables are counted here the naive way, unit by unit, so that snapshots of the tests are
 * consistent: touchpoints are single letters, every event has one, D is the goal, and the journey
 * `buy` has the stages look = {A, B}, cart = {C}, pay = {D}. One segment column, `device`.
 */
#ifndef WEND_TESTS_SNAPSHOT_WORLD_H
#define WEND_TESTS_SNAPSHOT_WORLD_H

#include "snapshot/snapshot_writer.h"

struct world_unit {
    uint32_t scope;     /* 0 session, 1 buy */
    const char *device; /* NULL: none */
    const char *steps;  /* "ABCD"; "": an event without touchpoint */
    int64_t started_us;
    int64_t gap_us; /* between two steps */
    enum wend_outcome outcome;
    wend_int128 value; /* of the goal */
    const char *id;    /* 16 hex digits */
    bool has_switch;   /* of device from x to y, at its first step */
};

struct world_options {
    const char *directory;
    bool replaces;
    bool has_windows; /* of a day */
    enum wend_customer_ids customer_ids;
    uint32_t tables; /* bits; 0: all */
    uint64_t read;   /* records; 0: the events */
    const char *input_name;
};

extern const struct world_unit world_units[];
extern const size_t world_unit_count;

/* Writes and publishes a snapshot of the units. */
enum wend_status world_write(const struct world_unit *units, size_t unit_count,
                             const struct world_options *options, struct wend_error *error);

/* A new directory below /tmp, and its removal. */
void world_make_directory(char path[64]);
/* What lies in it, hidden names too, sorted, joined with blanks; static. */
const char *world_list(const char *directory);

#endif
