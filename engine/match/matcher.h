/*
 * matcher.h: a record's fields to what a hit needs: customer, touchpoint, value, segments.
 *
 * One matcher a thread. It keeps a memo from the values that the touchpoint rules look at to the
 * touchpoint, so that rules cost nothing for values seen before; the memo stores the values
 * themselves and is hashed under the run's secret seed, since they come from strangers.
 *
 *   row (fields of one record) --begin--> derived fields filled in --where, customer, hit--> ...
 *
 * Threads: one at a time; the ruleset is shared.
 */
#ifndef WEND_MATCH_MATCHER_H
#define WEND_MATCH_MATCHER_H

#include "base/status.h"
#include "ds/strings.h"
#include "model/hit.h"

struct wend_matcher;

/* `ruleset` and `layout` are borrowed for its life; `seed`: the secret seed of the run. */
WEND_MUST_CHECK enum wend_status wend__matcher_create(const struct wend_ruleset *ruleset,
                                                      const struct wend_hit_layout *layout,
                                                      uint64_t seed, struct wend_matcher **matcher,
                                                      struct wend_error *error);
void wend__matcher_destroy(struct wend_matcher *matcher);

/*
 * Makes `row`, the ruleset's field_count views of one record as the decoder left them, the present
 * record: clears scratch of the one before and fills the derived fields in. Views it adds live
 * until the next begin. False without memory.
 */
bool wend__matcher_begin(struct wend_matcher *matcher, struct wend_bytes *row);

/* True when the record meets `where` of the definitions. */
bool wend__matcher_where(struct wend_matcher *matcher);

/* The customer's bytes, absent when no field names him; live until the next begin. False without
 * memory. */
bool wend__matcher_customer(struct wend_matcher *matcher, struct wend_bytes *customer);

/*
 * Fills everything of `hit` but ts_us, position and customer: touchpoint (id in `names`), value,
 * id, tokens, segments (1 + id in `segment_values`), flags. Bytes of padding are zeroed.
 * WEND_ERROR_LIMIT: more than max_touchpoints names from data (the text names the field and the
 * remedy), or more than WEND_MAX_SEGMENT_VALUES segment values; WEND_ERROR_MEMORY.
 */
WEND_MUST_CHECK enum wend_status wend__matcher_hit(struct wend_matcher *matcher,
                                                   struct wend_hit *hit, struct wend_error *error);

/* Clean touchpoint names and segment values (invalid UTF-8 already replaced), by id. They grow only
 * inside wend__matcher_hit; new ones have the highest ids. */
const struct wend_strings *wend__matcher_names(const struct wend_matcher *matcher);
const struct wend_strings *wend__matcher_segment_values(const struct wend_matcher *matcher);

/* WEND_ERROR_LIMIT for a run whose threads have, together, too many names or segment values: the
 * same texts. `rule`: one that takes names from data; UINT32_MAX: events name the touchpoints. */
enum wend_status wend__matcher_fail_names(const struct wend_ruleset *ruleset, uint32_t rule,
                                          struct wend_error *error);
enum wend_status wend__matcher_fail_segments(const struct wend_ruleset *ruleset, uint32_t most,
                                             struct wend_error *error);

/* For `wend check`: the present record's event name as it stands in the data, absent without one;
 * lives until the next hit. False without memory. */
bool wend__matcher_event_name(struct wend_matcher *matcher, struct wend_bytes *name);

/* For `wend check`: index of the rule that the last hit matched, UINT32_MAX for none. */
uint32_t wend__matcher_last_rule(const struct wend_matcher *matcher);

#endif
