/* Regular expressions by PCRE2; the one file that compiles them. */
#include "base/memory.h"
#include "match/condition.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Enough for every pattern that a person writes; each costs pages of machine code. */
enum { PATTERN_BYTES_MAX = 32 * 1024, REGEX_COUNT_MAX = 4096, MESSAGE_BYTES = 256 };

static bool reserve(struct wend_regex *regexes) {
    if (regexes->count < regexes->capacity) {
        return true;
    }
    uint32_t capacity = regexes->capacity == 0 ? 8 : regexes->capacity * 2;
    struct pcre2_real_code_8 **codes =
        wend__realloc(regexes->codes, capacity * sizeof *regexes->codes);
    if (codes == NULL) {
        return false;
    }
    regexes->codes = codes;
    regexes->capacity = capacity;
    return true;
}

static enum wend_status fail_compile(int code, struct wend_error *error) {
    PCRE2_UCHAR message[MESSAGE_BYTES];
    if (code == PCRE2_ERROR_NOMEMORY || code == PCRE2_ERROR_HEAP_FAILED) {
        return wend__fail_memory(error);
    }
    if (pcre2_get_error_message(code, message, sizeof message) < 0) {
        message[0] = '\0';
    }
    return wend__fail(error, WEND_ERROR_USAGE, "the regular expression is wrong here: %s",
                      (const char *)message);
}

enum wend_status wend__regex_add(struct wend_regex *regexes, struct wend_bytes pattern,
                                 uint32_t *index, size_t *offset, struct wend_error *error) {
    *offset = 0;
    if (pattern.len > PATTERN_BYTES_MAX) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "the regular expression has %zu bytes, %d are the most", pattern.len,
                          PATTERN_BYTES_MAX);
    }
    if (regexes->count == REGEX_COUNT_MAX) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "more than %d regular expressions; use prefix, glob or a list of values",
                          REGEX_COUNT_MAX);
    }
    if (!reserve(regexes)) {
        return wend__fail_memory(error);
    }
    int code = 0;
    PCRE2_SIZE place = 0;
    pcre2_code *compiled = pcre2_compile(
        pattern.data, pattern.len, PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C,
        &code, &place, NULL);
    if (compiled == NULL) {
        *offset = place < pattern.len ? place : pattern.len;
        return fail_compile(code, error);
    }
    /* Without JIT the interpreter matches the same, slower. */
    (void)pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
    *index = regexes->count;
    regexes->codes[regexes->count++] = compiled;
    return WEND_OK;
}

void wend__regex_deinit(struct wend_regex *regexes) {
    for (uint32_t i = 0; i < regexes->count; i++) {
        pcre2_code_free(regexes->codes[i]);
    }
    wend__free(regexes->codes);
    *regexes = (struct wend_regex){0};
}
