/*
 * Times on their way into the sketches of the tables.
 *
 * A sketch lies three dependent misses away (entry, store, bucket), which is most of what a unit
 * costs when there are many paths. So times wait in a short queue, and are added in one go: while
 * one is added, the memory of those behind it is under way. The order of adding changes nothing.
 */
#include "tally/tally_parts.h"

/* How far ahead the entry, and the store that it points to, are fetched. */
enum { ENTRY_AHEAD = 16, STORE_AHEAD = 8 };

enum wend_status wend__tally_add_time(struct wend_tally *tally, struct wend_sketch *sketch,
                                      int64_t us, struct wend_error *error) {
    size_t before = wend__sketch_heap_bytes(sketch);
    bool done = wend__sketch_add(sketch, us);
    tally->sketch_bytes += wend__sketch_heap_bytes(sketch) - before;
    if (done) {
        return WEND_OK;
    }
    if (wend__sketch_count(sketch) >= WEND_SKETCH_MAX_COUNT) {
        return wend__fail(error, WEND_ERROR_LIMIT,
                          "a row counts more than 2^48 times; set `window`, so that there are more "
                          "rows with less in each");
    }
    return wend__fail_memory(error);
}

static struct wend_sketch *sketch_of(struct wend_tally *tally, const struct wend_tally_time *time) {
    return time->path != NULL ? &time->path->durations
                              : wend__tally_transition_times(tally, time->transition);
}

static void fetch(struct wend_tally *tally, uint32_t index) {
    const struct wend_tally_times *times = &tally->times;
    if (index + ENTRY_AHEAD < times->count) {
        __builtin_prefetch(sketch_of(tally, &times->items[index + ENTRY_AHEAD]), 1);
    }
    if (index + STORE_AHEAD < times->count) {
        const struct wend_sketch *sketch = sketch_of(tally, &times->items[index + STORE_AHEAD]);
        __builtin_prefetch(sketch->store, 1);
    }
}

enum wend_status wend__tally_add_times(struct wend_tally *tally, struct wend_error *error) {
    struct wend_tally_times *times = &tally->times;
    enum wend_status status = WEND_OK;
    for (uint32_t i = 0; i < times->count && status == WEND_OK; i++) {
        fetch(tally, i);
        status = wend__tally_add_time(tally, sketch_of(tally, &times->items[i]), times->items[i].us,
                                      error);
    }
    times->count = 0;
    return status;
}

enum wend_status wend__tally_queue_time(struct wend_tally *tally, struct wend_path_entry *path,
                                        size_t transition, int64_t us, struct wend_error *error) {
    if (tally->times.count == WEND_TALLY_TIMES) {
        WEND_TRY(wend__tally_add_times(tally, error));
    }
    tally->times.items[tally->times.count++] = (struct wend_tally_time){path, transition, us};
    return WEND_OK;
}

void wend__tally_drop_sketch(struct wend_tally *tally, struct wend_sketch *sketch) {
    tally->sketch_bytes -= wend__sketch_heap_bytes(sketch);
    wend__sketch_deinit(sketch);
}

void wend__tally_clear_table(struct wend_tally *tally, struct wend_table *table,
                             size_t sketch_offset) {
    for (size_t i = 0; i < wend__table_count(table); i++) {
        uint8_t *value = wend__table_value(table, i);
        wend__tally_drop_sketch(tally, (struct wend_sketch *)(void *)(value + sketch_offset));
    }
    wend__table_deinit(table);
}
