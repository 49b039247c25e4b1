/* Page and poster of a snapshot written by hand (snapshot_world.h). */
#include "base/io.h"
#include "base/memory.h"
#include "map/map.h"
#include "snapshot_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

static char directory[64];
static char path[128];
static struct wend_snapshot *snapshot;

static void begin(void) {
    world_make_directory(directory);
    (void)snprintf(path, sizeof path, "%s/out", directory);
    const struct world_options options = {.directory = path, .has_windows = true};
    struct wend_error error = {0};
    cr_assert_eq(world_write(world_units, world_unit_count, &options, &error), WEND_OK, "%s",
                 error.text);
    cr_assert_eq(wend__snapshot_open(path, &snapshot, &error), WEND_OK, "%s", error.text);
}

static void end(void) {
    wend__snapshot_close(snapshot);
    cr_assert_eq(wend__io_remove_tree(directory), 0);
}

TestSuite(map_page, .init = begin, .fini = end, .timeout = 120);

static bool has(const struct wend_buffer *text, const char *wanted) {
    size_t len = strlen(wanted);
    for (size_t i = 0; i + len <= text->len; i++) {
        if (memcmp(text->data + i, wanted, len) == 0) {
            return true;
        }
    }
    return false;
}

static struct wend_buffer page(const struct wend_map_options *options) {
    struct wend_buffer out = {0};
    struct wend_error error = {0};
    cr_assert_eq(wend__map_page(snapshot, options, &out, &error), WEND_OK, "%s", error.text);
    return out;
}

Test(map_page, a_page_has_each_scope_and_segment_value) {
    const struct wend_map_options options = {0};
    struct wend_buffer out = page(&options);
    cr_expect(has(&out, "data-name=\"buy\" data-value=\"all\""));
    cr_expect(has(&out, "data-name=\"Sessions\" data-value=\"all\""));
    cr_expect(has(&out, "data-name=\"buy\" data-value=\"device: "));
    cr_expect(has(&out, ">look</text>"));
    cr_expect(has(&out, "Content-Security-Policy"));
    wend__buffer_deinit(&out);
}

Test(map_page, the_same_snapshot_gives_the_same_page) {
    const struct wend_map_options options = {0};
    struct wend_buffer one = page(&options);
    struct wend_buffer other = page(&options);
    cr_expect(wend__bytes_equal(wend__buffer_view(&one), wend__buffer_view(&other)));
    wend__buffer_deinit(&one);
    wend__buffer_deinit(&other);
}

Test(map_page, a_scope_stands_alone_when_asked_for) {
    const struct wend_map_options options = {.scope = wend__bytes_text("session")};
    struct wend_buffer out = page(&options);
    cr_expect_not(has(&out, "data-name=\"buy\""));
    wend__buffer_deinit(&out);
}

Test(map_page, the_ideal_journey_is_followed) {
    const struct wend_map_options options = {.ideal = wend__bytes_text("A >B> D")};
    struct wend_buffer out = page(&options);
    cr_expect(has(&out, "Ideal as given"));
    wend__buffer_deinit(&out);
}

Test(map_page, a_poster_is_one_sheet_of_the_paper) {
    const struct wend_map_options options = {.paper = "A3"};
    struct wend_buffer out = {0};
    cr_assert_eq(wend__map_poster(snapshot, &options, &out, NULL), WEND_OK);
    cr_expect(has(&out, "width=\"420mm\" height=\"297mm\""));
    cr_expect(has(&out, "Journey map: buy"));
    cr_expect_not(has(&out, "var("), "rsvg-convert knows no variables");
    wend__buffer_deinit(&out);
}

static void refuse(const struct wend_map_options *options, const char *wanted) {
    struct wend_buffer out = {0};
    struct wend_error error = {0};
    cr_expect_eq(wend__map_poster(snapshot, options, &out, &error), WEND_ERROR_USAGE);
    cr_expect_not_null(strstr(error.text, wanted), "%s", error.text);
    wend__buffer_deinit(&out);
}

Test(map_page, what_is_not_there_is_refused) {
    refuse(&(struct wend_map_options){.scope = wend__bytes_text("sell")}, "no scope sell");
    refuse(&(struct wend_map_options){.segment = wend__bytes_text("moon")}, "field moon");
    refuse(&(struct wend_map_options){.ideal = wend__bytes_text("A > Q")}, "touchpoint 'Q'");
    refuse(&(struct wend_map_options){.ideal = wend__bytes_text("A>>B")}, "touchpoint ''");
    refuse(&(struct wend_map_options){.ideal = wend__bytes_text("A>B>A>B>A>B>A>B>A>B>A>B>A")},
           "more than 12");
    refuse(&(struct wend_map_options){.paper = "B5"}, "no paper B5");
    refuse(&(struct wend_map_options){.steps = 21}, "2 to 20 steps");
    refuse(&(struct wend_map_options){.top = 1}, "2 to 40 touchpoints");
}

Test(map_page, a_snapshot_without_a_table_is_refused_with_what_to_do) {
    wend__snapshot_close(snapshot);
    const struct world_options options = {
        .directory = path, .replaces = true, .tables = 1U << WEND_TABLE_PATHS};
    struct wend_error error = {0};
    cr_assert_eq(world_write(world_units, world_unit_count, &options, &error), WEND_OK, "%s",
                 error.text);
    cr_assert_eq(wend__snapshot_open(path, &snapshot, NULL), WEND_OK);
    refuse(&(struct wend_map_options){0}, "no table transitions");
}

Test(map_page, every_failed_allocation_is_told) {
    const struct wend_map_options options = {0};
    uint64_t before = wend__memory_count();
    struct wend_buffer whole = page(&options);
    uint64_t count = wend__memory_count() - before;
    /* Each of the first ones, then ever fewer: they come from the same few places. */
    for (uint64_t n = 1; n <= count; n += 1 + n / 40) {
        struct wend_buffer out = {0};
        wend__memory_fail_at(n);
        enum wend_status status = wend__map_page(snapshot, &options, &out, NULL);
        wend__memory_fail_at(0);
        cr_expect_eq(status, WEND_ERROR_MEMORY, "allocation %llu of %llu", (unsigned long long)n,
                     (unsigned long long)count);
        wend__buffer_deinit(&out);
    }
    wend__buffer_deinit(&whole);
}
