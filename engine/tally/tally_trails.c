/* Units by trail: tally_parts.h has the drawing. */
#include "base/hash.h"
#include "base/memory.h"
#include "tally/tally_parts.h"

enum { FIRST_SLOTS = 64, FIRST_WORDS = 2048 };

#define PAIR_TABLES (1U << WEND_TABLE_TRANSITIONS | 1U << WEND_TABLE_FLOW)
#define POINT_TABLES (1U << WEND_TABLE_ABANDONMENT | 1U << WEND_TABLE_TOUCHPOINTS)

static bool wants(const struct wend_tally *tally, uint32_t tables) {
    return (tally->options.tables & tables) != 0;
}

bool wend__tally_trails_init(struct wend_tally *tally) {
    struct wend_unit_queue *queue = &tally->queue;
    size_t most = WEND_PATH_HEAD + 2 * WEND_TRAIL_STEPS + tally->options.ruleset->max_steps;
    queue->word_capacity = FIRST_WORDS + most;
    queue->words = wend__alloc(queue->word_capacity * sizeof *queue->words);
    queue->times_us =
        wend__alloc((size_t)WEND_TALLY_UNITS * WEND_TRAIL_STEPS * sizeof *queue->times_us);
    return queue->words != NULL && queue->times_us != NULL;
}

void wend__tally_trails_deinit(struct wend_tally *tally) {
    wend__free(tally->queue.words);
    wend__free(tally->queue.times_us);
    wend__free(tally->scratch_pairs);
    tally->queue.words = NULL;
    tally->queue.times_us = NULL;
    tally->scratch_pairs = NULL;
}

/* Finds the entries of the pairs of a path; false without memory. */
static bool find_pairs(struct wend_tally *tally, uint32_t group, const uint32_t *steps,
                       size_t step_count, uint32_t *pairs) {
    uint32_t from = WEND_POINT_ENTRY;
    for (size_t i = 0; i <= step_count; i++) {
        uint32_t to = i == step_count ? WEND_POINT_EXIT : steps[i];
        if (!wend__tally_find_pair(tally, group, from, to, &pairs[i])) {
            return false;
        }
        from = to;
    }
    return true;
}

static bool count(struct wend_tally *tally, const struct wend_counted *counted) {
    return (counted->pairs == NULL || counted->step_count == 0 ||
            wend__tally_count_pairs(tally, counted)) &&
           (!wants(tally, POINT_TABLES) || wend__tally_points_count(tally, counted));
}

/* Counts a unit with a long path at once, as if it were a trail of its own. */
static enum wend_status count_long(struct wend_tally *tally, struct wend_error *error) {
    const struct wend_unit_view *view = &tally->view;
    bool has_pairs = wants(tally, PAIR_TABLES);
    void *pairs = tally->scratch_pairs;
    bool done = wend__reserve(&pairs, &tally->scratch_pair_capacity, view->step_count + 1,
                              sizeof *tally->scratch_pairs);
    tally->scratch_pairs = pairs;
    const uint32_t *steps = view->words + WEND_PATH_HEAD;
    done = done && (!has_pairs ||
                    find_pairs(tally, tally->group, steps, view->step_count, tally->scratch_pairs));
    uint64_t outcome_counts[3] = {0};
    outcome_counts[view->unit->outcome] = 1;
    const struct wend_counted counted = {
        .number = ++tally->counted_trails,
        .units = 1,
        .outcome_counts = outcome_counts,
        .value = view->value,
        .group = tally->group,
        .goal_step = view->words[1],
        .steps = steps,
        .step_count = view->step_count,
        .pairs = has_pairs ? tally->scratch_pairs : NULL,
        .repeats = view->has_repeats ? view->repeats : NULL,
    };
    if (!done || !count(tally, &counted)) {
        return wend__fail_memory(error);
    }
    for (size_t i = 1; has_pairs && i < view->step_count; i++) {
        WEND_TRY(wend__tally_add_pair_time(tally, tally->scratch_pairs[i],
                                           view->step_times[i] - view->step_times[i - 1], error));
    }
    return WEND_OK;
}

/* Copies `count` words to the queue, which has room for them. */
static uint32_t *keep_words(struct wend_unit_queue *queue, const uint32_t *words, size_t count) {
    uint32_t *kept = queue->words + queue->word_count;
    memcpy(kept, words, count * sizeof *words);
    queue->word_count += count;
    return kept;
}

static const int64_t *keep_times(struct wend_unit_queue *queue, const struct wend_unit_view *view) {
    int64_t *kept = queue->times_us + queue->time_count;
    for (size_t i = 1; i < view->step_count; i++) {
        kept[i - 1] = view->step_times[i] - view->step_times[i - 1];
    }
    queue->time_count += view->step_count;
    return kept;
}

enum wend_status wend__tally_trails_count(struct wend_tally *tally, struct wend_error *error) {
    struct wend_unit_view *view = &tally->view;
    struct wend_unit_queue *queue = &tally->queue;
    bool is_long = view->step_count > WEND_TRAIL_STEPS;
    size_t step_count = is_long ? view->shown_count : view->step_count;
    size_t needed = WEND_PATH_HEAD + 2 * step_count;
    if (queue->count == WEND_TALLY_UNITS || queue->word_capacity - queue->word_count < needed) {
        WEND_TRY(wend__tally_trails_settle(tally, error));
    }
    uint32_t *words = is_long ? view->shown : view->words;
    words[0] = tally->group;
    words[1] = view->goal_step < view->step_count ? (uint32_t)view->goal_step : WEND_NO_STEP;
    view->words[1] = words[1];
    struct wend_queued_unit *item = &queue->items[queue->count++];
    size_t word_count = WEND_PATH_HEAD + step_count;
    *item = (struct wend_queued_unit){
        .hash = wend__hash_words(words, word_count * sizeof *words, tally->options.seed),
        .value = view->value,
        .duration_us = view->end_us - view->start_us,
        .outcome = view->unit->outcome,
        .step_count = (uint32_t)step_count,
        .is_long = is_long,
        .words = keep_words(queue, words, word_count),
    };
    if (tally->trails.slot_count > 0) {
        __builtin_prefetch(&tally->trails.slots[item->hash & (tally->trails.slot_count - 1)]);
    }
    if (view->has_goals && wants(tally, POINT_TABLES) && !wend__tally_points_add_values(tally)) {
        return wend__fail_memory(error);
    }
    if (is_long) {
        return count_long(tally, error);
    }
    if (view->has_repeats) {
        item->repeats = keep_words(queue, view->repeats, step_count);
    }
    if (step_count > 1 && wants(tally, PAIR_TABLES)) {
        item->times_us = keep_times(queue, view);
    }
    return WEND_OK;
}

static bool grow(struct wend_trail_table *trails) {
    size_t slot_count = trails->slot_count == 0 ? FIRST_SLOTS : trails->slot_count * 2;
    struct wend_trail_slot *slots = wend__alloc_zeroed(slot_count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < trails->slot_count; i++) {
        struct wend_trail_slot slot = trails->slots[i];
        if (slot.trail == NULL) {
            continue;
        }
        size_t at = slot.hash & (slot_count - 1);
        while (slots[at].trail != NULL) {
            at = (at + 1) & (slot_count - 1);
        }
        slots[at] = slot;
    }
    wend__free(trails->slots);
    trails->slots = slots;
    trails->slot_count = slot_count;
    return true;
}

/* NULL without memory. */
static struct wend_trail *new_trail(struct wend_tally *tally, const struct wend_queued_unit *unit) {
    size_t step_count = unit->step_count;
    size_t word_count = WEND_PATH_HEAD + step_count + (unit->is_long ? 0 : 2 * step_count + 1);
    void *list = tally->trails.list;
    bool reserved = wend__reserve(&list, &tally->trails.list_capacity, tally->trails.count + 1,
                                  sizeof(struct wend_trail *));
    tally->trails.list = list;
    size_t bytes = sizeof(struct wend_trail) + word_count * sizeof(uint32_t);
    struct wend_trail *trail = reserved ? wend__arena_alloc(&tally->trails.arena, bytes) : NULL;
    if (trail == NULL) {
        return NULL;
    }
    *trail = (struct wend_trail){.step_count = unit->step_count, .is_long = unit->is_long};
    memcpy(trail->words, unit->words, (WEND_PATH_HEAD + step_count) * sizeof *trail->words);
    if (!unit->is_long) {
        memset(wend__trail_repeats(trail), 0, step_count * sizeof *trail->words);
        if (wants(tally, PAIR_TABLES) && step_count > 0 &&
            !find_pairs(tally, trail->words[0], trail->words + WEND_PATH_HEAD, step_count,
                        wend__trail_pairs(trail))) {
            return NULL;
        }
    }
    tally->trails.list[tally->trails.count++] = trail;
    return trail;
}

static bool is_of(const struct wend_trail *trail, const struct wend_queued_unit *unit) {
    return trail->step_count == unit->step_count &&
           memcmp(trail->words, unit->words,
                  (WEND_PATH_HEAD + (size_t)trail->step_count) * sizeof *trail->words) == 0;
}

/* NULL without memory. */
static struct wend_trail *find_or_add(struct wend_tally *tally,
                                      const struct wend_queued_unit *unit) {
    struct wend_trail_table *trails = &tally->trails;
    if (trails->count >= trails->slot_count / 4 * 3 && !grow(trails)) {
        return NULL;
    }
    size_t at = unit->hash & (trails->slot_count - 1);
    for (; trails->slots[at].trail != NULL; at = (at + 1) & (trails->slot_count - 1)) {
        if (trails->slots[at].hash == unit->hash && is_of(trails->slots[at].trail, unit)) {
            return trails->slots[at].trail;
        }
    }
    struct wend_trail *trail = new_trail(tally, unit);
    if (trail != NULL) {
        trails->slots[at] = (struct wend_trail_slot){unit->hash, trail};
    }
    return trail;
}

/* Looks at the slot, and fetches the entry that is probably the one. */
static void fetch_trail(const struct wend_trail_table *trails,
                        const struct wend_queued_unit *unit) {
    if (trails->slot_count > 0) {
        const struct wend_trail_slot *slot = &trails->slots[unit->hash & (trails->slot_count - 1)];
        if (slot->hash == unit->hash && slot->trail != NULL) {
            __builtin_prefetch(slot->trail, 1);
            __builtin_prefetch(slot->trail->words, 1);
            __builtin_prefetch(slot->trail->words + WEND_PATH_HEAD + 2 * unit->step_count, 1);
        }
    }
}

/* Further events of a step are counted in 32 bits; what does not fit goes to its point at once. */
static bool add_repeats(struct wend_tally *tally, struct wend_trail *trail,
                        const struct wend_queued_unit *unit) {
    uint32_t *repeats = wend__trail_repeats(trail);
    for (size_t i = 0; i < unit->step_count; i++) {
        if (unit->repeats[i] > UINT32_MAX - repeats[i]) {
            if (!wend__tally_points_add_events(tally, trail->words[0],
                                               trail->words[WEND_PATH_HEAD + i], repeats[i])) {
                return false;
            }
            repeats[i] = 0;
        }
        repeats[i] += unit->repeats[i];
    }
    return true;
}

static bool count_unit(struct wend_tally *tally, struct wend_queued_unit *unit) {
    struct wend_trail *trail = find_or_add(tally, unit);
    unit->trail = trail;
    if (trail == NULL ||
        (unit->repeats != NULL && wants(tally, POINT_TABLES) && !add_repeats(tally, trail, unit))) {
        return false;
    }
    trail->outcome_counts[unit->outcome] += 1;
    trail->value += unit->value;
    trail->duration_us += unit->duration_us;
    __builtin_prefetch(trail->durations.store, 1);
    if (unit->times_us != NULL) {
        const uint32_t *pairs = wend__trail_pairs(trail);
        for (size_t i = 1; i < unit->step_count; i++) {
            wend__tally_fetch_pair(tally, pairs[i]);
        }
    }
    return true;
}

/*
 * In passes over the queue. With 100,000 trails, 250 bytes each, a unit of six steps is about 120
 * ns from the view on: three or four lines of its trail, a line or two of the sketch of each two
 * steps.
 */
enum wend_status wend__tally_trails_settle(struct wend_tally *tally, struct wend_error *error) {
    struct wend_unit_queue *queue = &tally->queue;
    uint32_t count = queue->count;
    queue->count = 0;
    queue->word_count = 0;
    queue->time_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        fetch_trail(&tally->trails, &queue->items[i]);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!count_unit(tally, &queue->items[i])) {
            return wend__fail_memory(error);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct wend_queued_unit *unit = &queue->items[i];
        for (size_t s = 1; unit->times_us != NULL && s < unit->step_count; s++) {
            wend__tally_fetch_pair_time(tally, wend__trail_pairs(unit->trail)[s],
                                        unit->times_us[s - 1]);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct wend_queued_unit *unit = &queue->items[i];
        WEND_TRY(wend__tally_add_time(tally, &unit->trail->durations, unit->duration_us, error));
        for (size_t s = 1; unit->times_us != NULL && s < unit->step_count; s++) {
            WEND_TRY(wend__tally_add_pair_time(tally, wend__trail_pairs(unit->trail)[s],
                                               unit->times_us[s - 1], error));
        }
    }
    return WEND_OK;
}

bool wend__tally_trails_expand(struct wend_tally *tally) {
    bool has_pairs = wants(tally, PAIR_TABLES);
    bool done = true;
    for (size_t i = 0; done && i < tally->trails.count; i++) {
        wend__trail_fetch_ahead(&tally->trails, i);
        struct wend_trail *trail = tally->trails.list[i];
        if (trail->is_long) {
            continue;
        }
        const uint64_t *outcomes = trail->outcome_counts;
        const struct wend_counted counted = {
            .number = ++tally->counted_trails,
            .units = outcomes[0] + outcomes[1] + outcomes[2],
            .outcome_counts = outcomes,
            .value = trail->value,
            .group = trail->words[0],
            .goal_step = trail->words[1],
            .steps = trail->words + WEND_PATH_HEAD,
            .step_count = trail->step_count,
            .pairs = has_pairs ? wend__trail_pairs(trail) : NULL,
            .repeats = wend__trail_repeats(trail),
        };
        done = count(tally, &counted);
    }
    return done;
}

void wend__tally_trails_clear(struct wend_tally *tally) {
    struct wend_trail_table *trails = &tally->trails;
    for (size_t i = 0; i < trails->count; i++) {
        wend__trail_fetch_ahead(trails, i);
        wend__tally_drop_sketch(tally, &trails->list[i]->durations);
    }
    tally->queue.count = 0;
    tally->queue.word_count = 0;
    tally->queue.time_count = 0;
    wend__free(trails->slots);
    wend__free(trails->list);
    wend__arena_deinit(&trails->arena);
    *trails = (struct wend_trail_table){0};
}
