#include "match/match_condition.h"

#include <assert.h>

/* `texts` are sorted. */
static bool is_one_of(const struct wend_bytes *texts, uint32_t count, struct wend_bytes value) {
    uint32_t low = 0;
    uint32_t high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = wend__bytes_compare(texts[middle], value);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

static bool compare(const struct wend_test *test, struct wend_bytes value) {
    struct wend_number number;
    if (!wend__number_parse(value, &number)) {
        return false;
    }
    int order = wend__number_compare(&number, &test->number);
    switch (test->kind) {
    case WEND_TEST_LESS:
        return order < 0;
    case WEND_TEST_LESS_EQUAL:
        return order <= 0;
    case WEND_TEST_GREATER:
        return order > 0;
    default:
        return order >= 0;
    }
}

static bool starts_with(struct wend_bytes value, struct wend_bytes prefix) {
    return value.len >= prefix.len &&
           (prefix.len == 0 || memcmp(value.data, prefix.data, prefix.len) == 0);
}

static bool holds(const struct wend_test *test, struct wend_bytes value,
                  struct wend_match_scratch *scratch) {
    if (value.data == NULL) {
        return false;
    }
    switch (test->kind) {
    case WEND_TEST_PRESENT:
        return true;
    case WEND_TEST_EQUALS:
        return test->text_count == 1 ? wend__bytes_equal(test->texts[0], value)
                                     : is_one_of(test->texts, test->text_count, value);
    case WEND_TEST_PREFIX:
        return starts_with(value, test->texts[0]);
    case WEND_TEST_GLOB:
        return wend__glob_matches(test->texts[0], value);
    case WEND_TEST_REGEX:
        return wend__match_regex(scratch, test->regex, value);
    case WEND_TEST_LESS:
    case WEND_TEST_LESS_EQUAL:
    case WEND_TEST_GREATER:
    case WEND_TEST_GREATER_EQUAL:
        break;
    }
    return compare(test, value);
}

bool wend__condition_holds(const struct wend_condition *condition, const struct wend_bytes *row,
                           struct wend_match_scratch *scratch) {
    if (condition == NULL || condition->test_count == 0) {
        return true;
    }
    uint32_t at = 0;
    for (;;) {
        const struct wend_test *test = &condition->tests[at];
        uint32_t next = holds(test, row[test->field], scratch) ? test->on_true : test->on_false;
        if (next >= WEND_TEST_FALSE) {
            return next == WEND_TEST_TRUE;
        }
        assert(next > at && next < condition->test_count);
        at = next;
    }
}
