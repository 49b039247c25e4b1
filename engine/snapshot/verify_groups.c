/* Sums that agree within a group; see verify.h. */
#include "base/memory.h"
#include "base/utf8.h"
#include "ds/sortkey.h"
#include "snapshot/verify.h"

#include <inttypes.h>

void wend__verify_groups_deinit(struct wend_verify_groups *groups) {
    wend__strings_deinit(&groups->names);
    wend__strings_deinit(&groups->points);
    wend__free(groups->sums);
    wend__free(groups->rests);
    wend__buffer_deinit(&groups->scratch);
    *groups = (struct wend_verify_groups){0};
}

static uint32_t find_scope(const struct wend_snapshot *snapshot, struct wend_bytes scope) {
    const struct wend_snapshot_options *options = wend__snapshot_options(snapshot);
    for (uint32_t i = 0; i < options->scope_count; i++) {
        if (wend__bytes_equal(options->scopes[i], scope)) {
            return i;
        }
    }
    return UINT32_MAX;
}

struct wend_group_sums *wend__verify_group(struct wend_verify *verify,
                                           struct wend_verify_groups *groups,
                                           struct wend_bytes group, struct wend_bytes scope) {
    uint32_t id;
    bool is_new;
    void *sums = groups->sums;
    if (!wend__strings_intern(&groups->names, group, &id, &is_new) ||
        !wend__reserve(&sums, &groups->capacity, (size_t)id + 1, sizeof *groups->sums)) {
        return NULL;
    }
    groups->sums = sums;
    if (is_new) {
        groups->sums[id] = (struct wend_group_sums){.scope = find_scope(verify->snapshot, scope)};
        wend__verify_check(verify, groups->sums[id].scope != UINT32_MAX,
                           "a row has the scope '%.*s', which the manifest does not name",
                           (int)scope.len, (const char *)scope.data);
    }
    return &groups->sums[id];
}

static enum wend_status add_point(struct wend_verify_groups *groups, struct wend_bytes group,
                                  struct wend_bytes point, uint32_t scope, uint64_t entries,
                                  uint64_t exits, struct wend_error *error) {
    uint32_t id;
    bool is_new;
    void *rests = groups->rests;
    struct wend_buffer key = {0};
    bool done =
        wend__buffer_append(&key, group.data, group.len) && wend__sortkey_append_text(&key, point);
    done = done && wend__strings_intern(&groups->points, wend__buffer_view(&key), &id, &is_new) &&
           wend__reserve(&rests, &groups->rest_capacity, (size_t)id + 1, sizeof *groups->rests);
    wend__buffer_deinit(&key);
    if (!done) {
        return wend__fail_memory(error);
    }
    groups->rests = rests;
    if (is_new) {
        groups->rests[id] =
            (struct wend_point_rest){.scope = scope, .name_len = (uint32_t)point.len};
    }
    groups->rests[id].entries += entries;
    groups->rests[id].exits += exits;
    return WEND_OK;
}

static void add_path(struct wend_group_sums *sums, const struct wend_row_values *row,
                     const struct wend_payload *payload) {
    sums->all_units += payload->counts[0];
    for (unsigned i = 0; i < WEND_OUTCOME_KINDS; i++) {
        sums->units[i] += payload->counts[1 + i];
    }
    if (wend__bytes_is(row->key.parts[0], "(none)")) {
        sums->none_units += payload->counts[0];
    }
    sums->path_values += (wend_uint128)payload->value_sum;
}

static void add_stage(struct wend_verify *verify, struct wend_group_sums *sums,
                      const struct wend_row_values *row, const struct wend_payload *payload) {
    struct wend_bytes name = row->key.parts[1];
    wend__verify_check(verify, sums->scope != 0, "stages: '%.*s' stands in the scope of sessions",
                       (int)name.len, (const char *)name.data);
    wend__verify_check(verify, row->key.number == sums->stage_position + 1,
                       "stages: '%.*s' stands at position %" PRIu32 " behind position %" PRIu64,
                       (int)name.len, (const char *)name.data, row->key.number,
                       sums->stage_position);
    if (sums->stage_position > 0) {
        wend__verify_check(verify, payload->counts[1] == sums->advanced,
                           "stages: %" PRIu64 " units reached '%.*s', and %" PRIu64
                           " advanced from the stage before",
                           payload->counts[1], (int)name.len, (const char *)name.data,
                           sums->advanced);
    }
    sums->stage_position = row->key.number;
    sums->advanced = payload->counts[2];
    sums->abandoned_here += payload->counts[3];
}

static void add_touchpoint(struct wend_group_sums *sums, const struct wend_payload *payload) {
    sums->entries += payload->counts[2];
    sums->exits += payload->counts[3];
    sums->first_touch += payload->counts[5];
    sums->last_touch += payload->counts[6];
    sums->point_values += (wend_uint128)payload->value_sum;
}

static void add_flow(struct wend_group_sums *sums, const struct wend_row_values *row,
                     const struct wend_payload *payload) {
    if (row->key.number == 1) {
        bool is_start = wend__bytes_is(row->key.parts[0], "start");
        *(is_start ? &sums->flow_start : &sums->flow_goal) += payload->counts[0];
    }
}

enum wend_status wend__verify_add_row(struct wend_verify *verify, struct wend_verify_groups *groups,
                                      const struct wend_row_values *row, struct wend_bytes key,
                                      const struct wend_payload *payload,
                                      struct wend_error *error) {
    struct wend_bytes group = wend__bytes(key.data, row->key.group_len);
    struct wend_group_sums *sums = wend__verify_group(verify, groups, group, row->key.scope);
    if (sums == NULL) {
        return wend__fail_memory(error);
    }
    switch (row->table) {
    case WEND_TABLE_PATHS:
        add_path(sums, row, payload);
        break;
    case WEND_TABLE_TRANSITIONS:
        sums->entry_transitions +=
            wend__bytes_is(row->key.parts[0], "(entry)") ? payload->counts[0] : 0;
        sums->exit_transitions +=
            wend__bytes_is(row->key.parts[1], "(exit)") ? payload->counts[0] : 0;
        break;
    case WEND_TABLE_FLOW:
        add_flow(sums, row, payload);
        break;
    case WEND_TABLE_STAGES:
        add_stage(verify, sums, row, payload);
        break;
    case WEND_TABLE_ABANDONMENT:
        sums->abandoned += payload->counts[0];
        break;
    case WEND_TABLE_TOUCHPOINTS:
        add_touchpoint(sums, payload);
        return add_point(groups, group, row->key.parts[0], sums->scope, payload->counts[2],
                         payload->counts[3], error);
    default:
        break;
    }
    return WEND_OK;
}

enum wend_status wend__verify_add_detail(struct wend_verify *verify,
                                         struct wend_verify_groups *groups,
                                         const struct wend_detail *detail,
                                         const struct wend_bytes *steps, uint32_t step_count,
                                         struct wend_error *error) {
    struct wend_bytes scope = wend__snapshot_options(verify->snapshot)->scopes[detail->scope];
    wend__buffer_clear(&groups->scratch);
    if (!wend__key_append_group(&groups->scratch, scope, detail->has_window, detail->window_us,
                                detail->segments, detail->segment_count)) {
        return wend__fail_memory(error);
    }
    struct wend_bytes group = wend__buffer_view(&groups->scratch);
    struct wend_group_sums *sums = wend__verify_group(verify, groups, group, scope);
    if (sums == NULL) {
        return wend__fail_memory(error);
    }
    sums->detail_units[detail->outcome] += 1;
    if (step_count == 0) {
        return WEND_OK;
    }
    WEND_TRY(add_point(groups, group, steps[0], detail->scope, UINT64_MAX, 0, error));
    return add_point(groups, group, steps[step_count - 1], detail->scope, 0, UINT64_MAX, error);
}
