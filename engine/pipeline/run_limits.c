/* Limits of a run that no thread can check alone, so that they do not depend on their number. */
#include "base/limits.h"
#include "match/matcher.h"
#include "pipeline/run_internal.h"

typedef const struct wend_strings *own_strings(const struct wend_worker *worker);

/* Counts the different strings of all workers, and of `fixed`; false without memory. */
static bool count_distinct(const struct wend_run_state *run, own_strings *own,
                           const struct wend_bytes *fixed, uint32_t fixed_count, uint32_t *count) {
    struct wend_strings all;
    wend__strings_init(&all, run->plan.seed);
    bool done = true;
    uint32_t id = 0;
    for (uint32_t i = 0; done && i < fixed_count; i++) {
        done = wend__strings_intern(&all, fixed[i], &id, NULL);
    }
    for (uint32_t i = 0; done && i < run->worker_count; i++) {
        const struct wend_strings *strings = own(run->workers[i]);
        for (uint32_t n = 0; done && n < strings->count; n++) {
            done = wend__strings_intern(&all, wend__strings_get(strings, n), &id, NULL);
        }
    }
    *count = all.count;
    wend__strings_deinit(&all);
    return done;
}

static uint64_t count_all(const struct wend_run_state *run, own_strings *own) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < run->worker_count; i++) {
        count += own(run->workers[i])->count;
    }
    return count;
}

/* The last rule that takes names from data: mostly the one for all the rest. */
static uint32_t naming_rule(const struct wend_ruleset *ruleset) {
    uint32_t found = UINT32_MAX;
    for (uint32_t i = 0; ruleset->has_touchpoint_list && i < ruleset->rule_count; i++) {
        if (ruleset->rules[i].fixed_name == WEND_NO_FIELD) {
            found = i;
        }
    }
    return found;
}

enum wend_status wend__run_check_limits(const struct wend_run_state *run,
                                        struct wend_error *error) {
    const struct wend_ruleset *ruleset = run->options->ruleset;
    uint32_t count = 0;
    if (count_all(run, wend__worker_names) > ruleset->max_touchpoints) {
        if (!count_distinct(run, wend__worker_names, ruleset->names, ruleset->name_count, &count)) {
            return wend__fail_memory(error);
        }
        if (count - ruleset->name_count > ruleset->max_touchpoints) {
            return wend__matcher_fail_names(ruleset, naming_rule(ruleset), error);
        }
    }
    if (count_all(run, wend__worker_segment_values) > WEND_MAX_SEGMENT_VALUES) {
        if (!count_distinct(run, wend__worker_segment_values, NULL, 0, &count)) {
            return wend__fail_memory(error);
        }
        if (count > WEND_MAX_SEGMENT_VALUES) {
            return wend__matcher_fail_segments(ruleset, WEND_MAX_SEGMENT_VALUES, error);
        }
    }
    return WEND_OK;
}
