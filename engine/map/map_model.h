/*
 * map_model.h: what a map shows, as numbers: the tables of a snapshot added up over windows and
 * segments, slice by slice.
 *
 * Terms: *slice* = the units of a scope, all of them or those with one value of the segment field.
 * *Name* = number of a touchpoint, stage or value in `names`; the order of names is that of their
 * bytes, so that equal counts stand as `wend show` has them.
 *
 * Threads: one at a time.
 */
#ifndef WEND_MAP_MAP_MODEL_H
#define WEND_MAP_MAP_MODEL_H

#include "ds/sketch.h"
#include "ds/strings.h"
#include "map/map.h"
#include "map/sums.h"

#define WEND_MAP_NO_NAME UINT32_MAX

/* What stands in the keys and values of the sums of each kind. */
enum wend_map_touchpoint_value {
    WEND_MAP_UNITS, /* order */
    WEND_MAP_EVENTS,
    WEND_MAP_ENTRIES,
    WEND_MAP_EXITS,
    WEND_MAP_CONVERTED,
    WEND_MAP_ABANDONED,
    WEND_MAP_DEPTH /* mean step of its visits in the flow, in thousandths */
};
enum { WEND_MAP_TRANSITIONS, WEND_MAP_TRANSITION_UNITS };
enum { WEND_MAP_SWITCHES, WEND_MAP_SWITCH_UNITS, WEND_MAP_SWITCH_CONVERTED, WEND_MAP_SWITCH_LOST };
enum {
    WEND_MAP_PATH_UNITS,
    WEND_MAP_PATH_CONVERTED,
    WEND_MAP_PATH_ABANDONED,
    WEND_MAP_PATH_OPEN,
    WEND_MAP_PATH_STEPS
};

struct wend_map_stage {
    uint32_t name;
    int64_t visited;
    int64_t reached;
    int64_t advanced;
    int64_t abandoned;
    struct wend_sketch seconds; /* to the next stage, microseconds */
};

struct wend_map_path {
    uint32_t *steps; /* names; heap */
    uint32_t step_count;
    const struct wend_map_sum *sum;
};

struct wend_map_ideal {
    uint32_t steps[WEND_MAP_IDEAL_MAX];
    uint32_t step_count;              /* 0: there is none */
    int64_t kept[WEND_MAP_IDEAL_MAX]; /* units with the steps up to here, in order */
    int64_t exactly;                  /* units with just this path */
    bool is_given;                    /* by the user */
};

struct wend_map_slice {
    uint32_t scope; /* index in the options of the snapshot */
    uint32_t value; /* name; WEND_MAP_NO_NAME: all units, or those without a value */
    bool is_all;
    bool has_goal_flow;
    int64_t units;
    int64_t converted;
    int64_t abandoned;
    int64_t open;
    struct wend_map_stage *stages; /* in their order */
    size_t stage_count;
    struct wend_map_sums touchpoints; /* key: name, stage position from 1 (0: none) */
    struct wend_map_sums transitions; /* key: from, to */
    struct wend_map_sums flow[2];     /* start, goal; key: step, from, to */
    struct wend_map_sums switches;    /* key: field, from value, to value */
    struct wend_map_sums turns;       /* the same, and touchpoint before and after */
    struct wend_map_sums paths;       /* key: two halves of the path id */
    struct wend_map_path *top_paths;
    size_t top_count;
    struct wend_map_ideal ideal;
};

struct wend_map_model {
    const struct wend_snapshot *snapshot;
    struct wend_map_options options;
    struct wend_strings names;
    uint32_t segment; /* column of the segment field; WEND_MAP_NO_NAME: none */
    struct wend_map_slice slices[WEND_MAP_SLICES_MAX];
    size_t slice_count;
    size_t left_out;            /* slices that there are beyond these */
    struct wend_map_sums sizes; /* units by scope and segment value, while slices are chosen */
    int64_t first_window_us;
    bool has_windows;
    uint32_t entry, exit, more, none, cut; /* the names of "(entry)" and so on */
};

/* Zero-initialise `model` first; deinit also after a failure. Errors as wend__map_page. */
WEND_MUST_CHECK enum wend_status wend__map_model_read(const struct wend_snapshot *snapshot,
                                                      const struct wend_map_options *options,
                                                      struct wend_map_model *model,
                                                      struct wend_error *error);
void wend__map_model_deinit(struct wend_map_model *model);

/* Name of a scope, and the text of a slice's segment value. */
struct wend_bytes wend__map_scope(const struct wend_map_model *model, uint32_t scope);
/* The touchpoint of a slice, or NULL. Touchpoints are sorted by units. */
const struct wend_map_sum *wend__map_touchpoint(const struct wend_map_slice *slice, uint32_t name);

#endif
