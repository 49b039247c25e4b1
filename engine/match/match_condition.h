/*
 * match_condition.h: evaluating compiled conditions over the fields of one record.
 *
 * A regular expression that meets one of PCRE2's limits (matched steps, memory) does not match: a
 * record costs bounded time whatever stands in it.
 * Threads: a scratch belongs to one thread at a time; conditions are shared.
 */
#ifndef WEND_MATCH_MATCH_CONDITION_H
#define WEND_MATCH_MATCH_CONDITION_H

#include "match/condition.h"

struct pcre2_real_general_context_8;
struct pcre2_real_match_context_8;
struct pcre2_real_match_data_8;
struct pcre2_real_jit_stack_8;

/* What regular expressions need while they match. Zero-initialise. */
struct wend_match_scratch {
    const struct wend_regex *regexes; /* NULL: none */
    struct pcre2_real_general_context_8 *general;
    struct pcre2_real_match_context_8 *context;
    struct pcre2_real_match_data_8 *data;
    struct pcre2_real_jit_stack_8 *stack;
    bool no_memory; /* a match failed for want of memory; stays set */
};

/* `regexes` (NULL: none) is borrowed. False without memory; deinit in any case. */
bool wend__match_scratch_init(struct wend_match_scratch *scratch, const struct wend_regex *regexes);
void wend__match_scratch_deinit(struct wend_match_scratch *scratch);
/* True when any part of `text` matches regular expression `index`. */
bool wend__match_regex(struct wend_match_scratch *scratch, uint32_t index, struct wend_bytes text);

/* `row`: the ruleset's fields of one record, derived ones filled in. NULL condition: true. */
bool wend__condition_holds(const struct wend_condition *condition, const struct wend_bytes *row,
                           struct wend_match_scratch *scratch);

/*
 * The whole of `text` against `glob`: `*` any bytes, also none; `?` one character, where a maximal
 * ill-formed part of UTF-8 (what utf8.h replaces by one U+FFFD) counts as one; all else itself.
 * Time is at most the product of the lengths.
 */
bool wend__glob_matches(struct wend_bytes glob, struct wend_bytes text);

#endif
