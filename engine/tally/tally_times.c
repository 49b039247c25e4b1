/* The sketches of the tables, whose memory is charged with the tables'. */
#include "tally/tally_parts.h"

enum wend_status wend__tally_add_first_time(struct wend_tally *tally, struct wend_sketch *sketch,
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
