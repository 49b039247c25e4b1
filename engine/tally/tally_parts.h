/*
 * tally_parts.h: what the files of engine/tally share; not included from outside.
 *
 * What a unit adds to `paths`, `transitions`, `flow`, `abandonment` and `touchpoints` follows from
 * its group, its path and its outcome, but for times and values. So units are counted by *trail*:
 * one path of one group. A unit costs one look-up, and a time for each two steps; the rest is
 * counted once a trail, times its units, when the counts leave as rows.
 *
 *   unit -> view -> group -> trail queue -- queue full: settle --> trails, times of transitions
 *                        \-> stages, switches
 *   budget full, or the end: trails -> transitions, flow, points; all -> rows; clear
 *
 * Trails lie anywhere in memory: so units wait in a short queue, and are counted in passes: while
 * one is looked at, the memory of those behind it is under way. The order changes nothing.
 *
 * Counters of "units with at least one" need no sets: an entry keeps the number of the trail (or
 * unit) that touched it last, and counts when that is another one.
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
 * Trails: open addressing, linear probing; an entry and its key lie together and never move, so
 * that a trail that is not in the cache costs two misses: its slot and its entry.
 *
 *   slots:  [ hash: 8 | trail: 8 ][ 0 ] ...             whole hash: growing looks at no entry
 *   arena:  [ counts, sums, sketch ][ group | goal | n steps | n + 1 pairs | n repeats ] ...
 *
 * pairs: entries in `transitions` of (entry), step 0; step 0, step 1; ... the last step, (exit).
 * repeats: further events of each step, all units together. 96 bytes, and 12 a step.
 *
 * A *long* trail has more than WEND_TRAIL_STEPS steps. Long paths are hardly ever the same: such a
 * unit is counted at once, and its trail is for `paths` alone: the steps as shown, and no more.
 */
struct wend_trail {
    uint64_t outcome_counts[3]; /* units by enum wend_outcome */
    struct wend_sketch durations;
    uint32_t step_count;
    bool is_long;
    wend_int128 value;
    wend_int128 duration_us;
    uint32_t words[]; /* group, step of the first goal (WEND_NO_STEP: none), steps */
};

#define WEND_NO_STEP UINT32_MAX
#define WEND_TRAIL_STEPS 64U

struct wend_trail_slot {
    uint64_t hash;
    struct wend_trail *trail; /* NULL: empty */
};

struct wend_trail_table {
    struct wend_trail_slot *slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t count;
    struct wend_trail **list; /* in the order of memory, for walks over all */
    size_t list_capacity;
    struct wend_arena arena;
};

/* For walks: fetches the trail some steps ahead of `index`. */
static inline void wend__trail_fetch_ahead(const struct wend_trail_table *trails, size_t index) {
    if (index + 8 < trails->count) {
        __builtin_prefetch(trails->list[index + 8]);
        __builtin_prefetch((const uint8_t *)trails->list[index + 8] + 64);
        __builtin_prefetch((const uint8_t *)trails->list[index + 8] + 128);
    }
}

static inline uint32_t *wend__trail_pairs(struct wend_trail *trail) {
    return trail->words + WEND_PATH_HEAD + trail->step_count;
}

static inline uint32_t *wend__trail_repeats(struct wend_trail *trail) {
    return trail->words + WEND_PATH_HEAD + 2 * (size_t)trail->step_count + 1;
}

/* A unit on its way to its trail. */
struct wend_queued_unit {
    uint64_t hash;
    struct wend_trail *trail; /* once it is found */
    wend_int128 value;
    int64_t duration_us;
    enum wend_outcome outcome;
    uint32_t step_count;
    bool is_long;
    const uint32_t *words;   /* as in the trail, up to the last step */
    const uint32_t *repeats; /* of each step; NULL: none */
    const int64_t *times_us; /* between the steps; NULL: nobody asks, or they are counted */
};

#define WEND_TALLY_UNITS 64U

struct wend_unit_queue {
    uint32_t count;
    size_t word_count;
    size_t word_capacity;
    size_t time_count;
    uint32_t *words;
    int64_t *times_us; /* WEND_TALLY_UNITS * WEND_TRAIL_STEPS */
    struct wend_queued_unit items[WEND_TALLY_UNITS];
};

/* Units of one trail, on their way to `transitions`, `flow` and the points. */
struct wend_counted {
    uint64_t number; /* no other has it */
    uint64_t units;
    const uint64_t *outcome_counts; /* by enum wend_outcome */
    wend_int128 value;
    uint32_t group;
    uint32_t goal_step; /* or WEND_NO_STEP */
    const uint32_t *steps;
    size_t step_count;
    const uint32_t *pairs;   /* step_count + 1 entries of `transitions` */
    const uint32_t *repeats; /* of each step; NULL: none */
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

/*
 * Entries found lately, by their keys: a look here is 2 ns where one into the table is 8. 64 KiB
 * each, of which a run with few groups uses little.
 */
struct wend_found_pair {
    struct wend_pair_key key;
    uint32_t next_index; /* index + 1; 0: none */
};

struct wend_found_point {
    uint32_t group;
    uint32_t touchpoint;
    uint64_t next_index;
};

#define WEND_FOUND_PAIRS 4096U
#define WEND_FOUND_POINTS 4096U

/* Where `flow` counts from. */
enum { WEND_FLOW_START, WEND_FLOW_GOAL };

struct wend_flow_slot {
    uint64_t key; /* entry in `transitions` << 32 | 2 * place + anchor; 0: empty */
    uint64_t units;
};

struct wend_flow_table {
    struct wend_flow_slot *slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t count;
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
    struct wend_trail_table trails;
    uint64_t counted_trails; /* so far */
    struct wend_table transitions;
    struct wend_flow_table flow;
    struct wend_table stage_groups; /* group -> its first cell */
    struct wend_stage_cell *stage_cells;
    size_t stage_cell_count;
    size_t stage_cell_capacity;
    struct wend_table points; /* of both abandonment and touchpoints */
    struct wend_table switches;
    size_t sketch_bytes; /* on the heap, of all sketches of the tables */
    struct wend_unit_queue queue;
    struct wend_found_pair *found_pairs;
    struct wend_found_point *found_points;
    uint32_t *scratch_pairs; /* of the unit at hand */
    size_t scratch_pair_capacity;

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
/* Makes the group's part of a key, where there is none yet; false without memory. */
bool wend__tally_row_find_group(struct wend_tally *tally, uint32_t group);
/* The part, which `find_group` has made; it lives until another one is made. */
struct wend_bytes wend__tally_row_group(const struct wend_tally *tally, uint32_t group);
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

bool wend__tally_trails_init(struct wend_tally *tally);
void wend__tally_trails_deinit(struct wend_tally *tally);
enum wend_status wend__tally_trails_count(struct wend_tally *tally, struct wend_error *error);
/* Counts what waits in the queue. */
enum wend_status wend__tally_trails_settle(struct wend_tally *tally, struct wend_error *error);
/* Everything that follows from the trails alone, behind a settle and before any flush. False
 * without memory. */
bool wend__tally_trails_expand(struct wend_tally *tally);
enum wend_status wend__tally_paths_flush(struct wend_tally *tally, struct wend_error *error);
void wend__tally_trails_clear(struct wend_tally *tally);

/* Of `transitions` and `flow`. */
bool wend__tally_transitions_init(struct wend_tally *tally);
void wend__tally_transitions_deinit(struct wend_tally *tally);
/* The entry of two neighbouring steps; false without memory. */
bool wend__tally_find_pair(struct wend_tally *tally, uint32_t group, uint32_t from, uint32_t to,
                           uint32_t *index);
void wend__tally_fetch_pair(const struct wend_tally *tally, uint32_t index);
void wend__tally_fetch_pair_time(struct wend_tally *tally, uint32_t index, int64_t us);
enum wend_status wend__tally_add_pair_time(struct wend_tally *tally, uint32_t index, int64_t us,
                                           struct wend_error *error);
/* False without memory. */
bool wend__tally_count_pairs(struct wend_tally *tally, const struct wend_counted *counted);
enum wend_status wend__tally_transitions_flush(struct wend_tally *tally, struct wend_error *error);
void wend__tally_transitions_clear(struct wend_tally *tally);

/* False without memory. */
bool wend__tally_flow_count(struct wend_tally *tally, const struct wend_counted *counted);
enum wend_status wend__tally_flow_flush(struct wend_tally *tally, struct wend_error *error);
void wend__tally_flow_clear(struct wend_tally *tally);

void wend__tally_stages_init(struct wend_tally *tally);
enum wend_status wend__tally_stages_count(struct wend_tally *tally, struct wend_error *error);
enum wend_status wend__tally_stages_flush(struct wend_tally *tally, struct wend_error *error);
void wend__tally_stages_clear(struct wend_tally *tally);

bool wend__tally_points_init(struct wend_tally *tally);
void wend__tally_points_deinit(struct wend_tally *tally);
/* The values of a unit with goals of different touchpoints, which its trail cannot tell apart.
 * False without memory, as below. */
bool wend__tally_points_add_values(struct wend_tally *tally);
/* Further events of a touchpoint. */
bool wend__tally_points_add_events(struct wend_tally *tally, uint32_t group, uint32_t touchpoint,
                                   uint64_t events);
bool wend__tally_points_count(struct wend_tally *tally, const struct wend_counted *counted);
enum wend_status wend__tally_points_flush(struct wend_tally *tally, struct wend_error *error);
void wend__tally_points_clear(struct wend_tally *tally);

void wend__tally_switches_init(struct wend_tally *tally);
enum wend_status wend__tally_switches_count(struct wend_tally *tally, struct wend_error *error);
enum wend_status wend__tally_switches_flush(struct wend_tally *tally, struct wend_error *error);
void wend__tally_switches_clear(struct wend_tally *tally);

/* Writes the unit's row of `sessions` or `journeys`, where it is wanted. */
enum wend_status wend__tally_details_add(struct wend_tally *tally, struct wend_error *error);

#endif
