/*
 * tally_parts.h: what the files of engine/tally share; not included from outside.
 *
 * Each table has a file with three calls: `count` takes the unit that the view has read, `flush`
 * hands all that was counted over to the runs as rows, `clear` forgets it and frees its memory.
 * The tables that a unit touches in many places have a queue: there `count` only notes what is to
 * be counted, and `settle` does it for the whole queue, so that the memory of all its items is
 * fetched at once. The order of counting changes nothing.
 *
 *   unit -> view -> group -> count count count ...      budget full, or the end: flush, clear
 *                              queue full, or a flush: settle
 *
 * Counters of "units with at least one" need no sets: an entry keeps the number of the unit that
 * touched it last, and counts a unit when that is another one.
 *
 * Threads: one at a time.
 */
#ifndef WEND_TALLY_TALLY_PARTS_H
#define WEND_TALLY_TALLY_PARTS_H

#include "base/arena.h"
#include "ds/table.h"
#include "tally/groups.h"
#include "tally/tally.h"
#include "tally/unit_view.h"

/*
 * Paths: open addressing, linear probing; an entry and its key lie together and never move, so
 * that a path that is not in the cache costs two misses: its slot and its entry.
 *
 *   slots:  [ hash: 8 | entry: 8 ][ 0 ] ...             whole hash: growing looks at no entry
 *   arena:  [ counts, sums, sketch ][ group | step ids ] ...
 */
struct wend_path_entry {
    uint64_t unit_count;
    uint64_t outcome_counts[3]; /* by enum wend_outcome */
    wend_int128 value;
    wend_int128 duration_us;
    struct wend_sketch durations;
    size_t step_count; /* as shown */
    uint32_t words[];  /* group, then the steps */
};

struct wend_path_slot {
    uint64_t hash;
    struct wend_path_entry *entry; /* NULL: empty */
};

struct wend_path_table {
    struct wend_path_slot *slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t count;
    struct wend_arena arena;
};

struct wend_stage_cell {
    uint64_t visited;
    uint64_t reached;
    uint64_t advanced;
    uint64_t abandoned_here;
    struct wend_sketch to_next;
};

struct wend_pair_key {
    uint32_t group;
    uint32_t from;
    uint32_t to;
};

/* Where `flow` counts from. */
enum { WEND_FLOW_START, WEND_FLOW_GOAL };

/* Two neighbouring steps on their way to `transitions` and `flow`. */
struct wend_tally_pair {
    uint64_t hash;
    size_t index; /* of its entry in `transitions`, once it is found */
    uint64_t unit;
    int64_t us; /* apart; negative: no time */
    struct wend_pair_key key;
    uint32_t places[2]; /* by anchor: distance from there, from 1; 0: none */
};

#define WEND_TALLY_PAIRS 128U /* with what they touch they stay in the first cache */

struct wend_pair_queue {
    uint32_t count;
    struct wend_tally_pair items[WEND_TALLY_PAIRS];
};

struct wend_flow_slot {
    uint64_t key; /* entry in `transitions` << 32 | 2 * place + anchor; 0: empty */
    uint64_t units;
};

struct wend_flow_table {
    struct wend_flow_slot *slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t count;
};

/* A touchpoint of a unit on its way to `abandonment` and `touchpoints`. */
struct wend_tally_point {
    uint64_t hash;
    uint64_t event_count;
    wend_int128 value;
    uint32_t group;
    uint32_t touchpoint; /* or WEND_POINT_NONE */
    uint32_t marks;      /* of enum point_mark */
};

#define WEND_TALLY_POINTS 64U

struct wend_point_queue {
    uint32_t count;
    struct wend_tally_point items[WEND_TALLY_POINTS];
};

/* A unit on its way to `paths`. */
struct wend_tally_path {
    uint64_t hash;
    struct wend_path_entry *entry; /* once it is found */
    wend_int128 value;
    int64_t duration_us;
    enum wend_outcome outcome;
    uint32_t step_count;
    const uint32_t *words; /* group, then the steps */
};

#define WEND_TALLY_PATHS 64U
#define WEND_TALLY_PATH_WORDS 1024U

struct wend_path_queue {
    uint32_t count;
    size_t word_count;
    size_t word_capacity;
    uint32_t *words;
    struct wend_tally_path items[WEND_TALLY_PATHS];
};

/* A group's part of a key, in `groups` of the row. */
struct wend_row_group {
    size_t offset;
    size_t len; /* 0: not made yet */
};

/* A row on its way to the runs. */
struct wend_tally_row {
    struct wend_buffer key;
    struct wend_buffer payload;
    struct wend_buffer groups; /* the groups' parts of keys that were needed since the last clear */
    struct wend_row_group *group_parts; /* by group: where its part is */
    size_t group_capacity;
    uint32_t group;          /* of the row at hand */
    struct wend_buffer text; /* scratch */
    struct wend_arena texts; /* repaired texts of the row at hand */
    bool failed;             /* out of memory since the row was begun */
};

struct wend_tally {
    struct wend_tally_options options;
    struct wend_unit_view view;
    struct wend_funnel funnel; /* of a unit of a journey with stages */
    bool has_funnel;           /* whether it is */
    uint32_t group;            /* of the unit at hand */

    struct wend_groups groups;
    struct wend_path_table paths;
    struct wend_table transitions;
    struct wend_flow_table flow;
    struct wend_table stage_groups; /* group -> its first cell */
    struct wend_stage_cell *stage_cells;
    size_t stage_cell_count;
    size_t stage_cell_capacity;
    struct wend_table points; /* of both abandonment and touchpoints */
    struct wend_table switches;
    size_t sketch_bytes; /* on the heap, of all sketches of the tables */
    struct wend_pair_queue pairs;
    struct wend_point_queue held_points;
    struct wend_path_queue shown_paths;

    struct wend_runs *runs[WEND_TABLE_COUNT]; /* NULL: not wanted */
    struct wend_payload_shape shapes[WEND_AGGREGATE_COUNT];
    struct wend_tally_row row;
    size_t table_charge; /* what the tables are charged with, and the view */
    size_t view_charge;
    bool finished;
};

static inline bool wend__tally_wants(const struct wend_tally *tally, enum wend_table_id table) {
    return (tally->options.tables >> table & 1U) != 0;
}

/* Adds a time to a sketch of some table. WEND_ERROR_MEMORY; WEND_ERROR_LIMIT. */
enum wend_status wend__tally_add_first_time(struct wend_tally *tally, struct wend_sketch *sketch,
                                            int64_t us, struct wend_error *error);
/* The same, without a call where no memory is needed. */
static inline enum wend_status wend__tally_add_time(struct wend_tally *tally,
                                                    struct wend_sketch *sketch, int64_t us,
                                                    struct wend_error *error) {
    return wend__sketch_add_fast(sketch, us) ? WEND_OK
                                             : wend__tally_add_first_time(tally, sketch, us, error);
}
/* Frees a sketch of some table. */
void wend__tally_drop_sketch(struct wend_tally *tally, struct wend_sketch *sketch);
/* Empties a table whose values hold a sketch at `sketch_offset`. */
void wend__tally_clear_table(struct wend_tally *tally, struct wend_table *table,
                             size_t sketch_offset);

/*
 * Rows: `begin` writes the group's part of the key, the `put` calls append the parts behind it, and
 * `end` adds the row to the runs. A lack of memory is kept until `end`, which then says so.
 */
void wend__tally_row_begin(struct wend_tally *tally, uint32_t group);
/* The groups get new numbers. */
void wend__tally_row_forget_groups(struct wend_tally *tally);
void wend__tally_row_put_point(struct wend_tally *tally, uint32_t point);
void wend__tally_row_put_text(struct wend_tally *tally, struct wend_bytes text);
void wend__tally_row_put_number(struct wend_tally *tally, uint32_t number);
/* The stage of a touchpoint in the scope of the row's group, or null. */
void wend__tally_row_put_stage(struct wend_tally *tally, uint32_t point);
enum wend_status wend__tally_row_end(struct wend_tally *tally, enum wend_table_id table,
                                     const struct wend_payload *payload,
                                     const struct wend_sketch *sketch, struct wend_error *error);

/* The text of a segment value as the tables show it; absent for WEND_SEGMENT_ABSENT. It lives until
 * the next row begins. */
struct wend_bytes wend__tally_segment_text(struct wend_tally *tally, uint32_t number);
/* The texts of all segments of a group; false without memory. */
bool wend__tally_fill_segments(struct wend_tally *tally, const struct wend_group *group,
                               struct wend_bytes *texts);
/* The joined path of step ids, replacing the content of `text`; false without memory. */
bool wend__tally_join_path(const struct wend_tally *tally, const uint32_t *steps, size_t step_count,
                           struct wend_buffer *text);

bool wend__tally_paths_init(struct wend_tally *tally);
void wend__tally_paths_deinit(struct wend_tally *tally);
enum wend_status wend__tally_paths_count(struct wend_tally *tally, struct wend_error *error);
enum wend_status wend__tally_paths_settle(struct wend_tally *tally, struct wend_error *error);
enum wend_status wend__tally_paths_flush(struct wend_tally *tally, struct wend_error *error);
void wend__tally_paths_clear(struct wend_tally *tally);

/* Of `transitions` and `flow`. */
void wend__tally_transitions_init(struct wend_tally *tally);
enum wend_status wend__tally_transitions_count(struct wend_tally *tally, struct wend_error *error);
enum wend_status wend__tally_transitions_settle(struct wend_tally *tally, struct wend_error *error);
enum wend_status wend__tally_transitions_flush(struct wend_tally *tally, struct wend_error *error);
void wend__tally_transitions_clear(struct wend_tally *tally);

/* For the pairs of the queue, whose entries are found; `count`: false without memory. */
void wend__tally_flow_fetch(const struct wend_tally *tally, const struct wend_tally_pair *pair);
bool wend__tally_flow_count(struct wend_tally *tally, const struct wend_tally_pair *pair);
enum wend_status wend__tally_flow_flush(struct wend_tally *tally, struct wend_error *error);
void wend__tally_flow_clear(struct wend_tally *tally);

void wend__tally_stages_init(struct wend_tally *tally);
enum wend_status wend__tally_stages_count(struct wend_tally *tally, struct wend_error *error);
enum wend_status wend__tally_stages_flush(struct wend_tally *tally, struct wend_error *error);
void wend__tally_stages_clear(struct wend_tally *tally);

void wend__tally_points_init(struct wend_tally *tally);
enum wend_status wend__tally_points_count(struct wend_tally *tally, struct wend_error *error);
enum wend_status wend__tally_points_settle(struct wend_tally *tally, struct wend_error *error);
enum wend_status wend__tally_points_flush(struct wend_tally *tally, struct wend_error *error);
void wend__tally_points_clear(struct wend_tally *tally);

void wend__tally_switches_init(struct wend_tally *tally);
enum wend_status wend__tally_switches_count(struct wend_tally *tally, struct wend_error *error);
enum wend_status wend__tally_switches_flush(struct wend_tally *tally, struct wend_error *error);
void wend__tally_switches_clear(struct wend_tally *tally);

/* Writes the unit's row of `sessions` or `journeys`, where it is wanted. */
enum wend_status wend__tally_details_add(struct wend_tally *tally, struct wend_error *error);

#endif
