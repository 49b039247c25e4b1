/*
 * model_internal.h: the reading of a model, cut into files: slices, tables, paths.
 *
 * Threads: one at a time.
 */
#ifndef WEND_MAP_MODEL_INTERNAL_H
#define WEND_MAP_MODEL_INTERNAL_H

#include "map/map_model.h"

/* A row of a table, with its scope and segment value looked up. */
struct wend_map_row {
    const struct wend_snapshot_cursor *cursor;
    uint32_t scope;
    struct wend_bytes value; /* of the segment field; absent: null */
    uint32_t first;          /* index of the schema's first column */
};

/* Takes a row. */
typedef enum wend_status wend_map_row_call(struct wend_map_model *model,
                                           const struct wend_map_row *row,
                                           struct wend_error *error);
/* Goes over all rows of a table. */
WEND_MUST_CHECK enum wend_status wend__map_each_row(struct wend_map_model *model,
                                                    enum wend_table_id table,
                                                    wend_map_row_call *call,
                                                    struct wend_error *error);
/* Values of the schema's column `column` in the row. */
int64_t wend__map_integer(const struct wend_map_row *row, uint32_t column);
double wend__map_number(const struct wend_map_row *row, uint32_t column); /* null: 0 */
struct wend_bytes wend__map_text(const struct wend_map_row *row, uint32_t column);
WEND_MUST_CHECK enum wend_status wend__map_intern(struct wend_map_model *model,
                                                  struct wend_bytes text, uint32_t *name,
                                                  struct wend_error *error);

/* The next slice that holds the row, from `*at` on; NULL: none is left. */
struct wend_map_slice *wend__map_next_slice(struct wend_map_model *model,
                                            const struct wend_map_row *row, size_t *at);

/* Chooses the slices, which then are empty. */
WEND_MUST_CHECK enum wend_status wend__map_choose_slices(struct wend_map_model *model,
                                                         struct wend_error *error);
/* Fills all but the paths. */
WEND_MUST_CHECK enum wend_status wend__map_read_tables(struct wend_map_model *model,
                                                       struct wend_error *error);
/* Counts paths; after that names may change their numbers. */
WEND_MUST_CHECK enum wend_status wend__map_read_paths(struct wend_map_model *model,
                                                      struct wend_error *error);
/* Names the most frequent paths and follows the ideal one. */
WEND_MUST_CHECK enum wend_status wend__map_read_top_paths(struct wend_map_model *model,
                                                          struct wend_error *error);

#endif
