/*
 * Answers questions of test_match.py, one a line, as wend does. Texts are hex digits; `-` is none.
 *
 *   host URL    path URL    query URL NAME    glob GLOB TEXT    clean NAME
 *   compare NUMBER NUMBER
 */
#include "base/buffer.h"
#include "base/number.h"
#include "match/match_condition.h"
#include "match/match_url.h"
#include "model/ruleset.h"

#include <stdio.h>

enum { TEXT_BYTES = 4096 };

static struct wend_bytes from_hex(const char *hex, uint8_t *bytes) {
    size_t len = 0;
    unsigned byte;
    while (hex[2 * len] != '\0' && sscanf(hex + 2 * len, "%2x", &byte) == 1) {
        bytes[len++] = (uint8_t)byte;
    }
    return wend__bytes(bytes, len);
}

static void answer(struct wend_bytes bytes) {
    if (bytes.data == NULL) {
        printf("-");
    }
    for (size_t i = 0; i < bytes.len; i++) {
        printf("%02x", bytes.data[i]);
    }
    printf("\n");
}

static struct wend_bytes compare(struct wend_bytes first, struct wend_bytes second) {
    struct wend_number a;
    struct wend_number b;
    if (!wend__number_parse(first, &a) || !wend__number_parse(second, &b)) {
        return WEND_BYTES_ABSENT;
    }
    int order = wend__number_compare(&a, &b);
    return wend__bytes_text(order < 0 ? "<" : order > 0 ? ">" : "=");
}

int main(void) {
    static char hex[2][2 * TEXT_BYTES];
    static uint8_t memory[2][TEXT_BYTES];
    char what[16];
    struct wend_buffer scratch = {0};
    while (scanf("%15s %8191s %8191s", what, hex[0], hex[1]) == 3) {
        struct wend_bytes first = from_hex(hex[0], memory[0]);
        struct wend_bytes second = from_hex(hex[1], memory[1]);
        struct wend_bytes found = WEND_BYTES_ABSENT;
        bool is_good = true;
        if (strcmp(what, "host") == 0) {
            is_good = wend__url_host(first, &scratch, &found);
        } else if (strcmp(what, "path") == 0) {
            found = wend__url_path(first);
        } else if (strcmp(what, "query") == 0) {
            is_good = wend__url_query(first, second, &scratch, &found);
        } else if (strcmp(what, "clean") == 0) {
            is_good = wend__name_clean(first, &scratch);
            found = wend__buffer_view(&scratch);
        } else if (strcmp(what, "compare") == 0) {
            found = compare(first, second);
        } else {
            found = wend__bytes_text(wend__glob_matches(first, second) ? "1" : "0");
        }
        if (!is_good) {
            return 1;
        }
        answer(found);
    }
    wend__buffer_deinit(&scratch);
    return 0;
}
