/* Definition files of the project: all load, without a warning. */
#include "base/io.h"
#include "base/timezone_names.h"
#include "definitions_fixture.h"

#include <dirent.h>

static struct wend_bytes read_whole(const char *path, struct wend_buffer *content) {
    int result = wend__timezone_read_file(path, WEND_MAX_DEFINITION_BYTES, content);
    cr_assert_eq(result, 0, "%s", path);
    return wend__buffer_view(content);
}

static void load_file(const char *path) {
    struct wend_buffer content = {0};
    struct wend_ruleset *ruleset = load_text(read_whole(path, &content));
    check_fields(ruleset);
    wend__ruleset_destroy(ruleset);
    wend__buffer_deinit(&content);
}

static unsigned load_folder(const char *folder) {
    DIR *directory = opendir(folder);
    unsigned count = 0;
    cr_assert_not_null(directory, "%s", folder);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char path[4096];
        if (strstr(entry->d_name, ".yaml") != NULL) {
            (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            load_file(path);
            count++;
        }
    }
    (void)closedir(directory);
    return count;
}

Test(definitions_files, the_definitions_of_the_oracle_load) {
    cr_assert_geq(load_folder(WEND_SOURCE_DIR "/tests/oracle/definitions"), 11);
}

Test(definitions_files, the_presets_load_as_files_of_their_own) {
    cr_assert_geq(load_folder(WEND_SOURCE_DIR "/engine/decode/presets"), 6);
}

Test(definitions_files, the_definitions_that_tools_bring_load) {
    cr_assert_geq(load_folder(WEND_SOURCE_DIR "/tools/definitions"), 1);
}

Test(definitions_files, every_preset_loads_by_its_name_alone) {
    for (const struct wend_preset *preset = wend__presets; preset->name != NULL; preset++) {
        char text[128];
        (void)snprintf(text, sizeof text, "format: %s\n", preset->name);
        struct wend_ruleset *ruleset = load(text);
        check_fields(ruleset);
        cr_assert_neq(ruleset->time_field, WEND_NO_FIELD);
        cr_assert_gt(ruleset->customer_count, 0);
        wend__ruleset_destroy(ruleset);
    }
}

/* Appends `line` where no line of `text` begins with the same key. */
static void complete(struct wend_buffer *text, const char *line) {
    char begin[32];
    (void)snprintf(begin, sizeof begin, "\n%.*s", (int)(strchr(line, ':') - line + 1), line);
    cr_assert(wend__buffer_append(text, "", 1));
    text->len--;
    if (strstr((const char *)text->data, begin) == NULL) {
        cr_assert(wend__buffer_append_text(text, line));
    }
}

Test(definitions_files, the_examples_of_the_reference_load) {
    struct wend_buffer page = {0};
    struct wend_buffer text = {0};
    unsigned count = 0;
    (void)read_whole(WEND_SOURCE_DIR "/engine/match/README.md", &page);
    cr_assert(wend__buffer_append(&page, "", 1));
    for (const char *at = (const char *)page.data; (at = strstr(at, "```yaml\n")) != NULL;) {
        const char *begin = at + strlen("```yaml\n");
        at = strstr(begin, "\n```");
        wend__buffer_clear(&text);
        cr_assert(wend__buffer_append_text(&text, "\n"));
        cr_assert(wend__buffer_append(&text, begin, (size_t)(at + 1 - begin)));
        complete(&text, "time: t\n");
        complete(&text, "customer: c\n");
        wend__ruleset_destroy(load_text(wend__buffer_view(&text)));
        count++;
    }
    cr_assert_geq(count, 9);
    wend__buffer_deinit(&text);
    wend__buffer_deinit(&page);
}
