/* definitions_fixture.h: loading definition texts in tests, and finding things in the ruleset. */
#ifndef WEND_TESTS_UNIT_DEFINITIONS_FIXTURE_H
#define WEND_TESTS_UNIT_DEFINITIONS_FIXTURE_H

#include "decode/preset.h"
#include "match/condition.h"
#include "match/definitions.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* The shortest useful file, three lines; tests append to it. */
#define SHORTEST "time: t\ncustomer: c\nevent: e\n"

static const struct wend_preset_lookup known_presets = {wend__preset_find, wend__preset_name_list};

/* The ruleset of a valid text that gives no warning. */
static inline struct wend_ruleset *load_text(struct wend_bytes text) {
    struct wend_ruleset *ruleset;
    struct wend_warnings warnings = {0};
    struct wend_error error = {0};
    enum wend_status status =
        wend__definitions_load(text, "test.yaml", &known_presets, &ruleset, &warnings, &error);
    cr_assert_eq(status, WEND_OK, "%s:%u:%u: %s", error.file, error.line, error.column, error.text);
    cr_assert_eq(warnings.count, 0, "%.*s", (int)warnings.text.len,
                 (const char *)warnings.text.data);
    wend__warnings_deinit(&warnings);
    return ruleset;
}

static inline struct wend_ruleset *load(const char *text) {
    return load_text(wend__bytes_text(text));
}

/* What is wrong with a text: "LINE:COLUMN: TEXT". */
static inline const char *fault_of(struct wend_bytes text) {
    static char fault[WEND_ERROR_TEXT_BYTES + 32];
    struct wend_ruleset *ruleset;
    struct wend_error error = {0};
    enum wend_status status =
        wend__definitions_load(text, "test.yaml", &known_presets, &ruleset, NULL, &error);
    cr_assert_eq(status, WEND_ERROR_USAGE, "status %d for:\n%.*s", status, (int)text.len,
                 (const char *)text.data);
    cr_assert_null(ruleset);
    cr_assert_str_eq(error.file, "test.yaml");
    (void)snprintf(fault, sizeof fault, "%u:%u: %s", error.line, error.column, error.text);
    return fault;
}

/* A text that is refused, and how. */
struct refusal {
    struct wend_bytes text;
    const char *fault;
};

#define TEXT(literal)                                                                              \
    { (const uint8_t *)(literal), sizeof(literal) - 1 }

static inline void check_refusals(const struct refusal *refusals, size_t count) {
    for (size_t i = 0; i < count; i++) {
        cr_expect_str_eq(fault_of(refusals[i].text), refusals[i].fault,
                         "%.*s\n  gives: %s\n  not:   %s", (int)refusals[i].text.len,
                         (const char *)refusals[i].text.data, fault_of(refusals[i].text),
                         refusals[i].fault);
    }
}

/* The warnings of a valid text. */
static inline const char *warnings_of(const char *text) {
    static char result[8192];
    struct wend_ruleset *ruleset;
    struct wend_warnings warnings = {0};
    struct wend_error error = {0};
    enum wend_status status = wend__definitions_load(wend__bytes_text(text), "test.yaml",
                                                     &known_presets, &ruleset, &warnings, &error);
    cr_assert_eq(status, WEND_OK, "%s", error.text);
    struct wend_bytes view = wend__buffer_view(&warnings.text);
    (void)snprintf(result, sizeof result, "%.*s", (int)view.len, (const char *)view.data);
    wend__warnings_deinit(&warnings);
    wend__ruleset_destroy(ruleset);
    return result;
}

static inline bool is_text(struct wend_bytes bytes, const char *text) {
    return wend__bytes_is(bytes, text);
}

/* The name of a field, "-" for none. */
static inline const char *field_name(const struct wend_ruleset *ruleset, uint32_t field) {
    static char name[256];
    if (field == WEND_NO_FIELD) {
        return "-";
    }
    cr_assert_lt(field, ruleset->field_count);
    (void)snprintf(name, sizeof name, "%.*s", (int)ruleset->fields[field].name.len,
                   (const char *)ruleset->fields[field].name.data);
    return name;
}

/* Fields only refer to fields of smaller numbers, and no two are the same plain field. */
static inline void check_fields(const struct wend_ruleset *ruleset) {
    for (uint32_t i = 0; i < ruleset->field_count; i++) {
        const struct wend_field *field = &ruleset->fields[i];
        bool is_cut =
            field->kind == WEND_FIELD_URL_HOST || field->kind == WEND_FIELD_URL_PATH ||
            field->kind == WEND_FIELD_URL_QUERY || field->kind == WEND_FIELD_REQUEST_METHOD ||
            field->kind == WEND_FIELD_REQUEST_TARGET || field->kind == WEND_FIELD_ADDRESS_HOST;
        cr_assert(!is_cut || field->source < i);
        for (uint32_t s = 0; s < field->source_count; s++) {
            cr_assert_lt(field->sources[s], i);
        }
        for (uint32_t other = 0; other < i && field->kind == WEND_FIELD_PLAIN; other++) {
            cr_assert(ruleset->fields[other].kind != WEND_FIELD_PLAIN ||
                      !wend__bytes_equal(ruleset->fields[other].name, field->name));
        }
    }
}

#endif
