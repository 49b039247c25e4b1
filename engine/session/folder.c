#include "session/folder.h"

#include "session/folder_internal.h"

#include <assert.h>

/* The scratch of a customer with more hits is not kept for the next: it is rare, and large. */
enum { KEPT_HITS = 1 << 17 };

enum wend_status wend__folder_create(const struct wend_folder_options *options,
                                     struct wend_folder **folder, struct wend_error *error) {
    const struct wend_session_rule *rule = &options->ruleset->sessions;
    assert(options->sink != NULL);
    assert(!rule->cut_at_midnight || options->timezone != NULL);
    *folder = wend__alloc_zeroed(1, sizeof **folder);
    if (*folder == NULL) {
        return wend__fail_memory(error);
    }
    (*folder)->options = *options;
    (*folder)->from_us = INT64_MIN;
    (*folder)->until_us = INT64_MAX;
    (*folder)->has_key = rule->key_field != WEND_NO_FIELD;
    assert(options->layout->token_count == rule->cut_field_count + ((*folder)->has_key ? 1U : 0U));
    return WEND_OK;
}

void wend__folder_set_watermark(struct wend_folder *folder, int64_t watermark_us) {
    folder->options.watermark_us = watermark_us;
}

void wend__folder_set_span(struct wend_folder *folder, int64_t from_us, int64_t until_us) {
    folder->from_us = from_us;
    folder->until_us = until_us;
}

int64_t wend__folder_release_us(const struct wend_folder *folder) {
    return folder->release_us;
}

/* Most units are decided when they close, or, a session, its gap before. A conversion that waits
 * for what comes behind it is decided by its last event. */
int64_t wend__fold_delay_us(const struct wend_ruleset *ruleset) {
    int64_t delay_us = ruleset->sessions.gap_us;
    for (uint32_t j = 0; j < ruleset->journey_count; j++) {
        const struct wend_journey_rule *journey = &ruleset->journeys[j];
        if (journey->after_goal_continue && !journey->per_session &&
            journey->timeout_us > delay_us) {
            delay_us = journey->timeout_us;
        }
    }
    return delay_us;
}

int64_t wend__fold_quiet_us(const struct wend_ruleset *ruleset) {
    int64_t quiet_us = ruleset->sessions.gap_us;
    for (uint32_t j = 0; j < ruleset->journey_count; j++) {
        const struct wend_journey_rule *journey = &ruleset->journeys[j];
        if (!journey->per_session && journey->timeout_us > quiet_us) {
            quiet_us = journey->timeout_us;
        }
    }
    return quiet_us;
}

static void free_scratch(struct wend_folder *folder) {
    wend__free(folder->sessions);
    wend__free(folder->pending);
    wend__free(folder->distinct);
    wend__free(folder->slots);
    wend__free(folder->gathered);
    wend__free(folder->lane_of);
    wend__free(folder->lane_ends);
    wend__free(folder->lane_hits);
    wend__free(folder->ranks);
    wend__free(folder->session_of);
    wend__free(folder->marks);
    wend__free(folder->covers);
    *folder = (struct wend_folder){.options = folder->options,
                                   .has_key = folder->has_key,
                                   .from_us = folder->from_us,
                                   .until_us = folder->until_us,
                                   .release_us = folder->release_us};
}

void wend__folder_destroy(struct wend_folder *folder) {
    if (folder != NULL) {
        free_scratch(folder);
        wend__free(folder);
    }
}

void wend__fold_begin_scope(struct wend_folder *folder) {
    folder->next_ordinal = 0;
    folder->pending_count = 0;
}

enum wend_status wend__fold_emit(struct wend_folder *folder, struct wend_unit *unit,
                                 struct wend_error *error) {
    int64_t start_us = wend__fold_hit(folder, unit->hits, 0)->ts_us;
    if (folder->next_ordinal == 0 || folder->last_start_us != start_us) {
        folder->last_start_us = start_us;
        folder->next_ordinal = 0;
    }
    unit->ordinal = folder->next_ordinal++;
    unit->customer = folder->customer;
    wend__fold_cover(folder, unit);
    if (unit->closes_us <= folder->from_us || unit->closes_us > folder->until_us) {
        return WEND_OK; /* it was handed over before, or is still open */
    }
    folder->counters->sessions += unit->scope == WEND_SCOPE_SESSION ? 1 : 0;
    folder->counters->units[unit->scope][unit->outcome]++;
    return folder->options.sink(folder->options.sink_context, unit, error);
}

enum wend_status wend__fold_remember(struct wend_folder *folder, const struct wend_unit *unit,
                                     size_t rank, struct wend_error *error) {
    void *pending = folder->pending;
    bool reserved = wend__reserve(&pending, &folder->pending_capacity, folder->pending_count + 1,
                                  sizeof *folder->pending);
    folder->pending = pending;
    if (!reserved) {
        return wend__fail_memory(error);
    }
    folder->pending[folder->pending_count++] = (struct wend_fold_pending){*unit, rank};
    return WEND_OK;
}

/* In the order of the first hits, in linear time: a hit starts one unit of a scope at most. */
enum wend_status wend__fold_emit_pending(struct wend_folder *folder, struct wend_error *error) {
    if (!wend__fold_reserve(&folder->marks, &folder->mark_capacity, folder->hit_count)) {
        return wend__fail_memory(error);
    }
    memset(folder->marks, 0, folder->hit_count * sizeof *folder->marks);
    for (size_t i = 0; i < folder->pending_count; i++) {
        assert(folder->marks[folder->pending[i].rank] == 0);
        folder->marks[folder->pending[i].rank] = i + 1;
    }
    for (size_t rank = 0; rank < folder->hit_count; rank++) {
        if (folder->marks[rank] != 0) {
            WEND_TRY(
                wend__fold_emit(folder, &folder->pending[folder->marks[rank] - 1].unit, error));
        }
    }
    return WEND_OK;
}

static enum wend_status fold(struct wend_folder *folder, struct wend_error *error) {
    WEND_TRY(wend__fold_distinct(folder, error));
    WEND_TRY(wend__fold_lanes(folder, error));
    WEND_TRY(wend__fold_begin_cover(folder, error));
    WEND_TRY(wend__fold_sessions(folder, error));
    WEND_TRY(wend__fold_journeys(folder, error));
    wend__fold_end_cover(folder);
    return WEND_OK;
}

enum wend_status wend__folder_customer(struct wend_folder *folder, const uint8_t *hits,
                                       size_t hit_count, struct wend_bytes customer,
                                       struct wend_counters *counters, struct wend_error *error) {
    if (hit_count == 0) {
        return WEND_OK;
    }
    folder->hits = hits;
    folder->hit_count = hit_count;
    folder->customer = customer;
    folder->counters = counters;
    enum wend_status status = fold(folder, error);
    if (hit_count > KEPT_HITS) {
        free_scratch(folder);
    }
    return status;
}
