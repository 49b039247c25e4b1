/* The words of the dialects: quotes, types, columns; and what is said without memory. */
#include "base/memory.h"
#include "sql/descriptions.h"
#include "sql/postgres_sql.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct wend_bytes segment = {(const uint8_t *)"order", 5};

static void expect(enum wend_sql_engine engine, bool is_name, struct wend_bytes given,
                   const char *wanted) {
    struct wend_sql sql = {.engine = engine};
    if (is_name) {
        wend__sql_name(&sql, given);
    } else {
        wend__sql_text(&sql, given);
    }
    cr_expect(wend__bytes_is(wend__buffer_view(&sql.text), wanted), "engine %d: %.*s", (int)engine,
              (int)sql.text.len, (const char *)sql.text.data);
    cr_expect_not(sql.failed);
    wend__buffer_deinit(&sql.text);
}

Test(sql, names_and_texts_cannot_leave_their_quotes) {
    struct wend_bytes given = wend__bytes_text("a'b\"c`d\\e\n");
    const char *const names[WEND_SQL_ENGINE_COUNT] = {"\"a'b\"\"c`d\\e\n\"",  "\"a'b\"\"c`d\\e\n\"",
                                                      "`a'b\"c\\`d\\\\e\\n`", "\"a'b\"\"c`d\\e\n\"",
                                                      "`a'b\"c\\`d\\\\e\\n`", "`a'b\"c``d\\e\n`",
                                                      "`a'b\"c``d\\e\n`"};
    const char *const texts[WEND_SQL_ENGINE_COUNT] = {
        "'a''b\"c`d\\e\n'",     "'a''b\"c`d\\e\n'",     "'a\\'b\"c`d\\\\e\\n'", "'a''b\"c`d\\e\n'",
        "'a\\'b\"c`d\\\\e\\n'", "'a\\'b\"c`d\\\\e\\n'", "'a\\'b\"c`d\\\\e\\n'"};
    for (unsigned i = 0; i < WEND_SQL_ENGINE_COUNT; i++) {
        expect((enum wend_sql_engine)i, true, given, names[i]);
        expect((enum wend_sql_engine)i, false, given, texts[i]);
    }
}

Test(sql, zero_bytes_and_invalid_utf8_become_the_replacement_character) {
    for (unsigned i = 0; i < WEND_SQL_ENGINE_COUNT; i++) {
        expect((enum wend_sql_engine)i, false, wend__bytes("\0\xff", 2),
               "'\xEF\xBF\xBD\xEF\xBF\xBD'");
    }
}

Test(sql, columns_leave_the_sketches_out_and_know_where_they_come_from) {
    for (unsigned id = 0; id < WEND_TABLE_COUNT; id++) {
        struct wend_sql_columns columns;
        wend__sql_columns_init(&columns, (enum wend_table_id)id, &segment, 1);
        cr_expect(wend__bytes_is(columns.columns[2].name, "order"));
        for (uint32_t i = 0; i < columns.count; i++) {
            cr_expect_neq(columns.columns[i].type, WEND_COLUMN_SKETCH);
            cr_expect(i == 0 || columns.columns[i].source > columns.columns[i - 1].source);
            cr_expect_gt(strlen(columns.columns[i].description), 0);
            for (unsigned engine = 0; engine < WEND_SQL_ENGINE_COUNT; engine++) {
                cr_expect_gt(
                    strlen(wend__sql_type((enum wend_sql_engine)engine, columns.columns[i].type)),
                    0);
            }
        }
    }
}

Test(sql, engines_are_found_by_name) {
    cr_expect_eq(wend__sql_engine_find("duckdb"), WEND_SQL_DUCKDB);
    cr_expect_eq(wend__sql_engine_find("spark"), WEND_SQL_SPARK);
    cr_expect_eq(wend__sql_engine_find("postgres"), WEND_SQL_ENGINE_COUNT);
    cr_expect_eq(wend__sql_engine_find(""), WEND_SQL_ENGINE_COUNT);
}

static enum wend_status write_views(enum wend_sql_engine engine, struct wend_buffer *out) {
    struct wend_sql_views views = {
        .engine = engine,
        .schema = "wend",
        .location = engine == WEND_SQL_ATHENA ? "s3://a\xff" : "gs://a\xff",
        .snapshot_id = "0123",
        .segments = &segment,
        .segment_count = 1,
        .has_table = {true, true},
    };
    if (engine == WEND_SQL_POSTGRES) {
        return wend__sql_dbt(&views, out, NULL);
    }
    return engine == WEND_SQL_ENGINE_COUNT ? wend__sql_dictionary(&views, out, NULL)
                                           : wend__sql_views(&views, out, NULL);
}

Test(sql, views_without_memory_are_a_failure_and_leave_nothing) {
    /* The first is dbt's text here, the one behind the last the dictionary. */
    for (unsigned engine = WEND_SQL_POSTGRES; engine <= WEND_SQL_ENGINE_COUNT; engine++) {
        enum wend_status status = WEND_ERROR_MEMORY;
        uint64_t n = 0;
        while (status == WEND_ERROR_MEMORY) {
            struct wend_buffer out = {0};
            wend__memory_fail_at(++n);
            status = write_views((enum wend_sql_engine)engine, &out);
            wend__memory_fail_at(0);
            cr_expect(status == WEND_OK || out.len == 0);
            wend__buffer_deinit(&out);
        }
        cr_expect_eq(status, WEND_OK);
        cr_expect_gt(n, 5);
    }
}

Test(sql, a_scope_that_is_too_long_for_an_index_stays_out_of_it) {
    for (int is_long = 0; is_long < 2; is_long++) {
        struct wend_postgres_target target = {
            .schema = "s", .store = "s_store", .has_long_scopes = is_long == 1, .publish_id = 7};
        struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
        wend__postgres_finish_part(&sql, &target, WEND_TABLE_FLOW);
        cr_expect(wend__bytes_is(wend__buffer_view(&sql.text),
                                 is_long ? "CREATE INDEX ON \"s_store\".flow_7 (window_start);\n"
                                         : "CREATE INDEX ON \"s_store\".flow_7 (scope, "
                                           "window_start);\n"));
        wend__buffer_deinit(&sql.text);
    }
}

Test(sql, sessions_and_journeys_have_one_index_where_the_server_has_bloom_filters) {
    for (int has_bloom = 0; has_bloom < 2; has_bloom++) {
        struct wend_postgres_target target = {
            .schema = "s", .store = "s_store", .has_bloom = has_bloom == 1, .publish_id = 7};
        struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
        wend__postgres_finish_part(&sql, &target, WEND_TABLE_JOURNEYS);
        cr_assert(wend__buffer_append(&sql.text, "", 1));
        const char *text = (const char *)sql.text.data;
        cr_expect_not_null(strstr(text, "USING brin (ended_at, window_start"));
        cr_expect_eq(strstr(text, "USING hash (customer_id)") == NULL, has_bloom == 1);
        cr_expect_eq(strstr(text, "customer_id text_bloom_ops") != NULL, has_bloom == 1);
        cr_expect_null(strstr(text, "(scope"));
        wend__buffer_deinit(&sql.text);
    }
}
