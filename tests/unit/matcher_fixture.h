/*
 * matcher_fixture.h: rulesets built by hand, and the shortest way from values to a hit.
 *
 * Everything that a test adds stays alive with the fixture; arrays are fixed and small.
 */
#ifndef WEND_TESTS_MATCHER_FIXTURE_H
#define WEND_TESTS_MATCHER_FIXTURE_H

#include "base/memory.h"
#include "match/matcher_internal.h"

#include <criterion/criterion.h>
#include <stdio.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { FIXTURE_FIELDS = 16, FIXTURE_RULES = 40, FIXTURE_PARTS = 64, FIXTURE_REGEXES = 8 };

struct matcher_fixture {
    struct wend_ruleset ruleset;
    struct wend_hit_layout layout;
    struct wend_matcher *matcher;
    struct wend_field fields[FIXTURE_FIELDS];
    struct wend_touchpoint_rule rules[FIXTURE_RULES];
    struct wend_bytes names[FIXTURE_RULES];
    struct wend_template customer[4];
    struct wend_template_part parts[FIXTURE_PARTS];
    uint32_t part_count;
    struct wend_test tests[FIXTURE_RULES];
    struct wend_bytes texts[FIXTURE_RULES];
    struct wend_condition conditions[FIXTURE_RULES];
    uint32_t condition_count;
    struct wend_regex regex;
    struct pcre2_real_code_8 *codes[FIXTURE_REGEXES];
    struct wend_bytes row[FIXTURE_FIELDS];
    union {
        struct wend_hit hit;
        uint8_t bytes[WEND_HIT_BYTES_MAX + 8];
    } out;
};

static inline void fixture_start(struct matcher_fixture *f) {
    memset(f, 0, sizeof *f);
    f->ruleset.fields = f->fields;
    f->ruleset.rules = f->rules;
    f->ruleset.names = f->names;
    f->ruleset.customer = f->customer;
    f->ruleset.regexes = &f->regex;
    f->regex.codes = f->codes;
    f->ruleset.id_field = WEND_NO_FIELD;
    f->ruleset.value_field = WEND_NO_FIELD;
    f->ruleset.sessions.key_field = WEND_NO_FIELD;
    f->ruleset.max_touchpoints = WEND_MAX_TOUCHPOINTS;
}

static inline uint32_t add_field(struct matcher_fixture *f, const char *name,
                                 enum wend_field_kind kind, uint32_t source) {
    f->fields[f->ruleset.field_count] =
        (struct wend_field){.name = wend__bytes_text(name), .kind = kind, .source = source};
    return f->ruleset.field_count++;
}

static inline uint32_t plain(struct matcher_fixture *f, const char *name) {
    return add_field(f, name, WEND_FIELD_PLAIN, 0);
}

/* A template: pairs of literal and field; a NULL literal stands for the field. Ends with (NULL,
 * WEND_NO_FIELD). */
struct piece {
    const char *literal;
    uint32_t field;
};

static inline struct wend_template make_template(struct matcher_fixture *f,
                                                 const struct piece *pieces) {
    struct wend_template made = {.parts = f->parts + f->part_count};
    for (; pieces->literal != NULL || pieces->field != WEND_NO_FIELD; pieces++) {
        cr_assert_lt(f->part_count, FIXTURE_PARTS);
        struct wend_template_part part = {.field = WEND_NO_FIELD};
        if (pieces->literal != NULL) {
            part.literal = wend__bytes_text(pieces->literal);
        } else {
            part.field = pieces->field;
        }
        f->parts[f->part_count++] = part;
        made.part_count++;
    }
    return made;
}

static inline struct wend_template field_template(struct matcher_fixture *f, uint32_t field) {
    return make_template(f, (struct piece[]){{NULL, field}, {NULL, WEND_NO_FIELD}});
}

static inline uint32_t add_regex(struct matcher_fixture *f, const char *pattern) {
    int code;
    size_t offset;
    struct pcre2_real_code_8 *compiled =
        pcre2_compile((PCRE2_SPTR)pattern, strlen(pattern), PCRE2_UTF | PCRE2_MATCH_INVALID_UTF,
                      &code, &offset, NULL);
    cr_assert_not_null(compiled);
    (void)pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
    f->codes[f->regex.count] = compiled;
    return f->regex.count++;
}

/* One test on one field. */
static inline struct wend_condition *condition(struct matcher_fixture *f, enum wend_test_kind kind,
                                               uint32_t field, const char *text) {
    uint32_t index = f->condition_count++;
    f->texts[index] = wend__bytes_text(text);
    f->tests[index] = (struct wend_test){.kind = kind,
                                         .field = field,
                                         .on_true = WEND_TEST_TRUE,
                                         .on_false = WEND_TEST_FALSE,
                                         .texts = &f->texts[index],
                                         .text_count = 1};
    if (kind == WEND_TEST_REGEX) {
        f->tests[index].regex = add_regex(f, text);
    } else if (kind >= WEND_TEST_LESS) {
        cr_assert(wend__number_parse(f->texts[index], &f->tests[index].number));
    }
    f->conditions[index] = (struct wend_condition){&f->tests[index], 1};
    return &f->conditions[index];
}

/* A rule with a fixed name. */
static inline void add_rule(struct matcher_fixture *f, const char *name,
                            struct wend_condition *when) {
    f->ruleset.has_touchpoint_list = true;
    uint32_t index = 0;
    while (index < f->ruleset.name_count && !wend__bytes_is(f->names[index], name)) {
        index++;
    }
    if (index == f->ruleset.name_count) {
        f->names[f->ruleset.name_count++] = wend__bytes_text(name);
    }
    f->rules[f->ruleset.rule_count++] =
        (struct wend_touchpoint_rule){.condition = when, .fixed_name = index, .line = 7};
}

/* A rule whose name comes from data. */
static inline void add_data_rule(struct matcher_fixture *f, struct wend_template name,
                                 struct wend_condition *when) {
    f->ruleset.has_touchpoint_list = true;
    f->rules[f->ruleset.rule_count++] = (struct wend_touchpoint_rule){
        .condition = when, .name = name, .fixed_name = WEND_NO_FIELD, .line = 7};
}

static inline void fixture_open_seeded(struct matcher_fixture *f, uint64_t seed) {
    struct wend_error error = {0};
    wend__hit_layout_init(&f->layout, &f->ruleset);
    cr_assert_eq(wend__matcher_create(&f->ruleset, &f->layout, seed, &f->matcher, &error), WEND_OK,
                 "%s", error.text);
}

static inline void fixture_open(struct matcher_fixture *f) {
    fixture_open_seeded(f, 0x5eed);
}

static inline void fixture_stop(struct matcher_fixture *f) {
    wend__matcher_destroy(f->matcher);
    for (uint32_t i = 0; i < f->regex.count; i++) {
        pcre2_code_free(f->codes[i]);
    }
}

/* The values of the plain fields in their order; NULL: absent. */
static inline void begin(struct matcher_fixture *f, const char *const *values) {
    for (uint32_t i = 0; i < f->ruleset.field_count; i++) {
        f->row[i] = WEND_BYTES_ABSENT;
        if (f->fields[i].kind == WEND_FIELD_PLAIN) {
            const char *value = *values++;
            f->row[i] = value == NULL ? WEND_BYTES_ABSENT : wend__bytes_text(value);
        }
    }
    cr_assert(wend__matcher_begin(f->matcher, f->row));
}

static inline const struct wend_hit *match_hit(struct matcher_fixture *f) {
    struct wend_error error = {0};
    memset(&f->out, 0xAA, sizeof f->out);
    cr_assert_eq(wend__matcher_hit(f->matcher, &f->out.hit, &error), WEND_OK, "%s", error.text);
    return &f->out.hit;
}

/* The touchpoint name of the present record, "" for none. */
static inline const char *touchpoint_name(struct matcher_fixture *f) {
    static char name[256];
    uint32_t id = match_hit(f)->touchpoint;
    if (id == WEND_TOUCHPOINT_NONE) {
        return "";
    }
    struct wend_bytes bytes = wend__strings_get(wend__matcher_names(f->matcher), id);
    (void)snprintf(name, sizeof name, "%.*s", (int)bytes.len, (const char *)bytes.data);
    return name;
}

static inline void expect_touchpoint(struct matcher_fixture *f, const char *const *values,
                                     const char *expected) {
    begin(f, values);
    const char *name = touchpoint_name(f);
    cr_assert_str_eq(name, expected, "touchpoint is \"%s\", not \"%s\"", name, expected);
}

#define VALUES(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
