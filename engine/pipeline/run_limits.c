/* How many different strings all threads together have taken from the data. */
#include "base/memory.h"
#include "pipeline/run_internal.h"

typedef const struct wend_strings *strings_of(const struct wend_worker *worker);

/* False without memory. */
static bool count_distinct(const struct wend_run_state *run, strings_of *strings,
                           uint32_t *distinct) {
    struct wend_strings all;
    wend__strings_init(&all, run->plan.seed);
    bool done = true;
    for (uint32_t i = 0; done && i < run->worker_count; i++) {
        const struct wend_strings *own = strings(run->workers[i]);
        for (uint32_t n = 0; done && n < own->count; n++) {
            uint32_t id;
            done = wend__strings_intern(&all, wend__strings_get(own, n), &id, NULL);
        }
    }
    *distinct = all.count;
    wend__strings_deinit(&all);
    return done;
}

enum wend_status wend__run_check_limits(const struct wend_run_state *run,
                                        struct wend_error *error) {
    const struct wend_ruleset *ruleset = run->options->ruleset;
    uint32_t names = 0;
    uint32_t values = 0;
    if (!count_distinct(run, wend__worker_names, &names) ||
        !count_distinct(run, wend__worker_segment_values, &values)) {
        return wend__fail_memory(error);
    }
    /* Every thread also has the fixed names. */
    bool has_too_many_names = names - ruleset->name_count > ruleset->max_touchpoints;
    for (uint32_t i = 0; i < run->worker_count; i++) {
        const struct wend_worker *worker = run->workers[i];
        if (has_too_many_names && wend__worker_names(worker)->count > ruleset->name_count) {
            return wend__worker_fail_names(worker, error);
        }
        if (values > WEND_MAX_SEGMENT_VALUES && wend__worker_segment_values(worker)->count > 0) {
            return wend__worker_fail_segment_values(worker, error);
        }
    }
    return WEND_OK;
}
