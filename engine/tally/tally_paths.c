/* The table `paths`: tally_parts.h has the drawing. */
#include "base/hash.h"
#include "base/memory.h"
#include "tally/tally_parts.h"

enum { FIRST_SLOTS = 64, SLOTS_AHEAD = 16 };

bool wend__tally_paths_init(struct wend_tally *tally) {
    struct wend_path_queue *queue = &tally->shown_paths;
    queue->word_capacity = WEND_TALLY_PATH_WORDS + tally->options.ruleset->max_steps + 1;
    queue->words = wend__alloc(queue->word_capacity * sizeof *queue->words);
    return queue->words != NULL;
}

void wend__tally_paths_deinit(struct wend_tally *tally) {
    wend__free(tally->shown_paths.words);
    tally->shown_paths.words = NULL;
}

enum wend_status wend__tally_paths_count(struct wend_tally *tally, struct wend_error *error) {
    const struct wend_unit_view *view = &tally->view;
    struct wend_path_queue *queue = &tally->shown_paths;
    size_t word_count = view->shown_count + 1;
    if (queue->count == WEND_TALLY_PATHS || queue->word_capacity - queue->word_count < word_count) {
        WEND_TRY(wend__tally_paths_settle(tally, error));
    }
    uint32_t *words = queue->words + queue->word_count;
    queue->word_count += word_count;
    memcpy(words, view->shown, word_count * sizeof *words);
    words[0] = tally->group;
    struct wend_tally_path *path = &queue->items[queue->count++];
    *path = (struct wend_tally_path){
        .hash = wend__hash64(wend__bytes(words, word_count * sizeof *words), tally->options.seed),
        .value = view->value,
        .duration_us = view->end_us - view->start_us,
        .outcome = view->unit->outcome,
        .step_count = (uint32_t)view->shown_count,
        .words = words,
    };
    if (tally->paths.slot_count > 0) {
        __builtin_prefetch(&tally->paths.slots[path->hash & (tally->paths.slot_count - 1)]);
    }
    return WEND_OK;
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

static struct wend_path_entry *new_entry(struct wend_tally *tally,
                                         const struct wend_tally_path *path) {
    size_t key_bytes = ((size_t)path->step_count + 1) * sizeof *path->words;
    struct wend_path_entry *entry =
        wend__arena_alloc(&tally->paths.arena, sizeof *entry + key_bytes);
    if (entry != NULL) {
        *entry = (struct wend_path_entry){.step_count = path->step_count};
        memcpy(entry->words, path->words, key_bytes);
        tally->paths.count += 1;
    }
    return entry;
}

static bool is_path_of(const struct wend_path_entry *entry, const struct wend_tally_path *path) {
    return entry->step_count == path->step_count &&
           memcmp(entry->words, path->words, (entry->step_count + 1) * sizeof *path->words) == 0;
}

/* NULL without memory. */
static struct wend_path_entry *find_or_add(struct wend_tally *tally,
                                           const struct wend_tally_path *path) {
    struct wend_path_table *paths = &tally->paths;
    if (paths->count >= paths->slot_count / 4 * 3 && !grow(paths)) {
        return NULL;
    }
    size_t at = path->hash & (paths->slot_count - 1);
    for (; paths->slots[at].entry != NULL; at = (at + 1) & (paths->slot_count - 1)) {
        if (paths->slots[at].hash == path->hash && is_path_of(paths->slots[at].entry, path)) {
            return paths->slots[at].entry;
        }
    }
    struct wend_path_entry *entry = new_entry(tally, path);
    if (entry != NULL) {
        paths->slots[at] = (struct wend_path_slot){path->hash, entry};
    }
    return entry;
}

/* Looks at the slot, and fetches the entry that is probably the one. */
static void fetch_entry(const struct wend_path_table *paths, const struct wend_tally_path *path) {
    if (paths->slot_count > 0) {
        const struct wend_path_slot *slot = &paths->slots[path->hash & (paths->slot_count - 1)];
        if (slot->hash == path->hash && slot->entry != NULL) {
            __builtin_prefetch(slot->entry, 1);
            __builtin_prefetch(slot->entry->words, 1);
        }
    }
}

static bool count_path(struct wend_tally *tally, struct wend_tally_path *path) {
    struct wend_path_entry *entry = find_or_add(tally, path);
    path->entry = entry;
    if (entry == NULL) {
        return false;
    }
    entry->unit_count += 1;
    entry->outcome_counts[path->outcome] += 1;
    entry->value += path->value;
    entry->duration_us += path->duration_us;
    __builtin_prefetch(entry->durations.store, 1);
    return true;
}

enum wend_status wend__tally_paths_settle(struct wend_tally *tally, struct wend_error *error) {
    struct wend_path_queue *queue = &tally->shown_paths;
    uint32_t count = queue->count;
    queue->count = 0;
    queue->word_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        fetch_entry(&tally->paths, &queue->items[i]);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!count_path(tally, &queue->items[i])) {
            return wend__fail_memory(error);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        WEND_TRY(wend__tally_add_time(tally, &queue->items[i].entry->durations,
                                      queue->items[i].duration_us, error));
    }
    return WEND_OK;
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

/* For loops over all slots, whose entries lie anywhere. */
static void fetch_ahead(const struct wend_path_table *paths, size_t index) {
    if (index + SLOTS_AHEAD < paths->slot_count) {
        const struct wend_path_entry *entry = paths->slots[index + SLOTS_AHEAD].entry;
        if (entry != NULL) {
            __builtin_prefetch(entry);
            __builtin_prefetch(entry->words);
        }
    }
}

enum wend_status wend__tally_paths_flush(struct wend_tally *tally, struct wend_error *error) {
    struct wend_buffer path = {0};
    enum wend_status status = WEND_OK;
    for (size_t i = 0; i < tally->paths.slot_count && status == WEND_OK; i++) {
        fetch_ahead(&tally->paths, i);
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
        fetch_ahead(paths, i);
        if (paths->slots[i].entry != NULL) {
            wend__tally_drop_sketch(tally, &paths->slots[i].entry->durations);
        }
    }
    tally->shown_paths.count = 0;
    tally->shown_paths.word_count = 0;
    wend__free(paths->slots);
    wend__arena_deinit(&paths->arena);
    *paths = (struct wend_path_table){0};
}
