/* The table `paths`: tally_parts.h has the drawing. */
#include "base/hash.h"
#include "base/memory.h"
#include "tally/tally_parts.h"

enum { FIRST_SLOTS = 64 };

static struct wend_bytes key_of(const struct wend_tally *tally) {
    const struct wend_unit_view *view = &tally->view;
    return wend__bytes(view->shown, (view->shown_count + 1) * sizeof *view->shown);
}

void wend__tally_paths_prepare(struct wend_tally *tally) {
    tally->view.shown[0] = tally->group;
    tally->path_hash = wend__hash64(key_of(tally), tally->options.seed);
    if (tally->paths.slot_count > 0) {
        __builtin_prefetch(&tally->paths.slots[tally->path_hash & (tally->paths.slot_count - 1)]);
    }
}

static bool grow(struct wend_path_table *paths) {
    size_t slot_count = paths->slot_count == 0 ? FIRST_SLOTS : paths->slot_count * 2;
    struct wend_path_slot *slots = wend__alloc_zeroed(slot_count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < paths->slot_count; i++) {
        struct wend_path_slot slot = paths->slots[i];
        if (slot.entry == NULL) {
            continue;
        }
        size_t at = slot.hash & (slot_count - 1);
        while (slots[at].entry != NULL) {
            at = (at + 1) & (slot_count - 1);
        }
        slots[at] = slot;
    }
    wend__free(paths->slots);
    paths->slots = slots;
    paths->slot_count = slot_count;
    return true;
}

static struct wend_path_entry *new_entry(struct wend_tally *tally) {
    struct wend_bytes key = key_of(tally);
    struct wend_path_entry *entry = wend__arena_alloc(&tally->paths.arena, sizeof *entry + key.len);
    if (entry != NULL) {
        *entry = (struct wend_path_entry){.step_count = tally->view.shown_count};
        memcpy(entry->words, key.data, key.len);
        tally->paths.count += 1;
    }
    return entry;
}

static bool is_path_of(const struct wend_path_entry *entry, const struct wend_unit_view *view) {
    return entry->step_count == view->shown_count &&
           memcmp(entry->words, view->shown, (view->shown_count + 1) * sizeof *view->shown) == 0;
}

/* NULL without memory. */
static struct wend_path_entry *find_or_add(struct wend_tally *tally) {
    struct wend_path_table *paths = &tally->paths;
    if (paths->count >= paths->slot_count / 4 * 3 && !grow(paths)) {
        return NULL;
    }
    uint64_t hash = tally->path_hash;
    size_t at = hash & (paths->slot_count - 1);
    for (; paths->slots[at].entry != NULL; at = (at + 1) & (paths->slot_count - 1)) {
        if (paths->slots[at].hash == hash && is_path_of(paths->slots[at].entry, &tally->view)) {
            return paths->slots[at].entry;
        }
    }
    struct wend_path_entry *entry = new_entry(tally);
    if (entry != NULL) {
        paths->slots[at] = (struct wend_path_slot){hash, entry};
    }
    return entry;
}

enum wend_status wend__tally_paths_count(struct wend_tally *tally, struct wend_error *error) {
    const struct wend_unit_view *view = &tally->view;
    struct wend_path_entry *entry = find_or_add(tally);
    if (entry == NULL) {
        return wend__fail_memory(error);
    }
    int64_t duration_us = view->end_us - view->start_us;
    entry->unit_count += 1;
    entry->outcome_counts[view->unit->outcome] += 1;
    entry->value += view->value;
    entry->duration_us += duration_us;
    return wend__tally_add_time(tally, &entry->durations, duration_us, error);
}

static enum wend_status flush_entry(struct wend_tally *tally, const struct wend_path_entry *entry,
                                    struct wend_buffer *path, struct wend_error *error) {
    if (!wend__tally_join_path(tally, entry->words + 1, entry->step_count, path)) {
        return wend__fail_memory(error);
    }
    const struct wend_payload payload = {
        .counts = {entry->unit_count, entry->outcome_counts[WEND_OUTCOME_CONVERTED],
                   entry->outcome_counts[WEND_OUTCOME_ABANDONED],
                   entry->outcome_counts[WEND_OUTCOME_OPEN]},
        .value_sum = entry->value,
        .time_sum = entry->duration_us,
    };
    wend__tally_row_begin(tally, entry->words[0]);
    wend__tally_row_put_text(tally, wend__buffer_view(path));
    return wend__tally_row_end(tally, WEND_TABLE_PATHS, &payload, &entry->durations, error);
}

enum wend_status wend__tally_paths_flush(struct wend_tally *tally, struct wend_error *error) {
    struct wend_buffer path = {0};
    enum wend_status status = WEND_OK;
    for (size_t i = 0; i < tally->paths.slot_count && status == WEND_OK; i++) {
        if (tally->paths.slots[i].entry != NULL) {
            status = flush_entry(tally, tally->paths.slots[i].entry, &path, error);
        }
    }
    wend__buffer_deinit(&path);
    return status;
}

void wend__tally_paths_clear(struct wend_tally *tally) {
    struct wend_path_table *paths = &tally->paths;
    for (size_t i = 0; i < paths->slot_count; i++) {
        if (paths->slots[i].entry != NULL) {
            wend__tally_drop_sketch(tally, &paths->slots[i].entry->durations);
        }
    }
    wend__free(paths->slots);
    wend__arena_deinit(&paths->arena);
    *paths = (struct wend_path_table){0};
}
