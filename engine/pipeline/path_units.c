#include "pipeline/path_units.h"

#include "ds/sortkey.h"
#include "model/schema.h"

#include <assert.h>

void wend__path_units_deinit(struct wend_path_units *units) {
    wend__buffer_deinit(&units->name);
}

static enum wend_status fail(struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_IO,
                      "table paths does not hold the units that were counted; run again, and check "
                      "the memory and the disk of the temporary files");
}

enum wend_status wend__path_units_add(struct wend_path_units *units, struct wend_bytes key,
                                      struct wend_bytes payload, struct wend_error *error) {
    struct wend_payload parts;
    assert(units->scope_count <= 1 + WEND_MAX_JOURNEYS);
    wend__buffer_clear(&units->name);
    enum wend_sortkey_read read = wend__sortkey_read_text(&key, &units->name);
    if (read == WEND_SORTKEY_NO_MEMORY) {
        return wend__fail_memory(error);
    }
    if (read != WEND_SORTKEY_OK ||
        !wend__payload_read(payload, &wend__schemas[WEND_TABLE_PATHS].shape, &parts)) {
        return fail(error);
    }
    for (uint32_t scope = 0; scope < units->scope_count; scope++) {
        if (wend__bytes_equal(units->scopes[scope], wend__buffer_view(&units->name))) {
            units->counts[scope] += parts.counts[0];
            return WEND_OK;
        }
    }
    return fail(error);
}

enum wend_status wend__path_units_check(const struct wend_path_units *units,
                                        const struct wend_counters *counters,
                                        struct wend_error *error) {
    for (uint32_t scope = 0; scope < units->scope_count; scope++) {
        uint64_t counted = 0;
        for (uint32_t outcome = 0; outcome < WEND_OUTCOME_KINDS; outcome++) {
            counted += counters->units[scope][outcome];
        }
        if (counted != units->counts[scope]) {
            return fail(error);
        }
    }
    return WEND_OK;
}
