/* What was counted as rows: keys by name, which are the same in every worker. */
#include "base/memory.h"
#include "base/utf8.h"
#include "ds/sortkey.h"
#include "tally/tally_parts.h"

static void note(struct wend_tally *tally, bool done) {
    tally->row.failed = tally->row.failed || !done;
}

struct wend_bytes wend__tally_segment_text(struct wend_tally *tally, uint32_t number) {
    if (number == WEND_SEGMENT_ABSENT) {
        return WEND_BYTES_ABSENT;
    }
    struct wend_bytes text = wend__strings_get(tally->options.segment_values, number - 1);
    if (wend__utf8_is_valid(text)) {
        return text;
    }
    struct wend_buffer *clean = &tally->row.text;
    wend__buffer_clear(clean);
    bool done = wend__utf8_append_clean(clean, text);
    const uint8_t *copy =
        done ? wend__arena_copy(&tally->row.texts, clean->data, clean->len) : NULL;
    note(tally, copy != NULL);
    return wend__bytes(copy, copy == NULL ? 0 : clean->len);
}

bool wend__tally_fill_segments(struct wend_tally *tally, const struct wend_group *group,
                               struct wend_bytes *texts) {
    tally->row.failed = false;
    for (uint32_t i = 0; i < tally->options.layout->segment_count; i++) {
        texts[i] = wend__tally_segment_text(tally, group->segments[i]);
    }
    return !tally->row.failed;
}

static struct wend_bytes scope_name(const struct wend_tally *tally, uint32_t scope) {
    return scope == WEND_SCOPE_SESSION ? wend__bytes_text("session")
                                       : tally->options.ruleset->journeys[scope - 1].name;
}

/* Rows of one group come scattered, so that its part of their keys is made once and kept. */
static bool make_group(struct wend_tally *tally, uint32_t group) {
    struct wend_tally_row *row = &tally->row;
    size_t before = row->group_capacity;
    void *group_parts = row->group_parts;
    bool done = wend__reserve(&group_parts, &row->group_capacity, (size_t)group + 1,
                              sizeof *row->group_parts);
    row->group_parts = group_parts;
    if (!done) {
        return false;
    }
    if (row->group_capacity > before) {
        memset(row->group_parts + before, 0,
               (row->group_capacity - before) * sizeof *row->group_parts);
    }
    struct wend_bytes texts[WEND_MAX_SEGMENTS];
    struct wend_group parts = wend__groups_get(&tally->groups, group);
    size_t offset = row->groups.len;
    if (!wend__tally_fill_segments(tally, &parts, texts) ||
        !wend__key_append_group(&row->groups, scope_name(tally, parts.scope),
                                tally->options.ruleset->window_us > 0, parts.window_us, texts,
                                tally->options.layout->segment_count)) {
        row->groups.len = offset;
        return false;
    }
    row->group_parts[group] = (struct wend_row_group){offset, row->groups.len - offset};
    return true;
}

bool wend__tally_row_find_group(struct wend_tally *tally, uint32_t group) {
    const struct wend_tally_row *row = &tally->row;
    return (group < row->group_capacity && row->group_parts[group].len > 0) ||
           make_group(tally, group);
}

struct wend_bytes wend__tally_row_group(const struct wend_tally *tally, uint32_t group) {
    struct wend_row_group part = tally->row.group_parts[group];
    return wend__bytes(tally->row.groups.data + part.offset, part.len);
}

void wend__tally_row_begin(struct wend_tally *tally, uint32_t group) {
    struct wend_tally_row *row = &tally->row;
    row->failed = false;
    wend__arena_clear(&row->texts);
    row->group = group;
    wend__buffer_clear(&row->key);
    if (!wend__tally_row_find_group(tally, group)) {
        row->failed = true;
        return;
    }
    struct wend_bytes part = wend__tally_row_group(tally, group);
    note(tally, wend__buffer_append(&row->key, part.data, part.len));
}

void wend__tally_row_forget_groups(struct wend_tally *tally) {
    struct wend_tally_row *row = &tally->row;
    if (row->group_capacity > 0) {
        memset(row->group_parts, 0, row->group_capacity * sizeof *row->group_parts);
    }
    wend__buffer_clear(&row->groups);
}

void wend__tally_row_put_text(struct wend_tally *tally, struct wend_bytes text) {
    note(tally, wend__sortkey_append_text(&tally->row.key, text));
}

void wend__tally_row_put_point(struct wend_tally *tally, uint32_t point) {
    wend__tally_row_put_text(tally, wend__point_name(tally->options.touchpoints, point));
}

void wend__tally_row_put_number(struct wend_tally *tally, uint32_t number) {
    note(tally, wend__sortkey_append_uint32(&tally->row.key, number));
}

void wend__tally_row_put_stage(struct wend_tally *tally, uint32_t point) {
    if (tally->row.failed) {
        return;
    }
    uint32_t scope = wend__groups_get(&tally->groups, tally->row.group).scope;
    struct wend_bytes stage = wend__point_stage(tally->options.touchpoints, scope, point);
    note(tally, wend__sortkey_append_nullable_text(&tally->row.key, stage));
}

enum wend_status wend__tally_row_end(struct wend_tally *tally, enum wend_table_id table,
                                     const struct wend_payload *payload,
                                     const struct wend_sketch *sketch, struct wend_error *error) {
    struct wend_tally_row *row = &tally->row;
    wend__buffer_clear(&row->payload);
    if (row->failed ||
        !wend__payload_write(&row->payload, &tally->shapes[table], payload, sketch)) {
        return wend__fail_memory(error);
    }
    return wend__runs_add(tally->runs[table], wend__buffer_view(&row->key),
                          wend__buffer_view(&row->payload), error);
}

bool wend__tally_join_path(const struct wend_tally *tally, const uint32_t *steps, size_t step_count,
                           struct wend_buffer *text) {
    wend__buffer_clear(text);
    if (step_count == 0) {
        return wend__buffer_append_text(text, "(none)");
    }
    bool done = true;
    for (size_t i = 0; done && i < step_count; i++) {
        struct wend_bytes name = wend__point_name(tally->options.touchpoints, steps[i]);
        done = (i == 0 || wend__buffer_append(text, " > ", 3)) &&
               wend__buffer_append(text, name.data, name.len);
    }
    return done;
}
