/* JSON lines of any bytes: the same records for all blocks, and the verdict of another parser. */
#include "decode_fuzz.h"

#include <jansson.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {
    "a", "", "/a/b", "/a/0", "/p/[key=x]/v", "/p/[key=x]/v/0", "/p/[id=1]/v"};

static bool has(const uint8_t *data, size_t size, const char *text) {
    size_t len = strlen(text);
    for (size_t i = 0; i + len <= size; i++) {
        if (memcmp(data + i, text, len) == 0) {
            return true;
        }
    }
    return false;
}

/*
 * One line against jansson. It may refuse what is no fault here: numbers beyond its types and
 * escapes of lone surrogates; it allows deeper nesting.
 */
static void compare_line(const uint8_t *data, size_t size) {
    static const struct wend_format format = {.kind = WEND_FORMAT_NDJSON};
    struct fuzz_seen seen = fuzz_decode(&format, names, 0, data, size);
    json_error_t error;
    json_t *value = json_loadb((const char *)data, size, JSON_ALLOW_NUL, &error);
    if (value == NULL) {
        FUZZ_REQUIRE(seen.good == 0 || json_error_code(&error) == json_error_numeric_overflow ||
                     has(data, size, "\\u") || has(data, size, "\xef\xbb\xbf"));
    } else if (json_is_object(value) && size < WEND_MAX_JSON_DEPTH &&
               !has(data, size, "\xef\xbb\xbf")) {
        FUZZ_REQUIRE(seen.good == 1);
    }
    json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct wend_format format = {.kind = WEND_FORMAT_NDJSON, .max_record_bytes = 100};
    (void)fuzz_decode(&format, names, sizeof names / sizeof *names, data, size);
    if (!has(data, size, "\n")) {
        compare_line(data, size);
    }
    return 0;
}
