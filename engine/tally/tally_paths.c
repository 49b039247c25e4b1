/* The table `paths`: what trails say of the paths as they are shown. */
#include "base/memory.h"
#include "ds/runs.h"
#include "tally/path_order.h"

enum { TRAILS_AHEAD = 8, JOINT_BYTES = 3 /* of " > " */, CACHE_LINE_WORDS = 16 };

/* The row before, whose key begins like that of the next one. */
struct last_row {
    uint32_t group;
    size_t step_count;
    uint32_t *steps;
    size_t step_capacity;
    size_t *ends; /* of the names of the steps, in the key */
    size_t end_capacity;
};

static bool reserve(struct last_row *last, size_t step_count) {
    void *steps = last->steps;
    void *ends = last->ends;
    bool done = wend__reserve(&steps, &last->step_capacity, step_count, sizeof *last->steps) &&
                wend__reserve(&ends, &last->end_capacity, step_count, sizeof *last->ends);
    last->steps = steps;
    last->ends = ends;
    return done;
}

/* The key of a path; what it has in common with the one before stays where it is. */
static bool make_key(struct wend_tally *tally, const struct wend_path_order *order,
                     struct last_row *last, uint32_t group, const uint32_t *steps, size_t count) {
    struct wend_buffer *key = &tally->row.key;
    size_t same = 0;
    if (group == last->group && last->ends != NULL) {
        while (same < last->step_count && same < count && last->steps[same] == steps[same]) {
            same++;
        }
    }
    if (same == 0) {
        wend__tally_row_begin(tally, group);
        if (tally->row.failed) {
            return false;
        }
    } else {
        key->len = last->ends[same - 1];
    }
    if (!reserve(last, count)) {
        return false;
    }
    for (size_t i = same == 0 ? 0 : same - 1; i < count; i++) {
        struct wend_bytes token =
            order->tokens[2 * wend__path_order_point(order, steps[i]) + (i + 1 == count)];
        size_t joint = i + 1 == count ? 2 : JOINT_BYTES;
        if (same > 0 && i == same - 1) { /* its name is there, not what stands behind it */
            token = wend__bytes(token.data + token.len - joint, joint);
        }
        if (!wend__buffer_append(key, token.data, token.len)) {
            return false;
        }
        last->steps[i] = steps[i];
        last->ends[i] = key->len - joint;
    }
    last->group = group;
    last->step_count = count;
    return true;
}

static enum wend_status flush_trail(struct wend_tally *tally, const struct wend_path_order *order,
                                    const struct wend_trail *trail, struct last_row *last,
                                    struct wend_error *error) {
    uint32_t cut[WEND_TRAIL_STEPS];
    size_t count;
    const uint32_t *steps = wend__path_order_steps(tally, trail, cut, &count);
    if (!make_key(tally, order, last, trail->words[0], steps, count)) {
        return wend__fail_memory(error);
    }
    const uint64_t *outcomes = trail->outcome_counts;
    const struct wend_payload payload = {
        .counts = {outcomes[0] + outcomes[1] + outcomes[2], outcomes[WEND_OUTCOME_CONVERTED],
                   outcomes[WEND_OUTCOME_ABANDONED], outcomes[WEND_OUTCOME_OPEN]},
        .value_sum = trail->value,
        .time_sum = trail->duration_us,
    };
    return wend__tally_row_end(tally, WEND_TABLE_PATHS, &payload, &trail->durations, error);
}

static void fetch(const struct wend_path_order *order, size_t index) {
    if (index + TRAILS_AHEAD < order->trail_count) {
        __builtin_prefetch(order->items[index + TRAILS_AHEAD].row);
        const struct wend_trail *trail = wend__path_order_get(order, index);
        __builtin_prefetch(trail);
        __builtin_prefetch(trail->words);
        __builtin_prefetch(trail->words + CACHE_LINE_WORDS);
    }
}

enum wend_status wend__tally_paths_flush(struct wend_tally *tally, struct wend_error *error) {
    if (!wend__tally_wants(tally, WEND_TABLE_PATHS) || tally->trails.count == 0) {
        return WEND_OK;
    }
    struct wend_path_order order;
    struct last_row last = {.group = UINT32_MAX};
    enum wend_status status =
        wend__path_order_make(&order, tally) ? WEND_OK : wend__fail_memory(error);
    for (size_t i = 0; i < order.trail_count && status == WEND_OK; i++) {
        fetch(&order, i + TRAILS_AHEAD);
        status = flush_trail(tally, &order, wend__path_order_get(&order, i), &last, error);
    }
    wend__free(last.steps);
    wend__free(last.ends);
    wend__path_order_deinit(&order, tally);
    return status;
}
