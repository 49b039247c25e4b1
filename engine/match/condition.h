/*
 * condition.h: conditions over fields, compiled to a list of tests with jumps.
 *
 *   all: [a, not: b], any: [c, d]      0: a ? 1 : FALSE   1: b ? FALSE : 2   2: c ? TRUE : 3   ...
 *
 * Evaluation starts at test 0 and follows `on_true` or `on_false` to a higher number until it meets
 * WEND_TEST_TRUE or WEND_TEST_FALSE: no recursion, no stack. A condition without tests is true.
 *
 * The definitions loader (definitions.h) makes them; the matcher evaluates them.
 * Threads: constant once made; regular expressions keep their scratch memory in the matcher.
 */
#ifndef WEND_MATCH_CONDITION_H
#define WEND_MATCH_CONDITION_H

#include "base/arena.h"
#include "base/number.h"
#include "base/status.h"
#include "model/ruleset.h"

enum wend_test_kind {
    WEND_TEST_EQUALS, /* the value is one of `texts`; they are sorted bytewise */
    WEND_TEST_PREFIX, /* it starts with texts[0] */
    WEND_TEST_GLOB,   /* it matches texts[0] as a whole: `*` any bytes, `?` one character (UTF-8) */
    WEND_TEST_REGEX,  /* any part of the first 16 KiB matches */
    WEND_TEST_PRESENT,
    WEND_TEST_LESS, /* numbers of the JSON grammar, compared exactly; no number: false */
    WEND_TEST_LESS_EQUAL,
    WEND_TEST_GREATER,
    WEND_TEST_GREATER_EQUAL
};

#define WEND_TEST_TRUE UINT32_MAX
#define WEND_TEST_FALSE (UINT32_MAX - 1)

struct wend_test {
    enum wend_test_kind kind;
    uint32_t field; /* of the ruleset; URL parts are derived fields */
    uint32_t on_true;
    uint32_t on_false;
    const struct wend_bytes *texts; /* EQUALS, PREFIX, GLOB */
    uint32_t text_count;
    uint32_t regex;            /* REGEX: index into the ruleset's regexes */
    struct wend_number number; /* comparisons; its digits live as long as the ruleset */
};

struct wend_condition {
    struct wend_test *tests;
    uint32_t test_count;
};

/* All regular expressions of a ruleset (`wend_ruleset.regexes`), freed with it. */
struct pcre2_real_code_8;
struct wend_regex {
    struct pcre2_real_code_8 **codes;
    uint32_t count;
    uint32_t capacity;
};

/*
 * Compiles a pattern (UTF-8 aware, matching invalid UTF-8 as PCRE2_MATCH_INVALID_UTF does; JIT
 * where the machine has it) and gives its index. WEND_ERROR_USAGE with PCRE2's text and `*offset`
 * of the fault in the pattern. `regexes` starts zeroed.
 */
WEND_MUST_CHECK enum wend_status wend__regex_add(struct wend_regex *regexes,
                                                 struct wend_bytes pattern, uint32_t *index,
                                                 size_t *offset, struct wend_error *error);
void wend__regex_deinit(struct wend_regex *regexes);

#endif
