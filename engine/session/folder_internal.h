/*
 * folder_internal.h: what the files of the folder share.
 *
 *   hits      [a0 b0 a1 a2 b1 a3]    the customer's, without duplicates
 *   lanes     [a0 a1 a2 a3|b0 b1]    the same with a session key: one lane a key, else `hits`
 *   sessions  [a0 a1][a2 a3][b0 b1]  ranges of `lanes`, lane by lane
 *
 * Every unit is a range of one of the two arrays. The rank of a hit is its index in `hits`.
 *
 * Threads: one at a time.
 */
#ifndef WEND_SESSION_FOLDER_INTERNAL_H
#define WEND_SESSION_FOLDER_INTERNAL_H

#include "base/memory.h"
#include "session/folder.h"

struct wend_fold_session {
    size_t first; /* index in `lanes` */
    size_t count;
};

struct wend_fold_pending {
    struct wend_unit unit;
    size_t rank; /* of its first hit */
};

struct wend_folder {
    struct wend_folder_options options;
    bool has_key;
    int64_t from_us; /* the span */
    int64_t until_us;
    int64_t release_us;

    /* The customer at hand. */
    const uint8_t *hits;
    size_t hit_count;
    const uint8_t *lanes;
    struct wend_fold_session *sessions;
    size_t session_count;
    size_t session_capacity;
    struct wend_bytes customer;
    struct wend_counters *counters;

    /* How units get their ordinals: those that come in the order of their first hits at once, the
     * others wait here until the scope is complete. */
    int64_t last_start_us;
    uint32_t next_ordinal; /* 0: no unit of this scope yet */
    struct wend_fold_pending *pending;
    size_t pending_count;
    size_t pending_capacity;

    /* Scratch, by its use. */
    void *distinct; /* kept hits */
    size_t distinct_capacity;
    size_t *slots; /* a hash table of ids or keys */
    size_t slot_capacity;
    void *gathered; /* lanes */
    size_t gathered_capacity;
    size_t *lane_of; /* by rank */
    size_t lane_of_capacity;
    size_t *lane_ends; /* by lane: first its count, then where the next hit goes, at last its end */
    size_t lane_ends_capacity;
    size_t *lane_hits; /* by lane: rank of its first hit */
    size_t lane_hits_capacity;
    size_t *ranks; /* by index in `lanes` */
    size_t ranks_capacity;
    size_t *session_of; /* by rank */
    size_t session_of_capacity;
    size_t *marks; /* by rank: 1 + the pending unit that starts there; by session: journey */
    size_t mark_capacity;
    size_t *covers; /* by rank: units that begin, less units that end, across the hit in front */
    size_t cover_capacity;
};

static inline const struct wend_hit *wend__fold_hit(const struct wend_folder *folder,
                                                    const uint8_t *hits, size_t index) {
    return wend__hit_at(folder->options.layout, hits, index);
}

/* True when `later` is more than `limit_us` after `earlier`; exact for all times. */
static inline bool wend__fold_exceeds(int64_t earlier, int64_t later, int64_t limit_us) {
    return limit_us != WEND_NO_LIMIT_US && later > earlier &&
           (uint64_t)later - (uint64_t)earlier > (uint64_t)limit_us;
}

/* The first moment that is more than `limit_us` after `ts_us`; INT64_MAX: none is. */
static inline int64_t wend__fold_after(int64_t ts_us, int64_t limit_us) {
    return limit_us == WEND_NO_LIMIT_US || ts_us >= INT64_MAX - limit_us ? INT64_MAX
                                                                         : ts_us + limit_us + 1;
}

/* Room for `needed` numbers; false without memory. */
static inline bool wend__fold_reserve(size_t **array, size_t *capacity, size_t needed) {
    void *grown = *array;
    bool reserved = wend__reserve(&grown, capacity, needed, sizeof **array);
    *array = grown;
    return reserved;
}

/*
 * Points `hits` and `hit_count` at the customer's hits without duplicates: at the same when there
 * is none, else at a copy. Counts what is dropped and what is kept.
 */
enum wend_status wend__fold_distinct(struct wend_folder *folder, struct wend_error *error);
/* Sets `lanes`, and with a key `ranks`. */
enum wend_status wend__fold_lanes(struct wend_folder *folder, struct wend_error *error);
/* Finds and emits all sessions. */
enum wend_status wend__fold_sessions(struct wend_folder *folder, struct wend_error *error);
/* Emits the journeys of all definitions. */
enum wend_status wend__fold_journeys(struct wend_folder *folder, struct wend_error *error);

/* fold_span.c: whether the span ends, so that hits may be kept. */
static inline bool wend__fold_is_partial(const struct wend_folder *folder) {
    return folder->until_us != INT64_MAX;
}
/* Before the first unit of a customer; notes where each unit lies; finds `release_us`. */
enum wend_status wend__fold_begin_cover(struct wend_folder *folder, struct wend_error *error);
void wend__fold_cover(struct wend_folder *folder, const struct wend_unit *unit);
void wend__fold_end_cover(struct wend_folder *folder);

/* Begins a scope: the next unit is its first. */
void wend__fold_begin_scope(struct wend_folder *folder);
/* Emits a unit in the order of first hits (ascending within the scope) ... */
enum wend_status wend__fold_emit(struct wend_folder *folder, struct wend_unit *unit,
                                 struct wend_error *error);
/* ... or remembers one that comes out of order, until `wend__fold_emit_pending`. */
enum wend_status wend__fold_remember(struct wend_folder *folder, const struct wend_unit *unit,
                                     size_t rank, struct wend_error *error);
enum wend_status wend__fold_emit_pending(struct wend_folder *folder, struct wend_error *error);

#endif
