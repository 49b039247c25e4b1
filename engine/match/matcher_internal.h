/*
 * matcher_internal.h: the matcher from inside, for its own files and their tests.
 *
 * Touchpoints are numbered by `names`: first the ruleset's fixed names, in their order, then names
 * from data in the order of first sight.
 */
#ifndef WEND_MATCH_MATCHER_INTERNAL_H
#define WEND_MATCH_MATCHER_INTERNAL_H

#include "match/match_condition.h"
#include "match/match_memo.h"
#include "match/match_recent.h"
#include "match/matcher.h"

struct wend_matcher {
    const struct wend_ruleset *ruleset;
    const struct wend_hit_layout *layout;
    uint64_t seed;
    struct wend_bytes *row; /* of the present record */
    struct wend_match_scratch scratch;

    uint32_t *derived; /* indices of the fields that are not PLAIN */
    uint32_t derived_count;
    struct wend_buffer *derived_texts; /* one for each, where the value is no view of a field */
    struct wend_buffer customer_text;

    struct wend_strings names;
    struct wend_buffer name_text; /* a name out of a template */
    struct wend_buffer clean_text;
    uint32_t last_rule;
    struct wend_recent recent_names; /* from data as they came, with their numbers */

    struct wend_strings segment_values;
    struct wend_recent recent_values; /* as they came, with their ids */
    uint32_t segment_value_max;

    struct wend_memo memo;
    uint32_t *memo_fields;
    bool use_memo; /* tests switch it off: answers must not depend on it */
};

/*
 * The text of a template for the present record: absent when one of its fields is, or it is empty.
 * A view of a field, or into `text`, whose content is replaced. False without memory.
 */
bool wend__template_value(const struct wend_template *name, const struct wend_bytes *row,
                          struct wend_buffer *text, struct wend_bytes *value);

/* The touchpoint of the present record; fills `last_rule`. Errors as wend__matcher_hit. */
WEND_MUST_CHECK enum wend_status wend__matcher_touchpoint(struct wend_matcher *matcher,
                                                          uint32_t *touchpoint,
                                                          struct wend_error *error);
/* The same by the rules alone, without the memo. */
WEND_MUST_CHECK enum wend_status
wend__matcher_rules(struct wend_matcher *matcher, uint32_t *touchpoint, struct wend_error *error);

/* Lists the fields that the touchpoint rules look at as the memo's key. False without memory. */
bool wend__matcher_memo_init(struct wend_matcher *matcher);

#endif
