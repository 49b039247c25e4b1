/* The tables `sessions` and `journeys`: a row for each unit, straight to the runs. */
#include "base/hash.h"
#include "model/detail.h"
#include "tally/tally_parts.h"

static void put_little_endian(uint8_t *out, uint64_t number, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        out[i] = (uint8_t)(number >> (8 * i));
    }
}

/* XXH3-64, seed 0, over [journey name, 00,] customer, 00, start time, ordinal. */
static bool make_id(const struct wend_unit_view *view, struct wend_buffer *scratch, char id[16]) {
    uint8_t tail[13] = {0};
    put_little_endian(tail + 1, (uint64_t)view->start_us, 8);
    put_little_endian(tail + 9, view->unit->ordinal, 4);
    struct wend_bytes customer = view->unit->customer;
    wend__buffer_clear(scratch);
    bool done = true;
    if (view->journey != NULL) {
        struct wend_bytes name = view->journey->name;
        done = wend__buffer_append(scratch, name.data, name.len) &&
               wend__buffer_append(scratch, "", 1);
    }
    done = done &&
           (customer.len == 0 || wend__buffer_append(scratch, customer.data, customer.len)) &&
           wend__buffer_append(scratch, tail, sizeof tail);
    uint64_t hash = done ? wend__hash64(wend__buffer_view(scratch), 0) : 0;
    for (size_t i = 0; i < 16; i++) {
        id[i] = "0123456789abcdef"[hash >> (60 - 4 * i) & 15];
    }
    return done;
}

static struct wend_bytes point_or_null(const struct wend_tally *tally, uint32_t point) {
    return point == WEND_POINT_NONE ? WEND_BYTES_ABSENT
                                    : wend__point_name(tally->options.touchpoints, point);
}

static void fill_journey(const struct wend_tally *tally, struct wend_detail *detail) {
    const struct wend_unit_view *view = &tally->view;
    detail->exit_point = point_or_null(tally, view->last_point);
    detail->last_stage =
        wend__point_stage(tally->options.touchpoints, view->unit->scope, view->last_point);
    if (tally->has_funnel && tally->funnel.furthest > 0) {
        detail->furthest_stage = view->journey->stages[tally->funnel.furthest - 1].name;
    }
    detail->has_converted = view->unit->first_goal < view->unit->hit_count;
    if (detail->has_converted) {
        detail->converted_us =
            wend__hit_at(view->layout, view->unit->hits, view->unit->first_goal)->ts_us;
    }
}

static bool fill(struct wend_tally *tally, struct wend_detail *detail) {
    const struct wend_unit_view *view = &tally->view;
    struct wend_group group = wend__groups_get(&tally->groups, tally->group);
    *detail = (struct wend_detail){
        .scope = view->unit->scope,
        .has_window = tally->options.ruleset->window_us > 0,
        .window_us = group.window_us,
        .segment_count = tally->options.layout->segment_count,
        .customer = view->unit->customer,
        .started_us = view->start_us,
        .ended_us = view->end_us,
        .session_count = view->unit->session_count,
        .event_count = view->unit->hit_count,
        .outcome = view->unit->outcome,
        .value = view->value,
    };
    if (view->journey == NULL) {
        detail->entry_point = point_or_null(tally, view->first_point);
        detail->exit_point = point_or_null(tally, view->last_point);
    } else {
        fill_journey(tally, detail);
    }
    wend__arena_clear(&tally->row.texts);
    return wend__tally_fill_segments(tally, &group, detail->segments) &&
           make_id(view, &tally->row.text, detail->id);
}

enum wend_status wend__tally_details_add(struct wend_tally *tally, struct wend_error *error) {
    enum wend_table_id table =
        tally->view.journey == NULL ? WEND_TABLE_SESSIONS : WEND_TABLE_JOURNEYS;
    if (!wend__tally_wants(tally, table)) {
        return WEND_OK;
    }
    struct wend_tally_row *row = &tally->row;
    struct wend_detail detail;
    bool done =
        fill(tally, &detail) && wend__tally_join_path(tally, tally->view.shown + WEND_PATH_HEAD,
                                                      tally->view.shown_count, &row->text);
    detail.path = wend__buffer_view(&row->text);
    wend__buffer_clear(&row->key);
    wend__buffer_clear(&row->payload);
    if (!done || !wend__detail_write(&detail, &row->key, &row->payload)) {
        return wend__fail_memory(error);
    }
    return wend__runs_add(tally->runs[table], wend__buffer_view(&row->key),
                          wend__buffer_view(&row->payload), error);
}
