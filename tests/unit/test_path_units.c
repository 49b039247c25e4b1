/* The units of `paths` are held against those that were counted, scope by scope. */
#include "ds/sortkey.h"
#include "model/schema.h"
#include "pipeline/path_units.h"

#include <criterion/criterion.h>

static enum wend_status add(struct wend_path_units *units, const char *scope, uint64_t count) {
    struct wend_buffer key = {0};
    struct wend_buffer bytes = {0};
    const struct wend_payload payload = {.counts = {count, 0, count, 0}};
    cr_assert(wend__key_append_group(&key, wend__bytes_text(scope), false, 0, NULL, 0));
    cr_assert(wend__sortkey_append_text(&key, wend__bytes_text("a > b")));
    cr_assert(wend__payload_write(&bytes, &wend__schemas[WEND_TABLE_PATHS].shape, &payload, NULL));
    enum wend_status status =
        wend__path_units_add(units, wend__buffer_view(&key), wend__buffer_view(&bytes), NULL);
    wend__buffer_deinit(&key);
    wend__buffer_deinit(&bytes);
    return status;
}

Test(path_units, each_scope_must_have_the_units_that_were_counted) {
    const struct wend_bytes scopes[] = {wend__bytes_text("session"), wend__bytes_text("j")};
    struct wend_path_units units = {.scopes = scopes, .scope_count = 2};
    struct wend_counters counters = {0};
    cr_assert_eq(add(&units, "j", 3), WEND_OK);
    cr_assert_eq(add(&units, "session", 1), WEND_OK);
    cr_assert_eq(add(&units, "session", 1), WEND_OK);
    counters.units[0][WEND_OUTCOME_ABANDONED] = 2;
    counters.units[1][WEND_OUTCOME_CONVERTED] = 1;
    counters.units[1][WEND_OUTCOME_OPEN] = 2;
    cr_assert_eq(wend__path_units_check(&units, &counters, NULL), WEND_OK);
    /* More and less are wrong, and the same sum of both scopes is not enough. */
    for (uint64_t count = 1; count <= 3; count++) {
        counters.units[0][WEND_OUTCOME_ABANDONED] = count;
        cr_assert_eq(wend__path_units_check(&units, &counters, NULL),
                     count == 2 ? WEND_OK : WEND_ERROR_IO);
    }
    counters.units[0][WEND_OUTCOME_ABANDONED] = 3;
    counters.units[1][WEND_OUTCOME_OPEN] = 1;
    cr_assert_eq(wend__path_units_check(&units, &counters, NULL), WEND_ERROR_IO);
    wend__path_units_deinit(&units);
}

Test(path_units, a_row_of_no_scope_or_of_other_bytes_is_damaged) {
    const struct wend_bytes scopes[] = {wend__bytes_text("session")};
    struct wend_path_units units = {.scopes = scopes, .scope_count = 1};
    cr_assert_eq(add(&units, "j", 3), WEND_ERROR_IO);
    cr_assert_eq(
        wend__path_units_add(&units, wend__bytes_text("session"), wend__bytes_text("x"), NULL),
        WEND_ERROR_IO);
    wend__path_units_deinit(&units);
}
