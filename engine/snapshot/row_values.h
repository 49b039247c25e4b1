/*
 * row_values.h: a row on its way (key and payload), as the values of its table's columns.
 *
 * The writer puts them into a file; verifying computes them anew and compares.
 *
 *   values: [scope][window_start][segments ...][columns of the schema ...]
 *
 * Zero-initialise through `init`. Values point into the row that was given and into this object:
 * they are valid until the next row. Threads: one at a time.
 */
#ifndef WEND_SNAPSHOT_ROW_VALUES_H
#define WEND_SNAPSHOT_ROW_VALUES_H

#include "model/detail.h"
#include "parquet/reader.h"
#include "snapshot/derived.h"
#include "snapshot/row_key.h"

struct wend_row_values {
    enum wend_table_id table;
    uint32_t segment_count;
    struct wend_parquet_value *values;
    uint32_t count;
    struct wend_row_key key; /* of the last aggregate row */
    struct wend_buffer texts;
    struct wend_bytes *steps;
    size_t step_capacity;
    struct wend_sketch sketch;
    char path_id[WEND_PATH_ID_LEN];
};

enum wend_status wend__row_values_init(struct wend_row_values *row, enum wend_table_id table,
                                       uint32_t segment_count, struct wend_error *error);
void wend__row_values_deinit(struct wend_row_values *row);

/* `group_abandoned`: of ABANDONMENT the sum of `abandoned` over the rows of the same group, else
 * not looked at. WEND_ERROR_IO: no such row; WEND_ERROR_LIMIT: a sum of over 38 digits. */
enum wend_status wend__row_values_aggregate(struct wend_row_values *row, struct wend_bytes key,
                                            struct wend_bytes payload, uint64_t group_abandoned,
                                            struct wend_error *error);
/* `scope`: the name of the row's scope; `customer`: as it is to be shown, absent: null. */
enum wend_status wend__row_values_detail(struct wend_row_values *row,
                                         const struct wend_detail *detail, struct wend_bytes scope,
                                         struct wend_bytes customer, struct wend_error *error);

/* "converted", "abandoned", "open"; and back: false for any other text. */
const char *wend__outcome_name(enum wend_outcome outcome);
bool wend__outcome_find(struct wend_bytes name, enum wend_outcome *outcome);

#endif
