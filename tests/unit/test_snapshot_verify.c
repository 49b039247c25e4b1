/* Behaviour of verifying: a whole snapshot has no finding, and each rule that is broken has one. */
#include "snapshot_edit.h"
#include "snapshot_world.h"

#include "base/io.h"
#include "base/memory.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

static char folder[64];
static char place[80];
static char findings[65536];

static void make_folder(void) {
    world_make_directory(folder);
    (void)snprintf(place, sizeof place, "%s/snap", folder);
}

static void remove_folder(void) {
    cr_assert_eq(wend__io_remove_tree(folder), 0);
}

TestSuite(snapshot_verify, .init = make_folder, .fini = remove_folder);

static void write_world(struct world_options options) {
    struct wend_error error = {0};
    options.directory = place;
    cr_assert_eq(world_write(world_units, world_unit_count, &options, &error), WEND_OK, "%s",
                 error.text);
}

static bool collect(void *context, const char *text) {
    size_t len = strlen(findings);
    (void)snprintf(findings + len, sizeof findings - len, "%s\n", text);
    return context == NULL;
}

static struct wend_snapshot_verified verify(void) {
    struct wend_snapshot *snapshot;
    struct wend_snapshot_verified verified;
    struct wend_error error = {0};
    findings[0] = '\0';
    cr_assert_eq(wend__snapshot_open(place, &snapshot, &error), WEND_OK, "%s", error.text);
    cr_assert_eq(wend__snapshot_verify(snapshot, collect, NULL, &verified, &error), WEND_OK, "%s",
                 error.text);
    wend__snapshot_close(snapshot);
    return verified;
}

static void expect_finding(const char *text) {
    struct wend_snapshot_verified verified = verify();
    cr_assert(verified.findings > 0);
    cr_assert(strstr(findings, text) != NULL, "no '%s' in:\n%s", text, findings);
}

static void expect_edit_found(struct edit edit, const char *text) {
    write_world((struct world_options){0});
    edit_table(place, edit);
    expect_finding(text);
}

/* -- Whole snapshots --------------------------------------------------------------------------- */

Test(snapshot_verify, a_whole_snapshot_has_no_finding) {
    write_world((struct world_options){0});
    struct wend_snapshot_verified verified = verify();
    cr_assert_eq(verified.findings, 0, "%s", findings);
    cr_assert_eq(verified.files, WEND_TABLE_COUNT);
    cr_assert(verified.rows > 50);
    cr_assert(verified.checks > 500);
}

Test(snapshot_verify, windows_and_hashed_customers_have_no_finding) {
    write_world(
        (struct world_options){.has_windows = true, .customer_ids = WEND_CUSTOMER_IDS_HASH});
    cr_assert_eq(verify().findings, 0, "%s", findings);
}

Test(snapshot_verify, any_choice_of_tables_has_no_finding) {
    for (unsigned i = 0; i < WEND_TABLE_COUNT; i++) {
        write_world((struct world_options){.replaces = true, .tables = 1U << i});
        cr_assert_eq(verify().findings, 0, "%s", findings);
        uint32_t others = ((1U << WEND_TABLE_COUNT) - 1) ^ 1U << i;
        write_world((struct world_options){.replaces = true, .tables = others});
        cr_assert_eq(verify().findings, 0, "%s", findings);
    }
}

Test(snapshot_verify, a_copy_by_the_editor_has_no_finding) {
    write_world((struct world_options){0});
    edit_table(place, (struct edit){WEND_TABLE_PATHS, 0, "units", 0, NULL, 0, false});
    cr_assert_eq(verify().findings, 0, "%s", findings);
}

/* -- Files ------------------------------------------------------------------------------------- */

Test(snapshot_verify, a_missing_file_is_found) {
    char path[160];
    write_world((struct world_options){0});
    (void)snprintf(path, sizeof path, "%s/flow/part-00000.parquet", place);
    cr_assert_eq(unlink(path), 0);
    expect_finding("flow/part-00000.parquet is missing");
}

Test(snapshot_verify, a_longer_file_is_found) {
    char path[160];
    write_world((struct world_options){0});
    (void)snprintf(path, sizeof path, "%s/flow/part-00000.parquet", place);
    FILE *file = fopen(path, "ab");
    cr_assert(fputc('x', file) == 'x');
    (void)fclose(file);
    expect_finding("bytes, the manifest says");
}

Test(snapshot_verify, every_changed_byte_is_found) {
    char path[160];
    write_world((struct world_options){.tables = 1U << WEND_TABLE_FLOW});
    (void)snprintf(path, sizeof path, "%s/flow/part-00000.parquet", place);
    FILE *file = fopen(path, "r+b");
    for (long at = 0; fseek(file, at, SEEK_SET) == 0; at += 37) {
        int byte = fgetc(file);
        if (byte == EOF) {
            break;
        }
        cr_assert_eq(fseek(file, at, SEEK_SET), 0);
        cr_assert(fputc(byte ^ 1, file) != EOF);
        cr_assert_eq(fflush(file), 0);
        expect_finding("another checksum");
        cr_assert_eq(fseek(file, at, SEEK_SET), 0);
        cr_assert(fputc(byte, file) != EOF);
        cr_assert_eq(fflush(file), 0);
    }
    (void)fclose(file);
    cr_assert_eq(verify().findings, 0);
}

static void add_row_count(struct wend_manifest_content *content) {
    content->files[0].rows += 1;
}

Test(snapshot_verify, another_number_of_rows_is_found) {
    write_world((struct world_options){0});
    edit_manifest(place, add_row_count);
    expect_finding("rows, the manifest says");
}

static void misname_file(struct wend_manifest_content *content) {
    content->files[0].table = WEND_TABLE_FLOW;
}

Test(snapshot_verify, a_file_of_another_table_is_found) {
    write_world((struct world_options){.tables = 1});
    edit_manifest(place, misname_file);
    expect_finding("columns, and table flow has");
}

/* -- Counters ---------------------------------------------------------------------------------- */

static void add_read(struct wend_manifest_content *content) {
    content->manifest.counters.read += 1;
}

static void add_session(struct wend_manifest_content *content) {
    content->manifest.counters.sessions += 1;
}

static void swap_outcomes(struct wend_manifest_content *content) {
    content->manifest.counters.units[1][WEND_OUTCOME_CONVERTED] += 1;
    content->manifest.counters.units[1][WEND_OUTCOME_OPEN] -= 1;
}

Test(snapshot_verify, counters_that_do_not_balance_are_found) {
    write_world((struct world_options){0});
    edit_manifest(place, add_read);
    expect_finding("records were read");
}

Test(snapshot_verify, another_number_of_sessions_is_found) {
    write_world((struct world_options){0});
    edit_manifest(place, add_session);
    expect_finding("the manifest counts 7 sessions");
}

Test(snapshot_verify, other_outcomes_of_a_journey_are_found) {
    write_world((struct world_options){0});
    edit_manifest(place, swap_outcomes);
    expect_finding("scope 'buy': converted units of paths are 1, the manifest counts 2");
}

/* -- Rows -------------------------------------------------------------------------------------- */

#define COUNT_EDIT(table, row, column)                                                             \
    (struct edit) {                                                                                \
        table, row, column, 1, NULL, 0, false                                                      \
    }

Test(snapshot_verify, rows_out_of_order_are_found) {
    expect_edit_found((struct edit){WEND_TABLE_PATHS, 2, "path", 0, "@", 0, false},
                      "sorts before the row before it");
}

Test(snapshot_verify, two_rows_of_one_key_are_found) {
    expect_edit_found((struct edit){WEND_TABLE_PATHS, 1, "path", 0, "(none)", 0, false},
                      "row 2 has the same key as the row before it");
}

Test(snapshot_verify, a_missing_row_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_PATHS, 0, NULL, 0, NULL, 0, false},
                      "the manifest counts");
}

Test(snapshot_verify, an_unknown_scope_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_STAGES, 5, "scope", 0, "other", 0, false},
                      "scope 'other', which the manifest does not name");
}

Test(snapshot_verify, outcomes_that_are_no_units_are_found) {
    expect_edit_found(COUNT_EDIT(WEND_TABLE_PATHS, 1, "still_open"),
                      "is not converted + abandoned + still_open");
}

Test(snapshot_verify, another_path_id_is_found) {
    expect_edit_found(
        (struct edit){WEND_TABLE_PATHS, 1, "path_id", 0, "0123456789abcdef", 0, false},
        "row 2: path_id is not what follows");
}

Test(snapshot_verify, another_step_count_is_found) {
    expect_edit_found(COUNT_EDIT(WEND_TABLE_PATHS, 1, "step_count"), "row 2: step_count");
}

Test(snapshot_verify, other_path_steps_are_found) {
    expect_edit_found(COUNT_EDIT(WEND_TABLE_PATHS, 1, "path_steps"), "row 2: path_steps");
}

Test(snapshot_verify, another_median_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_PATHS, 1, "duration_s_p50", 0, NULL, 1.5, false},
                      "row 2: duration_s_p50");
}

Test(snapshot_verify, another_90th_percentile_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_PATHS, 1, "duration_s_p90", 0, NULL, 1.5, false},
                      "row 2: duration_s_p90");
}

Test(snapshot_verify, a_sum_of_seconds_at_an_end_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_TRANSITIONS, 0, "seconds_sum", 0, NULL, 1, false},
                      "row 1: seconds_sum");
}

Test(snapshot_verify, a_damaged_sketch_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_PATHS, 1, "duration_s_sketch", 0, "\x7f", 0, false},
                      "damaged sketch");
}

Test(snapshot_verify, a_missing_sketch_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_PATHS, 1, "duration_s_sketch", 0, NULL, 0, true},
                      "the number of durations (0) is not units");
}

Test(snapshot_verify, a_null_where_none_may_be_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_PATHS, 1, "path", 0, NULL, 0, true},
                      "'path' is null");
}

Test(snapshot_verify, a_negative_count_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_PATHS, 1, "units", -9, NULL, 0, false},
                      "has a value in 'units' that wend never writes");
}

Test(snapshot_verify, another_rate_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_ABANDONMENT, 1, "abandon_rate", 0, NULL, 0.7, false},
                      "row 2: abandon_rate");
}

Test(snapshot_verify, another_share_is_found) {
    expect_edit_found(
        (struct edit){WEND_TABLE_ABANDONMENT, 1, "abandon_share", 0, NULL, 0.7, false},
        "row 2: abandon_share");
}

Test(snapshot_verify, more_units_than_transitions_are_found) {
    expect_edit_found((struct edit){WEND_TABLE_TRANSITIONS, 0, "units", 9, NULL, 0, false},
                      "is larger than transitions");
}

Test(snapshot_verify, more_units_than_events_are_found) {
    expect_edit_found((struct edit){WEND_TABLE_TOUCHPOINTS, 0, "units", 90, NULL, 0, false},
                      "is larger than events");
}

Test(snapshot_verify, more_units_than_switches_are_found) {
    expect_edit_found((struct edit){WEND_TABLE_SWITCHES, 0, "units", 9, NULL, 0, false},
                      "is larger than switches");
}

/* -- Sums over rows and tables ----------------------------------------------------------------- */

Test(snapshot_verify, other_abandoned_units_than_in_paths_are_found) {
    expect_edit_found(COUNT_EDIT(WEND_TABLE_ABANDONMENT, 0, "abandoned"),
                      "abandoned of abandonment are");
}

Test(snapshot_verify, other_entries_than_units_are_found) {
    expect_edit_found(COUNT_EDIT(WEND_TABLE_TOUCHPOINTS, 0, "entries"),
                      "entries of touchpoints are");
}

Test(snapshot_verify, other_exits_than_units_are_found) {
    expect_edit_found(COUNT_EDIT(WEND_TABLE_TOUCHPOINTS, 1, "exits"), "exits of touchpoints are");
}

Test(snapshot_verify, other_credits_than_converted_units_are_found) {
    expect_edit_found(COUNT_EDIT(WEND_TABLE_TOUCHPOINTS, 3, "first_touch"), "first touches are");
}

Test(snapshot_verify, another_value_than_in_paths_is_found) {
    expect_edit_found(COUNT_EDIT(WEND_TABLE_TOUCHPOINTS, 0, "value_sum"),
                      "the values of touchpoints have another sum");
}

Test(snapshot_verify, other_transitions_from_the_entry_are_found) {
    expect_edit_found(COUNT_EDIT(WEND_TABLE_TRANSITIONS, 0, "transitions"),
                      "transitions from (entry) are");
}

Test(snapshot_verify, flow_that_is_not_conserved_is_found) {
    write_world((struct world_options){0});
    edit_table(place, COUNT_EDIT(WEND_TABLE_FLOW, 1, "units"));
    expect_finding("leave it");
}

Test(snapshot_verify, a_missing_step_of_the_flow_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_FLOW, 1, NULL, 0, NULL, 0, false}, "flow: ");
}

Test(snapshot_verify, more_flow_at_the_start_than_units_is_found) {
    write_world((struct world_options){0});
    edit_table(place, (struct edit){WEND_TABLE_FLOW, 0, "units", 5, NULL, 0, false});
    expect_finding("units of flow at the start are");
}

Test(snapshot_verify, more_reached_than_advanced_before_is_found) {
    write_world((struct world_options){0});
    edit_table(place, COUNT_EDIT(WEND_TABLE_STAGES, 0, "advanced"));
    expect_finding("advanced from the stage before");
}

Test(snapshot_verify, more_advanced_than_reached_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_STAGES, 1, "advanced", 9, NULL, 0, false},
                      "is larger than reached");
}

Test(snapshot_verify, units_that_advance_from_the_last_stage_are_found) {
    expect_edit_found(COUNT_EDIT(WEND_TABLE_STAGES, 5, "advanced"),
                      "units that advanced from the last stage are 1");
}

Test(snapshot_verify, a_missing_stage_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_STAGES, 1, NULL, 0, NULL, 0, false},
                      "stands at position 3 behind position 1");
}

/* -- Sessions and journeys --------------------------------------------------------------------- */

Test(snapshot_verify, another_outcome_of_a_session_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_SESSIONS, 0, "outcome", 0, "converted", 0, false},
                      "converted units of sessions are");
}

Test(snapshot_verify, a_missing_journey_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_JOURNEYS, 0, NULL, 0, NULL, 0, false},
                      "units of journeys are");
}

Test(snapshot_verify, another_entry_of_a_session_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_SESSIONS, 0, "entry_touchpoint", 0, "C", 0, false},
                      "entry_touchpoint or exit_touchpoint");
}

Test(snapshot_verify, another_path_of_a_journey_is_found_in_its_ends) {
    write_world((struct world_options){0});
    edit_table(place, (struct edit){WEND_TABLE_JOURNEYS, 0, "path", 0, "D > B > C > D", 0, false});
    expect_finding("touchpoints: 'A' has +1 entries and +0 exits");
}

Test(snapshot_verify, an_end_before_the_start_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_SESSIONS, 5, "started_at", 9, NULL, 0, false},
                      "row 6 ends before it starts");
}

Test(snapshot_verify, a_conversion_without_its_time_is_found) {
    expect_edit_found((struct edit){WEND_TABLE_JOURNEYS, 0, "converted_at", 0, NULL, 0, true},
                      "converted_at and outcome");
}

/* -- The run itself ---------------------------------------------------------------------------- */

Test(snapshot_verify, the_callback_can_stop) {
    write_world((struct world_options){0});
    edit_manifest(place, add_read);
    struct wend_snapshot *snapshot;
    struct wend_snapshot_verified verified;
    findings[0] = '\0';
    cr_assert_eq(wend__snapshot_open(place, &snapshot, NULL), WEND_OK);
    cr_assert_eq(wend__snapshot_verify(snapshot, collect, place, &verified, NULL), WEND_OK);
    cr_assert_eq(verified.findings, 1);
    cr_assert_eq(verified.rows, 0);
    wend__snapshot_close(snapshot);
}

Test(snapshot_verify, every_failing_allocation_is_reported) {
    write_world((struct world_options){.tables = 1U << WEND_TABLE_FLOW |
                                                 1U << WEND_TABLE_ABANDONMENT |
                                                 1U << WEND_TABLE_SESSIONS});
    struct wend_snapshot *snapshot;
    struct wend_snapshot_verified verified;
    cr_assert_eq(wend__snapshot_open(place, &snapshot, NULL), WEND_OK);
    uint64_t before = wend__memory_count();
    cr_assert_eq(wend__snapshot_verify(snapshot, collect, NULL, &verified, NULL), WEND_OK);
    uint64_t allocations = wend__memory_count() - before;
    for (uint64_t n = 1; n <= allocations; n++) {
        wend__memory_fail_at(n);
        enum wend_status status = wend__snapshot_verify(snapshot, collect, NULL, &verified, NULL);
        wend__memory_fail_at(0);
        cr_assert_eq(status, WEND_ERROR_MEMORY, "allocation %llu", (unsigned long long)n);
    }
    wend__snapshot_close(snapshot);
}
