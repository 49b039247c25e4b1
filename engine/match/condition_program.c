/*
 * A tree of conditions to its jump program (condition.h).
 *
 * The tree is walked from its last test to its first, and the program is filled from its end: when
 * a test is written, both its targets are known and lie behind it. A group hands its targets down;
 * what a child begins with is a target of its elder brother:
 *
 *   all [a, b] to (T, F):  b to (T, F) begins at x;  a to (x, F)
 *   any [a, b] to (T, F):  b to (T, F) begins at x;  a to (T, x)
 *   not a      to (T, F):  a to (F, T)
 */
#include "match/loader.h"

/* Hands the targets of a group to `child`; `begin` is where its younger brother begins. */
static void hand_down(const struct wend_expression *group, struct wend_expression *child,
                      bool has_younger, uint32_t begin) {
    bool swaps = group->kind == WEND_EXPRESSION_NOT;
    child->test.on_true = swaps ? group->test.on_false : group->test.on_true;
    child->test.on_false = swaps ? group->test.on_true : group->test.on_false;
    if (has_younger && group->kind == WEND_EXPRESSION_ALL) {
        child->test.on_true = begin;
    } else if (has_younger) {
        child->test.on_false = begin;
    }
}

enum wend_status wend__condition_compile(struct wend_loader *loader, struct wend_expression *root,
                                         uint32_t test_count, struct wend_condition **condition) {
    struct wend_condition *made = wend__loader_alloc(loader, 1, sizeof *made);
    struct wend_test *tests = wend__loader_alloc(loader, test_count, sizeof *tests);
    if (made == NULL || tests == NULL) {
        return WEND_ERROR_MEMORY;
    }
    uint32_t begin = test_count;
    struct wend_expression *at = root;
    root->test.on_true = WEND_TEST_TRUE;
    root->test.on_false = WEND_TEST_FALSE;
    while (at != NULL) {
        if (at->kind != WEND_EXPRESSION_TEST) {
            hand_down(at, at->last, false, 0);
            at = at->last;
            continue;
        }
        tests[--begin] = at->test;
        while (at != NULL && at->previous == NULL) {
            at = at->parent;
        }
        if (at != NULL) {
            hand_down(at->parent, at->previous, true, begin);
            at = at->previous;
        }
    }
    *made = (struct wend_condition){tests, test_count};
    *condition = made;
    return WEND_OK;
}
