/* Behaviour of the rows of a snapshot: derived columns, customer ids. */
#include "base/memory.h"
#include "ds/sortkey.h"
#include "snapshot/customer_ids.h"
#include "snapshot/row_values.h"

#include <criterion/criterion.h>

/* -- Derived columns ------------------------------------------------------------------------- */

struct row {
    struct wend_row_values values;
    struct wend_buffer key;
    struct wend_buffer payload;
};

static void start_row(struct row *row, enum wend_table_id table) {
    *row = (struct row){0};
    cr_assert_eq(wend__row_values_init(&row->values, table, 0, NULL), WEND_OK);
    cr_assert(wend__key_append_group(&row->key, wend__bytes_text("session"), true, 86400, NULL, 0));
}

static void add_key_text(struct row *row, const char *text) {
    cr_assert(wend__sortkey_append_text(&row->key, wend__bytes_text(text)));
}

static enum wend_status finish_row(struct row *row, struct wend_payload payload,
                                   const int64_t *times, size_t time_count,
                                   uint64_t group_abandoned) {
    struct wend_sketch sketch = {0};
    for (size_t i = 0; i < time_count; i++) {
        cr_assert(wend__sketch_add(&sketch, times[i]));
        payload.time_sum += times[i];
    }
    cr_assert(wend__payload_write(&row->payload, &wend__schemas[row->values.table].shape, &payload,
                                  &sketch));
    wend__sketch_deinit(&sketch);
    return wend__row_values_aggregate(&row->values, wend__buffer_view(&row->key),
                                      wend__buffer_view(&row->payload), group_abandoned, NULL);
}

static const struct wend_parquet_value *value_of(const struct row *row, const char *name) {
    const struct wend_schema *schema = &wend__schemas[row->values.table];
    for (uint32_t i = 0; i < schema->column_count; i++) {
        if (strcmp(schema->columns[i].name, name) == 0) {
            return &row->values.values[WEND_COMMON_COLUMNS + i];
        }
    }
    cr_assert_fail("no column %s", name);
    return NULL;
}

static void end_row(struct row *row) {
    wend__row_values_deinit(&row->values);
    wend__buffer_deinit(&row->key);
    wend__buffer_deinit(&row->payload);
}

Test(snapshot_rows, a_path_row_has_its_steps_id_and_quantiles) {
    struct row row;
    start_row(&row, WEND_TABLE_PATHS);
    add_key_text(&row, "home page > a > …");
    const int64_t times[] = {1, 50, 100};
    cr_assert_eq(finish_row(&row, (struct wend_payload){.counts = {3, 1, 1, 1}, .value_sum = -7},
                            times, 3, 0),
                 WEND_OK);
    cr_assert(wend__bytes_is(row.values.values[0].bytes, "session"));
    cr_assert_eq(row.values.values[1].integer, 86400);
    const struct wend_parquet_value *steps = value_of(&row, "path_steps");
    cr_assert_eq(steps->item_count, 3);
    cr_assert(wend__bytes_is(steps->items[0], "home page"));
    cr_assert(wend__bytes_is(steps->items[1], "a"));
    cr_assert(wend__bytes_is(steps->items[2], "…"));
    cr_assert_eq(value_of(&row, "step_count")->integer, 3);
    cr_assert_eq(value_of(&row, "path_id")->bytes.len, 16);
    cr_assert_eq(value_of(&row, "units")->integer, 3);
    cr_assert_eq(value_of(&row, "still_open")->integer, 1);
    cr_assert(value_of(&row, "value_sum")->big == -7);
    cr_assert_eq(value_of(&row, "duration_s_sum")->number, 151 / 1e6);
    cr_assert_eq(value_of(&row, "duration_s_p50")->number, 50 / 1e6);
    cr_assert_eq(value_of(&row, "duration_s_p90")->number, 100 / 1e6);
    cr_assert_not(value_of(&row, "duration_s_sketch")->is_null);
    end_row(&row);
}

Test(snapshot_rows, the_path_of_no_touchpoint_has_no_steps) {
    struct row row;
    start_row(&row, WEND_TABLE_PATHS);
    add_key_text(&row, "(none)");
    const int64_t time = 0;
    cr_assert_eq(finish_row(&row, (struct wend_payload){.counts = {1}}, &time, 1, 0), WEND_OK);
    cr_assert_eq(value_of(&row, "path_steps")->item_count, 0);
    cr_assert_not(value_of(&row, "path_steps")->is_null);
    cr_assert_eq(value_of(&row, "step_count")->integer, 0);
    end_row(&row);
}

Test(snapshot_rows, path_id_is_xxh3_of_the_path) {
    char id[WEND_PATH_ID_LEN];
    wend__path_id(wend__bytes_text(""), id);
    cr_assert(wend__bytes_is(wend__bytes(id, sizeof id), "2d06800538d394c2"));
}

Test(snapshot_rows, steps_keep_the_blanks_of_their_names) {
    struct wend_bytes *steps = NULL;
    size_t capacity = 0;
    uint32_t count;
    cr_assert(wend__path_steps(wend__bytes_text(" a  >  b  > "), &steps, &capacity, &count));
    cr_assert_eq(count, 3);
    cr_assert(wend__bytes_is(steps[0], " a "));
    cr_assert(wend__bytes_is(steps[1], " b "));
    cr_assert(wend__bytes_is(steps[2], ""));
    wend__free(steps);
}

Test(snapshot_rows, transitions_at_the_ends_have_no_time) {
    const char *const ends[][2] = {{"(entry)", "a"}, {"a", "(exit)"}};
    for (int i = 0; i < 2; i++) {
        struct row row;
        start_row(&row, WEND_TABLE_TRANSITIONS);
        add_key_text(&row, ends[i][0]);
        add_key_text(&row, ends[i][1]);
        cr_assert_eq(finish_row(&row, (struct wend_payload){.counts = {2, 1}}, NULL, 0, 0),
                     WEND_OK);
        cr_assert(value_of(&row, "seconds_sum")->is_null);
        cr_assert(value_of(&row, "seconds_p50")->is_null);
        cr_assert(value_of(&row, "seconds_p90")->is_null);
        cr_assert(value_of(&row, "seconds_sketch")->is_null);
        cr_assert_eq(value_of(&row, "transitions")->integer, 2);
        cr_assert_eq(value_of(&row, "units")->integer, 1);
        end_row(&row);
    }
}

Test(snapshot_rows, a_transition_without_any_second_has_a_sum_of_zero) {
    struct row row;
    start_row(&row, WEND_TABLE_TRANSITIONS);
    add_key_text(&row, "a");
    add_key_text(&row, "b");
    const int64_t time = 0;
    cr_assert_eq(finish_row(&row, (struct wend_payload){.counts = {1, 1}}, &time, 1, 0), WEND_OK);
    cr_assert_not(value_of(&row, "seconds_sum")->is_null);
    cr_assert_eq(value_of(&row, "seconds_sum")->number, 0);
    end_row(&row);
}

Test(snapshot_rows, a_stage_stands_with_its_position_and_null_quantiles_of_nothing) {
    struct row row;
    start_row(&row, WEND_TABLE_STAGES);
    cr_assert(wend__sortkey_append_uint32(&row.key, 2));
    add_key_text(&row, "cart");
    cr_assert_eq(finish_row(&row, (struct wend_payload){.counts = {4, 3, 0, 1}}, NULL, 0, 0),
                 WEND_OK);
    cr_assert(wend__bytes_is(value_of(&row, "stage")->bytes, "cart"));
    cr_assert_eq(value_of(&row, "stage_position")->integer, 2);
    cr_assert_eq(value_of(&row, "abandoned_here")->integer, 1);
    cr_assert(value_of(&row, "seconds_to_next_p50")->is_null);
    cr_assert(value_of(&row, "seconds_to_next_sketch")->is_null);
    end_row(&row);
}

Test(snapshot_rows, abandonment_has_a_rate_and_a_share_of_its_group) {
    struct row row;
    start_row(&row, WEND_TABLE_ABANDONMENT);
    add_key_text(&row, "a");
    cr_assert(wend__sortkey_append_null(&row.key));
    cr_assert_eq(finish_row(&row, (struct wend_payload){.counts = {1, 4}}, NULL, 0, 3), WEND_OK);
    cr_assert_eq(value_of(&row, "abandon_rate")->number, 0.25);
    cr_assert_eq(value_of(&row, "abandon_share")->number, 1.0 / 3);
    cr_assert(value_of(&row, "stage")->is_null);
    end_row(&row);
}

Test(snapshot_rows, a_share_of_no_abandoned_unit_is_null) {
    struct row row;
    start_row(&row, WEND_TABLE_ABANDONMENT);
    add_key_text(&row, "a");
    cr_assert(wend__sortkey_append_null(&row.key));
    cr_assert_eq(finish_row(&row, (struct wend_payload){.counts = {0, 4}}, NULL, 0, 0), WEND_OK);
    cr_assert_eq(value_of(&row, "abandon_rate")->number, 0);
    cr_assert(value_of(&row, "abandon_share")->is_null);
    end_row(&row);
}

Test(snapshot_rows, a_sum_of_39_digits_is_a_limit) {
    struct row row;
    start_row(&row, WEND_TABLE_PATHS);
    add_key_text(&row, "a");
    wend_int128 sum = (wend_int128)UINT64_C(10000000000000000000) * UINT64_C(10000000000000000000);
    cr_assert_eq(finish_row(&row, (struct wend_payload){.value_sum = sum - 1}, NULL, 0, 0),
                 WEND_OK);
    wend__buffer_clear(&row.payload);
    cr_assert_eq(finish_row(&row, (struct wend_payload){.value_sum = sum}, NULL, 0, 0),
                 WEND_ERROR_LIMIT);
    end_row(&row);
}

Test(snapshot_rows, a_value_of_19_digits_is_null) {
    struct wend_row_values row;
    cr_assert_eq(wend__row_values_init(&row, WEND_TABLE_SESSIONS, 0, NULL), WEND_OK);
    struct wend_detail detail = {.id = "0123456789abcde", .path = wend__bytes_text("a")};
    struct wend_bytes scope = wend__bytes_text("session");
    detail.value = INT64_C(999999999999999999);
    cr_assert_eq(wend__row_values_detail(&row, &detail, scope, WEND_BYTES_ABSENT, NULL), WEND_OK);
    cr_assert_eq(row.values[row.count - 1].integer, INT64_C(999999999999999999));
    cr_assert_not(row.values[row.count - 1].is_null);
    for (int sign = -1; sign <= 1; sign += 2) {
        detail.value = (wend_int128)sign * INT64_C(1000000000000000000);
        cr_assert_eq(wend__row_values_detail(&row, &detail, scope, WEND_BYTES_ABSENT, NULL),
                     WEND_OK);
        cr_assert(row.values[row.count - 1].is_null);
    }
    wend__row_values_deinit(&row);
}

Test(snapshot_rows, seconds_are_rounded_once_whatever_the_size) {
    cr_assert_eq(wend__us_to_seconds(1), 1e-6);
    cr_assert_eq(wend__us_to_seconds(-1500000), -1.5);
    /* 2^60 + 1 us: 1152921504606.846977 s; as exact quotients of Python */
    cr_assert_eq(wend__us_to_seconds(((wend_int128)1 << 60) + 1), 1152921504606.847);
    cr_assert_eq(wend__us_to_seconds((wend_int128)1 << 100), 1.2676506002282293e+24);
    cr_assert_eq(wend__us_to_seconds(((wend_int128)1 << 53) + 1), 9007199254.740993);
}

Test(snapshot_rows, seconds_give_their_microseconds_back) {
    const int64_t samples[] = {0,
                               1,
                               999999,
                               1000001,
                               86399999999,
                               8589934591999999,
                               INT64_C(4503599627370497),
                               7205759403792793};
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        wend_int128 us;
        cr_assert(wend__us_from_seconds(wend__us_to_seconds(samples[i]), &us));
        cr_assert(us == samples[i], "sample %zu", i);
    }
    wend_int128 large;
    double seconds = wend__us_to_seconds(((wend_int128)1 << 80) + 12345);
    cr_assert(wend__us_from_seconds(seconds, &large));
    cr_assert_eq(wend__us_to_seconds(large), seconds);
    cr_assert_not(wend__us_from_seconds(1e300, &large));
}

Test(snapshot_rows, a_damaged_key_is_refused) {
    struct row row;
    start_row(&row, WEND_TABLE_PATHS);
    cr_assert_eq(finish_row(&row, (struct wend_payload){0}, NULL, 0, 0), WEND_ERROR_IO);
    end_row(&row);
}

/* -- Customer ids ---------------------------------------------------------------------------- */

Test(snapshot_rows, a_hashed_customer_is_the_first_half_of_hmac_sha256) {
    /* The expected text is from Python's hmac. */
    struct wend_customer_namer namer;
    struct wend_bytes key = wend__bytes_text("0123456789abcdef");
    cr_assert_eq(wend__customer_namer_init(&namer, WEND_CUSTOMER_IDS_HASH, key, NULL), WEND_OK);
    for (int i = 0; i < 2; i++) {
        struct wend_bytes name = wend__customer_name(&namer, wend__bytes_text("alice"));
        cr_assert(wend__bytes_is(name, "fdbf8b1cacd3d578e062d0e41104357d"));
    }
    wend__customer_namer_deinit(&namer);
}

Test(snapshot_rows, a_short_key_is_refused) {
    struct wend_customer_namer namer;
    struct wend_bytes key = wend__bytes_text("0123456789abcde");
    struct wend_error error = {0};
    cr_assert_eq(wend__customer_namer_init(&namer, WEND_CUSTOMER_IDS_HASH, key, &error),
                 WEND_ERROR_USAGE);
    cr_assert(strstr(error.text, "15 bytes") != NULL);
}

Test(snapshot_rows, without_ids_a_customer_has_no_name) {
    struct wend_customer_namer namer;
    cr_assert_eq(wend__customer_namer_init(&namer, WEND_CUSTOMER_IDS_NONE, WEND_BYTES_ABSENT, NULL),
                 WEND_OK);
    cr_assert_null(wend__customer_name(&namer, wend__bytes_text("alice")).data);
}
