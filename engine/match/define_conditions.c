/*
 * Conditions as they are written, to a tree of groups and tests.
 *
 * No recursion: what is still to be read waits in a queue. A node's children enter it together and
 * leave it in their order, so that the tree keeps the order of the text.
 */
#include "base/number.h"
#include "match/loader.h"

#include <stdlib.h>

enum reading {
    READ_CONDITIONS, /* a map of fields and combinators: all hold */
    READ_ENTRY,      /* one key of it */
    READ_VALUE,      /* what a field's value is compared with */
    READ_OPERATOR    /* one key of a map of operators */
};

struct waiting {
    struct waiting *next;
    const struct wend_node *node;
    struct wend_expression *parent;
    enum reading reading;
    uint32_t field;
};

struct condition_reader {
    struct wend_loader *loader;
    struct waiting *first;
    struct waiting *last;
    struct wend_expression *root;
    uint32_t test_count;
};

static enum wend_status wait(struct condition_reader *reader, struct wend_expression *parent,
                             enum reading reading, uint32_t field, const struct wend_node *node) {
    struct waiting *made = wend__arena_alloc(&reader->loader->scratch, sizeof *made);
    if (made == NULL) {
        return wend__fail_memory(reader->loader->error);
    }
    *made = (struct waiting){NULL, node, parent, reading, field};
    if (reader->first == NULL) {
        reader->first = made;
    } else {
        reader->last->next = made;
    }
    reader->last = made;
    return WEND_OK;
}

/* NULL without memory; then the error is filled. */
static struct wend_expression *add(struct condition_reader *reader, struct wend_expression *parent,
                                   enum wend_expression_kind kind) {
    struct wend_expression *made = wend__arena_alloc(&reader->loader->scratch, sizeof *made);
    if (made == NULL) {
        (void)wend__fail_memory(reader->loader->error);
        return NULL;
    }
    *made = (struct wend_expression){.kind = kind, .parent = parent};
    if (parent == NULL) {
        reader->root = made;
        return made;
    }
    made->previous = parent->last;
    if (parent->last == NULL) {
        parent->first = made;
    } else {
        parent->last->next = made;
    }
    parent->last = made;
    return made;
}

static struct wend_test *add_test(struct condition_reader *reader, struct wend_expression *parent,
                                  enum wend_test_kind kind, uint32_t field) {
    struct wend_expression *made = add(reader, parent, WEND_EXPRESSION_TEST);
    if (made == NULL) {
        return NULL;
    }
    made->test.kind = kind;
    made->test.field = field;
    reader->test_count++;
    return &made->test;
}

static int compare_texts(const void *a, const void *b) {
    const struct wend_bytes *left = a;
    const struct wend_bytes *right = b;
    return wend__bytes_compare(*left, *right);
}

static bool is_value(const struct wend_node *node) {
    return node->kind == WEND_NODE_TEXT && !wend__node_is_null(node);
}

/* One test for all texts of a list, or for one text. */
static enum wend_status add_equals(struct condition_reader *reader, struct wend_expression *parent,
                                   uint32_t field, const struct wend_node *first, uint32_t count) {
    struct wend_test *test = add_test(reader, parent, WEND_TEST_EQUALS, field);
    struct wend_bytes *texts = wend__loader_alloc(reader->loader, count, sizeof *texts);
    if (test == NULL || texts == NULL) {
        return WEND_ERROR_MEMORY;
    }
    test->texts = texts;
    uint32_t kept = 0;
    for (const struct wend_node *item = first; item != NULL; item = item->next) {
        if (is_value(item)) {
            WEND_TRY(wend__loader_keep(reader->loader, item->text, &texts[kept++]));
        }
    }
    qsort(texts, kept, sizeof *texts, compare_texts);
    for (uint32_t i = 0; i < kept; i++) {
        if (i == 0 || !wend__bytes_equal(texts[i], texts[i - 1])) {
            texts[test->text_count++] = texts[i];
        }
    }
    return WEND_OK;
}

static enum wend_status add_present(struct condition_reader *reader, struct wend_expression *parent,
                                    uint32_t field, bool is_present) {
    if (!is_present) {
        parent = add(reader, parent, WEND_EXPRESSION_NOT);
    }
    return parent != NULL && add_test(reader, parent, WEND_TEST_PRESENT, field) != NULL
               ? WEND_OK
               : WEND_ERROR_MEMORY;
}

static enum wend_status read_list(struct condition_reader *reader, const struct waiting *task) {
    uint32_t text_count = 0;
    if (task->node->count == 0) {
        return WEND_NODE_FAIL(reader->loader, task->node,
                              "an empty list matches nothing; list the values, or write ~ for an "
                              "absent field");
    }
    struct wend_expression *any = add(reader, task->parent, WEND_EXPRESSION_ANY);
    if (any == NULL) {
        return WEND_ERROR_MEMORY;
    }
    for (const struct wend_node *item = task->node->first; item != NULL; item = item->next) {
        if (is_value(item)) {
            text_count++;
        } else {
            WEND_TRY(wait(reader, any, READ_VALUE, task->field, item));
        }
    }
    return text_count == 0 ? WEND_OK
                           : add_equals(reader, any, task->field, task->node->first, text_count);
}

static enum wend_status read_keys(struct condition_reader *reader, const struct waiting *task,
                                  enum reading reading) {
    struct wend_expression *all = add(reader, task->parent, WEND_EXPRESSION_ALL);
    if (all == NULL) {
        return WEND_ERROR_MEMORY;
    }
    for (const struct wend_node *key = task->node->first; key != NULL; key = key->next) {
        WEND_TRY(wait(reader, all, reading, task->field, key));
    }
    return WEND_OK;
}

static enum wend_status read_value(struct condition_reader *reader, const struct waiting *task) {
    if (task->node->kind == WEND_NODE_LIST) {
        return read_list(reader, task);
    }
    if (task->node->kind == WEND_NODE_TEXT) {
        return wend__node_is_null(task->node)
                   ? add_present(reader, task->parent, task->field, false)
                   : add_equals(reader, task->parent, task->field, task->node, 1);
    }
    if (task->node->count == 0) {
        return WEND_NODE_FAIL(reader->loader, task->node,
                              "no operator stands here; write for example {prefix: /shop}");
    }
    return read_keys(reader, task, READ_OPERATOR);
}

static enum wend_status read_regex(struct condition_reader *reader, const struct wend_node *node,
                                   struct wend_test *test) {
    struct wend_loader *loader = reader->loader;
    struct wend_error reason = {0};
    size_t offset;
    enum wend_status status =
        wend__regex_add(loader->ruleset->regexes, node->text, &test->regex, &offset, &reason);
    if (status == WEND_ERROR_USAGE) {
        return wend__fail_at(loader->error, node->file, node->line,
                             wend__node_column_at(node, offset), "%s", reason.text);
    }
    return status == WEND_OK ? WEND_OK : wend__fail_memory(loader->error);
}

static const char *const test_names[] = {"prefix", "glob", "regex", "lt", "le", "gt", "ge"};
static const enum wend_test_kind test_kinds[] = {
    WEND_TEST_PREFIX,     WEND_TEST_GLOB,    WEND_TEST_REGEX,        WEND_TEST_LESS,
    WEND_TEST_LESS_EQUAL, WEND_TEST_GREATER, WEND_TEST_GREATER_EQUAL};
enum { TEST_NAME_COUNT = sizeof test_names / sizeof *test_names };

static enum wend_status read_test(struct condition_reader *reader, const struct waiting *task,
                                  size_t name) {
    const struct wend_node *node = task->node->value;
    struct wend_bytes text;
    bool is_number = test_kinds[name] >= WEND_TEST_LESS;
    WEND_TRY(wend__value_text(reader->loader, node, test_names[name],
                              is_number ? "one number such as 200 or 0.5"
                                        : "one text; for several write any: [...]",
                              &text));
    struct wend_test *test = add_test(reader, task->parent, test_kinds[name], task->field);
    if (test == NULL) {
        return WEND_ERROR_MEMORY;
    }
    if (is_number) {
        WEND_TRY(wend__loader_keep(reader->loader, text, &text));
        return wend__number_parse(text, &test->number)
                   ? WEND_OK
                   : WEND_NODE_FAIL(reader->loader, node,
                                    "`%s` takes one number such as 200 or 0.5, not `%s`",
                                    test_names[name], wend__shown(text).text);
    }
    if (test->kind == WEND_TEST_REGEX) {
        return read_regex(reader, node, test);
    }
    struct wend_bytes *texts = wend__loader_alloc(reader->loader, 1, sizeof *texts);
    if (texts == NULL) {
        return WEND_ERROR_MEMORY;
    }
    test->texts = texts;
    test->text_count = 1;
    return wend__loader_keep(reader->loader, text, texts);
}

static enum wend_status fail_operator(struct wend_loader *loader, const struct wend_node *key) {
    static const char *const known[] = {"equals", "one_of", "not",  "present", "prefix",
                                        "glob",   "regex",  "lt",   "le",      "gt",
                                        "ge",     "host",   "path", NULL};
    struct wend_hint hint = wend__nearest_of(key->text, known);
    return WEND_NODE_FAIL(loader, key, "unknown operator `%s`%s", wend__shown(key->text).text,
                          hint.text[0] != '\0' ? hint.text
                                               : "; there is equals, one_of, not, present, prefix, "
                                                 "glob, regex, lt, le, gt, ge, and for URLs host, "
                                                 "path, query.NAME");
}

static enum wend_status read_operator(struct condition_reader *reader, const struct waiting *task) {
    const struct wend_node *key = task->node;
    enum wend_field_kind kind;
    struct wend_bytes parameter;
    for (size_t i = 0; i < TEST_NAME_COUNT; i++) {
        if (wend__bytes_is(key->text, test_names[i])) {
            return read_test(reader, task, i);
        }
    }
    if (wend__bytes_is(key->text, "equals") || wend__bytes_is(key->text, "one_of")) {
        return wait(reader, task->parent, READ_VALUE, task->field, key->value);
    }
    if (wend__bytes_is(key->text, "not")) {
        struct wend_expression *not_ = add(reader, task->parent, WEND_EXPRESSION_NOT);
        return not_ == NULL ? WEND_ERROR_MEMORY
                            : wait(reader, not_, READ_VALUE, task->field, key->value);
    }
    if (wend__bytes_is(key->text, "present")) {
        bool is_present;
        WEND_TRY(wend__value_flag(reader->loader, key->value, "present", &is_present));
        return add_present(reader, task->parent, task->field, is_present);
    }
    if (wend__url_part(key->text, &kind, &parameter)) {
        uint32_t field;
        WEND_TRY(wend__field_url(reader->loader, key, task->field, key->text, &field));
        return wait(reader, task->parent, READ_VALUE, field, key->value);
    }
    return fail_operator(reader->loader, key);
}

static enum wend_status read_combinator(struct condition_reader *reader, const struct waiting *task,
                                        enum wend_expression_kind kind) {
    const struct wend_node *value = task->node->value;
    if (kind != WEND_EXPRESSION_NOT && value->kind == WEND_NODE_LIST && value->count == 0) {
        return WEND_NODE_FAIL(reader->loader, value, "`%s` needs at least one condition",
                              wend__shown(task->node->text).text);
    }
    const struct wend_node *first = kind == WEND_EXPRESSION_NOT ? value : wend__node_items(value);
    struct wend_expression *group = add(reader, task->parent, kind);
    if (group == NULL) {
        return WEND_ERROR_MEMORY;
    }
    for (const struct wend_node *item = first; item != NULL; item = item->next) {
        WEND_TRY(wait(reader, group, READ_CONDITIONS, 0, item));
    }
    return WEND_OK;
}

static enum wend_status read_entry(struct condition_reader *reader, const struct waiting *task) {
    const struct wend_node *key = task->node;
    uint32_t field;
    static const char *const combinators[] = {"all", "any", "not"}; /* as the kinds */
    for (unsigned i = 0; i < 3; i++) {
        if (wend__bytes_is(key->text, combinators[i])) {
            return read_combinator(reader, task, (enum wend_expression_kind)i);
        }
    }
    if (key->text.len == 0) {
        return WEND_NODE_FAIL(reader->loader, key, "the name of a field is missing here");
    }
    WEND_TRY(wend__field_mapped(reader->loader, key, key->text, &field));
    return wait(reader, task->parent, READ_VALUE, field, key->value);
}

static enum wend_status read_conditions(struct condition_reader *reader,
                                        const struct waiting *task) {
    if (task->node->kind != WEND_NODE_MAP || task->node->count == 0) {
        return WEND_NODE_FAIL(reader->loader, task->node,
                              "conditions are written as a map: {field: value}, {any: [...]}");
    }
    return read_keys(reader, task, READ_ENTRY);
}

static enum wend_status read_waiting(struct condition_reader *reader) {
    while (reader->first != NULL) {
        const struct waiting *task = reader->first;
        reader->first = task->next;
        switch (task->reading) {
        case READ_CONDITIONS:
            WEND_TRY(read_conditions(reader, task));
            break;
        case READ_ENTRY:
            WEND_TRY(read_entry(reader, task));
            break;
        case READ_VALUE:
            WEND_TRY(read_value(reader, task));
            break;
        case READ_OPERATOR:
            WEND_TRY(read_operator(reader, task));
            break;
        }
    }
    return WEND_OK;
}

enum wend_status wend__define_condition(struct wend_loader *loader, const struct wend_node *node,
                                        struct wend_condition **condition) {
    struct condition_reader reader = {.loader = loader};
    *condition = NULL;
    if (wend__node_is_null(node) || (node->kind == WEND_NODE_MAP && node->count == 0)) {
        return WEND_OK;
    }
    WEND_TRY(wait(&reader, NULL, READ_CONDITIONS, 0, node));
    WEND_TRY(read_waiting(&reader));
    return wend__condition_compile(loader, reader.root, reader.test_count, condition);
}
