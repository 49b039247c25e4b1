/*
 * top_lists.h: the most frequent paths and the worst abandonment points of each scope.
 *
 * Takes the rows of `paths` and `abandonment` as they pass to the snapshot. Without windows and
 * segments each row is a whole; else the rows of one path are added up over them, by the hash of
 * the path, so that no text is kept but those of the lists: sums only grow, so that a path of the
 * final list is good enough for it when its last row comes at the latest. New paths beyond a table
 * of fixed size are added up by sorting their rows, which may spill.
 *
 * Threads: one at a time.
 */
#ifndef WEND_PIPELINE_TOP_LISTS_H
#define WEND_PIPELINE_TOP_LISTS_H

#include "base/arena.h"
#include "ds/runs.h"
#include "model/schema.h"

struct wend_top_row {
    struct wend_bytes name;  /* a path, or a touchpoint */
    struct wend_bytes stage; /* of a touchpoint, absent: none */
    uint64_t units;
    uint64_t converted;
    uint64_t abandoned;
    size_t sum; /* the lists' own */
};

/* `limit` rows at most, the first ones first. */
struct wend_top_list {
    struct wend_top_row *rows;
    uint32_t count;
    uint32_t limit;
};

struct wend_top_lists_options {
    const struct wend_bytes *scopes; /* borrowed */
    uint32_t scope_count;
    uint32_t segment_count;
    bool has_windows;
    uint32_t limit;
    struct wend_budget *budget;
    const char *directory; /* for temporary files */
    uint64_t seed;         /* the secret seed of the run */
};

struct wend_top_lists;

WEND_MUST_CHECK enum wend_status
wend__top_lists_create(const struct wend_top_lists_options *options, struct wend_top_lists **lists,
                       struct wend_error *error);
void wend__top_lists_destroy(struct wend_top_lists *lists);

/* A row of WEND_TABLE_PATHS or WEND_TABLE_ABANDONMENT; all of a table's before the next's. */
WEND_MUST_CHECK enum wend_status
wend__top_lists_add(struct wend_top_lists *lists, enum wend_table_id table, struct wend_bytes key,
                    struct wend_bytes payload, struct wend_error *error);
/* The table is complete. */
WEND_MUST_CHECK enum wend_status wend__top_lists_end(struct wend_top_lists *lists,
                                                     enum wend_table_id table,
                                                     struct wend_error *error);

/* After `end`; names live as long as the lists. */
const struct wend_top_list *wend__top_list(const struct wend_top_lists *lists,
                                           enum wend_table_id table, uint32_t scope);

#endif
