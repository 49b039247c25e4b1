/*
 * Behaviour of engine/tally/funnel.h, against a matcher that tries all chains of all sequences up
 * to length 7 over three touchpoints and none, with one to three stages.
 */
#include "random.h"
#include "tally/funnel.h"

#include <criterion/criterion.h>

enum { LENGTH_MAX = 7, STAGES_MAX = 3, NOTHING = -1 };

/* Touchpoint 1, 2, 3 is in stage 1, 2, 3, where there is such a stage; 0 is no touchpoint. */
struct sequence {
    size_t length;
    uint32_t stages[LENGTH_MAX]; /* 0: in none */
    int64_t times[LENGTH_MAX];
};

struct expected {
    uint32_t furthest;
    int64_t to_next[STAGES_MAX]; /* NOTHING: none */
};

/* Positions e1 < .. < ek of a chain in stages 1 to k; are they one in strict mode? */
static bool is_strict(const struct sequence *sequence, const size_t *chain, uint32_t k) {
    for (uint32_t i = 0; i + 1 < k; i++) {
        for (size_t at = chain[i] + 1; at < chain[i + 1]; at++) {
            if (sequence->stages[at] != 0 && sequence->stages[at] != i + 1) {
                return false;
            }
        }
    }
    return true;
}

/* Whether chain `a` comes before chain `b`: the one that is complete first, then by e1, e2, .. */
static bool is_earlier(const size_t *a, const size_t *b, uint32_t k) {
    if (a[k - 1] != b[k - 1]) {
        return a[k - 1] < b[k - 1];
    }
    for (uint32_t i = 0; i < k; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i];
        }
    }
    return false;
}

/* The first chain of k events, by trying all subsets of k positions; false without any. */
static bool first_chain(const struct sequence *sequence, uint32_t k, bool strict, size_t *best) {
    bool found = false;
    for (uint32_t subset = 0; subset < 1U << sequence->length; subset++) {
        size_t chain[LENGTH_MAX];
        uint32_t count = 0;
        bool fits = (uint32_t)__builtin_popcount(subset) == k;
        for (size_t at = 0; fits && at < sequence->length; at++) {
            if ((subset >> at & 1) != 0) {
                fits = sequence->stages[at] == count + 1;
                chain[count++] = at;
            }
        }
        if (fits && (!strict || is_strict(sequence, chain, k)) &&
            (!found || is_earlier(chain, best, k))) {
            memcpy(best, chain, k * sizeof *chain);
            found = true;
        }
    }
    return found;
}

static struct expected try_chains(const struct sequence *sequence, uint32_t stage_count,
                                  bool strict) {
    struct expected expected = {0};
    for (uint32_t k = 1; k <= stage_count; k++) {
        size_t chain[LENGTH_MAX];
        if (!first_chain(sequence, k, strict, chain)) {
            break;
        }
        expected.furthest = k;
        if (k > 1) {
            expected.to_next[k - 2] = sequence->times[chain[k - 1]] - sequence->times[chain[k - 2]];
        }
    }
    return expected;
}

/* The time of the first event of a stage; false without any. */
static bool first_of(const struct sequence *sequence, uint32_t stage, int64_t *time) {
    for (size_t at = 0; at < sequence->length; at++) {
        if (sequence->stages[at] == stage) {
            *time = sequence->times[at];
            return true;
        }
    }
    return false;
}

static struct expected try_any(const struct sequence *sequence, uint32_t stage_count) {
    struct expected expected = {0};
    int64_t before = 0;
    int64_t time;
    for (uint32_t k = 1; k <= stage_count && first_of(sequence, k, &time); k++) {
        expected.furthest = k;
        if (k > 1) {
            expected.to_next[k - 2] = time >= before ? time - before : NOTHING;
        }
        before = time;
    }
    return expected;
}

static struct wend_funnel match(const struct sequence *sequence, uint32_t stage_count,
                                enum wend_funnel_mode mode) {
    struct wend_stage_event events[LENGTH_MAX];
    size_t count = 0;
    for (size_t at = 0; at < sequence->length; at++) {
        if (sequence->stages[at] != 0) {
            events[count++] = (struct wend_stage_event){sequence->times[at], sequence->stages[at]};
        }
    }
    struct wend_funnel funnel;
    wend__funnel_match(events, count, stage_count, mode, &funnel);
    return funnel;
}

static void compare(const struct sequence *sequence, uint32_t stage_count,
                    enum wend_funnel_mode mode) {
    struct expected expected = mode == WEND_FUNNEL_ANY
                                   ? try_any(sequence, stage_count)
                                   : try_chains(sequence, stage_count, mode == WEND_FUNNEL_STRICT);
    struct wend_funnel funnel = match(sequence, stage_count, mode);
    bool same = funnel.furthest == expected.furthest;
    for (uint32_t k = 1; same && k < funnel.furthest; k++) {
        int64_t found = funnel.to_next_us[k - 1];
        same = (found == WEND_FUNNEL_NO_TIME ? NOTHING : found) == expected.to_next[k - 1];
    }
    for (uint32_t stage = 1; same && stage <= stage_count; stage++) {
        int64_t time;
        same = (funnel.visited >> (stage - 1) & 1) == first_of(sequence, stage, &time);
    }
    cr_assert(same, "length %zu, stages %u %u %u %u %u %u %u, %u in all", sequence->length,
              sequence->stages[0], sequence->stages[1], sequence->stages[2], sequence->stages[3],
              sequence->stages[4], sequence->stages[5], sequence->stages[6], stage_count);
}

/* All sequences; their times grow, some neighbours have the same one. */
static void compare_all(enum wend_funnel_mode mode) {
    uint64_t state = (uint64_t)mode + 1;
    for (uint32_t stage_count = 1; stage_count <= STAGES_MAX; stage_count++) {
        for (size_t length = 0; length <= LENGTH_MAX; length++) {
            for (uint32_t code = 0; code < 1U << (2 * length); code++) {
                struct sequence sequence = {.length = length};
                int64_t time = 100;
                for (size_t at = 0; at < length; at++) {
                    uint32_t point = code >> (2 * at) & 3;
                    sequence.stages[at] = point <= stage_count ? point : 0;
                    sequence.times[at] = time;
                    time += (int64_t)random_below(&state, 4) << at;
                }
                compare(&sequence, stage_count, mode);
            }
        }
    }
}

Test(funnel, ordered_takes_each_stage_as_early_as_possible) {
    compare_all(WEND_FUNNEL_ORDERED);
}

Test(funnel, any_takes_the_first_event_of_each_stage) {
    compare_all(WEND_FUNNEL_ANY);
}

Test(funnel, strict_takes_the_first_chain_of_neighbouring_stages_to_reach_each) {
    compare_all(WEND_FUNNEL_STRICT);
}

Test(funnel, a_journey_may_have_64_stages) {
    struct wend_stage_event events[64];
    for (uint32_t i = 0; i < 64; i++) {
        events[i] = (struct wend_stage_event){i * INT64_C(3), i + 1};
    }
    for (uint32_t mode = WEND_FUNNEL_ORDERED; mode <= WEND_FUNNEL_STRICT; mode++) {
        struct wend_funnel funnel;
        wend__funnel_match(events, 64, 64, (enum wend_funnel_mode)mode, &funnel);
        cr_assert_eq(funnel.furthest, 64);
        cr_assert_eq(funnel.visited, UINT64_MAX);
        cr_assert_eq(funnel.to_next_us[62], 3);
    }
}
