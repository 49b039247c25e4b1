/* What `wend generate --definitions` writes loads, without a warning. */
#include "definitions_fixture.h"
#include "generate_answers.h"

static void load_generated(bool is_csv, uint64_t days) {
    struct wend_cli_world_options options = {.days = days};
    struct wend_cli_text text = {0};
    wend__cli_write_definitions(&options, is_csv, NULL, NULL, &text);
    struct wend_ruleset *ruleset = load(wend__cli_text_string(&text));
    cr_assert_eq(ruleset->journey_count, 2);
    cr_assert_eq(ruleset->segment_count, 2);
    cr_assert_eq(ruleset->window_us, (days >= 14 ? 7 : 1) * WEND_US_PER_DAY);
    check_fields(ruleset);
    wend__ruleset_destroy(ruleset);
    wend__cli_text_deinit(&text);
}

Test(definitions_generated, definitions_for_csv_load) {
    load_generated(true, 7);
    load_generated(true, 28);
}

Test(definitions_generated, definitions_for_ndjson_load) {
    load_generated(false, 7);
    load_generated(false, 28);
}
