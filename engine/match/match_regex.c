#include "match/match_condition.h"

#include "base/memory.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* A million steps are a few milliseconds: enough for any sane expression. */
enum {
    MATCH_STEPS_MAX = 1000 * 1000,
    MATCH_HEAP_KIB = 16 * 1024,
    JIT_STACK_MIN_BYTES = 32 * 1024,
    JIT_STACK_MAX_BYTES = 1024 * 1024,
    /* The steps are counted anew at each place where a match may begin, and some are not counted at
     * all, so that the time may grow with the square of the length: this bounds it. It is twice
     * what web servers take as a whole request line. */
    TEXT_BYTES_MAX = 16 * 1024
};

static void *allocate(size_t size, void *unused) {
    (void)unused;
    return wend__alloc(size);
}

static void release(void *block, void *unused) {
    (void)unused;
    wend__free(block);
}

bool wend__match_scratch_init(struct wend_match_scratch *scratch,
                              const struct wend_regex *regexes) {
    *scratch = (struct wend_match_scratch){.regexes = regexes};
    if (regexes == NULL || regexes->count == 0) {
        return true;
    }
    scratch->general = pcre2_general_context_create(allocate, release, NULL);
    if (scratch->general == NULL) {
        return false;
    }
    scratch->context = pcre2_match_context_create(scratch->general);
    scratch->data = pcre2_match_data_create(1, scratch->general);
    if (scratch->context == NULL || scratch->data == NULL) {
        return false;
    }
    (void)pcre2_set_match_limit(scratch->context, MATCH_STEPS_MAX);
    (void)pcre2_set_depth_limit(scratch->context, MATCH_STEPS_MAX);
    (void)pcre2_set_heap_limit(scratch->context, MATCH_HEAP_KIB);
    uint32_t has_jit = 0;
    (void)pcre2_config(PCRE2_CONFIG_JIT, &has_jit);
    if (has_jit == 0) {
        return true;
    }
    scratch->stack =
        pcre2_jit_stack_create(JIT_STACK_MIN_BYTES, JIT_STACK_MAX_BYTES, scratch->general);
    if (scratch->stack == NULL) {
        return false;
    }
    pcre2_jit_stack_assign(scratch->context, NULL, scratch->stack);
    return true;
}

void wend__match_scratch_deinit(struct wend_match_scratch *scratch) {
    pcre2_jit_stack_free(scratch->stack);
    pcre2_match_data_free(scratch->data);
    pcre2_match_context_free(scratch->context);
    pcre2_general_context_free(scratch->general);
    *scratch = (struct wend_match_scratch){0};
}

bool wend__match_regex(struct wend_match_scratch *scratch, uint32_t index, struct wend_bytes text) {
    size_t len = text.len;
    uint32_t options = 0;
    if (len > TEXT_BYTES_MAX) {
        len = TEXT_BYTES_MAX;
        options = PCRE2_NOTEOL; /* the end is not to be seen */
    }
    int result = pcre2_match(scratch->regexes->codes[index], text.data, len, 0, options,
                             scratch->data, scratch->context);
    scratch->no_memory = scratch->no_memory || result == PCRE2_ERROR_NOMEMORY;
    return result >= 0;
}
