/* Flow conserves: who comes to a step goes on from it, or ends there; see verify.h. */
#include "base/memory.h"
#include "snapshot/verify.h"

#include <inttypes.h>

void wend__verify_flow_deinit(struct wend_verify_flow *flow) {
    wend__buffer_deinit(&flow->group);
    wend__strings_deinit(&flow->names);
    wend__free(flow->counts);
    *flow = (struct wend_verify_flow){0};
}

static struct wend_flow_count *count_of(struct wend_verify_flow *flow, struct wend_bytes name) {
    uint32_t id;
    bool is_new;
    void *counts = flow->counts;
    if (!wend__strings_intern(&flow->names, name, &id, &is_new) ||
        !wend__reserve(&counts, &flow->capacity, (size_t)id + 1, sizeof *flow->counts)) {
        return NULL;
    }
    flow->counts = counts;
    if (is_new) {
        flow->counts[id] = (struct wend_flow_count){0};
    }
    return &flow->counts[id];
}

/* Compares the step at hand with what the step before sent, and makes the next one the one at
 * hand. */
static void end_step(struct wend_verify *verify, struct wend_verify_flow *flow) {
    for (uint32_t id = 0; id < flow->names.count; id++) {
        struct wend_flow_count *count = &flow->counts[id];
        struct wend_bytes name = wend__strings_get(&flow->names, id);
        if (flow->step_index > 1) {
            wend__verify_check(verify, count->expected == count->here,
                               "flow: %" PRIu64 " units come to '%.*s' at step %" PRIu32
                               ", and %" PRIu64 " leave it",
                               count->expected, (int)name.len, (const char *)name.data,
                               flow->step_index, count->here);
        }
        *count = (struct wend_flow_count){.expected = count->next};
    }
    flow->step_index += 1;
}

static bool has_expected(const struct wend_verify_flow *flow) {
    for (uint32_t id = 0; id < flow->names.count; id++) {
        if (flow->counts[id].expected > 0) {
            return true;
        }
    }
    return false;
}

void wend__verify_flow_end(struct wend_verify *verify, struct wend_verify_flow *flow) {
    if (flow->step_index == 0) {
        return;
    }
    end_step(verify, flow);
    if (has_expected(flow)) {
        end_step(verify, flow);
    }
    wend__strings_clear(&flow->names);
    flow->step_index = 0;
}

/* Goes on to the step of the row. */
static enum wend_status go_to(struct wend_verify *verify, struct wend_verify_flow *flow,
                              struct wend_bytes group, uint32_t step_index,
                              struct wend_error *error) {
    if (flow->step_index == 0 || !wend__bytes_equal(group, wend__buffer_view(&flow->group))) {
        wend__verify_flow_end(verify, flow);
        wend__buffer_clear(&flow->group);
        if (!wend__buffer_append(&flow->group, group.data, group.len)) {
            return wend__fail_memory(error);
        }
        flow->step_index = 1;
    }
    /* Over a gap: what comes to the missing steps is found, once; nothing comes to those behind. */
    while (flow->step_index < step_index && (flow->step_index == 1 || has_expected(flow))) {
        end_step(verify, flow);
    }
    wend__verify_check(verify, flow->step_index == step_index,
                       "flow: step %" PRIu32 " has units, and the step before it has none that "
                       "go on",
                       step_index);
    flow->step_index = step_index;
    return WEND_OK;
}

static bool is_end(struct wend_bytes name) {
    return wend__bytes_is(name, "(exit)") || wend__bytes_is(name, "(entry)") ||
           wend__bytes_is(name, "(more)");
}

enum wend_status wend__verify_flow_row(struct wend_verify *verify, struct wend_verify_flow *flow,
                                       const struct wend_row_values *row, struct wend_bytes key,
                                       uint64_t units, struct wend_error *error) {
    /* Behind the group: the anchor as text, which ends with two zeros. */
    size_t len = row->key.group_len + row->key.parts[0].len + 2;
    WEND_TRY(go_to(verify, flow, wend__bytes(key.data, len < key.len ? len : key.len),
                   row->key.number, error));
    struct wend_flow_count *from = count_of(flow, row->key.parts[2]);
    if (from == NULL) {
        return wend__fail_memory(error);
    }
    from->here += units;
    if (is_end(row->key.parts[3])) {
        return WEND_OK;
    }
    struct wend_flow_count *to = count_of(flow, row->key.parts[3]);
    if (to == NULL) {
        return wend__fail_memory(error);
    }
    to->next += units;
    return WEND_OK;
}
