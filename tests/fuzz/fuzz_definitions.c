/*
 * Definition files of any bytes: refused with a place in the text, or a ruleset whose numbers all
 * lie in their ranges.
 */
#include "decode/preset.h"
#include "match/condition.h"
#include "match/definitions.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Holds in every build, also where assertions are off. */
static void require(bool condition) {
    if (!condition) {
        abort();
    }
}

static void check_target(const struct wend_condition *condition, uint32_t from, uint32_t to) {
    require(to == WEND_TEST_TRUE || to == WEND_TEST_FALSE ||
            (to > from && to < condition->test_count));
}

static void check_condition(const struct wend_ruleset *ruleset,
                            const struct wend_condition *condition) {
    require(condition == NULL || condition->test_count > 0);
    for (uint32_t i = 0; condition != NULL && i < condition->test_count; i++) {
        const struct wend_test *test = &condition->tests[i];
        require(test->field < ruleset->field_count);
        require(test->kind != WEND_TEST_REGEX || test->regex < ruleset->regexes->count);
        require(test->kind != WEND_TEST_EQUALS || test->text_count > 0);
        check_target(condition, i, test->on_true);
        check_target(condition, i, test->on_false);
    }
}

static void check_template(const struct wend_ruleset *ruleset, const struct wend_template *made) {
    for (uint32_t i = 0; i < made->part_count; i++) {
        const struct wend_template_part *part = &made->parts[i];
        require(part->field == WEND_NO_FIELD ? part->literal.data != NULL
                                             : part->field < ruleset->field_count);
    }
}

static void check_ruleset(const struct wend_ruleset *ruleset) {
    require(ruleset->time_field < ruleset->field_count && ruleset->customer_count > 0);
    require(ruleset->max_steps >= 3 && ruleset->flow_depth >= 1 && ruleset->window_us >= 0);
    for (uint32_t i = 0; i < ruleset->field_count; i++) {
        const struct wend_field *field = &ruleset->fields[i];
        bool is_cut =
            field->kind == WEND_FIELD_URL_HOST || field->kind == WEND_FIELD_URL_PATH ||
            field->kind == WEND_FIELD_URL_QUERY || field->kind == WEND_FIELD_REQUEST_METHOD ||
            field->kind == WEND_FIELD_REQUEST_TARGET || field->kind == WEND_FIELD_ADDRESS_HOST;
        require(!is_cut || field->source < i);
        for (uint32_t s = 0; s < field->source_count; s++) {
            require(field->sources[s] < i);
        }
    }
    for (uint32_t i = 0; i < ruleset->customer_count; i++) {
        check_template(ruleset, &ruleset->customer[i]);
    }
    check_template(ruleset, &ruleset->event);
    check_condition(ruleset, ruleset->where);
    for (uint32_t i = 0; i < ruleset->rule_count; i++) {
        const struct wend_touchpoint_rule *rule = &ruleset->rules[i];
        check_condition(ruleset, rule->condition);
        check_template(ruleset, &rule->name);
        require(rule->fixed_name == WEND_NO_FIELD ? rule->name.part_count > 0
                                                  : rule->fixed_name < ruleset->name_count);
    }
    for (uint32_t i = 0; i < ruleset->name_count; i++) {
        require(wend__name_is_clean(ruleset->names[i]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct wend_preset_lookup presets = {wend__preset_find, wend__preset_name_list};
    struct wend_ruleset *ruleset = NULL;
    struct wend_warnings warnings = {0};
    struct wend_error error = {0};
    enum wend_status status = wend__definitions_load(wend__bytes(data, size), "fuzz", &presets,
                                                     &ruleset, &warnings, &error);
    if (status == WEND_OK) {
        check_ruleset(ruleset);
    } else {
        require(status == WEND_ERROR_USAGE && ruleset == NULL);
        require(error.line > 0 && error.column > 0 && error.file[0] != '\0');
        require(error.column <= size + 1 || error.file[0] == 'p');
    }
    wend__warnings_deinit(&warnings);
    wend__ruleset_destroy(ruleset);
    return 0;
}
