/*
 * The table `flow`: pairs of steps by their distance from the start or from the goal.
 *
 * Its entries hang on those of `transitions`, which have found group and touchpoints already: what
 * is left of the key are two numbers, and they fit into the slot itself.
 */
#include "base/memory.h"
#include "tally/tally_parts.h"

enum { FIRST_SLOTS = 64 };

/* Pair and place; never 0. */
static uint64_t key_of(size_t pair, uint32_t place, uint32_t anchor) {
    return (uint64_t)pair << 32 | (2 * place + anchor);
}

static size_t slot_of(const struct wend_tally *tally, uint64_t key, size_t slot_count) {
    return (size_t)wend__hash_words(&key, sizeof key, tally->options.seed) & (slot_count - 1);
}

static bool grow(struct wend_tally *tally) {
    struct wend_flow_table *flow = &tally->flow;
    size_t slot_count = flow->slot_count == 0 ? FIRST_SLOTS : flow->slot_count * 2;
    struct wend_flow_slot *slots = wend__alloc_zeroed(slot_count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < flow->slot_count; i++) {
        if (flow->slots[i].key == 0) {
            continue;
        }
        size_t at = slot_of(tally, flow->slots[i].key, slot_count);
        while (slots[at].key != 0) {
            at = (at + 1) & (slot_count - 1);
        }
        slots[at] = flow->slots[i];
    }
    wend__free(flow->slots);
    flow->slots = slots;
    flow->slot_count = slot_count;
    return true;
}

static bool count_one(struct wend_tally *tally, uint32_t pair, size_t place, uint32_t anchor,
                      uint64_t units) {
    struct wend_flow_table *flow = &tally->flow;
    if (flow->count >= flow->slot_count / 4 * 3 && !grow(tally)) {
        return false;
    }
    uint64_t key = key_of(pair, (uint32_t)place, anchor);
    size_t at = slot_of(tally, key, flow->slot_count);
    while (flow->slots[at].key != key) {
        if (flow->slots[at].key == 0) {
            flow->slots[at].key = key;
            flow->count += 1;
            break;
        }
        at = (at + 1) & (flow->slot_count - 1);
    }
    /* A unit has one step at a place, so that it counts once by itself. */
    flow->slots[at].units += units;
    return true;
}

/* The pair at the depth of a path that goes on beyond it. */
static bool count_more(struct wend_tally *tally, const struct wend_counted *counted, uint32_t from,
                       uint32_t to, uint32_t anchor) {
    uint32_t pair;
    return wend__tally_find_pair(tally, counted->group, from, to, &pair) &&
           count_one(tally, pair, tally->options.ruleset->flow_depth, anchor, counted->units);
}

/* Pair i is the one of step i - 1 (or the entry) and step i (or the exit). */
static bool count_from_start(struct wend_tally *tally, const struct wend_counted *counted) {
    size_t depth = tally->options.ruleset->flow_depth;
    size_t last = counted->step_count < depth ? counted->step_count : depth - 1;
    for (size_t i = 1; i <= last; i++) {
        if (!count_one(tally, counted->pairs[i], i, WEND_FLOW_START, counted->units)) {
            return false;
        }
    }
    if (counted->step_count == depth) { /* the exit stands at the depth itself */
        return count_one(tally, counted->pairs[depth], depth, WEND_FLOW_START, counted->units);
    }
    return counted->step_count < depth ||
           count_more(tally, counted, counted->steps[depth - 1], WEND_POINT_MORE, WEND_FLOW_START);
}

static bool count_from_goal(struct wend_tally *tally, const struct wend_counted *counted) {
    size_t depth = tally->options.ruleset->flow_depth;
    size_t goal = counted->goal_step;
    for (size_t place = 1; place <= goal + 1 && place < depth; place++) {
        if (!count_one(tally, counted->pairs[goal + 1 - place], place, WEND_FLOW_GOAL,
                       counted->units)) {
            return false;
        }
    }
    if (goal + 1 == depth) { /* the entry stands at the depth itself */
        return count_one(tally, counted->pairs[0], depth, WEND_FLOW_GOAL, counted->units);
    }
    return goal + 1 < depth || count_more(tally, counted, WEND_POINT_MORE,
                                          counted->steps[goal - (depth - 1)], WEND_FLOW_GOAL);
}

bool wend__tally_flow_count(struct wend_tally *tally, const struct wend_counted *counted) {
    if (tally->options.ruleset->flow_depth == 0) {
        return true;
    }
    return count_from_start(tally, counted) &&
           (counted->goal_step == WEND_NO_STEP || count_from_goal(tally, counted));
}

static enum wend_status flush_slot(struct wend_tally *tally, const struct wend_flow_slot *slot,
                                   struct wend_error *error) {
    const struct wend_pair_key *key =
        wend__table_key(&tally->transitions, (size_t)(slot->key >> 32));
    bool is_start = slot->key % 2 == WEND_FLOW_START;
    const struct wend_payload payload = {.counts = {slot->units}};
    wend__tally_row_begin(tally, key->group);
    wend__tally_row_put_text(tally, wend__bytes_text(is_start ? "start" : "goal"));
    wend__tally_row_put_number(tally, (uint32_t)slot->key / 2);
    wend__tally_row_put_point(tally, is_start ? key->from : key->to);
    wend__tally_row_put_point(tally, is_start ? key->to : key->from);
    return wend__tally_row_end(tally, WEND_TABLE_FLOW, &payload, NULL, error);
}

enum wend_status wend__tally_flow_flush(struct wend_tally *tally, struct wend_error *error) {
    for (size_t i = 0; i < tally->flow.slot_count; i++) {
        if (tally->flow.slots[i].key != 0) {
            WEND_TRY(flush_slot(tally, &tally->flow.slots[i], error));
        }
    }
    return WEND_OK;
}

void wend__tally_flow_clear(struct wend_tally *tally) {
    wend__free(tally->flow.slots);
    tally->flow = (struct wend_flow_table){0};
}
