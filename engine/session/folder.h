/*
 * folder.h: one customer's hits, in order, folded into sessions and journeys.
 *
 * Drops duplicates, cuts sessions, runs every journey of the definitions over the hits (SEMANTICS,
 * "Session" and "Journey"), and hands each unit to a sink when its outcome is known. It keeps no
 * customer: what it has allocated is scratch, used again for the next.
 *
 * Threads: one at a time.
 */
#ifndef WEND_SESSION_FOLDER_H
#define WEND_SESSION_FOLDER_H

#include "base/status.h"
#include "model/counters.h"
#include "model/touchpoints.h"
#include "model/unit.h"

struct wend_timezone;
struct wend_folder;

struct wend_folder_options {
    const struct wend_ruleset *ruleset; /* all pointers are borrowed */
    const struct wend_hit_layout *layout;
    const struct wend_touchpoints *touchpoints; /* whose ids the hits carry */
    const struct wend_timezone *timezone;       /* for cut_at_midnight, else NULL */
    int64_t watermark_us;                       /* the largest accepted time of the whole replay */
    bool close_all;                             /* open journeys are abandoned */
    wend_unit_sink *sink;
    void *sink_context;
};

WEND_MUST_CHECK enum wend_status wend__folder_create(const struct wend_folder_options *options,
                                                     struct wend_folder **folder,
                                                     struct wend_error *error);
void wend__folder_destroy(struct wend_folder *folder);

/* What is over is judged by this watermark from now on. */
void wend__folder_set_watermark(struct wend_folder *folder, int64_t watermark_us);

/*
 * Folding in several calls over a customer's hits, which are kept in between: only units that close
 * behind `from_us`, up to and with `until_us`, are handed over, and only hits in [from_us,
 * until_us) are counted; the hits that are given must lie before `until_us`, and all of those must
 * have come. Calls whose spans join give each unit once. At first the span is everything.
 */
void wend__folder_set_span(struct wend_folder *folder, int64_t from_us, int64_t until_us);
/* After a fold whose span ends: hits before this are not needed any more, for no unit that is still
 * to come, or lies across, holds one. */
int64_t wend__folder_release_us(const struct wend_folder *folder);
/* How long behind the moment that decides a unit it closes at the latest; WEND_NO_LIMIT_US. */
int64_t wend__fold_delay_us(const struct wend_ruleset *ruleset);

/*
 * How long a customer must be silent so that nothing of what came before is still open: the gap of
 * sessions, and the longest timeout of journeys; WEND_NO_LIMIT_US: something may stay open for
 * ever. Hits on both sides of such a silence may be folded in two calls.
 */
int64_t wend__fold_quiet_us(const struct wend_ruleset *ruleset);

/*
 * Folds all hits of one customer, ascending by (ts_us, position), up to the end of the replay. Adds
 * to `counters`: accepted, duplicate, unmatched, bad_value, sessions, units. WEND_ERROR_MEMORY, and
 * what the sink says.
 */
WEND_MUST_CHECK enum wend_status wend__folder_customer(struct wend_folder *folder,
                                                       const uint8_t *hits, size_t hit_count,
                                                       struct wend_bytes customer,
                                                       struct wend_counters *counters,
                                                       struct wend_error *error);

#endif
