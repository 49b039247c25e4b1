/*
 * verify.h: the parts of wend__snapshot_verify.
 *
 * verify.c looks at files and counters, verify_tables.c at each row by itself, verify_groups.c at
 * the sums that must agree within a group (scope, window, segments) over rows and tables, and
 * verify_flow.c at the conservation of flow.
 *
 * A check is one question asked once; a finding is a check that failed, as one line for people.
 * Threads: one at a time.
 */
#ifndef WEND_SNAPSHOT_VERIFY_H
#define WEND_SNAPSHOT_VERIFY_H

#include "ds/strings.h"
#include "snapshot/row_reader.h"
#include "snapshot/row_values.h"
#include "snapshot/snapshot_files.h"

/* Where the findings of one run go. */
struct wend_verify {
    const struct wend_snapshot *snapshot;
    wend_snapshot_finding *finding;
    void *context;
    struct wend_snapshot_verified *verified;
    bool is_stopped;  /* the callback wants no more */
    bool is_silenced; /* findings are counted, and not told */
    bool is_readable[WEND_TABLE_COUNT];
};

/* Counts a check and, when it is not `ok`, a finding, which is told. Returns `ok`. */
bool wend__verify_check(struct wend_verify *verify, bool ok, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What the tables say of one group. Sums of tables that are not there stay 0; all wrap, for they
 * come from strangers. */
struct wend_group_sums {
    uint32_t scope;                     /* index; UINT32_MAX: not one of the snapshot */
    uint64_t units[WEND_OUTCOME_KINDS]; /* paths */
    uint64_t all_units;
    uint64_t none_units; /* of the path (none) */
    wend_uint128 path_values;
    uint64_t abandoned; /* abandonment */
    uint64_t entries;   /* touchpoints */
    uint64_t exits;
    uint64_t first_touch;
    uint64_t last_touch;
    wend_uint128 point_values;
    uint64_t entry_transitions;
    uint64_t exit_transitions;
    uint64_t flow_start; /* units at the first step */
    uint64_t flow_goal;
    uint64_t stage_position; /* stages: of the row before, and what it says */
    uint64_t advanced;
    uint64_t abandoned_here;
    uint64_t detail_units[WEND_OUTCOME_KINDS]; /* sessions or journeys */
};

/* A touchpoint of a group: what the table touchpoints says minus what the units of the details
 * say; 0 in the end. */
struct wend_point_rest {
    uint32_t scope;
    uint32_t name_len; /* of the touchpoint, which stands before the two zeros at the key's end */
    uint64_t entries;  /* modulo 2^64 */
    uint64_t exits;
};

/* Zero-initialise to start. */
struct wend_verify_groups {
    struct wend_strings names; /* the part of a key that all tables share */
    struct wend_group_sums *sums;
    size_t capacity;
    struct wend_strings points; /* that part and the touchpoint */
    struct wend_point_rest *rests;
    size_t rest_capacity;
    struct wend_buffer scratch;
};

void wend__verify_groups_deinit(struct wend_verify_groups *groups);
/* The sums of a group; NULL without memory. Valid until the next group. */
struct wend_group_sums *wend__verify_group(struct wend_verify *verify,
                                           struct wend_verify_groups *groups,
                                           struct wend_bytes group, struct wend_bytes scope);
/* Adds a row, and checks it against the row before it where that is a rule. */
enum wend_status wend__verify_add_row(struct wend_verify *verify, struct wend_verify_groups *groups,
                                      const struct wend_row_values *row, struct wend_bytes key,
                                      const struct wend_payload *payload, struct wend_error *error);
/* A row of sessions or journeys; `steps` are those of its path. */
enum wend_status wend__verify_add_detail(struct wend_verify *verify,
                                         struct wend_verify_groups *groups,
                                         const struct wend_detail *detail,
                                         const struct wend_bytes *steps, uint32_t step_count,
                                         struct wend_error *error);
/* The checks over all that was added. */
enum wend_status wend__verify_sums(struct wend_verify *verify, struct wend_verify_groups *groups,
                                   struct wend_error *error);

struct wend_flow_count {
    uint64_t expected; /* units that go on to it, by the step before */
    uint64_t here;
    uint64_t next; /* units that go on to it from this step */
};

/* The rows of flow come in order; one step is held at a time. Zero-initialise to start. */
struct wend_verify_flow {
    struct wend_buffer group; /* and the anchor */
    uint32_t step_index;      /* 0: nothing yet */
    struct wend_strings names;
    struct wend_flow_count *counts; /* by name */
    size_t capacity;
};

enum wend_status wend__verify_flow_row(struct wend_verify *verify, struct wend_verify_flow *flow,
                                       const struct wend_row_values *row, struct wend_bytes key,
                                       uint64_t units, struct wend_error *error);
/* Behind the last row. */
void wend__verify_flow_end(struct wend_verify *verify, struct wend_verify_flow *flow);
void wend__verify_flow_deinit(struct wend_verify_flow *flow);

/* Goes through the rows of all tables. A table that cannot be read is a finding. */
enum wend_status wend__verify_tables(struct wend_verify *verify, struct wend_error *error);

#endif
