/*
 * Conditions: what each way of writing them compiles to, and that the jumps of random conditions
 * decide as the tree they were written from.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/buffer.h"
#include "base/number.h"
#include "definitions_fixture.h"
#include "random.h"

static struct wend_ruleset *load_where(const char *condition) {
    static char text[4096];
    (void)snprintf(text, sizeof text, SHORTEST "where: %s\n", condition);
    return load(text);
}

/* -- A small evaluator of programs; globs are those that it needs: X* ------------------------- */

static bool compare(enum wend_test_kind kind, struct wend_bytes value,
                    const struct wend_number *limit) {
    struct wend_number number;
    if (!wend__number_parse(value, &number)) {
        return false;
    }
    int order = wend__number_compare(&number, limit);
    return kind == WEND_TEST_LESS         ? order < 0
           : kind == WEND_TEST_LESS_EQUAL ? order <= 0
           : kind == WEND_TEST_GREATER    ? order > 0
                                          : order >= 0;
}

static bool passes(const struct wend_ruleset *ruleset, const struct wend_test *test,
                   struct wend_bytes value) {
    if (value.data == NULL) {
        return false;
    }
    const struct wend_bytes *text = test->texts;
    switch (test->kind) {
    case WEND_TEST_PRESENT:
        return true;
    case WEND_TEST_EQUALS:
        for (uint32_t i = 0; i < test->text_count; i++) {
            cr_assert(i == 0 || wend__bytes_compare(text[i - 1], text[i]) < 0);
            if (wend__bytes_equal(text[i], value)) {
                return true;
            }
        }
        return false;
    case WEND_TEST_PREFIX:
        return value.len >= text->len && memcmp(value.data, text->data, text->len) == 0;
    case WEND_TEST_GLOB:
        return value.len + 1 >= text->len && memcmp(value.data, text->data, text->len - 1) == 0;
    case WEND_TEST_REGEX: {
        pcre2_match_data *match = pcre2_match_data_create(1, NULL);
        int found = pcre2_match(ruleset->regexes->codes[test->regex], value.data, value.len, 0, 0,
                                match, NULL);
        pcre2_match_data_free(match);
        return found >= 0;
    }
    default:
        return compare(test->kind, value, &test->number);
    }
}

/* `row` has a value for each field of the ruleset. */
static bool decide(const struct wend_ruleset *ruleset, const struct wend_bytes *row) {
    const struct wend_condition *condition = ruleset->where;
    uint32_t at = 0;
    while (at != WEND_TEST_TRUE && at != WEND_TEST_FALSE) {
        cr_assert_lt(at, condition->test_count);
        const struct wend_test *test = &condition->tests[at];
        uint32_t next = passes(ruleset, test, row[test->field]) ? test->on_true : test->on_false;
        cr_assert_gt(next, at);
        at = next;
    }
    return at == WEND_TEST_TRUE;
}

/* Decides a condition for one value of the field x; every field has it. NULL: absent. */
static bool decide_x(const char *condition, const char *value) {
    struct wend_ruleset *ruleset = load_where(condition);
    struct wend_bytes row[16];
    cr_assert_leq(ruleset->field_count, 16);
    for (uint32_t i = 0; i < ruleset->field_count; i++) {
        row[i] = value == NULL ? WEND_BYTES_ABSENT : wend__bytes_text(value);
    }
    bool result = decide(ruleset, row);
    wend__ruleset_destroy(ruleset);
    return result;
}

Test(definitions_conditions, no_conditions_are_always_true) {
    struct wend_ruleset *ruleset = load_where("{}");
    cr_assert_null(ruleset->where);
    wend__ruleset_destroy(ruleset);
}

Test(definitions_conditions, each_way_of_writing_decides_as_documented) {
    static const struct {
        const char *condition;
        const char *value;
        bool result;
    } known[] = {
        {"{x: a}", "a", true},
        {"{x: a}", "A", false},
        {"{x: 1}", "1", true},
        {"{x: 1}", "1.0", false},
        {"{x: true}", "true", true},
        {"{x: yes}", "true", false},
        {"{x: [a, b]}", "b", true},
        {"{x: [b, a, b]}", "c", false},
        {"{x: ~}", NULL, true},
        {"{x: ~}", "a", false},
        {"{x: '~'}", "~", true},
        {"{x: [a, ~]}", NULL, true},
        {"{x: [a, ~]}", "b", false},
        {"{x: [a, {prefix: b}]}", "bc", true},
        {"{x: {equals: a}}", "a", true},
        {"{x: {equals: [a, b]}}", "b", true},
        {"{x: {one_of: [a, b]}}", "b", true},
        {"{x: {one_of: a}}", "a", true},
        {"{x: {not: a}}", NULL, true},
        {"{x: {not: a}}", "b", true},
        {"{x: {not: a}}", "a", false},
        {"{x: {not: [a, b]}}", "b", false},
        {"{x: {not: {prefix: a}}}", "ab", false},
        {"{x: {not: ~}}", NULL, false},
        {"{x: {not: {not: a}}}", "a", true},
        {"{x: {present: true}}", NULL, false},
        {"{x: {present: yes}}", "a", true},
        {"{x: {present: false}}", NULL, true},
        {"{x: {present: no}}", "a", false},
        {"{x: {prefix: ab}}", "abc", true},
        {"{x: {glob: ab*}}", "abc", true},
        {"{x: {regex: b+c$}}", "abbc", true},
        {"{x: {regex: '^\\w+$'}}", "a b", false},
        {"{x: {regex: '(?i)ABC'}}", "xabcx", true},
        {"{x: {regex: 'b$'}}",
         "\xff"
         "ab",
         true},
        {"{x: {lt: 5}}", "4.99", true},
        {"{x: {lt: 5}}", "5", false},
        {"{x: {le: 5}}", "5", true},
        {"{x: {gt: -1e3}}", "-999", true},
        {"{x: {ge: 5}}", "five", false},
        {"{x: {ge: 200, lt: 400}}", "302", true},
        {"{x: {ge: 200, lt: 400}}", "404", false},
        {"{x: {present: true, not: {regex: 'js$'}}}", "a.js", false},
        {"{x: {host: shop, path: shop, query.q: shop}}", "shop", true},
        {"{x: {host: {not: [shop, ~]}}}", "shop", false},
        {"{all: [{x: a}, {x: {prefix: a}}]}", "a", true},
        {"{any: [{x: a}, {x: b}]}", "b", true},
        {"{any: [{x: a}, {x: b}]}", "c", false},
        {"{any: {x: a}}", "a", true},
        {"{not: {x: a}}", NULL, true},
        {"{not: {any: [{x: a}, {x: b}]}}", "b", false},
        {"{x: {prefix: a}, not: {x: ab}, any: [{x: ac}, {x: ab}]}", "ac", true},
        {"{x: {prefix: a}, not: {x: ab}, any: [{x: ac}, {x: ab}]}", "ab", false},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        cr_expect_eq(decide_x(known[i].condition, known[i].value), known[i].result, "%s of %s",
                     known[i].condition, known[i].value == NULL ? "nothing" : known[i].value);
    }
}

Test(definitions_conditions, the_texts_of_a_list_become_one_sorted_test) {
    struct wend_ruleset *ruleset = load_where("{x: [c, a, b, a]}");
    const struct wend_test *test = ruleset->where->tests;
    cr_assert_eq(ruleset->where->test_count, 1);
    cr_assert_eq(test->text_count, 3);
    cr_assert(is_text(test->texts[0], "a") && is_text(test->texts[2], "c"));
    cr_assert_eq(test->on_true, WEND_TEST_TRUE);
    cr_assert_eq(test->on_false, WEND_TEST_FALSE);
    wend__ruleset_destroy(ruleset);
}

Test(definitions_conditions, parts_of_urls_become_fields_behind_their_own) {
    struct wend_ruleset *ruleset =
        load_where("{url: {path: /a, query.q: {not: ~}}, any: [{url: {path: /b}}]}");
    check_fields(ruleset);
    cr_assert_eq(ruleset->field_count, 6); /* t, c, e, url, path, q */
    const struct wend_field *query = &ruleset->fields[5];
    cr_assert_eq(query->kind, WEND_FIELD_URL_QUERY);
    cr_assert(is_text(query->parameter, "q"));
    cr_assert(is_text(ruleset->fields[query->source].name, "url"));
    wend__ruleset_destroy(ruleset);
}

Test(definitions_conditions, event_means_the_event_as_it_is_mapped) {
    struct wend_ruleset *ruleset = load_where("{event: buy}");
    cr_assert_str_eq(field_name(ruleset, ruleset->where->tests[0].field), "e");
    wend__ruleset_destroy(ruleset);
    ruleset = load("time: t\ncustomer: c\nevent: '{a}/{b}'\nwhere: {event: buy}\n");
    uint32_t field = ruleset->where->tests[0].field;
    cr_assert_eq(ruleset->fields[field].kind, WEND_FIELD_EVENT);
    check_fields(ruleset);
    wend__ruleset_destroy(ruleset);
}

/* -- Random conditions ------------------------------------------------------------------------ */

enum kind {
    MAP, /* of conditions; children: ALL, ANY, NOT, FIELD */
    ALL,
    ANY,
    NOT,
    FIELD,
    TEXT_VALUE,
    NULL_VALUE,
    LIST,
    OPERATORS, /* children: from EQUALS on */
    EQUALS,
    VALUE_NOT,
    PRESENT,
    PREFIX,
    AT_LEAST,
    BELOW
};

struct tree_node {
    enum kind kind;
    unsigned field;
    unsigned depth;
    unsigned operand; /* which text, number or flag */
    unsigned first;   /* children are neighbours, behind their parent */
    unsigned count;
    bool result;
    struct wend_buffer text;
};

enum { NODES = 400, FIELDS = 3, VALUES = 5, DEPTH = 7 };
static const char *const values[VALUES] = {"a", "ab", "b", "1", "2.5"};

struct tree {
    struct tree_node nodes[NODES];
    unsigned count;
    uint64_t state;
};

static void add_child(struct tree *tree, struct tree_node *parent, enum kind kind, unsigned field) {
    cr_assert_lt(tree->count, NODES);
    tree->nodes[tree->count++] =
        (struct tree_node){.kind = kind,
                           .field = field,
                           .depth = parent->depth + 1,
                           .operand = (unsigned)random_below(&tree->state, VALUES)};
    parent->count++;
}

/* At least one of the kinds from..to, each at most once; `last` is the one when chance gave none.
 */
static void add_some(struct tree *tree, struct tree_node *parent, enum kind from, enum kind to) {
    bool is_deep = parent->depth >= DEPTH;
    for (unsigned kind = from; kind <= to; kind++) {
        bool is_group = kind == VALUE_NOT || kind == EQUALS || kind < FIELD;
        unsigned copies = kind == FIELD ? FIELDS : 1;
        for (unsigned i = 0; i < copies && !(is_deep && is_group); i++) {
            if (random_below(&tree->state, 4) == 0) {
                add_child(tree, parent, (enum kind)kind, kind == FIELD ? i : parent->field);
            }
        }
    }
    if (parent->count == 0) {
        add_child(tree, parent, to, to == FIELD ? 1 : parent->field);
    }
}

static void add_values(struct tree *tree, struct tree_node *parent, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        unsigned most = parent->depth >= DEPTH ? 2 : 4;
        add_child(tree, parent, (enum kind)(TEXT_VALUE + random_below(&tree->state, most)),
                  parent->field);
    }
}

static void grow(struct tree *tree, struct tree_node *node) {
    unsigned some = 1 + (unsigned)random_below(&tree->state, 3);
    node->first = tree->count;
    if (node->kind == MAP) {
        add_some(tree, node, ALL, FIELD);
    } else if (node->kind == ALL || node->kind == ANY) {
        for (unsigned i = 0; i < some; i++) {
            add_child(tree, node, MAP, 0);
        }
    } else if (node->kind == NOT) {
        add_child(tree, node, MAP, 0);
    } else if (node->kind == FIELD || node->kind == EQUALS || node->kind == VALUE_NOT) {
        add_values(tree, node, 1);
    } else if (node->kind == LIST) {
        add_values(tree, node, some);
    } else if (node->kind == OPERATORS) {
        add_some(tree, node, EQUALS, BELOW);
    }
}

static void write_node(struct tree *tree, struct tree_node *node) {
    static const char *const opening[] = {"{", "all: [", "any: [", "not: ",    "",     "",
                                          "",  "[",      "{",      "equals: ", "not: "};
    static const char *const closing[] = {"}", "]", "]", "", "", "", "", "]", "}", "", ""};
    struct wend_buffer *out = &node->text;
    const char *value = values[node->operand];
    if (node->kind == TEXT_VALUE || node->kind == NULL_VALUE) {
        cr_assert(wend__buffer_append_text(out, node->kind == NULL_VALUE ? "~" : value));
    } else if (node->kind == PRESENT) {
        cr_assert(wend__buffer_append_format(out, "present: %s",
                                             node->operand % 2 == 0 ? "true" : "false"));
    } else if (node->kind == PREFIX) {
        cr_assert(wend__buffer_append_format(out, "prefix: %s", value));
    } else if (node->kind >= AT_LEAST) {
        cr_assert(wend__buffer_append_format(out, "%s: %u", node->kind == BELOW ? "lt" : "ge",
                                             node->operand));
    } else {
        if (node->kind == FIELD) {
            cr_assert(wend__buffer_append_format(out, "f%u: ", node->field));
        }
        cr_assert(wend__buffer_append_text(out, opening[node->kind]));
        for (unsigned i = 0; i < node->count; i++) {
            struct wend_bytes child = wend__buffer_view(&tree->nodes[node->first + i].text);
            cr_assert(wend__buffer_append_text(out, i == 0 ? "" : ", "));
            cr_assert(wend__buffer_append(out, child.data, child.len));
        }
        cr_assert(wend__buffer_append_text(out, closing[node->kind]));
    }
}

static bool is_number_at(const struct tree_node *node, struct wend_bytes value) {
    enum wend_test_kind kind = node->kind == BELOW ? WEND_TEST_LESS : WEND_TEST_GREATER_EQUAL;
    char text[12];
    struct wend_number limit;
    (void)snprintf(text, sizeof text, "%u", node->operand);
    cr_assert(wend__number_parse(wend__bytes_text(text), &limit));
    return value.data != NULL && compare(kind, value, &limit);
}

static void judge(struct tree *tree, struct tree_node *node, const struct wend_bytes *row) {
    struct wend_bytes value = row[node->field];
    struct wend_bytes operand = wend__bytes_text(values[node->operand]);
    unsigned held = 0;
    for (unsigned i = 0; i < node->count; i++) {
        held += tree->nodes[node->first + i].result;
    }
    switch (node->kind) {
    case TEXT_VALUE:
        node->result = value.data != NULL && wend__bytes_equal(value, operand);
        break;
    case NULL_VALUE:
        node->result = value.data == NULL;
        break;
    case PRESENT:
        node->result = (value.data != NULL) == (node->operand % 2 == 0);
        break;
    case PREFIX:
        node->result = value.data != NULL && value.len >= operand.len &&
                       memcmp(value.data, operand.data, operand.len) == 0;
        break;
    case AT_LEAST:
    case BELOW:
        node->result = is_number_at(node, value);
        break;
    case ANY:
    case LIST:
        node->result = held > 0;
        break;
    case NOT:
    case VALUE_NOT:
        node->result = held == 0;
        break;
    default:
        node->result = held == node->count;
    }
}

/* Grows a condition, loads its text, and compares program and tree on all rows. */
static void check_random(uint64_t seed) {
    static struct tree tree;
    tree = (struct tree){.count = 1, .state = seed};
    tree.nodes[0].kind = MAP;
    for (unsigned i = 0; i < tree.count; i++) {
        grow(&tree, &tree.nodes[i]);
    }
    for (unsigned i = tree.count; i > 0; i--) {
        write_node(&tree, &tree.nodes[i - 1]);
    }
    struct wend_buffer text = {0};
    cr_assert(wend__buffer_append_text(&text, "time: f0\ncustomer: f1\nevent: f2\nwhere: "));
    cr_assert(wend__buffer_append(&text, tree.nodes[0].text.data, tree.nodes[0].text.len));
    struct wend_ruleset *ruleset = load_text(wend__buffer_view(&text));
    for (unsigned combination = 0; combination < 6 * 6 * 6; combination++) {
        struct wend_bytes by_name[FIELDS];
        struct wend_bytes row[FIELDS];
        unsigned rest = combination;
        for (unsigned f = 0; f < FIELDS; f++) {
            by_name[f] =
                rest % 6 == VALUES ? WEND_BYTES_ABSENT : wend__bytes_text(values[rest % 6]);
            rest /= 6;
        }
        for (unsigned f = 0; f < FIELDS; f++) {
            row[f] = by_name[ruleset->fields[f].name.data[1] - '0'];
        }
        for (unsigned i = tree.count; i > 0; i--) {
            judge(&tree, &tree.nodes[i - 1], by_name);
        }
        cr_assert_eq(decide(ruleset, row), tree.nodes[0].result, "seed %llu row %u:\n%.*s",
                     (unsigned long long)seed, combination, (int)text.len, (char *)text.data);
    }
    wend__ruleset_destroy(ruleset);
    wend__buffer_deinit(&text);
    for (unsigned i = 0; i < tree.count; i++) {
        wend__buffer_deinit(&tree.nodes[i].text);
    }
}

Test(definitions_conditions, the_jumps_of_random_conditions_decide_as_their_tree) {
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        check_random(seed);
    }
}
