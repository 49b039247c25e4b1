/* Each row of a snapshot by itself: its place, its columns that follow from others; see verify.h.
 */
#include "snapshot/verify.h"

#include <inttypes.h>

/* A broken table has as many findings as rows; these many of its rows are told. */
enum { ROW_FINDINGS_MAX = 10 };

/* One table, gone through once. */
struct pass {
    struct wend_verify *verify;
    struct wend_verify_groups *groups;
    struct wend_verify_flow *flow;
    enum wend_table_id table;
    bool is_second; /* of abandonment: the sums of its groups are known */
    struct wend_row_reader reader;
    struct wend_row_values values;
    struct wend_buffer last_key;
    uint64_t row_number;
};

static bool same_value(const struct wend_parquet_value *a, const struct wend_parquet_value *b,
                       enum wend_column_type type) {
    if (a->is_null || b->is_null) {
        return a->is_null == b->is_null;
    }
    switch (type) {
    case WEND_COLUMN_TEXT:
    case WEND_COLUMN_SKETCH:
        return wend__bytes_equal(a->bytes, b->bytes);
    case WEND_COLUMN_TEXT_LIST: {
        bool is_same = a->item_count == b->item_count;
        for (uint32_t i = 0; is_same && i < a->item_count; i++) {
            is_same = wend__bytes_equal(a->items[i], b->items[i]);
        }
        return is_same;
    }
    case WEND_COLUMN_RATE:
    case WEND_COLUMN_SECONDS:
        return a->number == b->number;
    case WEND_COLUMN_VALUE_SUM:
        return a->big == b->big;
    default:
        return a->integer == b->integer;
    }
}

/* Columns that follow from others, computed anew. */
static void check_values(struct pass *pass) {
    const struct wend_schema *schema = &wend__schemas[pass->table];
    uint32_t first = WEND_COMMON_COLUMNS + pass->values.segment_count;
    for (uint32_t i = 0; i < schema->column_count; i++) {
        const struct wend_column *column = &schema->columns[i];
        if (pass->table == WEND_TABLE_ABANDONMENT && !pass->is_second &&
            column->type == WEND_COLUMN_RATE) {
            continue;
        }
        const struct wend_parquet_value *found =
            wend__snapshot_cursor_value(pass->reader.cursor, first + i);
        const struct wend_parquet_value *wanted = &pass->values.values[first + i];
        wend__verify_check(pass->verify, same_value(found, wanted, column->type),
                           "%s: row %" PRIu64 ": %s is not what follows from the other columns",
                           schema->name, pass->row_number, column->name);
    }
}

static void expect_most(struct pass *pass, const char *small_name, uint64_t small,
                        const char *large_name, uint64_t large) {
    wend__verify_check(pass->verify, small <= large,
                       "%s: row %" PRIu64 ": %s (%" PRIu64 ") is larger than %s (%" PRIu64 ")",
                       wend__schemas[pass->table].name, pass->row_number, small_name, small,
                       large_name, large);
}

static void expect_same(struct pass *pass, const char *left_name, uint64_t left,
                        const char *right_name, uint64_t right) {
    wend__verify_check(pass->verify, left == right,
                       "%s: row %" PRIu64 ": %s (%" PRIu64 ") is not %s (%" PRIu64 ")",
                       wend__schemas[pass->table].name, pass->row_number, left_name, left,
                       right_name, right);
}

/* Counts of a row against each other. */
static void check_counts(struct pass *pass, const struct wend_payload *payload) {
    const uint64_t *counts = payload->counts;
    uint64_t times = wend__sketch_count(&pass->values.sketch);
    switch (pass->table) {
    case WEND_TABLE_PATHS:
        expect_same(pass, "units", counts[0], "converted + abandoned + still_open",
                    counts[1] + counts[2] + counts[3]);
        expect_same(pass, "the number of durations", times, "units", counts[0]);
        break;
    case WEND_TABLE_TRANSITIONS:
        expect_most(pass, "units", counts[1], "transitions", counts[0]);
        if (!wend__bytes_is(pass->values.key.parts[0], "(entry)") &&
            !wend__bytes_is(pass->values.key.parts[1], "(exit)")) {
            expect_same(pass, "the number of times", times, "transitions", counts[0]);
        }
        break;
    case WEND_TABLE_STAGES:
        expect_most(pass, "reached", counts[1], "visited", counts[0]);
        expect_most(pass, "advanced", counts[2], "reached", counts[1]);
        expect_most(pass, "abandoned_here", counts[3], "reached - advanced", counts[1] - counts[2]);
        expect_most(pass, "the number of times", times, "advanced", counts[2]);
        break;
    case WEND_TABLE_ABANDONMENT:
        expect_most(pass, "abandoned", counts[0], "visited", counts[1]);
        break;
    case WEND_TABLE_TOUCHPOINTS:
        expect_most(pass, "units", counts[1], "events", counts[0]);
        expect_most(pass, "entries", counts[2], "units", counts[1]);
        expect_most(pass, "exits", counts[3], "units", counts[1]);
        expect_most(pass, "converted_units", counts[4], "units", counts[1]);
        expect_most(pass, "first_touch", counts[5], "converted_units", counts[4]);
        expect_most(pass, "last_touch", counts[6], "converted_units", counts[4]);
        break;
    case WEND_TABLE_SWITCHES:
        expect_most(pass, "units", counts[1], "switches", counts[0]);
        expect_most(pass, "converted + abandoned", counts[2] + counts[3], "units", counts[1]);
        expect_same(pass, "the number of times", times, "switches", counts[0]);
        break;
    default:
        break;
    }
}

static enum wend_status check_order(struct pass *pass, struct wend_error *error) {
    struct wend_bytes key = wend__buffer_view(&pass->reader.key);
    if (pass->row_number > 1) {
        int order = wend__bytes_compare(wend__buffer_view(&pass->last_key), key);
        bool is_detail = pass->table >= WEND_TABLE_SESSIONS;
        wend__verify_check(pass->verify, order < 0 || (is_detail && order == 0),
                           "%s: row %" PRIu64 " %s the row before it",
                           wend__schemas[pass->table].name, pass->row_number,
                           order == 0 ? "has the same key as" : "sorts before");
    }
    wend__buffer_clear(&pass->last_key);
    return wend__buffer_append(&pass->last_key, key.data, key.len) ? WEND_OK
                                                                   : wend__fail_memory(error);
}

/* A failure of recomputing is a finding, but for want of memory. */
static enum wend_status note_row(struct pass *pass, enum wend_status status,
                                 const struct wend_error *failure, struct wend_error *error) {
    if (status == WEND_ERROR_MEMORY) {
        return wend__fail_memory(error);
    }
    wend__verify_check(pass->verify, status == WEND_OK, "%s: row %" PRIu64 ": %s",
                       wend__schemas[pass->table].name, pass->row_number, failure->text);
    return WEND_OK;
}

static enum wend_status check_aggregate(struct pass *pass, struct wend_error *error) {
    struct wend_bytes key = wend__buffer_view(&pass->reader.key);
    struct wend_bytes bytes = wend__buffer_view(&pass->reader.payload);
    struct wend_error failure = {0};
    struct wend_payload payload;
    uint64_t group_abandoned = 0;
    if (pass->is_second) {
        WEND_TRY(wend__row_key_read(key, pass->table, pass->values.segment_count,
                                    &pass->values.texts, &pass->values.key, error));
        struct wend_bytes group = wend__bytes(key.data, pass->values.key.group_len);
        const struct wend_group_sums *sums =
            wend__verify_group(pass->verify, pass->groups, group, pass->values.key.scope);
        if (sums == NULL) {
            return wend__fail_memory(error);
        }
        group_abandoned = sums->abandoned;
    }
    enum wend_status status =
        wend__row_values_aggregate(&pass->values, key, bytes, group_abandoned, &failure);
    WEND_TRY(note_row(pass, status, &failure, error));
    if (status != WEND_OK ||
        !wend__payload_read(bytes, &wend__schemas[pass->table].shape, &payload)) {
        return WEND_OK;
    }
    check_values(pass);
    if (pass->is_second) {
        return WEND_OK;
    }
    check_counts(pass, &payload);
    if (pass->table == WEND_TABLE_FLOW) {
        WEND_TRY(wend__verify_flow_row(pass->verify, pass->flow, &pass->values, key,
                                       payload.counts[0], error));
    }
    return wend__verify_add_row(pass->verify, pass->groups, &pass->values, key, &payload, error);
}

static bool ends_match(const struct wend_detail *detail, const struct wend_bytes *steps,
                       uint32_t count) {
    if (count == 0) {
        return detail->entry_point.data == NULL && detail->exit_point.data == NULL;
    }
    return wend__bytes_equal(detail->entry_point, steps[0]) &&
           wend__bytes_equal(detail->exit_point, steps[count - 1]);
}

static enum wend_status check_detail(struct pass *pass, struct wend_error *error) {
    const struct wend_detail *detail = &pass->reader.detail;
    bool is_journey = pass->table == WEND_TABLE_JOURNEYS;
    const char *name = wend__schemas[pass->table].name;
    struct wend_bytes scope = wend__snapshot_options(pass->verify->snapshot)->scopes[detail->scope];
    struct wend_error failure = {0};
    enum wend_status status =
        wend__row_values_detail(&pass->values, detail, scope, detail->customer, &failure);
    WEND_TRY(note_row(pass, status, &failure, error));
    if (status != WEND_OK) {
        return WEND_OK;
    }
    check_values(pass);
    const struct wend_bytes *steps = pass->values.steps;
    uint32_t step_count = 0;
    for (uint32_t i = 0; i < pass->values.count; i++) {
        step_count += pass->values.values[i].item_count;
    }
    wend__verify_check(pass->verify, (detail->scope > 0) == is_journey,
                       "%s: row %" PRIu64 " is of another scope", name, pass->row_number);
    wend__verify_check(pass->verify, detail->started_us <= detail->ended_us,
                       "%s: row %" PRIu64 " ends before it starts", name, pass->row_number);
    if (is_journey) {
        wend__verify_check(pass->verify,
                           detail->has_converted == (detail->outcome == WEND_OUTCOME_CONVERTED),
                           "%s: row %" PRIu64 ": converted_at and outcome contradict each other",
                           name, pass->row_number);
    } else {
        wend__verify_check(pass->verify, ends_match(detail, steps, step_count),
                           "%s: row %" PRIu64
                           ": entry_touchpoint or exit_touchpoint is not that of its path",
                           name, pass->row_number);
    }
    return wend__verify_add_detail(pass->verify, pass->groups, detail, steps, step_count, error);
}

static enum wend_status check_rows(struct pass *pass, struct wend_error *error) {
    struct wend_verify *verify = pass->verify;
    uint64_t findings = verify->verified->findings;
    for (bool found = true; !verify->is_stopped;) {
        WEND_TRY(wend__row_reader_next(&pass->reader, &found, error));
        if (!found) {
            break;
        }
        pass->row_number += 1;
        verify->is_silenced = verify->verified->findings - findings >= ROW_FINDINGS_MAX;
        WEND_TRY(check_order(pass, error));
        WEND_TRY(pass->table < WEND_TABLE_SESSIONS ? check_aggregate(pass, error)
                                                   : check_detail(pass, error));
    }
    return WEND_OK;
}

static enum wend_status run_pass(struct pass *pass, struct wend_error *error) {
    const struct wend_snapshot *snapshot = pass->verify->snapshot;
    WEND_TRY(wend__row_values_init(&pass->values, pass->table,
                                   wend__snapshot_options(snapshot)->segment_count, error));
    WEND_TRY(wend__row_reader_open(&pass->reader, snapshot, pass->table, error));
    WEND_TRY(check_rows(pass, error));
    if (pass->is_second || pass->verify->is_stopped) {
        return WEND_OK;
    }
    uint64_t rows = 0;
    for (size_t i = 0; i < wend__snapshot_file_count(snapshot); i++) {
        const struct wend_snapshot_file *file = wend__snapshot_file(snapshot, i);
        rows += file->table == pass->table ? file->rows : 0;
    }
    pass->verify->is_silenced = false;
    pass->verify->verified->rows += pass->row_number;
    wend__verify_check(pass->verify, pass->row_number == rows,
                       "%s has %" PRIu64 " rows, the manifest says %" PRIu64,
                       wend__schemas[pass->table].name, pass->row_number, rows);
    return WEND_OK;
}

static enum wend_status check_table(struct wend_verify *verify, struct wend_verify_groups *groups,
                                    enum wend_table_id table, bool is_second,
                                    struct wend_error *error) {
    struct wend_verify_flow flow = {0};
    struct pass pass = {
        .verify = verify, .groups = groups, .flow = &flow, .table = table, .is_second = is_second};
    struct wend_error failure = {0};
    enum wend_status status = run_pass(&pass, &failure);
    if (status == WEND_OK && table == WEND_TABLE_FLOW) {
        wend__verify_flow_end(verify, &flow);
    }
    verify->is_silenced = false;
    wend__row_reader_close(&pass.reader);
    wend__row_values_deinit(&pass.values);
    wend__buffer_deinit(&pass.last_key);
    wend__verify_flow_deinit(&flow);
    if (status == WEND_ERROR_MEMORY) {
        return wend__fail_memory(error);
    }
    if (!wend__verify_check(verify, status == WEND_OK, "%s", failure.text)) {
        verify->is_readable[table] = false;
    }
    return WEND_OK;
}

enum wend_status wend__verify_tables(struct wend_verify *verify, struct wend_error *error) {
    struct wend_verify_groups groups = {0};
    enum wend_status status = WEND_OK;
    wend__strings_init(&groups.names, (uint64_t)(uintptr_t)verify);
    wend__strings_init(&groups.points, (uint64_t)(uintptr_t)&groups);
    for (unsigned i = 0; i < WEND_TABLE_COUNT && status == WEND_OK && !verify->is_stopped; i++) {
        if (verify->is_readable[i]) {
            status = check_table(verify, &groups, (enum wend_table_id)i, false, error);
        }
    }
    if (status == WEND_OK && !verify->is_stopped && verify->is_readable[WEND_TABLE_ABANDONMENT]) {
        status = check_table(verify, &groups, WEND_TABLE_ABANDONMENT, true, error);
    }
    if (status == WEND_OK && !verify->is_stopped) {
        status = wend__verify_sums(verify, &groups, error);
    }
    wend__verify_groups_deinit(&groups);
    return status;
}
