/*
 * schema.h: the one description of the nine tables: their columns, and what a row is on its way.
 *
 * Parquet files, `wend show`, merging, the data dictionary and SQL views all follow from here.
 *
 * An aggregate row on its way is a *key* and a *payload*, so that spilling, merging threads and
 * merging snapshots are all the same: rows of equal key are folded by `wend__payload_combine`.
 *
 *   key:      scope text | window: nullable int64 | each segment: nullable text | key parts
 *             (as ds/sortkey.h writes them: byte order = order of the rows)
 *   payload:  counts, 8 bytes each | value_sum, 16 | time_sum, 16 | sketch   (as the shape says)
 *
 *   table        key parts behind the segments             counts
 *   paths        path                                      units converted abandoned still_open
 *   transitions  from, to                                  transitions units
 *   flow         anchor, uint32 step_index, from, to       units
 *   stages       uint32 stage_position, stage              visited reached advanced abandoned_here
 *   abandonment  touchpoint, nullable stage                abandoned visited
 *   touchpoints  touchpoint, nullable stage                events units entries exits
 *                                                          converted_units first_touch last_touch
 *   switches     field, from, to value, from, to point     switches units converted abandoned
 *
 * A path travels as its joined text: no name holds `>`, so that the steps can be read back.
 * `sessions` and `journeys` are no aggregates: see detail.h.
 *
 * Threads: constant.
 */
#ifndef WEND_MODEL_SCHEMA_H
#define WEND_MODEL_SCHEMA_H

#include "base/buffer.h"
#include "base/int128.h"
#include "base/status.h"
#include "ds/sketch.h"

enum wend_table_id {
    WEND_TABLE_PATHS,
    WEND_TABLE_TRANSITIONS,
    WEND_TABLE_FLOW,
    WEND_TABLE_STAGES,
    WEND_TABLE_ABANDONMENT,
    WEND_TABLE_TOUCHPOINTS,
    WEND_TABLE_SWITCHES,
    WEND_TABLE_SESSIONS,
    WEND_TABLE_JOURNEYS,
    WEND_TABLE_COUNT
};

#define WEND_AGGREGATE_COUNT 7U /* the tables before WEND_TABLE_SESSIONS */

enum wend_column_type {
    WEND_COLUMN_TEXT,
    WEND_COLUMN_TEXT_LIST,
    WEND_COLUMN_COUNT,     /* int64 */
    WEND_COLUMN_RATE,      /* double, 0 to 1 */
    WEND_COLUMN_SECONDS,   /* double */
    WEND_COLUMN_TIME,      /* timestamp in microseconds, UTC */
    WEND_COLUMN_VALUE,     /* decimal(18,4) */
    WEND_COLUMN_VALUE_SUM, /* decimal(38,4) */
    WEND_COLUMN_SKETCH     /* binary, ds/sketch.h */
};

struct wend_column {
    const char *name;
    enum wend_column_type type;
    bool is_nullable;
    const char *description; /* one sentence for people, without a full stop */
};

struct wend_payload_shape {
    uint32_t count_count;
    bool has_value_sum; /* 1/10000 */
    bool has_time_sum;  /* microseconds */
    bool has_sketch;    /* of microseconds */
};

struct wend_schema {
    const char *name;                  /* of the folder, too */
    const char *description;           /* what a row is */
    const struct wend_column *columns; /* behind scope, window_start and the segments */
    uint32_t column_count;
    uint32_t key_columns;            /* how many of them, the first ones, make a row's identity */
    uint32_t order_column;           /* whose count orders `wend show`, the largest first */
    struct wend_payload_shape shape; /* aggregates only */
};

extern const struct wend_schema wend__schemas[WEND_TABLE_COUNT];
/* The columns that every table starts with, before the segments (nullable texts). */
#define WEND_COMMON_COLUMNS 2U
#define WEND_COLUMN_WINDOW_START 1U /* which one of them */
extern const struct wend_column wend__common_columns[WEND_COMMON_COLUMNS];

/* The table called `name`, or WEND_TABLE_COUNT. */
enum wend_table_id wend__table_find(struct wend_bytes name);

#define WEND_PAYLOAD_COUNTS_MAX 7U

/* A payload taken apart. */
struct wend_payload {
    uint64_t counts[WEND_PAYLOAD_COUNTS_MAX];
    wend_int128 value_sum;
    wend_int128 time_sum;
    struct wend_bytes sketch; /* serialised; borrowed */
};

/* Appends a payload; `sketch` NULL: an empty one. False without memory. */
bool wend__payload_write(struct wend_buffer *out, const struct wend_payload_shape *shape,
                         const struct wend_payload *payload, const struct wend_sketch *sketch);
/* False when `bytes` is no payload of this shape (the sketch itself is not looked at). */
bool wend__payload_read(struct wend_bytes bytes, const struct wend_payload_shape *shape,
                        struct wend_payload *payload);
/* A `wend_combine` (ds/run_merge.h); its context is the shape. */
enum wend_status wend__payload_combine(void *context, struct wend_buffer *accumulated,
                                       struct wend_bytes payload, struct wend_error *error);

/*
 * Appends the part of a key that all tables share. `window_us` is looked at with `has_window` only.
 * False without memory.
 */
bool wend__key_append_group(struct wend_buffer *key, struct wend_bytes scope, bool has_window,
                            int64_t window_us, const struct wend_bytes *segments,
                            uint32_t segment_count);

#endif
