#include "pipeline/look.h"

#include "base/clock.h"
#include "source/inputs.h"
#include <fcntl.h>
#include <unistd.h>

const struct wend_preset_lookup wend__builtin_presets = {wend__preset_find, wend__preset_name_list};

uint64_t wend__secret_seed(void) {
    uint64_t seed = 0;
    int descriptor = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    bool done = descriptor >= 0 && read(descriptor, &seed, sizeof seed) == (ssize_t)sizeof seed;
    if (descriptor >= 0) {
        (void)close(descriptor);
    }
    /* Without the device the clock is what is left; no result depends on it. */
    return done ? seed : wend__hash_mix((uint64_t)wend__clock_us(CLOCK_REALTIME));
}

enum wend_status wend__format_named(const char *kind, struct wend_format *format,
                                    struct wend_error *error) {
    static const struct {
        const char *name;
        enum wend_format_kind kind;
    } known[] = {{"auto", WEND_FORMAT_AUTO},
                 {"ndjson", WEND_FORMAT_NDJSON},
                 {"csv", WEND_FORMAT_DELIMITED},
                 {"access-log", WEND_FORMAT_ACCESS_LOG}};
    *format = (struct wend_format){.max_record_bytes = WEND_MAX_RECORD_BYTES};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (kind == NULL || strcmp(kind, known[i].name) == 0) {
            format->kind = known[i].kind;
            return WEND_OK;
        }
    }
    return wend__fail(error, WEND_ERROR_USAGE,
                      "no format is called %s; use auto, ndjson, csv or access-log", kind);
}

/* Detects and samples the present stream; `*found` false: there is no record in it, or nothing that
 * wend reads, for which the first `refusal` is kept. */
static enum wend_status look_at_stream(struct wend_opened_stream *opened,
                                       const struct wend_format *format, struct wend_look *look,
                                       bool *found, struct wend_error *refusal,
                                       struct wend_error *error) {
    struct wend_head *head = &opened->head;
    struct wend_error reason = {0};
    WEND_TRY(wend__head_read(head, opened->source, &opened->is_end, error));
    enum wend_status status = wend__detect(wend__head_data(head), wend__head_len(head),
                                           opened->is_end, format, &look->detected, &reason);
    *found = status == WEND_OK && look->detected.kind != WEND_FORMAT_AUTO;
    if (*found) {
        return wend__sample_fields(wend__head_data(head), wend__head_len(head), opened->is_end,
                                   &look->detected, wend__bytes_text(opened->stream.name),
                                   wend__secret_seed(), &look->sampled, error);
    }
    wend__detected_deinit(&look->detected);
    look->detected = (struct wend_detected){0};
    if (status == WEND_ERROR_MEMORY) {
        return wend__fail_memory(error);
    }
    const char *trouble = status != WEND_OK           ? reason.text
                          : wend__head_len(head) == 0 ? wend__source_trouble(opened->source)
                                                      : NULL;
    if (trouble != NULL && refusal->text[0] == '\0') {
        (void)wend__fail(refusal, WEND_ERROR_EMPTY, "%s: %s", opened->stream.name, trouble);
    }
    return WEND_OK;
}

static enum wend_status look_at_file(const char *path, const struct wend_format *format,
                                     const struct wend_source_options *options,
                                     struct wend_look *look, struct wend_opened_stream *kept,
                                     bool *found, struct wend_error *refusal,
                                     struct wend_error *error) {
    struct wend_opened_stream opened = {0};
    WEND_TRY(wend__source_open(path, options, &opened.source, error));
    enum wend_status status = WEND_OK;
    bool any = true;
    *found = false;
    while (status == WEND_OK && any && !*found) {
        status = wend__source_next(opened.source, &any, &opened.stream, error);
        if (status == WEND_OK && any) {
            status = look_at_stream(&opened, format, look, found, refusal, error);
        }
    }
    if (status == WEND_OK && *found && kept != NULL) {
        *kept = opened;
    } else {
        wend__opened_stream_deinit(&opened);
    }
    return status;
}

enum wend_status wend__look_at(const char *name, const struct wend_format *format,
                               const struct wend_source_options *options, struct wend_look *look,
                               struct wend_opened_stream *opened, struct wend_error *error) {
    struct wend_inputs inputs = {0};
    enum wend_status status = wend__inputs_expand(&name, 1, &inputs, error);
    bool found = false;
    struct wend_error refusal = {0};
    for (size_t i = 0; status == WEND_OK && i < inputs.count && !found; i++) {
        status = look_at_file(inputs.items[i].path, format, options, look, opened, &found, &refusal,
                              error);
    }
    if (status == WEND_OK && !found) {
        status = refusal.text[0] != '\0'
                     ? wend__fail(error, WEND_ERROR_EMPTY, "%s", refusal.text)
                     : wend__fail(error, WEND_ERROR_EMPTY, "there is no record in %s", name);
    }
    wend__inputs_deinit(&inputs);
    return status;
}

void wend__look_deinit(struct wend_look *look) {
    wend__sampled_deinit(&look->sampled);
    wend__detected_deinit(&look->detected);
    *look = (struct wend_look){0};
}
