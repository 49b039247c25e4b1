/* The checks over the sums of the groups, and of the scopes; see verify.h. */
#include "base/calendar.h"
#include "base/memory.h"
#include "ds/sortkey.h"
#include "snapshot/verify.h"

#include <inttypes.h>

static bool has(const struct wend_verify *verify, enum wend_table_id table) {
    return verify->is_readable[table];
}

/* "scope 'buy', window ..., device 'phone'" for people, zero-terminated. False without memory; a
 * group that was read is never damaged. */
static bool describe(const struct wend_snapshot *snapshot, struct wend_bytes group,
                     struct wend_buffer *text) {
    const struct wend_snapshot_options *options = wend__snapshot_options(snapshot);
    bool present = false;
    int64_t window_us = 0;
    wend__buffer_clear(text);
    bool done = wend__buffer_append_text(text, "scope '") &&
                wend__sortkey_read_text(&group, text) == WEND_SORTKEY_OK &&
                wend__buffer_append_text(text, "'") &&
                wend__sortkey_read_present(&group, &present) == WEND_SORTKEY_OK;
    if (done && present) {
        char window[WEND_TIME_TEXT_BYTES];
        done = wend__sortkey_read_int64(&group, &window_us) == WEND_SORTKEY_OK;
        wend__time_format(window_us, 6, window);
        done = done && wend__buffer_append_format(text, ", window %s", window);
    }
    for (uint32_t i = 0; done && i < options->segment_count; i++) {
        done = wend__sortkey_read_present(&group, &present) == WEND_SORTKEY_OK;
        if (done && present) {
            done = wend__buffer_append_format(text, ", %s '", options->segments[i].data) &&
                   wend__sortkey_read_text(&group, text) == WEND_SORTKEY_OK &&
                   wend__buffer_append_text(text, "'");
        }
    }
    return done && wend__buffer_append(text, "", 1);
}

/* One equation between two counts of a group. */
static void expect(struct wend_verify *verify, const char *where, const char *left_name,
                   uint64_t left, const char *right_name, uint64_t right) {
    wend__verify_check(verify, left == right, "%s: %s are %" PRIu64 ", %s are %" PRIu64, where,
                       left_name, left, right_name, right);
}

/* Tables against paths, which holds every unit. */
static void check_with_paths(struct wend_verify *verify, const char *where,
                             const struct wend_group_sums *sums) {
    uint64_t with_point = sums->all_units - sums->none_units;
    uint64_t converted = sums->units[WEND_OUTCOME_CONVERTED];
    uint64_t abandoned = sums->units[WEND_OUTCOME_ABANDONED];
    const char *point_units = "units of paths with a touchpoint";
    if (has(verify, WEND_TABLE_ABANDONMENT)) {
        expect(verify, where, "abandoned of abandonment", sums->abandoned, "those of paths",
               abandoned);
    }
    if (has(verify, WEND_TABLE_TOUCHPOINTS)) {
        expect(verify, where, "entries of touchpoints", sums->entries, point_units, with_point);
        expect(verify, where, "exits of touchpoints", sums->exits, point_units, with_point);
        expect(verify, where, "first touches", sums->first_touch, "converted units of paths",
               converted);
        expect(verify, where, "last touches", sums->last_touch, "converted units of paths",
               converted);
        wend__verify_check(verify, sums->point_values == sums->path_values,
                           "%s: the values of touchpoints have another sum than those of paths",
                           where);
    }
    if (has(verify, WEND_TABLE_TRANSITIONS)) {
        expect(verify, where, "transitions from (entry)", sums->entry_transitions, point_units,
               with_point);
        expect(verify, where, "transitions to (exit)", sums->exit_transitions, point_units,
               with_point);
    }
    if (has(verify, WEND_TABLE_FLOW)) {
        expect(verify, where, "units of flow at the start", sums->flow_start, point_units,
               with_point);
        expect(verify, where, "units of flow at the goal", sums->flow_goal,
               "converted units of paths", converted);
    }
    if (has(verify, WEND_TABLE_STAGES)) {
        wend__verify_check(verify, sums->abandoned_here <= abandoned,
                           "%s: abandoned_here of stages are %" PRIu64
                           ", more than the abandoned units of paths, %" PRIu64,
                           where, sums->abandoned_here, abandoned);
    }
    enum wend_table_id details = sums->scope == 0 ? WEND_TABLE_SESSIONS : WEND_TABLE_JOURNEYS;
    if (has(verify, details)) {
        static const char *const names[] = {"converted units", "abandoned units", "open units"};
        for (unsigned i = 0; i < WEND_OUTCOME_KINDS; i++) {
            wend__verify_check(verify, sums->detail_units[i] == sums->units[i],
                               "%s: %s of %s are %" PRIu64 ", those of paths are %" PRIu64, where,
                               names[i], wend__schemas[details].name, sums->detail_units[i],
                               sums->units[i]);
        }
    }
}

/* What can be said without paths. */
static void check_group(struct wend_verify *verify, const char *where,
                        const struct wend_group_sums *sums) {
    if (has(verify, WEND_TABLE_TOUCHPOINTS)) {
        expect(verify, where, "entries of touchpoints", sums->entries, "their exits", sums->exits);
    }
    if (has(verify, WEND_TABLE_TRANSITIONS)) {
        expect(verify, where, "transitions from (entry)", sums->entry_transitions,
               "those to (exit)", sums->exit_transitions);
    }
    if (has(verify, WEND_TABLE_TRANSITIONS) && has(verify, WEND_TABLE_TOUCHPOINTS)) {
        expect(verify, where, "transitions from (entry)", sums->entry_transitions,
               "entries of touchpoints", sums->entries);
    }
    if (has(verify, WEND_TABLE_STAGES) && sums->stage_position > 0) {
        expect(verify, where, "units that advanced from the last stage", sums->advanced,
               "those that can", 0);
    }
}

/* paths against the counters. */
static void check_scopes(struct wend_verify *verify, const struct wend_verify_groups *groups) {
    const struct wend_snapshot_options *options = wend__snapshot_options(verify->snapshot);
    const struct wend_counters *counters = &wend__snapshot_manifest(verify->snapshot)->counters;
    for (uint32_t scope = 0; scope < options->scope_count; scope++) {
        uint64_t units[WEND_OUTCOME_KINDS] = {0};
        uint64_t all = 0;
        for (uint32_t id = 0; id < groups->names.count; id++) {
            const struct wend_group_sums *sums = &groups->sums[id];
            for (unsigned i = 0; i < WEND_OUTCOME_KINDS && sums->scope == scope; i++) {
                units[i] += sums->units[i];
            }
            all += sums->scope == scope ? sums->all_units : 0;
        }
        const char *name = (const char *)options->scopes[scope].data;
        if (scope == 0) {
            wend__verify_check(verify, all == counters->sessions,
                               "scope '%s': units of paths are %" PRIu64
                               ", the manifest counts %" PRIu64 " sessions",
                               name, all, counters->sessions);
            continue;
        }
        for (unsigned i = 0; i < WEND_OUTCOME_KINDS; i++) {
            wend__verify_check(
                verify, units[i] == counters->units[scope][i],
                "scope '%s': %s units of paths are %" PRIu64 ", the manifest counts %" PRIu64, name,
                wend__outcome_name((enum wend_outcome)i), units[i], counters->units[scope][i]);
        }
    }
}

/* Entries and exits of each touchpoint against those of the units. */
static void check_points(struct wend_verify *verify, const struct wend_verify_groups *groups) {
    for (uint32_t id = 0; id < groups->points.count; id++) {
        const struct wend_point_rest *rest = &groups->rests[id];
        enum wend_table_id details = rest->scope == 0 ? WEND_TABLE_SESSIONS : WEND_TABLE_JOURNEYS;
        if (!has(verify, details) || !has(verify, WEND_TABLE_TOUCHPOINTS)) {
            continue;
        }
        struct wend_bytes key = wend__strings_get(&groups->points, id);
        const char *name = (const char *)key.data + (key.len - 2 - rest->name_len);
        wend__verify_check(verify, rest->entries == 0 && rest->exits == 0,
                           "touchpoints: '%.*s' has %+" PRId64 " entries and %+" PRId64
                           " exits against those of the units in %s",
                           (int)rest->name_len, name, (int64_t)rest->entries, (int64_t)rest->exits,
                           wend__schemas[details].name);
    }
}

enum wend_status wend__verify_sums(struct wend_verify *verify, struct wend_verify_groups *groups,
                                   struct wend_error *error) {
    for (uint32_t id = 0; id < groups->names.count && !verify->is_stopped; id++) {
        struct wend_bytes group = wend__strings_get(&groups->names, id);
        if (!describe(verify->snapshot, group, &groups->scratch)) {
            return wend__fail_memory(error);
        }
        const char *where = (const char *)groups->scratch.data;
        check_group(verify, where, &groups->sums[id]);
        if (has(verify, WEND_TABLE_PATHS)) {
            check_with_paths(verify, where, &groups->sums[id]);
        }
    }
    if (has(verify, WEND_TABLE_PATHS)) {
        check_scopes(verify, groups);
    }
    check_points(verify, groups);
    return WEND_OK;
}
