#include "api/definitions_api.h"

#include "base/io.h"
#include "base/memory.h"
#include "match/starter.h"
#include "source/kafka.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A zero byte behind the content, which it does not count as content. */
static bool terminate(struct wend_buffer *text) {
    if (!wend__buffer_append(text, "", 1)) {
        return false;
    }
    text->len--;
    return true;
}

void wend_definitions_destroy(struct wend_definitions *definitions) {
    if (definitions != NULL) {
        wend__ruleset_destroy(definitions->ruleset);
        wend__warnings_deinit(&definitions->warnings);
        wend__buffer_deinit(&definitions->assumptions);
        wend__buffer_deinit(&definitions->text);
        wend__free(definitions);
    }
}

/* Compiles `made->text`, which the result takes; frees `made` on failure. */
static enum wend_status compile(struct wend_definitions *made, const char *name,
                                struct wend_definitions **definitions, struct wend_error *error) {
    enum wend_status status =
        wend__definitions_load(wend__buffer_view(&made->text), name, &wend__builtin_presets,
                               &made->ruleset, &made->warnings, error);
    if (status == WEND_OK) {
        status = wend__kafka_check(made->ruleset->kafka, made->ruleset->kafka_count, error);
    }
    if (status == WEND_OK && !(terminate(&made->warnings.text) && terminate(&made->assumptions) &&
                               terminate(&made->text))) {
        status = wend__fail_memory(error);
    }
    if (status != WEND_OK) {
        wend_definitions_destroy(made);
        return status;
    }
    *definitions = made;
    return WEND_OK;
}

enum wend_status wend_definitions_load_text(const char *text, size_t len, const char *name,
                                            struct wend_definitions **definitions,
                                            struct wend_error *error) {
    *definitions = NULL;
    struct wend_definitions *made = wend__alloc_zeroed(1, sizeof *made);
    if (made == NULL || !wend__buffer_append(&made->text, text, len)) {
        wend_definitions_destroy(made);
        return wend__fail_memory(error);
    }
    return compile(made, name, definitions, error);
}

/* Reads a whole file, and a little more than the largest that is valid. */
static int read_file(const char *path, struct wend_buffer *text) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return errno;
    }
    int number = 0;
    ssize_t got = 1;
    while (got > 0 && number == 0 && text->len <= WEND_MAX_DEFINITION_BYTES) {
        if (!wend__buffer_reserve(text, 65536)) {
            number = ENOMEM;
            break;
        }
        got = read(descriptor, text->data + text->len, 65536);
        if (got < 0 && errno == EINTR) {
            got = 1;
        } else if (got < 0) {
            number = errno;
        } else {
            text->len += (size_t)got;
        }
    }
    (void)close(descriptor);
    return number;
}

enum wend_status wend_definitions_load_file(const char *path, struct wend_definitions **definitions,
                                            struct wend_error *error) {
    *definitions = NULL;
    struct wend_definitions *made = wend__alloc_zeroed(1, sizeof *made);
    int number = made == NULL ? ENOMEM : read_file(path, &made->text);
    if (number != 0) {
        wend_definitions_destroy(made);
        return number == ENOMEM
                   ? wend__fail_memory(error)
                   : wend__fail(error, WEND_ERROR_IO,
                                "cannot read the definition file %s: %s; `wend init INPUT` writes "
                                "one to start from",
                                path, strerror(number));
    }
    return compile(made, path, definitions, error);
}

enum wend_status wend__definitions_infer_input(const char *path, const char *format,
                                               const struct wend_source_options *options,
                                               struct wend_opened_stream *opened,
                                               struct wend_definitions **definitions,
                                               struct wend_error *error) {
    *definitions = NULL;
    struct wend_format declared;
    WEND_TRY(wend__format_named(format, &declared, error));
    struct wend_definitions *made = wend__alloc_zeroed(1, sizeof *made);
    if (made == NULL) {
        return wend__fail_memory(error);
    }
    struct wend_look look = {0};
    enum wend_status status = wend__look_at(path, &declared, options, &look, opened, error);
    if (status == WEND_OK) {
        status =
            wend__definitions_infer(&look.sampled.sample, &made->text, &made->assumptions, error);
        made->detects_format =
            declared.kind == WEND_FORMAT_AUTO && look.sampled.sample.preset.data == NULL;
    }
    wend__look_deinit(&look);
    if (status != WEND_OK) {
        if (opened != NULL) {
            wend__opened_stream_deinit(opened);
        }
        wend_definitions_destroy(made);
        return status;
    }
    return compile(made, "(inferred)", definitions, error);
}

enum wend_status wend_definitions_infer(const char *path, const char *format,
                                        struct wend_definitions **definitions,
                                        struct wend_error *error) {
    return wend__definitions_infer_input(path, format, NULL, NULL, definitions, error);
}

const char *wend_definitions_warnings(const struct wend_definitions *definitions) {
    return (const char *)definitions->warnings.text.data;
}

const char *wend_definitions_assumptions(const struct wend_definitions *definitions) {
    return (const char *)definitions->assumptions.data;
}

const char *wend_definitions_text(const struct wend_definitions *definitions) {
    return (const char *)definitions->text.data;
}
