/*
 * starter_fixture.h: an input as text, sampled as a run samples it, for what is inferred from it.
 */
#ifndef WEND_TESTS_STARTER_FIXTURE_H
#define WEND_TESTS_STARTER_FIXTURE_H

#include "base/memory.h"
#include "decode/sampler.h"
#include "match/starter.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { TEXT_BYTES = 1 << 16 };

struct sampled_text {
    struct wend_detected detected;
    struct wend_sampled sampled;
};

static inline void sample_bytes(struct sampled_text *text, const void *bytes, size_t len) {
    struct wend_error error = {0};
    struct wend_format format = {.max_record_bytes = WEND_MAX_RECORD_BYTES};
    memset(text, 0, sizeof *text);
    cr_assert_eq(wend__detect(bytes, len, true, &format, &text->detected, &error), WEND_OK, "%s",
                 error.text);
    cr_assert_eq(wend__sample_fields(bytes, len, true, &text->detected, wend__bytes_text("events"),
                                     1, &text->sampled, &error),
                 WEND_OK);
}

static inline void forget(struct sampled_text *text) {
    wend__sampled_deinit(&text->sampled);
    wend__detected_deinit(&text->detected);
}

static inline void keep(struct wend_buffer *buffer, char *out) {
    cr_assert_lt(buffer->len, TEXT_BYTES);
    memcpy(out, wend__buffer_view(buffer).data, buffer->len);
    out[buffer->len] = '\0';
    wend__buffer_deinit(buffer);
}

static char definitions[TEXT_BYTES];
static struct wend_error last_error;

#endif
