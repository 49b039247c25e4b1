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
